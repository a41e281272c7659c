"""What a date names: the first or the last day of its week, or of another step off the calendar; what stays open is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from leadlag.sample.names import first_names
from leadlag.sample.periods import WEEKDAYS, Cadence, Calendar, DatesAt, cadence_of, days_of, last_unit, ordinals_of, starts_of
from leadlag.sample.timewords import dates_at_of
from leadlag.sample.violations import Fix, Violation
from leadlag.sample.zones import Stamps

__all__ = ["DATES_AT", "frame_index", "is_open", "named", "placed", "question", "what_was_read"]

#: What `dates_at` may say.
DATES_AT: tuple[DatesAt, ...] = ("start", "end")

_DAY, _HOUR, _MINUTE = 86_400_000_000, 3_600_000_000, 60_000_000
_SIGN = re.compile(r"%.")
#: Metrics that a question names.
_SHOWN = 3


def named(stamps: Stamps, name: str | None, date_format: str | None, said: DatesAt | None) -> Stamps:
    """Which end of its period a date names: as the caller says, else the name of the column, or the times themselves."""
    if said is not None:
        return replace(stamps, dates_at=said)
    for words, told_by in ((name, repr(name)), (_SIGN.sub(" ", date_format or ""), "date_format")):
        if found := dates_at_of(words):
            return replace(stamps, dates_at=found, told_by=told_by)
    if len(stamps.local) and (stamps.local.astype(np.int64) % _DAY >= _DAY - _MINUTE).all():
        return replace(stamps, dates_at="end", told_by="the time of day")
    return replace(stamps, dates_at="start" if stamps.first else None)


def placed(stamps: Stamps, cadence: Cadence, clock: np.ndarray) -> tuple[Cadence, np.ndarray]:
    """Cadence and clock by which each date falls into the period that it names.

    Parameters
    ----------
    stamps : Stamps
        Which end of its period a date names, as far as it is known.
    cadence : Cadence
        Its periods begin with their dates.
    clock : ndarray, shape (n,), datetime64[us]
        The clock on which periods are counted.

    Notes
    -----
    Days, hours, months, quarters and years go by the period that holds the date, and so do weeks of which the rows have different
    weekdays, and half-years of the calendar.
    """
    by_weekday = cadence.freq == "week" and cadence.base != "counter" and _one_weekday(clock)
    off_calendar = cadence.freq == "period" and cadence.base != "counter" and cadence.dates_at is None
    if not by_weekday and not off_calendar:
        return cadence, clock
    cadence = replace(cadence, dates_at=stamps.dates_at)
    if stamps.dates_at != "end" or stamps.first:
        return cadence, clock
    if by_weekday:
        return replace(cadence, week_start=(cadence.week_start + 1) % len(WEEKDAYS)), clock
    if cadence.base == "month":
        return replace(cadence, origin=cadence.origin - (cadence.step - 1)), clock
    unit = last_unit(cadence)
    if not unit:  # a step shorter than an hour is named by the moment at which it ends
        return replace(cadence, origin=cadence.origin - cadence.step), clock - np.timedelta64(1, "us")
    return replace(cadence, origin=cadence.origin // unit * unit + unit - cadence.step), clock


def _one_weekday(clock: np.ndarray) -> bool:
    return len(np.unique(days_of(clock) % len(WEEKDAYS))) == 1


def what_was_read(stamps: Stamps, calendar: Calendar) -> str:
    """What the dates were taken for, as a sentence; empty where the caller said it or Mondays, by rule, are first days."""
    told = bool(stamps.told_by) and calendar.dates_at is not None and not stamps.first
    if not calendar.span or not (told or is_open(calendar)):
        return ""
    what = f"{'last' if calendar.dates_at == 'end' else 'first'} {_unit(cadence_of(calendar))}"
    why = f"as {stamps.told_by} says" if told else "nothing says which"
    return f"{calendar.span}: each date was taken for the {what}, {why}."


def frame_index(calendar: Calendar, names: Sequence[str]) -> pd.Index:
    """The periods of a table under a name that says what they are, so that the table can be read again."""
    if calendar.in_order:
        return calendar.index
    named = {"week": {"end": "week_ending"}, "period": {"start": "period_start", "end": "period_end"}}
    name = named.get(calendar.freq, {}).get(calendar.dates_at or "", calendar.freq)
    return calendar.shown.rename(f"{name}_date" if name in names else name)


def is_open(calendar: Calendar) -> bool:
    """Whether nothing says which end of its period a date names, where that could be either.

    Weeks named by Mondays begin with them (ISO 8601), and steps shorter than an hour with their stamp.
    """
    if not calendar.dated or calendar.dates_at is not None:
        return False
    if calendar.freq == "week":
        return calendar.anchor != WEEKDAYS[0]
    if calendar.freq != "period" or calendar.table is not None:
        return False
    cadence = cadence_of(calendar)
    return cadence.base == "month" or cadence.step % _HOUR == 0


def question(
    calendar: Calendar,
    names: Sequence[str],
    *,
    beside: str,
    argument: str = "data",
    tables: Sequence[str] = (),
    of_sample: bool = False,
) -> Violation:
    """Which end of its period a date names: both readings, and what says it.

    Parameters
    ----------
    calendar : Calendar
        Of which `is_open` is true.
    names : sequence of str
        Its metrics.
    beside : str
        What makes the answer change a result.
    argument : str
        The table that it came from.
    tables : sequence of str
        All tables of which it is asked, where these have to be told from others.
    of_sample : bool
        Whether a Sample was given, whose calendar is settled: then its table has to be read again.
    """
    period = "week" if calendar.freq == "week" else f"step of {calendar.step}"
    unit = _unit(cadence_of(calendar))
    label, first, last = _readings(calendar)
    text = (
        f"nothing says whether the dates of {first_names(names, _SHOWN)} name the first or the last {unit} of a {period}: "
        f"{label} can be that of {first} or of {last}. Beside {beside} this changes the result."
    )
    if of_sample:
        step = (
            "read its table again, with dates_at='end' in from_wide if it is the last, with dates_at='start' if it is the first."
        )
        return Violation(code="LL309", argument=argument, column=None, text=text, next_step=step)
    fixes = [
        Fix.of(dates_at=_said(word, tables), when=f"if it is the {which}")
        for which, word in zip(("last", "first"), ("end", "start"), strict=True)
    ]
    return Violation(code="LL309", argument=argument, column=None, text=text, next_step="say which", fixes=tuple(fixes))


def _said(word: str, tables: Sequence[str]) -> str | dict[str, str]:
    return dict.fromkeys(tables, word) if tables else word


def _unit(cadence: Cadence) -> str:
    """What a date names one of."""
    if cadence.base == "month":
        return "month"
    return {_HOUR: "hour", 0: "moment"}.get(last_unit(cadence), "day")


def _readings(calendar: Calendar) -> tuple[str, str, str]:
    """The first date, and the period that begins with it and the one that ends with it."""
    cadence, first = cadence_of(calendar), calendar.starts[0].to_datetime64().astype("datetime64[us]")
    ends: list[np.datetime64]
    if cadence.base == "month":
        month, reach = first.astype("datetime64[M]"), np.timedelta64(cadence.step - 1, "M")
        ends = [month - reach, month, month + reach]
    else:
        after = starts_of(ordinals_of(np.array([first]), cadence) + 1, cadence)[0] - np.timedelta64(last_unit(cadence), "us")
        ends = [first - (after - first), first, after]
    length = {"month": 7, "day": 10}.get(_unit(cadence), 16)
    before, label, end = (str(stamp)[:length].replace("T", " ") for stamp in ends)
    return label, f"{label} to {end}", f"{before} to {label}"
