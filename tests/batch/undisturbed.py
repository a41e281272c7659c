"""What has to hold after a run was ended, whenever that was: it goes on from there, and nobody sees that it was ended."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadlag.batch import open_store, reindex, run
from tests.batch.nights import AS_OF, arguments, bytes_in, config_in, run_folders, started, table_in

__all__ = ["Scene", "faults_after", "scene_in"]

SEGMENTS = ("north", "south", "west")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A folder before a run, and what an undisturbed run makes of it, in how many steps."""

    before: Path
    after: Path
    steps: int

    def copy(self, place: Path) -> Path:
        return Path(shutil.copytree(self.before, place))


def scene_in(folder: Path) -> Scene:
    """The night that does all there is: it puts a run of failed jobs right, and takes an older run away."""
    before = folder / "before"
    table_in(before, segments=SEGMENTS, weeks=60)
    jobs = [{"kpi": "new_mrr", "max_lag": 2, "horizons": [1], "n_draws": 199, "leads": ["demos"]}]
    run(config_in(before, jobs=jobs, output={"models": True}), as_of="2026-11-23")
    run(config_in(before, jobs=jobs, limits={"job_seconds": 0.001}), as_of=AS_OF)
    config_in(before, jobs=jobs, output={"keep_runs": 1})
    after = Path(shutil.copytree(before, folder / "after"))
    with started("0", "count", *arguments(after / "n.yaml"), module="tests.batch.killed") as process:
        _, err = process.communicate(timeout=120)
    if process.returncode:
        raise RuntimeError(err)
    return Scene(before=before, after=after, steps=int(err.splitlines()[-1]))


def faults_after(night: Path, scene: Scene, mark: str) -> list[str]:
    """All that is wrong in a folder whose run was ended: as it lies there, and once the run was done again."""
    found = [f"a process is left: {name}" for name in left_over(mark)]
    found += [f"ended: {fault}" for fault in half_files(night)]
    kept = answers_in(night)
    open_store(night / "runs").jobs()
    open_store(f"sqlite:///{night}/runs/leadlag.db").jobs()
    summary = run(night / "n.yaml", as_of=AS_OF)
    if summary.exit or summary.jobs.done != len(SEGMENTS) or summary.jobs.computed != len(SEGMENTS) - kept:
        found.append(f"{kept} answers were kept, and the rerun: {summary.to_json()}")
    found += half_files(night)
    found += [f"{name} is not as undisturbed" for name in unequal(bytes_in(night), bytes_in(scene.after))]
    found += [f".state/{name} is not as undisturbed" for name in unequal(state_of(night), state_of(scene.after))]
    found += [f"index: {name} is not as undisturbed" for name in unequal(index_of(night), index_of(scene.after))]
    (night / "runs" / "leadlag.db").unlink()
    reindex(night / "runs", f"sqlite:///{night}/runs/leadlag.db")
    return found + [f"index made again: {name}" for name in unequal(index_of(night), index_of(scene.after))]


def unequal(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def half_files(night: Path) -> Iterator[str]:
    """Files of finished runs that are not what their manifest says."""
    for path in run_folders(night):
        for name, told in json.loads((path / "manifest.json").read_text(encoding="utf-8"))["files"].items():
            file = path / name
            if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != told["sha256"]:
                yield f"{path.name}/{name} is not whole"


def answers_in(night: Path) -> int:
    """Jobs of the night that are done already: in the journal, or in the run itself."""
    from leadlag.batch.store.journal import Journal

    done = {job for job, status in Journal(night / "runs" / ".state" / "journal.jsonl").statuses().items() if status == "done"}
    jobs = open_store(night / "runs").jobs()
    return len(done | set(jobs.loc[(jobs["as_of"] == AS_OF) & (jobs["status"] == "done"), "job_id"]))


def state_of(night: Path) -> dict[str, Any]:
    """Names of files in the state folder."""
    state = night / "runs" / ".state"
    return {path.relative_to(state).as_posix(): True for path in state.rglob("*") if path.is_file()}


def index_of(night: Path) -> dict[str, Any]:
    """All rows of the index by table, in order."""
    with closing(sqlite3.connect(night / "runs" / "leadlag.db")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(map(repr, database.execute(f"SELECT * FROM {name}"))) for name in names}


def left_over(mark: str, *, seconds: float = 10.0) -> list[str]:
    """Processes with a mark that are still there after some seconds; empty where a machine does not tell."""
    end = time.monotonic() + seconds
    while (found := list(_marked(mark))) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def _marked(mark: str) -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (
                f"LEADLAG_MARK={mark}".encode() in (folder / "environ").read_bytes().split(b"\0")
                and int(folder.name) != os.getpid()
            ):
                yield f"{folder.name} {(folder / 'cmdline').read_bytes()!r}"
        except OSError:
            continue
