"""Runs to be kept, and a process that ends at the n-th step of keeping one: `python -m tests.batch.kept SCENARIO FOLDER`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from leadlag.batch.outcome import JobOutcome
from leadlag.batch.store import steps
from leadlag.batch.store.folder import APPROVED, RunTables, model_file, recover, runs_in, write_run
from leadlag.batch.store.frames import Row
from leadlag.batch.store.index import index_runs
from leadlag.batch.store.journal import Journal
from leadlag.batch.store.lock import locked
from leadlag.batch.store.opened import Store, open_store
from leadlag.batch.store.upkeep import pruned
from leadlag.ranking.result import COLUMNS

NIGHT, BEFORE = "2026-11-30-0a0a0a0a", ("2026-11-27-01010101", "2026-11-28-02020202", "2026-11-29-03030303")
JOBS = tuple(f"{place}" * 64 for place in range(3))
NAN, INF = float("nan"), float("inf")


def outcome(job_id: str, *, status: str = "done") -> JobOutcome:
    """What came of a job, with all that a number and a text can be."""
    if status != "done":
        return JobOutcome(job_id=job_id, kpi="mrr", segment=job_id[0], status="failed", code="LL501", message="a fault")
    numbers = {"pvalue": -0.0, "effect": INF, "gain": None, "qvalue": NAN}
    ranked = tuple(
        tuple({"lead": name, "rank": rank, **numbers}.get(column) for column in COLUMNS)
        for rank, name in enumerate(("demos", 'ü,\n"x" \u2028 \0'), start=1)
    )
    forecast = ("2026-11-23", 1, "2026-11-30", 1.5, -INF, INF, NAN, -0.0, None, ("demos", "ü"), False, "ab" * 32, "")
    nothing = (*forecast[:9], (), None, None, None)
    return JobOutcome(
        job_id=job_id, kpi="mrr", segment=job_id[0], status="done", n_periods=104, first="a", last="b", n_candidates=2,
        n_leads=1, ranked=ranked, ranking=json.dumps({"kpi": "mrr", "of": job_id}), forecasts=(forecast, nothing),
        model=f"model of {job_id}\n",
    )  # fmt: skip


def tables(run_id: str, outcomes: list[JobOutcome], *, models: bool = True) -> RunTables:
    """A run of these."""
    files = {one.job_id: model_file(one.kpi, one.segment) if models and one.model else "" for one in outcomes}

    def rows(make: Callable[[JobOutcome], list[Row]]) -> Callable[[], list[Row]]:
        return lambda: [row for one in outcomes for row in make(one)]

    return RunTables(
        rows={
            "jobs": rows(lambda one: [(
                run_id, run_id[:10], one.job_id, one.kpi, one.segment, one.status, one.code, one.message, False, one.n_periods,
                one.first, one.last, one.n_candidates, one.n_leads, files[one.job_id],
            )]),
            "results": rows(lambda one: [(run_id, one.job_id, one.kpi, one.segment, *row, NAN, None) for row in one.ranked]),
            "forecasts": rows(lambda one: [(run_id, one.job_id, one.kpi, one.segment, *row) for row in one.forecasts]),
            "rankings": rows(
                lambda one: [(run_id, one.job_id, one.kpi, one.segment, one.ranking)] if one.ranking else []
            ),
            "sources": lambda: [(run_id, "sales", "mrr", 104, "a", "b", "cd" * 32, 1, None, 0, "")],
        },
        models=lambda: [(name, one.model) for one in outcomes if (name := files[one.job_id])],
        config='{"version": 1}',
    )  # fmt: skip


def kept(folder: Path, run_id: str, outcomes: list[JobOutcome], *, partial: bool = False) -> Path:
    """Write a run."""
    (folder / ".state").mkdir(parents=True, exist_ok=True)
    return write_run(folder, folder / ".state", run_id, tables(run_id, outcomes), as_of=run_id[:10], partial=partial)


def index(folder: Path) -> Path:
    """Where the index over the runs of a folder is."""
    return folder / "leadlag.db"


def frames(store: Store) -> dict[str, pd.DataFrame]:
    """All tables of a store."""
    found = {name: getattr(store, name)() for name in ("runs", "jobs", "results", "forecasts", "sources")}
    texts = [(*row[:3], str(row[-1])) for row in store.source.rows("rankings", None, None, None)]
    return {**found, "rankings": pd.DataFrame(texts)}


def content(folder: Path) -> dict[str, bytes]:
    """All files of all runs, also what should not be there; without the index, whose bytes are SQLite's."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(("guard", "leadlag.db")))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# Scenarios: what a process does that may end at any step; called again, it finishes


