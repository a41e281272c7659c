"""dev.py: an old or a bare Python gets a sentence, a made environment is found again, the locks hold by hash alone."""

from __future__ import annotations

import ast
import os
import re
import runpy
import signal
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
    for name in ("run.txt", "dev.txt", "notebook.txt", "../pyproject.toml"):
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
    for lock in ("notebook.txt", "dev.txt", "run.txt", "notebook.txt"):  # one is added to the other
        dev["environment"](lock)
    assert made == ["run.txt", "dev.txt", "notebook.txt"]
    (tmp_path / "pyproject.toml").write_text("changed")
    for lock in ("dev.txt", "notebook.txt"):
        dev["environment"](lock)
    assert made == ["run.txt", "dev.txt", "notebook.txt", "dev.txt", "notebook.txt"]


def test_the_users_environment_gets_the_link_and_what_builds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dev = runpy.run_path(str(DEV), run_name="dev")
    steps: list[str] = []
    monkeypatch.setitem(dev["fill"].__globals__, "must", lambda *command: steps.append(" ".join(map(str, command))))
    dev["fill"](tmp_path, tmp_path / "bin" / "python", "run.txt")
    packages, link = steps[-2:]
    assert "--require-hashes" in packages
    assert re.findall(r"\w+\.txt", packages) == ["run.txt", "build.txt"]
    assert link.endswith(f"--no-build-isolation -e {ROOT}")


def test_the_demo_ends_with_how_to_rank_a_file_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dev = runpy.run_path(str(DEV), run_name="dev")
    monkeypatch.setitem(dev["demo"].__globals__, "environment", lambda lock: tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setitem(dev["demo"].__globals__, "run", lambda command: 0)
    monkeypatch.chdir(tmp_path)
    assert dev["demo"]([]) == 0
    said = capsys.readouterr()
    assert said.out == ""  # the last line of standard output stays the path of the report
    assert said.err.endswith(f"{Path('.venv/bin/leadlag')} rank FILE.csv --kpi COLUMN\n")


def test_a_notebook_is_copied_once_and_jupyter_keeps_to_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dev = runpy.run_path(str(DEV), run_name="dev")
    rooms = dev["notebook"].__globals__
    (tmp_path / "notebooks").mkdir()
    for name in ("old.py", "old.ipynb", "new.py"):
        (tmp_path / "notebooks" / name).touch()
    started: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], cwd: Path, **variables: str) -> int:
        assert cwd == tmp_path / "notebooks"
        started.append(([str(part) for part in command], variables))
        return 0

    monkeypatch.setitem(rooms, "ROOT", tmp_path)
    monkeypatch.setitem(rooms, "environment", lambda lock: Path(lock))
    monkeypatch.setitem(rooms, "run", run)
    before = signal.getsignal(signal.SIGINT)
    try:
        assert dev["notebook"](["--no-browser"]) == 0
    finally:
        signal.signal(signal.SIGINT, before)
    (copying, _), (serving, _) = started
    assert copying[1:] == ["-m", "jupytext", "--quiet", "--to", "ipynb", str(tmp_path / "notebooks" / "new.py")]
    assert serving == ["notebook.txt", "-m", "jupyterlab", "--no-browser"]
    for _, variables in started:
        assert len(variables) == 4
        assert all(Path(value).is_relative_to(tmp_path / ".venv") for value in variables.values())


def test_the_time_of_the_tests_is_that_of_the_processor() -> None:
    pytest.importorskip("resource")
    used = runpy.run_path(str(DEV), run_name="dev")["used"]
    seconds = []
    for work in ("import time; time.sleep(0.5)", "import time\nwhile time.process_time() < 0.5: pass"):
        begin = used()
        subprocess.run([sys.executable, "-S", "-c", work], check=True)
        seconds.append(used() - begin)
    assert seconds[0] < 0.4 < seconds[1]


@pytest.mark.parametrize("arguments", [[], ["--oldest"], ["-k", "granger"]], ids=" ".join)
def test_the_slowest_tests_are_listed_where_all_run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    dev = runpy.run_path(str(DEV), run_name="dev")
    ran: list[list[str]] = []
    for name, value in {"environment": Path, "lint": list, "run": lambda command, cwd: ran.append(command) or 1}.items():
        monkeypatch.setitem(dev["test"].__globals__, name, value)
    assert dev["test"](arguments) == ["pytest"]
    assert ("--durations=20" in ran[0]) == ("-k" not in arguments)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_package_of_a_lock_is_one_version_with_hashes(lock: Path) -> None:
    entries = re.split(
        r"\n(?=\S)", "\n".join(line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#"))
    )
    assert len(entries) > (20 if lock.stem != "build" else 2)
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+==[^\s;]+( ; [^\\]+)? \\\n\s+--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_a_package_has_the_same_version_in_all_locks_that_share_an_environment() -> None:
    pinned: dict[str, list[set[str]]] = {}
    for lock in (path for path in LOCKS if path.stem != "oldest"):
        found: dict[str, set[str]] = {}  # more than one where the version depends on Python's
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), flags=re.MULTILINE):
            found.setdefault(name, set()).add(version)
        for name, versions in found.items():
            pinned.setdefault(name, []).append(versions)
    assert len(pinned["numpy"]) == 3
    assert {name: sets for name, sets in pinned.items() if any(each != sets[0] for each in sets)} == {}


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
