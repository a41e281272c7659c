"""Several tables in one call: each through the same door, all that is wrong with any of them in one error."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal

from leadlag.catalogue import Metric, ratio
from leadlag.errors import DataContractError, DataWarning, UnknownNameError, UsageError
from leadlag.sample import as_sample, find_violations, from_long, from_wide


def _gdp() -> pd.DataFrame:
    return pd.DataFrame({"quarter": pd.period_range("2020Q1", periods=12, freq="Q").astype(str), "gdp": np.arange(12.0)})


def _visits(name: str = "visits", start: str = "2020-01-01", periods: int = 36) -> pd.DataFrame:
    dates = pd.date_range(start, periods=periods, freq="MS")
    return pd.DataFrame({"date": dates, name: np.arange(float(periods))})


def _spend() -> pd.DataFrame:
    return pd.DataFrame({"week": pd.date_range("2020-01-06", periods=150, freq="7D"), "spend": np.ones(150)})


def test_tables_of_one_cadence_come_onto_one_calendar() -> None:
    early = _visits("demos", "2019-11-01", 10)
    sample = from_wide([_visits(), early])
    assert (sample.names, sample.others, sample.periods[0], sample.n_periods) == (("visits", "demos"), (), "2019-11", 38)
    assert_array_equal(sample.column("visits"), [np.nan, np.nan, *range(36)])
    assert_array_equal(sample.column("demos"), [*range(10), *[np.nan] * 28])


def test_neither_the_kind_nor_the_order_of_tables_matters() -> None:
    tables = [_gdp(), pl.from_pandas(_visits()), from_wide(_spend())]
    first = as_sample(tables).around("gdp").select(["gdp", "spend", "visits"])
    for others in permutations(tables):
        again = as_sample(list(others)).around("gdp").select(["gdp", "spend", "visits"])
        assert_array_equal(again.values, first.values)
        assert again.finer("spend").clock.per == first.finer("spend").clock.per == 12  # type: ignore[union-attr]


def test_a_list_of_one_table_is_that_table() -> None:
    alone = as_sample([_visits()], time="date", columns=["visits"])
    assert alone.notes == as_sample(_visits(), time="date", columns=["visits"]).notes
    assert_array_equal(alone.values, as_sample(_visits()).values)


def test_only_the_metrics_asked_for_in_the_order_asked() -> None:
    sample = as_sample((_gdp(), _visits(), _spend()), columns={"kpi": "gdp", "leads": ["spend"]}, missing="zero")
    assert (sample.all_names, len(sample.others)) == (("gdp", "spend"), 1)
    assert sample.around("gdp").names == ("gdp", "spend")
    broken = _visits().assign(visits="many")  # of no interest here
    assert as_sample([_gdp(), broken], columns=["gdp"]).names == ("gdp",)


def test_a_sample_of_several_cadences_goes_through_the_door_again() -> None:
    sample = from_wide([_gdp(), _visits(), _spend()])
    again = as_sample(sample, columns={"kpi": ["visits"], "leads": ["gdp"]})
    assert again.all_names == ("visits", "gdp")
    assert as_sample([sample, _visits("demos")]).all_names == ("gdp", "visits", "spend", "demos")
    assert repr(sample) == "Sample(12 periods of one quarter, 1 metric + 1 of one month + 1 of one week)"


def test_the_time_is_the_named_column_where_there_is_one() -> None:
    dated = _visits().assign(published=pd.date_range("2020-02-15", periods=36, freq="MS"))
    sample = as_sample([_gdp(), dated], time="published")
    assert sample.others[0].periods[0] == "2020-03"
    with pytest.raises(UnknownNameError, match=r"time='publisht' .* Did you mean 'published'"):
        as_sample([_gdp(), dated], time="publisht")


def test_what_is_wrong_in_any_table_is_listed_with_the_table() -> None:
    doubled = pd.concat([_visits(), _visits().head(2)])
    infinite = _gdp().assign(gdp=np.inf)
    found = find_violations([doubled, infinite, _visits("spend").assign(visits=1.0)])
    assert [(item.code, item.argument) for item in found] == [("LL301", "time of data[0]"), ("LL302", "data[1]")]


def test_a_metric_in_two_tables_is_refused() -> None:
    with pytest.raises(DataContractError, match=r"LL306 data, column 'visits': the metric is in 2 tables: data\[0\], data\[2\]"):
        as_sample([_visits(), _gdp(), _visits()])
    assert as_sample([_visits(), _gdp(), _visits()], columns=["gdp"]).names == ("gdp",)


def test_rows_without_dates_cannot_be_lined_up() -> None:
    undated, counter = _visits()[["visits"]], pd.DataFrame({"t": range(36), "demos": range(36)})
    with pytest.raises(DataContractError, match=r"2 things are wrong[\s\S]*LL311 data\[1\]: the rows have no[\s\S]*data\[2\]"):
        as_sample([_gdp(), undated, counter])


def _zoned(name: str, tz: str | None, freq: str, periods: int = 60) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range("2024-01-01", periods=periods, freq=freq, tz=tz), name: 1.0})


@pytest.mark.parametrize(
    ("tables", "kept"),
    [
        ([_zoned("a", "Europe/Berlin", "D"), _zoned("b", "America/New_York", "D")], False),
        ([_zoned("a", None, "D"), _zoned("b", "Europe/Berlin", "h", 600)], False),
        ([_zoned("a", "Europe/Berlin", "D"), _zoned("b", None, "h", 600)], False),
        ([_zoned("a", "Europe/Berlin", "D"), _zoned("b", "America/New_York", "h", 600)], True),
        ([_zoned("a", "Europe/Berlin", "D"), _zoned("b", None, "MS")], True),
        ([_zoned("a", None, "D"), _zoned("b", None, "h", 600)], True),
    ],
    ids=["two zones", "days without", "hours without", "instants and days", "months are dates", "no zones"],
)
def test_time_zones_of_tables_are_refused_where_they_could_be_two_things(tables: list[Any], *, kept: bool) -> None:
    assert [item.code for item in find_violations(tables)] == ([] if kept else ["LL310"])


def test_a_declared_zone_settles_it() -> None:
    sample = from_wide([_zoned("a", None, "D"), _zoned("b", "America/New_York", "h", 600)], tz="Europe/Berlin")
    assert [part.calendar.tz for part in sample.cadences] == ["Europe/Berlin", "UTC"]


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        ([], {}, "data is an empty list"),
        ([_gdp(), "visits.csv"], {}, r"data\[1\] is a path or text"),
        ([_gdp(), [_visits()]], {}, r"data\[1\] is a list"),
        ({"gdp": _gdp()}, {}, r"data is a dict of tables: give them as a list, list\(data\.values\(\)\)"),
        ([_gdp(), _visits()["visits"]], {}, r"data\[1\] is a pandas Series, .* for example data\[1\]\.to_frame\(\)"),
        ([_gdp(), _visits()], {"freq": "month"}, r"freq='month' is one cadence.*leave it out, or read the tables one by one"),
        ([_gdp(), _visits()], {"columns": ["visit"]}, "columns.*'visit'.*Did you mean 'visits'"),
        ([from_wide(_gdp()), from_wide(_visits())], {"time": "date"}, "time='date' is not allowed with a Sample"),
        ([_gdp(), _visits().assign(when=_visits()["date"]).rename(columns={"date": "then"})], {}, r"data\[1\]: several columns"),
    ],
)
def test_wrong_calls_name_the_table(data: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        as_sample(data, **options)


def test_a_sample_of_segments_is_named() -> None:
    regions = (
        _visits().rename(columns={"visits": "value"}).assign(metric="visits", region=["north", "south"] * (len(_visits()) // 2))
    )
    several = from_long(regions, time="date", metric="metric", value="value", segment="region")
    with pytest.raises(UsageError, match=r"data\[1\] has 2 segments where one is expected: 'north', 'south'"):
        as_sample([_gdp(), several])


def test_a_rate_needs_both_parts_on_one_calendar() -> None:
    rate = [Metric("rate", aggregate=ratio("visits", "gdp"))]
    with pytest.raises(UsageError, match="the ratio 'rate' cannot be formed"):
        as_sample([_gdp(), _visits()], catalogue=rate, columns=["rate"])
    with pytest.warns(DataWarning, match="names 'visit', which the data do not have. Did you mean 'visits'"):
        as_sample([_gdp(), _visits()], catalogue=[Metric("visit")])


def test_the_tables_of_the_caller_are_not_changed() -> None:
    tables = [_gdp(), _visits().set_index("date"), _spend()]
    before = [table.copy(deep=True) for table in tables]
    from_wide(tables, catalogue=[Metric("spend", aggregate="sum", missing="zero")]).around("gdp")
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_long_and_wide_tables_go_together() -> None:
    long = _visits().melt("date")
    sample = as_sample([_gdp(), from_long(long, time="date", metric="variable", value="value")])
    assert_array_equal(sample.around("gdp").column("visits"), np.arange(36.0).reshape(12, 3).mean(axis=1))


@pytest.mark.parametrize("anchor", ["Q-JAN", "Q-FEB"])
def test_quarters_of_a_business_year_are_not_lined_up_with_months(anchor: str) -> None:
    quarters = pd.period_range("2020Q1", periods=12, freq=anchor)
    kpi = pd.DataFrame({"y": np.arange(12.0)}, index=quarters.end_time.normalize())
    alone = from_wide(kpi)
    assert alone.around("y") is alone
    with pytest.raises(UsageError, match=f"the quarters of 'y' end in {'January' if anchor == 'Q-JAN' else 'February'} by their"):
        from_wide([kpi, _visits()]).around("y")


@pytest.mark.parametrize("dates", ["2020-03-31", "2020-01-01", "2020-03-01", "2020-02-14"])
def test_calendar_quarters_may_be_dated_by_any_of_their_days(dates: str) -> None:
    ends = pd.DatetimeIndex([pd.Timestamp(dates) + pd.DateOffset(months=3 * i) for i in range(12)])
    ends = ends + pd.offsets.MonthEnd(0) if dates.endswith("31") else ends
    both = from_wide([pd.DataFrame({"y": np.arange(12.0)}, index=ends), _visits()]).around("y")
    assert both.calendar.labels[0] == "2020Q1"
