"""The folder of a run: written beside, put in its place at once, the manifest last; without a manifest there is no run."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadlag._version import __version__
from leadlag.batch.outcome import JobOutcome
from leadlag.batch.store.disk import on_disk
from leadlag.batch.store.frames import Row, rows_in, write_rows
from leadlag.batch.tables import TABLES
from leadlag.catalogue.refusals import cut
from leadlag.errors import UsageError

__all__ = ["MANIFEST", "SCHEMA", "RunFolder", "RunTables", "model_file", "recover", "runs_in", "take_away", "write_run"]

SCHEMA = "leadlag-run-manifest-1"
MANIFEST = "manifest.json"
_RUN = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}")
#: A run that is being written, that is to be replaced, or that is to go: beside its place, so that one step puts it there.
_BESIDE = re.compile(rf"\.({_RUN.pattern})\.(part|old|gone)")
_LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class RunTables:
    """What a run is written of; the rows of each table can be asked for more than once.

    Parameters
    ----------
    rows : Mapping from str to callable
        By table, what gives its rows.
    models : callable
        What gives names and texts of model files.
    config : str
        What was asked, as JSON.
    """

    rows: Mapping[str, Callable[[], Iterable[Row]]]
    models: Callable[[], Iterable[tuple[str, str]]]
    config: str


def write_run(folder: Path, run_id: str, tables: RunTables, *, as_of: str, partial: bool) -> Path:
    """Write a run; one of the same name is replaced, and is there until the new one is.

    Parameters
    ----------
    folder : path
        Where runs lie.
    run_id : str
    tables : RunTables
    as_of : str
    partial : bool
        Whether only some of the config's jobs are in it.

    Returns
    -------
    Path
        The folder of the run.
    """
    fresh = folder / f".{run_id}.part"
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "models").mkdir(parents=True)
    counts = {name: write_rows(fresh / f"{name}.parquet", name, tables.rows[name]()) for name in TABLES}
    for name, text in tables.models():
        (fresh / name).write_text(text, encoding="utf-8")
    (fresh / "config.json").write_text(tables.config + "\n", encoding="utf-8")
    files = {path.relative_to(fresh).as_posix(): _told(path) for path in sorted(fresh.rglob("*")) if path.is_file()}
    manifest = {
        "schema": SCHEMA, "run_id": run_id, "as_of": as_of, "version": __version__, "partial": partial, "rows": counts,
        "files": files,
    }  # fmt: skip
    text = json.dumps(manifest, sort_keys=True, indent=1) + "\n"
    (fresh / MANIFEST).write_text(text, encoding="utf-8")
    for path in [*(path for path in fresh.rglob("*")), fresh]:
        _sync(path)
    return _placed(fresh, folder / run_id)


def _placed(fresh: Path, place: Path) -> Path:
    """Put a folder in its place; what `recover` finds half done it ends."""
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        os.replace(place, old)
    os.replace(fresh, place)
    _sync(place.parent)
    shutil.rmtree(old, ignore_errors=True)
    return place


def take_away(run: RunFolder) -> None:
    """Delete a run: in one step it is none, and what is left of it after a stop `recover` deletes."""
    gone = run.path.with_name(f".{run.path.name}.gone")
    shutil.rmtree(gone, ignore_errors=True)
    os.replace(run.path, gone)
    shutil.rmtree(gone)


def recover(folder: Path) -> None:
    """End what was stopped half done: a run that was to be replaced is put back; what was begun, or was to go, goes."""
    for path in folder.glob(".*"):
        if (found := _BESIDE.fullmatch(path.name)) is None:
            continue
        if found[2] == "old" and not (folder / found[1]).exists():
            os.replace(path, folder / found[1])
        else:
            shutil.rmtree(path, ignore_errors=True)


def _told(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if path.is_dir() and os.name == "nt":
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def model_file(kpi: str, segment: str) -> str:
    """Name of the model file of a job: what can be read of its names, and what tells it from all others.

    Examples
    --------
    >>> model_file("new_mrr", "north")
    'models/new_mrr.north.51a4ee4b.json'
    """
    told = f"{kpi}.{segment}" if segment else kpi
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", told)[:_LONGEST_NAME].lstrip(".") or "model"
    return f"models/{safe}.{hashlib.sha256(json.dumps([kpi, segment]).encode()).hexdigest()[:8]}.json"


@dataclass(frozen=True, kw_only=True, eq=False)
class RunFolder:
    """A finished run as it lies in its folder.

    Parameters
    ----------
    path : path
    manifest : Mapping
    """

    path: Path
    manifest: Mapping[str, Any] = field(repr=False)

    @property
    def run_id(self) -> str:
        """Its name."""
        return str(self.manifest["run_id"])

    @property
    def as_of(self) -> str:
        """Its day."""
        return str(self.manifest["as_of"])

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of one of its tables."""
        try:
            with on_disk():
                yield from rows_in(self.path / f"{table}.parquet", table)
        except (pa.ArrowException, FileNotFoundError) as error:
            raise _damaged(self.path, f"{table}.parquet: {error}") from None

    @cached_property
    def jobs(self) -> Mapping[str, Mapping[str, Any]]:
        """Its rows of `jobs` by job."""
        names = [column.name for column in TABLES["jobs"]]
        told = (dict(zip(names, row, strict=True)) for row in self.rows("jobs"))
        return {str(one["job_id"]): one for one in told}

    def config(self) -> Any:
        """What was asked of it."""
        return json.loads((self.path / "config.json").read_text(encoding="utf-8"))

    def model(self, job_id: str) -> str:
        """Text of the model file of a job; empty if it has none."""
        name = self.jobs[job_id]["model_file"]
        return (self.path / name).read_text(encoding="utf-8") if name else ""

    def outcomes(self) -> Iterator[JobOutcome]:
        """What came of its jobs, in their order."""
        ranked, forecasts, rankings = (_by_job(self.rows(table)) for table in ("results", "forecasts", "rankings"))
        for job_id, job in self.jobs.items():
            told = {name: job[name] for name in ("kpi", "segment", "status", "code", "message", "n_periods", "first", "last")}
            yield JobOutcome(
                job_id=job_id, **told, n_candidates=job["n_candidates"], n_leads=job["n_leads"],
                ranked=tuple(_tupled(row[4:-2]) for row in ranked(job_id)),
                forecasts=tuple(_tupled(row[4:]) for row in forecasts(job_id)),
                ranking="".join(str(row[4]) for row in rankings(job_id)), model=self.model(job_id),
            )  # fmt: skip


