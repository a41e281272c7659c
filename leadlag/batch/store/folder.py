"""The folder of a run: written beside, put in its place at once, the manifest last; without a manifest there is no run."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from leadlag._version import __version__
from leadlag.batch.outcome import JobOutcome
from leadlag.batch.store import steps
from leadlag.batch.store.frames import Row, rows_in, write_rows
from leadlag.batch.tables import TABLES
from leadlag.errors import UsageError

__all__ = [
    "APPROVED",
    "MANIFEST",
    "SCHEMA",
    "RunFolder",
    "RunTables",
    "model_file",
    "recover",
    "runs_in",
    "take_away",
    "write_run",
]

SCHEMA = "leadlag-run-manifest-1"
MANIFEST = "manifest.json"
#: A run with this file in it is what the watch over time compares with: it stays, and the file stays with it.
APPROVED = "approved.json"
_RUN = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}")
_MODEL = re.compile(r"models/[A-Za-z0-9_][A-Za-z0-9_.-]*\.json")
#: Names that Windows keeps for devices, whatever stands behind a point.
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
_LONGEST_NAME = 80
#: Folders for runs that are being written and that are being replaced, and how names of those begin that are taken away.
_PARTS, _OLD, _GONE = "parts", "old", ".gone-"
_KEYS = {"run_id", "as_of", "turn", "version", "partial", "files", "jobs", "rows"}
_KEPT = "What was there before is not lost, and a run goes on from its journal."


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


def write_run(folder: Path, state: Path, run_id: str, tables: RunTables, *, as_of: str, partial: bool) -> Path:
    """Write a run; one of the same name is replaced, and what approved it stays.

    All files are on the disk before the run is put in its place, at once. If this is stopped, `recover` finds the run that was
    to be replaced as it was.

    Parameters
    ----------
    folder, state : path
        Where runs lie, and where they are written before they are put there.
    run_id : str
    tables : RunTables
    as_of : str
    partial : bool
        Whether only some of the config's jobs are in it.

    Returns
    -------
    Path
        The folder of the run.

    Raises
    ------
    UsageError
        If it cannot be written; what was there stays.
    """
    with steps.said_of(folder, kept=_KEPT):
        steps.make_folder(folder)
        shop = _shops(folder, state)[0]
        fresh = shop / _PARTS / run_id
        steps.remove_folder(fresh)
        steps.make_folder(fresh)
        head = {
            "schema": SCHEMA, "run_id": run_id, "as_of": as_of, "turn": _turn(folder, run_id), "version": __version__,
            "partial": partial,
        }  # fmt: skip
        manifest = head | _filled(fresh, tables)
        approved = folder / run_id / APPROVED
        if approved.is_file():
            steps.write(fresh / APPROVED, approved.read_text(encoding="utf-8"))
        steps.write(fresh / MANIFEST, json.dumps(manifest, sort_keys=True, indent=1) + "\n")
        steps.sync(fresh)
        return _placed(fresh, folder / run_id, shop)


def _filled(fresh: Path, tables: RunTables) -> dict[str, Any]:
    """Write all files but the manifest; what it says of them."""
    statuses: Counter[str] = Counter()
    place = [column.name for column in TABLES["jobs"]].index("status")

    def counted(rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            statuses[str(row[place])] += 1
            yield row

    counts = {}
    for name in TABLES:
        rows = tables.rows[name]()
        path = fresh / f"{name}.parquet"
        counts[name] = write_rows(path, name, counted(rows) if name == "jobs" else rows)
        steps.sync(path)
    for name, text in tables.models():
        if not _MODEL.fullmatch(name):
            raise UsageError(f"model file {name[:120]!r} is not allowed: the names are those of model_file(kpi, segment).")
        steps.make_folder(fresh / "models")
        steps.write(fresh / name, text)
    steps.write(fresh / "config.json", tables.config + "\n")
    files = {path.relative_to(fresh).as_posix(): _told(path) for path in sorted(fresh.rglob("*")) if path.is_file()}
    if (fresh / "models").is_dir():
        steps.sync(fresh / "models")
    return {"rows": counts, "jobs": dict(sorted(statuses.items())), "files": files}


def _shops(folder: Path, state: Path) -> tuple[Path, ...]:
    """Where runs are written before they are put in their place; the first is the one for now: on the file system of `folder`."""
    inside = folder / ".state"
    same = state.is_dir() and state.stat().st_dev == folder.stat().st_dev
    return tuple(dict.fromkeys([state, inside] if same else [inside, state]))


def _placed(fresh: Path, place: Path, shop: Path) -> Path:
    """Put a folder in its place; what `recover` finds half done it ends."""
    old = shop / _OLD / place.name
    if place.exists():
        steps.remove_folder(old, first=MANIFEST)
        steps.make_folder(old.parent)
        steps.put(place, old)
    steps.put(fresh, place)
    steps.remove_folder(old, first=MANIFEST)
    return place


def recover(folder: Path, state: Path) -> None:
    """End what a run that was stopped left half done: a run that was to be replaced is put back, what was begun goes.

    Raises
    ------
    UsageError
        If the folders cannot be written.
    """
    if not folder.is_dir():
        return
    with steps.said_of(folder, kept=_KEPT):
        for shop in _shops(folder, state):
            for old in sorted((shop / _OLD).glob("*")):
                if (old / MANIFEST).is_file() and not (folder / old.name).exists():
                    steps.put(old, folder / old.name)
                steps.remove_folder(old, first=MANIFEST)
            steps.remove_folder(shop / _PARTS)
        for gone in sorted(folder.glob(f"{_GONE}*")):
            steps.remove_folder(gone)


def take_away(run: RunFolder) -> None:
    """Take a run away: at once for whoever looks for runs, then file by file."""
    with steps.said_of(run.path, kept=_KEPT):
        gone = run.path.with_name(f"{_GONE}{run.path.name}")
        steps.remove_folder(gone)
        steps.put(run.path, gone)
        steps.remove_folder(gone)


def _told(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def model_file(kpi: str, segment: str) -> str:
    """Name of the model file of a job: what can be read of its names, and what tells it from all others.

    Examples
    --------
    >>> model_file("new_mrr", "north")
    'models/new_mrr.north.cd748701.json'
    """
    told = f"{kpi}.{segment}" if segment else kpi
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", told)[:_LONGEST_NAME].lstrip(".-") or "model"
    safe = f"_{safe}" if _DEVICES.fullmatch(safe.partition(".")[0]) else safe
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

    @property
    def turn(self) -> int:
        """Its number among the runs of its folder."""
        return int(self.manifest["turn"])

    def rows(self, table: str, *, kpi: str | None = None, segment: str | None = None) -> Iterator[Row]:
        """The rows of one of its tables, all or those of one KPI or segment."""
        return rows_in(self.intact(f"{table}.parquet"), table, kpi=kpi, segment=segment)

    def intact(self, name: str) -> Path:
        """The path of one of its files, which is as it was written.

        Raises
        ------
        UsageError
            If it is not.
        """
        path = self.path / name
        if name not in self._seen:
            try:
                told = _told(path)
            except OSError:
                told = {}
            if told != self.manifest["files"].get(name):
                raise UsageError(
                    f"{name!r} of the run {self.run_id!r} is not as it was written: if the run is being written again now, ask "
                    "again; else the file was changed or damaged, so take the folder of the run away and run again.",
                    code="LL509",
                )
            self._seen.add(name)
        return path

    @cached_property
    def _seen(self) -> set[str]:
        """Files that were found to be as they were written."""
        return set()

    def jobs(self) -> Iterator[dict[str, Any]]:
        """Its rows of `jobs` by column, one after the other: all jobs of all runs would be much to have in memory."""
        names = [column.name for column in TABLES["jobs"]]
        return (dict(zip(names, row, strict=True)) for row in self.rows("jobs"))

    def config(self) -> Any:
        """What was asked of it."""
        return json.loads(self.intact("config.json").read_text(encoding="utf-8"))

    def model(self, name: str) -> str:
        """Text of one of its model files; empty without a name."""
        return self.intact(name).read_bytes().decode() if name else ""

    def outcomes(self) -> Iterator[JobOutcome]:
        """What came of its jobs, in their order."""
        ranked, forecasts, rankings = (_by_job(self.rows(table)) for table in ("results", "forecasts", "rankings"))
        for job in self.jobs():
            job_id = str(job["job_id"])
            told = {name: job[name] for name in ("kpi", "segment", "status", "code", "message", "n_periods", "first", "last")}
            yield JobOutcome(
                job_id=job_id, **told, n_candidates=job["n_candidates"], n_leads=job["n_leads"],
                ranked=tuple(_tupled(row[4:-2]) for row in ranked(job_id)),
                forecasts=tuple(_tupled(row[4:]) for row in forecasts(job_id)),
                ranking="".join(str(row[4]) for row in rankings(job_id)), model=self.model(job["model_file"]),
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
        If a run has a schema that this leadlag does not know, or a manifest that is damaged.
    """
    found = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if _RUN.fullmatch(path.name) and (manifest := _manifest(path)) is not None:
            found.append(RunFolder(path=path, manifest=manifest))
    return tuple(sorted(found, key=lambda run: (run.as_of, run.turn)))


def _turn(folder: Path, run_id: str) -> int:
    """The number of a run among those of its folder, which tells runs of a day apart; one that is written again keeps it."""
    turns = {run.run_id: run.turn for run in runs_in(folder)}
    return turns.get(run_id, 1 + max(turns.values(), default=0))


def _manifest(path: Path) -> dict[str, Any] | None:
    """What the folder of a run says of itself; None if it is none."""
    try:
        told: Any = json.loads((path / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        told = None
    told = told if isinstance(told, dict) else {}
    schema = told.get("schema")
    if schema is not None and schema != SCHEMA:
        raise UsageError(
            f"the run {path.name!r} has the schema {schema!r}, and this leadlag reads {SCHEMA!r}: install a newer leadlag, or "
            "keep its runs in a folder of their own."
        )
    if schema is None or told.get("run_id") != path.name or not told.keys() >= _KEYS:
        raise UsageError(
            f"{MANIFEST!r} of the run {path.name!r} is damaged, or the folder was given another name: take the folder away and "
            "run again.",
            code="LL509",
        )
    return told
