"""A season that moves is told from one that stands, and from noise that lasts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.noise.momentum import Momentum, fit_momentum
from leadlag.core.series.moving import with_moving_season
from leadlag.core.series.season import harmonics

N = 120
BASE = np.column_stack([np.ones(N), np.arange(N) / N, harmonics(N, period=12, count=6)])


def noise(rng: np.random.Generator, phi: float) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -phi], rng.normal(size=N + 100))[100:]


def walking(steps: np.ndarray) -> np.ndarray:
    """Each month walks from year to year."""
    return signal.lfilter([1.0], np.r_[1.0, np.zeros(11), -1.0], steps)


def judged(y: np.ndarray, *, periods: tuple[float, ...] = (12.0,)) -> Momentum:
    y = (y - y.mean()) / y.std()
    return with_moving_season(y, BASE, fit_momentum(y, BASE, max_order=4), periods=periods, max_order=4)


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_a_season_that_stands_is_not_said_to_move(phi: float) -> None:
    rng = np.random.default_rng(0)
    pattern = np.tile(3 * rng.normal(size=12), 10)
    assert sum(judged(pattern + noise(rng, phi)).season is not None for _ in range(20)) <= 3


def test_a_season_that_moves_is_found_with_about_its_ratio() -> None:
    rng = np.random.default_rng(1)
    found = [judged(walking(0.5 * rng.normal(size=N)) + noise(rng, 0.0)).season for _ in range(20)]
    assert sum(season is not None for season in found) >= 14
    assert 0.1 <= np.median([season.ratio for season in found if season is not None]) <= 0.6  # .25 is true


def test_of_a_season_that_walks_at_will_the_momentum_is_that_of_its_steps() -> None:
    rng = np.random.default_rng(2)
    found = [judged(walking(noise(rng, 0.5))) for _ in range(20)]
    assert all(each.season is not None and each.season.ratio >= 1 for each in found)
    assert np.mean([each.phi.sum() for each in found]) == pytest.approx(0.5, abs=0.1)


def test_a_season_needs_four_years() -> None:
    moving = walking(np.random.default_rng(3).normal(size=N))
    assert judged(moving, periods=(31.0,)).season is None
    assert judged(moving, periods=()).season is None
