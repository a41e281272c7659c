"""A run that is ended at any moment loses nothing: the next one goes on there, and nobody sees that it was ended."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from tests.batch.nights import arguments, started
from tests.batch.undisturbed import Scene, faults_after, scene_in

#: Moments spread over all steps; benchmarks/kills.py takes five times as many.
MOMENTS = 10


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene_in(tmp_path_factory.mktemp("scene"))


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_run_that_is_killed_is_taken_up_where_it_was(scene: Scene, tmp_path: Path, moment: int) -> None:
    night, step = scene.copy(tmp_path / "night"), 1 + moment * (scene.steps - 1) // (MOMENTS - 1)
    mark = f"killed-{tmp_path}"
    with started(str(step), "SIGKILL", *arguments(night / "n.yaml"), module="tests.batch.killed", mark=mark) as process:
        process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert faults_after(night, scene, mark) == []


@pytest.mark.parametrize("moment", [0.3, 0.9])
def test_a_run_that_is_asked_to_end_keeps_what_is_done(scene: Scene, tmp_path: Path, moment: float) -> None:
    night, mark, begun = scene.copy(tmp_path / "night"), f"asked-{tmp_path}", time.monotonic()
    words = (str(int(moment * scene.steps)), "SIGTERM", *arguments(night / "n.yaml"))
    with started(*words, module="tests.batch.killed", mark=mark) as process:
        out, _ = process.communicate(timeout=120)
    assert time.monotonic() - begun < 25
    told = json.loads(out)
    assert (process.returncode, told["exit"]) == (143, 143)
    assert faults_after(night, scene, mark) == []
