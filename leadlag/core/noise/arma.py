"""(Seasonal) ARIMA noise: its polynomials, its autocovariances, and the exact filter that makes it white.

The noise is ``phi(B) d(B) u = theta(B) e``. It is searched elsewhere by its partial autocorrelations, every set of which within
(-1, 1) is stationary, or invertible (Barndorff-Nielsen & Schou 1973; Monahan 1984, Biometrika 71:403).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import linalg, signal

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.noise.momentum import Momentum, one_order_less, whitener
from leadlag.errors import UsageError

__all__ = ["ArmaNoise", "NoiseOrder", "WhitenedColumns", "autocovariances", "factor_over_gaps", "from_partials", "to_partials"]

#: A column of which differencing leaves no more than this share is gone.
_ROUNDING = 1e-10
#: Most periods over which a filter with gaps is dense in a search: one Cholesky factor a step.
_DENSE = 500


@dataclass(frozen=True, kw_only=True)
class NoiseOrder:
    """Orders of a seasonal ARIMA, ``(ar, differences, ma) (seasonal_ar, seasonal_differences, seasonal_ma) [period]``."""

    ar: int = 0
    differences: int = 0
    ma: int = 0
    seasonal_ar: int = 0
    seasonal_differences: int = 0
    seasonal_ma: int = 0
    period: int = 1

    def __post_init__(self) -> None:
        """Refuse negative orders, and a season of one row."""
        if min(self.ar, self.differences, self.ma, self.seasonal_ar, self.seasonal_differences, self.seasonal_ma) < 0:
            raise UsageError(f"{self} has a negative order: every order is 0 or more.")
        if self.seasonal_ar + self.seasonal_differences + self.seasonal_ma and self.period < 2:
            raise UsageError(f"period={self.period} with seasonal orders: give the rows of one season, 2 or more.")

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """Number of AR, MA, seasonal AR and seasonal MA coefficients."""
        return self.ar, self.ma, self.seasonal_ar, self.seasonal_ma

    def noise(self, parts: Sequence[Floats], *, variance: float = 1.0) -> ArmaNoise:
        """The noise whose AR, MA, seasonal AR and seasonal MA coefficients are `parts`."""
        ar, ma, seasonal_ar, seasonal_ma = parts
        differences = np.ones(1)
        for gap in [1] * self.differences + [self.period] * self.seasonal_differences:
            differences = np.convolve(differences, np.r_[1.0, np.zeros(gap - 1), -1.0])
        return ArmaNoise(
            ar=-np.convolve(np.r_[1.0, -ar], self._spread(-seasonal_ar))[1:],
            ma=np.convolve(np.r_[1.0, ma], self._spread(seasonal_ma))[1:],
            differences=differences,
            variance=variance,
        )

    def _spread(self, coefficients: Floats) -> Floats:
        """Polynomial with one coefficient a season."""
        polynomial = np.zeros(len(coefficients) * self.period + 1)
        polynomial[0] = 1.0
        polynomial[self.period :: self.period] = coefficients
        return polynomial


class WhitenedColumns(NamedTuple):
    """Whitened rows, and what they say of the noise.

    Parameters
    ----------
    values : ndarray, shape (n_used, ...)
    rows : ndarray of int, shape (n_used,)
        Places in the sample.
    weights : ndarray, shape (n_used,)
        What each row itself is multiplied by: an innovation over its weight is the error of the prediction from the rows before.
    """

    values: Floats
    rows: Ints
    weights: Floats

    @property
    def log_det(self) -> float:
        """log|Omega| of the noise over its variance."""
        return -2.0 * float(np.log(self.weights).sum())


@dataclass(frozen=True, kw_only=True)
class ArmaNoise:
    """Noise ``(1 - ar_1 B - ...) differences(B) u_t = (1 + ma_1 B + ...) e_t``, the signs of R's ``arima``.

    Parameters
    ----------
    ar : ndarray, shape (p,)
        Of the whole polynomial, seasonal part multiplied out.
    ma : ndarray, shape (q,)
    differences : ndarray, shape (d + 1,)
        Coefficients of the differences, the first of them 1.
    variance : float
        Innovation variance.
    """

    ar: Floats
    ma: Floats
    differences: Floats
    variance: float

    def whiten(self, values: Floats, observed: Flags) -> WhitenedColumns:
        """Multiply by the inverse Cholesky factor of the noise's covariance over its variance.

        Parameters
        ----------
        values : ndarray, shape (n, ...)
        observed : ndarray of bool, shape (n,)

        Returns
        -------
        WhitenedColumns
            Over a gap the noise goes on. With differences, and beyond 500 periods, every stretch of observed rows starts afresh
            with its unconditional variance; differences lose its first d rows.

        Notes
        -----
        ``phi(B) u`` after the first max(p, q) rows leaves a banded covariance, whose Cholesky factor is banded
        (Ansley 1979, Biometrika 66:59). Noise without MA goes through `core.noise.momentum.whitener`.
        """
        changes, kept = self._changes(values.reshape(len(values), -1), observed)
        rows = np.flatnonzero(kept)
        factor = factor_over_gaps(self.ar, self.ma, rows, most=_DENSE) if len(self.differences) == 1 else None
        if factor is not None:
            white = linalg.solve_triangular(factor, changes[rows], lower=True, check_finite=False)
            weights = 1.0 / np.diag(factor)
        elif not self.ma.any():
            filter_ = whitener(Momentum(phi=self.ar, unit_root=False, variance=self.variance), kept)
            white, weights = filter_.apply(changes), filter_.weights[rows, 0]
        else:
            white, weights = self._banded(changes, kept)
        return WhitenedColumns(white.reshape(len(rows), *values.shape[1:]), rows, weights)

    def _changes(self, values: Floats, observed: Flags) -> tuple[Floats, Flags]:
        """Differences within each stretch, shape (n, m), and the rows that have them."""
        lost = len(self.differences) - 1
        if not lost:
            return values, observed
        changes, kept = np.full(values.shape, np.nan), np.zeros(len(values), dtype=bool)
        for start, stop in _stretches(observed):
            if stop - start > lost:
                changes[start + lost : stop] = signal.lfilter(self.differences, [1.0], values[start:stop], axis=0)[lost:]
                kept[start + lost : stop] = True
        size = np.abs(values[observed]).max(axis=0, initial=0.0)
        # an intercept is gone but for its rounding, which must not count as a direction
        changes[:, np.abs(changes[kept]).max(axis=0, initial=0.0) <= _ROUNDING * size] = 0.0
        return changes, kept

    def _banded(self, values: Floats, kept: Flags) -> tuple[Floats, Floats]:
        """Whitened rows by the banded factor, and the weight of each row itself."""
        stretches = _stretches(kept)
        factor = _banded_factor(self.ar, self.ma, int(np.diff(stretches, axis=1).max(initial=1)))
        first = max(len(self.ar), len(self.ma))
        parts, weights = [np.empty((0, values.shape[1]))], [np.empty(0)]
        for start, stop in stretches:
            raw = values[start:stop]
            filtered = signal.lfilter(np.r_[1.0, -self.ar], [1.0], raw, axis=0)
            filtered[:first] = raw[:first]
            width = min(len(factor), len(raw)) - 1
            leading = factor[: width + 1, : len(raw)]
            parts.append(linalg.solve_banded((width, 0), leading, filtered, overwrite_b=True, check_finite=False))
            weights.append(1.0 / leading[0])
        return np.concatenate(parts), np.concatenate(weights)


def factor_over_gaps(ar: Floats, ma: Floats, periods: Ints, *, most: int) -> Floats | None:
    """Cholesky factor of the covariance of stationary noise with unit innovations on periods with gaps.

    Parameters
    ----------
    ar : ndarray, shape (p,)
    ma : ndarray, shape (q,)
    periods : ndarray of int, shape (n,)
        Increasing.
    most : int
        Most periods from the first to the last: time grows with their cube.

    Returns
    -------
    ndarray, shape (n, n), or None
        None where each stretch has to do by itself: without a gap or memory, beyond `most`, and so near a unit root that
        rounding leaves no factor.
    """
    span = int(periods[-1] - periods[0]) + 1 if len(periods) else 0
    if span == len(periods) or span > most or not (ar.any() or ma.any()):
        return None
    gamma = autocovariances(ar, ma, count=span)
    try:
        return np.asarray(linalg.cholesky(gamma[np.abs(periods[:, None] - periods)], lower=True, check_finite=False))
    except linalg.LinAlgError:
        return None


def autocovariances(ar: Floats, ma: Floats, *, count: int) -> Floats:
    """Autocovariances at lags 0..count-1 of a stationary ARMA with unit innovations.

    Notes
    -----
    The first p + 1 solve ``gamma_k - sum_j ar_j gamma_|k-j| = sum_{j>=k} ma_j psi_{j-k}``, the rest follow from it
    (Brockwell & Davis 1991, sec. 3.3).
    """
    p, right = len(ar), _cross(ar, ma)
    size = max(count, p + 1)
    right = np.r_[right, np.zeros(max(0, size - len(right)))]
    left = np.eye(p + 1)
    for k, j in product(range(p + 1), range(1, p + 1)):
        left[k, abs(k - j)] -= ar[j - 1]
    first = np.linalg.solve(left, right[: p + 1])
    if not p or size == p + 1:
        return np.asarray(np.r_[first, right[p + 1 : size]][:count])
    polynomial = np.r_[1.0, -ar]
    rest, _ = signal.lfilter([1.0], polynomial, right[p + 1 : size], zi=signal.lfiltic([1.0], polynomial, first[:0:-1]))
    return np.asarray(np.r_[first, rest][:count])


def _cross(ar: Floats, ma: Floats) -> Floats:
    """Covariance of ``phi(B) u_t`` with ``u_{t-k}``, k = 0..q."""
    theta = np.r_[1.0, ma]
    psi = signal.lfilter(theta, np.r_[1.0, -ar], np.r_[1.0, np.zeros(len(ma))])
    return np.array([theta[k:] @ psi[: len(theta) - k] for k in range(len(theta))])


def _banded_factor(ar: Floats, ma: Floats, n: int) -> Floats:
    """Cholesky factor, lower band form, of the covariance of max(p, q) raw rows followed by rows of ``phi(B) u``."""
    q, first = len(ma), max(len(ar), len(ma))
    theta, cross, gamma = np.r_[1.0, ma], _cross(ar, ma), autocovariances(ar, ma, count=first)
    band = np.zeros((max(first - 1, q) + 1, n))
    band[: q + 1] = np.array([theta[k:] @ theta[: q + 1 - k] for k in range(q + 1)])[:, None]
    for row in range(min(first, n)):
        band[:, row] = 0.0
        band[: q + 1, row] = cross
        band[: first - row, row] = gamma[: first - row]
    band = band[: min(len(band), n)]
    return np.asarray(linalg.cholesky_banded(band, lower=True, check_finite=False))


def _stretches(observed: Flags) -> Ints:
    """First row and row after the last of each stretch, shape (n_stretches, 2)."""
    return np.flatnonzero(np.diff(np.r_[False, observed, False])).reshape(-1, 2)


def from_partials(partials: Floats) -> list[Floats]:
    """AR coefficients of orders 0..p from partial autocorrelations (Durbin 1960); leading axes are kept."""
    predictors = [partials[..., :0]]
    for k in range(partials.shape[-1]):
        partial, shorter = partials[..., k : k + 1], predictors[-1]
        predictors.append(np.concatenate([shorter - partial * shorter[..., ::-1], partial], axis=-1))
    return predictors


def to_partials(coefficients: Floats) -> Floats:
    """Partial autocorrelations of AR coefficients, kept within 0.95 for a start."""
    rest, partials = coefficients, np.zeros(len(coefficients))
    for k in reversed(range(len(coefficients))):
        partials[k] = np.clip(rest[-1], -0.95, 0.95)
        rest = one_order_less(rest, partials[k])
    return partials
