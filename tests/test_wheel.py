"""What users install: the samples and the types are in the wheel, and both work without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the unpacked wheel, as an installer would lay it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("leadlag_kpi-*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_package_its_types_and_the_samples_alone(installed: Path) -> None:
    top = {path.name.split("-")[0] for path in installed.iterdir()}
    assert top == {"leadlag", "leadlag_kpi"}
    assert (installed / "leadlag" / "py.typed").exists()
    assert (installed / "leadlag" / "__init__.pyi").exists()
    samples = {path.name for path in (ROOT / "data" / "samples").iterdir() if path.is_file()}
    assert {path.name for path in (installed / "leadlag" / "data" / "samples").iterdir()} == samples


def test_a_sample_loads_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import leadlag as ll; print(ll.__file__); print(len(ll.load_sample('us_housing')))"
    env = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    file, rows = done.stdout.splitlines()
    assert Path(file).is_relative_to(installed)
    assert int(rows) > 400
