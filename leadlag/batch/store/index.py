"""The index over all runs: the tables of every run in one SQLite file, which can always be made again from the folders."""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType

from leadlag.batch.store.folder import RunFolder
from leadlag.batch.store.frames import Row, in_groups, plain_row
from leadlag.batch.tables import TABLES, Kind
from leadlag.errors import DatabaseError, UsageError

__all__ = ["PREFIX", "drop_runs", "index_runs", "path_of", "read_index"]

PREFIX = "sqlite:///"
#: Number of the form of the tables.
_VERSION = 1
#: Seconds to wait for another process that writes, and how long one look at it may take, during which no signal is heard.
_PATIENCE, _LOOK = 60.0, 1.0
_KINDS = MappingProxyType({"text": "TEXT", "whole": "INTEGER", "number": "REAL", "flag": "INTEGER", "texts": "TEXT"})
_RUNS = ("run_id", "as_of", "version", "partial")


def path_of(url: str, base: Path) -> Path:
    """The file of a URL; one that is relative lies where `base` says.

    Raises
    ------
    UsageError
        If it is no URL of SQLite.
    """
    if not url.startswith(PREFIX) or not url.removeprefix(PREFIX):
        raise UsageError(f"store={url[:80]!r} is not allowed: give sqlite:///PATH, such as sqlite:///runs/leadlag.db.")
    return base / url.removeprefix(PREFIX)


def index_runs(path: Path, runs: Iterable[RunFolder], *, again: str = "") -> None:
    """Put the finished runs that it lacks into the index, each whole or not at all.

    Parameters
    ----------
    path : path
    runs : iterable of RunFolder
    again : str
        A run of which what the index says already is replaced.

    Raises
    ------
    DatabaseError
        If it cannot be written (LL507).
    UsageError
        If it was made by a newer leadlag.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _writing(path) as database:
        has = {str(run_id) for (run_id,) in database.execute("SELECT run_id FROM runs")} - {again}
        for run in runs:
            if run.run_id in has:
                continue
            _forget(database, run.run_id)
            told = (run.run_id, run.as_of, str(run.manifest["version"]), int(bool(run.manifest["partial"])))
            database.execute(f"INSERT INTO runs VALUES ({_marks(len(_RUNS))})", told)
            for table in TABLES:
                marks = _marks(len(TABLES[table]))
                for group in in_groups(_stored(table, run.rows(table)), 512):
                    database.executemany(f"INSERT INTO {table} VALUES ({marks})", group)


def drop_runs(path: Path, run_ids: Iterable[str]) -> None:
    """Take runs out of the index."""
    with _writing(path) as database:
        for run_id in run_ids:
            _forget(database, run_id)


@contextmanager
def read_index(path: Path) -> Iterator[sqlite3.Connection]:
    """The index, to be read only.

    Raises
    ------
    DatabaseError
        If it cannot be opened (LL507).
    """
    if not path.is_file():
        raise UsageError(f"store={path.name!r} does not exist: make it with leadlag store reindex FOLDER --store {PREFIX}FILE.")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as database:
            _refuse_unknown(database, path)
            yield database
    except sqlite3.Error as error:
        raise DatabaseError(f"the index {path.name!r} cannot be read: {error}.") from None


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction that no other writer enters."""
    try:
        with closing(sqlite3.connect(path, timeout=_LOOK, isolation_level=None)) as database:
            _patiently(database, "BEGIN IMMEDIATE")
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'leadlag'").fetchone():
                _make(database)
            _refuse_unknown(database, path)
            yield database
            _patiently(database, "COMMIT")
    except sqlite3.Error as error:
        step = "it is made again with leadlag store reindex FOLDER --store URL"
        raise DatabaseError(f"the index {path.name!r} cannot be written: {error}; nothing of the run is lost, {step}.") from None


def _patiently(database: sqlite3.Connection, statement: str) -> None:
    """Execute what may have to wait for another process."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            database.execute(statement)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        else:
            return


def _make(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE leadlag (version INTEGER NOT NULL) STRICT")
    database.execute("INSERT INTO leadlag VALUES (?)", (_VERSION,))
    database.execute("CREATE TABLE runs (run_id TEXT PRIMARY KEY, as_of TEXT, version TEXT, partial INTEGER) STRICT")
    for table, columns in TABLES.items():
        kinds = ", ".join(f'"{column.name}" {_stored_as(table, column.name, column.kind)}' for column in columns)
        database.execute(f"CREATE TABLE {table} ({kinds}) STRICT")
        database.execute(f"CREATE INDEX {table}_by_run ON {table} (run_id)")


def _refuse_unknown(database: sqlite3.Connection, path: Path) -> None:
    (found,) = database.execute("SELECT max(version) FROM leadlag").fetchone()
    if found != _VERSION:
        raise UsageError(
            f"the index {path.name!r} has form {found}, and this leadlag knows {_VERSION}: install a newer leadlag, or name "
            "another file as store."
        )


def _forget(database: sqlite3.Connection, run_id: str) -> None:
    for table in ("runs", *TABLES):
        database.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _stored_as(table: str, name: str, kind: Kind) -> str:
    return "BLOB" if (table, name) == ("rankings", "ranking") else _KINDS[kind]


def _stored(table: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Rows as SQLite keeps them: several texts as JSON, the long text of a ranking packed."""
    kinds = [column.kind for column in TABLES[table]]
    for row in rows:
        plain = plain_row(row, kinds)
        if table == "rankings":
            yield (*plain[:-1], zlib.compress(str(plain[-1]).encode()))
        else:
            yield tuple(json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value for value in plain)
