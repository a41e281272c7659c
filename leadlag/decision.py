"""From evidence to a verdict: one pure function, and every threshold that it uses.

`Evidence` is what the methods found for one lead. `decide` reads it under a `Policy` and answers with
a `Decision`; the table, the sentence, the icon and the report are all made from that one object.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from leadlag.core.diagnostics import Diagnostics

__all__ = [
    "Check", "Decision", "Delay", "Effect", "Evidence", "Policy", "Profile", "Reason", "ResidualPolicy", "decide", "in_order",
    "is_identified", "residual_checks",
]  # fmt: skip

Verdict = Literal["lead", "indirect", "reverse", "coincident", "none", "untestable"]
Status = Literal["pass", "review", "fail", "not applicable"]

#: Verdicts from best to worst: the first key of the order of the table.
VERDICTS: tuple[Verdict, ...] = ("lead", "indirect", "reverse", "coincident", "none", "untestable")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The thresholds of a ranking.

    Parameters
    ----------
    fdr : float
        Share of false leads among those named that is accepted on average.
    delay_level : float
        Confidence level of the delay set.
    effect_level : float
        Confidence level of the effect interval.
    coincident_level : float
        A lead whose same-period p is at most this has to lead beside its value of the same period too.
    wide_delay : int
        A delay set of more lags than this is sent for review.
    flat_delay : float
        With a delay set of more than this share of the lags searched the delay is not identified.
    """

    fdr: float = 0.10
    delay_level: float = 0.90
    effect_level: float = 0.90
    coincident_level: float = 0.05
    wide_delay: int = 3
    flat_delay: float = 0.75


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a lead has no numbers, or none that count: a stable code and the detail behind it."""

    code: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Each lag tried alone: its effect on the KPI for a rise of the lead by `lead_sd`, and its t value.

    All tuples have one entry a lag; `low` and `high` bound the effect pointwise at the effect level. `lags` are in periods of the
    KPI. For a lead that is seen more often `own_lags` are the same in its own periods, whose word is `own_unit`; else that is
    empty, and `own_lags` too.
    """

    lags: tuple[float, ...]
    effect: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    tvalue: tuple[float, ...]
    own_lags: tuple[int, ...] = ()
    own_unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Delay:
    """The lag at which the effect peaks, and every lag the data do not reject as the peak, in periods of the KPI.

    They are whole numbers for a lead with the KPI's own periods; for one that is seen more often they are one `step` apart.
    `identified` is False where the set holds nearly all lags that were searched, or the lead itself may have no effect: the peak
    then says little. `mean` is the mean delay, the centre of mass of the lag profile, with its interval at the same level; NaN
    where there is none, and `mean_missing` says why: "turns" where the weights change their sign, "changes" where the lead was
    tested by its changes or surprises, "square" where it acts by its square.
    """

    peak: float
    lags: tuple[float, ...]
    level: float
    step: float = 1.0
    identified: bool = True
    mean: float = math.nan
    mean_low: float = math.nan
    mean_high: float = math.nan
    mean_missing: str = ""

    @property
    def low(self) -> float:
        """Smallest lag of the set."""
        return min(self.lags)

    @property
    def high(self) -> float:
        """Largest lag of the set."""
        return max(self.lags)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Change in the KPI's level after a lasting rise of the lead by `lead_sd` of its working series.

    `value`, `low` and `high` are in KPI units, or in percent if the KPI is in logs (`in_percent`); a mean over the periods
    for a lead of which only a part acts, NaN for one that acts by its square: a rise and a fall are then the same.
    """

    value: float
    low: float
    high: float
    level: float
    lead_sd: float
    in_percent: bool = False


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the methods found for one lead; NaN or None where a method did not run.

    Parameters
    ----------
    lead : str
        Name of the candidate.
    nobs, n_dropped : int
        Periods used by the scan, and periods of the sample that it could not use for this lead.
    untestable : Reason or None
        Why there are no numbers.
    statistic, pvalue, log_pvalue, qvalue : float
        Largest |t| over lags and shapes; its p (which covers that search), log p, and the FDR-adjusted p.
    shape : str
        Lag shape that gave the statistic, in words.
    response : {"linear", "square", "above", "below"}
        What of the lead acts in that shape: its value, its square about the mean, or only what lies above or below the mean.
    delay, effect, profile : Delay, Effect, Profile or None
    conditional_pvalue, conditional_log_pvalue : float
        The same p given the other chosen leads; NaN for a lead that was not chosen.
    explained_by : str
        Of a lead that passes alone but was not chosen: the chosen lead that it is closest to.
    reverse_pvalue, reverse_qvalue : float
        p and FDR-adjusted p that the KPI does not lead the lead.
    coincident_pvalue, coincident_qvalue : float
        p and FDR-adjusted p that the two do not move in the same period.
    unconfirmed : bool
        The lead passes alone, but not given the chosen ones, and none of them explains it.
    one_event : bool
        The lead passes only while the KPI's largest level shift is left out of the model.
    group : int or None
        Number of the set of leads that are duplicates of each other.
    granger_pvalue : float
        Joint F test of the lead's lags 1..`granger_order` beyond the KPI's own.
    granger_order : int or None
    integration : str
        "integrated", "stationary" or "inconclusive", of the lead as it came; empty where it was not asked.
    treatment : str
        What was done to the lead before it was tested, in words.
    available_after : float
        Periods of the KPI, after its own period, at which a value of the lead is published.
    notes : tuple of (str, str)
        Code and text of what deserves a look about this lead.
    """

    lead: str
    nobs: int = 0
    n_dropped: int = 0
    untestable: Reason | None = None
    statistic: float = math.nan
    pvalue: float = math.nan
    log_pvalue: float = math.nan
    qvalue: float = math.nan
    shape: str = ""
    response: str = "linear"
    delay: Delay | None = None
    effect: Effect | None = None
    profile: Profile | None = None
    conditional_pvalue: float = math.nan
    conditional_log_pvalue: float = math.nan
    explained_by: str = ""
    reverse_pvalue: float = math.nan
    reverse_qvalue: float = math.nan
    coincident_pvalue: float = math.nan
    coincident_qvalue: float = math.nan
    unconfirmed: bool = False
    one_event: bool = False
    group: int | None = None
    granger_pvalue: float = math.nan
    granger_order: int | None = None
    integration: str = ""
    treatment: str = ""
    available_after: float = 0
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question asked of a lead: its code, the answer, the number behind it and what to do."""

    code: str
    status: Status
    value: float = math.nan


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Verdict on one lead, with the evidence and the checks it rests on."""

    evidence: Evidence
    verdict: Verdict
    rank: int = 0
    reason: Reason | None = None
    checks: tuple[Check, ...] = ()

    @property
    def actionable_delay(self) -> float:
        """Periods left to act once the lead's value is published; NaN without a delay."""
        delay = self.evidence.delay
        return math.nan if delay is None else float(delay.peak - self.evidence.available_after)


