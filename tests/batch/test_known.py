"""What is known from before is used once and lost never: answers, models, and the journal of a run that was stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from leadlag.batch import check, open_store, read_config, run
from leadlag.batch import known as known_room
from leadlag.batch.known import Known
from leadlag.batch.outcome import JobOutcome
from leadlag.batch.plan import Task
from leadlag.batch.store.journal import Journal
from leadlag.errors import UsageError
from tests.batch.conftest import CONFIG, night, sales

DAY, NEXT = "2026-11-30", "2026-12-01"
FITS = CONFIG.replace("max_lag: 6", "max_lag: 6, horizons: [1, 4]")
ASKS = ("run.allow_failed=9", "limits.job_seconds=0.01")


def statuses(path: Path) -> list[str]:
    """What came of the jobs of the newest run."""
    found: list[str] = open_store(path.parent / "runs").jobs("last")["status"].tolist()
    return found


def test_one_config_fits_and_then_scores_the_kept_models(tmp_path: Path) -> None:
    path = night(tmp_path, config=FITS)
    fitted = run(path, as_of=DAY)
    scored = run(path, as_of=NEXT, settings=["jobs.0.model=last"])
    assert (fitted.jobs.done, scored.jobs.done, scored.n_leads) == (2, 2, 0)
    store = open_store(tmp_path / "runs")
    columns = ["segment", "origin", "horizon", "period", "point", "low_95", "high_95", "leads", "model_sha256"]
    pd.testing.assert_frame_equal(store.forecasts(fitted.run_id)[columns], store.forecasts(scored.run_id)[columns])
    model = next((tmp_path / "runs" / fitted.run_id / "models").iterdir())
    one = run(path, as_of=NEXT, only=["new_mrr/north"], settings=[f"jobs.0.model={model}", "jobs.0.horizons=[4]"])
    assert one.jobs.total == 1
    assert store.forecasts(fitted.run_id)["horizon"].tolist() == [1, 4, 1, 4]


def test_the_last_model_is_found_behind_any_number_of_runs_that_fitted_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_room, "_RUNS", 1)
    path = night(tmp_path, config=FITS)
    run(path, as_of=DAY, only=["new_mrr/north"])
    for day in (NEXT, "2026-12-02"):
        assert run(path, as_of=day, only=["new_mrr/north"], settings=["jobs.0.model=last"]).jobs.done == 1


def test_of_runs_only_the_jobs_that_are_asked_for_stay_in_memory(tmp_path: Path) -> None:
    path = night(tmp_path)
    run(path, as_of=DAY, settings=ASKS)
    run(path, as_of=DAY)
    jobs = open_store(tmp_path / "runs").jobs("last").set_index("segment")["job_id"]
    known = Known.of(read_config(path), None)
    task = Task(job_id=jobs["north"], kpi="new_mrr", segment="north", place=0)
    assert [one.why for one in known.plan([task], run_id="", force=False)] == ["reuse"]
    assert [known.has_outcome(jobs[segment]) for segment in ("north", "south")] == [True, False]


def test_a_model_file_is_read_once_for_all_jobs_that_score_it(tmp_path: Path) -> None:
    config = read_config(night(tmp_path, config=CONFIG.replace("max_lag: 6", "model: kept.json")))
    known, file = Known.of(config, None), tmp_path / "kept.json"
    for content, said in ((None, "No such file"), (" ", "it is empty"), (b"\xff", "it is no text")):
        if content is not None:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(UsageError, match=f"model='kept.json' cannot be read: {said}") as caught:
            known.model(config.jobs[0], "north")
        assert str(tmp_path) not in str(caught.value)
    file.write_text("{}", encoding="utf-8")
    text = known.model(config.jobs[0], "north")
    file.unlink()
    assert known.model(config.jobs[0], "south") is text


def test_a_job_that_scores_a_model_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    found = run(night(tmp_path, config=CONFIG.replace("max_lag: 6", "model: last")), as_of=DAY)
    assert (found.exit, found.jobs.failed) == (4, 2)
    assert "run a job without 'model' first" in found.problems[0].message


def test_failed_jobs_that_were_done_again_before_a_stop_are_in_the_run_that_is_written(tmp_path: Path) -> None:
    path = night(tmp_path)
    first = run(path, as_of=DAY, settings=ASKS)
    assert statuses(path) == ["failed", "failed"]
    whole = run(night(tmp_path / "other"), as_of=DAY)
    assert whole.run_id == first.run_id
    journal = Journal(tmp_path / "runs" / ".state" / "journal.jsonl")  # as a run leaves it that was stopped after its jobs
    for outcome in open_store(tmp_path / "other" / "runs").source.runs[whole.run_id].outcomes():  # type: ignore[union-attr]
        journal.append(outcome)
    again = run(path, as_of=DAY, settings=ASKS)
    assert (again.jobs.computed, again.jobs.done) == (0, 2)
    assert statuses(path) == ["done", "done"]
    for name in ("jobs", "results", "rankings"):
        mine, other = (folder / "runs" / first.run_id / f"{name}.parquet" for folder in (tmp_path, tmp_path / "other"))
        assert mine.read_bytes() == other.read_bytes()


def test_a_run_of_an_earlier_day_has_what_a_later_one_found_of_its_failed_jobs(tmp_path: Path) -> None:
    path = night(tmp_path)
    first = run(path, as_of=DAY, settings=ASKS)
    later = run(path, as_of=NEXT)
    assert (first.jobs.failed, later.jobs.computed) == (2, 2)
    again = run(path, as_of=DAY)
    assert (again.run_id, again.jobs.done, again.jobs.reused) == (first.run_id, 2, 2)
    jobs = open_store(tmp_path / "runs").jobs(first.run_id)
    assert jobs["status"].tolist() == ["done", "done"]
    assert jobs["reused"].tolist() == [True, True]
    assert open_store(tmp_path / "runs").jobs(later.run_id)["reused"].tolist() == [False, False]


def test_a_partial_run_leaves_the_journal_of_a_whole_one_that_was_stopped(tmp_path: Path) -> None:
    config = read_config(night(tmp_path))
    config.state.mkdir(parents=True)
    left = JobOutcome(job_id="f" * 64, kpi="other", segment="", status="done")
    Journal(config.state / "journal.jsonl").append(left)
    partial = run(tmp_path / "night.yaml", as_of=DAY, only=["new_mrr/north"])
    assert partial.jobs.total == 1
    assert Known.of(config, None).has_outcome(left.job_id)
    assert open_store(tmp_path / "runs").runs()["partial"].tolist() == [True]
    assert open_store(tmp_path / "runs").results()["qvalue_run"].isna().all()


def test_the_next_day_computes_only_what_has_new_rows(tmp_path: Path) -> None:
    table = sales()
    run(night(tmp_path, table=table), as_of=DAY)
    table.loc[table["region"] == "south", "demos"] += 1.0
    path = night(tmp_path, table=table)
    plan = {one.segment: one.why for one in Known.of(read_config(path), None).plan([], run_id="", force=False)}
    assert plan == {}
    found = run(path, as_of=NEXT)
    assert (found.jobs.computed, found.jobs.reused) == (1, 1)
    assert found.sources["sales"].n_revised == len(sales()) // 2
    jobs = open_store(tmp_path / "runs").jobs("last").set_index("segment")
    assert jobs["reused"].to_dict() == {"north": True, "south": False}
    assert found.run_id.startswith(NEXT)


def test_a_total_has_the_other_metrics_that_add_up_as_candidates(tmp_path: Path) -> None:
    text = CONFIG.replace("leads: [demos, win_rate], max_lag: 6", "total: true, segments: none, max_lag: 6").replace(
        "demos: {source: sales, aggregate: sum", "demos: {source: sales, aggregate: mean"
    )
    found = run(night(tmp_path, config=text), as_of=DAY)
    assert (found.jobs.total, found.jobs.done) == (1, 1)
    results = open_store(tmp_path / "runs").results("last")
    assert (results["segment"].tolist(), results["lead"].tolist()) == (["(total)"], ["win_rate"])


def test_a_journal_keeps_what_is_whole(tmp_path: Path) -> None:
    one = JobOutcome(job_id="a" * 64, kpi="k", segment="ü/'", status="done", forecasts=(("2026", 1, None, ("x", "y"), True),))
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(one)
    journal.append(replace(one, job_id="b" * 64, status="failed"))
    text = (tmp_path / "journal.jsonl").read_bytes()
    for cut in (2, 30, 100):
        (tmp_path / "cut.jsonl").write_bytes(text[:-cut])
        again = Journal(tmp_path / "cut.jsonl")
        assert set(again.statuses()) == {"a" * 64}
        again.append(replace(one, job_id="c" * 64))
        assert set(Journal(tmp_path / "cut.jsonl").statuses()) == {"a" * 64, "c" * 64}
    assert journal.outcome("a" * 64) == one


def test_a_look_at_a_config_touches_nothing(tmp_path: Path) -> None:
    path = night(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    found = check(path, as_of=DAY)
    assert (found.n_jobs, found.is_broken, found.sources["sales"].last) == (2, False, "2026-11-23")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("settings", "code"), [(["jobs.0.segments=[east]"], "LL402"), (["contract.sales.min_periods=200"], "LL204")]
)
def test_a_look_at_a_config_tells_jobs_that_cannot_be_done(tmp_path: Path, settings: list[str], code: str) -> None:
    found = check(night(tmp_path), as_of=DAY, settings=settings)
    assert found.is_broken
    assert {problem.code for problem in found.problems} == {code}


def test_a_revision_of_which_a_source_only_warns_does_not_break_a_config(tmp_path: Path) -> None:
    table = sales()
    run(night(tmp_path, table=table), as_of=DAY, settings=ASKS)
    table.loc[5, "demos"] += 1.0
    path = night(tmp_path, table=table)
    for revisions in ("warn", "error"):
        found = check(path, as_of=DAY, settings=[f"contract.sales.revisions={revisions}"])
        assert (found.is_broken, [one.code for one in found.problems if one.source]) == (revisions == "error", ["LL324"])
