"""The cadence is told from the stamps, gaps allowed, or refused with what to pass."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlag.catalogue import Metric
from leadlag.errors import DataContractError
from leadlag.sample import Sample, from_wide


def _read(stamps: Iterable[object], **options: object) -> Sample:
    index = stamps if isinstance(stamps, pd.DatetimeIndex) else pd.DatetimeIndex(list(stamps))
    return from_wide(pd.DataFrame({"a": np.arange(len(index))}, index=index), **options)  # type: ignore[arg-type]


def _seconds(*stamps: object) -> pd.DatetimeIndex:
    """Stamps beyond what nanoseconds hold, which are all that older pandas makes of texts."""
    return pd.DatetimeIndex(np.array(stamps, dtype="datetime64[s]"))


CASES = {
    "hour": ("hour", pd.date_range("2024-01-01 05:00", periods=30, freq="h")),
    "day": ("day", pd.date_range("2024-01-01", periods=30, freq="D")),
    "day at nine": ("day", pd.date_range("2024-01-01 09:00", periods=30, freq="D")),
    "day at changing times": (
        "day",
        pd.date_range("2024-01-01 09:00", periods=30, freq="D") + pd.to_timedelta(np.arange(30) % 7, unit="m"),
    ),
    "a working week alone": ("day", pd.date_range("2024-01-01", periods=5, freq="D")),
    "business_day": ("business_day", pd.bdate_range("2024-01-01", periods=30)),
    "business days with a holiday": ("business_day", pd.bdate_range("2024-01-01", periods=30).delete([9, 10])),
    "week on Mondays": ("week", pd.date_range("2024-01-01", periods=30, freq="7D")),
    "week on Thursdays": ("week", pd.date_range("2024-01-04", periods=30, freq="7D")),
    "month starts": ("month", pd.date_range("2024-01-01", periods=30, freq="MS")),
    "month ends": ("month", pd.date_range("2024-01-31", periods=30, freq="ME")),
    "the 15th": ("month", pd.date_range("2024-01-01", periods=30, freq="MS") + pd.Timedelta(days=14)),
    "last business day of the month": ("month", pd.date_range("2024-01-31", periods=30, freq="BME")),
    "two months": ("month", pd.DatetimeIndex(["2023-02-01", "2023-03-01"])),
    "quarter": ("quarter", pd.date_range("2020-01-01", periods=12, freq="QS")),
    "quarter ends": ("quarter", pd.date_range("2020-01-01", periods=12, freq="QE")),
    "year": ("year", pd.date_range("2000-01-01", periods=12, freq="YS")),
    "fiscal year": ("year", pd.date_range("2000-06-30", periods=12, freq="YE-JUN")),
    "every 2 weeks": ("period", pd.date_range("2024-01-01", periods=12, freq="14D")),
    "every half-year": ("period", pd.date_range("2020-01-01", periods=12, freq="6MS")),
    "every 15 minutes": ("period", pd.date_range("2024-01-01", periods=12, freq="15min")),
    "every 4 hours": ("period", pd.date_range("2024-01-01", periods=12, freq="4h")),
}


@pytest.mark.parametrize("case", CASES)
def test_cadence_is_told_from_the_stamps(case: str) -> None:
    word, stamps = CASES[case]
    sample = _read(stamps)
    assert sample.calendar.freq == word
    expected = 32 if "holiday" in case else len(stamps)
    assert sample.n_periods == expected - 2 * ("holiday" in case)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(set(CASES) - {"two months", "a working week alone"})), st.sets(st.integers(1, 10), max_size=2))
def test_gaps_change_neither_cadence_nor_calendar(case: str, gone: set[int]) -> None:
    word, stamps = CASES[case]
    full, sample = _read(stamps), _read(stamps.delete(sorted(gone)))
    assert sample.calendar.freq == word
    assert sample.periods == full.periods


def test_steps_that_are_no_word_are_counted_in_periods_and_said() -> None:
    steps = {
        "every 2 weeks": "2 weeks",
        "every half-year": "6 months",
        "every 15 minutes": "15 minutes",
        "every 4 hours": "4 hours",
    }
    for case, words in steps.items():
        sample = _read(CASES[case][1])
        assert sample.calendar.step == words
        assert any(note.code == "LL114" and words in note.text for note in sample.notes)


@pytest.mark.parametrize(
    "stamps",
    [
        ["2024-01-01"],
        ["2024-01-01", "2024-01-02", "2024-01-04", "2024-09-09"],
        ["2024-01-01", "2024-01-03", "2024-01-06", "2024-01-10"],
    ],
)
def test_what_cannot_be_told_is_refused_with_what_to_pass(stamps: list[str]) -> None:
    with pytest.raises(DataContractError, match=r"LL309 .*cadence cannot be told.*freq="):
        _read(stamps)


def test_freq_overrides_what_the_stamps_look_like() -> None:
    assert _read(["2024-01-01"], freq="month").periods == ("2024-01",)
    assert _read(pd.bdate_range("2024-01-01", periods=30), freq="day").n_periods == 40
    assert _read(["2024-01-01", "2024-01-09", "2024-01-17"], freq="week").calendar.anchor == "Monday"
    with pytest.raises(DataContractError, match="weekend"):
        _read(["2024-01-05", "2024-01-06", "2024-01-08"], freq="business_day")


def test_weeks_with_a_shifted_day_are_moved_and_said() -> None:
    stamps = ["2024-01-01", "2024-01-08", "2024-01-16", "2024-01-22", "2024-01-29"]
    sample = _read(stamps)
    assert sample.periods == ("2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29")
    assert [note.code for note in sample.notes] == ["LL113"]


@pytest.mark.parametrize(
    ("freq", "count"), [("hour", "19,993 hours"), ("day", "834 days"), ("business_day", "596 business days")]
)
def test_a_named_cadence_that_would_leave_the_grid_empty_is_refused_with_the_counts(freq: str, count: str) -> None:
    with pytest.raises(DataContractError, match=f"only 120 of the {count} .* one week apart.*freq='week'") as caught:
        _read(pd.date_range("2020-01-06", periods=120, freq="7D"), freq=freq)
    assert caught.value.code == "LL309"


def test_a_grid_that_no_memory_holds_is_refused_before_it_is_made() -> None:
    with pytest.raises(DataContractError, match=r"only 3 of the 69,\d{3},\d{3} hours"):
        _read(_seconds("2024-01-01", "2024-01-02", "9999-01-01"), freq="hour")


def test_a_list_of_events_may_be_as_sparse_as_it_is_where_no_row_means_zero() -> None:
    stamps = pd.DatetimeIndex(["2024-01-05", "2024-01-12", "2024-02-23", "2024-06-28"])  # Fridays
    promo = [Metric("a", aggregate="sum", missing="zero")]
    assert _read(stamps, freq="day", catalogue=promo).n_periods == 176
    with pytest.raises(DataContractError, match="only 4 of the 176 days"):
        _read(stamps, freq="day")


def test_the_cadence_that_is_proposed_is_one_that_the_rows_fill() -> None:
    quarters = pd.date_range("2019-01-01", periods=60, freq="QS")
    for stamps, options, proposed in (
        (quarters, {"freq": "period"}, "quarter"),
        (pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(40) ** 2, unit="D"), {}, "week"),
    ):
        with pytest.raises(DataContractError) as caught:
            _read(stamps, **options)
        (fix,) = caught.value.first.fixes
        assert dict(fix.options) == {"freq": proposed}
        assert _read(stamps, freq=proposed, catalogue=[Metric("a", aggregate="sum")]).n_periods <= 21 * len(stamps)
    with pytest.raises(DataContractError) as caught:
        _read(_seconds(*pd.date_range("2024-01-01", periods=30, freq="7min"), "9024-01-01T00:00:30"))
    assert caught.value.first.fixes == ()


def test_periods_of_business_days_are_read_without_a_word_of_pandas() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pd.DataFrame({"day": pd.period_range("2024-01-01", periods=30, freq="B"), "a": range(30)})
        table = pa.Table.from_pandas(frame)
    assert [from_wide(data).calendar.freq for data in (frame, table)] == ["business_day"] * 2
