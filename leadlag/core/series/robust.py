"""Spread and kind of a series by its middle, which a few wild values do not move."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints

__all__ = ["few_values", "few_values_each", "robust_spread", "robust_spreads"]


#: A series with no more distinct values than this is a count or a state: its large values are no outliers.
_FEW_VALUES = 10
#: Normal consistency of the median absolute deviation.
_MAD = 1.4826


def robust_spread(values: Floats) -> float:
    """Standard deviation by the median absolute deviation; 0 without values."""
    return float(robust_spreads(values[:, None])[0])


def robust_spreads(X: Floats) -> Floats:
    """That of each column, shape (m,)."""
    return np.asarray(_MAD * np.nan_to_num(_medians(np.abs(X - _medians(X)))))


def few_values(values: Floats) -> bool:
    """Whether a series is a count, a state or a rare campaign rather than a measure.

    True with at most ten distinct values, or with more than half of all values the same.
    """
    return bool(few_values_each(values[:, None])[0])


def few_values_each(X: Floats) -> Flags:
    """That of each column, shape (m,)."""
    ordered, count = _ordered(X)
    distinct = (count > 0) + (ordered[1:] > ordered[:-1]).sum(axis=0)
    middle = ordered[count // 2, np.arange(X.shape[1])]  # a value that more than half have is there
    return np.asarray((distinct <= _FEW_VALUES) | (2 * (ordered == middle).sum(axis=0) > count))


def _medians(X: Floats) -> Floats:
    """Median of the values of each column, shape (m,); NaN for one without any."""
    (ordered, count), every = _ordered(X), np.arange(X.shape[1])
    return np.asarray(0.5 * ordered[np.maximum(count - 1, 0) // 2, every] + 0.5 * ordered[count // 2, every])


def _ordered(X: Floats) -> tuple[Floats, Ints]:
    """Values of each column in rising order and then NaN, at least one, shape (n + 1, m), and how many values, shape (m,)."""
    known = np.isfinite(X)
    filled = np.full((len(X) + 1, X.shape[1]), np.nan)
    filled[:-1] = np.where(known, X, np.nan)
    return np.sort(filled, axis=0), known.sum(axis=0)


def logs_where_positive(X: Floats) -> tuple[Floats, Flags]:
    """Columns in natural logs where all their values are positive, shape (n, m), and which these are."""
    filled = np.where(np.isfinite(X), X, 1.0)
    positive = np.asarray((filled > 0).all(axis=0), dtype=bool)
    logs = np.log(np.where(positive, filled, 1.0))
    logs[~np.isfinite(X)] = np.nan
    return np.where(positive, logs, X), positive
