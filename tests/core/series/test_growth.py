"""A series grows if the trend of its logs does, with a unit root and without; units and gaps make no difference."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.series.growth import growing_series
from leadlag.core.series.season import harmonics


def noise(n: int, *, seed: int, persistence: float, size: float = 0.06) -> Floats:
    """An autoregression of order one."""
    drawn, path = size * np.random.default_rng(seed).standard_normal(n), np.zeros(n)
    for row in range(1, n):
        path[row] = persistence * path[row - 1] + drawn[row]
    return path


def grown(n: int = 120, *, factor: float, persistence: float = 0.5, seed: int = 0) -> Floats:
    """A positive series whose trend rises by a factor."""
    return 40.0 * np.exp(np.linspace(0.0, np.log(factor), n) + noise(n, seed=seed, persistence=persistence))


def one(x: Floats, season: Floats | None = None) -> bool:
    return bool(growing_series(x[:, None], season=season)[0])


def test_what_triples_grows_whether_it_returns_to_its_line_or_not() -> None:
    assert all(one(grown(factor=3.0, seed=seed)) for seed in range(10))
    assert sum(one(grown(300, factor=20.0, persistence=1.0, seed=seed)) for seed in range(10)) >= 8


def test_what_stays_or_falls_or_grows_by_a_fifth_does_not() -> None:
    assert not any(one(grown(factor=factor)) for factor in (1.0, 1.2, 1 / 3.0))


def test_walks_without_drift_are_seldom_said_to_grow() -> None:
    walks = np.column_stack([grown(factor=1.0, persistence=1.0, seed=seed) for seed in range(200)])
    assert growing_series(walks).mean() <= 0.08


def test_a_value_of_zero_or_below_has_no_log() -> None:
    x = grown(factor=3.0)
    assert not one(np.r_[0.0, x[1:]])
    assert not one(-x)


def test_neither_units_nor_company_nor_gaps_make_a_difference() -> None:
    X = np.column_stack([grown(factor=factor, seed=seed) for seed, factor in enumerate((3.0, 1.0, 2.0, 1.1))])
    found = growing_series(X)
    assert found.tolist() == [True, False, True, False]
    assert growing_series(X * [1e-9, 1e9, 3.0, 2.0]).tolist() == found.tolist()
    assert [one(x) for x in X.T] == found.tolist()
    X[30:33] = np.nan
    assert growing_series(X).tolist() == found.tolist()


def test_growth_is_seen_beside_a_season() -> None:
    season = harmonics(96, period=12, count=3)
    wave = np.exp(0.3 * season @ np.array([1.0, -1.0, 0.5, 0.5, 0.2, 0.2]))
    assert one(grown(96, factor=2.0) * wave, season)
    assert not one(grown(96, factor=1.0) * wave, season)
