"""Rules of the house that a linter does not know, read off the source."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

MODULES = sorted((ROOT / "leadlag").rglob("*.py"))
LONGEST_BODY, LONGEST_MODULE = 60, 400

#: Calls that would run text from a table as code, or load an object that can.
FORBIDDEN_NAMES = {"eval", "exec", "query", "from_formula", "smf", "pickle", "cPickle", "dill", "cloudpickle", "read_pickle"}
FORBIDDEN_IMPORTS = {"pickle", "dill", "cloudpickle", "shelve", "marshal", "statsmodels.formula", "patsy", "formulaic"}

#: Put together here, so that this file does not hold what it looks for.
INDEX_ADDRESS = re.compile(
    "|".join(
        [
            "py" + r"pi\.org",
            "files.python" + "hosted",
            r"registry\.npm" + "js",
            "/simple" + r"/?\s*$",
            "--(extra-)?index" + r"-url[ =]",
        ]
    )
)


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def where(module: Path, node: ast.AST) -> str:
    return f"{module.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


@cache
def parts(module: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(module)))


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    for module in MODULES:
        yield from ((module, node) for node in parts(module) if isinstance(node, kinds))


def test_no_name_from_a_table_is_ever_run_as_code() -> None:
    called = {
        where(module, node): name
        for module, node in nodes(ast.Name, ast.Attribute)
        if (name := node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")) in FORBIDDEN_NAMES
    }
    assert called == {}


def test_nothing_is_imported_that_runs_code_from_data() -> None:
    found = []
    for module, node in nodes(ast.Import, ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(getattr(node, "module", ""))]
        found += [where(module, node) for name in names for bad in FORBIDDEN_IMPORTS if f"{name}.".startswith(f"{bad}.")]
    assert found == []


def test_imports_are_absolute() -> None:
    assert [where(module, node) for module, node in nodes(ast.ImportFrom) if getattr(node, "level", 0)] == []


def at_run_time(module: Path) -> Iterator[ast.ImportFrom]:
    """Imports of a module, without those that only a type checker reads."""
    for node in tree(module).body:
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)):
            yield from (each for each in ast.walk(node) if isinstance(each, ast.ImportFrom))


def test_wording_imports_no_room_above_it_at_run_time() -> None:
    above = ("leadlag.decision", "leadlag.methods", "leadlag.ranking", "leadlag.report")
    found = [
        where(module, node)
        for module in MODULES
        if module.parent.name == "wording"
        for node in at_run_time(module)
        if (node.module or "").startswith(above)
    ]
    assert found == []


def test_only_the_command_line_prints() -> None:
    prints = [
        where(module, node)
        for module, node in nodes(ast.Name)
        if isinstance(node, ast.Name) and node.id == "print" and "cli" not in module.relative_to(ROOT).parts
    ]
    assert prints == []


def test_no_check_is_an_assert_which_python_may_leave_out() -> None:
    assert [where(module, node) for module, node in nodes(ast.Assert)] == []


def test_no_error_is_swallowed_whole() -> None:
    broad = [
        where(module, node)
        for module, node in nodes(ast.ExceptHandler)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert broad == []


def test_no_part_is_a_stub() -> None:
    stubs = [where(module, node) for module, node in nodes(ast.Raise) if "NotImplementedError" in ast.dump(node)]
    assert stubs == []


def body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines after the docstring."""
    start = function.body[1 if ast.get_docstring(function) is not None and len(function.body) > 1 else 0]
    return (function.end_lineno or 0) - start.lineno + 1


def test_no_function_is_too_long_to_read() -> None:
    long = {
        f"{where(module, node)} {node.name}": length
        for module, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (length := body_length(node)) > LONGEST_BODY
    }
    assert long == {}


def test_no_module_is_too_long_to_read() -> None:
    lengths = {str(module.relative_to(ROOT)): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_room_of_the_package_has_tests() -> None:
    rooms = {path.name for path in (ROOT / "leadlag").iterdir() if (path / "__init__.py").exists()}
    tests = ROOT / "tests"
    assert {room for room in rooms if not [*tests.glob(f"{room}/**/test_*.py"), *tests.glob(f"test_{room}.py")]} == set()


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the tracked files are not known")
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_the_address_of_a_package_index() -> None:
    found = []
    for path in tracked():
        lines = path.read_text(encoding="utf-8", errors="ignore").splitlines()
        found += [f"{path.relative_to(ROOT)}:{number}" for number, line in enumerate(lines, 1) if INDEX_ADDRESS.search(line)]
    assert found == []
