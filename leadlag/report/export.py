"""A ranking as files: page, table and JSON, under names that stay inside their folder."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from leadlag._files import write_whole
from leadlag.errors import UsageError
from leadlag.ranking.many import LeadRankings
from leadlag.ranking.result import LeadRanking
from leadlag.wording.shown import shown

__all__ = ["csv_text", "file_name", "make_folder", "no_folder", "write_files", "write_table"]

#: Names that Windows keeps for devices.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def write_files(
    ranking: LeadRanking,
    folder: Path,
    source: Path | None = None,
    *,
    html: str,
    raw_csv: bool = False,
    beside: Sequence[Path] = (),
    segment: str = "",
) -> list[Path]:
    """Write ``<source>.<kpi>.ranking.html``, ``.csv`` and ``.json`` into a folder and return their paths, in this order.

    Parameters
    ----------
    ranking : LeadRanking
    folder : Path
        Made if it is not there.
    source : Path, optional
        The file with the data, which gives its name and is never written over; "stdin" if None.
    html : str
        The page.
    raw_csv : bool
        Leave texts in the CSV as they are, also those that a spreadsheet would take for a formula.
    beside : sequence of Path
        Further files with data, which are never written over either.
    segment : str
        The segment that it is of, which goes into the names.

    Returns
    -------
    list of Path

    Raises
    ------
    UsageError
        If a file cannot be written, or is the one with the data.
    """
    parts = [source.stem if source else "stdin", ranking.context.kpi, *([segment] if segment else [])]
    name = ".".join([*map(file_name, parts), "ranking"])
    texts = {"html": html, "csv": csv_text(ranking.to_frame(), raw=raw_csv), "json": ranking.to_json() + "\n"}
    paths = {kind: make_folder(folder) / f"{name}.{kind}" for kind in texts}
    for path in paths.values():
        _refuse_data(path, folder, (source, *beside))
    return [write_whole(path, texts[kind]) for kind, path in paths.items()]


def write_table(
    rankings: LeadRankings, folder: Path, source: Path | None = None, *, raw_csv: bool = False, beside: Sequence[Path] = ()
) -> Path:
    """Write ``<source>.rankings.csv``, the tables of several rankings below each other; arguments as in `write_files`."""
    path = make_folder(folder) / f"{file_name(source.stem if source else 'stdin')}.rankings.csv"
    _refuse_data(path, folder, (source, *beside))
    return write_whole(path, csv_text(rankings.to_frame(), raw=raw_csv))


def _refuse_data(path: Path, folder: Path, sources: Sequence[Path | None]) -> None:
    """No file is written over one with the data."""
    if path.exists() and any(path.samefile(data) for data in sources if data is not None):
        raise UsageError(f"out={str(folder)!r} is not allowed: {str(path)!r} holds the data, give another folder.")


def no_folder(path: Path) -> str:
    """Why a path cannot be a folder to write to; empty if it can."""
    try:
        way = next(part for part in (path, *path.parents) if part.exists())
    except (OSError, ValueError) as error:
        return f"is no path for a folder ({getattr(error, 'strerror', None) or error})"
    if not way.is_dir():
        return "is a file" if way == path else f"lies under {str(way)!r}, which is a file"
    return "" if os.access(way, os.W_OK) else f"cannot be written: no permission in {str(way)!r}"


def make_folder(folder: Path) -> Path:
    """The folder, made if it is not there."""
    if why := no_folder(folder):
        raise UsageError(f"folder={str(folder)[:80]!r} {why}: give the name of a folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {str(folder)!r} cannot be made: {error.strerror}.") from None
    return folder


def file_name(text: str) -> str:
    """A file name without an ending; what is not plain is replaced and told apart by a hash.

    Examples
    --------
    >>> file_name("us_housing")
    'us_housing'
    >>> file_name("../../x")
    'x-9cdf6a50'
    """
    slug = re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:40]
    if slug == text and not _DEVICES.fullmatch(text):
        return slug
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-{mark}" if slug else mark


def csv_text(frame: pd.DataFrame, *, raw: bool = False) -> str:
    r"""Frame as CSV; a text that a spreadsheet would take for a formula gets an apostrophe in front, unless `raw`.

    Examples
    --------
    >>> csv_text(pd.DataFrame({"lead": ["=1+1"], "effect": [-2.5]}))
    "lead,effect\n'=1+1,-2.5\n"
    """
    safe = frame.apply(lambda column: column.map(_shown if raw else _harmless))
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return text


def _shown(value: object) -> object:
    """The value; a text with its control characters written out, since a bare one would end the row."""
    return shown(str(value)) if isinstance(value, str) else value  # a name, not its label


def _harmless(value: object) -> object:
    """The value; as a text that no spreadsheet computes."""
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{_shown(value)}" if formula else _shown(value)