def begin_first(folder: Path) -> None:
    """Runs of the nights before."""
    for run_id in BEFORE:
        kept(folder, run_id, [outcome(JOBS[0])])
    (folder / BEFORE[0] / APPROVED).write_text("{}")
    index_runs(index(folder), runs_in(folder))


def begin_again(folder: Path) -> None:
    """The same, and this night's run, in which a job has failed and which was approved."""
    begin_first(folder)
    kept(folder, NIGHT, [outcome(JOBS[0]), outcome(JOBS[1], status="failed"), outcome(JOBS[2])])
    (folder / NIGHT / APPROVED).write_text('{"by": "me"}')
    index_runs(index(folder), runs_in(folder))


def night(folder: Path) -> None:
    """What a run does on the disk: a line in the journal for each job, the folder, the index, and old runs go."""
    state = folder / ".state"
    with locked(state, None):
        recover(folder, state)
        journal = Journal(state / "journal.jsonl")
        done = [run for run in runs_in(folder) if run.run_id == NIGHT and "failed" not in run.manifest["jobs"]]
        if not done:
            for job_id in JOBS:
                if job_id not in journal.statuses():
                    journal.append(outcome(job_id))
            kept(folder, NIGHT, [journal.outcome(job_id) for job_id in JOBS])
        index_runs(index(folder), runs_in(folder), again=NIGHT)
        journal.remove()
        pruned(folder, index(folder), keep=1)


BEGIN = {"first": begin_first, "again": begin_again}


class Killer:
    """Ends the process at the n-th step that is asked for."""

    def __init__(self, last: int) -> None:
        self.left = last

    def __call__(self, step: str, path: Path) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


def forked(job: Callable[[], object]) -> int:
    """Do something in a process of its own; 0, or minus the signal that ended it."""
    number = os.fork()
    if number == 0:
        code = 1
        try:
            job()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def looked_at(folder: Path) -> None:
    """What whoever reads finds while nobody has recovered anything: whole runs and nothing else, in folder and index."""
    for run in runs_in(folder):
        assert len(list(run.outcomes())) == sum(run.manifest["jobs"].values())
    frames(open_store(f"sqlite:///{index(folder)}"))


def compared(folder: Path, whole: Path) -> None:
    """After recovery: all of it, once, and the same bytes as where nothing was stopped."""
    assert content(folder) == content(whole)
    stores = [open_store(given) for given in (folder, f"sqlite:///{index(folder)}", whole, f"sqlite:///{index(whole)}")]
    first, *others = map(frames, stores)
    for other in others:
        for name, frame in first.items():
            pd.testing.assert_frame_equal(frame, other[name], check_exact=True)
    assert not first["jobs"].duplicated(["run_id", "job_id"]).any()


def main(scenario: str, folder: Path) -> int:
    """End a process at every step in turn, finish in another; how many steps there are."""
    os.fsync = lambda _: None  # takes most of the time, and a process that is killed does not take the machine with it
    start, whole = folder / "start", folder / "whole"
    assert forked(lambda: BEGIN[scenario](start)) == 0
    shutil.copytree(start, whole)
    assert forked(lambda: night(whole)) == 0
    for last in range(10_000):
        one = folder / "one"
        shutil.rmtree(one, ignore_errors=True)
        shutil.copytree(start, one)

        def stopped(one: Path = one, last: int = last) -> None:
            steps.before = Killer(last)
            night(one)

        if forked(stopped) == 0:
            return last

        def finished(one: Path = one) -> None:
            looked_at(one)
            night(one)
            compared(one, whole)

        assert forked(finished) == 0, f"after step {last}"
    raise AssertionError("no end")


if __name__ == "__main__":
    sys.stdout.write(str(main(sys.argv[1], Path(sys.argv[2]))))
