"""Stamps in one zone: the wall clock of the periods, and the same instants in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.counting import PeriodTable
from leadlag.sample.forms import Form
from leadlag.sample.iso import one_of_each, repeated_hours
from leadlag.sample.periods import DatesAt
from leadlag.sample.violations import Fix, ViolationList, counted

__all__ = ["Stamps", "Told", "aware", "check_zone", "moments_of", "naive"]

#: The same of zones without summer time.
_AHEAD_ALL_YEAR = ("Asia/Tokyo", "Asia/Shanghai", "Asia/Bangkok", "Asia/Kolkata", "Asia/Karachi", "Asia/Dubai", "Africa/Nairobi")
_UTC = {"UTC", "UTC+00:00", "+00:00", "Etc/UTC", "GMT"}
#: Zones with summer time, one for each offset, whose midnights have the date of the day before in UTC.
_AHEAD_OF_UTC = ("Europe/Berlin", "Europe/London", "Europe/Helsinki", "Australia/Sydney", "Pacific/Auckland")


@dataclass(frozen=True, kw_only=True)
class Stamps:
    """The time of every row.

    Parameters
    ----------
    kind : {"dated", "counter"}
        Dates, or a plain counter.
    local : ndarray, shape (n_rows,), datetime64[us] or int64
        Wall clock in the declared zone; the counts of a counter.
    utc : ndarray, shape (n_rows,), datetime64[us] or int64
        The same instants in UTC; equal to `local` where there is no zone.
    tz : str or None
        The declared zone.
    naive_read_in : str or None
        Zone in which stamps without one were read.
    years : bool
        Whether the stamps were whole years.
    form : Form or None
        How the times are written, where not as ISO dates.
    written : str
        The first of them, as it is written.
    off : str
        What the times say of periods that are no calendar ones; see `Calendar`.
    dates_at : {"start", "end"} or None
        Which end of its period a date names, None where nothing says it.
    first : bool
        Whether the stamps are first moments whatever they name: of periods by their type, with both ends, or by their number.
    told_by : str
        What in the table says `dates_at`, for notes; empty where that is the caller or the type of the times.
    year_start : int or None
        Month in which the year of quarters and years begins, 0 = January; None where nothing says it.
    table : PeriodTable or None
        The declared periods that the times name.
    """

    kind: Literal["dated", "counter"]
    local: np.ndarray
    utc: np.ndarray
    tz: str | None = None
    naive_read_in: str | None = None
    years: bool = False
    form: Form | None = None
    written: str = ""
    off: str = ""
    dates_at: DatesAt | None = None
    first: bool = False
    told_by: str = ""
    year_start: int | None = None
    table: PeriodTable | None = None

    @property
    def first_month(self) -> int:
        """Month in which the year of quarters and years begins, that of the calendar where nothing says it."""
        return self.year_start or 0

    def form_name(self, date_format: str | None) -> str:
        """How the times are written, in a word or by an example."""
        if self.form is not None:
            return self.form.example
        return date_format or ("counter" if self.kind == "counter" else "year" if self.years else "ISO date")

    @property
    def texts(self) -> list[str]:
        """Each time as messages show it: a day without its midnight, no parts of seconds that are nought."""
        if self.kind == "counter":
            return [str(count) for count in self.local]
        shown = np.datetime_as_string(self.local)
        return [str(text).removesuffix("T00:00:00.000000").removesuffix(".000000") for text in shown]

    def at(self, rows: np.ndarray) -> Stamps:
        """The times of these rows."""
        return replace(self, local=self.local[rows], utc=self.utc[rows])


def check_zone(tz: str | None) -> str | None:
    """A zone that this machine knows, or a `UsageError`."""
    if tz is None:
        return None
    if not isinstance(tz, str):
        raise UsageError(f"tz={tz!r} is not allowed: give a zone name like 'UTC' or 'Europe/Berlin'.")
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"tz={tz!r} is not a known time zone: give a name like 'UTC' or 'Europe/Berlin'.") from None
    return tz


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known of a time column, and where its faults go.

    Parameters
    ----------
    name : str or None
        Its name for messages, None for the index.
    tz : str or None
        The declared zone.
    argument : str
        The argument that named it.
    violations : ViolationList
    row : callable
        How messages name a row, by its position.
    hint : str
        What else is to be said of cells that are not like the others.
    otherwise : tuple of Fix
        What to do if the column holds no times.
    """

    name: str | None
    tz: str | None
    argument: str
    violations: ViolationList
    row: Callable[[int], str]
    hint: str = ""
    otherwise: tuple[Fix, ...] = ()

    def wrong(
        self, code: str, text: str, examples: Iterable[str], next_step: str, fix: Fix | Iterable[Fix] = ()
    ) -> Stamps | None:
        """Collect a violation; there are no stamps then."""
        ways = (fix,) if isinstance(fix, Fix) else tuple(fix)
        self.violations.add(
            code, text, argument=self.argument, column=self.name, examples=examples, next_step=next_step,
            fix=(*ways, *self.otherwise),
        )  # fmt: skip
        return None


