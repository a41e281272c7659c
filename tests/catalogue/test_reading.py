"""A catalogue says the same in TOML, YAML, a mapping and a frame, and what is no catalogue is refused with all that is wrong."""

from __future__ import annotations

import copy
import pickle
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from leadlag.catalogue import Catalogue, Metric, ratio, read_catalogue
from leadlag.errors import UsageError

METRICS = (
    Metric("revenue", label="Revenue", unit="EUR", kind="kpi", aggregate="sum", wanted="up", definition="invoiced, 2024"),
    Metric(
        "demos", unit="demos", stage="output", expected="+", delay=(2, 8), available_after=1, missing=("ffill", 3),
        healthy_range=(20, 80.5), targeted_since="2026-07-01", selected_on=("2024-01", "2026-06"),
    ),
    Metric("win_rate", aggregate=ratio("wins", "deals"), selected_from=4),
    Metric("2024", label="7"),
)  # fmt: skip

TOML = """
version = 1
[metrics.revenue]
label = "Revenue"
unit = "EUR"
kind = "kpi"
aggregate = "sum"
wanted = "up"
definition = "invoiced, 2024"
[metrics.demos]
unit = "demos"
stage = "output"
expected = "+"
delay = [2, 8]
available_after = 1
missing = ["ffill", 3]
healthy_range = [20, 80.5]
targeted_since = 2026-07-01
selected_on = ["2024-01", "2026-06"]
[metrics.win_rate]
aggregate = {ratio = ["wins", "deals"]}
selected_from = 4
[metrics.2024]
label = "7"
[objectives.growth]
label = "Grow"
"""

YAML = """
version: 1
metrics:
  revenue: {label: Revenue, unit: EUR, kind: kpi, aggregate: sum, wanted: up, definition: "invoiced, 2024"}
  demos: {unit: demos, stage: output, expected: +, delay: [2, 8], available_after: 1, missing: [ffill, 3],
          healthy_range: [20, 80.5], targeted_since: 2026-07-01, selected_on: [2024-01, 2026-06], owner: null}
  win_rate: {aggregate: {ratio: [wins, deals]}, selected_from: 4}
  2024: {label: "7"}
objectives:
  growth: {label: Grow, team: company, cycle: 2026}
key_results: {more: {objective: growth, metric: demos, target: {committed: 45}}}
initiatives: {webinars: {start: 2026-10-05, end: null}}
links:
  - {from: demos, to: revenue, delay: [4, 8], sign: "+"}
"""


#: The same as rows of a table of texts, as a file holds it.
ROWS = [
    {"name": "revenue", "label": "Revenue", "unit": "EUR", "kind": "kpi", "aggregate": "sum", "wanted": "up",
     "definition": "invoiced, 2024"},
    {"name": "demos", "unit": "demos", "stage": "output", "expected": "+", "delay": "2, 8", "available_after": 1,
     "missing": "ffill(3)", "healthy_range": "20, 80.5", "targeted_since": "2026-07-01", "selected_on": "2024-01, 2026-06"},
    {"name": "win_rate", "aggregate": "ratio(wins, deals)", "selected_from": "4"},
    {"name": "2024", "label": "7", "team": " "},
]  # fmt: skip


def written(folder: Path, text: str, name: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_toml_yaml_a_mapping_and_a_frame_say_the_same(tmp_path: Path) -> None:
    expected = Catalogue({metric.name: metric for metric in METRICS})
    assert read_catalogue(written(tmp_path, TOML, "metrics.toml")) == expected
    assert read_catalogue(str(written(tmp_path, TOML, "metrics.toml"))) == expected
    assert read_catalogue(expected.to_mapping()) == expected
    assert read_catalogue(pd.DataFrame(ROWS)) == expected  # pandas fills what is not said with NaN, and makes 1 a 1.0
    assert read_catalogue(pl.DataFrame(ROWS, infer_schema_length=None)) == expected
    pytest.importorskip("ruamel.yaml", reason="ruamel.yaml, of the extra batch, is not installed")
    for name in ("metrics.yaml", "metrics.YML"):
        assert read_catalogue(written(tmp_path, YAML, name)) == expected


def test_a_catalogue_is_frozen_and_can_be_copied_and_sent_to_a_worker() -> None:
    known = read_catalogue({"version": 1, "metrics": {"a": {"unit": "EUR"}, "b": None}})
    assert known.metrics["a"].unit == "EUR"
    assert (dict(known.objectives), dict(known.key_results), dict(known.initiatives), known.links) == ({}, {}, {}, ())
    with pytest.raises(TypeError):
        known.metrics["c"] = Metric("c")  # type: ignore[index]
    sent = pickle.loads(pickle.dumps(known))  # noqa: S301
    for again in (copy.deepcopy(known), sent, read_catalogue(known)):
        assert again == known
    assert hash(known) == hash(copy.copy(known))


def test_all_that_is_wrong_with_a_catalogue_is_said_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        read_catalogue(
            {"version": 2, "metric": {}, "metrics": {"a": {"unti": "EUR"}, "b": 3, "c": {"stage": "x", "wanted": "y"}}}
        )
    text = str(caught.value)
    assert "6 things are wrong" in text
    for words in (
        "version=2",
        "Did you mean 'metrics'?",
        "metrics.a: 'unti'",
        "Did you mean 'unit'?",
        "metrics.b: 3",
        "stage='x'",
    ):
        assert words in text
    assert (caught.value.code, caught.value.argument) == ("LL401", "catalogue")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (3, "catalogue=int"),
        ({"metrics": {"a": {"label": "X"}, "b": {"label": "X"}}}, "both 'a' and 'b'"),
        ({"metrics": [1]}, "give a mapping"),
        ({"metrics": {"a": {}, "a\u0301": {}, "\u00e1": {}}}, "more than once"),
        (pd.DataFrame({"metric": ["a"]}), "'name' is missing"),
        (pd.DataFrame({"name": ["a"], "lable": ["b"]}), "Did you mean 'label'"),
        (pd.DataFrame({"name": ["a", None]}), "row 1: name=None"),
        (pd.DataFrame({"name": ["a"], "delay": ["soon"]}), "row 0: delay.*'soon'"),
    ],
)
def test_what_is_no_catalogue_is_refused(source: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_catalogue(source)


def test_a_mapping_that_holds_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["metrics"] = endless
    with pytest.raises(UsageError, match="deeper than 20"):
        read_catalogue(endless)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("none.toml", None, "does not exist: check the path"),
        ("metrics.csv", "name\na\n", "read a table with read_file"),
        ("metrics.json", "{}", "give a .toml, .yaml or .yml file"),
        ("broken.toml", "a = ", "is no TOML"),
        ("deep.toml", f"a = {'[' * 5_000}{']' * 5_000}", "deeper than 20"),
        ("nested.toml", f"a = {'[' * 25}{']' * 25}", "deeper than 20"),
        ("large.toml", "#" * 1_100_000, "larger than 1 MiB"),
    ],
)
def test_a_file_that_holds_no_catalogue_is_refused(tmp_path: Path, name: str, text: str | None, words: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        read_catalogue(path)


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "metrics.toml").write_bytes("[metrics.\xe9]".encode("cp1252"))
    with pytest.raises(UsageError, match="not UTF-8, at byte 9"):
        read_catalogue(tmp_path / "metrics.toml")


def test_yaml_without_its_package_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(UsageError, match=r"leadlag-kpi\[batch\]") as caught:
        read_catalogue(written(tmp_path, YAML, "metrics.yaml"))
    assert caught.value.code == "LL405"
