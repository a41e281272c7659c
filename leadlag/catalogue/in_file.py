"""A TOML or YAML file as plain values: a catalogue, a config."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from leadlag.catalogue.limits import MOST_BYTES, MOST_DEPTH, refuse_deep
from leadlag.catalogue.yaml_text import Place, read_yaml
from leadlag.errors import UsageError

__all__ = ["mapping_in_file"]


def mapping_in_file(path: Path, *, argument: str, kind: str, begin: str) -> tuple[Mapping[Any, Any], dict[Place, int]]:
    """What a file holds, and the line of every key where the file tells it (YAML).

    Parameters
    ----------
    path : path
        A ``.toml``, ``.yaml`` or ``.yml`` file.
    argument, kind, begin : str
        For messages: the argument that named it, what it should be, and the lines with which that begins.

    Raises
    ------
    UsageError
        If there is no such file, or it is too large, of another kind, no UTF-8, or holds something else than a mapping.
    """
    from leadlag.sample.paths import why_no_file  # noqa: PLC0415  (a room beside this one, which needs this one)

    name, ending = f"{argument}={str(path)!r}", path.suffix.lower()
    if why := why_no_file(path).partition(", or give -")[0]:
        raise UsageError(f"{name} {why}.")
    reader = _READERS.get(ending)
    if reader is None:
        table = ": read a table with read_file and give the frame" if ending in (".csv", ".xlsx", ".parquet") else ""
        raise UsageError(f"{name} is no {kind}: give a .toml, .yaml or .yml file{table}.")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name} is larger than 1 MiB, which no {kind} is.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8, at byte {error.start:,}: save it in that encoding.") from None
    content, lines = reader(text, name, kind)
    if not isinstance(content, Mapping):
        raise UsageError(f"{name} holds no mapping: begin with the lines {begin}.")
    return content, lines


def _yaml(text: str, name: str, kind: str) -> tuple[Any, dict[Place, int]]:
    return read_yaml(text, name, kind=kind)


def _toml(text: str, name: str, kind: str) -> tuple[Any, dict[Place, int]]:
    """TOML as plain values, dates and times as text."""
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # of TOML, or of a number with thousands of digits
        raise UsageError(f"{name} is no TOML: {error}.") from None
    except RecursionError:
        raise UsageError(f"{name} is nested deeper than {MOST_DEPTH} levels, which no {kind} is.") from None
    refuse_deep(content, name, kind=kind)
    return _with_dates_as_text(content), {}


def _with_dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value


_READERS: Mapping[str, Callable[[str, str, str], tuple[Any, dict[Place, int]]]] = {
    ".toml": _toml, ".yaml": _yaml, ".yml": _yaml,
}  # fmt: skip
