"""Running sums and filled values are told from their numbers; what only looks like them is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.series.reported import cumulative_blocks, fill_forward_length


def noise(seed: int, n: int, m: int, *phi: float) -> np.ndarray:
    """AR noise in columns, its start forgotten."""
    surprises = np.random.default_rng(seed).normal(size=(n + 100, m))
    return signal.lfilter([1.0], np.r_[1.0, -np.array(phi)], surprises, axis=0)[100:]


def to_date(amounts: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Sums since the start of each block."""
    return np.concatenate([np.cumsum(amounts[block == number]) for number in np.unique(block)])


@pytest.mark.parametrize("length", [12, 30, 52])
def test_sums_to_date_are_found_with_every_restart(length: int) -> None:
    rng = np.random.default_rng(13)
    block = (np.arange(4 * length) + length // 3) // length
    for _ in range(30):
        found = cumulative_blocks(to_date(rng.gamma(4.0, size=len(block)), block))
        assert found is not None
        np.testing.assert_array_equal(found, block)


def test_uneven_calendars_returns_and_gaps_are_allowed() -> None:
    rng = np.random.default_rng(14)
    block = np.repeat([2019, 2020, 2021, 2022], [52, 53, 52, 20])
    amounts = 5.0 + 2.5 * rng.normal(size=len(block))
    assert (amounts < 0).any()
    sums = to_date(amounts, block)
    sums[60] = np.nan
    found = cumulative_blocks(sums)
    assert found is not None
    np.testing.assert_array_equal(found, block - 2019)


def test_the_calendar_helps_where_a_restart_is_a_small_fall() -> None:
    quarters = np.array([6.0, 9, 12, 15, 8, 11, 13, 15, 3, 6, 9, 12, 4, 7, 9, 13])
    year = np.arange(16) // 4
    assert cumulative_blocks(quarters) is None
    np.testing.assert_array_equal(cumulative_blocks(quarters, year=year), year)


def test_what_rises_and_falls_is_no_sum_to_date() -> None:
    rng = np.random.default_rng(15)
    time, year = np.arange(96), np.arange(96) // 12
    kinds = [
        lambda: 5.0 + noise(int(rng.integers(1e6)), 96, 1, 0.7)[:, 0],
        lambda: np.exp(rng.normal(size=96)),
        lambda: (100 + 8 * (time % 12) + 150 * (time % 12 >= 10)) * np.exp(0.02 * rng.normal(size=96)),
        lambda: np.cumsum(rng.exponential(size=96)),
        lambda: rng.poisson(2.0, size=96).astype(float),
        lambda: np.where(time % 12 < 3, rng.exponential(size=96), 0.0),
    ]
    assert not any(cumulative_blocks(kind(), year=year) is not None for kind in kinds for _ in range(50))


def test_a_slow_metric_on_a_fast_grid_gives_its_step() -> None:
    values = np.random.default_rng(16).normal(size=14).round(2)
    months = np.repeat(values, [4, 4, 5, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5])[2:-1]
    assert fill_forward_length(months) == 4
    assert fill_forward_length(1e6 * months + 7) == 4
    assert fill_forward_length(np.repeat(values, 13)) == 13
    assert fill_forward_length(np.r_[np.nan, months]) == 4


def test_a_slow_value_may_repeat_itself() -> None:
    values = np.arange(14.0)
    values[6] = values[5]
    assert fill_forward_length(np.repeat(values, 4)) == 4


def test_counts_states_campaigns_and_rounded_values_are_not_filled() -> None:
    rng = np.random.default_rng(17)
    time = np.arange(120)
    kinds = [
        lambda: np.round(noise(int(rng.integers(1e6)), 120, 1, 0.9)[:, 0]),
        lambda: np.round(np.cumsum(rng.normal(size=120)), 0),
        lambda: rng.poisson(1.0, size=120).astype(float),
        lambda: np.cumsum((rng.random(120) < 0.2) * rng.normal(size=120)),
        lambda: (time // 4 % 2).astype(float),
        lambda: np.where(time // 4 % 3 == 0, 5.0, 0.0),
        lambda: rng.normal(size=120),
    ]
    assert not any(fill_forward_length(kind()) for kind in kinds for _ in range(100))
