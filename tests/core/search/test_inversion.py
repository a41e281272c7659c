"""The interval of the statistic that decides: what it leaves open is what it does not reject."""

from __future__ import annotations

import math

import numpy as np
import pytest

from leadlag.core.arrays import Floats
from leadlag.core.search.inversion import critical_statistic, kept_effects
from leadlag.core.search.scan import scan, t_of_share
from tests.core.search.test_scan import problem

N, DF = 120, 110
WEIGHTS = np.repeat([1.0, 0.95], [6, 6])


def columns(rng: np.random.Generator) -> Floats:
    """Twelve columns of length one that resemble their neighbours."""
    raw = rng.normal(size=(N, 12))
    raw[:, 1:] += 0.7 * raw[:, :-1]
    return np.asarray(raw / np.sqrt((raw**2).sum(axis=0)))


def largest(X: Floats, y: Floats) -> float:
    """The statistic of a search."""
    return float(t_of_share(np.square(WEIGHTS * (X.T @ y)).max(keepdims=True) / (y @ y), DF)[0])


def ends(X: Floats, y: Floats, critical: float, effects: Floats | None = None) -> tuple[float, float]:
    each = np.ones(12) if effects is None else effects
    return kept_effects(X, WEIGHTS, y, each, best=int(np.abs(X.T @ y).argmax()), critical=critical, df=DF)


@pytest.mark.parametrize("seed", range(20))
def test_zero_is_left_out_exactly_if_the_statistic_passes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = columns(rng)
    y = 3.0 * X[:, seed % 12] * (-1) ** seed + rng.normal(size=N)
    effects = rng.uniform(0.5, 3.0, size=12)
    found = largest(X, y)
    for critical in (1.5, 0.9 * found, found * (1 - 1e-9), found, 1.1 * found, 6.0):
        low, high = ends(X, y, critical, effects)
        assert (low > 0 or high < 0) == (found > critical)
        assert low <= high


@pytest.mark.parametrize("seed", range(5))
def test_the_ends_are_those_of_all_pairs_tried_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = columns(rng)
    y = 6.0 * X[:, 4] + rng.normal(size=N)
    low, high = ends(X, y, 3.2)
    tried = np.linspace(0.0, 15.0, 1501)
    kept = [b for b in tried for c in range(12) if b > 0 and largest(X, y - b * X[:, c]) <= 3.2]
    assert low == pytest.approx(min(kept), abs=0.011)
    assert high == pytest.approx(max(kept), abs=0.011)


def test_it_holds_the_truth_as_often_as_it_says() -> None:
    rng, critical, held = np.random.default_rng(1), 2.6, []
    X = columns(rng)
    level = np.mean([largest(X, rng.normal(size=N)) <= critical for _ in range(400)])
    for _ in range(400):
        low, high = ends(X, 2.5 * X[:, 7] + rng.normal(size=N), critical)
        held.append(low <= 2.5 <= high)
    assert 0.8 < level < 0.97
    assert np.mean(held) >= level - 0.04


def test_where_no_shape_is_kept_the_best_column_tells_the_ends() -> None:
    rng = np.random.default_rng(2)
    X = np.linalg.qr(rng.normal(size=(N, 12)))[0]
    low, high = ends(X, 20.0 * X[:, 0] + 15.0 * X[:, 5] + rng.normal(size=N), 3.0)  # two lags, and only one at a time is tried
    assert 0 < low < 20.0 < high


def test_an_effect_without_a_sign_is_not_told() -> None:
    rng = np.random.default_rng(3)
    X = columns(rng)
    effects = np.where(np.arange(12) == 4, 1.0, math.nan)
    low, high = ends(X, 6.0 * X[:, 4] + rng.normal(size=N), 3.2, effects)
    assert 0 < low < high


@pytest.mark.parametrize("pvalue", [0.2, 0.04, 0.01, 0.001, 1e-6])
def test_the_critical_statistic_is_passed_exactly_if_the_p_is(pvalue: float) -> None:
    given = problem(4, m=1, effect=0.35)
    found = scan(given, rng=np.random.default_rng(0), n_draws=499)
    for log_p in (found.log_pvalue[0], found.log_pvalue[0] + 1.0):  # the second: another model decided
        critical = critical_statistic(found, pvalue=pvalue, log_pvalue=float(log_p))
        assert (found.statistic[0] > critical) == (log_p <= math.log(pvalue))
