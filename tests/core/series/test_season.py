"""A season's columns span its dummies, and it is found where it is and not where it is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.linear.leastsquares import orthonormal_basis, residualise
from leadlag.core.series.season import harmonics, season_pvalues


def momentum(rng: np.random.Generator, n: int, m: int, phi: float) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -phi], rng.normal(size=(n + 200, m)), axis=0)[200:]


@pytest.mark.parametrize("period", [2, 4, 5, 7, 12, 24])
def test_all_cycles_of_a_whole_period_span_its_dummies(period: int) -> None:
    n = 5 * period + 1
    columns = np.column_stack([np.ones(n), harmonics(n, period=period, count=period // 2)])
    dummies = (np.arange(n)[:, None] % period == np.arange(period)).astype(float)
    basis = orthonormal_basis(columns)
    assert columns.shape[1] == basis.rank == period
    np.testing.assert_allclose(residualise(dummies, basis), 0.0, atol=1e-10)


def test_a_period_need_not_be_whole() -> None:
    weeks = harmonics(200, period=365.25 / 7, count=2)
    np.testing.assert_allclose(weeks[:, 2], np.cos(4 * np.pi * np.arange(200) * 7 / 365.25), atol=1e-12)
    assert harmonics(10, period=12, count=0).shape == (10, 0)


@pytest.mark.parametrize(("n", "phi"), [(60, 0.0), (120, 0.5), (120, 0.8)])
def test_no_season_is_found_at_the_level_of_the_test(n: int, phi: float) -> None:
    X = momentum(np.random.default_rng(1), n, 1000, phi) + 0.05 * np.arange(n)[:, None]
    rejected = np.mean(season_pvalues(X, [harmonics(n, period=12, count=6)], n_seasons=n / 12) < 0.05)
    assert rejected < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 1000)


def test_a_season_is_found_in_its_own_cycle() -> None:
    n = 120
    X = momentum(np.random.default_rng(2), n, 200, 0.5)
    X[:, :100] += 1.5 * np.sin(2 * np.pi * 2 * np.arange(n) / 12 + 1.0)[:, None]
    X[::17, 3] = np.nan
    cycles = [harmonics(n, period=12, count=cycle)[:, 2 * cycle - 2 :] for cycle in (1, 2, 3)]
    found = season_pvalues(X, cycles, n_seasons=len(X) / 12) < 0.01
    assert found.shape == (200, 3)
    assert found[:100, 1].mean() > 0.9
    assert found[:, [0, 2]].mean() < 0.04
    assert found[100:, 1].mean() < 0.06


def test_units_and_offset_do_not_matter() -> None:
    X = momentum(np.random.default_rng(3), 96, 4, 0.4)
    groups = [harmonics(96, period=12, count=6)]
    np.testing.assert_allclose(
        season_pvalues(X * [1e-9, 1.0, -1e9, 1.0] + [0, 1e6, 0, -3], groups, n_seasons=10.0),
        season_pvalues(X, groups, n_seasons=10.0),
        rtol=1e-6,
    )


def test_too_few_rows_give_no_answer() -> None:
    X = np.random.default_rng(4).normal(size=(14, 2))
    assert np.isnan(season_pvalues(X, [harmonics(14, period=12, count=6)], n_seasons=14 / 12)).all()
