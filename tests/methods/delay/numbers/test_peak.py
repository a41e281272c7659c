"""Delay sets hold the peak as often as they say; each p is that of a bootstrap done here the slow way."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from leadlag.core.noise.momentum import Momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import column_of, scan
from leadlag.core.search.shapes import Shape
from leadlag.core.time.lags import lag_matrix
from leadlag.methods.delay.numbers.peak import PeakTest, peak_test

POINT = (Shape("point"),)
LAGS = 8
SIGNS = SharedSigns(seed=3, n_draws=199)


def problem(seed: int, *, n: int = 80, effect: float = 0.0, delay: int = 4, persistence: float = 0.0) -> Problem:
    """KPI of white noise on an intercept; lead 0 acts on it after `delay` periods, lead 1 does not."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    for t in range(1, n):
        X[t] += persistence * X[t - 1]
    y = rng.normal(size=n) + effect * lag_matrix(X[:, 0], [delay], fill=0.0)[:, 0]
    return Problem(
        y=y, X=X - X.mean(axis=0), base=np.ones((n, 1)), lags=tuple(range(1, LAGS + 1)),
        momentum=Momentum(phi=np.zeros(0), unit_root=False, variance=1.0), y_scale=1.0, x_scale=np.ones(2),
    )  # fmt: skip


def asked(given: Problem, **options: object) -> PeakTest:
    return peak_test(given, 0, signs=SIGNS, **options)


def test_a_clear_effect_has_a_set_of_one_lag() -> None:
    for seed in range(10):
        assert asked(problem(seed, n=100, effect=3.0)).not_rejected(0.9) == (4.0,)


def test_an_exact_effect_has_a_set_of_one_lag() -> None:
    given = problem(0)
    exact = replace(given, y=3.0 + 2.0 * column_of(given, 0, 3, POINT))
    assert asked(exact).not_rejected(0.99) == (4.0,)


def test_the_peak_is_that_of_the_scan_and_always_in_the_set_which_grows_with_the_level() -> None:
    for seed in range(20):
        given = problem(seed, effect=0.3)
        found = asked(given)
        best = int(scan(given, rng=np.random.default_rng(0), n_draws=99).best[0])
        assert found.peak == best % LAGS + 1
        assert found.shape == best // LAGS
        assert found.pvalue[found.lags.index(found.peak)] == 1.0
        sets = [set(found.not_rejected(level)) for level in (0.01, 0.5, 0.8, 0.9, 0.99)]
        assert all(small <= large for small, large in pairwise(sets))
        assert sets[0] >= {found.peak}


def test_without_an_effect_most_lags_stay_in_the_set() -> None:
    kept = [len(asked(problem(seed)).not_rejected(0.9)) for seed in range(40)]
    assert np.median(kept) >= 0.75 * LAGS


@pytest.mark.parametrize(("effect", "persistence"), [(0.25, 0.0), (0.45, 0.0), (0.3, 0.9)])
def test_the_set_holds_the_true_peak(effect: float, persistence: float) -> None:
    held = [
        4 in asked(problem(seed, effect=effect, persistence=persistence), shapes=POINT).not_rejected(0.9) for seed in range(150)
    ]
    assert np.mean(held) > 0.9 - 3 * np.sqrt(0.9 * 0.1 / 150)


def test_the_set_does_not_depend_on_units_signs_and_other_leads() -> None:
    given = problem(5, effect=0.3, persistence=0.7)
    expected = asked(given)
    assert len(expected.not_rejected(0.9)) > 1
    for changed in (replace(given, y=1e6 * given.y + 1e3), replace(given, X=-1e-3 * given.X)):
        assert asked(changed) == expected
    other = peak_test(given.of([1, 0]), 1, signs=SIGNS)
    assert other == expected


def test_a_pvalue_is_that_of_redrawn_signs_given_the_score_at_the_lag() -> None:
    """One shape, so that the lag has one column; the draws are made row by row."""
    given = problem(2, effect=0.1, persistence=0.8)
    found = asked(given, shapes=POINT)
    lag = next(int(lag) for lag, p in zip(found.lags, found.pvalue, strict=True) if 0.05 < p < 0.9)
    lags = np.array(lag_matrix(given.X[:, 0], given.lags))
    first = given.X[0, 0]
    x = given.X[:, 0]
    rho = float(x[1:] @ x[:-1] / (x @ x))
    for j, k in enumerate(given.lags):  # a lag that reaches before the sample takes the backcast of an AR(1)
        lags[:k, j] = first * rho ** np.arange(k, 0, -1)
    unit = lags - lags.mean(axis=0)
    unit /= np.sqrt((unit**2).sum(axis=0))
    e = given.y - given.y.mean()
    gain = (unit.T @ e) ** 2
    u, score = unit[:, lag - 1], float(unit[:, lag - 1] @ e)
    observed = gain.max() - gain[lag - 1]
    rest = (e - score * u) * np.sqrt(80 / (80 - 1 - 1))
    worse = 0
    for signs in SIGNS.of(80).T:
        noise = rest * signs
        free = noise - (u @ noise) * u
        free *= np.sqrt(rest @ rest / (free @ free))
        drawn = (unit.T @ (score * u + free)) ** 2
        worse += drawn.max() - drawn[lag - 1] >= observed
    assert found.pvalue[found.lags.index(lag)] == pytest.approx((1 + worse) / 200)


def test_a_lead_without_a_usable_column_is_refused() -> None:
    given = problem(0)
    with pytest.raises(ValueError, match="no column"):
        asked(replace(given, X=0.0 * given.X))
