"""Stand-ins are of the candidates' own kind and have nothing to do with the KPI."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadlag.core.search.problem import Problem
from leadlag.methods.refutation.numbers.surrogates import Surrogates, stand_ins
from tests.methods.refutation.test_numbers import autoregression, problem_of

N = 240


def problem(series: np.ndarray, *, unit_root: bool = False) -> Problem:
    y = autoregression(np.random.default_rng(9), 0.4, N)
    return problem_of(np.cumsum(y) if unit_root else y, series, unit_root=unit_root)


def made(given: Problem, *, seasons: tuple[int, ...] = (), count: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Shifts and twins of the one lead of a problem."""
    found = stand_ins(given, [0], seasons=seasons, momentum_reach=4, count=count, rng=np.random.default_rng(seed))
    assert found.sources.tolist() == [0] * count
    return found.values[:, ::2], found.values[:, 1::2]


def correlation(values: np.ndarray, lag: int) -> float:
    """Mean autocorrelation of some series at one lag."""
    return float(np.mean([np.corrcoef(column[lag:], column[:-lag])[0, 1] for column in values.T]))


def moving_season(rng: np.random.Generator) -> np.ndarray:
    series = rng.normal(size=N)
    for row in range(12, N):
        series[row] += 0.95 * series[row - 12]
    return series


def test_a_shift_is_the_candidate_at_another_time_without_its_seam() -> None:
    given = problem(autoregression(np.random.default_rng(0), 0.7, N))
    shifts, _ = made(given)
    own = given.X[:, 0]
    for column in shifts.T:
        (seam,) = np.flatnonzero(np.isnan(column))
        assert 12 <= seam <= N - 12 - 8  # the longest lag of eight and a momentum of four periods away, either way
        whole = np.where(np.isnan(column), own[0], column)
        np.testing.assert_array_equal(np.roll(own, seam), whole)


def test_values_that_a_candidate_does_not_have_are_missing_in_its_stand_ins() -> None:
    series = autoregression(np.random.default_rng(1), 0.5, N)
    series[:30], series[200] = np.nan, np.nan
    shifts, twins = made(problem(series))
    assert np.isnan(shifts[:30]).all()
    assert (np.isnan(shifts).sum(axis=0) <= 32).all()
    np.testing.assert_array_equal(np.isnan(twins), np.isnan(series)[:, None] & np.ones(twins.shape, dtype=bool))


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_a_twin_has_the_persistence_and_the_size_of_its_candidate(phi: float) -> None:
    given = problem(autoregression(np.random.default_rng(2), phi, N))
    _, twins = made(given, count=80)
    assert correlation(twins, 1) == pytest.approx(correlation(given.X, 1), abs=0.08)
    assert np.mean(twins.std(axis=0)) == pytest.approx(1.0, abs=0.15)


def test_a_twin_has_the_season_that_moves() -> None:
    given = problem(moving_season(np.random.default_rng(3)))
    _, twins = made(given, seasons=(12,))
    _, without = made(given)
    assert correlation(twins, 12) > 0.6
    assert abs(correlation(without, 12)) < 0.2


def test_a_model_that_grows_is_drawn_in() -> None:
    given = problem(1.03 ** np.arange(N) + 0.01 * np.random.default_rng(4).normal(size=N))
    _, twins = made(given)
    assert np.isfinite(twins).all()
    assert np.abs(twins).max() < 1e3


def test_of_an_integrated_kpi_the_changes_are_shifted_and_summed() -> None:
    given = problem(np.cumsum(autoregression(np.random.default_rng(5), 0.3, N)), unit_root=True)
    shifts, twins = made(given)
    own = np.sort(np.diff(given.X[:, 0]))
    assert np.isfinite(shifts).all()
    for column in shifts.T:
        steps = np.diff(column)
        assert np.isin(np.round(steps[steps != 0], 9), np.round(own, 9)).all()
    assert np.mean(np.diff(twins, axis=0).std(axis=0)) == pytest.approx(own.std(), rel=0.2)


def test_a_candidate_without_room_for_a_shift_has_twins_only() -> None:
    given = problem(autoregression(np.random.default_rng(6), 0.5, N))
    short = replace(given, lags=tuple(range(1, 150)))
    found = stand_ins(short, [0], seasons=(), momentum_reach=4, count=10, rng=np.random.default_rng(0))
    assert np.isfinite(found.values).all()


def test_candidates_take_turns() -> None:
    given = problem(np.random.default_rng(7).normal(size=N))
    three = replace(given, X=np.repeat(given.X, 3, axis=1), x_scale=np.ones(3))
    found: Surrogates = stand_ins(three, [0, 2], seasons=(), momentum_reach=4, count=7, rng=np.random.default_rng(0))
    assert sorted(np.bincount(found.sources, minlength=3).tolist()) == [0, 3, 4]
