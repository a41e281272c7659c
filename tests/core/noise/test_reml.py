"""The fast route by lag products has the optimum of the general one, gaps included, and finds the order."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal
from scipy.interpolate import CubicSpline

from leadlag.core.linear.leastsquares import fit
from leadlag.core.noise.arima import fit_with_noise
from leadlag.core.noise.arma import NoiseOrder
from leadlag.core.noise.reml import reml_autoregression


def simulated(*phi: float, n: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), signal.lfilter([1.0], [1.0, -0.7], rng.normal(size=(n, 5)), axis=0)])
    return X.sum(axis=1) + signal.lfilter([1.0], np.r_[1.0, -np.array(phi)], rng.normal(size=n)), X


@pytest.mark.parametrize("phi", [(0.6,), (1.2, -0.5), (0.3, 0.0, 0.5)])
def test_the_estimate_is_that_of_the_general_route(phi: tuple[float, ...]) -> None:
    y, X = simulated(*phi)
    y[[30, 32]], X[100:110, 2] = np.nan, np.nan
    fast = reml_autoregression(1e5 * y, X)
    assert len(fast.phi) >= len(phi)
    # the general route starts afresh only where the rows are too far apart for one factor of all
    far = np.full((250, 6), np.nan)
    apart = np.vstack([np.vstack([part, far]) for part in np.split(np.column_stack([y, X[:, 1:]]), [31, 105])])
    y, X = apart[:, 0], np.column_stack([np.ones(len(apart)), apart[:, 1:]])
    general = fit_with_noise(y, X, order=NoiseOrder(ar=len(fast.phi)), criterion="reml")
    np.testing.assert_allclose(fast.phi, general.ar, atol=1e-4)
    assert fast.variance == pytest.approx(1e10 * general.noise.variance, rel=1e-4)


def test_the_order_is_the_one_with_the_lowest_criterion() -> None:
    y, X = simulated(0.9, -0.4, seed=3)
    df = len(y) - X.shape[1]
    score = [
        -2 * fit_with_noise(y, X, order=NoiseOrder(ar=p), criterion="reml").llf + 2 * (p + 1) * df / (df - p - 2)
        for p in range(5)
    ]
    assert len(reml_autoregression(y, X).phi) == np.argmin(score)


def test_white_noise_keeps_order_zero_and_the_variance_of_least_squares() -> None:
    y, X = simulated(seed=1)
    found, plain = reml_autoregression(y, X), fit(y, X)
    assert len(found.phi) == 0
    assert found.variance == pytest.approx(plain.ssr / plain.df_resid)


def test_a_column_that_others_span_changes_nothing() -> None:
    y, X = simulated(0.6)
    one, other = reml_autoregression(y, X), reml_autoregression(y, np.column_stack([X, X[:, 1:3].sum(axis=1)]))
    np.testing.assert_allclose(one.phi, other.phi, atol=1e-6)


def test_few_rows_or_a_perfect_fit_have_no_momentum() -> None:
    y, X = simulated(0.9, n=14)
    assert len(reml_autoregression(y, X).phi) == 0
    y, X = simulated(0.9)
    assert len(reml_autoregression(X[:, 1] + 2.0, X).phi) == 0


@pytest.mark.parametrize("seed", [1, 2, 7, 10])
def test_noise_of_which_its_past_leaves_rounding_has_a_momentum_too(seed: int) -> None:
    rows = np.arange(48)
    walks = np.random.default_rng(seed).normal(size=(3, 7)).cumsum(axis=1)
    y, *X = (CubicSpline(rows[::7], walk)(rows) for walk in walks)
    found = reml_autoregression(y, np.column_stack([np.ones(48), rows / 48, *X]))
    assert 0 < found.variance < 1e-5
    assert np.isfinite(found.phi).all()
