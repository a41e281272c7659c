"""Outliers go, content stays: spikes are cut, moves, campaigns and counts are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.noise.momentum import Momentum
from leadlag.core.series.robust import few_values, robust_spread, robust_spreads
from leadlag.errors import UsageError
from leadlag.prepare.transforms import clip_innovations, clip_spikes, take_log


def momentum(*phi: float, unit_root: bool = False) -> Momentum:
    return Momentum(phi=np.array(phi), unit_root=unit_root, variance=1.0)


def smooth(seed: int, n: int = 200) -> np.ndarray:
    """AR(.6) noise whose innovations are all small."""
    surprises = np.random.default_rng(seed).uniform(-1.7, 1.7, size=n)
    return signal.lfilter([1.0], [1.0, -0.6], surprises)


def test_logs_are_natural_and_keep_what_is_missing() -> None:
    np.testing.assert_allclose(take_log(np.array([1.0, np.e, np.nan]), "visits"), [0.0, 1.0, np.nan])


def test_a_log_of_zero_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"'visits', which has 2 values of zero or below"):
        take_log(np.array([1.0, 0.0, -2.0, np.nan]), "visits")


def test_the_robust_spread_is_the_sd_of_normal_values_and_unmoved_by_a_few_wild_ones() -> None:
    values = np.random.default_rng(0).normal(size=4000)
    assert robust_spread(values) == pytest.approx(1.0, abs=0.06)
    values[:40] = 1e9
    assert robust_spread(values) == pytest.approx(1.0, abs=0.08)
    assert robust_spread(np.full(5, np.nan)) == 0.0


@pytest.mark.parametrize("n", [0, 1, 2, 7, 8])
def test_each_column_has_the_spread_of_the_values_it_has(n: int) -> None:
    X = np.random.default_rng(n).normal(size=(n, 5))
    X[: n // 2, 1], X[:, 2], X[n // 2 :, 3] = np.nan, np.nan, np.inf
    known = [column[np.isfinite(column)] for column in X.T]
    assert robust_spreads(X).tolist() == [
        1.4826 * float(np.median(np.abs(one - np.median(one)))) if len(one) else 0.0 for one in known
    ]


@pytest.mark.parametrize(
    ("values", "few"),
    [
        (np.arange(10.0).repeat(9), True),
        (np.r_[np.zeros(60), np.random.default_rng(1).exponential(size=40)], True),  # a rare campaign
        (np.random.default_rng(1).normal(size=100), False),
        (np.r_[np.full(90, np.nan), np.arange(11.0)], False),
    ],
)
def test_counts_states_and_campaigns_have_few_values(values: np.ndarray, few: bool) -> None:
    assert few_values(values) is few


@pytest.mark.parametrize("unit_root", [False, True])
def test_a_clean_series_is_left_alone(unit_root: bool) -> None:
    series = np.cumsum(smooth(1)) if unit_root else smooth(1)
    cleaned, n_clipped = clip_innovations(series, momentum(0.6, unit_root=unit_root), limit=3.5)
    assert n_clipped == 0
    np.testing.assert_allclose(cleaned, series)


@pytest.mark.parametrize("spike", [30.0, -30.0])
def test_a_planted_spike_is_cut_and_nothing_else(spike: float) -> None:
    series = smooth(2)
    dirty = series.copy()
    dirty[90] += spike
    cleaned, n_clipped = clip_innovations(dirty, momentum(0.6), limit=3.5)
    assert 1 <= n_clipped <= 3
    assert abs(cleaned[90] - series[90]) < 7.0
    np.testing.assert_allclose(cleaned[:90], series[:90])
    np.testing.assert_allclose(cleaned[100:], series[100:])


def test_under_a_unit_root_a_spike_goes_and_a_move_of_the_level_stays_a_move() -> None:
    steps = np.random.default_rng(3).uniform(-1.7, 1.7, size=200)
    spiked, moved = np.cumsum(steps), np.cumsum(steps)
    spiked[90] += 40.0
    moved[90:] += 40.0
    without_spike, _ = clip_innovations(spiked, momentum(unit_root=True), limit=3.5)
    with_move, n_clipped = clip_innovations(moved, momentum(unit_root=True), limit=3.5)
    truth = np.cumsum(steps)
    assert abs(without_spike[90] - truth[90]) < 7.0
    assert np.abs(without_spike[91:] - truth[91:]).max() < 5.0
    assert n_clipped == 1
    assert (with_move - truth)[90:].min() > 2.0
    np.testing.assert_allclose(np.diff(with_move)[np.arange(199) != 89], steps[1:][np.arange(199) != 89], atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_a_smooth_series_is_not_lost_behind_its_first_large_innovation(seed: int) -> None:
    innovations = np.random.default_rng(seed).normal(size=200)
    innovations[[40, 90, 150]] *= 12.0
    noise = momentum(3.47, -4.78, 3.09, -0.79)
    series = signal.lfilter([1.0], np.r_[1.0, -noise.phi], innovations)
    cleaned, n_clipped = clip_innovations(series, noise, limit=4.0)
    assert n_clipped == 0
    assert np.array_equal(cleaned, series)


def test_a_gap_stays_a_gap() -> None:
    series = smooth(4)
    series[50] = np.nan
    series[120] += 30.0
    for noise in (momentum(0.6), momentum(unit_root=True)):
        cleaned, _ = clip_innovations(series, noise, limit=3.5)
        assert np.flatnonzero(np.isnan(cleaned)).tolist() == [50]


QUIET, LAGS = np.zeros(200), range(1, 7)


def test_an_isolated_spike_that_the_kpi_ignores_is_calmed() -> None:
    X = np.column_stack([smooth(5), smooth(6)])
    X[80, 0] += 60.0
    given = X.copy()
    clipped, n_clipped = clip_spikes(X, QUIET, lags=LAGS, limit=6.0)
    assert n_clipped.tolist() == [1, 0]
    assert np.flatnonzero((clipped != X).any(axis=1)).tolist() == [80]
    assert abs(clipped[80, 0]) < 6.0
    np.testing.assert_array_equal(X, given)


def test_spikes_that_the_kpi_answers_at_one_lag_are_kept() -> None:
    X = smooth(5)[:, None]
    X[[40, 80, 150], 0] += 60.0
    answers, elsewhere = QUIET.copy(), QUIET.copy()
    answers[[43, 83, 153]] = [8.0, -8.0, 8.0]
    elsewhere[[10, 100, 190]] = 8.0
    assert clip_spikes(X, answers, lags=LAGS, limit=6.0)[1].tolist() == [0]
    assert clip_spikes(X, elsewhere, lags=LAGS, limit=6.0)[1].tolist() == [3]


def test_campaigns_counts_and_moves_of_the_level_are_never_touched() -> None:
    rng = np.random.default_rng(7)
    campaign = np.where(rng.random(200) < 0.1, rng.exponential(50.0, size=200), 0.0)
    count = rng.poisson(0.5, size=200).astype(float)
    count[20] = 9.0
    level = smooth(8)
    level[100:] += 80.0
    X = np.column_stack([campaign, count, level, np.full(200, np.nan)])
    clipped, n_clipped = clip_spikes(X, QUIET, lags=LAGS, limit=6.0)
    assert n_clipped.tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(clipped, X)
