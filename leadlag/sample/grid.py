"""The full grid of periods: every row in its place, every period without a row missing, several rows by rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_int
from leadlag.errors import UsageError
from leadlag.sample.cadence import counter_cadence, declared_cadence, infer_cadence, nearly_empty, off_calendar
from leadlag.sample.calendars import table_note
from leadlag.sample.model import Note
from leadlag.sample.naming import placed, what_was_read
from leadlag.sample.periods import (
    BUSINESS,
    OF_WEEKS,
    WORDS,
    Cadence,
    Calendar,
    Freq,
    calendar_of,
    ordinals_of,
    starts_of,
    step_in_words,
)
from leadlag.sample.retail import fitting_calendars
from leadlag.sample.times import Stamps
from leadlag.sample.violations import Fix, ViolationList, counted
from leadlag.sample.years import business_words, off_note, refuse_other_year, refuse_weeks, year_note

__all__ = ["Grid", "build_grid", "fold", "form_notes", "moment_of", "repeated_periods"]

#: Cadences that may be told where none can be seen, the shortest first.
_TRIED: tuple[Freq, ...] = ("hour", "day", "week", "month", "quarter", "year")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Where every row of the table belongs.

    Parameters
    ----------
    calendar : Calendar
        The periods without gaps.
    rows : ndarray of int, shape (n_kept,)
        Positions of the rows that are used, in time order.
    places : ndarray of int, shape (n_kept,)
        Period of each of these rows.
    notes : tuple of Note
        What was sorted, moved or dropped.
    """

    calendar: Calendar
    rows: np.ndarray
    places: np.ndarray
    notes: tuple[Note, ...] = ()


def build_grid(
    stamps: Stamps | None,
    n_rows: int,
    *,
    freq: Freq | None,
    as_of: Any,
    time: str | None,
    violations: ViolationList,
    filled: bool = False,
) -> Grid | None:
    """The grid of the rows, or None after collecting why there is none.

    Parameters
    ----------
    stamps : Stamps or None
        Time of every row; None for undated rows, which are taken in their order.
    n_rows : int
    freq : Freq or None
        Declared cadence, None to infer it.
    as_of : date, datetime, text, int or None
        Periods that end later are dropped.
    time : str or None
        The time column, for messages.
    violations : ViolationList
        Receives what is wrong.
    filled : bool
        Whether a rule says what a period without a row stands for.
    """
    if stamps is None:
        if as_of is not None:
            raise UsageError(f"as_of={as_of!r} needs dated rows or a counter: name the time column with time=.")
        calendar = Calendar(freq=freq or "period", index=pd.RangeIndex(n_rows), in_order=True)
        note = Note(code="LL137", column=None, text="no column is the time: rows were taken in their order, one period each.")
        return Grid(calendar=calendar, rows=np.arange(n_rows), places=np.arange(n_rows), notes=(note,))
    notes: list[Note] = []
    counted_periods = _count_periods(stamps, freq, time, violations, notes, filled=filled)
    if counted_periods is None:
        return None
    cadence, ordinals, clock, tz = counted_periods
    if freq is not None and _refused_as_empty(stamps, cadence, ordinals, time, violations, filled=filled):
        return None
    if stamps.off == BUSINESS and as_of is not None:
        raise UsageError(
            f"as_of={as_of!r} is a date, and times written like {stamps.written!r} belong to a business year, whose dates are "
            "not known: leave it out, or say in which month the year begins",
            fixes=(Fix.of(year_start="April", when="if it begins in April"),),
        )
    keep = _kept(ordinals, cadence, as_of, tz, notes)
    if not keep.any():
        violations.add("LL312", "no row lies before as_of.", argument="as_of", next_step="give a later as_of, or None.")
        return None
    if (np.diff(clock.astype(np.int64)) < 0).any():
        notes.append(Note(code="LL102", column=time, text="rows were not in time order and were sorted."))
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(clock[rows], kind="stable")]
    first, last = int(ordinals[rows].min()), int(ordinals[rows].max())
    places = ordinals[rows] - first
    empty = last - first + 1 - len(np.unique(places))
    if empty:
        notes.append(
            Note(code="LL109", column=time, text=f"{counted(empty, 'period has', 'periods have')} no row: missing, not filled.")
        )
    calendar = calendar_of(first, last, cadence, tz=tz)
    if cadence.base != "counter":
        off = stamps.off or off_calendar(clock[rows], cadence)
        weeks = fitting_calendars(clock[rows]) if off.startswith(OF_WEEKS) else ()
        calendar = replace(calendar, off=off, off_fixes=weeks)
        if refuse_other_year(calendar, time, violations):
            return None
        notes += [
            Note(code="LL139", column=time, text=text)
            for text in (what_was_read(stamps, calendar), year_note(calendar), table_note(calendar))
            if text
        ]
        notes += off_note(calendar, time)
    return Grid(calendar=calendar, rows=rows, places=places, notes=tuple(notes))


