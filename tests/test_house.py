"""Rules of the house that a linter does not know, read off the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
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


def test_what_users_install_is_what_the_package_imports() -> None:
    imported = {alias.name for _, node in nodes(ast.Import) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for _, node in nodes(ast.ImportFrom) if isinstance(node, ast.ImportFrom)}
    outside = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"leadlag"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = re.findall(r"^[\w-]+", "\n".join(project["dependencies"]), flags=re.MULTILINE)
    names = {name.replace("scikit-learn", "sklearn") for name in asked}
    # leadlag says how to get these
    extras = {"holidays", "openpyxl", "pebble", "psycopg", "pyarrow", "pydantic", "ruamel", "sqlalchemy"}
    assert outside - extras == names


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
    assert [place.rpartition(":")[0] for place in broad] == ["leadlag/ranking/edge.py"]  # the edge of a job: LL501


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


# One question, one folder

QUESTIONS = sorted(path for path in (ROOT / "leadlag" / "methods").iterdir() if (path / "__init__.py").exists())

#: What a question's folder holds; `screen` gives a frame, so it needs no result, and nothing of it is drawn.
USUAL = {"question", "result", "numbers", "words", "picture"}
LACKING = {"granger": {"picture"}, "screen": {"result", "picture"}}

#: Other files of a question, each with its reason.
MORE = {
    "regression": {
        "options": "what the many options of one call are once they are checked",
        "profile": "the lag profile, a result within the result",
        "prediction": "what a fitted regression says of later rows",
        "statsmodels": "the same fit as a statsmodels result",
        "covariates": "trend, season and controls, on the rows of the fit and on later ones",
        "diagnostic_words": "what residual diagnostics say, which is as long as all the rest",
    },
    "stationarity": {"transform": "the transform that is suggested: learned once, applied again, undone"},
}


def stems(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir() if path.stem not in ("__init__", "__pycache__")}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.name)
def test_a_question_is_one_folder_with_the_same_files_as_every_other(question: Path) -> None:
    assert stems(question) == (USUAL - LACKING.get(question.name, set())) | set(MORE.get(question.name, {}))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.name)
def test_a_question_is_asked_by_a_public_function(question: Path) -> None:
    names = public_names()
    asked = {node.name for node in tree(question / "question.py").body if isinstance(node, ast.FunctionDef)}
    assert asked & names


def public_names() -> set[str]:
    """Names that `import leadlag` offers."""
    stub = tree(ROOT / "leadlag" / "__init__.pyi")
    return {alias.asname or alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def imported(module: Path) -> set[str]:
    """Modules that a module imports when it is loaded or used; a type checker's are not among them."""
    found = {node.module or "" for node in at_run_time(module)}
    for node in tree(module).body:
        found |= {alias.name for each in ast.walk(node) if isinstance(each, ast.Import) for alias in each.names}
    return found


def inside(*parts: str) -> list[Path]:
    """Modules of questions, rankings and the core of which the path has one of `parts` as a file or a folder."""
    rooms = [module for module in MODULES if module.relative_to(ROOT).parts[1] in ("methods", "ranking", "core")]
    return [module for module in rooms if set(parts) & {*module.parts, module.stem}]


def test_words_and_numbers_know_no_frame() -> None:
    assert [
        str(module)
        for module in inside("words", "numbers", "core")
        if any(name.startswith("pandas") for name in imported(module))
    ] == []


def test_a_picture_knows_its_own_question_and_what_all_pictures_use() -> None:
    found = {}
    for module in inside("picture", "pictures"):
        own = ".".join(module.relative_to(ROOT).parts[: 2 if "ranking" in module.parts else 3])
        allowed = (own, "leadlag.plot", "leadlag.wording", "leadlag.errors", "leadlag._validation")
        strange = {name for name in imported(module) if name.startswith("leadlag") and not name.startswith(allowed)}
        found |= {str(module): strange} if strange else {}
    assert found == {}


def test_no_question_knows_another() -> None:
    found = []
    for question in QUESTIONS:
        others = tuple(f"leadlag.methods.{other.name}" for other in QUESTIONS if other != question)
        found += [str(module) for module in question.rglob("*.py") if any(name.startswith(others) for name in imported(module))]
    assert found == []


def test_no_two_classes_share_a_name() -> None:
    places: dict[str, list[str]] = {}
    for module, node in nodes(ast.ClassDef):
        places.setdefault(getattr(node, "name", ""), []).append(where(module, node))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_a_result_shows_itself_as_every_result_does() -> None:
    """A dataclass makes a repr of all its fields unless it is told not to."""
    own = []
    for module, node in nodes(ast.ClassDef):
        if isinstance(node, ast.ClassDef) and any(isinstance(base, ast.Name) and base.id == "Result" for base in node.bases):
            own += [where(module, node)] * ("repr=False" not in "".join(map(ast.unparse, node.decorator_list)))
    assert own == []


@cache
def defined(module: Path) -> set[str]:
    """Names that stand at the top of a module, and those of the attributes of its classes."""
    names = set()
    for node in tree(module).body:
        names |= {node.name} if isinstance(node, ast.FunctionDef | ast.ClassDef) else set()
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        names |= {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
        names |= {alias.asname or alias.name for alias in node.names} if isinstance(node, ast.Import | ast.ImportFrom) else set()
    return names


def resolves(name: str) -> bool:
    """Whether a dotted name under `leadlag` is a room, or something that stands in one."""
    path = ROOT
    for place, part in enumerate(parts := name.split(".")):
        if (path / part).is_dir():
            path = path / part
            continue
        module, rest = (
            (path / f"{part}.py", parts[place + 1 :]) if (path / f"{part}.py").exists() else (path / "__init__.py", parts[place:])
        )
        return not rest or rest[0] in defined(module) | (public_names() if module.parent.name == "leadlag" else set())
    return True


def test_a_room_named_in_a_text_is_there() -> None:
    texts = [
        *MODULES,
        *sorted((ROOT / "docs").glob("*.md")),
        ROOT / "README.md",
        ROOT / "ARCHITECTURE.md",
        ROOT / "CONTRIBUTING.md",
    ]
    found = []
    for path in texts:
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"`{1,2}(leadlag(?:\.\w+)+)(?=[`(])", text))
        files = set(re.findall(r"`(leadlag/[\w/]+\.py)`", text))
        found += [f"{path.relative_to(ROOT)}: {name}" for name in sorted(named) if not resolves(name)]
        found += [f"{path.relative_to(ROOT)}: {name}" for name in sorted(files) if not (ROOT / name).exists()]
    assert found == []


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
