"""Business years: quarters and years of a year that begins in another month than January."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from leadlag import from_long, from_snapshots, from_wide, lagged_regression, rank_leads, read_file
from leadlag.cli.main import main
from leadlag.errors import DataContractError, UsageError
from leadlag.estimators.periods import PeriodCounter
from leadlag.sample.dates import row_of

N = 16
#: Quarters of a year that begins in February, the first of them February to April 2019.
QUARTERS = pd.period_range("2020Q1", periods=N, freq="Q-JAN")


def quarterly(times: object) -> pd.DataFrame:
    return pd.DataFrame({"when": times, "orders": np.arange(N) ** 1.5})


def monthly(first: str = "2019-02", periods: int = 3 * N) -> pd.DataFrame:
    return pd.DataFrame({"month": pd.date_range(first, periods=periods, freq="MS"), "calls": np.arange(float(periods))})


FORMS = {
    "last days": [str(end.date()) for end in QUARTERS.end_time],
    "first days": [str(start.date()) for start in QUARTERS.start_time],
    "first days of last months": [
        str((end + pd.Timedelta(days=1) - pd.DateOffset(months=1)).date()) for end in QUARTERS.end_time
    ],
    "a day between": [str((start + pd.Timedelta(days=40)).date()) for start in QUARTERS.start_time],
    "FY20 Q1": [f"FY{quarter.qyear % 100} Q{quarter.quarter}" for quarter in QUARTERS],
    "Q1 FY2020": [f"Q{quarter.quarter} FY{quarter.qyear}" for quarter in QUARTERS],
    "2020-Q1": [f"{quarter.qyear}-Q{quarter.quarter}" for quarter in QUARTERS],
    "periods of pandas": QUARTERS,
}


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_of_business_quarters_are_the_same_quarters(form: str) -> None:
    sample = from_wide(quarterly(FORMS[form]), year_start="February")
    assert sample.periods[:2] == ("FY2020 Q1", "FY2020 Q2")
    assert str(sample.calendar.starts[0])[:10] == "2019-02-01"
    assert (sample.n_periods, sample.calendar.season_lengths, sample.calendar.default_max_lag(48)) == (N, (4,), 8)
    assert_array_equal(from_wide([quarterly(FORMS[form]), monthly()], year_start="February").around("orders").column("calls"),
                       np.arange(3.0 * N).reshape(N, 3).mean(axis=1))  # fmt: skip


def test_periods_of_pandas_say_their_year_themselves() -> None:
    assert from_wide(quarterly(QUARTERS)).periods[0] == "FY2020 Q1"
    years = pd.DataFrame({"a": np.arange(9.0)}, index=pd.period_range("2015", periods=9, freq="Y-MAR"))
    assert from_wide(years).periods[0] == "FY2015"
    again = from_wide(from_wide(years).to_frame())
    assert again.periods == from_wide(years).periods
    with pytest.raises(
        DataContractError, match=r"begins in February, as their type says, and year_start='March'.*year_start='Fe"
    ):
        from_wide(quarterly(QUARTERS), year_start="March")
    assert from_wide(quarterly(QUARTERS), year_start="May").periods[0] == "FY2019 Q4"


@pytest.mark.parametrize(
    ("times", "first"),
    [
        ([f"FY{2019 + row}" for row in range(N)], "2018-04-01"),
        ([f"{2018 + row}/{(19 + row) % 100}" for row in range(N)], "2018-04-01"),
        ([2019 + row for row in range(N)], "2018-04-01"),
        ([f"{2019 + row}-03-31" for row in range(N)], "2018-04-01"),
        ([f"{2018 + row}-04-01" for row in range(N)], "2018-04-01"),
    ],
)
def test_a_year_has_the_name_of_the_one_in_which_it_ends(times: list[object], first: str) -> None:
    sample = from_wide(quarterly(times).rename(columns={"when": "year"}), year_start="April")
    assert (sample.periods[0], str(sample.calendar.starts[0])[:10]) == ("FY2019", first)


def test_months_of_a_business_year_are_those_of_the_calendar_once_it_is_known() -> None:
    times = [f"FY{20 + row // 12} P{row % 12 + 1:02d}" for row in range(N)]
    sample = from_wide(quarterly(times), year_start="February", as_of="2020-03-31")
    assert (sample.periods[0], sample.periods[-1]) == ("2019-02", "2020-03")
    assert any("The year begins in February: the first time is 2019-02" in note.text for note in sample.notes)
    assert from_wide([quarterly(times), monthly()], year_start="February").n_periods == 3 * N


def test_a_year_that_begins_in_january_changes_no_byte() -> None:
    rng = np.random.default_rng(2)
    ends = pd.period_range("2010Q1", periods=40, freq="Q").end_time.normalize()
    tables = [
        pd.DataFrame({"when": ends, "orders": rng.standard_normal(40).cumsum()}),
        monthly("2010-01", 120).assign(calls=rng.standard_normal(120).cumsum()),
    ]
    told, plain = (from_wide(tables, **said) for said in ({"year_start": "January"}, {}))
    said, unsaid = (rank_leads(sample, kpi="orders", evidence=False, n_draws=99) for sample in (told, plain))
    assert said.to_json() == unsaid.to_json()


def test_undeclared_business_quarters_are_refused_with_the_call_that_declares_them() -> None:
    tables = [quarterly(FORMS["last days"]), monthly()]
    with pytest.raises(UsageError, match="end in January by their") as found:
        rank_leads(tables, kpi="orders")
    assert found.value.first.call == "rank_leads(from_wide(data, year_start='February'), kpi='orders')"
    with pytest.raises(UsageError, match="read its table again, with the month"):
        rank_leads([from_wide(tables[0]), tables[1]], kpi="orders")
    with pytest.raises(UsageError, match="year_start='April' if the year begins in April"):
        rank_leads([quarterly(FORMS["FY20 Q1"]), monthly()], kpi="orders")


@pytest.mark.parametrize("said", ["Febuary", "february", "Feb", 2, True])
def test_a_month_that_is_none_is_refused(said: object) -> None:
    with pytest.raises(UsageError, match=r"year_start=.* is not allowed: give one of 'January', 'February'"):
        from_wide(monthly(), year_start=said)


def test_dates_of_another_year_than_the_declared_one_are_refused() -> None:
    with pytest.raises(DataContractError, match=r"end in January by their dates, .* a year that begins in March.*'February'"):
        from_wide(quarterly(FORMS["last days"]), year_start="March")
    with pytest.raises(UsageError, match=r"year_start='May' needs times"):
        from_wide(pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}), year_start="May")


def test_business_quarters_alone_are_calendar_ones_with_a_note_that_says_what_to_declare() -> None:
    dated = next(note for note in from_wide(quarterly(FORMS["last days"])).notes if note.code == "LL154")
    assert "the quarters end in January by their dates, and were counted as those of the calendar, from 2019Q2 on" in dated.text
    assert dated.call == "year_start='February'"
    named = next(note for note in from_wide(quarterly(FORMS["FY20 Q1"])).notes if note.code == "LL138")
    assert "say by year_start in which month the year begins" in named.text
    for form in ("last days", "FY20 Q1"):
        told = from_wide(quarterly(FORMS[form]), year_start="February").notes
        assert not any(note.code == "LL154" or "say by year_start" in note.text for note in told)


def test_quarters_of_two_years_stand_beside_one_another() -> None:
    calendar = quarterly(pd.period_range("2019Q1", periods=N, freq="Q")).rename(columns={"orders": "gdp"})
    both = from_wide([quarterly(QUARTERS), calendar]).around("orders")
    assert_array_equal(both.column("gdp")[:3], [0.0, *(np.arange(1, 3) ** 1.5)])
    assert any("a year that begins in January, where that of the KPI begins in February" in note.text for note in both.notes)
    same = calendar.assign(when=pd.period_range("2019Q1", periods=N, freq="Q-MAR"))
    other = quarterly(pd.period_range("2018Q2", periods=N, freq="Q"))
    assert from_wide([same, other]).n_periods == N


def test_moments_are_found_as_the_table_writes_them() -> None:
    calendar = from_wide(quarterly(QUARTERS)).calendar
    told = ("FY2020 Q3", "FY20 Q3", "2020Q3", "2019-08-15", "2019-08", "2021")
    assert [row_of(calendar, moment, "targeted_since") for moment in told] == [2, 2, 2, 2, 2, 4]
    assert row_of(calendar, "FY2020", "selected_on", last=True) == 3


def test_every_reader_knows_the_year() -> None:
    ends = FORMS["last days"]
    long = pd.DataFrame({"when": ends * 2, "metric": ["a"] * N + ["b"] * N, "value": np.arange(2.0 * N) ** 1.5})
    assert from_long(long, time="when", metric="metric", value="value", year_start="February").periods[0] == "FY2020 Q1"
    known = quarterly(ends).assign(known=[str(pd.Timestamp(end) + pd.Timedelta(days=20))[:10] for end in ends])
    vintages = from_snapshots(known, time="when", as_of="known", year_start="February")
    assert vintages.known_at("2019-07-30").periods == ("FY2020 Q1",)
    counter = PeriodCounter.learned(pd.Series(QUARTERS), None)
    assert_array_equal(np.diff(counter.count(pd.Series(QUARTERS))), 1)


def test_rows_of_later_quarters_continue_a_fit() -> None:
    rng = np.random.default_rng(3)
    quarters = pd.period_range("2010Q1", periods=60, freq="Q-JAN")
    table = pd.DataFrame({"x": rng.standard_normal(60).cumsum(), "y": rng.standard_normal(60).cumsum()}, index=quarters)
    fit = lagged_regression(table[:50], kpi="y", leads="x", max_lag=3)
    assert fit.predict(table[40:]).index[-1] == quarters[-1]
    with pytest.raises(UsageError, match="begins in January where that of the fit began in February"):
        fit.predict(table[40:].set_axis(pd.period_range("2019Q3", periods=20, freq="Q")))


def test_business_quarters_beside_months_from_files(shared_cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [shared_cases / "business_quarters_kpi.csv", shared_cases / "business_quarters_monthly.csv"]
    ranking = rank_leads(from_wide([read_file(file) for file in files], year_start="February"), kpi="bookings")
    first = ranking["pipeline_created"]
    assert (first.verdict, first.delay.peak) == ("lead", 1.0)
    words = ["rank", *map(str, files), "--kpi", "bookings"]
    assert main([*words, "--year-start", "February"]) == 0
    assert "pipeline_created by 1 quarter" in capsys.readouterr().out
    assert main(words) == 2
    assert "--year-start February" in capsys.readouterr().err
