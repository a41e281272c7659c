"""What was found in a table beyond its cells, and what was done about it, in one line each."""

from __future__ import annotations

import math
from collections.abc import Sequence

from leadlag.wording.shown import joined, number, percent, periods, shown

__all__ = ["clipped_away", "hit_row", "one_rescaled", "perhaps_not_whole", "read_as_missing", "several_rescaled", "slower_period"]

_MOST_NAMES = 6
#: What so many periods of a unit are, where that has a name.
_SLOWER = {("day", 7): "week", ("week", 4): "month", ("month", 3): "quarter", ("month", 12): "year", ("quarter", 4): "year"}


def slower_period(unit: str, step: int) -> str:
    """So many periods as one of a slower cadence: "quarter", or "7 hours"."""
    return _SLOWER.get((unit, step), periods(step, unit))


def read_as_missing(name: str, value: float, count: int) -> str:
    """A value that stands for missing ones."""
    times = "once" if count == 1 else f"{count} times"
    return f"{shown(name)}: {value:g} stands {times}, far from all other values: read as missing (repair=() keeps it)."


def several_rescaled(names: Sequence[str], date: str, factor: float) -> str:
    """A change of unit that several columns share."""
    return (
        f"from {date} on {_listed(names)} are in another unit, {_factor(factor)} what they were: earlier values were "
        f"multiplied by {_plain(factor)}, so that all are in the unit of today."
    )


def one_rescaled(name: str, date: str, factor: float) -> str:
    """A change of unit of one column alone."""
    return (
        f"from {date} on {shown(name)} is {_factor(factor)} what it was, and no other column: a change of unit? Put it in one "
        "unit; while it stands no grade is better than weak."
    )


def hit_row(names: Sequence[str], date: str, *, place: str, change: float) -> str:
    """A row that hit most columns."""
    far = "far from what was expected" if math.isnan(change) else _change(change)
    what = {"first": "the first period may not be whole", "last": "the last period may not be whole"}.get(place, "an outage?")
    left = "their values of this period are left out"
    return f"{date}: {what}, {_listed(names)} are {far}: {left}."


def perhaps_not_whole(names: Sequence[str], date: str, *, place: str, change: float) -> str:
    """A first or last row of a table with too few columns to be judged."""
    far = "far below what was expected" if math.isnan(change) else _change(change)
    return (
        f"{date}: {_listed(names)} are {far}, and too few columns stand beside them to tell whether the {place} period is whole: "
        "if it is not, leave its row out or say as_of=."
    )


def clipped_away(kpi: str, count: int, n: int) -> str:
    """A KPI of which so much looks like outliers that they are none."""
    return f"{count} of {n} values of kpi={kpi!r} look like outliers, which are no outliers then:"


def _change(change: float) -> str:
    return f"{percent(round(abs(change), 2))} {'lower' if change < 0 else 'higher'} than expected"


def _factor(factor: float) -> str:
    return f"{_plain(factor)} times"


def _plain(factor: float) -> str:
    return (
        f"{factor:,.0f}" if factor >= 10 and factor == round(factor) else f"{factor:g}" if factor in _POWERS else number(factor)
    )


_POWERS = frozenset(float(f"1e{power}") for power in range(-9, 10))


def _listed(names: Sequence[str]) -> str:
    told = [shown(name) for name in names[:_MOST_NAMES]]
    return joined(told if len(names) <= _MOST_NAMES else [*told, f"{len(names) - _MOST_NAMES} others"])
