"""What a machine may refuse a run, and other runs beside it: one line says so, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadlag.batch import open_store, runner
from leadlag.batch.outcome import JobOutcome
from leadlag.batch.store import index
from leadlag.batch.store.journal import Journal
from tests.batch.nights import AS_OF, arguments, bytes_in, command, config_in, run_folders, started, table_in
from tests.batch.undisturbed import left_over
from tests.commands import Run
from tests.conftest import skip_unless

JOBS = [{"kpi": "new_mrr", "leads": ["demos"], "max_lag": 2, "n_draws": 199}]


@pytest.fixture
def night(tmp_path: Path) -> Path:
    table_in(tmp_path, weeks=60)
    config_in(tmp_path, jobs=JOBS)
    return tmp_path


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[None]:
    """A file system of its own at a place."""
    place.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(place)]
    try:
        done = subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        done = False
    skip_unless(done, "mount", "nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def one_line(said: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a run that was refused prints; no traceback beside it."""
    assert "Traceback" not in said.stderr, said.stderr
    (line,) = said.stdout.splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


def test_of_two_runs_at_once_one_works_and_the_other_ends_with_75(night: Path) -> None:
    processes = [started(*arguments(night / "n.yaml")) for _ in range(2)]
    ends = [(process.communicate(timeout=120)[0], process.returncode) for process in processes]
    assert sorted(code for _, code in ends) == [0, 75], ends
    assert len(run_folders(night)) == 1
    assert len(open_store(night / "runs").jobs()) == 2


