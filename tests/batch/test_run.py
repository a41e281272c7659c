"""A night from its config to its folder: what is computed, what is not, and how it says so."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadlag.batch import open_store, pool, runner
from leadlag.batch.job import Answered, Job
from leadlag.batch.pool import run_jobs
from leadlag.core.linear.multiplicity import fdr_adjust
from tests.batch.nights import AS_OF, arguments, bytes_in, command, config_in, run_folders, started, table_in
from tests.commands import Answer, Run

#: The config of the how-to page, but for fewer draws.
CONTRACT = """\
version: 1
sources:
  sales: {path: "data/*.csv", time: week, segment: region}          # or .parquet
calendar: {cadence: week, tz: Europe/Berlin}
metrics:
  new_mrr: {source: sales, column: new_mrr, aggregate: sum, unit: EUR}
  demos: {source: sales, aggregate: sum, available_after: 1}
  win_rate: {source: sales, aggregate: {ratio: [wins, deals]}}
jobs:
  - {kpi: new_mrr, leads: [demos, win_rate], segments: all, max_lag: 12, horizons: [1, 4]}
run: {workers: 2, evidence: true, allow_failed: 0}
contract: {sales: {min_periods: 60, max_gap: 2, freshness: 14d, on_late: retry}}
limits: {minutes: 120, job_seconds: 600, max_tests: 1000000}
output: {folder: runs, store: "sqlite:///runs/leadlag.db", models: true, people: true, keep_runs: 400}
"""
TABLES = ("jobs", "results", "forecasts", "sources")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run, to be copied."""
    folder = tmp_path_factory.mktemp("night")
    table_in(folder)
    runner.run(config_in(folder), as_of=AS_OF)
    return folder


@pytest.fixture
def night(done: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(done, tmp_path / "night"))


def plan_of(run: Run, folder: Path, *words: str) -> dict[str, str]:
    """Why each segment is computed or not."""
    said = run(*arguments(folder / "n.yaml", "--dry-run", *words))
    assert said.code == 0
    told: Any = said.content["plan"]
    return {one["segment"]: one["why"] for one in told}


def jobs_of(said: Answer) -> dict[str, int]:
    counts: Any = said.content["jobs"]
    return dict(counts)


def test_the_config_of_the_contract_runs_as_it_stands_and_ranks_what_it_asks_for(tmp_path: Path, run: Run) -> None:
    table_in(tmp_path, weeks=156)
    config = tmp_path / "nightly.yaml"
    config.write_text(CONTRACT, encoding="utf-8")
    said = run(*arguments(config))
    assert (said.code, jobs_of(said)["done"]) == (0, 2), said
    store = open_store(f"sqlite:///{tmp_path}/runs/leadlag.db")
    found = store.results("last", segment="north").set_index("lead")
    assert found.loc["demos", "verdict"] == "lead"
    assert found.loc["demos", "verdict_run"] == "lead"
    assert sorted(store.forecasts("last")["horizon"].unique()) == [1, 4]
    assert store.ranking("last", "new_mrr", "south")["kpi"] == "new_mrr"
    assert [path.name for path in run_folders(tmp_path)] == [said.content["run_id"]]


def test_a_rerun_computes_nothing_and_leaves_the_same_bytes(night: Path, run: Run) -> None:
    before = bytes_in(night)
    said = run(*arguments(night / "n.yaml"))
    assert (said.code, jobs_of(said)["computed"], jobs_of(said)["reused"]) == (0, 0, 2)
    assert bytes_in(night) == before


def test_the_same_night_elsewhere_gives_the_same_bytes(done: Path, tmp_path: Path, run: Run) -> None:
    table_in(tmp_path)
    run(*arguments(config_in(tmp_path, run={"workers": 2})))
    assert bytes_in(tmp_path) == bytes_in(done)


def test_a_changed_value_in_one_segment_computes_that_segment_again(night: Path, run: Run) -> None:
    path = night / "data" / "sales.csv"
    table = pd.read_csv(path)
    table.loc[5, "demos"] += 1
    table.to_csv(path, index=False)
    assert plan_of(run, night) == {"north": "data", "south": "reuse"}
    said = run(*arguments(night / "n.yaml"))
    assert (jobs_of(said)["computed"], jobs_of(said)["reused"]) == (1, 1)
    sources: Any = said.content["sources"]
    assert sources["sales"]["n_revised"] == 1
    jobs = open_store(night / "runs").jobs(str(said.content["run_id"])).set_index("segment")
    assert jobs["reused"].to_dict() == {"north": False, "south": True}


