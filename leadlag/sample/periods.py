"""Cadence and calendar: own words for frequencies, and which period a stamp falls in.

Stamps are ``datetime64[us]`` without a zone throughout, so that no range of years is lost and nothing depends
on a caller's resolution.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

__all__ = [
    "BUSINESS",
    "MONTH_NAMES",
    "WEEKDAYS",
    "WORDS",
    "Cadence",
    "Calendar",
    "DatesAt",
    "Freq",
    "business_periods_allowed",
    "cadence_of",
    "calendar_of",
    "days_per_period",
    "last_unit",
    "ordinals_of",
    "starts_of",
    "step_in_words",
]

#: Periods of a business year, of which the first month is not known.
BUSINESS = "belong to a business year"

Freq: TypeAlias = Literal["hour", "day", "business_day", "week", "month", "quarter", "year", "period"]

#: Which day, or hour, of a period its date names: the first one or the last one that still belongs to it.
DatesAt: TypeAlias = Literal["start", "end"]

#: The frequency words, shortest period first.
WORDS: tuple[str, ...] = ("hour", "day", "business_day", "week", "month", "quarter", "year", "period")
#: Names for messages, in English whatever the locale.
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SEASONS = MappingProxyType(
    {"hour": (24, 168), "day": (7,), "business_day": (5,), "week": (52,), "month": (12,), "quarter": (4,)}
)
_MAX_LAG = MappingProxyType(
    {"hour": 24, "day": 14, "business_day": 10, "week": 12, "month": 12, "quarter": 8, "year": 3, "period": 12}
)
#: pandas' own names, in this one place.
_PANDAS = MappingProxyType({"hour": "h", "day": "D", "month": "M", "quarter": "Q", "year": "Y"})
#: Months of each, and which of them a business year has in another place.
_MONTHS = MappingProxyType({"month": 1, "quarter": 3, "year": 12})
_IN_YEAR = ("quarter", "year")
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
#: A Monday before all data: numpy counts business days differently backwards.
_MONDAY = np.datetime64("0001-01-01", "D")
#: Days of a month in the long run: 400 years have 146,097 days.
_DAYS_PER_MONTH = Fraction(146_097, 4_800)


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """How stamps become counted periods.

    Parameters
    ----------
    freq : Freq
        Own word of the frequency.
    week_start : int
        First day of a week, 0 = Monday; used by weeks only.
    step : int
        Length of a ``"period"``: microseconds, months or counter steps.
    base : {"us", "month", "counter"}
        What `step` and `origin` count.
    origin : int
        Where period 0 of a ``"period"`` begins.
    dates_at : DatesAt or None
        Which day of a period its date named in the table; does not tell cadences apart.
    shift : int
        Months by which quarters and years begin after those of the calendar: 0 to 2, or 0 to 11.
    year_start : int
        Month in which the year of quarters and years begins, 0 = January; names them, and does not tell cadences apart.
    """

    freq: Freq
    week_start: int = 0
    step: int = 1
    base: Literal["us", "month", "counter"] = "us"
    origin: int = 0
    dates_at: DatesAt | None = field(default=None, compare=False)
    shift: int = 0
    year_start: int = field(default=0, compare=False)

    def in_year(self, year_start: int) -> Cadence:
        """The same with quarters and years of a year that begins in this month, 0 = January; itself for other periods."""
        if self.freq not in _IN_YEAR or self.base == "counter":
            return self
        return replace(self, shift=year_start % _MONTHS[self.freq], year_start=year_start)


@dataclass(frozen=True, kw_only=True, eq=False)
class Calendar:
    """The periods of a Sample, without gaps.

    Parameters
    ----------
    freq : {"hour", "day", "business_day", "week", "month", "quarter", "year", "period"}
        Own word of the cadence; ``"period"`` for undated rows, counters and other regular steps.
    index : pandas.Index, shape (n_periods,)
        PeriodIndex, DatetimeIndex (business days and other regular steps) or RangeIndex (counters, undated rows).
    anchor : str or None
        First day of a week, for example ``"Monday"``; None for other cadences.
    tz : str or None
        Zone in which the periods are meant, None if the stamps had none.
    step : str
        Length of a dated ``"period"`` in words, for example ``"15 minutes"``; else empty.
    cadence : Cadence or None
        How stamps were counted; None if `freq` and `anchor` say it all.
    off : str
        What the times say of periods that are no calendar ones, for example ``"end in January"``, or `BUSINESS`; else empty.
        They are counted as the calendar ones in which their dates fall, or whose number they have.
    in_order : bool
        Whether the rows had no times and were taken in their order.
    dates_at : {"start", "end"} or None
        Which day of a week, or of another step off the calendar, its date named in the table, and so its label; None if nothing
        said it, which is taken for the first.
    """

    freq: Freq
    index: pd.Index
    anchor: str | None = None
    tz: str | None = None
    step: str = ""
    cadence: Cadence | None = None
    off: str = ""
    in_order: bool = False
    dates_at: DatesAt | None = None

    def __len__(self) -> int:
        return len(self.index)

    @property
    def unit(self) -> str:
        """One period in prose, for example ``"week"``."""
        return self.freq.replace("_", " ")

    @property
    def season_lengths(self) -> tuple[int, ...]:
        """Periods per season: 52 for weeks, 12 for months, ...; empty where none is meant."""
        return _SEASONS.get(self.freq, ())

    @property
    def dated(self) -> bool:
        """Whether the periods lie on a calendar of dates."""
        return isinstance(self.index, (pd.PeriodIndex, pd.DatetimeIndex))

    @property
    def starts(self) -> pd.Index:
        """First moment of each period as DatetimeIndex; the index itself where there are no dates."""
        if not isinstance(self.index, pd.PeriodIndex):
            return self.index
        try:
            return self.index.to_timestamp(how="start")
        except pd.errors.OutOfBoundsDatetime:  # pandas before 3 goes through nanoseconds, which end in 2262
            cadence = cadence_of(self)
            return pd.DatetimeIndex(starts_of(_ordinals_of_periods(self.index, cadence), cadence))

    @property
    def dates(self) -> pd.Index:
        """The date that names each period, as in the table: of weeks and other steps off the calendar the first or the last."""
        if self.dates_at != "end" or self.freq not in ("week", "period") or not self.dated:
            return self.starts
        cadence = cadence_of(self)
        starts = self.starts.to_numpy(dtype="datetime64[us]")
        ends = starts_of(ordinals_of(starts, cadence) + 1, cadence)
        return pd.DatetimeIndex(ends - np.timedelta64(last_unit(cadence), "us"))

    @property
    def span(self) -> str:
        """The periods in words where their dates could name either end: ``"weeks Monday to Sunday"``; else empty."""
        if self.freq == "week" and self.anchor is not None:
            return f"weeks {self.anchor} to {WEEKDAYS[WEEKDAYS.index(self.anchor) - 1]}"
        if not self.step:
            return ""
        cadence = cadence_of(self)
        first = self.starts[:1].to_numpy(dtype="datetime64[us]")
        last = starts_of(ordinals_of(first, cadence) + 1, cadence) - np.timedelta64(last_unit(cadence), "us")
        shown = " to ".join(str(stamp).replace("T", " ").removesuffix(" 00:00:00.000000")[:16] for stamp in (*first, *last))
        return f"steps of {self.step}, the first {shown}"

    @property
    def taken_at(self) -> DatesAt | None:
        """Which end of a week, or of another step off the calendar, its date was taken for; None for other periods."""
        return (self.dates_at or "start") if self.span else None

    @property
    def year_start(self) -> int:
        """Month in which the year of quarters and years begins, 0 = January; 0 for other periods."""
        if self.freq not in _IN_YEAR or not isinstance(self.index, pd.PeriodIndex):
            return 0
        return (1 + [name[:3].upper() for name in MONTH_NAMES].index(str(self.index.freqstr).rpartition("-")[2])) % 12

    @property
    def shown(self) -> pd.Index:
        """The periods as tables have them: periods of pandas, which have both ends, or the dates that name them."""
        return self.index if isinstance(self.index, pd.PeriodIndex) or not self.dated else self.dates

    @property
    def labels(self) -> tuple[str, ...]:
        """Each period as short text: ``2024-01-01`` (of a week the day in the table), ``2024-01``, ``2024Q1``, ``2024``.

        Those of a business year are named by the year in which it ends: ``FY2024 Q1``, ``FY2024``.
        """
        if self.year_start:
            return tuple(f"FY{label}".replace("Q", " Q") for label in self.index)
        if self.freq in ("month", "quarter", "year") or not self.dated:
            return tuple(str(label) for label in self.index)
        stamps = np.datetime_as_string(self.dates.to_numpy(dtype="datetime64[s]"))
        if self.freq != "hour" and all(stamp.endswith("T00:00:00") for stamp in stamps):
            return tuple(str(stamp)[:10] for stamp in stamps)
        return tuple(str(stamp)[: 16 if self.freq == "hour" else 19].replace("T", " ") for stamp in stamps)

    def default_max_lag(self, n_rows: int) -> int:
        """Lags searched when `max_lag` is None: a fixed number per cadence, at most a sixth of the rows, at least 1.

        Examples
        --------
        >>> Calendar(freq="week", index=pd.RangeIndex(156)).default_max_lag(156)
        12
        """
        return max(1, min(_MAX_LAG[self.freq], n_rows // 6))


def _ordinals_of_periods(index: pd.PeriodIndex, cadence: Cadence) -> np.ndarray:
    """Numbers of periods as `ordinals_of` counts them."""
    epoch = np.datetime64("1970-01-05", "us")
    ordinals: np.ndarray = index.asi8 - pd.Period("1970-01-05", freq=index.freqstr).ordinal
    return ordinals + int(ordinals_of(np.array([epoch]), cadence)[0])


def months_of(stamps: np.ndarray) -> np.ndarray:
    """Months since January 1970."""
    return stamps.astype("datetime64[M]").astype(np.int64)


def days_of(stamps: np.ndarray) -> np.ndarray:
    """Days since 1 January 1970."""
    return stamps.astype("datetime64[D]").astype(np.int64)


def ordinals_of(stamps: np.ndarray, cadence: Cadence) -> np.ndarray:
    """Number of the period each stamp falls in; neighbours differ by one.

    Parameters
    ----------
    stamps : ndarray, shape (n,), datetime64[us] or (for counters) int64

    Returns
    -------
    ndarray, shape (n,), int64
    """
    freq = cadence.freq
    if freq == "period":
        raw = stamps.astype(np.int64) if cadence.base in ("us", "counter") else months_of(stamps)
        return (raw - cadence.origin) // cadence.step
    if cadence.base == "counter":
        return (stamps - cadence.origin) // cadence.step
    if freq == "hour":
        return stamps.astype(np.int64) // _HOUR
    if freq == "day":
        return days_of(stamps)
    if freq == "business_day":
        return np.busday_count(_MONDAY, stamps.astype("datetime64[D]"))
    if freq == "week":
        return (days_of(stamps) + 3 - cadence.week_start) // 7  # day 0 was a Thursday
    return (months_of(stamps) - cadence.shift) // _MONTHS[freq]


def starts_of(ordinals: np.ndarray, cadence: Cadence) -> np.ndarray:
    """First moment of each period as ``datetime64[us]``: the way back from `ordinals_of`."""
    freq = cadence.freq
    if freq == "period" and cadence.base == "month":
        return (cadence.origin + ordinals * cadence.step).astype("datetime64[M]").astype("datetime64[us]")
    if freq == "period":
        return (cadence.origin + ordinals * cadence.step).astype("datetime64[us]")
    if freq == "hour":
        return (ordinals * _HOUR).astype("datetime64[us]")
    if freq == "day":
        return (ordinals * _DAY).astype("datetime64[us]")
    if freq == "business_day":
        return np.busday_offset(_MONDAY, ordinals, roll="forward").astype("datetime64[us]")
    if freq == "week":
        return ((ordinals * 7 - 3 + cadence.week_start) * _DAY).astype("datetime64[us]")
    return (ordinals * _MONTHS[freq] + cadence.shift).astype("datetime64[M]").astype("datetime64[us]")


def last_unit(cadence: Cadence) -> int:
    """Microseconds of what a date at the end of a period names: its last day, its last hour, of shorter steps its end.

    Examples
    --------
    >>> last_unit(Cadence(freq="week")) // _HOUR, last_unit(Cadence(freq="period", step=6 * _HOUR)) // _HOUR
    (24, 1)
    """
    if cadence.freq != "period" or cadence.base != "us" or cadence.step % _DAY == 0:
        return _DAY
    return _HOUR if cadence.step % _HOUR == 0 else 0


def calendar_of(first: int, last: int, cadence: Cadence, *, tz: str | None = None) -> Calendar:
    """The full grid of periods from `first` to `last`, both ordinals of `cadence`."""
    if cadence.base == "counter":
        start, stop = (cadence.origin + place * cadence.step for place in (first, last + 1))
        return Calendar(freq=cadence.freq, index=pd.RangeIndex(start, stop, cadence.step))
    starts = starts_of(np.arange(first, last + 1), cadence)
    if cadence.freq == "period":
        stamps, step = pd.DatetimeIndex(starts), step_in_words(cadence)
        return Calendar(freq="period", index=stamps, tz=tz, step=step, cadence=cadence, dates_at=cadence.dates_at)
    if cadence.freq == "business_day":
        return Calendar(freq="business_day", index=pd.DatetimeIndex(starts, freq="B"), tz=tz)
    alias = _PANDAS.get(cadence.freq, f"W-{WEEKDAYS[cadence.week_start - 1][:3].upper()}")
    if cadence.year_start:
        alias = f"{alias}-{MONTH_NAMES[cadence.year_start - 1][:3].upper()}"
    index = pd.period_range(pd.Timestamp(starts[0]), periods=len(starts), freq=alias)
    if cadence.freq != "week":
        return Calendar(freq=cadence.freq, index=index, tz=tz)
    return Calendar(freq="week", index=index, anchor=WEEKDAYS[cadence.week_start], tz=tz, dates_at=cadence.dates_at)


def cadence_of(calendar: Calendar) -> Cadence:
    """How the periods of a dated calendar are counted; the same for two calendars whose periods fit into one grid."""
    cadence = calendar.cadence
    if cadence is None and calendar.freq == "period":
        starts = calendar.starts.to_numpy(dtype="datetime64[us]").astype(np.int64)
        cadence = Cadence(freq="period", step=int(starts[1] - starts[0]), origin=int(starts[0]))
    if cadence is None:
        week_start = WEEKDAYS.index(calendar.anchor) if calendar.anchor is not None else 0
        return Cadence(freq=calendar.freq, week_start=week_start, dates_at=calendar.dates_at).in_year(calendar.year_start)
    return replace(cadence, origin=cadence.origin % cadence.step)


def days_per_period(cadence: Cadence) -> Fraction:
    """Length of one period in days, on average over the calendar.

    Examples
    --------
    >>> days_per_period(Cadence(freq="quarter")) / days_per_period(Cadence(freq="month"))
    Fraction(3, 1)
    """
    if cadence.freq == "period":
        return cadence.step * (_DAYS_PER_MONTH if cadence.base == "month" else Fraction(1, _DAY))
    if cadence.freq in _MONTHS:
        return _MONTHS[cadence.freq] * _DAYS_PER_MONTH
    return {"hour": Fraction(1, 24), "day": Fraction(1), "business_day": Fraction(7, 5), "week": Fraction(7)}[cadence.freq]


def step_in_words(cadence: Cadence) -> str:
    """The length of a regular step, for example ``"15 minutes"`` or ``"2 weeks"``."""
    if cadence.base == "counter":
        return ""
    if cadence.base == "month":
        return f"{cadence.step} months"
    for word, length in (("week", 7 * _DAY), ("day", _DAY), ("hour", _HOUR), ("minute", 60_000_000), ("second", 1_000_000)):
        if cadence.step % length == 0:
            count = cadence.step // length
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return f"{cadence.step} microseconds"


@contextmanager
def business_periods_allowed() -> Iterator[None]:
    """Periods of business days are deprecated in pandas, which is no news to whoever has a table of them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"PeriodDtype\[B\]|Period with BDay", FutureWarning)
        yield
