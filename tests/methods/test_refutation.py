"""A true lead survives attempts to refute it, a follower does not, and decoys pass as rarely as the ranking says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from leadlag.methods.refutation import decoys_tried, random_walks, refuted
from leadlag.prepare import Prepared, prepare
from leadlag.sample import from_wide
from leadlag.simulate import PlantedSeries, simulate_leads

N = 120
DEMOS = PlantedSeries(name="demos", effect=0.7, delay=3)
TICKETS = PlantedSeries(name="tickets", driver="kpi", driver_lag=2, driver_share=0.8)


def weeks(seed: int, *, integration: str = "none", n_noise: int = 3) -> pd.DataFrame:
    """Demos lead the KPI by 3 weeks, tickets follow it."""
    return simulate_leads(n_periods=N, series=[DEMOS, TICKETS], n_noise=n_noise, integration=integration, rng=seed).data


def prepared(data: pd.DataFrame) -> Prepared:
    given = from_wide(data)
    return prepare(given, kpi="kpi", leads=[name for name in given.names if name != "kpi"], max_lag=8)


@pytest.mark.parametrize("integration", ["none", "integrated"])
def test_a_lead_stands_and_a_follower_does_not(integration: str) -> None:
    found = prepared(weeks(0, integration=integration))
    lead = refuted(found.problem, found.leads.index("demos"), seed=0)
    assert lead.past > lead.future
    assert max(lead.placebo, lead.permuted) <= 0.05
    assert (lead.n_permuted, lead.n_placebo > 50) == (99, True)
    follower = refuted(found.problem, found.leads.index("tickets"), seed=0)
    assert follower.future > 2 * follower.past
    assert follower.future_pvalue < 0.01
    assert follower.permuted > 0.05


def test_the_same_seed_gives_the_same_numbers() -> None:
    problem = prepared(weeks(1)).problem
    assert refuted(problem, 0, seed=3) == refuted(problem, 0, seed=3) != refuted(problem, 0, seed=4)


@pytest.mark.parametrize("integration", ["none", "integrated"])
def test_walks_pass_as_rarely_as_the_threshold_says(integration: str) -> None:
    tried = [
        decoys_tried(
            prepared(weeks(seed, integration=integration)), {}, n_tested=5, fdr=0.10, seed=seed, n_decoys=20, n_draws=499
        )
        for seed in range(15)
    ]
    assert {one.n for one in tried} == {20}
    # 300 walks; without a lead each passes with the p of the first step, .1 / 25
    assert sum(one.n_passed for one in tried) <= 6
    assert min(one.expected for one in tried) == pytest.approx(20 * 0.10 / 25)


def test_a_lead_in_the_model_raises_what_is_allowed() -> None:
    found = prepared(weeks(0))
    beside = decoys_tried(found, {found.leads.index("demos"): 2}, n_tested=5, fdr=0.10, seed=0)
    assert beside.expected == pytest.approx(20 * 0.10 * (1 + max(beside.n_passed, 1)) / 25)


def test_walks_wander() -> None:
    walks = random_walks(np.random.default_rng(0), n=400, count=50)
    assert walks.shape == (400, 50)
    np.testing.assert_allclose(np.diff(walks, axis=0).std(), 1.0, atol=0.05)
