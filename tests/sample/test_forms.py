"""Every row of the table of forms is read as ISO dates are, from any kind of table; what can be two things is asked."""

from __future__ import annotations

import datetime as dt
import io
import re
import time as clock
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_array_equal

from leadlag.errors import DataContractError, UsageError
from leadlag.estimators.periods import PeriodCounter, time_of
from leadlag.sample import Sample, as_sample, find_violations, from_long, from_wide, read_file
from leadlag.sample.dates import row_of
from leadlag.sample.deciding import Ambiguity, decide
from leadlag.sample.forms import DIGIT_FORMS, FORMS, Form
from leadlag.sample.shapes import fitting
from leadlag.sample.timewords import MONTHS
from tests.conftest import ROOT

N = 48
ALL = (*FORMS, *DIGIT_FORMS)


def month(row: int) -> tuple[int, int]:
    return 2021 + row // 12, row % 12 + 1


def quarter(row: int) -> tuple[int, int]:
    return 2010 + row // 4, row % 4 + 1


def half(row: int) -> tuple[int, int]:
    return 2000 + row // 2, row % 2 + 1


def monday(row: int) -> dt.date:
    return dt.date(2022, 1, 3) + dt.timedelta(days=7 * row)


def week(row: int) -> tuple[int, int]:
    return monday(row).isocalendar()[:2]


def moment(row: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1) + dt.timedelta(hours=row)


#: Year and number within it, and the ISO date, of each row by unit.
PARTS: dict[str, tuple[Callable[[int], tuple[int, int]], Callable[[int], str]]] = {
    "year": (lambda row: (1970 + row, (1971 + row) % 100), lambda row: f"{1970 + row}-01-01"),
    "half": (half, lambda row: f"{half(row)[0]}-{6 * half(row)[1] - 5:02d}-01"),
    "quarter": (quarter, lambda row: f"{quarter(row)[0]}-{3 * quarter(row)[1] - 2:02d}-01"),
    "month": (month, lambda row: f"{month(row)[0]}-{month(row)[1]:02d}-01"),
    "week": (week, lambda row: str(monday(row))),
    "day": (lambda row: (0, 0), lambda row: str(monday(row))),
    "hour": (lambda row: (0, 0), lambda row: str(moment(row))),
}
_PIECES = re.compile(r"20\d\d|YR|FY|\d+|[A-Za-zäéû.]+|.")
NAMES = {"Mar": "%b", "MAR": "%b", "March": "%B"}
MONTH_NAMES = {
    "März": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "févr.": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
}
#: Month names by one of the words for May.
DAY_NAMES = {
    "mayo": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ". Mai": MONTH_NAMES["März"],
    "mai": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "MAY": "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC",
    "May": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}


def written(form: Form, example: str) -> Callable[[int], str]:
    """How each row is written in the form of an example: its year, number and name exchanged."""
    example = example.partition(" (")[0]
    parts = PARTS[form.unit][0]
    if form.unit == "day" or (example.isdigit() and len(example) >= 8):
        return _moment_written(form, example)
    if example == "2020 [YR2020]":
        return lambda row: f"{1970 + row} [YR{1970 + row}]"
    if form.unit == "year" and "next" in form.pattern.groupindex:
        return lambda row: f"{1970 + row}{example[4]}{str(1971 + row)[-len(example) + 5 :]}"

    def one(row: int) -> str:
        year, number = parts(row)
        if example.isdigit():
            return f"{year}{number:02d}"
        text = example
        for word, names in MONTH_NAMES.items():
            text = text.replace(word, names.split()[number - 1] if form.unit == "month" else "")
        for word in NAMES:
            if re.search(rf"\b{word}\b", text):
                name = f"{dt.date(2024, number, 1):{NAMES[word]}}"
                text = re.sub(rf"\b{word}\b", name.upper() if word == "MAR" else name, text)
        full = re.search(r"20\d\d", text)
        # the short year stands last, but for FY24 and, of two numbers, where the form says so
        match = form.pattern.fullmatch(_folded(text))
        assert match, text
        for group in sorted(("year", "short", "half", "quarter", "month", "week"), key=lambda g: -_start(match, g)):
            start, end = _span(match, group)
            if start >= 0:
                value = year if group == "year" else year % 100 if group == "short" else number
                text = f"{text[:start]}{value:0{end - start}d}{text[end:]}"
        assert full is None or str(year) in text
        return text

    return one


