"""The scoring of the real cases, on rows made by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "real_cases.py"


@pytest.fixture(scope="module")
def cases() -> ModuleType:
    if not BENCHMARK.is_file():
        pytest.skip("benchmarks/real_cases.py is not part of this installation")
    spec = importlib.util.spec_from_file_location("real_cases", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    sys.modules["real_cases"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("answer", "low", "high", "verdict", "delay", "right"),
    [
        ("leads", 3, 5, "lead", 3, True),
        ("leads", 3, 5, "indirect", 5, True),
        ("leads", 3, 5, "lead", 2, True),  # one period of grace
        ("leads", 3, 5, "lead", 6, True),
        ("leads", 3, 5, "lead", 1, False),
        ("leads", 3, 5, "lead", 7, False),
        ("leads", 3, 5, "none", 3, False),
        ("leads", 3, 5, "reverse", 3, False),
        ("leads", 3, 5, "untestable", float("nan"), False),
        ("leads", 1, 2, "coincident", float("nan"), False),
        ("leads", 0, 2, "coincident", float("nan"), True),
        ("null", float("nan"), float("nan"), "none", 2, True),
        ("null", float("nan"), float("nan"), "untestable", float("nan"), True),
        ("null", float("nan"), float("nan"), "lead", 2, False),
        ("null", float("nan"), float("nan"), "indirect", 2, False),
        ("lags", 1, 6, "reverse", 1, True),
        ("lags", 1, 6, "lead", 1, False),
        ("coincident", 0, 0, "none", 1, True),
        ("coincident", 0, 0, "lead", 1, False),
        ("coincident", 0, 2, "lead", 2, True),
        ("coincident", 0, 2, "lead", 3, False),  # no grace here
        ("coincident", 0, 2, "coincident", float("nan"), True),
        ("uncertain", 1, 4, "lead", 1, None),
        ("feedback", 0, 1, "none", 1, None),
    ],
)
def test_a_column_is_right_or_wrong_by_its_answer(
    cases: ModuleType, answer: str, low: float, high: float, verdict: str, delay: float, right: bool | None
) -> None:
    known = cases.Answer(column="x", verdict=answer, low=low, high=high)
    assert cases.is_right(known, cases.Said(verdict=verdict, delay=delay)) is right


def test_balanced_accuracy_is_the_mean_of_recall_and_specificity(cases: ModuleType) -> None:
    lead, null = cases.Answer(column="a", verdict="leads", low=1, high=1), cases.Answer(column="b", verdict="null")
    unsure = cases.Answer(column="c", verdict="uncertain")
    yes, no = cases.Said(verdict="lead", delay=1), cases.Said(verdict="none")
    total = cases.tally([(lead, yes), (lead, no), (null, no), (null, no), (null, yes), (null, no), (unsure, yes)])
    assert (total.leads_right, total.leads, total.others_right, total.others) == (1, 2, 3, 4)
    assert total.balanced_accuracy == pytest.approx((1 / 2 + 3 / 4) / 2)


def test_silence_scores_one_half(cases: ModuleType) -> None:
    answers = [cases.Answer(column=kind, verdict=kind, low=1, high=2) for kind in ("leads", "lags", "null", "coincident")]
    assert cases.tally([(answer, cases.Said(verdict="none")) for answer in answers]).balanced_accuracy == 0.5


def test_every_case_but_the_one_of_segments_is_read(cases: ModuleType, shared_data: Path) -> None:
    read = {case.name: case for case in cases.read_cases(shared_data)}
    assert len(read) == 20
    assert "grunfeld_panel" not in read
    mixed = read["mixed_frequency"]
    assert (mixed.kpi, mixed.files) == ("realgdp", ("us_macro_quarterly.csv", "us_macro_monthly.csv"))
    housing = read["us_macro_monthly"]
    assert (housing.kpi, housing.time, housing.max_lag) == ("housing_starts", "date", 6)
    assert housing.answers[0] == cases.Answer(column="building_permits", verdict="leads", low=0, high=2)
    assert {name: case.max_lag for name, case in read.items() if case.max_lag > 12} == {
        "covid_italy_daily": 21,
        "us_macro_recession": 18,
    }


def test_seeds_are_ranges_or_lists(cases: ModuleType) -> None:
    assert cases.seeds_of("0-4") == (0, 1, 2, 3, 4)
    assert cases.seeds_of("3,7-8") == (3, 7, 8)


def test_a_column_that_hangs_on_the_seed_is_named_with_the_seeds_that_get_it_wrong(cases: ModuleType) -> None:
    leads = cases.Answer(column="x", verdict="leads", low=1, high=2)
    steady = cases.Answer(column="y", verdict="null")
    none, lead = cases.Said(verdict="none"), cases.Said(verdict="lead", delay=1)
    scored = {seed: [("case", leads, said), ("case", steady, none)] for seed, said in ((0, lead), (1, none), (4, none))}
    assert [line.strip() for line in cases.unsettled(scored)] == ["case x: wrong with seed 1, 4"]
