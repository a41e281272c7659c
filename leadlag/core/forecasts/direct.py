"""Forecasts from rolling origins: the KPI from its own history, and from that and one lead, by what was known at the origin.

A model is direct: what comes H rows after the KPI's last known one is regressed on what is known then. With
``y = S d + b z + u``, z a lead's column and u an autoregression, the part of u that its past foretells H rows ahead is
``Psi(B) u``, so

    y_r = S_r d + Psi(B) y_(r-H) + b (z_r - Psi(B) z_(r-H)) + e_r

holds exactly for one column of the lead beside the KPI's own history: what the lead adds to what history has foretold already. At
H = 1 this is the filtered regression of `leadlag.core.search.scan`. Psi comes from the regression without a lead; the column's
coefficient stands beside all of it in one least-squares fit. For an integrated KPI the same holds of changes from r - H on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import Basis, orthonormal_basis
from leadlag.core.noise.momentum import Momentum
from leadlag.core.search.shapes import HUMP, STANDARD, carried, feedback, search_weights

__all__ = [
    "LeadForecasts",
    "LeadShapes",
    "OwnHistoryModel",
    "lead_forecasts",
    "lead_shapes",
    "order_by_aicc",
    "own_history_model",
    "shape_lags",
]


#: Leads whose columns are made together: few enough to stay in the processor's cache.
_CHUNK = 48
#: A column of which base and own history leave no more than this share is theirs.
_COLLINEAR = 1e-8
#: Rows that a fit needs, a column of the base and beside them.
_ROWS_A_COLUMN, _MORE_ROWS = 2, 10
#: Rows from a hump's first lag to its peak.
_RISE = -min(HUMP)


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnHistoryModel:
    """The model without a lead at one origin, for one number of steps ahead.

    Parameters
    ----------
    rows : ndarray of int, shape (n_used,)
        Rows predicted in the fit.
    basis : Basis
        Of base and own history on these rows.
    residual : ndarray, shape (n_used,)
    target : ndarray, shape (rank,)
        Base and own history of the row to be forecast, in the coordinates of the basis.
    forecast : float
    psi : ndarray, shape (p,)
        Coefficients of own history; at H = 1 the KPI's autoregression.
    polynomial : ndarray, shape (k,)
        ``1 - B^H Psi(B)``, and ``1 - B^H - B^H Psi(B) (1 - B)`` for an integrated KPI.
    target_row : int
        Row that is forecast.
    """

    rows: Ints
    basis: Basis
    residual: Floats
    target: Floats
    forecast: float
    psi: Floats
    polynomial: Floats
    target_row: int


@dataclass(frozen=True, kw_only=True, eq=False)
class LeadShapes:
    """Leads carried into the shapes of the search.

    Parameters
    ----------
    values : ndarray, shape (reach + n, m, s)
        Full shapes; row ``reach + t`` is row t of the sample.
    cut : ndarray, shape (reach + n, m, c)
        Humps of which the rise is cut off, since it is not known yet.
    reach : int
        Rows before the first one.
    """

    values: Floats
    cut: Floats
    reach: int


@dataclass(frozen=True, kw_only=True, eq=False)
class LeadForecasts:
    """Forecasts with each lead at one origin, for one number of steps ahead.

    Parameters
    ----------
    added : ndarray, shape (m,)
        What each lead adds to the forecast from own history; 0 where no column of it could be used.
    column : ndarray of int, shape (m,)
        Place of the chosen column in `shape_lags`; -1 where there was none.
    share : ndarray, shape (m,)
        Share of the errors without a lead that its column explains in the fit.
    """

    added: Floats
    column: Ints
    share: Floats


def own_history_model(
    y: Floats, known: Flags, base: Floats, *, steps: int, unit_root: bool, max_order: int
) -> OwnHistoryModel | None:
    """Fit the KPI to its base and its own history, and forecast `steps` rows after its last row.

    Parameters
    ----------
    y : ndarray, shape (n,)
        The KPI as known at the origin, without gaps after its first value.
    known : ndarray of bool, shape (n,)
        Rows whose value is known and not filled in: only these are predicted in the fit.
    base : ndarray, shape (n + steps, q)
        NaN where a column has no value; the last row is that of the forecast.
    steps : int
    unit_root : bool
        Whether it is the change from r - H to r that is regressed, on changes.
    max_order : int
        Own lags up to this number are compared by AICc.

    Returns
    -------
    OwnHistoryModel or None
        None if there are too few rows, or the base of the forecast is not known.
    """
    n = len(y)
    begins = int(np.isfinite(y).argmax())
    own, target = _own_columns(y, steps=steps, unit_root=unit_root, count=max_order), y.copy()
    if unit_root:
        target[steps:] = y[steps:] - y[:-steps]
    first = begins + steps + max_order + int(unit_root)
    rows = np.arange(first, n)
    rows = rows[known[rows] & np.isfinite(base[rows]).all(axis=1)] if len(rows) else rows
    if len(rows) < _ROWS_A_COLUMN * base.shape[1] + _MORE_ROWS or not np.isfinite(base[-1]).all():
        return None
    whole = orthonormal_basis(np.column_stack([base[rows], own[rows]]))
    order = order_by_aicc(target[rows], whole, n_base=base.shape[1], max_order=min(max_order, len(rows) // 10))
    basis = whole.leading(base.shape[1] + order)
    scores = basis.q.T @ target[rows]
    row = np.concatenate([base[-1], own[-1, :order]])[basis.kept] @ basis.r_inverse()
    params = np.zeros(base.shape[1] + order)
    params[basis.kept] = basis.r_inverse() @ scores
    psi = params[base.shape[1] :]
    return OwnHistoryModel(
        rows=rows, basis=basis, residual=target[rows] - basis.q @ scores, target=row,
        forecast=float(row @ scores) + (float(y[-1]) if unit_root else 0.0),
        psi=psi, polynomial=_polynomial(psi, steps=steps, unit_root=unit_root), target_row=n - 1 + steps,
    )  # fmt: skip


def _own_columns(y: Floats, *, steps: int, unit_root: bool, count: int) -> Floats:
    """The KPI's values (changes, if it is integrated) from `steps` rows back on, shape (n + steps, count)."""
    moved = np.concatenate([[np.nan], np.diff(y)]) if unit_root else y
    columns = np.full((len(y) + steps, count), np.nan)
    for lag in range(count):
        columns[steps + lag :, lag] = moved[: len(y) - lag]
    return columns


