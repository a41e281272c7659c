"""Which columns are asked in logs: those that grow if the KPI does, and none that is called a rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from leadlag.catalogue import Metric, ratio
from leadlag.errors import UnknownNameError, UsageError
from leadlag.prepare.scale import as_log, kpi_grows, named_log, odd_scale, resolved_log
from leadlag.sample import Sample, as_sample


def table(n: int = 120) -> pd.DataFrame:
    """Months of a KPI, a column that grows, one that stays, and one with values below zero."""
    rng = np.random.default_rng(4)
    time = np.linspace(0.0, 1.0, n)
    logs = {"sales": 1.1 * time, "visits": 0.8 * time, "price": 0.0 * time}
    data = {name: 50.0 * np.exp(trend + 0.06 * rng.standard_normal(n)) for name, trend in logs.items()}
    data["margin"] = rng.standard_normal(n)
    return pd.DataFrame(data, index=pd.period_range("2014-01", periods=n, freq="M").to_timestamp())


def resolved(sample: Sample, **options: object) -> tuple[str, ...]:
    leads = tuple(name for name in sample.names if name != "sales")
    return resolved_log(sample, kpi="sales", leads=leads, **{"log": "auto"} | options)  # type: ignore[arg-type]


def test_auto_is_the_kpi_and_the_candidates_that_grow_too() -> None:
    assert resolved(as_sample(table())) == ("sales", "visits")
    assert resolved(as_sample(table()[["visits", "margin", "sales", "price"]])) == ("sales", "visits")


def test_names_are_those_that_were_given() -> None:
    assert resolved(as_sample(table()), log=("price",)) == ("price",)
    assert resolved(as_sample(table()), log=()) == ()


@pytest.mark.parametrize("kpi", [lambda sales: sales[::-1], lambda sales: sales - 60.0, lambda sales: sales**0.1])
def test_a_kpi_that_falls_or_is_not_positive_or_grows_by_a_little_is_asked_in_levels(kpi: object) -> None:
    data = table()
    data["sales"] = kpi(data["sales"].to_numpy())  # type: ignore[operator]
    assert resolved(as_sample(data)) == ()


def test_units_make_no_difference() -> None:
    data = table() * [1e-7, 1e6, 3.0, -2.0]
    assert resolved(as_sample(data)) == ("sales", "visits")


@pytest.mark.parametrize("metric", [Metric("sales", unit="%"), Metric("sales", aggregate=ratio("visits", "price"))])
def test_what_is_called_a_rate_is_not_asked_in_logs(metric: Metric) -> None:
    sample = as_sample(table())
    assert resolved(sample, metrics={"sales": metric}) == ()
    assert not kpi_grows(sample, kpi="sales", leads=("visits",), metrics={"sales": metric})
    assert resolved(sample, metrics={"visits": Metric("visits", unit="percent")}) == ("sales",)


def test_a_finer_candidate_with_zeros_inside_its_months_has_no_log() -> None:
    data = table(60)
    days = pd.date_range(data.index[0], periods=60 * 30, freq="D")
    drawn = np.exp(np.linspace(0.0, 2.0, len(days))) * np.random.default_rng(0).gamma(9.0, size=len(days))
    for hole, expected in ((1.0, ("sales", "daily")), (0.0, ("sales",))):
        daily = pd.DataFrame({"daily": np.where(np.arange(len(days)) == 70, hole, drawn)}, index=days)
        sample = as_sample([data[["sales"]], daily]).around("sales")
        assert resolved_log(sample, kpi="sales", leads=("daily",), log="auto") == expected


def test_a_column_called_auto_stands_in_a_list() -> None:
    assert as_log("auto", ("auto", "sales")) == "auto"
    assert as_log(["auto"], ("auto", "sales")) == ("auto",)
    assert named_log("auto", ("auto", "sales")) == ("auto",)


def test_a_question_that_asks_one_scale_names_those_that_ask_both() -> None:
    with pytest.raises(UsageError, match="rank_leads and rank_kpis alone") as told:
        named_log("auto", ("sales",))
    assert told.value.fixes
    with pytest.raises(UnknownNameError, match="'sale'"):
        named_log("sale", ("sales",))


def test_shares_near_their_ends_and_counts_with_zeros_are_told() -> None:
    data = table()
    rng = np.random.default_rng(2)
    data["uptime"], data["incidents"] = 99.9 - 3.0 * rng.random(len(data)), rng.poisson(1.0, len(data))
    sample = as_sample(data)
    assert odd_scale(sample, kpi="uptime", metrics={"uptime": Metric("uptime", unit="%")}) == "share"
    assert odd_scale(sample, kpi="uptime", metrics={}) == ""
    assert odd_scale(sample, kpi="incidents", metrics={}) == "count"
    assert odd_scale(sample, kpi="sales", metrics={}) == ""