def decide(evidence: Evidence, policy: Policy) -> Decision:
    """Verdict on one lead from its evidence alone.

    Parameters
    ----------
    evidence : Evidence
    policy : Policy

    Returns
    -------
    Decision
        With rank 0: `in_order` gives the rank once all leads are decided.

    Examples
    --------
    >>> decide(Evidence(lead="demos", pvalue=0.001, qvalue=0.02), Policy(fdr=0.10)).verdict
    'lead'
    >>> decide(Evidence(lead="demos", pvalue=0.5, qvalue=0.7), Policy(fdr=0.10)).verdict
    'none'
    """
    if evidence.untestable is not None:
        return Decision(evidence=evidence, verdict="untestable", reason=evidence.untestable)
    verdict = _verdict(evidence, policy)
    reason = None
    if verdict == "none":
        reason = Reason(code="unconfirmed" if evidence.unconfirmed else "one_event" if evidence.one_event else "not_significant")
    return Decision(evidence=evidence, verdict=verdict, reason=reason, checks=_checks(evidence, policy, verdict=verdict))


def _verdict(evidence: Evidence, policy: Policy) -> Verdict:
    """What the p-values say, the strongest claim that holds first."""
    if evidence.qvalue <= policy.fdr and not evidence.unconfirmed:
        return "indirect" if evidence.explained_by else "lead"
    if evidence.reverse_qvalue <= policy.fdr:
        return "reverse"
    return "coincident" if evidence.coincident_qvalue <= policy.fdr else "none"


def is_identified(kept: int, searched: int, *, pvalue: float, level: float, policy: Policy) -> bool:
    """Whether a delay set says when the lead acts.

    Where "no effect" is not rejected at the level of the set, every lag may have an effect of zero.

    Parameters
    ----------
    kept, searched : int
        Lags in the set, and lags that were searched.
    pvalue : float
        p that the lead has no effect at any of them.
    level : float
        Confidence level of the set.
    policy : Policy

    Examples
    --------
    >>> [is_identified(kept, 12, pvalue=0.001, level=0.9, policy=Policy()) for kept in (2, 11)]
    [True, False]
    """
    return searched > 1 and kept <= policy.flat_delay * searched and pvalue <= 1.0 - level