def order_by_aicc(target: Floats, whole: Basis, *, n_base: int, max_order: int) -> int:
    """Number of own lags by AICc (Hurvich & Tsai 1989, Biometrika 76:297), all orders on the same rows.

    Parameters
    ----------
    target : ndarray, shape (n,)
    whole : Basis
        Of the base and, after it, `max_order` own lags or more, the shortest first.
    n_base : int
        Columns of the base.
    max_order : int
    """
    n = len(target)
    scores = whole.q.T @ target
    total = float(target @ target)
    best, lowest = 0, np.inf
    for order in range(max_order + 1):
        rank = int(whole.kept[: n_base + order].sum())
        ssr = total - float(scores[:rank] @ scores[:rank])
        k = rank + 1
        score = n * np.log(max(ssr, 1e-14 * total, np.finfo(float).tiny) / n) + 2.0 * k * n / max(n - k - 1, 1)
        if score < lowest - 1e-9:
            best, lowest = order, score
    return best


def _polynomial(psi: Floats, *, steps: int, unit_root: bool) -> Floats:
    """What a lead's column passes through, so that its part in the KPI's own history is taken out of it."""
    coefficients = np.zeros(steps + len(psi) + 1)
    coefficients[0] = 1.0
    history = np.r_[psi, 0.0]
    if unit_root:
        history = np.r_[psi, 0.0] - np.r_[0.0, psi]
        history[0] += 1.0
    coefficients[steps:] -= history
    return coefficients


