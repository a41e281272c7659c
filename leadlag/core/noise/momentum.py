"""The KPI's own momentum: an AR model of what the base does not explain, and the filter that removes it.

The model is ``y = base @ d + u`` with ``phi(B) u = e``. A `Whitener` applies ``phi(B)`` to the KPI, the
base and the lead columns alike, so that the errors of the filtered regression are independent. The first
rows of every stretch without a gap use the best linear predictor of the order that their past allows, so
that none of them is lost (Durbin 1960; Box, Jenkins & Reinsel 2008, ch. 3 and 7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import signal

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import LeastSquares, fit
from leadlag.core.noise.years import MovingSeason, YearFilter, year_filter
from leadlag.core.time.lags import difference, lag_matrix, lag_tensor

__all__ = [
    "EDGE",
    "FilteredFit",
    "Momentum",
    "Whitener",
    "ar_errors",
    "autoregressions",
    "filtered_fit",
    "fit_momentum",
    "impulse_response",
    "inside",
    "largest_root",
    "one_order_less",
    "prewhitened",
    "whitener",
]


#: Largest modulus of an AR root that is kept as estimated; beyond it the noise is treated as on the edge.
EDGE = 0.985
#: Share of the bias of least squares itself that is corrected, beside all that the base takes.
_BIAS_SHARE = 0.5
#: A column of which the filter leaves no more than this share is gone.
_ROUNDING = 1e-10
#: Share of a series' own product that keeps its normal equations solvable; far below what it could move.
_RIDGE = 1e-13


@dataclass(frozen=True, kw_only=True)
class Momentum:
    """AR model of the KPI's residual.

    Parameters
    ----------
    phi : ndarray, shape (p,)
        AR coefficients of the residual, or of its first difference if `unit_root`.
    unit_root : bool
        Whether the residual is integrated, so that the filter begins with a first difference.
    variance : float
        Innovation variance.
    season : MovingSeason or None
        A season that moves, whose filter comes before that of the AR model; None for one that stands, or none.
    """

    phi: Floats
    unit_root: bool
    variance: float
    season: MovingSeason | None = None

    @property
    def polynomial(self) -> Floats:
        """Coefficients ``(1, -phi_1, ...)`` of the whole filter, shape (p + 1 + unit_root,)."""
        stationary = np.r_[1.0, -self.phi]
        return np.convolve(stationary, [1.0, -1.0]) if self.unit_root else stationary


@dataclass(frozen=True, kw_only=True)
class Whitener:
    """The filter as weights by row.

    Parameters
    ----------
    weights : ndarray, shape (n, k)
        Entry (t, j) multiplies row ``t - j``.
    rows : ndarray of int, shape (n_used,)
        Rows of the sample that the filter keeps.
    differenced : bool
        Whether changes are taken before the weights.
    years : YearFilter or None
        What comes between the two where the season moves.
    """

    weights: Floats
    rows: Ints
    differenced: bool = False
    years: YearFilter | None = None

    def before_weights(self, values: Floats) -> Floats:
        """Values (n, ...) without unit root and moving season, of which the weights leave innovations."""
        changed = difference(values) if self.differenced else values
        return changed if self.years is None else self.years.apply(changed)

    def apply(self, values: Floats) -> Floats:
        """Filtered rows of `values` (n, ...): shape (n_used, ...); a missing value makes its rows missing."""
        values = self.before_weights(values)
        shape = (-1,) + (1,) * (values.ndim - 1)
        filtered = self.weights[self.rows, 0].reshape(shape) * values[self.rows]
        for lag in range(1, self.weights.shape[1]):
            weight = self.weights[self.rows, lag]
            needed = np.flatnonzero(weight)
            if not len(needed):
                continue
            first, last = needed[0], needed[-1] + 1
            if self.rows[last - 1] - self.rows[first] == len(needed) - 1:  # one stretch: views instead of copies
                past = values[self.rows[first] - lag : self.rows[last - 1] - lag + 1]
                filtered[first:last] += weight[first:last].reshape(shape) * past
            else:
                filtered[needed] += weight[needed].reshape(shape) * values[self.rows[needed] - lag]
        return filtered


@dataclass(frozen=True, kw_only=True)
class FilteredFit:
    """The KPI regressed on the columns of its mean, both filtered by its momentum: generalised least squares.

    Parameters
    ----------
    filter_ : Whitener
    regression : LeastSquares
        Of the filtered KPI on the filtered columns, rows n_used.
    """

    filter_: Whitener
    regression: LeastSquares

    @property
    def params(self) -> Floats:
        """Coefficient of each column, shape (q,); 0 for one that the filtered columns before it already span."""
        return np.where(self.regression.kept, self.regression.params, 0.0)

    def taken(self, mean: Floats) -> Floats:
        """What the estimated mean takes from the noise's covariance V: ``V - U U'`` is left of it, with these columns U.

        Parameters
        ----------
        mean : ndarray, shape (n, q)
            The columns that were fitted.

        Returns
        -------
        ndarray, shape (n, rank)
        """
        left = self.regression
        return mean[:, left.kept] @ left.basis.r_inverse() * np.sqrt(left.ssr / max(left.df_resid, 1))


def filtered_fit(y: Floats, mean: Floats, momentum: Momentum) -> FilteredFit:
    """Fit the mean of the KPI by generalised least squares, on the rows that have the KPI and all columns.

    Parameters
    ----------
    y : ndarray, shape (n,)
        NaN where missing.
    mean : ndarray, shape (n, q)
        Base columns, with the level shift if there is one.
    momentum : Momentum

    Returns
    -------
    FilteredFit
    """
    columns = np.column_stack([y, mean])
    filter_ = whitener(momentum, np.asarray(np.isfinite(columns).all(axis=1)))
    filtered = filter_.apply(columns)
    # under a unit root the intercept is gone but for its rounding, which must not count as a direction
    size = np.abs(columns[filter_.rows]).max(axis=0, initial=0.0)
    filtered[:, np.abs(filtered).max(axis=0, initial=0.0) <= _ROUNDING * size] = 0.0
    return FilteredFit(filter_=filter_, regression=fit(filtered[:, 0], filtered[:, 1:]))


def whitener(momentum: Momentum, observed: Flags) -> Whitener:
    """Filter for the rows on which the KPI and the base are observed.

    Parameters
    ----------
    momentum : Momentum
    observed : ndarray of bool, shape (n,)

    Returns
    -------
    Whitener
        Every stretch of observed rows starts afresh; under a unit root its first row is lost.
    """
    known = observed & (_age(observed) >= int(momentum.unit_root))
    predictors, variances = _predictors(momentum.phi)
    age, order = _age(known), len(momentum.phi)
    weights = np.zeros((len(known), order + 1))
    for past in range(order + 1):
        at = known & ((age == past) if past < order else (age >= past))
        weights[at, : past + 1] = np.r_[1.0, -predictors[past]] * np.sqrt(variances[order] / variances[past])
    years = None if momentum.season is None else year_filter(momentum.season, known)
    return Whitener(weights=weights, rows=np.flatnonzero(known), differenced=momentum.unit_root, years=years)


def _age(observed: Flags) -> Ints:
    """Number of observed rows directly before each row."""
    place = np.arange(len(observed))
    last_gap = np.maximum.accumulate(np.where(observed, -1, place))
    return place - last_gap - 1


def _predictors(phi: Floats) -> tuple[list[Floats], Floats]:
    """Best linear predictors of orders 0..p and their error variances relative to the innovation's.

    Durbin-Levinson downwards: the order k-1 coefficients follow from those of order k.
    """
    predictors = [np.asarray(phi, dtype=float)]
    variances = [1.0]
    while len(predictors[0]):
        current = predictors[0]
        predictors.insert(0, one_order_less(current, current[-1]))
        variances.insert(0, variances[0] / (1.0 - current[-1] ** 2))
    return predictors, np.array(variances)


def one_order_less(phi: Floats, partial: float) -> Floats:
    """Best linear predictor that looks one row less far back; `partial` is the partial autocorrelation at the last one."""
    return np.asarray((phi[:-1] + partial * phi[:-1][::-1]) / (1.0 - partial**2))


def fit_momentum(
    y: Floats,
    base: Floats,
    *,
    max_order: int,
    unit_root: bool = False,
    season: MovingSeason | None = None,
    rounds: int = 4,
) -> Momentum:
    """AR noise of a regression, its order by AICc, alternating with generalised least squares of the base.

    Parameters
    ----------
    y : ndarray, shape (n,)
        NaN where missing.
    base : ndarray, shape (n, q)
    max_order : int
        Orders 0..max_order are compared on the same rows.
    unit_root : bool
        Fit the first difference of the residual.
    season : MovingSeason, optional
        Filter it away first.
    rounds : int
        Alternations of mean and noise.

    Returns
    -------
    Momentum

    Notes
    -----
    AICc is that of Hurvich & Tsai (1989). What the base explains is missing from the residual, most of it where noise and
    columns are slow, so that the coefficients come out too small. Of noise with covariance V generalised least squares leaves
    ``V - U U'`` (`FilteredFit.taken`), and the products of U are given back to the normal equations. For a mean and a trend that
    is ``(2 + 2 a) / n`` of the coefficients' sum a (Kendall 1954; Marriott & Pope 1954; Orcutt & Winokur 1969). Least squares
    itself takes ``2 a / n``: half of that is given back, in the first coefficient of a KPI that is not integrated. Roots are kept
    inside the stationary region.
    """
    momentum = Momentum(phi=np.zeros(0), unit_root=unit_root, variance=1.0, season=season)
    for _ in range(rounds):
        fitted = filtered_fit(y, base, momentum)
        series, taken = (fitted.filter_.before_weights(values) for values in (y - base @ fitted.params, fitted.taken(base)))
        phi, variance = _fit_ar(series, taken, max_order=max_order, share=0.0 if unit_root else _BIAS_SHARE)
        updated = replace(momentum, phi=phi, variance=variance)
        settled = len(updated.phi) == len(momentum.phi) and np.allclose(updated.phi, momentum.phi, atol=1e-3)
        momentum = updated
        if settled:
            break
    return momentum


def _fit_ar(series: Floats, taken: Floats, *, max_order: int, share: float) -> tuple[Floats, float]:
    """AR coefficients and innovation variance of a residual without its unit root and moving season, order by AICc."""
    lags = lag_matrix(series, range(1, max_order + 1)) if max_order else np.empty((len(series), 0))
    used = np.isfinite(series) & np.isfinite(lags).all(axis=1)
    target, lags = series[used], lags[used]
    n = len(target)
    best: Floats = np.zeros(0)
    best_score = np.inf
    for order in range(min(max_order, max(0, n // 10)) + 1):
        phi = np.asarray(np.linalg.lstsq(lags[:, :order], target, rcond=None)[0], dtype=np.float64)
        ssr = float(np.sum((target - lags[:, :order] @ phi) ** 2))
        k = order + 1
        score = n * np.log(max(ssr, np.finfo(float).tiny) / max(n, 1)) + 2.0 * k * n / max(n - k - 1, 1)
        if score < best_score - 1e-9:
            best, best_score = phi, score
    phi = inside(_unbiased(best, lags=lags[:, : len(best)], taken=taken, used=used, share=share))
    return phi, float(np.mean((target - lags[:, : len(phi)] @ phi) ** 2)) if n else 1.0


def _unbiased(phi: Floats, *, lags: Floats, taken: Floats, used: Flags, share: float) -> Floats:
    """AR coefficients by normal equations that have back what the base took, less a share of the bias of least squares."""
    order = len(phi)
    if not order:
        return phi
    again = lag_tensor(taken, range(order + 1))[used].reshape(-1, order + 1)
    products = again.T @ again
    gram = lags.T @ lags + products[1:, 1:]
    corrected = phi + np.linalg.lstsq(gram, products[1:, 0] - products[1:, 1:] @ phi, rcond=None)[0]
    corrected[0] += share * max(2.0 * float(corrected.sum()), 0.0) / len(lags)
    return np.asarray(corrected, dtype=np.float64)


def inside(phi: Floats) -> Floats:
    """AR coefficients shrunk until every root keeps off the unit circle."""
    largest = largest_root(phi)
    if largest <= EDGE:
        return phi
    return phi * (EDGE / largest) ** np.arange(1, len(phi) + 1)


def largest_root(phi: Floats) -> float:
    """Modulus of the largest root of ``z^p - phi_1 z^(p-1) - ...``; 0 without coefficients or where they are not known."""
    known = len(phi) > 0 and bool(np.isfinite(phi).all())
    return float(np.abs(np.roots(np.r_[1.0, -phi])).max(initial=0.0)) if known else 0.0


def impulse_response(phi: Floats, n: int) -> Floats:
    """What an innovation does to its own row and those after it under an autoregression, shape (n,)."""
    impulse = np.zeros(n)
    impulse[:1] = 1.0
    return np.asarray(signal.lfilter([1.0], np.concatenate([[1.0], -phi]), impulse)) if len(phi) else impulse


def autoregressions(X: Floats, *, order: int) -> Floats:
    """AR coefficients of each series by least squares on the rows that have the whole past.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        Centred series; NaN where missing.
    order : int

    Returns
    -------
    ndarray, shape (order, m)
        NaN for a series with too few such rows.
    """
    whole = np.isfinite(X)
    complete = np.logical_and.reduce([whole[order - lag : len(X) - lag] for lag in range(order + 1)])
    now, *past = (np.where(complete, X[order - lag : len(X) - lag], 0.0) for lag in range(order + 1))
    products = np.array([[np.einsum("tm,tm->m", one, other) for other in past] for one in past])
    right = np.array([np.einsum("tm,tm->m", one, now) for one in past])
    # a series of which nothing is left has no past to regress on: the ridge makes its coefficients zero
    size = products.diagonal().max(axis=1)
    ridge = np.where(size > 0, size, 1.0) * _RIDGE
    gram = products.transpose(2, 0, 1) + ridge[:, None, None] * np.eye(order)
    phi = np.linalg.solve(gram, right.T[:, :, None])[:, :, 0].T
    return np.where(complete.sum(axis=0) > 2 * order + 2, phi, np.nan)


def ar_errors(Z: Floats, phi: Floats) -> Floats:
    """AR prediction errors of each column, shape (n, m); NaN where the past is not complete."""
    errors = np.array(Z, dtype=np.float64)
    for lag in range(1, len(phi) + 1):
        errors[lag:] -= phi[lag - 1] * Z[:-lag]
    errors[: len(phi)] = np.nan
    return errors


def prewhitened(X: Floats, *, order: int) -> Floats:
    """Innovations of many series, each by an AR model of its own.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        Centred series; NaN where missing.
    order : int

    Returns
    -------
    ndarray, shape (n, m)
        NaN where the past is not complete, and for a series with too few rows that have it.
    """
    return ar_errors(X, autoregressions(X, order=order))
