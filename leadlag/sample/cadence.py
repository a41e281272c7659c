"""Which cadence the stamps have, when the caller does not say: modal step, gaps allowed; and whether one that was said fits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadlag.sample.periods import MONTH_NAMES, Cadence, Freq, days_of, days_per_period, months_of, ordinals_of
from leadlag.sample.retail import off_weeks

__all__ = ["InferredCadence", "counter_cadence", "declared_cadence", "infer_cadence", "nearly_empty", "off_calendar"]

_DAY = 86_400_000_000
_HOUR = 3_600_000_000
#: A grid this many times longer than the rows is a sign of a wrong cadence, not of gaps.
_MOST_EMPTY = 20
#: A grid of this many periods is never meant.
_LONGEST = 2_000_000
#: Days of the month, counted from 0, up to which and from which on a date is a first or a last day.
_EARLY_DAY, _LATE_DAY = 2, 27
_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class InferredCadence:
    """A cadence, or the reason why there is none.

    Parameters
    ----------
    cadence : Cadence or None
    problem : str
        Why the cadence cannot be told, empty if it can.
    moved : bool
        Whether stamps are irregular inside their periods (Tuesdays in a series of Mondays, 09:03 and 09:05).
    in_utc : bool
        Whether periods are counted in UTC: steps shorter than a day, where local clocks repeat an hour.
    """

    cadence: Cadence | None = None
    problem: str = ""
    moved: bool = False
    in_utc: bool = False


def declared_cadence(freq: Freq, local: np.ndarray, year_start: int = 0) -> InferredCadence:
    """The cadence the caller named; a week starts on the day all stamps share, else on Monday."""
    cadence = Cadence(freq=freq).in_year(year_start)
    if freq == "week":
        weekdays = np.unique((days_of(local) + 3) % 7)
        cadence = replace(cadence, week_start=int(weekdays[0]) if len(weekdays) == 1 else 0)
        return InferredCadence(cadence=cadence, moved=len(weekdays) > 1)
    if freq == "period":
        return _regular(np.unique(local))
    return InferredCadence(cadence=cadence, in_utc=freq == "hour")


def infer_cadence(local: np.ndarray, utc: np.ndarray, year_start: int = 0) -> InferredCadence:
    """The cadence of stamps, from their modal step.

    Parameters
    ----------
    local, utc : ndarray, shape (n,), datetime64[us]
        Wall clock in the declared zone, and the same instants in UTC (equal where there is no zone).
    year_start : int
        Month in which the year of quarters and years begins, 0 = January.

    Returns
    -------
    InferredCadence
    """
    stamps = np.unique(local)
    if len(stamps) < 2:
        return InferredCadence(problem="one period is not enough to see how far apart they are")
    clock = stamps.astype(np.int64) % _DAY
    if (clock == clock[0]).all():
        found = _from_days(np.unique(days_of(stamps)), year_start)
        return replace(found, moved=found.moved or bool(clock[0]))
    instants = np.unique(utc)
    step = _mode(np.diff(instants.astype(np.int64)))
    if step >= 20 * _HOUR and len(np.unique(days_of(stamps))) == len(stamps):  # one row a day or rarer, at changing times
        return replace(_from_days(days_of(stamps), year_start), moved=True)
    return _from_clock(instants, step)


def counter_cadence(counts: np.ndarray, freq: Freq) -> InferredCadence:
    """Cadence of a plain counter: its modal step."""
    unique = np.unique(counts)
    step = _mode(np.diff(unique)) if len(unique) > 1 else 1
    if ((unique - unique[0]) % step).any():
        step = 1
    span = (int(unique[-1]) - int(unique[0])) // step + 1 if len(unique) else 0
    if span > _MOST_EMPTY * max(len(unique), 5):
        return InferredCadence(problem=f"{len(unique)} counter values spread over {span} steps of {step}")
    return InferredCadence(cadence=Cadence(freq=freq, base="counter", step=step, origin=int(unique[0]) if len(unique) else 0))


def nearly_empty(ordinals: np.ndarray, declared: Cadence, own: Cadence | None, *, filled: bool) -> bool:
    """Whether the rows would be lost in the grid of a cadence that the caller named.

    Parameters
    ----------
    ordinals : ndarray of int, shape (n,)
        Period of every row.
    declared : Cadence
    own : Cadence or None
        The one that the rows have by their steps.
    filled : bool
        Whether a rule says what a period without a row stands for, as of a list of events.
    """
    periods = np.unique(ordinals)
    span = int(periods[-1]) - int(periods[0]) + 1
    if span > _LONGEST or len(periods) < 2 or filled:
        return span > _LONGEST
    coarser = own is not None and own.base != "counter" and days_per_period(own) > days_per_period(declared)
    return (coarser and int(np.diff(periods).min()) > 1) or span > _MOST_EMPTY * max(len(periods), 5)


def off_calendar(stamps: np.ndarray, cadence: Cadence) -> str:
    """What the dates of quarters or years say that are none of the cadence, those of the calendar or of a business year.

    Examples
    --------
    >>> dates = np.array(["2024-01-31", "2024-04-30", "2024-07-31"], dtype="datetime64[us]")
    >>> quarters = Cadence(freq="quarter")
    >>> off_calendar(dates, quarters), off_calendar(dates, quarters.in_year(1))
    ('end in January', '')
    >>> off_calendar(np.array(["2023-04-29", "2023-07-29", "2023-10-28", "2024-02-03"], dtype="datetime64[us]"), quarters)
    'have 13 or 14 weeks'
    """
    many = {"quarter": 3, "year": 12}.get(cadence.freq)
    if many is None or not len(stamps):
        return ""
    day, month = _day_of_month(stamps), months_of(stamps) % 12
    place = (month - cadence.shift) % many
    to_end = (stamps.astype("datetime64[M]") + 1).astype("datetime64[D]").astype(np.int64) - days_of(stamps)
    first, last = (place == 0) & (day < _WEEK), (place == many - 1) & (to_end <= _WEEK)
    if weeks := off_weeks(stamps, cadence.freq, place, first=first, last=last):
        return weeks
    if (day >= _LATE_DAY).all() and (place != many - 1).all():
        return f"end in {MONTH_NAMES[int(month.min())]}"
    # a quarter may also be dated by the first day of its last month
    if (day <= _EARLY_DAY).all() and not np.isin(place, (0, many - 1)).any():
        return f"begin in {MONTH_NAMES[int(month.min())]}"
    return ""


def _mode(steps: np.ndarray) -> int:
    """Most frequent step, the shortest of equals."""
    values, counts = np.unique(steps, return_counts=True)
    return int(values[np.argmax(counts)])


def _from_clock(instants: np.ndarray, step: int) -> InferredCadence:
    """Steps within a day."""
    micros = instants.astype(np.int64)
    if step == _HOUR and len(np.unique(micros // _HOUR)) == len(micros):
        return _checked(Cadence(freq="hour"), instants, moved=bool((micros % _HOUR).any()), in_utc=True)
    return replace(_regular(instants), in_utc=True)


def _from_days(days: np.ndarray, year_start: int) -> InferredCadence:
    """Whole days: daily, business days, weeks, months, quarters, years or another regular step."""
    gaps = np.diff(days)
    step = _mode(gaps)
    stamps = days.astype("datetime64[D]").astype("datetime64[us]")
    weekdays = (days + 3) % 7
    if step == 1:
        return _checked(Cadence(freq="business_day" if _no_weekends(days, weekdays) else "day"), stamps)
    if step == 7:
        one_day = len(np.unique(weekdays)) == 1
        return _checked(Cadence(freq="week", week_start=int(weekdays[0]) if one_day else 0), stamps, moved=not one_day)
    if not (gaps % 7).any() and step < 60 and len(np.unique(_day_of_month(stamps))) > 1:
        return _regular(stamps)
    for freq, low, high in (("month", 28, 31), ("quarter", 89, 92), ("year", 364, 367)):
        cadence = Cadence(freq=freq).in_year(year_start)  # type: ignore[arg-type]  # the words above are Freq
        if low <= step <= high and len(np.unique(ordinals_of(stamps, cadence))) == len(stamps):
            return _checked(cadence, stamps)
    return _by_months(stamps, year_start) if step > 31 else _regular(stamps)


def _no_weekends(days: np.ndarray, weekdays: np.ndarray) -> bool:
    """Whether a daily series leaves out weekends, and few other days: a few holidays, but no long gaps."""
    spans_weekend = days[-1] - days[0] >= 7 or weekdays[-1] < weekdays[0]
    dates = days.astype("datetime64[D]")
    possible = np.busday_count(dates[0], dates[-1] + 1)
    return bool(spans_weekend and (weekdays < 5).all() and len(days) >= 0.7 * possible)


def _day_of_month(stamps: np.ndarray) -> np.ndarray:
    """Day of the month, 0 = the first."""
    days: np.ndarray = (stamps.astype("datetime64[D]") - stamps.astype("datetime64[M]")).astype(np.int64)
    return days


def _by_months(stamps: np.ndarray, year_start: int) -> InferredCadence:
    """Every two months, every half-year: the same day of the month, or month ends."""
    day_of_month = _day_of_month(stamps)
    month_end = (stamps.astype("datetime64[D]") + 1).astype("datetime64[M]") != stamps.astype("datetime64[M]")
    months = months_of(stamps)
    step = _mode(np.diff(months))
    if step < 1 or not (month_end.all() or (day_of_month == day_of_month[0]).all()) or ((months - months[0]) % step).any():
        return _regular(stamps)
    if step in (1, 3, 12):
        freq: Freq = "month" if step == 1 else "quarter" if step == 3 else "year"
        return _checked(Cadence(freq=freq).in_year(year_start), stamps)
    cadence = Cadence(freq="period", base="month", step=step, origin=int(months[0]))
    if 12 % step == 0:
        cadence = _on_calendar(cadence, (int(months[0]) - year_start) % step, int(day_of_month.min()))
    return _checked(cadence, stamps)


def _on_calendar(cadence: Cadence, month: int, day: int) -> Cadence:
    """Half-years and other parts of a year by the dates that they hold; unchanged if these are of another year.

    Parameters
    ----------
    cadence : Cadence
        Some months, of which twelve are a multiple.
    month, day : int
        Month of the dates in the part of the year, and day in the month, both from 0.
    """
    last = cadence.step - 1
    if (day >= _LATE_DAY and month != last) or (day <= _EARLY_DAY and month not in (0, last)):
        return cadence
    return replace(cadence, origin=cadence.origin - month, dates_at="end" if month == last and day >= _LATE_DAY else "start")


def _regular(stamps: np.ndarray) -> InferredCadence:
    """Any other step, if every stamp lies on it."""
    micros = stamps.astype(np.int64)
    if len(micros) < 2:
        return InferredCadence(problem="one period is not enough to see how far apart they are")
    step = _mode(np.diff(micros))
    if ((micros - micros[0]) % step).any():
        return InferredCadence(problem="the steps between the times are irregular")
    return _checked(Cadence(freq="period", step=step, origin=int(micros[0])), stamps)


def _checked(cadence: Cadence, stamps: np.ndarray, *, moved: bool = False, in_utc: bool = False) -> InferredCadence:
    """The cadence, unless nearly all of its grid would be empty."""
    ordinals = ordinals_of(stamps, cadence)
    span = int(ordinals[-1] - ordinals[0]) + 1
    if span > _MOST_EMPTY * max(len(stamps), 5):
        return InferredCadence(problem=f"{len(stamps)} times spread over {span} periods of one {cadence.freq.replace('_', ' ')}")
    return InferredCadence(cadence=cadence, moved=moved, in_utc=in_utc)
