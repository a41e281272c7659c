"""Families of lag profiles: their weights, sums and columns are those of long brute-force sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from leadlag.core.search.shapes import first_autocorrelation
from leadlag.core.time.lags import lag_matrix
from leadlag.methods.regression.numbers.profiles import ProfileFamily, moved_by_one

FAR = range(3_000)


def series(n: int = 60, seed: int = 0) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -0.6], np.random.default_rng(seed).standard_normal(n))


@pytest.mark.parametrize("endpoints", ["near", "far", "both"])
def test_an_almon_polynomial_is_zero_one_period_outside_where_it_is_told_to(endpoints: str) -> None:
    family = ProfileFamily(kind="almon", lags=tuple(range(2, 9)), degree=4, endpoints=endpoints)
    inside = family.weights(np.zeros(0))
    order = inside.shape[1] + {"near": 0, "far": 0, "both": 1}[endpoints]
    for column in inside.T:
        # degree 4 through the seven lags and on to the ends
        polynomial = np.polynomial.Polynomial.fit(np.arange(2, 9), column, order)
        ends = [end for end, named in ((1, "near"), (9, "far")) if endpoints in (named, "both")]
        assert polynomial(np.array(ends)) == pytest.approx(0.0, abs=1e-10)
    assert family.n_columns == inside.shape[1] == 5 - {"near": 1, "far": 1, "both": 2}[endpoints]


def test_an_almon_polynomial_spans_the_powers_of_the_lag_and_is_zero_outside_its_lags() -> None:
    family = ProfileFamily(kind="almon", lags=tuple(range(13)), degree=3)
    weights = family.weights(np.zeros(0))
    np.testing.assert_allclose(weights.T @ weights, np.eye(4), atol=1e-12)
    powers = np.vander(np.arange(13.0), 4)
    np.testing.assert_allclose(weights @ (weights.T @ powers), powers, atol=1e-9)
    assert not family.weights(np.zeros(0), [13, 14]).any()


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 0.95), st.integers(1, 3), st.integers(0, 3), st.sampled_from(["geometric", "delayed"]))
def test_totals_and_moments_are_sums_over_all_lags(rate: float, n_free: int, first: int, kind: str) -> None:
    family = ProfileFamily(kind=kind, lags=tuple(range(first, first + 6)), n_free=n_free if kind == "geometric" else 1)
    hidden = np.array([rate, first + 1.3])[: family.n_hidden]
    every = family.weights(hidden, FAR)
    np.testing.assert_allclose(family.totals(hidden), every.sum(axis=0), rtol=1e-10)
    np.testing.assert_allclose(family.moments(hidden), np.asarray(FAR) @ every, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("presample", ["zero", "backcast"])
def test_a_geometric_column_is_the_infinite_sum_with_the_past_as_told(presample: str) -> None:
    x, rate = series(), 0.8
    family = ProfileFamily(kind="geometric", lags=(1, 2, 3), start=2, presample=presample)
    rho = first_autocorrelation(x[:, None])[0] if presample == "backcast" else 0.0
    past = x[0] * rho ** np.arange(500, 0, -1) if rho else np.zeros(500)
    long = np.r_[past, x]
    by_hand = [sum(rate**k * long[500 + t - 2 - k] for k in range(400)) for t in range(3, 60)]
    column = family.columns(x, np.array([rate]))[:, 0]
    np.testing.assert_allclose(column[3:], by_hand, rtol=1e-10)
    assert np.isnan(column[:2]).all()


def test_free_weights_before_a_decay_are_a_transfer_function() -> None:
    """R's ``(w0 + w1 B + w2 B^2) / (1 - delta B)`` from lag 1 on."""
    family = ProfileFamily(kind="geometric", lags=(1,), n_free=3, start=1)
    w, delta = np.array([0.5, -1.0, 2.0]), 0.7
    response = signal.lfilter(np.r_[0.0, w], [1.0, -delta], np.r_[1.0, np.zeros(30)])
    np.testing.assert_allclose(family.weights(np.array([delta]), range(31)) @ w, response, atol=1e-12)


def test_a_geometric_decay_of_zero_is_one_lag_and_a_delayed_one_too() -> None:
    x = series()
    geometric = ProfileFamily(kind="geometric", lags=tuple(range(1, 7)), start=3).columns(x, np.zeros(1))[:, 0]
    delayed = ProfileFamily(kind="delayed", lags=tuple(range(1, 7))).columns(x, np.array([0.0, 3.0]))[:, 0]
    lagged = lag_matrix(x, [3])[:, 0]
    np.testing.assert_allclose(geometric[6:], lagged[6:], rtol=1e-12)
    np.testing.assert_allclose(delayed[6:], lagged[6:], rtol=1e-12)


def test_delayed_weights_rise_to_their_peak_and_fall_from_it() -> None:
    weights = ProfileFamily(kind="delayed", lags=(1, 2, 3, 4)).weights(np.array([0.5, 2.0]), range(6))[:, 0]
    np.testing.assert_allclose(weights, [0.0, 0.5, 1.0, 0.5, 0.0625, 0.0])


def test_a_decay_does_not_reach_over_a_gap_within_its_lags() -> None:
    x = series()
    x[20] = np.nan
    family = ProfileFamily(kind="geometric", lags=(1, 2, 3), start=1, presample="zero")
    column = family.columns(x, np.array([0.5]))[:, 0]
    assert np.flatnonzero(np.isnan(column)).tolist() == [0, 21, 22, 23]
    without = np.where(np.isnan(x), 0.0, x)
    np.testing.assert_allclose(column[24:], family.columns(without, np.array([0.5]))[24:, 0])


def test_a_searched_start_leaves_room_for_the_free_weights() -> None:
    family = ProfileFamily(kind="geometric", lags=(1, 2, 3, 4), n_free=3)
    points, columns = family.candidates(series())
    assert {placed.start for placed, _ in points} == {1, 2}
    assert all(np.isfinite(column[4:]).all() for column in columns)


def test_derivatives_keep_inside_the_bounds() -> None:
    family = ProfileFamily(kind="delayed", lags=(1, 2, 3, 4, 5))
    at = np.array([0.0, 1.0])
    slopes = moved_by_one(lambda hidden: family.weights(hidden)[:, 0], at, family.bounds)
    assert all(np.isfinite(slope).all() for slope in slopes)
    (slope,) = moved_by_one(lambda rate: rate**3, np.array([0.5]), [(0.0, 1.0)])
    assert slope[0] == pytest.approx(0.75, rel=1e-8)
