"""Followers follow, coincident series move together, and unrelated ones do neither more often than they may."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.noise.momentum import fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import scan
from leadlag.ranking.direction import Direction, directions

N = 120


def noise(rng: np.random.Generator, m: int, phi: float = 0.5) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -phi], rng.normal(size=(N + 100, m)), axis=0)[100:]


def problem(y: np.ndarray, X: np.ndarray, *, unit_root: bool = False) -> Problem:
    base = np.column_stack([np.ones(N), np.arange(N) / N])
    return Problem(
        y=y - y.mean(), X=X - X.mean(axis=0), base=base, momentum=fit_momentum(y, base, max_order=4, unit_root=unit_root),
        lags=(1, 2, 3, 4, 5, 6), y_scale=1.0, x_scale=np.ones(X.shape[1]),
    )  # fmt: skip


def traps(seed: int) -> Problem:
    """A follower by two periods, a coincident series, a lead by two periods, and noise."""
    rng = np.random.default_rng(seed)
    X = noise(rng, 4)
    y = noise(rng, 1)[:, 0]
    y[2:] += 0.9 * X[:-2, 2]
    X[2:, 0] += 0.9 * y[:-2]
    X[:, 1] += 0.9 * y
    return problem(y, X)


def asked(given: Problem, *, n_draws: int = 199) -> Direction:
    return directions(given, seed=0, n_draws=n_draws)


def test_followers_coincident_series_and_leads_are_told_apart() -> None:
    found = [asked(traps(seed)) for seed in range(8)]
    reverse, coincident = (np.array([getattr(each, name) for each in found]) for name in ("reverse", "coincident"))
    assert (np.median(reverse, axis=0) < 0.001).tolist() == [True, False, False, False]
    assert (np.median(coincident, axis=0) < 0.001).tolist() == [False, True, False, False]
    assert np.median(reverse[:, 2:]) > 0.05
    assert [each.follows_by[0] for each in found] == [2.0] * 8
    forward = [scan(traps(seed), rng=np.random.default_rng(0), n_draws=199).pvalue for seed in range(8)]
    assert (np.median(forward, axis=0) < 0.001).tolist() == [False, False, True, False]


def test_a_walk_is_asked_in_its_changes() -> None:
    rng = np.random.default_rng(1)
    y = np.cumsum(rng.normal(size=N))
    follower = np.r_[0.0, y[:-1]] + 0.3 * np.cumsum(rng.normal(size=N))
    unrelated = np.cumsum(rng.normal(size=(N, 10)), axis=0)
    found = asked(problem(y, np.column_stack([follower, unrelated]), unit_root=True))
    assert found.reverse[0] < 0.001
    assert np.median(found.reverse[1:]) > 0.1
    assert np.median(found.coincident) > 0.1


@pytest.mark.parametrize("level", [0.05])
def test_unrelated_series_are_called_neither_more_often_than_the_level_says(level: float) -> None:
    reverse, coincident = [], []
    for seed in range(25):
        rng = np.random.default_rng(300 + seed)
        found = asked(problem(noise(rng, 1, 0.6)[:, 0], noise(rng, 16, 0.6)))
        reverse.append(np.mean(found.reverse < level))
        coincident.append(np.mean(found.coincident < level))
    assert np.mean(reverse) <= level + 4 * np.std(reverse, ddof=1) / 5
    assert abs(np.mean(coincident) - level) <= 4 * np.std(coincident, ddof=1) / 5


def test_units_and_company_do_not_matter() -> None:
    given = traps(2)
    ours, alone = asked(given), asked(problem(given.y, given.X[:, [0]] * 1e6))
    assert alone.reverse[0] == pytest.approx(ours.reverse[0], rel=1e-6)
    assert alone.coincident[0] == pytest.approx(ours.coincident[0], rel=1e-6)


def test_missing_values_are_passed_over_and_a_constant_has_no_answer_that_counts() -> None:
    given = traps(3)
    given.X[::11, 0] = np.nan
    given.X[:, 3] = 0.0
    given.y[50] = np.nan
    found = asked(given)
    assert found.reverse[0] < 0.001
    assert not found.reverse[3] < 0.99
    assert not found.coincident[3] < 0.99
