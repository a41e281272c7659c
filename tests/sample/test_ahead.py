"""Tests of leadlag.sample.ahead: what is known ahead stands where it was known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from leadlag.catalogue import Metric, as_catalogue, ratio
from leadlag.errors import UsageError
from leadlag.sample import Sample, from_wide
from leadlag.sample.ahead import moved_ahead

MONTHS = pd.period_range("2020-01", periods=24, freq="M")


def table(**columns: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"month": MONTHS.astype(str), "kpi": np.arange(24.0), **columns})


def moved(sample: Sample, *metrics: Metric, controls: tuple[str, ...] = ()) -> Sample:
    return moved_ahead(sample, as_catalogue(metrics), kpi="kpi", controls=controls)


def test_row_t_has_the_value_for_t_plus_n_and_the_last_rows_have_none():
    sample = moved(from_wide(table(plan=np.arange(24.0))), Metric("plan", available_after=-2))
    assert np.array_equal(sample.column("plan"), np.r_[np.arange(2.0, 24.0), np.nan, np.nan], equal_nan=True)
    assert np.array_equal(sample.column("kpi"), np.arange(24.0))
    assert dict(sample.ahead) == {"plan": 2}
    assert "plan by 2 months" in sample.notes[-1].text


def test_without_one_that_is_known_ahead_the_sample_is_the_same_object():
    sample = from_wide(table(plan=np.arange(24.0)))
    assert moved(sample, Metric("plan", available_after=0), Metric("kpi", available_after=3)) is sample


def test_a_control_stays_in_the_period_that_it_is_for():
    sample = from_wide(table(plan=np.arange(24.0)))
    assert moved(sample, Metric("plan", available_after=-2), controls=("plan",)) is sample


def test_weeks_beside_months_are_moved_by_weeks_before_they_are_lined_up():
    rng = np.random.default_rng(0)
    weeks = pd.DataFrame({"week": pd.date_range("2019-12-30", periods=100, freq="W-MON"), "plan": rng.normal(size=100)})
    declared = moved(from_wide([table(), weeks]), Metric("plan", available_after=-3)).around("kpi")
    by_hand = from_wide([table(), weeks.assign(plan=weeks["plan"].shift(-3))]).around("kpi")
    assert np.array_equal(declared.finer("plan").values, by_hand.finer("plan").values, equal_nan=True)
    assert np.array_equal(declared.column("plan"), by_hand.column("plan"), equal_nan=True)
    assert dict(declared.ahead) == {"plan": 3}


def test_a_rate_of_weeks_is_moved_with_its_parts_and_its_parts_stay_for_others():
    rng = np.random.default_rng(1)
    weeks = pd.DataFrame({"week": pd.date_range("2019-12-30", periods=100, freq="W-MON"), "won": rng.uniform(1, 2, 100)})
    weeks["asked"] = rng.uniform(5, 9, 100)
    rate = Metric("rate", aggregate=ratio("won", "asked"), available_after=-2)
    later = weeks.assign(won=weeks["won"].shift(-2), asked=weeks["asked"].shift(-2))
    sample, by_hand = (from_wide([table(), each], catalogue=[rate]) for each in (weeks, later))
    declared = moved(sample, rate).around("kpi")
    assert np.allclose(declared.column("rate"), by_hand.around("kpi").column("rate"), equal_nan=True)
    assert np.array_equal(declared.column("won"), sample.around("kpi").column("won"), equal_nan=True)


def test_the_kpi_is_not_known_ahead():
    with pytest.raises(UsageError, match=r"kpi='kpi' has available_after=-1.*plan as a lead") as caught:
        moved(from_wide(table()), Metric("kpi", available_after=-1))
    assert caught.value.code == "LL401"


def test_no_metric_is_known_longer_ahead_than_the_data_are():
    with pytest.raises(UsageError, match="give at least -23"):
        moved(from_wide(table(plan=np.arange(24.0))), Metric("plan", available_after=-24))


def test_own_periods_cannot_be_moved_once_they_are_lined_up():
    weeks = pd.DataFrame({"week": pd.date_range("2019-12-30", periods=100, freq="W-MON"), "plan": np.arange(100.0)})
    sample = from_wide([table(), weeks]).around("kpi")
    with pytest.raises(UsageError, match="before `around`"):
        moved(sample, Metric("plan", available_after=-3))
