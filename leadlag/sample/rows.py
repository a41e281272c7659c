"""Text of a file as rows of cells: the sign between cells, lines that are no part of the table, quotes."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Sequence

from leadlag.errors import UsageError
from leadlag.sample.model import Note
from leadlag.sample.violations import Fix, counted

__all__ = ["Row", "SEPARATORS", "csv_rows", "skipped_lines"]

#: A line number and its cells.
Row = tuple[int, list[str]]

#: Signs that may stand between cells, the rarest in text last.
SEPARATORS = (",", ";", "|", "\t")
_SAID = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
#: Lines that are looked at to find the sign between cells.
_LOOKED_AT = 200


def skipped_lines(skip_rows: int | Sequence[int] | None) -> Collection[int]:
    """The numbers of the lines to leave out; an int is that many first ones.

    Examples
    --------
    >>> skipped_lines(2), sorted(skipped_lines([5, 1]))
    (range(1, 3), [1, 5])
    """
    if skip_rows is None:
        return ()
    if isinstance(skip_rows, int) and not isinstance(skip_rows, bool) and skip_rows >= 0:
        return range(1, skip_rows + 1)
    numbers = [0] if isinstance(skip_rows, (str, bytes, int)) else list(skip_rows)
    if not all(type(number) is int and number > 0 for number in numbers):
        raise UsageError(
            f"skip_rows={skip_rows!r} is not allowed: give a number of first lines, or a list of line numbers that count from 1."
        )
    return frozenset(numbers)


def csv_rows(text: str, name: str, *, sep: str | None, skipped: Collection[int]) -> tuple[list[Row], str, tuple[Note, ...]]:
    """The rows of a CSV text with their line numbers, the sign between cells, and what was left out.

    Parameters
    ----------
    text : str
    name : str
        The file, for messages.
    sep : str or None
        The sign between cells; None finds it.
    skipped : collection of int
        Numbers of lines to leave out.

    Raises
    ------
    UsageError
        If quotes are not balanced, a cell is too long, or a line may be a comment or the header.
    """
    lines = list(io.StringIO(text, newline=""))
    for number in skipped:
        if number <= len(lines):
            lines[number - 1] = "\n"  # keeps its place, so that the others keep their number
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return [], sep or ",", ()
    said = _SAID.fullmatch(lines[first])
    if said is not None:
        lines[first] = "\n"
    mark = _checked(sep) or (said[1] if said is not None else _separator(lines))
    notes = _without_comments(lines, mark, name)
    reader = csv.reader(iter(lines), delimiter=mark, strict=True)
    rows: list[Row] = []
    try:
        rows.extend((reader.line_num, row) for row in reader if row)
    except csv.Error as error:
        begun = rows[-1][0] + 1 if rows else 1
        begun = next((number for number in range(begun, len(lines) + 1) if lines[number - 1].strip()), begun)
        raise _unreadable(str(error), begun, lines, name, skipped) from None
    return rows, mark, notes


def _checked(sep: str | None) -> str | None:
    """One sign, or a `UsageError`."""
    if sep is None:
        return None
    sign = {"\\t": "\t", "tab": "\t"}.get(sep, str(sep))
    if len(sign) != 1 or sign in '"\n\r':
        raise UsageError(f"sep={sep!r} is not allowed: give the one sign between cells, such as ';' or '\\t'.")
    return sign


def _separator(lines: Sequence[str]) -> str:
    """The sign by which most lines have one number of cells, more than one; of equals the one that is rarest in text."""
    some = [line for line in lines[: 5 * _LOOKED_AT] if line.strip()][:_LOOKED_AT]
    scores: list[tuple[float, int]] = []
    for place, mark in enumerate(SEPARATORS):
        widths = _widths(some, mark)
        usual, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        if usual > 1:
            scores.append((count / len(widths), place))
    return SEPARATORS[max(scores)[1]] if scores else ","


def _widths(lines: Sequence[str], mark: str) -> list[int]:
    """How many cells each record of some lines has."""
    widths: list[int] = []
    try:
        widths.extend(len(row) for row in csv.reader(iter(lines), delimiter=mark) if row)
    except csv.Error:
        return [line.count(mark) + 1 for line in lines]
    return widths


def _without_comments(lines: list[str], mark: str, name: str) -> tuple[Note, ...]:
    """Lines that begin with ``#`` and are no rows of the table, taken out in place; a header that begins so is asked about."""
    begun = [place for place, line in enumerate(lines) if line.startswith("#") and not line.startswith(f"#{mark}")]
    if not begun:
        return ()
    rest = [line for place, line in enumerate(lines) if place not in set(begun) and line.strip()][:_LOOKED_AT]
    usual = Counter(line.count(mark) for line in rest).most_common(1)[0][0] if rest else 0
    comments = [place for place in begun if usual == 0 or lines[place].count(mark) != usual]
    first = next((place for place, line in enumerate(lines) if line.strip() and place not in comments), None)
    if first in begun and first not in comments:
        raise UsageError(
            f"line {first + 1} of file={name!r} begins with # and has as many cells as the table, so that it can be its "
            "header or a comment: take the # away if it is the header, or leave the line out",
            fixes=[Fix.of(skip_rows=[first + 1], when="if it is a comment")],
        )
    if not comments:
        return ()
    shown = ", ".join(str(place + 1) for place in comments[:5])
    more = ", ..." if len(comments) > 5 else ""
    for place in comments:
        lines[place] = "\n"
    text = f"{counted(len(comments), 'comment line was', 'comment lines were')} left out: {shown}{more}."
    return (Note(code="LL142", column=None, text=text),)


def _unreadable(said: str, begun: int, lines: Sequence[str], name: str, skipped: Collection[int]) -> UsageError:
    """What is wrong with quotes, by the line on which the record begins."""
    shown = lines[begun - 1].strip()[:40]
    if "field larger" in said:
        what = f"has a cell of more than {csv.field_size_limit():,} characters: is a quote opened there and never closed?"
    elif "unexpected end" in said:
        what = "opens a quote that is never closed."
    elif "expected after" in said:
        what = "has a quote inside a cell, which has to be doubled."
    else:
        what = f"cannot be read as CSV: {said}."
    step = "Correct it, or leave the line out" if begun > 1 else "Correct it"
    fixes = [Fix.of(skip_rows=sorted({*skipped, begun}))] if begun > 1 else []
    return UsageError(f"line {begun} of file={name!r} ({shown!r}) {what} {step}", fixes=fixes)
