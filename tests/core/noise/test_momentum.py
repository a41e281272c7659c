"""The filter is the inverse Cholesky factor of the noise, on every stretch; its coefficients are found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, signal

from leadlag.core.noise.momentum import Momentum, autoregressions, filtered_fit, fit_momentum, largest_root, prewhitened, whitener
from leadlag.core.series.season import harmonics
from leadlag.core.time.lags import lag_matrix


def momentum(*phi: float, unit_root: bool = False) -> Momentum:
    return Momentum(phi=np.array(phi), unit_root=unit_root, variance=1.0)


def autoregression(rng: np.random.Generator, n: int, *phi: float) -> np.ndarray:
    return signal.lfilter([1.0], np.r_[1.0, -np.array(phi)], rng.normal(size=n + 300))[300:]


def stationary(partials: list[float]) -> np.ndarray:
    """AR coefficients from partial autocorrelations (any within -1 and 1 are stationary)."""
    phi = np.zeros(0)
    for partial in partials:
        phi = np.r_[phi - partial * phi[::-1], partial]
    return phi


def covariance(phi: np.ndarray, n: int) -> np.ndarray:
    """Covariance of n values of an AR with unit innovations, from its moving average."""
    weights = signal.lfilter([1.0], np.r_[1.0, -phi], np.r_[1.0, np.zeros(3000)])
    return linalg.toeplitz([weights[lag:] @ weights[: len(weights) - lag] for lag in range(n)])


@settings(max_examples=40)
@given(st.lists(st.floats(-0.8, 0.8), max_size=4))
def test_the_filter_is_the_inverse_cholesky_factor_first_rows_included(partials: list[float]) -> None:
    phi = stationary(partials)
    filter_ = whitener(momentum(*phi), np.ones(14, dtype=bool))
    expected = np.linalg.inv(np.linalg.cholesky(covariance(phi, 14)))
    np.testing.assert_allclose(filter_.apply(np.eye(14)), expected, atol=1e-6)


def test_a_gap_begins_a_new_stretch() -> None:
    observed = np.ones(20, dtype=bool)
    observed[8:10] = False
    rows = np.flatnonzero(observed)
    filtered = whitener(momentum(0.5, 0.2, -0.3), observed).apply(np.eye(20))[:, rows]
    parts = [whitener(momentum(0.5, 0.2, -0.3), np.ones(n, dtype=bool)).apply(np.eye(n)) for n in (8, 10)]
    np.testing.assert_allclose(filtered, linalg.block_diag(*parts), atol=1e-12)


@pytest.mark.parametrize("phi", [(), (0.6,), (0.4, -0.2)])
def test_under_a_unit_root_the_changes_are_filtered(phi: tuple[float, ...]) -> None:
    x = np.cumsum(np.random.default_rng(0).normal(size=(30, 2)), axis=0)
    integrated = whitener(momentum(*phi, unit_root=True), np.ones(30, dtype=bool))
    changes = whitener(momentum(*phi), np.ones(29, dtype=bool))
    assert integrated.rows.tolist() == list(range(1, 30))
    np.testing.assert_allclose(integrated.apply(x), changes.apply(np.diff(x, axis=0)), atol=1e-12)


def test_a_missing_value_spoils_only_the_rows_that_need_it() -> None:
    x = np.ones(12)
    x[5] = np.nan
    filtered = whitener(momentum(0.5, 0.2), np.ones(12, dtype=bool)).apply(x)
    assert np.flatnonzero(np.isnan(filtered)).tolist() == [5, 6, 7]


def test_the_polynomial_is_the_filter_of_a_row_with_enough_past() -> None:
    noise = momentum(0.5, 0.2, unit_root=True)
    np.testing.assert_allclose(noise.polynomial, [1.0, -1.5, 0.3, 0.2])
    np.testing.assert_allclose(whitener(noise, np.ones(9, dtype=bool)).apply(np.eye(9))[-1, :-5:-1], noise.polynomial)


def test_the_coefficients_of_long_noise_are_found_with_the_mean_taken_out() -> None:
    rng = np.random.default_rng(1)
    n = 4000
    base = np.column_stack([np.ones(n), np.arange(n) / n])
    found = fit_momentum(base @ [5.0, -3.0] + autoregression(rng, n, 0.5, 0.3), base, max_order=4)
    phi = np.r_[found.phi, np.zeros(4 - len(found.phi))]
    np.testing.assert_allclose(phi, [0.5, 0.3, 0.0, 0.0], atol=4 / np.sqrt(n))
    assert found.variance == pytest.approx(1.0, abs=4 * np.sqrt(2 / n))


def test_the_changes_of_an_integrated_series_are_found_too() -> None:
    walk = np.cumsum(autoregression(np.random.default_rng(2), 4000, 0.6))
    found = fit_momentum(walk, np.ones((4000, 1)), max_order=4, unit_root=True)
    assert found.phi[0] == pytest.approx(0.6, abs=0.1)
    assert found.phi.sum() == pytest.approx(0.6, abs=0.1)


def by_aicc(residual: np.ndarray, most: int) -> int:
    """Order with the smallest AICc, every order on the rows that the longest one allows."""
    target = residual[most:]
    n, scores = len(target), []
    for order in range(most + 1):
        lags = np.column_stack([residual[most - lag : len(residual) - lag] for lag in range(1, order + 1)] or [np.zeros(n)])
        ssr = np.sum((target - lags @ np.linalg.pinv(lags) @ target) ** 2)
        scores.append(n * np.log(ssr / n) + 2 * (order + 1) + 2 * (order + 1) * (order + 2) / (n - order - 2))
    return int(np.argmin(scores))


def test_the_order_has_the_smallest_aicc_on_one_sample() -> None:
    rng = np.random.default_rng(3)
    orders = []
    for _ in range(30):
        y = autoregression(rng, 70, 0.4, 0.0, 0.3)
        orders.append(len(fit_momentum(y, np.ones((70, 1)), max_order=4, rounds=1).phi))
        assert orders[-1] == by_aicc(y - y.mean(), 4)
    assert len(set(orders)) > 1


def test_short_noise_is_not_thought_shorter_than_it_is() -> None:
    rng = np.random.default_rng(4)
    base = np.column_stack([np.ones(60), np.arange(60) / 60])
    ours, plain = [], []
    for _ in range(200):
        y = autoregression(rng, 60, 0.7)
        ours.append(fit_momentum(y, base, max_order=1).phi.sum())
        rest = y - base @ np.linalg.lstsq(base, y, rcond=None)[0]
        plain.append(rest[1:] @ rest[:-1] / (rest[:-1] @ rest[:-1]))
    assert abs(np.mean(ours) - 0.7) < 0.7 * abs(np.mean(plain) - 0.7)


@pytest.mark.parametrize(("phi", "kept_within"), [(0.5, 0.04), (0.8, 0.04)])
def test_slow_columns_beside_it_do_not_make_the_noise_look_faster(phi: float, kept_within: float) -> None:
    """Sixteen waves of a year over three years of weeks: least squares of what they leave is .12 too low."""
    rng = np.random.default_rng(11)
    base = np.column_stack([np.ones(156), np.arange(156) / 156, harmonics(156, period=365.25 / 7, count=8)])
    found = [fit_momentum(autoregression(rng, 156, phi), base, max_order=1).phi.sum() for _ in range(150)]
    assert np.mean(found) == pytest.approx(phi, abs=kept_within)


def test_what_an_estimated_mean_takes_from_the_noise_is_known() -> None:
    phi = np.array([0.6, -0.2])
    rng = np.random.default_rng(12)
    mean = np.column_stack([np.ones(40), np.arange(40) / 40, rng.normal(size=40)])
    fitted = filtered_fit(rng.normal(size=40), mean, momentum(*phi))
    filter_ = fitted.filter_.apply(np.eye(40))
    leaves = np.eye(40) - mean @ np.linalg.pinv(filter_ @ mean) @ filter_
    noise = covariance(phi, 40)
    unit = fitted.taken(mean) / np.sqrt(fitted.regression.ssr / fitted.regression.df_resid)
    np.testing.assert_allclose(leaves @ noise @ leaves.T, noise - unit @ unit.T, atol=1e-9)


def test_leads_already_found_are_not_taken_for_momentum() -> None:
    rng = np.random.default_rng(5)
    lead = autoregression(rng, 500, 0.9)
    y = 3.0 * lead + rng.normal(size=500)
    base = np.ones((500, 1))
    assert fit_momentum(y, base, max_order=4).phi.sum() > 0.5
    assert abs(fit_momentum(y, np.column_stack([base, lead]), max_order=4).phi.sum()) < 0.25


def test_noise_on_the_edge_is_kept_inside() -> None:
    walk = np.cumsum(np.random.default_rng(6).normal(size=80))
    found = fit_momentum(walk, np.ones((80, 1)), max_order=4)
    assert np.abs(np.roots(np.r_[1.0, -found.phi])).max() < 1.0
    assert np.isfinite(whitener(found, np.ones(80, dtype=bool)).weights).all()


def test_missing_values_do_not_move_the_coefficients_much() -> None:
    y = autoregression(np.random.default_rng(7), 3000, 0.6)
    y[::25] = np.nan
    assert fit_momentum(y, np.ones((3000, 1)), max_order=4).phi[0] == pytest.approx(0.6, abs=0.08)


def test_innovations_are_what_least_squares_leaves() -> None:
    rng = np.random.default_rng(8)
    X = np.column_stack([autoregression(rng, 400, 0.8), rng.normal(size=400), np.full(400, np.nan), np.zeros(400)])
    X[100, 0] = np.nan
    residual, phi = prewhitened(X, order=2), autoregressions(X, order=2)
    assert np.flatnonzero(np.isnan(residual[:, 0])).tolist() == [0, 1, 100, 101, 102]
    for column in (0, 1):
        lags = lag_matrix(X[:, column], [1, 2])
        rows = np.isfinite(residual[:, column])
        expected = np.linalg.lstsq(lags[rows], X[rows, column], rcond=None)[0]
        np.testing.assert_allclose(phi[:, column], expected, rtol=1e-9)
        np.testing.assert_allclose(residual[rows, column], X[rows, column] - lags[rows] @ expected, atol=1e-9)
    assert [largest_root(own) for own in phi.T] == pytest.approx([0.8, 0.0, 0.0, 0.0], abs=0.2)
    assert np.isnan(residual[:, 2]).all()
    assert not residual[2:, 3].any()


@pytest.mark.parametrize("unit_root", [False, True])
def test_the_filtered_fit_is_generalised_least_squares(unit_root: bool) -> None:
    rng = np.random.default_rng(9)
    mean = np.column_stack([np.ones(60), np.arange(60) / 60, np.sin(np.arange(60)), rng.normal(size=60)])
    y = mean @ [5.0, 2.0, -1.0, 0.5] + autoregression(rng, 60, 0.6)
    y[20], mean[40, 3] = np.nan, np.nan
    found = filtered_fit(y, mean, momentum(0.6, -0.2, unit_root=unit_root))
    rows = np.flatnonzero(np.isfinite(y) & np.isfinite(mean).all(axis=1))
    filter_ = found.filter_.apply(np.eye(60))[:, rows]
    expected = np.linalg.lstsq(filter_ @ mean[rows], filter_ @ y[rows], rcond=1e-10)[0]
    np.testing.assert_allclose(found.params, expected, atol=1e-9)
    np.testing.assert_allclose(found.regression.resid, filter_ @ (y[rows] - mean[rows] @ expected), atol=1e-9)


def test_under_a_unit_root_the_intercept_takes_no_degree_of_freedom() -> None:
    rng = np.random.default_rng(10)
    mean, walk = np.column_stack([np.ones(80), np.arange(80) / 80]), np.cumsum(rng.normal(size=80))
    for phi in rng.uniform(-0.3, 0.3, size=(20, 3)):  # for most of these the filter leaves rounding of the intercept, not zero
        found = filtered_fit(walk, mean, momentum(*phi, unit_root=True))
        assert found.regression.rank == 1
        assert found.params[0] == 0.0
