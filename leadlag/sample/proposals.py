"""Formats that read texts in no known form: worked out from their numbers and words, and offered, never taken."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

from leadlag.sample.formats import formatted_texts
from leadlag.sample.timelike import TextShape, shape_of

__all__ = ["have_no_year", "only_counts", "proposed_formats"]

_MOST, _MOST_WAYS = 3, 5_000
#: Longest abbreviation of a month or weekday, and last day of a month.
_ABBREVIATION, _LAST_DAY, _FIRST_YEAR, _LAST_YEAR = 4, 31, 1900, 2100
#: Words beside which a number is that of a week, or of a quarter.
_WEEKS = frozenset({"w", "kw", "cw", "wk", "week", "woche", "kalenderwoche", "semaine", "semana", "settimana"})
_QUARTERS = frozenset({"q", "qtr", "quarter", "quartal", "trimestre", "trim", "kwartaal"})
_HALVES = frozenset({"h", "half", "semester", "halbjahr", "semestre"})
#: What the signs of a date may be besides the year.
_WITHIN = (
    {"%m"}, {"%m", "%d"}, {"%b"}, {"%B"}, {"%b", "%d"}, {"%B", "%d"}, {"%q"}, {"%j"}, {"%V"},
)  # fmt: skip
_CLOCK = ("%H", "%M", "%S")


def proposed_formats(texts: Sequence[str]) -> tuple[str, ...]:
    """Formats that every text of the most frequent shape has, with a year and what lies within it; months before quarters.

    Examples
    --------
    >>> proposed_formats(["2024-032", "2024-039", "2024-046", "2024-053", "2024-060"])
    ('%Y-%j',)
    >>> proposed_formats([f"1/{year}" for year in (20, 21, 22, 23, 24)])
    ('%m/%y', '%q/%y')
    """
    shape = shape_of(texts)
    if not shape.most:
        return ()
    ways = [_ways(shape, place) for place in range(len(shape.signs))]
    n_ways = 1
    for each in ways:
        n_ways *= len(each)
    if not 0 < n_ways <= _MOST_WAYS:
        return ()
    whole = ["".join(row) for row in shape.rows]
    found = []
    for way in product(*ways):
        if _is_date(way) and None not in formatted_texts(whole, "".join(way)):
            found.append("".join(way))
    return tuple(found[:_MOST])


def have_no_year(texts: Sequence[str]) -> bool:
    """Whether texts are days and months only: with one number beside the name of a month, or 31.1.

    Examples
    --------
    >>> have_no_year(["Jan 10", "Jan 17", "Jan 24", "Jan 31", "Feb 7"])
    True
    >>> have_no_year(["Oct 23", "Nov 23", "Dec 23", "Jan 24", "Feb 24"])
    False
    """
    shape = shape_of(texts)
    places = [place for place, sign in enumerate(shape.signs) if sign in ("0", "M")]
    if (
        not shape.most
        or len(places) != 2
        or any(len(row[place]) > 2 for row in shape.rows for place in places if shape.signs[place] == "0")
    ):
        return False
    first, second = (shape.values(place) for place in places)
    if not all(1 <= value <= _LAST_DAY for value in (*first, *second)):
        return False
    if "M" not in shape.signs:
        return shape.signs[-1] == "." and shape.signs.count(".") == 2
    numbers, months = (first, second) if shape.signs[places[0]] == "0" else (second, first)
    steps = [(year, month) for year, month in zip(numbers, months, strict=True)]
    rising, falling = (all(one <= other for one, other in pairwise(order)) for order in (steps, steps[::-1]))
    return not rising and not falling


def only_counts(texts: Sequence[str]) -> bool:
    """Whether texts have one number each, which is no year: Sprint 12, Day 5.

    Examples
    --------
    >>> only_counts([f"Sprint {row}" for row in range(9)]), only_counts([f"in {row}" for row in range(2010, 2020)])
    (True, False)
    """
    shape = shape_of(texts)
    numbers = [place for place, sign in enumerate(shape.signs) if sign == "0"]
    if not shape.most or len(numbers) != 1 or {"M", "D"} & set(shape.signs):
        return False
    return max(shape.values(numbers[0])) < _FIRST_YEAR


def _ways(shape: TextShape, place: int) -> Sequence[str]:
    """What may stand in a format for one word, sign or number."""
    sign = shape.signs[place]
    written = [row[place] for row in shape.rows]
    if sign in ("M", "D"):
        short, long = ("%b", "%B") if sign == "M" else ("%a", "%A")
        return (short if max(map(len, written)) <= _ABBREVIATION else long,)
    if sign == "P":
        return ("%p",)
    if sign != "0":
        return (written[0].replace("%", "%%"),)
    return _numbers(shape, place, written)


def _numbers(shape: TextShape, place: int, written: Sequence[str]) -> Sequence[str]:
    """What a number may be, by its neighbours, its length and its size."""
    values, lengths = [int(text) for text in written], {len(text) for text in written}
    low, high = min(values), max(values)
    near = _beside(shape.signs, place)
    if lengths == {4}:
        return ("%Y", "%G") if _FIRST_YEAR <= low <= high <= _LAST_YEAR else ()
    if lengths == {6}:
        return ("%Y%m", "%y%m%d", "%d%m%y")
    if lengths == {8}:
        return ("%Y%m%d", "%d%m%Y", "%m%d%Y")
    if lengths == {7}:
        return ("%Y%j",)
    if max(lengths) > 3:
        return ()
    if near & _HALVES:  # no sign of strptime
        return ()
    if ":" in near and lengths <= {1, 2}:
        return (*_CLOCK, "%I")
    named = ("%V",) if near & _WEEKS and high <= 53 else ("%q",) if near & _QUARTERS and high <= 4 else ()
    short = ("%y",) if lengths == {2} else ()
    if named:
        return (*named, *short)
    sizes = [("%m", 1, 12), ("%d", 1, 31), ("%q", 1, 4)]
    fit = [sign for sign, least, most in sizes if least <= low and high <= most and max(lengths) < 3]
    return (*fit, *short, *(("%j",) if lengths == {3} and low >= 1 and high <= 366 else ()))


def _beside(signs: Sequence[str], place: int) -> set[str]:
    """The words and signs next to a number, also behind a blank, a point or a line."""
    near = set()
    for step in (-1, 1):
        at = place + step
        if 0 <= at < len(signs):
            near.add(signs[at])
            if signs[at] in " ._-'" and 0 <= at + step < len(signs):
                near.add(signs[at + step])
    return near


def _is_date(way: Sequence[str]) -> bool:
    """Whether signs are a year once, and what lies within it once."""
    signs = [part[at : at + 2] for part in way if part.startswith("%") for at in range(0, len(part), 2)]
    plain = [sign for sign in signs if sign not in (*_CLOCK, "%I", "%p", "%a", "%A", "%%")]
    years = [sign for sign in plain if sign in ("%Y", "%y", "%G")]
    within = [sign for sign in plain if sign not in years]
    hour = "%I" if "%p" in signs else "%H"
    clock = tuple(sign for sign in signs if sign in (*_CLOCK, "%I"))
    weeks = ("%G" in years) == ("%V" in within)
    once = len(years) == 1 and len(set(within)) == len(within) and clock in ((), (hour, "%M"), (hour, "%M", "%S"))
    return once and weeks and set(within) in _WITHIN
