"""The lag profile of one lead, as it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from leadlag.methods.regression import words
from leadlag.methods.regression.numbers.lead import ProfileNumbers
from leadlag.results import Provenance, Result, plain

__all__ = ["LagProfile"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _ProfileNames:
    """What the numbers are about."""

    kpi: str
    lead: str
    unit: str
    own_unit: str
    shape: str


# a dataclass takes the fields of its last base first
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LagProfile(Result, ProfileNumbers, _ProfileNames):
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

    log: tuple[str, ...]
    through_own: bool
    level: float
    provenance: Provenance

    @property
    def effect(self) -> float:
        """Change of the KPI's level (in percent if it is in logs) after a lasting rise of the lead by `lead_sd`."""
        return self._lasting(in_logs=self.kpi in self.log)

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
