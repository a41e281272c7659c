"""The times of a table matched to the periods of a declared calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.counting import PeriodTable, days_of
from leadlag.sample.forms import FORMS
from leadlag.sample.periods import BUSINESS, Calendar
from leadlag.sample.shapes import read_one
from leadlag.sample.timewords import tidy
from leadlag.sample.violations import Fix, counted
from leadlag.sample.zones import Stamps, Told

__all__ = ["by_name", "in_table", "refuse_unused", "table_note"]

#: Tables beside others are meant as those of the calendar if more than this share of their dates begin one of its periods.
_MEANT = 0.5
_SHOWN = 5
#: So many equal steps tell periods that hold several declared ones.
_FEWEST_STEPS = 3


def by_name(column: pd.Series, table: PeriodTable | None) -> Stamps | None:
    """Times that are names of the declared periods; None for all others."""
    if table is None or not table.names or not all(isinstance(cell, str) for cell in column):
        return None
    place = {name.casefold(): row for row, name in enumerate(table.names)}
    rows = [place.get(tidy(str(cell)).casefold()) for cell in column]
    if None in rows or not rows:
        return None
    local = _first_moments(table, [row for row in rows if row is not None])
    return Stamps(kind="dated", local=local, utc=local, first=True, dates_at="start", table=table)


def in_table(stamps: Stamps, table: PeriodTable | None, told: Told, *, beside: bool) -> Stamps | None:
    """Times as those of the declared periods, or None after collecting why they are none.

    Parameters
    ----------
    stamps : Stamps
    table : PeriodTable or None
    told : Told
        Receives what is wrong.
    beside : bool
        Whether there are other tables: one whose dates are mostly no starts has a cadence of its own.
    """
    if table is None or stamps.table is not None:
        return stamps
    if stamps.off == BUSINESS:
        return _by_number(stamps, table, told, beside=beside)
    days, edges = days_of(stamps.local), np.array(table.days)
    begins, ends = np.isin(days, edges[:-1]), np.isin(days + 1, edges[1:])
    if (ends if stamps.dates_at == "end" else begins).all():
        return replace(stamps, table=_held(stamps, table), dates_at=stamps.dates_at or "start")
    if beside and max(begins.mean(), ends.mean()) <= _MEANT:
        return stamps
    return _misfit(stamps, table, told, begins=begins, ends=ends)


def _held(stamps: Stamps, table: PeriodTable) -> PeriodTable:
    """The declared periods; where the dates are those of every third one, as quarters beside months are, three of them each."""
    numbers = np.unique(table.numbers(days_of(stamps.local)))
    steps = np.diff(numbers)
    each = int(np.median(steps)) if len(steps) >= _FEWEST_STEPS else 1
    if each < 2 or table.per_year % each or (steps % each).any():
        return table
    coarser = table.coarser(each, int(numbers[0]) + (stamps.dates_at == "end"))
    whole = coarser.days[0] <= table.firsts(numbers[:1])[0] and table.firsts(numbers[-1:])[0] < coarser.days[-1]
    return coarser if whole else table


def _by_number(stamps: Stamps, table: PeriodTable, told: Told, *, beside: bool) -> Stamps | None:
    """Times such as ``FY24 P03`` by the names of the periods, which may be written in another form."""
    forms = [form for form in FORMS if form.business]
    found = [read_one(name, forms) for name in table.names]
    unit = stamps.form.unit if stamps.form is not None else ""
    place: dict[tuple[str, np.datetime64], int] = {
        (form.unit, stamp.astype("datetime64[us]")): row for row, (form, stamp) in enumerate(filter(None, found))
    }
    rows = [place.get((unit, stamp)) for stamp in stamps.local] if None not in found else [None] * len(stamps.local)
    known = [row for row in rows if row is not None]
    if len(known) == len(rows):
        local = _first_moments(table, known)
        return replace(stamps, local=local, utc=local, off="", first=True, dates_at="start", table=table)
    if beside and not known:
        return stamps
    odd = [row for row, number in enumerate(rows) if number is None]
    names = f"has the names {table.names[0]!r} to {table.names[-1]!r}" if table.names else "has no column 'name'"
    count = counted(len(odd), "time is", "times are")
    text = f"{count} none of calendar, which {names}: they are written like {stamps.written!r}."
    step = "name its periods as the table does, or give a calendar that has them all."
    return told.wrong("LL309", text, [told.row(row) for row in odd[:_SHOWN]], step)


def _first_moments(table: PeriodTable, rows: Sequence[int]) -> np.ndarray:
    moments: np.ndarray = table.firsts(np.array(rows, dtype=np.int64)).astype("datetime64[D]").astype("datetime64[us]")
    return moments


def _misfit(stamps: Stamps, table: PeriodTable, told: Told, *, begins: np.ndarray, ends: np.ndarray) -> Stamps | None:
    """Say why dates are none of a calendar."""
    for word, fits, which in (("end", ends, "last"), ("start", begins, "first")):
        if fits.all():
            text = f"the dates are the {which} days of the periods of calendar, and were taken for the other end."
            return told.wrong("LL309", text, stamps.texts[:2], "say so", Fix.of(dates_at=word))
    days = days_of(stamps.local)
    outside = np.flatnonzero((days < table.days[0]) | (days >= table.days[-1]))
    if len(outside):
        first, last = (str(np.datetime64(day, "D")) for day in (table.days[0], table.days[-1] - 1))
        text = f"{counted(len(outside), 'date lies', 'dates lie')} outside calendar, which goes from {first} to {last}."
        step = "give a calendar that has these periods too, or drop these rows."
        if days.max() == table.days[-1]:
            step = "give it one more row: its last one is the end of the last period, and begins none."
        return told.wrong("LL309", text, [told.row(int(row)) + f": {stamps.texts[row]}" for row in outside[:_SHOWN]], step)
    odd = np.flatnonzero(~(ends if stamps.dates_at == "end" else begins))
    which = "last" if stamps.dates_at == "end" else "first"
    text = f"{counted(len(odd), 'date is', 'dates are')} not the {which} day of a period of calendar."
    starts = table.firsts(table.numbers(days[odd[:_SHOWN]])).astype("datetime64[D]")
    shown = [f"{stamps.texts[row]} lies in the period of {start}" for row, start in zip(odd[:_SHOWN], starts, strict=True)]
    step = (
        "correct these dates, or the calendar; rows of another cadence go into a table of their own, in a list beside this one."
    )
    return told.wrong("LL309", text, shown, step)


def refuse_unused(table: PeriodTable | None, calendars: Sequence[Calendar]) -> None:
    """A `UsageError` if no table of some has periods of the declared calendar."""
    if table is not None and not any(_same(calendar.table, table) for calendar in calendars):
        first = np.datetime64(table.days[0], "D")
        raise UsageError(
            f"no table has dates that begin periods of calendar, the first of which is {first}: give the table that has it, or "
            "leave calendar out."
        )


def _same(found: PeriodTable | None, declared: PeriodTable) -> bool:
    """Whether periods are the declared ones, or hold several of them each."""
    return found is not None and {*found.days} <= {*declared.days}


def table_note(calendar: Calendar) -> str:
    """What the declared periods are, as a sentence; empty for others."""
    if calendar.table is None:
        return ""
    lengths = sorted(set(calendar.table.weeks))
    span = f"{lengths[0]:.3g}" if len(lengths) == 1 else f"{lengths[0]:.3g} to {lengths[-1]:.3g}"
    each = f", {calendar.table.each} of them each" if calendar.table.each > 1 else ""
    per_year = counted(calendar.table.per_year, "period", "periods")
    what = f"periods are those of the declared calendar{each}, {per_year} a year, of {span} weeks"
    return f"{what}; the first is {calendar.labels[0]}."
