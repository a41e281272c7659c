"""A ranking puts the leads that it found to every test of a sceptic, and none of the others."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.ranking.result import NOT_COMPUTED, LeadRanking
from leadlag.simulate import PlantedSeries


@cache
def story() -> pd.DataFrame:
    """Two leads of a KPI, of which one broke, a proxy of the first, and four series that have nothing to do with it."""
    series = [
        PlantedSeries(name="demos", effect=0.9, delay=3),
        PlantedSeries(name="trials", effect=1.2, delay=1, stops=100),
        PlantedSeries(name="views", driver="demos", driver_lag=1, driver_share=0.9),
    ]
    return ll.simulate_leads(series=series, n_noise=4, n_periods=160, rng=3).data


@cache
def ranking() -> LeadRanking:
    return ll.rank_leads(story(), kpi="kpi", max_lag=8, n_draws=499)


def test_found_leads_are_backed_and_only_they_are() -> None:
    table = ranking().to_frame().set_index("lead")
    for one in ranking():
        evidence, stands = one.decision.evidence, one.verdict in ("lead", "indirect")
        backing = (evidence.gain, evidence.stability, evidence.refutation)
        assert all((part is not None) == stands for part in backing)
        assert evidence.detectable is not None
        assert (one.decision.grade is not None) == stands
        row = table.loc[evidence.lead]
        assert all(pd.notna(row[name]) == stands for name in ("grade", "gain", "gain_pvalue", "stability_pvalue"))


def test_a_lead_that_holds_is_strong_and_one_that_broke_is_not() -> None:
    found = ranking()
    assert found["demos"].decision.grade == "strong"
    assert found["trials"].decision.grade in ("moderate", "weak")
    status = {one.code: one.status for one in found["trials"].decision.checks}
    assert status["stable"] == "fail"
    assert "changed after" in found["trials"].explain()


def test_places_and_decoys_are_told() -> None:
    found = ranking()
    assert found.decoys is not None
    assert found.decoys.n == 200
    assert "Of 200 stand-ins of the candidates" in found.explain()
    assert not found.decoys.too_many
    assert found["demos"].decision.evidence.places is not None


def test_without_evidence_the_verdicts_are_the_same_and_the_rest_is_not_computed() -> None:
    plain = ll.rank_leads(story(), kpi="kpi", max_lag=8, n_draws=499, evidence=False)
    whole, table = ranking().to_frame(), plain.to_frame()
    assert table[list(NOT_COMPUTED)].isna().all(axis=None)
    kept = [name for name in whole.columns if name not in NOT_COMPUTED]
    pd.testing.assert_frame_equal(whole[kept], table[kept])
    assert plain.decoys is None
    assert all(name in plain.summary() for name in NOT_COMPUTED)


def test_where_nothing_leads_the_closest_are_named_with_what_they_would_need() -> None:
    data = ll.simulate_leads(series=[], n_noise=5, n_periods=104, rng=5).data
    found = ll.rank_leads(data, kpi="kpi", max_lag=6, n_draws=499)
    assert found.leads == ()
    best = found.to_frame().sort_values("pvalue")["lead"].head(3)
    assert all(name in found.explain() for name in best)
    assert "is found half of the time" in " ".join(found.explain().split())
    assert "missed half of the time" in " ".join(found[best.iloc[0]].explain().split())


def test_a_target_date_of_the_catalogue_is_asked_about() -> None:
    index = story().index
    chosen = (str(index[0].date()), str(index[30].date()))
    catalogue = [ll.Metric("demos", targeted_since=str(index[90].date()), selected_on=chosen)]
    found = ll.rank_leads(story(), kpi="kpi", max_lag=8, n_draws=199, catalogue=catalogue)
    stability = found["demos"].decision.evidence.stability
    assert stability is not None
    assert stability.weakening is not None
    assert math.isfinite(stability.weakening.pvalue)
    assert "became a target" in found["demos"].explain()
    assert {one.code: one.status for one in found["demos"].decision.checks}["targeted"] == "pass"


def test_numbers_do_not_depend_on_who_else_is_asked_about() -> None:
    again = ll.rank_leads(story()[["kpi", "trials", "demos", *story().columns[3:]]], kpi="kpi", max_lag=8, n_draws=499)
    pd.testing.assert_frame_equal(again.to_frame(), ranking().to_frame())


@pytest.mark.parametrize("n_periods", [24, 40])
def test_short_tables_keep_their_ranking(n_periods: int) -> None:
    data = ll.simulate_leads(series=[PlantedSeries(name="x", effect=4.0, delay=1)], n_noise=1, n_periods=n_periods, rng=2).data
    found = ll.rank_leads(data, kpi="kpi", max_lag=2, n_draws=199)
    assert "x" in found
    assert found.summary()


def test_leads_of_two_cadences_are_backed_side_by_side() -> None:
    rng, n = np.random.default_rng(4), 96
    weeks = pd.DataFrame({"visits": rng.normal(size=n * 5)}, index=pd.date_range("2012-01-02", periods=n * 5, freq="W-MON"))
    months = pd.date_range("2012-03-01", periods=n, freq="MS")
    before, ads = weeks["visits"].resample("MS").mean().shift(1).reindex(months), rng.normal(size=n)
    sales = 3.0 * before.to_numpy() + np.r_[0.0, ads[:-1]] + rng.normal(size=n)
    found = ll.rank_leads([pd.DataFrame({"sales": sales, "ads": ads}, index=months), weeks], kpi="sales", max_lag=4, n_draws=199)
    assert set(found.leads) == {"ads", "visits"}
    for name in found.leads:
        evidence = found[name].decision.evidence
        assert evidence.refutation is not None
        assert evidence.refutation.placebo < 0.05
        assert evidence.gain is not None
