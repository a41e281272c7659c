"""Signs are fair, and a p-value goes on smoothly where the draws end."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from leadlag.core.search.resample import SharedSigns, Tail, fit_tail, rademacher_signs


def tail_of(seed: int, *, df: float, n_columns: int = 20, m: int = 4, n_draws: int = 1999) -> Tail:
    """Tail of the largest of `n_columns` independent |t|."""
    drawn = np.abs(stats.t.rvs(df, size=(m, n_draws, n_columns), random_state=np.random.default_rng(seed)))
    return fit_tail(drawn.max(axis=2), df_most=200.0)


def test_signs_are_plus_or_minus_one_with_equal_chance() -> None:
    drawn = rademacher_signs(np.random.default_rng(0), n=50, n_draws=400)
    assert drawn.shape == (50, 400)
    assert set(np.unique(drawn)) == {-1.0, 1.0}
    assert abs(drawn.mean()) < 4 / np.sqrt(drawn.size)
    assert np.array_equal(drawn, rademacher_signs(np.random.default_rng(0), n=50, n_draws=400))


def test_p_within_the_draws_is_their_count() -> None:
    tail = fit_tail(np.arange(1.0, 100.0)[None, :], df_most=50.0)
    assert np.exp(tail.log_pvalues(np.array([50.0]))) == pytest.approx((1 + 50) / 100)
    assert np.exp(tail.log_pvalues(np.array([0.0]))) == pytest.approx(1.0)


@pytest.mark.parametrize("df", [4.0, 30.0])
def test_p_falls_steadily_and_does_not_jump_where_the_tail_begins(df: float) -> None:
    tail = tail_of(1, df=df)
    grid = np.sort(np.r_[np.linspace(0.0, 40.0, 4001), tail.start[0] * (1 + np.array([-1e-12, 1e-12]))])
    pvalues = np.exp([tail.log_pvalues(np.full(4, value))[0] for value in grid])
    assert (np.diff(pvalues) <= 0).all()
    edge = np.searchsorted(grid, tail.start[0])
    assert pvalues[edge] == pytest.approx(0.05, abs=1e-6)
    assert pvalues[edge - 1] == pytest.approx(0.05, abs=2 / 1999)


def test_log_p_is_finite_and_falls_where_p_is_zero() -> None:
    far = np.array([tail_of(2, df=60.0).log_pvalues(np.full(4, value))[0] for value in (1e2, 1e3, 1e6, 1e9)])
    assert np.isfinite(far).all()
    assert (np.diff(far) < 0).all()
    assert np.exp(far[3]) == 0.0


@pytest.mark.parametrize("df", [6.0, 100.0])
def test_p_beyond_the_draws_is_about_right(df: float) -> None:
    truth = np.array([1e-3, 1e-4, 1e-5])
    found = []
    for seed in range(4):
        tail = tail_of(10 + seed, df=df, m=20)
        each = stats.t.isf((1 - (1 - truth) ** (1 / 20)) / 2, df)
        found.append([np.mean(tail.log_pvalues(np.full(20, value))) for value in each])
    off = np.mean(found, axis=0) - np.log(truth)
    assert (np.abs(off) < np.log([1.25, 1.6, 2.2])).all()


def test_heavier_draws_give_a_heavier_tail() -> None:
    assert tail_of(3, df=4.0).df < tail_of(3, df=100.0).df


def test_what_was_not_tested_has_no_p() -> None:
    assert np.isnan(tail_of(4, df=9.0).log_pvalues(np.array([np.nan, 1.0, 2.0, 3.0]))).tolist() == [True, False, False, False]
    assert fit_tail(np.empty((0, 99)), df_most=20.0).log_pvalues(np.empty(0)).shape == (0,)


def test_the_threshold_of_a_p_is_the_statistic_that_has_it() -> None:
    tail = tail_of(5, df=8.0)
    for pvalue in (1e-12, 1e-5, 0.01, 0.0499):
        np.testing.assert_allclose(tail.log_pvalues(tail.threshold(pvalue)), np.log(pvalue), atol=0.01)
    for pvalue in (0.06, 0.5):
        np.testing.assert_allclose(np.exp(tail.log_pvalues(tail.threshold(pvalue))), pvalue, atol=2 / 1999)


def test_shared_signs_are_drawn_once_and_are_those_of_the_seed() -> None:
    shared = SharedSigns(seed=3, n_draws=40)
    assert shared.of(20) is shared.of(20)
    for n in (20, 21):
        np.testing.assert_array_equal(shared.of(n), rademacher_signs(np.random.default_rng(3), n=n, n_draws=40))
