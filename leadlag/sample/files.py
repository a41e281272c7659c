"""Files as frames: every cell as it was written, so that one gate reads all numbers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pandas as pd

from leadlag._validation import only_data_positional
from leadlag.errors import UsageError
from leadlag.sample.encodings import decoded
from leadlag.sample.framed import framed
from leadlag.sample.paths import why_no_file
from leadlag.sample.rows import csv_rows, skipped_lines
from leadlag.sample.sheets import sheet_rows
from leadlag.sample.tables import AS_WRITTEN, SEPARATOR, SOURCE, as_pandas

__all__ = ["read_file"]

_TEXT = (".csv", ".txt", ".tsv", ".tab")
_PARQUET = (".parquet", ".pq")
_EXCEL = (".xlsx", ".xlsm")
#: Other files with tables, each with the way to make one that is read.
_OTHERS = {".xls": "save it as .xlsx", ".xlsb": "save it as .xlsx", ".ods": "save it as .xlsx", ".gz": "unpack it first",
           ".zip": "unpack it first", ".feather": "save it as .parquet"}  # fmt: skip


@only_data_positional
def read_file(
    path: str | os.PathLike[str] | IO[str] | IO[bytes],
    *,
    sep: str | None = None,
    encoding: str | None = None,
    skip_rows: int | Sequence[int] | None = None,
    sheet: str | None = None,
) -> pd.DataFrame:
    r"""Read a file into a frame of its cells as they are written, which goes into every function like any other frame.

    Parameters
    ----------
    path : str, path or open file
        A path that ends in .csv, .txt, .tsv, .parquet, .pq or .xlsx; an open file such as ``sys.stdin`` holds CSV.
    sep : str, optional
        The sign between cells. None takes the one of ``, ; | tab`` by which all lines have one number of cells, or that of
        a first line ``sep=;``.
    encoding : str, optional
        Such as ``"cp1252"`` or ``"utf-16-le"``. None reads the mark of the file, else UTF-8, else cp1252 with a note where its
        words make sense so.
    skip_rows : int or sequence of int, optional
        So many first lines, or the lines of these numbers, which count from 1, are left out.
    sheet : str, optional
        The sheet of a workbook, if several are not empty.

    Returns
    -------
    pandas.DataFrame
        Cells of CSV are text: what numbers and dates mean is said, strictly, in `from_wide` (``decimal``, ``thousands``,
        ``date_format``, ...). Lines with one cell above the header, and comment lines (``#``), are left out with a note.

    Raises
    ------
    UsageError
        If the file is not there, is of another kind, or could be read in two ways; with the option that decides.
    DataContractError
        If lines have too many or too few cells.

    Examples
    --------
    >>> import io
    >>> read_file(io.StringIO("Report of May;\nweek;visits\n2024-01-01;1.034\n")).to_dict("list")
    {'week': ['2024-01-01'], 'visits': ['1.034']}
    """
    skipped = skipped_lines(skip_rows)
    if not isinstance(path, (str, os.PathLike)):
        _refuse_option("sheet", sheet, "standard input")
        frame = _csv(_content(path), "standard input", sep, encoding, skipped)
        frame.attrs[SOURCE] = "standard input"
        return frame
    frame = _read_path(path, sep, encoding, skipped, sheet)
    frame.attrs[SOURCE] = str(path)
    return frame


def _content(stream: IO[str] | IO[bytes]) -> str | bytes:
    """What an open file holds, as bytes where it can be told."""
    raw = getattr(stream, "buffer", stream)
    if not hasattr(raw, "read"):
        raise UsageError(f"path is a {type(stream).__name__}: give the path of a file, or an open file.")
    content: str | bytes = raw.read()
    return content


def _read_path(
    source: str | os.PathLike[str], sep: str | None, encoding: str | None, skipped: Any, sheet: str | None
) -> pd.DataFrame:
    path = Path(source)
    name, kind = str(source), path.suffix.casefold()
    why = why_no_file(path)
    if kind not in (*_TEXT, *_PARQUET, *_EXCEL) and (not why or "exist" in why):
        step = _OTHERS.get(kind, "give a .csv, .xlsx or .parquet file, or - for CSV on standard input")
        raise UsageError(f"file={name!r} is not allowed: {step}.")
    if why:
        raise UsageError(f"file={name!r} {why}.")
    if kind not in _EXCEL:
        _refuse_option("sheet", sheet, name)
    if kind not in _TEXT:
        _refuse_option("sep", sep, name)
        _refuse_option("encoding", encoding, name)
    if kind in _PARQUET:
        _refuse_option("skip_rows", skipped or None, name)
        return _parquet(path)
    data = path.read_bytes()
    if kind in _TEXT:
        return _csv(data, name, sep, encoding, skipped)
    frame = framed(sheet_rows(data, name, sheet=sheet, skipped=skipped), name, skipped=skipped)
    del frame.attrs[AS_WRITTEN]
    return frame


def _refuse_option(option: str, value: Any, name: str) -> None:
    """A `UsageError` about an option that says nothing of this kind of file."""
    if value is not None:
        raise UsageError(f"{option} says nothing about file={name!r}: leave it out.")


def _csv(data: str | bytes, name: str, sep: str | None, encoding: str | None, skipped: Any) -> pd.DataFrame:
    """CSV as a frame of text."""
    text, notes = (data.removeprefix("\ufeff"), ()) if isinstance(data, str) else decoded(data, name, encoding)
    rows, separator, more = csv_rows(text, name, sep=sep, skipped=skipped)
    frame = framed(rows, name, skipped=skipped, notes=(*notes, *more))
    frame.attrs[SEPARATOR] = separator
    return frame


def _parquet(path: Path) -> pd.DataFrame:
    try:
        import pyarrow.lib  # noqa: PLC0415  (an extra)
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        text = f"file={str(path)!r} needs pyarrow to be read: pip install 'leadlag-kpi[parquet]', or give a CSV file."
        raise UsageError(text, code="LL405") from None
    try:
        table: Any = pyarrow.parquet.read_table(path)
    except (pyarrow.lib.ArrowException, OSError) as error:
        raise UsageError(f"file={str(path)!r} cannot be read as Parquet: {error}.") from None
    return as_pandas(table, "file")
