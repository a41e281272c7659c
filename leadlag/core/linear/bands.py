"""Bands around a profile of estimates: for each one alone, and for all of them at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from leadlag.core.arrays import Floats

__all__ = ["Bands", "bands", "critical_all", "drawn_bands"]


#: Draws behind the critical value of the simultaneous band: its error is about half a percent of its width.
_DRAWS = 20_000


@dataclass(frozen=True, kw_only=True)
class Bands:
    """A profile of k estimates with its bands.

    Parameters
    ----------
    estimate, bse : ndarray, shape (k,)
    low, high : ndarray, shape (k,)
        Pointwise: each holds its own value in `level` of all samples.
    low_all, high_all : ndarray, shape (k,)
        Simultaneous: all k values lie inside at once in `level` of all samples.
    level : float
    critical, critical_all : float
        Standard errors to either side of the estimate; NaN for bands from draws.
    """

    estimate: Floats
    bse: Floats
    low: Floats
    high: Floats
    low_all: Floats
    high_all: Floats
    level: float
    critical: float
    critical_all: float


def bands(
    estimate: ArrayLike,
    cov: ArrayLike,
    *,
    level: float = 0.95,
    df: float | None = None,
    rng: int | np.random.Generator = 0,
    n_draws: int = _DRAWS,
) -> Bands:
    """Pointwise and simultaneous bands of estimates that are jointly normal, or Student's t with `df`.

    Parameters
    ----------
    estimate : array_like, shape (k,)
    cov : array_like, shape (k, k)
        Covariance of the estimates; may be singular, as that of a profile with fewer parameters than lags is.
    level : float
        Share of samples in which a band holds.
    df : float, optional
        Degrees of freedom; normal if None.
    rng : int or Generator
        Of the draws behind the simultaneous critical value.
    n_draws : int

    Returns
    -------
    Bands
        NaN where the covariance is not known.

    Notes
    -----
    The simultaneous band is the sup-t band: the same number of standard errors at every place, the `level` quantile of the
    largest absolute t of the profile (Montiel Olea & Plagborg-Moller 2019, J. Applied Econometrics 34:1). It is the narrowest
    band of that form, and lies between the pointwise band and Bonferroni's.

    Examples
    --------
    >>> both = bands([1.0, 2.0], [[1.0, 0.0], [0.0, 1.0]])
    >>> round(both.critical, 2), round(both.critical_all, 1)
    (1.96, 2.2)
    """
    values, matrix = np.asarray(estimate, dtype=np.float64), np.asarray(cov, dtype=np.float64)
    bse = np.sqrt(np.maximum(np.diag(matrix), 0.0)) if values.size else np.empty(0)
    half = (1.0 - level) / 2.0
    critical = float(-special.ndtri(half)) if df is None else float(-special.stdtrit(df, half))
    wide = max(critical, critical_all(matrix, level=level, df=df, rng=rng, n_draws=n_draws))
    return Bands(
        estimate=values,
        bse=bse,
        low=values - critical * bse,
        high=values + critical * bse,
        low_all=values - wide * bse,
        high_all=values + wide * bse,
        level=level,
        critical=critical,
        critical_all=wide,
    )


def critical_all(
    cov: ArrayLike,
    *,
    level: float = 0.95,
    df: float | None = None,
    rng: int | np.random.Generator = 0,
    n_draws: int = _DRAWS,
) -> float:
    """Quantile `level` of the largest absolute t of estimates with this covariance; NaN where none has a known error.

    Parameters
    ----------
    cov : array_like, shape (k, k)
    level, df, rng, n_draws
        See `bands`.

    Returns
    -------
    float
    """
    matrix = np.asarray(cov, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(np.diag(matrix)) & (np.diag(matrix) > 0)) if matrix.size else np.empty(0, dtype=np.intp)
    if not len(known):
        return math.nan
    sd = np.sqrt(np.diag(matrix)[known])
    correlation = matrix[np.ix_(known, known)] / np.outer(sd, sd)
    # the symmetric root exists for a singular correlation too; what rounding made negative is zero
    values, vectors = np.linalg.eigh((correlation + correlation.T) / 2.0)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    generator = np.random.default_rng(rng)
    largest = np.abs(generator.standard_normal((n_draws, len(known))) @ root.T).max(axis=1)
    if df is not None:
        # far below one degree of freedom, where one row decides, a draw can be too small to be a number
        largest /= np.sqrt(np.maximum(generator.chisquare(df, n_draws) / df, np.finfo(np.float64).tiny))
    return float(np.quantile(largest, level))


def drawn_bands(estimate: ArrayLike, draws: ArrayLike, *, level: float = 0.95) -> Bands:
    """Pointwise and simultaneous bands of estimates that are not normal, from draws of what they may be.

    Parameters
    ----------
    estimate : array_like, shape (k,)
    draws : array_like, shape (n_draws, k)
    level : float

    Returns
    -------
    Bands
        `bse` is the standard deviation of the draws.

    Notes
    -----
    Pointwise: equal-tailed quantiles. Simultaneous: the same tail at every place, as small as it has to be for the share `level`
    of the draws to lie inside at all places at once (Montiel Olea & Plagborg-Moller 2019). Both hold the estimate.

    Examples
    --------
    >>> both = drawn_bands([0.0, 0.0], np.random.default_rng(0).standard_normal((4000, 2)))
    >>> both.high.round(1).tolist(), both.high_all.round(1).tolist()
    ([2.0, 2.0], [2.2, 2.2])
    """
    values, drawn = np.asarray(estimate, dtype=np.float64), np.asarray(draws, dtype=np.float64)
    n_draws, half = len(drawn), (1.0 - level) / 2.0
    ordered = np.sort(drawn, axis=0)
    low, high = np.quantile(drawn, [half, 1.0 - half], axis=0)
    # how far inside a draw is: the draws beyond it at the place where they are fewest; equal draws are beyond each other
    below = np.column_stack([np.searchsorted(column, value, "right") for column, value in zip(ordered.T, drawn.T, strict=True)])
    above = np.column_stack([np.searchsorted(column, value, "left") for column, value in zip(ordered.T, drawn.T, strict=True)])
    inside = np.minimum(below, n_draws - above).min(axis=1)
    tail = max(int(np.quantile(inside, 1.0 - level, method="lower")), 1)
    low, high = np.minimum(low, values), np.maximum(high, values)
    return Bands(
        estimate=values,
        bse=drawn.std(axis=0),
        low=low,
        high=high,
        low_all=np.minimum(ordered[tail - 1], low),
        high_all=np.maximum(ordered[n_draws - tail], high),
        level=level,
        critical=math.nan,
        critical_all=math.nan,
    )
