"""How the KPI answers to one series, lag by lag, as planted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.signal import lfilter

from leadlag.core.arrays import Floats
from leadlag.simulate.specs import PlantedSeries

__all__ = ["direct_weights", "is_linear", "profile"]

NEGLIGIBLE = 1e-3  # weights below this share of the largest are cut off
_LONGEST_MEMORY = 400  # lags for which the KPI's own momentum is followed


def direct_weights(one: PlantedSeries) -> Floats:
    """Weights of lags 0, 1, 2, ... that sum to the effect."""
    if not one.effect:
        return np.zeros(1)
    reach = math.ceil(math.log(NEGLIGIBLE) / math.log(one.decay))
    tail = {"point": 0, "window": one.width - 1, "geometric": reach, "delayed": math.ceil(math.sqrt(reach))}[one.shape]
    lags = np.arange(one.delay + tail + 1)
    away = lags - one.delay
    if one.shape == "geometric":
        weights = np.where(away < 0, 0.0, one.decay ** np.maximum(away, 0))
    elif one.shape == "delayed":
        weights = np.where(lags < 1, 0.0, one.decay ** (away**2))
    else:
        weights = np.where(away < 0, 0.0, 1.0)
    scaled: Floats = one.effect * weights / weights.sum()
    return scaled


def profile(one: PlantedSeries, planted: Sequence[PlantedSeries], outcome: Floats) -> Floats:
    """Weights by which the KPI answers to `one`: directly if it is a lead, else through what it drives.

    `outcome` is the KPI's phi(B) where its momentum carries the effects on, and 1 where it does not.
    """
    if one.effect:
        direct = direct_weights(one)
        if len(outcome) == 1:
            return direct
        return _trimmed(np.convolve(direct, lfilter([1.0], outcome, np.eye(1, _LONGEST_MEMORY)[0])))
    total = np.zeros(1)
    for child in _driven_by(one, planted):
        below = child.driver_share * np.concatenate([np.zeros(child.driver_lag), profile(child, planted, outcome)])
        size = max(len(total), len(below))
        total = np.pad(total, (0, size - len(total))) + np.pad(below, (0, size - len(below)))
    return total


def is_linear(one: PlantedSeries, planted: Sequence[PlantedSeries]) -> bool:
    """True where the KPI's answer to `one` is linear all the way."""
    if one.effect:
        return one.response == "linear"
    return all(is_linear(child, planted) for child in _driven_by(one, planted))


def _driven_by(one: PlantedSeries, planted: Sequence[PlantedSeries]) -> list[PlantedSeries]:
    return [child for child in planted if child.driver == one.name]


def _trimmed(weights: Floats) -> Floats:
    large = np.flatnonzero(np.abs(weights) > NEGLIGIBLE * np.max(np.abs(weights)))
    return weights[: large[-1] + 1]
