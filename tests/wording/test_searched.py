"""Every public result says how much was tried on the way to it, in numbers and in its summary, and the numbers are right."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag
from leadlag.results import Provenance, Result, Search
from leadlag.wording.searched import counted, searched

N = 100


@cache
def weeks() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(N, 4))
    sales = np.r_[np.zeros(2), values[:-2, 0]] + rng.normal(size=N)
    index = pd.date_range("2022-01-03", periods=N, freq="W-MON")
    return pd.DataFrame(np.column_stack([sales, values]), columns=["sales", "a", "b", "c", "d"], index=index)


#: Of every function that gives a result: how it is called here, and leads, lags, shapes and tests that it then has tried.
CALLS: dict[str, tuple[Callable[[], Any], tuple[int, int, int, int]]] = {
    "rank_leads": (lambda: leadlag.rank_leads(weeks(), kpi="sales", max_lag=6, n_draws=99, evidence=False), (4, 6, 5, 120)),
    "rank_kpis": (
        lambda: leadlag.rank_kpis(weeks(), kpis=["sales", "a"], leads=["b", "c"], max_lag=3, n_draws=99, evidence=False),
        (2, 3, 5, 60),
    ),
    "detectable_effect": (
        lambda: leadlag.detectable_effect(weeks(), kpi="sales", leads=["a", "b"], max_lag=6, n_draws=99),
        (2, 6, 5, 60),
    ),
    "delay_set": (lambda: leadlag.delay_set(weeks(), kpi="sales", lead="a", max_lag=6, n_draws=99), (1, 6, 5, 30)),
    "granger_test": (lambda: leadlag.granger_test(weeks(), kpi="sales", lead="a", order=4), (1, 1, 1, 1)),
    "lagged_regression": (lambda: leadlag.lagged_regression(weeks(), kpi="sales", leads=["a", "b"], max_lag=4), (2, 1, 1, 2)),
    "local_projection": (lambda: leadlag.local_projection(weeks(), kpi="sales", lead="a", horizons=5), (1, 6, 1, 6)),
    "cross_correlation": (lambda: leadlag.cross_correlation(weeks(), kpi="sales", lead="a", max_lag=4), (1, 9, 1, 9)),
    "cross_correlations": (lambda: leadlag.cross_correlations(weeks(), kpis="sales", leads=["a", "b"], max_lag=4), (2, 9, 1, 18)),
    "forecast_gain": (
        lambda: leadlag.forecast_gain(weeks(), kpi="sales", leads=["a", "b"], max_lag=4, horizons=(1, 2)),
        (2, 2, 1, 4),
    ),
    "forecast_kpi": (
        lambda: leadlag.forecast_kpi(weeks(), kpi="sales", leads=["a", "b"], max_lag=4, horizons=(1, 2), n_draws=99),
        (2, 4, 5, 40),
    ),
    "stability_test": (lambda: leadlag.stability_test(weeks(), kpi="sales", lead="a", max_lag=6, n_draws=99), (1, 6, 5, 71)),
    "refutation_test": (
        lambda: leadlag.refutation_test(weeks(), kpi="sales", lead="a", max_lag=6, n_draws=99, n_tries=19, n_decoys=19),
        (1, 6, 5, 30),
    ),
    "check_stationarity": (lambda: leadlag.check_stationarity(weeks()), (5, 1, 1, 15)),
}


@cache
def made(name: str) -> Result:
    result = CALLS[name][0]()
    assert isinstance(result, Result)
    return result


def public_results() -> Iterator[str]:
    """Public functions that say that they return a result."""
    for name in leadlag.__all__:
        public = getattr(leadlag, name)
        if inspect.isfunction(public):
            given = inspect.signature(public, eval_str=False).return_annotation
            kind = getattr(inspect.getmodule(public), str(given).strip("'"), None)
            if inspect.isclass(kind) and issubclass(kind, Result):
                yield name


def test_every_public_function_that_gives_a_result_is_among_the_calls() -> None:
    assert set(public_results()) == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_a_result_says_how_much_was_tried(name: str) -> None:
    search = made(name).provenance.search
    assert search is not None
    assert (search.n_leads, search.n_lags, search.n_shapes, search.n_tests) == CALLS[name][1]
    assert search.family
    assert search.correction


@pytest.mark.parametrize("name", CALLS)
def test_it_stands_in_the_summary_and_in_the_stored_form(name: str) -> None:
    result = made(name)
    text, search = result.summary(), result.provenance.search
    assert search is not None
    assert "Searched" in text
    assert counted(search) in " ".join(text.split())
    assert all(len(line) <= 80 for line in text.splitlines())
    if name == "forecast_kpi":  # what its stored form holds is fixed; the model has it
        return
    stored = result.to_dict()["provenance"]["search"]
    assert stored["n_tests"] == search.n_tests
    assert stored["family"] == search.family


def test_one_lead_of_a_result_says_what_was_tried_to_find_it() -> None:
    ranking, regression = made("rank_leads"), made("lagged_regression")
    for part in (ranking["a"], regression["a"], made("check_stationarity")["a"]):  # type: ignore[index]
        assert part.provenance.search is not None
        assert "Searched" in part.summary()


def test_a_ranking_of_many_counts_the_tests_of_all() -> None:
    rankings = made("rank_kpis")
    total = sum(item.ranking.provenance.search.n_tests for item in rankings)  # type: ignore[attr-defined]
    assert rankings.provenance.search is not None
    assert rankings.provenance.search.n_kpis == 2
    assert rankings.provenance.search.n_tests == total


def test_a_screen_tells_it_beside_its_table() -> None:
    search = leadlag.granger_screen(weeks(), kpis=["sales", "a"], leads=["b", "c", "d"], max_order=3).attrs["search"]
    assert (search["n_kpis"], search["n_leads"], search["n_lags"], search["n_tests"]) == (2, 3, 3, 18)
    assert search["correction"] == "none"


def test_what_was_not_a_choice_is_not_counted_and_counts_read_as_a_product() -> None:
    one = Search(family="one joint test of all lags", correction="none")
    assert (one.n_tests, searched(one)) == (1, "1 test; not adjusted: one joint test of all lags")
    many = Search(n_segments=2, n_leads=20, n_lags=12, n_shapes=5, family="the leads", correction="Benjamini-Hochberg")
    assert searched(many) == "2 segments x 20 leads x 12 lags x 5 shapes = 2,400 tests; Benjamini-Hochberg: the leads"
    fewer = Search(n_kpis=2, n_leads=3, n_tests=5, family="the leads", correction="none")
    assert counted(fewer) == "2 KPIs x 3 leads, 5 tests"
    assert Provenance.of("anything").search is None
