"""Sentences say what the decision says, fit 80 columns, and show hostile names as they are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlag import wording
from leadlag.errors import CODES
from leadlag.ranked import NOT_COMPUTED, LeadRanking
from leadlag.wording.shown import interval, lag_list, number, pvalue, shown, width, wrap
from tests import rankings

ALL = [rankings.housing, rankings.one_lead, rankings.none_found, rankings.none_testable, rankings.nasty, rankings.many]


def _sentences(ranking: LeadRanking) -> str:
    return "\n".join([ranking.summary(), ranking.explain(), *(lead.explain() for lead in ranking)])


# Numbers


def test_p_value_is_never_shown_as_zero() -> None:
    assert pvalue(0.0) == pvalue(1e-300) == "<0.0001"
    assert "0.0000" not in {pvalue(p / 100_000) for p in range(2_000)}


def test_p_value_just_below_a_limit_is_not_rounded_over_it() -> None:
    assert pvalue(0.00994) == "0.0099"
    assert pvalue(0.00996) == "0.010"
    assert pvalue(0.9996) == ">0.999"


def test_effects_have_three_digits_and_their_bounds_the_same_decimals() -> None:
    assert number(0.00123456) == "0.00123"
    assert number(-12345.6) == "-12,300"
    assert number(1.5e9) == "1.50e+09"
    assert interval(40.04, 24.987, 56.54) == ("40.0", "25.0", "56.5")
    assert interval(0.0012, -5.0, 5.0) == ("0.00", "-5.00", "5.00")
    assert interval(float("nan"), float("nan"), float("nan")) == ("-", "-", "-")


def test_one_period_is_not_plural() -> None:
    assert wording.periods(1, "month") == "1 month"
    assert wording.periods(3, "month") == "3 months"


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
    assert width(wording.cut(shown(text), most)) <= most


@given(st.text(max_size=400), st.integers(8, 80))
def test_wrapped_text_fits_and_loses_no_letter(text: str, most: int) -> None:
    lines = wrap(text, most, indent="  ", first="a: ")
    assert all(width(line) <= most for line in lines)
    assert "".join("".join(lines).split()) == "a:" + "".join(text.split())


# The summary


@pytest.mark.parametrize("build", ALL)
def test_summary_fits_80_columns(build: type) -> None:
    ranking = build()
    for text in (ranking.summary(), *(lead.summary() for lead in ranking)):
        assert max(map(width, text.split("\n"))) <= 80


@given(
    name=st.text(min_size=1, max_size=120),
    kpi=st.text(min_size=1, max_size=120),
    size=st.floats(-1e12, 1e12, allow_subnormal=False),
    unit=st.sampled_from(["month", "business day", "period"]),
)
def test_summary_fits_80_columns_whatever_the_names_and_numbers(name: str, kpi: str, size: float, unit: str) -> None:
    ranking = rankings.ranking_of([rankings.found(name, peak=11, size=size), rankings.empty("x")], kpi=kpi, unit=unit)
    assert max(map(width, ranking.summary().split("\n"))) <= 80


def test_summary_says_the_answer_first_and_then_what_stands_behind_it() -> None:
    text = rankings.housing().summary()
    assert text.startswith("2 of 7 candidates lead housing_starts: building_permits by 1 month and\nmortgage_rate by 2 months.")
    flat = " ".join(text.split())
    assert "1 building_permits lead 1 [1-2] 80.2 [65.2, 96.7] <0.0001 <0.0001" in flat
    assert "240 lag shapes searched, 1,999 draws, Benjamini-Hochberg at FDR 0.10" in flat
    assert "housing_starts: first differences" in flat
    assert "1990-01 to 2024-06, 414 months; nobs 390, n_dropped 24" in flat
    assert "region (text)" in flat
    assert "short: too few periods for this lead: 19 periods, 52 are needed [LL204]" in flat
    assert "the KPI looks integrated and was differenced [LL101]" in flat
    assert wording.CAVEAT in text


def test_columns_that_are_not_computed_are_listed_once() -> None:
    text = rankings.housing().summary()
    assert all(len(re.findall(rf"\b{name}\b", text)) == 1 for name in NOT_COMPUTED)


def test_long_summary_is_cut_and_says_so() -> None:
    assert "and 160 more: to_frame() has them all" in rankings.many(200).summary()


def test_summary_without_leads_says_so_with_the_rate() -> None:
    assert "None of the 2 candidates leads housing_starts at a false discovery rate of 10 %." in rankings.none_found().summary()
    assert "None of the 2 candidates for housing_starts could be tested." in rankings.none_testable().summary()


# Explanations


def test_explanation_of_a_lead_gives_delay_effect_and_evidence() -> None:
    text = rankings.housing()["building_permits"].explain()
    assert "leads housing_starts by 1 month (90 % set: 1 to 2 months)" in text
    assert "A lasting rise of building_permits by 51.7" in text
    assert "housing_starts 80.2 thousand homes a year higher (90 % interval 65.2 to 96.7)" in text
    assert "p < 0.0001, which covers the search over lags 1 to 12" in text
    assert "Granger F test of lags 1 to 3 together: p = 0.0021" in text
    assert "390 months used, 24 dropped" in text
    assert "prediction, not cause" in text


def test_falling_effects_are_called_lower_without_a_second_minus() -> None:
    assert "33.1 thousand homes a year lower (90 % interval -48.1 to -16.6)" in rankings.housing()["mortgage_rate"].explain()


def test_logged_effects_are_percent() -> None:
    ranking = rankings.ranking_of([rankings.found("demos", size=2.5, in_percent=True)])
    assert "housing_starts 2.5 % higher" in ranking["demos"].explain()
    assert "2.5 % [-12.5, 19.0]" in ranking.summary()


def test_explanation_of_no_lead_says_what_it_does_not_show_and_what_to_do() -> None:
    text = rankings.housing()["lumber_price"].explain()
    assert "no sign that lumber_price leads housing_starts within 12 months" in text
    assert "More periods" in text
    assert "does not show that there is no lead" in text


@pytest.mark.parametrize("code", sorted(code for code in CODES if code.startswith("LL2")))
def test_untestable_leads_say_why_and_what_to_do(code: str) -> None:
    text = rankings.ranking_of([rankings.empty("flat", code, "detail")])["flat"].explain()
    assert CODES[code] in text
    assert f"[{code}]" in text
    assert wording.next_step(code) in text
    assert wording.next_step(code)


def test_explanations_show_themselves_as_text_in_a_notebook() -> None:
    text = rankings.housing().explain()
    assert repr(text) == str(text)


@pytest.mark.parametrize("build", ALL)
def test_no_sentence_claims_a_cause(build: type) -> None:
    assert not re.search(r"\bcaus(es|ed|ing)\b|\bdrives?\b|\bdue to\b", _sentences(build()))


@pytest.mark.parametrize("build", ALL)
def test_no_sentence_carries_raw_control_characters(build: type) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", _sentences(build()))


# Markdown


def test_markdown_rows_keep_their_cells_whatever_the_names() -> None:
    table = rankings.nasty().to_markdown().split("\n")
    cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table}
    assert cells == {26}
    assert len(table) == len(rankings.NASTY) + 2


def test_markdown_escapes_what_would_become_markup() -> None:
    text = wording.markdown_table(pd.DataFrame({"a_b": ["<b>", "[x](y)", "`c`", "_x_", "two\nlines"]}))
    assert text.split("\n")[2:] == ["| \\<b\\> |", "| \\[x\\](y) |", "| \\`c\\` |", "| \\_x\\_ |", "| two\\\\nlines |"]


# The room


def test_wording_imports_no_room_above_it() -> None:
    for path in Path(wording.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(("leadlag.decision", "leadlag.ranking", "leadlag.report"))
