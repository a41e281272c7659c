"""The checks of a lead in sentences: what was asked, the answer with its number, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadlag.ranking.words.sentences import lead_sd
from leadlag.wording.delays import ask_longer, delay_set, not_identified, time_to_act
from leadlag.wording.shown import among, joined, lag_number, percent, periods, shown
from leadlag.wording.targeted import since_target

if TYPE_CHECKING:
    from leadlag.decision import Decision, Evidence
    from leadlag.decision.backing import Gain
    from leadlag.decision.checks import Check
    from leadlag.ranking.result import Context

__all__ = ["ONLY_A_PART", "STATUS", "SURE", "check", "label", "question_of"]

#: Why a lead of which only a part acts has no gain.
ONLY_A_PART = "only a part of it acts, and forecasts are made from its values as they are"

#: Words for the answer to a check.
STATUS = {"pass": "pass", "review": "look again", "fail": "fail", "not applicable": "not applicable"}

#: The q up to which a lead can be graded strong: `Policy.sure_qvalue` as it is told.
SURE = "0.01"

#: What each check asks.
_QUESTIONS = {
    "data_rows": "Enough periods",
    "data_gaps": "Missing values",
    "data_outliers": "Outliers",
    "data_seasons": "Seasons seen",
    "data_held": "A value for every period",
    "data_origin": "Not made of the KPI",
    "data_unit": "One unit throughout",
    "data_reported": "KPI of single periods",
    "sure": "Beyond chance",
    "delay_set": "How sharp the delay is",
    "time_to_act": "Time to act",
    "up_to_date": "Known up to now",
    "feedback": "Feedback",
    "gain": "Gain out of sample",
    "stable": "Stable over time",
    "targeted": "Since it became a target",
    "future": "Its past against its future",
    "placebo": "Against itself, shifted",
    "permuted": "Against itself, in random order",
    "place": "Place in the ranking",
}


def question_of(code: str) -> str:
    """What a check asks, in a few words."""
    return _QUESTIONS.get(code, code)


#: The word under which the answer to a check stands in a text.
_LABEL = {
    "gain": "Gain", "stable": "Stability", "targeted": "Stability", "future": "Placebo", "placebo": "Placebo",
    "permuted": "Placebo", "place": "Place",
}  # fmt: skip


def label(code: str) -> str:
    """The word under which the answer to a check stands in a text."""
    return "Data" if code.startswith("data_") else _LABEL.get(code, "Checks")


def check(item: Check, decision: Decision, context: Context) -> str:
    """A check's answer and what to do about it; empty if there is nothing to say."""
    if item.status == "not applicable":
        why = _missing(item.code, decision.evidence)
        return f"{question_of(item.code)}: not applicable here{f', {why}' if why else ''}."
    tell = _TELLERS.get(item.code)
    if tell is None:
        return f"{question_of(item.code)}: {STATUS[item.status]}."
    return tell(_CheckContext(check=item, evidence=decision.evidence, context=context))


@dataclass(frozen=True, kw_only=True)
class _CheckContext:
    """One check of one lead, and all that a sentence about it reads."""

    check: Check
    evidence: Evidence
    context: Context

    @property
    def code(self) -> str:
        return self.check.code

    @property
    def value(self) -> float:
        return self.check.value

    @property
    def passed(self) -> bool:
        return self.check.status == "pass"

    @property
    def failed(self) -> bool:
        return self.check.status == "fail"

    @property
    def lead(self) -> str:
        return shown(self.evidence.lead)

    @property
    def kpi(self) -> str:
        return shown(self.context.kpi)

    @property
    def unit(self) -> str:
        return self.context.unit


def _missing(code: str, evidence: Evidence) -> str:
    """Why a check has no number."""
    if code == "gain" and evidence.gain is not None:
        return evidence.gain.missing
    if evidence.stability is None or code not in ("stable", "targeted"):
        return ""
    weakened = evidence.stability.weakening
    if code == "targeted":
        return "no date is known on which it became a target" if weakened is None else weakened.missing
    return evidence.stability.missing


def _about(share: float) -> str:
    """A share in whole percent."""
    return "less than 1 %" if 0.0 < share < 0.005 else f"{100.0 * share:.0f} %"


def _rows(at: _CheckContext) -> str:
    told = f"{periods(at.value, at.unit)} used"
    if at.passed:
        return f"{told}: enough for the error rates that were measured."
    return f"{told}, few: small effects are missed and the delay is less sure. Wait for more, or take a finer cadence."


def _gaps(at: _CheckContext) -> str:
    if not at.value:
        return "No value is missing."
    told = f"{_about(at.value)} of the {at.unit}s lack a value of it or of {at.kpi}"
    return f"{told}." if at.passed else f"{told}: find out why they are missing, and whether it is the bad {at.unit}s."


