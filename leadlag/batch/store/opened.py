"""What is kept of all runs, to be read: the same from their folders and from the index over them."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from leadlag._validation import as_name
from leadlag.batch.store.folder import RunFolder, runs_in
from leadlag.batch.store.frames import Row, frame_of
from leadlag.batch.store.index import PREFIX, path_of, read_index
from leadlag.batch.tables import TABLES
from leadlag.errors import UsageError

__all__ = ["Store", "open_store"]

LAST = "last"


def open_store(url_or_folder: str | os.PathLike[str]) -> Store:
    """Open what is kept of runs, to be read.

    Parameters
    ----------
    url_or_folder : str or path
        The folder of runs, or the URL of an index over them, ``sqlite:///PATH``.

    Returns
    -------
    Store

    Raises
    ------
    UsageError
        If there is no such folder or index, or one of a newer leadlag.
    """
    given = os.fspath(url_or_folder)
    if "://" in given:
        return Store(source=_Index(path=path_of(given, Path())))
    if not Path(given).is_dir():
        raise UsageError(f"url_or_folder={given[:80]!r} is no folder: give the folder of runs, or {PREFIX}PATH of an index.")
    return Store(source=_Folders(runs={run.run_id: run for run in runs_in(Path(given))}))


@dataclass(frozen=True, kw_only=True)
class _Folders:
    """Runs in their folders."""

    runs: dict[str, RunFolder]

    def heads(self) -> list[Row]:
        """Rows of `Store.runs`."""
        return [(one.run_id, one.as_of, one.manifest["version"], one.manifest["partial"]) for one in self.runs.values()]

    def rows(self, table: str, run: str | None, kpi: str | None, segment: str | None) -> Iterator[Row]:
        """Rows of a table, of one run or all, of one KPI or segment or all."""
        for one in self.runs.values():
            if run in (None, one.run_id):
                yield from one.rows(table, kpi=kpi, segment=segment)


@dataclass(frozen=True, kw_only=True)
class _Index:
    """Runs in an index."""

    path: Path

    def heads(self) -> list[Row]:
        """Rows of `Store.runs`."""
        with read_index(self.path) as database:
            found = database.execute("SELECT run_id, as_of, version, partial FROM runs ORDER BY as_of, run_id").fetchall()
        return [(*row[:3], bool(row[3])) for row in found]

    def rows(self, table: str, run: str | None, kpi: str | None, segment: str | None) -> Iterator[Row]:
        """Rows of a table, of one run or all, of one KPI or segment or all."""
        columns = TABLES[table]
        asked = [(name, value) for name, value in (("run_id", run), ("kpi", kpi), ("segment", segment)) if value is not None]
        where = f"WHERE {' AND '.join(f't.{name} = ?' for name, _ in asked)}" if asked else ""
        listed = ", ".join(f't."{column.name}"' for column in columns)
        order = f"SELECT {listed} FROM {table} t JOIN runs r USING (run_id) {where} ORDER BY r.as_of, r.run_id, t.rowid"
        turn = [_TURNS.get(column.kind) for column in columns]
        with read_index(self.path) as database:
            for row in database.execute(order, [value for _, value in asked]):
                if table == "rankings":
                    yield (*row[:-1], zlib.decompress(row[-1]).decode())
                    continue
                yield tuple(
                    value if back is None or value is None else back(value) for value, back in zip(row, turn, strict=True)
                )


_TURNS: dict[str, Callable[[object], object]] = {"flag": bool, "texts": lambda text: json.loads(str(text))}


@dataclass(frozen=True, kw_only=True)
class Store:
    """What is kept of runs; the oldest run first, rows in the order of the config.

    Every method takes the name of a run, ``"last"`` for the newest whole one, or None for all.

    Parameters
    ----------
    source : object
        Where it is read from.
    """

    source: _Folders | _Index

    def runs(self) -> pd.DataFrame:
        """``run_id, as_of, version, partial``: one row a run."""
        return pd.DataFrame(self.source.heads(), columns=["run_id", "as_of", "version", "partial"])

    def jobs(self, run: str | None = None) -> pd.DataFrame:
        """One row a run and job: what came of it."""
        return self._frame("jobs", run)

    def results(self, run: str | None = None, kpi: str | None = None, segment: str | None = None) -> pd.DataFrame:
        """One row a run, job and candidate: the ranking's columns, and what rests on all jobs of the run."""
        return self._frame("results", run, kpi, segment)

    def forecasts(self, run: str | None = None, kpi: str | None = None, segment: str | None = None) -> pd.DataFrame:
        """One row a run, job and period ahead."""
        return self._frame("forecasts", run, kpi, segment)

    def sources(self, run: str | None = None) -> pd.DataFrame:
        """One row a run, source and column: its rows, and what changed in them since the run before."""
        return self._frame("sources", run)

    def ranking(self, run: str, kpi: str, segment: str = "") -> dict[str, object]:
        """One ranking as `LeadRanking.to_dict` gives it."""
        for row in self.source.rows("rankings", self._named(run), kpi, segment):
            found: dict[str, object] = json.loads(str(row[-1]))
            return found
        where = f" in {segment!r}" if segment else ""
        raise UsageError(f"run {run!r} has no ranking of {kpi!r}{where}: jobs() tells what came of each job.")

    def _named(self, run: str | None) -> str | None:
        """A run by its name, or by "last"."""
        if run is None:
            return None
        heads = self.source.heads()
        if run == LAST:
            whole = [str(head[0]) for head in heads if not head[3]]
            if not whole:
                raise UsageError("run='last' is not allowed: there is no whole run yet.")
            return whole[-1]
        name: str = as_name(run, "run", tuple(str(head[0]) for head in heads), owner="run")
        return name

    def _frame(self, table: str, run: str | None, kpi: str | None = None, segment: str | None = None) -> pd.DataFrame:
        return frame_of(self.source.rows(table, self._named(run), kpi, segment), table)
