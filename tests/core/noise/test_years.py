"""The filter of a moving season whitens, place by place, what a random walk over the years and noise make of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg

from leadlag.core.noise.momentum import Momentum, filtered_fit, whitener
from leadlag.core.noise.years import MovingSeason, year_filter

N, PERIOD = 50, 12


def covariance(ratio: float, n: int = N, period: int = PERIOD) -> np.ndarray:
    """Of noise of unit variance and a season of which each place walks."""
    year, place = np.divmod(np.arange(n), period)
    return np.eye(n) + ratio * np.minimum.outer(year + 1, year + 1) * (place[:, None] == place)


@pytest.mark.parametrize("ratio", [0.0, 0.1, 5.0])
def test_the_filter_makes_a_moving_season_white(ratio: float) -> None:
    filter_ = year_filter(MovingSeason(period=PERIOD, ratio=ratio), np.ones(N, dtype=bool))
    made = filter_.apply(np.eye(N))
    np.testing.assert_allclose(made @ covariance(ratio) @ made.T, np.eye(N), atol=1e-9)
    assert np.allclose(np.triu(made, 1), 0.0)
    assert filter_.log_det == pytest.approx(np.linalg.slogdet(covariance(ratio))[1])


def test_a_season_that_moves_at_will_leaves_seasonal_differences() -> None:
    filter_ = year_filter(MovingSeason(period=PERIOD, ratio=1e8), np.ones(N, dtype=bool))
    x = np.random.default_rng(0).normal(size=N)
    np.testing.assert_allclose(1e4 * filter_.apply(x)[PERIOD:], x[PERIOD:] - x[:-PERIOD], atol=1e-3)


def test_rows_of_the_kpi_that_are_missing_are_no_rows() -> None:
    observed = np.random.default_rng(1).random(N) > 0.2
    made = year_filter(MovingSeason(period=PERIOD, ratio=0.7), observed).apply(np.eye(N))[np.ix_(observed, observed)]
    np.testing.assert_allclose(made @ covariance(0.7)[np.ix_(observed, observed)] @ made.T, np.eye(observed.sum()), atol=1e-9)


def test_a_missing_value_of_a_lead_is_missing_in_its_own_row_alone() -> None:
    x = np.random.default_rng(2).normal(size=(N, 2))
    gap, zero = x.copy(), x.copy()
    gap[5, 1], zero[5, 1] = np.nan, 0.0
    filter_ = year_filter(MovingSeason(period=PERIOD, ratio=0.7), np.ones(N, dtype=bool))
    filtered = filter_.apply(gap)
    assert np.flatnonzero(np.isnan(filtered[:, 1])).tolist() == [5]
    np.testing.assert_allclose(np.nan_to_num(filtered), np.where(np.isnan(gap), 0.0, filter_.apply(zero)))


@pytest.mark.parametrize("unit_root", [False, True])
def test_unit_root_moving_season_and_ar_noise_are_one_filter(unit_root: bool) -> None:
    """Changes first, then the years, then the AR weights."""
    season, phi = MovingSeason(period=PERIOD, ratio=0.4), np.array([0.5])
    momentum = Momentum(phi=phi, unit_root=unit_root, variance=1.0, season=season)
    x = np.cumsum(np.random.default_rng(3).normal(size=N))
    start = int(unit_root)
    known = np.arange(N) >= start
    left = year_filter(season, known).apply(np.r_[np.nan, np.diff(x)] if unit_root else x)[start:]
    noise = linalg.toeplitz(0.5 ** np.arange(N - start)) / (1 - 0.25)
    expected = np.linalg.solve(np.linalg.cholesky(noise), left)
    np.testing.assert_allclose(whitener(momentum, np.ones(N, dtype=bool)).apply(x), expected, atol=1e-9)


def test_the_filtered_fit_is_generalised_least_squares_under_a_moving_season() -> None:
    rng = np.random.default_rng(4)
    mean = np.column_stack([np.ones(N), np.arange(N) / N, rng.normal(size=N)])
    y = mean @ [5.0, 2.0, -1.0] + rng.normal(size=N)
    season = MovingSeason(period=PERIOD, ratio=0.4)
    found = filtered_fit(y, mean, Momentum(phi=np.zeros(0), unit_root=False, variance=1.0, season=season))
    inverse = np.linalg.inv(covariance(0.4))
    np.testing.assert_allclose(found.params, np.linalg.solve(mean.T @ inverse @ mean, mean.T @ inverse @ y), atol=1e-9)
