"""An AR model of one series: its filter, and the autocorrelations that it implies for a sample."""

from __future__ import annotations

import math

import numpy as np
from scipy import fft

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import fit, rows_needed
from leadlag.core.noise.momentum import EDGE, inside, largest_root
from leadlag.core.time.lags import lag_matrix

__all__ = ["ar_filter", "implied", "most_order"]


#: Periods per order that an automatic filter may have, and the rule of R's ``ar`` beside it.
_PERIODS_PER_ORDER, _PER_DECADE = 10, 10.0


def most_order(nobs: int) -> int:
    """Longest filter that is tried where none is named: ten times log10 of the periods, at most one per ten periods, at least 1.

    Examples
    --------
    >>> most_order(60), most_order(156), most_order(260)
    (6, 15, 24)
    """
    return max(1, min(int(_PER_DECADE * math.log10(max(nobs, 1))), nobs // _PERIODS_PER_ORDER))


def ar_filter(x: Floats, *, order: int | None = None, most: int = 0) -> Floats:
    """AR coefficients of a series by least squares with an intercept, on all periods whose past is known.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where missing.
    order : int, optional
        None chooses 0..most by AICc, all orders judged on the periods of the longest.
    most : int

    Returns
    -------
    ndarray, shape (order,)
        NaN if fewer periods than `rows_needed` have their past; zero for a lag that the others span.

    Notes
    -----
    With no missing values the coefficients are those of R's ``ar.ols``.
    """
    chosen = _chosen_order(x, most) if order is None else order
    if chosen == 0:
        return np.empty(0)
    y, X = _own_past(x, chosen)
    if y.size < rows_needed(chosen):
        return np.full(chosen, np.nan)
    phi = fit(y, X).params[1:]
    return np.where(np.isfinite(phi), phi, 0.0)


def _own_past(x: Floats, order: int) -> tuple[Floats, Floats]:
    """The periods whose past is known: the series, and an intercept beside its lags 1..order."""
    past = lag_matrix(x, range(1, order + 1)) if order else np.empty((x.size, 0))
    rows = np.isfinite(x) & np.isfinite(past).all(axis=1)
    return x[rows], np.column_stack([np.ones(int(rows.sum())), past[rows]])


def _chosen_order(x: Floats, most: int) -> int:
    """Order 0..most with the smallest AICc (Hurvich & Tsai 1989), from one factorisation."""
    y, X = _own_past(x, most)
    while most and y.size < rows_needed(most):
        most -= 1
        y, X = _own_past(x, most)
    if most == 0:
        return 0
    n = y.size
    scores = np.linalg.qr(X)[0].T @ y
    ssr = np.maximum(y @ y - np.cumsum(scores**2), np.finfo(float).tiny)
    n_params = np.arange(most + 1) + 2.0
    penalty = 2.0 * n_params * n / np.maximum(n - n_params - 1.0, 1e-9)
    return int(np.argmin(n * np.log(ssr / n) + penalty))


def implied(phi: Floats, n: int, *, mean_removed: bool = True) -> Floats:
    """Autocorrelations at 0..n-1 that an AR model implies for a sample of n periods.

    Parameters
    ----------
    phi : ndarray, shape (p,)
    n : int
    mean_removed : bool, default True
        Expected products about the mean of the sample: below those about the mean of the process, and what is seen.

    Returns
    -------
    ndarray, shape (n,)
        A model on or beyond the unit circle is brought just inside.
    """
    product = _autocovariances(phi, n)
    if mean_removed:
        # expectation of (x_t - xbar)(x_t+j - xbar), averaged over t; with c_t the mean of row t of the covariance
        sums = np.cumsum(product)
        row_mean = (sums + sums[::-1] - product[0]) / n
        product = product - 2.0 * np.cumsum(row_mean)[::-1] / np.arange(n, 0, -1) + row_mean.mean()
    return np.asarray(product / product[0])


def _autocovariances(phi: Floats, n: int) -> Floats:
    """Autocovariances 0..n-1 of an AR process with innovation variance one."""
    if not len(phi):
        return np.eye(1, n)[0]
    largest, phi = largest_root(phi), inside(phi)
    # by the spectrum, on so many frequencies that what wraps round has died out
    n_frequencies = fft.next_fast_len(n + int(math.log(1e-12) / math.log(max(min(largest, EDGE), 0.5))), real=True)
    spectrum = np.abs(fft.rfft(np.r_[1.0, -phi], n_frequencies)) ** -2.0
    return np.asarray(fft.irfft(spectrum, n_frequencies)[:n])
