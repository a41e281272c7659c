"""The business year: what `year_start` says of quarters and years, and what is asked where nothing says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from leadlag.sample.forms import Form
from leadlag.sample.notes import Note
from leadlag.sample.periods import (
    BUSINESS,
    MONTH_NAMES,
    OF_WEEKS,
    WORDS,
    Cadence,
    Calendar,
    Freq,
    days_of,
    months_of,
    ordinals_of,
)
from leadlag.sample.retail import fitting_calendars, weeks_in
from leadlag.sample.violations import Fix, ViolationList
from leadlag.sample.zones import Stamps, Told

__all__ = [
    "business_words",
    "in_year",
    "moved",
    "of_periods",
    "off_note",
    "refuse_other_year",
    "refuse_weeks",
    "year_fixes",
    "year_note",
    "year_step",
]

#: What is counted within a year, so that the year says which months it has.
_PARTS = ("year", "half", "quarter")
_BY_CALENDAR = "give its period starts as calendar"
#: Weeks from one period of a calendar of whole weeks to the next.
_APART = {"period": "four and five", "quarter": "13 or 14", "year": "52 or 53"}
#: Month in which a business year may begin, for a call that is shown where nothing says it.
_FOR_EXAMPLE = "April"


def of_periods(stamps: Stamps, rule: str, months: Mapping[str, int]) -> Stamps:
    """Periods of pandas by their first moment: quarters and years say in which month their year ends, as ``Q-JAN`` does."""
    unit, _, month = rule.partition("-")
    year_start = months.get(month.casefold(), 12) % 12 if unit[:1] in ("Q", "A", "Y") else None
    return replace(stamps, first=True, year_start=year_start)


def in_year(stamps: Stamps, year_start: int | None, told: Told) -> Stamps | None:
    """Times of a year that begins in the declared month: those written by their number in a year are moved to it.

    Parameters
    ----------
    stamps : Stamps
    year_start : int or None
        0 = January; None if it was not declared.
    told : Told
        Receives what is wrong.

    Notes
    -----
    A business year has the name of the year in which it ends; ``2023/24`` has both. Quarters of pandas say their year themselves,
    and are only named anew if another one has the same quarters.
    """
    if year_start is None:
        return stamps
    own = stamps.year_start
    if own is not None and (own - year_start) % (3 if _are_quarters(stamps) else 12):
        month = MONTH_NAMES[own]
        text = (
            f"the periods are of a year that begins in {month}, as their type says, and year_start={MONTH_NAMES[year_start]!r}."
        )
        step = "read this table by itself, without year_start or with its own month; a list may hold Samples beside tables"
        return told.wrong("LL309", text, stamps.texts[:2], step, Fix.of(year_start=month))
    if own is not None or not _numbered(stamps):
        return replace(stamps, year_start=year_start)
    local = moved(stamps.local, stamps.form, year_start)
    return replace(stamps, local=local, utc=local, off="", year_start=year_start)


def moved(stamps: np.ndarray, form: Form | None, year_start: int) -> np.ndarray:
    """First moments of periods that were counted in calendar years as those of a year that begins in another month.

    Examples
    --------
    >>> moved(np.array(["2024-01-01"], dtype="datetime64[us]"), None, 1).astype(str)[0][:7]
    '2023-02'
    """
    if not year_start:
        return stamps
    begins = year_start if form is not None and "<next>" in form.written else year_start - 12
    shifted: np.ndarray = (months_of(stamps) + begins).astype("datetime64[M]").astype("datetime64[us]")
    return shifted


def _are_quarters(stamps: Stamps) -> bool:
    return len(stamps.local) < 2 or int(np.diff(np.unique(months_of(stamps.local))).min(initial=3)) < 12


def _numbered(stamps: Stamps) -> bool:
    """Whether the times are numbers within a year, or years, so that the month in which it begins says which dates they are."""
    form = stamps.form
    return stamps.years or (form is not None and not form.spans and (form.business or form.unit in _PARTS))


def business_words(form: Form, stamps: Stamps) -> str:
    """What is said of times written as those of a business year, after how they were read."""
    if stamps.table is not None:
        return " They are those of the declared calendar, by their names."
    if stamps.year_start is None:
        asked = "which dates they are is not known: say by year_start in which month the year begins"
        return f" They are labelled as {form.unit}s of the calendar; {asked}."
    begins = MONTH_NAMES[stamps.year_start]
    return f" The year begins in {begins}: the first time is {str(stamps.local.min())[:7]}." if len(stamps.local) else ""


def year_note(calendar: Calendar) -> str:
    """Which months quarters and years of a business year are, as a sentence; empty for those of the calendar."""
    if not calendar.year_start:
        return ""
    first = calendar.starts[0].to_datetime64().astype("datetime64[M]")
    span = f"{first} to {first + (2 if calendar.freq == 'quarter' else 11)}"
    what = (
        f"{calendar.unit}s of a year that begins in {MONTH_NAMES[calendar.year_start]} and is named by the one in which it ends"
    )
    return f"{what}: {calendar.labels[0]} is {span}."


def refuse_other_year(calendar: Calendar, time: str | None, violations: ViolationList) -> bool:
    """Whether the dates are those of another year than the declared one, which is collected."""
    if not calendar.year_start or not calendar.off:
        return False
    month = MONTH_NAMES[calendar.year_start]
    text = f"the {calendar.unit}s {calendar.off} by their dates, which no {calendar.unit} of a year that begins in {month} does."
    step = "correct the month; tables of another year are read by themselves, a list may hold Samples beside tables"
    if calendar.off.startswith(OF_WEEKS):
        step = f"leave year_start out, and {year_step(calendar)}"
    violations.add("LL309", text, argument="year_start", column=time, next_step=step, fix=year_fixes(calendar)[:1])
    return True


def year_step(calendar: Calendar) -> str:
    """What is to be said of periods that are no calendar ones."""
    return _BY_CALENDAR if calendar.off.startswith(OF_WEEKS) else "say in which month the year begins"


def off_note(calendar: Calendar, time: str | None) -> Iterator[Note]:
    """That quarters and years by dates that are none of the calendar were counted as calendar ones, and what declares them."""
    if not calendar.off or calendar.off == BUSINESS:
        return
    fixes = year_fixes(calendar)[:1]
    text = f"the {calendar.unit}s {calendar.off} by their dates, and were counted as those of the calendar, "
    text += f"from {calendar.labels[0]} on: {year_step(calendar)}"
    said = [", ".join([text, *words]) for words in ([fix.python for fix in fixes], [fix.flags for fix in fixes])]
    made = "".join(f", made by {fix.makes_file}" for fix in fixes if fix.makes_file)
    call = "".join(Fix(options=fix.options).python for fix in fixes)
    yield Note(code="LL154", column=time, text=f"{said[0]}.", call=call, by_flags=f"{said[1]}{made}.")


def refuse_weeks(
    stamps: Stamps, freq: Freq | None, cadence: Cadence | None, time: str | None, violations: ViolationList, *, filled: bool
) -> bool:
    """Whether dates are those of a calendar of whole weeks that no cadence holds, which is collected with that calendar.

    Parameters
    ----------
    stamps : Stamps
    freq : Freq or None
        What the caller said.
    cadence : Cadence or None
        What it came to; None if the dates are too irregular for any.
    time : str or None
    violations : ViolationList
    filled : bool
        Whether a rule says what a period without a row stands for, as of a list of events.
    """
    unit = weeks_in(stamps.local) if stamps.kind == "dated" and stamps.table is None else ""
    fixes = fitting_calendars(stamps.local) if unit else ()
    own = "month" if unit == "period" else unit
    if not unit or (not fixes and cadence is not None) or (not fixes and _one_each(stamps, own)):
        return False
    if cadence is not None:
        shorter = WORDS.index(cadence.freq) < WORDS.index(own) and not filled
        if not shorter and (cadence.freq != own or _one_each(stamps, own)):
            return False
    said = [name for name, given in (("freq", freq), ("year_start", stamps.year_start)) if given is not None]
    text = f"the dates are {_APART[unit]} weeks apart, as {unit}s of a business calendar are."
    before = f"leave {' and '.join(said)} out, and " if said else ""
    step = f"{before}{_BY_CALENDAR}"
    violations.add("LL309", text, argument="time", column=time, next_step=step, fix=fixes)
    return True


def _one_each(stamps: Stamps, freq: str) -> bool:
    """Whether every date has a month, quarter or year of its own."""
    days = np.unique(days_of(stamps.local)).astype("datetime64[D]")
    cadence = Cadence(freq=freq).in_year(stamps.first_month)  # type: ignore[arg-type]  # one of the three
    return len(np.unique(ordinals_of(days.astype("datetime64[us]"), cadence))) == len(days)


def year_fixes(calendar: Calendar) -> tuple[Fix, ...]:
    """What may be said of periods that are no calendar ones: the month in which their year begins."""
    if calendar.off.startswith(OF_WEEKS):
        return calendar.off_fixes
    if calendar.off == BUSINESS:
        return (Fix.of(year_start=_FOR_EXAMPLE, when=f"if the year begins in {_FOR_EXAMPLE}"),)
    how, _, month = calendar.off.partition(" in ")
    place = MONTH_NAMES.index(month) + (how == "end")
    starts = [place % 12] if calendar.freq == "year" else [(place + 3 * quarter) % 12 for quarter in range(4)]
    names = [MONTH_NAMES[start] for start in starts]
    when = "" if len(names) == 1 else f"if the year begins then, or in {names[1]}, {names[2]} or {names[3]}"
    return (Fix.of(year_start=names[0], when=when),)
