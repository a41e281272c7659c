"""Cells of text as numbers, all of one column in one style."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from leadlag.sample.marks import Marks, Style, style_of
from leadlag.sample.written import PLAIN, Written, as_written

__all__ = ["TextsRead", "plain_texts", "read_texts"]

#: Numbers in the C locale of which the point, if they have one, may be one of thousands.
_GROUPABLE = re.compile(r"[+-]?(?:\d+|[1-9]\d{0,2}\.\d{3})", re.ASCII)
#: Lines each of which is a number in the C locale, or such a number. No line is read twice (``*+``): where a late one is no
#: number, going back through the earlier ones would take time that doubles with each of them.
_ALL_PLAIN, _ALL_GROUPABLE = (
    re.compile(rf"(?:(?:{line.pattern})\n)*+(?:{line.pattern})", re.ASCII) for line in (PLAIN, _GROUPABLE)
)
#: A whole number that may lie beyond 2**53.
_LONG_WHOLE = re.compile(r"^[+-]?\d{16,}$", re.ASCII | re.MULTILINE)
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class TextsRead:
    """The texts of a column as numbers.

    Parameters
    ----------
    values : ndarray, shape (n_texts,)
        NaN where the text is no number in this style.
    wrong : ndarray of bool, shape (n_texts,)
        Where that is.
    style : Style
        How point and comma were read, and whether that is in doubt.
    marked : tuple of int
        The first texts with a mark that was taken for one of thousands, for a decimal comma, or is in doubt.
    units : tuple of (str, int)
        Percent sign and currencies, each with the place of a text that shows it.
    bracketed : int or None
        A text in which parentheses stand for the minus.
    bare : int or None
        A text without a unit that is not zero.
    points : bool
        Whether some have a decimal point.
    """

    values: np.ndarray
    wrong: np.ndarray
    style: Style = field(default_factory=Style)
    marked: tuple[int, ...] = ()
    units: tuple[tuple[str, int], ...] = ()
    bracketed: int | None = None
    bare: int | None = None
    points: bool = False

    @property
    def told(self) -> bool:
        """Whether a note or a question says how they were written."""
        return bool(self.marked or self.units) or self.bracketed is not None


def plain_texts(cells: Sequence[object], marks: Marks | None) -> TextsRead | None:
    """Cells that are all texts of numbers in the C locale of which no point may be one of thousands; None for any others.

    No cell is missing or so long that a whole number may lose digits.
    """
    try:
        column = "\n".join(cells)  # type: ignore[arg-type]  # TypeError where one is no text
    except TypeError:
        return None
    if column.count("\n") != len(cells) - 1 or _ALL_PLAIN.fullmatch(column) is None or _LONG_WHOLE.search(column):
        return None  # a cell may hold a line break of its own
    if marks is not None and "." in column and _ALL_GROUPABLE.fullmatch(column):
        return None
    return _plain(cells)  # type: ignore[arg-type]  # texts


def read_texts(texts: Sequence[str], marks: Marks | None, beside: Sequence[str] = ()) -> TextsRead:
    """Texts that are not missing as numbers; without `marks` in the C locale alone.

    Parameters
    ----------
    texts : sequence of str
    marks : Marks or None
    beside : sequence of str
        The digits of numbers by type in the same column, which show how the others are to be read.

    Examples
    --------
    >>> read_texts(["12 %", "(1,5 %)", "many"], Marks(decimal=",")).values
    array([12. , -1.5,  nan])
    """
    plain = [PLAIN.fullmatch(text) is not None for text in texts]
    groupable = all(plain) and any("." in text for text in texts) and all(map(_GROUPABLE.fullmatch, texts))
    if marks is None or (all(plain) and not groupable):
        return _plain(texts, plain)
    cells = [as_written(text) for text in texts]
    written = [cell for cell in cells if cell is not None] + [Written(digits=text) for text in beside]
    style = style_of(written, marks)
    if all(plain) and style == Style():
        return _plain(texts, plain)
    numbers = [_infinite(text) if cell is None else style.number(cell) for text, cell in zip(texts, cells, strict=True)]
    units: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if cell is not None:
            units.setdefault(cell.unit, place)
    bare = [place for place, cell in enumerate(cells) if cell is not None and not cell.unit and numbers[place]]
    signs = [place for place, cell in enumerate(cells) if cell is not None and cell.bracketed]
    return TextsRead(
        values=np.array([np.nan if number is None else number for number in numbers], dtype=np.float64),
        wrong=np.array([number is None for number in numbers], dtype=bool),
        style=style,
        marked=_marked(cells, numbers, style),
        units=tuple((unit, place) for unit, place in units.items() if unit),
        bracketed=signs[0] if signs else None,
        bare=bare[0] if bare else None,
        points=style.decimal == "." and any("." in cell.digits for cell in written),
    )


def _plain(texts: Sequence[str], plain: Sequence[bool] = ()) -> TextsRead:
    """Texts in the C locale, all others being wrong; all are if nothing is said."""
    if all(plain):
        values = np.array([float(text) for text in texts])
        return TextsRead(values=values, wrong=np.zeros(len(texts), dtype=bool), points=any("." in text for text in texts))
    numbers = [float(text) if fits else _infinite(text) for text, fits in zip(texts, plain, strict=True)]
    return TextsRead(
        values=np.array([np.nan if number is None else number for number in numbers], dtype=np.float64),
        wrong=np.array([number is None for number in numbers], dtype=bool),
    )


def _infinite(text: str) -> float | None:
    return float(text) if _INFINITE.fullmatch(text) else None


def _marked(cells: Sequence[Written | None], numbers: Sequence[float | None], style: Style) -> tuple[int, ...]:
    """The first texts with a mark that needs a word: one of thousands, a decimal comma, or one that is or was in doubt."""
    signs = {style.doubt or style.settled} if style.doubt or style.settled else {",", "." if style.decimal == "," else ","}
    found = (
        place
        for place, cell in enumerate(cells)
        if cell is not None and numbers[place] is not None and any(sign in cell.digits for sign in signs)
    )
    return tuple(itertools.islice(found, 5))
