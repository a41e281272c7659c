"""The one door: every row of the hazard list gets its correct behaviour, and nothing else happens."""

from __future__ import annotations

import copy
import datetime as dt
import warnings
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from leadlag.catalogue import Metric, ratio
from leadlag.errors import DataContractError, DataWarning, UnknownNameError, UsageError
from leadlag.sample import Sample, as_sample, find_violations, from_wide
from tests.hazards import Hazard, good_frame, hazards

BY_NAME = {"ids": lambda hazard: hazard.name}


def _notes(sample: Sample, code: str) -> str:
    return " ".join(note.text for note in sample.notes if note.code == code)


def _untouched(frame: Any, before: Any) -> bool:
    return isinstance(frame, pd.DataFrame) and frame.equals(before) and list(frame.columns) == list(before.columns)


@pytest.mark.parametrize("hazard", hazards("LL3"), **BY_NAME)
def test_hazard_that_breaks_the_contract(hazard: Hazard) -> None:
    data = hazard.build()
    before = copy.deepcopy(data)
    with pytest.raises(DataContractError) as caught:
        as_sample(data, **hazard.options)
    assert caught.value.code == hazard.code
    assert {violation.code for violation in caught.value.violations} == {hazard.code}
    assert [word for word in hazard.words if word not in str(caught.value)] == []
    assert "Next: " in str(caught.value)
    assert all(len(violation.examples) <= 5 for violation in caught.value.violations)
    listed = find_violations(data, **hazard.options)
    assert [replace(item, call="") for item in listed] == [replace(item, call="") for item in caught.value.violations]
    assert _untouched(data, before)


@pytest.mark.parametrize("hazard", hazards("LL4"), **BY_NAME)
def test_hazard_that_is_a_wrong_call(hazard: Hazard) -> None:
    with pytest.raises(UsageError) as caught:
        as_sample(hazard.build(), **hazard.options)
    assert caught.value.code == hazard.code
    assert [word for word in hazard.words if word not in str(caught.value)] == []


@pytest.mark.parametrize("hazard", hazards("LL1"), **BY_NAME)
def test_hazard_that_is_noted(hazard: Hazard) -> None:
    data = hazard.build()
    before = copy.deepcopy(data)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sample = as_sample(data, **hazard.options)
    told = _notes(sample, hazard.code)
    assert [word for word in hazard.words if word not in told] == []
    assert {note.code for note in sample.notes} == {hazard.code, "LL116"}
    assert [warning.message.code for warning in caught] == (["LL104"] if hazard.code == "LL104" else [])  # type: ignore[union-attr]
    assert_array_equal(sample.column("sales")[:9], from_wide(good_frame()).column("sales")[:9])
    assert _untouched(data, before)


@pytest.mark.parametrize("hazard", hazards("LL2"), **BY_NAME)
def test_hazard_of_a_lead_passes_the_door(hazard: Hazard) -> None:
    sample = as_sample(hazard.build(), columns=["sales", "visits"], **hazard.options)
    assert sample.names == ("sales", "visits")
    assert_array_equal(sample.column("visits"), hazard.build()["visits"].to_numpy())


def test_all_violations_come_in_one_error() -> None:
    frame = good_frame()
    frame["visits"] = frame["visits"].astype(object)
    frame.loc[1, "visits"] = "many"
    frame.loc[2, "sales"] = np.inf
    frame["ads"] = pd.to_timedelta(frame["ads"], unit="h")
    frame.loc[5, "date"] = "5 May"
    with pytest.raises(DataContractError, match="4 things are wrong") as caught:
        as_sample(frame, columns={"kpi": "sales", "leads": ["visits", "ads"]})
    found = {(violation.code, violation.argument, violation.column) for violation in caught.value.violations}
    assert found == {
        ("LL305", "time", "date"),
        ("LL302", "kpi", "sales"),
        ("LL303", "leads", "visits"),
        ("LL304", "leads", "ads"),
    }


