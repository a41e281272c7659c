"""Streams that are full, closed or no longer read, and paths that are no files: named as what they are, with an exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from leadlag.cli.main import main
from leadlag.cli.voice import Voice
from leadlag.errors import UsageError
from leadlag.sample import read_file
from tests.hazards import good_frame

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other shells, pipes and full devices")


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a table, and with what looks like one."""
    good_frame().to_csv(tmp_path / "sales.csv", index=False)
    (tmp_path / "sub.csv").mkdir()
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    return tmp_path


def shell(folder: Path, line: str) -> Ended:
    """A command line, with `leadlag` for the program and the first exit code of a pipe."""
    program = f"{sys.executable} -m leadlag"
    words = f"{line.replace('leadlag', program)}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, cwd=folder, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")


@needs_full
@pytest.mark.parametrize("line", ["check sales.csv >/dev/full", "check sales.csv --json >&-", "rank --help >/dev/full"])
def test_standard_output_that_cannot_be_written_is_one_line_and_exit_2(folder: Path, line: str) -> None:
    ended = shell(folder, f"leadlag {line}")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: standard output ")
    assert ended.err.count("\n") == 1


@needs_full
@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-"])
def test_where_only_standard_error_fails_answer_and_exit_code_stay(folder: Path, where: str) -> None:
    assert shell(folder, f"leadlag check sales.csv --verbose {where}") == shell(folder, "leadlag check sales.csv")
    assert shell(folder, f"leadlag check nothing.csv {where}").code == 2


@pytest.mark.parametrize("line", ["leadlag check sales.csv | head -1", "leadlag rank --help | true"])
def test_a_reader_that_stops_is_no_error(folder: Path, line: str) -> None:
    ended = shell(folder, line)
    assert (ended.code, ended.err) == (0, "")


def test_closed_standard_input_is_named(folder: Path) -> None:
    ended = shell(folder, "leadlag check - <&-")
    assert ended.code == 2
    assert ended.err.startswith("error: standard input is closed")


PATHS = {
    "sub.csv": "is a folder: give a file in it",
    "pipe.csv": "is a named pipe: give - and",
    "gone.csv": "is a link to a file that is not there",
    "sales.csv/x.csv": r"does not exist: a folder on its way is a file \(.*sales\.csv\)",
    "x" * 5_000 + ".csv": r"is a path of \d,\d{3} characters, more than the system allows",
    "sale.csv": "does not exist: check the path",
}


@pytest.mark.parametrize("name", PATHS, ids=lambda name: name[:12])
def test_a_path_that_is_no_file_is_named_as_what_it_is(folder: Path, name: str) -> None:
    with pytest.raises(UsageError, match=PATHS[name]):
        read_file(folder / name)


def test_the_command_line_names_paths_alike_and_the_nearest_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder / "sub.csv")]) == 2
    assert "is a folder" in capsys.readouterr().err
    assert main(["check", str(folder / "sale.csv")]) == 2
    assert "Did you mean" in capsys.readouterr().err
    assert main(["check", "-", "-"]) == 2
    assert "is named twice, and can be read once" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", ""], "'' is empty"),
        (["--out", "sales.csv"], "'sales.csv' is a file"),
        (["--out", "sales.csv/out"], "lies under 'sales.csv', which is a file"),
        (["--out", "x" * 5_000], "is no path for a folder (File name too long)"),
        (["--fdr", "0.1", "--fdr", "0.2"], "--fdr is given 2 times and takes one value: leave all but one out"),
        (["--max-lag", "2", "--max-lag", "3"], "--max-lag is given 2 times"),
    ],
    ids=["empty", "file", "under a file", "long", "two rates", "two lags"],
)
def test_what_cannot_be_done_is_refused_before_anything_is_computed(
    folder: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    assert main(["rank", "sales.csv", "--kpi", "sales", *words]) == 2
    assert said in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


def test_several_kpis_are_ranked_in_one_call(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    words = ["rank", "sales.csv", "--kpi", "sales", "--kpi", "visits", "--no-evidence", "--max-lag", "3"]
    assert main([*words, "--json", "--out", "out"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "leadlag-rankings-1"
    assert [one["kpi"] for one in told["rankings"]] == ["sales", "visits"]
    names = {f"sales.{kpi}.ranking.{kind}" for kpi in ("sales", "visits") for kind in ("html", "csv", "json")}
    assert {path.name for path in (folder / "out").iterdir()} == names | {"sales.rankings.csv"}
    table = pd.read_csv(folder / "out" / "sales.rankings.csv")
    assert set(table["kpi"]) == {"sales", "visits"}
    alone = ["rank", "sales.csv", "--kpi", "visits", "--no-evidence", "--max-lag", "3", "--json"]
    assert main(alone) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == told["rankings"][1]["ranking"]["rows"]


def test_rankings_of_two_kpis_lie_beside_each_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kpi in ("sales", "visits"):
        assert main(["rank", str(folder / "sales.csv"), "--kpi", kpi, "--no-evidence", "--out", str(folder / "out")]) == 0
    names = [f"sales.{kpi}.ranking.{kind}" for kpi in ("sales", "visits") for kind in ("csv", "html", "json")]
    assert sorted(path.name for path in (folder / "out").iterdir()) == names
    capsys.readouterr()


@pytest.mark.parametrize(("columns", "widest"), [("60", 60), ("20", 40), ("300", 100)])
def test_a_note_is_wrapped_for_a_person_and_one_line_for_a_program(
    columns: str, widest: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = "the dates were read as weeks " * 12
    voice = Voice(colour=False)
    voice.note(text)
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for say, word in ((voice.note, "note"), (voice.warn, "warning")):
        say(text)
        lines = capsys.readouterr().err.splitlines()
        assert max(map(len, lines)) in range(widest - 8, widest + 1)
        assert lines[0].startswith(f"{word}: ")
        assert all(line.startswith(" " * len(f"{word}: ")) for line in lines[1:])
        assert " ".join(" ".join(lines).split()) == f"{word}: {text.strip()}"
