"""What the model leaves of the KPI is asked for its season, at the level that is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import signal

from leadlag.core.noise.momentum import fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import fit_base
from leadlag.core.series.season import harmonics
from leadlag.ranking.leftover import SeasonLeft, season_left
from leadlag.ranking.rank import rank_leads

N = 120
BASE = np.column_stack([np.ones(N), np.arange(N) / N, harmonics(N, period=12, count=6)])


def noise(rng: np.random.Generator, m: int, phi: float = 0.5) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -phi], rng.normal(size=(N + 100, m)), axis=0)[100:]


def left(y: np.ndarray, base: np.ndarray = BASE) -> SeasonLeft:
    problem = Problem(
        y=y, X=np.zeros((N, 0)), base=base, momentum=fit_momentum(y, base, max_order=3), lags=(1,), y_scale=1.0,
        x_scale=np.ones(0),
    )  # fmt: skip
    return season_left(fit_base(problem), N, period=12.0)


def test_surprises_without_a_season_are_said_to_have_one_no_more_often_than_the_level() -> None:
    rng = np.random.default_rng(0)
    found = [left(y) for y in noise(rng, 200).T]
    most = 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)
    assert np.mean([each.alike < 0.05 for each in found]) < most
    assert np.mean([each.uneven < 0.05 for each in found]) < most


def test_a_season_that_no_term_tells_is_seen() -> None:
    rng = np.random.default_rng(1)
    pattern = np.tile([3.0, *np.zeros(11)], 10)
    assert np.mean([left(pattern + y, BASE[:, :2]).alike < 0.01 for y in noise(rng, 20).T]) > 0.9


def test_surprises_that_are_larger_in_one_month_are_seen() -> None:
    rng = np.random.default_rng(2)
    larger = np.tile([5.0, 5.0, *np.ones(10)], 10)
    found = [left(rng.normal(size=N) * larger) for _ in range(20)]
    assert np.mean([each.uneven < 0.01 for each in found]) > 0.7
    assert np.mean([each.alike < 0.01 for each in found]) < 0.2


def test_two_years_are_too_few() -> None:
    rng = np.random.default_rng(3)
    problem = Problem(
        y=rng.normal(size=30), X=np.zeros((30, 0)), base=np.ones((30, 1)), lags=(1,), y_scale=1.0, x_scale=np.ones(0),
        momentum=fit_momentum(np.arange(30.0), np.ones((30, 1)), max_order=0),
    )  # fmt: skip
    found = season_left(fit_base(problem), 30, period=12.0)
    assert np.isnan([found.alike, found.uneven]).all()


def test_seasons_that_walk_are_no_leads_of_each_other_and_it_is_said_that_they_walk() -> None:
    """Each month of each series wanders by itself; nothing leads."""
    pvalues, told = [], []
    for seed in range(12):
        steps = noise(np.random.default_rng(seed), 8)
        walks = signal.lfilter([1.0], np.r_[1.0, np.zeros(11), -1.0], steps, axis=0)
        index = pd.date_range("2012-01-01", periods=N, freq="MS", name="month")
        data = pd.DataFrame(walks, index=index, columns=["kpi", *(f"walk_{number}" for number in range(7))])
        ranking = rank_leads(data, kpi="kpi", max_lag=6, n_draws=199, evidence=False)
        pvalues += ranking.to_frame()["pvalue"].tolist()
        told.append("LL165" in [code for code, _ in ranking.provenance.warnings])
    assert np.mean(np.array(pvalues) < 0.05) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 84)  # more than half if it is taken to stand
    assert all(told)
