"""Lags at a lead's own pace, and how far the KPI's own lags carry them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlag.core.time.clock import Clock
from leadlag.core.time.lags import lag_matrix
from leadlag.core.time.pace import lagged, momentum_steps, pace_of

MONTHS = Clock(ended=np.arange(5) * 3 - 3, begun=np.arange(5) * 3 - 3, per=3, ratio=3.0)


def test_without_a_clock_it_is_the_lag_matrix() -> None:
    x = np.arange(7.0)
    np.testing.assert_array_equal(lagged(x, [1, 4], fill=-1.0), lag_matrix(x, [1, 4], fill=-1.0))
    assert pace_of(None) == 1.0


def test_what_lies_before_the_first_own_period_is_filled_and_what_lies_after_the_last_is_missing() -> None:
    # the lead begins a quarter after the KPI, and its last two months are not out yet
    found = lagged(np.arange(7.0), [0, 3, 20], MONTHS, fill=-1.0)
    np.testing.assert_array_equal(found[:, 0], [-1, 2, 5, np.nan, np.nan])
    np.testing.assert_array_equal(found[:, 1], [-1, -1, 2, 5, np.nan])
    np.testing.assert_array_equal(found[:, 2], [-1] * 5)
    np.testing.assert_array_equal(np.isnan(lagged(np.arange(7.0), [3], MONTHS)[:, 0]), [True, True, False, False, True])


def test_a_clock_of_one_own_period_to_one_is_none_at_all() -> None:
    x, every = np.random.default_rng(0).normal(size=12), np.arange(12)
    same = Clock(ended=every, begun=every, per=1, ratio=1.0)
    np.testing.assert_array_equal(lagged(x, range(5), same), lag_matrix(x, range(5)))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=3), st.floats(1.0, 12.0))
def test_an_own_lag_reaches_as_many_own_periods_back_as_it_has_on_average(own_lags: list[int], pace: float) -> None:
    for lag, shares in zip(own_lags, momentum_steps(own_lags, pace), strict=True):
        assert sum(share for _, share in shares) == pytest.approx(1.0)
        assert sum(back * share for back, share in shares) == pytest.approx(lag * pace)
        assert all(back >= 1 for back, _ in shares)