def test_bad_names_do_not_hide_bad_values() -> None:
    frame = good_frame()
    frame.columns = pd.Index(["date", "sales", "visits", "visits"])
    frame.loc[2, "sales"] = np.inf
    assert [violation.code for violation in find_violations(frame)] == ["LL306", "LL302"]


def test_columns_that_nobody_named_may_be_bad() -> None:
    frame = good_frame().assign(ads=np.inf)
    assert as_sample(frame, columns=["visits", "sales"]).names == ("visits", "sales")


def test_text_columns_are_left_out_and_listed_but_refused_when_named() -> None:
    frame = good_frame().assign(city="Ulm", signed=dt.date(2024, 1, 1))
    sample = as_sample(frame, time="date")
    assert sample.names == ("sales", "visits", "ads")
    assert [(column.name, column.reason.split(",")[0]) for column in sample.left_out] == [("city", "text"), ("signed", "dates")]
    assert "'city', 'signed'" in _notes(sample, "LL107")
    for data in (frame, sample):
        options = {} if isinstance(data, Sample) else {"time": "date"}
        with pytest.raises(DataContractError, match="LL303 leads, column 'city'"):
            as_sample(data, columns={"leads": ["city"]}, **options)


def test_a_column_that_was_left_out_is_not_called_unknown() -> None:
    sample = from_wide(good_frame().assign(city="Ulm"))
    with pytest.raises(DataContractError, match=r"LL303 kpi, column 'city': .*left out.*text"):
        sample.resolve("city", "kpi")


