"""`import leadlag` and the command's help load none of the heavy packages, and every public name is there."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest

import leadlag
from tests.conftest import ROOT

HEAVY = {"arch", "joblib", "matplotlib", "narwhals", "numpy", "pandas", "scipy", "sklearn", "statsmodels"}


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded after `code`."""
    report = f"{code}\nimport json, sys\nprint('\\n' + json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_leadlag_loads_nothing_heavy() -> None:
    assert loaded_by("import leadlag; leadlag.__version__; leadlag.errors.CODES") & HEAVY == set()


def test_help_loads_nothing_heavy() -> None:
    code = "import runpy, sys\nsys.argv = ['leadlag', '--help']\n"
    run = code + "try:\n    runpy.run_module('leadlag', run_name='__main__')\nexcept SystemExit as end:\n    assert not end.code"
    assert loaded_by(run) & HEAVY == set()


def test_version_is_that_of_the_metadata() -> None:
    from importlib.metadata import version

    assert version("leadlag-kpi") == leadlag.__version__


@pytest.mark.parametrize("name", leadlag.__all__)
def test_public_name_can_be_used(name: str) -> None:
    assert getattr(leadlag, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="rank_lead"):
        leadlag.rank_lead  # noqa: B018


def test_the_command_is_the_function_in_pyproject() -> None:
    from importlib.metadata import entry_points

    (command,) = entry_points(group="console_scripts", name="leadlag")
    module, function = command.value.split(":")
    assert callable(getattr(importlib.import_module(module), function))
