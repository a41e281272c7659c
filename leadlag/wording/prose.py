"""One lead, or a whole ranking, in plain sentences; made from the same decision as the table."""

from __future__ import annotations

import math

from leadlag.wording import sentences
from leadlag.wording.seen import SeenContext, SeenDecision, SeenRanking
from leadlag.wording.shown import Prose, among, joined, periods, shown

__all__ = ["explain_lead", "explain_ranking", "lead_paragraphs"]


def explain_lead(decision: SeenDecision, context: SeenContext) -> Prose:
    """What a ranking says about one candidate, why, and what it does not show."""
    return Prose("\n".join(text for _, text in lead_paragraphs(decision, context)))


def lead_paragraphs(decision: SeenDecision, context: SeenContext) -> tuple[tuple[str, str], ...]:
    """The sentences about one candidate, each with the word it stands under."""
    if decision.verdict == "untestable":
        told = [("Answer", _untestable(decision, context)), *_steps(decision)]
    else:
        told = [("Answer", _answer(decision, context)), *_numbers(decision, context), *_checks(decision, context)]
        told += [*_steps(decision), ("Limits", _limits(decision, context))]
    return tuple(told)


def _answer(decision: SeenDecision, context: SeenContext) -> str:
    """The verdict, and how many periods ahead."""
    lead, kpi, ahead = shown(decision.evidence.lead), shown(context.kpi), decision.evidence.delay
    if decision.verdict == "lead":
        by = f" by {sentences.delay(ahead, context.unit)}" if ahead else ""
        return f"{lead} leads {kpi}{by}: its past improves the prediction beyond what the KPI's own past tells."
    if decision.verdict == "none":
        return f"There is no sign that {lead} leads {kpi} within {periods(context.max_lag, context.unit)}."
    return f"{lead} is {decision.verdict} for {kpi}: it {sentences.VERDICT.get(decision.verdict, '')}."


def _untestable(decision: SeenDecision, context: SeenContext) -> str:
    why = f": {sentences.reason(decision.reason)}" if decision.reason else ""
    return f"{shown(decision.evidence.lead)} could not be tested as a lead of {shown(context.kpi)}{why}."


def _numbers(decision: SeenDecision, context: SeenContext) -> list[tuple[str, str]]:
    """Effect, evidence and rows."""
    evidence = decision.evidence
    told = []
    if evidence.effect is not None:
        told.append(("Effect", _effect(decision, context)))
    told.append(("Evidence", _evidence(decision, context)))
    kpi_treatment = f"{shown(context.kpi)}: {context.treatment}." if context.treatment else ""
    lead_treatment = f" {shown(evidence.lead)}: {evidence.treatment}." if evidence.treatment else ""
    if kpi_treatment or lead_treatment:
        told.append(("Treatment", (kpi_treatment + lead_treatment).strip()))
    used = f"{periods(evidence.nobs, context.unit)} used, {evidence.n_dropped:,} dropped"
    told.append(("Rows", f"{used}; {sentences.sample(context)} in all."))
    return told


def _effect(decision: SeenDecision, context: SeenContext) -> str:
    """The effect, and whether it counts."""
    evidence = decision.evidence
    if evidence.effect is None:
        return ""
    clause = sentences.effect_of(evidence.effect, evidence.lead, context)
    if decision.verdict == "lead":
        return f"{clause[0].upper()}{clause[1:]}."
    return f"The best estimate, which does not count as a lead: {clause}."


def _evidence(decision: SeenDecision, context: SeenContext) -> str:
    """What p and q are, what they cover, and the joint F test."""
    evidence = decision.evidence
    told = f"p {among(evidence.pvalue)}, which covers the search over lags 1 to {context.max_lag} and their shapes"
    if evidence.shape:
        told += f" (strongest: {evidence.shape})"
    told += f"; q {among(evidence.qvalue)} after adjusting for all candidates of this ranking"
    told += f" (called a lead at {context.policy.fdr:.2f} or less)."
    if evidence.granger_order and not math.isnan(evidence.granger_pvalue):
        lags = "lag 1" if evidence.granger_order == 1 else f"lags 1 to {evidence.granger_order}"
        told += f" Granger F test of {lags} together: p {among(evidence.granger_pvalue)}."
    return told


def _checks(decision: SeenDecision, context: SeenContext) -> list[tuple[str, str]]:
    """Checks that a lead was put to, and notes about it."""
    asked = [item for item in decision.checks if item.status != "not applicable"] if decision.verdict == "lead" else []
    told = [sentences.check(item, decision, context) for item in asked]
    told += [f"{shown(text)} [{code}]." for code, text in decision.evidence.notes]
    return [("Checks", " ".join(told))] if told else []


def _steps(decision: SeenDecision) -> list[tuple[str, str]]:
    step = sentences.next_step(decision.reason.code) if decision.reason else ""
    return [("Next", step)] if step else []


def _limits(decision: SeenDecision, context: SeenContext) -> str:
    lead, kpi = shown(decision.evidence.lead), shown(context.kpi)
    if decision.verdict == "none":
        return "This does not show that there is no lead: a weak, slow or changing one can be missed."
    return (
        f"This shows prediction, not cause: moving {lead} on purpose may leave {kpi} where it is, and a third thing may move "
        "both. An effect picked for being large is on average overstated."
    )


def explain_ranking(ranking: SeenRanking) -> Prose:
    """The answer of a ranking in a few sentences."""
    context, told = ranking.context, [sentences.headline(ranking)]
    for decision in ranking.decisions[:3]:
        if decision.verdict == "lead" and decision.evidence.effect is not None:
            told.append(_effect(decision, context))
    told.append(f"Tested: {sentences.family(ranking.family, context)}; {sentences.sample(context)}.")
    lost = [shown(item.evidence.lead) for item in ranking.decisions if item.verdict == "untestable"]
    if lost:
        names = [*lost[:3], f"{len(lost) - 3} more"] if len(lost) > 3 else lost
        told.append(f"Could not be tested: {joined(names)}.")
    return Prose("\n".join([*told, sentences.CAVEAT]))