@pytest.mark.parametrize(
    "form", ["%d/%m/%Y", "%m/%d/%y", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%y", "%B %d, %Y %H:%M", "%d.%m.%Y %H:%M"]
)
def test_dates_in_another_form_are_the_time_and_not_text_to_leave_out(form: str) -> None:
    frame = good_frame(40).rename(columns={"date": "when"})
    frame["when"] = [f"{dt.date(2020 + row // 12, 1 + row % 12, 1):{form}}" for row in range(40)]
    for data in (frame, frame.set_index("when")):
        with pytest.raises(DataContractError, match=r"LL305 time, column 'when'.*date_format="):
            as_sample(data)
        assert from_wide(data, date_format=form).calendar.freq == "month"


def test_labels_and_second_date_columns_are_not_taken_for_the_time() -> None:
    frame = good_frame().assign(team="Team 12", store="7/B", signed="31/01/2024")
    assert as_sample(frame).calendar.freq == "week"
    undated = frame.drop(columns=["date", "signed"])
    assert [column.name for column in as_sample(undated).left_out] == ["team", "store"]


def test_an_unknown_name_gets_the_nearest_match() -> None:
    with pytest.raises(UnknownNameError, match=r"kpi.*'salse'.*Did you mean 'sales'"):
        as_sample(good_frame(), columns={"kpi": ["salse"]})
    with pytest.raises(UnknownNameError, match="Did you mean 'date'"):
        as_sample(good_frame(), time="dat")


@pytest.mark.filterwarnings("ignore:.*beyond 2:leadlag.errors.DataWarning")
def test_numbers_of_every_type_side_by_side_are_read_as_each_alone() -> None:
    rng = np.random.default_rng(5)
    whole, gaps = rng.integers(-9, 9, 12), rng.random(12) < 0.3
    columns = {
        "float": rng.normal(size=12), "short": rng.random(12, dtype=np.float32), "int": whole, "byte": whole.astype(np.int8),
        "large": whole + 2**53 + 1, "unsigned": np.full(12, 2**64 - 1, dtype=np.uint64), "bool": whole > 0,
        "Int64": pd.Series(whole).mask(gaps).astype("Int64"), "large Int64": pd.array([None, *[2**60 + 1] * 11], dtype="Int64"),
        "Float64": pd.Series(rng.normal(size=12)).mask(gaps).astype("Float64"), "sparse": pd.arrays.SparseArray(whole * 1.0),
        "arrow": pd.Series(whole).mask(gaps).astype(pd.ArrowDtype(pa.int64())), "text": whole.astype(str),
    }  # fmt: skip
    together = from_wide(pd.DataFrame(columns))
    alone = {name: from_wide(pd.DataFrame({name: cells})) for name, cells in columns.items()}
    assert together.names == tuple(columns)
    for name, sample in alone.items():
        assert_array_equal(together.column(name), sample.column(name))
        assert [note for note in together.notes if note.column == name] == [note for note in sample.notes if note.column == name]
    assert _notes(together, "LL104").count("beyond 2**53") == 3


def test_hazard_nullable_and_arrow_columns() -> None:
    plain = good_frame(8)[["sales"]].round()
    plain.loc[2, "sales"] = np.nan
    for dtype in ("Int64", "Float64", "int32[pyarrow]", "double[pyarrow]", pd.ArrowDtype(pa.decimal128(9, 2))):
        cells = [None if np.isnan(value) else value for value in plain["sales"]]
        typed = [Decimal(cell) if cell is not None and "decimal" in str(dtype) else cell for cell in cells]
        frame = pd.DataFrame({"sales": pd.array(typed, dtype=dtype)})
        assert_array_equal(as_sample(frame).column("sales"), plain["sales"].to_numpy())


def test_hazard_unsigned_and_overflowing_integers() -> None:
    sample = as_sample(pd.DataFrame({"a": np.array([5, 3], dtype=np.uint8), "b": np.array([2**53, -(2**53)])}))
    assert np.diff(sample.column("a")).tolist() == [-2.0]
    assert sample.values.dtype == np.float64
    for big in (
        pd.Series([2**62, 1]),
        pd.Series([2**62, None], dtype="Int64"),
        pd.Series([2**70, 1], dtype=object),
        pd.Series(["9" * 17, "1"]),
    ):
        with pytest.warns(DataWarning, match=r"'a' holds 1 whole number beyond 2\*\*53.*LL104"):
            as_sample(pd.DataFrame({"a": big}))


def test_hazard_infinity_may_be_read_as_missing_and_is_counted() -> None:
    sample = from_wide(pd.DataFrame({"a": [1.0, np.inf, -np.inf, 4.0]}), infinite="missing")
    assert_array_equal(sample.column("a"), [1.0, np.nan, np.nan, 4.0])
    assert "2 infinite values of 'a' read as missing" in _notes(sample, "LL115")


def test_hazard_missing_in_the_middle_is_masked_not_filled() -> None:
    frame = pd.DataFrame({"a": [1.0, np.nan, np.nan, 4.0], "b": [np.nan, 1.0, 2.0, 3.0]})
    assert_array_equal(as_sample(frame).values, frame.to_numpy())
    assert_array_equal(as_sample(frame, missing="zero").column("a"), [1.0, 0.0, 0.0, 4.0])
    filled = as_sample(frame, missing=("ffill", 1))
    assert_array_equal(filled.values, [[1.0, np.nan], [1.0, 1.0], [np.nan, 2.0], [4.0, 3.0]])
    assert "1 missing value of 'a' filled with the last value" in _notes(filled, "LL115")
    by_metric = as_sample(frame, missing="zero", catalogue=[Metric("a", missing="mask")])
    assert_array_equal(by_metric.values, [[1.0, 0.0], [np.nan, 1.0], [np.nan, 2.0], [4.0, 3.0]])


def test_hazard_gaps_become_missing_periods_so_that_no_lag_crosses_one() -> None:
    frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-02", "2024-01-10"], "a": [1.0, 2.0, 10.0]})
    values = as_sample(frame).column("a")
    assert len(values) == 10
    assert np.flatnonzero(~np.isnan(values)).tolist() == [0, 1, 9]


def test_hazard_time_zones_are_converted_to_the_declared_one() -> None:
    stamps = ["2024-01-01T23:30:00+00:00", "2024-01-03T00:30:00+01:00", "2024-01-04T00:30:00+01:00"]
    frame = pd.DataFrame({"date": stamps, "a": [1, 2, 3]})
    sample = as_sample(frame, tz="Europe/Berlin", freq="day")
    assert sample.periods == ("2024-01-02", "2024-01-03", "2024-01-04")
    assert sample.calendar.tz == "Europe/Berlin"


def test_hazard_dst_days_are_periods_and_hours_are_utc() -> None:
    local = pd.date_range("2024-03-29", periods=5, freq="D", tz="Europe/Berlin")
    days = as_sample(pd.DataFrame({"a": range(5)}, index=local))
    assert (days.calendar.freq, days.n_periods) == ("day", 5)
    hours = as_sample(pd.DataFrame({"a": range(72)}, index=pd.date_range("2024-10-26", periods=72, freq="h", tz="Europe/Berlin")))
    assert (hours.calendar.freq, hours.n_periods, hours.calendar.tz) == ("hour", 72, "UTC")
    assert not np.isnan(hours.values).any()
    for step, freq in (("h", "hour"), ("30min", "period")):
        clocks = pd.date_range("2024-10-26", periods=72, freq=step, tz="Europe/Berlin")
        naive = as_sample(pd.DataFrame({"a": range(72)}, index=clocks.tz_localize(None)), tz="Europe/Berlin")
        assert (naive.calendar.freq, naive.calendar.index[0].hour, naive.n_periods) == (freq, 22, 72)


def test_hazard_duplicate_stamps_are_aggregated_only_as_declared() -> None:
    frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-01", "2024-01-02"], "a": [1.0, 5.0, 7.0], "b": [2.0, 4.0, 9.0]})
    with pytest.raises(DataContractError, match=r"2024-01-01 occurs 2 times.*for 'b'"):
        as_sample(frame, catalogue=[Metric("a", aggregate="sum")])
    declared = [Metric("a", aggregate="sum"), Metric("b", aggregate="last")]
    sample = as_sample(frame, catalogue=declared)
    assert_array_equal(sample.values, [[6.0, 4.0], [7.0, 9.0]])
    assert "2 rows of 1 period were" in _notes(sample, "LL117")


def test_a_long_table_at_the_wide_door_is_shown_the_other_one() -> None:
    long = pd.DataFrame({"date": ["2024-01-01", "2024-01-02"] * 2, "metric": ["a", "a", "b", "b"], "value": range(4)})
    with pytest.raises(DataContractError, match=r"LL301.*from_long\(data, .*\) if it names metrics"):
        as_sample(long)


def test_a_rate_is_sum_over_sum_never_the_mean_of_rates() -> None:
    frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-08", "2024-02-05"], "won": [1, 9, 1], "seen": [10, 10, 2]})
    rate = [Metric("rate", aggregate=ratio("won", "seen")), Metric("won", aggregate="sum"), Metric("seen", aggregate="sum")]
    sample = as_sample(frame, freq="month", catalogue=rate, columns=["rate"])
    assert sample.column("rate").tolist() == [0.5, 0.5]
    given_rate = frame.assign(rate=frame["won"] / frame["seen"])
    assert as_sample(given_rate, freq="month", catalogue=rate).column("rate").tolist() == [0.5, 0.5]
    with pytest.raises(DataContractError, match="LL301"):
        as_sample(given_rate[["date", "rate"]], freq="month", catalogue=rate)
    with pytest.raises(UnknownNameError):
        as_sample(frame[["date", "won"]], catalogue=rate, columns=["rate"])


def test_hazard_integer_dates_are_told_from_counters_and_moments() -> None:
    def calendar(values: list[int]) -> tuple[str, str]:
        sample = as_sample(pd.DataFrame({"when": values, "a": range(len(values))}), time="when")
        return sample.calendar.freq, sample.periods[0]

    assert calendar([20240101, 20240102, 20240103]) == ("day", "2024-01-01")
    assert calendar([202401, 202402, 202403]) == ("month", "2024-01")
    assert calendar([1930, 1931, 1932]) == ("year", "1930")
    assert calendar([1, 2, 3]) == ("period", "1")
    assert calendar([1704067200, 1704153600, 1704240000]) == ("day", "2024-01-01")
    assert calendar([1704067200000, 1704070800000, 1704074400000]) == ("hour", "2024-01-01 00:00")
    with pytest.raises(DataContractError, match="neither years"):
        calendar([7, 20240101, 20240102])


def test_hazard_day_first_dates_are_read_in_the_format_given() -> None:
    frame = pd.DataFrame({"date": ["31.01.2024", "01.02.2024", "02.02.2024"], "a": [1, 2, 3]})
    assert as_sample(frame, date_format="%d.%m.%Y").periods == ("2024-01-31", "2024-02-01", "2024-02-02")
    with pytest.raises(DataContractError, match="do not fit date_format"):
        as_sample(frame, date_format="%m/%d/%Y")


def test_hazard_resolution_is_never_assumed() -> None:
    date32 = pd.array([dt.date(2024, month, 1) for month in (1, 2, 3)], dtype=pd.ArrowDtype(pa.date32()))
    assert as_sample(pd.DataFrame({"when": date32, "a": [1, 2, 3]})).periods[-1] == "2024-03"
    for unit in ("s", "ms", "us", "ns"):
        index = pd.DatetimeIndex(["2024-01-01", "2024-01-08", "2024-01-15"]).as_unit(unit)
        assert as_sample(pd.DataFrame({"a": [1, 2, 3]}, index=index)).periods[-1] == "2024-01-15"
    far = pd.DataFrame({"date": [dt.datetime(9999, month, 1) for month in (10, 11, 12)], "a": [1, 2, 3]})
    assert as_sample(far).periods == ("9999-10", "9999-11", "9999-12")


def test_hazard_last_partial_period_is_dropped_by_as_of() -> None:
    frame = pd.DataFrame({"date": ["2024-01", "2024-02", "2024-03"], "a": [1, 2, 3]})
    assert as_sample(frame, as_of="2024-03-30").periods == ("2024-01", "2024-02")
    assert as_sample(frame, as_of=dt.date(2024, 3, 31)).n_periods == 3
    with pytest.raises(DataContractError, match="no row lies before as_of"):
        as_sample(frame, as_of="2023-12-31")
    with pytest.raises(UsageError, match="as_of"):
        as_sample(frame[["a"]], as_of="2024-03-30")


def test_hazard_week_anchor_is_explicit() -> None:
    frame = pd.DataFrame({"date": ["2024-01-07", "2024-01-14", "2024-01-21"], "a": [1, 2, 3]})
    sample = as_sample(frame)
    assert (sample.calendar.freq, sample.calendar.anchor, sample.periods[0]) == ("week", "Sunday", "2024-01-07")


def test_hazard_names_join_and_map_back() -> None:
    frame = pd.DataFrame(
        [[1, 2, 3], [4, 5, 6]], columns=pd.MultiIndex.from_tuples([("web", "visits"), ("web", "leads"), ("sales", "")])
    )
    sample = as_sample(frame, columns=[("web", "visits"), "sales"])
    assert sample.names == ("web / visits", "sales")
    assert sample.name_map["web / visits"] == ("web", "visits")
    assert as_sample(pd.DataFrame({2024: [1, 2]}), columns=2024).names == ("2024",)


def test_hazard_unicode_forms_of_a_name_are_the_same_name() -> None:
    sample = as_sample(pd.DataFrame({"cafe\u0301": [1, 2]}), columns="caf\u00e9")
    assert sample.names == ("caf\u00e9",)
    assert sample.column("cafe\u0301").tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "name", ["100 %s", "{0}", "{", "%(x)d", "a|b", "<b>", "$x_1$", "=1+1", 'O\'Brien "x"', "\\d", "\u202egnp"]
)
def test_hazard_names_that_look_like_formats_travel_unchanged(name: str) -> None:
    frame = pd.DataFrame({name: [1.0, np.inf]})
    with pytest.raises(DataContractError) as caught:
        as_sample(frame)
    assert caught.value.violations[0].column == name
    assert ascii(name)[1:-1].replace("\\\\", "\\") in str(caught.value) or repr(name) in str(caught.value)
    assert as_sample(frame.assign(**{name: [1, 2]})).names == (name,)


