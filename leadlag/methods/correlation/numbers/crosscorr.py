"""Cross-correlations of many pairs at many lags by matrix products, and what unrelated series would show.

A block holds pairs whose series are known in the same periods; one pair is a block of one. What is missing is left out of every
sum, so that no product ever reaches over a gap as if it were not there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, linalg

from leadlag._validation import as_bool, as_int
from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import orthonormal_basis, residualise, rows_needed, standardise
from leadlag.core.noise.momentum import ar_errors
from leadlag.core.time.lags import lag_tensor
from leadlag.errors import UsageError
from leadlag.methods.correlation.numbers.arfilter import ar_filter, implied, most_order

__all__ = ["ROUNDING", "Block", "Plan", "block", "joined_rows", "lag_correlation", "unit_columns", "without"]


#: A variance below this share of that of white series is taken to be this share: a difference of two large sums is noise there.
_LEAST = 0.05

#: What an autocorrelation of the lead's filtered series has to be to count in the bands.
_COUNTS = 0.01

#: A part of a series smaller than this, relative to its spread, is rounding.
ROUNDING = 1e-7


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be correlated.

    Parameters
    ----------
    max_lag : int
        Lags -max_lag..max_lag, in periods; the lead moves first at positive ones.
    prewhiten : bool
        Whether each lead and, for it, all KPIs go through the AR filter of the lead.
    order : int or None
        Of the filters; None chooses each by AICc (see `leadlag.methods.correlation.numbers.arfilter`).
    """

    max_lag: int
    prewhiten: bool
    order: int | None = None

    @classmethod
    def of(cls, *, max_lag: Any, prewhiten: Any, order: Any, nobs: int, default: int) -> Plan:
        """The settings as a user gave them, judged by the periods that there are; `default` is taken where max_lag is None."""
        filtered = as_bool(prewhiten, "prewhiten")
        if order is not None and not filtered:
            raise UsageError(f"order={order!r} goes with prewhiten=True only: leave one of the two out.")
        longest = default if max_lag is None else as_int(max_lag, "max_lag", low=1)
        # of too few periods for any lag something else is said
        if longest > max(nobs // 2, 1) and nobs >= rows_needed(1):
            raise UsageError(
                f"max_lag={max_lag!r} is not allowed: give at most {nobs // 2}, half of the {nobs} periods that can be used, or "
                "give more periods."
            )
        return cls(max_lag=longest, prewhiten=filtered, order=None if order is None else as_int(order, "order"))

    @property
    def lags(self) -> Ints:
        """All lags, shape (2 max_lag + 1,)."""
        return np.arange(-self.max_lag, self.max_lag + 1)

    @property
    def rows_needed(self) -> int:
        """Fewest periods of a pair: those of the filter, and two for every period of the longest lag."""
        return max(rows_needed(max(self.order or 1, 1)), 2 * self.max_lag)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Correlations of every KPI with every lead of a block.

    Parameters
    ----------
    correlation : ndarray, shape (n_lags, n_kpis, n_leads)
        At lag k the correlation of the KPI with the lead k periods earlier; NaN where a series has nothing left.
    bse : ndarray, shape (n_lags, n_kpis, n_leads)
        Standard error that the correlation has where the two series are unrelated.
    nobs : ndarray of int, shape (n_leads,)
        Periods that enter; of filtered series the first ones of every stretch do not.
    filters : tuple of ndarray, each of shape (order,)
        AR coefficients of each lead's filter; empty where there is none.
    """

    correlation: Floats
    bse: Floats
    nobs: NDArray[np.int64]
    filters: tuple[Floats, ...]


def joined_rows(*series: Floats) -> Flags:
    """Periods in which all series are known, shape (n,); each of shape (n,) or (n, m)."""
    known = [np.isfinite(each).reshape(len(each), -1).all(axis=1) for each in series]
    return np.asarray(np.logical_and.reduce(known))


def without(Z: Floats, controls: Floats | None) -> Floats:
    """Each column in units of its spread, without its mean and what the controls explain of it.

    Parameters
    ----------
    Z : ndarray, shape (n, m)
        Columns that are known in the same periods; NaN elsewhere.
    controls : ndarray, shape (n, q), or None
        Known in those periods too.

    Returns
    -------
    ndarray, shape (n, m)
        NaN as in Z; zero throughout where nothing but rounding is left.
    """
    values = standardise(Z).values
    if controls is None:
        return values
    rows = joined_rows(values)
    basis = orthonormal_basis(np.column_stack([np.ones(int(rows.sum())), standardise(controls[rows]).values]))
    rest = residualise(values[rows], basis)
    left = np.sqrt(np.mean(rest**2, axis=0)) > ROUNDING
    values[rows] = np.where(left, rest, 0.0)
    return values


def unit_columns(Z: Floats, rows: Flags) -> Floats:
    """Columns about their mean over `rows`, of length one, zero elsewhere; zero throughout if only rounding is left."""
    nobs = max(int(rows.sum()), 1)
    if rows.all():
        values = Z - Z.sum(axis=0) / nobs
    else:
        values = np.where(rows[:, None], Z, 0.0)
        values = np.where(rows[:, None], values - values.sum(axis=0) / nobs, 0.0)
    length = np.sqrt(np.einsum("tm,tm->m", values, values))
    values /= np.where(length > ROUNDING * math.sqrt(nobs), length, np.inf)
    return np.asarray(values)


def block(Y: Floats, X: Floats, plan: Plan) -> Block:
    """Cross-correlations of every column of Y with every column of X at lags -max_lag..max_lag.

    Parameters
    ----------
    Y, X : ndarray, shape (n, n_kpis), (n, n_leads)
        From `without`: all known in the same periods, NaN elsewhere.
    plan : Plan

    Returns
    -------
    Block

    Notes
    -----
    ``r_k = n c_k / ((m_k + |k|) sqrt(c_x c_y))``: c_k sums the m_k products about the means, c_x and c_y the squares; without
    gaps n = m_k + |k|, which is R's ``ccf`` (and with gaps the rule of its ``na.action = na.pass``). Its variance for unrelated
    series is ``sum_t (x_t y_(t+k))^2 + 2 sum_(j>0) N_kj a_x(j) a_y(j)`` over the same squares: Bartlett's formula (Bartlett 1955;
    Brockwell & Davis 1991, ch. 11.2) with N_kj pairs of products j apart and the autocorrelations of AR models, and its first
    term taken from the products themselves, which keeps it right where both series are turbulent at the same times (Dalla,
    Giraitis & Phillips 2022, Econometric Theory 38:913). A negative sum over j shrinks with the first term where that is below
    ``m_k / n^2``, its mean for unrelated calm series. Of filtered series the sum over j is what the filter left in the lead.
    """
    rows = joined_rows(Y, X)
    most, span = most_order(int(rows.sum())), _span(rows)
    if plan.prewhiten:
        return _filtered(Y[span], X[span], plan.lags, order=plan.order, most=most)
    return _raw(Y[span], X[span], plan.lags, most=most)


def _span(rows: Flags) -> slice:
    """From the first to the last period in which all is known."""
    known = np.flatnonzero(rows)
    return slice(int(known[0]), int(known[-1]) + 1) if known.size else slice(0, 0)


def _raw(Y: Floats, X: Floats, lags: Ints, *, most: int) -> Block:
    """All pairs of a block, lag by lag."""
    rows = joined_rows(Y, X)
    n = len(rows)
    y, x = unit_columns(Y, rows), unit_columns(X, rows)
    # only what both have counts: a white series has no sum over j
    models = [np.column_stack([implied(ar_filter(column, most=most), n) for column in series.T]) for series in (Y, X)]
    own, leads = (model[1:] for model in models)
    y_square, x_square = y**2, x**2
    shape = (len(lags), Y.shape[1], X.shape[1])
    correlation, variance = np.empty(shape), np.empty(shape)
    counts = _counts(rows, lags)
    expected = counts[:, 0] / rows.sum() ** 2
    for place, lag in enumerate(lags):
        later, earlier = slice(max(lag, 0), n + min(lag, 0)), slice(max(-lag, 0), n - max(lag, 0))
        np.matmul(y[later].T, x[earlier], out=correlation[place])
        np.matmul(y_square[later].T, x_square[earlier], out=variance[place])
        together = (own * counts[place, 1:, None]).T @ leads
        variance[place] = _summed(variance[place], 2.0 * together / rows.sum() ** 2, expected[place])
    known = _known(x, y)
    scale = _scale(rows, lags, counts)[:, None, None]
    return Block(
        correlation=np.where(known, correlation * scale, np.nan),
        bse=np.where(known, np.sqrt(variance) * scale, np.nan),
        nobs=np.full(X.shape[1], rows.sum()),
        filters=tuple(np.empty(0) for _ in range(X.shape[1])),
    )


def _filtered(Y: Floats, X: Floats, lags: Ints, *, order: int | None, most: int) -> Block:
    """All pairs of a block, lead by lead: each has a filter of its own, which goes over all KPIs."""
    shape = (len(lags), Y.shape[1], X.shape[1])
    correlation, bse, nobs, filters = np.empty(shape), np.empty(shape), np.zeros(X.shape[1], dtype=np.int64), []
    for lead in range(X.shape[1]):
        phi = ar_filter(X[:, lead], order=order, most=most)
        errors = ar_errors(X[:, [lead]], phi)
        span = _span(joined_rows(errors))
        errors, rows = errors[span], joined_rows(errors[span])
        x, y = unit_columns(errors, rows), unit_columns(ar_errors(Y, phi)[span], rows)
        counts = _counts(rows, lags)
        shifted = _shifted(x[:, 0], lags)
        square = shifted**2 @ y**2
        left = ar_filter(errors[:, 0], most=most)
        if len(left):
            expected = counts[:, [0]] / rows.sum() ** 2
            square = _summed(square, _left_over(left, y, counts, int(rows.sum())), expected)
        scale = _scale(rows, lags, counts)[:, None]
        known = _known(x, y)[:, 0]
        correlation[:, :, lead] = np.where(known, shifted @ y * scale, np.nan)
        bse[:, :, lead] = np.where(known, np.sqrt(square) * scale, np.nan)
        nobs[lead] = rows.sum()
        filters.append(phi)
    return Block(correlation=correlation, bse=bse, nobs=nobs, filters=tuple(filters))


def _known(x: Floats, y: Floats) -> Flags:
    """Pairs of which both series vary, shape (n_kpis, n_leads)."""
    return np.asarray(np.any(y, axis=0)[:, None] & np.any(x, axis=0))


def _shifted(x: Floats, lags: Ints) -> Floats:
    """The lead moved by each lag, zero outside the sample, shape (n_lags, n): entry (i, t) is ``x[t - lags[i]]``."""
    widest = int(np.abs(lags).max())
    padded = np.concatenate([x, np.zeros(widest)])
    moved = lag_tensor(padded[:, None], range(2 * widest + 1), fill=0.0)[widest:, 0, :]
    return np.ascontiguousarray(moved[:, lags + widest].T)


def _counts(rows: Flags, lags: Ints) -> Floats:
    """Pairs of products at lag k that are j periods apart, shape (n_lags, n); column 0 counts the products."""
    n = len(rows)
    if rows.all():
        return np.asarray(np.maximum(n - np.abs(lags)[:, None] - np.arange(n), 0), dtype=np.float64)
    present = _shifted(rows.astype(np.float64), lags) * rows
    length = fft.next_fast_len(2 * n, real=True)
    return np.asarray(np.round(fft.irfft(np.abs(fft.rfft(present, length)) ** 2, length)[:, :n]))


def _scale(rows: Flags, lags: Ints, counts: Floats) -> Floats:
    """What the sum of products is multiplied with, shape (n_lags,); NaN without products. One where there is no gap."""
    products = counts[:, 0]
    return np.asarray(np.where(products > 0, rows.sum() / np.maximum(products + np.abs(lags), 1.0), np.nan))


def _summed(white: Floats, added: Floats, expected: Floats | float) -> Floats:
    """The variance out of its first term, `expected` for unrelated calm series, and the sum over j; not far below white series'.

    The first term is taken from the products and varies; the sum does not vary with it. A negative sum, as of series whose
    autocorrelations have opposite signs, would leave a small difference of two large numbers: where the products came out
    small, it shrinks as they do.
    """
    share = np.minimum(white / np.maximum(expected, np.finfo(np.float64).tiny), 1.0)
    return np.asarray(np.maximum(white + np.maximum(added, share * added), _LEAST * white))


def _left_over(left: Floats, y: Floats, counts: Floats, nobs: int) -> Floats:
    """What autocorrelation that the filter left in the lead adds to the variances, shape (n_lags, n_kpis)."""
    lead = implied(left, len(y), mean_removed=False)
    last = int(np.flatnonzero(np.abs(lead[: max(nobs // 2, 2)]) > _COUNTS)[-1])
    if not last:
        return np.zeros((len(counts), y.shape[1]))
    own = np.array([np.einsum("tm,tm->m", y[apart:], y[:-apart]) for apart in range(1, last + 1)])
    return np.asarray(2.0 * (counts[:, 1 : last + 1] * lead[1 : last + 1]) @ own / nobs**2)


def lag_correlation(y: Floats, x: Floats, phi: Floats, max_lag: int) -> Floats:
    """Correlation that the cross-correlations of two unrelated series have with each other, shape (n_lags, n_lags).

    Parameters
    ----------
    y, x : ndarray, shape (n,)
        From `without`.
    phi : ndarray, shape (p,)
        The filter that goes over both; empty for none.
    max_lag : int

    Returns
    -------
    ndarray
        By Bartlett's formula: those of lags h apart have covariance ``sum_j a_x(j) a_y(j + h)``.
    """
    both = ar_errors(np.column_stack([y, x]), phi)
    rows = joined_rows(both)
    most, both = most_order(int(rows.sum())), both[_span(rows)]
    length = 2 * (2 * max_lag + len(both))
    own, lead = (fft.rfft(_ring(implied(ar_filter(z, most=most), len(z)), length)).real for z in both.T)
    covariance = fft.irfft(own * lead, length)[: 2 * max_lag + 1]
    return np.asarray(linalg.toeplitz(covariance / covariance[0]))


def _ring(half: Floats, length: int) -> Floats:
    """Autocorrelations at 0, 1, .. , -1 as a ring of `length`."""
    ring = np.zeros(length)
    ring[: len(half)] = half
    ring[-(len(half) - 1) :] = half[:0:-1]
    return ring
