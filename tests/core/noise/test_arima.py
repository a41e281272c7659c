"""R's and statsmodels' fits are found again; the likelihood is that of the dense covariance; units do not matter."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from scipy import linalg, signal, stats

from leadlag.core.linear.leastsquares import fit
from leadlag.core.noise.arima import NoiseFit, fit_with_noise
from leadlag.core.noise.arma import NoiseOrder, autocovariances
from leadlag.errors import UsageError
from tests.reference import columns, lag_matrix, needs_reference, numbers, table

#: R searches by its own route; its optimum is as flat as ours.
PARITY = {"rtol": 1e-3, "atol": 1e-4}


def decayed(lags: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Intercept and lags under a decay from a zero start, as R's ``tfun`` has them."""
    return lambda hidden: np.column_stack([np.ones(len(lags)), signal.lfilter([1.0], [1.0, -hidden[0]], lags, axis=0)])


def simulated(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), signal.lfilter([1.0], [1.0, -0.7], rng.normal(size=(n, 2)), axis=0)])
    return X @ [1.0, 0.5, -0.3] + signal.lfilter([1.0, 0.4], [1.0, -0.6], rng.normal(size=n)), X


def dense_gls(found: NoiseFit, y: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, float, float, float]:
    """Coefficients, sum of squares, log|Omega| and log|X'Omega^-1 X|, without a filter."""
    omega = linalg.toeplitz(autocovariances(found.noise.ar, found.noise.ma, count=len(y)))
    inverse = np.linalg.inv(omega)
    products = X.T @ inverse @ X
    params = np.linalg.solve(products, X.T @ inverse @ y)
    resid = y - X @ params
    return params, resid @ inverse @ resid, np.linalg.slogdet(omega)[1], np.linalg.slogdet(products)[1]


@needs_reference
@pytest.mark.parametrize(
    ("case", "names", "lags", "order"),
    [
        ("bjsales", ("sales", "lead_indicator"), [3], NoiseOrder(ma=1)),
        ("gas_furnace", ("co2", "gas_rate"), [3, 4, 5], NoiseOrder(ar=2)),
        ("diet_advertising", ("sales", "advertising"), [0], NoiseOrder(ar=1)),
    ],
)
def test_a_transfer_function_is_that_of_r(case: str, names: tuple[str, str], lags: list[int], order: NoiseOrder) -> None:
    y, x = columns(table(case), *names)
    if case == "bjsales":
        y, x = np.diff(y), np.diff(x)
    found = fit_with_noise(y[max(lags) :], decayed(lag_matrix(x, lags)[max(lags) :]), order=order, bounds=[(-0.95, 0.95)])
    r = numbers(f"{case}/transfer_function")
    np.testing.assert_allclose(np.r_[found.ar, found.ma, found.params], list(r["coef"].values()), **PARITY)
    np.testing.assert_allclose([found.hidden[0], found.noise.variance], [r["delta"], r["sigma2"]], **PARITY)
    assert (len(found.rows), found.converged) == (r["n"], True)
    assert found.llf == pytest.approx(r["loglik"], abs=1e-4)


@needs_reference
def test_a_differenced_regression_is_that_of_r() -> None:
    y, x = columns(table("bjsales"), "sales", "lead_indicator")
    found = fit_with_noise(y[4:], lag_matrix(x, [3, 4])[4:], order=NoiseOrder(ar=1, differences=1, ma=1))
    r = numbers("bjsales/arima_xreg_lag3")
    np.testing.assert_allclose(np.r_[found.ar, found.ma, found.params], list(r["coef"].values()), **PARITY)
    # forecast's Arima divides by the rows less the coefficients
    assert found.regression.ssr / (r["n"] - 1 - 4) == pytest.approx(r["sigma2"], rel=1e-3)
    assert found.llf == pytest.approx(r["loglik"], abs=1e-3)