def test_the_plan_says_why_each_job_is_computed(night: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plan_of(run, night) == {"north": "reuse", "south": "reuse"}
    assert plan_of(run, night, "--force") == {"north": "forced", "south": "forced"}
    assert plan_of(run, night, "--set", "jobs.0.max_lag=5") == {"north": "config", "south": "config"}
    table_in(night, segments=("north", "south", "west"))
    assert plan_of(run, night)["west"] == "new"
    for module in ("plan", "known"):
        monkeypatch.setattr(f"leadlag.batch.{module}.__version__", "99.0")
    assert plan_of(run, night)["north"] == "version"
    assert len(run_folders(night)) == 1


def test_a_failed_job_is_computed_again(tmp_path: Path, run: Run) -> None:
    table_in(tmp_path)
    config = config_in(tmp_path, limits={"job_seconds": 0.001})
    said = run(*arguments(config))
    assert (said.code, jobs_of(said)["failed"]) == (4, 2)
    jobs = open_store(tmp_path / "runs").jobs("last")
    assert jobs["code"].tolist() == ["LL502", "LL502"]
    config_in(tmp_path)
    assert plan_of(run, tmp_path) == {"north": "failed", "south": "failed"}
    said = run(*arguments(config))
    assert (said.code, jobs_of(said)["computed"], jobs_of(said)["done"]) == (0, 2, 2)
    assert len(run_folders(tmp_path)) == 1


def dies_in_south(job: Job) -> Answered:
    """A worker that something outside ends."""
    if job.segment == "south":
        os.kill(os.getpid(), signal.SIGKILL)
    from leadlag.batch.job import answered

    return answered(job)


def test_a_dead_worker_is_one_failed_row_and_the_other_job_is_done(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "run_jobs", functools.partial(run_jobs, run=dies_in_south))
    table_in(tmp_path)
    said = run(*arguments(config_in(tmp_path)))
    assert said.code == 4
    told: Any = said.content["problems"]
    assert [(one["segment"], one["code"]) for one in told] == [("south", "LL503")]
    assert "SIGKILL" in told[0]["message"]
    jobs = open_store(tmp_path / "runs").jobs("last").set_index("segment")
    assert jobs["status"].to_dict() == {"north": "done", "south": "failed"}
    assert run(*arguments(tmp_path / "n.yaml", "--set", "run.allow_failed=50%")).code == 0


def dies_once(temporary: str) -> None:
    """A worker that ends before its first job, the first time."""
    mark = Path(temporary) / "once"
    if not mark.exists():
        mark.touch()
        os._exit(1)


def dies_always(temporary: str) -> None:
    os._exit(1)


def test_workers_that_end_before_their_first_job_are_replaced(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_begin", dies_once)
    table_in(tmp_path)
    said = run(*arguments(config_in(tmp_path)))
    assert (said.code, jobs_of(said)["done"]) == (0, 2)


def test_workers_that_never_begin_a_job_end_the_run_with_75(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_begin", dies_always)
    table_in(tmp_path)
    said = run(*arguments(config_in(tmp_path)))
    told: Any = said.content
    assert (said.code, told["status"], told["problems"][0]["code"]) == (75, "unavailable", "LL503")
    assert "run.workers" in told["problems"][0]["message"]
    monkeypatch.undo()
    assert run(*arguments(tmp_path / "n.yaml")).code == 0


def test_only_makes_a_partial_run_that_is_no_baseline(night: Path, run: Run) -> None:
    said = run(*arguments(night / "n.yaml", "--only", "new_mrr/south"))
    assert jobs_of(said)["total"] == 1
    store = open_store(night / "runs")
    runs = store.runs().set_index("run_id")
    assert runs.loc[said.content["run_id"], "partial"]
    results = store.results(str(said.content["run_id"]))
    assert results["qvalue_run"].isna().all()
    assert results["verdict_run"].isna().all()
    assert len(store.jobs("last")) == 2
    refused = run(*arguments(night / "n.yaml", "--only", "new_mrr/sout"))
    assert refused.code == 2
    assert "new_mrr/south" in refused.err


def test_shards_and_their_collection_are_one_process_to_the_byte(done: Path, tmp_path: Path, run: Run) -> None:
    table_in(tmp_path)
    config = config_in(tmp_path)
    parts = [run(*arguments(config, "--shard", f"{part}/2")) for part in (1, 2)]
    assert [said.code for said in parts] == [0, 0]
    plans = [plan_of(run, tmp_path, "--shard", f"{part}/2") for part in (1, 2)]
    assert sorted(segment for plan in plans for segment in plan) == ["north", "south"]
    assert sum(jobs_of(said)["computed"] for said in parts) == 2
    assert run_folders(tmp_path) == []
    said = run(*arguments(config))
    assert (said.code, jobs_of(said)["computed"], jobs_of(said)["total"]) == (0, 0, 2)
    assert bytes_in(tmp_path) == bytes_in(done)
    assert not list((tmp_path / "runs" / ".state").glob("journal*"))


def test_shards_that_are_at_work_at_once_have_a_temporary_folder_each(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[Path] = []

    def notes(_: object, *, temporary: Path, **__: object) -> Iterator[Answered]:
        places.append(temporary)
        yield from ()

    monkeypatch.setattr(runner, "run_jobs", notes)
    table_in(tmp_path)
    for part in ("1/2", "2/2"):
        run(*arguments(config_in(tmp_path), "--shard", part))
    run(*arguments(config_in(tmp_path)))
    assert [place.name for place in places] == ["temporary-1-of-2", "temporary-2-of-2", "temporary"]
    assert not any(place.exists() for place in places)


def test_index_and_folder_hold_the_same(night: Path, run: Run) -> None:
    run(*arguments(night / "n.yaml", "--only", "new_mrr/north"))
    folder, index = open_store(night / "runs"), open_store(f"sqlite:///{night}/runs/leadlag.db")
    pd.testing.assert_frame_equal(folder.runs(), index.runs())
    for table in TABLES:
        for asked in (None, "last"):
            pd.testing.assert_frame_equal(getattr(folder, table)(asked), getattr(index, table)(asked))
    assert folder.ranking("last", "new_mrr", "south") == index.ranking("last", "new_mrr", "south")


def test_qvalue_run_is_that_of_all_candidates_of_the_run(done: Path) -> None:
    results = open_store(done / "runs").results("last")
    pd.testing.assert_series_equal(
        results["qvalue_run"], pd.Series(fdr_adjust(results["pvalue"].to_numpy())), check_names=False, rtol=1e-12
    )
    assert (results["qvalue_run"] > results["pvalue"]).any()
    assert set(results["verdict_run"]) <= set(results["verdict"])


def test_quiet_says_nothing_when_all_is_well_and_summary_has_the_line(night: Path, run: Run, tmp_path: Path) -> None:
    said = run(*arguments(night / "n.yaml", "-q", "--summary", str(tmp_path / "summary.json")))
    assert (said.code, said.out, said.err) == (0, "", "")
    told = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert told == json.loads(run(*arguments(night / "n.yaml")).out)
    assert list(told) == [
        "schema", "run_id", "as_of", "status", "exit", "folder", "jobs", "n_leads", "problems", "sources",
    ]  # fmt: skip


def test_a_summary_is_never_that_of_the_last_night(night: Path, run: Run, tmp_path: Path) -> None:
    before, file = bytes_in(night), tmp_path / "summary.json"
    nowhere = run(*arguments(night / "n.yaml", "--force", "--summary", str(tmp_path / "no" / "summary.json")))
    assert (nowhere.code, bytes_in(night)) == (2, before)
    file.write_text('{"status": "done"}', encoding="utf-8")
    assert run(*arguments(night / "n.yaml", "--set", "run.wokers=2", "--summary", str(file))).code == 2
    assert file.read_text(encoding="utf-8") == ""


def test_logs_are_json_with_the_keys_of_the_contract(tmp_path: Path, run: Run) -> None:
    table_in(tmp_path, segments=("north",))
    said = run(*arguments(config_in(tmp_path), "--json-logs"))
    lines = [json.loads(line) for line in said.err.splitlines()]
    keys = {"ts", "level", "event", "run_id", "job_id", "kpi", "segment", "duration_s", "rows", "code"}
    assert lines
    assert all(keys <= set(line) for line in lines)
    assert {"source", "run", "job", "progress", "written", "done"} <= {line["event"] for line in lines}
    (job,) = (line for line in lines if line["event"] == "job")
    assert (job["kpi"], job["segment"], job["rows"], job["duration_s"] > 0) == ("new_mrr", "north", 80, True)


def test_the_log_says_why_a_source_is_of_no_use_and_how_the_run_ended(tmp_path: Path, run: Run) -> None:
    table_in(tmp_path)
    said = run(*arguments(config_in(tmp_path, contract={"sales": {"required": ["nope"]}})))
    assert "error: LL324: source 'sales': it has no column 'nope'" in said.err
    assert said.err.splitlines()[-1].endswith("info: contract, exit 3: 1 job, 1 contract")
    again = run(*arguments(tmp_path / "n.yaml", "--only", "new_mrr/south"))  # its segments are not known today
    assert (again.code, jobs_of(again)["contract"]) == (3, 1)


def test_a_name_that_would_steer_a_terminal_is_written_out_in_the_log(tmp_path: Path, run: Run) -> None:
    table_in(tmp_path, segments=("north",))
    name = "a\u202eb"
    config = config_in(tmp_path, metrics={name: {"source": "sales", "column": "new_mrr"}}, jobs=[{"kpi": name, "model": "last"}])
    said = run(*arguments(config))
    assert name not in said.err
    assert "a\\u202eb in north: failed, LL508" in said.err


def test_exit_2_prints_the_error_as_an_object(tmp_path: Path) -> None:
    table_in(tmp_path)
    config = config_in(tmp_path, run={"wokers": 2})
    said = command(*arguments(config))
    assert said.returncode == 2
    told = json.loads(said.stdout)
    assert (told["schema"], told["exit"], told["code"]) == ("leadlag-error-1", 2, "LL508")
    assert "workers" in said.stderr


@pytest.mark.parametrize(("on_late", "code", "status"), [("skip", 99, "late"), ("retry", 75, "late"), ("run", 0, "done")])
def test_exits_of_a_late_source(tmp_path: Path, on_late: str, code: int, status: str) -> None:
    table_in(tmp_path, segments=("north",))
    config = config_in(tmp_path, contract={"sales": {"freshness": "5d", "on_late": on_late}})
    said = command(*arguments(config, as_of="2026-12-06"))
    told = json.loads(said.stdout)
    assert (said.returncode, told["status"]) == (code, status)
    assert [one["code"] for one in told["problems"]] == ["LL505"]
    assert bool(run_folders(tmp_path)) == bool(told["folder"]) == (on_late == "run")  # a run without jobs is none


def test_exit_3_of_a_source_that_breaks_its_contract(tmp_path: Path) -> None:
    table_in(tmp_path)
    said = command(*arguments(config_in(tmp_path, contract={"sales": {"required": ["nope"]}})))
    told = json.loads(said.stdout)
    assert (said.returncode, told["status"]) == (3, "contract")
    assert told["problems"][0]["code"] == "LL324"


def test_exit_4_of_failed_jobs(tmp_path: Path) -> None:
    table_in(tmp_path, segments=("north",))
    said = command(*arguments(config_in(tmp_path, limits={"job_seconds": 0.001})))
    assert (said.returncode, json.loads(said.stdout)["status"]) == (4, "failed_jobs")


def test_exit_75_where_another_run_holds_the_lock(night: Path, run: Run) -> None:
    from leadlag.batch.store.lock import locked

    before = bytes_in(night)
    with locked(night / "runs" / ".state", None):
        said = command(*arguments(night / "n.yaml", "--force"))
        assert command(*arguments(night / "n.yaml", "--shard", "1/2")).returncode == 75
    assert (said.returncode, json.loads(said.stdout)["status"]) == (75, "locked")
    assert "LL506" in said.stdout
    assert bytes_in(night) == before
    assert run(*arguments(night / "n.yaml")).code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_exit_130_and_143_of_a_run_that_is_stopped(tmp_path: Path, number: signal.Signals, code: int) -> None:
    table_in(tmp_path, segments=[f"region {place}" for place in range(12)])
    config = config_in(tmp_path)
    with started(*arguments(config, "--json-logs")) as process:
        journal = tmp_path / "runs" / ".state" / "journal.jsonl"
        end = time.monotonic() + 60
        while not journal.exists() and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    told = json.loads(out)
    assert told["status"] == "interrupted"
    assert told["folder"] is None
    kept = told["jobs"]["computed"]
    assert 1 <= kept < 12
    assert run_folders(tmp_path) == []
    assert len(journal.read_text(encoding="utf-8").splitlines()) == kept
