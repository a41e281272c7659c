"""How stamps become counted periods: by their length, by the calendar, or by a table of their starts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np

__all__ = [
    "IN_YEAR",
    "Cadence",
    "DatesAt",
    "Freq",
    "PeriodTable",
    "days_of",
    "days_per_period",
    "last_unit",
    "months_of",
    "ordinals_of",
    "periods_a_year",
    "starts_of",
    "step_in_words",
]

Freq: TypeAlias = Literal["hour", "day", "business_day", "week", "month", "quarter", "year", "period"]

#: Which day, or hour, of a period its date names: the first one or the last one that still belongs to it.
DatesAt: TypeAlias = Literal["start", "end"]

#: Months of each, and which of them a business year has in another place.
_MONTHS = MappingProxyType({"month": 1, "quarter": 3, "year": 12})
IN_YEAR = ("quarter", "year")
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
#: A Monday before all data: numpy counts business days differently backwards.
_MONDAY = np.datetime64("0001-01-01", "D")
#: Days of a month in the long run: 400 years have 146,097 days.
_DAYS_PER_MONTH = Fraction(146_097, 4_800)
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, repr=False)
class PeriodTable:
    """Periods of a business calendar by their first days.

    Parameters
    ----------
    days : tuple of int
        First day of each period and of the one after the last, counted from 1970.
    names : tuple of str
        Their names, empty if they have none; do not tell tables apart.
    each : int
        Periods of the declared table that each of these holds, 3 for the quarters of one of months.

    Examples
    --------
    >>> table = PeriodTable((0, 28, 56, 91))
    >>> table, table.per_year, table.weeks
    (PeriodTable of 3 periods from 1970-01-01, 12, (4.0, 4.0, 5.0))
    >>> table.numbers(np.array([-1, 0, 27, 28, 90, 91])), table.firsts(np.array([-1, 3]))
    (array([-1,  0,  0,  1,  2,  3]), array([-30,  91]))
    """

    days: tuple[int, ...]
    names: tuple[str, ...] = field(default=(), compare=False)
    each: int = field(default=1, compare=False)

    def __len__(self) -> int:
        return len(self.days) - 1

    def __repr__(self) -> str:
        return f"PeriodTable of {len(self)} periods from {np.datetime64(self.days[0], 'D')}"

    @property
    def mean_days(self) -> Fraction:
        """Length of a period on average."""
        return Fraction(self.days[-1] - self.days[0], len(self))

    @property
    def per_year(self) -> int:
        """Periods of a year."""
        return max(1, round(12 * _DAYS_PER_MONTH / self.mean_days))

    @property
    def weeks(self) -> tuple[float, ...]:
        """Length of each period in weeks."""
        return tuple((end - first) / 7 for first, end in zip(self.days, self.days[1:], strict=False))

    def coarser(self, each: int, first: int) -> PeriodTable:
        """Periods of so many of these each, whole ones only, of which one begins with number `first`.

        Examples
        --------
        >>> PeriodTable((0, 28, 56, 91, 119, 147, 182, 210)).coarser(3, 3)
        PeriodTable of 2 periods from 1970-01-01
        """
        return PeriodTable(self.days[first % each :: each], each=each * self.each)

    def numbers(self, days: np.ndarray) -> np.ndarray:
        """Number of the period of each day; before and after the table periods are taken to be of average length."""
        edges, step = np.array(self.days), round(self.mean_days)
        inside = np.searchsorted(edges, days, side="right") - 1
        before, after = (days - edges[0]) // step, len(self) + (days - edges[-1]) // step
        found: np.ndarray = np.where(days < edges[0], before, np.where(days >= edges[-1], after, inside))
        return found

    def firsts(self, numbers: np.ndarray) -> np.ndarray:
        """First day of each period."""
        edges, step = np.array(self.days), round(self.mean_days)
        inside = edges[np.clip(numbers, 0, len(self))]
        outside = np.where(numbers < 0, numbers, np.maximum(numbers - len(self), 0)) * step
        found: np.ndarray = inside + outside
        return found


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
    base : {"us", "month", "counter", "table"}
        What `step` and `origin` count; the periods of `table`.
    origin : int
        Where period 0 of a ``"period"`` begins.
    dates_at : DatesAt or None
        Which day of a period its date named in the table; does not tell cadences apart.
    shift : int
        Months by which quarters and years begin after those of the calendar: 0 to 2, or 0 to 11.
    year_start : int
        Month in which the year of quarters and years begins, 0 = January; names them, and does not tell cadences apart.
    table : PeriodTable or None
        The periods of a business calendar.
    """

    freq: Freq
    week_start: int = 0
    step: int = 1
    base: Literal["us", "month", "counter", "table"] = "us"
    origin: int = 0
    dates_at: DatesAt | None = field(default=None, compare=False)
    shift: int = 0
    year_start: int = field(default=0, compare=False)
    table: PeriodTable | None = None

    def in_year(self, year_start: int) -> Cadence:
        """The same with quarters and years of a year that begins in this month, 0 = January; itself for other periods."""
        if self.freq not in IN_YEAR or self.base == "counter":
            return self
        return replace(self, shift=year_start % _MONTHS[self.freq], year_start=year_start)


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
    if cadence.table is not None:
        return cadence.table.numbers(days_of(stamps))
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
    if cadence.table is not None:
        return cadence.table.firsts(ordinals).astype("datetime64[D]").astype("datetime64[us]")
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


def days_per_period(cadence: Cadence) -> Fraction:
    """Length of one period in days, on average over the calendar.

    Examples
    --------
    >>> days_per_period(Cadence(freq="quarter")) / days_per_period(Cadence(freq="month"))
    Fraction(3, 1)
    """
    if cadence.table is not None:
        return cadence.table.mean_days
    if cadence.freq == "period":
        return cadence.step * (_DAYS_PER_MONTH if cadence.base == "month" else Fraction(1, _DAY))
    if cadence.freq in _MONTHS:
        return _MONTHS[cadence.freq] * _DAYS_PER_MONTH
    return {"hour": Fraction(1, 24), "day": Fraction(1), "business_day": Fraction(7, 5), "week": Fraction(7)}[cadence.freq]


def periods_a_year(cadence: Cadence) -> float:
    """Periods in a year on average.

    Examples
    --------
    >>> round(periods_a_year(Cadence(freq="period", step=14 * _DAY)), 2), periods_a_year(Cadence(freq="quarter"))
    (26.09, 4.0)
    """
    if cadence.table is not None:
        return float(cadence.table.per_year)
    months = cadence.step if cadence.base == "month" else _MONTHS.get(cadence.freq)
    return 12.0 / months if months else _DAYS_A_YEAR / float(days_per_period(cadence))


def step_in_words(cadence: Cadence) -> str:
    """The length of a regular step, for example ``"15 minutes"`` or ``"2 weeks"``."""
    if cadence.base in ("counter", "table"):
        return ""
    if cadence.base == "month":
        return f"{cadence.step} months"
    for word, length in (("week", 7 * _DAY), ("day", _DAY), ("hour", _HOUR), ("minute", 60_000_000), ("second", 1_000_000)):
        if cadence.step % length == 0:
            count = cadence.step // length
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return f"{cadence.step} microseconds"
