"""Several lags of a lead at once: the F test of a regression with p-values from draws, for the leads that can be asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from leadlag.core.noise.momentum import Momentum
from leadlag.core.search.asked import Asked
from leadlag.core.search.joint import joint_test, lag_columns
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import scan
from leadlag.core.time.lags import lag_matrix

N, LAGS, TOGETHER = 120, 8, 6


def problem(weights: dict[int, float], *, seed: int = 0, m: int = 3) -> Problem:
    """White leads, of which the first acts by these weights of its lags on a KPI of white noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, m))
    y = rng.normal(size=N) + sum(weight * lag_matrix(X[:, 0], [lag], fill=0.0)[:, 0] for lag, weight in weights.items())
    return Problem(
        y=y, X=X - X.mean(axis=0), base=np.column_stack([np.ones(N), np.arange(N) / N]), lags=tuple(range(1, LAGS + 1)),
        momentum=Momentum(phi=np.zeros(0), unit_root=False, variance=1.0), y_scale=1.0, x_scale=np.ones(m),
    )  # fmt: skip


def log_pvalues(given: Problem, *, n_draws: int = 1999) -> np.ndarray:
    return joint_test(given, n_lags=TOGETHER, signs=SharedSigns(seed=1, n_draws=n_draws)).log_pvalue


def test_p_is_near_that_of_the_f_test_of_a_regression_on_all_lags() -> None:
    given = problem({1: 0.2, 4: -0.15}, seed=3)
    for lead, log_p in enumerate(log_pvalues(given)):
        fit = sm.OLS(given.y, np.column_stack([given.base, lag_columns(given, lead, n_lags=TOGETHER)])).fit()
        wanted = float(fit.f_test(np.eye(TOGETHER + 2)[2:]).pvalue)
        assert log_p == pytest.approx(np.log(wanted), abs=0.3)


def test_weights_that_turn_their_sign_are_found_together_where_no_shape_finds_them() -> None:
    alone, together = [], []
    for seed in range(20):
        given = problem({1: 0.33, 2: -0.33, 4: 0.33}, seed=seed)
        alone.append(scan(given, rng=np.random.default_rng(1), n_draws=299).pvalue[0] <= 0.005)
        together.append(log_pvalues(given, n_draws=299)[0] <= np.log(0.005))
    assert np.mean(together) >= np.mean(alone) + 0.3


def test_without_an_effect_p_is_uniform() -> None:
    pvalue = np.exp(np.concatenate([log_pvalues(problem({}, seed=seed, m=10), n_draws=299) for seed in range(40)]))
    assert abs(np.mean(pvalue <= 0.1) - 0.1) < 0.04
    assert abs(np.mean(pvalue <= 0.5) - 0.5) < 0.08


def test_order_units_and_signs_change_nothing() -> None:
    given = problem({1: 0.4, 3: -0.4}, m=4)
    found, order = log_pvalues(given), np.array([2, 0, 3, 1])
    moved = log_pvalues(replace(given, X=given.X[:, order] * np.array([1e6, -1.0, 1e-5, -37.0])))
    np.testing.assert_allclose(moved, found[order], rtol=1e-8)
    np.testing.assert_allclose(log_pvalues(replace(given, y=-1e4 * given.y)), found, rtol=1e-8)


def test_a_lead_with_gaps_and_one_that_repeats_itself_are_asked_by_what_is_left_of_them() -> None:
    given = problem({1: 0.5, 3: -0.5}, m=3)
    X = given.X.copy()
    X[30:34, 0] = np.nan
    X[:, 1] = np.tile([1.0, -1.0], N // 2)  # every second lag is the same
    X[:, 2] = np.nan
    found = log_pvalues(replace(given, X=X))
    assert found[0] < np.log(0.01)
    assert np.isnan(found[2])


def test_a_lead_of_which_more_is_known_and_a_single_lag_are_not_asked() -> None:
    given = problem({1: 0.5, 3: -0.5}, m=2)
    found = log_pvalues(replace(given, asked=(Asked(sign=1), None)))
    assert np.isnan(found[0])
    assert np.isfinite(found[1])
    assert np.isnan(log_pvalues(replace(given, lags=(1,)))).all()


def test_with_a_level_shift_p_is_the_larger_of_the_two_models() -> None:
    given, step = problem({}, m=4), (np.arange(N) >= 60).astype(float)
    given = replace(given, y=given.y + step, X=given.X + step[:, None], shift=step)
    signs = SharedSigns(seed=1, n_draws=299)
    found = joint_test(given, n_lags=TOGETHER, signs=signs)
    without = joint_test(refitted(given, shift=None), n_lags=TOGETHER, signs=signs).log_pvalue
    with_it = joint_test(replace(given, base=given.mean, shift=None), n_lags=TOGETHER, signs=signs).log_pvalue
    assert (without < with_it).any()
    assert (with_it < without).any()
    np.testing.assert_array_equal(found.unshifted, without)
    np.testing.assert_allclose(found.log_pvalue, np.maximum(with_it, without))
