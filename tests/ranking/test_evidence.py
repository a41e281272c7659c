"""Every number of the evidence is one that a method found, in the KPI's units."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from leadlag.catalogue import Metric
from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.core.search.scan import scan
from leadlag.core.time.lags import lag_matrix
from leadlag.decision import Delay, Evidence, Policy
from leadlag.prepare import Prepared, prepare
from leadlag.ranking.direction import directions
from leadlag.ranking.evidence import evidence_of
from leadlag.ranking.kpi_units import in_kpi_units
from leadlag.ranking.search import Findings
from leadlag.ranking.selection import select_leads
from leadlag.ranking.sizing import long_run_effect, passing_interval
from leadlag.sample import from_wide

N, DRAWS = 130, 199
POLICY = Policy()


def series(seed: int = 0) -> dict[str, np.ndarray]:
    """Visits lead sales by two months; demos are visits a month late with an error, so they lead too, but through visits."""
    rng = np.random.default_rng(seed)
    visits = rng.normal(size=N)
    demos = 0.9 * np.r_[0.0, visits[:-1]] + 0.45 * rng.normal(size=N)
    sales = 0.8 * np.r_[0.0, 0.0, visits[:-2]] + rng.normal(size=N)
    return {
        "sales": sales,
        "visits": visits,
        "demos": demos,
        "line": 2.0 + 3.0 * np.arange(N),
        "flat": np.ones(N),
        "ads": rng.normal(size=N),
    }


def gathered(columns: dict[str, np.ndarray], *, log: tuple[str, ...] = ()) -> tuple[dict[str, Evidence], Prepared, Findings]:
    """Evidence by lead, and what it was made from; `visits` and `demos` have a delay set."""
    time = pd.date_range("2010-01-01", periods=N, freq="MS")
    sample = from_wide(pd.DataFrame({"date": time, **columns}), time="date")
    prepared = prepare(sample, kpi="sales", leads=sample.names[1:], max_lag=4, log=log)
    first = scan(prepared.problem, rng=np.random.default_rng(0), n_draws=DRAWS)
    nothing_coincident = np.zeros(len(prepared.leads), dtype=bool)
    findings = Findings(
        scan=first,
        selection=select_leads(prepared.problem, first, coincident=nothing_coincident, fdr=POLICY.fdr, seed=1, n_draws=DRAWS),
        direction=directions(prepared.problem, seed=2, n_draws=DRAWS),
        delays={
            prepared.leads.index("visits"): Delay(peak=2, lags=(2, 3), level=POLICY.delay_level),
            prepared.leads.index("demos"): Delay(peak=1, lags=(1,), level=POLICY.delay_level),
        },
    )
    metrics = {"visits": Metric("visits", available_after=1)}
    found = evidence_of(
        prepared, findings, unit="month", periods=[f"month {row}" for row in range(N)], policy=POLICY, metrics=metrics
    )
    return {item.lead: item for item in found}, prepared, findings


def size(evidence: Evidence) -> tuple[float, float, float]:
    assert evidence.effect is not None
    return evidence.effect.value, evidence.effect.low, evidence.effect.high


def test_the_numbers_of_a_lead_that_was_not_chosen_are_those_of_the_scan() -> None:
    evidence, prepared, findings = gathered(series())
    for name in ("ads", "demos"):
        j, found = prepared.leads.index(name), evidence[name]
        alone = in_kpi_units(prepared.problem, findings.scan, level=POLICY.effect_level)
        assert j not in findings.selection.selected
        assert (found.statistic, found.log_pvalue) == (findings.scan.statistic[j], findings.scan.log_pvalue[j])
        assert found.qvalue == fdr_adjust(findings.scan.pvalue)[j]
        assert size(found) == (alone.effect[j], alone.effect_low[j], alone.effect_high[j])
        assert found.effect is not None
        assert found.effect.lead_sd == prepared.problem.x_scale[j]
        assert math.isnan(found.conditional_pvalue)
        assert found.nobs + found.n_dropped == N
    assert evidence["ads"].delay is None
    assert evidence["demos"].delay is not None
    assert evidence["demos"].delay.lags == (1,)
    assert (evidence["demos"].explained_by, evidence["ads"].explained_by) == ("visits", "")


def test_the_numbers_of_a_chosen_lead_are_given_the_others_and_given_that_it_was_chosen() -> None:
    evidence, prepared, findings = gathered(series())
    assert [prepared.leads[j] for j in findings.selection.selected] == ["visits"]
    visits, j = evidence["visits"], prepared.leads.index("visits")
    given, found = findings.selection.conditional[0], findings.selection.scans[0]
    n_passed = (findings.selection.qvalue <= POLICY.fdr).sum()  # one chosen lead is held by the step-up rule
    selection_pvalue = POLICY.fdr * n_passed / np.isfinite(findings.scan.statistic).sum()
    expected = long_run_effect(prepared, given, found, level=POLICY.effect_level, selection_pvalue=selection_pvalue).effect
    assert size(visits) == (expected.value, expected.low, expected.high)
    assert visits.pvalue == findings.scan.pvalue[j]
    assert visits.qvalue == findings.selection.qvalue[j]
    assert visits.conditional_log_pvalue == found.log_pvalue[0]
    assert visits.conditional_pvalue == pytest.approx(found.pvalue[0])
    assert visits.delay == findings.delays[j]
    assert visits.available_after == 1
    assert visits.effect is not None
    decided = min(found.log_pvalue[0], findings.scan.log_pvalue[j])
    left_open = passing_interval(given, found, pvalue=selection_pvalue, log_pvalue=decided)
    assert (visits.effect.passing_low, visits.effect.passing_high) == tuple(sorted(left_open))
    assert visits.effect.passing_level == 1.0 - selection_pvalue
    assert visits.effect.passing_low * visits.effect.passing_high > 0  # it was chosen


def test_the_direction_is_adjusted_over_the_candidates() -> None:
    evidence, prepared, findings = gathered(series())
    for name, of_all in (("reverse", findings.direction.reverse), ("coincident", findings.direction.coincident)):
        assert [getattr(evidence[lead], f"{name}_pvalue") for lead in prepared.leads[:2]] == of_all[:2].tolist()
        assert [getattr(evidence[lead], f"{name}_qvalue") for lead in prepared.leads[:2]] == fdr_adjust(of_all)[:2].tolist()


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
    assert evidence["visits"].granger_order == 4  # all that are searched, where the rows allow it
    lags = [1, 2, 3, 4]
    own, lead = lag_matrix(problem.y, lags), lag_matrix(problem.X[:, prepared.leads.index("visits")], lags)
    restricted = np.column_stack([problem.mean, own])[4:]
    full = sm.OLS(problem.y[4:], np.column_stack([restricted, lead[4:]])).fit()
    reference = full.compare_f_test(sm.OLS(problem.y[4:], restricted).fit())[1]
    assert evidence["visits"].granger_pvalue == pytest.approx(reference, rel=1e-7)
