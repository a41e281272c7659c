"""Two checkouts that say the same pass, and one word that differs is found and shown."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from leadlag.errors import UsageError
from tests.conftest import ROOT

FOLDER = ROOT / "benchmarks"


def loaded(name: str) -> ModuleType:
    if not (FOLDER / f"{name}.py").is_file():
        pytest.skip(f"benchmarks/{name}.py is not part of this installation")
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return loaded("same_outputs")


@pytest.fixture(scope="module")
def texts() -> ModuleType:
    return loaded("same_outputs_texts")


def compared(against: Path, only: str = "refused ratio*") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, FOLDER / "same_outputs.py", "--against", against, "--only", only]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def other(script: ModuleType, tmp_path: Path) -> Path:
    """A copy of this checkout, as far as it is needed."""
    shutil.copytree(ROOT / "leadlag", tmp_path / "leadlag", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_a_copy_says_the_same(other: Path) -> None:
    done = compared(other)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 outputs, 0 differ")


def test_one_word_of_a_refusal_is_found_and_shown(other: Path) -> None:
    changed = [path for path in other.rglob("*.py") if "is always 1: name" in path.read_text(encoding="utf-8")]
    for path in changed:
        path.write_text(path.read_text(encoding="utf-8").replace("is always 1: name", "is always one: name"), encoding="utf-8")
    done = compared(other)
    assert (len(changed), done.returncode) == (1, 1)
    name, ours, theirs, count = done.stdout.splitlines()[-4:]
    assert name == "refused ratio of one: raised"
    assert "UsageError: ratio('won', 'won') is always 1: name two" in ours
    assert "UsageError: ratio('won', 'won') is always one: name two" in theirs
    assert count == "1 outputs, 1 differ"


def test_a_side_that_cannot_run_is_a_failure(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "leadlag").mkdir()
    (tmp_path / "leadlag" / "__init__.py").write_text("raise ImportError('broken')", encoding="utf-8")
    done = compared(tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, f"could not run: there ({tmp_path})")


def test_a_pattern_that_no_call_has_is_a_failure(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "texts_of", lambda roots, pattern: {side: {} for side in roots})
    assert script.compare(ROOT, "no such call") == 1
    assert "no call matches 'no such call'" in capsys.readouterr().out


def test_outputs_of_one_side_alone_differ(script: ModuleType) -> None:
    found = list(script.differences({"a": "1", "b": "2"}, {"b": "2", "c": "3"}))
    assert [name for name, _, _ in found] == ["a", "c"]


def test_the_first_line_that_differs_is_shown_around_its_first_other_character(script: ModuleType) -> None:
    here, there = script.first_difference("same\n" + 500 * "x" + "1" + 500 * "y", "same\n" + 500 * "x" + "2" + 500 * "y")
    assert here.startswith("line 2: …xxx")
    assert (here.replace("1", "2"), len(here)) == (there, len("line 2: ") + 1 + script.SHOWN + 1)
    assert script.first_difference("same", "same\nmore") == ("line 2: (no such line)", "line 2: more")


def test_values_warnings_and_refusals_are_outputs(texts: ModuleType) -> None:
    def warned() -> dict[str, object]:
        warnings.warn("look", UserWarning, stacklevel=1)
        return {"table": pd.DataFrame({"x": [0.1 + 0.2]}), "number": 1 / 3}

    line = warned.__code__.co_firstlineno + 1
    told = texts.outputs("call", warned)
    assert "0.30000000000000004" in told["call: table"]
    assert told["call: number"] == "0.3333333333333333"
    assert told["call: warnings"] == f"UserWarning at {Path(__file__).name}:{line}: look"


def test_only_an_unexpected_refusal_is_said_aloud(texts: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise UsageError("no")

    assert texts.outputs("refused call", refuse) == {"refused call: raised": "UsageError: no [LL401]"}
    assert capsys.readouterr().err == ""
    texts.outputs("call", refuse)
    assert capsys.readouterr().err == "call: UsageError: no [LL401]\n"
