"""Verdicts are right about as often as docs/stationarity.md says, with and without a season, in any company and unit."""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy.signal import lfilter

from leadlag.core.series.season import harmonics
from leadlag.core.series.stationary import enough_rows, nothing_left, stationarity_verdicts
from leadlag.core.series.trend import trend_statistics
from leadlag.core.series.unitroot import unit_root_tests

N, DRAWS = 156, 150
RNG = np.random.default_rng(0)
STEPS = RNG.normal(size=(N + 100, DRAWS))
WALK, AR = np.cumsum(STEPS[100:], axis=0), lfilter([1.0], [1.0, -0.5], STEPS, axis=0)[100:]
RISE = np.arange(N)[:, None] / N


def shares(X: np.ndarray, season: np.ndarray | None = None) -> dict[str, float]:
    return {verdict: count / X.shape[1] for verdict, count in Counter(stationarity_verdicts(X, season=season).verdict).items()}


def test_noise_walks_and_trends_are_told_apart() -> None:
    assert shares(AR)["stationary"] > 0.80
    assert shares(AR + 4.0 * RISE)["trend-stationary"] > 0.75
    for drift in (0.0, 0.3):
        found = shares(WALK + drift * N * RISE)
        assert found["integrated"] > 0.65
        assert found.get("stationary", 0.0) + found.get("trend-stationary", 0.0) < 0.15


def test_a_strong_season_beside_the_tests_does_not_spoil_them() -> None:
    season = harmonics(N, period=12.0, count=6)
    strong = 10.0 * season[:, :2].sum(axis=1, keepdims=True)
    assert shares(AR + strong, season)["stationary"] > 0.80
    assert shares(WALK + strong, season)["integrated"] > 0.65
    assert stationarity_verdicts(WALK + strong, season=season).verdict == stationarity_verdicts(WALK, season=season).verdict


def test_the_test_for_a_trend_holds_without_and_with_a_unit_root() -> None:
    def found(X: np.ndarray) -> float:
        tests = unit_root_tests(X, deterministic="ct")
        return float(np.mean(np.abs(trend_statistics(X, dfgls=tests.dfgls, kpss=tests.kpss)) > 1.96))

    assert found(AR) < 0.13
    assert found(WALK) < 0.20
    assert found(AR + 4.0 * RISE) > 0.9
    assert found(WALK + 60.0 * RISE) > 0.9


def test_a_verdict_does_not_depend_on_company_order_unit_or_offset() -> None:
    X = np.column_stack([AR[:, :4], WALK[:, :4], WALK[:, 4:6] + 60.0 * RISE, np.full(N, np.nan)])
    X[20:30, 1] = X[:40, 5] = np.nan
    together = stationarity_verdicts(X)
    for changed in (X[:, ::-1] * -1e6, X[:, ::-1] * 1e-9 + 1.0):
        assert stationarity_verdicts(changed).verdict[::-1] == together.verdict
    for column in range(X.shape[1]):
        alone = stationarity_verdicts(X[:, [column]])
        assert alone.verdict[0] == together.verdict[column]
        for name in ("dfgls_pvalue", "adf_pvalue", "kpss_pvalue", "trend_pvalue"):
            np.testing.assert_allclose(getattr(alone, name)[0], getattr(together, name)[column], rtol=1e-8)


def test_what_is_exactly_trend_and_season_has_nothing_left_to_test() -> None:
    season = harmonics(N, period=12.0, count=6)
    exact = 1e8 + 3.0 * RISE + season[:, :1]
    gaps = exact.copy()
    gaps[3:50] = np.nan
    X = np.column_stack([exact, gaps, WALK[:, 0], exact[:, 0] + 0.01 * WALK[:, 1]])
    assert nothing_left(X, season).tolist() == [True, True, False, False]
    assert not nothing_left(X).any()


def test_a_season_asks_for_more_rows() -> None:
    assert [enough_rows(18, 0), enough_rows(19, 0), enough_rows(29, 11), enough_rows(30, 11)] == [False, True, False, True]
