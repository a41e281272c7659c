"""Covariance of least-squares coefficients: the one place where residuals become uncertainty.

Three parts, each usable alone: the scores (what each row says about each direction), the meat (how the scores
vary together) and the bread (from directions to coefficients). All are taken in the orthonormal
coordinates of the fit, where X'X is the identity, so that units and collinear columns cost no digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from leadlag._validation import as_int, as_option
from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.leastsquares import LeastSquares, leverage_adjusted
from leadlag.errors import UsageError

__all__ = [
    "CORRECTIONS",
    "COV_TYPES",
    "Correction",
    "CovType",
    "Covariance",
    "automatic_bandwidth",
    "bartlett_weights",
    "covariance",
    "leverage_scores",
    "meat",
    "scores",
]

CovType = Literal["nonrobust", "HC0", "HC1", "HC3", "HAC"]
Correction = Literal["none", "df"]
COV_TYPES: tuple[str, ...] = get_args(CovType)
CORRECTIONS: tuple[str, ...] = get_args(Correction)


@dataclass(frozen=True, kw_only=True)
class Covariance:
    """Covariance of the coefficients of one fit, and how it was made.

    Parameters
    ----------
    matrix : ndarray, shape (k, k)
        Covariance of ``params`` in the units of the design; NaN for a column that was set aside.
    meat : ndarray, shape (rank, rank)
        The same in the orthonormal coordinates of the fit: covariance of ``LeastSquares.scores``.
    cov_type : str
        One of `COV_TYPES`.
    bandwidth : int or None
        Last lag with a non-zero weight; None unless HAC.
    correction : str
        "df" if a HAC matrix was multiplied by nobs / df_resid, else "none".
    """

    matrix: Floats
    meat: Floats
    cov_type: str
    bandwidth: int | None
    correction: str

    @property
    def bse(self) -> Floats:
        """Standard errors of the coefficients, shape (k,)."""
        return np.sqrt(np.diag(self.matrix))


def covariance(
    model: LeastSquares,
    *,
    cov_type: str = "nonrobust",
    bandwidth: int | None = None,
    correction: str = "none",
    periods: Ints | None = None,
) -> Covariance:
    """Covariance of the coefficients of a fit, chosen after the fit.

    Parameters
    ----------
    model : LeastSquares
        From `leadlag.core.linear.leastsquares.fit`; needs at least one residual degree of freedom.
    cov_type : {"nonrobust", "HC0", "HC1", "HC3", "HAC"}
        What the residuals may do: nothing but vary evenly; vary with the row (HC0, and its small-sample versions
        HC1 = HC0 * nobs / df_resid and HC3); or be autocorrelated as well (HAC with Bartlett weights).
    bandwidth : int, optional
        For HAC: last lag with a non-zero weight, in periods; `automatic_bandwidth` if None.
    correction : {"none", "df"}
        For HAC: "df" multiplies by nobs / df_resid (statsmodels ``use_correction=True``, R sandwich ``adjust=TRUE``).
    periods : ndarray of int, shape (nobs,), optional
        Period number of each row, increasing; consecutive if None. HAC pairs rows that are l *periods* apart.

    Returns
    -------
    Covariance

    Raises
    ------
    UsageError
        If an option is not known, the bandwidth is not below the span of the rows, or options do not go together.

    Notes
    -----
    With scores ``s_t = q_t e_t`` the HAC meat is ``sum_t s_t s_t' + sum_l w_l sum_t (s_t s_(t-l)' + s_(t-l) s_t')`` with
    ``w_l = 1 - l / (bandwidth + 1)`` (Newey & West 1987). A missing period counts as a score of zero, so that
    no pair of rows is closer than its periods are (amplitude modulation, Parzen 1963). Bandwidth 0 is HC0.
    """
    as_option(cov_type, "cov_type", COV_TYPES)
    as_option(correction, "correction", CORRECTIONS)
    if model.df_resid < 1:
        message = f"{model.nobs} rows for {model.rank} coefficients leave nothing to judge them by: give more rows."
        raise UsageError(message, code="LL204")
    if cov_type != "HAC" and bandwidth is not None:
        raise UsageError(f"bandwidth={bandwidth!r} goes with cov_type='HAC' only, not with {cov_type!r}: leave one out.")
    if cov_type != "HAC" and correction != "none":
        raise UsageError(f"correction={correction!r} goes with cov_type='HAC' only, not with {cov_type!r} (HC1 is HC0 with it).")
    if cov_type == "HAC":
        bandwidth = _checked_bandwidth(bandwidth, model.nobs, periods)
    middle = _meat_of(model, cov_type, bandwidth, periods)
    if correction == "df":
        middle = middle * (model.nobs / model.df_resid)
    return Covariance(matrix=sandwich(model, middle), meat=middle, cov_type=cov_type, bandwidth=bandwidth, correction=correction)


def automatic_bandwidth(nobs: int) -> int:
    """HAC bandwidth by the rule of thumb ``floor(4 (nobs / 100)^(2/9))``, at most ``nobs - 1``.

    Notes
    -----
    The starting rule of Newey & West 1994, Rev. Econ. Studies 61:631, for Bartlett weights. It does not look at the
    residuals: results stay comparable between leads. Lazarus, Lewis, Stock & Watson (2018) prefer longer bandwidths,
    but with their own critical values.

    Examples
    --------
    >>> [automatic_bandwidth(n) for n in (50, 100, 200, 500)]
    [3, 4, 4, 5]
    """
    return min(math.floor(4.0 * (nobs / 100.0) ** (2.0 / 9.0)), max(nobs - 1, 0))


def bartlett_weights(bandwidth: int) -> Floats:
    """Weights of lags 0..bandwidth: ``1 - l / (bandwidth + 1)``.

    Examples
    --------
    >>> bartlett_weights(3)
    array([1.  , 0.75, 0.5 , 0.25])
    """
    return 1.0 - np.arange(bandwidth + 1) / (bandwidth + 1.0)


def scores(model: LeastSquares) -> Floats:
    """Row t of the fit times its residual, in orthonormal coordinates, shape (nobs, rank)."""
    return model.basis.q * model.resid[:, None]


def leverage_scores(model: LeastSquares) -> Floats:
    """`scores` with each residual divided by one minus its leverage (HC3), shape (nobs, rank)."""
    return model.basis.q * leverage_adjusted(model.resid, leverage=model.leverage())[:, None]


def meat(values: Floats, weights: Floats, *, periods: Ints | None = None) -> Floats:
    """Weighted sum of the products of scores that are 0, 1, ... periods apart.

    Parameters
    ----------
    values : ndarray, shape (nobs, rank)
        Scores, oldest row first.
    weights : ndarray, shape (bandwidth + 1,)
        Weight of each lag, lag 0 first; ``[1.0]`` gives the heteroscedasticity-only meat.
    periods : ndarray of int, shape (nobs,), optional
        Period number of each row, increasing; consecutive if None.

    Returns
    -------
    ndarray, shape (rank, rank)
        Symmetric, and positive semidefinite for Bartlett weights.
    """
    on_grid = values
    if periods is not None and len(weights) > 1 and periods.size:
        on_grid = np.zeros((int(periods[-1] - periods[0]) + 1, values.shape[1]))
        on_grid[periods - periods[0]] = values
    # one product for all lags: each row with the weighted sum of those before it, and half of itself
    before = (0.5 * weights[0]) * on_grid
    for lag, weight in enumerate(weights[1:], start=1):
        before[lag:] += weight * on_grid[:-lag]
    half = on_grid.T @ before
    return np.asarray(half + half.T)


def _meat_of(model: LeastSquares, cov_type: str, bandwidth: int | None, periods: Ints | None) -> Floats:
    """Covariance of the orthonormal scores of the fit under one covariance type."""
    if cov_type == "nonrobust":
        return np.eye(model.rank) * (model.ssr / model.df_resid)
    if cov_type == "HAC" and bandwidth is not None:
        return meat(scores(model), bartlett_weights(bandwidth), periods=periods)
    alone = np.ones(1)
    if cov_type == "HC3":
        return meat(leverage_scores(model), alone)
    return meat(scores(model), alone) * (model.nobs / model.df_resid if cov_type == "HC1" else 1.0)


def sandwich(model: LeastSquares, middle: Floats) -> Floats:
    """From orthonormal coordinates to coefficients, ``R^-1 M R^-T``; NaN where a column was set aside."""
    bread = model.basis.r_inverse()
    inner = bread @ middle @ bread.T
    whole = np.full((model.params.size, model.params.size), np.nan)
    whole[np.ix_(model.kept, model.kept)] = (inner + inner.T) / 2.0
    return whole


def _checked_bandwidth(bandwidth: int | None, nobs: int, periods: Ints | None) -> int:
    """The bandwidth to use, or a `UsageError` if it is not below the span of the rows."""
    span = nobs if periods is None else int(periods[-1] - periods[0]) + 1
    if bandwidth is None:
        return automatic_bandwidth(nobs)
    checked: int = as_int(bandwidth, "bandwidth", low=0, high=span - 1)
    return checked
