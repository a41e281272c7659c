"""What lies inside the periods of a calendar enters where a series shows it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dateutil.easter import easter

from leadlag import Metric, forecast_gain, from_wide, rank_leads, retail_calendar
from leadlag.core.series.days import holiday_shares
from leadlag.prepare.regressors import HOLIDAYS, beside_leads, calendar_columns
from leadlag.sample import Sample, as_sample


def days(n: int, freq: str = "MS") -> np.ndarray:
    edges = pd.date_range("2014-01-01", periods=n + 1, freq=freq).to_numpy(dtype="datetime64[D]")
    return np.busday_count(edges[:-1], edges[1:]).astype(float)


def table(n: int = 96, *, noise: float = 0.02, kpi: bool = True, seed: int = 0, freq: str = "MS") -> pd.DataFrame:
    """Sums over the working days of each month, of the KPI and two candidates that have nothing to do with it."""
    rates = 1 + noise * np.random.default_rng(seed).normal(size=(n, 3))
    sums = 100 * rates * np.where([kpi, True, True], days(n, freq)[:, None], 20.0)
    data = pd.DataFrame(sums, columns=["revenue", "calls", "visits"])
    return data.assign(month=pd.date_range("2014-01-01", periods=n, freq=freq))


def names(sample: Sample) -> tuple[str, ...]:
    return beside_leads(sample.calendar, sample.column("revenue"), sample.values[:, 1:]).names


@pytest.mark.parametrize(("n", "weekdays"), [(96, "working days"), (120, "working days"), (132, "weekdays")])
@pytest.mark.parametrize("kpi", [True, False])
def test_months_enter_if_any_series_shows_them(n: int, weekdays: str, kpi: bool) -> None:
    assert names(from_wide(table(n, kpi=kpi), time="month")) == (weekdays, "length")


def test_months_of_series_without_them_stay_as_they_are() -> None:
    entered = [names(from_wide(table(kpi=False, seed=seed).assign(calls=1.0, visits=2.0), time="month")) for seed in range(40)]
    assert sum(map(bool, entered)) <= 5


def test_quarters_have_working_days_too() -> None:
    assert names(from_wide(table(80, noise=0.005, freq="QS"), time="month")) == ("working days", "length")


@pytest.mark.parametrize("freq", ["7D", "14D", "28D", "D", "YS"])
def test_whole_weeks_days_and_years_hold_nothing_to_tell(freq: str) -> None:
    index = pd.date_range("2014-01-06" if freq != "YS" else "1914-01-01", periods=100, freq=freq)
    data = pd.DataFrame(np.random.default_rng(0).normal(size=(100, 2)), columns=["revenue", "calls"], index=index)
    assert names(from_wide(data)) == ()


def test_weeks_of_a_business_period_enter_beyond_its_season() -> None:
    calendar = retail_calendar("4-4-5", years=(2005, 2020))
    starts = pd.to_datetime(calendar["start"])
    weeks = np.diff(starts.to_numpy(dtype="datetime64[D]").astype(int)) / 7
    data = pd.DataFrame({"start": starts[:-1], "revenue": weeks * np.random.default_rng(0).normal(10, 0.1, len(weeks))})
    sample = from_wide(data.assign(calls=np.random.default_rng(1).normal(size=len(weeks))), calendar=calendar)
    assert 6.0 in calendar_columns(sample.calendar, ("length",))[0] or 5.0 in sample.calendar.weeks
    assert names(sample) == ("length",)


@pytest.mark.parametrize(("aggregate", "entered"), [("sum", True), ("mean", False), ("last", False), (None, True)])
def test_means_and_last_values_that_were_said_are_not_asked(aggregate: str | None, entered: bool) -> None:
    said = {} if aggregate is None else {"aggregate": aggregate}
    known = [Metric(name, label=name.title(), **said) for name in ("revenue", "calls", "visits")]  # type: ignore[arg-type]
    ranking = rank_leads(table(), kpi="revenue", time="month", catalogue=known, evidence=False, n_draws=99)
    assert ("working days and length of each month in every model" in ranking.context.treatment) is entered


def test_months_of_working_days_alone_lead_nothing() -> None:
    named = [rank_leads(table(seed=seed), kpi="revenue", time="month", evidence=False, n_draws=199).leads for seed in range(12)]
    assert sum(map(bool, named)) <= 3


def test_a_forecast_knows_the_working_days_to_come() -> None:
    gains = forecast_gain(table(144, noise=0.01), kpi="revenue", leads=["calls"], time="month", horizons=[1], max_lag=3)
    row = gains.to_frame().iloc[0]
    assert row["skill_naive"] > 0.8


def easters(first: int, last: int) -> list[str]:
    return [str(easter(year)) for year in range(first, last)]


def reacting(freq: str = "W-MON", n: int = 260) -> pd.DataFrame:
    """A KPI that swings in the week before Easter, and candidates that do so one to three weeks before."""
    edges = pd.date_range("2014-01-06", periods=n + 5, freq=freq).to_numpy(dtype="datetime64[D]").astype(int)
    feasts = np.array(easters(2013, 2021), dtype="datetime64[D]").astype(int)
    swing = 8 * holiday_shares(edges, np.add.outer(feasts, np.arange(-6, 1)).ravel().tolist())[:, 0]
    rng = np.random.default_rng(5)
    data = pd.DataFrame({f"x{ahead}": rng.normal(size=n) + swing[ahead : ahead + n] for ahead in (1, 2, 3)})
    return data.assign(revenue=rng.normal(size=n) + swing[:n], date=edges[:n].astype("datetime64[D]"))


def test_declared_holidays_take_their_swings_out_of_the_kpi() -> None:
    plain, told = (
        rank_leads(from_wide(reacting(), **said), kpi="revenue", evidence=False)
        for said in ({}, {"holidays": easters(2013, 2021)})
    )
    assert plain.leads
    assert not told.leads
    assert "holidays and the weeks around them" in told.context.treatment


def test_holidays_hold_for_every_cadence_and_for_each_question() -> None:
    monthly = reacting("MS", 60).rename(columns={"revenue": "stock"})[["date", "stock"]]
    sample = as_sample([reacting(), monthly], holidays=pd.DataFrame({"date": easters(2013, 2021), "name": "Easter"}))
    assert all(len(part.calendar.holidays) == 8 for part in sample.cadences)
    gains = forecast_gain(
        from_wide(reacting(), holidays=easters(2013, 2021)), kpi="revenue", leads=["x1"], horizons=[1], max_lag=4
    )
    blind = forecast_gain(from_wide(reacting()), kpi="revenue", leads=["x1"], horizons=[1], max_lag=4)
    assert gains.to_frame()["skill_naive"].iloc[0] > blind.to_frame()["skill_naive"].iloc[0]


def test_shares_of_weeks_around_holidays_are_those_of_the_calendar() -> None:
    calendar = from_wide(
        pd.DataFrame({"date": pd.date_range("2024-03-01", periods=3, freq="MS"), "x": [1.0, 2, 4]}), holidays=["2024-04-03"]
    )
    columns = calendar_columns(calendar.calendar, (HOLIDAYS,))[0] * [[31], [30], [31]]
    np.testing.assert_allclose(columns, [[0, 5, 7, 0], [1, 2, 0, 7], [0, 0, 0, 0]])
