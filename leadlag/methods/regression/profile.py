"""The lag profile of one lead, as it is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag.core.linear.bands import Bands
from leadlag.core.time.clock import Clock
from leadlag.core.time.pace import pace_of
from leadlag.methods.regression import words
from leadlag.methods.regression.numbers.effects import Estimate, LeadEffects, by_lag
from leadlag.results import Provenance, Result, plain

__all__ = ["LagProfile", "left_open", "without_end"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class LagProfile(Result):
    """Lag profile of one lead: how much the KPI moves at each lag, all of them, and for how long.

    Parameters
    ----------
    kpi, lead : str
    unit, own_unit : str
        One period of the KPI and one of the lead in words, for example "week"; they differ where the lead is seen more often.
    shape : str
        Family of the profile, in words.
    hidden_names : tuple of str
        Names of the parameters behind the weights, if there are any.
    effects : LeadEffects
        Effects by lag with pointwise and simultaneous bands, their sum so far, peak, mean delay and half-life, in KPI units per
        unit of the lead and in its own periods. Peak and half-life are found among all lags of the model, also where fewer are
        shown.
    long_run : Estimate
        Effect of a rise that stays, over all lags, with the interval of the delta method, or for a geometric or delayed shape
        that of draws from its likelihood; NaN where the KPI does not settle after a change, or the lead has no column of its own.
    bootstrap_low, bootstrap_high : float
        The same interval by a wild bootstrap. NaN for a geometric or delayed shape, since it would take start, rate and peak as
        if they could only move a little; where a column of the lead is a combination of others; and where the fit is exact.
    lead_sd : float
        One standard deviation of the lead over the rows used, in its units; over its own periods if it is seen more often.
    log : tuple of str
        Those of KPI and lead that are in logs.
    through_own : bool
        Whether the effects include what reaches the KPI through its own past.
    level : float
        Of bands and intervals.
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.methods.regression.picture:PROFILE"

    kpi: str
    lead: str
    unit: str
    own_unit: str
    shape: str
    hidden_names: tuple[str, ...]
    effects: LeadEffects
    long_run: Estimate
    bootstrap_low: float
    bootstrap_high: float
    lead_sd: float
    log: tuple[str, ...]
    through_own: bool
    level: float
    provenance: Provenance
    _clock: Clock | None = field(default=None, repr=False)

    @property
    def lags(self) -> tuple[int, ...]:
        """Lags shown, in own periods of the lead."""
        return self.effects.lags

    @property
    def delays(self) -> tuple[float, ...]:
        """The lags shown in periods of the KPI: 1 for the last own period before the KPI's period began."""
        return tuple(self._in_kpi_periods(lag) for lag in self.lags)

    @property
    def weights(self) -> Floats:
        """Effect at each lag, in KPI units per unit of the lead, shape (len(lags),)."""
        return self.effects.profile.estimate

    @property
    def peak(self) -> int:
        """Lag at which the effect is largest, in own periods of the lead."""
        return self.effects.peak

    @property
    def peak_low(self) -> int:
        """Shortest lag at which the peak may be, in own periods."""
        return min(self.effects.peaks, default=self.peak)

    @property
    def peak_high(self) -> int:
        """Longest lag at which the peak may be, in own periods."""
        return max(self.effects.peaks, default=self.peak)

    @property
    def delay(self) -> float:
        """Periods of the KPI by which the effect peaks; a whole number unless the lead is seen more often.

        Below 1 only if lag 0 was asked for, and then the lead moves with the KPI, not before it.
        """
        return self._in_kpi_periods(self.peak)

    @property
    def delay_low(self) -> float:
        """Shortest delay that the peak may have."""
        return self._in_kpi_periods(self.peak_low)

    @property
    def delay_high(self) -> float:
        """Longest delay that the peak may have."""
        return self._in_kpi_periods(self.peak_high)

    @property
    def first_lag(self) -> int | None:
        """First lag, in own periods, whose effect is not zero, all lags judged at once; None if there is none.

        Of a geometric decay the lag at which it starts, if any lag or the long-run effect differs from zero.
        """
        return self.effects.first_lag

    @property
    def mean_delay(self) -> float:
        """Mean lag, weighted with the effects, in periods of the KPI; says little where effects of both signs occur."""
        return self.mean_delay_estimate.value

    @property
    def mean_delay_estimate(self) -> Estimate:
        """The same with standard error and interval."""
        mean = self.effects.mean_delay
        if self._clock is None:
            return mean
        value, low, high = (self._clock.delay(lag) for lag in (mean.value, mean.low, mean.high))
        return Estimate(value=value, bse=mean.bse / self._clock.ratio, low=low, high=high)

    @property
    def half_life(self) -> float:
        """Periods of the KPI after the peak until the effect has halved; NaN where it has not within the lags looked at."""
        return self.effects.half_life / pace_of(self._clock)

    @property
    def decay(self) -> float:
        """Share of the effect that is left one own period later, of a geometric or delayed shape; else NaN."""
        return self.effects.hidden[0].value if "decay" in self.hidden_names else float("nan")

    @property
    def cumulative_effect(self) -> float:
        """Effect of a rise that stays, up to the last lag shown, in KPI units per unit of the lead."""
        return float(self.effects.cumulative.estimate[-1])

    @property
    def effect(self) -> float:
        """Change of the KPI's level (in percent if it is in logs) after a lasting rise of the lead by `lead_sd`."""
        change = self.long_run.value * self.lead_sd
        return 100.0 * float(np.expm1(change)) if self.kpi in self.log else change

    @property
    def elasticity(self) -> float:
        """Percent by which the KPI moves in the long run for one percent more of the lead; NaN unless both are in logs."""
        return self.long_run.value if {self.kpi, self.lead} <= set(self.log) else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """One row a lag, beside it as a delay in periods of the KPI: effect, both bands, and the sum so far with its interval."""
        bands, summed = self.effects.profile, self.effects.cumulative
        columns = {"lead": self.lead, "lag": self.lags, "delay": self.delays, "effect": self.weights}
        columns |= {name: getattr(bands, name) for name in ("bse", "low", "high", "low_all", "high_all")}
        columns |= {"cumulative": summed.estimate, "cumulative_low": summed.low, "cumulative_high": summed.high}
        return pd.DataFrame(columns)

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain Python values; NaN becomes None."""
        return {name: plain(value) for name, value in vars(self).items() if not name.startswith("_")}

    def summary(self) -> str:
        """The profile as text, at most 80 columns wide."""
        return words.profile_summary(self)

    def explain(self) -> str:
        """What the profile says, in plain sentences."""
        return words.profile_explain(self)

    def _in_kpi_periods(self, lag: int) -> float:
        return lag if self._clock is None else self._clock.delay(lag)


def left_open(effects: LeadEffects, lost: NDArray[np.bool_], *, every: bool) -> LeadEffects:
    """The effects without those of lags whose columns are combinations of others: they are not known, and not zero.

    Parameters
    ----------
    effects : LeadEffects
    lost : ndarray of bool, shape (len(lags),)
    every : bool
        Whether the lead has no column left.

    Returns
    -------
    LeadEffects
    """
    opened = replace(effects, profile=_blank(effects.profile, lost))
    if not every:
        return opened
    nothing = Estimate(value=np.nan, bse=np.nan, low=np.nan, high=np.nan)
    return replace(
        opened, cumulative=_blank(effects.cumulative, np.ones_like(lost)), total=nothing, peaks=effects.lags, first_lag=None,
        mean_delay=nothing, half_life=float("nan"), hidden=(nothing,) * len(effects.hidden),
    )  # fmt: skip


def without_end(effects: LeadEffects) -> LeadEffects:
    """The effects of a lead on a KPI that does not settle: there is no long run."""
    nothing = Estimate(value=np.nan, bse=np.nan, low=np.nan, high=np.nan)
    return replace(effects, total=nothing, mean_delay=nothing)


def _blank(bands: Bands, where: NDArray[np.bool_]) -> Bands:
    return by_lag(bands, lambda values: np.where(where, np.nan, values))
