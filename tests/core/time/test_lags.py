"""Lags shift by period, never into the future, and cost no memory per lag."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlag.core.time.lags import difference, lag_matrix, lag_tensor
from leadlag.errors import UsageError

X = np.arange(1.0, 7.0)


@pytest.mark.parametrize(
    ("lags", "last_row"),
    [([0], [6]), ([1, 2, 3], [5, 4, 3]), ([0, 2, 4], [6, 4, 2]), ([5, 1], [1, 5]), ([2, 2], [4, 4]), ([1, 2, 5], [5, 4, 1])],
)
def test_column_j_holds_the_value_lags_j_periods_back(lags: list[int], last_row: list[float]) -> None:
    assert lag_matrix(X, lags)[-1].tolist() == last_row


@given(st.integers(1, 12), st.lists(st.integers(0, 15), min_size=1, max_size=5))
def test_lagging_equals_a_plain_loop_even_beyond_the_sample(n: int, lags: list[int]) -> None:
    x = np.arange(float(n))
    by_hand = np.array([[x[t - k] if t >= k else -1.0 for k in lags] for t in range(n)])
    np.testing.assert_array_equal(lag_matrix(x, lags, fill=-1.0), by_hand)


def test_each_series_may_have_its_own_fill() -> None:
    lagged = lag_tensor(np.column_stack([X, 10 * X]), [1, 2], fill=[7.0, 8.0])
    assert lagged[0].tolist() == [[7, 7], [8, 8]]
    assert lagged[3].tolist() == [[3, 2], [30, 20]]


def test_even_lags_are_views_and_nothing_can_be_written_into_a_design() -> None:
    wide = lag_tensor(np.zeros((1500, 100)), range(1, 61))
    assert wide.base is not None
    for lagged in (wide, lag_matrix(X, [1, 4, 5])):
        with pytest.raises(ValueError, match="read-only"):
            lagged[-1] = 1.0


def test_the_callers_array_is_not_shared() -> None:
    mine = X.copy()
    lagged = lag_matrix(mine, [0, 1])
    mine[:] = -9.0
    assert lagged[-1].tolist() == [6, 5]


def test_a_look_into_the_future_is_refused() -> None:
    with pytest.raises(UsageError, match="lags holds -1"):
        lag_matrix(X, [1, -1])


def test_no_lags_and_no_rows_give_empty_designs() -> None:
    assert lag_matrix(X, []).shape == (6, 0)
    assert lag_matrix([], [1, 2]).shape == (0, 2)


@pytest.mark.parametrize(
    ("step", "order", "expected"),
    [
        (1, 1, [np.nan, 3, 5, 7]),
        (2, 1, [np.nan, np.nan, 8, 12]),
        (1, 2, [np.nan, np.nan, 2, 2]),
        (9, 1, [np.nan] * 4),
        (1, 0, [1, 4, 9, 16]),
    ],
)
def test_difference_keeps_the_length_and_marks_rows_without_an_earlier_value(
    step: int, order: int, expected: list[float]
) -> None:
    np.testing.assert_array_equal(difference([1.0, 4.0, 9.0, 16.0], step=step, order=order), expected)


def test_a_difference_over_no_period_is_refused() -> None:
    with pytest.raises(UsageError, match="step=0"):
        difference(X, step=0)
