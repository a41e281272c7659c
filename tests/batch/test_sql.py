"""Rows of a query to a real PostgreSQL: those of the file, nothing is written, a lost connection is tried again."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from leadlag.batch import open_store, read_config, run
from leadlag.batch.sources import read_source
from leadlag.batch.sources.sql import queried
from leadlag.cli.main import main
from leadlag.errors import ConfigError, DatabaseError, UsageError
from tests.batch.conftest import CONFIG, night, sales
from tests.batch.postgres import Server, binaries, server
from tests.conftest import skip_unless

# a cursor of psycopg whose server is gone cannot be closed, and says so when it is forgotten
pytestmark = pytest.mark.filterwarnings("ignore:.*ServerCursor:pytest.PytestUnraisableExceptionWarning")

AS_OF = "2026-11-30"
QUERY = "select week::text as week, region, sum(new_mrr) as new_mrr, sum(demos) as demos, sum(wins) as wins, sum(deals) as deals"
SQL = CONFIG.replace('path: "data/*.csv"', "url_env: LEADLAG_TEST_DWH, query_file: sales.sql")


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    """A server with the table of sales, a row a deal."""
    tools = binaries()
    skip_unless(tools is not None, "postgres", "PostgreSQL is not installed, or this is not root")
    assert tools is not None
    with server(tools) as found:
        rows = ",".join(
            f"('{one.week}', '{one.region}', {one.new_mrr}, {one.demos}, {one.wins}, {one.deals})" for one in sales().itertuples()
        )
        found.do("create table sales (week date, region text, new_mrr numeric, demos numeric, wins int, deals int)")
        found.do(f"insert into sales values {rows}")
        yield found


@pytest.fixture
def asked(database: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config that asks the database."""
    monkeypatch.setenv("LEADLAG_TEST_DWH", database.url)
    path = night(tmp_path, config=SQL)
    (tmp_path / "sales.sql").write_text(f"{QUERY} from sales group by 1, 2 order by random();\n", encoding="utf-8")
    return path


def answer(folder: Path, query: str) -> pd.DataFrame:
    """The rows of a query."""
    (folder / "one.sql").write_text(query, encoding="utf-8")
    return queried("LEADLAG_TEST_DWH", folder / "one.sql", pauses=(0.05, 0.1))


def test_rows_of_a_query_are_those_of_the_file(asked: Path, tmp_path: Path) -> None:
    of_query = read_source("sales", read_config(asked), as_of=AS_OF)
    of_file = read_source("sales", read_config(night(tmp_path / "file")), as_of=AS_OF)
    assert [one.sha256 for one in of_query.columns()] == [one.sha256 for one in of_file.columns()]


def test_a_run_over_a_query_is_the_run_over_the_file(asked: Path, tmp_path: Path) -> None:
    of_query, of_file = run(asked, as_of=AS_OF), run(night(tmp_path / "file"), as_of=AS_OF)
    assert (of_query.exit, of_query.run_id) == (0, of_file.run_id)
    stores = [open_store(folder / "runs") for folder in (tmp_path, tmp_path / "file")]
    for name in ("jobs", "results"):
        pd.testing.assert_frame_equal(*(getattr(store, name)("last") for store in stores))
    assert run(asked, as_of=AS_OF).jobs.computed == 0


def test_every_kind_of_value_comes_as_it_is(asked: Path, tmp_path: Path) -> None:
    found = answer(
        tmp_path, "select 1.5::numeric as n, sum(2::bigint) as s, 'a%b:c' as t, null::float8 as f, date '2026-11-30' as d"
    )
    assert found["n"].dtype == found["s"].dtype == "float64"
    assert found["t"].tolist() == ["a%b:c"]
    assert len(answer(tmp_path, "select i from generate_series(1, 50000) as i where i::text like '%7%'")) > 10_000


@pytest.mark.parametrize(
    "query",
    ["create table stolen (a int)", "drop table sales", "select 1; drop table sales", "insert into sales values ('2026-01-05')",
     "", "select nothing from sales"],
)  # fmt: skip
def test_nothing_but_one_query_that_reads_is_asked(asked: Path, tmp_path: Path, query: str) -> None:
    with pytest.raises(UsageError):
        answer(tmp_path, query)
    assert len(answer(tmp_path, "select * from sales")) == len(sales())


def test_a_connection_that_is_lost_in_the_middle_of_a_query_is_tried_again(asked: Path, tmp_path: Path, database: Server) -> None:
    (tmp_path / "slow.sql").write_text("select count(*) as n, pg_sleep(1.5)::text as slept from sales", encoding="utf-8")
    found: list[pd.DataFrame] = []
    thread = threading.Thread(
        target=lambda: found.append(queried("LEADLAG_TEST_DWH", tmp_path / "slow.sql", pauses=(1.0, 2.0, 4.0)))
    )
    thread.start()
    time.sleep(0.8)
    database.stop()
    database.start()
    thread.join(timeout=30)
    assert found[0]["n"].tolist() == [len(sales())]


def test_a_database_that_is_away_is_to_be_tried_again_and_the_run_goes_on_once_it_is_there(
    asked: Path, database: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadlag.batch.sources.sql.PAUSES", (0.05,))
    database.stop()
    try:
        assert main(["run", str(asked), "--as-of", AS_OF]) == 75
    finally:
        database.start()
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["status"], told["problems"][0]["code"]) == ("unavailable", "LL507")
    assert "hunter2" not in said.out + said.err
    assert main(["run", str(asked), "--as-of", AS_OF, "-q"]) == 0


def test_the_variable_with_the_url_has_to_be_set(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADLAG_TEST_DWH")
    with pytest.raises(ConfigError, match="LEADLAG_TEST_DWH is not set"):
        run(asked, as_of=AS_OF)


def test_a_wrong_password_or_host_does_not_show_the_url(asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLAG_TEST_DWH", "postgresql://me:hunter2@127.0.0.1:1/none")
    with pytest.raises(DatabaseError) as caught:
        answer(tmp_path, "select 1")
    assert "hunter2" not in str(caught.value)
    monkeypatch.setenv("LEADLAG_TEST_DWH", "mysql://me:hunter2@127.0.0.1:1/none")
    with pytest.raises(UsageError, match="postgresql://") as refused:
        answer(tmp_path, "select 1")
    assert "hunter2" not in str(refused.value)
