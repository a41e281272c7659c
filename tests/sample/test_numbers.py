"""Numbers as people write them: read where the cells say what they mean, asked about where they do not."""

from __future__ import annotations

import time as clock
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from leadlag import rank_leads
from leadlag.errors import DataContractError, UsageError
from leadlag.sample import Sample, from_long, from_snapshots, from_wide, read_file
from leadlag.sample.marks import Marks
from leadlag.sample.numbers import to_float64
from leadlag.sample.texts import plain_texts
from leadlag.sample.written import as_written


def _table(**columns: list[Any]) -> pd.DataFrame:
    n_rows = len(next(iter(columns.values())))
    days = pd.date_range("2024-01-01", periods=n_rows, freq="D").strftime("%Y-%m-%d")
    return pd.DataFrame({"day": days, **columns}).astype(dict.fromkeys(columns, object))


def _read(cells: list[Any], **options: Any) -> list[float]:
    return from_wide(_table(n=cells), **options).column("n").tolist()


def _notes(sample: Sample, code: str) -> list[str]:
    return [note.text for note in sample.notes if note.code == code]


def _refusal(table: pd.DataFrame, **options: Any) -> DataContractError:
    with pytest.raises(DataContractError) as caught:
        from_wide(table, **options)
    return caught.value


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["25.969,97", "936", "1.034"], [25969.97, 936, 1034]),
        (["25,969.97", "936", "1,034"], [25969.97, 936, 1034]),
        (["1.234.567", "1.034", "9"], [1234567, 1034, 9]),
        (["1,234,567", "1,034", "9"], [1234567, 1034, 9]),
        (["12,34,567", "9", "1,23,456.5"], [1234567, 9, 123456.5]),
        (["20,43", "7", "0,5"], [20.43, 7, 0.5]),
        (["1,5E+03", "2,5"], [1500, 2.5]),
        (["0.936", "1.034"], [0.936, 1.034]),
        (["20.43", "1.034", "936"], [20.43, 1.034, 936]),
        (["1 034", "1 234 567", "9"], [1034, 1234567, 9]),
        (["1\u202f034,5", "1\u00a0034,25"], [1034.5, 1034.25]),
        (["1'034.50", "9"], [1034.5, 9]),
        (["(1.034,50)", "1.034,50-", "\u221220,5"], [-1034.5, -1034.5, -20.5]),
        (["€ 12", "12 €", "-€3", "EUR 4", "5"], [12, 12, -3, 4, 5]),
        (["$1,234.50", "($9.00)"], [1234.5, -9]),
        (["12 %", "7%", "(1.5%)", "0"], [12, 7, -1.5, 0]),
        ([12.5, None, float("nan"), "7"], [12.5, np.nan, np.nan, 7]),
    ],
    ids=lambda cells: str(cells[0]),
)
def test_cells_that_say_what_they_mean_are_read(cells: list[Any], numbers: list[float]) -> None:
    assert_array_equal(_read(cells), numbers)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=3, max_size=20), st.sampled_from([(",", "."), (".", ","), (" ", ",")]))
def test_what_is_written_with_declared_marks_is_read_back(cents: list[int], marks: tuple[str, str]) -> None:
    thousands, decimal = marks
    texts = [f"{cent / 100:,.2f}".replace(",", "_").replace(".", decimal).replace("_", thousands) for cent in cents]
    assert_array_equal(_read(texts, thousands=thousands, decimal=decimal), [cent / 100 for cent in cents])


@pytest.mark.parametrize(("mark", "cells"), [(".", ["936", "1.034", "0"]), (",", ["936", "1,034"]), (",", ["1,034", "2,500"])])
def test_numbers_that_can_be_two_things_are_asked_about_and_both_answers_work(mark: str, cells: list[str]) -> None:
    table = _table(n=cells, price=[20.43] * len(cells))
    error = _refusal(table)
    assert error.code == "LL316"
    (found,) = error.violations
    thousands, decimal = found.fixes
    whole, broken = (_read(cells, **dict(fix.options)) for fix in (thousands, decimal))
    assert found.call == f"from_wide(data, thousands={mark!r})"
    assert whole == [float(cell.replace(mark, "")) for cell in cells]
    assert broken == [float(cell.replace(mark, ".")) for cell in cells]


