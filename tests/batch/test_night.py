"""Forty jobs of a night: the same from text and from Parquet, nothing to do a second time, and each what `rank_leads` gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.batch import RunSummary, open_store, run

AS_OF = "2026-11-30"
KPIS, LEADS = tuple(f"kpi{place}" for place in range(4)), tuple(f"lead{place}" for place in range(8))


def table() -> pd.DataFrame:
    """Four KPIs and eight leads over 156 weeks in ten segments."""
    rng = np.random.default_rng(5)
    weeks = pd.date_range("2023-12-04", periods=156, freq="7D").strftime("%Y-%m-%d")
    parts = []
    for segment in range(10):
        leads = rng.standard_normal((156, 8)).round(3)
        kpis = {kpi: np.r_[np.zeros(2), 0.5 * leads[:-2, place]] + rng.standard_normal(156) for place, kpi in enumerate(KPIS)}
        part = {"week": weeks, "area": f"area {segment}", **dict(zip(LEADS, leads.T, strict=True)), **kpis}
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def asked(path: str, folder: Path) -> dict[str, object]:
    """The config of the night over one file."""
    return {
        "version": 1, "sources": {"all": {"path": str(folder / path), "time": "week", "segment": "area"}},
        "metrics": {name: {"source": "all"} for name in (*KPIS, *LEADS)},
        "jobs": [{"kpi": kpi, "leads": list(LEADS), "n_draws": 199} for kpi in KPIS],
        "run": {"workers": 2, "evidence": False}, "output": {"folder": str(folder / f"runs of {path}")},
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same table as text and as Parquet."""
    path = tmp_path_factory.mktemp("night")
    table().to_csv(path / "all.csv", index=False)
    table().to_parquet(path / "all.parquet")
    return path


@pytest.fixture(scope="module")
def nights(folder: Path) -> list[RunSummary]:
    """A run over each file."""
    return [run(asked(name, folder), as_of=AS_OF) for name in ("all.csv", "all.parquet")]


def test_forty_jobs_are_done_and_are_the_same_from_text_and_from_parquet(folder: Path, nights: list[RunSummary]) -> None:
    text, parquet = nights
    assert (text.status, text.exit, text.jobs.computed, text.jobs.done) == ("done", 0, 40, 40)
    assert text.run_id == parquet.run_id
    stores = [open_store(str(one.folder).rpartition("/")[0]) for one in nights]
    for name in ("jobs", "results"):
        pd.testing.assert_frame_equal(*(getattr(store, name)("last") for store in stores))


def test_a_second_run_computes_nothing(folder: Path, nights: list[RunSummary]) -> None:
    again = run(asked("all.parquet", folder), as_of=AS_OF)
    assert (again.jobs.computed, again.jobs.reused, again.run_id) == (0, 40, nights[1].run_id)


def test_a_job_is_what_rank_leads_gives(folder: Path, nights: list[RunSummary]) -> None:
    rows = table()
    own = rows[rows["area"] == "area 3"].drop(columns="area")
    alone = ll.rank_leads(own[["week", "kpi1", *LEADS]], kpi="kpi1", time="week", n_draws=199, evidence=False)
    found = open_store(str(nights[0].folder).rpartition("/")[0]).results("last", kpi="kpi1", segment="area 3")
    for column in ("lead", "verdict", "rank"):
        assert found[column].tolist() == alone.to_frame()[column].tolist()
    for column in ("pvalue", "effect", "delay", "nobs"):
        np.testing.assert_allclose(found[column].astype(float), alone.to_frame()[column].astype(float), rtol=1e-12)


def test_the_q_of_the_run_is_over_all_candidates_of_all_jobs(nights: list[RunSummary]) -> None:
    found = open_store(str(nights[0].folder).rpartition("/")[0]).results("last")
    p = found["pvalue"].to_numpy()
    order = np.argsort(p)
    expected = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    np.testing.assert_allclose(found["qvalue_run"].to_numpy()[order], np.minimum(expected, 1.0))
    assert ((found["verdict_run"] == "lead") <= (found["qvalue_run"] <= 0.10)).all()
    assert (found["verdict_run"] == "lead").sum() >= 20
