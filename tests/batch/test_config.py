"""A config is read whole or refused whole: every key, each with its place, and no secret in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadlag.batch import config_schema, read_config
from leadlag.cli.main import main
from leadlag.errors import ConfigError
from tests.batch.conftest import CONFIG, night

CONTRACT = """\
version: 1
sources:
  sales: {path: "data/*.csv", time: week, segment: region}
calendar: {cadence: week, tz: Europe/Berlin}
metrics:
  new_mrr: {source: sales, column: new_mrr, aggregate: sum, unit: EUR}
  demos: {source: sales, aggregate: sum, available_after: 1}
  win_rate: {source: sales, aggregate: {ratio: [wins, deals]}}
jobs:
  - {kpi: new_mrr, leads: [demos, win_rate], segments: all, max_lag: 12, horizons: [1, 4]}
run: {workers: 2, evidence: true, allow_failed: 0}
contract: {sales: {min_periods: 60, max_gap: 2, freshness: 14d, on_late: retry}}
limits: {minutes: 120, job_seconds: 600, max_tests: 1000000}
output: {folder: runs, store: "sqlite:///runs/leadlag.db", models: true, people: true, keep_runs: 400}
"""


def wrong(folder: Path, text: str) -> str:
    """What is said of a config."""
    with pytest.raises(ConfigError) as caught:
        read_config(night(folder, config=text))
    assert caught.value.code == "LL508"
    return str(caught.value.args[0])


def test_the_config_of_the_contract_is_read_as_it_stands(tmp_path: Path) -> None:
    config = read_config(night(tmp_path, config=CONTRACT))
    assert config.metrics["demos"].metric.available_after == 1
    assert config.jobs[0].horizons == (1, 4)
    assert config.contract["sales"].days == 14
    assert config.reading("sales") == {"tz": "Europe/Berlin", "freq": "week"}
    assert config.folder == tmp_path / "runs"
    assert config.state == tmp_path / "runs" / ".state"


def test_all_that_is_wrong_is_said_at_once_with_line_and_nearest_name(tmp_path: Path) -> None:
    text = (
        CONFIG.replace("time: week", "tiem: week")
        .replace("max_lag: 6", 'max_lag: "6", leads: [demoss]')
        .replace("leads: [demos, win_rate], ", "")
    )
    said = wrong(tmp_path, text.replace("workers: 2", "workers: 0"))
    assert "4 things are wrong" in said
    assert "line 3, sources.sales.time: is missing" in said
    assert "line 3, sources.sales.tiem: unknown key. Did you mean 'time'?" in said
    assert "line 10, jobs[0].max_lag: '6' is no whole number" in said
    assert "line 11, run.workers: 0 is not allowed" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("leads: [demos, win_rate]", "leads: [demoss]", "there is no metric 'demoss'. Did you mean 'demos'?"),
        ("{source: sales, aggregate: sum, available_after: 1}", "{source: sale}", "there is no source 'sale'"),
        ("unit: EUR", "aggregate: sum", "the key 'aggregate' occurs twice"),
        ("time: week, segment: region", "time: week", "FINE"),
        ("segment: region}", "time: week}", "the key 'time' occurs twice"),
        ("leads: [demos, win_rate]", "leads: [demos, new_mrr]", "is among its own leads"),
        ("leads: [demos, win_rate]", "leads: []", "is empty"),
        ("max_lag: 6", "segments: none", "nothing to rank"),
        ("max_lag: 6", "segments: []", "segments: is empty: name at least one"),
        ("n_draws: 199", "n_draws: 98", "98 is not allowed"),
        ("n_draws: 199", "horizons: [1, 1001]", "1001 is not allowed"),
        ("folder: runs", "folder: ''", "give at least one character"),
        ("Europe/Berlin", "Europe/Berlinn", "Berlinn"),
        ("sqlite:///runs/leadlag.db", "leadlag.db", "give sqlite:///PATH"),
        ("expected", "expected", "FINE"),
        ("available_after: 1", "available_after: soon", "available_after"),
        ("unit: EUR", "units: EUR", "Did you mean 'unit'?"),
    ],
)
def test_names_that_lead_nowhere_and_what_cannot_be_together(tmp_path: Path, old: str, new: str, said: str) -> None:
    if said == "FINE":
        read_config(night(tmp_path, config=CONFIG.replace(old, new)))
    else:
        assert said in wrong(tmp_path, CONFIG.replace(old, new, 1))


def test_one_thing_that_is_wrong_is_a_sentence(tmp_path: Path) -> None:
    assert wrong(tmp_path, CONFIG.replace("workers", "wokers")).endswith("run.wokers: unknown key. Did you mean 'workers'?")
    assert wrong(tmp_path, CONFIG.replace("unit: EUR", "unit: 3")).endswith(".")


def test_a_password_is_refused_and_not_shown(tmp_path: Path) -> None:
    said = wrong(tmp_path, CONFIG.replace("sqlite:///runs/leadlag.db", "postgresql://me:hunter2@db/x"))
    assert "hunter2" not in said
    assert "line 12, output.store: postgresql://me:***@" in said


def test_a_password_with_a_slash_is_none_the_less_one(tmp_path: Path) -> None:
    assert "ter2" not in wrong(tmp_path, CONFIG.replace("sqlite:///runs/leadlag.db", "postgresql://me:hun/ter2@db/x"))


def test_a_number_of_thousands_of_digits_in_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "night.toml"
    path.write_text("version = " + "9" * 5000, encoding="utf-8")
    with pytest.raises(ConfigError):
        read_config(path)


def test_values_are_changed_by_their_place(config_path: Path) -> None:
    config = read_config(config_path, settings=["run.workers=4", "jobs.0.max_lag=8", "contract.sales.min_rows=10"])
    assert (config.run.workers, config.jobs[0].max_lag, config.contract["sales"].min_rows) == (4, 8, 10)
    for setting in ("run.workers", "jobs.9.max_lag=1", "version.a=1"):
        with pytest.raises(ConfigError, match="set="):
            read_config(config_path, settings=[setting])


def test_the_text_of_a_config_is_a_config_without_how_it_is_run_and_without_people(config_path: Path) -> None:
    config = read_config(config_path)
    again = read_config(json.loads(config.text()))
    assert again.text() == config.text()
    assert read_config(config_path, settings=["run.workers=7", "output.state=x"]).text() == config.text()
    assert "somebody" in config.text()
    assert "somebody" not in read_config(config_path, settings=["output.people=false"]).text()


def test_config_show_hides_nothing_and_says_what_is_taken_where_nothing_is_said(
    config_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "show", str(config_path), "--set", "run.workers=9"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["run"] == {"workers": 9, "evidence": False, "allow_failed": 0, "backend": "processes"}
    assert told["output"]["store"] == "sqlite:///runs/leadlag.db"
    assert read_config(told).understood() == told


def test_the_schema_knows_every_key() -> None:
    schema = config_schema()
    assert set(schema["properties"]) >= {"version", "sources", "metrics", "jobs", "run", "contract", "limits", "output"}
    assert schema["additionalProperties"] is False
    assert "available_after" in schema["$defs"]["MetricAsked"]["properties"]
