"""What users install: samples, types and licences are in the wheel and work without the checkout; the sdist has all files."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_house import tracked

#: What only a git checkout has a use for.
OF_GIT = {".ci/run", ".pre-commit-config.yaml"}
SAMPLES_PAGE = "data/samples/README.md"


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


def test_the_wheel_names_both_licences_and_holds_their_texts(installed: Path) -> None:
    (info,) = installed.glob("*.dist-info")
    said = (info / "METADATA").read_text(encoding="utf-8").splitlines()
    assert "License-Expression: BSD-3-Clause AND MIT" in said
    named = {line.partition(": ")[2] for line in said if line.startswith("License-File: ")}
    assert named == {"LICENSE", "LICENSES/MIT-Robyn.txt"}
    assert {name: (info / "licenses" / name).read_text() for name in named} == {name: (ROOT / name).read_text() for name in named}


def test_the_licence_of_the_robyn_sample_is_the_one_beside_it() -> None:
    legal, beside = ((ROOT / name).read_text(encoding="utf-8").split() for name in ("LICENSES/MIT-Robyn.txt", SAMPLES_PAGE))
    assert " ".join(legal[legal.index("Copyright") :]) in " ".join(beside)


def test_the_sdist_holds_every_file_that_the_tests_may_read(tmp_path: Path) -> None:
    files = {path.relative_to(ROOT) for path in tracked()}
    wanted = {str(path) for path in files if path.parts[0] != "findings"} - OF_GIT  # findings are about other software
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert wanted - held == set()
