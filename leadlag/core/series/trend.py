"""Whether a series has a linear trend, with a unit root and without; and whether columns such as a line leave anything of it."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.covariance import covariance
from leadlag.core.linear.leastsquares import orthonormal_basis, residualise, rows_needed, standardise
from leadlag.core.linear.masks import columns_by_rows
from leadlag.core.linear.pvalues import two_sided
from leadlag.core.noise.momentum import filtered_fit
from leadlag.core.noise.reml import reml_autoregression
from leadlag.core.series.unitroot import long_run_sum, short_bandwidth
from leadlag.core.time.lags import difference, lag_matrix

__all__ = ["combinations_of", "exact_lines", "runs_by_itself", "slope_pvalues", "trend_statistics"]


#: How fast the weight moves from changes to levels as the tests speak against a unit root.
_KAPPA = 0.00025
#: AR orders that are compared for the noise about a line.
_MAX_ORDER = 4
#: What is smaller than this share of a series is rounding.
_ROUNDING = 1e-6
#: What is left of an exact sum of so many trends, powers and waves, as a share of it.
_EXACTLY, _PARTS = 1e-11, 8


def trend_statistics(X: Floats, *, dfgls: Floats, kpss: Floats, season: Floats | None = None) -> Floats:
    """Statistic of the hypothesis that each series has no linear trend, standard normal under it, shape (m,).

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing.
    dfgls, kpss : ndarray, shape (m,)
        Their statistics about a trend.
    season : ndarray, shape (n, k), optional

    Returns
    -------
    ndarray, shape (m,)
        Positive where the series rises.

    Notes
    -----
    ``(1 - w) z0 + w z1`` with z0 the t of the slope of the level, z1 that of the mean change, both by long-run variances, and
    ``w = exp(-0.00025 (dfgls / kpss)^2)``, near one under a unit root and near zero far from it (Harvey, Leybourne & Taylor 2007,
    J. Econometrics 141:1302).
    """
    values, n = standardise(X).values, len(X)
    other = np.ones((n, 1)) if season is None else np.column_stack([np.ones(n), season])
    trend = np.arange(n)[:, None] / n
    level = _tvalues(values, trend, other)
    change = _tvalues(difference(values), difference(trend), difference(other)[:, 1:])
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        weight = np.exp(-_KAPPA * (dfgls / kpss) ** 2)
        return np.asarray((1.0 - weight) * level + weight * change)


def slope_pvalues(X: Floats, *, season: Floats | None = None) -> Floats:
    """Two-sided p that each series, which returns to a line, has no slope, shape (m,).

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing.
    season : ndarray, shape (n, k), optional

    Returns
    -------
    ndarray, shape (m,)

    Notes
    -----
    Generalised least squares beside AR noise of order 0 to 4, which restricted likelihood estimates beside the same columns, so
    that a slope does not pass for momentum (Harville 1977, J. American Statistical Association 72:320). It does not hold under a
    unit root: there `trend_statistics` does.
    """
    n = len(X)
    line = np.column_stack([np.ones(n), np.arange(n) / n])
    fixed = line if season is None else np.column_stack([line, season])
    return np.array([_slope_pvalue(series, fixed) for series in standardise(X).values.T], dtype=np.float64)


def _slope_pvalue(x: Floats, fixed: Floats) -> float:
    """p of the second column, beside the others and AR noise."""
    regression = filtered_fit(x, fixed, reml_autoregression(x, fixed, max_order=_MAX_ORDER)).regression
    if regression.exact or regression.df_resid < 1:
        return np.nan
    variance = covariance(regression, cov_type="nonrobust").matrix[1, 1]
    return float(two_sided(regression.params[1] / np.sqrt(variance), df=regression.df_resid))


def exact_lines(X: Floats) -> Flags:
    """Which series are a straight line over time up to rounding, and vary, shape (m,).

    Examples
    --------
    >>> t = np.arange(6.0)
    >>> exact_lines(np.column_stack([2021 + t / 52, t**2, 0 * t]))
    array([ True, False, False])
    """
    return combinations_of(X, np.column_stack([np.ones(len(X)), np.arange(len(X)) / max(len(X), 1)]))


def combinations_of(X: Floats, columns: Floats) -> Flags:
    """Of which series rounding only is left beside some columns (n, q), on the rows that have all, shape (m,).

    A series without variation, or with no more rows than columns, is none.
    """
    found = np.zeros(X.shape[1], dtype=bool)
    usable = np.isfinite(columns).all(axis=1)
    values = standardise(np.where(np.reshape(usable, (-1, 1)), X, np.nan)).values
    for rows, some in columns_by_rows(np.isfinite(values)):
        if len(rows) > columns.shape[1]:
            here = values[np.ix_(rows, some)]
            rest = residualise(here, orthonormal_basis(columns[rows]))
            size = np.linalg.norm(here, axis=0)
            found[some] = (size > 0) & (np.linalg.norm(rest, axis=0) <= _ROUNDING * size)
    return found


def runs_by_itself(y: Floats, columns: Floats) -> bool:
    """Whether a series is an exact sum of trends, powers and waves: rounding only is left of it beside some columns and its past.

    Such a sum of k of them follows from its own last k values. Of y = 1.2^t, t^3 or four sine waves 1e-12 is left or less, of
    smooth series that do not end, such as log t or sqrt t, 4e-10 or more, and of real series a thousandth.

    Parameters
    ----------
    y : ndarray, shape (n,)
        NaN where missing.
    columns : ndarray, shape (n, q)
        What is taken out beside.

    Examples
    --------
    >>> t = np.arange(60.0)
    >>> runs_by_itself(1.2**t, np.ones((60, 1))), runs_by_itself(np.sqrt(t), np.ones((60, 1)))
    (True, False)
    """
    values = standardise(y).values
    for order in (_PARTS, _PARTS // 2, 2, 1):
        design = np.column_stack([columns, lag_matrix(values, range(1, order + 1))])
        rows = np.isfinite(values) & np.isfinite(design).all(axis=1)
        if rows.sum() >= rows_needed(design.shape[1]):
            left = residualise(values[rows], orthonormal_basis(design[rows], tolerance=_EXACTLY))
            return bool(values[rows].any() and np.linalg.norm(left) <= _EXACTLY * np.linalg.norm(values[rows]))
    return False


def _tvalues(X: Floats, column: Floats, other: Floats) -> Floats:
    """t of one column (n, 1) beside others (n, q), with the long-run variance of what is left; each series on the rows it has."""
    found = np.full(X.shape[1], np.nan)
    for rows, columns in columns_by_rows(np.isfinite(np.where(np.isfinite(column), X, np.nan))):
        basis = orthonormal_basis(other[rows])
        alone = residualise(column[rows, 0], basis)
        square, n_spare = float(alone @ alone), len(rows) - basis.rank - 1
        if n_spare < 2 or square <= 0:
            continue
        series = residualise(X[np.ix_(rows, columns)], basis)
        slope = alone @ series / square
        variance = long_run_sum(series - np.outer(alone, slope), short_bandwidth(len(rows))) / n_spare
        with np.errstate(invalid="ignore", divide="ignore"):
            found[columns] = np.where(variance > 0, slope / np.sqrt(variance / square), np.nan)
    return found
