"""dev.py: an old or a bare Python gets a sentence, a made environment is found again, the locks hold by hash alone."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

DEV = ROOT / "dev.py"
LOCKS = sorted((ROOT / "lock").glob("*.txt"))


def start(prelude: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """dev.py in a fresh interpreter that `prelude` has made poorer, and with no tool on its PATH."""
    go = f"sys.argv = ['dev.py', *{list(arguments)}]\nrunpy.run_path({str(DEV)!r}, run_name='__main__')"
    code = f"import runpy, sys\n{prelude}\n{go}"
    env = os.environ | {"PATH": str(cwd)}
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, env=env, capture_output=True, text=True)


def test_parses_on_python_3_8_with_the_standard_library_alone() -> None:
    tree = ast.parse(DEV.read_text(encoding="utf-8"), feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert names <= sys.stdlib_module_names
    assert not any(isinstance(node, (ast.JoinedStr, ast.NamedExpr)) for node in ast.walk(tree))


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 8, 18), (3, 10, 13)])
def test_an_old_python_gets_a_sentence(version: tuple[int, int, int], tmp_path: Path) -> None:
    done = start(f"sys.version_info = {version}", "test", cwd=tmp_path)
    text = ".".join(map(str, version))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"dev.py: leadlag needs Python 3.11 or newer and this is {text}: install one and run `python3.11 dev.py ...`."
    ]


def test_a_python_without_ensurepip_gets_the_package_to_install(tmp_path: Path) -> None:
    done = start("sys.modules['ensurepip'] = None", "demo", cwd=tmp_path)
    assert done.returncode == 1
    assert f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv`" in done.stderr


def test_no_command_prints_the_commands(tmp_path: Path) -> None:
    done = start("", cwd=tmp_path)
    assert done.returncode == 1
    assert "python3 dev.py demo" in done.stderr


def test_a_made_environment_is_taken_as_it_is_until_lock_or_pyproject_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = runpy.run_path(str(DEV), run_name="dev")
    rooms = dev["environment"].__globals__
    (tmp_path / "lock").mkdir()
    for name in ("run.txt", "dev.txt", "../pyproject.toml"):
        (tmp_path / "lock" / name).write_text(name)
    made: list[str] = []

    def fill(home: Path, python: Path, lock: str) -> None:
        made.append(lock)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    monkeypatch.setitem(rooms, "ROOT", tmp_path)
    monkeypatch.setitem(rooms, "fill", fill)
    for lock in ("run.txt", "run.txt", "dev.txt", "run.txt", "dev.txt"):  # what developers have is enough for the demo
        dev["environment"](lock)
    assert made == ["run.txt", "dev.txt"]
    (tmp_path / "pyproject.toml").write_text("changed")
    dev["environment"]("dev.txt")
    assert made == ["run.txt", "dev.txt", "dev.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_package_of_a_lock_is_one_version_with_hashes(lock: Path) -> None:
    entries = re.split(
        r"\n(?=\S)", "\n".join(line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#"))
    )
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+==[^\s;]+( ; [^\\]+)? \\\n\s+--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_the_oldest_lock_pins_the_lower_bounds_of_pyproject() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        bounds = dict(re.findall(r"([\w-]+)>=([\d.]+)", "\n".join(tomllib.load(file)["project"]["dependencies"])))
    pinned = dict(re.findall(r"^([\w-]+)==([\d.]+)", (ROOT / "lock" / "oldest.txt").read_text(), flags=re.MULTILINE))
    asked = {name.replace("_", "-"): re.sub(r"(\.0)+$", "", low) for name, low in bounds.items()}
    assert {name: re.sub(r"(\.0)+$", "", pinned[name]) for name in asked} == asked


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 dev.py demo" in text
    assert "python3 dev.py test" in text