def test_cells_that_look_like_formats_are_shown_as_they_are() -> None:
    with pytest.raises(DataContractError, match=r"'\{0\} %s'"):
        as_sample(pd.DataFrame({"a": [1, "{0} %s"]}))


def test_where_the_times_are_found() -> None:
    frame = good_frame(9)
    expected = as_sample(frame, time="date")
    monday = pd.to_datetime(frame["date"])
    same = [
        frame,
        frame.rename(columns={"date": "Woche"}),
        frame.assign(date=monday),
        frame.assign(date=monday.dt.date),
        frame.assign(date=monday.dt.to_period("W-SUN")),
        frame.set_index("date"),
        frame.set_index(monday).drop(columns="date"),
        frame.drop(columns="date").set_index(pd.PeriodIndex(monday, freq="W-SUN")),
    ]
    for table in same:
        sample = as_sample(table)
        assert (sample.calendar.freq, sample.periods) == ("week", expected.periods)
        assert_array_equal(sample.values, expected.values)
    assert as_sample(frame.set_index("date"), time="date").periods == expected.periods


def test_undated_rows_counters_and_row_numbers() -> None:
    undated = as_sample(good_frame(9).drop(columns="date"))
    assert (undated.calendar.freq, undated.periods[-1]) == ("period", "8")
    assert [note.code for note in undated.notes] == ["LL137"]
    filtered = as_sample(good_frame(9).drop(columns="date").drop(index=[3, 4]))
    assert np.isnan(filtered.column("sales")).tolist() == [False] * 3 + [True] * 2 + [False] * 4
    counter = pd.DataFrame({"t": [3, 1, 2], "a": [30, 10, 20]})
    assert as_sample(counter).column("a").tolist() == [10, 20, 30]
    assert as_sample(counter, columns=["t", "a"]).names == ("t", "a")
    assert as_sample(counter, time="t", freq="week").calendar.season_lengths == (52,)


