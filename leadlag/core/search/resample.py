"""Draws under the null, and the p-values they give: one Generator comes in, nothing global is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from leadlag.core.arrays import Floats
from leadlag.core.linear.wald import log_f_sf

__all__ = ["SharedSigns", "Tail", "fit_tail", "rademacher_signs"]


#: Share of the draws beyond which the fitted tail takes over from counting.
_TAIL_SHARE = 0.05
#: Step of log df to either side of the likelihood's maximum.
_STEP = 0.05


def rademacher_signs(rng: np.random.Generator, *, n: int, n_draws: int) -> Floats:
    """Rademacher multipliers of a wild bootstrap, shape (n, n_draws): +1 or -1 with equal chance.

    Notes
    -----
    One draw of signs serves all leads and shapes, so it carries the dependence between them; the size of each
    residual stays at its row, so it carries changing variance (Liu 1988; Davidson & Flachaire 2008).
    """
    drawn = rng.integers(0, 2, size=(n, n_draws)).astype(np.float64)
    drawn *= 2.0
    drawn -= 1.0
    return drawn


@dataclass(frozen=True, kw_only=True)
class SharedSigns:
    """The signs of one seed, drawn once for each number of rows, so that many scans flip alike.

    Parameters
    ----------
    seed : int
    n_draws : int
    length : int
        Rows from the last of which signs are counted, so that models that lose their first rows, as differences do, have the same
        sign at the same row; 0 where each number of rows has signs of its own.
    """

    seed: int
    n_draws: int
    length: int = 0
    _drawn: dict[int, Floats] = field(default_factory=dict, repr=False)

    def of(self, n: int) -> Floats:
        """Signs of n rows, shape (n, n_draws); not to be changed."""
        rows = max(n, self.length)
        if rows not in self._drawn:
            self._drawn[rows] = rademacher_signs(np.random.default_rng(self.seed), n=rows, n_draws=self.n_draws)
        return self._drawn[rows] if rows == n else self._drawn[rows][rows - n :]


@dataclass(frozen=True, kw_only=True)
class Tail:
    """Null distribution of the largest |t| of each lead, from draws and a fitted tail.

    Parameters
    ----------
    draws : ndarray, shape (m, n_draws)
        In the order in which they were drawn.
    start : ndarray, shape (m,)
        Where the fitted tail takes over.
    df : float
        Degrees of freedom of Student's t beyond `start`, one for all leads.
    """

    draws: Floats
    start: Floats
    df: float

    def of(self, rows: ArrayLike) -> Tail:
        """The same of some of the leads."""
        kept = np.asarray(rows, dtype=np.intp)
        return Tail(draws=self.draws[kept], start=self.start[kept], df=self.df)

    def raised(self, draws: Floats) -> Tail:
        """The same for draws that are as large or larger, such as the larger of two: a tail falls no slower for that."""
        return Tail(draws=draws, start=np.quantile(draws, 1.0 - _TAIL_SHARE, axis=1), df=self.df)

    def log_pvalues(self, statistic: Floats) -> Floats:
        """Log p of each lead's statistic, shape (m,)."""
        n_draws = self.draws.shape[1]
        above = (self.draws >= statistic[:, None]).sum(axis=1)
        counted = np.log((1.0 + above) / (1.0 + n_draws))
        with np.errstate(invalid="ignore"):
            # |t| beyond, as F(1, df): its log does not run out of digits where that of t does
            beyond = np.log(_TAIL_SHARE) + log_f_sf(statistic**2, 1, self.df) - log_f_sf(self.start**2, 1, self.df)
        return np.where(np.isfinite(statistic), np.where(statistic > self.start, beyond, counted), np.nan)

    def threshold(self, pvalue: float) -> Floats:
        """The statistic of each lead that has this p, shape (m,)."""
        if pvalue >= _TAIL_SHARE:
            return np.quantile(self.draws, 1.0 - pvalue, axis=1)
        # F(1, df) at t^2, as in `log_pvalues`
        share = pvalue / _TAIL_SHARE * stats.f.sf(self.start**2, 1, self.df)
        return np.sqrt(stats.f.isf(share, 1, self.df))


def fit_tail(draws: Floats, *, df_most: float) -> Tail:
    """Student tail of a max-|t| statistic, its degrees of freedom pooled over the leads.

    Parameters
    ----------
    draws : ndarray, shape (m, n_draws)
        Largest |t| of each lead under the null.
    df_most : float
        Residual degrees of freedom: the tail is never thinner than Student's t with these.

    Returns
    -------
    Tail

    Notes
    -----
    In the tail the largest of many t statistics exceeds a high value about as often as an effective number of
    independent ones would (Leadbetter, Lindgren & Rootzen 1983), so ``P(T > t) = P(T > s) F(t)/F(s)`` beyond a
    start s, with F the survival function of Student's t. Its degrees of freedom are estimated by maximum
    likelihood from all draws beyond the start, pooled over the leads.
    """
    ordered = np.sort(draws, axis=1)
    start = np.quantile(ordered, 1.0 - _TAIL_SHARE, axis=1)
    beyond = [row[row > edge] for row, edge in zip(ordered, start, strict=True)]
    values, counts = np.concatenate(beyond) if len(beyond) else np.empty(0), np.array([len(row) for row in beyond])
    if not len(values):
        return Tail(draws=draws, start=start, df=df_most)
    square = values * values

    def minus_likelihood(log_df: float) -> float:
        df = float(np.exp(log_df))
        constant = special.gammaln((df + 1.0) / 2.0) - special.gammaln(df / 2.0) - 0.5 * np.log(df * np.pi)
        density = len(square) * constant - 0.5 * (df + 1.0) * np.log1p(square / df).sum()
        return -float(density - counts @ np.log(special.stdtr(df, -start)))

    edges = np.log(2.0), np.log(max(df_most, 3.0))
    near = float(optimize.minimize_scalar(minus_likelihood, bounds=edges, method="bounded").x)
    return Tail(draws=draws, start=start, df=float(np.exp(_middle(minus_likelihood, near, edges))))


def _middle(function: Callable[[float], float], near: float, edges: tuple[float, float]) -> float:
    """Where a function is as high a little to the left as to the right: its minimum, to more digits than its values show.

    A search by values stops within the square root of their rounding, and where it stops depends on that rounding.
    """
    if min(abs(near - edge) for edge in edges) < _STEP:
        return min(edges, key=lambda edge: abs(near - edge))
    low, high = max(near - 3.0 * _STEP, edges[0]), min(near + 3.0 * _STEP, edges[1])

    def slope(at: float) -> float:
        return function(at + _STEP) - function(at - _STEP)

    return float(optimize.brentq(slope, low, high, xtol=1e-10)) if slope(low) < 0.0 < slope(high) else near
