"""Cadence and calendar: own words for frequencies, and which period a stamp falls in.

Stamps are ``datetime64[us]`` without a zone throughout, so that no range of years is lost and nothing depends
on a caller's resolution.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from leadlag._calls import Fix
from leadlag.sample.counting import (
    IN_YEAR,
    Cadence,
    DatesAt,
    Freq,
    PeriodTable,
    days_of,
    days_per_period,
    last_unit,
    months_of,
    ordinals_of,
    periods_a_year,
    starts_of,
    step_in_words,
)

__all__ = [
    "BUSINESS",
    "MONTH_NAMES",
    "OF_WEEKS",
    "WEEKDAYS",
    "WORDS",
    "Cadence",
    "Calendar",
    "DatesAt",
    "Freq",
    "business_periods_allowed",
    "cadence_of",
    "calendar_of",
    "days_of",
    "days_per_period",
    "last_unit",
    "months_of",
    "ordinals_of",
    "starts_of",
    "step_in_words",
]

#: Periods of a business year, of which the first month is not known.
BUSINESS = "belong to a business year"
#: Begins what is said of quarters and years that have whole weeks.
OF_WEEKS = "have "

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
#: Cadences with which a table of periods and a step are compared.
_BY_LENGTH: tuple[Freq, ...] = ("day", "week", "month", "quarter", "year")
#: pandas' own names, in this one place.
_PANDAS = MappingProxyType({"hour": "h", "day": "D", "month": "M", "quarter": "Q", "year": "Y"})


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
    off_fixes : tuple of Fix
        What declares such periods, where their dates say it.
    in_order : bool
        Whether the rows had no times and were taken in their order.
    dates_at : {"start", "end"} or None
        Which day of a week, or of another step off the calendar, its date named in the table, and so its label; None if nothing
        said it, which is taken for the first.
    holidays : tuple of int
        Declared holidays, in days since 1 January 1970.
    """

    freq: Freq
    index: pd.Index
    anchor: str | None = None
    tz: str | None = None
    step: str = ""
    cadence: Cadence | None = None
    off: str = ""
    off_fixes: tuple[Fix, ...] = ()
    in_order: bool = False
    dates_at: DatesAt | None = None
    holidays: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.index)

    @property
    def unit(self) -> str:
        """One period in prose, for example ``"week"``."""
        return self.freq.replace("_", " ")

    @property
    def season_lengths(self) -> tuple[int, ...]:
        """Periods per season: 52 for weeks, 12 for months, as many as a table or a step has in a year; empty if none is meant."""
        if self.table is not None:
            return (self.table.per_year,) if self.table.per_year > 1 else ()
        year = round(self.year or 0)
        return _SEASONS.get(self.freq, (year,) if year > 1 else ())

    @property
    def year(self) -> float | None:
        """Periods in a year: 52.18 weeks, 26.09 steps of 14 days, as many as a table has; None if undated or parts of a day.

        Examples
        --------
        >>> Calendar(freq="month", index=pd.period_range("2024-01", periods=3, freq="M")).year
        12.0
        """
        if not self.dated:
            return None
        cadence = cadence_of(self)
        return periods_a_year(cadence) if days_per_period(cadence) >= 1 else None

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
    def edges(self) -> np.ndarray:
        """First day of each period and of the one after the last, shape (n + 1,), in days since 1 January 1970.

        Examples
        --------
        >>> np.diff(Calendar(freq="month", index=pd.period_range("2024-01", periods=3, freq="M")).edges).tolist()
        [31, 29, 31]
        """
        cadence, starts = cadence_of(self), self.starts.to_numpy(dtype="datetime64[us]")
        days: np.ndarray = days_of(np.append(starts, starts_of(ordinals_of(starts[-1:], cadence) + 1, cadence)))
        return days

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
    def table(self) -> PeriodTable | None:
        """The table of periods that was declared; None for all other calendars."""
        return None if self.cadence is None else self.cadence.table

    @property
    def weeks(self) -> tuple[float, ...]:
        """Length of each period in weeks, of a declared table of periods; else empty."""
        if self.table is None:
            return ()
        first = self._first_in(self.table)
        return self.table.weeks[first : first + len(self)]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the periods, of a declared table that has them; else empty."""
        if self.table is None or not self.table.names:
            return ()
        first = self._first_in(self.table)
        return self.table.names[first : first + len(self)]

    def _first_in(self, table: PeriodTable) -> int:
        return int(table.numbers(days_of(self.index[:1].to_numpy(dtype="datetime64[us]")))[0])

    @property
    def year_start(self) -> int:
        """Month in which the year of quarters and years begins, 0 = January; 0 for other periods."""
        if self.freq not in IN_YEAR or not isinstance(self.index, pd.PeriodIndex):
            return 0
        return (1 + [name[:3].upper() for name in MONTH_NAMES].index(str(self.index.freqstr).rpartition("-")[2])) % 12

    @property
    def shown(self) -> pd.Index:
        """The periods as tables have them: periods of pandas, which have both ends, or the dates that name them."""
        return self.index if isinstance(self.index, pd.PeriodIndex) or not self.dated else self.dates

    @property
    def labels(self) -> tuple[str, ...]:
        """Each period as short text: ``2024-01-01`` (of a week the day in the table), ``2024-01``, ``2024Q1``, ``2024``.

        Those of a business year are named by the year in which it ends: ``FY2024 Q1``, ``FY2024``. Those of a declared table go
        by their first day, and by their name if they have one: ``2024-02-04 (FY24 P01)``.
        """
        if self.table is not None:
            days = [str(start)[:10] for start in self.index]
            named = self.names + ("",) * (len(days) - len(self.names)) if self.table.names else ()
            return tuple(f"{day} ({name})" if name else day for day, name in zip(days, named or [""] * len(days), strict=True))
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

        A step of days has as many as the cadence whose length is nearest.

        Examples
        --------
        >>> Calendar(freq="week", index=pd.RangeIndex(156)).default_max_lag(156)
        12
        """
        return max(1, min(_MAX_LAG[self._nearest], n_rows // 6))

    @property
    def _nearest(self) -> str:
        """The word of the cadence; of a declared table and of a step of days that of the length nearest to its own."""
        if self.freq != "period" or self.year is None:
            return self.freq
        days = float(days_per_period(cadence_of(self)))
        lengths = {word: float(days_per_period(Cadence(freq=word))) for word in _BY_LENGTH}
        return min(lengths, key=lambda word: abs(np.log(lengths[word] / days)))


def _ordinals_of_periods(index: pd.PeriodIndex, cadence: Cadence) -> np.ndarray:
    """Numbers of periods as `ordinals_of` counts them."""
    epoch = np.datetime64("1970-01-05", "us")
    ordinals: np.ndarray = index.asi8 - pd.Period("1970-01-05", freq=index.freqstr).ordinal
    return ordinals + int(ordinals_of(np.array([epoch]), cadence)[0])


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


@contextmanager
def business_periods_allowed() -> Iterator[None]:
    """Periods of business days are deprecated in pandas, which is no news to whoever has a table of them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"PeriodDtype\[B\]|Period with BDay", FutureWarning)
        yield