def test_a_panel_without_segments_is_refused_not_read_as_one_series() -> None:
    panel = pd.DataFrame({"year": [1935, 1936, 1935, 1936], "firm": [1, 1, 2, 2], "invest": [1.0, 2.0, 3.0, 4.0]})
    with pytest.raises(DataContractError, match="LL301 time, column 'year': 2 periods occur more than once"):
        as_sample(panel)


@pytest.mark.parametrize("data", [{"a": [1]}, [1, 2], np.eye(2), "file.csv", None, 3, pl.Series([1])])
def test_what_is_no_table_is_refused_with_what_to_give(data: Any) -> None:
    with pytest.raises(UsageError, match=r"data(\[0\])? is a"):
        as_sample(data)


def test_dates_in_parts_are_one_time_and_no_metrics() -> None:
    frame = pd.DataFrame({"year": [2020] * 12, "month": range(1, 13), "a": range(12)})
    assert (as_sample(frame).names, as_sample(frame).periods[0]) == (("a",), "2020-01")
    with pytest.raises(UsageError, match=r"'year', 'period'.*one date column"):
        as_sample(frame.rename(columns={"month": "period"}))
    with pytest.raises(UsageError, match="tz='UTC' needs times"):
        as_sample(frame[["a"]], tz="UTC")


