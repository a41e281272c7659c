"""What may be the time is read or asked about under any name, whatever the order of the rows; what is none is left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal

from leadlag.errors import LeadLagError
from leadlag.sample import as_sample, find_violations, from_wide, read_file
from tests.hazards import good_frame

N = 60


def monday(row: int) -> dt.date:
    return dt.date(2022, 1, 3) + dt.timedelta(days=7 * row)


def first(row: int) -> dt.date:
    return dt.date(2019 + row // 12, row % 12 + 1, 1)


def quarter(row: int) -> dt.date:
    return dt.date(2008 + row // 4, 3 * (row % 4) + 1, 1)


def table(name: str, write: Callable[[int], Any], n: int = N) -> pd.DataFrame:
    frame = good_frame(n).drop(columns="date").round(3)
    cells = [write(row) for row in range(n)]
    frame.insert(0, name, pd.Series(cells, dtype=object) if isinstance(cells[0], str) else cells)
    return frame


def in_file(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    frame.to_csv(folder / "table.csv", index=False)
    return read_file(folder / "table.csv")


def refusal(data: Any) -> LeadLagError:
    with pytest.raises(LeadLagError) as caught:
        from_wide(data)
    return caught.value


def asked(data: Any) -> str:
    return str(refusal(data))


def offered(data: Any, option: str) -> list[object]:
    """The values of an option among the ways out of an error."""
    error = refusal(data)
    found = [item.fixes for item in getattr(error, "violations", ())] or [error.fixes]
    return [value for fixes in found for fix in fixes for name, value in fix.options if name == option]


# -- texts

GERMAN = ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
#: How each row is written, what it is, and the format that reads it; None where no format can.
TEXTS: dict[str, tuple[Callable[[int], str], Callable[[int], dt.date], str | None]] = {
    "day of the year": (lambda row: f"{monday(row):%Y-%j}", monday, "%Y-%j"),
    "weekday": (lambda row: f"{monday(row):%a %d.%m.%Y}", monday, "%a %d.%m.%Y"),
    "weekday in German": (lambda row: f"Mo {monday(row):%d.%m.%Y}", monday, "%a %d.%m.%Y"),
    "Korean": (lambda row: f"{monday(row):%Y. %m. %d.}", monday, "%Y. %m. %d."),
    "Japanese": (lambda row: "{0.year}年{0.month}月{0.day}日".format(monday(row)), monday, "%Y年%m月%d日"),
    "short month": (lambda row: f"{first(row).month}/{first(row):%y}", first, "%m/%y"),
    "period": (lambda row: f"P{first(row).month} {first(row).year}", first, "P%m %Y"),
    "digits behind a letter": (lambda row: f"P{first(row):%Y%m}", first, "P%Y%m"),
    "calendar quarter": (lambda row: f"CY{quarter(row):%y}Q{quarter(row).month // 3 + 1}", quarter, "CY%yQ%q"),
    "clock of half a day": (lambda row: f"{monday(row):%Y-%m-%d} 03:00 PM", monday, "%Y-%m-%d %I:%M %p"),
    "as Unix prints it": (lambda row: f"{monday(row):%a %b %d %H:%M:%S CET %Y}", monday, "%a %b %d %H:%M:%S CET %Y"),
    "week of": (lambda row: f"W/C {monday(row):%d/%m/%Y}", monday, "W/C %d/%m/%Y"),
    "seasons": (lambda row: f"{['Winter', 'Spring', 'Summer', 'Autumn'][row % 4]} {2008 + row // 4}", quarter, None),
    "short German month": (lambda row: f"{GERMAN[row % 12]} {first(row):%y}", first, "%b %y"),
    "no year": (lambda row: f"{monday(row):%a %b %d}", monday, None),
    "spans without a year": (lambda row: f"{monday(row):%d/%m}-{monday(row):%d/%m}", monday, None),
    "day and month": (lambda row: f"{monday(row).day}.{monday(row).month}.", monday, None),
    "short year and week": (lambda row: f"W{monday(row).isocalendar()[0] % 100}{monday(row).isocalendar()[1]:02d}", monday, None),
    "counted": (lambda row: f"Sprint {row}", monday, None),
    "hours": (lambda row: f"{row % 24:02d}:00", monday, None),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
@pytest.mark.parametrize("name", ["label", "date"])
def test_texts_in_no_known_form_are_asked_about_under_any_name(case: str, name: str, tmp_path: Path) -> None:
    write, date, date_format = TEXTS[case]
    frame = table(name, write)
    expected = from_wide(table(name, lambda row: str(date(row))))
    newest_first = frame.iloc[::-1].reset_index(drop=True)
    for data in (frame, newest_first, pl.from_pandas(frame), in_file(newest_first, tmp_path), newest_first.set_index(name)):
        told = asked(data)
        assert repr(name) in told
        if date_format is not None and not (isinstance(data, pd.DataFrame) and data.index.name == name):
            assert offered(data, "date_format") == [date_format]
        if date_format is not None:
            sample = from_wide(data, time=name, date_format=date_format)
            assert sample.periods == expected.periods
            assert_array_equal(sample.values, expected.values)
    assert [column.name for column in from_wide(frame.assign(day=[str(monday(row)) for row in range(N)])).left_out] == [name] or (
        name == "date"
    )


#: Texts that can only be dates, of which nothing but the format is asked.
CERTAIN = ("Korean", "clock of half a day", "short German month", "day and month")


@pytest.mark.parametrize("case", [case for case in TEXTS if case not in CERTAIN])
def test_rows_said_to_be_in_order_are_taken_so(case: str) -> None:
    frame = table("label", TEXTS[case][0])
    assert offered(frame, "freq") == ["period"]
    sample = from_wide(frame, freq="period")
    assert sample.calendar.in_order
    assert sample.names == ("sales", "visits", "ads")


@pytest.mark.parametrize("case", CERTAIN)
def test_of_texts_that_can_only_be_dates_only_the_format_is_asked(case: str) -> None:
    assert offered(table("label", TEXTS[case][0]), "freq") == []


LABELS: dict[str, Callable[[int], str]] = {
    "comments": lambda row: ["great month", "Easter weekend was slow", "ok", f"see ticket {row}", "promo -10% in May"][row % 5],
    "codes": lambda row: f"SKU-{row * 7919 % 10_000:04d}",
    "two-part codes": lambda row: f"{'ABC'[row % 3]}{row * 7 % 90}-{'XY'[row % 2]}{row * 31 % 90}",
    "regions": lambda row: ["North", "South", "Mid-West"][row % 3],
    "states": lambda row: ["MO", "MI", "ME", "TX"][row % 4],
    "shops": lambda row: f"Shop {row * 17 % N}",
    "plans": lambda row: ["Plan 2023", "Plan 2024"][row % 2],
}


@pytest.mark.parametrize("case", LABELS)
def test_labels_are_left_out_with_a_note_beside_a_time_and_without_one(case: str) -> None:
    frame = table("label", LABELS[case])
    alone, beside = from_wide(frame), from_wide(frame.assign(date=[str(monday(row)) for row in range(N)]))
    assert alone.calendar.in_order
    assert beside.calendar.freq == "week"
    for sample in (alone, beside):
        assert [column.name for column in sample.left_out] == ["label"]
        assert any(note.code == "LL107" for note in sample.notes)


MONTHS = {
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


@pytest.mark.parametrize("language", MONTHS)
@pytest.mark.parametrize("name", ["date", "quando"])
def test_dates_written_out_are_read_in_any_language_and_order(language: str, name: str) -> None:
    names = MONTHS[language].split()
    frame = table(name, lambda row: f"{monday(row).day} {names[monday(row).month - 1]} {monday(row).year}")
    for data in (frame, frame.iloc[::-1], frame.set_index(name)):
        assert from_wide(data).periods[0] == "2022-01-03"
    short = table(name, lambda row: f"{monday(row).day:02d} {names[monday(row).month - 1]} {monday(row):%y}")
    assert from_wide(short, time=name, date_format="%d %B %y").periods[0] == "2022-01-03"


@pytest.mark.parametrize(
    ("name", "few", "rest"),
    [("date", "2022-01-03", "offen"), ("TIME_PERIOD", "2008-Q1", "x"), ("date", "tbd", "tbd"), ("note", "2022-01-03", "offen")],
)
def test_a_column_of_which_some_cells_are_times_is_not_left_out(name: str, few: str, rest: str) -> None:
    frame = table(name, lambda row: few if row < 25 else rest)
    told = asked(frame)
    assert "LL305" in told
    assert repr(rest) in told
    assert from_wide(frame.assign(week=[str(monday(row)) for row in range(N)])).left_out[0].name == name or name == "date"


@pytest.mark.parametrize(
    "write", [lambda row: f"Q{row % 4 + 1}", lambda row: f"KW {row % 52 + 1}", lambda row: f"{row % 4 + 1}. Quartal"]
)
def test_parts_of_a_year_are_asked_about_under_any_name(write: Callable[[int], str]) -> None:
    assert "come round again" in asked(table("label", write))


# -- numbers and the index


def test_an_index_that_may_be_the_time_is_asked_about_alone_and_beside_a_column_of_dates() -> None:
    frame = good_frame(N).drop(columns="date")
    excel = frame.set_index(pd.RangeIndex(44_564, 44_564 + N))
    assert "days as Excel counts them" in asked(excel)
    assert from_wide(excel.rename_axis("d"), time="d", date_format="excel").calendar.freq == "day"
    assert from_wide(excel, freq="period").n_periods == N
    codes = frame.assign(closed=[str(first(row * 7 % N)) for row in range(N)])
    codes.index = pd.Index([int(f"{first(row):%Y%m}") for row in range(N)])
    assert offered(codes, "time") == ["closed"]
    assert from_wide(codes, time="closed").calendar.freq == "month"
    assert from_wide(codes.rename(columns={"closed": "date"})).calendar.freq == "month"
    assert from_wide(frame.iloc[::3].assign(closed=[str(first(row)) for row in range(N // 3)])).calendar.freq == "month"


NUMBERS: dict[str, tuple[str, Callable[[int], Any], Callable[[int], dt.date], str | None]] = {
    "days of Excel": ("Invoice date", lambda row: 44_564 + 7 * row, monday, "excel"),
    "days of Excel out of step": ("created", lambda row: 44_564 + 7 * row + row * row % 3, monday, "excel"),
    "month ends of Excel": ("x", lambda row: (first(row + 1) - dt.date(1899, 12, 31)).days, first, "excel"),
    "seconds": ("created_at", lambda row: 1_641_168_000 + 604_800 * row, monday, None),
    "codes": ("cohort", lambda row: int(f"{first(row):%Y%m}"), first, None),
    "codes in no order": ("cohort", lambda row: int(f"{first(row * 7 % N):%Y%m}"), first, None),
    "quarters": ("x", lambda row: 10 * quarter(row).year + quarter(row).month // 3 + 1, quarter, "%Y%q"),
    "months without a nought": ("x", lambda row: int(f"{first(row).year}{first(row).month}"), first, "%Y%m"),
    "month before year": ("x", lambda row: int(f"{first(row):%m%Y}"), first, "%m%Y"),
    "day before month and year": ("x", lambda row: int(f"{monday(row):%d%m%Y}"), monday, "%d%m%Y"),
    "short year and month": ("x", lambda row: int(f"{first(row):%y%m}"), first, "%y%m"),
    "month.year": ("month", lambda row: float(f"{first(row).month}.{first(row).year}"), first, "%m.%Y"),
    "year.month": ("x", lambda row: float(f"{first(row):%Y.%m}"), first, "%Y.%m"),
    "year.quarter": ("x", lambda row: float(f"{quarter(row).year}.{quarter(row).month // 3 + 1}"), quarter, "%Y.%q"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_that_may_be_dates_are_asked_about_and_the_advice_reads_them(case: str, tmp_path: Path) -> None:
    name, write, date, date_format = NUMBERS[case]
    frame = table(name, write)
    expected = from_wide(table(name, lambda row: str(date(row))), time=name)
    for data in (frame, frame.iloc[::-1].reset_index(drop=True), in_file(frame, tmp_path)):
        assert offered(data, "time") == [name]
        assert offered(data, "date_format") == ([] if date_format is None else [date_format])
        sample = from_wide(data, time=name, date_format=date_format)
        if "no order" not in case:
            assert sample.calendar.freq == expected.calendar.freq
            assert_array_equal(sample.column("sales"), expected.column("sales"))
        assert name in from_wide(data, freq="period").names
        assert name in as_sample(data, columns=[name, "sales"]).names


def test_dates_and_parts_of_the_date_beside_it_are_no_metrics(tmp_path: Path) -> None:
    frame = table("date", lambda row: str(first(row))).assign(
        year=[first(row).year for row in range(N)], month=[first(row).month for row in range(N)],
        order_month=[int(f"{first(row):%Y%m}") for row in range(N)], booked_on=[44_564 + 7 * row for row in range(N)],
        signed=[f"{first(row):%Y. %m. %d.}" for row in range(N)],
    )  # fmt: skip
    for data in (frame, in_file(frame, tmp_path)):
        sample = from_wide(data)
        assert (sample.calendar.freq, sample.names) == ("month", ("sales", "visits", "ads"))
        assert sorted(column.name for column in sample.left_out) == ["booked_on", "month", "order_month", "signed", "year"]
        assert as_sample(data, columns=["sales", "year"]).names == ("sales", "year")
    shipped = frame.assign(
        shipped=[20_000 + row * 7919 % 50_000 for row in range(N)], logged_on=[30_000 + row % 7 for row in range(N)]
    )
    assert {"shipped", "logged_on"} <= set(from_wide(shipped).names)
    other = frame.assign(month=frame["month"] % 12 + 1, year=frame["sales"])
    assert {"month", "year"} <= set(from_wide(other).names)


@pytest.mark.parametrize("name", ["time", "period"])
def test_a_metric_called_time_is_not_taken_for_years(name: str) -> None:
    frame = table(name, lambda row: 1903 + row * 17 % N)
    assert "may be years" in asked(frame)
    assert name in from_wide(frame, freq="period").names
    assert name in from_wide(frame.assign(date=[str(monday(row)) for row in range(N)])).names
    assert from_wide(frame, time=name).calendar.freq == "year"
    assert from_wide(table(name, lambda row: 1960 + row).iloc[::-1]).calendar.freq == "year"


@pytest.mark.parametrize(
    ("names", "write", "date", "freq"),
    [
        (("Jahr", "Monat"), lambda day: day.month, first, "month"),
        (("year", "month"), lambda day: f"{day:%b}", first, "month"),
        (("GJAHR", "MONAT"), lambda day: float(day.month), first, "month"),
        (("Year", "Quarter"), lambda day: day.month // 3 + 1, quarter, "quarter"),
        (("Year", "Quarter"), lambda day: f"Q{day.month // 3 + 1}", quarter, "quarter"),
        (("isoyear", "week"), lambda day: day.isocalendar()[1], monday, "week"),
        (("Jahr", "KW"), lambda day: f"KW {day.isocalendar()[1]}", monday, "week"),
        (("Fiscal Year", "Posting period"), lambda day: day.month, first, "month"),
        (("Geschäftsjahr", "Periode"), lambda day: day.month, first, "month"),
    ],
)
def test_a_year_and_its_part_in_two_columns_are_one_time(
    names: tuple[str, str], write: Callable[[dt.date], Any], date: Callable[[int], dt.date], freq: str, tmp_path: Path
) -> None:
    frame = table(names[0], lambda row: date(row).isocalendar()[0] if date is monday else date(row).year)
    frame.insert(1, names[1], [write(date(row)) for row in range(N)])
    expected = from_wide(table("date", lambda row: str(date(row))))
    for data in (frame, frame.iloc[::-1].reset_index(drop=True), pl.from_pandas(frame), in_file(frame, tmp_path)):
        sample = from_wide(data)
        assert (sample.calendar.freq, sample.periods, sample.names) == (freq, expected.periods, expected.names)
        assert_array_equal(sample.values, expected.values)
        assert [column.name for column in sample.left_out] == list(names)
        assert bool(sample.calendar.off) == (date is first and names[0] in ("Fiscal Year", "Geschäftsjahr"))


def test_days_in_three_columns_and_what_names_do_not_say() -> None:
    frame = table("year", lambda row: monday(row).year).assign(
        month=[monday(row).month for row in range(N)], day=[monday(row).day for row in range(N)]
    )
    assert (from_wide(frame).calendar.freq, from_wide(frame).periods[0]) == ("week", "2022-01-03")
    for names in (("Year", "Period"), ("Jahr", "Periode")):
        frame = table(names[0], lambda row: first(row).year)
        frame.insert(1, names[1], [first(row).month for row in range(N)])
        assert f"spread over columns ({names[0]!r}, {names[1]!r})" in asked(frame)
        assert from_wide(frame, freq="period").calendar.in_order


def test_years_that_repeat_under_any_name_are_asked_about() -> None:
    assert "years, each several times" in asked(table("x", lambda row: first(row).year))


def test_a_date_beside_a_coarser_one_of_any_kind_is_the_time(tmp_path: Path) -> None:
    frame = table("Datum", lambda row: f"{first(row):%d.%m.%Y}")
    frame.insert(1, "Monat", [int(f"{first(row):%Y%m}") for row in range(N)])
    labels = table("Month", lambda row: f"{first(row):%Y-%m}").assign(
        Quarter=[f"{first(row).year}-Q{(first(row).month + 2) // 3}" for row in range(N)]
    )
    for data in (frame, in_file(frame, tmp_path)):
        for options in ({}, {"date_format": "%d.%m.%Y"}):
            sample = from_wide(data, **options)
            assert (sample.calendar.freq, sample.names) == ("month", ("sales", "visits", "ads"))
    assert (from_wide(labels).calendar.freq, from_wide(labels).periods[0]) == ("month", "2019-01")


@pytest.mark.parametrize("seed", range(20))
def test_metrics_without_times_are_not_taken_for_dates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 80))
    frame = pd.DataFrame(
        {
            "revenue_month": rng.integers(30_000, 60_000, n), "visits": rng.integers(190_000, 210_000, n),
            "users": np.sort(rng.integers(20_000, 80_000, n)), "price": rng.normal(5, 1, n).round(4),
            "day_rate": rng.normal(2_000, 50, n).round(), "score": rng.integers(1, 5, n),
            "shipped": rng.integers(20_000, 80_000, n),
            "stock": 19_950 + np.cumsum(rng.integers(1, 9, n)),
            "cents": rng.integers(10**9, 2 * 10**9, n),
        }
    )  # fmt: skip
    assert from_wide(frame).names == tuple(frame.columns)


def test_a_format_that_does_not_read_every_time_is_not_offered() -> None:
    """Cut to three letters, June and July are one word in French."""
    months = ["jan.", "fév.", "mar.", "avr.", "mai.", "jui.", "jui.", "aoû.", "sep.", "oct.", "nov.", "déc."]
    times = [f"{months[row % 12]} {19 + row // 12}" for row in range(48)]
    found = find_violations(pd.DataFrame({"month": times, "sales": range(48), "visits": range(100, 148)}))
    assert [item.code for item in found] == ["LL305"]
    assert not any("date_format" in dict(fix.options) for item in found for fix in item.fixes)
