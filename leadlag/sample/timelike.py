"""Texts that may be times in no form that is known: by their words and numbers, or because they rise from row to row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leadlag.sample.numbered import goes_round
from leadlag.sample.timewords import MONTHS, WEEKDAYS, is_unit_word, plain_text, tidy

__all__ = ["TextShape", "shape_of", "texts_like_times"]

_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:-feira)?|.", re.DOTALL)
_ORDINALS = frozenset({"st", "nd", "rd", "th", "er"})
#: So many cells, evenly spread, say what most of a column is; fewer than the second are no column of times.
_ENOUGH, _FEWEST = 3_000, 5
#: Of labels that speak of time such a share must differ, of others nearly all.
_SOME_DIFFER, _NEARLY_ALL = 0.05, 0.9
#: Years that four digits may be; days of a month, and months of a year.
_YEARS, _DAYS, _MONTHS = range(1900, 2101), range(1, 32), range(1, 13)
_CLOCK = ":"
_WORDS = re.compile(r"[^\W\d_]+")
_MOST_WORDS, _MOST_DIGITS = 12, 18
_NUMBER, _MONTH, _WEEKDAY, _HALF_DAY = "0", "M", "D", "P"


@dataclass(frozen=True, kw_only=True)
class TextShape:
    """What the texts of a column have in common.

    Parameters
    ----------
    signs : tuple of str
        The words and signs of each, with ``"0"`` for a number, ``"M"`` for the name of a month, ``"D"`` for that of a weekday,
        and ``"P"`` for am and pm.
    rows : tuple of tuple of str
        The same of every text of this shape, as written.
    n_texts : int
        Texts that were looked at.
    """

    signs: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    n_texts: int = 0

    @property
    def most(self) -> bool:
        """Whether more than half of the texts have it, and five at least."""
        return len(self.rows) >= _FEWEST and 2 * len(self.rows) > self.n_texts

    def values(self, sign: int) -> list[int]:
        """The numbers at one place, those of months where their names stand."""
        if self.signs[sign] == _MONTH:
            return [MONTHS[plain_text(row[sign])] for row in self.rows]
        return [int(row[sign]) for row in self.rows]


def shape_of(texts: Sequence[str]) -> TextShape:
    """The shape that most of the texts have.

    Examples
    --------
    >>> shape_of(["Week 5 of 2024", "Week 12 of 2024"]).signs
    ('week', ' ', '0', ' ', 'of', ' ', '0')
    """
    some = [tidy(text) for text in texts[:: max(1, len(texts) // _ENOUGH)]]
    rows = [tuple(_TOKEN.findall(text)) for text in some]
    found = [_signs(row) for row in rows]
    if not found:
        return TextShape()
    common = Counter(signs for signs, _ in found).most_common(1)[0][0]
    return TextShape(signs=common, rows=tuple(kept for signs, kept in found if signs == common), n_texts=len(some))


def _signs(row: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Signs of one text, and its words and signs without ordinal endings and the points of abbreviations."""
    signs: list[str] = []
    kept: list[str] = []
    for word in row:
        plain = plain_text(word)
        before = signs[-1] if signs else ""
        if (before == _NUMBER and plain in _ORDINALS) or (before in (_MONTH, _WEEKDAY) and word == "."):
            continue
        signs.append(_sign(word, plain))
        kept.append(word)
    return tuple(signs), tuple(kept)


def _sign(word: str, plain: str) -> str:
    if word.isdecimal() and len(word) <= _MOST_DIGITS:
        return _NUMBER
    if plain in ("am", "pm"):
        return _HALF_DAY
    return _MONTH if plain in MONTHS else _WEEKDAY if plain in WEEKDAYS else plain or " "


def texts_like_times(texts: Sequence[str]) -> bool:
    """Whether texts may be times: of one shape with a number, which speaks of time, or that rises or falls from row to row.

    Examples
    --------
    >>> texts_like_times([f"{row % 12 + 1}/{22 + row // 12}" for row in range(24)])
    True
    >>> texts_like_times([f"SKU-{row * 7919 % 10000}" for row in range(24)]), texts_like_times(["sold out"] * 24)
    (False, False)
    """
    shape = shape_of(texts)
    if not shape.most:
        return _named_years(texts)
    numbers = [place for place, sign in enumerate(shape.signs) if sign in (_NUMBER, _MONTH)]
    if _NUMBER not in shape.signs:
        return False
    if len(numbers) == 1 and len(shape.rows) == shape.n_texts and goes_round(np.array(shape.values(numbers[0]))):
        return True
    differ = len(set(shape.rows))
    if differ < _FEWEST or differ < _SOME_DIFFER * len(shape.rows):
        return False
    if _speaks(shape):
        return True
    return differ >= _NEARLY_ALL * len(shape.rows) and _runs(list(zip(*map(shape.values, numbers), strict=True)))


def _named_years(texts: Sequence[str]) -> bool:
    """Whether texts are few words, each with a year: Spring 2024, Summer 2024."""
    plain = [_WORDS.sub("x", tidy(text)) for text in texts]
    shape, words = shape_of(plain), {word for text in texts for word in _WORDS.findall(text)}
    if not shape.most or len(words) > _MOST_WORDS or len(set(texts)) < _FEWEST:
        return False
    return any(_is_year(shape, place) for place, sign in enumerate(shape.signs) if sign == _NUMBER)


def _speaks(shape: TextShape) -> bool:
    """Whether a shape has a name of a month or weekday, a word such as week, a year, a day with its month, or a clock time."""
    if _MONTH in shape.signs or _WEEKDAY in shape.signs or any(map(is_unit_word, shape.signs)):
        return True
    places = [place for place, sign in enumerate(shape.signs) if sign == _NUMBER]
    if any(_is_year(shape, place) for place in places):
        return True
    pairs = [place for place in places if place + 2 in places]
    return any(_is_day(shape, place) or _is_clock(shape, place) for place in pairs)


def _is_year(shape: TextShape, place: int) -> bool:
    """Whether a number is a year, or begins with one and a month."""
    written = [row[place] for row in shape.rows]
    if not all(len(text) in (4, 6, 8) and int(text[:4]) in _YEARS for text in written):
        return False
    return all(len(text) == 4 or int(text[4:6]) in _MONTHS for text in written)


def _is_day(shape: TextShape, place: int) -> bool:
    """Whether two numbers are a day and a month, in either order."""
    if shape.signs[place + 1] not in "/.-":
        return False
    first, second = shape.values(place), shape.values(place + 2)
    return all(value in _DAYS for value in (*first, *second)) and (max(first) in _MONTHS or max(second) in _MONTHS)


def _is_clock(shape: TextShape, place: int) -> bool:
    """Whether two numbers are an hour and its minutes."""
    if shape.signs[place + 1] != _CLOCK:
        return False
    return max(shape.values(place)) <= 24 and all(len(row[place + 2]) == 2 and int(row[place + 2]) < 60 for row in shape.rows)


def _runs(rows: Sequence[tuple[int, ...]]) -> bool:
    """Whether numbers, read from the left or from the right, rise or fall on every row."""
    for order in (rows, [row[::-1] for row in rows]):
        steps = list(pairwise(order))
        if all(first < second for first, second in steps) or all(first > second for first, second in steps):
            return True
    return False
