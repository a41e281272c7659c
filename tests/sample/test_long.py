"""Long tables become the same Sample as wide ones, one layer per segment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal

from leadlag.catalogue import Metric, ratio
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.sample import Sample, from_long, from_wide
from tests.hazards import good_frame

NAMES = {"time": "date", "metric": "metric", "value": "value"}


def _long(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.melt(id_vars="date", var_name="metric", value_name="value")


def _two_countries() -> pd.DataFrame:
    parts = [_long(good_frame(9, seed)).assign(country=name) for seed, name in enumerate(("at", "de"))]
    return pd.concat(parts, ignore_index=True)


def _read(frame: Any, **options: Any) -> Sample:
    return from_long(frame, **{**NAMES, **options})


def test_long_and_wide_are_the_same_sample() -> None:
    wide = from_wide(good_frame(9)).select(["ads", "sales", "visits"])
    shuffled = _long(good_frame(9)).sample(frac=1, random_state=1)
    for table in (shuffled, pl.from_pandas(shuffled)):
        sample = _read(table)
        assert (sample.names, sample.periods) == (wide.names, wide.periods)
        assert_array_equal(sample.values, wide.values)


def test_segments_share_one_calendar_and_are_picked_by_name() -> None:
    frame = _two_countries()
    frame = frame[~((frame["country"] == "de") & (frame["date"] == frame["date"].min()))]
    sample = _read(frame, segment="country")
    assert sample.segments == ("at", "de")
    assert sample.values.shape == (2, 9, 3)
    german = sample.segment("de")
    assert german.segments == ("de",)
    expected = good_frame(9, 1)["sales"].to_numpy().copy()
    expected[0] = np.nan
    assert_array_equal(german.column("sales"), expected)
    assert german.require_single() is german
    assert sample.to_frame().loc["at", "sales"].tolist() == good_frame(9, 0)["sales"].tolist()


def test_several_segments_are_refused_with_how_to_pick_one() -> None:
    sample = _read(_two_countries(), segment="country")
    with pytest.raises(UsageError, match=r"2 segments.*'at', 'de'.*sample\.segment\('at'\)") as caught:
        sample.require_single()
    assert caught.value.code == "LL403"
    with pytest.raises(UsageError, match="segments"):
        sample.column("sales")
    with pytest.raises(UnknownNameError, match="Did you mean 'de'"):
        sample.segment("dee")


def test_segments_that_nobody_named_are_repeated_periods() -> None:
    with pytest.raises(DataContractError, match=r"LL301 metric, column 'sales'.*segment="):
        _read(_two_countries())


def test_repeated_periods_add_up_as_declared() -> None:
    frame = pd.DataFrame(
        {
            "date": ["2024-01-01", "2024-01-01", "2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02"],
            "metric": ["won", "won", "seen", "seen", "won", "seen"],
            "value": [1, 9, 10, 30, 2, 4],
        }
    )
    declared = [Metric("won", aggregate="sum"), Metric("seen", aggregate="mean"), Metric("rate", aggregate=ratio("won", "seen"))]
    sample = _read(frame, catalogue=declared)
    assert sample.column("won").tolist() == [10.0, 2.0]
    assert sample.column("seen").tolist() == [20.0, 4.0]
    assert sample.names == ("seen", "won", "rate")


def test_a_rate_given_in_rows_is_recomputed_from_its_parts() -> None:
    frame = pd.DataFrame(
        {"date": ["2024-01-01"] * 6, "metric": ["won", "won", "seen", "seen", "rate", "rate"], "value": [1, 9, 2, 98, 0.5, 0.09]}
    )
    parts = [Metric("rate", aggregate=ratio("won", "seen")), Metric("won"), Metric("seen")]
    assert _read(frame, catalogue=parts, freq="day").column("rate").tolist() == [0.1]
    with pytest.raises(DataContractError, match="LL301 metric, column 'rate'"):
        _read(frame[frame["metric"] == "rate"], catalogue=parts, freq="day")


def test_everything_wrong_with_a_long_table_is_one_error() -> None:
    frame = _long(good_frame(9)).astype({"metric": object, "value": object, "date": object})
    frame.loc[0, "metric"] = None
    frame.loc[1, "value"] = "many"
    frame.loc[2, "value"] = np.inf
    frame.loc[3, "date"] = "3/4/24"
    with pytest.raises(DataContractError) as caught:
        _read(frame)
    assert [violation.code for violation in caught.value.violations] == ["LL303", "LL305", "LL303", "LL302"]


def test_wrong_calls_name_the_argument() -> None:
    frame = _long(good_frame(9))
    with pytest.raises(UnknownNameError, match=r"value='valu'.*Did you mean 'value'"):
        _read(frame, value="valu")
    with pytest.raises(UsageError, match="value='metric' is named twice"):
        _read(frame, value="metric")
    with pytest.raises(DataContractError, match="LL312"):
        _read(frame.iloc[:0])


def test_rows_of_totals_in_a_long_table_are_left_out_or_named() -> None:
    weeks = [str(date) for date in pd.date_range("2022-01-03", periods=20, freq="7D").date]
    rng = np.random.default_rng(2)
    long = pd.DataFrame(
        {"week": np.tile(weeks, 4), "metric": np.repeat(["a", "b", "a", "b"], 20), "region": np.repeat(["N", "N", "S", "S"], 20),
         "value": rng.normal(50, 5, 80).round(2)}
    )  # fmt: skip
    totals = long.groupby(["metric", "region"])["value"].sum().reset_index().assign(week="Total")
    read = {"time": "week", "metric": "metric", "value": "value", "segment": "region"}
    expected = from_long(long, **read)
    sample = from_long(pd.concat([totals, long]), **read)
    assert sample.periods == expected.periods
    assert_array_equal(sample.values, expected.values)
    assert any(note.code == "LL135" and "'Total'" in note.text for note in sample.notes)
    wrong = totals.assign(value=[7.0, *totals["value"][1:]])
    with pytest.raises(DataContractError, match=r"LL305.*'Total'.*sums of their columns: 'a' is not"):
        from_long(pd.concat([long, wrong], ignore_index=True), **read)