@needs_reference
def test_a_seasonal_intervention_is_that_of_r_with_its_standard_errors() -> None:
    d = table("uk_seatbelts")
    X = np.column_stack([np.ones(len(d)), np.log(d.petrol_price), np.log(d.kms), d.law])
    order = NoiseOrder(ar=1, seasonal_ar=1, period=12)
    found = fit_with_noise(np.log(d.drivers.to_numpy(dtype=float)), X, order=order)
    r = numbers("uk_seatbelts/intervention")
    np.testing.assert_allclose(np.r_[found.ar, found.seasonal_ar, found.params], list(r["coef"].values()), **PARITY)
    bse = np.sqrt(np.diag(found.cov))
    np.testing.assert_allclose(np.r_[bse[4:], bse[:4]], list(r["se"].values()), rtol=1e-3)
    assert found.llf == pytest.approx(r["loglik"], abs=1e-4)


@pytest.mark.parametrize(
    "order",
    [
        NoiseOrder(ar=2, ma=1),
        NoiseOrder(ar=1, differences=1, ma=1),
        NoiseOrder(ma=2, seasonal_ar=1, seasonal_differences=1, seasonal_ma=1, period=4),
    ],
)
def test_statsmodels_has_the_same_likelihood_and_no_higher_one(order: NoiseOrder) -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    y, X = simulated()
    found = fit_with_noise(y, X[:, 1:], order=order)
    model = SARIMAX(
        y,
        exog=X[:, 1:],
        order=(order.ar, order.differences, order.ma),
        seasonal_order=(
            order.seasonal_ar,
            order.seasonal_differences,
            order.seasonal_ma,
            order.period if order.period > 1 else 0,
        ),
        simple_differencing=True,
    )
    at = np.r_[found.params, found.ar, found.ma, found.seasonal_ar, found.seasonal_ma, found.noise.variance]
    assert model.loglike(at) == pytest.approx(found.llf, abs=1e-5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own search may stop early
        assert model.fit(start_params=at, disp=False).llf < found.llf + 1e-4


def test_without_noise_orders_it_is_least_squares() -> None:
    y, X = simulated()
    found, plain = fit_with_noise(y, X, order=NoiseOrder()), fit(y, X)
    np.testing.assert_allclose(found.params, plain.params)
    assert found.llf == pytest.approx(stats.norm.logpdf(plain.resid, scale=np.sqrt(plain.ssr / len(y))).sum())
    restricted = fit_with_noise(y, X, order=NoiseOrder(), criterion="reml")
    np.testing.assert_allclose(restricted.cov_params, plain.xtx_inv() * plain.ssr / plain.df_resid)


def test_the_likelihoods_are_those_of_the_dense_covariance() -> None:
    y, X = simulated(n=60)
    full = fit_with_noise(y, X, order=NoiseOrder(ar=1, ma=1))
    params, ssr, log_omega, _ = dense_gls(full, y, X)
    np.testing.assert_allclose(full.params, params)
    assert full.llf == pytest.approx(-0.5 * (60 * (np.log(2 * np.pi * ssr / 60) + 1) + log_omega))
    restricted = fit_with_noise(y, X, order=NoiseOrder(ar=1, ma=1), criterion="reml")
    _, ssr, log_omega, log_products = dense_gls(restricted, y, X)
    volume = log_products - np.linalg.slogdet(X.T @ X)[1]
    assert restricted.llf == pytest.approx(-0.5 * (57 * (np.log(2 * np.pi * ssr / 57) + 1) + log_omega + volume))
    assert restricted.noise.variance == pytest.approx(ssr / 57)


@pytest.mark.parametrize("criterion", ["ml", "reml"])
def test_units_do_not_matter(criterion: str) -> None:
    y, X = simulated()
    order, bounds = NoiseOrder(ar=1, ma=1), [(-0.9, 0.9)]
    one = fit_with_noise(y, decayed(X[:, 1:]), order=order, bounds=bounds, criterion=criterion)
    other = fit_with_noise(1e6 * y, decayed(1e-3 * X[:, 1:]), order=order, bounds=bounds, criterion=criterion)
    at = np.r_[one.hidden, one.ar, one.ma]
    np.testing.assert_allclose(np.r_[other.hidden, other.ar, other.ma], at, atol=1e-4)
    np.testing.assert_allclose(other.params / np.array([1e6, 1e9, 1e9]), one.params, atol=1e-4)
    lost = (len(y) - (4 if criterion == "reml" else 0)) * np.log(1e6)
    assert other.llf + lost == pytest.approx(one.llf, abs=1e-5)


def test_a_restricted_fit_with_a_hidden_parameter_stands_on_the_slopes_of_its_mean() -> None:
    y, X = simulated()
    columns_of = decayed(X[:, 1:2])
    found = fit_with_noise(y, columns_of, order=NoiseOrder(ar=1), bounds=[(-0.95, 0.95)], criterion="reml")
    slope = (columns_of(found.hidden + 1e-6) - columns_of(found.hidden - 1e-6)) @ found.params / 2e-6
    linear = fit_with_noise(y, np.column_stack([columns_of(found.hidden), slope]), order=NoiseOrder(ar=1), criterion="reml")
    np.testing.assert_allclose(linear.params, np.r_[found.params, 0.0], atol=2e-4)
    np.testing.assert_allclose(linear.ar, found.ar, atol=1e-4)
    np.testing.assert_allclose(linear.cov, found.cov, rtol=1e-2, atol=1e-4)


def test_missing_rows_are_masked_and_the_noise_goes_on() -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    y, X = simulated()
    y[40], X[70:75, 2] = np.nan, np.nan
    found = fit_with_noise(y, X, order=NoiseOrder(ar=1, ma=1))
    assert found.rows.tolist() == [*range(40), *range(41, 70), *range(75, 120)]
    seen = np.where(np.isfinite(X[:, 2]), y, np.nan)
    theirs = SARIMAX(seen, exog=np.nan_to_num(X), order=(1, 0, 1))
    assert theirs.loglike(np.r_[found.params, found.ar, found.ma, found.noise.variance]) == pytest.approx(found.llf, rel=1e-8)


def test_a_column_that_others_span_is_set_aside() -> None:
    y, X = simulated()
    found = fit_with_noise(y, np.column_stack([X, X[:, 1]]), order=NoiseOrder(ar=1))
    np.testing.assert_allclose(found.params[:3], fit_with_noise(y, X, order=NoiseOrder(ar=1)).params, atol=1e-4)
    assert np.isnan(found.params[3])
    assert np.isnan(found.cov[3]).all()
    assert np.isfinite(found.cov[0, [0, 1, 2, 4]]).all()


@pytest.mark.parametrize("criterion", ["ml", "reml"])
def test_a_decay_at_its_bound_has_no_standard_error_but_the_others_have(criterion: str) -> None:
    y, X = simulated()
    found = fit_with_noise(y, decayed(X[:, 1:2]), order=NoiseOrder(ar=1), bounds=[(0.8, 0.95)], criterion=criterion)
    assert found.hidden[0] == pytest.approx(0.8)
    assert np.isnan(found.cov[2, 2])
    assert (np.diag(found.cov)[[0, 1, 3]] > 0).all()


def test_what_cannot_be_fitted_is_refused() -> None:
    y, X = simulated(n=8)
    with pytest.raises(UsageError, match="8 complete rows for 7 parameters"):
        fit_with_noise(y, X, order=NoiseOrder(ar=4))
    with pytest.raises(UsageError, match="columns as a function"):
        fit_with_noise(y, X, order=NoiseOrder(), bounds=[(0, 1)])
    with pytest.raises(UsageError, match="low below high"):
        fit_with_noise(y, lambda _: X, order=NoiseOrder(), bounds=[(1, 1)])
