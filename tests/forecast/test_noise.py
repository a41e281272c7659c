"""What momentum foretells is the best linear forecast, and its answers are what innovations do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import toeplitz
from statsmodels.tsa.arima_process import ArmaProcess
from statsmodels.tsa.statespace.sarimax import SARIMAX

from leadlag.core.arrays import Floats
from leadlag.core.noise.momentum import Momentum
from leadlag.core.noise.years import MovingSeason
from leadlag.forecast.numbers.noise import NoiseAhead

PHI = np.array([0.6, 0.25])
STEPS = 7


def values(n: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=n).cumsum()


def implied(momentum: Momentum, n: int) -> Floats:
    """Covariance of n rows of a residual without a unit root, built place by place."""
    acovf = ArmaProcess(np.r_[1.0, -momentum.phi], [1.0]).acovf(n)
    root = np.eye(n)
    if (season := momentum.season) is not None:
        for place in range(season.period):
            rows = np.arange(place, n, season.period)
            years = np.arange(len(rows))
            walk = np.eye(len(rows)) + season.ratio * (1.0 + np.minimum.outer(years, years))
            root[np.ix_(rows, rows)] = np.linalg.cholesky(walk)
    return np.asarray(root @ toeplitz(acovf) @ root.T)


@pytest.mark.parametrize("unit_root", [False, True])
def test_it_is_the_forecast_of_an_arima_model_with_the_same_coefficients(unit_root: bool) -> None:
    u = values(60)
    ahead = NoiseAhead(momentum=Momentum(phi=PHI, unit_root=unit_root, variance=1.0), n=60, steps=STEPS)
    told = SARIMAX(u, order=(2, int(unit_root), 0)).filter([*PHI, 1.0]).get_forecast(STEPS)
    assert_allclose(ahead.expected(u), told.predicted_mean, rtol=1e-6)
    assert_allclose(np.sqrt(np.square(ahead.answers()).sum(axis=1)), told.se_mean, rtol=1e-6)


@pytest.mark.parametrize("season", [None, MovingSeason(period=4, ratio=0.3), MovingSeason(period=4, ratio=20.0)])
def test_it_is_the_conditional_expectation_under_the_covariance_that_is_meant(season: MovingSeason | None) -> None:
    n, momentum = 21, Momentum(phi=PHI, unit_root=False, variance=1.0, season=season)
    whole, u = implied(momentum, n + STEPS), values(n, seed=1)
    ahead = NoiseAhead(momentum=momentum, n=n, steps=STEPS)
    known, both = whole[:n, :n], whole[n:, :n]
    assert_allclose(ahead.expected(u), both @ np.linalg.solve(known, u), atol=1e-8)
    answers = ahead.answers()
    assert_allclose(answers @ answers.T, whole[n:, n:] - both @ np.linalg.solve(known, both.T), atol=1e-8)


def test_a_season_has_wandered_before_the_first_row() -> None:
    n, before, season = 13, 10, MovingSeason(period=4, ratio=0.3)
    whole = implied(Momentum(phi=np.zeros(0), unit_root=False, variance=1.0, season=season), before + n + STEPS)[before:, before:]
    u, later = values(n, seed=2), MovingSeason(period=4, ratio=0.3, elapsed=before)
    ahead = NoiseAhead(momentum=Momentum(phi=np.zeros(0), unit_root=False, variance=1.0, season=later), n=n, steps=STEPS)
    known, both = whole[:n, :n], whole[n:, :n]
    assert_allclose(ahead.expected(u), both @ np.linalg.solve(known, u), atol=1e-8)
    answers = ahead.answers()
    assert_allclose(answers @ answers.T, whole[n:, n:] - both @ np.linalg.solve(known, both.T), atol=1e-8)


def test_with_a_season_that_only_wanders_it_is_the_value_of_a_year_before() -> None:
    momentum = Momentum(phi=np.zeros(0), unit_root=False, variance=1.0, season=MovingSeason(period=4, ratio=1e7))
    u = values(22)
    assert_allclose(NoiseAhead(momentum=momentum, n=22, steps=STEPS).expected(u), np.resize(u[-4:], STEPS), rtol=1e-4)


@pytest.mark.parametrize("season", [None, MovingSeason(period=3, ratio=0.5)])
def test_an_answer_is_what_one_more_innovation_does_to_all_that_follows(season: MovingSeason | None) -> None:
    momentum = Momentum(phi=PHI, unit_root=True, variance=1.0, season=season)
    n, u = 20, values(20)
    answers = NoiseAhead(momentum=momentum, n=n, steps=STEPS).answers()
    first = NoiseAhead(momentum=momentum, n=n, steps=STEPS).expected(u)
    struck = np.r_[u, first[0] + answers[0, 0]]
    later = NoiseAhead(momentum=momentum, n=n + 1, steps=STEPS - 1).expected(struck)
    assert_allclose(later - first[1:], answers[1:, 0], atol=1e-9)


def test_several_columns_are_foretold_as_each_alone() -> None:
    both = np.column_stack([values(30), values(30, seed=3)])
    ahead = NoiseAhead(momentum=Momentum(phi=PHI, unit_root=True, variance=1.0), n=30, steps=3)
    assert_allclose(ahead.expected(both), np.column_stack([ahead.expected(one) for one in both.T]))
