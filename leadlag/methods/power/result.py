"""How small an effect could have been seen: the result and its table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from leadlag._validation import as_names
from leadlag.decision.backing import Detectable
from leadlag.methods.power import words
from leadlag.results import Provenance, Result

__all__ = ["LeadPower", "DetectableEffects"]


@dataclass(frozen=True, kw_only=True)
class LeadPower:
    """What could have been seen of one lead.

    Parameters
    ----------
    lead : str
    pvalue, qvalue : float
        Of the lead alone, over lags and shapes, and adjusted over the leads; NaN for one that could not be tested.
    nobs : int
        Periods used; 0 for a lead that could not be tested.
    lead_sd : float
        One standard deviation of the lead's working series, in its units.
    detectable : Detectable or None
        None for a lead that could not be tested.
    reason : str
        Why it could not.
    sizes, found : tuple of float
        Effects in the units of `Detectable.half_sd`, and the chance to find each.
    """

    lead: str
    pvalue: float = math.nan
    qvalue: float = math.nan
    nobs: int = 0
    lead_sd: float = math.nan
    detectable: Detectable | None = None
    reason: str = ""
    sizes: tuple[float, ...] = ()
    found: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class DetectableEffects(Result):
    """Answer of `detectable_effect`: how small an effect of each lead could have been seen in these periods.

    Parameters
    ----------
    kpi : str
    controls : tuple of str
        Columns of the same period in every model.
    unit : str
        One period of the KPI in words.
    leads : tuple of LeadPower
        One a lead, by p; those that could not be tested last.
    max_lag : int
        Lags 1..max_lag were searched.
    fdr : float
    pvalue : float
        p with which a lead is found.
    n_passed : int
        Leads that passed alone.
    power : float
    kpi_sd : float
        One standard deviation of the KPI less its trend and season (of an integrated KPI: of its changes), in its units; in logs
        if the KPI was analysed in logs.
    integrated : bool
        Whether the KPI's changes were analysed.
    in_percent : bool
        Whether effects are in percent, because the KPI was analysed in logs.
    nobs : int
        Periods with a value of the KPI and the controls.
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.methods.power.picture:PICTURES"

    kpi: str
    controls: tuple[str, ...]
    unit: str
    leads: tuple[LeadPower, ...]
    max_lag: int
    fdr: float
    pvalue: float
    n_passed: int
    power: float
    kpi_sd: float
    integrated: bool
    in_percent: bool
    nobs: int
    provenance: Provenance

    def __getitem__(self, lead: str) -> LeadPower:
        found = {item.lead: item for item in self.leads}
        return found[as_names([lead], "lead", tuple(found))[0]]

    def to_frame(self) -> pd.DataFrame:
        """One row a lead, by p: ``lead, half, most, half_sd, most_sd, estimated, nobs_needed, lead_sd, pvalue, qvalue, nobs``."""
        names = ("half", "most", "half_sd", "most_sd", "estimated", "nobs_needed")
        rows = [
            {"lead": item.lead, **{name: getattr(item.detectable, name, math.nan) for name in names}}
            | {name: getattr(item, name) for name in ("lead_sd", "pvalue", "qvalue", "nobs", "reason")}
            for item in self.leads
        ]
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Table of the leads and what it rests on, as text of at most 80 columns."""
        return words.summary(self)

    def explain(self) -> str:
        """What could have been seen, in plain sentences."""
        return words.explain(self)
