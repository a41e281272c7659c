"""A column of times is never dropped: it is read, or one error says what to do; only what says it is a total is left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

from leadlag.errors import DataContractError, LeadLagError, UsageError
from leadlag.sample import Sample, as_sample, find_violations, from_wide, read_file
from tests.hazards import good_frame

N = 60


def notes(sample: Sample, code: str) -> str:
    return " ".join(note.text for note in sample.notes if note.code == code)


def table(times: list[Any], name: str = "week") -> pd.DataFrame:
    frame = good_frame(len(times)).drop(columns="date").round(3)
    frame.insert(0, name, pd.Series(times, dtype=object))
    return frame


def weeks(n: int = N) -> list[str]:
    return [str(dt.date(2022, 1, 3) + dt.timedelta(days=7 * row)) for row in range(n)]


def with_cell(cells: list[Any], row: int, cell: Any) -> list[Any]:
    return [*cells[:row], cell, *cells[row + 1 :]]


def in_file(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    path = folder / "table.csv"
    frame.to_csv(path, index=False)
    return read_file(path)


# -- odd cells


WRITTEN: dict[str, Callable[[int], str]] = {
    "iso": lambda row: weeks()[row],
    "weeks": lambda row: f"KW {row % 52 + 1}/{2022 + row // 52}",
    "months": lambda row: f"{dt.date(2019 + row // 12, row % 12 + 1, 1):%b-%y}",
    "quarters": lambda row: f"Q{row % 4 + 1} {2008 + row // 4}",
    "digits": lambda row: f"{2019 + row // 12}{row % 12 + 1:02d}",
}


@pytest.mark.parametrize("odd", ["tbd", "* preliminary", "wk", "n.n.", "[EUR]"])
@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("row", [0, 31, N - 1])
def test_one_word_among_times_is_named_with_its_row_and_never_drops_the_column(written: str, odd: str, row: int) -> None:
    frame = table(with_cell([WRITTEN[written](at) for at in range(N)], row, odd), "period")
    for data in (frame, pl.from_pandas(frame), frame.set_index("period")):
        with pytest.raises(DataContractError, match=rf"LL305 time, column 'period': 1 time .*row {row}: '.*Next: correct"):
            as_sample(data)


def test_a_file_names_the_line_of_an_odd_cell(tmp_path: Path) -> None:
    frame = in_file(table(with_cell(weeks(), 31, "tbd")), tmp_path)
    with pytest.raises(DataContractError, match="row 31, line 33: 'tbd'"):
        as_sample(frame)


def test_a_row_of_codes_under_the_header_is_an_odd_row_also_where_the_dates_are_asked_about() -> None:
    times = ["Transform:", *(f"{1 + row % 12}/1/{1959 + row // 12}" for row in range(N))]
    found = find_violations(table(times, "sasdate"))
    assert [violation.code for violation in found] == ["LL305", "LL305"]
    assert "'Transform:'" in str(found[0])
    assert "date_format='%d/%m/%Y'" in str(found[1])
    assert "date_format='%m/%d/%Y'" in str(found[1])
    with pytest.raises(DataContractError, match=r"1 time does not fit date_format.*Transform"):
        as_sample(table(times, "sasdate"), date_format="%m/%d/%Y")
    assert as_sample(table(times[1:], "sasdate"), date_format="%m/%d/%Y").calendar.freq == "month"


def test_fewer_than_five_times_or_than_half_are_no_column_of_times() -> None:
    rare = good_frame(N).assign(note=[*weeks(4), *["checked"] * (N - 4)])
    assert as_sample(rare).left_out[0].name == "note"
    mixed = good_frame(N).assign(note=[*weeks(N // 2), *["checked"] * (N // 2)])
    assert as_sample(mixed).left_out[0].name == "note"


def test_missing_and_odd_times_come_in_one_error() -> None:
    found = find_violations(table(with_cell(with_cell(weeks(), 4, None), 9, "tbd")), time="week")
    assert [(violation.code, violation.examples) for violation in found] == [
        ("LL311", ("row 4",)),
        ("LL305", ("row 9: 'tbd'",)),
    ]


def test_other_dates_beside_a_whole_column_of_times_are_left_out_and_a_doubt_is_asked_about() -> None:
    frame = good_frame(N).assign(signed=with_cell(weeks(), 3, "tbd"))
    assert [column.name for column in as_sample(frame).left_out] == ["signed"]
    doubtful = table(with_cell(weeks(), 3, "tbd")).assign(signed=weeks())
    with pytest.raises(UsageError, match=r"several columns hold dates \('week', 'signed'\)"):
        as_sample(doubtful)


# -- totals


def with_totals(label: Any, columns: list[str] | None = None, at: int = N) -> pd.DataFrame:
    """A table with a row of sums; other `columns` than these have a number of their own there."""
    frame = table(weeks())
    names = list(frame.columns[1:])
    sums = {name: frame[name].sum() if columns is None or name in columns else 7.0 for name in names}
    total = pd.DataFrame([{"week": label, **sums}]).astype({"week": object})
    return pd.concat([frame.iloc[:at], total, frame.iloc[at:]], ignore_index=True)


@pytest.mark.parametrize(
    "label", ["Total", "TOTAL", "Sum", "Gesamt", "Gesamtergebnis", "Summe", "Somme", "Totale", "Grand Total"]
)
def test_a_row_that_says_total_and_is_one_is_left_out_with_a_note(label: str, tmp_path: Path) -> None:
    expected = as_sample(table(weeks()))
    for data in (with_totals(label), with_totals(label, at=0), with_totals(label).set_index("week")):
        sample = as_sample(data)
        assert sample.periods == expected.periods
        assert_array_equal(sample.values, expected.values)
        assert label in notes(sample, "LL135")
    assert f"line {N + 2}" in notes(as_sample(in_file(with_totals(label), tmp_path)), "LL135")


def test_totals_that_were_rounded_and_means_of_rates_are_totals() -> None:
    frame = with_totals("Total")
    frame.loc[N, "visits"] = frame["visits"][:N].mean()
    frame.loc[N, "sales"] = round(frame["sales"][:N].sum())
    assert as_sample(frame).n_periods == N
    frame.loc[N, "ads"] = None
    assert as_sample(frame).n_periods == N


@pytest.mark.parametrize("columns", [[], ["sales"], ["sales", "visits"]])
def test_the_word_alone_is_refused_with_its_row(columns: list[str]) -> None:
    with pytest.raises(DataContractError, match=rf"LL305.*row {N}: 'Total'.*sums of their columns: .*not"):
        as_sample(with_totals("Total", columns))


def test_a_row_that_is_refused_for_its_time_is_not_refused_again_for_its_sums() -> None:
    found = find_violations(with_totals("Sum of everything in the book"))
    assert [violation.code for violation in found] == ["LL305"]
    assert "Sum of everything" in str(found[0])


def test_a_counter_with_a_row_of_totals_is_a_counter(tmp_path: Path) -> None:
    for name, first in (("week", 1), ("year", 1960)):
        frame = with_totals("Total").rename(columns={"week": name})
        frame[name] = [*range(first, first + N), "Total"]
        for data in (frame, in_file(frame, tmp_path), frame.set_index(name)):
            sample = as_sample(data)
            assert (sample.periods[0], sample.n_periods) == (str(first), N)
            assert "Total" in notes(sample, "LL135")


@pytest.mark.parametrize("label", [str(dt.date(2022, 1, 3) + dt.timedelta(days=7 * N)), None])
def test_sums_alone_are_refused_with_their_row(label: str | None) -> None:
    codes = {violation.code for violation in find_violations(with_totals(label), time="week")}
    assert "LL305" in codes
    with pytest.raises(DataContractError, match=rf"LL305.*sums of all others.*row {N}: sales"):
        as_sample(with_totals(label), time="week")


def test_sums_alone_are_seen_without_times_too() -> None:
    with pytest.raises(DataContractError, match="sums of all others"):
        as_sample(with_totals("Total").drop(columns="week"))


@pytest.mark.parametrize("seed", range(20))
def test_no_honest_row_is_taken_for_sums(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 40))
    frames = [
        pd.DataFrame(rng.normal(size=(n, 3)).round(1), columns=list("abc")),
        pd.DataFrame({"a": 2.0 ** np.arange(n), "b": 3 * 2.0 ** np.arange(n)}),
        pd.DataFrame(rng.poisson(0.6, size=(n, 2)), columns=list("ab")),
        pd.DataFrame({"a": rng.normal(size=n).cumsum(), "b": np.where(np.arange(n) == n - 1, 9.0, 0.0)}),
    ]
    for frame in frames:
        assert find_violations(frame, columns=list(frame.columns)) == ()


# -- numbers that are times


NUMBERED: dict[str, tuple[str, list[float], str, str]] = {
    "TIME_PERIOD": ("TIME_PERIOD", [1960 + row for row in range(N)], "year", "1960"),
    "yearMonth": ("yearMonth", [100 * (2019 + row // 12) + row % 12 + 1 for row in range(N)], "month", "2019-01"),
    "yearWeek": ("yearWeek", [100 * (2022 + row // 52) + row % 52 + 1 for row in range(N)], "week", "2022-01-03"),
    "dateHour": ("dateHour", [2024010100 + 100 * (row // 24) + row % 24 for row in range(N)], "hour", "2024-01-01 00:00"),
    "timestamp": ("timestamp", [1_640_995_200 + 86_400 * row for row in range(N)], "day", "2022-01-01"),
    "timestamp ms": ("timestamp", [1_640_995_200_000 + 3_600_000 * row for row in range(N)], "hour", "2022-01-01 00:00"),
    "obs": ("obs", list(range(1, N + 1)), "period", "1"),
    "week": ("week", list(range(1, N + 1)), "period", "1"),
    "time": ("time", [round(1960 + row / 12, 3) for row in range(N)], "month", "1960-01"),
    "time, quarters": ("time", [1960 + row / 4 for row in range(N)], "quarter", "1960Q1"),
    "Jahr": ("Jahr", [1900 + row for row in range(N)], "year", "1900"),
    "date": ("date", [int(day.replace("-", "")) for day in weeks()], "week", "2022-01-03"),
}


@pytest.mark.parametrize("case", NUMBERED)
def test_numbers_under_the_name_of_a_time_are_the_time(case: str, tmp_path: Path) -> None:
    name, times, freq, first = NUMBERED[case]
    frame = table(times, name)
    frame[name] = frame[name].astype(np.float64 if any(time != int(time) for time in times) else np.int64)
    for data in (frame, frame.iloc[::-1], pl.from_pandas(frame), pa.Table.from_pandas(frame), in_file(frame, tmp_path)):
        sample = as_sample(data)
        assert (sample.calendar.freq, sample.periods[0], sample.n_periods) == (freq, first, N)
        assert sample.names == ("sales", "visits", "ads")
        assert_array_equal(sample.column("sales"), frame["sales"].to_numpy())


@pytest.mark.parametrize(
    ("name", "times", "said"),
    [
        ("week", [row % 52 + 1 for row in range(N)], "come round again"),
        ("KW", [(row + 40) % 52 + 1 for row in range(52)], "come round again"),
        ("month", [row % 12 + 1 for row in range(N)], "come round again"),
        ("date", [44_562 + 7 * row for row in range(N)], "date_format='excel'"),
        ("timestamp", [13_860_000_000 + 86_400 * row for row in range(N)], "date_format='spss'"),
        ("time", [2022 + 7 * row / 365.25 for row in range(N)], "date_format='decimal_year'"),
        ("n", [100 + row for row in range(N)], "time='n'"),
        ("counter", [2021 + 0.019165 * row for row in range(N)], "time='counter'"),
        ("x", [500 - 2 * row for row in range(N)], "by 2 on every row"),
        ("Unnamed: 0", list(range(N)), "time='Unnamed: 0'"),
    ],
)
def test_numbers_that_may_be_the_time_are_asked_about_and_never_ranked(name: str, times: list[float], said: str) -> None:
    frame = table(times, name)
    for data in (frame, frame.iloc[::-1].reset_index(drop=True), pl.from_pandas(frame)):
        with pytest.raises(LeadLagError, match=said):
            as_sample(data)
    if "come round" not in said:  # the advice reads it
        step = {"date_format": said.split("'")[1]} if "date_format" in said else {"freq": "period"}
        step = {"date_format": "decimal_year"} if name == "counter" else step
        assert as_sample(frame, time=name, **step).n_periods == N
    assert as_sample(frame, columns=["sales", name]).names == ("sales", name)


def test_a_random_metric_under_the_name_of_a_time_stays_a_metric() -> None:
    frame = good_frame(N).drop(columns="date").assign(time=lambda f: 30 + f["ads"], period=lambda f: (1e6 * f["sales"]).round())
    assert as_sample(frame).names == ("sales", "visits", "ads", "time", "period")


def test_a_line_beside_a_known_time_is_a_candidate_and_row_numbers_are_left_out() -> None:
    frame = good_frame(N).assign(trend=np.arange(N) * 0.5)
    assert "trend" in as_sample(frame).names
    for name in ("Unnamed: 0", "index", "rownames"):
        for numbers in (np.arange(N), np.arange(N)[::-1], np.arange(1, N + 1)):
            sample = as_sample(good_frame(N).assign(**{name: numbers}))
            assert name not in sample.names
            assert (name, "row numbers") in [(column.name, column.reason) for column in sample.left_out]
            assert name in notes(sample, "LL136")
    priced = good_frame(N).assign(index=lambda f: f["ads"].round())
    assert "index" in as_sample(priced).names
    assert "index" in as_sample(good_frame(N).assign(index=range(N)), columns=["index", "sales"]).names


def test_rows_without_times_keep_their_order_and_say_so() -> None:
    frame = good_frame(N).drop(columns="date")
    sample, backwards = as_sample(frame), as_sample(frame.iloc[::-1].reset_index(drop=True))
    assert sample.calendar.in_order
    assert_array_equal(backwards.values, sample.values[::-1])
    assert not as_sample(good_frame(N)).calendar.in_order
    assert not as_sample(table(list(range(N)), "t")).calendar.in_order


@pytest.mark.parametrize("written", WRITTEN)
def test_the_newest_row_first_is_the_same_sample(written: str, tmp_path: Path) -> None:
    frame = table([WRITTEN[written](at) for at in range(N)], "period")
    expected = as_sample(frame)
    assert expected.calendar.dated
    for data in (frame.iloc[::-1], frame.iloc[::-1].set_index("period"), in_file(frame.iloc[::-1], tmp_path)):
        sample = as_sample(data)
        assert sample.periods == expected.periods
        assert_array_equal(sample.values, expected.values)


# -- texts that may be times


@pytest.mark.parametrize(
    ("name", "write", "date_format"),
    [
        ("week", lambda day: f"Week of {day}", "Week of %Y-%m-%d"),
        ("label", lambda day: f"Week of {day}", "Week of %Y-%m-%d"),
        ("Woche", lambda day: f"w/e {day:%d/%m/%Y}", "w/e %d/%m/%Y"),
        ("period", lambda day: f"{day:%Y.%j}", "%Y.%j"),
        ("date", lambda day: f"den {day:%d. %m. %Y}", "den %d. %m. %Y"),
    ],
)
def test_texts_that_may_be_times_are_asked_about_and_never_left_out(
    name: str, write: Callable[[dt.date], str], date_format: str
) -> None:
    frame = table([write(dt.date.fromisoformat(day)) for day in weeks()], name)
    with pytest.raises(LeadLagError, match=r"date_format|decimal_year"):
        as_sample(frame)
    assert as_sample(frame, time=name, date_format=date_format).n_periods == N
    assert as_sample(frame.assign(date=weeks())).calendar.freq == "week" if name != "date" else True


def test_names_of_months_and_parts_of_dates_are_asked_about_and_labels_are_not() -> None:
    months = table([f"{dt.date(2024, row % 12 + 1, 1):%b}" for row in range(N)], "month")
    with pytest.raises(UsageError, match="names of months that come round again"):
        as_sample(months)
    assert as_sample(months.assign(year=[2019 + row // 12 for row in range(N)])).calendar.freq == "month"
    for name, write in (("quarter", "Q{}"), ("Woche", "KW {}"), ("week", "W{}")):
        with pytest.raises(UsageError, match=f"column '{name}' holds names of .* that come round again"):
            as_sample(table([write.format(row % 4 + 1) for row in range(N)], name))
    with pytest.raises(UsageError, match="names of weekdays that come round again"):
        as_sample(table(["Mon", "Tue", "Wed"] * (N // 3), "day"))
    assert as_sample(table([f"Shop {row * 17 % N}" for row in range(N)], "name")).calendar.in_order
    with pytest.raises(DataContractError, match="LL311"):
        as_sample(table([""] * N))


# -- the shared tables


def test_the_shared_tables_of_the_door(shared_cases: Path) -> None:
    totals = from_wide(read_file(shared_cases / "totals_row.csv"))
    assert (totals.calendar.freq, totals.n_periods) == ("week", 156)
    assert "line 158" in notes(totals, "LL135")
    with pytest.raises(DataContractError, match=r"LL305.*line 63: 'tbd'"):
        from_wide(read_file(shared_cases / "one_word_in_dates.csv"))
    weekly = from_wide(read_file(shared_cases / "year_week.csv"))
    assert (weekly.calendar.freq, weekly.n_periods) == ("week", 156)
    assert "yearweek" not in weekly.names
    comment = from_wide(read_file(shared_cases / "sparse_comment.csv"))
    assert [column.name for column in comment.left_out] == ["comment"]
    assert "counter" in from_wide(read_file(shared_cases / "only_lead_is_a_line.csv")).names


# -- which of several columns of times


def quarters(n: int = N) -> list[str]:
    return [f"{2008 + row // 4}Q{row % 4 + 1}" for row in range(n)]


def months(n: int = N) -> list[int]:
    return [100 * (2018 + row // 12) + row % 12 + 1 for row in range(n)]


def dates(n: int = N, first: str = "2018-02-09", step: int = 31) -> list[str]:
    return [str(dt.date.fromisoformat(first) + dt.timedelta(days=step * row)) for row in range(n)]


@pytest.mark.parametrize(
    ("name", "times", "other", "freq"),
    [
        ("TIME_PERIOD", quarters(), dates(first="2008-05-10", step=91), "quarter"),
        ("month", [f"{code // 100}-{code % 100:02d}" for code in months()], dates(), "month"),
        ("yearMonth", months(), [pd.Timestamp(day) for day in dates()], "month"),
        ("Woche", [WRITTEN["weeks"](row) for row in range(N)], ["2024-01-31"] * N, "week"),
        ("yearMonth", months(), [pd.Timestamp("2024-01-31")] * N, "month"),
        ("label", quarters(), ["2024-01-31"] * N, "quarter"),
    ],
)
def test_the_column_named_as_the_time_goes_before_other_dates_of_any_kind(
    name: str, times: list[Any], other: list[Any], freq: str, tmp_path: Path
) -> None:
    frame = table(times, name).infer_objects().assign(closed_on=other)
    for data in (frame, frame.iloc[::-1], frame[[*frame.columns[::-1]]], in_file(frame, tmp_path)):
        sample = as_sample(data)
        assert sample.calendar.freq == freq
        assert sorted(sample.names) == ["ads", "sales", "visits"]
        assert "closed_on" in [column.name for column in sample.left_out]


def test_a_coarser_column_beside_the_dates_is_not_the_time_and_codes_are_no_metric() -> None:
    frame = good_frame(N).rename(columns={"date": "order_date"})
    days = pd.to_datetime(frame["order_date"])
    for coarse in (days.dt.strftime("%Y-%m"), (100 * days.dt.year + days.dt.month)):
        sample = as_sample(frame.assign(month=coarse))
        assert (sample.calendar.freq, sample.names) == ("week", ("sales", "visits", "ads"))
        assert "month" in notes(sample, "LL107")
        assert [column.name for column in sample.left_out] == ["month"]
    codes = good_frame(N).assign(yearMonth=100 * days.dt.year + days.dt.month)
    assert as_sample(codes).names == as_sample(codes, time="date").names == ("sales", "visits", "ads")
    assert as_sample(codes.set_index("date")).names == ("sales", "visits", "ads")
    assert as_sample(codes, columns=["sales", "yearMonth"]).names == ("sales", "yearMonth")


def test_dates_that_are_the_same_in_every_row_are_still_refused_where_nothing_else_is_the_time() -> None:
    with pytest.raises(DataContractError, match="one period is not enough"):
        as_sample(table(["2024-01-31"] * N, "date"))
    assert as_sample(table(list(range(1, N + 1)), "week").assign(stand="2024-01-31")).calendar.freq == "period"


# -- an index that may be the time


@pytest.mark.parametrize("name", ["order_month", None])
@pytest.mark.parametrize("n", [12, N])
def test_codes_of_dates_in_the_index_are_asked_about_and_the_advice_reads_them(name: str | None, n: int) -> None:
    frame = table(months(n), "x").set_index(pd.Index(months(n), name=name)).drop(columns="x")
    as_text = frame.set_index(frame.index.astype(str))
    for data in (frame, frame.iloc[::-1], as_text):
        with pytest.raises(UsageError, match=rf"{'the index' if name is None else repr(name)} holds dates in order \("):
            as_sample(data)
        named = data.rename_axis(name or "month")
        assert as_sample(named, time=name or "month", freq="month").calendar.freq == "month"
        assert as_sample(data.reset_index(drop=True)).calendar.in_order


@pytest.mark.parametrize("name", ["week", "Label", None])
def test_texts_that_may_be_times_in_the_index_are_asked_about(name: str | None) -> None:
    frame = table([f"Week of {day}" for day in weeks()], "x").set_index("x").rename_axis(name)
    for data in (frame, frame.iloc[::-1]):
        with pytest.raises(UsageError, match=r"texts that may be times \('Week of .*date_format"):
            as_sample(data)
        named = data.rename_axis(name or "month")
        assert as_sample(named, time=name or "month", date_format="Week of %Y-%m-%d").n_periods == N
    names = table([f"{dt.date(2024, row % 12 + 1, 1):%b}" for row in range(N)], "month").set_index("month")
    with pytest.raises(UsageError, match="come round again"):
        as_sample(names)


@pytest.mark.parametrize("first", [2021.0, 45292.0])
def test_a_line_in_the_index_is_asked_about_unless_it_numbers_rows(first: float) -> None:
    frame = good_frame(N).drop(columns="date")
    step = 0.25 if first < 3000 else 7
    with pytest.raises(UsageError, match=r"the index (falls by|holds numbers that may be days as Excel)"):
        as_sample(frame.set_index(pd.Index(np.array([first - step * row + step * N for row in range(N)]))))
    for index in (range(0, 5 * N, 5), [7 * row % 61 for row in range(N)], [f"shop {row * 17 % N}" for row in range(N)]):
        assert as_sample(frame.set_index(pd.Index(list(index)))).n_periods >= N


@pytest.mark.parametrize("name", ["month", "Periode", "date"])
def test_months_that_look_like_decimals_are_asked_about_and_are_no_metric(name: str, tmp_path: Path) -> None:
    cells = [f"{code % 100:02d}.{code // 100}" for code in months()]
    frame = table(cells, name)
    for data in (frame, frame.iloc[::-1], pl.from_pandas(frame), frame.set_index(name), in_file(frame, tmp_path)):
        with pytest.raises(DataContractError, match=r"date_format='%m\.%Y'"):
            as_sample(data)
        sample = as_sample(data, time=name, date_format="%m.%Y")
        assert (sample.calendar.freq, sample.periods[0], sample.n_periods) == ("month", "2018-01", N)
        assert as_sample(data, date_format="%m.%Y").periods == sample.periods
    assert as_sample(good_frame(N).assign(month=cells)).names == ("sales", "visits", "ads")
    assert "price" in as_sample(good_frame(N).assign(price=cells)).names
    assert "time" in as_sample(good_frame(N).assign(time=[*cells[1:], "13.2024"])).names


def test_half_years_that_may_be_weeks_are_read_as_the_question_says() -> None:
    cells = [f"S{row % 2 + 1} {1990 + row // 2}" for row in range(N)]
    slipped = table(with_cell(cells, 7, "S3 1993"), "t")
    with pytest.raises(DataContractError, match=r"half-years or weeks") as raised:
        as_sample(slipped)
    assert "freq='period'" not in str(raised.value)
    assert "rename the column to 'half' if they are half-years" in str(raised.value)
    with pytest.raises(DataContractError, match=r"1 time is not written like the others .*row 7: 'S3 1993'"):
        as_sample(slipped.rename(columns={"t": "half"}))
    assert as_sample(table(cells, "half")).n_periods == N
