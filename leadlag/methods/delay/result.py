"""The lags at which a lead may act most: the result and its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from leadlag.decision import Delay
from leadlag.methods.delay import words
from leadlag.results import Provenance, Result

__all__ = ["DelaySet"]


@dataclass(frozen=True, kw_only=True, repr=False)
class DelaySet(Result):
    """Answer of `delay_set`: every lag that the data do not reject as the one at which a lead acts most.

    Parameters
    ----------
    kpi, lead : str
        Columns of the data.
    given, controls : tuple of str
        Other leads at their best lags, and columns of the same period, that stood in the model.
    unit : str
        One period of the KPI in words, for example "month".
    delay : Delay
        Peak, set and mean delay, in periods of the KPI.
    available_after : float
        Periods of the KPI, after its own period, at which a value of the lead is published.
    lags : tuple of float
        Lags that were tested, in periods of the KPI; fractions for a lead that is seen more often.
    own_lags : tuple of int
        The same in periods of the lead.
    pvalues : tuple of float
        p of "the peak is at this lag", one a lag; 1 at the peak itself.
    effect, effect_low, effect_high : tuple of float
        Each lag alone: change of the KPI, in percent if it is in logs, for a rise of the lead by `lead_sd`, with its interval.
    lead_sd : float
        One standard deviation of the lead's working series, in its units.
    pvalue : float
        p that the lead has no effect at any lag, given the others.
    nobs : int
        Periods used.
    provenance : Provenance
        Method, settings, versions and warnings.
    """

    _pictures: ClassVar[str] = "leadlag.methods.delay.picture:PICTURES"

    kpi: str
    lead: str
    given: tuple[str, ...]
    controls: tuple[str, ...]
    unit: str
    delay: Delay
    available_after: float
    lags: tuple[float, ...]
    own_lags: tuple[int, ...]
    pvalues: tuple[float, ...]
    effect: tuple[float, ...]
    effect_low: tuple[float, ...]
    effect_high: tuple[float, ...]
    lead_sd: float
    pvalue: float
    nobs: int
    provenance: Provenance

    @property
    def identified(self) -> bool:
        """Whether the set says when the lead acts; False where it holds nearly all lags, or the lead may have no effect."""
        return self.delay.identified

    @property
    def actionable_delay(self) -> float:
        """Periods left to act once the lead's value is published."""
        return float(self.delay.peak - self.available_after)

    def to_frame(self) -> pd.DataFrame:
        """One row per lag: ``lag, own_lag, in_set, pvalue, effect, effect_low, effect_high``."""
        columns = {"pvalue": self.pvalues, "effect": self.effect, "effect_low": self.effect_low, "effect_high": self.effect_high}
        inside = [lag in self.delay.lags for lag in self.lags]
        head = {"lag": [float(lag) for lag in self.lags], "own_lag": list(self.own_lags), "in_set": inside}
        return pd.DataFrame({**head, **{name: list(values) for name, values in columns.items()}})

    def summary(self) -> str:
        """Delay, set, mean delay and the test of each lag as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the set says, in plain sentences."""
        return words.explain(self)
