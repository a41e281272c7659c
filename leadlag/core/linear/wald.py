"""Joint tests that coefficients are zero, with p-values that do not run out of digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, special

from leadlag._validation import as_option
from leadlag.core.arrays import Floats
from leadlag.core.linear.covariance import Covariance
from leadlag.core.linear.leastsquares import RANK_TOLERANCE, LeastSquares, orthonormal_basis
from leadlag.errors import UsageError

__all__ = ["DISTRIBUTIONS", "WaldTest", "f_sf", "joint_test", "log_chi2_sf", "log_f_sf", "quadratic_test"]

DISTRIBUTIONS: tuple[str, ...] = ("F", "chi2")

#: Below this the p-value itself is close to the smallest float, and its logarithm comes from a continued fraction.
_UNDERFLOW = 1e-280
_MAX_TERMS = 100_000

#: From so many values on it pays to sort out those with an even numerator, up to this one.
_MANY, _LONGEST_SUM = 1_000, 24

_TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class WaldTest:
    """A joint test of `df_num` restrictions.

    Parameters
    ----------
    statistic : float
        Wald statistic (chi2) or Wald statistic / df_num (F); NaN where the covariance is singular.
    df_num : int
        Number of restrictions tested.
    df_den : int
        Residual degrees of freedom of the full model; the chi2 form does not use it.
    distribution : {"F", "chi2"}
        What the statistic is compared with.
    pvalue : float
        Survival function; 0.0 where it is smaller than any float.
    log_pvalue : float
        Natural logarithm of the p-value, finite also where `pvalue` is 0.0.
    """

    statistic: float
    df_num: int
    df_den: int
    distribution: str
    pvalue: float
    log_pvalue: float


def joint_test(model: LeastSquares, cov: Covariance, restriction: ArrayLike, *, distribution: str = "F") -> WaldTest:
    """Test whether coefficients, or combinations of them, are all zero.

    Parameters
    ----------
    model : LeastSquares
        The full model.
    cov : Covariance
        Covariance of its coefficients.
    restriction : array_like of int, shape (q,), or of float, shape (q, k)
        Columns of the design whose coefficients are tested (those set aside are left out, as the rest stands for them),
        or one combination of coefficients per row.
    distribution : {"F", "chi2"}
        Small-sample F, or the asymptotic chi2.

    Returns
    -------
    WaldTest

    Raises
    ------
    UsageError
        If nothing is left to test, or a combination uses a coefficient that was set aside.

    Notes
    -----
    ``W = (C b)' (C V C')^-1 (C b)``. With C b = A g in the orthonormal coordinates g of the fit, only the row space of A
    matters: W is computed on an orthonormal basis of it, so no collinear covariance is inverted. With
    the nonrobust covariance W / q is the F of the two residual sums of squares, without their difference.
    """
    as_option(distribution, "distribution", DISTRIBUTIONS)
    weights = _restriction_matrix(model, restriction)
    to_scores = model.basis.r_inverse().T @ weights.T
    directions = orthonormal_basis(to_scores, tolerance=RANK_TOLERANCE**2).q
    estimate = directions.T @ model.scores
    return quadratic_test(estimate, directions.T @ cov.meat @ directions, df_den=model.df_resid, distribution=distribution)


def quadratic_test(estimate: ArrayLike, cov: ArrayLike, *, df_den: int, distribution: str = "F") -> WaldTest:
    """Test whether estimates with a given covariance are all zero.

    Parameters
    ----------
    estimate : array_like, shape (q,)
        What is zero under the null.
    cov : array_like, shape (q, q)
        Its covariance.
    df_den : int
        Residual degrees of freedom behind the covariance.
    distribution : {"F", "chi2"}
        Small-sample F, or the asymptotic chi2.

    Returns
    -------
    WaldTest
        With NaN for statistic and p where the covariance is singular.

    Raises
    ------
    UsageError
        If there is no estimate (LL207).

    Examples
    --------
    >>> quadratic_test([3.0], [[1.0]], df_den=20).statistic
    9.0
    """
    effect = np.asarray(estimate, dtype=np.float64)
    count = effect.size
    if not count:
        raise UsageError("No coefficient is left to test: the columns tested are combinations of the others.", code="LL207")
    wald = _quadratic_form(effect, np.asarray(cov, dtype=np.float64))
    if distribution == "F":
        statistic = wald / count
        pvalue, log_pvalue = float(special.fdtrc(count, df_den, statistic)), float(log_f_sf(statistic, count, df_den))
    else:
        statistic = wald
        pvalue, log_pvalue = float(special.chdtrc(count, statistic)), float(log_chi2_sf(statistic, count))
    return WaldTest(
        statistic=statistic, df_num=count, df_den=df_den, distribution=distribution, pvalue=pvalue, log_pvalue=log_pvalue
    )


def f_sf(statistic: ArrayLike, df_num: ArrayLike, df_den: ArrayLike) -> tuple[Floats, Floats]:
    """Probability that F exceeds `statistic`, and its logarithm, from one evaluation.

    Parameters
    ----------
    statistic, df_num, df_den : array_like
        Broadcast together.

    Returns
    -------
    tuple of ndarray
        Probability, 0.0 where it is smaller than any float, and what `log_f_sf` gives.
    """
    f, a, b = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (statistic, df_num, df_den)))
    if f.size < _MANY:
        return _f_sf(f, a, b)
    tail, logs = np.empty(f.shape), np.empty(f.shape)
    for count in np.flatnonzero(np.bincount(np.nan_to_num(a).astype(np.int64).ravel())):
        mine = np.asarray(a == count)
        short = count % 2 == 0 and 0 < count <= _LONGEST_SUM
        tail[mine], logs[mine] = _f_sf_even(f[mine], int(count), b[mine]) if short else _f_sf(f[mine], a[mine], b[mine])
    return tail, logs


def _f_sf(f: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The tail and its logarithm, any degrees of freedom."""
    tail = np.asarray(special.fdtrc(a, b, f))
    with np.errstate(divide="ignore"):
        logs = np.array(np.log(tail))
    far = (tail < _UNDERFLOW) & np.isfinite(f)
    if far.any():
        logs[far] = _log_beta_tail(f[far] * a[far] / b[far], b[far] / 2.0, a[far] / 2.0)
    return tail, logs


