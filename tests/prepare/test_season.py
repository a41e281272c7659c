"""Seasons of a calendar as columns, and the same columns again on the rows that come."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leadlag.prepare.season import columns_of_season, selected_seasons, week_of_year
from leadlag.sample import Calendar, from_wide


def calendar(n: int, *, freq: str, start: str) -> Calendar:
    index = pd.date_range(start, periods=n, freq=freq, name="time")
    data = pd.DataFrame({"kpi": np.random.default_rng(0).normal(size=n)}, index=index)
    return from_wide(data).calendar


def test_weeks_are_counted_as_iso_counts_them() -> None:
    weeks = calendar(300, freq="7D", start="2007-12-31")  # a Monday
    iso = weeks.starts.isocalendar().week.to_numpy()
    np.testing.assert_array_equal(week_of_year(weeks, 300) + 1, iso)


def test_a_peak_has_columns_of_its_own_and_costs_no_cycles() -> None:
    rng = np.random.default_rng(1)
    weeks = calendar(260, freq="7D", start="2007-12-31")
    peak = np.isin(week_of_year(weeks, 260), (49, 50))
    found = selected_seasons(weeks, 5.0 * peak + rng.normal(size=260), rng.normal(size=(260, 3)))
    assert [item.peaks for item in found] == [(49, 50)]
    np.testing.assert_array_equal(found[0].columns.sum(axis=1), peak)


def test_a_season_that_grows_enters_once_more_times_the_time_and_goes_on_so() -> None:
    rng = np.random.default_rng(2)
    months = calendar(96, freq="MS", start="2010-01-01")
    pattern = np.tile(rng.normal(size=12), 8)
    (season,) = selected_seasons(months, 2 * np.linspace(1, 3, 96) * pattern + rng.normal(size=96), rng.normal(size=(96, 2)))
    assert (season.grows, season.columns.shape) == (True, (96, 22))
    longer = columns_of_season(months, 108, season.key)
    np.testing.assert_allclose(longer[:96], season.columns, atol=1e-9)
    np.testing.assert_allclose(longer[96:, 11:], longer[96:, :11] * (np.arange(96, 108) / 96)[:, None])
    (stands,) = selected_seasons(months, 4 * pattern + rng.normal(size=96), rng.normal(size=(96, 2)))
    assert (stands.grows, stands.columns.shape) == (False, (96, 11))