def test_a_sample_can_be_copied_to_another_worker() -> None:
    sample = from_wide(good_frame())
    copied = copy.deepcopy(sample)
    assert (copied.names, copied.periods, copied.name_map) == (sample.names, sample.periods, sample.name_map)
    assert_array_equal(copied.values, sample.values)


def test_a_sample_passes_through() -> None:
    sample = from_wide(good_frame())
    assert as_sample(sample) is sample
    assert as_sample(sample, columns=["ads", "sales"]).names == ("ads", "sales")
    with pytest.raises(UsageError, match="time='date' is not allowed with a Sample"):
        as_sample(sample, time="date")


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(12)), st.sets(st.integers(0, 11), max_size=4))
def test_shuffled_rows_are_the_same_sample(order: list[int], holes: set[int]) -> None:
    frame = good_frame(12)
    frame.loc[sorted(holes), "visits"] = np.nan
    expected, sample = as_sample(frame), as_sample(frame.iloc[list(order)])
    assert sample.periods == expected.periods
    assert_array_equal(sample.values, expected.values)


_COLUMNS = st.fixed_dictionaries(
    {
        "whole": st.lists(st.one_of(st.none(), st.integers(-(2**53), 2**53)), min_size=6, max_size=6),
        "real": st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=6, max_size=6),
        "flag": st.lists(st.one_of(st.none(), st.booleans()), min_size=6, max_size=6),
        "money": st.lists(st.one_of(st.none(), st.decimals(-99, 99, places=2)), min_size=6, max_size=6),
    }
)


