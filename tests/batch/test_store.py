"""What is kept of runs: whole or not at all, once, and the same from folders and index."""

from __future__ import annotations

import json
import math
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.batch import open_store, prune, reindex
from leadlag.batch.outcome import JobOutcome
from leadlag.batch.store import index as index_room
from leadlag.batch.store.folder import APPROVED, MANIFEST, model_file, recover, runs_in
from leadlag.batch.store.index import index_runs
from leadlag.batch.store.journal import Journal
from leadlag.batch.store.lock import locked
from leadlag.batch.store.upkeep import pruned
from leadlag.batch.tables import TABLES
from leadlag.cli.main import main
from leadlag.errors import DatabaseError, LockHeldError, StorageError, UsageError
from tests.batch.kept import BEFORE, JOBS, NIGHT, begin_again, content, frames, index, kept, night, outcome
from tests.conftest import ROOT

resource = pytest.importorskip("resource", reason="the kill tests need forks and limits of a process")

HOSTILE = [
    "..",
    "/",
    "\\",
    "\0",
    "\n",
    ":",
    "*",
    "con",
    "AUX",
    "nul.",
    "~",
    "-",
    ".",
    " ",
    "ß",
    "SS",
    "\u202e",
    "\ud800",
    "😀",
    "a",
    "A",
]


