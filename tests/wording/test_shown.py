"""Digits, names and lines as they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlag.wording.shown import cut, interval, lag_list, number, periods, pvalue, shown, width, wrap

# Numbers


def test_p_value_is_never_shown_as_zero() -> None:
    assert pvalue(0.0) == pvalue(1e-300) == "<0.0001"
    assert "0.0000" not in {pvalue(p / 100_000) for p in range(2_000)}


def test_p_value_just_below_a_limit_is_not_rounded_over_it() -> None:
    assert pvalue(0.00994) == "0.0099"
    assert pvalue(0.00996) == "0.010"
    assert pvalue(0.9996) == ">0.999"


def test_numbers_have_three_digits() -> None:
    assert number(0.00123456) == "0.00123"
    assert number(-12345.6) == "-12,300"
    assert number(1.5e9) == "1.50e+09"


def test_an_effect_has_the_digits_that_the_width_of_its_interval_allows() -> None:
    assert interval(40.04, 24.987, 56.54) == ("40", "25", "57")
    assert interval(-676.2, -1295.4, -56.2) == ("-680", "-1,300", "-60")
    assert interval(0.152, 0.101, 0.203) == ("0.152", "0.101", "0.203")
    assert interval(0.0012, -5.0, 5.0) == ("0.0", "-5.0", "5.0")
    assert interval(float("nan"), float("nan"), float("nan")) == ("-", "-", "-")


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(1, 2))
def test_rounding_an_interval_never_makes_it_a_point(value: float, half: float, digits: int) -> None:
    half = max(half, abs(value) / 100)
    _, low, high = interval(value, value - half, value + half, digits=digits)
    assert float(low.replace(",", "")) < float(high.replace(",", ""))


def test_one_period_is_not_plural() -> None:
    assert periods(1, "month") == "1 month"
    assert periods(3, "month") == "3 months"


def test_delay_sets_with_holes_name_their_parts() -> None:
    assert lag_list([6, 1, 2, 3]) == "1 to 3 and 6"


# Names


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a\u202eb", "a\\u202eb"), ("a\x00b", "a\\x00b"), ("a\nb", "a\\nb"), ("\ud800", "\\ud800"), ("é👩\u200d💻", "é👩\u200d💻")],
)
def test_control_and_direction_characters_are_written_out(name: str, expected: str) -> None:
    assert shown(name) == expected


@given(st.text(max_size=300), st.integers(2, 80))
def test_cut_text_fits(text: str, most: int) -> None:
    assert width(cut(shown(text), most)) <= most


@given(st.text(max_size=400), st.integers(8, 80))
def test_wrapped_text_fits_and_loses_no_letter(text: str, most: int) -> None:
    lines = wrap(text, most, indent="  ", first="a: ")
    assert all(width(line) <= most for line in lines)
    assert "".join("".join(lines).split()) == "a:" + "".join(text.split())
