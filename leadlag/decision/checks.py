"""One question asked of a lead, and its answer; and the grade that the answers give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from leadlag.decision.backing import Refutation
from leadlag.decision.evidence import Evidence
from leadlag.decision.policy import Policy
from leadlag.decision.quality import Quality

__all__ = ["Check", "Grade", "Status", "checks_of", "grade_of", "missed_of"]

Status = Literal["pass", "review", "fail", "not applicable"]
Grade = Literal["strong", "moderate", "weak"]

#: Of these a strong lead has passed every one, a moderate one all but one.
_GRADED = ("sure", "gain", "stable", "delay_set", "time_to_act")
#: Checks that count only where they fail, each for the same question as another.
_SAME = {"targeted": "stable", "up_to_date": "time_to_act"}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question asked of a lead: its code, the answer, and the number behind it.

    `leadlag.ranking.words.checks` says in words what is asked and what to do.

    Parameters
    ----------
    code : str
        "data_..." for a question about the data before the fit, else about the relation.
    status : {"pass", "review", "fail", "not applicable"}
    value : float
        The number that was judged; NaN where there is none.
    """

    code: str
    status: Status
    value: float = math.nan


def checks_of(evidence: Evidence, policy: Policy, *, verdict: str) -> tuple[Check, ...]:
    """All checks of one tested candidate; of one that leads nothing those of its data."""
    data = () if evidence.quality is None else _data_checks(evidence.quality, policy)
    if verdict not in ("lead", "indirect"):
        return data
    asked = (*data, _sure_check(evidence, policy), *_timing_checks(evidence, policy, verdict=verdict))
    return (*asked, *_backing_checks(evidence, policy)) if evidence.is_backed else asked


def _data_checks(quality: Quality, policy: Policy) -> tuple[Check, ...]:
    """What the data allow, asked before the fit."""
    origin: Status = "fail" if quality.moved or quality.ahead else "review" if quality.part else "pass"
    return (
        Check(code="data_rows", status=_enough(quality.nobs, policy.rows), value=float(quality.nobs)),
        Check(code="data_gaps", status=_enough(-quality.missing, policy.gaps), value=quality.missing),
        Check(code="data_outliers", status=_enough(-quality.clipped, policy.outliers), value=quality.clipped),
        Check(code="data_seasons", status=_seasons(quality.n_seasons, policy), value=quality.n_seasons),
        Check(code="data_held", status="review" if quality.held else "pass", value=float(quality.held)),
        Check(code="data_origin", status=origin, value=float(quality.moved)),
        Check(code="data_unit", status="fail" if quality.rescaled else "pass"),
        Check(code="data_reported", status="review" if quality.reported else "pass"),
    )


def _seasons(count: float, policy: Policy) -> Status:
    return _enough(count, policy.seasons) if math.isfinite(count) else "not applicable"


def _enough(value: float, limits: tuple[float, float]) -> Status:
    """Fail below the first limit, review below the second."""
    fail, review = limits
    return "fail" if value < fail else "review" if value < review else "pass"


def _sure_check(evidence: Evidence, policy: Policy) -> Check:
    """Whether it is one of the leads that chance hardly makes; all others were named at the false discovery rate."""
    sure = evidence.qvalue <= policy.sure_qvalue
    return Check(code="sure", status="pass" if sure else "review", value=evidence.qvalue)


def _timing_checks(evidence: Evidence, policy: Policy, *, verdict: str) -> tuple[Check, ...]:
    """When the lead acts, whether that leaves time, whether it is known up to now, and whether the KPI leads it in turn."""
    current = Check(code="up_to_date", status="fail" if evidence.unusable else "pass")
    if evidence.delay is None:
        return (Check(code="delay_set", status="not applicable"), current)
    width, left = len(evidence.delay.lags), float(evidence.delay.peak - evidence.available_after)
    sharp = evidence.delay.identified and not evidence.delay.is_open and width <= policy.wide_delay
    sharp = sharp and not evidence.over_several
    follows = verdict == "lead" and evidence.reverse_qvalue <= policy.fdr
    feedback: Status = "not applicable" if math.isnan(evidence.reverse_pvalue) else "review" if follows else "pass"
    return (
        Check(code="delay_set", status="pass" if sharp else "review", value=float(width)),
        Check(code="time_to_act", status="pass" if left > 0 else "fail", value=left),
        current,
        Check(code="feedback", status=feedback, value=evidence.reverse_pvalue),
    )