def _moment_written(form: Form, example: str) -> Callable[[int], str]:
    """How days and hours are written as in an example."""
    if "name" in form.pattern.groupindex:
        return lambda row: _day_written(example, monday(row))
    if not example.isdigit():
        return lambda row: f"{monday(row)}{example[10:-10]}{monday(row) + dt.timedelta(days=6)}"
    code = {8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}[len(example)]
    return lambda row: f"{monday(row) if len(example) == 8 else moment(row):{code}}"


def _day_written(example: str, day: dt.date) -> str:
    """A date written out as in an example, which is 15 May 2024."""
    names = next(names for word, names in DAY_NAMES.items() if word in example)
    text = re.sub("mai|mayo|May|MAY|Mai", names.split()[day.month - 1], example)
    return text.replace("15", str(day.day)).replace("2024", str(day.year))


def _folded(text: str) -> str:
    from leadlag.sample.timewords import plain_text

    return plain_text(text)


def _span(match: re.Match[str], group: str) -> tuple[int, int]:
    return match.span(group) if group in match.re.groupindex else (-1, -1)


def _start(match: re.Match[str], group: str) -> int:
    return _span(match, group)[0]


EXAMPLES = [(form, example) for form in ALL for example in form.examples]


def name_of(form: Form) -> str:
    """A name of the column that says nothing, but where two readings need one."""
    return form.unit if form.secondary else "period"


def frame_of(times: list[Any], name: str) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(len(times), 2)).round(3), columns=["orders", "visits"])
    frame.insert(0, name, pd.Series(times, dtype=object))
    return frame


def containers(frame: pd.DataFrame, folder: Path) -> Iterator[tuple[str, Any]]:
    """The same table in every kind that is read, in order and newest first."""
    first = frame.columns[0]
    for order in (1, -1):
        table = frame.iloc[::order].reset_index(drop=True)
        table.to_csv(folder / "table.csv", index=False)
        table.to_parquet(folder / "table.parquet")
        yield "pandas", table
        yield "index", table.set_index(first)
        yield "polars", pl.from_pandas(table)
        yield "arrow", pa.Table.from_pandas(table)
        yield "csv", read_file(folder / "table.csv")
        yield "parquet", read_file(folder / "table.parquet")


def same(sample: Sample, expected: Sample) -> bool:
    calendars = [(each.calendar.freq, each.calendar.anchor, each.periods, each.names) for each in (sample, expected)]
    return calendars[0] == calendars[1] and bool(np.array_equal(sample.values, expected.values))