def form_notes(stamps: Stamps | None) -> tuple[Note, ...]:
    """How the times were read, where they are not plain dates."""
    if stamps is None or stamps.form is None or not stamps.written:
        return ()
    form = stamps.form
    text = f"times written like {stamps.written!r} were read as {form.words}."
    if form.business:
        text += business_words(form, stamps)
    return (Note(code="LL138", column=None, text=text, by_flags=text.replace("by year_start", "by --year-start")),)


def _count_periods(
    stamps: Stamps, freq: Freq | None, time: str | None, violations: ViolationList, notes: list[Note], *, filled: bool
) -> tuple[Cadence, np.ndarray, np.ndarray, str | None] | None:
    """Cadence, period of every row, the clock they were counted on, and its zone."""
    if stamps.table is not None:
        cadence = Cadence(freq="period", base="table", table=stamps.table, dates_at=stamps.dates_at)
        return cadence, ordinals_of(stamps.local, cadence), stamps.local, stamps.tz
    if stamps.kind == "counter":
        found = counter_cadence(stamps.local, freq or "period")
    elif freq is not None:
        found = declared_cadence(freq, stamps.local, stamps.first_month)
    elif stamps.years:
        found = declared_cadence("year", stamps.local, stamps.first_month)
    else:
        found = infer_cadence(stamps.local, stamps.utc, stamps.first_month)
    if refuse_weeks(stamps, freq, found.cadence, time, violations, filled=filled):
        return None
    if found.cadence is None:
        words = ", ".join(map(repr, WORDS))
        step = f"aggregate the rows first, or say by freq which it is, one of {words}"
        text = f"the cadence cannot be told: {found.problem}."
        violations.add("LL309", text, argument="time", column=time, next_step=step, fix=_cadence_that_fits(stamps))
        return None
    clock = stamps.utc if found.in_utc else stamps.local
    tz = "UTC" if found.in_utc and stamps.tz is not None else stamps.tz
    if found.cadence.freq == "business_day" and not _all_business_days(clock, time, violations):
        return None
    if stamps.naive_read_in is not None:
        notes.append(Note(code="LL105", column=time, text=f"times without a zone were read in {stamps.naive_read_in}."))
    if found.moved:
        text = f"times were moved to the {found.cadence.freq.replace('_', ' ')} they fall in."
        notes.append(Note(code="LL113", column=time, text=text))
    cadence, clock = placed(stamps, found.cadence, clock)
    ordinals = ordinals_of(clock, cadence)
    if found.cadence.freq == "period" and found.cadence.base != "counter":
        step = step_in_words(cadence)
        notes.append(
            Note(code="LL114", column=time, text=f"rows are {step} apart, which is counted in plain periods without a season.")
        )
    return cadence, ordinals, clock, tz


def _cadence_that_fits(stamps: Stamps) -> tuple[Fix, ...]:
    """The shortest cadence with few empty periods in which each row has one of its own, else the shortest with few empty ones."""
    if stamps.kind == "counter":
        return ()
    own = infer_cadence(stamps.local, stamps.utc, stamps.first_month).cadence
    fitting: list[tuple[bool, int, Freq]] = []
    # another freq than its unit would read times of a secondary form as those of another one
    for freq in [freq for freq in _TRIED if stamps.form is None or not stamps.form.secondary or freq == stamps.form.unit]:
        found = declared_cadence(freq, stamps.local, stamps.first_month)
        if found.cadence is not None:
            ordinals = ordinals_of(stamps.utc if found.in_utc else stamps.local, found.cadence)
            if not nearly_empty(ordinals, found.cadence, own, filled=False):
                fitting.append((len(np.unique(ordinals)) < len(ordinals), len(fitting), freq))
    return (Fix.of(freq=min(fitting)[2], when="for example"),) if fitting else ()


def _refused_as_empty(
    stamps: Stamps, cadence: Cadence, ordinals: np.ndarray, time: str | None, violations: ViolationList, *, filled: bool
) -> bool:
    """Whether the rows would be lost among periods without one, which is collected; nothing of that size has been made yet."""
    if cadence.base == "counter":
        return False
    own = infer_cadence(stamps.local, stamps.utc, stamps.first_month).cadence
    if not nearly_empty(ordinals, cadence, own, filled=filled):
        return False
    unit = cadence.freq.replace("_", " ")
    n_rows, span = len(np.unique(ordinals)), int(ordinals.max()) - int(ordinals.min()) + 1
    ends = np.sort(stamps.local)[[0, -1]].astype("datetime64[D]")
    text = f"only {n_rows:,} of the {span:,} {unit}s from {ends[0]} to {ends[1]} would have a row."
    if own is None or own == cadence:
        step = "name a longer period, correct times that lie far off, or say by Metric(missing=...) what no row means."
        violations.add("LL309", text, argument="time", column=time, next_step=step)
    else:
        apart = step_in_words(own) if own.freq == "period" else f"one {own.freq.replace('_', ' ')}"
        step = f"the rows are {apart} apart: leave freq out, or say so"
        violations.add("LL309", text, argument="time", column=time, next_step=step, fix=Fix.of(freq=own.freq))
    return True


