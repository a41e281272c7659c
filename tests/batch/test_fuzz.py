"""Configs and names that nobody means well with; benchmarks/batch_fuzz.py has 5,000 of each."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from leadlag.batch import open_store
from leadlag.errors import ConfigError
from tests.batch.nights import AS_OF, CONFIG, config_in, table_in
from tests.commands import Run

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
if not (BENCHMARKS / "batch_fuzz.py").is_file():
    pytest.skip("benchmarks/batch_fuzz.py is not part of this installation", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
fuzz = importlib.import_module("batch_fuzz")

SEGMENTS = (
    "../../north", "/etc/north", "Nord\\süd", "NORTH", "north", "o'brien\"; DROP TABLE jobs;--", "日本 🎉", "é", "con",
    "%s {} [0]", "x" * 300, "--help", "a.b", "a_b",
)  # fmt: skip


def test_a_mutated_config_is_read_and_planned_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table_in(tmp_path, weeks=70)
    monkeypatch.chdir(tmp_path)
    came = {seed: fuzz.config_fault(seed, tmp_path) for seed in range(20_000, 20_400)}
    assert {seed: fault for seed, (_, fault) in came.items() if fault} == {}
    assert sum(kind == "planned 0" for kind, _ in came.values()) > 20


def test_hostile_names_are_read_back_and_no_file_lies_elsewhere(tmp_path: Path) -> None:
    assert fuzz.name_faults(tmp_path, count=400, first=20_000, at_a_time=200) == []


def test_hostile_segments_and_metrics_go_through_a_whole_run(tmp_path: Path, run: Run) -> None:
    table_in(tmp_path / "deep" / "in", segments=SEGMENTS, weeks=40)
    night = tmp_path / "deep" / "in"
    metrics = {
        "../../kpi": {"source": "sales", "column": "new_mrr", "aggregate": "sum"},
        "a/b'\"; --": {"source": "sales", "column": "demos", "aggregate": "sum"},
    }
    jobs = [{"kpi": "../../kpi", "max_lag": 1, "n_draws": 99, "horizons": [1]}]
    config = night / "n.yaml"
    config.write_text(json.dumps({**CONFIG, "metrics": metrics, "jobs": jobs}), encoding="utf-8")
    said = run("run", config, "--as-of", AS_OF)
    assert said.code == 0, said
    store = open_store(night / "runs")
    assert sorted(store.jobs()["segment"]) == sorted(SEGMENTS)
    assert set(store.results()["lead"]) == {"a/b'\"; --"}
    pd.testing.assert_frame_equal(store.results(), open_store(f"sqlite:///{night}/runs/leadlag.db").results())
    files = [path.relative_to(tmp_path).parts for path in tmp_path.rglob("*") if path.is_file()]
    assert {parts[:3] for parts in files} == {("deep", "in", name) for name in ("n.yaml", "data", "runs")}
    assert len(list((night / "runs").glob("*/models/*.json"))) == len(SEGMENTS)
    again = run("run", config, "--as-of", AS_OF, "--only", f"../../kpi/{SEGMENTS[0]}")
    assert again.content["jobs"]["total"] == 1  # type: ignore[index]


def test_no_message_shows_a_password(tmp_path: Path, run: Run) -> None:
    secret = "postgresql://u:secret@h/d"
    config = config_in(tmp_path)
    for words in (["--set", secret], ["--set", f"{secret}=1"], ["--set", f"output.store={secret}"], ["--set", f"run.x={secret}"]):
        said = run("run", config, *words)
        assert said.code == 2
        assert "secret" not in said.out + said.err
    for change in ({secret: 1}, {"output": {secret: 1}}, {"metrics": {secret: {"source": "sales"}}}):
        said = run("run", config_in(tmp_path, **change))
        assert said.code == 2
        assert "secret" not in said.out + said.err


@pytest.mark.parametrize("place", [("output", "folder"), ("output", "state"), ("sources", "sales", "path"), ("jobs", 0, "kpi")])
@pytest.mark.parametrize("letter", ["\0", "\ud800"])
def test_what_no_file_can_be_named_is_refused_with_its_place(place: tuple[str | int, ...], letter: str) -> None:
    from leadlag.batch import read_config

    told = json.loads(json.dumps(dict(CONFIG)))
    inside = told
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = f"a{letter}b"
    with pytest.raises(ConfigError, match=str(place[-1])):
        read_config(told)
