"""A log is thought of where steps grow with the level, and not because a series wanders, has a season or holds spikes."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.series.season import harmonics
from leadlag.methods.stationarity.numbers import spread_grows

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


@pytest.mark.parametrize(("n", "growth", "size"), [(300, 0.02, 0.1), (156, 0.03, 0.1), (104, 0.05, 0.1), (104, -0.05, 0.1)])
def test_strong_growth_in_percent_does_not_hide_its_own_steps(n: int, growth: float, size: float) -> None:
    noise, line = np.random.default_rng(n).normal(size=(n, 60)), growth * np.arange(n)[:, None]
    assert share(np.exp(line + size * noise)) > 0.95
    assert share(np.exp(line + size * np.cumsum(noise, axis=0))) > 0.55


@pytest.mark.parametrize("n", [60, N])
def test_a_level_that_moves_for_another_reason_is_no_growth_in_percent(n: int) -> None:
    noise, rise = np.random.default_rng(n).normal(size=(n, DRAWS)), np.arange(n)[:, None] / n
    drift = np.cumsum(noise + 0.3, axis=0)
    for X in (
        noise + 10.0,
        drift - drift.min(axis=0) + 1.0,
        noise + 4.0 + np.exp(4.0 * rise),
        0.5 * noise + 5.0 + 8.0 * (rise > 0.5),
    ):
        assert share(np.where(X > 0.0, X, 0.01)) < 0.06


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
