"""CSV and Parquet files as frames: every cell as it was written, so that one gate reads all numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.tables import AS_WRITTEN, LINES, SOURCE, FileLines, as_pandas
from leadlag.sample.violations import ViolationList, counted, raise_violations

__all__ = ["read_file"]

_DELIMITERS = (",", ";", "\t", "|")


def read_file(source: str | Path | IO[str]) -> pd.DataFrame:
    r"""Read a .csv or .parquet file, or an open text stream of CSV, into a frame for `as_sample`.

    Parameters
    ----------
    source : str, pathlib.Path or text stream
        A path that ends in .csv, .txt, .tsv, .parquet or .pq; a stream such as standard input holds CSV.

    Returns
    -------
    pandas.DataFrame
        CSV cells stay text: numbers and dates are read by `as_sample`, strictly.

    Raises
    ------
    UsageError
        If the file is not there, is of another kind, or is not UTF-8.
    DataContractError
        If lines have too many or too few fields.

    Examples
    --------
    >>> import io
    >>> read_file(io.StringIO("week,visits\n2024-01-01,12\n")).to_dict("list")
    {'week': ['2024-01-01'], 'visits': ['12']}
    """
    if not isinstance(source, (str, Path)):
        frame = _parse(source.read(), "the stream")
        frame.attrs[SOURCE] = "standard input"
        return frame
    frame = _read_path(source)
    frame.attrs[SOURCE] = str(source)
    return frame


def _read_path(source: str | Path) -> pd.DataFrame:
    path = Path(source)
    kind = path.suffix.casefold()
    if kind not in (".csv", ".txt", ".tsv", ".parquet", ".pq"):
        raise UsageError(f"file={str(source)!r} is not allowed: give a .csv or .parquet file, or - for CSV on standard input.")
    if not path.is_file():
        raise UsageError(f"file={str(source)!r} does not exist: check the path, or give - for CSV on standard input.")
    if kind in (".parquet", ".pq"):
        return _parquet(path)
    try:
        return _parse(path.read_text(encoding="utf-8-sig"), str(source))
    except UnicodeDecodeError:
        raise UsageError(f"file={str(source)!r} is not UTF-8 text: save it as UTF-8 CSV.") from None


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


def _parse(text: str, name: str) -> pd.DataFrame:
    """CSV text as a frame of text."""
    text = text.removeprefix("\ufeff")
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise UsageError(f"file={name!r} cannot be read as CSV: {error}.") from None
    if not lines:
        raise UsageError(f"file={name!r} is empty: give a header line and one line per period.")
    labels = lines[0][1]
    _refuse_ragged(lines[1:], len(labels))
    rows = [row for _, row in lines[1:]]
    frame = _labelled(labels, np.array(rows, dtype=object).reshape(len(rows), len(labels)))
    frame.attrs[LINES] = FileLines([number for number, _ in lines[1:]])
    return frame


def _refuse_ragged(lines: Sequence[tuple[int, list[str]]], width: int) -> None:
    """A line with another number of fields shifts its values into wrong columns."""
    ragged = [f"line {number} has {len(row)}" for number, row in lines if len(row) != width]
    if ragged:
        violations = ViolationList()
        step = "quote fields that hold the delimiter, and give every line the same number of fields."
        violations.add(
            "LL303",
            f"{counted(len(ragged), 'line does', 'lines do')} not have the {width} fields of the header.",
            argument="file",
            examples=ragged,
            next_step=step,
        )
        raise_violations(violations)


def _labelled(labels: Sequence[str], cells: np.ndarray) -> pd.DataFrame:
    """Columns under their names; a first column without a name is the index, as pandas writes it."""
    first = 1 if labels and not labels[0].strip() else 0
    kept = [
        place for place in range(first, len(labels)) if labels[place].strip() or any(cell.strip() for cell in cells[:, place])
    ]
    names = [labels[place].strip() or f"column {place + 1}" for place in kept]
    frame = pd.DataFrame(cells.T[kept].T, columns=pd.Index(names, dtype=object), dtype=object, copy=False)
    frame.attrs[AS_WRITTEN] = True
    if first:
        index = cells[:, 0].tolist()
        whole = all(cell.strip().removeprefix("-").isdecimal() for cell in index)
        frame.index = pd.Index([int(cell) for cell in index]) if whole else pd.Index(index, dtype=object)
    return frame
