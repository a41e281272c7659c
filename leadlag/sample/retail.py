"""The calendars of retailers: years of whole weeks that end on one weekday, in quarters of 13 weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.offsets import FY5253Quarter

from leadlag._calls import Code, Fix
from leadlag._validation import as_int, as_option, known_arguments
from leadlag.errors import UsageError
from leadlag.sample.periods import MONTH_NAMES, OF_WEEKS, WEEKDAYS, days_of

__all__ = ["fitting_calendars", "off_weeks", "retail_calendar", "weeks_in"]

#: Weeks of the periods of a quarter; a 53rd week of a year belongs to its last period.
_PATTERNS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
_PERIODS = 12
#: Such periods that one of each unit has, and how its name is written after the year.
_UNITS: Mapping[str, tuple[int, str]] = MappingProxyType({"period": (1, " P{:02d}"), "quarter": (3, " Q{}"), "year": (12, "")})
#: Years that such a calendar may have.
_YEARS = (1900, 2200)
_RULES = ("nearest", "last")
#: Days of quarters and years of whole weeks, most of which have no week more, and so many steps that they are told by.
_WHOLE_WEEKS: Mapping[str, int] = MappingProxyType({"quarter": 91, "year": 364})
_FEWEST_STEPS = 3


@known_arguments
def retail_calendar(
    pattern: str,
    *,
    year_end: str = "January",
    weekday: str = "Saturday",
    rule: str = "nearest",
    years: tuple[int, int],
    unit: str = "period",
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
    unit : {"period", "quarter", "year"}
        What each row is: a period of four or five weeks, a quarter of 13 (or 14), or a year of 52 (or 53).

    Returns
    -------
    pandas.DataFrame
        Columns ``start`` and ``name`` (``"FY2023 P01"``, ``"FY2023 Q1"``, ``"FY2023"``), a row for each period, and a last one
        with the end of the last, without a name.

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
    >>> retail_calendar("4-5-4", years=(2023, 2023), unit="quarter").name.tolist()
    ['FY2023 Q1', 'FY2023 Q2', 'FY2023 Q3', 'FY2023 Q4', None]
    """
    weeks = _PATTERNS[as_option(pattern, "pattern", tuple(_PATTERNS))]
    month = MONTH_NAMES.index(as_option(year_end, "year_end", MONTH_NAMES)) + 1
    many, written = _UNITS[as_option(unit, "unit", tuple(_UNITS))]
    first, last = _span(years)
    offset = FY5253Quarter(
        weekday=WEEKDAYS.index(as_option(weekday, "weekday", WEEKDAYS)), startingMonth=month, qtr_with_extra_week=4,
        variation=as_option(rule, "rule", _RULES),
    )  # type: ignore[call-arg]  # fmt: skip  # the stubs of pandas lack the week
    starts, names = [], []
    for year in range(first, last + 1):
        begins, after = _year(offset, year + (month == 1), month)
        for place, start in enumerate(list(_starts(begins, weeks))[::many], start=1):
            starts.append(start)
            names.append(f"FY{year}{written.format(place)}")
    return pd.DataFrame({"start": [*starts, after], "name": pd.Series([*names, None], dtype=object)})


def weeks_in(local: np.ndarray) -> str:
    """Which unit of such a calendar times are apart by their steps in whole weeks: period, quarter or year; empty if none.

    Examples
    --------
    >>> weeks_in(np.array(["2024-02-04", "2024-03-03", "2024-04-07"], dtype="datetime64[us]"))
    'period'
    >>> weeks_in(np.array(["2023-04-29", "2023-07-29", "2023-10-28", "2024-02-03"], dtype="datetime64[us]"))
    'quarter'
    """
    steps = np.diff(np.unique(days_of(local)))
    if {28, 35} <= set(steps.tolist()) <= {28, 35, 42}:
        return "period"
    for unit, length in _WHOLE_WEEKS.items():
        many = len(steps) >= _FEWEST_STEPS and (steps % 7 == 0).all() and (steps % length <= 7 * (steps // length)).all()
        if many and np.median(steps) == length:
            return unit
    return ""


def off_weeks(local: np.ndarray, unit: str, month: np.ndarray, *, first: np.ndarray, last: np.ndarray) -> str:
    """What dates say of quarters or years that are no months long, but weeks; empty where they are those of months.

    Parameters
    ----------
    local : ndarray, shape (n,), datetime64[us]
    unit : {"quarter", "year"}
        What they are taken for.
    month : ndarray of int, shape (n,)
        Month of each in its quarter or year.
    first, last : ndarray of bool, shape (n,)
        Whether each lies in the first or the last week of it, as the first Monday of every quarter does.
    """
    if weeks_in(local) != unit or first.all() or last.all():
        return ""
    if (month == month[0]).all() and not fitting_calendars(local):  # such as the third Friday of each March, June, ...
        return ""
    return f"{OF_WEEKS}{_WHOLE_WEEKS[unit] // 7} or {_WHOLE_WEEKS[unit] // 7 + 1} weeks"


def fitting_calendars(local: np.ndarray) -> tuple[Fix, ...]:
    """The call of `retail_calendar` that makes a calendar of which all times begin a period, or all end one, if one does."""
    unit = weeks_in(local)
    if not unit:
        return ()
    days = np.unique(days_of(local))
    for end in (False, True):
        starts = days + end
        weekday = WEEKDAYS[int(starts[0] + 2) % 7]
        ends = [(rule, month) for rule, month in product(_RULES, range(12)) if _begins_years(starts, month, rule)]
        for pattern, (rule, month) in product(_PATTERNS if unit == "period" else [next(iter(_PATTERNS))], ends):
            said = {"year_end": MONTH_NAMES[month], "weekday": weekday, "rule": rule}
            years = _years_of(starts, pattern, end=end, unit=unit, **said)
            if years is not None:
                each = {**said, "years": years} | ({} if unit == "period" else {"unit": unit})
                written = ", ".join(f"{name}={value!r}" for name, value in each.items())
                calendar = Code(f"retail_calendar({pattern!r}, {written})")
                # of a calendar the periods say how long they are, and when their year begins
                fix = Fix.of(calendar=calendar, freq=None, year_start=None)
                return (replace(fix, options=(*fix.options, ("dates_at", "end"))) if end else fix,)
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


def _years_of(
    starts: np.ndarray, pattern: str, *, end: bool, unit: str, year_end: str, weekday: str, rule: str
) -> tuple[int, int] | None:
    """First and last year of such a calendar in which all days begin a period, or the one after a period; None if they do not."""
    span = starts[[0, -1]].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    years = (int(span[0]) - 1, int(span[1]) + 1)
    if years[0] < _YEARS[0] or years[1] > _YEARS[1]:
        return None
    frame = retail_calendar(pattern, year_end=year_end, weekday=weekday, rule=rule, years=years, unit=unit)
    rows = np.flatnonzero(np.isin(days_of(frame["start"].to_numpy(dtype="datetime64[us]")), starts))
    if len(rows) < len(starts):
        return None
    per_year, rows = _PERIODS // _UNITS[unit][0], rows - end
    return years[0] + int(rows[0]) // per_year, years[0] + int(rows[-1]) // per_year


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
