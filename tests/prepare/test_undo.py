"""What an average or a running sum was made of comes back, and a regression on it is the regression on the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.linear.leastsquares import orthonormal_basis, residualise
from leadlag.core.series.season import harmonics
from leadlag.errors import UsageError
from leadlag.prepare.transforms import undo_rolling, undo_ytd


def averaged(values: np.ndarray, width: int) -> np.ndarray:
    """Averages, one for each row from the first full window on."""
    return np.convolve(values, np.ones(width) / width, mode="valid")


def walk(seed: int, n: int) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -0.6], np.random.default_rng(seed).normal(size=n)) + np.linspace(0, 9, n)


@pytest.mark.parametrize("width", [2, 4, 12])
def test_averaging_what_was_undone_gives_the_series_again(width: int) -> None:
    y = averaged(walk(0, 130), width)
    np.testing.assert_allclose(averaged(undo_rolling(y, width), width), y[width - 1 :], atol=1e-10)


@pytest.mark.parametrize("width", [3, 4, 12])
def test_what_was_averaged_comes_back_but_for_a_pattern_of_that_period(width: int) -> None:
    x = walk(1, 160)
    rest = undo_rolling(averaged(x, width), width) - x[width - 1 :]
    np.testing.assert_allclose(rest[width:], rest[:-width], atol=1e-10)
    assert rest[:width].mean() == pytest.approx(0.0, abs=1e-10)


def test_beside_waves_of_the_width_it_is_the_truth() -> None:
    width, x = 12, walk(2, 160)
    undone = undo_rolling(averaged(x, width), width)
    n = len(undone)
    base = orthonormal_basis(np.column_stack([np.ones(n), harmonics(n, period=width, count=width // 2)]))
    np.testing.assert_allclose(residualise(undone, base), residualise(x[width - 1 :], base), atol=1e-10)


def test_units_offset_and_trend_pass_through() -> None:
    y = averaged(walk(3, 90), 4)
    np.testing.assert_allclose(undo_rolling(1e6 - 5.0 * y, 4), 1e6 - 5.0 * undo_rolling(y, 4), rtol=1e-9)
    time = np.arange(60.0)
    np.testing.assert_allclose(undo_rolling(averaged(time, 4), 4), time[3:], atol=1e-9)


def test_rounding_adds_up_as_far_as_said() -> None:
    rng = np.random.default_rng(4)
    width, cycles, unit = 4, 25, 0.02
    ends = []
    for _ in range(200):
        error = rng.uniform(-unit / 2, unit / 2, size=cycles * width)
        ends.append(undo_rolling(error, width)[-1] - undo_rolling(error, width)[-1 - (cycles - 1) * width])
    assert np.std(ends) == pytest.approx(width * unit / np.sqrt(12) * np.sqrt(2 * (cycles - 1)), rel=0.25)


def test_each_stretch_is_undone_by_itself_and_short_ones_are_missing() -> None:
    y = averaged(walk(5, 103), 4)
    y[[20, 25]] = np.nan
    undone = undo_rolling(y, 4)
    np.testing.assert_array_equal(undone[:20], undo_rolling(y[:20], 4))
    np.testing.assert_array_equal(undone[26:], undo_rolling(y[26:], 4))
    assert np.isnan(undone[20:26]).all()


def test_a_width_that_cannot_be_undone_is_refused() -> None:
    with pytest.raises(UsageError, match="width=1 is not allowed"):
        undo_rolling(np.arange(30.0), 1)
    with pytest.raises(UsageError, match="needs 24 rows without a gap"):
        undo_rolling(np.arange(20.0), 12)


def test_amounts_come_back_from_sums_to_date_exactly() -> None:
    year = np.repeat([2021, 2022, 2023], [9, 12, 5])
    amounts = np.random.default_rng(6).normal(size=26)
    sums = np.concatenate([np.cumsum(amounts[year == number]) for number in (2021, 2022, 2023)])
    undone = undo_ytd(sums, year)
    assert np.isnan(undone[0])
    np.testing.assert_allclose(undone[1:], amounts[1:], atol=1e-12)


def test_an_amount_needs_its_sum_and_the_one_before() -> None:
    sums = np.array([1.0, 2.0, np.nan, 5.0, 1.0, 3.0, np.nan, 4.0])
    year = np.array([1, 1, 1, 1, 2, 2, 3, 3])
    np.testing.assert_array_equal(undo_ytd(sums, year), [np.nan, 1.0, np.nan, np.nan, 1.0, 2.0, np.nan, np.nan])
    with pytest.raises(UsageError, match="series has 8 rows and block 3"):
        undo_ytd(sums, year[:3])
