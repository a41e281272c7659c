"""Every number of the evidence is one that a method found, in the KPI's units."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from leadlag.catalogue import Metric
from leadlag.core.lags import lag_matrix
from leadlag.decision import Evidence, Policy
from leadlag.evidence import evidence_of, untestable_evidence
from leadlag.methods.leadscan import LeadScan, scan_leads
from leadlag.prepare import Prepared, prepare
from leadlag.sample import from_wide

N = 130


def series(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    visits = rng.normal(size=N)
    sales = 0.8 * np.r_[0.0, 0.0, visits[:-2]] + rng.normal(size=N)
    return {"sales": sales, "visits": visits, "line": 2.0 + 3.0 * np.arange(N), "flat": np.ones(N), "ads": rng.normal(size=N)}


def gathered(columns: dict[str, np.ndarray], *, log: tuple[str, ...] = ()) -> tuple[dict[str, Evidence], Prepared, LeadScan]:
    """Evidence by lead, and what it was made from; `visits` has a delay set."""
    time = pd.date_range("2010-01-01", periods=N, freq="MS")
    sample = from_wide(pd.DataFrame({"date": time, **columns}), time="date")
    prepared = prepare(sample, kpi="sales", leads=sample.names[1:], max_lag=4, log=log)
    scan = scan_leads(prepared.problem, rng=np.random.default_rng(0), n_draws=199, level=0.9)
    metrics = {"visits": Metric("visits", available_after=1)}
    sets = {prepared.leads.index("visits"): (2, 3)}
    found = evidence_of(prepared, scan, scan.pvalue / 2, sets, unit="month", policy=Policy(), metrics=metrics)
    return {item.lead: item for item in [*found, *untestable_evidence(prepared)]}, prepared, scan


def test_the_numbers_are_those_of_the_scan() -> None:
    evidence, prepared, scan = gathered(series())
    j, visits = prepared.leads.index("visits"), evidence["visits"]
    assert (visits.statistic, visits.pvalue, visits.log_pvalue) == (scan.statistic[j], scan.pvalue[j], scan.log_pvalue[j])
    assert visits.qvalue == scan.pvalue[j] / 2
    assert visits.nobs + visits.n_dropped == N
    assert visits.available_after == 1
    assert visits.delay is not None
    assert (visits.delay.peak, visits.delay.lags) == (scan.peak[j], (2, 3))
    assert visits.effect is not None
    assert (visits.effect.value, visits.effect.low, visits.effect.high) == (
        scan.effect[j],
        scan.effect_low[j],
        scan.effect_high[j],
    )
    assert visits.effect.lead_sd == prepared.problem.x_scale[j]
    assert evidence["ads"].delay is None


def test_what_has_no_numbers_has_a_reason() -> None:
    evidence, _, _ = gathered(series())
    reasons = {name: item.untestable.code for name, item in evidence.items() if item.untestable}
    assert reasons == {"line": "LL207", "flat": "LL203"}
    assert math.isnan(evidence["line"].pvalue)
    assert evidence["line"].effect is None


def test_a_log_effect_is_in_percent() -> None:
    plain, logged = series(), series()
    logged["sales"] = np.exp(0.1 * plain["sales"])
    plain["sales"] = 0.1 * plain["sales"]
    straight, percent = gathered(plain)[0]["visits"], gathered(logged, log=("sales",))[0]["visits"]
    assert straight.effect is not None
    assert percent.effect is not None
    assert percent.effect.in_percent
    assert not straight.effect.in_percent
    assert percent.effect.value == pytest.approx(100 * np.expm1(straight.effect.value))
    assert percent.effect.low < percent.effect.value < percent.effect.high
    assert straight.profile is not None
    assert percent.profile is not None
    np.testing.assert_allclose(percent.profile.effect, 100 * np.expm1(straight.profile.effect))


def test_the_granger_p_is_the_f_test_on_the_order_stated() -> None:
    columns = series()
    evidence, prepared, _ = gathered(columns)
    problem = prepared.problem
    assert evidence["visits"].granger_order == 2
    own, lead = lag_matrix(problem.y, [1, 2]), lag_matrix(problem.X[:, prepared.leads.index("visits")], [1, 2])
    restricted = np.column_stack([problem.base, own])[2:]
    full = sm.OLS(problem.y[2:], np.column_stack([restricted, lead[2:]])).fit()
    reference = full.compare_f_test(sm.OLS(problem.y[2:], restricted).fit())[1]
    assert evidence["visits"].granger_pvalue == pytest.approx(reference, rel=1e-7)
