"""A relation over time in words: the same all the time, since when not, and since the lead became a target."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadlag.errors import UsageError
from leadlag.wording.delays import at_own
from leadlag.wording.layout import CAVEAT, beside_facts, beside_sentences, labelled, lines_of, page
from leadlag.wording.searched import searched_facts
from leadlag.wording.shown import Prose, among, cut, joined, number, periods, shown, wrap
from leadlag.wording.targeted import CHANGED, since_target, with_interval

if TYPE_CHECKING:
    from leadlag.decision.backing import Weakening
    from leadlag.methods.stability.result import StabilityTest

__all__ = ["HOW", "WHEN", "date_refused", "explain", "summary", "too_few_beside", "too_little"]

#: What the p of a change covers, and how.
WHEN, HOW = "dates of a change, at the lag and in the shape that fit best", "wild bootstrap"

_NAME = 28


def too_little(nobs: int, unit: str) -> str:
    """Why no change can be asked."""
    return f"{periods(nobs, unit)} with a value of the lead so far back, in which it moves on both sides of a date, are too few"


def too_few_beside(found: Weakening, unit: str) -> str:
    """Why the test since the lead became a target has no numbers."""
    told = f"{periods(found.n_before, unit)} before and {found.n_after:,} since {shown(found.since)}, counted once its values had"
    return f"{told} had time to act, are too few to compare, or the lead did not move on one side"


def date_refused(error: UsageError) -> str:
    """Why a date in the catalogue could not be used."""
    return str(error).rstrip(".")


def summary(result: StabilityTest) -> Prose:
    """Test, likeliest date, effects and the test since the lead is a target as text of at most 80 columns."""
    kpi, lead = cut(shown(result.kpi), _NAME), cut(shown(result.lead), _NAME)
    head = wrap(f"Is the effect of {lead} on {kpi} the same all the time? {_answer(result)}")
    facts = labelled(_facts(result))
    return page(head, facts, [CAVEAT])


def explain(result: StabilityTest) -> Prose:
    """What the test says, in plain sentences."""
    kpi, lead, found = shown(result.kpi), shown(result.lead), result.stability
    before, after = _sides(result)
    if found.pvalue > CHANGED:
        told = [f"There is no sign that the effect of {lead} on {kpi} changed over time (p {among(found.pvalue)} of no change)."]
        told.append(f"The change that would fit best is after {shown(found.date)}: {before} until then, {after} since.")
    else:
        told = [f"The effect of {lead} on {kpi} is not the same all the time (p {among(found.pvalue)} of no change)."]
        told.append(f"The change fits best after {shown(found.date)}: {before} until then, {after} since, each{_rise(result)}.")
        told.append(
            f"That date is an estimate. Ask what happened to {lead} or {kpi} around it, and trust the {result.unit}s since."
        )
    if found.weakening is not None:
        told.append(since_target(found.weakening, lead=lead, kpi=kpi, unit=result.unit, rise=_rise(result), sign=_sign(result)))
    if result.left_out:
        told.append(
            f"Left out: {_left_out(result.left_out)}, in which {lead} moved so far that no other {result.unit} would count."
        )
    told += beside_sentences(result.given, result.controls)
    return lines_of(told)


def _left_out(labels: tuple[str, ...]) -> str:
    return joined(labels) if len(labels) <= 3 else f"{labels[0]} to {labels[-1]}, {len(labels)} in all"


def _sides(result: StabilityTest) -> tuple[str, str]:
    found, sign = result.stability, _sign(result)
    if math.isnan(found.before):
        return "the effect of a square has no sign", "nor"
    before = with_interval(found.before, result.before_low, result.before_high, result.level, sign)
    return before, with_interval(found.after, result.after_low, result.after_high, result.level, sign)


def _sign(result: StabilityTest) -> str:
    return " %" if result.in_percent else ""


def _rise(result: StabilityTest) -> str:
    return f" for a rise by {number(result.lead_sd)}"


def _answer(result: StabilityTest) -> str:
    found = result.stability
    if found.pvalue > CHANGED:
        return "No sign of a change."
    return f"No: it changed, most likely after {shown(found.date)}."


def _facts(result: StabilityTest) -> Iterator[tuple[str, str]]:
    found, unit = result.stability, result.unit
    before, after = _sides(result)
    yield "Test", f"p {among(found.pvalue)} for the same effect at all dates (largest Wald statistic {number(found.statistic)})"
    yield "Date", f"after {shown(found.date)} fits best"
    yield "Before", before
    yield "After", after
    yield "Effect", f"of a rise by {number(result.lead_sd)}; peak {at_own(result.delay, unit)}, {result.shape}"
    yield "Windows", _windows(result)
    if not math.isnan(result.whole_pvalue):
        told = f"{number(result.whole_statistic)}, p {among(result.whole_pvalue)}"
        yield "All", f"all coefficients changing at once: largest Wald statistic {told}"
    if (since := found.weakening) is not None:
        lead, kpi = cut(shown(result.lead), _NAME), cut(shown(result.kpi), _NAME)
        yield "Target", since_target(since, lead=lead, kpi=kpi, unit=unit, sign=_sign(result))
        yield "", f"{periods(since.n_before, unit)} before and {since.n_after:,} since"
    yield from beside_facts(result.given, result.controls, most=_NAME)
    told = f"; left out {_left_out(result.left_out)}" if result.left_out else ""
    yield "Rows", f"{periods(result.nobs, unit)} used{told}"
    yield from searched_facts(result.provenance)


def _windows(result: StabilityTest) -> str:
    known = [value for value in result.effect if math.isfinite(value)]
    span = (
        f"effect from {number(min(known))} to {number(max(known))}{_sign(result)}" if known else "the lead does not move in any"
    )
    return f"{len(result.effect):,} of {periods(result.window, result.unit)}: {span}"
