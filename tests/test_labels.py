"""Readers see labels wherever a metric is named; frames, files and JSON keep the names, and without a label nothing changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text

import leadlag as ll
from leadlag.report import report_html
from leadlag.simulate.specs import PlantedSeries
from tests.commands import Run

KPI, LEAD, OTHER, THIRD = "raw_kpi", "raw_lead", "raw_other", "raw_third"
LABELS = {KPI: "Net revenue", LEAD: "Demos booked", OTHER: "Visits, all shops", THIRD: "Ünïts sold"}
CATALOGUE = [ll.Metric(name, label=label, available_after=int(name == LEAD)) for name, label in LABELS.items()]
PLAIN = [replace(metric, label=None) for metric in CATALOGUE]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    planted = [PlantedSeries(name="a", effect=0.9, delay=2), PlantedSeries(name="b", effect=0.5, delay=4)]
    table = ll.simulate_leads(series=planted, n_noise=1, n_periods=140, rng=1).data
    return table.rename(columns={"kpi": KPI, "a": LEAD, "b": OTHER, "noise_01": THIRD})


def texts_of(result: Any) -> dict[str, str]:
    """Everything that a result says to a reader."""
    told = {way: str(getattr(result, way)()) for way in ("summary", "explain", "to_markdown", "_repr_html_")}
    if result._pictures:
        ax = result.plot()
        told["plot"] = "\n".join(text.get_text() for text in ax.figure.findobj(Text))
        plt.close("all")
    return told


CALLS: dict[str, Callable[..., Any]] = {
    "rank_leads": lambda data, **known: ll.rank_leads(data, kpi=KPI, evidence=False, n_draws=199, **known),
    "one lead": lambda data, **known: ll.rank_leads(data, kpi=KPI, evidence=False, n_draws=199, **known)[LEAD],
    "rank_kpis": lambda data, **known: ll.rank_kpis(data, kpis=[KPI, THIRD], evidence=False, n_draws=199, **known),
    "granger": lambda data, **known: ll.granger_test(data, kpi=KPI, lead=LEAD, order=3, controls=OTHER, **known),
    "correlation": lambda data, **known: ll.cross_correlation(data, kpi=KPI, lead=LEAD, controls=OTHER, **known),
    "delay": lambda data, **known: ll.delay_set(data, kpi=KPI, lead=LEAD, given=OTHER, **known),
    "gain": lambda data, **known: ll.forecast_gain(data, kpi=KPI, leads=[LEAD, OTHER], controls=THIRD, **known),
    "power": lambda data, **known: ll.detectable_effect(data, kpi=KPI, leads=[LEAD, OTHER], **known),
    "projection": lambda data, **known: ll.local_projection(data, kpi=KPI, lead=LEAD, horizons=4, controls=OTHER, **known),
    "refutation": lambda data, **known: ll.refutation_test(data, kpi=KPI, lead=LEAD, **known),
    "regression": lambda data, **known: ll.lagged_regression(data, kpi=KPI, leads=[LEAD, OTHER], controls=THIRD, **known),
    "stability": lambda data, **known: ll.stability_test(data, kpi=KPI, lead=LEAD, **known),
    "stationarity": lambda data, **known: ll.check_stationarity(data, **known),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_result_is_told_by_labels_and_kept_by_names(data: pd.DataFrame, call: str) -> None:
    with_labels, without = CALLS[call](data, catalogue=CATALOGUE), CALLS[call](data, catalogue=PLAIN)
    for way, text in texts_of(with_labels).items():
        assert re.findall(r".*raw_.*", text) == [], f"a name in {way}"
        if way != "to_markdown":  # whose table may name no metric
            assert any(label.split(",")[0] in text for label in LABELS.values()), f"no label in {way}"
    pd.testing.assert_frame_equal(with_labels.to_frame(), without.to_frame())
    assert with_labels.to_frame().to_csv() == without.to_frame().to_csv()


def test_the_json_of_a_ranking_differs_only_in_what_the_catalogue_says(data: pd.DataFrame) -> None:
    with_labels, without = (
        ll.rank_leads(data, kpi=KPI, catalogue=known, evidence=False, n_draws=199).to_dict() for known in (CATALOGUE, PLAIN)
    )
    for told, label in ((with_labels, "Net revenue"), (without, None)):
        settings = dict(told["provenance"]["settings"])
        assert settings["catalogue"][0]["label"] == label
        told["provenance"] = None
    assert json.dumps(with_labels) == json.dumps(without)
    assert '"raw_lead"' in json.dumps(with_labels)


def test_the_page_shows_labels_and_the_call_names(data: pd.DataFrame) -> None:
    ranking = ll.rank_leads(data, kpi=KPI, catalogue=CATALOGUE, n_draws=199)
    page = report_html(ranking)
    call = re.findall(r"<pre.*?</pre>", page, flags=re.DOTALL)
    told = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)
    assert "raw_" not in told
    assert "Net revenue" in told
    assert any("kpi=&#39;raw_kpi&#39;" in part for part in call)
    assert "raw_lead" in repr(ranking)
    assert ranking[LEAD].decision.evidence.lead == LEAD


def test_labels_travel_with_a_sample_through_roles_segments_and_cadences(data: pd.DataFrame) -> None:
    table = data.set_axis(pd.period_range("2010-01", periods=len(data), freq="M"), axis=0)
    months, quarters = table[[LEAD, OTHER]], table[[KPI]].groupby(table.index.asfreq("Q")).sum()
    sample = ll.from_wide([quarters, months], catalogue=[metric for metric in CATALOGUE if metric.name != THIRD])
    found = ll.granger_test(sample, kpi=KPI, lead=LEAD, order=2)
    assert "Demos booked" in found.summary()
    assert "raw_" not in found.summary() + found.explain()
    long = data.assign(row=np.arange(len(data))).melt("row", var_name="metric", value_name="value")
    stacked = ll.from_long(long, time="row", metric="metric", value="value", freq="period", catalogue=CATALOGUE)
    assert "raw_" not in ll.granger_test(stacked.select([KPI, LEAD]), kpi=KPI, lead=LEAD, order=2).explain()
    assert list(stacked.to_frame().columns) == sorted(LABELS)


def test_a_label_that_is_another_column_is_refused(data: pd.DataFrame) -> None:
    with pytest.raises(ll.errors.UsageError, match="'raw_lead' is the name of another column, 'raw_other'"):
        ll.granger_test(data, kpi=KPI, lead=LEAD, order=2, controls=OTHER, catalogue=[ll.Metric(LEAD, label=OTHER)])


def test_a_label_may_hold_what_would_break_a_page_or_a_line(data: pd.DataFrame) -> None:
    hostile = [ll.Metric(LEAD, label="<script>alert(1)</script>\u202e|\n" + "x" * 300)]
    ranking = ll.rank_leads(data, kpi=KPI, catalogue=hostile, evidence=False, n_draws=199)
    assert "<script>alert" not in report_html(ranking)
    assert max(map(len, ranking.summary().split("\n"))) <= 80
    assert len(ranking.to_markdown().split("\n")) == 2 + len(ranking)


def test_a_catalogue_of_a_company_may_name_what_the_table_does_not_have(data: pd.DataFrame) -> None:
    metrics = {name: {"label": label} for name, label in LABELS.items() if name != OTHER}
    known = ll.read_catalogue({"metrics": {**metrics, "stock": {"unit": "t"}, "raw_othr": {"label": "Visits"}}})
    with pytest.warns(ll.errors.DataWarning, match="'raw_othr'.*Did you mean 'raw_other'") as caught:
        ranking = ll.rank_leads(data, kpi=KPI, catalogue=known, evidence=False, n_draws=199)
    assert len(caught) == 1
    told = dict(ranking.provenance.settings)["catalogue"]
    assert {metric.name for metric in told} == {KPI, LEAD, THIRD}
    with pytest.warns(ll.errors.DataWarning) as caught:  # a list is about this table
        ll.granger_test(data, kpi=KPI, lead=LEAD, order=2, catalogue=[ll.Metric("stock")])
    assert "'stock', which the data do not have" in str(caught[0].message)


def test_the_command_line_reads_a_catalogue(data: pd.DataFrame, tmp_path: Path, run: Run) -> None:
    table, known = str(tmp_path / "table.csv"), tmp_path / "known.toml"
    data.assign(month=pd.period_range("2010-01", periods=len(data), freq="M").astype(str)).to_csv(table, index=False)
    metrics = "".join(f'[metrics.{name}]\nlabel = "{label}"\nunit = "EUR"\n' for name, label in LABELS.items())
    known.write_text(metrics, encoding="utf-8")
    rank = ["rank", table, "--kpi", KPI, "--no-evidence", "--catalogue", str(known)]
    code, out, err = run(*rank, "--out", str(tmp_path / "out"))
    assert code == 0
    assert "change of Net revenue in EUR" in " ".join(out.split())
    assert "raw_" not in out + err
    assert {row["lead"] for row in json.loads(run(*rank, "--json")[1])["rows"]} == {LEAD, OTHER, THIRD}
    written = (tmp_path / "out" / f"table.{KPI}.ranking.csv").read_text(encoding="utf-8")
    assert LEAD in written
    assert "Demos" not in written
    assert "raw_" not in run("check", table, "--kpi", KPI, "--catalogue", str(known))[1]
    assert set(json.loads(run("check", table, "--catalogue", str(known), "--json")[1])["read"][0]["metrics"]) == set(LABELS)


def test_the_command_line_refuses_a_catalogue_that_is_none(data: pd.DataFrame, tmp_path: Path, run: Run) -> None:
    table, known = str(tmp_path / "table.csv"), tmp_path / "known.toml"
    data.to_csv(table, index=False)
    known.write_text('[metrics.a]\nstage = "outpt"\nlabl = "A"\n', encoding="utf-8")
    code, out, _ = run("rank", table, "--kpi", KPI, "--catalogue", str(known), "--json")
    error = json.loads(out)
    assert (code, error["code"], error["argument"]) == (2, "LL401", "catalogue")
    assert "Did you mean 'label'?" in error["message"]
    assert "Did you mean 'output'?" in error["message"]
    code, _, err = run("check", table, "--catalogue", str(tmp_path / "nothing.toml"))
    assert (code, "does not exist" in err) == (2, True)


def test_an_error_of_the_command_shows_the_call_with_the_catalogue(data: pd.DataFrame, tmp_path: Path, run: Run) -> None:
    table, known = tmp_path / "table.csv", tmp_path / "known.toml"
    rows = data.assign(day=[f"0{place % 9 + 1}/0{place % 8 + 1}/2024" for place in range(len(data))])
    rows.to_csv(table, index=False)
    known.write_text(f"[metrics.{LEAD}]\n", encoding="utf-8")
    code, out, _ = run("rank", str(table), "--kpi", KPI, "--catalogue", str(known), "--json")
    assert code == 3
    assert "catalogue=read_catalogue('known.toml')" in json.loads(out)["call"]
