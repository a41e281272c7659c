"""Many KPIs and segments: each ranking is the one that it would be alone, whoever computes it, and none stops the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.ranking import kpis as module
from leadlag.ranking.many import Failure, KpiRanking, LeadRankings
from leadlag.ranking.result import COLUMNS, LeadRanking
from leadlag.wording.shown import width
from tests.rankings import NASTY, found, none_found, ranking_of

OPTIONS = {"max_lag": 3, "n_draws": 99}


def metrics(n: int = 90) -> pd.DataFrame:
    """Weeks of two KPIs, two leads and a constant; `visits` moves `sales` two weeks later."""
    values = np.random.default_rng(0).normal(size=(n, 4))
    values[2:, 0] += 2.0 * values[:-2, 2]
    data = pd.DataFrame(
        values, columns=["sales", "churn", "visits", "calls"], index=pd.date_range("2023-01-02", periods=n, freq="7D")
    )
    return data.assign(flat=1.0)


def by_segment() -> ll.Sample:
    """The same metrics in two segments; in the south `churn` has too few values."""
    parts = []
    for segment, seed in (("north", 1), ("south", 2)):
        part = metrics() + 0.1 * np.random.default_rng(seed).normal(size=(90, 1))
        if segment == "south":
            part.loc[part.index[5:], "churn"] = np.nan
        parts.append(part.rename_axis("week").reset_index().melt("week", var_name="metric").assign(segment=segment))
    return ll.from_long(pd.concat(parts), time="week", metric="metric", value="value", segment="segment")


def ranked(data: object, kpis: object = ("sales", "churn"), **options: object) -> LeadRankings:
    return ll.rank_kpis(data, kpis=kpis, **{**OPTIONS, **options})


@pytest.fixture(scope="module")
def alone() -> LeadRankings:
    """Two segments, one after the other; one job of four fails."""
    return ranked(by_segment(), leads=["visits", "calls"])


class TestEachRanking:
    def test_is_the_one_that_it_would_be_alone(self) -> None:
        data = metrics()
        both, turned = ranked(data), ranked(data, ["churn", "sales"])
        for kpi in ("sales", "churn"):
            table = ll.rank_leads(data, kpi=kpi, **OPTIONS).to_frame()
            pd.testing.assert_frame_equal(both[kpi].to_frame(), table, rtol=1e-9)
            pd.testing.assert_frame_equal(turned[kpi].to_frame(), both[kpi].to_frame())

    def test_another_kpi_may_lead_a_kpi_unless_the_leads_are_named(self) -> None:
        data = metrics()
        assert set(ranked(data, evidence=False)["churn"].to_frame()["lead"]) == {"sales", "visits", "calls", "flat"}
        named = ranked(data, ["sales", "visits"], leads=["visits", "calls"], evidence=False)
        assert set(named["sales"].to_frame()["lead"]) == {"visits", "calls"}
        assert set(named["visits"].to_frame()["lead"]) == {"calls"}

    def test_options_and_controls_reach_it(self) -> None:
        data = metrics()
        data["churn"] = np.exp(data["churn"])
        data.loc[data.index[7], "calls"] = np.nan
        options = {"leads": ["calls"], "controls": "visits", "missing": ("ffill", 1), "rng": 5}
        catalogue = [ll.Metric("calls", unit="calls", available_after=1), ll.Metric("visits", unit="visits")]
        many = ranked(data, log="churn", catalogue=catalogue, **options)["churn"]
        one = ll.rank_leads(data, kpi="churn", log=["churn"], catalogue=catalogue, **{**OPTIONS, **options})
        pd.testing.assert_frame_equal(many.to_frame(), one.to_frame(), rtol=1e-9)
        assert many.context == one.context
        assert dict(many.provenance.settings)["missing"] == ("ffill", 1)

    def test_a_generator_gives_one_seed_that_is_told(self) -> None:
        data = metrics()
        many = ranked(data, "sales", rng=np.random.default_rng(3), evidence=False)
        seed = dict(many.provenance.settings)["rng"]
        again = ranked(data, "sales", rng=seed, evidence=False)
        pd.testing.assert_frame_equal(again.to_frame(), many.to_frame())
        assert dict(many["sales"].provenance.settings)["rng"] == seed


class TestSegments:
    def test_every_segment_has_its_own_rankings(self, alone: LeadRankings) -> None:
        assert [(item.kpi, item.segment) for item in alone] == [("sales", "north"), ("sales", "south"), ("churn", "north")]
        assert (alone.kpis, alone.segments) == (("sales", "churn"), ("north", "south"))
        one = ll.rank_leads(by_segment().segment("south"), kpi="sales", leads=["visits", "calls"], **OPTIONS)
        pd.testing.assert_frame_equal(alone["sales", "south"].to_frame(), one.to_frame(), rtol=1e-9)

    def test_what_fails_is_kept_and_stops_nothing(self, alone: LeadRankings) -> None:
        (failure,) = alone.failures
        assert (failure.kpi, failure.segment, failure.code) == ("churn", "south", "LL313")
        assert "5 values" in failure.message
        with pytest.raises(UsageError, match=r"5 values.*LL313"):
            alone["churn", "south"]

    def test_some_segments_only(self) -> None:
        assert [item.segment for item in ranked(by_segment(), "sales", segments="south", evidence=False)] == ["south"]
        with pytest.raises(UnknownNameError, match=r"'noth'.*Did you mean 'north'"):
            ranked(by_segment(), "sales", segments=["noth"])

    def test_a_kpi_of_several_segments_asks_for_the_segment(self, alone: LeadRankings) -> None:
        with pytest.raises(UsageError, match=r"'north', 'south'.*LL403"):
            alone["sales"]
        with pytest.raises(UnknownNameError, match="Did you mean 'sales'"):
            alone["sale"]


class TestTable:
    def test_kpi_and_segment_stand_before_the_columns_of_the_contract(self, alone: LeadRankings) -> None:
        table = alone.to_frame()
        assert list(table.columns) == ["kpi", "segment", *COLUMNS]
        assert table.groupby(["kpi", "segment"], sort=False)["lead"].count().tolist() == [2, 2, 2]
        part = table[(table["kpi"] == "sales") & (table["segment"] == "north")].drop(columns=["kpi", "segment"])
        pd.testing.assert_frame_equal(part.reset_index(drop=True), alone["sales", "north"].to_frame())
        assert "| sales | north |" in alone.to_markdown()

    def test_the_leads_and_the_failure_are_told(self, alone: LeadRankings) -> None:
        text = alone.summary()
        assert "3 rankings of 2 KPIs in 2 segments; 2 with at least one lead. 1 of 4 rankings failed." in " ".join(text.split())
        assert "visits (2)" in text
        assert "churn in south" in text
        assert "[LL313]" in text
        assert "sales in north: " in alone.explain()
        assert "within each ranking" in alone.explain()
        assert "visits (2)" in alone._repr_html_()

    def test_json_holds_every_ranking(self, alone: LeadRankings) -> None:
        told = json.loads(alone.to_json())
        assert told["schema"] == "leadlag-rankings-1"
        assert [(item["kpi"], item["segment"]) for item in told["rankings"]] == [(item.kpi, item.segment) for item in alone]
        assert told["rankings"][0]["ranking"]["leads"] == list(alone["sales", "north"].leads)
        assert told["failures"][0]["code"] == "LL313"


def by_hand(rankings: dict[tuple[str, str], LeadRanking], failures: tuple[Failure, ...] = ()) -> LeadRankings:
    items = tuple(KpiRanking(kpi=kpi, segment=segment, ranking=each) for (kpi, segment), each in rankings.items())
    return LeadRankings(rankings=items, failures=failures, provenance=none_found().provenance)


def test_no_line_of_a_summary_is_wider_than_80_columns() -> None:
    leads = [replace(found("x"), lead=name) for name in NASTY]
    names = [*NASTY, *(f"kpi {place}" for place in range(40))]
    failures = tuple(Failure(kpi=name, segment=name, code="LL313", message=f"kpi={name!r} is constant.") for name in NASTY)
    many = by_hand({(name, name): ranking_of(leads) for name in names}, failures)
    assert max(width(line) for line in many.summary().splitlines()) <= 80
    assert f"and {len(names) - 40} more" in many.summary()
    assert not set(many.summary() + many.explain()) & {"\x00", "\u202e"}
    assert "<script>" not in many._repr_html_()


class TestRefusals:
    def test_a_kpi_with_wrong_values_fails_alone_where_the_leads_are_named(self) -> None:
        data = metrics()
        data.loc[data.index[3], "churn"] = np.inf
        many = ranked(data, leads=["visits", "calls"], evidence=False)
        assert many.kpis == ("sales",)
        assert [(item.kpi, item.code) for item in many.failures] == [("churn", "LL302")]
        with pytest.raises(DataContractError, match="LL302"):
            ranked(data)  # churn is a candidate of sales there

    @pytest.mark.parametrize("fault", [np.linalg.LinAlgError("no convergence"), IndexError("index 3 is out of bounds")], ids=repr)
    def test_a_fault_of_leadlag_is_the_failure_of_one_kpi(self, fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
        original = module.rank_leads

        def breaks(sample: object, *, kpi: str, **options: object) -> LeadRanking:
            if kpi == "churn":
                raise fault
            return original(sample, kpi=kpi, **options)

        monkeypatch.setattr(module, "rank_leads", breaks)
        monkeypatch.setattr(module, "_refuse_unknown", lambda options: None)
        many = ranked(metrics(), evidence=False)
        assert many.kpis == ("sales",)
        (failure,) = many.failures
        assert failure.code == "LL501"
        assert failure.message.startswith(f"leadlag failed: {type(fault).__name__} in ranking/kpis.py, line ")
        assert str(fault) in failure.message

    def test_all_kpis_may_fail(self) -> None:
        many = ranked(metrics(12))
        assert len(many) == 0
        assert {item.code for item in many.failures} == {"LL313"}
        assert list(many.to_frame().columns) == ["kpi", "segment", *COLUMNS]
        assert "2 of 2 rankings failed" in many.summary()

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"kpis": []}, UsageError, "kpis is empty"),
            ({"kpis": ["sales", "sales"]}, UsageError, "more than once"),
            ({"kpis": ["sale"]}, UnknownNameError, "Did you mean 'sales'"),
            ({"leads": ["visit"]}, UnknownNameError, "Did you mean 'visits'"),
            ({"log": ["visit"]}, UnknownNameError, "Did you mean 'visits'"),
            ({"segments": "north"}, UnknownNameError, "segments='north'"),
            ({"fdr": 2.0}, UsageError, "fdr=2.0"),
            ({"max_lags": 3}, UsageError, r"has no argument 'max_lags'\. Did you mean 'max_lag'"),
            ({"rng": None}, UsageError, "rng=None"),
        ],
    )
    def test_a_wrong_call_is_an_error(self, change: dict[str, object], error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=message):
            ranked(metrics(), **change)


@pytest.fixture
def dask_cluster() -> Iterator[object]:
    """A Dask cluster of two processes on this machine, closed again."""
    distributed = pytest.importorskip("distributed", reason="distributed is not installed (the extra `dask`)")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield client


def same(one: LeadRankings, other: LeadRankings) -> None:
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), check_exact=True)
    assert one.failures == other.failures
    assert one.to_json() == other.to_json()


def test_two_processes_give_the_same_tables(alone: LeadRankings) -> None:
    with joblib.parallel_config(backend="loky", n_jobs=2):
        same(ranked(by_segment(), leads=["visits", "calls"]), alone)


def test_two_dask_processes_give_the_same_tables(alone: LeadRankings, dask_cluster: object) -> None:
    with joblib.parallel_config(backend="dask"):
        assert joblib.effective_n_jobs() == 2
        same(ranked(by_segment(), leads=["visits", "calls"]), alone)
