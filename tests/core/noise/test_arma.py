"""The filter is the inverse Cholesky factor of the noise's covariance, whatever its orders, on every stretch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, signal

from leadlag.core.noise.arma import ArmaNoise, NoiseOrder, autocovariances, from_partials, to_partials
from leadlag.errors import UsageError

partials = st.lists(st.floats(-0.8, 0.8), max_size=3)


def noise(ar: list[float], ma: list[float], *, differences: tuple[float, ...] = (1.0,)) -> ArmaNoise:
    return ArmaNoise(ar=np.array(ar), ma=np.array(ma), differences=np.array(differences), variance=1.0)


def covariance(ar: np.ndarray, ma: np.ndarray, n: int) -> np.ndarray:
    """From the moving average that the noise is, far enough out."""
    weights = signal.lfilter(np.r_[1.0, ma], np.r_[1.0, -ar], np.r_[1.0, np.zeros(3000)])
    return linalg.toeplitz([weights[lag:] @ weights[: len(weights) - lag] for lag in range(n)])


@settings(max_examples=40, deadline=None)
@given(partials, partials)
def test_whitened_rows_are_white_and_the_determinant_is_that_of_the_covariance(first: list[float], second: list[float]) -> None:
    ar, ma = from_partials(np.array(first))[-1], -from_partials(np.array(second))[-1]
    omega = covariance(ar, ma, 12)
    white = noise(ar, ma).whiten(np.eye(12), np.ones(12, dtype=bool))
    np.testing.assert_allclose(white.values @ omega @ white.values.T, np.eye(12), atol=1e-7)
    np.testing.assert_allclose(white.log_det, np.linalg.slogdet(omega)[1], atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(partials, partials)
def test_autocovariances_are_those_of_the_moving_average(first: list[float], second: list[float]) -> None:
    ar, ma = from_partials(np.array(first))[-1], -from_partials(np.array(second))[-1]
    np.testing.assert_allclose(autocovariances(ar, ma, count=9), covariance(ar, ma, 9)[0], rtol=1e-7, atol=1e-7)


@given(partials)
def test_partial_autocorrelations_and_coefficients_are_each_others_inverse(values: list[float]) -> None:
    np.testing.assert_allclose(to_partials(from_partials(np.array(values))[-1]), values, atol=1e-9)


def test_the_filters_with_and_without_moving_average_meet() -> None:
    observed = np.r_[np.ones(9, dtype=bool), False, np.ones(2, dtype=bool), False, np.ones(7, dtype=bool)]
    one, other = (noise([0.5, 0.2, -0.3], ma).whiten(np.eye(20), observed) for ma in ([], [1e-13]))
    np.testing.assert_allclose(one.values, other.values, atol=1e-11)
    assert one.log_det == pytest.approx(other.log_det, abs=1e-11)


@pytest.mark.parametrize("ma", [[], [0.4, 0.3, -0.2]])
def test_noise_goes_on_over_a_gap(ma: list[float]) -> None:
    observed = np.ones(20, dtype=bool)
    observed[[8, 9, 12]] = False
    model = noise([0.5, -0.2], ma)
    omega = covariance(model.ar, model.ma, 20)[np.ix_(observed, observed)]
    white = model.whiten(np.eye(20), observed)
    inverse = np.linalg.inv(np.linalg.cholesky(omega))
    np.testing.assert_allclose(white.values[:, observed], inverse, atol=1e-10)
    np.testing.assert_allclose(white.weights, np.diag(inverse), atol=1e-10)
    assert white.log_det == pytest.approx(np.linalg.slogdet(omega)[1])


def test_over_a_gap_in_many_rows_and_under_differences_a_new_stretch_begins() -> None:
    observed = np.ones(520, dtype=bool)
    observed[20:510] = False
    for differences in ((1.0,), (1.0, -1.0)):
        n = 520 if len(differences) == 1 else 40
        rows = observed.copy() if n == 520 else np.arange(40) != 20
        model = noise([0.5, -0.2], [0.4, 0.3, -0.2], differences=differences)
        x = np.random.default_rng(0).normal(size=n)
        stretches = np.split(x, [20, 510]) if n == 520 else np.split(x, [20, 21])
        parts = [model.whiten(part, np.ones(len(part), dtype=bool)) for part in (stretches[0], stretches[2])]
        whole = model.whiten(x, rows)
        np.testing.assert_allclose(whole.values, np.concatenate([part.values for part in parts]), atol=1e-12)
        np.testing.assert_allclose(whole.weights, np.concatenate([part.weights for part in parts]), atol=1e-12)


def test_differences_lose_the_first_rows_of_each_stretch() -> None:
    x = np.cumsum(np.random.default_rng(0).normal(size=(30, 2)), axis=0)
    observed = np.ones(30, dtype=bool)
    observed[[11, 14]] = False  # 11 rows, then 2, then 15
    white = noise([0.3], [0.5], differences=(1.0, -2.0, 1.0)).whiten(x, observed)
    assert white.rows.tolist() == [*range(2, 11), *range(17, 30)]
    changes = [
        noise([0.3], [0.5]).whiten(np.diff(part, 2, axis=0), np.ones(len(part) - 2, dtype=bool)) for part in (x[:11], x[15:])
    ]
    np.testing.assert_allclose(white.values, np.vstack([part.values for part in changes]), atol=1e-10)


def test_an_intercept_is_gone_after_a_difference() -> None:
    white = noise([0.3], [0.5], differences=(1.0, -1.0)).whiten(np.full((20, 1), 1e8 / 3), np.ones(20, dtype=bool))
    assert not white.values.any()


def test_a_seasonal_order_is_multiplied_out() -> None:
    order = NoiseOrder(ar=1, differences=1, ma=1, seasonal_ar=1, seasonal_differences=1, seasonal_ma=1, period=4)
    model = order.noise([np.array([0.5]), np.array([0.4]), np.array([0.3]), np.array([-0.6])])
    np.testing.assert_allclose(model.ar, [0.5, 0, 0, 0.3, -0.15])
    np.testing.assert_allclose(model.ma, [0.4, 0, 0, -0.6, -0.24])
    np.testing.assert_allclose(model.differences, [1, -1, 0, 0, -1, 1])


def test_orders_that_are_none_are_refused() -> None:
    with pytest.raises(UsageError, match="negative order"):
        NoiseOrder(ar=-1)
    with pytest.raises(UsageError, match="period=1"):
        NoiseOrder(seasonal_ar=1)