def python(*words: str | Path) -> str:
    """What a process of its own says."""
    done = subprocess.run([sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Four runs, the first and the last approved, and the index over them."""
    folder = tmp_path / "runs"
    begin_again(folder)
    return folder


def url(folder: Path) -> str:
    return f"sqlite:///{index(folder)}"


# Nothing is ever half there


@pytest.mark.parametrize("scenario", ["first", "again"])
def test_a_run_that_is_killed_at_any_step_is_finished_by_the_next(scenario: str, tmp_path: Path) -> None:
    assert int(python("-m", "tests.batch.kept", scenario, tmp_path)) > 50


def test_a_run_that_is_written_again_keeps_what_approved_it(runs: Path) -> None:
    before = (runs / NIGHT / "jobs.parquet").read_bytes()
    night(runs)
    assert (runs / NIGHT / APPROVED).read_text() == '{"by": "me"}'
    assert (runs / NIGHT / "jobs.parquet").read_bytes() != before
    assert [run.run_id for run in runs_in(runs)] == [BEFORE[0], BEFORE[2], NIGHT]  # keep=1 beside approved ones


def test_the_same_run_is_the_same_bytes(tmp_path: Path) -> None:
    folders = [kept(tmp_path / name, NIGHT, [outcome(job) for job in JOBS]) for name in "ab"]
    first, second = map(content, folders)
    assert first == second
    assert not re.search(re.escape(str(tmp_path)) + r"|pandas", "".join(map(repr, first.values())))


def test_a_half_removed_run_is_not_put_back(runs: Path) -> None:
    old = runs / ".state" / "old" / "2026-11-26-0b0b0b0b"
    shutil.copytree(runs / NIGHT, old)
    (old / MANIFEST).unlink()
    recover(runs, runs / ".state")
    assert not old.exists()
    assert "2026-11-26-0b0b0b0b" not in {path.name for path in runs.iterdir()}


def test_a_state_folder_on_another_disk_does_not_keep_a_run_from_its_place(tmp_path: Path) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system to write to")
    from leadlag.batch.store.folder import write_run
    from tests.batch.kept import tables

    state = shared / f"leadlag-{os.getpid()}"
    state.mkdir()
    try:
        for _ in range(2):
            write_run(tmp_path, state, NIGHT, tables(NIGHT, [outcome(JOBS[0])]), as_of=NIGHT[:10], partial=False)
        assert len(runs_in(tmp_path)) == 1
    finally:
        shutil.rmtree(state)


@contextmanager
def no_space_beyond(size: int) -> Iterator[None]:
    """Files of this process cannot grow beyond so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_an_error_that_says_so_and_loses_nothing(runs: Path) -> None:
    before, indexed = content(runs), frames(open_store(url(runs)))
    journal = Journal(runs / ".state" / "journal.jsonl")
    journal.append(outcome(JOBS[0]))
    size = (runs / ".state" / "journal.jsonl").stat().st_size
    with no_space_beyond(size + 100), pytest.raises(StorageError, match=r"cannot be written.*next run goes on"):
        journal.append(outcome(JOBS[1]))
    with no_space_beyond(2000), pytest.raises(StorageError, match=r"cannot be written.*not lost"):
        kept(runs, NIGHT, [outcome(job) for job in JOBS])
    recover(runs, runs / ".state")
    with no_space_beyond(2000), pytest.raises(DatabaseError, match="LL507"):
        index_runs(index(runs), runs_in(runs), again=NIGHT)
    journal = Journal(runs / ".state" / "journal.jsonl")
    assert set(journal.statuses()) == {JOBS[0]}
    journal.append(outcome(JOBS[1]))
    assert [Journal(runs / ".state" / "journal.jsonl").outcome(job).job_id for job in JOBS[:2]] == list(JOBS[:2])
    journal.remove()
    assert content(runs) == before
    for name, frame in frames(open_store(url(runs))).items():
        pd.testing.assert_frame_equal(frame, indexed[name])


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    here = tmp_path / "file" / "runs"
    with pytest.raises(UsageError, match=r"file/runs.*cannot be written"), locked(here / ".state", None):
        pass
    with pytest.raises(UsageError, match=r"file.*cannot be written"):
        index_runs(here / "leadlag.db", [])
    with pytest.raises(UsageError, match=r"file.*cannot be written"):
        Journal(here / "journal.jsonl").append(outcome(JOBS[0]))


# Journal


def same(one: JobOutcome, other: JobOutcome) -> bool:
    """Whether outcomes are equal, NaN and minus zero too."""
    return repr(one) == repr(other)


def test_a_journal_gives_back_what_was_appended_the_last_of_each_job(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(outcome(JOBS[0], status="failed"))
    for job in JOBS:
        journal.append(outcome(job))
    for read in (journal, Journal(tmp_path / "journal.jsonl")):
        assert read.statuses() == dict.fromkeys(JOBS, "done")
        assert all(same(read.outcome(job), outcome(job)) for job in JOBS)


def test_a_journal_that_was_cut_anywhere_has_all_lines_before_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    ends = []
    for job in JOBS[:2]:
        journal.append(outcome(job))
        ends.append(path.stat().st_size)
    whole = path.read_bytes()
    for cut in [*range(0, len(whole), 61), *(end + by for end in ends for by in (-2, -1))]:
        path.write_bytes(whole[:cut])
        torn = Journal(path)
        assert set(torn.statuses()) == {job for job, end in zip(JOBS, ends, strict=False) if cut >= end - 1}
        torn.append(outcome(JOBS[2]))
        assert same(torn.outcome(JOBS[2]), outcome(JOBS[2]))
        again = Journal(path)
        assert again.statuses() == torn.statuses()
        assert same(again.outcome(JOBS[2]), outcome(JOBS[2]))


def test_a_damaged_line_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    path, rng = tmp_path / "journal.jsonl", random.Random(4)
    journal = Journal(path)
    for job in JOBS:
        journal.append(outcome(job))
    whole = path.read_bytes()
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= rng.randrange(1, 256)
        path.write_bytes(damaged)
        read = Journal(path)
        assert len(read.statuses()) in (1, 2)  # two where a line break went
        assert all(same(read.outcome(job), outcome(job)) for job in read.statuses())


# Lock


def test_a_lock_says_who_holds_it_and_is_given_back(tmp_path: Path) -> None:
    with locked(tmp_path, None), pytest.raises(LockHeldError, match=rf"LL506|process {os.getpid()} on "), locked(tmp_path, None):
        pass
    with locked(tmp_path, (1, 2)), locked(tmp_path, (2, 2)):
        with pytest.raises(LockHeldError, match="lock-1-of-2"), locked(tmp_path, None):
            pass
        with pytest.raises(LockHeldError, match="lock-1-of-2"), locked(tmp_path, (1, 2)):
            pass
    with locked(tmp_path, None), pytest.raises(LockHeldError), locked(tmp_path, (1, 2)):
        pass


def test_a_lock_of_another_machine_is_never_taken_over(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps({"host": "elsewhere", "pid": 1, "begun": "1"}))
    with pytest.raises(LockHeldError, match="process 1 on elsewhere"), locked(tmp_path, None):
        pass


def test_of_two_that_take_over_a_dead_lock_one_wins(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from leadlag.batch.store.lock import locked
from leadlag.errors import LockHeldError
from tests.batch.kept import forked
state = Path(sys.argv[1])
def dies():
    with locked(state, None):
        os.kill(os.getpid(), signal.SIGKILL)
def tries(ready, told, go):
    os.read(ready, 1)
    try:
        with locked(state, None):
            os.write(told, b"won ")
            os.read(go, 1)
    except LockHeldError:
        os.write(told, b"lost")
for _ in range(60):
    assert forked(dies) == -9 and (state / "lock").exists()
    ready, told, go = os.pipe(), os.pipe(), os.pipe()
    children = []
    for _ in range(2):
        children.append(os.fork())
        if children[-1] == 0:
            tries(ready[0], told[1], go[0])
            os._exit(0)
    os.write(ready[1], b"ab")
    assert sorted(os.read(told[0], 4) for _ in range(2)) == [b"lost", b"won "]
    os.write(go[1], b"a")
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    for pipe in (*ready, *told, *go):
        os.close(pipe)
"""
    python("-c", code, tmp_path)


def test_a_lock_holds_where_process_numbers_say_nothing_as_between_containers_of_one_name(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from leadlag.batch.store.lock import locked
with locked(Path(sys.argv[1]), None):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told = json.loads((tmp_path / "lock").read_text())
        (tmp_path / "lock").write_text(json.dumps({**told, "pid": 2**22 + 1}))  # beyond the largest number of a process
        with pytest.raises(LockHeldError), locked(tmp_path, None):
            pass
        holder.communicate()
    with locked(tmp_path, None):
        pass


# Names of model files


def test_names_of_models_stay_in_their_folder_and_are_each_of_its_own() -> None:
    rng = random.Random(2)
    names = ["".join(rng.choices(HOSTILE, k=rng.choice((1, 2, 5, 60)))) for _ in range(600)]
    pairs = {*zip(names[::2], names[1::2], strict=True), ("con", ""), ("a.b", ""), ("a", "b"), ("x" * 500, "y" * 500)}
    pairs |= {(kpi.swapcase(), segment) for kpi, segment in pairs}
    made = {pair: model_file(*pair) for pair in pairs}
    assert made == {pair: model_file(*pair) for pair in pairs}
    assert len({name.casefold() for name in made.values()}) == len(pairs)
    for name in made.values():
        assert re.fullmatch(r"models/[A-Za-z0-9_][A-Za-z0-9_.-]*\.[0-9a-f]{8}\.json", name)
        assert len(name) <= 120
        assert name.removeprefix("models/").partition(".")[0].lower() not in {"con", "aux", "nul", "prn", "com1", "lpt1"}


def test_a_model_under_another_name_is_refused(tmp_path: Path) -> None:
    from leadlag.batch.store.folder import RunTables, write_run

    tables = RunTables(
        rows=dict.fromkeys(TABLES, list), models=lambda: [("models/../../x.json", "{}")], config="{}"
    )  # fmt: skip
    with pytest.raises(UsageError, match="model file"):
        write_run(tmp_path / "runs", tmp_path, NIGHT, tables, as_of=NIGHT[:10], partial=False)
    assert not [*tmp_path.rglob("x.json")]


# Read again


def test_folder_and_index_are_equal_and_hold_no_nan_and_no_minus_zero(runs: Path) -> None:
    from_folder, from_index = frames(open_store(runs)), frames(open_store(url(runs)))
    for name, frame in from_folder.items():
        assert len(frame)
        pd.testing.assert_frame_equal(frame, from_index[name], check_exact=True)
    found = from_folder["results"]
    assert not np.signbit(found["pvalue"]).any()
    assert np.isposinf(found["effect"]).all()
    assert found[["gain", "qvalue", "qvalue_run"]].isna().all(axis=None)
    assert found["lead"].tolist()[1] == 'ü,\n"x" \u2028 \0'
    assert from_folder["forecasts"]["leads"].tolist()[:2] == [("demos", "ü"), ()]
    with sqlite3.connect(index(runs)) as database:
        assert database.execute("SELECT count(*) FROM results WHERE typeof(qvalue) <> 'null' OR gain IS NOT NULL").fetchone() == (
            0,
        )
    database.close()


def test_a_store_is_asked_by_run_kpi_and_segment(runs: Path) -> None:
    kept(runs, "2026-12-01-0c0c0c0c", [outcome(JOBS[1])], partial=True)
    reindex(runs, url(runs))
    for store in (open_store(runs), open_store(url(runs))):
        assert store.runs()["run_id"].tolist() == [*BEFORE, NIGHT, "2026-12-01-0c0c0c0c"]
        assert store.jobs("last")["run_id"].tolist() == [NIGHT] * 3  # the last whole one
        assert store.results("last", kpi="mrr", segment="2")["job_id"].unique().tolist() == [JOBS[2]]
        assert store.forecasts(NIGHT, segment="9").empty
        assert store.ranking("last", "mrr", "2") == {"kpi": "mrr", "of": JOBS[2]}
        with pytest.raises(UsageError, match="no ranking of 'mrr' in '1'"):
            store.ranking("last", "mrr", "1")  # it failed
        with pytest.raises(UsageError, match="2026-11-30"):
            store.jobs("2026-11-30-0a0a0a0b")


def test_a_lost_index_loses_nothing(runs: Path) -> None:
    before = frames(open_store(url(runs)))
    index(runs).unlink()
    assert main(["store", "reindex", str(runs), "--store", url(runs)]) == 0
    with sqlite3.connect(index(runs)) as database:
        database.execute("DELETE FROM jobs WHERE run_id = ?", (NIGHT,))
        database.execute("INSERT INTO runs VALUES ('2020-01-01-00000000', '2020-01-01', 9, '', 0)")
    database.close()
    assert reindex(runs, url(runs)) == 4
    for name, frame in frames(open_store(url(runs))).items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_a_file_that_was_changed_is_not_read(runs: Path) -> None:
    before = frames(open_store(url(runs)))
    path = runs / NIGHT / "results.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    for ask in (lambda: open_store(runs).results(), lambda: reindex(runs, url(runs))):
        with pytest.raises(UsageError, match=rf"results\.parquet.*{NIGHT}.*not as it was written"):
            ask()
    for name, frame in frames(open_store(url(runs))).items():
        pd.testing.assert_frame_equal(frame, before[name])
    (runs / NIGHT / MANIFEST).write_bytes(b"{")
    with pytest.raises(UsageError, match="damaged"):
        runs_in(runs)


def test_a_schema_that_is_not_known_is_refused(runs: Path) -> None:
    with sqlite3.connect(index(runs)) as database:
        database.execute("UPDATE leadlag SET version = 2")
    database.close()
    before = index(runs).read_bytes()
    calls: list[Callable[[], object]] = [
        lambda: open_store(url(runs)).runs(), lambda: reindex(runs, url(runs)), lambda: index_runs(index(runs), runs_in(runs)),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(UsageError, match="form 2"):
            call()
    assert index(runs).read_bytes() == before
    told = json.loads((runs / NIGHT / MANIFEST).read_text())
    (runs / NIGHT / MANIFEST).write_text(json.dumps({**told, "schema": "leadlag-run-manifest-2"}))
    with pytest.raises(UsageError, match="leadlag-run-manifest-2"):
        open_store(runs)


def test_the_database_of_something_else_is_never_touched(runs: Path, tmp_path: Path) -> None:
    path = tmp_path / "customers.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE customers (name TEXT)")
    database.close()
    text = tmp_path / "notes.db"
    text.write_text("no database" * 100)
    before = path.read_bytes(), text.read_bytes()
    for given, error in ((path, UsageError), (text, UsageError)):
        with pytest.raises(error):
            reindex(runs, f"sqlite:///{given}")
        with pytest.raises(error):
            open_store(f"sqlite:///{given}").runs()
    assert (path.read_bytes(), text.read_bytes()) == before


@pytest.mark.parametrize("given", ["postgresql://me:secret@host/db", "sqlite:///", "sqlite:///:memory:", "sqlite://x.db"])
def test_another_url_is_refused_without_its_password(runs: Path, given: str) -> None:
    with pytest.raises(UsageError, match="sqlite:///PATH") as found:
        reindex(runs, given)
    assert "secret" not in str(found.value)


def test_an_index_that_is_locked_is_waited_for_and_then_an_error(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = sqlite3.connect(index(runs), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(index_room, "_PATIENCE", 0.2)
    with pytest.raises(DatabaseError, match=r"locked.*LL507") as found:
        reindex(runs, url(runs))
    assert found.value.code == "LL507"
    assert main(["store", "reindex", str(runs), "--store", url(runs)]) == 75
    monkeypatch.setattr(index_room, "_PATIENCE", 60.0)
    timer = threading.Timer(0.5, holder.rollback)
    timer.start()
    assert reindex(runs, url(runs)) == 4
    timer.join()
    holder.close()


def test_two_processes_write_the_index_two_hundred_times_each(runs: Path) -> None:
    code = """
import sys
from pathlib import Path
from leadlag.batch.store.folder import runs_in
from leadlag.batch.store.index import index_runs
folder = Path(sys.argv[1])
run = runs_in(folder)[int(sys.argv[2])]
for _ in range(200):
    index_runs(folder / "leadlag.db", [run], again=run.run_id)
"""
    before = frames(open_store(url(runs)))
    both = [subprocess.Popen([sys.executable, "-c", code, runs, str(place)], cwd=ROOT) for place in (0, 3)]
    assert [one.wait(timeout=300) for one in both] == [0, 0]
    for name, frame in frames(open_store(url(runs))).items():
        pd.testing.assert_frame_equal(frame, before[name])


# Old runs


def test_old_runs_go_but_for_approved_ones(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["store", "prune", str(runs), "--keep", "1", "--store", url(runs)]
    with locked(runs / ".state", None):
        assert main(words) == 75
    assert len(runs_in(runs)) == 4
    assert main(words) == 0
    assert capsys.readouterr().out == f"{BEFORE[1]}\n1 run taken away\n"
    assert sorted(path.name for path in runs.glob("*") if path.is_dir() and path.name != ".state") == [
        BEFORE[0],
        BEFORE[2],
        NIGHT,
    ]
    for name, frame in frames(open_store(runs)).items():
        pd.testing.assert_frame_equal(frame, frames(open_store(url(runs)))[name])
    assert prune(runs, url(runs), keep=1) == ()
    with pytest.raises(UsageError, match="keep"):
        prune(runs, keep=0)


def test_the_run_that_was_just_written_and_the_newest_whole_one_stay(runs: Path) -> None:
    """A run of an earlier day is the oldest, and runs of some jobs alone may be many."""
    (runs / NIGHT / APPROVED).unlink()
    assert pruned(runs, None, keep=1, just=BEFORE[1]) == (BEFORE[2],)
    manifest = runs / NIGHT / MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"partial": True}))
    assert pruned(runs, None, keep=1) == ()
    assert {run.run_id for run in runs_in(runs)} == {BEFORE[0], BEFORE[1], NIGHT}


def test_an_index_that_is_away_keeps_old_runs(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_room, "_PATIENCE", 0.05)
    holder = sqlite3.connect(index(runs), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseError):
        prune(runs, url(runs), keep=1)
    holder.close()
    assert len(runs_in(runs)) == 4


# Size


def test_a_night_of_a_thousand_jobs_is_small(tmp_path: Path) -> None:
    """A quarter of it: real rankings, whose numbers are all changed from job to job."""
    data, rng = ll.load_sample("us_housing").tail(156), np.random.default_rng(1)
    noise = {f"x{place}": rng.standard_normal(156).cumsum() for place in range(4)}
    ranking = ll.rank_leads(data.assign(**noise).drop(columns="term_spread"), kpi="housing_starts", max_lag=12, n_draws=199)
    text, row = ranking.to_json(), [tuple(row) for row in ranking.to_frame().itertuples(index=False)]
    assert len(row) == 8
    number = re.compile(r"-?\d+\.\d{4,}(?:e-?\d+)?")
    jobs = []
    for place in range(250):
        changes: dict[str, str] = {}

        def changed(found: re.Match[str], changes: dict[str, str] = changes) -> str:
            return changes.setdefault(found[0], repr(float(found[0]) * math.exp(0.1 * rng.standard_normal())))

        ranked = tuple(
            tuple(value * (1 + 0.1 * rng.random()) if isinstance(value, float) else value for value in one) for one in row
        )
        jobs.append(
            JobOutcome(
                job_id=rng.bytes(32).hex(), kpi=f"kpi{place // 10}", segment=f"area {place % 10}", status="done", n_periods=156,
                n_candidates=8, ranked=ranked, ranking=number.sub(changed, text),
            )
        )  # fmt: skip
    path = kept(tmp_path, NIGHT, jobs)
    files = [one for one in path.rglob("*") if one.is_file()]
    assert len(files) <= 10
    assert sum(one.stat().st_size for one in files) <= 15e6 / 4


def test_forks_are_seen_to_fail() -> None:
    """What the kill tests rest on."""
    code = "from tests.batch.kept import forked; print(forked(lambda: None), forked(lambda: 1 / 0))"
    assert python("-c", code).split() == ["0", "1"]
