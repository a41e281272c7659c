"""Metrics of another cadence beside the KPI: split by days, folded by rule, never looked at before they had ended."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from leadlag.catalogue import Metric, ratio
from leadlag.errors import UnknownNameError, UsageError
from leadlag.sample import Sample, from_long, from_wide

NAN = np.nan


def _table(name: str, start: str, freq: str, values: object) -> pd.DataFrame:
    values = np.asarray(values, dtype=float)
    return pd.DataFrame({"date": pd.date_range(start, periods=len(values), freq=freq), name: values})


def _quarters_and_months(*, first: str = "2024-01-01", n_months: int = 6) -> Sample:
    quarters = _table("gdp", "2024-01-01", "QS", [10.0, 20.0])
    return from_wide([quarters, _table("visits", first, "MS", range(1, n_months + 1))])


def test_a_week_in_two_months_is_split_by_days() -> None:
    weeks = _table("visits", "2024-01-01", "7D", [1, 1, 1, 1, 7, 1, 1, 1, 7])  # that of 29 January and that of 26 February
    months = _table("sales", "2024-01-01", "MS", [0, 0])
    sample = from_wide([weeks, months], catalogue=[Metric("visits", aggregate="sum")]).around("sales")
    assert_allclose(sample.column("visits"), [4 + 3, 4 + 3 + 4], rtol=1e-14)  # 4 days each are February's
    mean = from_wide([weeks, months]).around("sales").column("visits")
    assert_allclose(mean, [(4 + 7 * 3 / 7) / (4 + 3 / 7), (7 * 4 / 7 + 3 + 7 * 4 / 7) / (4 / 7 + 3 + 4 / 7)], rtol=1e-14)
    last = from_wide([weeks, months], catalogue=[Metric("visits", aggregate="last")]).around("sales").column("visits")
    assert_array_equal(last, [1, 1])  # neither straddling week had ended


def test_weeks_that_begin_on_another_day_are_split_there() -> None:
    sundays = _table("visits", "2024-01-07", "7D", np.full(8, 7.0))
    months = _table("sales", "2024-01-01", "MS", [0, 0])
    sample = from_wide([sundays, months], dates_at="start", catalogue=[Metric("visits", aggregate="sum")]).around("sales")
    assert_allclose(sample.column("visits"), [NAN, 29.0])  # the first six days of January are not known


@settings(max_examples=40, deadline=None)
@given(start=st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2030-01-01").date()), seed=st.integers(0, 99),
       freq=st.sampled_from(["MS", "QS", "YS"]), own=st.sampled_from(["7D", "D", "B"]))  # fmt: skip
def test_sums_are_conserved_over_all_periods_that_are_known(start: object, seed: int, freq: str, own: str) -> None:
    amounts = np.random.default_rng(seed).normal(size=900)
    fine = _table("visits", str(start), own, amounts)
    before, after = fine["date"].iloc[0] - pd.DateOffset(years=1), fine["date"].iloc[-1] + pd.DateOffset(years=1)
    dates = pd.date_range(before, after, freq=freq)
    kpi = pd.DataFrame({"date": dates, "kpi": np.zeros(len(dates))})
    sums = from_wide([fine, kpi], dates_at="start", catalogue=[Metric("visits", aggregate="sum")]).around("kpi")
    known = np.flatnonzero(~np.isnan(sums.column("visits")))
    begin, end = sums.calendar.starts[known[0]], sums.calendar.starts[known[-1] + 1]
    share = [(min(day + _length(own), end) - max(day, begin)) / _length(own) for day in fine["date"]]
    assert (np.diff(known) == 1).all()
    assert_allclose(sums.column("visits")[known].sum(), amounts @ np.clip(share, 0, 1), atol=1e-9)


def _length(own: str) -> pd.Timedelta:
    return pd.Timedelta(days=7 if own == "7D" else 1)


def test_months_in_quarters_are_exact() -> None:
    sample = _quarters_and_months().around("gdp")
    assert_array_equal(sample.column("visits"), [2.0, 5.0])
    finer = sample.finer("visits")
    assert finer is not None
    assert (finer.unit, finer.clock.per, finer.clock.ratio) == ("month", 3, 3.0)
    assert_array_equal(finer.clock.lagged(finer.values, [0, 2, 3, 4]), [[3, 1, NAN, NAN], [6, 4, 3, 2]])
    assert sample.finer("gdp") is None


def test_months_before_and_after_the_quarters_stay() -> None:
    sample = _quarters_and_months(first="2023-10-01", n_months=11).around("gdp")  # October 2023 to August 2024
    finer = sample.finer("visits")
    assert finer is not None
    assert_array_equal(finer.values, range(1, 12))
    assert_array_equal(finer.clock.lagged(finer.values, [3, 5]), [[3, 1], [6, 4]])
    assert sample.periods == ("2024Q1", "2024Q2")


def test_months_that_are_not_published_yet_are_missing() -> None:
    sample = _quarters_and_months(n_months=4).around("gdp")
    finer = sample.finer("visits")
    assert finer is not None
    assert_array_equal(finer.clock.lagged(finer.values, [0, 1, 2]), [[3, 2, 1], [NAN, NAN, 4]])
    assert_array_equal(sample.column("visits"), [2.0, 4.0])  # a mean is of what is there ...
    parts = [_table("gdp", "2024-01-01", "QS", [10, 20]), _table("visits", "2024-01-01", "MS", [1, 2, 3, 4])]
    sums = from_wide(parts, catalogue=[Metric("visits", aggregate="sum")]).around("gdp")
    assert_array_equal(sums.column("visits"), [6.0, NAN])  # ... a sum with a missing part is missing


def test_a_slower_metric_stands_from_its_end_on_and_is_not_interpolated() -> None:
    sample = from_wide(
        [_table("gdp", "2024-01-01", "QS", [10, NAN, 30]), _table("sales", "2024-01-01", "MS", np.zeros(12))]
    ).around("sales")
    assert_array_equal(sample.column("gdp"), [NAN, NAN, 10, 10, 10, NAN, NAN, NAN, 30, 30, 30, NAN])
    assert sample.finer("gdp") is None


def test_a_rate_is_folded_as_sum_over_sum() -> None:
    months = _table("orders", "2024-01-01", "MS", [1, 2, 3]).assign(visits=[10, 10, 100])
    quarters = _table("gdp", "2024-01-01", "QS", [1.0, 2.0])
    sample = from_wide([months, quarters], catalogue=[Metric("rate", aggregate=ratio("orders", "visits"))])
    assert sample.select(["gdp", "rate"]).around("gdp").column("rate")[0] == 6 / 120


def test_a_rate_beside_its_parts_is_sum_over_sum_whatever_else_is_asked_for() -> None:
    months = _table("orders", "2024-01-01", "MS", [1, 2, 9]).assign(visits=[10.0, 40.0, 10.0])
    sample = from_wide(
        [months, _table("gdp", "2024-01-01", "QS", [10.0, 20.0])], catalogue=[Metric("rate", aggregate=ratio("orders", "visits"))]
    )
    assert sample.around("gdp").column("rate")[0] == 12 / 60
    assert sample.select(["gdp", "rate"]).around("gdp").column("rate")[0] == 12 / 60


@pytest.mark.parametrize(
    ("own", "kpi", "per", "ratio"),
    [
        ("MS", "YS", 12, 12.0),
        ("D", "7D", 7, 7.0),
        ("h", "D", 24, 24.0),
        ("7D", "MS", 3, 365.2425 / 12 / 7),
        ("D", "MS", 28, 365.2425 / 12),
        ("B", "7D", 5, 5.0),
        ("15min", "h", 4, 4.0),
        ("2MS", "YS", 6, 6.0),
    ],
)
def test_periods_to_one_of_the_kpi_are_those_of_the_calendar(own: str, kpi: str, per: int, ratio: float) -> None:
    sample = from_wide([_table("x", "2024-01-01", own, np.arange(60)), _table("y", "2024-01-01", kpi, np.arange(9))])
    finer = sample.around("y").finer("x")
    assert finer is not None
    assert (finer.clock.per, finer.clock.ratio) == (per, pytest.approx(ratio, rel=1e-15))


def test_hours_are_counted_in_the_zone_of_the_days() -> None:
    hours = pd.DataFrame({"date": pd.date_range("2024-03-30", periods=72, freq="h", tz="Europe/Berlin"), "calls": 1.0})
    days = pd.DataFrame({"date": pd.date_range("2024-03-30", periods=4, freq="D", tz="Europe/Berlin"), "sales": 0.0})
    catalogue = [Metric("calls", aggregate="sum")]
    sample = from_wide([hours.iloc[:71], days], catalogue=catalogue).around("sales")
    assert_array_equal(sample.column("calls"), [24, 23, 24, NAN])  # an hour less on the day of summer time
    assert sample.finer("calls").clock.per == 23  # type: ignore[union-attr]


def test_weeks_of_another_day_are_neither_faster_nor_known_too_early() -> None:
    mondays, saturdays = (_table(name, start, "7D", [1, 2, 3]) for name, start in (("y", "2024-01-01"), ("x", "2023-12-30")))
    sample = from_wide([mondays, saturdays], dates_at="start").around("y")
    assert_array_equal(sample.column("x"), [1, 2, 3])  # that of Saturday 30 December ends on Friday
    assert_array_equal(from_wide([mondays, saturdays], dates_at="start").around("x").column("y"), [NAN, 1, 2])
    assert "weeks that begin on Saturday, where those of the KPI begin on Monday" in sample.notes[-1].text


def test_the_note_says_what_was_lined_up_with_what() -> None:
    note = _quarters_and_months().around("gdp").notes[-1]
    assert note.code == "LL126"
    assert "3 months to a quarter: 'visits'" in note.text
    assert "once a quarter: 'gdp'" in _quarters_and_months().around("visits").notes[-1].text


def test_one_calendar_is_not_touched_and_the_order_asked_for_stays() -> None:
    plain = from_wide(_table("gdp", "2024-01-01", "QS", [1, 2]))
    assert plain.around("gdp") is plain
    assert _quarters_and_months().select(["visits", "gdp"]).around("gdp").names == ("visits", "gdp")
    with pytest.raises(UsageError, match=r"'visits' is on another calendar than one quarter: take sample.around\('visits'\)"):
        _quarters_and_months().column("visits")
    with pytest.raises(UsageError, match=r"kpis names metrics of different cadence, 'gdp' \(once a quarter\) and 'visits'"):
        _quarters_and_months().around(["visits", "gdp"], "kpis")


def test_segments_of_mixed_cadence_are_lined_up_one_by_one() -> None:
    rows = []
    for place, country in enumerate(("at", "de")):
        rows += [(date, "gdp", country, float(place)) for date in pd.date_range("2020-01-01", periods=8, freq="QS")]
        rows += [(date, "visits", country, 10.0 * place) for date in pd.date_range("2020-01-01", periods=24, freq="MS")]
    long = pd.DataFrame(rows, columns=["date", "metric", "country", "value"]).sample(frac=1, random_state=0)
    sample = from_long(long, time="date", metric="metric", value="value", segment="country")
    with pytest.raises(UsageError, match="2 segments"):
        sample.around("gdp")
    german = sample.segment("de").around("gdp")
    assert_array_equal(german.column("visits"), np.full(8, 10.0))


def test_a_kpi_that_is_not_there_is_refused_with_one_calendar_or_several() -> None:
    for sample in (from_wide(_table("gdp", "2024-01-01", "QS", [10.0, 20.0])), _quarters_and_months()):
        with pytest.raises(UnknownNameError, match="kpi names columns that the data do not have: 'gpd'"):
            sample.around("gpd")