def lead_shapes(X: Floats, momentum: Momentum, rho: Floats, *, reach: int) -> LeadShapes:
    """Carry leads into the shapes of the search.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        Working leads, without gaps.
    momentum : Momentum
        The KPI's, which gives one of the shapes.
    rho : ndarray, shape (m,)
        First autocorrelation of each: the value j rows before the first is ``rho^j`` times it.
    reach : int
        Rows wanted before the first.
    """
    longer = reach + max(HUMP) - min(HUMP)
    padded = np.concatenate([X[:1] * rho[None, :] ** np.arange(longer, 0, -1)[:, None], X])
    values = np.empty((reach + len(X), X.shape[1], len(STANDARD)))
    for place, shape in enumerate(STANDARD):
        if shape.kind == "hump":
            values[:, :, place] = _summed(padded, [HUMP[away] for away in sorted(HUMP)], longer - reach)
        else:
            values[:, :, place] = carried(padded, feedback(shape, momentum), rho)[longer - reach :]
    cuts = [_summed(padded, [HUMP[away] for away in range(-peak, max(HUMP) + 1)], longer - reach) for peak in range(_RISE)]
    return LeadShapes(values=values, cut=np.stack(cuts, axis=2), reach=reach)


def _summed(padded: Floats, weights: Sequence[float], first: int) -> Floats:
    """Weighted sum of each value and those before it."""
    return np.sum([weight * padded[first - back : len(padded) - back] for back, weight in enumerate(weights)], axis=0)


def shape_lags(lags: Sequence[int]) -> list[tuple[int, int]]:
    """Shape and peak of every column of `lead_forecasts`, lags being those that are known."""
    full = [(place, lag + (_RISE if shape.kind == "hump" else 0)) for place, shape in enumerate(STANDARD) for lag in lags]
    hump = next(place for place, shape in enumerate(STANDARD) if shape.kind == "hump")
    return full + [(hump, lags[0] + peak) for peak in range(_RISE)]


def lead_forecasts(own: OwnHistoryModel, leads: LeadShapes, *, lags: Sequence[int], max_lag: int) -> LeadForecasts:
    """Add each lead, at the lag and in the shape that fit best, to the model without one, and forecast again.

    Parameters
    ----------
    own : OwnHistoryModel
    leads : LeadShapes
    lags : sequence of int
        From the shortest lag that is known at the origin on, one by one.
    max_lag : int
        Longest lag at which a shape may have its peak.

    Notes
    -----
    With an orthonormal basis Q of the model without a lead, a column f adds ``b = e'f / (f'f - |Q'f|^2)``, less what its choice
    among all lags adds to it (`_kept`), times what is left of it in the row of the forecast.
    ``Q'f`` and ``e'f`` of all lags of all leads come from one product of matrices.
    """
    m = leads.values.shape[1]
    peaks = np.array([peak for _, peak in shape_lags(lags)])
    weights = np.square(search_weights(STANDARD, n_lags=1))
    weight = np.where(peaks <= max_lag, weights[[place for place, _ in shape_lags(lags)]], 0.0)
    added, column, share = np.zeros(m), np.full(m, -1, dtype=np.intp), np.zeros(m)
    total = float(own.residual @ own.residual)
    full, cut = _Products.of(own, lags, leads.reach), _Products.of(own, lags[:1], leads.reach)
    for begin in range(0, m, _CHUNK):
        some = slice(begin, begin + _CHUNK)
        parts = [full.of_series(leads.values[:, some]), cut.of_series(leads.cut[:, some])]
        crossed, norm, ahead = (np.concatenate(part, axis=-1) for part in zip(*parts, strict=True))
        free = norm - np.square(crossed[:-1]).sum(axis=0)
        usable = (free > _COLLINEAR * norm) & (weight > 0)
        explained = np.where(usable, np.square(crossed[-1]) / np.where(usable, free, 1.0), 0.0)
        best = (explained * weight).argmax(axis=1)
        at = (np.arange(len(best)), best)
        found = usable[at]
        slope = np.where(found, crossed[-1][at] / np.where(found, free[at], 1.0), 0.0)
        slope *= _kept(explained[at], total, df=len(own.rows) - own.basis.rank - 1, n_lags=len(lags))
        rest = ahead[at] - own.target @ crossed[:-1][:, at[0], at[1]]
        added[some], column[some] = slope * rest, np.where(found, best, -1)
        share[some] = explained[at] / total if total > 0 else 0.0
    return LeadForecasts(added=added, column=column, share=share)


