"""Trend, season and controls of a regression, on the rows of the fit and on later and earlier ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from leadlag.core.season import harmonics
from leadlag.errors import UsageError
from leadlag.prepare.regressors import Beside, beside
from leadlag.sample import Sample, from_wide


def sample(first: str = "2021-01-04", *, n: int = 120, freq: str = "W-MON") -> Sample:
    index = pd.date_range(first, periods=n, freq=freq)
    t = np.arange(n)
    return from_wide(pd.DataFrame({"y": np.sin(2 * np.pi * t / 52.18) + t % 3, "x": t % 7 + 1.0, "z": t**2 + 1.0}, index=index))


def recipe(of: Sample, *, trend: str = "linear", season: str | int = 13, log: tuple[str, ...] = ()) -> Beside:
    return beside(of, kpi="y", leads=["x"], controls=["z"], trend=trend, season=season, log=log)


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
    assert beside(of, kpi="y", leads=["x"], controls=[], trend="none", season="none", log=()).columns(of).shape == (120, 0)


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