def _tupled(row: Row) -> Any:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


def _by_job(rows: Iterator[Row]) -> Callable[[str], list[Row]]:
    """The rows of one job after the other, of rows in the order of the jobs."""
    ahead: list[Row] = []

    def taken(job_id: str) -> list[Row]:
        found: list[Row] = []
        while True:
            row = ahead.pop() if ahead else next(rows, None)
            if row is None:
                return found
            if row[1] != job_id:
                ahead.append(row)
                return found
            found.append(row)

    return taken


def runs_in(folder: Path) -> tuple[RunFolder, ...]:
    """The finished runs in a folder, the oldest first.

    Raises
    ------
    UsageError
        If a run has a schema that this leadlag does not know.
    """
    found = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if not _RUN.fullmatch(path.name) or not (path / MANIFEST).is_file():
            continue
        found.append(RunFolder(path=path, manifest=_manifest(path)))
    return tuple(sorted(found, key=lambda run: (run.as_of, run.run_id)))


def _manifest(path: Path) -> Mapping[str, Any]:
    """The manifest of a run; an error if this leadlag does not know its schema."""
    try:
        with on_disk():
            told = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        schema, _, _ = told["schema"], told["run_id"], told["as_of"]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, f"{MANIFEST}: {error}") from None
    if schema != SCHEMA:
        raise UsageError(
            f"the run {path.name!r} has the schema {schema!r}, and this leadlag reads {SCHEMA!r}: install a newer leadlag, or "
            "keep its runs in a folder of their own."
        )
    found: Mapping[str, Any] = told
    return found


def _damaged(path: Path, why: str) -> UsageError:
    """That a run is not as it was written."""
    text = f"the run {path.name!r} was damaged: {cut(why, 200)}. Delete its folder, and its jobs are done again."
    return UsageError(text, code="LL509")