def _backing_checks(evidence: Evidence, policy: Policy) -> tuple[Check, ...]:
    """Out of sample, over time, since it became a target, and against attempts to refute it."""
    checks = [_gain_check(evidence, policy), *_stability_checks(evidence, policy)]
    if evidence.refutation is not None:
        checks += _refutation_checks(evidence.refutation, policy)
    if evidence.places is not None:  # of one lead alone there is nothing to tell
        order: Status = "review" if evidence.places.tied_with else "pass"
        checks.append(Check(code="place", status=order, value=float(evidence.places.high)))
    return tuple(checks)


def _gain_check(evidence: Evidence, policy: Policy) -> Check:
    """Whether forecasts of rows not yet seen get better by the lead, over the horizons that its delay leaves."""
    delay, found = evidence.delay, evidence.gain
    left = float(policy.gain_horizon) if delay is None else delay.peak - evidence.available_after
    saved, furthest = (math.nan, math.nan) if found is None else found.until(left)[:2]
    if math.isnan(saved):
        return Check(code="gain", status="not applicable")
    status: Status = "fail" if saved <= 0 else "pass" if saved >= policy.least_gain and furthest >= 0 else "review"
    return Check(code="gain", status=status, value=saved)


def _stability_checks(evidence: Evidence, policy: Policy) -> tuple[Check, Check]:
    """Whether the relation is the same all the time, and since the lead became a target."""
    found = evidence.stability
    weakened = None if found is None else found.weakening
    targeted = _unlikely("targeted", math.nan if weakened is None else weakened.pvalue, policy)
    if weakened is not None and not weakened.selected and targeted.status == "fail":
        # what became a target because it looked best looks weaker afterwards by chance alone
        targeted = replace(targeted, status="review")
    return _unlikely("stable", math.nan if found is None else found.pvalue, policy), targeted


def _unlikely(code: str, pvalue: float, policy: Policy) -> Check:
    """Fail where p is small, review where it is not large, not applicable without one."""
    if math.isnan(pvalue):
        return Check(code=code, status="not applicable")
    limits = (policy.stability_level, policy.stability_review)
    status: Status = "fail" if pvalue <= limits[0] else "review" if pvalue <= limits[1] else "pass"
    return Check(code=code, status=status, value=pvalue)


def _refutation_checks(found: Refutation, policy: Policy) -> list[Check]:
    """Whether the lead stands where it is put to tests that nothing passes by chance."""
    known = not math.isnan(found.past)
    ahead: Status = "not applicable" if not known else "fail" if found.follows(policy.placebo_level) else "pass"
    return [
        Check(code="future", status=ahead, value=found.future_pvalue),
        _likely("placebo", found.placebo, policy),
        _likely("permuted", found.permuted, policy),
    ]


def _likely(code: str, pvalue: float, policy: Policy) -> Check:
    """Fail where p is large: what has nothing to do with the KPI does as well."""
    status: Status = "not applicable" if math.isnan(pvalue) else "pass" if pvalue <= policy.placebo_level else "fail"
    return Check(code=code, status=status, value=pvalue)


def missed_of(checks: Sequence[Check]) -> tuple[str, ...]:
    """Codes of the checks that stand against a better grade.

    Examples
    --------
    >>> answers = {"sure": "pass", "gain": "pass", "stable": "review", "time_to_act": "pass", "data_gaps": "fail"}
    >>> missed_of([Check(code=code, status=status) for code, status in answers.items()])
    ('stable', 'delay_set', 'data_gaps')
    """
    status = {check.code: check.status for check in checks}
    missed = [code for code in _GRADED if status.get(code) != "pass"]
    beside = [code for code in _SAME if status.get(code) == "fail"]
    return (*missed, *beside, *(code for code, answer in status.items() if code.startswith("data_") and answer == "fail"))


def grade_of(checks: Sequence[Check], *, harmful: float = -math.inf) -> Grade:
    """Grade of a lead from its checks: strong, moderate with one of the five questions missing, else weak.

    They are a small q of its own, gain, stability, a sharp delay, and that it can be used now. A lead that weakened since it
    became a target is not stable, and one that ended long ago cannot be used. A failed data check leaves no grade but weak, and
    so does a gain below `harmful`, with which forecasts get clearly worse.

    Examples
    --------
    >>> passed = [Check(code=code, status="pass") for code in ("sure", "gain", "stable", "delay_set", "time_to_act")]
    >>> grade_of(passed), grade_of(passed[1:]), grade_of([*passed, Check(code="data_rows", status="fail")])
    ('strong', 'moderate', 'weak')
    """
    missed = missed_of(checks)
    if not missed:
        return "strong"
    worse = any(check.code == "gain" and check.value < harmful for check in checks)
    spoilt = worse or any(code.startswith("data_") for code in missed)
    questions = {_SAME.get(code, code) for code in missed}
    return "weak" if spoilt or len(questions) > 1 else "moderate"
