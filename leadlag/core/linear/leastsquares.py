"""Least squares by orthogonal columns: a fit, the basis of a space, and what is left outside it.

Everything rests on one QR factorisation with the rank guard of R's ``lm``: columns are taken in the order
given, and a column that the earlier ones already span is set aside. Nothing forms X'X, so an
ill-conditioned design loses half as many digits as it would by normal equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.masks import columns_by_rows
from leadlag.errors import UsageError

__all__ = [
    "EXACT",
    "RANK_TOLERANCE",
    "Basis",
    "LeastSquares",
    "Standardised",
    "decides_alone",
    "fit",
    "is_affine_copy",
    "is_constant",
    "less_columns",
    "leverage_adjusted",
    "orthonormal_basis",
    "residualise",
    "rows_needed",
    "standardise",
]

Count = TypeVar("Count", int, NDArray[np.int64])

#: A column whose part outside the earlier columns is smaller than this, relative to its own spread, counts as a
#: combination of them. The value of R's ``lm``; it lies above the rounding noise that a shift by 1e8 leaves.
RANK_TOLERANCE = 1e-7

#: Residuals below this share of the variation of y (both squared) are rounding: the fit is exact.
EXACT = 1e-24

#: A row whose leverage is nearer to one than this is fitted by a coefficient of its own.
_OWN_COEFFICIENT = 1e-10

#: Spread below this, relative to the largest value, is rounding.
_CONSTANT_TOLERANCE = 1e-13
#: What columns leave of a series is rounding below this share of it: an offset of 1e8 leaves about as much.
_ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True)
class Basis:
    """Orthonormal columns that span the columns of a design.

    Parameters
    ----------
    q : ndarray, shape (n, rank)
        Orthonormal columns, in the order of the kept columns.
    r : ndarray, shape (rank, rank)
        Upper triangular; ``design[:, kept] = q @ r``.
    kept : ndarray of bool, shape (k,)
        False for each column that the columns before it already span.
    """

    q: Floats
    r: Floats
    kept: Flags

    @property
    def rank(self) -> int:
        """Number of kept columns."""
        return int(self.q.shape[1])

    def r_inverse(self) -> Floats:
        """Inverse of `r`, shape (rank, rank): from orthonormal coordinates to coefficients of the kept columns."""
        # dtrtri, because the triangular solver wakes every BLAS thread even for a handful of columns
        return np.asarray(linalg.lapack.dtrtri(self.r)[0]) if self.rank else np.empty((0, 0))

    def leading(self, count: int) -> Basis:
        """The basis of the first `count` columns of the design alone."""
        kept = self.kept[:count]
        rank = int(kept.sum())
        return Basis(q=self.q[:, :rank], r=self.r[:rank, :rank], kept=kept)

    def leverage(self) -> Floats:
        """Diagonal of the projection on the columns, shape (n,)."""
        return np.asarray(np.einsum("ij,ij->i", self.q, self.q))


@dataclass(frozen=True, kw_only=True)
class LeastSquares:
    """Fit of y on the columns of a design.

    Parameters
    ----------
    params : ndarray, shape (k,)
        Coefficients in the units of the design; NaN for a column that was set aside.
    resid : ndarray, shape (n,)
        y minus the fit.
    scores : ndarray, shape (rank,)
        ``q' y``: the fit in orthonormal coordinates.
    basis : Basis
        Orthonormal columns, triangular factor and kept columns of the design.
    ssr, tss : float
        Sum of squares of the residuals, and of y about its mean.
    """

    params: Floats
    resid: Floats
    scores: Floats
    basis: Basis
    ssr: float
    tss: float

    @property
    def nobs(self) -> int:
        """Rows used."""
        return self.resid.size

    @property
    def rank(self) -> int:
        """Columns that were estimated."""
        return self.basis.rank

    @property
    def df_resid(self) -> int:
        """Rows minus estimated columns."""
        return self.nobs - self.rank

    @property
    def kept(self) -> Flags:
        """False for each column that was set aside, shape (k,)."""
        return self.basis.kept

    @property
    def rsquared(self) -> float:
        """Share of the variation of y about its mean; NaN if y does not vary."""
        return 1.0 - self.ssr / self.tss if self.tss > 0 else float("nan")

    @property
    def exact(self) -> bool:
        """Whether what is left of y is rounding."""
        return self.ssr <= EXACT * self.tss

    def leverage(self) -> Floats:
        """Diagonal of the hat matrix, shape (n,)."""
        return self.basis.leverage()

    def xtx_inv(self) -> Floats:
        """Inverse of X'X over the kept columns, shape (rank, rank)."""
        inverse = self.basis.r_inverse()
        return np.asarray(inverse @ inverse.T)


class Standardised(NamedTuple):
    """Centred and scaled columns with the numbers that undo it: ``original = values * scale + center``."""

    values: Floats
    center: Floats
    scale: Floats


