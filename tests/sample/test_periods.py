"""A calendar counts periods, names them and knows its seasons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from leadlag.sample import from_wide
from leadlag.sample.periods import WORDS, Cadence, Calendar, calendar_of, ordinals_of, starts_of

_DATED = [word for word in WORDS if word != "period"]


@given(st.sampled_from(_DATED), st.integers(-800_000, 5_000_000), st.integers(0, 6))
def test_a_period_begins_where_its_ordinal_says(word: str, ordinal: int, week_start: int) -> None:
    ordinal = ordinal if word not in ("quarter", "year", "month") else ordinal % 8000
    cadence = Cadence(freq=word, week_start=week_start)  # type: ignore[arg-type]
    ordinals = np.array([ordinal - 1, ordinal, ordinal + 1])
    starts = starts_of(ordinals, cadence)
    assert_array_equal(ordinals_of(starts, cadence), ordinals)
    if word != "business_day":  # a Friday ends before the weekend
        assert_array_equal(ordinals_of(starts - 1, cadence), ordinals - 1)


@pytest.mark.parametrize("word", _DATED)
def test_the_index_agrees_with_pandas(word: str) -> None:
    stamp = np.array(["1969-12-26T15:00"], dtype="datetime64[us]")
    cadence = Cadence(freq=word, week_start=2)  # type: ignore[arg-type]
    first = int(ordinals_of(stamp, cadence)[0])
    calendar = calendar_of(first, first + 9, cadence)
    assert len(calendar) == 10
    assert_array_equal(calendar.starts.to_numpy().astype("datetime64[us]"), starts_of(np.arange(first, first + 10), cadence))
    assert calendar.starts[0] <= pd.Timestamp(stamp[0]) < calendar.starts[1]


def test_labels_seasons_and_lags_of_each_word() -> None:
    stamp = np.array(["2024-02-29T15:00"], dtype="datetime64[us]")
    told = {}
    for word in _DATED:
        cadence = Cadence(freq=word)  # type: ignore[arg-type]
        first = int(ordinals_of(stamp, cadence)[0])
        calendar = calendar_of(first, first, cadence)
        told[word] = (calendar.labels[0], calendar.season_lengths, calendar.default_max_lag(1000), calendar.unit)
    assert told == {
        "hour": ("2024-02-29 15:00", (24, 168), 24, "hour"),
        "day": ("2024-02-29", (7,), 14, "day"),
        "business_day": ("2024-02-29", (5,), 10, "business day"),
        "week": ("2024-02-26", (52,), 12, "week"),
        "month": ("2024-02", (12,), 12, "month"),
        "quarter": ("2024Q1", (4,), 8, "quarter"),
        "year": ("2024", (), 3, "year"),
    }


@pytest.mark.parametrize(
    ("step", "seasons", "lags"),
    [("2D", (183,), 14), ("10D", (37,), 12), ("14D", (26,), 12), ("28D", (13,), 12), ("2MS", (6,), 8), ("6h", (), 12)],
)
def test_a_step_has_a_year_and_the_lags_of_the_nearest_cadence(step: str, seasons: tuple[int, ...], lags: int) -> None:
    table = pd.DataFrame({"t": pd.date_range("2016-01-01", periods=120, freq=step), "x": np.arange(120.0)})
    calendar = from_wide(table, time="t").calendar
    assert (calendar.freq, calendar.season_lengths, calendar.default_max_lag(1000)) == ("period", seasons, lags)


@pytest.mark.parametrize(("n_rows", "lags"), [(3, 1), (6, 1), (30, 5), (72, 12), (10_000, 12)])
def test_default_max_lag_is_at_most_a_sixth_of_the_rows(n_rows: int, lags: int) -> None:
    assert Calendar(freq="period", index=pd.RangeIndex(n_rows)).default_max_lag(n_rows) == lags
