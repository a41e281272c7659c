"""A catalogue out of a file, a mapping or a frame."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from leadlag._validation import known_arguments
from leadlag.catalogue.frames import frame_metrics, is_frame
from leadlag.catalogue.limits import MOST_BYTES, MOST_DEPTH, refuse_deep
from leadlag.catalogue.listed import Catalogue
from leadlag.catalogue.metric import Metric, metric_of
from leadlag.catalogue.refusals import CatalogueError, cut, refused, unknown_key
from leadlag.catalogue.yaml_text import read_yaml
from leadlag.errors import UsageError

__all__ = ["read_catalogue"]

#: What a catalogue may hold; those after the metrics are for later questions and are passed over.
_BLOCKS = ("version", "metrics", "objectives", "key_results", "initiatives", "links")
_VERSION = 1


@known_arguments
def read_catalogue(source: Any) -> Catalogue:
    """Read what is known about metrics.

    Parameters
    ----------
    source : path, mapping or frame
        A ``.toml``, ``.yaml`` or ``.yml`` file; a mapping of that form, ``{"version": 1, "metrics": {name: {field: value}}}``; or
        a frame of any package with one row a metric and one column a field of `leadlag.Metric`, ``name`` among them.
        YAML needs the extra ``batch``.

    Returns
    -------
    Catalogue
        Its `metrics`, by name. The blocks ``objectives``, ``key_results``, ``initiatives`` and ``links`` are passed over.

    Raises
    ------
    UsageError
        If the file cannot be read, or holds what a catalogue does not; all that is wrong with the metrics is listed.

    Examples
    --------
    >>> known = read_catalogue({"version": 1, "metrics": {"demos": {"label": "Demos booked", "available_after": 1}}})
    >>> known.metrics["demos"]
    Metric('demos', available_after=1, label='Demos booked')
    """
    try:
        return _read(source)
    except UsageError as error:
        error.argument = error.argument or "catalogue"
        raise


def _read(source: Any) -> Catalogue:
    if isinstance(source, Catalogue):
        return source
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        return _catalogue(_in_file(path), f"catalogue={str(source)!r}")
    if isinstance(source, Mapping):
        refuse_deep(source, "catalogue")
        return _catalogue(source, "catalogue")
    if is_frame(source):
        return _of_metrics(frame_metrics(source), [], "catalogue")
    raise UsageError(f"catalogue={type(source).__name__} is not allowed: give the path of a file, a mapping or a frame.")


def _in_file(path: Path) -> Mapping[Any, Any]:
    """What a file holds."""
    from leadlag.sample.paths import why_no_file  # noqa: PLC0415  (a room beside this one, which needs this one)

    name, kind = f"catalogue={str(path)!r}", path.suffix.lower()
    if why := why_no_file(path).partition(", or give -")[0]:
        raise UsageError(f"{name} {why}.")
    reader = _READERS.get(kind)
    if reader is None:
        table = ": read a table with read_file and give the frame" if kind in (".csv", ".xlsx", ".parquet") else ""
        raise UsageError(f"{name} is no catalogue: give a .toml, .yaml or .yml file{table}.")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name} is larger than 1 MiB, which no catalogue is: give the file with the metrics.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8, at byte {error.start:,}: save it in that encoding.") from None
    content = reader(text, name)
    if not isinstance(content, Mapping):
        raise UsageError(f"{name} holds no mapping: begin with the lines 'version: 1' and 'metrics:'.")
    return content


def _toml(text: str, name: str) -> Any:
    """TOML as plain values, dates and times as text."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is no TOML: {error}.") from None
    except RecursionError:
        raise UsageError(f"{name} is nested deeper than {MOST_DEPTH} levels, which no catalogue is.") from None
    refuse_deep(content, name)
    return _with_dates_as_text(content)


def _with_dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value


_READERS: Mapping[str, Callable[[str, str], Any]] = {".toml": _toml, ".yaml": read_yaml, ".yml": read_yaml}


def _catalogue(content: Mapping[Any, Any], what: str) -> Catalogue:
    """The catalogue in a mapping."""
    wrong = [unknown_key(key, f"{key!r} is no part of a catalogue", _BLOCKS) for key in content if key not in _BLOCKS]
    version, metrics = content.get("version", _VERSION), content.get("metrics", {})
    if isinstance(version, bool) or version != _VERSION:
        wrong.append(f"version={version!r} is not allowed: this leadlag reads version {_VERSION}.")
    if not isinstance(metrics, Mapping | None):
        wrong.append(
            f"metrics={cut(repr(metrics), 60)} is not allowed: give a mapping, 'NAME: {{FIELD: VALUE}}' for each metric."
        )
        metrics = {}
    return _of_metrics([(f"metrics.{name}", name, said) for name, said in (metrics or {}).items()], wrong, what)


def _of_metrics(said: list[tuple[str, Any, Any]], wrong: list[str], what: str) -> Catalogue:
    """The metrics of these places and names, or all that is wrong with them at once."""
    found: dict[str, Metric] = {}
    for place, name, fields in said:
        if not isinstance(fields, Mapping | None):
            wrong.append(f"{place}: {cut(repr(fields), 60)} is not allowed: give its fields, such as {{unit: EUR}}.")
            continue
        try:
            metric = metric_of(name, fields or {})
            if found.setdefault(metric.name, metric) is not metric:
                wrong.append(f"{place}: catalogue names {metric.name!r} more than once: give one Metric per name.")
        except CatalogueError as error:
            wrong += [f"{place}: {each}" for each in error.listed]
    if not wrong:
        try:
            return Catalogue(found)
        except UsageError as error:
            wrong.append(str(error.args[0]))
    raise refused(wrong, what) if len(wrong) > 1 else refused([f"{what}: {wrong[0]}"], what)