def _outliers(at: _CheckContext) -> str:
    if not at.value:
        return "No value was taken for an outlier."
    told = f"{_about(at.value)} of the values were taken for outliers and drawn in"
    return f"{told}." if at.passed else f"{told}: look at them, they may be errors or the very events that count."


def _seasons(at: _CheckContext) -> str:
    told = f"{lag_number(round(at.value, 1))} seasons are in the sample"
    return f"{told}." if at.passed else f"{told}: the season is known only roughly. More of them make it surer."


def _held(at: _CheckContext) -> str:
    if at.passed:
        return f"Each {at.unit} has a value of its own."
    told = f"One value stands for {periods(at.value, at.unit)} at a time"
    return f"{told}: give the metric at its own cadence instead of filling it forward."


def _origin(at: _CheckContext) -> str:
    kpi = at.kpi
    if at.passed:
        return f"It is no part and no copy of {kpi}."
    if at.failed and not at.value:
        return f"It is made of later values of {kpi}: it cannot warn of {kpi}."
    if at.failed:
        return f"It is {kpi} itself, {periods(at.value, at.unit)} earlier: check its dates, it cannot warn of {kpi}."
    return f"It is a part of {kpi}: what it says of the rest of {kpi} is worth a look of its own."


def _unit(at: _CheckContext) -> str:
    if at.passed:
        return f"Neither {at.lead} nor {at.kpi} changes its unit alone."
    return f"{at.lead} or {at.kpi} changes its unit at some date, and no other column with it: put it in one unit."


def _reported(at: _CheckContext) -> str:
    kpi = at.kpi
    if at.passed:
        return f"{kpi} is reported {at.unit} by {at.unit}."
    return f"{kpi} is reported as an average or a sum over several {at.unit}s: take the figures of single {at.unit}s."


def _sure(at: _CheckContext) -> str:
    fdr = percent(at.context.policy.fdr)
    told = f"Its own q {among(at.value)}"
    if at.passed:
        return f"{told}: chance rarely makes such a lead."
    return f"{told}: enough to be named, as one of which up to {fdr} may be chance; the grade strong asks for {SURE} or less."


def _up_to_date(at: _CheckContext) -> str:
    if at.passed:
        return "Its values reach far enough to be used now."
    return "Its values end so long ago that it says nothing of the periods to come: bring it up to date."


def _delay(at: _CheckContext) -> str:
    evidence, ahead = at.evidence, at.evidence.delay
    if ahead is None:
        return ""
    if not ahead.identified:
        told = not_identified(ahead, evidence.pvalue, lead=at.lead, kpi=at.kpi)
        return f"{told} {ask_longer(ahead)}" if ahead.is_open else told
    if ahead.over_several:
        return f"It acts over several lags, by most after {delay_set(ahead, at.unit)}: plan with all of them, not with one."
    told = f"The delay set holds {periods(at.value, 'lag')} ({delay_set(ahead, at.unit)})"
    if ahead.is_open:
        return f"{told}. {ask_longer(ahead)}"
    advice = "sharp enough to plan with" if at.passed else "plan with the whole set, not with its peak"
    return f"{told}: {advice}."


def _time(at: _CheckContext) -> str:
    ahead, published = at.evidence.delay, at.evidence.available_after
    return "" if ahead is None else time_to_act(ahead, published, at.unit)


def _feedback(at: _CheckContext) -> str:
    lead, kpi = at.lead, at.kpi
    if math.isnan(at.value):
        return ""
    if at.passed:
        return f"No sign that {kpi} leads {lead} in turn (p {among(at.value)})."
    return f"{kpi} leads {lead} in turn (p {among(at.value)}): a feedback, so a rise of {lead} may be an echo of {kpi}."


def _saved(found: Gain, unit: str) -> str:
    """Share of the forecast error that a lead saves, horizon by horizon, as a clause; empty without numbers."""
    known = [
        (horizon, share, p)
        for horizon, share, p in zip(found.horizons, found.rmse, found.pvalue, strict=True)
        if not (math.isnan(share) or math.isnan(p))
    ]
    if not known:
        return ""
    told = [
        f"{'saved' if round(share, 3) >= 0 else 'lost'} {100.0 * abs(share):.1f} %{error} {horizon}{ahead} (p {among(p)})"
        for (horizon, share, p), error, ahead in zip(
            known,
            [" of the root mean squared error", *[""] * (len(known) - 1)],
            [f" {unit}{'s' if known[0][0] > 1 else ''} ahead", *[" ahead"] * (len(known) - 1)],
            strict=True,
        )
    ]
    return joined(told)


def _left(evidence: Evidence) -> float:
    """Periods that a lead's delay leaves once its value is published."""
    return math.nan if evidence.delay is None else evidence.delay.peak - evidence.available_after


