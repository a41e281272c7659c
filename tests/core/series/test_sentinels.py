"""Values that stand for missing ones."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.series.sentinels import sentinels

RNG = np.random.default_rng(0)
PLAIN = RNG.normal(50.0, 5.0, size=120)


def with_value(value: float, count: int = 5) -> np.ndarray:
    values = PLAIN.copy()
    values[RNG.choice(120, size=count, replace=False)] = value
    return values


@pytest.mark.parametrize("value", [-999.0, 9999.0, 999999.0, -99.99, -1.0e9, 2147483647.0, -500.0])
def test_a_repeated_value_far_from_all_others_stands_for_missing(value: float) -> None:
    assert sentinels(with_value(value)) == (value,)


def test_two_of_them_are_found() -> None:
    values = with_value(-999.0)
    values[:3] = 99999.0
    assert sentinels(values) == (-999.0, 99999.0)


@pytest.mark.parametrize("value", [0.0, 5000.0, 99.0])
def test_zeros_campaigns_of_one_size_and_values_among_the_others_are_values(value: float) -> None:
    values = with_value(value)
    values[:5] = [80.0, 130.0, 150.0, 20.0, 5.0]
    assert sentinels(values) == ()


def test_less_than_three_times_states_and_columns_of_nothing_else_are_values() -> None:
    assert sentinels(with_value(-999.0, count=2)) == ()
    assert sentinels(np.where(RNG.random(120) < 0.1, 999.0, 0.0)) == ()
    assert sentinels(np.full(120, -999.0)) == ()
