"""Sentences say what the decision says, fit 80 columns, and show hostile names as they are."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlag.decision import Policy, Reason
from leadlag.errors import CODES
from leadlag.ranking.result import NOT_COMPUTED, LeadRanking
from leadlag.ranking.words import checks
from leadlag.ranking.words.sentences import coded_reason, next_step, reason
from leadlag.wording import targeted
from leadlag.wording.layout import CAVEAT
from leadlag.wording.shown import width
from tests import rankings
from tests.conftest import ROOT

ALL = [
    rankings.housing,
    rankings.every_verdict,
    rankings.one_lead,
    rankings.none_found,
    rankings.none_testable,
    rankings.nasty,
    rankings.many,
]


def _flat(text: str) -> str:
    """Text without its line breaks."""
    return " ".join(text.split())


def _sentences(ranking: LeadRanking) -> str:
    return "\n".join(
        [ranking.summary(), ranking.explain(), *(text for lead in ranking for text in (lead.explain(), lead.why_not()))]
    )


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
    assert "1 building_permits lead 1 [1-2] 80 [65, 97] <0.0001 <0.0001" in flat
    assert "5 leads x 12 lags x 4 shapes = 240 tests, 1,999 draws, Benjamini-Hochberg at FDR 0.10" in flat
    assert "housing_starts: first differences" in flat
    assert "1990-01 to 2024-06, 414 months; nobs 390, n_dropped 24" in flat
    assert "region (text)" in flat
    assert "short: too few periods for this lead: 19 periods, 52 are needed [LL204]" in flat
    assert "the KPI looks integrated and was differenced [LL101]" in flat
    assert CAVEAT in text


def test_columns_that_are_not_computed_are_listed_once() -> None:
    text = rankings.housing().summary()
    assert all(len(re.findall(rf"\b{name}\b", text)) == 1 for name in NOT_COMPUTED)


def test_long_summary_is_cut_and_says_so() -> None:
    assert "and 160 more: to_frame() has them all" in rankings.many(200).summary()


def test_summary_without_leads_says_so_with_the_rate() -> None:
    assert "None of the 2 candidates leads housing_starts at a false discovery rate of 10 %." in rankings.none_found().summary()
    assert "None of the 2 candidates for housing_starts could be tested." in rankings.none_testable().summary()


# Explanations


def with_delay(**changes: object) -> LeadRanking:
    found = rankings.found("permits", peak=2)
    assert found.delay is not None
    return rankings.ranking_of([replace(found, delay=replace(found.delay, **changes))])


def test_peak_and_mean_delay_are_told_apart() -> None:
    said = with_delay(mean=3.42, mean_low=2.0, mean_high=5.58)["permits"].explain().replace("\n", " ")
    assert (
        "The effect peaks after 2 months; over all lags it comes after 3.4 months (90 % interval: 2.0 to 5.6) on average." in said
    )
    turning = with_delay(mean_missing="turns")["permits"].explain().replace("\n", " ")
    assert "no mean delay: the weights of the lags change their sign" in turning


def test_a_delay_that_is_not_identified_says_so_beside_its_numbers() -> None:
    wide = with_delay(lags=tuple(range(1, 12)), identified=False)
    assert "2 [1-11]" in wide.summary()
    assert "not identified, do not plan with it: permits" in wide.summary()
    assert "11 lags, nearly all that were searched" in wide["permits"].explain().replace("\n", " ")
    assert "not identified" not in rankings.housing().summary()


def test_explanation_of_a_lead_gives_delay_effect_and_evidence() -> None:
    text = _flat(rankings.housing()["building_permits"].explain())
    assert "leads housing_starts by 1 month (90 % set: 1 to 2 months)" in text
    assert "A lasting rise of building_permits by 51.7" in text
    assert "housing_starts 80 thousand homes a year higher (90 % interval: 65 to 97 higher)" in text
    assert "p < 0.0001, which covers the search over lags 1 to 12" in text
    assert "Granger F test of lags 1 to 3 together: p = 0.0021" in text
    assert "390 months used, 24 dropped" in text
    assert "prediction, not cause" in text


def test_the_interval_of_the_verdict_stands_beside_that_given_the_choice() -> None:
    lead = rankings.found("permits")
    assert lead.effect is not None
    sized = replace(lead.effect, passing_low=3.0, passing_high=80.0, passing_level=0.99)
    ranking = rankings.ranking_of([replace(lead, effect=sized)])
    text = _flat(ranking["permits"].explain())
    assert "(90 % interval: 25 to 56 higher; what the test that made it a lead leaves open, at 99 %: 3 to 80 higher)" in text
    assert "which held in 81 to 97 % of simulated leads" in _flat(ranking.summary())
    assert "leaves open" not in rankings.housing()["mortgage_rate"].explain()


def test_a_sentence_says_lower_instead_of_a_minus() -> None:
    text = _flat(rankings.housing()["mortgage_rate"].explain())
    assert "33 thousand homes a year lower (90 % interval: 17 to 48 lower)" in text


def test_an_interval_over_zero_names_both_sides() -> None:
    ranking = rankings.ranking_of([replace(rankings.found("lumber_price", size=2.5), explained_by="permits")])
    assert "2 thousand homes a year higher (90 % interval: 12 lower to 19 higher)" in _flat(ranking["lumber_price"].explain())


def test_what_leads_nothing_is_shown_without_a_size() -> None:
    """The best of many lags and shapes has an interval without zero more often than not, whatever it is."""
    ranking = rankings.housing()
    assert "6 lumber_price none - " not in _flat(ranking.summary())  # its delay stands, in this ranking made by hand
    assert " none 5 [4-6] - 0.430 0.860" in _flat(ranking.summary())
    assert "interval" not in ranking["lumber_price"].explain()
    assert not math.isnan(ranking.to_frame().set_index("lead").loc["lumber_price", "effect"])  # the contract keeps it


def test_a_table_shows_the_p_that_decided() -> None:
    text = _flat(rankings.every_verdict().summary())
    assert "40 [25, 56] 0.0007 0.0040" in text  # demos, given the other leads
    assert "p, q of a lead given the other leads, q adjusted among the leads; of the others alone, q adjusted over all" in text
    assert "p, q" not in rankings.housing().summary()


def test_a_table_says_why_what_passes_is_no_lead() -> None:
    ranking = rankings.every_verdict()
    unsure = replace(rankings.found("leaflets"), unconfirmed=True)
    both = rankings.ranking_of([*(item.evidence for item in ranking.decisions), unsure], kpi="new_mrr", unit="week")
    text = _flat(both.summary())
    assert "rebrand_views one event 5" in text
    assert "fairs few events 2" in text
    assert "fairs: rests on few events: without them little of it is left: 2020-03 to 2020-05 and 2022-01 to 2022-03" in text
    assert "leaflets unconfirmed 2" in text
    assert "No lead leaflets: passes alone, but not beside the leads that were chosen" in text
    assert "nps none 5" in text


def test_logged_effects_are_percent() -> None:
    ranking = rankings.ranking_of([rankings.found("demos", size=2.5, in_percent=True)])
    assert "housing_starts 2 % higher" in _flat(ranking["demos"].explain())
    assert "2 % [-12, 19]" in ranking.summary()


def test_units_of_leads_and_controls_are_named() -> None:
    ranking = rankings.every_verdict()
    text = _flat(ranking["demos"].explain())
    assert "A lasting rise of demos by 51.7 demos (one standard" in text
    assert "new_mrr 40 EUR higher" in text
    assert "price and holiday, in every model." in text
    assert "Controls price and holiday, in every model" in _flat(ranking.summary())
    assert "In every model: price and holiday." in _flat(ranking.explain())


def test_time_to_act_is_shown_where_a_value_is_published_late() -> None:
    text = _flat(rankings.every_verdict().summary())
    assert "# Lead Verdict Delay (weeks) Left Effect p q" in text
    assert "demos lead 2 [1-3] 1 40 [25, 56]" in text
    assert "Left weeks left to act when the value is published" in text
    assert "left to act" not in rankings.housing().summary()


@pytest.mark.parametrize(
    ("lead", "answer"),
    [
        ("demos", "It is a lead: demos leads new_mrr by 2 weeks (90 % set: 1 to 3 weeks): its past"),
        ("training_hours", "too late to act on: its value is known 4 weeks after its own period"),
        ("visits", "visits moves before new_mrr by 6 weeks (90 % set: 5 to 7 weeks) and predicts it alone, but adds nothing"),
        ("support_calls", "support_calls moves after new_mrr, not before it: new_mrr predicts support_calls (p = 0.0001)."),
        ("invoices", "invoices moves with new_mrr in the same week (p = 0.0002), and there is no sign that it moves before it."),
        ("rebrand_views", "What links rebrand_views to new_mrr is one event"),
        ("fairs", "What links fairs to new_mrr is few events (2020-03 to 2020-05 and 2022-01 to 2022-03): without them"),
        ("nps", "its q = 0.860; it would have to be 0.10 or less (p = 0.430 before adjusting)."),
        ("office_plants", "office_plants could not be tested as a lead of new_mrr: the lead has no values [LL201]."),
    ],
)  # fmt: skip
def test_why_not_gives_the_one_reason(lead: str, answer: str) -> None:
    one = rankings.every_verdict()[lead]
    assert answer in _flat(one.why_not())
    if one.decision.verdict not in ("lead", "none"):
        assert _flat(one.explain()).startswith(_flat(one.why_not()))


def test_a_follower_is_told_by_how_long() -> None:
    late = replace(rankings.not_found("calls"), reverse_pvalue=0.0001, reverse_qvalue=0.001, follows_by=3.0)
    one = rankings.ranking_of([late], unit="week")["calls"]
    assert "calls moves after housing_starts by 3 weeks, not before it: housing_starts predicts calls" in _flat(one.why_not())


def test_a_feedback_is_told_of_a_lead() -> None:
    ranking = rankings.every_verdict()
    assert "new_mrr leads trials in turn (p = 0.0010): a feedback" in _flat(ranking["trials"].explain())
    assert "No sign that new_mrr leads demos in turn (p = 0.610)." in _flat(ranking["demos"].explain())
    assert "p = 0.0007 given the other chosen leads, which covers the search over lags 1 to 12" in _flat(
        ranking["demos"].explain()
    )


def test_what_a_question_cannot_show_is_said_with_its_answer() -> None:
    told = _flat(rankings.sceptics()["demos"].explain())
    assert "it held in these weeks, as most leads do that chance makes." in told
    assert "copies unmask a cycle that both share, and hardly ever luck." in told
    assert "a third of the leads that chance makes pass this: no proof." in told
    assert "or be moved by the same thing and no more" in _flat(rankings.every_verdict()["visits"].explain())
    assert "perhaps a common driver and no more" in _flat(rankings.every_verdict().summary())


def test_summary_says_which_lead_explains_which_and_what_says_the_same() -> None:
    text = _flat(rankings.every_verdict().summary())
    assert "Indirect sign_ups and visits: nothing to add once demos is known" in text
    assert "Duplicates sign_ups and visits (group 1)" in text


@pytest.mark.parametrize("build", ALL)
def test_explanations_fit_88_columns(build: type) -> None:
    ranking = build()
    for text in (ranking.explain(), *(said for lead in ranking for said in (lead.explain(), lead.why_not()))):
        assert max(map(width, text.split("\n"))) <= 88


def test_explanation_of_no_lead_says_what_it_does_not_show_and_what_to_do() -> None:
    text = _flat(rankings.housing()["lumber_price"].explain())
    assert "no sign that lumber_price leads housing_starts within 12 months" in text
    assert "More periods" in text
    assert "does not show that there is no lead" in text


@pytest.mark.parametrize("code", sorted(code for code in CODES if code.startswith("LL2")))
def test_untestable_leads_say_why_and_what_to_do(code: str) -> None:
    one = rankings.ranking_of([rankings.empty("flat", code, "a detail")])["flat"]
    text = _flat(one.explain())
    assert f"{CODES[code]}: a detail [{code}]" in text
    assert next_step(one.decision, one.context) in text
    assert next_step(one.decision, one.context)


def test_a_detail_that_says_nothing_more_is_left_out() -> None:
    assert reason(Reason(code="LL201", detail="no values")) == "the lead has no values [LL201]"
    assert coded_reason(Reason(code="LL201", detail="no values")) == "LL201: the lead has no values"
    assert coded_reason(Reason(code="LL204", detail="19 periods")) == "LL204: too few periods for this lead (19 periods)"


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


# The rooms


def test_words_change_where_verdicts_do() -> None:
    policy = Policy()
    assert (policy.stability_level, policy.stability_review) == (targeted.CHANGED, targeted.PERHAPS)
    assert f"{policy.sure_qvalue:.2f}" == checks.SURE


def test_every_check_of_a_ranking_has_its_question_and_its_answer() -> None:
    source = (ROOT / "leadlag" / "decision" / "checks.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'Check\(code="(\w+)"', source))
    codes |= {"stable", "targeted", "placebo", "permuted"}  # whose code is an argument there
    assert codes == set(checks._TELLERS)
    assert {code for code in codes if code not in checks._QUESTIONS} == set()
