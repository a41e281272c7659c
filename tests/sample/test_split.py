"""A metric of a slower step within a table is told from one with gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from leadlag.sample import Sample, as_sample, from_long, from_wide

MONTHS = pd.date_range("2010-01-01", periods=60, freq="MS")
NAN = np.nan


def _series(dates: pd.DatetimeIndex, name: str) -> pd.Series:
    return pd.Series(np.arange(len(dates), dtype=float), index=dates, name=name)


def _wide(*series: pd.Series) -> pd.DataFrame:
    return pd.concat(series, axis=1, sort=True).rename_axis("date").reset_index()


def _long(*series: pd.Series) -> pd.DataFrame:
    return pd.concat([part.rename("value").rename_axis("date").reset_index().assign(metric=part.name) for part in series])


def _cadences(sample: Sample) -> dict[str, str]:
    return {name: part.calendar.freq for part in sample.cadences for name in part.names}


CASES = [
    ("month", "quarter", pd.date_range("2010-01-01", periods=20, freq="QS")),
    ("month", "quarter", pd.date_range("2010-03-31", periods=20, freq="QE")),
    ("week", "month", MONTHS[:30]),
    ("week", "quarter", pd.date_range("2010-01-01", periods=12, freq="QS")),
    ("business_day", "month", pd.date_range("2010-01-31", periods=20, freq="BME")),
    ("day", "week", pd.date_range("2010-01-04", periods=60, freq="7D")),
    ("hour", "day", pd.date_range("2010-01-01", periods=20, freq="D")),
    ("month", "year", pd.date_range("2001-01-01", periods=15, freq="YS")),
]
FAST = {
    "month": MONTHS,
    "week": pd.date_range("2010-01-04", periods=200, freq="7D"),
    "business_day": pd.bdate_range("2010-01-01", periods=500),
    "day": pd.date_range("2010-01-01", periods=500),
    "hour": pd.date_range("2010-01-01", periods=500, freq="h"),
}


@pytest.mark.parametrize(("fast", "slow", "dates"), CASES)
def test_a_slower_metric_gets_a_calendar_of_its_own_in_wide_and_in_long_tables(
    fast: str, slow: str, dates: pd.DatetimeIndex
) -> None:
    series = (_series(FAST[fast], "visits"), _series(dates, "gdp"))
    wide = from_wide(_wide(*series))
    assert _cadences(wide) == {"visits": fast, "gdp": slow}
    assert {note.code for note in wide.notes} >= {"LL125"}
    long = _long(*series)
    melted = _wide(*series).melt("date", var_name="metric")  # the empty cells stay as rows
    for table in (long, long.sample(frac=1, random_state=0), pl.from_pandas(melted)):
        same = from_long(table, time="date", metric="metric", value="value")
        assert _cadences(same) == _cadences(wide)
        for mine, other in zip(same.cadences, wide.cadences, strict=True):
            assert mine.periods == other.periods
            assert_array_equal(mine.values, other.values)


def test_the_note_says_how_the_first_value_was_dated() -> None:
    frame = _wide(_series(MONTHS, "visits"), _series(MONTHS[::3], "gdp"))
    note = next(note for note in as_sample(frame).notes if note.code == "LL125")
    assert note.column == "gdp"
    assert note.text.endswith("'gdp'. That of 2010-01-01 was taken for 2010Q1.")


@settings(max_examples=60, deadline=None)
@given(kept=st.floats(0.15, 0.95), seed=st.integers(0, 999))
def test_gaps_at_random_are_gaps(kept: float, seed: int) -> None:
    here = np.random.default_rng(seed).random(60) < kept
    frame = _wide(_series(MONTHS, "visits"), _series(MONTHS[here], "leads"))
    assert set(_cadences(from_wide(frame)).values()) == {"month"}


@pytest.mark.parametrize(
    "dates",
    [MONTHS[::3][:7], MONTHS[:30], MONTHS[::3].union(MONTHS[31:32]), MONTHS[::2]],
    ids=["few values", "the first half", "one exception", "every other month"],
)
def test_what_is_no_slower_step_stays_on_the_rows(dates: pd.DatetimeIndex) -> None:
    sample = from_wide(_wide(_series(MONTHS, "visits"), _series(dates, "gdp")))
    assert (sample.others, sample.calendar.freq) == ((), "month")


def test_a_quarter_or_two_without_a_value_is_still_a_quarterly_metric() -> None:
    gdp = _series(MONTHS[::3].delete([4, 9]), "gdp")
    sample = from_wide(_wide(_series(MONTHS, "visits"), gdp))
    assert _cadences(sample) == {"visits": "month", "gdp": "quarter"}
    assert np.isnan(sample.column("gdp")).nonzero()[0].tolist() == [4, 9]


def test_a_declared_cadence_is_taken_at_its_word() -> None:
    sample = from_wide(_wide(_series(MONTHS, "visits"), _series(MONTHS[::3], "gdp")), freq="month")
    assert (sample.others, np.isnan(sample.column("gdp")).sum()) == ((), 40)


def test_metrics_dated_at_the_start_and_at_the_end_of_months_share_a_calendar() -> None:
    ends = pd.date_range("2010-01-31", periods=60, freq="ME")
    sample = from_wide(_wide(_series(MONTHS, "visits"), _series(ends, "stock")))
    assert (sample.others, sample.calendar.freq, sample.names) == ((), "month", ("visits", "stock"))
    assert_array_equal(sample.values[:, 0], sample.values[:, 1])


def test_rows_of_one_metric_only_are_its_own_periods() -> None:
    frame = _wide(_series(MONTHS, "visits"), _series(MONTHS[::3], "gdp"))
    sample = as_sample(frame, columns={"kpi": ["gdp"]})
    assert (sample.calendar.freq, sample.others) == ("quarter", ())
