"""A lead that is known n periods ahead gives, but for labels, the numbers of the same lead moved by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import UsageError

AHEAD = 2
PLAN = [ll.Metric("plan", available_after=-AHEAD)]
#: Columns of results that count lags, and so differ by n.
LAGS = ["delay", "delay_low", "delay_high"]


@pytest.fixture(scope="module")
def planned() -> pd.DataFrame:
    """A KPI that moves with a plan in the same month, and with visits two months later."""
    rng = np.random.default_rng(3)
    n = 110
    plan, visits = rng.normal(size=(2, n))
    kpi = 0.9 * plan + 0.8 * np.r_[0.0, 0.0, visits[:-2]] + rng.normal(size=n)
    months = pd.period_range("2015-01", periods=n, freq="M").astype(str)
    return pd.DataFrame({"month": months, "kpi": kpi, "plan": plan, "visits": visits})


@pytest.fixture(scope="module")
def by_hand(planned: pd.DataFrame) -> pd.DataFrame:
    return planned.assign(plan=planned["plan"].shift(-AHEAD))


@pytest.fixture(scope="module")
def ranked(planned: pd.DataFrame) -> ll.LeadRanking:
    return ll.rank_leads(planned, kpi="kpi", catalogue=PLAN, max_lag=6, n_draws=199)


def test_a_ranking_is_that_of_the_moved_lead_with_its_lags_counted_back(ranked: ll.LeadRanking, by_hand: pd.DataFrame):
    declared = ranked.to_frame().set_index("lead")
    moved = ll.rank_leads(by_hand, kpi="kpi", max_lag=6, n_draws=199).to_frame().set_index("lead")
    moved.loc["plan", LAGS] -= AHEAD
    pd.testing.assert_frame_equal(declared, moved, check_exact=True)


def test_what_moves_in_the_same_period_and_is_known_before_is_a_lead_at_zero(ranked: ll.LeadRanking, planned: pd.DataFrame):
    row = ranked.to_frame().set_index("lead").loc["plan"]
    assert (row["verdict"], row["delay"], row["actionable_delay"]) == ("lead", 0, 2)
    unsaid = ll.rank_leads(planned, kpi="kpi", max_lag=6, n_draws=199, evidence=False)
    assert unsaid["plan"].verdict == "coincident"


def test_it_is_said_how_far_ahead_it_is_known(ranked: ll.LeadRanking):
    assert "plan by 0 months (known 2 months ahead)" in " ".join(ranked.summary().split())
    told = " ".join(ranked["plan"].explain().split())
    assert "plan, known 2 months ahead, leads kpi by 0 months" in told
    assert "lags -1 to 4" in told
    assert "2 months left to act" in told
    assert "LL150" in {code for code, _ in ranked.provenance.warnings}


def test_one_lead_asked_alone_gives_the_moved_numbers(planned: pd.DataFrame, by_hand: pd.DataFrame):
    options = {"kpi": "kpi", "lead": "plan", "max_lag": 6, "n_draws": 199}
    declared, moved = ll.delay_set(planned, catalogue=PLAN, **options), ll.delay_set(by_hand, **options)
    frame = moved.to_frame()
    frame[["lag", "own_lag"]] -= AHEAD
    pd.testing.assert_frame_equal(declared.to_frame(), frame, check_exact=True)
    assert (declared.delay.peak, declared.actionable_delay) == (moved.delay.peak - AHEAD, moved.actionable_delay)
    assert declared.delay.mean == moved.delay.mean - AHEAD
    declared, moved = ll.stability_test(planned, catalogue=PLAN, **options), ll.stability_test(by_hand, **options)
    assert (declared.delay, declared.lags) == (moved.delay - AHEAD, tuple(lag - AHEAD for lag in moved.lags))
    assert (declared.pvalue, declared.statistics) == (moved.pvalue, moved.statistics)
    declared, moved = ll.refutation_test(planned, catalogue=PLAN, **options), ll.refutation_test(by_hand, **options)
    assert (declared.pvalue, declared.placebo, declared.refutation) == (moved.pvalue, moved.placebo, moved.refutation)


def test_a_target_counts_from_the_period_that_its_values_are_for(planned: pd.DataFrame, by_hand: pd.DataFrame):
    options = {"kpi": "kpi", "lead": "plan", "max_lag": 6, "n_draws": 199}
    declared = ll.stability_test(planned, catalogue=PLAN, targeted_since="2020-03", **options).stability.weakening
    moved = ll.stability_test(by_hand, targeted_since="2020-01", **options).stability.weakening
    assert (declared.n_before, declared.n_after, declared.pvalue) == (moved.n_before, moved.n_after, moved.pvalue)


def test_forecasts_and_detectable_effects_are_those_of_the_moved_lead(planned: pd.DataFrame, by_hand: pd.DataFrame):
    options = {"kpi": "kpi", "max_lag": 6}
    declared, moved = ll.forecast_gain(planned, catalogue=PLAN, **options), ll.forecast_gain(by_hand, **options)
    pd.testing.assert_frame_equal(declared.to_frame(), moved.to_frame(), check_exact=True)
    declared = ll.detectable_effect(planned, catalogue=PLAN, n_draws=199, **options)
    moved = ll.detectable_effect(by_hand, n_draws=199, **options)
    pd.testing.assert_frame_equal(declared.to_frame(), moved.to_frame(), check_exact=True)


def test_known_at_the_end_of_its_own_period_changes_no_byte(planned: pd.DataFrame):
    options = {"kpi": "kpi", "max_lag": 6, "n_draws": 199, "evidence": False}
    zero = ll.rank_leads(planned, catalogue=[ll.Metric("plan", available_after=0)], **options)
    unsaid = ll.rank_leads(planned, **options)
    assert zero.summary() == unsaid.summary()
    pd.testing.assert_frame_equal(zero.to_frame(), unsaid.to_frame(), check_exact=True)


def test_a_plan_of_weeks_is_counted_back_in_weeks():
    rng = np.random.default_rng(5)
    plan = rng.normal(size=440)
    weeks = pd.DataFrame({"week": pd.date_range("2014-12-29", periods=440, freq="W-MON"), "plan": plan})
    first = pd.period_range("2015-01", periods=100, freq="M").start_time
    place = np.searchsorted(weeks["week"], first)
    months = pd.DataFrame({"month": first, "kpi": plan[place + 1] * 2 + rng.normal(size=100)})
    options = {"kpi": "kpi", "lead": "plan", "max_lag": 3, "n_draws": 199}
    declared = ll.delay_set([months, weeks], catalogue=[ll.Metric("plan", available_after=-6)], **options)
    moved = ll.delay_set([months, weeks.assign(plan=weeks["plan"].shift(-6))], **options)
    assert declared.own_lags == tuple(lag - 6 for lag in moved.own_lags)
    assert declared.pvalues == moved.pvalues
    assert np.allclose(declared.actionable_delay, moved.actionable_delay)


def test_of_two_kpis_the_one_that_is_declared_known_ahead_is_refused(planned: pd.DataFrame):
    found = ll.rank_kpis(planned, kpis=["kpi", "plan"], catalogue=PLAN, max_lag=4, n_draws=199, evidence=False)
    assert [(item.kpi, item.code) for item in found.failures] == [("plan", "LL401")]
    assert "plan" in found["kpi"].leads
    with pytest.raises(UsageError, match="not known ahead"):
        ll.rank_leads(planned, kpi="plan", catalogue=PLAN)


def test_a_table_with_a_ragged_edge_says_what_is_late_and_takes_what_is_declared(shared_cases: Path):
    table = pd.read_csv(shared_cases / "ragged_edge.csv")
    plain = ll.rank_leads(table, kpi="revenue", n_draws=499, evidence=False)
    (note,) = [text for code, text in plain.provenance.warnings if code == "LL151"]
    assert "[Metric('survey', available_after=3), Metric('revenue', available_after=2)]" in note
    said = [ll.Metric("contract_starts", available_after=-2), ll.Metric("survey", available_after=3)]
    said.append(ll.Metric("revenue", available_after=2))
    ranking = ll.rank_leads(table, kpi="revenue", catalogue=said, n_draws=499, evidence=False)
    rows = ranking.to_frame().set_index("lead")
    assert rows.loc[["web_trials", "survey", "contract_starts"], "delay"].tolist() == [2, 3, 0]
    assert rows.loc[["web_trials", "survey", "contract_starts"], "actionable_delay"].tolist() == [2, 0, 2]
    assert "LL151" not in {code for code, _ in ranking.provenance.warnings}


def test_a_lead_that_ended_keeps_its_verdict_and_cannot_be_used_now(shared_cases: Path):
    ranking = ll.rank_leads(pd.read_csv(shared_cases / "lead_that_ended.csv"), kpi="kpi", n_draws=499, evidence=False)
    assert ranking["dead"].verdict == "lead"
    assert "dead cannot be used now: its last value is of 2021-12-27" in " ".join(ranking["dead"].explain().split())
    assert [code for code, _ in ranking.provenance.warnings].count("LL152") == 1
