"""Rows of cells, of a CSV file or of a sheet, as a frame: titles above the header, the header, and one row for each line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.model import Note
from leadlag.sample.tables import AS_WRITTEN, LINES, NOTES, FileLines
from leadlag.sample.violations import Fix, ViolationList, counted, raise_violations

__all__ = ["framed"]

#: A cell of numbers, but for years, which may be names of columns.
_NUMBER = re.compile(r"(?!(?:1[89]|2[01])\d\d$)[+-]?[\d.,]*\d[\d.,\s]*%?", re.ASCII)


def framed(
    rows: Sequence[tuple[int, Sequence[Any]]], name: str, *, skipped: Collection[int], notes: Sequence[Note] = ()
) -> pd.DataFrame:
    """Rows with their line numbers as a frame, of which the first row that is no title is the header.

    Parameters
    ----------
    rows : sequence of (int, sequence of cells)
    name : str
        The file, for messages.
    skipped : collection of int
        Numbers of lines that the caller left out, for the next step.
    notes : sequence of Note
        What is to be said of how they were read.

    Raises
    ------
    UsageError
        If there is no row, or no saying which is the header.
    DataContractError
        If lines have too many or too few cells.

    Examples
    --------
    >>> frame = framed([(1, ["Report"]), (3, ["week", "sales"]), (4, ["2024-01-01", "5"])], "a.csv", skipped=())
    >>> frame.to_dict("list"), frame.attrs["leadlag_notes"][0].text
    ({'week': ['2024-01-01'], 'sales': ['5']}, "1 line above the header was left out: line 1 'Report'.")
    """
    rows = list(rows)
    while rows and not any(map(_filled, rows[-1][1])):
        rows.pop()
    if not rows:
        raise UsageError(f"file={name!r} is empty: give a header line and one line per period.")
    titles = _titles(rows, name, skipped)
    labels = list(rows[len(titles)][1])
    body = [(number, _cut(row, len(labels))) for number, row in rows[len(titles) + 1 :]]
    _refuse_ragged(body, len(labels), skipped)
    cells = np.empty((len(body), len(labels)), dtype=object)
    if body:
        cells[:] = [row for _, row in body]
    frame = _labelled(labels, cells)
    frame.attrs[LINES] = FileLines([number for number, _ in body])
    frame.attrs[NOTES] = (*notes, *_title_note(titles))
    return frame


def _filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _cut(row: Sequence[Any], width: int) -> Sequence[Any]:
    """A row without empty cells beyond the header."""
    return row[:width] if len(row) > width and not any(map(_filled, row[width:])) else row


def _titles(rows: Sequence[tuple[int, Sequence[Any]]], name: str, skipped: Collection[int]) -> list[tuple[int, str]]:
    """Lines above the header with no cell but the first, each with its text; other lines that are no header are refused."""
    width = Counter(_width(row) for _, row in rows[-200:]).most_common(1)[0][0]
    if width < 2:
        return []
    titles = []
    for place, (number, row) in enumerate(rows[:-1]):
        filled = [at for at, cell in enumerate(row) if _filled(cell)]
        if filled not in ([], [0]):
            _refuse_preamble(rows, place, width, name, skipped)
            break
        titles.append((number, str(row[0]).strip() if filled else ""))
    return titles if len(titles) < len(rows) - 1 else []


def _width(row: Sequence[Any]) -> int:
    return len(row) - next((at for at, cell in enumerate(reversed(row)) if _filled(cell)), 0)


def _refuse_preamble(
    rows: Sequence[tuple[int, Sequence[Any]]], place: int, width: int, name: str, skipped: Collection[int]
) -> None:
    """A `UsageError` about lines with other numbers of cells above one that looks like the header of the others."""
    header = next((at for at, (_, row) in enumerate(rows[place:], start=place) if _looks_like_header(row, width)), place)
    if header == place or _width(rows[place][1]) == width or header == len(rows) - 1:
        return
    number, first = rows[place]
    shown = ", ".join(str(cell).strip() for cell in first if _filled(cell))[:60]
    until = rows[header - 1][0]
    lines = sorted({*skipped, *(at for at, _ in rows[place:header])})
    raise UsageError(
        f"line {number} of file={name!r} ({shown!r}) seems to be no part of the table: it has "
        f"{counted(_width(first), 'cell', 'cells')}, and line {rows[header][0]}, which looks like the header, has {width}. "
        "Leave out what is above the header",
        fixes=[Fix.of(skip_rows=until if lines == list(range(1, until + 1)) or not skipped else lines)],
    )


def _looks_like_header(row: Sequence[Any], width: int) -> bool:
    """Whether a row is of the usual width, and all its cells but the first are words or years."""
    words = all(isinstance(cell, str) and cell.strip() and not _NUMBER.fullmatch(cell.strip()) for cell in row[1 : _width(row)])
    return _width(row) == width and words


def _title_note(titles: Sequence[tuple[int, str]]) -> tuple[Note, ...]:
    said = [f"line {number} {text[:40]!r}" for number, text in titles if text]
    if not said:
        return ()
    count = counted(len(said), "line above the header was", "lines above the header were")
    return (Note(code="LL142", column=None, text=f"{count} left out: {', '.join(said[:3])}{', ...' if len(said) > 3 else ''}."),)


def _refuse_ragged(lines: Sequence[tuple[int, Sequence[Any]]], width: int, skipped: Collection[int]) -> None:
    """A line with another number of cells shifts its values into wrong columns."""
    ragged = [(number, len(row)) for number, row in lines if len(row) != width]
    if not ragged:
        return
    violations = ViolationList()
    foreign = len(ragged) <= 5 and all(len(row) < width for _, row in lines if len(row) != width)  # a footer, a source
    violations.add(
        "LL303",
        f"{counted(len(ragged), 'line does', 'lines do')} not have the {width} fields of the header.",
        argument="file",
        examples=[f"line {number} has {count}" for number, count in ragged],
        next_step="quote fields that hold the delimiter, and give every line the same number of fields"
        + ("; lines that are no part of the table can be left out" if foreign else ""),
        fix=[Fix.of(skip_rows=sorted({*skipped, *(number for number, _ in ragged)}))] if foreign else (),
    )
    raise_violations(violations)


def _labelled(labels: Sequence[Any], cells: np.ndarray) -> pd.DataFrame:
    """Columns under their names; a first column without a name is the index, as pandas writes it."""
    first = 1 if labels and not _filled(labels[0]) else 0
    kept = [place for place in range(first, len(labels)) if _filled(labels[place]) or any(map(_filled, cells[:, place]))]
    names = [str(labels[place]).strip() if _filled(labels[place]) else f"column {place + 1}" for place in kept]
    frame = pd.DataFrame(cells.T[kept].T, columns=pd.Index(names, dtype=object), dtype=object, copy=False)
    frame.attrs[AS_WRITTEN] = True
    if first:
        index = cells[:, 0].tolist()
        whole = all(isinstance(cell, str) and cell.strip().removeprefix("-").isdecimal() for cell in index)
        frame.index = pd.Index([int(cell) for cell in index]) if whole else pd.Index(index, dtype=object)
    return frame
