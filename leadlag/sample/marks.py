"""What point and comma mean in the numbers of a table: told, seen from one cell, or to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadlag.sample.written import Written, as_written

__all__ = ["DECIMALS", "THOUSANDS", "Marks", "Style", "marks_of", "style_of"]

#: What `decimal` and `thousands` may be.
DECIMALS = (".", ",")
THOUSANDS = (".", ",", " ", "'")

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_PATTERNS = {
    ".": re.compile(
        rf"(?:\d+\.?\d*|\.\d+){_EXPONENT}|(?:[1-9]\d{{0,2}}(?:,\d{{3}})+|[1-9]\d?(?:,\d{{2}})+,\d{{3}})(?:\.\d*)?", re.ASCII
    ),
    ",": re.compile(rf"(?:\d+,?\d*|,\d+){_EXPONENT}|[1-9]\d{{0,2}}(?:\.\d{{3}})+(?:,\d*)?", re.ASCII),
}
#: One to three digits, or such and one group of three after a point.
_ONE_GROUP = re.compile(r"0|[1-9]\d{0,2}(?:\.\d{3})?", re.ASCII)
#: What a cell must have to decide: a comma, or two groups after points.
_MAY_DECIDE = re.compile(r",|\d\.\d{3}\.\d{3}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What is known of point and comma in one table.

    Parameters
    ----------
    decimal : {".", ",", ""}
        The mark of decimals, the other one being that of thousands; empty if nothing says it.
    both : bool
        Whether point and comma are both decimal marks, because thousands are apart by something else.
    declared : bool
        Whether the caller said so.
    seen : str
        The cell that says so, if it was not declared.
    semicolons : bool
        Whether the table comes from a file with ``;`` between its cells, as where the comma is the decimal mark.
    """

    decimal: str = ""
    both: bool = False
    declared: bool = False
    seen: str = ""
    semicolons: bool = False


@dataclass(frozen=True, kw_only=True)
class Style:
    """How the numbers of one column are to be read.

    Parameters
    ----------
    decimal : {".", ","}
        The decimal mark; the other one is that of thousands.
    both : bool
        Whether either mark is a decimal one.
    doubt : {"", ".", ","}
        The mark that can be one of thousands or of decimals, and nothing says which.
    grouped : bool
        Whether marks of thousands were taken out.
    settled : {"", ".", ","}
        The mark that would be in doubt, were it not for what is known of the table.
    """

    decimal: str = "."
    both: bool = False
    doubt: str = ""
    grouped: bool = False
    settled: str = ""

    def number(self, cell: Written) -> float | None:
        """The value of one cell, None where it is written in another style."""
        digits = cell.digits
        if cell.spaced or self.both:  # the one mark left is decimal
            marks = digits.count(".") + digits.count(",")
            digits = digits.replace(",", ".")
            value = float(digits) if marks <= 1 else None
        elif _PATTERNS[self.decimal].fullmatch(digits):
            value = float(digits.replace(",", "") if self.decimal == "." else digits.replace(".", "").replace(",", "."))
        else:
            value = None
        return value if value is None else -value if cell.negative else value


def marks_of(columns: Iterable[Sequence[object]], *, decimal: str | None, thousands: str | None, semicolons: bool) -> Marks:
    """What the caller or a cell of the table says about point and comma.

    Parameters
    ----------
    columns : iterable of sequences
        The cells of every column that may be numbers; cells that are no text say nothing.
    decimal : {".", ","} or None
    thousands : {".", ",", " ", "'"} or None
    semicolons : bool
        Whether the file has ``;`` between its cells.

    Examples
    --------
    >>> marks_of([["936", "1.034"], ["20,43", "7,5"]], decimal=None, thousands=None, semicolons=True).decimal
    ','
    >>> marks_of([["936", "1.034"], ["20.43", "7.5"]], decimal=None, thousands=None, semicolons=True).decimal
    ''
    """
    if thousands is not None and thousands not in DECIMALS:
        return Marks(both=True, declared=True, semicolons=semicolons)
    if thousands is not None or decimal is not None:
        return Marks(decimal=decimal or ("," if thousands == "." else "."), declared=True, semicolons=semicolons)
    said: dict[str, str] = {}
    for column in columns:
        found = _decided(column)
        if found is not None:
            said.setdefault(*found)
    if len(said) != 1:
        return Marks(semicolons=semicolons)
    mark, cell = next(iter(said.items()))
    return Marks(decimal=mark, seen=cell, semicolons=semicolons)


def _decided(column: Sequence[object]) -> tuple[str, str] | None:
    """The decimal mark that a cell of a column of numbers shows, and the cell; None if none does, or two differ."""
    texts = [cell for cell in column if isinstance(cell, str)]
    if not texts or _MAY_DECIDE.search("\n".join(texts)) is None:
        return None
    cells = [(text.strip(), as_written(text.strip())) for text in texts]
    numbers = [(text, cell) for text, cell in cells if cell is not None]
    if 2 * len(numbers) <= len(texts):
        return None
    said: dict[str, str] = {}
    for text, cell in numbers:
        for mark in _shown(cell):
            said.setdefault(mark, text)
    return next(iter(said.items())) if len(said) == 1 else None


def _shown(cell: Written) -> tuple[str, ...]:
    """The decimal mark that one cell alone shows: by both marks, by two groups, or by a comma that can only be decimal."""
    if _MAY_DECIDE.search(cell.digits) is None:
        return ()
    if cell.spaced:
        return (",",)
    fits = tuple(mark for mark, pattern in _PATTERNS.items() if pattern.fullmatch(cell.digits))
    return fits if len(fits) == 1 else ()


def style_of(cells: Sequence[Written], marks: Marks) -> Style:
    """How the numbers of one column are to be read, by what is known of the table and by how they are written.

    Parameters
    ----------
    cells : sequence of Written
    marks : Marks

    Examples
    --------
    >>> cells = [as_written(text) for text in ("936", "1.034")]
    >>> style_of(cells, Marks()), style_of(cells, Marks(decimal=",")).number(cells[1])
    (Style(decimal='.', both=False, doubt='.', grouped=False, settled=''), 1034.0)
    """
    digits = [cell.digits for cell in cells if not cell.spaced]
    points, commas = (any(mark in text for text in digits) for mark in DECIMALS)
    if not points and not commas:
        return Style()
    if marks.both:
        return Style(both=True)
    known = marks.decimal
    if not commas and known != "," and not any(text.count(".") > 1 for text in digits):
        doubt = _doubt_about_points(digits, semicolons=marks.semicolons)
        return Style(settled=doubt) if known else Style(doubt=doubt)
    fits = {mark: sum(pattern.fullmatch(text) is not None for text in digits) for mark, pattern in _PATTERNS.items()}
    if known:  # a column of decimal points keeps them where the comma is the decimal mark of the others
        return _styled(known if commas or fits[known] == len(digits) else ".", digits)
    if fits["."] == fits[","] == len(digits):
        return Style(doubt=",")
    return _styled("," if fits[","] > fits["."] else ".", digits)


def _doubt_about_points(digits: Sequence[str], *, semicolons: bool) -> str:
    """A point, if it may be the mark of thousands in a column: it is never followed by other than three digits."""
    if not all(map(_ONE_GROUP.fullmatch, digits)):
        return ""
    return "." if semicolons or not all("." in text for text in digits) else ""


def _styled(decimal: str, digits: Sequence[str]) -> Style:
    other = "," if decimal == "." else "."
    return Style(decimal=decimal, grouped=any(other in text for text in digits))
