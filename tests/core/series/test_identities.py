"""Parts of a KPI are named where an identity proves them; copies are grouped."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.series.identities import arithmetic_parts, duplicate_groups


def candidates(seed: int, *, n: int = 100, m: int = 30) -> np.ndarray:
    """Positive random walks that also share a movement."""
    rng = np.random.default_rng(seed)
    return 100.0 + np.cumsum(rng.normal(size=(n, m)), axis=0) + np.cumsum(rng.normal(size=(n, 1)), axis=0)


def named(y: np.ndarray, X: np.ndarray) -> list[int]:
    return np.flatnonzero(arithmetic_parts(y, X)).tolist()


def test_exactly_the_parts_of_a_sum_are_named() -> None:
    X = candidates(0, m=150)
    assert named(X[:, [3, 40, 41, 77, 149]].sum(axis=1), X) == [3, 40, 41, 77, 149]
    assert named(X[:, 5] - X[:, 9], X) == [5, 9]
    assert named((X[:, 5] + X[:, 9]) / 1000 + 12.0, X) == [5, 9]  # another unit, and what is always added
    assert named(X[:, :3] @ [2.5, 19.9, 7.0], X) == [0, 1, 2]  # volumes at fixed prices


def test_factors_and_ratios_are_named() -> None:
    X = candidates(1)
    assert named(X[:, 2] / X[:, 8], X) == [2, 8]
    assert named(X[:, 2] * X[:, 8] * X[:, 20] / 1e4, X) == [2, 8, 20]


def test_every_breakdown_of_the_kpi_is_named() -> None:
    X = candidates(2)
    y = X[:, 0] + X[:, 1]
    X[:, 10] = 0.4 * y + X[:, 12]
    X[:, 11] = y - X[:, 10]
    assert named(y, X) == [0, 1, 10, 11]


def test_rounded_figures_still_add_up() -> None:
    X = candidates(3)
    y = np.round(X[:, [4, 6, 7]].sum(axis=1), 1)
    assert named(y, np.round(X, 1)) == [4, 6, 7]


def test_gaps_and_late_candidates_do_not_hide_a_sum() -> None:
    X = candidates(4)
    y = X[:, 4] + X[:, 6]
    X[20, 4] = y[31] = np.nan
    X[:60, 15] = np.nan
    assert named(y, X) == [4, 6]


def test_suspicion_is_not_enough() -> None:
    rng = np.random.default_rng(5)
    for seed in range(40):
        X = candidates(seed, n=80, m=100)
        kinds = [
            X[:, 0] + X[:, 1] + 0.3 * rng.normal(size=80),  # a rest that nobody reports
            X[:, :3] @ [0.5, 0.3, 0.2] + 0.1 * rng.normal(size=80),
            np.round(rng.poisson(3.0, size=80)).astype(float),
        ]
        assert not any(arithmetic_parts(y, X).any() for y in kinds)


def test_a_fit_by_few_rows_or_few_changes_proves_nothing() -> None:
    X = candidates(6, n=12, m=20)
    assert not arithmetic_parts(X[:, 0] + X[:, 1], X).any()
    rng = np.random.default_rng(7)
    rare = (rng.random((200, 300)) < 0.01).astype(float)
    assert not arithmetic_parts((rng.random(200) < 0.01).astype(float), rare).any()


def test_candidates_without_values_or_movement_are_passed_over() -> None:
    X = candidates(8, m=5)
    X[:, 3], X[:, 4] = np.nan, 7.0
    assert named(X[:, 0] + X[:, 1], X) == [0, 1]
    assert not arithmetic_parts(np.full(100, np.nan), X).any()
    assert arithmetic_parts(X[:, 0], X[:, :0]).shape == (0,)


@pytest.mark.parametrize("gaps", [False, True])
def test_duplicates_of_either_sign_share_a_group(gaps: bool) -> None:
    rng = np.random.default_rng(9)
    X = rng.normal(size=(120, 9))
    X[:, 4] = 1e6 - 3.0 * X[:, 1]
    X[:, 8] = X[:, 1] + 0.05 * rng.normal(size=120)
    X[:, 5] = X[:, 7] + 0.3 * rng.normal(size=120)  # r of about 0.96
    X[:, 3] = 1e-9 * X[:, 0]
    if gaps:
        X[:20, 4], X[50:55, 8] = np.nan, np.nan
    assert duplicate_groups(X).tolist() == [0, 1, -1, 0, 1, -1, -1, -1, 1]
    assert duplicate_groups(X, threshold=0.9)[[5, 7]].tolist() == [2, 2]


def test_correlations_are_those_of_the_common_rows() -> None:
    rng = np.random.default_rng(10)
    X = rng.normal(size=(60, 40)) + 2.0 * rng.normal(size=(60, 1))
    X[rng.random(X.shape) < 0.2] = np.nan
    expected = np.zeros((40, 40), dtype=bool)
    for i in range(40):
        for j in range(40):
            both = np.isfinite(X[:, i]) & np.isfinite(X[:, j])
            expected[i, j] = i != j and abs(np.corrcoef(X[both, i], X[both, j])[0, 1]) > 0.87
    groups = duplicate_groups(X, threshold=0.87)
    assert 5 < expected.any(axis=1).sum() < 40
    np.testing.assert_array_equal(groups >= 0, expected.any(axis=1))
    assert all(groups[i] == groups[j] for i, j in zip(*np.nonzero(expected), strict=True))


def test_too_few_common_rows_and_constant_series_make_no_group() -> None:
    x = np.random.default_rng(11).normal(size=40)
    X = np.column_stack([x, np.r_[x[:8], np.full(32, np.nan)], np.ones(40), np.ones(40), np.full(40, np.nan)])
    assert duplicate_groups(X).tolist() == [-1, -1, -1, -1, -1]
