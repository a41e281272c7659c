"""Rows of a query to PostgreSQL, which is asked and never written to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from leadlag.errors import ConfigError, DatabaseError, UsageError

__all__ = ["queried"]

Answer = TypeVar("Answer")

#: Seconds before each further try, once a connection is lost.
PAUSES = (1.0, 3.0, 9.0)
#: Milliseconds that a statement may take.
_TIMEOUT = 600_000
#: States of SQL that say that a connection was lost, or that the server goes down or comes up.
_LOST = ("08", "57P01", "57P02", "57P03", "57P05")
_AT_A_TIME = 20_000


def queried(url_env: str, query_file: Path, *, pauses: tuple[float, ...] | None = None) -> pd.DataFrame:
    """The rows that a query gives.

    The session can only read (``default_transaction_read_only``), a statement ends after ten minutes, and the query goes through
    a cursor of the server, which takes one query and nothing else. A lost connection is tried again.

    Parameters
    ----------
    url_env : str
        Name of the environment variable with the URL, ``postgresql://USER:PASSWORD@HOST:PORT/NAME``.
    query_file : path
        File with one query.
    pauses : tuple of float, optional
        Seconds before each further try; `PAUSES` if None.

    Raises
    ------
    ConfigError
        If the variable is not set.
    UsageError
        If the query cannot be read, or the database refuses it.
    DatabaseError
        If the database cannot be reached (LL507).
    """
    url = os.environ.get(url_env)
    if not url:
        raise ConfigError(f"the environment variable {url_env} is not set: it has to hold the URL of the database.")
    statement = _statement(query_file)
    try:
        import psycopg  # noqa: F401, PLC0415  (an extra)
        import sqlalchemy  # noqa: F401, PLC0415
    except ImportError as error:
        text = f"a query needs {error.name}: pip install 'leadlag-kpi[sql]', or give a file with path."
        raise UsageError(text, code="LL405") from None
    return _tried(lambda: _rows(url, statement), PAUSES if pauses is None else pauses)


def _statement(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip().removesuffix(";")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"query_file={path.name!r} cannot be read: {error}.") from None
    if not text:
        raise UsageError(f"query_file={path.name!r} is empty: write one query into it.")
    return text


def _tried(ask: Callable[[], Answer], pauses: tuple[float, ...]) -> Answer:
    """An answer, tried again where the connection is lost."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError  # noqa: PLC0415  (an extra)

    for pause in (*pauses, None):
        try:
            return ask()
        except DBAPIError as error:
            if not _is_lost(error):
                raise UsageError(f"the database refuses the query: {_why(error)}.") from None
            if pause is None:
                text = f"the database cannot be reached, after {len(pauses) + 1} tries: {_why(error)}"
                raise DatabaseError(f"{text}. What is done is kept; run again once it answers.") from None
            time.sleep(pause)
        except SQLAlchemyError as error:
            raise UsageError(f"the database cannot be asked: {_why(error)}.") from None
    raise DatabaseError("the database was not asked.")


def _rows(url: str, statement: str) -> pd.DataFrame:
    """The answer of a query, so many rows at a time."""
    from sqlalchemy import create_engine, make_url, text  # noqa: PLC0415  (an extra)
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    known = make_url(url)
    if known.get_backend_name() not in ("postgresql", "postgres"):
        raise UsageError(f"{known.drivername} is not asked: give a URL that begins with postgresql://.")
    options = f"-c default_transaction_read_only=on -c statement_timeout={_TIMEOUT}"
    engine = create_engine(
        known.set(drivername="postgresql+psycopg"), poolclass=NullPool, hide_parameters=True,
        connect_args={"options": options, "connect_timeout": 20, "application_name": "leadlag"},
    )  # fmt: skip
    with engine.connect() as connection:
        connection.execute(text("select 1"))
        streamed = connection.execution_options(stream_results=True, max_row_buffer=_AT_A_TIME)
        result = streamed.exec_driver_sql(statement.replace("%", "%%"))  # the driver looks for %s in it, and takes %% for %
        columns = list(result.keys())
        parts = [pd.DataFrame(part, columns=columns) for part in result.partitions(_AT_A_TIME)]
    return _numbers(pd.concat(parts, ignore_index=True)) if parts else pd.DataFrame(columns=columns)


def _numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """With decimals, which a sum of whole numbers is too, as numbers."""
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "decimal":
            frame.isetitem(place, column.astype("float64").to_numpy())
    return frame


def _is_lost(error: object) -> bool:
    """Whether the connection was lost, and not the query wrong."""
    cause = getattr(error, "orig", None)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_LOST)
    return "connect" in str(cause).casefold()


def _why(error: object) -> str:
    """What the database said, on one line and without the URL."""
    said = str(getattr(error, "orig", None) or error)
    return " ".join(said.split())[:300].rstrip(".")
