"""Season: its columns, and whether a series has one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from leadlag.core.leastsquares import orthonormal_basis, residualise
from leadlag.core.noise import ar_errors, yule_walker

__all__ = ["harmonics", "season_pvalues"]

Floats = NDArray[np.float64]


def harmonics(n: int, *, period: float, count: int) -> Floats:
    """Sine and cosine pairs of a season, shape (n, up to 2 count).

    Parameters
    ----------
    n : int
        Rows.
    period : float
        Periods in a season; need not be whole (52.18 weeks in a year).
    count : int
        Pairs, the slowest first; the sine that is zero on every row (twice a period of 2) is left out.

    Notes
    -----
    All ``period // 2`` pairs of a whole period span the same space as its dummies.
    """
    time = np.arange(n)
    columns = []
    for cycle in range(1, count + 1):
        angle = 2.0 * np.pi * cycle * time / period
        columns.append(np.cos(angle))
        if not np.isclose(2 * cycle, period):
            columns.append(np.sin(angle))
    return np.column_stack(columns) if columns else np.empty((n, 0))


def season_pvalues(X: Floats, groups: Sequence[Floats], *, order: int = 2) -> Floats:
    """p of the F test that each group of season columns adds nothing to each series.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing.
    groups : sequence of ndarray, each shape (n, k)
        Season columns tested together; groups are taken in their order.
    order : int
        Own lags that carry each series' momentum, so that slow movement is not taken for season.

    Returns
    -------
    ndarray, shape (m, len(groups))

    Notes
    -----
    Each series is detrended and filtered by an AR(`order`) of its own, estimated with the season taken out. A
    sine stays a sine of its period under any such filter, so the unfiltered columns span the same space. A
    missing value counts as the series' trend: this finds a season, it does not test a lead.
    """
    n, m = X.shape
    fixed = np.column_stack([np.ones(n), np.arange(n) / n])
    season = np.column_stack(list(groups))
    detrended = np.nan_to_num(_detrended(X, fixed))
    adjusted = residualise(detrended, orthonormal_basis(np.column_stack([fixed, season])))
    filtered = ar_errors(detrended, yule_walker(adjusted, order=order))[order:]
    small = orthonormal_basis(fixed[order:])
    large = orthonormal_basis(np.column_stack([fixed, season])[order:])
    ssr = np.sum(residualise(filtered, large) ** 2, axis=0)
    df_den = len(filtered) - large.rank - order
    if df_den < 1:
        return np.full((m, len(groups)), np.nan)
    scores = (large.q.T @ filtered) ** 2
    member = np.repeat(np.arange(len(groups)), [group.shape[1] for group in groups])[large.kept[fixed.shape[1] :]]
    pvalues = np.full((m, len(groups)), np.nan)
    for group in range(len(groups)):
        mine = scores[small.rank :][member == group]
        with np.errstate(invalid="ignore", divide="ignore"):
            statistic = mine.sum(axis=0) / max(len(mine), 1) / (ssr / df_den)
        pvalues[:, group] = stats.f.sf(statistic, max(len(mine), 1), df_den)
    return pvalues


def _detrended(X: Floats, fixed: Floats) -> Floats:
    """Series less their own linear trend, each over the rows it has."""
    whole = np.isfinite(X).all(axis=0)
    detrended = np.full_like(X, np.nan)
    detrended[:, whole] = residualise(X[:, whole], orthonormal_basis(fixed))
    for column in np.flatnonzero(~whole & np.isfinite(X).any(axis=0)):
        rows = np.isfinite(X[:, column])
        detrended[rows, column] = residualise(X[rows, column], orthonormal_basis(fixed[rows]))
    return detrended