def test_an_index_that_another_process_holds_ends_with_75_and_the_next_run_catches_up(
    night: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_PATIENCE", 0.2)
    monkeypatch.setattr(index, "_LOOK", 0.1)
    assert run(*arguments(night / "n.yaml", as_of="2026-11-23")).code == 0
    with closing(sqlite3.connect(night / "runs" / "leadlag.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = run(*arguments(night / "n.yaml"))
    told: Any = said.content
    assert (said.code, told["status"], told["jobs"]["done"]) == (75, "unavailable", 2)
    assert [one["code"] for one in told["problems"]] == ["LL507"]
    before = bytes_in(night)
    assert [path.name for path in run_folders(night)][-1] == told["run_id"]
    said = run(*arguments(night / "n.yaml"))
    assert (said.code, said.content["jobs"]) == (0, told["jobs"] | {"computed": 0, "reused": 2})
    assert bytes_in(night) == before
    found = open_store(f"sqlite:///{night}/runs/leadlag.db")
    pd.testing.assert_frame_equal(found.jobs(), open_store(night / "runs").jobs())


def test_an_index_of_a_run_that_was_not_indexed_gets_it_with_the_next_night(night: Path, run: Run) -> None:
    run(*arguments(night / "n.yaml", "--set", "output.store=null", as_of="2026-11-23"))
    run(*arguments(night / "n.yaml"))
    assert len(open_store(f"sqlite:///{night}/runs/leadlag.db").runs()) == 2


def test_an_index_whose_writer_was_killed_opens_as_it_was(night: Path, run: Run) -> None:
    run(*arguments(night / "n.yaml"))
    path = night / "runs" / "leadlag.db"
    before = open_store(f"sqlite:///{path}").results()
    script = (
        "import os, signal, sqlite3, sys; writer = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for each in ('PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', 'DELETE FROM results', 'DELETE FROM rankings'):"
        " writer.execute(each)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", script, path], check=False).returncode == -signal.SIGKILL
    assert path.with_name("leadlag.db-journal").stat().st_size
    pd.testing.assert_frame_equal(open_store(f"sqlite:///{path}").results(), before)


def test_an_index_that_is_no_database_is_named_and_the_run_is_kept(night: Path, run: Run) -> None:
    (night / "runs").mkdir()
    (night / "runs" / "leadlag.db").write_text("no database " * 200, encoding="utf-8")
    said = run(*arguments(night / "n.yaml"))
    assert said.code == 2  # no waiting makes it one
    assert "leadlag store reindex" in said.err
    assert len(run_folders(night)) == 1
    (night / "runs" / "leadlag.db").unlink()
    assert run("store", "reindex", night / "runs", "--store", f"sqlite:///{night}/runs/leadlag.db").code == 0
    assert run(*arguments(night / "n.yaml")).code == 0


def test_a_read_only_folder_is_an_error_of_one_line(night: Path) -> None:
    with mounted(night / "runs", "size=4m"):
        assert command(*arguments(night / "n.yaml")).returncode == 0
        before = bytes_in(night)
        subprocess.run(["mount", "-o", "remount,ro", str(night / "runs")], check=True)
        said = command(*arguments(night / "n.yaml", "--force"))
        indexed = command("store", "reindex", str(night / "runs"), "--store", f"sqlite:///{night}/runs/leadlag.db")
        assert bytes_in(night) == before
    told = one_line(said)
    assert (said.returncode, told["code"]) == (2, "LL509")
    assert "Read-only file system" in told["message"]
    assert "output.folder" in told["message"]
    assert indexed.returncode in (2, 75)
    assert "Traceback" not in indexed.stderr


@pytest.mark.parametrize("size", ["16k", "48k", "92k"])
def test_a_full_disk_ends_with_75_and_the_run_goes_on_once_there_is_room(night: Path, run: Run, size: str) -> None:
    config = night / "n.yaml"
    with mounted(night / "runs", f"size={size}"):
        said = command(*arguments(config))
        told = one_line(said)
        assert (said.returncode, told["status"]) == (75, "unavailable")
        assert told["problems"][0]["code"] in ("LL507", "LL509")
        kept = len(Journal(night / "runs" / ".state" / "journal.jsonl").statuses())
        subprocess.run(["mount", "-o", "remount,size=8m", str(night / "runs")], check=True)
        again = run(*arguments(config))
        counts: Any = again.content["jobs"]
        assert (again.code, counts["computed"]) == (0, 2 - kept)
        found = bytes_in(night)
        for path in [*run_folders(night), night / "runs" / ".state"]:
            shutil.rmtree(path)
        assert run(*arguments(config)).code == 0
        assert bytes_in(night) == found


def test_a_state_folder_on_another_disk_is_no_hindrance_and_another_state_no_second_door(night: Path) -> None:
    with mounted(night / "state", "size=4m"):
        config = config_in(night, jobs=JOBS, output={"state": "state"})
        assert command(*arguments(config)).returncode == 0
        from leadlag.batch.store.lock import locked

        with locked(night / "runs" / ".state", None):
            assert command(*arguments(config, "--force")).returncode == 75


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        ("2026-03-29 00:59:58", "2026-03-29"),  # two seconds before the hour that Berlin leaves out
        ("2026-10-24 22:30:00", "2026-10-25"),  # the day is that of Berlin, and its clock goes back on it
        ("1999-12-31 12:00:00", "1999-12-31"),
        ("2099-01-01 12:00:00", "2099-01-01"),
    ],
)
def test_a_clock_that_jumps_or_is_wrong_is_a_day_like_others_and_loses_nothing(
    night: Path, run: Run, clock: str, day: str
) -> None:
    skip_unless(shutil.which("faketime") is not None, "faketime", "faketime is not installed")
    assert run(*arguments(night / "n.yaml")).code == 0
    before = bytes_in(night)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "TZ": "UTC"}
    words = ["faketime", clock, sys.executable, "-m", "leadlag", "run", str(night / "n.yaml")]
    said = subprocess.run(words, capture_output=True, text=True, env=env, timeout=120, check=False)
    told = one_line(said)
    assert (told["as_of"], said.returncode) == (day, 3 if day < "2000" else 0), said
    assert before.items() <= bytes_in(night).items()
    assert run(*arguments(night / "n.yaml")).content["jobs"] == {  # as if nothing had been
        "total": 2, "computed": 0, "reused": 2, "done": 2, "untestable": 0, "contract": 0, "failed": 0,
    }  # fmt: skip


