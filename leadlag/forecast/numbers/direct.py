"""A direct regression: what comes some rows later on what is known now, and how far off it is on rows that it had not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.forecasts.direct import order_by_aicc
from leadlag.core.linear.leastsquares import Basis, orthonormal_basis, standardise
from leadlag.forecast.numbers.intervals import Law, calibrated

__all__ = ["DirectFit", "direct_fit"]

#: Rows a column, and beside them, from which forecasts of unseen rows are made.
_ROWS_A_COLUMN, _MORE_ROWS = 2, 10


@dataclass(frozen=True, kw_only=True, eq=False)
class DirectFit:
    """A fitted direct regression of k columns.

    Parameters
    ----------
    kept : ndarray of int, shape (k,)
        Columns that are used, those of own history first.
    n_own : int
        How many of them are own history.
    center, scale : ndarray, shape (k,)
        Mean of each, which stands where it has no value, and its spread.
    mean, size : float
        Of the target.
    basis : Basis
        Of a constant and the columns on the rows of the fit.
    params : ndarray, shape (rank,)
        In the coordinates of the basis.
    sd : float
        Of the errors of the fit, in units of `size`.
    law : Law
        Of errors over the spread that the regression gives them.
    """

    kept: np.ndarray
    n_own: int
    center: Floats
    scale: Floats
    mean: float
    size: float
    basis: Basis
    params: Floats
    sd: float
    law: Law

    def predict(self, columns: Floats) -> tuple[Floats, Floats]:
        """Forecasts and the regression's own spread of them, shape (n,) each; a missing value stands for its mean."""
        rows = _with_constant((columns[:, self.kept] - self.center) / self.scale)
        at = rows[:, self.basis.kept] @ self.basis.r_inverse()
        spread = self.sd * np.sqrt(1.0 + np.square(at).sum(axis=1))
        return self.mean + self.size * (at @ self.params), self.size * spread


def direct_fit(columns: Floats, target: Floats, *, n_own: int, gap: int) -> DirectFit:
    """Fit a direct regression.

    Parameters
    ----------
    columns : ndarray, shape (n, k)
        What is known at each row, own history first, its shortest lag first; NaN where missing.
    target : ndarray, shape (n,)
        What comes `gap` rows later; NaN where it is not known.
    n_own : int
        Columns of own history, of which as many are kept as AICc asks for.
    gap : int
        Rows between what is known and what comes: at a row the last `gap` targets are not known yet.
    """
    whole, outcome = standardise(columns), standardise(target)
    filled = np.where(np.isfinite(whole.values), whole.values, 0.0)
    rows = np.flatnonzero(np.isfinite(outcome.values))
    own_last = orthonormal_basis(_with_constant(np.column_stack([filled[rows, n_own:], filled[rows, :n_own]])))
    order = order_by_aicc(outcome.values[rows], own_last, n_base=1 + columns.shape[1] - n_own, max_order=n_own)
    kept = np.r_[np.arange(order), np.arange(n_own, columns.shape[1])].astype(np.intp)
    X, y = _with_constant(filled[:, kept]), outcome.values
    basis = orthonormal_basis(X[rows])
    params = basis.q.T @ y[rows]
    left = y[rows] - basis.q @ params
    sd = float(np.sqrt(left @ left / max(len(rows) - basis.rank, 1)))
    scores = _unseen_scores(X, y, rows, gap=gap)
    return DirectFit(
        kept=kept, n_own=order, center=whole.center[kept], scale=whole.scale[kept], mean=float(outcome.center),
        size=float(outcome.scale), basis=basis, params=params, sd=sd, law=_law(scores, gap),
    )  # fmt: skip


def _law(scores: Floats, gap: int) -> Law:
    """The law of scores `gap` rows ahead: they overlap, and how large those of the rows before are is not known yet."""
    found = np.full((len(scores), gap), np.nan)
    found[:, -1] = scores
    return calibrated(found).at(gap - 1)


def _with_constant(columns: Floats) -> Floats:
    return np.column_stack([np.ones(len(columns)), np.where(np.isfinite(columns), columns, 0.0)])


def _unseen_scores(X: Floats, y: Floats, rows: np.ndarray, *, gap: int) -> Floats:
    """Errors of forecasts made before the row was known, over their own spread; shape (number of rows forecast,)."""
    first = _ROWS_A_COLUMN * X.shape[1] + _MORE_ROWS
    found = []
    for row in rows[first:].tolist():
        past = rows[rows <= row - gap]
        if len(past) < first:
            continue
        basis = orthonormal_basis(X[past])
        params = basis.q.T @ y[past]
        left = y[past] - basis.q @ params
        at = X[row, basis.kept] @ basis.r_inverse()
        spread = np.sqrt(max(float(left @ left), 1e-28) / max(len(past) - basis.rank, 1) * (1.0 + float(at @ at)))
        found.append((y[row] - float(at @ params)) / spread)
    return np.array(found) if found else np.full(1, np.nan)
