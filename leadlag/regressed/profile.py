"""The lag profile of one lead, as it is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag.core.bands import Bands
from leadlag.core.lageffects import Estimate, LeadEffects
from leadlag.results import Provenance, Result
from leadlag.wording import regression as words

__all__ = ["LagProfile", "left_open", "without_end"]

Floats = NDArray[np.float64]

#: Both bands of a profile.
BAND_EDGES = ("low", "high", "low_all", "high_all")


@dataclass(frozen=True, kw_only=True, eq=False)
class LagProfile(Result):
    """Lag profile of one lead: how much the KPI moves at each lag, all of them, and for how long.

    Parameters
    ----------
    kpi, lead : str
    unit : str
        One period in words, for example "week".
    shape : str
        Family of the profile, in words.
    effects : LeadEffects
        Effects by lag with pointwise and simultaneous bands, their sum so far, delay, mean delay and half-life, in KPI units per
        unit of the lead. Delay and half-life are found among all lags of the model, also where fewer are shown.
    long_run : Estimate
        Effect of a rise that stays, over all lags, with the interval of the delta method, or for a geometric or delayed shape
        that of draws from its likelihood; NaN where the KPI does not settle after a change, or the lead has no column of its own.
    bootstrap_low, bootstrap_high : float
        The same interval by a wild bootstrap. NaN for a geometric or delayed shape, since it would take start, rate and peak as
        if they could only move a little; where a column of the lead is a combination of others; and where the fit is exact.
    lead_sd : float
        One standard deviation of the lead over the rows used, in its units.
    log : tuple of str
        Those of KPI and lead that are in logs.
    through_own : bool
        Whether the effects include what reaches the KPI through its own past.
    level : float
        Of bands and intervals.
    provenance : Provenance
    """

    kpi: str
    lead: str
    unit: str
    shape: str
    effects: LeadEffects
    long_run: Estimate
    bootstrap_low: float
    bootstrap_high: float
    lead_sd: float
    log: tuple[str, ...]
    through_own: bool
    level: float
    provenance: Provenance

    @property
    def lags(self) -> tuple[int, ...]:
        """Lags shown, in periods."""
        return self.effects.lags

    @property
    def weights(self) -> Floats:
        """Effect at each lag, in KPI units per unit of the lead, shape (len(lags),)."""
        return self.effects.profile.estimate

    @property
    def delay(self) -> int:
        """Lag at which the effect peaks; 0 only if lag 0 was asked for, and then the lead moves with the KPI, not before it."""
        return self.effects.peak

    @property
    def delay_low(self) -> int:
        """Earliest lag at which the peak may be."""
        return min(self.effects.peaks, default=self.delay)

    @property
    def delay_high(self) -> int:
        """Latest lag at which the peak may be."""
        return max(self.effects.peaks, default=self.delay)

    @property
    def first_lag(self) -> int | None:
        """First lag whose effect is not zero, all lags judged at once; None if there is none.

        Of a geometric decay the lag at which it starts, if any lag or the long-run effect differs from zero.
        """
        return self.effects.first_lag

    @property
    def mean_delay(self) -> float:
        """Mean lag, weighted with the effects, in periods; says little where effects of both signs occur."""
        return self.effects.mean_delay.value

    @property
    def half_life(self) -> float:
        """Periods after the peak until the effect has halved; NaN where it has not within the lags that were looked at."""
        return self.effects.half_life

    @property
    def decay(self) -> float:
        """Share of the effect that is left one period later, of a geometric or delayed shape; else NaN."""
        return self.effects.hidden[0].value if self.effects.hidden else float("nan")

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
        """One row a lag: effect, standard error, both bands, and the sum so far with its interval."""
        columns: dict[str, Any] = {"lead": self.lead, "lag": list(self.lags), "effect": self.weights}
        bands, summed = self.effects.profile, self.effects.cumulative
        columns |= {name: getattr(bands, name) for name in ("bse", *BAND_EDGES)}
        columns |= {"cumulative": summed.estimate, "cumulative_low": summed.low, "cumulative_high": summed.high}
        return pd.DataFrame(columns)

    def summary(self) -> str:
        """The profile as text, at most 80 columns wide."""
        return words.profile_summary(self)

    def explain(self) -> str:
        """What the profile says, in plain sentences."""
        return words.profile_explain(self)


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
    values: dict[str, Any] = {name: np.where(where, np.nan, getattr(bands, name)) for name in ("estimate", "bse", *BAND_EDGES)}
    return replace(bands, **values)