def _all_business_days(clock: np.ndarray, time: str | None, violations: ViolationList) -> bool:
    weekend = np.flatnonzero(~np.is_busday(clock.astype("datetime64[D]")))
    if len(weekend):
        shown = [f"row {row}: {clock[row].astype('datetime64[D]')}" for row in weekend[:5]]
        text = f"{counted(len(weekend), 'row lies', 'rows lie')} on a weekend, where freq='business_day' has no period."
        violations.add(
            "LL305",
            text,
            argument="time",
            column=time,
            examples=shown,
            next_step="drop these rows, or count every day",
            fix=Fix.of(freq="day"),
        )
    return len(weekend) == 0


def _kept(ordinals: np.ndarray, cadence: Cadence, as_of: Any, tz: str | None, notes: list[Note]) -> np.ndarray:
    """Rows of periods that are complete at `as_of`."""
    if as_of is None:
        return np.ones(len(ordinals), dtype=bool)
    if cadence.base == "counter":
        keep = ordinals * cadence.step + cadence.origin <= as_int(as_of, "as_of", low=-(2**62))
    else:
        keep = starts_of(ordinals + 1, cadence) <= moment_of(as_of, tz)
    dropped = len(np.unique(ordinals[~keep]))
    if dropped:
        count = counted(dropped, "period was", "periods were")
        text = f"{count} dropped, not complete at {as_of}."
        notes.append(Note(code="LL110", column=None, text=text))
    return keep


def moment_of(as_of: Any, tz: str | None, *, argument: str = "as_of") -> np.datetime64:
    """`as_of` as a moment on the calendar's clock; a date counts to its end."""
    refusal = UsageError(f"{argument}={as_of!r} is not allowed: give a date like '2024-06-30'.", argument=argument)
    if isinstance(as_of, (int, float)):
        raise refusal
    try:
        moment = pd.Timestamp(as_of)
    except (ValueError, TypeError):
        raise refusal from None
    if pd.isna(moment):
        raise refusal
    if moment.tzinfo is not None:
        moment = (moment.tz_convert(tz) if tz is not None else moment).tz_localize(None)
    is_date = (isinstance(as_of, dt.date) and not isinstance(as_of, dt.datetime)) or (
        isinstance(as_of, str) and len(as_of.strip()) == 10
    )
    return np.datetime64(moment.to_pydatetime(warn=False), "us") + np.timedelta64(1 if is_date else 0, "D")


def repeated_periods(grid: Grid, groups: np.ndarray | None = None) -> list[tuple[int, int]]:
    """Periods that hold more than one row: (place, number of rows), by `groups` if these are given."""
    keys = grid.places if groups is None else groups * np.int64(len(grid.calendar)) + grid.places
    unique, counts = np.unique(keys, return_counts=True)
    many = counts > 1
    return [(int(key) % len(grid.calendar), int(count)) for key, count in zip(unique[many], counts[many], strict=True)]


def fold(values: np.ndarray, places: np.ndarray, n_periods: int, rules: Iterable[str]) -> np.ndarray:
    """Rows onto the grid; several rows of one period become one value by the column's rule.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        In time order.
    places : ndarray of int, shape (n_rows,)
        Period of each row, not falling.
    n_periods : int
    rules : iterable of {"sum", "mean", "last"}, one per column

    Returns
    -------
    ndarray, shape (n_periods, n_columns)

    Notes
    -----
    A sum with a missing part is missing; a mean and a last value are of the values that are there.
    """
    grid = np.full((n_periods, values.shape[1]), np.nan)
    periods, starts = np.unique(places, return_index=True)
    if len(periods) == len(places):
        grid[places] = values
        return grid
    there = ~np.isnan(values)
    counts = np.add.reduceat(there.astype(np.float64), starts, axis=0)
    for column, rule in enumerate(rules):
        if rule == "sum":
            grid[periods, column] = np.add.reduceat(values[:, column], starts)
        elif rule == "mean":
            totals = np.add.reduceat(np.where(there[:, column], values[:, column], 0.0), starts)
            grid[periods, column] = np.divide(
                totals, counts[:, column], out=np.full(len(periods), np.nan), where=counts[:, column] > 0
            )
        else:
            grid[places[there[:, column]], column] = values[there[:, column], column]  # in time order: the last one stays
    return grid