def naive(told: Told, local: np.ndarray) -> Stamps | None:
    """Stamps without a zone: wall clock of the declared one."""
    if told.tz is None:
        return Stamps(kind="dated", local=local, utc=local)
    if not (local.astype(np.int64) % 86_400_000_000).any():  # dates: periods, not instants
        return Stamps(kind="dated", local=local, utc=local, tz=told.tz, naive_read_in=told.tz)
    index = pd.DatetimeIndex(local)
    unclear = np.asarray(index.tz_localize(told.tz, ambiguous="NaT", nonexistent="NaT").isna())
    summer, winter = repeated_hours(local, unclear)
    known = index.tz_localize(told.tz, ambiguous=summer, nonexistent="NaT")
    lost = np.flatnonzero(unclear & ~summer & ~winter)
    if len(lost):
        shown = [f"{told.row(row)}: {index[row]}" for row in lost[:5]]
        step = "give the times with their offset; or, if they are in UTC, say so"
        count = counted(len(lost), "time does not exist or occurs", "times do not exist or occur")
        return told.wrong("LL305", f"{count} twice on the clocks of {told.tz}.", shown, step, Fix.of(tz="UTC"))
    utc = known.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
    return Stamps(kind="dated", local=local, utc=utc, tz=told.tz, naive_read_in=told.tz)


def _midnights_elsewhere(told: Told, utc: pd.DatetimeIndex) -> bool:
    """Whether stamps in UTC, no zone being declared, are midnights of another zone, a day later there; it is asked then."""
    of_day = np.unique(utc.hour * 60 + utc.minute)
    if told.tz is not None or len(of_day) not in (1, 2):
        return False
    # Where it is one hour all the year, nothing tells but that months end at it.
    if len(of_day) == 1 and (len(utc) < 3 or not (utc + pd.Timedelta(days=1)).is_month_start.all()):
        return False
    hours = [f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in of_day]
    zones = _AHEAD_OF_UTC if len(hours) == 2 else _AHEAD_ALL_YEAR
    zone = next((name for name in zones if (utc.tz_convert(name) == utc.tz_convert(name).normalize()).all()), None)
    if zone is None:
        return False
    when = f"{hours[0]} or {hours[1]} by the season" if len(hours) == 2 else f"{hours[0]} on the last days of months"
    text = f"the times are in UTC, at {when}: midnight in {zone}, where dates are others."
    shown = [f"{told.row(row)}: {utc[row]} is {utc[row].tz_convert(zone)}" for row in range(min(len(utc), 2))]
    step = "name the zone in which periods are meant"
    ways = (Fix.of(tz=zone, when="if they are days there"), Fix.of(tz="UTC", when="if they are days in UTC"))
    told.wrong("LL310", text, shown, step, ways)
    return True


def aware(told: Told, column: pd.Series) -> Stamps | None:
    """Stamps with one zone: converted to the declared one, if there is one."""
    index = pd.DatetimeIndex(column)
    if str(index.tz) in _UTC and _midnights_elsewhere(told, index):
        return None
    zone = told.tz if told.tz is not None else str(index.tz)
    local = index.tz_convert(told.tz) if told.tz is not None else index
    return Stamps(
        kind="dated",
        local=local.tz_localize(None).to_numpy().astype("datetime64[us]"),
        utc=index.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]"),
        tz=zone,
    )


def moments_of(told: Told, moments: list[dt.datetime], texts: list[str]) -> Stamps | None:
    """Python datetimes with or without zones; several zones need a declared one."""
    offsets = {moment.utcoffset() for moment in moments}
    zones = {str(moment.tzinfo) for moment in moments}
    if offsets == {None}:
        return naive(told, np.array(moments, dtype="datetime64[us]"))
    one_zone = len(zones) == 1 and None not in offsets
    if told.tz is None and not one_zone:
        shown = [f"{told.row(row)}: {texts[row]}" for row in one_of_each(moments)]
        mixed = (
            "times with and without a zone are mixed"
            if None in offsets
            else f"{len(offsets)} different zones or offsets are mixed"
        )
        step = "declare the one zone in which periods are meant, for example"
        return told.wrong("LL310", f"{mixed}.", shown, step, Fix.of(tz="Europe/Berlin"))
    if zones <= _UTC and _midnights_elsewhere(told, pd.DatetimeIndex(moments)):
        return None
    declared = ZoneInfo(told.tz) if told.tz is not None else moments[0].tzinfo
    naive_zone = told.tz if None in offsets else None
    instants = [moment if moment.tzinfo is not None else moment.replace(tzinfo=declared) for moment in moments]
    local = [moment.astimezone(declared).replace(tzinfo=None) for moment in instants]
    utc = [moment.astimezone(dt.UTC).replace(tzinfo=None) for moment in instants]
    tz = told.tz if told.tz is not None else str(declared)
    stamps = (np.array(local, dtype="datetime64[us]"), np.array(utc, dtype="datetime64[us]"))
    return Stamps(kind="dated", local=stamps[0], utc=stamps[1], tz=tz, naive_read_in=naive_zone)
