"""What each lead saves of the error of the KPI's forecasts, at each horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.forecasts.direct import shape_lags
from leadlag.core.forecasts.origins import RollingForecasts
from leadlag.core.series.scales import unit_of
from leadlag.methods.gain.numbers.comparison import FEWEST, clark_west, diebold_mariano

__all__ = ["PairGain", "pair_gains", "saved_so_far", "selected_columns"]


#: Origins for each period between the KPI's last known value and the one that is forecast, below which nothing is compared.
_ORIGINS_A_STEP = 2


@dataclass(frozen=True, kw_only=True)
class PairGain:
    """What one lead saves at one horizon; NaN where there are no numbers.

    Parameters
    ----------
    n_origins : int
        Forecasts compared, or too few to be.
    rmse_own, rmse_lead, mae_own, mae_lead : float
        Root mean squared and mean absolute error without and with the lead.
    rmse_saved, mae_saved : float
        Share of them that the lead saves.
    skill_naive, skill_seasonal : float
        Share of the root mean squared error that the forecast with the lead saves against the last known value, and against that
        of a season before.
    clark_west, clark_west_pvalue, diebold_mariano, diebold_mariano_pvalue : float
    lag : float
        Lag that was chosen most often.
    missing : {"", "untested", "no lag", "few origins"}
        Why there are no numbers; empty where there are some.
    fewest : int
        Forecasts that are needed.
    """

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
    missing: Literal["", "untested", "no lag", "few origins"] = ""
    fewest: int = 0


def pair_gains(forecasts: RollingForecasts, *, tested: Flags, rng: np.random.Generator) -> list[list[PairGain]]:
    """Compare errors with each lead and without, on the same origins: one list a lead, one entry a horizon.

    Parameters
    ----------
    forecasts : RollingForecasts
    tested : ndarray of bool, shape (m,)
        Leads that can be tested.
    rng : Generator
        Of the seed of all bootstraps: each pair draws the same.
    """
    seed = int(rng.integers(2**63))
    return [
        [
            _gain(forecasts, place, lead, np.random.default_rng(seed)) if tested[lead] else PairGain(missing="untested")
            for place in range(len(forecasts.horizons))
        ]
        for lead in range(len(forecasts.lead_delays))
    ]


def _gain(forecasts: RollingForecasts, place: int, lead: int, rng: np.random.Generator) -> PairGain:
    """One lead at one horizon."""
    lags, steps = forecasts.lags(forecasts.horizons[place], lead), forecasts.horizons[place] + forecasts.kpi_delay
    if not lags:
        return PairGain(missing="no lag")
    actual, own, added = forecasts.actual[:, place], forecasts.own[:, place], forecasts.added[:, place, lead]
    kept = np.isfinite(actual) & np.isfinite(own) & np.isfinite(added)
    n, fewest = int(kept.sum()), max(FEWEST, _ORIGINS_A_STEP * steps)
    if n < fewest:
        return PairGain(n_origins=n, missing="few origins", fewest=fewest)
    one, two = (actual - own)[kept], (actual - own - added)[kept]
    beside = np.where(kept, own + added, np.nan)
    nested = clark_west(actual, own, beside, horizon=steps, rng=rng)
    equal = diebold_mariano(actual, own, beside, horizon=steps)
    rmse, mae = (_rms(one), _rms(two)), (float(np.abs(one).mean()), float(np.abs(two).mean()))
    chosen = forecasts.column[kept, place, lead]
    peaks = np.array([peak for _, peak in shape_lags(lags)])[chosen[chosen >= 0]]
    return PairGain(
        n_origins=n, rmse_own=rmse[0], rmse_lead=rmse[1], rmse_saved=_saved(*rmse), mae_own=mae[0], mae_lead=mae[1],
        mae_saved=_saved(*mae), skill_naive=_skill(actual[kept], forecasts.naive[kept, place], two),
        skill_seasonal=_skill(actual[kept], forecasts.seasonal[kept, place], two), clark_west=nested.statistic,
        clark_west_pvalue=nested.pvalue, diebold_mariano=equal.statistic, diebold_mariano_pvalue=equal.pvalue,
        lag=float(np.bincount(peaks).argmax()) if len(peaks) else math.nan, fewest=fewest,
    )  # fmt: skip


def _rms(errors: Floats) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def _saved(without: float, with_lead: float) -> float:
    """Share of an error that is saved."""
    return 1.0 - with_lead / without if without > 0 else math.nan


def _skill(actual: Floats, other: Floats, errors: Floats) -> float:
    """Share of the root mean squared error that is saved against another forecast, on the rows that have it."""
    rows = np.isfinite(other)
    return _saved(_rms(actual[rows] - other[rows]), _rms(errors[rows])) if rows.any() else math.nan


def selected_columns(forecasts: RollingForecasts) -> tuple[Floats, Ints]:
    """Lag at its peak, and place among the shapes, of the column chosen of each lead at each horizon and origin.

    Parameters
    ----------
    forecasts : RollingForecasts

    Returns
    -------
    lag : ndarray, shape (o, h, m)
        NaN where none was chosen.
    shape : ndarray of int, shape (o, h, m)
        Place in `leadlag.core.search.shapes.STANDARD`; -1 where none was chosen.
    """
    lag, shape = np.full(forecasts.column.shape, np.nan), np.full(forecasts.column.shape, -1, dtype=np.intp)
    for place, horizon in enumerate(forecasts.horizons):
        for lead in range(len(forecasts.lead_delays)):
            lags, used = forecasts.lags(horizon, lead), forecasts.column[:, place, lead] >= 0
            if lags:
                columns = np.array(shape_lags(lags))[forecasts.column[used, place, lead]]
                shape[used, place, lead], lag[used, place, lead] = columns.T
    return lag, shape


def saved_so_far(actual: Floats, own: Floats, with_lead: Floats) -> tuple[Floats, Floats]:
    """Share of root mean squared and of mean absolute error that a lead has saved up to each origin, each of shape (o,)."""
    one, two = (errors / unit_of(actual) for errors in (actual - own, actual - with_lead))
    with np.errstate(invalid="ignore", divide="ignore"):
        rmse = 1.0 - np.sqrt(np.cumsum(two**2) / np.cumsum(one**2))
        return np.asarray(rmse), np.asarray(1.0 - np.cumsum(np.abs(two)) / np.cumsum(np.abs(one)))
