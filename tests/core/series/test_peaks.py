"""What stands out in the same weeks of every year is a peak; one event, a smooth season and noise are none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.series.peaks import peak_columns, yearly_peaks
from leadlag.core.series.season import harmonics

N, WEEKS = 260, 365.25 / 7
PLACE = (np.arange(N) % WEEKS).astype(int)
SMOOTH = np.column_stack([np.ones(N), np.arange(N) / N, harmonics(N, period=WEEKS, count=4)])


def noise(rng: np.random.Generator, m: int, phi: float = 0.5) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -phi], rng.normal(size=(N + 100, m)), axis=0)[100:]


def peaks(X: np.ndarray, *, level: float = 0.05) -> list[int]:
    return yearly_peaks(X, PLACE, SMOOTH, level=level).tolist()


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_noise_and_a_smooth_season_have_peaks_no_more_often_than_the_level(phi: float) -> None:
    X = noise(np.random.default_rng(0), 200, phi) + (SMOOTH @ np.r_[5.0, 3.0, np.full(8, 2.0)])[:, None]
    assert np.mean([bool(peaks(column[:, None])) for column in X.T]) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)


def test_peaks_are_found_in_whichever_series_has_them() -> None:
    rng = np.random.default_rng(1)
    X = noise(rng, 3)
    X[:, 0] += 5.0 * (PLACE == 49) + 5.0 * (PLACE == 50)
    X[:, 2] -= 6.0 * (PLACE == 7)
    X[3::40, 0] = np.nan
    assert peaks(X) == [7, 49, 50]
    np.testing.assert_array_equal(peak_columns(PLACE, (7, 49))[:, 1], PLACE == 49)


def test_series_that_are_asked_together_have_the_peaks_that_each_has_alone() -> None:
    X = noise(np.random.default_rng(6), 60) * np.geomspace(1e-6, 1e6, 60)
    X += X.std(axis=0) * np.linspace(0.5, 4.0, 60) * (PLACE[:, None] == np.arange(60) % 50)
    with_gap = np.vstack([X, np.full((1, 60), np.nan)])  # a series with a gap is asked on its own
    place, smooth = np.r_[PLACE, 0], np.vstack([SMOOTH, SMOOTH[-1]])
    alone = [yearly_peaks(column[:, None], place, smooth, level=0.05).tolist() for column in with_gap.T]
    assert [peaks(column[:, None]) for column in X.T] == alone
    assert 15 < sum(map(bool, alone)) < 60


def test_a_series_without_values_has_no_peaks() -> None:
    assert peaks(np.full((N, 2), np.nan)) == []


def test_one_event_is_no_peak() -> None:
    X = noise(np.random.default_rng(2), 1)
    X[100] += 60.0
    assert peaks(X) == []


def test_a_season_that_is_high_half_of_the_year_has_no_peaks() -> None:
    X = noise(np.random.default_rng(3), 1)
    X += 8.0 * ((PLACE % 2) == 0)[:, None]
    assert peaks(X) == []


def test_three_years_are_too_few() -> None:
    X = noise(np.random.default_rng(4), 1) + 8.0 * (PLACE == 20)[:, None]
    assert yearly_peaks(X[:156], PLACE[:156], SMOOTH[:156], level=0.05).tolist() == []


@pytest.mark.parametrize(
    "drawn",
    [
        lambda rng, size: rng.poisson(0.5, size),
        lambda rng, size: rng.random(size) < 0.1,
        lambda rng, size: rng.standard_t(3, size),
        lambda rng, size: rng.normal(size=size) + (rng.random(size) < 0.05) * rng.exponential(10.0, size),
    ],
    ids=["counts", "events", "heavy tails", "spikes"],
)
def test_counts_events_and_heavy_tails_have_no_peaks(drawn) -> None:
    X = np.asarray(drawn(np.random.default_rng(2), (N, 100)), dtype=np.float64)
    assert np.mean([bool(peaks(column[:, None])) for column in X.T]) <= 0.1
