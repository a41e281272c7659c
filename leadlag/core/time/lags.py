"""Shifts in time, and products of shifted series.

Nothing else in the package moves one row against another, but `leadlag.core.time.clock`, where rows of the KPI look back in
periods of another length.

Products at different lags differ only at the two ends of the sample: with rows t = f .. n - 1,
``S(i, j) = sum_t x[t-i] y[t-j] = S(i-1, j-1) + x[f-i] y[f-j] - x[n-i] y[n-j]``. So one matrix product gives the products at the
first lags, and this recursion all others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from leadlag.core.arrays import Floats, Ints
from leadlag.errors import UsageError

__all__ = [
    "brought_forward", "cross_products", "difference", "further", "lag_matrix", "lag_tensor", "lead_products", "places_of",
    "rows_before", "shifted_rows",
]  # fmt: skip


def brought_forward(x: ArrayLike, count: int) -> Floats:
    """Each value `count` rows before its own row; the first ones are gone, and the last rows have none.

    Parameters
    ----------
    x : array_like, shape (n,)
    count : int
        0 or more.

    Examples
    --------
    >>> brought_forward([1.0, 2.0, 3.0], 2)
    array([ 3., nan, nan])
    """
    series = np.asarray(x, dtype=np.float64)
    kept = series[count:]
    return np.concatenate([kept, np.full(len(series) - len(kept), np.nan)])


def lag_matrix(x: ArrayLike, lags: Sequence[int], *, fill: float = np.nan) -> Floats:
    """Lagged copies of one series, one column per lag.

    Parameters
    ----------
    x : array_like, shape (n,)
        Series on a complete period grid, oldest period first.
    lags : sequence of int
        Lags in periods, each at least 0; column j holds ``x[t - lags[j]]``.
    fill : float, default nan
        What stands where a lag reaches before the first period.

    Returns
    -------
    ndarray, shape (n, len(lags))
        Read-only; a view on one padded copy where the lags are evenly spaced.

    Raises
    ------
    UsageError
        If a lag is negative: a negative lag would be a look into the future.

    Examples
    --------
    >>> lag_matrix([1.0, 2.0, 3.0], [0, 2])
    array([[ 1., nan],
           [ 2., nan],
           [ 3.,  1.]])
    """
    series = np.asarray(x, dtype=np.float64)
    if series.ndim != 1:
        raise UsageError(f"x has {series.ndim} dimensions: give one series, shape (n,), or use lag_tensor.")
    return lag_tensor(series[:, None], lags, fill=fill)[:, 0, :]


def lag_tensor(X: ArrayLike, lags: Sequence[int], *, fill: ArrayLike = np.nan) -> Floats:
    """Lagged copies of many series at once.

    Parameters
    ----------
    X : array_like, shape (n, m)
        Series in columns on one complete period grid, oldest period first.
    lags : sequence of int
        Lags in periods, each at least 0; entry ``[t, i, j]`` holds ``X[t - lags[j], i]``.
    fill : float or array_like of shape (m,), default nan
        What stands where a lag reaches before the first period: one value, or one per series.

    Returns
    -------
    ndarray, shape (n, m, len(lags))
        Read-only; a view on one padded copy where the lags are evenly spaced (no memory per lag).

    Raises
    ------
    UsageError
        If a lag is negative or X is not two-dimensional.

    Examples
    --------
    >>> lag_tensor([[1.0, 10.0], [2.0, 20.0]], [1], fill=0.0)[:, :, 0]
    array([[ 0.,  0.],
           [ 1., 10.]])
    """
    series = np.asarray(X, dtype=np.float64)
    if series.ndim != 2:
        raise UsageError(f"X has {series.ndim} dimensions: give series in columns, shape (n, m).")
    shifts = np.asarray(lags, dtype=np.intp).reshape(-1)
    if shifts.size == 0 or series.shape[0] == 0:
        return np.empty((*series.shape, shifts.size))
    if shifts.min() < 0:
        raise UsageError(f"lags holds {int(shifts.min())}: a lag is 0 or more periods back.")
    deepest, (n, m) = int(shifts.max()), series.shape
    padded = np.empty((deepest + n, m))
    padded[:deepest], padded[deepest:] = fill, series
    # a view by hand: numpy's windows cost more than all else here, and small problems make thousands of them
    row, column = padded.strides
    by_lag: Floats = np.ndarray((n, m, deepest + 1), buffer=padded, offset=deepest * row, strides=(row, column, -row))
    by_lag.flags.writeable = False
    step = _even_step(shifts)
    if step is not None:
        return by_lag[:, :, shifts[0] : shifts[-1] + 1 : step]
    chosen = by_lag[:, :, shifts]
    chosen.flags.writeable = False
    return chosen


def difference(x: ArrayLike, *, step: int = 1, order: int = 1) -> Floats:
    """Change over `step` periods, taken `order` times; same length, NaN where there is no earlier value.

    Parameters
    ----------
    x : array_like, shape (n,) or (n, m)
        Series on a complete period grid, oldest period first.
    step : int, default 1
        Periods between the two values (the seasonal period for a seasonal difference).
    order : int, default 1
        How many times the difference is taken; 0 gives a copy.

    Returns
    -------
    ndarray, same shape as x

    Examples
    --------
    >>> difference([1.0, 4.0, 9.0])
    array([nan,  3.,  5.])
    """
    if step < 1 or order < 0:
        raise UsageError(f"step={step} and order={order} are not allowed: give step of at least 1 and order of at least 0.")
    changed = np.array(x, dtype=np.float64)
    for _ in range(order):
        earlier = np.full_like(changed, np.nan)
        earlier[step:] = changed[:-step]
        changed = changed - earlier
    return changed


def further(lags: Sequence[int], count: int) -> list[int]:
    """The `count` lags after the longest.

    Examples
    --------
    >>> further([1, 4], 2)
    [5, 6]
    """
    return [max(lags) + extra for extra in range(1, count + 1)]


def places_of(periods: ArrayLike | None, count: int) -> Ints:
    """Place of each of `count` rows on the grid of periods, from 0; the rows follow each other if None.

    Examples
    --------
    >>> places_of([7, 8, 11], 3)
    array([0, 1, 4])
    """
    given = np.arange(count) if periods is None else np.asarray(periods)
    if given.shape != (count,) or given.dtype.kind not in "iu" or np.any(np.diff(given.astype(np.int64)) < 1):
        raise UsageError(f"periods has shape {given.shape}, type {given.dtype}: give {count} whole numbers that increase.")
    return np.asarray(given.astype(np.intp) - int(given[0]) if count else given, dtype=np.intp)


def lead_products(x: Floats, firsts: list[int]) -> list[Floats]:
    """Products of each lead's lags with one another, for every order.

    Parameters
    ----------
    x : ndarray, shape (n, m)
        Leads without missing values; the last row is never used.
    firsts : list of int
        First row predicted at order 1, 2, ...; never falls, by at most one row from order to order.

    Returns
    -------
    list of ndarray, shapes (p, p, m) for p = 1, 2, ...
        Entry ``[i - 1, j - 1]`` is ``sum_t x[t-i] x[t-j]`` for j >= i; what stands below the diagonal has no meaning.
    """
    n, deepest = x.shape[0], len(firsts)
    first = firsts[-1]
    sums = np.zeros((deepest, deepest, x.shape[1]))
    latest = x[first - 1 : n - 1]
    for apart in range(deepest):
        np.einsum("tb,tb->b", latest, x[first - 1 - apart : n - 1 - apart], out=sums[0, apart])
    head, tail = rows_before(x, first, deepest), rows_before(x, n, deepest)
    for i in range(1, deepest):
        sums[i, i:] = sums[i - 1, i - 1 : -1] + head[i] * head[i:] - tail[i] * tail[i:]
    found = [sums]
    for order in range(deepest - 1, 0, -1):
        sums = found[-1][:order, :order]
        if firsts[order - 1] < firsts[order]:
            entering = rows_before(x, firsts[order - 1], order)
            sums = sums + entering[:, None] * entering
        found.append(sums)
    return found[::-1]


def shifted_rows(current: Floats, y: Floats, *, first: int, deepest: int) -> Floats:
    """The left factor of the one matrix product that begins `cross_products`.

    Parameters
    ----------
    current : ndarray, shape (n, c)
        Series used in the period that is predicted: intercept, controls and the KPI itself, the KPI last.
    y : ndarray, shape (n,)
        The KPI.
    first, deepest : int
        First row predicted, and longest lag.

    Returns
    -------
    ndarray, shape (deepest * c + deepest, n)
        Each row a series moved against the leads, zero outside the sample: first `current` against lag 1, 2, ... of the leads,
        then lag 1, 2, ... of the KPI against lag 1.
    """
    n, count = current.shape
    rows = np.zeros((deepest * count + deepest, n))
    for lag in range(1, deepest + 1):
        rows[(lag - 1) * count : lag * count, first - lag : n - lag] = current[first:].T
        rows[deepest * count + lag - 1, first - 1 : n - 1] = y[first - lag : n - lag]
    return rows


def cross_products(rows: Floats, y: Floats, x: Floats, *, first: int, deepest: int) -> Floats:
    """Products of the leads' lags with the KPI, its lags, and what else is in the model.

    Parameters
    ----------
    rows : ndarray
        From `shifted_rows` with the same arguments.
    y : ndarray, shape (n,)
        The KPI.
    x : ndarray, shape (n, m)
        Leads without missing values.
    first, deepest : int
        First row predicted, and longest lag.

    Returns
    -------
    ndarray, shape (deepest, c + deepest, m)
        Entry ``[i - 1, l]`` is the product of lag i of the lead with series l: the c series in the period itself (the KPI last
        of them), then the KPI's lags 1 .. deepest.
    """
    n = y.size
    count = rows.shape[0] // deepest - 1
    first_sums = rows @ x
    sums = np.empty((deepest, count + deepest, x.shape[1]))
    sums[:, :count] = first_sums[: deepest * count].reshape(deepest, count, -1)
    sums[0, count:] = first_sums[deepest * count :]
    own = np.column_stack([rows_before(y, first, deepest), -rows_before(y, n, deepest)])
    ends = np.stack([rows_before(x, first, deepest), rows_before(x, n, deepest)], axis=1)
    for i in range(1, deepest):
        np.matmul(own, ends[i], out=sums[i, count:])
        sums[i, count:] += sums[i - 1, count - 1 : -1]
    return sums


def rows_before(series: Floats, row: int, count: int) -> Floats:
    """The `count` rows before `row`, latest first: entry i - 1 is ``series[row - i]``.

    Examples
    --------
    >>> rows_before(np.array([10.0, 11.0, 12.0, 13.0]), 3, 2)
    array([12., 11.])
    """
    return series[row - count : row][::-1]


def _even_step(shifts: Ints) -> int | None:
    """Step of an increasing, evenly spaced set of lags; None if it is neither."""
    gaps = np.diff(shifts)
    if gaps.size == 0:
        return 1
    return int(gaps[0]) if gaps[0] > 0 and bool((gaps == gaps[0]).all()) else None
