"""The table has the contract's columns, in order, and every candidate keeps its row."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pandas as pd
import pytest

from leadlag.errors import UnknownNameError
from leadlag.ranking.result import COLUMNS, LeadRanking
from leadlag.report.content import ranking_content
from tests import rankings
from tests.rankings import empty, found, not_found, ranking_of

CONTRACT = (
    "lead, rank, verdict, grade, delay, delay_low, delay_high, effect, effect_low, effect_high, lead_sd, pvalue, qvalue, "
    "conditional_pvalue, explained_by, granger_pvalue, reverse_pvalue, gain, gain_pvalue, stability_pvalue, actionable_delay, "
    "group, nobs, n_dropped, reason"
)


@pytest.fixture
def ranking() -> LeadRanking:
    return ranking_of([not_found("ads"), empty("flat"), found("visits", peak=4), found("demos", pvalue=1e-7, qvalue=1e-6)])


def test_the_columns_are_those_of_the_contract(ranking: LeadRanking) -> None:
    assert ", ".join(COLUMNS) == CONTRACT == ", ".join(ranking.to_frame().columns)


def test_one_row_a_candidate_best_first(ranking: LeadRanking) -> None:
    table = ranking.to_frame()
    assert table["lead"].tolist() == ["demos", "visits", "ads", "flat"]
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert pd.api.types.is_integer_dtype(table["rank"])
    assert table["verdict"].tolist() == ["lead", "lead", "none", "untestable"]
    assert ranking.leads == ("demos", "visits")
    assert len(ranking) == 4
    assert [each.decision.evidence.lead for each in ranking] == table["lead"].tolist()


def test_a_row_holds_the_numbers_of_its_evidence(ranking: LeadRanking) -> None:
    row = ranking.to_frame().set_index("lead").loc["visits"]
    evidence = ranking["visits"].decision.evidence
    assert (row["delay"], row["delay_low"], row["delay_high"]) == (4, 3, 5)
    assert (row["effect"], row["effect_low"], row["effect_high"]) == (40.0, 25.0, 56.5)
    for name in ("pvalue", "qvalue", "granger_pvalue", "nobs", "n_dropped", "explained_by"):
        assert row[name] == getattr(evidence, name)
    assert row["actionable_delay"] == 4 - evidence.available_after


def test_a_row_says_what_explains_a_lead_and_which_way_it_goes() -> None:
    beside = replace(found("visits"), conditional_pvalue=0.002, conditional_log_pvalue=math.log(0.002), reverse_pvalue=0.3)
    explained = replace(found("demos", pvalue=1e-7), explained_by="visits", reverse_pvalue=0.04)
    table = ranking_of([explained, beside]).to_frame().set_index("lead")
    assert table["verdict"].to_dict() == {"visits": "lead", "demos": "indirect"}
    assert table["explained_by"].to_dict() == {"visits": "", "demos": "visits"}
    assert table["reverse_pvalue"].to_dict() == {"visits": 0.3, "demos": 0.04}
    assert table.loc["visits", "conditional_pvalue"] == 0.002
    assert math.isnan(table.loc["demos", "conditional_pvalue"])


def test_an_untestable_row_has_its_reason_and_no_numbers(ranking: LeadRanking) -> None:
    row = ranking.to_frame().set_index("lead").loc["flat"]
    assert row["reason"].startswith("LL203: the lead is constant or nearly so")
    for name in ("delay", "effect", "effect_low", "lead_sd", "pvalue", "qvalue", "granger_pvalue", "actionable_delay"):
        assert math.isnan(row[name]), name


def test_one_lead_is_asked_for_by_name(ranking: LeadRanking) -> None:
    one = ranking["visits"]
    assert one.to_frame()["lead"].tolist() == ["visits"]
    assert one.context == ranking.context
    with pytest.raises(UnknownNameError, match=r"'Visit' is not among the candidates\. Did you mean 'visits'\?"):
        ranking["Visit"]
    assert "visits" in ranking
    assert "Visit" not in ranking


def test_column_types_do_not_depend_on_which_numbers_are_there(ranking: LeadRanking) -> None:
    whole, part = ranking.to_frame().dtypes, ranking_of([found("visits")]).to_frame().dtypes
    names = [name for name in COLUMNS if name != "explained_by"]
    assert whole[names].equals(part[names])


def test_json_has_null_where_there_is_no_number(ranking: LeadRanking) -> None:
    content = json.loads(ranking.to_json())
    flat = content["decisions"][-1]["evidence"]
    assert (flat["lead"], flat["pvalue"], flat["delay"]) == ("flat", None, None)
    assert content["decisions"][0]["evidence"]["log_pvalue"] == math.log(1e-7)


def test_every_result_shows_itself_in_one_line(ranking: LeadRanking) -> None:
    assert repr(ranking) == "LeadRanking(4 candidates for 'housing_starts', leads: 'demos', 'visits')"
    assert repr(ranking["flat"]) == "RankedLead('flat' for 'housing_starts': untestable)"


def test_a_lead_tells_its_verdict_delay_and_effect(ranking: LeadRanking) -> None:
    row = ranking.to_frame().set_index("lead").loc["visits"]
    visits = ranking["visits"]
    assert visits.verdict == row["verdict"] == "lead"
    assert visits.delay is not None
    assert visits.effect is not None
    assert (visits.delay.peak, visits.delay.low, visits.delay.high) == (row["delay"], row["delay_low"], row["delay_high"])
    assert (visits.effect.value, visits.effect.lead_sd) == (row["effect"], row["lead_sd"])
    assert ranking["flat"].delay is None
    assert ranking["flat"].effect is None


def test_what_was_done_to_each_series_is_one_table(ranking: LeadRanking) -> None:
    done = ranking.treatments()
    assert list(done.columns) == ["metric", "role", "integration", "treatment"]
    assert done["metric"].tolist() == [ranking.context.kpi, "demos", "visits", "ads", "flat"]
    assert done["role"].tolist() == ["kpi", "lead", "lead", "lead", "lead"]
    assert done["treatment"].tolist()[-1] == "not tested"


@pytest.mark.parametrize("name", ["demos", "trials", "visits", "nps"])
def test_table_text_icon_and_page_tell_the_same_of_a_lead(name: str) -> None:
    ranking = rankings.sceptics()
    one, row = ranking[name], ranking.to_frame().set_index("lead").loc[name]
    grade, evidence = one.decision.grade, one.decision.evidence
    text, page = one.explain(), ranking_content(ranking)
    shown = next(item for item in page["rows"] if item["lead"] == name)
    if grade is None:
        assert pd.isna(row["grade"])
        assert math.isnan(row["gain"])
        assert math.isnan(row["stability_pvalue"])
        assert "Graded" not in text
        assert shown["grade"] == shown["grade_mark"] == ""
        return
    assert evidence.gain is not None
    assert evidence.stability is not None
    assert (row["grade"], row["gain"], row["gain_pvalue"]) == (grade, *evidence.gain.at(1))
    assert row["stability_pvalue"] == evidence.stability.pvalue
    assert f"Graded {grade}" in text
    assert f"{grade} {one.verdict}" in ranking.summary()
    assert (shown["grade"], shown["grade_mark"].count("●")) == (grade, {"strong": 3, "moderate": 2, "weak": 1}[grade])


def test_every_check_has_a_question_an_answer_and_what_to_do() -> None:
    checks = rankings.sceptics()["trials"].checks()
    assert list(checks.columns) == ["check", "asked", "status", "value", "what_to_do"]
    assert (checks["what_to_do"].str.len() > 10).all()
    assert checks.set_index("check").loc["stable", "status"] == "fail"
    assert "changed after 2019-07" in checks.set_index("check").loc["stable", "what_to_do"]
    assert "became a target in 2022-01" in " ".join(rankings.sceptics()["demos"].explain().split())


def test_columns_left_out_for_speed_are_named() -> None:
    assert rankings.sceptics().not_computed == ()
    assert "with evidence=True" in rankings.one_lead().summary()
