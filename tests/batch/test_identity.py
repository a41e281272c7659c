"""A job is another one if its answer might be another, and else the same: by its settings, its metrics and its own rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from leadlag.batch import plan, read_config
from leadlag.batch.config import JobAsked
from leadlag.batch.plan import tasks_of
from leadlag.batch.sourced import SourcesRead
from tests.batch.conftest import CONFIG, night, sales

AS_OF = "2026-11-30"
Ids = dict[str, str]


def ids(
    folder: Path, *settings: str, as_of: str = AS_OF, table: pd.DataFrame | None = None, text: str = CONFIG, model: str = ""
) -> Ids:
    """The identity of the job in each segment."""
    config = read_config(night(folder, table=table, config=text), settings=settings)

    def models(_: JobAsked, __: str) -> str:
        return model

    return {task.segment: task.job_id for task in tasks_of(config, SourcesRead.of(config, as_of=as_of).reads, models)}


@pytest.fixture
def before(tmp_path: Path) -> Ids:
    return ids(tmp_path)


@pytest.mark.parametrize(
    "setting",
    [
        "run.workers=7", "run.allow_failed=50%", "limits.minutes=3", "limits.job_seconds=3", "limits.max_tests=999999",
        "output.folder=elsewhere", "output.keep_runs=3", "output.state=elsewhere", "output.models=false",
        "contract.sales={min_periods: 60, max_gap: 2, freshness: 14d, revisions: warn, required: [wins]}",
        "metrics.deals={source: sales}", "jobs.0.segments=[south, north]", "sources.sales.decimal=.", "metrics.demos.owner=me",
        "output.people=false",
    ],
)  # fmt: skip
def test_what_no_answer_rests_on_leaves_a_job_the_same(tmp_path: Path, before: Ids, setting: str) -> None:
    assert ids(tmp_path, setting) == before


@pytest.mark.parametrize(
    "setting",
    [
        "run.evidence=true", "jobs.0.rng=1", "jobs.0.max_lag=5", "jobs.0.n_draws=200", "jobs.0.fdr=0.05", "jobs.0.horizons=[1]",
        "jobs.0.leads=[demos]", "jobs.0.missing=mask", "metrics.demos.label=Demos",
        "metrics.demos.available_after=0", "metrics.new_mrr.unit=USD", "metrics.demos.column=wins",
        "sources.sales.dates_at=end",
    ],
)  # fmt: skip
def test_what_is_in_an_answer_makes_another_job(tmp_path: Path, before: Ids, setting: str) -> None:
    found = ids(tmp_path, setting)
    assert found.keys() == before.keys()
    assert not set(found.values()) & set(before.values())


def test_the_order_of_keys_rows_and_columns_and_the_day_are_no_part_of_a_job(tmp_path: Path, before: Ids) -> None:
    text = CONFIG.replace(
        "kpi: new_mrr, leads: [demos, win_rate], max_lag: 6", "max_lag: 6, leads: [demos, win_rate], kpi: new_mrr"
    )
    assert text != CONFIG
    assert ids(tmp_path, text=text) == before
    table = sales()
    assert ids(tmp_path, table=table.iloc[::-1]) == before
    assert ids(tmp_path, table=table[table.columns[::-1]]) == before
    assert ids(tmp_path, as_of="2026-12-03") == before


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.assign(clicks=1.0),
        lambda table: table.assign(wins=table["wins"].mask(table.index == 0, 99), demos=table["demos"]),
        lambda table: pd.concat([table, table[table["region"] == "north"].assign(region="west")]),
        lambda table: table[(table["region"] != "north") | (table["week"] > "2025-03-01")],
    ],
    ids=["a column that is not read", "a value of another segment", "another segment", "another segment is shorter"],
)
def test_a_job_rests_on_its_own_rows_alone(tmp_path: Path, before: Ids, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    assert ids(tmp_path, table=change(sales()))["south"] == before["south"]


def test_one_value_one_version_and_one_model_make_another_job(
    tmp_path: Path, before: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = sales()
    table.loc[5, "wins"] += 1
    assert ids(tmp_path, table=table)["north"] != before["north"]
    scored = [ids(tmp_path, "jobs.0.model=last", model=text)["north"] for text in ("one", "one", "other")]
    assert scored[0] == scored[1] != scored[2]
    monkeypatch.setattr(plan, "__version__", "99.0")
    assert ids(tmp_path)["north"] != before["north"]
