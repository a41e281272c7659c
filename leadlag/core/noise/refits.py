"""A regression with own lags of the KPI, refitted to many versions of the KPI at once, and the paths those versions take.

What does not change from version to version (the columns that are no lags of the KPI) is projected out by one matrix product
(Frisch-Waugh-Lovell), and what is left are p x p systems, p the number of own lags.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.leastsquares import leverage_adjusted
from leadlag.core.noise.momentum import largest_root

__all__ = ["FixedColumns", "Recursion", "Refits", "column_products", "refit"]


#: An intercept of which the columns leave no more than this is among them.
_ROUNDING = 1e-8
#: Own lags with a root beyond this have no long run.
_UNIT_ROOT = 1.0 - 1e-9
#: The bias of own lags is corrected in steps of this share for as long as they stay stable (Kilian 1998).
_STEP = 0.01


@dataclass(frozen=True, kw_only=True)
class FixedColumns:
    """The columns that are the same in every draw, in orthonormal coordinates.

    Parameters
    ----------
    q : ndarray, shape (n, r)
    numerator : ndarray, shape (r, m)
        Contribution of each coordinate to the numerator of each effect.
    """

    q: Floats
    numerator: Floats

    @property
    def influence(self) -> Floats:
        """How far each row moves each numerator, shape (n, m)."""
        return np.asarray(self.q @ self.numerator)

    @property
    def leverage(self) -> Floats:
        """Diagonal of the projection on the columns, shape (n,)."""
        return np.asarray(np.einsum("ij,ij->i", self.q, self.q))

    def outside(self, values: Floats) -> Floats:
        """What the columns do not explain of `values` (n, b)."""
        return np.asarray(values - self.q @ (self.q.T @ values))

    def holds_constant(self) -> bool:
        """Whether the columns span an intercept."""
        return bool(np.abs(self.outside(np.ones((len(self.q), 1)))).max() < _ROUNDING)


@dataclass(frozen=True, kw_only=True)
class Refits:
    """Regressions of b versions of the KPI on the fixed columns and p own lags.

    Parameters
    ----------
    own : ndarray, shape (p, b)
    coordinates : ndarray, shape (r, b)
        Coefficients of the fixed columns, in orthonormal coordinates.
    numerator : ndarray, shape (m, b)
    innovations : ndarray, shape (n, b)
        Residuals divided by one minus their leverage.
    inverse : ndarray, shape (b, p, p)
        Of the products of the own lags outside the fixed columns.
    across : ndarray, shape (p, m, b)
        Products of the own lags with the influence of the rows on the numerator.
    meat : tuple of ndarray, shapes (m, b), (p, m, b), (p, p, b)
        Squared innovations weighted with the influence of the rows: fixed, fixed by own, own.
    """

    own: Floats
    coordinates: Floats
    numerator: Floats
    innovations: Floats
    inverse: Floats
    across: Floats
    meat: tuple[Floats, Floats, Floats]

    @property
    def phi_at_one(self) -> Floats:
        """One minus the sum of the own lags' coefficients, shape (b,)."""
        return np.asarray(1.0 - self.own.sum(axis=0))

    @property
    def effect(self) -> Floats:
        """Long-run effects, shape (m, b)."""
        return np.asarray(self.numerator / self.phi_at_one)

    def errors(self) -> Floats:
        """Standard error of each effect times `phi_at_one`, shape (m, b): finite where the quotient is not."""
        # row t moves numerator + effect * sum(own) by q_t'v + own_t' c
        c = np.einsum("bij,jmb->imb", self.inverse, self.effect[None] - self.across)
        fixed, mixed, own = self.meat
        variance = fixed + 2.0 * (c * mixed).sum(axis=0) + np.einsum("imb,ijb,jmb->mb", c, own, c)
        return np.sqrt(np.maximum(variance, 0.0))


@dataclass(frozen=True, kw_only=True)
class Recursion:
    """How the KPI follows from its own past.

    Parameters
    ----------
    lags : ndarray of int, shape (p,)
    source : ndarray of int, shape (n, p)
        Row that holds the own lag; -1 where it lies before the stretch of rows without a gap.
    start : ndarray, shape (n, p)
        The own lags as observed.
    """

    lags: Ints
    source: Ints
    start: Floats

    def paths(self, own: Floats, steps: Floats) -> Floats:
        """The KPI rebuilt from its starting values: `own` (p,), what is added in each row (n, b) -> (n, b)."""
        y = np.empty_like(steps)
        for row, step, sources, starts in zip(y, steps, self.source.tolist(), self.start, strict=True):
            row[:] = step
            for a, source, start in zip(own, sources, starts, strict=True):
                row += a * (y[source] if source >= 0 else start)
        return y

    def lagged(self, y: Floats) -> list[Floats]:
        """The own lags of rebuilt KPIs, p arrays of shape (n, b)."""
        columns = []
        for source, start in zip(self.source.T, self.start.T, strict=True):
            column, observed = y[np.maximum(source, 0)], source < 0
            column[observed] = start[observed, None]
            columns.append(column)
        return columns

    def corrected(self, own: Floats, bias: Floats) -> Floats:
        """Own lags without their bias, or without as much of it as leaves them stable."""
        shares = np.arange(1.0, 0.0, -_STEP)
        return next((tried for share in shares if self.is_stable(tried := own - share * bias)), own)

    def is_stable(self, own: Floats) -> bool:
        """Whether what happens once dies away."""
        dense = np.zeros(int(self.lags.max()))
        np.add.at(dense, self.lags - 1, own)
        return largest_root(dense) < _UNIT_ROOT


def refit(y: Floats, lagged: list[Floats], fixed: FixedColumns) -> Refits:
    """Regress each column of y (n, b) on the fixed columns and its own lags, p arrays (n, b)."""
    q, influence = fixed.q, fixed.influence
    explained = [q.T @ column for column in [*lagged, y]]
    *outside, rest = [column - q @ scores for column, scores in zip([*lagged, y], explained, strict=True)]
    inverse = np.linalg.inv(np.array([[column_products(one, other) for other in outside] for one in outside]).transpose(2, 0, 1))
    own = np.einsum("bij,jb->ib", inverse, np.array([column_products(column, rest) for column in outside]))
    leverage = np.repeat(fixed.leverage[:, None], y.shape[1], axis=1)
    for i, column in enumerate(outside):
        rest = rest - own[i] * column
        leverage += column * sum(inverse[:, i, j] * other for j, other in enumerate(outside))
    innovations = leverage_adjusted(rest, leverage=leverage)
    weighted = [column * innovations**2 for column in outside]
    coordinates = explained[-1] - sum(a * scores for a, scores in zip(own, explained[:-1], strict=True))
    return Refits(
        own=own,
        coordinates=coordinates,
        numerator=fixed.numerator.T @ coordinates,
        innovations=innovations,
        inverse=inverse,
        across=np.array([fixed.numerator.T @ scores for scores in explained[:-1]]),
        meat=(
            (influence**2).T @ innovations**2,
            np.array([influence.T @ column for column in weighted]),
            np.array([[column_products(one, other) for other in weighted] for one in outside]),
        ),
    )


def column_products(one: Floats, other: Floats) -> Floats:
    """Product of the columns of two arrays (n, b), shape (b,)."""
    return np.asarray(np.einsum("tb,tb->b", one, other))
