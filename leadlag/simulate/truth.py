"""What is true of each simulated column, derived from what was planted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.core.arrays import Floats
from leadlag.simulate.profile import is_linear, profile
from leadlag.simulate.specs import PlantedSeries, Role

__all__ = ["PlantedTruth", "Simulation", "truth_of"]

_VISIBLE = 0.05  # the first lag is the first whose weight reaches this share of the largest


@dataclass(frozen=True, kw_only=True)
class PlantedTruth:
    """What is true of one column.

    Parameters
    ----------
    name : str
        Column name.
    role : str
        "lead" (acts on the KPI directly), "upstream" (acts on it through other columns), "proxy" (moves with a lead or an
        upstream column, no effect of its own), "follower" (the KPI moves it later), "coincident" (moves with the KPI in
        the same period), "noise" (unrelated).
    driver : str or None
        The column it takes its share of.
    feedback : bool
        True for a lead that the KPI drives in turn.
    peak, first : int or None
        Lag of the largest weight (the first of equal ones), and the first lag with at least 5 % of it, in periods by which
        the column moves before the KPI (negative: after it). None for noise.
    mean : float or None
        Weighted mean of the lags, counted likewise.
    effect : float
        Change of the KPI's level after a lasting rise of this column by `lead_sd`, with the KPI's own momentum, and through
        other columns where it is upstream. 0 where there is none, NaN where the response is not linear.
    lead_sd : float
        One sd of the column's stationary core (in a random walk: of its changes), in the units of the data.
    sign : int
        Sign of the relation; 0 for noise and for a quadratic response.
    weights : tuple of float
        Change of the KPI at lags 0, 1, 2, ... for one unit of the column; empty if it has no effect.
    """

    name: str
    role: Role
    driver: str | None = None
    feedback: bool = False
    peak: int | None = None
    first: int | None = None
    mean: float | None = None
    effect: float = 0.0
    lead_sd: float = 1.0
    sign: int = 0
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Simulated table with the truth about its columns; ``simulation["name"]`` is the truth of one column.

    Parameters
    ----------
    data : DataFrame, n_periods rows
        The KPI first, then the planted series, then the unrelated ones; index "date" (or "period").
    kpi : str
        Name of the KPI.
    truth : tuple of PlantedTruth
        One for each column but the KPI, in the order of the columns.
    """

    data: pd.DataFrame
    kpi: str
    truth: tuple[PlantedTruth, ...]

    def __getitem__(self, name: str) -> PlantedTruth:
        found = as_name(name, "name", [truth.name for truth in self.truth])
        return next(truth for truth in self.truth if truth.name == found)

    @property
    def leads(self) -> tuple[str, ...]:
        """Names of the columns that act on the KPI directly."""
        return tuple(truth.name for truth in self.truth if truth.role == "lead")

    def to_frame(self) -> pd.DataFrame:
        """The truth as a table, one row per column."""
        rows = pd.DataFrame([asdict(truth) for truth in self.truth])
        return rows.astype({"peak": float, "first": float, "mean": float}) if self.truth else rows


def truth_of(one: PlantedSeries, planted: Sequence[PlantedSeries], kpi: str, outcome: Floats) -> PlantedTruth:
    """Role, lags and effect of one column, by the links it stands in."""
    weights = profile(one, planted, outcome)
    if not np.any(weights):
        return _without_effect(one, planted, kpi, outcome)
    peak, first, mean = _lags(weights)
    linear = is_linear(one, planted)
    return PlantedTruth(
        name=one.name,
        role="lead" if one.effect else "upstream",
        driver=one.driver,
        feedback=bool(one.effect) and _root(one, planted, kpi, outcome)[0] == kpi,
        peak=peak,
        first=first,
        mean=mean,
        effect=float(weights.sum()) if linear else math.nan,
        sign=0 if one.response == "quadratic" else int(np.sign(weights[peak])),
        weights=tuple(map(float, weights)),
    )


def _without_effect(one: PlantedSeries, planted: Sequence[PlantedSeries], kpi: str, outcome: Floats) -> PlantedTruth:
    """Truth of a proxy, a follower, a coincident or an unrelated column."""
    if one.at_once:
        sign = int(np.sign(one.at_once))
        return PlantedTruth(name=one.name, role="coincident", driver=one.driver, peak=0, first=0, mean=0.0, sign=sign)
    root, lag, share = _root(one, planted, kpi, outcome)
    if root == kpi:
        role: Role = "follower" if lag else "coincident"
        return PlantedTruth(
            name=one.name, role=role, driver=one.driver, peak=-lag, first=-lag, mean=float(-lag), sign=int(np.sign(share))
        )
    if root is not None:
        weights = profile(_named(root, planted), planted, outcome)
        peak, first, mean = _lags(weights)
        sign = int(np.sign(share * weights[peak]))
        return PlantedTruth(
            name=one.name, role="proxy", driver=one.driver, peak=peak - lag, first=first - lag, mean=mean - lag, sign=sign
        )
    if one.surprise:
        return PlantedTruth(
            name=one.name, role="coincident", driver=one.driver, peak=0, first=0, mean=0.0, sign=int(np.sign(one.surprise))
        )
    return PlantedTruth(name=one.name, role="noise", driver=one.driver)


def _root(one: PlantedSeries, planted: Sequence[PlantedSeries], kpi: str, outcome: Floats) -> tuple[str | None, int, float]:
    """Nearest column above `one` that is the KPI or acts on it (else None), with the lag and the share on the way.

    A column that moves the KPI at once stands for the KPI: what it drives moves with the KPI or after it.
    """
    lag, share, walk = 0, 1.0, one
    while walk.driver is not None:
        lag, share = lag + walk.driver_lag, share * walk.driver_share
        if walk.driver == kpi:
            return kpi, lag, share
        walk = _named(walk.driver, planted)
        if np.any(profile(walk, planted, outcome)):
            return walk.name, lag, share
        if walk.at_once:
            return kpi, lag, share * float(np.sign(walk.at_once))
    return None, lag, share


def _named(name: str, planted: Sequence[PlantedSeries]) -> PlantedSeries:
    return next(one for one in planted if one.name == name)


def _lags(weights: Floats) -> tuple[int, int, float]:
    """Peak, first and mean lag of a profile."""
    size = np.abs(weights)
    peak = int(np.flatnonzero(size >= size.max() * (1 - 1e-9))[0])
    first = int(np.flatnonzero(size >= _VISIBLE * size.max())[0])
    return peak, first, float(np.arange(len(weights)) @ size / size.sum())
