"""A common calendar is named where most candidates swing with the KPI and with one another, and only there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leadlag import rank_leads
from leadlag.prepare.common import shared_swings

N = 120


def series(n_series: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(N, n_series))


def test_swings_of_most_candidates_are_named() -> None:
    swing, own = series(1, 0), series(7, 1)
    leads = own[:, 1:] + np.array([1.5, -1.5, 1.5, 1.5, 0, 0]) * swing
    found = shared_swings((own[:, [0]] + 1.5 * swing)[:, 0], leads, unit_root=False)
    assert found is not None
    assert (found.n_leads, found.n_asked) == (4, 6)
    assert 0.4 < found.correlation < 0.9


def test_parts_of_the_kpi_that_share_nothing_else_are_not() -> None:
    parts = series(6, 2)
    assert shared_swings(parts.sum(axis=1), parts, unit_root=False) is None


def test_unrelated_candidates_are_not() -> None:
    found = [shared_swings(series(1, seed)[:, 0], series(4, 1000 + seed), unit_root=seed % 2 == 1) for seed in range(100)]
    assert found == [None] * 100


def test_the_ranking_tells_what_to_declare() -> None:
    swing = np.where(np.random.default_rng(8).uniform(size=N) < 0.1, 5.0, 0.0)[:, None]
    data = pd.DataFrame(series(5, 9) + swing, columns=["sales", "a", "b", "c", "d"])
    data = data.assign(campaign=swing[:, 0], week=pd.date_range("2022-01-03", periods=N, freq="7D"))

    def codes(**told: object) -> list[str]:
        leads = ["a", "b", "c", "d"]
        ranking = rank_leads(data, kpi="sales", leads=leads, time="week", evidence=False, n_draws=99, **told)  # type: ignore[arg-type]
        return [code for code, _ in ranking.provenance.warnings]

    assert "LL153" in codes()
    assert "LL153" not in codes(controls=["campaign"])
