"""Shifts in time. Nothing else in the package moves one row against another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from leadlag.errors import UsageError

__all__ = ["difference", "lag_matrix", "lag_tensor"]


def lag_matrix(x: ArrayLike, lags: Sequence[int], *, fill: float = np.nan) -> NDArray[np.float64]:
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


def lag_tensor(X: ArrayLike, lags: Sequence[int], *, fill: ArrayLike = np.nan) -> NDArray[np.float64]:
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
    deepest = int(shifts.max())
    head = np.broadcast_to(np.asarray(fill, dtype=np.float64), (deepest, series.shape[1]))
    # window j of a row is the value deepest - j periods back, so the axis is turned round: entry k is lag k
    by_lag = sliding_window_view(np.concatenate([head, series]), deepest + 1, axis=0)[:, :, ::-1]
    step = _even_step(shifts)
    if step is not None:
        return by_lag[:, :, shifts[0] : shifts[-1] + 1 : step]
    chosen = by_lag[:, :, shifts]
    chosen.flags.writeable = False
    return chosen


def difference(x: ArrayLike, *, step: int = 1, order: int = 1) -> NDArray[np.float64]:
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


def _even_step(shifts: NDArray[np.intp]) -> int | None:
    """Step of an increasing, evenly spaced set of lags; None if it is neither."""
    gaps = np.diff(shifts)
    if gaps.size == 0:
        return 1
    return int(gaps[0]) if gaps[0] > 0 and bool((gaps == gaps[0]).all()) else None
