"""Dates from which columns are in another unit."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.arrays import Floats
from leadlag.core.series.rescaling import rescalings


def prices(n: int = 120, m: int = 5, *, seed: int = 0, walk: bool = True) -> Floats:
    noise = 0.05 * np.random.default_rng(seed).normal(size=(n, m))
    return np.exp(5.0 + (noise.cumsum(axis=0) if walk else noise))


@pytest.mark.parametrize("walk", [True, False])
@pytest.mark.parametrize("factor", [0.001, 0.01, 10.0, 1000.0])
def test_columns_that_are_divided_by_one_number_are_named_with_it(factor: float, *, walk: bool) -> None:
    X = prices(walk=walk)
    X[70:, [0, 2, 3]] *= factor
    (found,) = rescalings(X)
    assert (found.row, found.columns.tolist(), found.factor) == (70, [0, 2, 3], factor)


def test_a_currency_that_was_replaced_is_known_by_its_rate() -> None:
    X = prices(walk=False) ** 0.1  # noise of half a percent
    X[60:, :4] /= 1.95583
    (found,) = rescalings(X)
    assert 1.0 / found.factor == pytest.approx(1.95583)


def test_one_column_alone_needs_a_power_of_ten() -> None:
    X = prices(m=2)
    X[50:, 1] *= 100.0
    (found,) = rescalings(X)
    assert found.alone
    assert (found.row, found.factor) == (50, 100.0)
    X[50:, 1] *= 0.37
    assert rescalings(X) == ()


def test_levels_that_move_together_by_less_are_no_change_of_unit() -> None:
    X = prices(m=6, walk=False)
    X[60:] *= 0.55
    assert rescalings(X) == ()


def test_spikes_walks_and_series_of_both_signs_are_left_alone() -> None:
    rng = np.random.default_rng(3)
    spikes = prices(walk=False)
    spikes[[30, 60, 90]] *= 1000.0
    assert rescalings(spikes) == ()
    assert rescalings(rng.normal(size=(120, 5)).cumsum(axis=0)) == ()
