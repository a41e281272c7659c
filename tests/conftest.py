"""What holds for every test: no global state is touched, no figure stays open, nothing is skipped that has to run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

# before anything imports numpy: on several threads small products mostly wait, on a busy machine many times as long as they take
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")  # before anything imports matplotlib: tests need no screen

import numpy as np
import pytest
from hypothesis import settings

from leadlag.cli.main import main
from tests.commands import Answer, Run

# the same examples on every machine, and none fails for being slow there
settings.register_profile("leadlag", derandomize=True, deadline=None)
settings.load_profile("leadlag")

ROOT = Path(__file__).resolve().parent.parent


def skip_unless(available: bool, name: str, reason: str) -> None:
    """Skip the test where `name` is not available; fail it where LEADLAG_REQUIRE lists `name`."""
    if available:
        return
    required = os.environ.get("LEADLAG_REQUIRE", "").replace(",", " ").split()
    if name in required:
        pytest.fail(f"LEADLAG_REQUIRE={name}, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """What calls a command with these words."""

    def call(*words: str | Path) -> Answer:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the real series and R's numbers that stay outside the project; lies beside the checkout."""
    folder = ROOT.parent / "shared" / "data"
    skip_unless(folder.is_dir(), "shared", "the folder ../shared/data is not here")
    return folder


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Folder with small tables as people really have them, and their right answers; lies beside the checkout."""
    folder = ROOT.parent / "shared" / "cases"
    skip_unless(folder.is_dir(), "shared", "the folder ../shared/cases is not here")
    return folder


@pytest.fixture(autouse=True)
def global_random_state_untouched() -> Iterator[None]:
    """Fail a test during which numpy's global random state moved: a result must depend on its `rng` alone."""
    before = np.random.get_state(legacy=False)  # noqa: NPY002  (the global state is what is being watched)
    yield
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    same = before["state"]["pos"] == after["state"]["pos"] and np.array_equal(before["state"]["key"], after["state"]["key"])
    if not same:
        pytest.fail("the test moved numpy's global random state", pytrace=False)


@pytest.fixture(autouse=True)
def no_figure_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a figure open in pyplot; those of pictures open them, and here they are closed."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot and request.path.name in {"test_picture.py", "test_pictures.py"}:
        pyplot.close("all")
    figures = pyplot.get_fignums() if pyplot else []
    if figures:
        pyplot.close("all")
        pytest.fail(f"the test left {len(figures)} figure(s) open", pytrace=False)
