"""LagTransformer against a look-up by hand, and all that it refuses."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

import leadlag as ll
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.estimators import LagTransformer

NAN = float("nan")


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, list[int]]:
    """Rows of up to three segments, each in time order with gaps, the segments mixed; and lags.

    Segment a has periods 0 and 1, so that the step is one period whatever else is drawn.
    """
    cells = draw(st.sets(st.tuples(st.sampled_from("abc"), st.integers(0, 25)), max_size=30)) | {("a", 0), ("a", 1)}
    order = sorted(cells, key=lambda cell: (cell[1], cell[0]))
    if draw(st.booleans()):
        order = sorted(cells)
    values = draw(st.lists(st.integers(-9, 9), min_size=len(order), max_size=len(order)))
    frame = pd.DataFrame(order, columns=["segment", "period"]).assign(x=np.array(values, dtype=float))
    lags = draw(st.lists(st.integers(0, 30), min_size=1, max_size=4, unique=True))
    return frame.assign(y=-frame["x"]), sorted(lags)


def by_hand(frame: pd.DataFrame, lags: list[int]) -> np.ndarray:
    known = {(row.segment, row.period): (row.x, row.y) for row in frame.itertuples()}
    rows = [[known.get((row.segment, row.period - lag), (NAN, NAN)) for lag in lags] for row in frame.itertuples()]
    return np.array(rows).transpose(0, 2, 1).reshape(len(frame), -1)


def asked(frame: pd.DataFrame) -> dict[str, Any]:
    return {"time": frame["period"], "groups": frame["segment"]}


@given(tables())
@settings(max_examples=60)
def test_lags_are_values_of_earlier_periods_of_the_segment(table: tuple[pd.DataFrame, list[int]]) -> None:
    frame, lags = table
    lagger = LagTransformer(lags=lags, freq="period")
    assert_allclose(lagger.fit_transform(frame[["x", "y"]], **asked(frame)), by_hand(frame, lags))
    assert lagger.n_lost_ == np.isnan(by_hand(frame, lags)).any(axis=1).sum()


@given(tables(), st.data())
@settings(max_examples=60)
def test_new_rows_have_the_lags_that_they_would_have_in_one_table(table: tuple[pd.DataFrame, list[int]], data: Any) -> None:
    frame, lags = table
    split = data.draw(st.integers(frame.index[(frame["segment"] == "a") & (frame["period"] == 1)][0] + 1, len(frame)))
    before, after = frame[:split], frame[split:]
    lagger = LagTransformer(lags=lags, freq="period").fit(before[["x", "y"]], **asked(before))
    if len(after):
        assert_allclose(lagger.transform(after[["x", "y"]], **asked(after)), by_hand(frame, lags)[split:])


@given(tables(), st.integers(0, 25), st.integers(0, 8))
@settings(max_examples=60)
def test_no_value_depends_on_later_ones(table: tuple[pd.DataFrame, list[int]], today: int, hold_back: int) -> None:
    frame, lags = table
    later = frame["period"] > today
    changed = frame.assign(x=frame["x"].mask(later, 1e6), y=frame["y"].mask(later))
    lagger = LagTransformer(lags=lags, hold_back=hold_back, freq="period")
    one, other = (lagger.fit_transform(rows[["x", "y"]], **asked(rows)) for rows in (frame, changed))
    assert_allclose(one[~later], other[~later])


def test_a_number_means_one_to_n_and_lag_0_has_to_be_asked_for() -> None:
    X = np.arange(4.0)[:, None]
    assert_allclose(LagTransformer(lags=2).fit_transform(X), [[NAN, NAN], [0, NAN], [1, 0], [2, 1]])
    assert_allclose(LagTransformer(lags=[0, 2]).fit_transform(X), [[0, NAN], [1, NAN], [2, 0], [3, 1]])


def test_a_mapping_gives_each_column_its_own_lags() -> None:
    X = pd.DataFrame({"visits": [1.0, 2.0, 3.0], "price": [5.0, 6.0, 7.0]})
    lagger = LagTransformer(lags={"price": [0], "visits": 2}).set_output(transform="pandas")
    out = lagger.fit_transform(X)
    assert list(out.columns) == ["visits_lag1", "visits_lag2", "price_lag0"]
    assert_allclose(out["price_lag0"], X["price"])
    assert lagger.n_lost_ == 2


@pytest.mark.parametrize(
    ("lags", "error", "said"),
    [
        (-1, UsageError, "lags=-1"),
        (0, UsageError, "lags=0"),
        ([1, -2], UsageError, "lags=-2"),
        ([], UsageError, "lags is empty"),
        ("3", UsageError, r"lags='3' is not allowed: give a whole number n \(lags 1\.\.n\)"),
        ({"x": 1}, UsageError, "lags says nothing for"),
        ({"x": 1, "y": 1, "z": 1}, UnknownNameError, "does not have"),
        ({"x": 1, "y": -1}, UsageError, r"lags\['y'\]=-1"),
    ],
)
def test_lags_into_the_future_and_other_nonsense_are_refused(lags: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        LagTransformer(lags=lags).fit(pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]}))


def test_without_time_new_rows_are_not_taken_for_the_next_ones() -> None:
    lagger = LagTransformer().fit(np.arange(5.0)[:, None])
    assert np.isnan(lagger.transform([[9.0]])).all()


@pytest.mark.parametrize("groups", [list("abab"), pd.Categorical(list("abab")), pl.Series(list("abab")), np.array([1, 2, 1, 2])])
def test_segments_may_be_mixed_and_named_in_any_form(groups: Any) -> None:
    lagger = LagTransformer()
    assert_allclose(lagger.fit_transform([[1.0], [2.0], [3.0], [4.0]], groups=groups), [[NAN], [NAN], [1], [2]])
    assert lagger.n_lost_ == 2


def test_hold_back_makes_short_and_long_lags_lose_the_same_rows() -> None:
    X = np.arange(8.0)[:, None]
    short, long = (LagTransformer(lags=lags, hold_back=4).fit(X) for lags in (1, 4))
    assert short.n_lost_ == long.n_lost_ == 4
    assert np.isnan(short.transform(X)).any(axis=1).tolist() == np.isnan(long.transform(X)).any(axis=1).tolist()


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_frames_come_out_with_names(container: str) -> None:
    X = pd.DataFrame({"visits": [1.0, 2.0]}) if container == "pandas" else pl.DataFrame({"visits": [1, None]})
    out = LagTransformer(lags=[0, 1]).set_output(transform=container).fit_transform(X)
    assert list(out.columns) == ["visits_lag0", "visits_lag1"]
    assert isinstance(out, pd.DataFrame if container == "pandas" else pl.DataFrame)


@pytest.mark.parametrize(
    "index", [pd.period_range("2024-01", periods=4, freq="M"), pd.date_range("2024-01-01", periods=4, freq="W-MON", tz="UTC")]
)
def test_a_dated_index_is_the_time_and_is_kept(index: pd.Index) -> None:
    X = pd.DataFrame({"visits": [1.0, 2.0, 3.0, 4.0]}, index=index)
    lagger = LagTransformer().set_output(transform="pandas").fit(X[:3])
    out = lagger.transform(X[3:])
    assert out.index.equals(index[3:])
    assert out["visits_lag1"].tolist() == [3.0]


@pytest.mark.parametrize(
    "time",
    [
        ["2024-01-01", "2024-01-08", "2024-01-22"],
        np.array(["2024-01-01", "2024-01-08", "2024-01-22"], dtype="datetime64[D]"),
        pd.Series(pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-22"])),
        pd.PeriodIndex(["2024-01-01", "2024-01-08", "2024-01-22"], freq="W"),
        pl.Series(["2024-01-01", "2024-01-08", "2024-01-22"]).str.to_date(),
        [1, 2, 4],
    ],
)
def test_a_gap_in_the_calendar_is_no_value_for_a_lag(time: Any) -> None:
    lagger = LagTransformer(lags=[1, 2])
    assert_allclose(lagger.fit_transform([[1.0], [2.0], [3.0]], time=time), [[NAN, NAN], [1, NAN], [NAN, 2]])
    assert lagger.n_lost_ == 3


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (["2024-01-08", "2024-01-01", "2024-01-15"], r"rows 0 \(2024-01-08\) and 1 \(2024-01-01\) are not in time order: sort"),
        (["2024-01-01", "2024-01-08", "2024-01-08"], "rows 1 .* and 2 .* are of one period"),
        (["soon", "later", "last"], "not ISO dates"),
        ([["2024-01-01"], ["2024-01-08"], ["2024-01-15"]], "time has 2 dimensions"),
        ("week", "time='week' is one text: give the times themselves"),
        (["2024-01-01", "2024-01-09"], "inconsistent numbers of samples"),
    ],
)
def test_times_that_say_nothing_clear_are_refused(time: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        LagTransformer().fit(np.ones((3, 1)), time=time)


@pytest.mark.parametrize(
    ("fitted", "new"),
    [
        ([0, 2, 4], [5]),
        (["2024-01-01", "2024-01-15", "2024-01-29"], ["2024-02-05"]),
        (["2024-01", "2024-03", "2024-05"], ["2024-06"]),
    ],
)
def test_new_rows_between_two_periods_of_fit_are_refused(fitted: Any, new: Any) -> None:
    lagger = LagTransformer().fit(np.ones((3, 1)), time=fitted)
    with pytest.raises(UsageError, match=r"row 0 .* lies between two periods of the step that fit learned"):
        lagger.transform([[1.0]], time=new)


def test_a_step_of_two_months_may_stand_on_any_day_of_the_month() -> None:
    lagger = LagTransformer().fit([[1.0], [2.0], [3.0]], time=["2024-01-15", "2024-03-15", "2024-05-15"])
    assert lagger.transform([[4.0]], time=["2024-07-15"]).tolist() == [[3.0]]


def test_a_cadence_that_cannot_be_told_is_asked_for() -> None:
    X = np.arange(2.0)[:, None]
    with pytest.raises(DataContractError, match="Say which it is by freq"):
        LagTransformer().fit(X[:1], time=["2024-01-01"])
    lagger = LagTransformer(freq="month").fit(X[:1], time=["2024-01-01"])
    assert lagger.transform(X[1:], time=["2024-02-01"]).tolist() == [[0.0]]


def test_time_and_segments_belong_to_fit_and_transform_alike() -> None:
    X, time = np.arange(3.0)[:, None], [1, 2, 3]
    with pytest.raises(UsageError, match="time was given in fit, and not here"):
        LagTransformer().fit(X, time=time).transform(X)
    with pytest.raises(UsageError, match="groups was given here, and not in fit"):
        LagTransformer().fit(X).transform(X, groups=list("aab"))
    with pytest.raises(UsageError, match="time was a counter in fit and is dates here"):
        LagTransformer().fit(X, time=time).transform(X[:1], time=["2024-01-01"])
    with pytest.raises(UsageError, match="groups has no value in row 1"):
        LagTransformer().fit(X, groups=["a", None, "b"])


def test_names_are_once_each_and_text() -> None:
    two = pd.DataFrame([[1.0, 2.0]], columns=["visits", "visits"])
    with pytest.raises(DataContractError, match="occurs 2 times"):
        LagTransformer().fit(two)
    levels = pd.DataFrame([[1.0, 2.0]], columns=pd.MultiIndex.from_product([["web"], ["visits", "visits_lag1"]]))
    lagger = LagTransformer(lags=[0, 1]).fit(levels)
    assert lagger.feature_names_in_.tolist() == ["web / visits", "web / visits_lag1"]
    assert len(set(lagger.get_feature_names_out())) == 4


@pytest.mark.parametrize("as_frame", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("times", [[datetime(2024, 1, 1), datetime(2024, 1, 8)], [timedelta(1), timedelta(2)]])
def test_dates_are_no_numbers(as_frame: Any, times: list[Any]) -> None:
    with pytest.raises(UsageError, match="X has columns of dates or durations: 'week'"):
        LagTransformer().fit(as_frame({"week": times, "visits": [1.0, 2.0]}))


def test_the_callers_frame_is_not_changed() -> None:
    X = pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=pd.period_range("2024", periods=3, freq="Y"))
    before = X.copy()
    out = LagTransformer(lags=[0]).fit_transform(X)
    out[:] = 7.0
    pd.testing.assert_frame_equal(X, before)


def test_a_copy_and_a_pickled_one_are_as_good() -> None:
    X = pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=pd.period_range("2024", periods=3, freq="Y"))
    lagger = LagTransformer(lags={"x": [1, 2]}).fit(X)
    assert clone(lagger).get_params() == lagger.get_params()
    again = pickle.loads(pickle.dumps(lagger))  # noqa: S301  (its own bytes)
    assert_allclose(again.transform(X), lagger.transform(X))


def test_its_page_in_a_notebook_names_it_and_links_nowhere_dead() -> None:
    html = LagTransformer(lags=3)._repr_html_()
    assert "LagTransformer" in html
    assert "lags" in html
    assert "href=" not in html


def test_lags_and_least_squares_are_the_lagged_regression() -> None:
    table = ll.simulate_leads(n_noise=1, rng=3).data
    fitted = ll.lagged_regression(table, kpi="kpi", leads=["lead_a", "lead_b"], max_lag=4, cov_type="nonrobust")
    lagged = LagTransformer(lags=4).set_output(transform="pandas").fit_transform(table[["lead_a", "lead_b"]]).dropna()
    least_squares = LinearRegression().fit(lagged, table.loc[lagged.index, "kpi"])
    assert fitted.nobs == len(lagged)
    assert_allclose(least_squares.intercept_, fitted.params["const"], rtol=1e-10)
    names = [name.replace("_lag", ".L") for name in lagged.columns]
    assert_allclose(least_squares.coef_, fitted.params[names], rtol=1e-10)


def test_nulls_of_arrow_are_gaps_beside_plain_floats() -> None:
    cells = pd.Series([Decimal(1), None, Decimal(3), Decimal(4)], dtype=pd.ArrowDtype(pa.decimal128(8, 2)))
    X = pd.DataFrame({"visits": cells, "price": [1.0, 2.0, 3.0, 4.0]})
    for frame in (X, X.astype(object)):
        found = LagTransformer(lags=[1]).fit_transform(frame)
        np.testing.assert_array_equal(found, [[NAN, NAN], [1.0, 1.0], [NAN, 2.0], [3.0, 3.0]])
