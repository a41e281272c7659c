"""A log is thought of where steps grow with the level, and not because a series wanders, has a season or holds spikes."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.season import harmonics
from leadlag.core.spread import spread_grows

N, DRAWS = 156, 100


def share(X: np.ndarray, season: np.ndarray | None = None) -> float:
    return float(np.mean([spread_grows(x, season) for x in X.T]))


def test_steps_in_percent_are_seen_and_steps_of_one_size_are_not() -> None:
    rng = np.random.default_rng(0)
    noise, rise = rng.normal(size=(N, DRAWS)), np.arange(N)[:, None] / N
    walk = np.cumsum(noise, axis=0)
    assert share(np.exp(0.1 * noise + 1.5 * rise)) > 0.8
    assert share(np.exp(0.1 * walk)) > 0.8
    assert share(noise + 10.0 + 6.0 * rise) < 0.06
    assert share(walk - walk.min(axis=0) + 1.0) < 0.06


def test_a_season_of_one_size_is_no_reason() -> None:
    season = harmonics(N, period=12.0, count=6)
    noise = np.random.default_rng(1).normal(size=(N, DRAWS))
    assert share(20.0 + 8.0 * season[:, :1] + noise, season) < 0.06


@pytest.mark.parametrize("x", [np.full(40, 3.0), np.arange(40.0), -np.arange(1.0, 40.0), np.full(40, np.nan), np.empty(0),
                               np.r_[np.ones(39), 1e15], np.array([1.0, 2.0, 5.0])])  # fmt: skip
def test_where_nothing_can_be_seen_there_is_no_reason(x: np.ndarray) -> None:
    assert not spread_grows(x)


def test_the_unit_does_not_matter() -> None:
    x = np.exp(0.1 * np.random.default_rng(2).normal(size=N) + 2.0 * np.arange(N) / N)
    assert spread_grows(x)
    assert spread_grows(x * 1e12)
    assert spread_grows(x * 1e-9)
