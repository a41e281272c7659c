"""A moving average is told by its width; what nobody averaged is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.series.averages import moving_average_width, moving_average_widths, unrolled

YEAR = [cycle / 12 for cycle in range(1, 7)]


def noise(seed: int, n: int, m: int, *phi: float) -> np.ndarray:
    """AR noise in columns, its start forgotten."""
    surprises = np.random.default_rng(seed).normal(size=(n + 100, m))
    return signal.lfilter([1.0], np.r_[1.0, -np.array(phi)], surprises, axis=0)[100:]


def averaged(values: np.ndarray, width: int) -> np.ndarray:
    return signal.lfilter(np.ones(width) / width, [1.0], values, axis=0)[width - 1 :]


def season(n: int, size: float) -> np.ndarray:
    return size * np.random.default_rng(3).normal(size=12)[np.arange(n) % 12][:, None]


@pytest.mark.parametrize("n", [60, 156])
def test_what_nobody_averaged_is_no_average(n: int) -> None:
    kinds = {
        "AR(1)": noise(1, n, 100, 0.7),
        "AR(2)": noise(2, n, 100, 0.3, -0.7),
        "ARMA": signal.lfilter([1.0, 0.5], [1.0], noise(3, n, 100, 0.7), axis=0),
        "walk": np.cumsum(noise(4, n, 100), axis=0),
        "season": noise(5, n, 100, 0.5) + season(n, 5.0),
        "trend": noise(6, n, 100, 0.5) + np.linspace(0, 30, n)[:, None],
    }
    alarms = {
        kind: (moving_average_widths(X, frequencies=YEAR if kind == "season" else ()) > 0).mean() for kind, X in kinds.items()
    }
    assert np.mean(list(alarms.values())) <= 0.01
    assert max(alarms.values()) <= 0.03  # 0.8 % at most was measured


@pytest.mark.parametrize("width", [3, 4, 7, 12])
def test_an_average_is_found_with_its_width(width: int) -> None:
    for seed, phi in enumerate([(), (0.5,), (1.0,)]):
        found = moving_average_widths(averaged(noise(seed, 130, 50, *phi), width))
        assert (found == width).mean() >= 0.90


def test_trend_and_season_do_not_hide_an_average() -> None:
    X = noise(7, 150, 50, 0.5) + season(150, 3.0) + np.linspace(0, 20, 150)[:, None]
    assert (moving_average_widths(averaged(X, 4), frequencies=YEAR) == 4).mean() >= 0.90
    assert (moving_average_widths(averaged(X, 12), frequencies=YEAR) == 12).mean() >= 0.85


def test_units_and_offset_do_not_change_the_width_and_a_sum_is_an_average() -> None:
    y = averaged(noise(8, 120, 1, 0.5), 4)[:, 0]
    assert [moving_average_width(series) for series in (y, 4 * y, -1e6 * y + 3.0, y + 1e6)] == [4, 4, 4, 4]


def test_the_history_that_an_average_lacks_and_a_gap_are_no_hindrance() -> None:
    X = averaged(noise(9, 200, 3, 0.5), 4)
    X[:3, 0] = X[120, 1] = np.nan
    assert moving_average_widths(X).tolist() == [4, 4, 4]


def test_states_counts_constants_and_short_series_have_no_width() -> None:
    rng = np.random.default_rng(10)
    n = 100
    campaign = (rng.random(n) < 0.1).astype(float)
    X = np.column_stack([np.ones(n), averaged(np.r_[np.zeros(3), campaign], 4), np.full(n, np.nan)])
    assert moving_average_widths(X).tolist() == [0, 0, 0]
    assert moving_average_width(averaged(noise(11, 20, 1), 3)[:, 0]) is None


def test_unrolling_gives_the_parts_up_to_a_pattern_that_repeats() -> None:
    x = noise(12, 60, 1, 0.5)
    rest = (x - unrolled(averaged(x, 5), 5))[:, 0]
    np.testing.assert_allclose(rest, np.tile(rest[:5], 12), atol=1e-10)
    assert rest[:5].mean() == pytest.approx(averaged(x, 5)[0, 0])
