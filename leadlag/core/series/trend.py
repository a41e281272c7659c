"""Whether a series has a linear trend, with a unit root and without; and whether columns such as a line leave anything of it."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.leastsquares import orthonormal_basis, residualise, standardise
from leadlag.core.linear.masks import columns_by_rows
from leadlag.core.series.unitroot import long_run_sum, short_bandwidth
from leadlag.core.time.lags import difference

__all__ = ["combinations_of", "exact_lines", "trend_statistics"]


#: How fast the weight moves from changes to levels as the tests speak against a unit root.
_KAPPA = 0.00025
#: What is smaller than this share of a series is rounding.
_ROUNDING = 1e-6


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