def test_a_signal_to_all_processes_of_a_run_is_no_failure_of_jobs(tmp_path: Path) -> None:
    table_in(tmp_path, segments=[f"region {place}" for place in range(12)], weeks=60)
    config, mark = config_in(tmp_path, run={"workers": 2}), f"group-{tmp_path}"
    with started(*arguments(config), mark=mark) as process:
        journal = tmp_path / "runs" / ".state" / "journal.jsonl"
        end = time.monotonic() + 60
        while not journal.exists() and time.monotonic() < end:
            time.sleep(0.02)
        for line in left_over(mark, seconds=0):  # as the end of a systemd unit or a container does
            os.kill(int(line.split()[0]), signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    told = json.loads(out)
    assert (process.returncode, told["jobs"]["failed"]) == (143, 0), err
    assert left_over(mark) == []


def test_a_partial_run_keeps_the_answers_of_a_stopped_whole_one(night: Path, run: Run) -> None:
    assert run(*arguments(night / "n.yaml", "--shard", "1/1")).code == 0
    assert run(*arguments(night / "n.yaml", "--only", "new_mrr/north")).code == 0
    said = run(*arguments(night / "n.yaml"))
    told: Any = said.content["jobs"]
    assert told["computed"] == 0


def test_a_run_that_was_damaged_is_named_with_the_step_out(night: Path, run: Run) -> None:
    run(*arguments(night / "n.yaml"))
    (folder,) = run_folders(night)
    for name in ("jobs.parquet", "manifest.json"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 2])
        said = run(*arguments(night / "n.yaml"))
        assert (said.code, said.content["code"]) == (2, "LL509")
        assert folder.name in said.err
        assert "take the folder" in said.err
        (folder / name).write_bytes(whole)
    shutil.rmtree(folder)
    assert run(*arguments(night / "n.yaml")).code == 0


def test_a_lock_that_was_cut_or_of_a_process_that_has_ended_is_taken_over(night: Path, run: Run) -> None:
    state = night / "runs" / ".state"
    state.mkdir(parents=True)
    for text in ("", '{"host"', "[]", json.dumps({"host": socket.gethostname(), "pid": 2**22 + 7, "begun": "1"})):
        (state / "lock").write_text(text, encoding="utf-8")
        assert run(*arguments(night / "n.yaml")).code == 0
    (state / "lock").write_text(json.dumps({"host": "another", "pid": 1, "begun": "1"}), encoding="utf-8")
    assert run(*arguments(night / "n.yaml")).code == 75


def test_a_journal_that_was_cut_anywhere_keeps_every_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = Journal(path)
    for number in range(3):
        whole.append(JobOutcome(job_id=f"{number:064x}", kpi="kpi\n", segment="é \u2028", status="done"))
    content = path.read_bytes()
    ends = [place for place, letter in enumerate(content) if letter == 10]
    for size in range(len(content)):
        path.write_bytes(content[:size])
        cut = Journal(path)
        assert len(cut.statuses()) == sum(end <= size for end in ends)
        cut.append(JobOutcome(job_id="f" * 64, kpi="late", segment="", status="done"))
        assert Journal(path).outcome("f" * 64).kpi == "late"
        assert len(Journal(path).statuses()) == sum(end <= size for end in ends) + 1


def test_a_summary_that_cannot_be_written_is_refused_before_anything_is_done(night: Path, run: Run) -> None:
    said = run(*arguments(night / "n.yaml", "--summary", str(night / "nowhere" / "summary.json")))
    assert said.code == 2
    assert not run_folders(night)


def test_the_python_call_tells_of_a_held_lock_as_the_command_does(night: Path) -> None:
    from leadlag.batch.store.lock import locked

    with locked(night / "runs" / ".state", None):
        assert runner.run(night / "n.yaml", as_of=AS_OF).exit == 75
