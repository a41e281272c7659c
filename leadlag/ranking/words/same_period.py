"""What a lead does in the KPI's own period and later, in words; of a series of zeros and ones, on its days and after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadlag.ranking.words import sentences
from leadlag.wording.shown import cut, interval, percent, shown

if TYPE_CHECKING:
    from leadlag.decision import Decision, Evidence, SamePeriod
    from leadlag.ranking.result import Context

__all__ = ["bounds", "is_told", "same_period", "same_period_facts", "way"]

#: Why the two effects are not added up.
_NOT_ADDED = {
    "part": "The two are not added up: {lead} holds a part of {kpi}, which moves with it by arithmetic.",
    "follows": "The two are not added up: {kpi} moves {lead} too, and what they share in one {unit} may be its own doing.",
}


def way(amount: str) -> str:
    """The word for the side of zero on which an amount lies."""
    return "lower" if amount.startswith("-") else "higher"


def bounds(low: str, high: str) -> str:
    """Both ends of an interval with the word for their side of zero, the smaller change first."""
    if way(low) == way(high):
        return f"{low} to {high} higher" if way(low) == "higher" else f"{high.lstrip('-')} to {low.lstrip('-')} lower"
    if not high.strip("0.,"):
        return f"{high} to {low.lstrip('-')} lower"
    return f"{low.lstrip('-')} lower to {high} higher"


def is_told(evidence: Evidence, context: Context) -> bool:
    """Whether the same period is told: of events, and of what moves with the KPI in it."""
    if evidence.same_period is None:
        return False
    return evidence.same_period.event or evidence.coincident_pvalue <= context.policy.coincident_level


def same_period(evidence: Evidence, context: Context) -> str:
    """What goes with a lead in the same period, later, and together, in one or two sentences; empty where it is not told."""
    size = evidence.same_period
    if size is None or not is_told(evidence, context):
        return ""
    lead, kpi, unit = shown(evidence.lead), shown(context.kpi), context.unit
    now, later, both = (_amount(numbers, size, context) for numbers in (size.now, size.later, size.total))
    if size.event:
        text = f"Each {unit} of {lead} goes with {kpi} {now} {_own(unit)}, and {later} after them, over all lags"
    else:
        rise = sentences.rise(size.rise, evidence.lead, context)
        text = f"In the same {unit} a rise of {lead} by {rise} goes with {kpi} {now}, and over all later lags {later}"
    if size.not_added:
        return f"{text}. {_NOT_ADDED[size.not_added].format(lead=lead, kpi=kpi, unit=unit)}"
    given = "" if size.event else f", as far as {kpi} does not move {lead} within the {unit}"
    return f"{text}; together {both}{given}."


def same_period_facts(decisions: Sequence[Decision], context: Context, most: int) -> list[tuple[str, str]]:
    """The same for the lines under a table, a line each lead."""
    found = []
    for item in decisions:
        size = item.evidence.same_period
        if size is None or not is_told(item.evidence, context):
            continue
        now, later, both = (_short(numbers, size, context) for numbers in (size.now, size.later, size.total))
        name, unit = cut(shown(item.evidence.lead), most), context.unit
        if size.event:
            text = f"{name}, each {unit} of it: {now} {_own(unit)}, {later} after them"
        else:
            text = f"{name}, a rise by lead_sd: {now} in the same {unit}, {later} later"
        found.append((f"Same {unit}", text if size.not_added else f"{text}, {both} together"))
    return found


def _own(unit: str) -> str:
    return f"{'on' if unit.endswith('day') else 'in'} its {unit}s"


def _amount(numbers: tuple[float, float, float], size: SamePeriod, context: Context) -> str:
    """A change with its interval."""
    _, low, high = interval(*numbers)
    return f"{_short(numbers, size, context)} ({percent(size.level)} interval: {bounds(low, high)})"


def _short(numbers: tuple[float, float, float], size: SamePeriod, context: Context) -> str:
    """A change and its direction."""
    value, _, _ = interval(*numbers)
    unit = "%" if size.in_percent else shown(context.kpi_unit)
    return f"{value.lstrip('-')}{f' {unit}' if unit else ''} {way(value)}"
