"""The business year: what `year_start` says of quarters and years, and what is asked where nothing says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from leadlag.sample.forms import Form
from leadlag.sample.periods import BUSINESS, MONTH_NAMES, Calendar, months_of
from leadlag.sample.violations import Fix, ViolationList
from leadlag.sample.zones import Stamps, Told

__all__ = ["business_words", "in_year", "moved", "of_periods", "refuse_other_year", "year_fixes", "year_note"]

#: What is counted within a year, so that the year says which months it has.
_PARTS = ("year", "half", "quarter")
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
        return f" They are labelled as {form.unit}s of the calendar; which dates they are is not known."
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
    violations.add("LL309", text, argument="year_start", column=time, next_step=step, fix=year_fixes(calendar)[:1])
    return True


def year_fixes(calendar: Calendar) -> tuple[Fix, ...]:
    """What may be said of periods that are no calendar ones: the month in which their year begins."""
    if calendar.off == BUSINESS:
        return (Fix.of(year_start=_FOR_EXAMPLE, when=f"if the year begins in {_FOR_EXAMPLE}"),)
    how, _, month = calendar.off.partition(" in ")
    place = MONTH_NAMES.index(month) + (how == "end")
    starts = [place % 12] if calendar.freq == "year" else [(place + 3 * quarter) % 12 for quarter in range(4)]
    names = [MONTH_NAMES[start] for start in starts]
    when = "" if len(names) == 1 else f"if the year begins then, or in {names[1]}, {names[2]} or {names[3]}"
    return (Fix.of(year_start=names[0], when=when),)