def fit(y: ArrayLike, X: ArrayLike, *, tolerance: float = RANK_TOLERANCE) -> LeastSquares:
    """Regress y on the columns of X.

    Parameters
    ----------
    y : array_like, shape (n,)
        Outcome, without missing values.
    X : array_like, shape (n, k)
        Design, without missing values; give the intercept as a column. Columns that may be set aside as
        combinations of the others stand last.
    tolerance : float, default RANK_TOLERANCE
        Relative size below which the new part of a column counts as rounding.

    Returns
    -------
    LeastSquares

    Raises
    ------
    UsageError
        If the shapes do not match or a value is missing or infinite.

    Examples
    --------
    >>> line = fit([1.0, 3.0, 5.0, 7.5], [[1, 0], [1, 1], [1, 2], [1, 3]])
    >>> line.params.round(2), line.df_resid
    (array([0.9 , 2.15]), 2)
    """
    outcome = np.asarray(y, dtype=np.float64)
    design = np.asarray(X, dtype=np.float64)
    if outcome.ndim != 1 or design.ndim != 2 or design.shape[0] != outcome.size:
        raise UsageError(f"y has shape {outcome.shape} and X {design.shape}: give y (n,) and X (n, k) with the same n.")
    if not (np.isfinite(outcome).all() and np.isfinite(design).all()):
        raise UsageError("y or X holds missing or infinite values: keep complete rows only.")
    basis = orthonormal_basis(design, tolerance=tolerance)
    first = basis.q.T @ outcome
    resid = outcome - basis.q @ first
    # a second pass removes what rounding left of the fit in the residuals; it matters where the fit is nearly perfect
    second = basis.q.T @ resid
    resid = resid - basis.q @ second
    scores = first + second
    params = np.full(design.shape[1], np.nan)
    params[basis.kept] = basis.r_inverse() @ scores
    about_mean = outcome - outcome.mean() if outcome.size else outcome
    return LeastSquares(
        params=params, resid=resid, scores=scores, basis=basis, ssr=float(resid @ resid), tss=float(about_mean @ about_mean)
    )


def orthonormal_basis(base: ArrayLike, *, tolerance: float = RANK_TOLERANCE) -> Basis:
    """Orthonormal columns that span `base`, with a rank guard.

    Parameters
    ----------
    base : array_like, shape (n, k)
        Columns without missing values. A column that earlier ones span is set aside, whatever its units.
    tolerance : float, default RANK_TOLERANCE
        Relative size below which the new part of a column counts as rounding.

    Returns
    -------
    Basis

    Examples
    --------
    >>> orthonormal_basis([[1, 2, 0], [1, 2, 1], [1, 2, 2]]).kept
    array([ True, False,  True])
    """
    columns = np.asarray(base, dtype=np.float64)
    norm = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    spread = _spread(columns, norm)
    kept = norm > 0
    while True:
        some = slice(None) if kept.all() else kept
        q, r = np.linalg.qr(columns[:, some] / norm[some])
        new_part = np.abs(r.diagonal()) * (norm / spread)[some][: q.shape[1]]
        low = np.flatnonzero(new_part <= tolerance)
        if low.size == 0:
            if r.shape[0] < r.shape[1]:
                kept[np.flatnonzero(kept)[q.shape[1] :]] = False  # no more directions than rows
                some = kept
            return Basis(q=q, r=r[:, : q.shape[1]] * norm[some], kept=kept)
        # columns after the first dependent one were measured against a direction of pure rounding: look again without it
        kept[np.flatnonzero(kept)[low[0]]] = False


def residualise(Z: ArrayLike, basis: Basis) -> Floats:
    """Remove from each column what lies in the space of `basis` (Frisch-Waugh-Lovell).

    Parameters
    ----------
    Z : array_like, shape (n,), (n, m) or (n, m, l)
        Columns without missing values; the first axis is time.
    basis : Basis
        From `orthonormal_basis` on the same n rows.

    Returns
    -------
    ndarray, same shape as Z
        The part outside. A regression of residualised y on residualised Z has the coefficients and residuals of the regression of
        y on base and Z together.
    """
    columns = np.asarray(Z, dtype=np.float64)
    flat = columns.reshape(columns.shape[0], -1)
    rest = flat - basis.q @ (basis.q.T @ flat)
    rest -= basis.q @ (basis.q.T @ rest)  # twice is enough: what rounding left of the base after one pass
    return rest.reshape(columns.shape)


def leverage_adjusted(resid: Floats, *, leverage: Floats) -> Floats:
    """Residuals divided by one minus their leverage (HC3); zero for a row with a coefficient of its own.

    What such a coefficient fits exactly (a dummy for one event) says nothing about the others.
    """
    one_less_leverage = 1.0 - leverage
    own = one_less_leverage < _OWN_COEFFICIENT
    return np.asarray(np.where(own, 0.0, resid) / np.where(own, 1.0, one_less_leverage))