def _checks(evidence: Evidence, policy: Policy, *, verdict: Verdict) -> tuple[Check, ...]:
    """The checks that the evidence so far allows."""
    if evidence.delay is None:
        return (Check(code="delay_set", status="not applicable"),)
    width, left = len(evidence.delay.lags), float(evidence.delay.peak - evidence.available_after)
    sharp = evidence.delay.identified and width <= policy.wide_delay
    follows = verdict == "lead" and evidence.reverse_qvalue <= policy.fdr
    feedback: Status = "not applicable" if math.isnan(evidence.reverse_pvalue) else "review" if follows else "pass"
    return (
        Check(code="delay_set", status="pass" if sharp else "review", value=float(width)),
        Check(code="time_to_act", status="pass" if left > 0 else "fail", value=left),
        Check(code="feedback", status=feedback, value=evidence.reverse_pvalue),
    )


def in_order(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Decisions from best to worst with their rank: verdict, conditional p, p, |effect|, name; NaN last."""

    def key(decision: Decision) -> tuple[int, float, float, float, str]:
        evidence = decision.evidence
        size = abs(evidence.effect.value) if evidence.effect else math.nan
        p = (_last(evidence.conditional_log_pvalue), _last(evidence.log_pvalue))
        return (VERDICTS.index(decision.verdict), *p, _last(-size), evidence.lead)

    return tuple(replace(decision, rank=place) for place, decision in enumerate(sorted(decisions, key=key), start=1))


def _last(number: float) -> float:
    """The number, or infinity for NaN, so that NaN sorts last."""
    return math.inf if math.isnan(number) else number


@dataclass(frozen=True, kw_only=True)
class ResidualPolicy:
    """The thresholds of residual diagnostics.

    Parameters
    ----------
    review : float
        A test of residuals with p below this is no pass.
    fail : float
        One with p below this fails, unless the model allows for what was found.
    many_rows : int
        From so many rows on, estimates are close to normal whatever the residuals are.
    """

    review: float = 0.05
    fail: float = 0.01
    many_rows: int = 100


def residual_checks(
    diagnostics: Diagnostics, *, cov_type: str, has_own_lags: bool, noise: str, policy: ResidualPolicy | None = None
) -> tuple[Check, ...]:
    """Pass, review or fail for each diagnostic of a regression, given what its standard errors allow for.

    Parameters
    ----------
    diagnostics : Diagnostics
    cov_type : str
        Covariance of the coefficients that is in use.
    has_own_lags : bool
        The outcome's own lags are in the model.
    noise : {"white", "arma"}
        What the model takes the noise for; "arma" where the residuals are the innovations of a noise model.
    policy : ResidualPolicy, optional

    Returns
    -------
    tuple of Check
        Codes "autocorrelation", "heteroscedasticity", "normality" and "stability", with the p-value; "not applicable" where
        it is NaN.

    Notes
    -----
    At most "review": autocorrelation under HAC errors, but not with own lags, whose coefficients it biases, nor where a noise
    model was to take it up; heteroscedasticity under HC or HAC errors; non-normality with many rows; and instability beside
    autocorrelation, which the CUSUM takes for shifts (an AR(1) of 0.5 alone makes it reject in 4 of 10 stable series).
    """
    limits = policy or ResidualPolicy()
    related = diagnostics.autocorrelation.pvalue
    allowed_for = {
        "autocorrelation": cov_type == "HAC" and not has_own_lags and noise == "white",
        "heteroscedasticity": cov_type != "nonrobust",
        "normality": diagnostics.nobs >= limits.many_rows,
        "stability": related < limits.review,
    }
    pvalues = {
        "autocorrelation": related,
        "heteroscedasticity": diagnostics.heteroscedasticity.pvalue,
        "normality": diagnostics.normality.pvalue,
        "stability": diagnostics.stability.pvalue,
    }
    return tuple(
        Check(code=code, status=_residual_status(p, limits, capped=allowed_for[code]), value=p) for code, p in pvalues.items()
    )


def _residual_status(pvalue: float, limits: ResidualPolicy, *, capped: bool) -> Status:
    if math.isnan(pvalue):
        return "not applicable"
    if pvalue >= limits.review:
        return "pass"
    return "fail" if pvalue < limits.fail and not capped else "review"
