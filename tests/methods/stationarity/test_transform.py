"""A transform is learned once, applied again to later rows, and undone to rounding; gaps stay gaps."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlag.core.series.cycles import candidate_cycles, candidate_month_ends
from leadlag.errors import UsageError
from leadlag.methods.stationarity.transform import SeriesTransform

STEPS = st.sampled_from([(False, False), (False, True), (True, False)])


def series(seed: int, n: int, *, gaps: bool) -> np.ndarray:
    """A positive series with season, trend and, if asked, gaps."""
    rng = np.random.default_rng(seed)
    values = 50.0 + np.cumsum(rng.normal(size=n)) + 5.0 * np.sin(np.arange(n) * np.pi / 6.0) + 0.3 * np.arange(n)
    values = values - values.min() + 1.0
    if gaps:
        values[rng.random(n) < 0.15] = np.nan
    return values


def learned(values: np.ndarray, *, log: bool, differenced: bool, trend: bool, season: bool) -> SeriesTransform:
    yearly = candidate_cycles(len(values), period=12.0)
    assert yearly is not None
    seasons = [(yearly, len(yearly.pairs))] if season else []
    return SeriesTransform.fit(values, log=log, differenced=differenced, trend=trend, seasons=seasons)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), STEPS, st.booleans(), st.booleans())
def test_what_is_applied_is_undone_on_the_fit_and_after_it(
    seed: int, log: bool, steps: tuple[bool, bool], season: bool, gaps: bool
) -> None:
    differenced, trend = steps
    whole = series(seed, 90, gaps=gaps)
    fitted, later = whole[:70], whole[70:]
    transform = learned(fitted, log=log, differenced=differenced, trend=trend, season=season)
    np.testing.assert_allclose(transform.invert(transform.apply(fitted)), fitted, rtol=1e-9)
    again = transform.invert(transform.apply(later, start=70), start=70, known=later)
    np.testing.assert_allclose(again, later, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), STEPS, st.integers(0, 30))
def test_later_rows_alone_are_what_they_are_behind_the_fit(seed: int, log: bool, steps: tuple[bool, bool], n_later: int) -> None:
    differenced, trend = steps
    whole = series(seed, 70 + n_later, gaps=False)
    transform = learned(whole[:70], log=log, differenced=differenced, trend=trend, season=True)
    together = np.r_[transform.apply(whole[:70]), transform.apply(whole[70:], start=70)]
    np.testing.assert_allclose(transform.apply(whole), together, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(transform.invert(together[70:], start=70), whole[70:], rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), STEPS, st.booleans())
def test_a_transform_survives_json(seed: int, log: bool, steps: tuple[bool, bool], gaps: bool) -> None:
    values = series(seed, 60, gaps=gaps)
    transform = learned(values, log=log, differenced=steps[0], trend=steps[1], season=True)
    assert SeriesTransform.from_dict(json.loads(json.dumps(transform.to_dict(), allow_nan=False))) == transform


def test_trend_and_season_go_and_the_mean_stays() -> None:
    rows = np.arange(96)
    values = 200.0 + 0.5 * rows + 7.0 * np.cos(np.pi * rows / 6.0)
    transform = learned(values, log=False, differenced=False, trend=True, season=True)
    assert transform.steps == ("detrend", "season")
    np.testing.assert_allclose(transform.apply(values), values.mean(), rtol=1e-9)
    later = np.arange(96, 120)
    np.testing.assert_allclose(transform.apply(200.0 + 0.5 * later + 7.0 * np.cos(np.pi * later / 6.0), start=96), values.mean())


def test_a_change_over_a_gap_is_missing_and_the_level_after_it_is_not_guessed() -> None:
    transform = SeriesTransform.fit([1.0, 2.0, np.nan, 5.0, 9.0], differenced=True)
    np.testing.assert_array_equal(transform.apply([1.0, 2.0, np.nan, 5.0, 9.0]), [np.nan, 1.0, np.nan, np.nan, 4.0])
    later = transform.apply([10.0, np.nan, 12.0, 15.0], start=5)
    np.testing.assert_array_equal(later, [1.0, np.nan, np.nan, 3.0])
    np.testing.assert_array_equal(transform.invert(later, start=5), [10.0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(
        transform.invert(later, start=5, known=[np.nan, np.nan, 12.0, np.nan]), [10.0, np.nan, 12.0, 15.0]
    )


def test_the_ends_of_months_are_known_in_later_weeks() -> None:
    days = np.datetime64("2021-01-04", "D") + 7 * np.arange(150)
    ends = candidate_month_ends(days)
    assert ends is not None
    pay_day = 10.0 + 4.0 * ends.pairs[0][:, 0]
    transform = SeriesTransform.fit(pay_day[:100], seasons=[(candidate_month_ends(days[:100]), 1)], first_day="2021-01-04")
    np.testing.assert_allclose(transform.apply(pay_day[100:], start=100), pay_day[:100].mean())
    assert SeriesTransform.from_dict(transform.to_dict()) == transform


def test_a_series_keeps_its_index_and_is_not_changed() -> None:
    sales = pd.Series([4.0, 5.0, 7.0], index=pd.period_range("2024-01", periods=3, freq="M"), name="sales")
    before = sales.copy()
    change = SeriesTransform.fit(sales, differenced=True).apply(sales)
    pd.testing.assert_series_equal(change, pd.Series([np.nan, 1.0, 2.0], index=sales.index, name="sales"))
    pd.testing.assert_series_equal(sales, before)


def test_what_cannot_be_done_is_refused() -> None:
    transform = SeriesTransform.fit([1.0, 2.0, 3.0], log=True, differenced=True)
    with pytest.raises(UsageError, match="zero or below"):
        transform.apply([1.0, 0.0], start=3)
    with pytest.raises(UsageError, match="start=-1"):
        transform.apply([1.0], start=-1)
    with pytest.raises(UsageError, match="one series"):
        transform.apply([[1.0]])
    with pytest.raises(UsageError, match="known has 1 rows"):
        transform.invert([0.1, 0.1], start=3, known=[1.0])
    with pytest.raises(UsageError, match="schema"):
        SeriesTransform.from_dict({})
