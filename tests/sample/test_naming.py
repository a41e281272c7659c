"""What a date names: the first or the last day of its week; read where the table says it, asked where the answer counts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

from leadlag.errors import DataContractError, UsageError
from leadlag.ranking.rank import rank_leads
from leadlag.sample import Sample, find_violations, from_long, from_snapshots, from_wide, read_file
from leadlag.sample.timewords import dates_at_of

DAYS = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=70), "visits": np.arange(70.0)})
#: Weeks as pandas makes them: each is named by its Sunday.
WEEKS = DAYS.set_index("day").resample("W").sum().rename(columns={"visits": "orders"})


def steps(freq: str, *, start: str = "2024-01-01", n: int = 12) -> pd.DataFrame:
    return pd.DataFrame({"orders": np.arange(float(n))}, index=pd.date_range(start, periods=n, freq=freq))


def first_week(sample: Sample) -> tuple[str, str | None, str]:
    """Label, naming and first day of the first period."""
    return sample.periods[0], sample.calendar.dates_at, str(sample.calendar.starts[0])[:10]


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (WEEKS, {"dates_at": "end"}),
        (WEEKS.rename_axis("week_ending"), {}),
        (WEEKS.reset_index().rename(columns={"day": "W/E"}), {}),
        (WEEKS.set_axis(WEEKS.index + pd.Timedelta("23:59:59")), {}),
        (WEEKS.set_axis(WEEKS.index.strftime("W/E %d.%m.%Y")), {"date_format": "W/E %d.%m.%Y"}),
        (WEEKS.set_axis(WEEKS.index.to_period().rename("week_ending")), {}),
        (WEEKS.set_axis(WEEKS.index.to_period().astype(str)), {"dates_at": "end"}),
    ],
    ids=["said", "index", "column", "time of day", "date_format", "periods under a name", "both ends, and said"],
)
def test_weeks_named_by_their_last_day_hold_it_and_keep_their_name(data: pd.DataFrame, options: dict[str, Any]) -> None:
    assert first_week(from_wide(data, **options)) == ("2024-01-07", "end", "2024-01-01")


def test_periods_and_both_ends_say_it_themselves() -> None:
    for index in (WEEKS.index.to_period(), WEEKS.index.to_period().astype(str), WEEKS.index.strftime("%G-W%V")):
        assert first_week(from_wide(WEEKS.set_axis(index))) == ("2024-01-01", "start", "2024-01-01")


def test_alone_the_first_days_are_taken_and_told() -> None:
    sample = from_wide(WEEKS)
    assert first_week(sample) == ("2024-01-07", None, "2024-01-07")
    assert [note.text for note in sample.notes if note.code == "LL139"] == [
        "weeks Sunday to Saturday: each date was taken for the first day, nothing says which."
    ]
    mondays = from_wide(WEEKS.set_axis(WEEKS.index - pd.Timedelta(days=6)))
    assert (mondays.calendar.span, mondays.notes) == ("weeks Monday to Sunday", ())


@pytest.mark.parametrize("freq", ["W", "W-FRI", "28D", "14D", "6h", "6ME"])
def test_beside_another_cadence_it_is_asked_with_both_readings_and_the_call(freq: str) -> None:
    sample = from_wide([steps(freq), DAYS])
    with pytest.raises(
        DataContractError, match=r"LL309 data.*: nothing says whether the dates of 'orders' name the first or the"
    ) as error:
        sample.around("visits")
    assert "dates_at='end' if it is the last, dates_at='start' if it is the first" in str(error.value)
    assert [part.calendar.dates_at for part in from_wide([steps(freq), DAYS], dates_at="end").cadences].count("end") == 1
    from_wide([steps(freq), DAYS], dates_at="end").around("visits")


def test_the_frequency_of_an_index_says_nothing() -> None:
    mondays = DAYS.set_index("day").resample("W-MON").sum()  # named by their last day
    assert str(mondays.index.freq) == "<Week: weekday=0>"  # type: ignore[attr-defined]
    assert from_wide(mondays).calendar.dates_at is None


@pytest.mark.parametrize("freq", ["W-MON", "15min", "2MS", "6MS", "QS", "D"])
def test_what_has_a_rule_is_not_asked(freq: str) -> None:
    other = steps("YS", start="2023-01-01").rename(columns={"orders": "kpi"})
    from_wide([steps(freq), other]).around("kpi")


def test_half_years_are_those_that_hold_their_dates() -> None:
    ends = from_wide(steps("6ME", start="2024-06-30"))
    assert first_week(ends) == ("2024-06-30", "end", "2024-01-01")
    assert first_week(from_wide(steps("6MS"))) == ("2024-01-01", "start", "2024-01-01")
    assert first_week(from_wide(steps("6ME", start="2024-01-31"), dates_at="end")) == ("2024-01-31", "end", "2023-08-01")


@pytest.mark.parametrize(
    ("freq", "first", "label"),
    [
        ("28D", "2023-12-05 00:00:00", "2024-01-01"),
        ("6h", "2023-12-31 19:00:00", "2024-01-01 00:00:00"),
        ("15min", "2023-12-31 23:45:00", "2024-01-01 00:00:00"),
        ("D", "2024-01-01 00:00:00", "2024-01-01"),
        ("h", "2024-01-01 00:00:00", "2024-01-01 00:00"),
        ("MS", "2024-01-01 00:00:00", "2024-01"),
    ],
)
def test_an_end_is_the_last_day_or_hour_that_belongs_to_the_step(freq: str, first: str, label: str) -> None:
    calendar = from_wide(steps(freq), dates_at="end").calendar
    assert (str(calendar.starts[0]), calendar.labels[0]) == (first, label)


@pytest.mark.parametrize(
    "make", [pl.from_pandas, pa.Table.from_pandas, lambda frame: frame.astype(str)], ids=["polars", "Arrow", "texts"]
)
@pytest.mark.parametrize("step", ["W-MON", "W-TUE", "W-WED", "W-THU", "W-FRI", "W-SAT", "W-SUN", "10D", "28D", "8h"])
def test_first_and_last_days_of_the_same_periods_give_the_same_sample(step: str, make: Any) -> None:
    ends = steps(step, start="2023-03-05 05:00" if step == "8h" else "2023-03-05", n=30)
    length, unit = ends.index[1] - ends.index[0], pd.Timedelta(hours=1) if step == "8h" else pd.Timedelta(days=1)
    last, first = (
        from_wide(make(ends.set_axis(index).rename_axis("date").reset_index()), dates_at=said)
        for index, said in ((ends.index, "end"), (ends.index - length + unit, "start"))
    )
    pd.testing.assert_index_equal(last.calendar.starts, first.calendar.starts)
    assert_array_equal(last.values, first.values)
    assert last.periods[0] == str(ends.index[0]).removesuffix(" 00:00:00")


def test_weekly_tables_of_one_calendar_come_together_and_the_table_of_the_kpi_names_it() -> None:
    ending = WEEKS.rename_axis("week_ending")
    starting = WEEKS.set_axis(WEEKS.index - pd.Timedelta(days=6)).rename(columns={"orders": "quotes"}).rename_axis("week_of")
    both = from_wide([ending, starting])
    assert (both.others, both.periods[0]) == ((), "2024-01-07")
    assert_array_equal(both.column("orders"), both.column("quotes"))
    for tables in ([starting, ending], [ending, starting], [starting, ending, DAYS]):
        sample = from_wide(tables)
        assert (sample.around("orders").periods[0], sample.around("quotes").periods[0]) == ("2024-01-07", "2024-01-01")


def test_each_table_can_be_told_its_own_end() -> None:
    other = WEEKS.set_axis(WEEKS.index - pd.Timedelta(days=4)).rename(columns={"orders": "quotes"})  # Wednesdays
    asked = from_wide([WEEKS, other]).open_questions()
    assert sorted(item.argument for item in asked) == ["data[0]", "data[1]"]
    assert {tuple(sorted(dict(item.fixes[0].options)["dates_at"])) for item in asked} == {("data[0]", "data[1]")}  # type: ignore[call-overload]
    told = from_wide([WEEKS, other], dates_at={"data[0]": "end", "data[1]": "start"})
    assert sorted(str(part.calendar.anchor) for part in told.cadences) == ["Monday", "Wednesday"]
    with pytest.raises(UsageError, match=r"dates_at='data\[2\]' is not among the tables"):
        from_wide([WEEKS, other], dates_at={"data[2]": "end"})


def test_the_calendar_of_a_sample_is_settled_so_its_table_is_to_be_read_again() -> None:
    (asked,) = from_wide([from_wide(WEEKS), DAYS]).open_questions()
    assert (asked.fixes, asked.next_step[:52]) == ((), "read its table again, with dates_at='end' in from_wi")
    assert from_wide([from_wide(WEEKS, dates_at="end"), DAYS]).open_questions() == ()


def test_where_only_one_of_two_tables_says_it_the_other_is_asked() -> None:
    quotes = WEEKS.rename(columns={"orders": "quotes"})
    found = find_violations([WEEKS.rename_axis("week_of"), quotes])
    assert [(item.code, item.argument) for item in found] == [("LL309", "data[1]")]
    assert from_wide([WEEKS, quotes]).open_questions() == ()


def test_long_tables_and_slow_columns_know_it_too() -> None:
    weeks = WEEKS.reset_index().melt("day")
    days = DAYS.melt("day")
    long = pd.concat([weeks, days])
    with pytest.raises(DataContractError, match="LL309"):
        from_long(long, time="day", metric="variable", value="value").around("visits")
    sample = from_long(long, time="day", metric="variable", value="value", dates_at="end").around("orders")
    assert_array_equal(sample.column("orders"), np.round(7 * sample.column("visits")))
    wide = DAYS.merge(WEEKS.reset_index(), how="left")
    assert first_week(from_wide(wide, dates_at="end").cadences[0]) == ("2024-01-07", "end", "2024-01-01")


def test_what_was_known_when_goes_by_the_end_of_the_week() -> None:
    frame = WEEKS.reset_index().assign(known=lambda table: table["day"] + pd.Timedelta(days=1))
    vintages = from_snapshots(frame, time="day", as_of="known", dates_at="end")
    assert (vintages.delays, vintages.n_periods) == ((1,), len(WEEKS))
    with pytest.raises(DataContractError, match=r"LL309 data: .* Beside the moments in as_of"):
        from_snapshots(frame, time="day", as_of="known")


@pytest.mark.parametrize("dates_at", ["start", "end"])
def test_as_of_goes_by_the_week_that_holds_the_date(dates_at: Any) -> None:
    kept = from_wide(WEEKS, as_of="2024-01-21", dates_at=dates_at)
    assert kept.n_periods == (3 if dates_at == "end" else 2)


@pytest.mark.parametrize("dates_at", ["start", "end", None])
@pytest.mark.parametrize("freq", ["W", "W-MON", "D", "B", "h", "15min", "6h", "28D", "MS", "QS", "YS", "2MS", "6ME"])
def test_a_table_can_be_written_and_read_again(freq: str, dates_at: Any) -> None:
    sample = from_wide(steps(freq, n=20), dates_at=dates_at)
    for again in (from_wide(read_file(io.StringIO(sample.to_frame().to_csv()))), from_wide(sample.to_frame())):
        for side in ("freq", "anchor", "labels", "off", "span"):
            assert getattr(again.calendar, side) == getattr(sample.calendar, side)
        pd.testing.assert_index_equal(again.calendar.starts, sample.calendar.starts)
        assert (again.names, again.values.tolist()) == (sample.names, sample.values.tolist())


def test_a_metric_may_have_the_name_of_the_periods() -> None:
    sample = from_wide(WEEKS.rename(columns={"orders": "week"}))
    assert sample.to_frame().index.name == "week_date"
    assert from_wide(read_file(io.StringIO(sample.to_frame().to_csv()))).names == ("week",)


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(UsageError, match="dates_at='last' is not allowed: give one of 'start', 'end'"):
        from_wide(WEEKS, dates_at="last")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="dates_at='end' needs times"):
        from_wide(WEEKS.reset_index(drop=True), dates_at="end")
    with pytest.raises(UsageError, match="dates_at='end' is not allowed with a Sample"):
        from_wide(from_wide(WEEKS), dates_at="end")


@pytest.mark.parametrize(
    ("side", "names"),
    [
        ("end", "week_ending|week_end|w/e|W/E|WeekEnding|weekendingdate|period_end|four_weeks_ending|Week Ending (Sat)|end_date"),
        ("end", "last_day_of_week|Woche bis|end of period|sales_week_ending"),
        ("start", "week_of|Week of|week_start|weekCommencing|W/C|w/b|period_start|startdate|from_date|Wochenbeginn|semaine du"),
        (None, "week|date|weekend|Wochenende|week of year|week_to_date|contract_end_date|last_week|time_to_close|TIME_PERIOD"),
    ],
)  # fmt: skip
def test_names_that_say_it(side: str | None, names: str) -> None:
    assert {name: dates_at_of(name) for name in names.split("|")} == dict.fromkeys(names.split("|"), side)


def test_the_same_weeks_by_last_and_by_first_day_are_one_calendar(shared_cases: Path) -> None:
    tables = [read_file(shared_cases / name) for name in ("orders_week_ending.csv", "quotes_week_of.csv")]
    found = rank_leads(tables, kpi="orders", evidence=False, n_draws=199)
    assert (found.leads, found["quotes"].delay.peak) == (("quotes",), 2)  # type: ignore[union-attr]
