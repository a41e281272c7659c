"""The size of a campaign's effect survives the care that is taken with outliers."""

from __future__ import annotations

import numpy as np
import pandas as pd

import leadlag
from leadlag.methods.sizing import beside_the_lead


def table(*, effect: float, seed: int = 0, n: int = 156) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    burst = np.where(rng.random(n) < 0.08, 1.0 + rng.exponential(size=n), 0.0)
    noise = np.zeros(n)
    for row in range(1, n):
        noise[row] = 0.5 * noise[row - 1] + rng.normal()
    weeks = pd.date_range("2022-01-03", periods=n, freq="7D")
    sales = 50.0 + noise + effect * np.r_[np.zeros(2), burst[:-2]]
    return pd.DataFrame({"sales": sales, "campaign": burst, "visits": rng.normal(size=n)}, index=weeks)


def test_a_strong_answer_to_a_rare_campaign_is_not_taken_for_an_outlier() -> None:
    ratios = []
    for seed in range(8):
        ranking = leadlag.rank_leads(table(effect=3.0, seed=seed), kpi="sales", max_lag=6, n_draws=199)
        row = ranking.to_frame().set_index("lead").loc["campaign"]
        assert (row.verdict, row.delay) == ("lead", 2)
        ratios.append(row.effect / row.lead_sd / 3.0)
    assert 0.9 < np.median(ratios) < 1.1


def test_a_kpi_without_outliers_is_left_as_it_is() -> None:
    from leadlag.core.scan import scan
    from leadlag.prepare import prepare
    from leadlag.sample import from_wide

    prepared = prepare(from_wide(table(effect=0.3, seed=1)), kpi="sales", leads=["campaign"], max_lag=4)
    assert prepared.kpi.n_clipped == 0
    found = scan(prepared.problem, rng=np.random.default_rng(0), n_draws=99)
    problem, again = beside_the_lead(prepared, prepared.problem, found)
    assert problem is prepared.problem
    assert again is found
