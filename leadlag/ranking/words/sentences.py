"""Sentences that texts, tables and pages of a ranking share: its answer, what was tested, reasons, and what it does not show."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from leadlag.errors import CODES
from leadlag.wording.delays import known_ahead, or_more
from leadlag.wording.power import closest
from leadlag.wording.searched import counted
from leadlag.wording.shown import cut, joined, lag_number, number, percent, periods, shown

if TYPE_CHECKING:
    from leadlag.decision import Decision, Effect, Expectation, Reason
    from leadlag.decision.backing import Decoys
    from leadlag.ranking.result import Context, Family, LeadRanking
    from leadlag.results import Provenance

__all__ = [
    "ACTING", "LIMITS", "VERDICT", "asked", "brief_reason", "coded_reason", "controls", "decoys", "effect_head", "expectation",
    "family", "follows_by", "headline", "lead_sd", "lead_title", "length", "next_step", "nothing_found", "reason", "rise",
    "sample",
]  # fmt: skip


#: What a ranking of leads does not show, at the length of a report.
LIMITS = (
    "Prediction is not cause. A lead moves before the KPI; a third thing may move both, one sooner than the other.",
    "A lead is not yet a lever. Levels that move together do not show that pushing one moves the other; an experiment does.",
    "A lead that becomes a target may stop leading: people then move the number, and not what stood behind it.",
    "Stability and copies of a lead are asked where it was found: most leads that chance makes pass. Its q speaks of chance.",
    "An indirect lead may work through the one that explains it, or have no more in common with the KPI than a common driver.",
    "Finding nothing is not finding that there is nothing: a weak, slow or changing lead can be missed in these periods.",
    "The best of many look better than they are: effects of leads are corrected for having been chosen, those of others are not.",
)

#: What each verdict says, in a few words.
VERDICT = {
    "lead": "moves before the KPI and improves its prediction",
    "indirect": "predicts the KPI alone, but not once the other leads are known; perhaps by no more than a common driver",
    "reverse": "moves after the KPI, not before it",
    "coincident": "moves with the KPI in the same period, not before it",
    "none": "no sign that it moves before the KPI",
    "untestable": "could not be tested",
}

#: What acts of a lead whose effect is not linear, and what its effect then is.
ACTING = {
    "square": "acts by its square, rises and falls alike, so that no effect of a rise is given",
    "above": "acts only by what lies above its mean; its effect is that of a rise at any time, a mean over the periods",
    "below": "acts only by what lies below its mean; its effect is that of a rise at any time, a mean over the periods",
}

#: What a reason that is no error says.
_REASONS = {
    "not_significant": "not significant at the chosen FDR",
    "unconfirmed": "passes alone, but not beside the leads that were chosen, and none of them explains it",
    "few_events": "rests on few events: without them little of it is left",
    "one_event": "nothing is left once the largest level shift of the KPI is in the model",
}

#: Reasons that are worth a word in a table: something passes, and it is no lead.
_DOUBTS = ("unconfirmed", "few_events", "one_event")

_NEXT = {
    "indirect": "Watch {by}. {lead} is still of use where it moves earlier or is published sooner; pushing it helps only if it "
    "works through {by}, which this does not show.",
    "reverse": "Take it as a result of {kpi}, not as a warning of it.",
    "coincident": "A finer cadence, days in place of weeks, may show which of the two moves first.",
    "few_events": "Look at these periods. Where their reason is known, give it as a control; more periods may show a lead.",
    "one_event": "Look at that event. More periods before or after it may show a lead that is there.",
    "unconfirmed": "Most such candidates passed by chance: ask again with more periods.",
    "not_significant": "More periods, a longer max_lag or a finer cadence may show a lead that is there.",
    "LL201": "Check that the column is filled, and over the same time as the KPI.",
    "LL203": "Nothing can be learned from a column that does not move: leave it out, or give a longer window.",
    "LL204": "Give more periods of this lead, with fewer gaps.",
    "LL205": "Leave it out: it is the KPI itself under another name or scale.",
    "LL209": "Give the values of its own cadence in a table of their own: data=[slower, faster].",
    "LL207": "Leave it out, or take out the control that already says the same.",
    "LL208": "Look at its values for extremes; if they are sound, please report this with the code.",
}


def headline(ranking: LeadRanking, *, most: int = 200) -> str:
    """The answer of a ranking in one sentence, names cut to `most` columns; before it, that its rows have no times."""
    return f"{in_order(ranking.provenance)}{_answer(ranking, most)}"


def in_order(provenance: Provenance) -> str:
    """What goes before an answer about rows without times."""
    return "Rows in their order, without times. " if "LL137" in dict(provenance.warnings) else ""


def _answer(ranking: LeadRanking, most: int) -> str:
    """Which candidates lead, and by how long."""
    named = [item for item in ranking.decisions if item.verdict == "lead"]
    kpi, unit = cut(shown(ranking.context.kpi), most), ranking.context.unit
    total = ranking.family.n_candidates
    if not ranking.family.n_tested:
        none = "The one candidate" if total == 1 else f"None of the {_candidates(total)}"
        return f"{none} for {kpi} could {'not ' if total == 1 else ''}be tested."
    if not named:
        first = "The one candidate does not lead" if total == 1 else f"None of the {total:,} candidates leads"
        return f"{first} {kpi} at a false discovery rate of {percent(ranking.context.policy.fdr)}."
    if total == 1:
        return f"{lead_title(named[0], unit, most=most, between=f' leads {kpi}')}."
    most_named = 4 if len(named) == 4 else 3
    told = [lead_title(item, unit, most=most) for item in named[:most_named]]
    if len(named) > most_named:
        told.append(f"{len(named) - most_named} more")
    verb = "leads" if len(named) == 1 else "lead"
    return f"{len(named)} of {_candidates(total)} {verb} {kpi}: {joined(told)}."


def nothing_found(ranking: LeadRanking) -> tuple[str, ...]:
    """Where no candidate leads: those that came closest and what would be needed to find them; empty where one does."""
    tested = [item.evidence for item in ranking.decisions if item.verdict != "untestable"]
    if any(item.verdict == "lead" for item in ranking.decisions):
        return ()
    return closest(tested, kpi=ranking.context.kpi, unit=ranking.context.unit)


def lead_title(decision: Decision, unit: str, *, most: int = 200, between: str = "") -> str:
    """Name of a lead, the words `between`, and how far ahead it moves."""
    name, ahead = cut(shown(decision.evidence.lead), most), decision.evidence.delay
    if ahead is None:
        return f"{name}{between}"
    known = known_ahead(decision.evidence.available_after, unit)
    return f"{name}{between} by {periods(ahead.peak, unit)}{or_more(ahead)}{f' ({known})' if known else ''}"


def _candidates(count: int) -> str:
    return "1 candidate" if count == 1 else f"{count:,} candidates"


def follows_by(decision: Decision, context: Context) -> str:
    """By how long a follower comes after the KPI, which may be longer at the last lag asked; empty for any other."""
    lag = decision.evidence.follows_by
    if decision.verdict != "reverse" or math.isnan(lag):
        return ""
    return f"{periods(lag, context.unit)}{' or more' if lag >= context.max_lag else ''}"


def effect_head(sizes: Iterable[Effect | None], context: Context) -> str:
    """The unit of all effects, empty if it is not known."""
    in_percent = any(size.in_percent for size in sizes if size is not None)
    return "%" if in_percent else shown(context.kpi_unit)


def lead_sd(size: Effect, lead: str, context: Context) -> str:
    """The rise of a lead that its effect belongs to, with the unit of the lead if that is known."""
    return rise(size.lead_sd, lead, context)


def rise(size: float, lead: str, context: Context) -> str:
    """An amount of a lead, with its unit if that is known."""
    unit = dict(context.units).get(lead, "")
    return f"{number(size)}{f' {shown(unit)}' if unit else ''}"


def family(tests: Family, context: Context) -> str:
    """What was tested together, in one sentence without a verb."""
    tested = "" if tests.n_tested == tests.n_candidates else f" ({tests.n_tested:,} testable)"
    return (
        f"{_candidates(tests.n_candidates)}{tested}, {counted(tests.search)}, {tests.n_draws:,} draws, "
        f"{tests.method} at FDR {context.policy.fdr:.2f}"
    )


def expectation(known: Expectation) -> str:
    """What alone was asked of a lead, without a verb: ``lags 2 to 8, positive effects only``."""
    sign = {"+": "positive effects only", "-": "negative effects only"}.get(known.sign, "")
    if math.isnan(known.first):
        return f"all lags, {sign}"
    first, last = lag_number(known.first), lag_number(known.last)
    lags = f"lag {first}" if first == last else f"lags {first} to {last}"
    return ", ".join(filter(None, (lags, sign)))


def asked(ranking: LeadRanking, most: int = 200) -> list[str]:
    """Of which leads something was known before, and what alone was asked of them therefore."""
    told: dict[str, list[str]] = {}
    for item in ranking.decisions:
        if item.evidence.expectation is not None:
            said = expectation(item.evidence.expectation)
            told.setdefault(said, []).append(cut(shown(item.evidence.lead), most))
    return [f"{joined(names)}: searched over {said}, as told" for said, names in told.items()]


def decoys(tried: Decoys) -> str:
    """How many stand-ins would have passed, in one sentence without its full stop."""
    passed = "none" if not tried.n_passed else f"{tried.n_passed:,}"
    told = (
        f"Of {tried.n:,} stand-ins of the candidates, shifted far in time or made like them, {passed} would have been called a "
        f"lead; on average {number(tried.expected, digits=2)} are where every p is right"
    )
    return f"{told}: so many more say that these p are too small" if tried.too_many else told


def sample(context: Context) -> str:
    """The window and length of the sample."""
    return f"{shown(context.first)} to {shown(context.last)}, {length(context)}"


def length(context: Context) -> str:
    """How many periods there are, and which days a week has."""
    days = f" ({shown(context.span).removeprefix('weeks ')})" if context.span else ""
    return f"{periods(context.n_periods, context.unit)}{days}"


def controls(provenance: Provenance) -> tuple[str, ...]:
    """Columns that stood in every model."""
    return tuple(shown(name) for name in dict(provenance.settings).get("controls") or ())


def brief_reason(decision: Decision) -> str:
    """Why a candidate that was tested is no lead, in a word or two; empty where its p is too large, and of any other."""
    why = decision.reason
    return why.code.replace("_", " ") if why is not None and why.code in _DOUBTS else ""


def reason(why: Reason) -> str:
    """Why a lead has no numbers, or none that count, for a sentence."""
    coded = f" [{why.code}]" if why.code in CODES else ""
    return f"{_what(why)}{f': {shown(why.detail)}' if _adds(why) else ''}{coded}"


def coded_reason(why: Reason) -> str:
    """The same for a table: the code comes first."""
    return f"{why.code}: {_what(why)}{f' ({why.detail})' if _adds(why) else ''}"


def _what(why: Reason) -> str:
    return CODES.get(why.code) or _REASONS.get(why.code, why.code)


def _adds(why: Reason) -> bool:
    """Whether the detail says more than the text of its code."""
    said, detail = (set(re.findall(r"\w+", text.casefold())) for text in (_what(why), why.detail))
    return not detail <= said


def next_step(decision: Decision, context: Context) -> str:
    """What to do about a candidate that is no lead."""
    code = decision.reason.code if decision.reason else decision.verdict
    by = shown(decision.evidence.explained_by)
    return _NEXT.get(code, "").format(lead=shown(decision.evidence.lead), kpi=shown(context.kpi), by=by)
