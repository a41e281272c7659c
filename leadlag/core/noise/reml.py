"""AR noise of a regression by restricted likelihood, fast enough to be called for every error band.

For AR noise the whitened products are weighted sums of lag products. These are taken once: no step of the search goes over rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.leastsquares import fit
from leadlag.core.noise.arima import MOST
from leadlag.core.noise.arma import from_partials
from leadlag.core.noise.momentum import Momentum
from leadlag.core.noise.optimum import minimise
from leadlag.core.time.lags import lag_matrix, lag_tensor

__all__ = ["reml_autoregression"]

#: A residual that is no more than this share of y is rounding.
_ROUNDING = 1e-10
#: Share of the sum of their sizes that rounding can make of a sum of products.
_ROUNDING_OF_SUMS = 1e-13


def reml_autoregression(y: Floats, X: Floats, *, min_order: int = 0, max_order: int = 4) -> Momentum:
    """AR noise of a regression by restricted likelihood, its order by AICc.

    Parameters
    ----------
    y : ndarray, shape (n,)
        NaN where missing; a row with anything missing is masked, and the noise starts afresh after it.
    X : ndarray, shape (n, k)
        Design, the intercept a column of it.
    min_order, max_order : int
        Orders min_order..max_order are compared on the same rows; max_order is no more than a tenth of the residual degrees of
        freedom, and min_order no more than that.

    Returns
    -------
    Momentum
        With ``variance`` over the rows less the rank of X.

    Notes
    -----
    The restricted likelihood is that of `fit_with_noise`; the criterion adds ``2 (p + 1) m / (m - p - 2)`` to -2 of it, m being
    the residual degrees of freedom (the correction of Hurvich & Tsai 1989 with these counts).
    """
    observed = np.isfinite(y) & np.isfinite(X).all(axis=1)
    plain = fit(y[observed], X[observed])
    df = plain.df_resid
    max_order = min(max_order, df // 10)
    if max_order < 1 or plain.ssr <= _ROUNDING**2 * plain.tss:
        return Momentum(phi=np.zeros(0), unit_root=False, variance=plain.ssr / max(df, 1))
    scale = np.sqrt(plain.ssr)
    stacked = np.zeros((len(y), plain.rank + 1))
    stacked[observed] = np.column_stack([plain.basis.q, plain.resid / scale])
    sums = _LagSums.of(stacked, observed, max_order)
    best, best_score, partials = np.zeros(0), np.inf, np.zeros(0)
    for order in range(max_order + 1):
        start, most = np.r_[partials, np.zeros(order - len(partials))], np.full(order, MOST)
        partials, cost, _ = minimise(lambda points: sums.costs(points, df), start, (-most, most), slope=1e-3)
        score = 2.0 * cost + 2.0 * (order + 1) * df / max(df - order - 2, 1)
        if order >= min(min_order, max_order) and score < best_score - 1e-9:
            best, best_score = partials, score
    return Momentum(phi=from_partials(np.tanh(best))[-1], unit_root=False, variance=sums.ssr(best) * scale**2 / df)


@dataclass(frozen=True, kw_only=True)
class _LagSums:
    """Products of lagged columns, summed over the rows that have 0, 1, ..., P observed rows before them.

    Parameters
    ----------
    products : ndarray, shape ((P + 1)^3, m^2)
        Entry ((a, i, j), (u, v)): sum of ``z_u[t-i] z_v[t-j]`` over rows t with a rows of past (P: or more).
    counts : ndarray, shape (P + 1,)
        Number of such rows.
    """

    products: Floats
    counts: Floats

    @classmethod
    def of(cls, columns: Floats, observed: Flags, order: int) -> _LagSums:
        m = columns.shape[1]
        before = lag_matrix(observed.astype(float), range(1, order + 1), fill=0.0)
        age = np.where(observed, np.cumprod(before, axis=1).sum(axis=1), -1)
        lagged = lag_tensor(columns, range(order + 1), fill=0.0)
        products = np.zeros((order + 1, order + 1, order + 1, m, m))
        for past in range(order + 1):
            rows = lagged[age == past][:, :, : past + 1]
            flat = rows.reshape(len(rows), m * (past + 1))
            gram = (flat.T @ flat).reshape(m, past + 1, m, past + 1)
            products[past, : past + 1, : past + 1] = gram.transpose(1, 3, 0, 2)
        counts = np.array([np.sum(age == past) for past in range(order + 1)], dtype=float)
        return cls(products=products.reshape((order + 1) ** 3, m * m), counts=counts)

    def factors(self, points: Floats) -> tuple[Floats, Floats]:
        """Cholesky factors of the whitened products (n_points, m, m) and log|Omega| (n_points,)."""
        partials = np.tanh(points)
        most, order = len(self.counts) - 1, points.shape[1]
        weights = np.zeros((len(points), most + 1, most + 1))
        weights[:, :, 0] = 1.0
        shrink = np.cumprod((1.0 - partials**2)[:, ::-1], axis=1)[:, ::-1]  # innovation's variance over that of each order
        ratio = np.c_[shrink, np.ones((len(points), most + 1 - order))]
        for past, predictor in enumerate(from_partials(partials)):
            weights[:, past, 1 : past + 1] = -predictor
        weights[:, order:] = weights[:, order : order + 1]
        weights *= np.sqrt(ratio)[:, :, None]
        pairs = (weights[:, :, :, None] * weights[:, :, None, :]).reshape(len(points), -1)
        m = int(np.sqrt(self.products.shape[1]))
        gram = (pairs @ self.products).reshape(-1, m, m)
        try:
            factor = np.linalg.cholesky(gram)
        except np.linalg.LinAlgError:  # so much is predicted that what is left is the rounding of its sums
            summed = np.abs(pairs) @ np.abs(self.products[:, :: m + 1])
            factor = np.linalg.cholesky(gram + _ROUNDING_OF_SUMS * m * summed.max(axis=1)[:, None, None] * np.eye(m))
        return np.asarray(factor, dtype=np.float64), -np.log(ratio) @ self.counts

    def costs(self, points: Floats, df: int) -> Floats:
        """Negative restricted log-likelihood of each point, up to a constant; y is the last column."""
        factor, log_det = self.factors(points)
        diagonal = np.log(np.diagonal(factor, axis1=1, axis2=2))
        return np.asarray(df * diagonal[:, -1] + diagonal[:, :-1].sum(axis=1) + 0.5 * log_det)

    def ssr(self, x: Floats) -> float:
        """Sum of squares of the whitened residual."""
        return float(self.factors(x[None])[0][0, -1, -1] ** 2)
