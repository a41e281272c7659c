"""What comes out of `forecast_gain`: the forecasts by origin, and what each lead saves at each horizon."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag._validation import as_name
from leadlag.core.arrays import Floats, Ints
from leadlag.decision.backing import Gain
from leadlag.methods.gain import words
from leadlag.methods.gain.numbers.gains import saved_so_far
from leadlag.results import Provenance, Result

__all__ = ["ForecastGain", "GainAhead", "Walk", "gain_of"]


_COLUMNS = (
    "lead", "horizon", "origin", "period", "actual", "own", "with_lead", "naive", "seasonal", "lag", "shape", "rmse_saved",
    "mae_saved",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class GainAhead:
    """What one lead saves at one horizon.

    Parameters
    ----------
    lead : str
    horizon : int
        Periods after the last one that had ended when the forecast was made.
    n_origins : int
        Forecasts compared.
    rmse_own, rmse_lead, mae_own, mae_lead : float
        Root mean squared and mean absolute error of the forecast from the KPI's own history and of the one with the lead, in
        units of the analysis (logs for a KPI in logs).
    rmse_saved, mae_saved : float
        Share of them that the lead saves; negative where it makes the forecast worse.
    skill_naive, skill_seasonal : float
        Share of the root mean squared error that the forecast with the lead saves against the last known value, and against
        that of a season before; NaN without a season.
    clark_west, clark_west_pvalue : float
        One-sided test that the model with the lead forecasts better.
    diebold_mariano, diebold_mariano_pvalue : float
        Two-sided test that both forecasts are equally good.
    lag : float
        Lag that was chosen most often, in periods.
    missing : str
        Why there are no numbers; empty where there are some.
    """

    lead: str
    horizon: int
    n_origins: int = 0
    rmse_own: float = math.nan
    rmse_lead: float = math.nan
    rmse_saved: float = math.nan
    mae_own: float = math.nan
    mae_lead: float = math.nan
    mae_saved: float = math.nan
    skill_naive: float = math.nan
    skill_seasonal: float = math.nan
    clark_west: float = math.nan
    clark_west_pvalue: float = math.nan
    diebold_mariano: float = math.nan
    diebold_mariano_pvalue: float = math.nan
    lag: float = math.nan
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The forecasts behind the numbers; o origins, h horizons, m leads.

    Parameters
    ----------
    periods : tuple of str
        Labels of all periods.
    origins : ndarray of int, shape (o,)
        Place of each origin among them.
    actual, own, naive, seasonal : ndarray, shape (o, h)
        What came, and the forecasts without a lead; NaN where there is none.
    with_lead : ndarray, shape (o, h, m)
    lag : ndarray, shape (o, h, m)
        Lag of the lead at which its shape had its peak.
    shape : ndarray of str, shape (o, h, m)
    """

    periods: tuple[str, ...]
    origins: Ints
    actual: Floats
    own: Floats
    naive: Floats
    seasonal: Floats
    with_lead: Floats
    lag: Floats
    shape: NDArray[np.str_]


@dataclass(frozen=True, kw_only=True, repr=False)
class ForecastGain(Result):
    """Answer of `forecast_gain`: what each lead saves of the KPI's forecast error, at each horizon.

    Parameters
    ----------
    kpi : str
    leads, controls : tuple of str
        Columns of the data.
    unit : str
        One period of the KPI in words, for example "month".
    log : bool
        Whether the KPI was forecast in logs, and errors are in logs.
    horizons : tuple of int
        Periods ahead.
    dropped : tuple of (int, str)
        Horizons that were asked for and why they have no numbers.
    folded : tuple of str
        Leads that are seen more often than the KPI and stand with one value a period of it.
    gains : tuple of GainAhead
        One a lead and horizon.
    walk : Walk
        The forecasts by origin; `forecasts()` is their table.
    max_lag : int
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.methods.gain.picture:PICTURES"

    kpi: str
    leads: tuple[str, ...]
    controls: tuple[str, ...]
    unit: str
    log: bool
    horizons: tuple[int, ...]
    dropped: tuple[tuple[int, str], ...]
    folded: tuple[str, ...]
    gains: tuple[GainAhead, ...]
    walk: Walk
    max_lag: int
    provenance: Provenance

    def __getitem__(self, lead: str) -> Gain:
        """The gain of one lead at all horizons."""
        return gain_of([one for one in self.gains if one.lead == as_name(lead, "lead", self.leads, owner="lead")])

    def to_frame(self) -> pd.DataFrame:
        """One row per lead and horizon, the fields of `GainAhead`."""
        return pd.DataFrame([vars(one) for one in self.gains], columns=list(GainAhead.__dataclass_fields__))

    def forecasts(self, lead: str | None = None) -> pd.DataFrame:
        """One row per lead, horizon and origin: what was forecast, what came, and the share saved so far.

        Parameters
        ----------
        lead : str, optional
            One lead only.

        Returns
        -------
        DataFrame
            Columns ``lead, horizon, origin, period, actual, own, with_lead, naive, seasonal, lag, shape, rmse_saved, mae_saved``;
            the last two over all origins up to the row's.
        """
        asked = self.leads if lead is None else (as_name(lead, "lead", self.leads, owner="lead"),)
        parts = [
            self._forecasts_of(self.leads.index(name), place) for name in asked for place in range(self.walk.actual.shape[1])
        ]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(_COLUMNS))

    def _forecasts_of(self, lead: int, place: int) -> pd.DataFrame:
        walk, horizon = self.walk, self.horizons[place]
        both = walk.with_lead[:, place, lead]
        kept = np.isfinite(both) & np.isfinite(walk.actual[:, place])
        actual, own, both = walk.actual[kept, place], walk.own[kept, place], both[kept]
        saved = dict(zip(("rmse_saved", "mae_saved"), saved_so_far(actual, own, both), strict=True))
        labels = np.array(walk.periods, dtype=object)
        values = {
            "lead": self.leads[lead], "horizon": horizon, "origin": labels[walk.origins[kept]],
            "period": labels[walk.origins[kept] + horizon], "actual": actual, "own": own, "with_lead": both,
            "naive": walk.naive[kept, place], "seasonal": walk.seasonal[kept, place], "lag": walk.lag[kept, place, lead],
            "shape": walk.shape[kept, place, lead],
        }  # fmt: skip
        return pd.DataFrame(values | saved, columns=list(_COLUMNS))

    def summary(self) -> str:
        """Share of the error saved, with its p, of every lead and horizon as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the gains say, in plain sentences."""
        return words.explain(self)


def gain_of(rows: Sequence[GainAhead]) -> Gain:
    """One lead at all horizons, as a verdict reads it."""
    reasons = {one.missing for one in rows}
    return Gain(
        horizons=tuple(one.horizon for one in rows), rmse=tuple(one.rmse_saved for one in rows),
        mae=tuple(one.mae_saved for one in rows), pvalue=tuple(one.clark_west_pvalue for one in rows),
        n_origins=tuple(one.n_origins for one in rows), missing="" if "" in reasons else rows[0].missing,
    )  # fmt: skip