def test_points_before_three_digits_in_every_cell_are_decimal_but_for_files_with_semicolons() -> None:
    assert _read(["1.034", "2.500"]) == [1.034, 2.5]
    table = _table(n=["1.034", "2.500"])
    table.attrs["leadlag_separator"] = ";"
    assert _refusal(table).code == "LL316"


def test_one_cell_decides_for_all_columns_and_is_told() -> None:
    sample = from_wide(_table(visits=["936", "1.034"], sales=["1.204,50", "7,25"], price=["20.43", "7.5"]))
    assert sample.values.tolist() == [[936, 1204.5, 20.43], [1034, 7.25, 7.5]]
    (told,) = _notes(sample, "LL140")
    assert "the comma as the decimal mark" in told
    assert "as '1.204,50' shows: 'visits', 'sales'; 'price' keeps its decimal point." in told


def test_a_decimal_point_in_another_column_decides_nothing() -> None:
    assert _refusal(_table(visits=["936", "1.034"], price=["20.43", "7.5"])).code == "LL316"


def test_cells_that_contradict_each_other_decide_nothing_for_other_columns() -> None:
    table = _table(visits=["936", "1.034"], here=["1.204,50", "7,25"], there=["1,204.50", "7.25"])
    assert [found.code for found in _refusal(table).violations] == ["LL316"]


def test_declared_thousands_hold_where_they_fit_and_other_columns_keep_their_point() -> None:
    sample = from_wide(_table(visits=["936", "1.034"], price=["20.43", "7.5"]), thousands=".")
    assert sample.values.tolist() == [[936, 20.43], [1034, 7.5]]
    assert "as declared: 'visits'; 'price' keeps its decimal point." in _notes(sample, "LL140")[0]


def test_two_decimal_marks_in_one_column_are_refused() -> None:
    assert _refusal(_table(n=["20,43", "20.43"])).code == "LL303"


def test_numbers_by_type_beside_a_text_show_how_it_is_written() -> None:
    assert _refusal(_table(n=[936, "1.034"])).code == "LL316"
    assert _read([20.43, "1.034"]) == [20.43, 1.034]


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        (["12 %", "0.12"], "LL316", "'12 %' stands beside '0.12'"),
        (["12 %", 0.12], "LL316", "'12 %' stands beside '0.12'"),
        (["$12", "12 €"], "LL317", "two currencies"),
        (["12 %", "12 €"], "LL317", "money and percentages"),
    ],
)
def test_two_units_in_one_column_are_refused(cells: list[Any], code: str, words: str) -> None:
    error = _refusal(_table(n=cells))
    assert error.code == code
    assert words in str(error)


def test_signs_that_were_read_are_told() -> None:
    sample = from_wide(_table(rate=["12 %", "7 %"], cost=["(3.50)", "4.00"], sales=["$9", "$8"]))
    rate, cost, sales = _notes(sample, "LL141")
    assert "'12 %' as 12 (percent, no share)" in rate
    assert "'(3.50)' as -3.5" in cost
    assert "'$9' as 9, in $" in sales


@pytest.mark.parametrize("cell", ["1.2.3", "12 apples", "1,23,4", "(12", "--3", "12 % %", "1 2", "€", "5 $ 6"])
def test_what_is_no_number_stays_none(cell: str) -> None:
    error = _refusal(_table(n=["1.5", "2.5", cell]))
    assert (error.code, error.violations[0].examples) == ("LL303", (f"{cell!r} at 2024-01-03",))


@pytest.mark.parametrize("cell", ["tbd", "1.2.3", "1e", ""])
def test_one_odd_cell_in_a_long_column_costs_no_time(cell: str) -> None:
    cells = [f"{row:06d}.25" if row % 2 else f"{row:08d}" for row in range(2_000)]
    start = clock.process_time()
    assert plain_texts([*cells, cell], None) is None
    assert clock.process_time() - start < 1


