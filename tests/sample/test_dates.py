"""A date told about a metric falls in one period of the calendar, or is refused by name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from leadlag.errors import DataContractError, UsageError
from leadlag.sample import from_wide
from leadlag.sample.dates import Targeted, row_of, targeted
from leadlag.sample.periods import Calendar


def calendar(times: Any) -> Calendar:
    return from_wide(pd.DataFrame({"kpi": np.arange(len(times))}, index=times)).calendar


WEEKS = calendar(pd.date_range("2024-01-01", periods=60, freq="W-MON"))
MONTHS = calendar(pd.date_range("2023-07-31", periods=18, freq="ME"))
QUARTERS = calendar(pd.PeriodIndex(["2023Q3", "2023Q4", "2024Q1", "2024Q2"], freq="Q"))
WORKDAYS = calendar(pd.bdate_range("2024-01-01", periods=30))
COUNTED = from_wide(pd.DataFrame({"kpi": np.arange(20.0)})).calendar


@pytest.mark.parametrize(
    ("on", "moment", "first", "last"),
    [
        (WEEKS, "2024-01-10", 1, 1),
        (WEEKS, "2024-W03", 2, 2),
        (WEEKS, "2024-02", 4, 8),  # 1 February lies in the week of 29 January, 29 February in that of the 26th
        (MONTHS, "2024", 6, 17),
        (MONTHS, 2024, 6, 17),
        (MONTHS, "2024Q2", 9, 11),
        (MONTHS, dt.date(2024, 3, 31), 8, 8),
        (MONTHS, pd.Timestamp("2024-03-01"), 8, 8),
        (MONTHS, dt.datetime(2024, 3, 1, tzinfo=dt.UTC), 8, 8),
        (QUARTERS, "2024-05", 3, 3),
        (WORKDAYS, "2024-01-06", 5, 4),  # a Saturday: from Monday on, or up to Friday
        (COUNTED, 7, 7, 7),
        (MONTHS, "2022-12-31", -7, -7),
        (MONTHS, "2025-01-01", 18, 18),
    ],
)
def test_a_date_has_a_first_and_a_last_period(on: Calendar, moment: Any, first: int, last: int) -> None:
    assert row_of(on, moment, "since") == first
    assert row_of(on, moment, "since", last=True) == last


@pytest.mark.parametrize(
    ("on", "moment", "said"),
    [
        (MONTHS, "March 2024", "is no date"),
        (MONTHS, "2024-02-30", "is no date"),
        (MONTHS, 17, "the periods are dated"),
        (COUNTED, "2024-01-01", "the periods are counted"),
    ],
)
def test_what_is_no_date_of_the_calendar_is_refused(on: Calendar, moment: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        row_of(on, moment, "targeted_since")
    assert "targeted_since" in str(refused.value)


def test_a_target_has_its_first_period_and_those_on_which_it_was_chosen() -> None:
    found = targeted(MONTHS, "2024-06", ("2022", "2023"))
    assert found == Targeted(since=11, label="2024-06", chosen=(-18, 5))


@pytest.mark.parametrize(
    ("since", "chosen", "said"),
    [
        ("2023-07", None, "not after the first period, 2023-07"),
        ("2025-01", None, "after the last period, 2024-12"),
        ("2024-06", ("2024-01", "2024-06"), "had been a target since 2024-06"),
        ("2024-06", ("2024-02", "2024-01"), "ends before it begins"),
    ],
)
def test_dates_that_leave_nothing_to_compare_are_refused(since: Any, chosen: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        targeted(MONTHS, since, chosen)


def test_dates_go_by_the_week_that_holds_them_whatever_names_it() -> None:
    index = pd.date_range("2024-01-07", periods=20, freq="W")  # Sundays that end their weeks
    weeks = from_wide(pd.DataFrame({"x": range(20)}, index=index), dates_at="end").calendar
    found = targeted(weeks, "2024-02-01", ("2024-01-01", "2024-01-21"))
    assert (found.since, found.label, found.chosen) == (4, "2024-02-04", (0, 2))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/London", "Australia/Sydney"])
@pytest.mark.parametrize("freq", ["D", "W-MON", "MS"])
@pytest.mark.parametrize("written", [False, True])
def test_midnights_of_another_zone_kept_in_utc_are_asked_about(zone: str, freq: str, *, written: bool) -> None:
    there = pd.date_range("2022-01-01", periods=400 if freq == "D" else 60, freq=freq, tz=zone)
    table = pd.DataFrame({"when": there.tz_convert("UTC"), "sales": np.arange(len(there)) % 7.0})
    if written:
        table["when"] = table["when"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    with pytest.raises(DataContractError, match="LL310") as refused:
        from_wide(table)
    assert f"tz='{zone}'" in str(refused.value)
    assert_frame_equal(from_wide(table, tz=zone).to_frame(), from_wide(table.assign(when=there)).to_frame())


def test_who_says_utc_keeps_the_dates_of_utc() -> None:
    times = pd.date_range("2022-01-01", periods=24, freq="MS", tz="Europe/Berlin").tz_convert("UTC")
    sample = from_wide(pd.DataFrame({"when": times, "sales": np.arange(24) % 7.0}), tz="UTC")
    assert str(sample.to_frame().index[0]) == "2021-12"


@pytest.mark.parametrize("hour", [0, 6, 15, 23])
def test_one_hour_of_the_day_in_utc_is_no_midnight_elsewhere(hour: int) -> None:
    times = pd.date_range(f"2022-01-01 {hour:02d}:00", periods=400, freq="D", tz="UTC")
    assert from_wide(pd.DataFrame({"when": times, "sales": np.arange(400) % 7.0})).n_periods == 400


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Asia/Kolkata"])
def test_first_days_of_months_without_summer_time_kept_in_utc_are_asked_about(zone: str) -> None:
    months = pd.date_range("2022-01-01", periods=24, freq="MS", tz=zone).tz_convert("UTC")
    with pytest.raises(DataContractError, match=f"LL310(.|\n)*tz='{zone}'"):
        from_wide(pd.DataFrame({"when": months, "sales": np.arange(24) % 7.0}))


def test_last_days_of_months_in_utc_are_not_asked_about() -> None:
    months = pd.date_range("2022-01-31", periods=24, freq="ME", tz="UTC")
    assert from_wide(pd.DataFrame({"when": months, "sales": np.arange(24) % 7.0})).n_periods == 24