def _f_sf_even(f: Floats, count: int, b: Floats) -> tuple[Floats, Floats]:
    """The same for an even numerator, where the ratio is a short sum of positive terms (DLMF 8.17.21, from I_z(p, 1) = z^p)."""
    p = b / 2.0
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = np.where(b > 0, f * (count / b), np.nan)
        beyond = odds / (1.0 + odds)
    term = np.ones_like(odds)
    total = np.ones_like(odds)
    for j in range(1, count // 2):
        term = term * beyond * ((p + (j - 1.0)) / j)
        total = total + term
    logs = np.where(np.isposinf(odds), -np.inf, np.log(total) - p * np.log1p(odds))
    return np.exp(logs), logs


def log_f_sf(statistic: ArrayLike, df_num: ArrayLike, df_den: ArrayLike) -> Floats:
    """Logarithm of the probability that F exceeds `statistic`, accurate where the probability underflows.

    Parameters
    ----------
    statistic, df_num, df_den : array_like
        Broadcast together. The two-sided p of a t statistic is that of ``t**2`` with df_num 1.

    Returns
    -------
    ndarray
        Natural logarithm; 0 at statistic 0, -inf at infinity, NaN at NaN.

    Notes
    -----
    The probability is the incomplete beta ratio ``I_z(df_den / 2, df_num / 2)``, ``z = df_den / (df_den + df_num F)``;
    its continued fraction (DLMF 8.17.22) converges fast in the upper tail, where it is used.

    Examples
    --------
    >>> float(log_f_sf(1e6, 3, 2000).round(3))
    -7310.312
    """
    return f_sf(statistic, df_num, df_den)[1]


def log_chi2_sf(statistic: ArrayLike, df: ArrayLike) -> Floats:
    """Logarithm of the probability that chi2 exceeds `statistic`, accurate where the probability underflows.

    Parameters
    ----------
    statistic, df : array_like
        Broadcast together.

    Returns
    -------
    ndarray
        Natural logarithm; 0 at statistic 0, -inf at infinity, NaN at NaN.

    Notes
    -----
    Far out, Legendre's continued fraction of the incomplete gamma function (DLMF 8.9.2).

    Examples
    --------
    >>> float(log_chi2_sf(4000.0, 2))
    -2000.0
    """
    x, k = np.broadcast_arrays(np.asarray(statistic, dtype=np.float64), np.asarray(df, dtype=np.float64))
    with np.errstate(divide="ignore"):
        logs = np.array(np.log(special.chdtrc(k, x)))
    far = (special.chdtrc(k, x) < _UNDERFLOW) & np.isfinite(x)
    if far.any():
        logs[far] = _log_gamma_tail(x[far] / 2.0, k[far] / 2.0)
    return np.asarray(logs)


def _restriction_matrix(model: LeastSquares, restriction: ArrayLike) -> Floats:
    """Restrictions over the kept columns, shape (q, rank)."""
    given = np.asarray(restriction)
    if given.ndim == 1:
        chosen = given[model.kept[given]]
        return np.asarray(np.eye(model.params.size)[chosen][:, model.kept])
    if np.any(given[:, ~model.kept]):
        raise UsageError("A combination uses a coefficient that was set aside as a combination of others.", code="LL207")
    return np.asarray(given[:, model.kept], dtype=np.float64)


def _quadratic_form(estimate: Floats, cov: Floats) -> float:
    """``e' V^-1 e`` after scaling V to unit diagonal; NaN if V is singular or not finite."""
    sd = np.sqrt(np.diag(cov))
    if not (np.isfinite(cov).all() and (sd > 0).all()):
        return float("nan")
    try:
        factor = linalg.cholesky(cov / np.outer(sd, sd), lower=True)
    except linalg.LinAlgError:
        return float("nan")
    if np.diag(factor).min() < RANK_TOLERANCE:
        return float("nan")
    white = linalg.solve_triangular(factor, estimate / sd, lower=True)
    return float(white @ white)


def _log_beta_tail(odds: Floats, p: Floats, q: Floats) -> Floats:
    """Log of I_z(p, q) for z = 1 / (1 + odds) well below its mean."""
    z = 1.0 / (1.0 + odds)

    def term(j: int) -> tuple[Floats, Floats]:
        m = j // 2
        if j % 2:
            return -(p + m) * (p + q + m) * z / ((p + 2 * m) * (p + 2 * m + 1)), np.ones_like(z)
        return m * (q - m) * z / ((p + 2 * m - 1) * (p + 2 * m)), np.ones_like(z)

    front = -(p + q) * np.log1p(odds) + q * np.log(odds) - np.log(p) - special.betaln(p, q)
    return np.asarray(front - np.log(_continued_fraction(np.ones_like(z), term)))


def _log_gamma_tail(x: Floats, a: Floats) -> Floats:
    """Log of Q(a, x) for x well above a."""

    def term(j: int) -> tuple[Floats, Floats]:
        return -j * (j - a), x + 2 * j + 1 - a

    return np.asarray(-x + a * np.log(x) - special.gammaln(a) - np.log(_continued_fraction(x + 1 - a, term)))


def _continued_fraction(start: Floats, term: Callable[[int], tuple[Floats, Floats]]) -> Floats:
    """``start + a1 / (b1 + a2 / (b2 + ...))`` by the modified Lentz method, element by element."""
    value = np.where(start == 0, _TINY, start)
    c, d = value.copy(), np.zeros_like(value)
    for j in range(1, _MAX_TERMS):
        a, b = term(j)
        d = b + a * d
        c = b + a / c
        d = 1.0 / np.where(d == 0, _TINY, d)
        c = np.where(c == 0, _TINY, c)
        value = value * c * d
        if np.all(np.abs(c * d - 1.0) < 4 * np.finfo(float).eps):
            break
    return value
