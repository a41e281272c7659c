"""A lead that only several of its lags together make one: named last, with an effect, a delay and words of its own."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import leadlag
from leadlag.core.noise.momentum import Momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import fit_base, scan
from leadlag.core.search.shapes import STANDARD
from leadlag.core.time.lags import lag_matrix
from leadlag.decision import Policy
from leadlag.ranking.leftover import final_fit
from leadlag.ranking.selection import Selection, select_leads
from leadlag.ranking.several import with_several_lags

N, TOGETHER = 160, 6
#: No shape of the search takes these weights together.
TURNING = {1: 0.22, 2: 0.22, 3: -0.22, 4: -0.22}


def table(weights: dict[int, float], *, seed: int, m: int = 8, other: float = 0.0) -> pd.DataFrame:
    """Weekly KPI that the first of m white leads moves by these weights of its lags, and the last by one lag."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, m))
    acting = [(weight, X[:, 0], lag) for lag, weight in weights.items()] + [(other, X[:, -1], 3)]
    kpi = rng.normal(size=N) + sum(weight * lag_matrix(x, [lag], fill=0.0)[:, 0] for weight, x, lag in acting)
    weeks = pd.date_range("2020-01-06", periods=N, freq="7D")
    return pd.DataFrame(X, columns=[f"x{place}" for place in range(m)], index=weeks).assign(kpi=kpi)


def problem(weights: dict[int, float], *, seed: int, m: int = 8, other: float = 0.0) -> Problem:
    data = table(weights, seed=seed, m=m, other=other)
    X = data.drop(columns="kpi").to_numpy()
    return Problem(
        y=data["kpi"].to_numpy(), X=X - X.mean(axis=0), base=np.ones((N, 1)), lags=tuple(range(1, 9)),
        momentum=Momentum(phi=np.zeros(0), unit_root=False, variance=1.0), y_scale=1.0, x_scale=np.ones(m),
    )  # fmt: skip


def selected(given: Problem, *, n_together: int = TOGETHER, few_events: tuple[float, ...] = (0.55, 0.35)) -> Selection:
    first = scan(given, rng=np.random.default_rng(0), n_draws=299)
    return select_leads(
        given, first, coincident=np.zeros(given.X.shape[1], dtype=bool), fdr=0.10, seed=1, n_draws=299,
        few_events=few_events, n_together=n_together,
    )  # fmt: skip


@cache
def found_together(*, other: float = 0.0) -> tuple[Problem, Selection]:
    """The first draw in which several lags together made the planted lead one."""
    for seed in range(20):
        given = problem(TURNING, seed=seed, other=other)
        chosen = selected(given)
        if [one.lead for one in chosen.several] == [0]:
            return given, chosen
    pytest.fail("in none of 20 draws several lags together found the lead")


def test_what_the_search_chose_is_as_it_is_where_nothing_is_asked_together() -> None:
    given, chosen = found_together(other=0.6)
    plain = selected(given, n_together=0)
    assert plain.selected == chosen.selected == (7,)
    np.testing.assert_array_equal(plain.qvalue, chosen.qvalue)
    np.testing.assert_array_equal(plain.scans[0].tvalue, chosen.scans[0].tvalue)
    assert not plain.several


def test_a_lead_by_several_lags_stands_beside_those_of_the_search_and_in_the_last_model() -> None:
    given, chosen = found_together(other=0.6)
    one = chosen.several[0]
    assert one.problem.base.shape[1] == given.base.shape[1] + 1
    assert one.qvalue <= 0.10
    wider = with_several_lags(one.problem, [0], n_lags=TOGETHER)
    lags = lag_matrix(given.X[:, 0], range(1, TOGETHER + 1))[TOGETHER:]
    np.testing.assert_array_equal(wider.base[TOGETHER:, -TOGETHER:], lags)
    np.testing.assert_array_equal(final_fit(given, chosen, STANDARD).residual, fit_base(wider).residual)


def test_a_lead_at_one_lag_is_left_to_the_search() -> None:
    chosen = selected(problem({3: 0.6}, seed=0))
    assert chosen.selected == (0,)
    assert not chosen.several


def test_the_effect_is_the_sum_of_the_coefficients_of_a_regression_on_all_lags() -> None:
    given, chosen = found_together()
    one, rows = chosen.several[0], slice(TOGETHER, None)
    lags = lag_matrix(given.X[:, 0], range(1, TOGETHER + 1))
    wanted = sm.OLS(given.y[rows], np.column_stack([one.problem.base, lags])[rows]).fit()
    np.testing.assert_allclose(one.coefficient, wanted.params[-TOGETHER:], atol=0.06)  # the first rows take a backcast here
    total = one.total(0.9)
    assert total.value == pytest.approx(one.coefficient.sum())
    width = 2 * 1.65 * np.sqrt(wanted.cov_params()[-TOGETHER:, -TOGETHER:].sum())
    assert total.high - total.low == pytest.approx(width, rel=0.2)
    delay = one.delay(ahead=1, policy=Policy())
    assert delay.peak + 1 == one.lags[np.argmax(np.abs(one.coefficient))]
    assert delay.peak in delay.lags
    assert delay.over_several


def test_what_acts_in_two_stretches_of_rows_alone_is_no_lead_by_several_lags() -> None:
    given, rng = problem({}, seed=4), np.random.default_rng(4)
    y, X = given.y.copy(), given.X.copy()
    for at in (50, 110):
        X[at : at + 6, 0] = 4.0 * rng.choice([-1.0, 1.0], size=6)
        for lag, weight in {1: 0.4, 2: -0.4, 4: 0.4, 6: -0.4}.items():
            y[at + lag : at + lag + 6] += weight * X[at : at + 6, 0]
    given = replace(given, y=y, X=X)
    assert [one.lead for one in selected(given, few_events=()).several] == [0]
    found = selected(given)
    assert not found.several
    assert list(found.few_events) == [0]


def test_the_ranking_names_it_after_the_leads_of_the_search_and_says_why() -> None:
    ranking = leadlag.rank_leads(table(TURNING, seed=5, other=0.6), kpi="kpi", max_lag=12, n_draws=299)
    lead = ranking["x0"]
    evidence = lead.decision.evidence
    assert lead.verdict == "lead"
    assert evidence.over_several
    assert ranking["x7"].decision.rank < lead.decision.rank
    assert evidence.shape == "several lags (1 to 6)"
    assert evidence.qvalue <= 0.10
    assert evidence.effect.low < evidence.effect.value < evidence.effect.high
    assert np.isnan(evidence.effect.passing_low)
    assert lead.decision.grade in ("moderate", "weak")
    assert "delay_set" in lead.decision.missed
    told = " ".join(str(lead.explain()).split())
    assert "only several lags together made it a lead" in told
    assert "several lags (1 to 6) tested together" in told
