"""What the methods found for one lead: numbers only, from which a decision is made."""

from __future__ import annotations

import math
from dataclasses import dataclass

from leadlag.decision.backing import Detectable, Gain, Places, Refutation, Stability
from leadlag.decision.quality import Quality

__all__ = ["Delay", "Effect", "Evidence", "Expectation", "Profile", "Reason", "SamePeriod"]


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
    then says little. `longer` is the `max_lag` to ask with where a lag later than the last one searched is not rejected either,
    so that the set is open at its end, else 0. `mean` is the mean delay, the centre of mass of the lag profile, with its interval
    at the same level; NaN where there is none, and `mean_missing` says why: "open" where the lead may act later than was
    searched, "turns" where the weights change their sign, "changes" where the lead was tested by its changes or surprises,
    "square" where it acts by its square, "several" where only several lags together made it a lead (`over_several`).
    """

    peak: float
    lags: tuple[float, ...]
    level: float
    step: float = 1.0
    identified: bool = True
    longer: int = 0
    mean: float = math.nan
    mean_low: float = math.nan
    mean_high: float = math.nan
    mean_missing: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the lead may act later than the last lag that was searched."""
        return self.longer > 0

    @property
    def over_several(self) -> bool:
        """Whether only several lags together made it a lead; the set is then that of the one with the largest effect."""
        return self.mean_missing == "several"

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
    for a lead of which only a part acts, NaN for one that acts by its square: a rise and a fall are then the same. The interval
    of a chosen lead is that given that it was found, `passing_low` to `passing_high` that of the statistic that decided, at the
    level 1 less the p at which it would just have been chosen (`passing_level`): without zero exactly for a lead. NaN of others.
    """

    value: float
    low: float
    high: float
    level: float
    lead_sd: float
    in_percent: bool = False
    passing_low: float = math.nan
    passing_high: float = math.nan
    passing_level: float = math.nan


@dataclass(frozen=True, kw_only=True)
class SamePeriod:
    """What a chosen lead does in the KPI's own period, and beside that later, by one model that has both.

    `now` comes in the period in which the lead rises by `rise`; `later` is what a lasting rise comes to over the lags from 1 on
    beside that, `total` both together; each a value with the ends of its interval at `level`, in KPI units, or in percent if the
    KPI is in logs (`in_percent`). `event` says that the lead is a series of zeros and ones: then all is of one period with a one.
    `not_added` says why the two are not to be added up, and the total is NaN: "part" where the KPI holds the lead by arithmetic,
    "follows" where the KPI moves the lead; empty where they may be.
    """

    now: tuple[float, float, float]
    later: tuple[float, float, float]
    total: tuple[float, float, float]
    rise: float
    level: float
    event: bool = False
    in_percent: bool = False
    not_added: str = ""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What was known of a lead before the data spoke, and asked of it: only effects of one sign, only some lags.

    `sign` is "+", "-" or empty; `first` and `last` are in periods of the KPI, NaN where all lags were searched.
    """

    sign: str = ""
    first: float = math.nan
    last: float = math.nan


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
        Largest |t| over lags and shapes; its p (which covers that search), log p, and the FDR-adjusted p: of a chosen lead its
        own p given the others, adjusted among the chosen ones, else that of the scan.
    shape : str
        Lag shape that gave the statistic, in words.
    response : {"linear", "square", "above", "below"}
        What of the lead acts in that shape: its value, its square about the mean, or only what lies above or below the mean.
    delay, effect, profile : Delay, Effect, Profile or None
    conditional_statistic, conditional_pvalue, conditional_log_pvalue : float
        The same given the other chosen leads; NaN for a lead that was not chosen. Of one that only several lags together made a
        lead the p is that of the joint test, counted for its share of the false discovery rate, and there is no t.
    explained_by : str
        Of a lead that passes alone but was not chosen: the chosen lead that it is closest to.
    reverse_pvalue, reverse_qvalue : float
        p and FDR-adjusted p that the KPI does not lead the lead.
    follows_by : float
        Lag at which it would follow the KPI; it counts for the verdict "reverse" only.
    coincident_pvalue, coincident_qvalue : float
        p and FDR-adjusted p that the two do not move in the same period.
    unconfirmed : bool
        The lead passes alone, but not given the chosen ones, and none of them explains it.
    one_event : bool
        The lead passes only while the KPI's largest level shift is left out of the model.
    few_events : tuple of str
        Of a lead that passes and rests on few stretches of time: these, in words; empty of any other.
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
    unusable : str
        Why the lead cannot be used now; empty of any other.
    notes : tuple of (str, str)
        Code and text of what deserves a look about this lead.
    gain : Gain or None
        Forecast error saved out of sample; of a lead or an indirect one only, as the next three.
    stability : Stability or None
    refutation : Refutation or None
    places : Places or None
        How sure its place in the ranking is.
    detectable : Detectable or None
        How small an effect could have been seen.
    quality : Quality or None
        What its data were like before the fit.
    expectation : Expectation or None
        The sign and the lags that alone were asked; None where either sign and all lags were.
    same_period : SamePeriod or None
        Of a chosen lead: what it does in the KPI's own period, and beside that later.
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
    conditional_statistic: float = math.nan
    conditional_pvalue: float = math.nan
    conditional_log_pvalue: float = math.nan
    explained_by: str = ""
    reverse_pvalue: float = math.nan
    reverse_qvalue: float = math.nan
    follows_by: float = math.nan
    coincident_pvalue: float = math.nan
    coincident_qvalue: float = math.nan
    unconfirmed: bool = False
    one_event: bool = False
    few_events: tuple[str, ...] = ()
    group: int | None = None
    granger_pvalue: float = math.nan
    granger_order: int | None = None
    integration: str = ""
    treatment: str = ""
    available_after: float = 0
    unusable: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    gain: Gain | None = None
    stability: Stability | None = None
    refutation: Refutation | None = None
    places: Places | None = None
    detectable: Detectable | None = None
    quality: Quality | None = None
    expectation: Expectation | None = None
    same_period: SamePeriod | None = None

    @property
    def over_several(self) -> bool:
        """Whether only several lags together made it a lead."""
        return self.delay is not None and self.delay.over_several

    @property
    def deciding_pvalue(self) -> float:
        """The p on which its q rests: given the other chosen leads for a chosen one, else alone."""
        return self.pvalue if math.isnan(self.conditional_pvalue) else self.conditional_pvalue

    @property
    def is_backed(self) -> bool:
        """Whether it was asked how well the lead forecasts and holds over time."""
        return self.gain is not None or self.stability is not None
