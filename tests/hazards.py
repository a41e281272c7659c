"""Bad tables, one per row of the hazard list, with what the library must say about each.

The tests of the door use them, and the end-to-end tests send the same tables through the ranking and the command line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

N_WEEKS = 120


class Hazard(NamedTuple):
    """One bad table.

    `code` says what must happen: LL1xx a note and a usable Sample, LL2xx a lead that keeps its row with this reason,
    LL3xx a `DataContractError`, LL4xx a `UsageError`. `words` are parts of the message. `options` go to `as_sample`,
    `in_csv` says whether the table written as CSV (``to_csv(index=False)``) must fare the same.
    """

    name: str
    build: Callable[[], Any]
    code: str
    words: tuple[str, ...]
    options: Mapping[str, Any] = {}
    in_csv: bool = False


def good_frame(n: int = N_WEEKS, seed: int = 7) -> pd.DataFrame:
    """Weekly table in which `visits` leads `sales` by two weeks; `ads` is noise."""
    rng = np.random.default_rng(seed)
    visits = rng.normal(size=n + 2)
    sales = 0.9 * visits[:-2] + 0.4 * rng.normal(size=n)
    date = pd.date_range("2022-01-03", periods=n, freq="7D").strftime("%Y-%m-%d").astype(object)
    return pd.DataFrame({"date": date, "sales": 50 + sales, "visits": 200 + 10 * visits[2:], "ads": rng.normal(size=n)})


def _with(column: str, change: Callable[[pd.Series], Any]) -> Callable[[], pd.DataFrame]:
    """The good table with one column changed."""

    def build() -> pd.DataFrame:
        frame = good_frame()
        return frame.assign(**{column: change(frame[column])})

    return build


def _cells(column: str, cells: Mapping[int, Any]) -> Callable[[], pd.DataFrame]:
    """The good table with single cells changed."""

    def change(series: pd.Series) -> pd.Series:
        values = series.astype(object).tolist()
        for row, cell in cells.items():
            values[row] = cell
        return pd.Series(values, dtype=object)

    return _with(column, change)


def _dotted() -> pd.DataFrame:
    """Visits on both sides of 1,000, with points between thousands."""
    frame = good_frame()
    return frame.assign(visits=[f"{v:,}".replace(",", ".") for v in (frame["visits"] + 800).round().astype(int)])


def _commas() -> pd.DataFrame:
    """The same with commas between thousands."""
    return _dotted().assign(visits=lambda frame: frame["visits"].str.replace(".", ","))


def _nullable(series: pd.Series) -> pd.Series:
    return series.round().astype("Int64").where(series.index != 5)


def _big(series: pd.Series) -> list[int]:
    return [2**53 + 1 + 2 * row for row in range(len(series))]


def _dated(date: Callable[[int], Any], n: int = N_WEEKS) -> Callable[[], pd.DataFrame]:
    """The good table with another time column."""

    def build() -> pd.DataFrame:
        frame = good_frame(n)
        return frame.assign(date=pd.Series([date(row) for row in range(n)], dtype=object))

    return build


def _day(row: int, first: dt.datetime = dt.datetime(2024, 1, 1)) -> dt.datetime:
    return first + dt.timedelta(days=row)


def _offsets(row: int) -> str:
    return f"{_day(7 * row):%Y-%m-%dT00:00:00}+0{1 + row % 2}:00"


def _one_naive(row: int) -> str:
    return f"{_day(7 * row):%Y-%m-%dT00:00:00}" + ("" if row == 3 else "+00:00")


def _without_rows() -> pd.DataFrame:
    return good_frame().drop(index=[10, 11, 40]).reset_index(drop=True)


def _unsorted() -> pd.DataFrame:
    return good_frame().sample(frac=1.0, random_state=3).reset_index(drop=True)


def _with_last_row(*, sums: bool) -> pd.DataFrame:
    """The good table with a row that says total, and is one or not."""
    frame = good_frame()
    totals = {name: frame[name].sum() if sums or name != "ads" else 1e6 for name in ("sales", "visits", "ads")}
    return pd.concat([frame, pd.DataFrame([{"date": "Total", **totals}])], ignore_index=True)


def _repeated() -> pd.DataFrame:
    frame = good_frame()
    return pd.concat([frame, frame.iloc[[4]]], ignore_index=True)


def _renamed(columns: list[Any]) -> Callable[[], pd.DataFrame]:
    """The good table under other column names."""

    def build() -> pd.DataFrame:
        frame = good_frame()
        frame.columns = pd.Index(columns, dtype=object)
        return frame

    return build


HAZARDS: list[Hazard] = [
    Hazard(
        "decimal_columns",
        _with("visits", lambda s: [Decimal(repr(float(v))) for v in s]),
        "LL103",
        ("visits", "120 Decimal", "rounded"),
    ),
    Hazard("bool_columns", _with("ads", lambda s: s > 0), "LL103", ("ads", "true and false as 1 and 0")),
    Hazard(
        "numbers_as_text",
        _with("visits", lambda s: [repr(float(v)) for v in s]),
        "LL103",
        ("visits", "120 numbers written as text"),
    ),
    Hazard("whole_numbers_beyond_2_53", _with("visits", _big), "LL104", ("visits", "120 whole numbers beyond 2**53"), {}, True),
    Hazard(
        "timedelta_columns",
        _with("visits", lambda s: pd.to_timedelta(range(len(s)), unit="h")),
        "LL304",
        ("visits", "durations", "unit"),
    ),
    Hazard("complex_columns", _with("visits", lambda s: s + 1j), "LL303", ("visits", "complex")),
    Hazard(
        "text_among_numbers",
        _cells("visits", {3: "n.a.", 9: "12 apples"}),
        "LL303",
        ("visits", "2 values", "'n.a.'", "12 apples"),
        {},
        True,
    ),
    Hazard(
        "decimal_comma",
        _with("visits", lambda s: [f"{v:.1f}".replace(".", ",") for v in s]),
        "LL140",
        ("visits", "comma as the decimal mark"),
        {},
        True,
    ),
    Hazard("point_or_thousands", _dotted, "LL316", ("visits", "1.0", "thousands='.'", "decimal='.'"), {}, True),
    Hazard("thousands_separator", _cells("visits", {3: "1,234"}), "LL140", ("visits", "comma as the mark"), {}, True),
    Hazard("comma_or_thousands", _commas, "LL316", ("visits", "1,0", "thousands=','", "decimal=','"), {}, True),
    Hazard("percent_beside_share", _cells("visits", {3: "12 %"}), "LL316", ("visits", "'12 %' stands beside", "share"), {}, True),
    Hazard("two_currencies", _cells("visits", {3: "12 €", 4: "$9"}), "LL317", ("visits", "two currencies"), {}, True),
    Hazard("percent_signs", _with("visits", lambda s: [f"{v:.1f} %" for v in s]), "LL141", ("visits", "percent"), {}, True),
    Hazard(
        "infinity",
        _cells("visits", {3: float("inf"), 4: float("-inf")}),
        "LL302",
        ("visits", "2 infinite", "2022-01-24", "missing"),
        {},
        True,
    ),
    Hazard(
        "missing_where_refused",
        _cells("visits", {30: None}),
        "LL314",
        ("visits", "1 missing", "2022-08-01"),
        {"missing": "error"},
        True,
    ),
    Hazard("constant_lead", _with("visits", lambda s: s * 0 + 3), "LL203", ("visits",), {}, True),
    Hazard("empty_lead", _with("visits", lambda s: s * np.nan), "LL201", ("visits",), {}, True),
    Hazard("copy_of_the_kpi", lambda: good_frame().assign(visits=lambda f: 2 * f["sales"] + 1), "LL205", ("visits",), {}, True),
    Hazard("tiny_lead", _with("visits", lambda s: s.where(s.index > N_WEEKS - 9)), "LL204", ("visits",), {}, True),
    Hazard("mixed_offsets", _dated(_offsets), "LL310", ("date", "2 different zones", "tz="), {}, True),
    Hazard("aware_and_naive", _dated(_one_naive), "LL310", ("date", "with and without a zone", "tz="), {}, True),
    Hazard(
        "hour_that_occurs_twice",
        _dated(lambda r: dt.datetime(2024, 10, 27, 2) + dt.timedelta(hours=r)),
        "LL305",
        ("date", "twice", "UTC"),
        {"tz": "Europe/Berlin"},
    ),
    Hazard(
        "hour_that_does_not_exist",
        _dated(lambda r: dt.datetime(2024, 3, 31, 0) + dt.timedelta(hours=r)),
        "LL305",
        ("date", "does not exist", "2024-03-31 02:00"),
        {"tz": "Europe/Berlin"},
    ),
    Hazard("naive_times_in_the_declared_zone", good_frame, "LL105", ("Europe/Berlin",), {"tz": "Europe/Berlin"}, True),
    Hazard("duplicate_stamps", _repeated, "LL301", ("date", "2022-01-31 occurs 2 times", "aggregate"), {}, True),
    Hazard("gaps", _without_rows, "LL109", ("3 periods",), {}, True),
    Hazard("unsorted_rows", _unsorted, "LL102", ("sorted",), {}, True),
    Hazard(
        "whole_numbers_that_are_no_dates", _dated(lambda r: 20240100 + r), "LL305", ("date", "yyyymmdd", "20240100"), {}, True
    ),
    Hazard("day_first_dates", _dated(lambda r: f"{_day(r):%d.%m.%Y}"), "LL305", ("date", "date_format", "01.01.2024"), {}, True),
    Hazard("one_word_among_dates", _cells("date", {61: "tbd"}), "LL305", ("date", "row 61", "'tbd'", "of 120"), {}, True),
    Hazard("quarters_or_months", _dated(lambda r: f"2024:{r + 1}", 4), "LL305", ("'2024:1'", "quarters or months"), {}, True),
    Hazard("row_of_totals", lambda: _with_last_row(sums=True), "LL135", ("'Total'", "row 120"), {}, True),
    Hazard("totals_that_are_none", lambda: _with_last_row(sums=False), "LL305", ("row 120", "'Total'", "'ads'"), {}, True),
    Hazard(
        "a_counter_that_may_be_the_time",
        lambda: good_frame().drop(columns="date").assign(n=range(N_WEEKS)),
        "LL401",
        ("'n' rises by 1", "time='n'", "leads="),
        {},
        True,
    ),
    Hazard("impossible_date", lambda: _cells("date", {3: "2022-02-30"})(), "LL305", ("date", "row 3", "2022-02-30"), {}, True),
    Hazard("missing_times", _cells("date", {3: None}), "LL311", ("date", "1 row has no time", "row 3"), {"time": "date"}, True),
    Hazard("irregular_times", _dated(lambda r: _day(r * r)), "LL309", ("date", "cadence", "freq="), {}, True),
    Hazard("pandas_frequency_names", good_frame, "LL401", ("freq='W'", "'week'"), {"freq": "W"}),
    Hazard("last_partial_period", good_frame, "LL110", ("1 period was dropped",), {"as_of": "2024-04-18"}, True),
    Hazard(
        "several_date_columns",
        lambda: good_frame().assign(signed=lambda f: f["date"]).rename(columns={"date": "made"}),
        "LL401",
        ("'made', 'signed'", "time="),
        {},
        True,
    ),
    Hazard("duplicate_columns", _renamed(["date", "sales", "visits", "visits"]), "LL306", ("visits", "2 times"), {}, True),
    Hazard("number_and_text_of_the_same_name", _renamed(["date", "sales", 1, "1"]), "LL306", ("'1'",), {}, True),
    Hazard("names_that_are_no_text", _renamed(["date", "sales", ("web", "visits"), 2024]), "LL111", ("web / visits", "2024")),
    Hazard("unicode_twins", _renamed(["date", "sales", "caf\u00e9", "cafe\u0301"]), "LL307", ("caf\u00e9", "NFC"), {}, True),
    Hazard(
        "control_characters_in_names", _renamed(["date", "sales", "vis\nits", "a\x00b"]), "LL308", (r"'vis\nits'", r"'a\x00b'")
    ),
    Hazard("no_rows", lambda: good_frame().iloc[:0], "LL312", ("no rows",), {"time": "date"}, True),
    Hazard("lazy_frames", lambda: _lazy(), "LL401", ("lazy", ".collect()")),
    Hazard("series_instead_of_table", lambda: good_frame()["sales"], "LL401", ("Series", "frame")),
    Hazard(
        "index_of_several_levels", lambda: good_frame().set_index(["date", "ads"]), "LL401", ("several levels", "reset_index")
    ),
]


def _lazy() -> Any:
    import polars as pl

    return pl.from_pandas(good_frame()).lazy()


def hazards(*families: str, in_csv: bool | None = None) -> list[Hazard]:
    """Hazards whose code begins with one of `families` (all if none is given), for example ``hazards("LL3", in_csv=True)``."""
    chosen = [hazard for hazard in HAZARDS if not families or hazard.code.startswith(families)]
    return [hazard for hazard in chosen if in_csv is None or hazard.in_csv == in_csv]
