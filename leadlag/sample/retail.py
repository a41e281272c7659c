"""The calendars of retailers: years of whole weeks that end on one weekday, in quarters of 13 weeks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.offsets import FY5253Quarter

from leadlag._calls import Code, Fix
from leadlag._validation import as_int, as_option
from leadlag.errors import UsageError
from leadlag.sample.periods import MONTH_NAMES, WEEKDAYS, days_of

__all__ = ["business_steps", "fitting_calendars", "retail_calendar"]

#: Weeks of the periods of a quarter; a 53rd week of a year belongs to its last period.
_PATTERNS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
_PERIODS = 12
#: Years that such a calendar may have.
_YEARS = (1900, 2200)
_RULES = ("nearest", "last")


def retail_calendar(
    pattern: str,
    *,
    year_end: str = "January",
    weekday: str = "Saturday",
    rule: str = "nearest",
    years: tuple[int, int],
) -> pd.DataFrame:
    """Period starts of a calendar of whole weeks, as `from_wide` takes them by `calendar`.

    Parameters
    ----------
    pattern : {"4-4-5", "4-5-4", "5-4-4"}
        Weeks of the three periods of each quarter. The 53rd week that some years have belongs to their last period.
    year_end : str
        Month at the end of which the year ends.
    weekday : str
        Weekday on which every year and period ends.
    rule : {"nearest", "last"}
        A year ends on that weekday nearest to the end of the month, or on the last one in the month.
    years : tuple of int
        First and last year. A year that ends in January has the name of the year before, as the National Retail Federation
        counts, so that 2023 ends on 3 February 2024; any other has the name of the year in which it ends.

    Returns
    -------
    pandas.DataFrame
        Columns ``start`` and ``name`` (``"FY2023 P01"``), a row for each period, and a last one with the end of the last, without
        a name.

    Raises
    ------
    UsageError
        If an argument is wrong.

    See Also
    --------
    from_wide : Reads a table by such a calendar.

    Examples
    --------
    >>> retail_calendar("4-5-4", years=(2023, 2024)).iloc[[0, 1, 11, 12, 24]]
            start        name
    0  2023-01-29  FY2023 P01
    1  2023-02-26  FY2023 P02
    11 2023-12-31  FY2023 P12
    12 2024-02-04  FY2024 P01
    24 2025-02-02        None
    """
    weeks = _PATTERNS[as_option(pattern, "pattern", tuple(_PATTERNS))]
    month = MONTH_NAMES.index(as_option(year_end, "year_end", MONTH_NAMES)) + 1
    first, last = _span(years)
    offset = FY5253Quarter(
        weekday=WEEKDAYS.index(as_option(weekday, "weekday", WEEKDAYS)), startingMonth=month, qtr_with_extra_week=4,
        variation=as_option(rule, "rule", _RULES),
    )  # type: ignore[call-arg]  # fmt: skip  # the stubs of pandas lack the week
    starts, names = [], []
    for year in range(first, last + 1):
        begins, after = _year(offset, year + (month == 1), month)
        for place, start in enumerate(_starts(begins, weeks)):
            starts.append(start)
            names.append(f"FY{year} P{place + 1:02d}")
    return pd.DataFrame({"start": [*starts, after], "name": pd.Series([*names, None], dtype=object)})


def business_steps(local: np.ndarray) -> bool:
    """Whether times are four and five weeks apart, as the periods of such a calendar are, or their ends.

    Examples
    --------
    >>> business_steps(np.array(["2024-02-04", "2024-03-03", "2024-04-07"], dtype="datetime64[us]"))
    True
    """
    steps = np.unique(np.diff(np.unique(days_of(local))))
    return {28, 35} <= set(steps.tolist()) <= {28, 35, 42}


def fitting_calendars(local: np.ndarray) -> tuple[Fix, ...]:
    """The call of `retail_calendar` that makes a calendar of which all times begin a period, or all end one, if one does."""
    days = np.unique(days_of(local))
    for end in (False, True):
        starts = days + end
        weekday = WEEKDAYS[int(starts[0] + 2) % 7]
        ends = [(rule, month) for rule, month in product(_RULES, range(12)) if _begins_years(starts, month, rule)]
        for pattern, (rule, month) in product(_PATTERNS, ends):
            year_end = MONTH_NAMES[month]
            years = _years_of(starts, pattern, year_end=year_end, weekday=weekday, rule=rule)
            if years is not None:
                said = f"year_end={year_end!r}, weekday={weekday!r}, rule={rule!r}, years={years!r}"
                calendar = Code(f"retail_calendar({pattern!r}, {said})")
                return (Fix.of(calendar=calendar, dates_at="end") if end else Fix.of(calendar=calendar),)
    return ()


def _begins_years(starts: np.ndarray, month: int, rule: str) -> bool:
    """Whether all years between the first and the last of some period starts that end about the end of a month begin with one."""
    span = starts[[0, -1]].astype("datetime64[D]").astype("datetime64[Y]")
    ends = np.arange(span[0], span[1] + 1).astype("datetime64[M]") + month + 1
    ends = ends.astype("datetime64[D]").astype(np.int64) - 1
    back = (ends + 1 - starts[0]) % 7
    begins = ends + 1 - np.where((rule == "nearest") & (back > 3), back - 7, back)
    inside = begins[(begins >= starts[0]) & (begins <= starts[-1])]
    return len(inside) > 0 and bool(np.isin(inside, starts).all())


def _years_of(starts: np.ndarray, pattern: str, *, year_end: str, weekday: str, rule: str) -> tuple[int, int] | None:
    """First and last year of such a calendar in which all days begin a period; None if they do not."""
    span = starts[[0, -1]].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    years = (int(span[0]) - 1, int(span[1]) + 1)
    if years[0] < _YEARS[0] or years[1] > _YEARS[1]:
        return None
    frame = retail_calendar(pattern, year_end=year_end, weekday=weekday, rule=rule, years=years)
    rows = np.flatnonzero(np.isin(days_of(frame["start"].to_numpy(dtype="datetime64[us]")), starts))
    if len(rows) < len(starts):
        return None
    return years[0] + int(rows[0]) // _PERIODS, years[0] + int(rows[-1]) // _PERIODS


def _span(years: Any) -> tuple[int, int]:
    """First and last year, or a `UsageError`."""
    if not isinstance(years, (tuple, list)) or len(years) != 2:
        raise UsageError(f"years={years!r} is not allowed: give the first and the last year, such as (2016, 2026).")
    first, last = (as_int(year, f"years[{place}]", low=_YEARS[0], high=_YEARS[1]) for place, year in enumerate(years))
    if last < first:
        raise UsageError(f"years={years!r} ends before it begins: give the first and the last year, such as (2016, 2026).")
    return first, last


def _year(offset: FY5253Quarter, year: int, month: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First day of the business year that ends about the end of a month, and the day after its last one."""
    middle = pd.Timestamp(year, month, 1) - pd.DateOffset(months=6)
    day = pd.Timedelta(days=1)
    quarters = [offset.rollforward(middle)]
    for _ in range(3):
        quarters.append(quarters[-1] + offset)
    ends = [end for end in quarters if abs((end - (pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd(0))).days) < 15]
    return ends[0] - 4 * offset + day, ends[0] + day


def _starts(begins: pd.Timestamp, weeks: tuple[int, ...]) -> Iterator[pd.Timestamp]:
    start = begins
    for length in weeks * 4:
        yield start
        start += pd.Timedelta(weeks=length)