@pytest.mark.parametrize("begin", ["1", "(", "-", "€"])
def test_a_cell_that_is_padded_with_blanks_costs_no_time(begin: str) -> None:
    start = clock.process_time()
    assert as_written(f"{begin}{' ' * 2_000}x") is None
    assert clock.process_time() - start < 0.5


def test_two_numbers_on_two_lines_of_one_cell_are_no_number() -> None:
    with pytest.raises(DataContractError) as caught:
        _read(["1", "5\n6", "7"])
    assert [item.code for item in caught.value.violations] == ["LL303"]


def test_a_text_column_with_gaps_is_left_out() -> None:
    sample = from_wide(_table(n=[1, 2, 3], comment=[float("nan"), "a holiday", None]))
    assert [column.name for column in sample.left_out] == ["comment"]


def test_a_total_is_known_by_numbers_as_they_are_written() -> None:
    cells = [f"{cell:,}".replace(",", ".") for cell in range(940, 1070, 10)]
    table = _table(visits=[*cells, "13.000"], other=[*cells, "13.000"])
    table.loc[len(cells), "day"] = "Total"
    sample = from_wide(table, thousands=".")
    assert sample.n_periods == len(cells)
    assert _notes(sample, "LL135")


def test_in_long_tables_each_metric_is_judged_by_itself() -> None:
    table = pd.DataFrame(
        {
            "day": ["2024-01-01", "2024-01-02"] * 2,
            "what": ["visits"] * 2 + ["price"] * 2,
            "n": ["936", "1.034", "20.43", "7.5"],
            "known": ["2024-01-02", "2024-01-03"] * 2,
        }
    )
    expected = [[20.43, 936], [7.5, 1034]]
    options: dict[str, Any] = {"time": "day", "metric": "what", "value": "n"}
    with pytest.raises(DataContractError, match=r"column 'visits'.*one of thousands \(1034\)") as caught:
        from_long(table.drop(columns="known"), **options)
    assert caught.value.first.call == "from_long(data, time='day', metric='what', value='n', thousands='.')"
    assert from_long(table.drop(columns="known"), thousands=".", **options).values.tolist() == expected
    assert from_snapshots(table, as_of="known", thousands=".", **options).latest.values.tolist() == expected


def test_marks_are_checked() -> None:
    table = _table(n=["1", "2"])
    with pytest.raises(UsageError, match="decimal='x' is not allowed"):
        from_wide(table, decimal="x")
    with pytest.raises(UsageError, match="both ','"):
        from_wide(table, decimal=",", thousands=",")


def test_the_shared_tables_of_numbers(shared_cases: Path) -> None:
    points = read_file(shared_cases / "thousands_points.csv")
    call = _refusal(points).first.call
    assert call == "from_wide(data, thousands='.')"
    clean = from_wide(read_file(shared_cases / "thousands_points_clean.csv"))
    assert_array_equal(from_wide(points, thousands=".").values, clean.values)
    mixed = read_file(shared_cases / "us_thousands_mixed.csv")
    assert _refusal(mixed).first.call == "from_wide(data, thousands=',')"
    ranking = rank_leads(from_wide(mixed, thousands=","), kpi="v", leads=["opportunities", "nps"], evidence=False)
    assert [ranking[name].verdict for name in ("opportunities", "nps")] == ["lead", "none"]
    assert ranking["opportunities"].delay.peak == 6


@pytest.mark.parametrize("last", ["", "k.A.", "1.234,5", "7\n8"])
def test_one_last_cell_that_is_no_plain_number_costs_no_time_and_no_exception(last: str) -> None:
    cells: list[Any] = [str(number) for number in range(1000, 6000)]  # time that doubles with each cell would never end
    column = to_float64(pd.Series([*cells, last], dtype=object), Marks())
    assert column.values[:3].tolist() == [1000, 1001, 1002]
    assert [text for _, text in column.bad] == ([] if last in {"", "1.234,5"} else [last])


@pytest.mark.parametrize("nothing", [".", "n/a", ":"])
def test_what_fred_people_and_eurostat_write_for_nothing_is_missing(nothing: str) -> None:
    assert_array_equal(_read(["1.5", nothing, *["2.5"] * 10])[:3], [1.5, np.nan, 2.5])
