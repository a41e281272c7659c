"""The index over all runs: the tables of every run in one SQLite file, which can always be made again from the folders."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType

from leadlag.batch.store import steps
from leadlag.batch.store.folder import RunFolder, runs_in
from leadlag.batch.store.frames import Row, in_groups, plain_row
from leadlag.batch.tables import TABLES, Kind
from leadlag.errors import DatabaseError, UsageError

__all__ = ["PREFIX", "drop_runs", "index_anew", "index_runs", "path_of", "read_index"]

PREFIX = "sqlite:///"
#: Number of the form of the tables.
_VERSION = 1
#: Seconds to wait for another process that writes, and how long one look at it may take, during which no signal is heard.
_PATIENCE, _LOOK = 60.0, 1.0
_KINDS = MappingProxyType({"text": "TEXT", "whole": "INTEGER", "number": "REAL", "flag": "INTEGER", "texts": "TEXT"})
_OLDEST = (3, 37)  # the first with strict tables
_AGAIN = (
    "Nothing of a run is lost. Try again; if it stays so, take the file away and make it again with leadlag store reindex FOLDER "
    "--store URL."
)
_RUNS = ("run_id", "as_of", "turn", "version", "partial")


def path_of(url: str, base: Path) -> Path:
    """The file of a URL; one that is relative lies where `base` says.

    Raises
    ------
    UsageError
        If it is no URL of SQLite.
    """
    name = url.removeprefix(PREFIX)
    if not url.startswith(PREFIX) or not name or name.startswith(":") or "\0" in name:
        shown = re.sub(r"//[^/@]*@", "//***@", url)[:80]
        raise UsageError(f"store={shown!r} is not allowed: give sqlite:///PATH, such as sqlite:///runs/leadlag.db.")
    return base / name


def index_runs(path: Path, runs: Iterable[RunFolder], *, again: str = "") -> None:
    """Put the finished runs that it lacks into the index, all or none.

    Parameters
    ----------
    path : path
    runs : iterable of RunFolder
    again : str
        A run of which what the index says already is replaced.

    Raises
    ------
    DatabaseError
        If it cannot be written, or another process keeps it locked (LL507).
    UsageError
        If it was made by a newer leadlag, or is the database of something else.
    """
    with _writing(path) as database:
        has = {str(run_id) for (run_id,) in database.execute("SELECT run_id FROM runs")} - {again}
        for run in runs:
            if run.run_id not in has:
                _forget(database, run.run_id)
                _add(database, path, run)


def index_anew(path: Path, folder: Path) -> int:
    """Forget all, and put the runs of a folder into the index: in one step for whoever reads or writes it; how many there are.

    Raises
    ------
    DatabaseError, UsageError
        As `index_runs`.
    """
    with _writing(path) as database:
        runs = runs_in(folder)  # not before: a run that is finished meanwhile waits here, and then adds itself
        for table in ("runs", *TABLES):
            database.execute(f"DELETE FROM {table}")
        for run in runs:
            _add(database, path, run)
    return len(runs)


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
    UsageError
        If there is none, or one that this leadlag does not know.
    """
    if not path.is_file():
        raise UsageError(f"store={path.name!r} does not exist: make it with leadlag store reindex FOLDER --store {PREFIX}FILE.")
    try:
        with closing(_opened(path)) as database:
            if not _is_made(database, path):
                raise UsageError(f"store={path.name!r} is empty: leadlag store reindex FOLDER --store {PREFIX}FILE fills it.")
            yield database
    except sqlite3.Error as error:
        raise _refused(path, error, "read") from None


def _opened(path: Path) -> sqlite3.Connection:
    """The index to be read; what a writer that was ended had begun is taken back first, which only who may write can do."""
    uri = path.resolve().as_uri()
    database = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=_PATIENCE)
    try:
        database.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
            raise
        with closing(sqlite3.connect(f"{uri}?mode=rw", uri=True, timeout=_PATIENCE)) as writer:
            writer.execute("SELECT 1 FROM sqlite_master").fetchone()
    return database


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction that no other writer enters; all of it is kept, or nothing."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise UsageError(
            f"an index needs SQLite {'.'.join(map(str, _OLDEST))}, and this Python has {sqlite3.sqlite_version}: take a newer "
            "Python, or leave output.store out of the config."
        )
    with steps.said_of(path, kept="The runs are whole in their folders."):
        steps.make_folder(path.parent)
    try:
        with closing(sqlite3.connect(path, timeout=_LOOK, isolation_level=None)) as database:
            steps.before("write", path)
            _patiently(database, "BEGIN IMMEDIATE")
            if not _is_made(database, path):
                _make(database)
            yield database
            steps.before("commit", path)
            _patiently(database, "COMMIT")
    except sqlite3.Error as error:
        raise _refused(path, error, "written") from None


def _refused(path: Path, error: sqlite3.Error, done: str) -> DatabaseError | UsageError:
    """An index that may answer later, as one that is locked, or never will, as a file that is none."""
    if isinstance(error, sqlite3.OperationalError):
        return DatabaseError(f"the index {path.name!r} cannot be {done}: {error}. {_AGAIN}")
    return UsageError(
        f"the index {path.name!r} cannot be {done}: {error}. Nothing of a run is lost: take the file away and make it again with "
        "leadlag store reindex FOLDER --store URL.",
        code="LL509",
    )


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


def _is_made(database: sqlite3.Connection, path: Path) -> bool:
    """Whether the tables are there, in the form that this leadlag knows; not in an empty file, and no other is ever touched."""
    tables = {str(row[0]) for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return False
    if "leadlag" not in tables:
        raise UsageError(f"store={path.name!r} is a database of something else: name another file.")
    (found,) = database.execute("SELECT max(version) FROM leadlag").fetchone()
    if found != _VERSION:
        raise UsageError(
            f"the index {path.name!r} has form {found}, and this leadlag knows {_VERSION}: install a newer leadlag, or name "
            "another file as store."
        )
    return True


def _add(database: sqlite3.Connection, path: Path, run: RunFolder) -> None:
    told = (run.run_id, run.as_of, run.turn, str(run.manifest["version"]), int(bool(run.manifest["partial"])))
    database.execute(f"INSERT INTO runs VALUES ({_marks(len(_RUNS))})", told)
    for table in TABLES:
        marks = _marks(len(TABLES[table]))
        for group in in_groups(_stored(table, run.rows(table)), 512):
            steps.before("write", path)
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", group)


def _make(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE leadlag (version INTEGER NOT NULL) STRICT")
    database.execute("INSERT INTO leadlag VALUES (?)", (_VERSION,))
    database.execute(
        "CREATE TABLE runs (run_id TEXT PRIMARY KEY, as_of TEXT, turn INTEGER, version TEXT, partial INTEGER) STRICT"
    )
    for table, columns in TABLES.items():
        kinds = ", ".join(f'"{column.name}" {_stored_as(table, column.name, column.kind)}' for column in columns)
        database.execute(f"CREATE TABLE {table} ({kinds}) STRICT")
        database.execute(f"CREATE INDEX {table}_by_run ON {table} (run_id)")


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