def _gain(at: _CheckContext) -> str:
    found = at.evidence.gain
    if found is None:
        return ""
    told = (
        f"{max(found.n_origins, default=0):,} forecasts of periods not yet seen, beside those from {at.kpi}'s own history alone, "
    )
    told += _saved(found, at.unit)
    mean, last, furthest = found.until(_left(at.evidence))
    if furthest > min(found.horizons):
        told += f"; {100.0 * mean:.1f} % on average over the horizons that its delay leaves"
    if at.passed:
        return f"{told}. It was found on these periods too, and a third of the leads that chance makes pass this: no proof."
    why = "worse with it" if at.failed else "worse at the longest of them" if last < 0 else "hardly better"
    return f"{told}. There they were {why}: do not rely on it for forecasts yet."


def _to_what(before: float, after: float) -> str:
    """How large an effect is now, measured by what it was: sizes over all lags differ with the shape, their ratio does not."""
    if math.isnan(before) or math.isnan(after) or not before:
        return "by how much cannot be said"
    share = after / before
    if share < 0.0:
        return "and turned its sign"
    return "to more than ten times what it was" if share > 10.0 else f"to {_about(share)} of what it was"


def _stable(at: _CheckContext) -> str:
    found = at.evidence.stability
    if found is None:
        return ""
    if at.passed:
        told = f"No sign that its effect changed over time (p {among(found.pvalue)} of no change at any date)"
        return f"{told}: it held in these {at.unit}s, as most leads do that chance makes."
    changed = "changed" if at.failed else "may have changed"
    told = f"Its effect {changed} after {shown(found.date)}, {_to_what(found.before, found.after)}"
    told += f" (p {among(found.pvalue)} of no change at any date)"
    if at.failed:
        return f"{told}. Ask what happened to {at.lead} or {at.kpi} then, and trust only the {at.unit}s since."
    return f"{told}. Ask again in a few {at.unit}s."


def _targeted(at: _CheckContext) -> str:
    stability = at.evidence.stability
    if stability is None or stability.weakening is None:
        return ""
    size = at.evidence.effect
    rise = f" for a rise by {lead_sd(size, at.evidence.lead, at.context)}" if size is not None else ""
    sign = " %" if size is not None and size.in_percent else ""
    return since_target(stability.weakening, lead=at.lead, kpi=at.kpi, unit=at.unit, rise=rise, sign=sign)


def _future(at: _CheckContext) -> str:
    lead, kpi = at.lead, at.kpi
    if at.passed:
        return f"Its past tells more of {kpi} than its future does: it does not just follow {kpi}."
    return f"Its future tells more of {kpi} than its past does: {lead} may follow {kpi}."


def _placebo(at: _CheckContext) -> str:
    found, shifted = at.evidence.refutation, at.code == "placebo"
    if found is None:
        return ""
    tries = found.n_placebo if shifted else found.n_permuted
    better = round(at.value * (tries + 1)) - 1  # the lead itself counts as one
    told = (
        f"{better or 'None'} of {tries} copies of it {'shifted far in time' if shifted else 'with its stretches in random order'}"
    )
    told += f" {'do' if better != 1 else 'does'} as well"
    if not at.passed:
        return f"{told}: what was found may be chance."
    return f"{told}." if shifted else f"{told}: copies unmask a cycle that both share, and hardly ever luck."


def _first(k: int) -> str:
    return "first" if k == 1 else f"among the first {k}"


def _place(at: _CheckContext) -> str:
    found = at.evidence.places
    if found is None:
        return ""
    told = f"It is {joined([f'{_first(k)} in {_about(share)}' for k, share in found.first])} of resamples of the {at.unit}s"
    span = f"place {found.low}" if found.low == found.high else f"places {found.low} to {found.high}"
    told += f" ({span} in 90 %)"
    if not found.tied_with:
        return f"{told}."
    names = joined([shown(name) for name in found.tied_with[:3]]) + (" and others" if len(found.tied_with) > 3 else "")
    return f"{told}; a tie with {names}: their order is not known."


_TELLERS: Mapping[str, Callable[[_CheckContext], str]] = {
    "data_rows": _rows,
    "data_gaps": _gaps,
    "data_outliers": _outliers,
    "data_seasons": _seasons,
    "data_held": _held,
    "data_origin": _origin,
    "data_unit": _unit,
    "data_reported": _reported,
    "sure": _sure,
    "delay_set": _delay,
    "time_to_act": _time,
    "up_to_date": _up_to_date,
    "feedback": _feedback,
    "gain": _gain,
    "stable": _stable,
    "targeted": _targeted,
    "future": _future,
    "placebo": _placebo,
    "permuted": _placebo,
    "place": _place,
}