@pytest.mark.parametrize(("form", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_each_form_is_read_as_iso_dates_are(form: Form, example: str, tmp_path: Path) -> None:
    write = written(form, example)
    frame = frame_of([write(row) for row in range(N)], name_of(form))
    expected = as_sample(frame.assign(**{name_of(form): [PARTS[form.unit][1](row) for row in range(N)]}))
    for kind, data in containers(frame, tmp_path):
        sample = as_sample(data)
        assert same(sample, expected), (kind, sample.calendar.freq, sample.periods[:3])
        told = [note.text for note in sample.notes if note.code == "LL138"]
        assert len(told) == 1, kind
        assert form.words in told[0], kind
    if example.partition(" (")[0].isdigit():
        numbers = frame.astype({name_of(form): np.int64})
        assert all(same(as_sample(data), expected) for _, data in containers(numbers, tmp_path))


def test_the_row_of_an_example_is_the_example() -> None:
    assert written(FORMS[0], "2024-Q1")(5) == "2011-Q2"
    assert written(FORMS[0], "2024q1")(5) == "2011q2"
    texts = {example: written(form, example)(2) for form, example in EXAMPLES}
    assert (texts["Q1-24"], texts["févr. 2024"], texts["FY24 P03"]) == ("Q3-10", "mars 2021", "FY21 P03")


@pytest.mark.parametrize(
    "names",
    [
        "January February March April May June July August September October November December",
        "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sept oct nov dic",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan fev mar abr mai jun jul ago set out nov dez",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "jan feb mrt apr mei jun jul aug sep okt nov dec",
    ],
)
def test_month_names_of_seven_languages(names: str) -> None:
    words = names.split()
    for pattern in ("{name} {year}", "{year} {name}", "{name}-{short:02d}", "{NAME}. {year}"):
        rows = [(words[row % 12], 2019 + row // 12) for row in range(N)]
        times = [pattern.format(name=name, NAME=name.upper(), year=year, short=year % 100) for name, year in rows]
        sample = as_sample(frame_of(times, "Monat"))
        assert (sample.calendar.freq, sample.periods[0], sample.periods[-1]) == ("month", "2019-01", "2022-12")


def test_no_month_name_is_that_of_two_months() -> None:
    assert sorted(set(MONTHS.values())) == list(range(1, 13))


def test_short_years_are_those_of_strptime() -> None:
    for short in range(100):
        expected = dt.datetime.strptime(f"01 {short:02d}", "%m %y").year
        assert fitting([f"Jan-{short:02d}"], FORMS)[0].stamps[0].astype("datetime64[Y]").item().year == expected


# -- what can be two things


def offered(frame: pd.DataFrame) -> list[object]:
    """The formats among the ways out of one error."""
    (found,) = find_violations(frame)
    return [value for fix in found.fixes for name, value in fix.options if name == "date_format"]


def asked(frame: pd.DataFrame, **options: Any) -> str:
    with pytest.raises(DataContractError) as caught:
        as_sample(frame, **options)
    assert caught.value.code == "LL305"
    return str(caught.value)


@pytest.mark.parametrize("times", [[f"2024:{row}" for row in range(1, 5)], [200901 + row for row in range(4)]])
def test_four_months_or_quarters_of_one_year_are_asked_about_and_freq_decides(times: list[Any]) -> None:
    frame = frame_of(times, "period")
    told = asked(frame)
    assert "freq='quarter'" in told
    assert "freq='month'" in told
    assert from_wide(frame, freq="quarter").periods[-1].endswith("Q4")
    assert from_wide(frame, freq="month").periods[-1].endswith("-04")
    assert as_sample(frame.rename(columns={"period": "quarter"})).calendar.freq == "quarter"
    assert as_sample(frame.rename(columns={"period": "Monat"})).calendar.freq == "month"


def test_quarters_of_several_years_are_read_and_one_slip_is_asked_about() -> None:
    times = [f"{2010 + row // 4}:{row % 4 + 1}" for row in range(N)]
    assert as_sample(frame_of(times, "obs")).calendar.freq == "quarter"
    told = asked(frame_of([*times[:-1], "2021:5"], "obs"))
    assert "quarters or months" in told
    assert "2021:5" in asked(frame_of([*times[:-1], "2021:5"], "obs"), freq="quarter")


@pytest.mark.parametrize("write", [lambda y, n: f"{y}-{n:02d}", lambda y, n: y * 100 + n])
def test_weeks_without_a_w_by_name_by_numbers_or_asked(write: Callable[[int, int], Any]) -> None:
    weeks = [write(*week(row)) for row in range(N)]
    assert as_sample(frame_of(weeks, "period")).calendar.freq == "week"  # no month can be meant
    first = [write(2024, row) for row in range(1, 11)]
    assert as_sample(frame_of(first, "period")).calendar.freq == "month"
    for name in ("week", "Woche", "yearWeek", "KW"):
        assert as_sample(frame_of(first, name)).calendar.freq == "week"
    assert from_wide(frame_of(first, "period"), freq="week").calendar.freq == "week"
    slip = [write(*month(row)) for row in range(N - 1)] + [write(2024, 13)]
    assert "months or weeks" in asked(frame_of(slip, "period"))
    assert "no such date" in asked(frame_of(slip, "month")) or "not written like" in asked(frame_of(slip, "month"))


def test_a_week_that_its_year_does_not_have_is_named() -> None:
    times = [f"KW {row % 53 + 1}/{2021 + row // 53}" for row in range(80)]  # 2021 has 52
    assert "'KW 53/2021'" in asked(frame_of(times, "Woche"))


def test_weeks_that_are_not_of_iso_are_named_with_a_format_that_reads_them() -> None:
    days = [dt.date(2023, 12, 18) + dt.timedelta(days=7 * row) for row in range(54)] + [dt.date(2025, 1, 1)]
    frame = frame_of([f"{day:%Y-%W}" for day in days], "week")
    told = asked(frame)
    assert "'2025-00'" in told
    assert "date_format='%Y-%W'" in told
    assert from_wide(frame, time="week", date_format="%Y-%W").n_periods == 55


def test_weeks_as_stata_writes_them_are_asked_about() -> None:
    times = [f"{2022 + row // 52}w{row % 52 + 1}" for row in range(104)]
    told = asked(frame_of(times, "week"))
    assert "date_format='stata_week'" in told
    assert "date_format='%Gw%V'" in told
    stata = from_wide(frame_of(times, "week"), time="week", date_format="stata_week")
    assert (stata.calendar.freq, stata.n_periods) == ("week", 104)
    iso = from_wide(frame_of(times, "week"), time="week", date_format="%Gw%V")
    assert (iso.periods[0], iso.n_periods) == ("2022-01-03", 104)
    numbers = frame_of([(2022 - 1960) * 52 + row for row in range(104)], "week")
    assert from_wide(numbers, time="week", date_format="stata_week").periods == stata.periods


def test_years_by_name_or_by_their_range() -> None:
    def calendar(name: str, years: list[int]) -> str:
        return from_wide(frame_of(years, name), time=name).calendar.freq

    recent, long, old = list(range(1990, 2020)), list(range(1850, 2020)), list(range(1750, 1800))
    assert [calendar(name, long) for name in ("year", "yr", "Jahr", "TIME_PERIOD", "année", "anno")] == ["year"] * 6
    assert calendar("n", recent) == "year"
    for years in (long, old):
        told = asked(frame_of(years, "n"), time="n")
        assert "freq='year'" in told
        assert "freq='period'" in told
        assert from_wide(frame_of(years, "n"), time="n", freq="year").calendar.freq == "year"
        assert from_wide(frame_of(years, "n"), time="n", freq="period").periods[0] == str(years[0])


@pytest.mark.parametrize(
    ("name", "times", "said", "freq"),
    [
        ("week", [f"Q{quarter(row)[1]} {quarter(row)[0]}" for row in range(N)], "freq='quarter'", "quarter"),
        ("week", [f"{dt.date(*month(row), 1):%b-%y}" for row in range(N)], "freq='month'", "month"),
        ("month", [f"KW {week(row)[1]}/{week(row)[0]}" for row in range(N)], "freq='week'", "week"),
        ("day", [f"{dt.date(*month(row), 1):%Y-%m}" for row in range(N)], "freq='month'", "month"),
    ],
)
def test_a_name_that_contradicts_the_form_is_asked_about(name: str, times: list[str], said: str, freq: Any) -> None:
    frame = frame_of(times, name)
    assert said in asked(frame)
    assert from_wide(frame, freq=freq).calendar.freq == freq
    assert as_sample(frame.rename(columns={name: "period"})).calendar.freq == freq


def test_a_finer_freq_than_the_form_is_refused_before_the_grid_is_built() -> None:
    for times in (
        [f"Q{n} {y}" for y, n in map(quarter, range(N))],
        [100 * y + n for y, n in map(month, range(N))],
        [*range(1970, 2010)],
    ):
        assert "would leave most of its periods empty" in asked(frame_of(times, "period"), freq="day")
    coarse = frame_of([100 * y + 3 * n for y, n in map(quarter, range(N))], "period")
    assert from_wide(coarse, freq="quarter").n_periods == N


def test_days_that_look_like_months_with_short_years_and_a_wrong_century_are_asked_about() -> None:
    days = [f"{dt.date(2022, 1, 1) + dt.timedelta(days=row):%b-%d}" for row in range(120)]
    for n in (20, 60, 120):
        assert "days without a year" in asked(frame_of(days[:n], "when"))
    old = [f"{dt.date(1965 + row // 12, row % 12 + 1, 1):%b-%y}" for row in range(120)]
    assert "from 1969 to 2068" in asked(frame_of(old, "month"))
    for first in (1999, 2001):
        short = [f"{dt.date(first + row // 12, row % 12 + 1, 1):%b-%y}" for row in range(120)]
        assert as_sample(frame_of(short, "when")).n_periods == 120
        assert as_sample(frame_of(short[::-1], "when")).n_periods == 120


def test_dashes_and_blanks_of_word_processors_are_those_of_the_keyboard() -> None:
    for dash in ("\u2013", "\u2010", "\u2011", "\u2212"):
        frame = frame_of([str(monday(row)).replace("-", dash) for row in range(N)], "when")
        assert as_sample(frame).periods[0] == "2022-01-03"
    frame = frame_of([f"\ufeffQ{n}\u00a0{y}\u200b" for y, n in map(quarter, range(N))], "when")
    assert as_sample(frame).calendar.freq == "quarter"


# -- formats that the caller names


@pytest.mark.parametrize(
    ("date_format", "write", "freq", "first"),
    [
        ("%Y Q%q", lambda row: "{} Q{}".format(*quarter(row)), "quarter", "2010Q1"),
        ("%q. Quartal %Y", lambda row: "{1}. Quartal {0}".format(*quarter(row)), "quarter", "2010Q1"),
        ("%G/%V", lambda row: "{}/{:02d}".format(*week(row)), "week", "2022-01-03"),
        ("W%V %G", lambda row: "W{1} {0}".format(*week(row)), "week", "2022-01-03"),
        ("%Y week %W", lambda row: f"{monday(row):%Y week %W}", "week", "2022-01-03"),
        ("%Y/%U", lambda row: f"{monday(row) - dt.timedelta(days=1):%Y/%U}", "week", "2022-01-02"),
        ("excel", lambda row: 44_564 + 7 * row, "week", "2022-01-03"),
        ("excel1904", lambda row: 43_102 + 7 * row, "week", "2022-01-03"),
        ("excel", lambda row: 44_564 + row / 24, "hour", "2022-01-03 00:00"),
        ("spss", lambda row: 86_400 * (160_406 + 7 * row), "week", None),
        ("decimal_year", lambda row: round(2021 + row / 12, 3), "month", "2021-01"),
        ("decimal_year", lambda row: round(2022 + 7 * row / 365.25, 4), "week", "2022-01-01"),
        ("%d.%m.%Y", lambda row: f"{monday(row):%d.%m.%Y}", "week", "2022-01-03"),
    ],
)
def test_formats_and_words(date_format: str, write: Callable[[int], Any], freq: str, first: str | None, tmp_path: Path) -> None:
    frame = frame_of([write(row) for row in range(N if "%W" not in date_format and "%U" not in date_format else 40)], "when")
    if not isinstance(write(0), str):
        frame["when"] = frame["when"].astype(type(write(1)))
    for kind, data in containers(frame, tmp_path):
        sample = from_wide(data, time="when", date_format=date_format)
        assert sample.calendar.freq == freq, kind
        assert first is None or sample.periods[0] == first, kind
        assert sample.n_periods == len(frame)


def test_spss_counts_from_the_gregorian_calendar() -> None:
    seconds = [(dt.datetime(2024, 1, 1 + row) - dt.datetime(1582, 10, 14)).total_seconds() for row in range(10)]
    sample = from_wide(frame_of(seconds, "when"), time="when", date_format="spss")
    assert (sample.calendar.freq, sample.periods[0]) == ("day", "2024-01-01")


def test_a_format_that_is_none_is_refused_and_misfits_are_named() -> None:
    with pytest.raises(UsageError, match=r"date_format='excle'.*'excel'"):
        from_wide(frame_of([1, 2], "when"), date_format="excle")
    assert "row 1: 'x'" in asked(frame_of(["44564", "x", "44565"], "when"), time="when", date_format="excel")
    assert "row 2: '2024 Q5'" in asked(frame_of(["2024 Q1", "2024 Q2", "2024 Q5"], "when"), time="when", date_format="%Y Q%q")


@pytest.mark.parametrize(
    ("write", "formats"),
    [
        ("%d/%m/%Y", ["%d/%m/%Y"]), ("%m/%d/%Y", ["%m/%d/%Y"]), ("%d.%m.%y", ["%d.%m.%y"]), ("%Y/%m/%d", ["%Y/%m/%d"]),
        ("%d-%b-%y", ["%d-%b-%y"]), ("%B %d, %Y %H:%M", ["%B %d, %Y %H:%M"]), ("%d.%m.%Y %H:%M", ["%d.%m.%Y %H:%M"]),
        ("%m/%Y", ["%m/%Y"]),
    ],
)  # fmt: skip
def test_the_advice_on_other_dates_fits_these_cells(write: str, formats: list[str]) -> None:
    days = [dt.datetime(2021, 1, 1) + dt.timedelta(days=row) for row in range(N)]
    if "%d" not in write:
        days = [dt.datetime(2021 + row // 12, row % 12 + 1, 1) for row in range(N)]
    frame = frame_of([f"{day:{write}}" for day in days], "when")
    assert offered(frame) == formats
    assert from_wide(frame, date_format=formats[0]).calendar.dated


def test_days_and_months_that_can_be_exchanged_are_asked_with_both_formats() -> None:
    frame = frame_of([f"{row % 12 + 1:02d}/{row % 11 + 1:02d}/{2020 + row // 12}" for row in range(N)], "when")
    assert offered(frame) == ["%d/%m/%Y", "%m/%d/%Y"]


# -- types


@pytest.mark.parametrize(("freq", "word"), [("M", "month"), ("Q", "quarter"), ("Y", "year"), ("W-SUN", "week"), ("D", "day")])
def test_periods_of_pandas_through_arrow_parquet_and_polars(freq: str, word: str, tmp_path: Path) -> None:
    frame = frame_of(list(range(N)), "when").assign(when=pd.period_range("2021-01-04", periods=N, freq=freq))
    expected = as_sample(frame)
    arrow = pa.Table.from_pandas(frame)
    pq.write_table(arrow, tmp_path / "table.parquet")
    bare = arrow.cast(
        pa.schema([pa.field(f.name, pa.int64() if f.name == "when" else f.type, metadata=_told(f)) for f in arrow.schema])
    )
    tables = [arrow, pq.read_table(tmp_path / "table.parquet"), read_file(tmp_path / "table.parquet"), bare]
    tables += [*_in_polars(frame, tmp_path / "table.parquet"), frame.astype({"when": object})]
    assert expected.calendar.freq == word
    assert all(same(as_sample(table), expected) for table in tables)


def _in_polars(frame: pd.DataFrame, file: Path) -> list[pl.DataFrame]:
    """The frame and its file as polars reads them; polars before 2 has no extension types and raises an error of its own."""
    if int(pl.__version__.split(".")[0]) < 2:
        return []
    return [pl.from_pandas(frame), pl.read_parquet(file)]


def _told(field: pa.Field) -> dict[str, str] | None:
    """What an Arrow field says of itself where pandas has not told pyarrow of its types."""
    if field.name != "when":
        return None
    return {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": f'{{"freq": "{field.type.freq}"}}'}


@pytest.mark.parametrize(("freq", "first"), [("Q-JAN", "FY2015 Q4"), ("Q-NOV", "FY2015 Q1"), ("Y-MAR", "FY2015")])
def test_periods_of_pandas_say_which_year_they_count(freq: str, first: str) -> None:
    quarters = pd.DataFrame({"a": np.arange(20.0) ** 2}, index=pd.period_range("2015-01", periods=20, freq=freq))
    months = pd.DataFrame({"b": np.arange(60.0) ** 2}, index=pd.period_range("2015-01", periods=60, freq="M"))
    assert as_sample(quarters).periods[0] == first
    assert as_sample([quarters, months]).around("a").pace("b") == (3 if freq[0] == "Q" else 12)


@pytest.mark.parametrize("kind", ["tm", "tq", "th", "ty", "td", "tw"])
def test_dates_as_pandas_reads_them_from_stata(kind: str) -> None:
    step = {"tm": "MS", "tq": "QS", "th": "6MS", "ty": "YS", "td": "D", "tw": "7D"}[kind]
    frame = frame_of(list(range(N)), "when").assign(when=pd.date_range("2010-01-01", periods=N, freq=step))
    file = io.BytesIO()
    frame.to_stata(file, convert_dates={"when": kind}, write_index=False)
    file.seek(0)
    sample = as_sample(pd.read_stata(file))
    assert (sample.calendar.freq, sample.n_periods) == (as_sample(frame).calendar.freq, N)


# -- business years


@pytest.mark.parametrize("write", ["FY{y:02d} P{n:02d}", "FY{year}-P{n:02d}", "P{n:02d} FY{y:02d}"])
def test_business_periods_are_read_and_asked_about_beside_dates(write: str) -> None:
    rows = [month(row) for row in range(N)]
    business = frame_of([write.format(year=y, y=y % 100, n=n) for y, n in rows], "period")
    sample = as_sample(business)
    assert sample.calendar.off
    assert any("which dates they are is not known" in note.text for note in sample.notes)
    dated = frame_of([str(dt.date(y, n, 1)) for y, n in rows], "date").rename(columns={"orders": "calls", "visits": "demos"})
    with pytest.raises(DataContractError, match=r"LL309.*do not count months alike"):
        as_sample([business, dated])
    weeks = frame_of([str(monday(row)) for row in range(N)], "date").rename(columns={"orders": "calls", "visits": "demos"})
    with pytest.raises(UsageError, match="belong to a business year"):
        as_sample([business, weeks]).around("orders")
    with pytest.raises(UsageError, match="as_of='2022-06-30' is a date"):
        from_wide(business, as_of="2022-06-30")
    with pytest.raises(UsageError, match="business year"):
        row_of(sample.calendar, "2022-06-30", "targeted_since")
    assert row_of(sample.calendar, "FY22 P03", "targeted_since") == 14


def test_two_business_tables_go_side_by_side() -> None:
    times = [f"FY{y % 100:02d} P{n:02d}" for y, n in map(month, range(N))]
    other = frame_of(times, "fy").rename(columns={"orders": "calls", "visits": "demos"})
    assert as_sample([frame_of(times, "period"), other]).n_periods == N


# -- long tables, estimators, speed, documents


def test_long_tables_and_estimators_know_the_same_forms() -> None:
    times = [f"KW {n}/{y}" for y, n in map(week, range(N))]
    long = pd.DataFrame({"week": times * 2, "metric": ["a"] * N + ["b"] * N, "value": np.arange(2.0 * N) ** 1.5})
    sample = from_long(long, time="week", metric="metric", value="value")
    assert (sample.calendar.freq, sample.periods[0]) == ("week", "2022-01-03")
    counter = PeriodCounter.learned(pd.Series(times), None)
    assert_array_equal(np.diff(counter.count(pd.Series(times))), 1)
    found = time_of(pd.DataFrame({"a": range(N)}, index=times), None)
    assert found is not None
    assert found.tolist() == times
    assert time_of(pd.DataFrame({"a": range(3)}, index=["a", "b", "c"]), None) is None
    for index in ([f"Sprint {row}" for row in range(N)], [100 * y + n for y, n in map(month, range(N))]):
        with pytest.raises(UsageError, match=r"the index of X .*reset_index\(drop=True\)"):
            time_of(pd.DataFrame({"a": range(N)}, index=index), None)
    assert time_of(pd.DataFrame({"a": range(N)}, index=range(45_292, 45_292 + N)).iloc[list(range(20))], None) is None
    with pytest.raises(DataContractError, match=r"LL305.*quarters or months"):
        PeriodCounter.learned(pd.Series([f"2024:{row}" for row in range(1, 5)]), None)


@pytest.mark.parametrize(
    "write", [lambda r: f"KW {r % 52 + 1}/{1000 + r // 52}", lambda r: f"{1000 + r // 12}M{r % 12 + 1:02d}", str]
)
def test_a_hundred_thousand_rows_are_read_in_well_under_a_second(write: Callable[[int], str]) -> None:
    texts = [write(row) for row in range(100_000)]
    start = clock.process_time()
    fitting(texts, FORMS)
    assert clock.process_time() - start < 1


def test_what_is_decided_needs_a_reading_of_more_than_half() -> None:
    def unit(texts: list[str], **said: Any) -> str:
        found = decide(fitting(texts, FORMS), **{"name": None, "freq": None} | said)
        return "asked" if isinstance(found, Ambiguity) else found.form.unit

    months, slips = [f"2024-{row:02d}" for row in range(1, 13)], ["2024-30", "2024-31"]
    assert [unit(months), unit(months + slips), unit(months[:3] + 9 * slips)] == ["month", "asked", "week"]
    assert [unit(months + slips, name=name) for name in ("month", "week", "x")] == ["month", "week", "asked"]
    assert unit(months + slips, name="month", freq="week") == "week"
    assert unit(months[:3] + 9 * slips, name="month") == "week"


def test_the_document_has_every_row_of_the_table() -> None:
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    for form in ALL:
        for example in form.examples:
            assert f"`{example.partition(' (')[0]}`" in text, example
        assert form.by in text, form.by
