"""Cross-correlations of every KPI with every lead, and why a pair has none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.leastsquares import is_constant, rows_needed
from leadlag.core.linear.masks import columns_by_rows
from leadlag.core.series.trend import exact_lines
from leadlag.methods.correlation.numbers.crosscorr import ROUNDING, Block, Plan, block, joined_rows, unit_columns, without

__all__ = ["REASONS", "Pairs", "block_with_reasons", "pairs"]


#: A correlation nearer to one than this is looked at again with all digits: one minus it loses half of them.
_NEAR = 1e-10

#: Why a pair has no number; `Pairs.reason` holds places in this tuple.
REASONS: tuple[str, ...] = ("", "LL201", "LL203", "LL204", "LL205", "LL207", "LL313")


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Correlations of every KPI with every lead.

    Parameters
    ----------
    correlation, bse : ndarray, shape (n_lags, n_kpis, n_leads)
        See `Block`; NaN where a pair has no number.
    nobs, order : ndarray of int, shape (n_kpis, n_leads)
        Periods that enter, and order of the lead's filter.
    reason : ndarray of uint8, shape (n_kpis, n_leads)
        Place in `REASONS`; 0 where there are numbers.
    """

    correlation: Floats
    bse: Floats
    nobs: NDArray[np.int64]
    order: NDArray[np.int64]
    reason: NDArray[np.uint8]


def pairs(Y: Floats, X: Floats, controls: Floats | None, plan: Plan) -> Pairs:
    """Cross-correlations of every column of Y with every column of X, each pair on the periods that both have.

    Parameters
    ----------
    Y, X : ndarray, shape (n, n_kpis), (n, n_leads)
        NaN where missing.
    controls : ndarray, shape (n, q), or None
        Both are regressed on them, and an intercept, first.
    plan : Plan

    Returns
    -------
    Pairs
    """
    shape = (Y.shape[1], X.shape[1])
    correlation, bse = (np.full((len(plan.lags), *shape), np.nan) for _ in range(2))
    nobs, order = (np.zeros(shape, dtype=np.int64) for _ in range(2))
    reason = np.full(shape, REASONS.index("LL313"), dtype=np.uint8)
    reason[:, ~np.isfinite(X).any(axis=0)] = REASONS.index("LL201")
    for _, kpis in columns_by_rows(np.isfinite(Y)):
        for _, leads in columns_by_rows(np.isfinite(X)):
            here = np.ix_(kpis, leads)
            found, reason[here] = block_with_reasons(Y[:, kpis], X[:, leads], controls, plan)
            if found is not None:
                correlation[:, kpis[:, None], leads], bse[:, kpis[:, None], leads] = found.correlation, found.bse
                nobs[here], order[here] = found.nobs, [len(phi) for phi in found.filters]
    without_number = reason > 0
    correlation[:, without_number] = bse[:, without_number] = np.nan
    return Pairs(correlation=correlation, bse=bse, nobs=nobs, order=order, reason=reason)


def block_with_reasons(Y: Floats, X: Floats, controls: Floats | None, plan: Plan) -> tuple[Block | None, NDArray[np.uint8]]:
    """Correlations of a block, and which pairs of it have none, shape (n_kpis, n_leads), as places in `REASONS`.

    Parameters
    ----------
    Y, X : ndarray, shape (n, n_kpis), (n, n_leads)
        Columns of Y known in the same periods, and columns of X.
    controls : ndarray, shape (n, q), or None
    plan : Plan

    Returns
    -------
    tuple of Block or None, ndarray
        None if there are too few periods.
    """
    rows = joined_rows(Y, X) if controls is None else joined_rows(Y, X, controls)
    reason = np.zeros((Y.shape[1], X.shape[1]), dtype=np.uint8)
    if rows.sum() < plan.rows_needed:
        reason[:] = REASONS.index("LL204")
        return None, reason
    y, x = (without(np.where(rows[:, None], Z, np.nan), controls) for Z in (Y, X))
    found = block(y, x, plan)
    reason[np.isnan(found.correlation).all(axis=0)] = REASONS.index("LL203")
    reason[:, [nobs < rows_needed(len(phi)) for nobs, phi in zip(found.nobs, found.filters, strict=True)]] = REASONS.index(
        "LL204"
    )
    reason[_copies(y[rows], x[rows])] = REASONS.index("LL205")
    reason[:, ~x[rows].any(axis=0) | exact_lines(np.where(rows[:, None], X, np.nan))] = REASONS.index("LL207")
    reason[:, is_constant(X[rows])] = REASONS.index("LL203")
    reason[~y[rows].any(axis=0)] = REASONS.index("LL313")
    return found, reason


def _copies(y: Floats, x: Floats) -> Flags:
    """Pairs that are the same series but for unit and offset, shape (n_kpis, n_leads)."""
    everywhere = np.ones(len(y), dtype=bool)
    own, leads = unit_columns(y, everywhere), unit_columns(x, everywhere)
    near = 1.0 - np.abs(own.T @ leads) < _NEAR
    for kpi, lead in np.argwhere(near):
        apart = [np.linalg.norm(own[:, kpi] - sign * leads[:, lead]) for sign in (1.0, -1.0)]
        near[kpi, lead] = min(apart) < ROUNDING
    return np.asarray(near)
