"""One lead, or a whole ranking, in plain sentences; made from the same decision as the table."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from leadlag.ranking.words import checks, grades, sentences
from leadlag.ranking.words.same_period import bounds, is_told, same_period, way
from leadlag.wording import delays, power
from leadlag.wording.layout import CAVEAT, labelled, lines_of, page
from leadlag.wording.shown import Prose, among, interval, joined, lag_number, percent, periods, shown

if TYPE_CHECKING:
    from leadlag.decision import Decision, Delay, Effect, Evidence
    from leadlag.decision.checks import Check
    from leadlag.ranking.result import Context, LeadRanking
    from leadlag.results import Provenance

__all__ = ["explain_lead", "explain_ranking", "lead_paragraphs", "summary_of_lead", "why_not"]


def explain_lead(decision: Decision, context: Context, provenance: Provenance) -> Prose:
    """What a ranking says about one candidate, why, and what it does not show."""
    return lines_of(text for _, text in lead_paragraphs(decision, context, provenance))


def lead_paragraphs(decision: Decision, context: Context, provenance: Provenance) -> tuple[tuple[str, str], ...]:
    """The sentences about one candidate, each with the word it stands under."""
    if decision.verdict == "untestable":
        told = [("Answer", _untestable(decision, context)), *_steps(decision, context)]
    else:
        told = [("Answer", _answer(decision, context)), *_grade(decision), *_numbers(decision, context, provenance)]
        told += [*_checks(decision, context), *_steps(decision, context), ("Limits", _limits(decision, context))]
    return tuple(told)


def summary_of_lead(paragraphs: Iterable[tuple[str, str]]) -> Prose:
    """Labelled sentences as text of at most 80 columns."""
    return page(labelled(paragraphs))


def why_not(decision: Decision, context: Context) -> Prose:
    """Why a candidate is no lead, in one or two sentences; of a lead, that it is one."""
    if decision.verdict == "untestable":
        return lines_of([_untestable(decision, context)])
    if decision.verdict == "lead":
        return lines_of([f"It is a lead: {_answer(decision, context)}{_too_late(decision, context)}"])
    if decision.verdict != "none" or _because(decision, "one_event") or _because(decision, "few_events"):
        return lines_of([_answer(decision, context)])
    evidence = decision.evidence
    if _because(decision, "unconfirmed"):
        enough = f"Its q {among(evidence.qvalue)} would be small enough alone ({context.policy.fdr:.2f} or less)"
        return lines_of([f"{_answer(decision, context)} {enough}; beside them it is not."])
    needed = f"it would have to be {context.policy.fdr:.2f} or less (p {among(evidence.pvalue)} before adjusting)"
    return lines_of([f"{_answer(decision, context)} Adjusted for all candidates, its q {among(evidence.qvalue)}; {needed}."])


def _too_late(decision: Decision, context: Context) -> str:
    """That a lead is known only when the KPI has moved."""
    if not decision.actionable_delay <= 0:
        return ""
    published = periods(decision.evidence.available_after, context.unit)
    return f" It comes too late to act on: its value is known {published} after its own period, when the KPI has moved already."


def _because(decision: Decision, code: str) -> bool:
    return decision.reason is not None and decision.reason.code == code


def _answer(decision: Decision, context: Context) -> str:
    """The verdict, and how many periods ahead."""
    evidence, kpi = decision.evidence, shown(context.kpi)
    known, ahead = delays.known_ahead(evidence.available_after, context.unit), evidence.delay
    lead = f"{shown(evidence.lead)}, {known}," if known else shown(evidence.lead)
    by = f" by {_ahead(ahead, context.unit)}" if ahead else ""
    if decision.verdict == "lead":
        return f"{lead} leads {kpi}{by}: its past improves the prediction beyond what the KPI's own past tells."
    if decision.verdict == "indirect":
        known = f"{shown(evidence.explained_by)} is known" if evidence.explained_by else "the other leads are known"
        perhaps = "It may work through it, or be moved by the same thing and no more."
        return f"{lead} moves before {kpi}{by} and predicts it alone, but adds nothing once {known}. {perhaps}"
    if decision.verdict == "reverse":
        told = f"{kpi} predicts {shown(evidence.lead)} (p {among(evidence.reverse_pvalue)})"
        after = sentences.follows_by(decision, context)
        if known:
            return f"{lead} is known {f'{after} ' if after else ''}after {kpi} moves, not before it: {told}."
        return f"{lead} moves after {kpi}{f' by {after}' if after else ''}, not before it: {told}."
    if decision.verdict == "coincident":
        same = f"in the {context.unit} in which its value is known" if known else f"in the same {context.unit}"
        same += f" (p {among(evidence.coincident_pvalue)})"
        return f"{lead} moves with {kpi} {same}, and there is no sign that it moves before it."
    if _because(decision, "unconfirmed"):
        return f"{lead} predicts {kpi} alone, but not beside the leads that were chosen, and none of them explains it."
    if _because(decision, "few_events"):
        told = joined([shown(span) for span in evidence.few_events])
        return f"What links {lead} to {kpi} is few events ({told}): without them little of it is left, so that it may be chance."
    if _because(decision, "one_event"):
        return f"What links {lead} to {kpi} is one event: once the largest level shift of {kpi} is in the model, nothing is left."
    if evidence.expectation is not None:
        return f"There is no sign that {lead} leads {kpi} over {sentences.expectation(evidence.expectation)}, as told."
    within = periods(context.max_lag, context.unit) + (" of then" if known else "")
    return f"There is no sign that {lead} leads {kpi} within {within}."


def _ahead(delay: Delay, unit: str) -> str:
    """The delay with its set."""
    return f"{periods(delay.peak, unit)}{delays.or_more(delay)} ({percent(delay.level)} set: {delays.delay_set(delay, unit)})"


def _untestable(decision: Decision, context: Context) -> str:
    why = f": {sentences.reason(decision.reason)}" if decision.reason else ""
    return f"{shown(decision.evidence.lead)} could not be tested as a lead of {shown(context.kpi)}{why}."


def _numbers(decision: Decision, context: Context, provenance: Provenance) -> list[tuple[str, str]]:
    """Effect, evidence and rows."""
    evidence = decision.evidence
    told = []
    if evidence.delay is not None:
        told.append(("Delay", _delay(evidence.delay, context)))
    if decision.effect is not None:
        told.append(("Effect", _effect(decision, context)))
    told.append(("Evidence", _evidence(decision, context)))
    treated = [f"{shown(name)}: {done}." for name, done in ((context.kpi, context.treatment), (evidence.lead, evidence.treatment))
               if done]  # fmt: skip
    if treated:
        told.append(("Treatment", " ".join(treated)))
    if controls := sentences.controls(provenance):
        told.append(("Controls", f"{joined(controls)}, in every model."))
    if decision.verdict not in ("lead", "indirect") and (missed := power.missed(evidence, kpi=context.kpi, unit=context.unit)):
        told.append(("Power", missed))
    used = f"{periods(evidence.nobs, context.unit)} used, {evidence.n_dropped:,} dropped"
    told.append(("Rows", f"{used}; {sentences.sample(context)} in all."))
    return told


def _delay(ahead: Delay, context: Context) -> str:
    """Peak and mean delay, which differ where an effect is spread out."""
    told = f"The effect peaks {delays.at_own(ahead.peak, context.unit, more=delays.or_more(ahead))}; "
    if math.isnan(ahead.mean):
        return f"{told}no mean delay: {delays.mean_missing(ahead)}."
    return f"{told}over all lags it comes after {delays.mean_delay(ahead, context.unit)} on average."


def _effect(decision: Decision, context: Context) -> str:
    """The effect, and whether it counts."""
    evidence = decision.evidence
    if evidence.effect is None:
        return ""
    if evidence.response == "square":
        clause = _effect_of_square(evidence.effect, evidence, context)
    else:
        clause = _effect_of(evidence.effect, evidence, context)
        if evidence.response in sentences.ACTING:
            clause += f"; {shown(evidence.lead)} {sentences.ACTING[evidence.response]}"
    if decision.verdict == "lead":
        return " ".join(filter(None, (f"{clause[0].upper()}{clause[1:]}.", same_period(evidence, context))))
    return f"The best estimate, which does not count as a lead: {clause}."


def _effect_of(size: Effect, evidence: Evidence, context: Context) -> str:
    """What goes with a lasting rise of the lead, as a clause."""
    lead, once = evidence.lead, "once the rise has worked through all lags"
    if is_told(evidence, context):
        once += f" from 1 on, the same {context.unit} not counted"
    value, low, high = interval(size.value, size.low, size.high)
    unit, kpi = sentences.effect_head([size], context), shown(context.kpi)
    return (
        f"a lasting rise of {shown(lead)} by {sentences.lead_sd(size, lead, context)} (one standard deviation of its "
        f"working series) goes with {kpi} {value.lstrip('-')}{f' {unit}' if unit else ''} {way(value)} "
        f"({percent(size.level)} interval: {bounds(low, high)}{_passing(size)}), {once}"
    )


def _passing(size: Effect) -> str:
    """The interval that belongs to the verdict, as the end of a bracket; empty without one."""
    if math.isnan(size.passing_low):
        return ""
    _, low, high = interval(size.value, size.passing_low, size.passing_high)
    return f"; what the test that made it a lead leaves open, at {percent(round(size.passing_level, 4))}: {bounds(low, high)}"


def _effect_of_square(size: Effect, evidence: Evidence, context: Context) -> str:
    """What goes with a lead that acts by its square, as a clause; by its profile, since a rise has no effect of one sign."""
    lead, kpi, ahead, found = shown(evidence.lead), shown(context.kpi), evidence.delay, evidence.profile
    why = "it acts by its square, so that a rise and a fall are the same and a rise has no effect of one sign"
    if found is None or ahead is None or ahead.peak not in found.lags:
        return f"a rise and a fall of {lead} go alike with {kpi}: {why}"
    place = found.lags.index(ahead.peak)
    value, low, high = interval(found.effect[place], found.low[place], found.high[place])
    unit = sentences.effect_head([size], context)
    return (
        f"a move of {lead} by {sentences.lead_sd(size, evidence.lead, context)} (one standard deviation of its working "
        f"series) to either side of its mean goes with {kpi} {value.lstrip('-')}{f' {unit}' if unit else ''} {way(value)} "
        f"{periods(ahead.peak, context.unit)} later ({percent(size.level)} interval: {bounds(low, high)}); {why}"
    )


def _evidence(decision: Decision, context: Context) -> str:
    """What p and q are, what they cover, and the joint F test."""
    evidence = decision.evidence
    ahead = max(-evidence.available_after, 0)
    first, last = (lag_number(lag - ahead) for lag in (1, context.max_lag))
    searched = f"the search over lags {first} to {last} and their shapes"
    if evidence.expectation is not None:
        searched = f"the search over {sentences.expectation(evidence.expectation)}"
    if evidence.shape:
        searched += f" (strongest: {evidence.shape})"
    told = f"p {among(evidence.deciding_pvalue)}"
    if evidence.over_several:
        told += (
            f" given the other leads, of {evidence.shape} tested together after the search was done, counted for its share of "
            f"the false discovery rate; its own q {among(evidence.qvalue)}"
        )
    elif math.isnan(evidence.conditional_pvalue):
        told += f", which covers {searched}; q {among(evidence.qvalue)} after adjusting for all candidates of this ranking"
    else:
        told += f" given the other chosen leads, which covers {searched}; its own q {among(evidence.qvalue)}, adjusted among them"
    told += f" (called a lead at {context.policy.fdr:.2f} or less)."
    if not math.isnan(evidence.conditional_pvalue):
        told += f" Alone: p {among(evidence.pvalue)}."
    if evidence.granger_order and not math.isnan(evidence.granger_pvalue):
        last = lag_number(evidence.granger_order - ahead)
        lags = f"lag {first}" if evidence.granger_order == 1 else f"lags {first} to {last}"
        told += f" Granger F test of {lags} together: p {among(evidence.granger_pvalue)}."
    return told


def _grade(decision: Decision) -> list[tuple[str, str]]:
    told = grades.graded(decision)
    return [("Grade", told)] if told else []


def _checks(decision: Decision, context: Context) -> list[tuple[str, str]]:
    """Checks that a candidate was put to, of its data those that it did not pass, and notes about it."""
    said: dict[str, list[str]] = {}
    for item in decision.checks:
        if item.status != "not applicable" and not _needless(item):
            said.setdefault(checks.label(item.code), []).append(checks.check(item, decision, context))
    beside = said.setdefault("Note", [])
    if decision.evidence.group is not None:
        beside.append(f"It is one of near duplicates, group {decision.evidence.group} of the column `group`.")
    beside += [f"{shown(text)} [{code}]." for code, text in decision.evidence.notes]
    return [(word, " ".join(filter(None, told))) for word, told in said.items() if any(told)]


def _needless(check: Check) -> bool:
    """Whether a check need not be told in a text: the table of checks has it."""
    return check.status == "pass" and (check.code.startswith("data_") or check.code == "up_to_date")


def _steps(decision: Decision, context: Context) -> list[tuple[str, str]]:
    step = sentences.next_step(decision, context)
    return [("Next", step)] if step else []


def _limits(decision: Decision, context: Context) -> str:
    lead, kpi = shown(decision.evidence.lead), shown(context.kpi)
    if decision.verdict in ("none", "reverse", "coincident"):
        return "This does not show that there is no lead: a weak, slow or changing one can be missed."
    return (
        f"This shows prediction, not cause: moving {lead} on purpose may leave {kpi} where it is, and a third thing may move "
        "both."
    )


def explain_ranking(ranking: LeadRanking) -> Prose:
    """The answer of a ranking in a few sentences."""
    context, told = ranking.context, [sentences.headline(ranking)]
    for decision in ranking.decisions[:3]:
        if decision.verdict == "lead" and decision.evidence.effect is not None:
            told.append(" ".join(filter(None, (_effect(decision, context), grades.graded(decision)))))
    told.append(f"Tested: {sentences.family(ranking.family, context)}; {sentences.sample(context)}.")
    told += [f"{text}." for text in sentences.asked(ranking)]
    told += sentences.nothing_found(ranking)
    if ranking.decoys is not None:
        told.append(f"{sentences.decoys(ranking.decoys)}.")
    if controls := sentences.controls(ranking.provenance):
        told.append(f"In every model: {joined(controls)}.")
    lost = [shown(item.evidence.lead) for item in ranking.decisions if item.verdict == "untestable"]
    if lost:
        names = [*lost[:3], f"{len(lost) - 3} more"] if len(lost) > 3 else lost
        told.append(f"Could not be tested: {joined(names)}.")
    return lines_of([*told, CAVEAT])
