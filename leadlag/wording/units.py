"""What a unit of time says: the days or months of a period, and the seasons it can have."""

from __future__ import annotations

import math
from collections.abc import Sequence

from leadlag.wording.shown import periods

__all__ = ["in_time", "season"]

#: What another unit says of a period.
_IN_UNITS = {"week": ("day", 7), "quarter": ("month", 3), "year": ("month", 12)}

#: Lengths of a season that have a word, by the unit of the sample.
_SEASONS = {
    "hour": ((24, "daily"), (168, "weekly"), (8766, "yearly")),
    "day": ((7, "weekly"), (365.25, "yearly")),
    "business day": ((5, "weekly"), (261, "yearly")),
    "week": ((52.18, "yearly"),),
    "month": ((12, "yearly"),),
    "quarter": ((4, "yearly"),),
}


def in_time(count: float, unit: str) -> str:
    """Periods, and what they are in days or months where that is a whole number.

    Examples
    --------
    >>> in_time(3, "week"), in_time(2, "month"), in_time(4 / 3, "quarter"), in_time(1, "period")
    ('3 weeks (21 days)', '2 months', '1.33 quarters (4 months)', '1 period')
    """
    told, (smaller, many) = periods(count, unit), _IN_UNITS.get(unit, ("", 0))
    whole = round(count * many)
    return f"{told} ({periods(whole, smaller)})" if whole and math.isclose(whole, count * many) else told


def season(
    *, period: float, count: int, unit: str, grows: bool = False, peaks: Sequence[int] = (), year: float | None = None
) -> str:
    """One season of the base, such as ``yearly season (12 months, 6 harmonics)``; `year`: periods in a year.

    Examples
    --------
    >>> season(period=365.25 / 7, count=1, unit="week"), season(period=10, count=2, unit="period")
    ('yearly season (52.18 weeks, 1 harmonic)', 'season (10 periods, 2 harmonics)')
    >>> season(period=365.25 / 28, count=6, unit="period", year=365.25 / 28)
    'yearly season (13.04 periods, 6 harmonics)'
    """
    if peaks:
        return f"peaks in {'week' if len(peaks) == 1 else 'weeks'} {', '.join(str(week + 1) for week in peaks)} of the year"
    changes = " that changes over time" if grows else ""
    if not count:
        return f"month ends{changes}"
    known = (*_SEASONS.get(unit, ()), *([] if year is None else [(year, "yearly")]))
    word = next((each for length, each in known if math.isclose(period, length, rel_tol=0.02)), "")
    return f"{word} season ({period:.4g} {unit}s, {periods(count, 'harmonic')}){changes}".lstrip()
