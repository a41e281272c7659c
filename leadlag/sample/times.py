"""Time columns as stamps: ISO text, dates, whole numbers, zones; nothing is coerced, nothing guessed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.iso import (
    HAS_ZONE,
    ISO,
    OTHER_DATE,
    as_datetime,
    from_iso,
    is_missing,
    iso_values,
    one_of_each,
    repeated_hours,
)
from leadlag.sample.violations import AT_THE_DOOR, ViolationList, counted

__all__ = ["Stamps", "check_zone", "looks_like_dates", "looks_like_other_dates", "read_times"]

_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_ISO_STEP = f"write dates as 2024-01-31, or say how they are written, for example date_format='%d/%m/%Y'{AT_THE_DOOR}."
#: Ranges in which whole numbers are read as moments since 1970: unit -> (low, high, microseconds per unit).
_EPOCHS = {"s": (10**8, 5 * 10**9, 10**6), "ms": (10**11, 5 * 10**12, 10**3), "us": (10**14, 5 * 10**15, 1)}


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
    """

    kind: Literal["dated", "counter"]
    local: np.ndarray
    utc: np.ndarray
    tz: str | None = None
    naive_read_in: str | None = None
    years: bool = False

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


def looks_like_dates(column: pd.Series) -> bool:
    """Whether a column can only be dates: a date dtype, date objects, or text that is all ISO dates."""
    dtype = column.dtype
    if isinstance(dtype, (pd.DatetimeTZDtype, pd.PeriodDtype)) or getattr(dtype, "kind", "") == "M":
        return True
    if (isinstance(dtype, np.dtype) and dtype.kind != "O") or getattr(dtype, "kind", "O") in "fiubcm":
        return False
    seen = False
    for cell in column:
        if is_missing(cell):
            continue
        seen = True
        if isinstance(cell, str):
            if ISO.fullmatch(cell.strip()) is None:
                return False
        elif not isinstance(cell, (dt.date, np.datetime64, pd.Period)):
            return False
    return seen


def looks_like_other_dates(column: pd.Series) -> bool:
    """Whether a column is text that can only be dates, though not all in ISO form, such as 31/01/2024 or Jan 2024."""
    cells = [cell for cell in column if not is_missing(cell)] if column.dtype == object or column.dtype == "str" else []
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    return 0 < len(texts) == len(cells) and all(OTHER_DATE.fullmatch(text) or ISO.fullmatch(text) for text in texts)


