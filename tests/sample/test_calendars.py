"""Calendars of a business: period starts that are declared, and those of retailers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal

from leadlag import from_long, from_wide, lagged_regression, rank_leads, read_file, retail_calendar
from leadlag.cli.main import main
from leadlag.errors import DataContractError, UsageError
from leadlag.sample.dates import row_of
from tests.test_advice import follow

#: Five years of 4-5-4, the last with 53 weeks: FY2019 to FY2023.
RETAIL = retail_calendar("4-5-4", years=(2019, 2023))
N = len(RETAIL) - 1


def table(rng: int = 1, *, n: int = N, calendar: pd.DataFrame = RETAIL, first: int = 0) -> pd.DataFrame:
    """Sales that follow calls two periods later, dated by the starts of a calendar."""
    draw = np.random.default_rng(rng)
    calls, noise = draw.standard_normal((2, n + 2))
    sales = 3.0 * np.roll(calls, 2) + 0.3 * noise
    return pd.DataFrame({"date": calendar["start"].iloc[first : first + n], "sales": sales[2:], "calls": calls[2:]})


def ranked(data: Any, kpi: str = "sales") -> str:
    return rank_leads(data, kpi=kpi, evidence=False, n_draws=99).to_json()


# -- retail_calendar


@pytest.mark.parametrize(
    ("year", "start", "weeks"),
    [
        (2012, "2012-01-29", 53), (2013, "2013-02-03", 52), (2016, "2016-01-31", 52), (2017, "2017-01-29", 53),
        (2018, "2018-02-04", 52), (2019, "2019-02-03", 52), (2020, "2020-02-02", 52), (2021, "2021-01-31", 52),
        (2022, "2022-01-30", 52), (2023, "2023-01-29", 53), (2024, "2024-02-04", 52), (2025, "2025-02-02", 52),
    ],
)  # fmt: skip
def test_years_begin_when_the_national_retail_federation_says(year: int, start: str, weeks: int) -> None:
    frame = retail_calendar("4-5-4", years=(year, year))
    days = frame["start"].diff().dt.days.iloc[1:]
    assert (str(frame["start"].iloc[0].date()), int(days.sum()) // 7) == (start, weeks)
    assert_array_equal(days / 7, [4, 5, 4] * 3 + [4, 5, 4 + weeks - 52])
    assert frame["name"].tolist() == [*(f"FY{year} P{period:02d}" for period in range(1, 13)), None]


def test_years_that_end_on_the_last_weekday_of_a_month_have_the_name_of_that_year() -> None:
    frame = retail_calendar("4-4-5", year_end="September", weekday="Saturday", rule="last", years=(2017, 2023))
    ends = [str(day.date()) for day in frame["start"].iloc[12::12] - pd.Timedelta(days=1)]
    assert ends == [
        "2017-09-30",
        "2018-09-29",
        "2019-09-28",
        "2020-09-26",
        "2021-09-25",
        "2022-09-24",
        "2023-09-30",
    ]  # Apple's years


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pattern": "4-4-6"}, "pattern='4-4-6' is not allowed: give one of '4-4-5'"),
        ({"year_end": "Janary"}, "Did you mean 'January'"),
        ({"weekday": "Sat"}, "weekday='Sat' is not allowed"),
        ({"rule": "first"}, "rule='first' is not allowed"),
        ({"years": (2020, 2019)}, "ends before it begins"),
        ({"years": 2020}, "give the first and the last year"),
    ],
)
def test_a_wrong_retail_calendar_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        retail_calendar(**{"pattern": "4-4-5", "years": (2019, 2020), **wrong})


# -- reading by a calendar


def test_a_lead_of_two_periods_is_one_whatever_their_length() -> None:
    ranking = rank_leads(from_wide(table(), calendar=RETAIL), kpi="sales")
    assert (ranking["calls"].verdict, ranking["calls"].delay.peak) == ("lead", 2)
    sample = from_wide(table(), calendar=RETAIL)
    assert (sample.calendar.season_lengths, sample.calendar.default_max_lag(N), sample.calendar.weeks[-3:]) == (
        (12,),
        10,
        (4, 5, 5),
    )
    assert sample.periods[0] == "2019-02-03 (FY2019 P01)"
    assert any("12 periods a year, of 4 to 5 weeks" in note.text for note in sample.notes)


@pytest.mark.parametrize(("weeks", "season", "lag"), [(1, 52, 12), (4, 13, 12), (13, 4, 8), (52, None, 3)])
def test_a_year_has_as_many_periods_as_the_table_has(weeks: int, season: int | None, lag: int) -> None:
    calendar = pd.DataFrame({"start": pd.date_range("2015-02-01", periods=101, freq=f"{7 * weeks}D")})
    sample = from_wide(table(n=100, calendar=calendar), calendar=calendar)
    assert (sample.calendar.season_lengths, sample.calendar.default_max_lag(100)) == (() if season is None else (season,), lag)


def test_periods_that_are_months_give_the_numbers_of_months() -> None:
    months = pd.DataFrame({"start": pd.date_range("2015-01-01", periods=121, freq="MS")})
    data = table(n=120, calendar=months)
    plain, told = (rank_leads(from_wide(data, **said), kpi="sales", n_draws=99) for said in ({}, {"calendar": months}))
    assert_frame_equal(plain.to_frame().select_dtypes("number"), told.to_frame().select_dtypes("number"))


def test_dates_may_be_last_days_and_names() -> None:
    data = table()
    starts = from_wide(data, calendar=RETAIL)
    named = from_wide(data.assign(date=RETAIL["name"].iloc[:N]), time="date", calendar=RETAIL)
    ends = data.assign(date=RETAIL["start"].iloc[1:].to_numpy() - np.timedelta64(1, "D"))
    by_end = [
        from_wide(ends, calendar=RETAIL, dates_at="end"),
        from_wide(ends.rename(columns={"date": "period_end"}), calendar=RETAIL),
    ]
    for sample in (named, *by_end):
        assert_array_equal(sample.values, starts.values)
        assert sample.periods == starts.periods
    assert from_wide(by_end[0].to_frame(), calendar=RETAIL).periods == starts.periods
    with pytest.raises(DataContractError, match="last days of the periods of calendar") as found:
        from_wide(ends, calendar=RETAIL)
    assert found.value.first.call == "from_wide(data, calendar=calendar, dates_at='end')"
    with pytest.raises(DataContractError, match="last days of the periods of calendar") as found:
        from_wide([ends, data.rename(columns={"sales": "s", "calls": "c"})], calendar=RETAIL)
    assert found.value.first.call == "from_wide(data, calendar=calendar, dates_at={'data[0]': 'end'})"


def test_times_that_number_the_periods_are_found_by_their_names() -> None:
    data = table().assign(date=[name.replace("FY20", "FY") for name in RETAIL["name"].iloc[:N]])
    sample = from_wide(data, calendar=RETAIL)
    assert sample.periods == from_wide(table(), calendar=RETAIL).periods
    assert not any("not known" in note.text for note in sample.notes)
    with pytest.raises(DataContractError, match=r"which has no column 'name'.*name its periods as the table does"):
        from_wide(data, calendar=RETAIL[["start"]])
    with pytest.raises(DataContractError, match=r"12 times are none of calendar, .* 'FY2020 P01' to 'FY2023 P12'"):
        from_wide(data, calendar=retail_calendar("4-5-4", years=(2020, 2023)))


def test_a_calendar_may_be_any_table() -> None:
    starts = RETAIL["start"].dt.strftime("%d %b %Y")
    assert from_wide(table(), calendar=pl.from_pandas(RETAIL)).periods == from_wide(table(), calendar=RETAIL).periods
    assert from_wide(table(), calendar=pd.DataFrame({"start": starts})).calendar.weeks[:3] == (4, 5, 4)


def test_gaps_order_and_as_of_are_those_of_the_periods() -> None:
    data = table().drop(index=[5, 6]).sample(frac=1.0, random_state=1)
    sample = from_wide(data, calendar=RETAIL, as_of="2023-12-30")
    assert (sample.n_periods, int(np.isnan(sample.column("sales")).sum())) == (N - 1, 2)
    long = table().melt("date")
    both = from_long(long, time="date", metric="variable", value="value", calendar=RETAIL)
    assert_array_equal(both.column("sales"), table()["sales"])
    assert (
        row_of(sample.calendar, "FY2020 P01", "targeted_since") == row_of(sample.calendar, "2020-02-15", "targeted_since") == 12
    )


def test_rows_of_later_periods_continue_a_fit() -> None:
    earlier, later, whole = (from_wide(table().iloc[rows], calendar=RETAIL) for rows in (slice(40), slice(30, N), slice(N)))
    fit = lagged_regression(earlier, kpi="sales", leads="calls", max_lag=3)
    found, expected = fit.predict(later), fit.predict(whole)
    assert_allclose(found.to_numpy(), expected.loc[found.index].to_numpy())


# -- beside another cadence


def test_weeks_beside_periods_are_the_weeks_of_each() -> None:
    weeks = pd.date_range(RETAIL["start"].iloc[0], RETAIL["start"].iloc[-1], freq="7D", inclusive="left")
    visits = pd.DataFrame({"week_of": weeks, "visits": np.arange(float(len(weeks)))})
    both = from_wide([table(), visits], calendar=RETAIL).around("sales")
    firsts = np.concatenate([[0], np.cumsum(from_wide(table(), calendar=RETAIL).calendar.weeks)])
    assert_allclose(both.column("visits"), (firsts[:-1] + firsts[1:] - 1) / 2)
    finer = both.finer("visits")
    assert finer is not None
    assert (finer.clock.per, finer.clock.ended[:4].tolist()) == (4, [0, 4, 9, 13])
    assert not any("split by days" in note.text for note in both.notes)


def test_months_and_periods_stand_beside_one_another_either_way() -> None:
    months = pd.DataFrame({"month": pd.date_range("2019-01", periods=62, freq="MS"), "gdp": np.arange(62.0)})
    both = from_wide([table(), months], calendar=RETAIL)
    assert_array_equal(both.around("sales").column("gdp")[:3], [1.0, 2.0, 3.0])
    quarters = months.iloc[2:62:3].assign(month=pd.period_range("2019Q1", periods=20, freq="Q"))
    beside = from_wide([quarters, table()], calendar=RETAIL).around("gdp")
    finer, sales = beside.finer("sales"), table()["sales"].to_numpy()
    assert finer is not None
    assert (finer.clock.per, finer.clock.ended[1], finer.clock.begun[1]) == (2, 1, 2)  # the period of 3 March has 6 days of April
    shares = np.array([6 / 35, 1.0, 1.0, 29 / 35])
    assert beside.column("sales")[1] == pytest.approx((shares @ sales[1:5]) / shares.sum())


def test_a_business_year_stands_beside_a_business_calendar() -> None:
    quarters = pd.DataFrame({"when": [f"FY{19 + row // 4} Q{row % 4 + 1}" for row in range(24)], "gdp": np.arange(24.0)})
    both = from_wide([quarters, table()], calendar=RETAIL, year_start="February").around("sales")
    assert_array_equal(both.column("gdp")[9:16], [6.0, 6.0, 7.0, 7.0, 7.0, 8.0, 8.0])
    week = pd.DataFrame({"week": pd.date_range("2019-01-07", periods=300, freq="7D"), "visits": np.arange(300.0)})
    finer = from_wide([week, table()], calendar=RETAIL).around("sales").finer("visits")
    assert finer is not None
    assert (finer.clock.per, finer.clock.ended[0], finer.clock.begun[0]) == (3, 3, 4)  # weeks from Monday, periods from Sunday


# -- what is refused

WRONG: list[tuple[Any, str]] = [
    (RETAIL.iloc[::-1], r"row 1 \(.*\) lies before row 0 .*sort_values"),
    (RETAIL.iloc[[0, 0, 1, 2]], "begins two periods"),
    (RETAIL.iloc[:1], "calendar has 1 row, and a period needs two"),
    (RETAIL.rename(columns={"start": "begin"}), "has no column 'start'"),
    (RETAIL.assign(end=1), "has a column 'end'"),
    (RETAIL.drop(index=range(20, 24)), "Give each of them a row"),
    (
        RETAIL.assign(start=[*RETAIL["start"][:-1], RETAIL["start"].iloc[-1] - pd.Timedelta(days=1)]),
        "give the day after it, 2024-02-04",
    ),
    (RETAIL.assign(start=["soon", *RETAIL["start"].astype(str)[1:]]), "row 0: 'soon'"),
    (RETAIL.assign(start=RETAIL["start"].dt.strftime("%d.%m.%Y")), "Next: write them as 2024-01-31"),
    (RETAIL.assign(start=RETAIL["start"] + pd.Timedelta(hours=3)), "time of day"),
    (RETAIL.assign(name=[None, *RETAIL["name"][1:]]), "row 0 has no name"),
    (RETAIL.assign(name="P01"), "two periods have the name 'P01'"),
    ("periods.csv", "calendar is a path or text"),
]


@pytest.mark.parametrize(("calendar", "said"), WRONG)
def test_a_wrong_calendar_is_refused_with_what_to_change(calendar: Any, said: str) -> None:
    with pytest.raises((UsageError, DataContractError), match=said):
        from_wide(table(), calendar=calendar)


def test_dates_that_are_none_of_the_calendar_are_refused() -> None:
    with pytest.raises(
        DataContractError, match=r"12 dates lie outside calendar, which goes from 2019-02-03 to 2023-01-28.*drop these"
    ):
        from_wide(table(), calendar=retail_calendar("4-5-4", years=(2019, 2022)).drop(columns="name"))
    with pytest.raises(DataContractError, match="give it one more row"):
        from_wide(table(), calendar=RETAIL.iloc[:-1].assign(name=[*RETAIL["name"][: N - 1], None]))
    off = table().assign(date=lambda data: data["date"].where(data.index != 3, data["date"] + pd.Timedelta(days=1)))
    with pytest.raises(DataContractError, match=r"1 date is not the first day .* 2019-05-06 lies in the period of 2019-05-05"):
        from_wide(off, calendar=RETAIL)
    days = pd.DataFrame({"day": pd.date_range("2019-03-01", periods=100), "a": np.arange(100.0) ** 2})
    with pytest.raises(DataContractError, match="rows of another cadence go into a table of their own"):
        from_wide(days, calendar=RETAIL)
    with pytest.raises(UsageError, match="no table has dates that begin periods of calendar"):
        from_wide([days, days.assign(b=1.0).drop(columns="a")], calendar=RETAIL)
    with pytest.raises(UsageError, match="freq='month' is not allowed with calendar"):
        from_wide(table(), calendar=RETAIL, freq="month")
    with pytest.raises(UsageError, match=r"calendar=PeriodTable of 60 periods from 2019-02-03 is not allowed with a Sample"):
        from_wide(from_wide(table(), calendar=RETAIL), calendar=RETAIL)


def test_steps_of_four_and_five_weeks_show_the_calendar_that_fits() -> None:
    data = table()
    with pytest.raises(DataContractError, match="four and five weeks apart, as periods of a business calendar") as found:
        rank_leads(data, kpi="sales")
    assert "calendar=retail_calendar('4-5-4', year_end='January', weekday='Saturday', rule='nearest'" in found.value.first.call
    assert follow(found.value.first.call, data) == ""


# -- quarters and years of whole weeks

QUARTERS = retail_calendar("4-5-4", years=(2010, 2023), unit="quarter")


def quarterly(ends: bool = True, rows: slice = slice(None), calendar: pd.DataFrame = QUARTERS) -> pd.DataFrame:
    """Sales of quarters under their last, or their first, days."""
    starts = pd.to_datetime(calendar["start"])
    dates = starts.iloc[1:].to_numpy() - np.timedelta64(1, "D") if ends else starts.iloc[:-1].to_numpy()
    numbers = np.random.default_rng(4).standard_normal((len(dates), 2)) + 10
    return pd.DataFrame({"date": dates, "sales": numbers[:, 0], "visits": numbers[:, 1]}).iloc[rows]


@pytest.mark.parametrize("unit", ["quarter", "year"])
def test_quarters_and_years_have_the_days_of_their_periods(unit: str) -> None:
    many = {"quarter": 3, "year": 12}[unit]
    merged = retail_calendar("4-4-5", years=(2010, 2023), unit=unit)
    assert merged["start"].tolist() == retail_calendar("4-4-5", years=(2010, 2023))["start"].iloc[::many].tolist()
    assert merged["name"].iloc[0] == {"quarter": "FY2010 Q1", "year": "FY2010"}[unit]


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("unit", ["quarter", "year"])
def test_periods_of_whole_weeks_are_no_calendar_ones_without_a_word(unit: str, ends: bool) -> None:
    calendar = retail_calendar("4-5-4", years=(2000, 2023), unit=unit)
    data = quarterly(ends, calendar=calendar)
    sample = from_wide(data)
    note = next(note for note in sample.notes if note.code == "LL154")
    assert "by their dates, and were counted as those of the calendar" in note.text
    assert f"unit={unit!r}" in note.call
    assert follow(f"from_wide(data, {note.call})", data) == ""
    told = from_wide(data, calendar=calendar, dates_at="end" if ends else "start")
    assert_array_equal(told.values, sample.values)
    assert not {note.code for note in told.notes} & {"LL154", "LL109"}


@pytest.mark.parametrize("said", [
    {"year_start": "February"}, {"freq": "week"}, {"freq": "month"}, {"freq": "week", "year_start": "February"},
    {"freq": "quarter", "year_start": "February"}, {"freq": "quarter", "year_start": "March"},
])  # fmt: skip
@pytest.mark.parametrize("n", [12, 55])
def test_no_advice_on_quarters_of_whole_weeks_leads_back(said: dict[str, Any], n: int) -> None:
    data = quarterly(rows=slice(n))
    with pytest.raises(DataContractError, match="give its period starts as calendar") as found:
        rank_leads(from_wide(data, **said), kpi="sales", evidence=False)
    assert follow(found.value.first.call, data) == ""


def test_quarters_of_whole_weeks_stand_beside_no_other_cadence_undeclared() -> None:
    months = pd.DataFrame({"month": pd.date_range("2010-01", periods=170, freq="MS"), "calls": np.arange(170.0) ** 1.5})
    with pytest.raises(UsageError, match="have 13 or 14 weeks by their dates") as found:
        rank_leads([quarterly(), months], kpi="sales", evidence=False)
    assert follow(found.value.first.call, [quarterly(), months]) == ""
    with pytest.raises(UsageError, match=r"read its table again, with calendar=retail_calendar\('4-4-5', year_end='January'"):
        rank_leads([from_wide(quarterly()), months], kpi="sales")


@pytest.mark.parametrize("rule", ["WOM-1MON", "WOM-3FRI"])
@pytest.mark.parametrize("n", [5, 8, 40])
def test_a_weekday_of_each_quarter_is_a_date_of_the_calendar(rule: str, n: int) -> None:
    days = pd.date_range("2010-01-01", "2021-12-31", freq=rule)
    days = days[days.month % 3 == 0][:n]
    sample = from_wide(pd.DataFrame({"date": days, "sales": np.arange(float(len(days)))}))
    assert (sample.calendar.freq, sample.calendar.off) == ("quarter", "")


@pytest.mark.parametrize("ends", [True, False])
def test_dates_of_every_third_period_are_quarters_of_the_calendar(ends: bool) -> None:
    calendar = retail_calendar("4-5-4", years=(2009, 2024))
    months = table(n=180, calendar=calendar).rename(columns={"sales": "orders"})
    said: dict[str, Any] = {"dates_at": {"data[1]": "end"}} if ends else {}
    both = from_wide([months, quarterly(ends)], calendar=calendar, **said)
    around = both.around("sales")
    assert (around.calendar.season_lengths, around.periods[:2]) == ((4,), ("2010-01-31", "2010-05-02"))
    finer = around.finer("orders")
    assert finer is not None
    assert (finer.clock.per, np.diff(finer.clock.ended).tolist()) == (3, [3] * 55)
    alone = from_wide(quarterly(ends), calendar=calendar, **({"dates_at": "end"} if ends else {}))
    assert alone.periods == around.periods
    assert any("3 of them each, 4 periods a year, of 13 to 14 weeks" in note.text for note in alone.notes)


def test_quarters_that_a_calendar_does_not_hold_whole_stay_its_periods() -> None:
    calendar = retail_calendar("4-5-4", years=(2010, 2023)).iloc[:-2]
    sample = from_wide(quarterly(ends=False), calendar=calendar)
    assert sample.n_periods == 3 * len(quarterly()) - 2


# -- the command line


def test_a_calendar_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    RETAIL.to_csv(tmp_path / "periods.csv", index=False)
    table().to_csv(tmp_path / "sales.csv", index=False)
    words = ["rank", str(tmp_path / "sales.csv"), "--kpi", "sales", "--no-evidence"]
    assert main([*words, "--calendar", str(tmp_path / "periods.csv")]) == 0
    assert "calls leads sales by 2 periods" in capsys.readouterr().out
    assert main(words) == 3
    assert "--calendar calendar.csv" in capsys.readouterr().err
    assert main([*words, "--calendar", str(tmp_path / "period.csv")]) == 2
    assert "Did you mean" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "rank"])
def test_the_command_line_says_how_to_make_the_calendar(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table().to_csv("sales.csv", index=False)
    quarterly().to_csv("quarters.csv", index=False)
    for file, code in (("sales.csv", 3), ("quarters.csv", 0)):
        words = [command, file, "--kpi", "sales", *(["--no-evidence"] if command == "rank" else [])]
        assert main(words) == code
        told = capsys.readouterr()
        line = re.search(r'python -c "(.+?)"', " ".join(f"{told.err} {told.out}".split()))
        assert line is not None
        ends = ["--dates-at", "end"] if file == "quarters.csv" else []
        assert " ".join(["--calendar calendar.csv", *ends]) in " ".join(f"{told.err} {told.out}".split())
        subprocess.run([sys.executable, "-c", line[1]], check=True)
        assert main([*words, "--calendar", "calendar.csv", *ends]) == 0
        told = capsys.readouterr()
        assert "python -c" not in told.err + told.out


def test_months_of_4_4_5_weeks_from_a_file(shared_cases: Path) -> None:
    data = read_file(shared_cases / "fiscal_445_months.csv")
    weeks = np.resize([4, 4, 5], len(data))
    starts = pd.Timestamp("2016-07-03") + pd.to_timedelta(7 * np.concatenate([[0], np.cumsum(weeks)]), unit="D")
    ranking = rank_leads(from_wide(data, calendar=pd.DataFrame({"start": starts})), kpi="net_sales")
    assert (ranking["promo_calls"].verdict, ranking["promo_calls"].delay.peak) == ("lead", 2)