@settings(max_examples=40, deadline=None)
@given(_COLUMNS)
def test_pandas_polars_and_arrow_are_the_same_sample(columns: dict[str, list[Any]]) -> None:
    names = ("whole", "real", "flag", "money")
    columns = {"date": [dt.date(2024, 1, day) for day in range(1, 7)], **{name: columns[name] for name in names}}
    money = pa.array(columns["money"], type=pa.decimal128(9, 2))
    arrow = pa.table({**columns, "money": money})
    types = {"whole": pl.Int64, "real": pl.Float64, "flag": pl.Boolean, "money": pl.Decimal(9, 2)}
    tables = [pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()}), arrow]
    tables.append(pl.DataFrame(columns, schema_overrides=types))
    samples = [as_sample(table) for table in tables]
    for sample in samples:
        assert sample.names == names
        assert sample.periods == samples[0].periods
        assert_array_equal(sample.values, samples[0].values)


def test_arrow_tables_with_a_name_twice_are_refused() -> None:
    table = pa.table([[1, 2], [3, 4]], names=["a", "a"])
    assert [violation.code for violation in find_violations(table)] == ["LL306"]


def test_values_are_read_only_and_not_the_callers() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    sample = as_sample(frame)
    assert not np.shares_memory(sample.values, frame.to_numpy())
    with pytest.raises(ValueError, match="read-only"):
        sample.values[0, 0] = 3.0


def test_a_catalogue_name_that_the_data_lack_is_told_with_the_nearest() -> None:
    frame, catalogue = good_frame(), [Metric("visit", unit="visits"), Metric("sales", unit="EUR")]
    with pytest.warns(DataWarning, match=r"names 'visit', which the data do not have. Did you mean 'visits'\? \[LL120\]"):
        sample = as_sample(frame, catalogue=catalogue)
    assert "LL120" in [note.code for note in sample.notes]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a Sample that was told of it is not told again
        assert as_sample(sample, catalogue=catalogue).notes == sample.notes


def test_a_catalogue_may_know_columns_that_are_not_asked_for() -> None:
    catalogue = [Metric("date"), Metric("ads"), Metric("yield", aggregate=ratio("sales", "visits"))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_sample(good_frame(), columns=["sales", "visits"], catalogue=catalogue)


@pytest.mark.filterwarnings("ignore::leadlag.errors.DataWarning")
@pytest.mark.parametrize("size", [2**70, 3])
def test_whole_numbers_of_128_bits_are_numbers(size: int) -> None:
    whole = [size * (row % 7) for row in range(20)]
    table = pl.DataFrame({"a": pl.Series(whole, dtype=pl.Int128), "b": [1.0, 2.0] * 10})
    assert from_wide(table).column("a").tolist() == list(map(float, whole))
