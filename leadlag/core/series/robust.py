"""Spread and kind of a series by its middle, which a few wild values do not move."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Flags, Floats

__all__ = ["few_values", "robust_spread", "robust_spreads"]


#: A series with no more distinct values than this is a count or a state: its large values are no outliers.
_FEW_VALUES = 10
#: Normal consistency of the median absolute deviation.
_MAD = 1.4826


def robust_spread(values: Floats) -> float:
    """Standard deviation by the median absolute deviation; 0 without values."""
    present = values[np.isfinite(values)]
    return float(_MAD * np.median(np.abs(present - np.median(present)))) if len(present) else 0.0


def robust_spreads(X: Floats) -> Floats:
    """That of each column, shape (m,)."""
    return np.array([robust_spread(column) for column in X.T])


def few_values(values: Floats) -> bool:
    """Whether a series is a count, a state or a rare campaign rather than a measure.

    True with at most ten distinct values, or with more than half of all values the same.
    """
    present = values[np.isfinite(values)]
    distinct, counts = np.unique(present, return_counts=True)
    return len(distinct) <= _FEW_VALUES or bool(2 * counts.max(initial=0) > len(present))


def logs_where_positive(X: Floats) -> tuple[Floats, Flags]:
    """Columns in natural logs where all their values are positive, shape (n, m), and which these are."""
    filled = np.where(np.isfinite(X), X, 1.0)
    positive = np.asarray((filled > 0).all(axis=0), dtype=bool)
    logs = np.log(np.where(positive, filled, 1.0))
    logs[~np.isfinite(X)] = np.nan
    return np.where(positive, logs, X), positive
