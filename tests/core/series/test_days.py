"""What lies inside periods is counted right, and found in a series only where it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import signal

from leadlag.core.series.days import holiday_shares, period_lengths, weekday_counts, weekday_surpluses, working_days
from leadlag.core.series.season import added_pvalues, harmonics

MONTHS = pd.date_range("1968-01-01", periods=121, freq="MS")
EDGES = MONTHS.to_numpy(dtype="datetime64[D]").astype(np.int64)


def test_weekdays_are_those_of_the_calendar() -> None:
    days = pd.date_range(MONTHS[0], MONTHS[-1] - pd.Timedelta(days=1))
    expected = pd.crosstab([days.year, days.month], days.day_of_week).to_numpy()
    counts = weekday_counts(EDGES)
    np.testing.assert_array_equal(counts, expected)
    np.testing.assert_array_equal(weekday_surpluses(EDGES), expected[:, :6] - expected[:, 6:])
    np.testing.assert_allclose(working_days(EDGES)[:, 0], expected[:, :5].sum(axis=1) - 2.5 * expected[:, 5:].sum(axis=1))
    np.testing.assert_allclose(7 * period_lengths(EDGES)[:, 0], expected.sum(axis=1))


def test_weeks_of_any_number_have_no_contrast() -> None:
    edges = np.cumsum([100, 28, 28, 35, 42])
    assert not working_days(edges).any()
    assert period_lengths(edges)[:, 0].tolist() == [4, 4, 5, 6]


def test_each_holiday_counts_in_the_period_in_which_it_lies() -> None:
    holidays = np.array([EDGES[0] - 40, EDGES[3] + 9, EDGES[3] + 10, EDGES[-1] - 9])
    shares = holiday_shares(EDGES, holidays.tolist())[:, 0] * np.diff(EDGES)
    expected = np.zeros(len(shares))
    expected[[3, -1]] = 2.0, 1.0
    np.testing.assert_allclose(shares, expected)


def _series(n_series: int, *, phi: float, seed: int) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=(220, n_series)), axis=0)[100:]


@pytest.mark.parametrize("phi", [0.0, 0.8])
def test_working_days_are_found_where_they_are_and_at_the_level_elsewhere(phi: float) -> None:
    season = np.column_stack([np.ones(120), np.arange(120.0), harmonics(120, period=12, count=6)])
    groups = [working_days(EDGES), period_lengths(EDGES)]
    X = _series(600, phi=phi, seed=3)
    p = added_pvalues(X, groups, beside=season)
    assert (p < 0.05).mean(axis=0).min() > 0.02
    assert (p < 0.05).mean(axis=0).max() < 0.085
    seen = added_pvalues(1e6 + X[:, :50] + 0.3 * groups[0], groups, beside=season)
    assert (seen[:, 0] < 0.01).mean() > 0.9
    assert (seen[:, 1] < 0.05).mean() < 0.2


def test_missing_values_leave_a_series_what_it_is() -> None:
    beside = np.column_stack([np.ones(120), np.arange(120.0)])
    X = _series(3, phi=0.3, seed=1) + working_days(EDGES)
    X[:50, 1], X[:, 2] = np.nan, np.nan
    p = added_pvalues(X, [working_days(EDGES)], beside=beside)[:, 0]
    assert p[0] < 1e-6
    assert p[1] < 1e-6
    assert np.isnan(p[2])
