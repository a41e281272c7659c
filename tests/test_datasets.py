"""Samples are found, are what their README says, and can be made again."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from leadlag import datasets
from leadlag.datasets import load_sample, sample_names, samples_folder
from leadlag.errors import LeadLagError, UnknownNameError

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    path = ROOT / "benchmarks" / "make_samples.py"
    if not path.is_file():
        pytest.skip("benchmarks/make_samples.py is not part of this installation")
    spec = importlib.util.spec_from_file_location("make_samples", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_samples"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "rows", "first", "last", "columns"),
    [
        ("us_housing", 786, "1959-01-01", "2024-06-01",
         "housing_starts building_permits fed_funds real_m2 initial_claims term_spread"),
        ("us_unemployment", 732, "1959-01-01", "2019-12-01",
         ("unemployment_rate initial_claims payrolls industrial_production durable_orders manufacturing_hours "
         "mean_unemployment_weeks term_spread")),
        ("robyn_weekly", 208, "2015-11-23", "2019-11-11",
         "revenue tv_s ooh_s print_s facebook_i search_clicks_p search_s competitor_sales_b facebook_s newsletter event1 event2"),
        ("subscription_funnel", 208, "2021-01-04", "2024-12-23",
         "new_mrr visits sign_ups mql sql demos training_hours nps churn"),
    ],
)  # fmt: skip
def test_a_sample_has_its_rows_and_columns(name: str, rows: int, first: str, last: str, columns: str) -> None:
    data = load_sample(name)
    assert isinstance(data.index, pd.DatetimeIndex)
    assert data.index.name == "date"
    assert (len(data), data.index[0], data.index[-1]) == (rows, pd.Timestamp(first), pd.Timestamp(last))
    assert list(data.columns) == columns.split()
    assert data.index.is_monotonic_increasing
    assert data.index.is_unique
    assert all(np.issubdtype(kind, np.number) for kind in data.dtypes)


def test_every_sample_is_described_in_the_readme() -> None:
    readme = (samples_folder() / "README.md").read_text(encoding="utf-8")
    for name in sample_names():
        assert f"## {name}\n" in readme
        assert all(f"`{column}`" in readme for column in load_sample(name).columns.drop(["event1", "event2"], errors="ignore"))


def test_an_unknown_sample_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"name='us_houses' is not a sample\. Did you mean 'us_housing'\?.*'robyn_weekly'"):
        load_sample("us_houses")


def test_a_path_is_not_a_sample() -> None:
    with pytest.raises(UnknownNameError):
        load_sample("../samples/us_housing")


def test_an_installed_package_brings_its_own_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "leadlag" / "data" / "samples"
    inside.mkdir(parents=True)
    (inside / "README.md").write_text("", encoding="utf-8")
    (inside / "tiny.csv").write_text("date,kpi\n2020-01-01,1\n", encoding="utf-8")
    monkeypatch.setattr(datasets, "_HERE", tmp_path / "leadlag")
    assert sample_names() == ("tiny",)
    assert load_sample("tiny").loc["2020-01-01", "kpi"].item() == 1


def test_samples_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "_HERE", Path("nowhere") / "leadlag")
    with pytest.raises(LeadLagError, match="sample files are missing"):
        sample_names()


def test_every_file_can_be_made_again(maker: ModuleType, shared_data: Path) -> None:
    for name, text in maker.files().items():
        assert (samples_folder() / name).read_text(encoding="utf-8") == text, name


def test_the_funnel_and_its_truth_are_what_the_simulation_gives(maker: ModuleType) -> None:
    made = maker.in_units(maker.simulate_funnel())
    pd.testing.assert_frame_equal(load_sample("subscription_funnel"), made, check_index_type=False, check_freq=False)
    truth = json.loads((samples_folder() / "subscription_funnel.truth.json").read_text(encoding="utf-8"))
    roles = {row["column"]: (row["role"], row["peak"]) for row in truth["columns"]}
    assert roles == {
        "visits": ("upstream", 7),
        "sign_ups": ("upstream", 6),
        "mql": ("upstream", 5),
        "sql": ("upstream", 4),
        "demos": ("lead", 2),
        "training_hours": ("lead", 8),
        "nps": ("noise", None),
        "churn": ("noise", None),
    }


def test_the_planted_lags_can_be_found_in_the_funnel() -> None:
    data = load_sample("subscription_funnel")
    changes = data.diff()
    found = {}
    for name in ("demos", "training_hours"):
        correlations = {lag: changes[name].shift(lag).corr(changes["new_mrr"]) for lag in range(13)}
        found[name] = max(correlations, key=correlations.__getitem__)
    assert found == {"demos": 2, "training_hours": 8}
