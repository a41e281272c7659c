"""Methods that know one calendar take tables of several: what they see is the table folded to the KPI's periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from leadlag.errors import UsageError

rng = np.random.default_rng(0)
MONTHS = pd.DataFrame({"month": pd.period_range("2000-01", periods=240, freq="M").astype(str), "visits": rng.normal(size=240)})
QUARTERS = pd.DataFrame({"quarter": pd.period_range("2000Q1", periods=80, freq="Q").astype(str), "gdp": rng.normal(size=80)})
QUARTERS["jobs"] = rng.normal(size=80)
#: The same by hand.
FOLDED = QUARTERS.assign(visits=MONTHS["visits"].to_numpy().reshape(80, 3).sum(axis=1))
SUM = [ll.Metric("visits", aggregate="sum")]

ONE_LEAD: list[Callable[[Any], Any]] = [
    lambda data: ll.granger_test(data, kpi="gdp", lead="visits", order=2, controls=["jobs"], catalogue=SUM),
    lambda data: ll.cross_correlation(data, kpi="gdp", lead="visits", max_lag=4, controls=["jobs"], catalogue=SUM),
    lambda data: ll.local_projection(data, kpi="gdp", lead="visits", horizons=3, controls=["jobs"], catalogue=SUM),
    lambda data: ll.cross_correlations(data, kpis=["gdp", "jobs"], leads="visits", max_lag=4, catalogue=SUM),
]


@pytest.mark.parametrize("method", ONE_LEAD, ids=["granger_test", "cross_correlation", "local_projection", "cross_correlations"])
def test_a_method_of_one_calendar_sees_the_folded_table_and_says_so(method: Callable[[Any], Any]) -> None:
    mixed, folded = method([MONTHS, QUARTERS]), method(FOLDED)
    pd.testing.assert_frame_equal(mixed.to_frame(), folded.to_frame())
    assert "LL126" in {code for code, _ in mixed.provenance.warnings}
    if method is not ONE_LEAD[-1]:  # of many pairs, the summary tells the clearest only
        assert "Cadence    seen more often than the KPI, 3 months to a quarter: 'visits'" in mixed.summary()


def test_a_screen_sees_the_folded_table_and_says_so() -> None:
    mixed, folded = (
        ll.granger_screen(data, kpis=["gdp", "jobs"], leads="visits", max_order=3, catalogue=SUM)
        for data in ([MONTHS, QUARTERS], FOLDED)
    )
    pd.testing.assert_frame_equal(mixed, folded)
    assert "LL126" in {code for code, _ in mixed.attrs["notes"]}


@pytest.mark.parametrize("method", [ll.granger_screen, ll.cross_correlations])
def test_kpis_of_different_cadence_are_refused_where_one_table_answers(method: Callable[..., Any]) -> None:
    options = {"max_order": 2} if method is ll.granger_screen else {"max_lag": 2}
    with pytest.raises(UsageError, match=r"kpis names metrics of different cadence, 'gdp' \(once a quarter\) and 'visits'"):
        method([MONTHS, QUARTERS], kpis=["gdp", "visits"], leads="jobs", **options)


def test_kpis_of_different_cadence_are_ranked_each_on_its_own_calendar() -> None:
    found = ll.rank_kpis([MONTHS, QUARTERS], kpis=["gdp", "visits"], max_lag=2, n_draws=99)
    assert found.failures == ()
    assert [found[kpi].context.unit for kpi in ("gdp", "visits")] == ["quarter", "month"]
    alone = ll.rank_leads([MONTHS, QUARTERS], kpi="visits", max_lag=2, n_draws=99)
    pd.testing.assert_frame_equal(found["visits"].to_frame(), alone.to_frame())
