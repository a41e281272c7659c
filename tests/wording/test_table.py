"""The one writer of tables: cells stand under their heads, whatever the letters."""

from __future__ import annotations

import pytest

from leadlag.wording.shown import width
from leadlag.wording.table import Column, fitted, remainder, table

TEXTS = (Column("lead", 8, "left", most=7), Column("p", 7))


@pytest.mark.parametrize("name", ["visits", "売上高の先行指標", "á́́́", "very long name " * 12])
def test_cells_stand_under_their_heads_whatever_the_letters(name: str) -> None:
    head, row = table(TEXTS, [(name, "0.012")])
    assert width(head) == width(row) == 15
    assert row.endswith("  0.012")


def test_a_long_number_stays_whole_and_pushes_the_rest_to_the_right() -> None:
    assert table((Column("a", 3), Column("b", 3)), [("12345", "1")]) == ["  a  b", "12345  1"]


def test_no_line_ends_in_spaces() -> None:
    assert table((Column("lag", 4), Column("", 3)), [("1", "**"), ("2", "")]) == [" lag", "   1 **", "   2"]


def test_a_rule_is_as_wide_as_its_column_and_the_gap_stands_between() -> None:
    columns = fitted(("#", "Lead"), [("1", "building_permits"), ("10", "x")], ("right", "left"))
    assert table([columns[0], columns[1].narrow(9)], [("1", "building_permits"), ("10", "x")], gap="  ", rule=True) == [
        " #  Lead",
        "--  ---------",
        " 1  building…",
        "10  x",
    ]


def test_a_column_that_is_narrow_already_keeps_its_width() -> None:
    assert Column("Lead", 4, "left").narrow(9).width == 4


def test_a_row_with_a_cell_too_few_or_too_many_is_an_error() -> None:
    for cells in (("a",), ("a", "b", "c")):
        with pytest.raises(ValueError, match="zip"):
            table(TEXTS, [cells])


def test_rows_that_are_left_out_are_counted() -> None:
    assert remainder(1200) == ["and 1,200 more: to_frame() has them all"]
    assert remainder(0) == remainder(-3) == []
