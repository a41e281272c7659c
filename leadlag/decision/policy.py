"""The thresholds of a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from leadlag._validation import known_arguments

__all__ = ["Policy", "is_identified"]


@known_arguments
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
    sure_qvalue : float
        Only a lead with an own q of at most this is graded strong.
    gain_horizon : int
        Periods ahead of the column `gain` and of its p.
    least_gain : float
        Share of the RMSE that a lead has to save, as a mean over the horizons that its delay leaves; at the longest of them it
        may lose none.
    harmful_gain : float
        With a mean gain below this, forecasts get so much worse by the lead that its grade is weak.
    stability_level, stability_review : float
        A relation with a p of "no change" of at most the first has changed; up to the second it is sent for review. It is stable
        beyond.
    placebo_level : float
        A lead fails against a placebo that does as well in more than this share of the tries.
    few_events : tuple of float
        A lead of whose t less than the first share is left without the two stretches of 5 % of the rows that speak most for it,
        or less than the second without three, rests on few events, and is none.
    rows, gaps, outliers, seasons : tuple of (float, float)
        Limits of the data, the first for "fail", the second for "review": periods used; share of them without a value and share
        taken for outliers, with a minus sign; seasons in the sample.
    """

    fdr: float = 0.10
    delay_level: float = 0.90
    effect_level: float = 0.90
    coincident_level: float = 0.05
    wide_delay: int = 3
    flat_delay: float = 0.75
    sure_qvalue: float = 0.01
    gain_horizon: int = 1
    least_gain: float = 0.01
    harmful_gain: float = -0.02
    stability_level: float = 0.05
    stability_review: float = 0.10  # a relation of 156 rows that stops at 60 % has a p below it in .82, a stable one in .10
    placebo_level: float = 0.05
    few_events: tuple[float, ...] = (0.55, 0.35)
    rows: tuple[float, float] = (40, 60)  # error rates were measured down to 48 rows
    gaps: tuple[float, float] = (-0.25, -0.05)
    outliers: tuple[float, float] = (-0.10, -0.03)
    seasons: tuple[float, float] = (2, 5)  # below five a season is known only roughly (LL106), below two it is a guess


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