def decides_alone(basis: Basis, *, last: int) -> bool:
    """Whether one row alone decides one of so many last columns, which robust errors then call certain.

    Such a row is fitted exactly by all columns, and not by those before the last ones.
    """
    own = 1.0 - basis.leverage() < _OWN_COEFFICIENT
    before = basis.q[:, : basis.rank - last]
    own_before = 1.0 - np.einsum("ij,ij->i", before, before) < _OWN_COEFFICIENT
    return bool((own & ~own_before).any())


def rows_needed(n_params: Count) -> Count:
    """Fewest rows on which a regression of `n_params` coefficients is judged: three a coefficient, and ten."""
    return 3 * n_params + 10


def standardise(Z: ArrayLike) -> Standardised:
    """Centre each column and divide it by its standard deviation, ignoring missing values.

    Parameters
    ----------
    Z : array_like, shape (n,) or (n, m)
        Columns in any unit; NaN where missing.

    Returns
    -------
    Standardised
        ``values`` of the shape of Z, ``center`` and ``scale`` of shape () or (m,). A constant column gets scale 1 and
        values 0; a column without values stays NaN, with center 0 and scale 1.
    """
    columns = np.asarray(Z, dtype=np.float64)
    present = np.isfinite(columns)
    whole = bool(present.all())
    count = np.maximum(present.sum(axis=0), 1)
    filled = columns if whole else np.where(present, columns, 0.0)
    # dividing by the largest value first keeps 1e300 from overflowing when squared
    largest = np.maximum(filled.max(axis=0, initial=0.0), -filled.min(axis=0, initial=0.0))
    unit = np.where(largest > 0, largest, 1.0)
    centred = filled / unit
    center = np.zeros_like(unit)
    for _ in range(2):  # the second time takes off what rounding left of the mean
        shift = centred.sum(axis=0) / count
        center = center + shift
        centred = np.subtract(centred, shift, out=centred, where=True if whole else present)
    sd = np.sqrt(np.einsum("i...,i...->...", centred, centred) / count)
    flat = sd <= _CONSTANT_TOLERANCE
    if flat.any():  # one value that differs a little from all others makes a small sd, and is no rounding
        flat &= is_constant(columns)
    scale = np.where(flat, 1.0, sd)
    values = np.divide(centred, np.where(flat, np.inf, sd), out=centred)
    values = values if whole else np.where(present, values, np.nan)
    return Standardised(values, np.asarray(center * unit), np.asarray(np.where(flat, 1.0, scale * unit)))


def less_columns(values: Floats, base: Floats) -> Floats:
    """Residual of centred series (n,) or (n, m) on columns (n, q), each over the rows it has.

    It is exactly zero where only rounding is left.
    """
    series = values.reshape(len(values), -1)
    left = np.full(series.shape, np.nan)
    there = np.isfinite(base).all(axis=1, keepdims=True)
    for rows, some in columns_by_rows(np.isfinite(series) & there):
        place = np.ix_(rows, some)
        rest = residualise(series[place], orthonormal_basis(base[rows]))
        clear = np.linalg.norm(rest, axis=0) > _ROUNDING * np.linalg.norm(series[place], axis=0)
        left[place] = np.where(clear, rest, 0.0)
    return left.reshape(values.shape)


def is_constant(Z: ArrayLike) -> Flags:
    """Whether each column varies by no more than rounding; True too for a column without values.

    Parameters
    ----------
    Z : array_like, shape (n,) or (n, m)

    Returns
    -------
    ndarray of bool, shape () or (m,)
    """
    columns = np.asarray(Z, dtype=np.float64)
    present = np.isfinite(columns)
    whole = bool(present.all())
    highest = (columns if whole else np.where(present, columns, -np.inf)).max(axis=0, initial=-np.inf)
    lowest = (columns if whole else np.where(present, columns, np.inf)).min(axis=0, initial=np.inf)
    largest = np.maximum(np.abs(highest), np.abs(lowest))
    with np.errstate(invalid="ignore", over="ignore"):
        varies = present.any(axis=0) & (highest - lowest > _CONSTANT_TOLERANCE * largest)
    return np.asarray(~varies)


def is_affine_copy(x: Floats, y: Floats) -> bool:
    """Whether x is y in another unit and with another offset, where both are known; two points always are, and do not count."""
    both = np.isfinite(x) & np.isfinite(y)
    kpi = orthonormal_basis(np.column_stack([np.ones(both.sum()), standardise(y[both]).values]))
    if both.sum() <= kpi.rank:
        return False
    apart = residualise(standardise(x[both]).values, kpi)
    return bool(np.sqrt(np.mean(apart**2)) < RANK_TOLERANCE)


def _spread(columns: Floats, norm: Floats) -> Floats:
    """Norm of each column about its mean; its full norm where it is constant. Zero columns get 1."""
    if columns.size == 0:
        return np.ones_like(norm)
    centred = columns - np.add.reduce(columns, axis=0) / len(columns)
    about_mean = np.sqrt(np.einsum("ij,ij->j", centred, centred))
    spread = np.where(about_mean > _CONSTANT_TOLERANCE * norm, about_mean, norm)
    return np.where(spread > 0, spread, 1.0)