def read_times(
    column: pd.Series,
    *,
    name: str | None,
    tz: str | None,
    date_format: str | None,
    counter: bool,
    violations: ViolationList,
    argument: str = "time",
) -> Stamps | None:
    """Read a time column, or collect why it cannot be read and return None.

    Parameters
    ----------
    column : pandas.Series, shape (n_rows,)
    name : str or None
        Its name for messages, None for the index.
    tz : str or None
        Declared zone.
    date_format : str or None
        ``strptime`` format of text dates, None for ISO.
    counter : bool
        Whether whole numbers are meant as a plain counter whatever they look like (``freq="period"``).
    violations : ViolationList
        Receives what is wrong.
    argument : str
        The argument that named the column, for messages.
    """
    reader = _Reader(name=name, tz=tz, date_format=date_format, counter=counter, violations=violations, argument=argument)
    return reader.read(column)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """What every step of reading one time column needs to know."""

    name: str | None
    tz: str | None
    date_format: str | None
    counter: bool
    violations: ViolationList
    argument: str

    def read(self, column: pd.Series) -> Stamps | None:
        missing = np.flatnonzero(column.isna().to_numpy())
        if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
            missing = np.array([row for row, cell in enumerate(column) if is_missing(cell)], dtype=np.int64)
        if len(missing):
            rows = [f"row {row}" for row in missing[:5]]
            step = "fill in the times, or drop these rows."
            return self._wrong(
                "LL311", f"{counted(len(missing), 'row has', 'rows have')} no time (rows count from 0).", rows, step
            )
        dtype = column.dtype
        if isinstance(dtype, pd.PeriodDtype):
            return self._naive(column.dt.to_timestamp(how="start").to_numpy().astype("datetime64[us]"))
        if isinstance(dtype, pd.DatetimeTZDtype) or (
            isinstance(dtype, pd.ArrowDtype) and getattr(dtype.pyarrow_dtype, "tz", None) is not None
        ):
            return self._aware(column)
        if getattr(dtype, "kind", "O") == "M":
            return self._naive(column.to_numpy(dtype="datetime64[us]"))
        if getattr(dtype, "kind", "O") in "iu":
            return self._whole([int(value) for value in column])
        if getattr(dtype, "kind", "O") == "f":
            return self._floats(column.to_numpy(dtype=np.float64))
        if getattr(dtype, "kind", "O") in "bmc":
            return self._wrong(
                "LL305", f"the values are {dtype}, which are not times.", [], "name the column that holds the times with time=."
            )
        return self._cells(column.astype(object).tolist())

    def _wrong(self, code: str, text: str, examples: list[str], next_step: str) -> Stamps | None:
        """Collect a violation; there are no stamps then."""
        self.violations.add(code, text, argument=self.argument, column=self.name, examples=examples, next_step=next_step)
        return None

    def _naive(self, local: np.ndarray) -> Stamps | None:
        """Stamps without a zone: wall clock of the declared one."""
        if self.tz is None:
            return Stamps(kind="dated", local=local, utc=local)
        if not (local.astype(np.int64) % 86_400_000_000).any():  # dates: periods, not instants
            return Stamps(kind="dated", local=local, utc=local, tz=self.tz, naive_read_in=self.tz)
        index = pd.DatetimeIndex(local)
        unclear = np.asarray(index.tz_localize(self.tz, ambiguous="NaT", nonexistent="NaT").isna())
        summer, winter = repeated_hours(local, unclear)
        aware = index.tz_localize(self.tz, ambiguous=summer, nonexistent="NaT")
        lost = np.flatnonzero(unclear & ~summer & ~winter)
        if len(lost):
            shown = [f"row {row}: {index[row]}" for row in lost[:5]]
            step = f"give the times with their offset, or in UTC with tz='UTC'{AT_THE_DOOR}."
            count = counted(len(lost), "time does not exist or occurs", "times do not exist or occur")
            return self._wrong("LL305", f"{count} twice on the clocks of {self.tz}.", shown, step)
        utc = aware.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
        return Stamps(kind="dated", local=local, utc=utc, tz=self.tz, naive_read_in=self.tz)

    def _aware(self, column: pd.Series) -> Stamps:
        """Stamps with one zone: converted to the declared one, if there is one."""
        index = pd.DatetimeIndex(column)
        zone = self.tz if self.tz is not None else str(index.tz)
        local = index.tz_convert(self.tz) if self.tz is not None else index
        return Stamps(
            kind="dated",
            local=local.tz_localize(None).to_numpy().astype("datetime64[us]"),
            utc=index.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]"),
            tz=zone,
        )

    def _floats(self, values: np.ndarray) -> Stamps | None:
        """Floats count only if they are whole numbers."""
        broken = np.flatnonzero(~(np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**53)))
        if len(broken):
            shown = [f"row {row}: {values[row]}" for row in broken[:5]]
            return self._wrong(
                "LL305",
                f"{counted(len(broken), 'time is not a whole number', 'times are not whole numbers')}.",
                shown,
                "give ISO dates, years or a whole-number counter.",
            )
        return self._whole([int(value) for value in values])

    def _whole(self, values: list[int]) -> Stamps | None:
        """Years, yyyymm, yyyymmdd, moments since 1970 or a plain counter; what could be two things is refused."""
        if self.date_format is not None:
            return self._formatted([str(value) for value in values])
        counts = np.array(values, dtype=np.int64)
        low, high = (int(counts.min()), int(counts.max())) if len(counts) else (0, 0)
        if self.counter:
            return Stamps(kind="counter", local=counts, utc=counts)
        if low >= 1700 and high <= 2200:
            years = (counts - 1970).astype("datetime64[Y]").astype("datetime64[us]")
            return Stamps(kind="dated", local=years, utc=years, years=True)
        if low >= 170001 and high <= 220012:
            return self._digits(counts, "yyyymm", 100)
        if low >= 17000101 and high <= 22001231:
            return self._digits(counts, "yyyymmdd", 10_000)
        for least, most, micros in _EPOCHS.values():
            if least <= low and high <= most:
                utc = (counts * micros).astype("datetime64[us]")
                return self._aware(pd.Series(pd.DatetimeIndex(utc).tz_localize("UTC")))
        if high < 1700 or (low < 1700 and high < 170001):
            return Stamps(kind="counter", local=counts, utc=counts)
        step = f"give ISO dates, or say freq='period'{AT_THE_DOOR} if this is a plain counter."
        shown = [f"row {row}: {value}" for row, value in enumerate(values[:5])]
        return self._wrong(
            "LL305", "the whole numbers are neither years, yyyymm, yyyymmdd, moments since 1970 nor a small counter.", shown, step
        )

    def _digits(self, counts: np.ndarray, form: str, year_unit: int) -> Stamps | None:
        """Yyyymm and yyyymmdd, every one a real month or day."""
        texts = [str(count) for count in counts]
        cut = [f"{text[:4]}-{text[4:6]}" + (f"-{text[6:]}" if year_unit == 10_000 else "") for text in texts]
        good, broken = iso_values(cut)
        if len(broken) == 0:
            return Stamps(kind="dated", local=good, utc=good)
        shown = [f"row {row}: {texts[row]}" for row in broken[:5]]
        step = f"correct these rows, or say freq='period'{AT_THE_DOOR} if this is a plain counter."
        return self._wrong(
            "LL305", f"the whole numbers look like {form}, but {counted(len(broken), 'is', 'are')} no such date.", shown, step
        )

    def _cells(self, cells: list[object]) -> Stamps | None:
        """Text, date objects, periods and whole numbers in an object column."""
        if all(isinstance(cell, str) for cell in cells):
            return self._texts([str(cell).strip() for cell in cells])
        if all(isinstance(cell, (int, np.integer)) and not isinstance(cell, bool) for cell in cells):
            return self._whole([int(cell) for cell in cells])  # type: ignore[call-overload]
        if all(isinstance(cell, pd.Period) for cell in cells):
            return self._naive(np.array([cell.start_time.to_datetime64() for cell in cells], dtype="datetime64[us]"))  # type: ignore[attr-defined]
        moments = [as_datetime(cell) for cell in cells]
        broken = [row for row, moment in enumerate(moments) if moment is None]
        if broken:
            shown = [f"row {row}: {cells[row]!r}" for row in broken[:5]]
            return self._wrong(
                "LL305", f"{counted(len(broken), 'value is not a time', 'values are not times')}.", shown, _ISO_STEP
            )
        return self._moments([moment for moment in moments if moment is not None], [str(cell) for cell in cells])

    def _texts(self, texts: list[str]) -> Stamps | None:
        """ISO text, or text in the caller's format."""
        if self.date_format is not None:
            return self._formatted(texts)
        if all(_WHOLE.fullmatch(text) for text in texts):
            return self._whole([int(text) for text in texts])
        if any(HAS_ZONE.fullmatch(text) for text in texts):
            moments = [from_iso(text) for text in texts]
            broken = [row for row, moment in enumerate(moments) if moment is None]
            if not broken:
                return self._moments([moment for moment in moments if moment is not None], texts)
        else:
            good, broken = iso_values(texts)
            if not broken:
                return self._naive(good)
        shown = [f"row {row}: {texts[row]!r}" for row in broken[:5]]
        return self._wrong(
            "LL305",
            f"{counted(len(broken), 'time is not an ISO date', 'times are not ISO dates')}, of {len(texts)}.",
            shown,
            _ISO_STEP,
        )

    def _formatted(self, texts: list[str]) -> Stamps | None:
        """Text in the caller's own format."""
        moments: list[dt.datetime | None] = []
        for text in texts:
            try:
                moments.append(dt.datetime.strptime(text, str(self.date_format)))
            except ValueError:
                moments.append(None)
        broken = [row for row, moment in enumerate(moments) if moment is None]
        if broken:
            shown = [f"row {row}: {texts[row]!r}" for row in broken[:5]]
            step = "correct these rows or the format."
            return self._wrong(
                "LL305", f"{counted(len(broken), 'time does', 'times do')} not fit date_format={self.date_format!r}.", shown, step
            )
        return self._moments([moment for moment in moments if moment is not None], texts)

    def _moments(self, moments: list[dt.datetime], texts: list[str]) -> Stamps | None:
        """Python datetimes with or without zones; several zones need a declared one."""
        offsets = {moment.utcoffset() for moment in moments}
        zones = {str(moment.tzinfo) for moment in moments}
        if offsets == {None}:
            return self._naive(np.array(moments, dtype="datetime64[us]"))
        one_zone = len(zones) == 1 and None not in offsets
        if self.tz is None and not one_zone:
            shown = [f"row {row}: {texts[row]}" for row in one_of_each(moments)]
            mixed = (
                "times with and without a zone are mixed"
                if None in offsets
                else f"{len(offsets)} different zones or offsets are mixed"
            )
            step = f"declare the one zone in which periods are meant, for example tz='Europe/Berlin'{AT_THE_DOOR}."
            return self._wrong("LL310", f"{mixed}.", shown, step)
        declared = ZoneInfo(self.tz) if self.tz is not None else moments[0].tzinfo
        naive_zone = self.tz if None in offsets else None
        aware = [moment if moment.tzinfo is not None else moment.replace(tzinfo=declared) for moment in moments]
        local = [moment.astimezone(declared).replace(tzinfo=None) for moment in aware]
        utc = [moment.astimezone(dt.UTC).replace(tzinfo=None) for moment in aware]
        tz = self.tz if self.tz is not None else str(declared)
        stamps = (np.array(local, dtype="datetime64[us]"), np.array(utc, dtype="datetime64[us]"))
        return Stamps(kind="dated", local=stamps[0], utc=stamps[1], tz=tz, naive_read_in=naive_zone)