def _kept(explained: Floats, total: float, *, df: int, n_lags: int) -> Floats:
    """Share of a coefficient that is kept: it was the best of many, and most of a small one is luck.

    ``max(0, 1 - c / t^2)`` with ``c = 1 + 2 log L``: the garrotte of Breiman (1995, Technometrics 37:373), which takes off what
    the noise of one coefficient adds, and what the best of L that are nothing adds (2 log L: Donoho & Johnstone 1994).
    """
    left = np.maximum(total - explained, max(1e-12 * total, np.finfo(float).tiny))
    square, spent = max(df, 1) * explained / left, 1.0 + 2.0 * np.log(n_lags)
    return np.asarray(np.maximum(square - spent, 0.0) / np.maximum(square, spent))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Products:
    """What turns series into products of their lagged columns with the columns of one model.

    Parameters
    ----------
    moved : ndarray, shape (k * lags, f)
        The model's columns, moved by each lag against f rows of a series.
    used : ndarray, shape (lags, f)
        Rows of the fit, moved likewise.
    ahead : ndarray of int, shape (lags,)
        Row of the series that each lag takes for the forecast.
    begin : int
        First of the f rows.
    polynomial : ndarray
        Passed through first.
    """

    moved: Floats
    used: Floats
    ahead: Ints
    begin: int
    polynomial: Floats

    @classmethod
    def of(cls, own: OwnHistoryModel, lags: Sequence[int], reach: int) -> _Products:
        """For one model, some lags, and series with `reach` rows before the first."""
        left = np.column_stack([own.basis.q, own.residual])
        shift = np.asarray(lags, dtype=np.intp)
        begin = int(own.rows[0] - shift[-1])
        size = int(own.target_row - shift[0]) - begin + 1
        moved, used = np.zeros((left.shape[1], len(lags), size)), np.zeros((len(lags), size))
        for place, lag in enumerate(shift):
            moved[:, place, own.rows - lag - begin] = left.T
            used[place, own.rows - lag - begin] = 1.0
        return cls(
            moved=moved.reshape(-1, size), used=used, ahead=own.target_row - shift - begin, begin=begin + reach,
            polynomial=own.polynomial,
        )  # fmt: skip

    def of_series(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """Products with the model's columns (k, m, s * lags), with itself, and the value for the forecast, both (m, s * lags)."""
        size, (m, s) = self.used.shape[1], values.shape[1:]
        flat = values.reshape(len(values), -1)
        passed = flat[self.begin : self.begin + size].copy()
        for back in np.flatnonzero(self.polynomial[1:]) + 1:
            passed += self.polynomial[back] * flat[self.begin - back : self.begin - back + size]
        lags = len(self.used)
        crossed = (self.moved @ passed).reshape(-1, lags, m, s)
        norm = (self.used @ np.square(passed)).reshape(lags, m, s)
        ahead = passed[self.ahead].reshape(lags, m, s)
        return (
            crossed.transpose(0, 2, 3, 1).reshape(-1, m, s * lags),
            norm.transpose(1, 2, 0).reshape(m, s * lags),
            ahead.transpose(1, 2, 0).reshape(m, s * lags),
        )
