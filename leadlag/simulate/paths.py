"""The stationary core: the own path of each series, and the cores once everything has reached everything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from leadlag.core.arrays import Floats
from leadlag.errors import UsageError
from leadlag.simulate.profile import direct_weights
from leadlag.simulate.specs import Noise, PlantedSeries, Response

__all__ = ["System", "answered", "innovations", "own_path", "settle"]

_CAMPAIGN_RATE = 0.12  # share of periods with a burst
_EXPLODED = 1e6
_SETTLED = 1e-12


def innovations(rng: np.random.Generator, size: int, noise: Noise) -> Floats:
    """White innovations of unit variance."""
    if noise == "normal":
        return rng.standard_normal(size)
    white = rng.standard_t(5, size) * math.sqrt(3 / 5)
    if noise == "t":
        return white
    shocks, variance, previous = np.empty(size), 1.0, 0.0
    for row in range(size):  # GARCH(1,1) with unconditional variance 1
        variance = 0.1 + 0.15 * previous**2 + 0.75 * variance
        previous = shocks[row] = math.sqrt(variance) * white[row]
    return shocks


def own_path(one: PlantedSeries, kpi_innovations: Floats, rng: np.random.Generator, noise: Noise) -> Floats:
    """Path of unit sd that nothing drives, as long as `kpi_innovations`."""
    size = len(kpi_innovations)
    if one.path == "campaign":
        burst = rng.gamma(4.0, 0.25, size) * (rng.random(size) < _CAMPAIGN_RATE)
        scaled: Floats = burst / math.sqrt(1.25 * _CAMPAIGN_RATE - _CAMPAIGN_RATE**2)  # E[gamma(4, 1/4) ** 2] = 1.25
        return scaled
    shocks = one.surprise * kpi_innovations + math.sqrt(1 - one.surprise**2) * innovations(rng, size, noise)
    path: Floats = lfilter([math.sqrt(1 - one.persistence**2)], [1.0, -one.persistence], shocks)
    return path


@dataclass(frozen=True, kw_only=True)
class System:
    """All that moves, and by what.

    Parameters
    ----------
    kpi : str
    planted : sequence of PlantedSeries, n_series
    own : array, n_periods x n_series
        What each series does by itself, unit sd.
    disturbance : array, n_periods
        The KPI's noise.
    outcome : array
        phi(B) that carries the effects on too; 1 where the momentum is in the noise only.
    burn_in : int
        Periods before the sample.
    """

    kpi: str
    planted: Sequence[PlantedSeries]
    own: Floats
    disturbance: Floats
    outcome: Floats
    burn_in: int = 0


def settle(system: System) -> Floats:
    """Cores of the KPI (column 0) and of all series, periods x (1 + n_series).

    Each pass is right for one more link than the pass before: a chain is exact after as many passes as it has links, and a
    feedback loop (each has a lag) converges unless it explodes. The first round leaves out what the KPI drives, to learn
    the KPI's sd.
    """
    without = _rounds(system, kpi_sd=math.inf)
    return _rounds(system, kpi_sd=float(np.std(without[:, 0])))


def _rounds(system: System, *, kpi_sd: float) -> Floats:
    core = np.column_stack([np.zeros(len(system.own)), system.own])
    for _ in range(sum(core.shape) + 1):
        after = _one_pass(system, core, kpi_sd)
        moved, largest = np.max(np.abs(after - core)), np.max(np.abs(after))
        if not largest < _EXPLODED:
            break
        if moved <= _SETTLED * max(largest, 1.0):
            return after
        core = after
    raise UsageError("series: the feedback between the KPI and its leads explodes: lower effect or driver_share.")


def _one_pass(system: System, core: Floats, kpi_sd: float) -> Floats:
    column = {system.kpi: 0, **{one.name: place for place, one in enumerate(system.planted, start=1)}}
    after, effects = core.copy(), system.disturbance.copy()
    for place, one in enumerate(system.planted, start=1):
        if one.driver is not None:
            driver = core[:, column[one.driver]] / (kpi_sd if one.driver == system.kpi else 1.0)
            after[:, place] = one.driver_share * _lagged(driver, one.driver_lag)
            after[:, place] += math.sqrt(1 - one.driver_share**2) * system.own[:, place - 1]
        effects += one.at_once * after[:, place]
        if one.effect:
            acting = lfilter(direct_weights(one), [1.0], answered(after[:, place], one.response))
            effects[: _last(one, system)] += acting[: _last(one, system)]
    after[:, 0] = lfilter([1.0], system.outcome, effects)
    return after


def _last(one: PlantedSeries, system: System) -> int | None:
    """Row from which on a series no longer acts; None for one that always does."""
    return None if one.stops is None else system.burn_in + one.stops


def _lagged(values: Floats, lag: int) -> Floats:
    return np.concatenate([np.zeros(lag), values[: len(values) - lag]])


def answered(values: Floats, response: Response) -> Floats:
    """What the KPI answers to, with mean 0 and sd 1 where `values` are standard normal."""
    if response == "quadratic":
        return (values**2 - 1) / math.sqrt(2)
    if response == "threshold":
        return (np.maximum(values, 0.0) - 1 / math.sqrt(2 * math.pi)) / math.sqrt(0.5 - 0.5 / math.pi)
    return values
