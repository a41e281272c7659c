"""Trend, season and controls of a regression, on the rows of the fit and on later and earlier ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from leadlag.core.series.season import harmonics
from leadlag.errors import UsageError
from leadlag.methods.regression.covariates import Covariates, covariates_of, extended_sample, lead_series
from leadlag.sample import Sample, from_wide


def sample(first: str = "2021-01-04", *, n: int = 120, freq: str = "W-MON") -> Sample:
    index = pd.date_range(first, periods=n, freq=freq)
    t = np.arange(n)
    return from_wide(pd.DataFrame({"y": np.sin(2 * np.pi * t / 52.18) + t % 3, "x": t % 7 + 1.0, "z": t**2 + 1.0}, index=index))


def recipe(of: Sample, *, trend: str = "linear", season: str | int = 13, log: tuple[str, ...] = ()) -> Covariates:
    return covariates_of(of, kpi="y", leads=["x"], controls=["z"], trend=trend, season=season, log=log)


def test_columns_are_trend_season_and_controls_with_their_names() -> None:
    of = sample()
    made = recipe(of, log=("z",))
    columns = made.columns(of)
    assert made.names == ("trend", *(f"season13.{k}" for k in range(1, 13)), "z")
    np.testing.assert_array_equal(columns[:, 0], np.arange(120))
    np.testing.assert_allclose(columns[:, 1:13], harmonics(120, period=13, count=6))
    np.testing.assert_allclose(columns[:, -1], np.log(np.arange(120) ** 2 + 1.0))


def test_nothing_asked_for_is_no_column() -> None:
    of = sample()
    assert covariates_of(of, kpi="y", leads=["x"], controls=[], trend="none", season="none", log=()).columns(of).shape == (120, 0)


@pytest.mark.parametrize("freq", ["h", "D", "B", "W-MON", "W-WED", "MS", "QS", "YS"])
def test_later_and_earlier_rows_go_on_with_the_same_columns(freq: str) -> None:
    whole = pd.date_range("2001-01-01", periods=150, freq=freq)
    made = recipe(sample(str(whole[30]), n=90, freq=freq), season=5)
    for first in (30, 47, 9):
        rows = sample(str(whole[first]), n=60, freq=freq)
        columns = made.columns(rows)
        np.testing.assert_array_equal(columns[:, 0], np.arange(first - 30, first + 30))
        np.testing.assert_allclose(columns[:, 1:5], harmonics(150, period=5, count=2)[first : first + 60], atol=1e-12)


def test_a_season_of_no_whole_length_has_no_rows_before_its_first() -> None:
    of = sample(n=208)
    made = recipe(of, season="auto")
    assert made.seasons
    assert made.seasons[0][0] == pytest.approx(52.18, abs=0.01)
    made.columns(sample("2023-01-02"))
    with pytest.raises(UsageError, match="begin before the first period of the fit"):
        made.columns(sample("2020-01-06"))


def test_another_cadence_and_other_weeks_are_refused() -> None:
    made = recipe(sample())
    with pytest.raises(UsageError, match="one row a day where the fit had one a week"):
        made.columns(sample(freq="D"))
    with pytest.raises(UsageError, match="weeks of data begin on"):
        made.columns(sample("2021-01-06", freq="W-WED"))


def test_a_season_has_to_fit_twice() -> None:
    with pytest.raises(UsageError, match="season=61 is longer than half of the 120 periods"):
        recipe(sample(), season=61)


def mixed(months: int) -> Sample:
    """A quarterly KPI of ten quarters from 2020 on, and months from there on."""
    kpi = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=10, freq="QS"), "y": np.arange(10.0)})
    lead = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=months, freq="MS"), "x": np.arange(1.0, months + 1.0)})
    return from_wide([kpi, lead]).around("y")


def test_a_lead_is_taken_on_its_own_calendar_if_it_has_one() -> None:
    of = mixed(31)
    lead, kpi = lead_series(of, "x", ("x",)), lead_series(of, "y", ())
    np.testing.assert_allclose(lead.values, np.log(np.arange(1.0, 32.0)))
    assert (lead.calendar.unit, len(lead.calendar)) == ("month", 31)
    assert kpi.clock is None
    assert kpi.calendar is of.calendar


@pytest.mark.parametrize(("months", "known"), [(27, 0), (30, 1), (31, 1), (33, 2), (36, 3)])
def test_onward_has_the_quarters_whose_months_are_out(months: int, known: int) -> None:
    of = mixed(months)
    longer = extended_sample(of, first_lag=1)
    np.testing.assert_array_equal(longer.values[:10], of.values)
    assert np.isnan(longer.values[10:]).all()
    lead = lead_series(longer, "x", ())
    last = lead.clock.lagged(lead.values, [3, 4, 5])
    assert int(np.isfinite(last).all(axis=1).sum()) == 9 + known
    assert longer.calendar.index[10] == pd.Period("2022Q3")
    same = sample()
    assert extended_sample(same, first_lag=1) is same
