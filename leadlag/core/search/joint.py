"""Several single lags of a lead at once: what no shape of the search tells, such as two lags of opposite sign."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.wald import log_f_sf
from leadlag.core.search.columns import raw_columns
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import SharedSigns, fit_tail
from leadlag.core.search.scan import BaseFit, fit_base, regressors
from leadlag.core.search.shapes import Shape

__all__ = ["JointTest", "can_be_asked", "joint_test", "lag_columns", "together"]

_POINT = (Shape("point"),)
#: A direction with less than this share of the largest is rounding.
_RANK = 1e-10
#: Degrees of freedom that the test needs beside its lags.
_FEWEST_DF = 10
#: Roots of k F at which the scales are compared; beyond the last they run alike.
_GRID = np.linspace(0.0, 40.0, 801)


@dataclass(frozen=True, kw_only=True)
class JointTest:
    """The test of several lags of each lead at once.

    Parameters
    ----------
    log_pvalue : ndarray, shape (m,)
        The larger one with the KPI's level shift in the model and without it; NaN where the lags are not asked together.
    unshifted : ndarray, shape (m,)
        Without it.
    """

    log_pvalue: Floats
    unshifted: Floats


def can_be_asked(problem: Problem, lead: int) -> bool:
    """Whether several lags of a lead are asked together: of those seen as often as the KPI, of which nothing more is known."""
    return problem.finer_of(lead) is None and problem.asked_of(lead) is None


def together(problem: Problem, n_lags: int) -> Problem:
    """The problem with the lags alone that are asked together."""
    return replace(problem, lags=tuple(lag for lag in problem.lags if 1 <= lag <= n_lags))


def lag_columns(problem: Problem, lead: int, *, n_lags: int) -> Floats:
    """The lags of a lead that are asked together, before the KPI's filter, zero where it has no value, shape (n, k)."""
    return np.nan_to_num(raw_columns(together(problem.of([lead]), n_lags), [0], _POINT)[:, 0, 0])


def joint_test(problem: Problem, *, n_lags: int, signs: SharedSigns) -> JointTest:
    """p that none of the first lags of each lead does anything, each beside the others.

    Parameters
    ----------
    problem : Problem
    n_lags : int
        Lags 1 to this one are asked.
    signs : SharedSigns

    Notes
    -----
    The share that the lags explain together is brought to the scale of one column, the |t| that would be as rare by an F
    test, so that its tail can be fitted as that of a search. The null distribution is that of a scan: the residual times signs.
    """
    asked = np.array([lead for lead in range(problem.X.shape[1]) if can_be_asked(problem, lead)], dtype=np.intp)
    log_p = np.full((2, problem.X.shape[1]), np.nan)
    small = together(problem.of(asked), n_lags)
    if len(asked) and len(small.lags) > 1:
        log_p[:, asked] = _log_pvalues(small, signs)
        if problem.shift is not None:
            log_p[1, asked] = _log_pvalues(refitted(small, shift=None), signs)
    return JointTest(log_pvalue=np.where(np.isnan(log_p[0]), np.nan, np.fmax(*log_p)), unshifted=log_p[1])


def _log_pvalues(problem: Problem, signs: SharedSigns) -> Floats:
    """Log p of one model."""
    base_fit, m = fit_base(problem), problem.X.shape[1]
    values, rank = _apart(problem, base_fit)
    spread = base_fit.residual / np.sqrt(1.0 - np.minimum(base_fit.basis.leverage(), 0.95))
    drawn = spread[:, None] * signs.of(len(spread))
    tiny = np.finfo(float).tiny
    size = np.maximum(spread @ spread - np.square(base_fit.basis.q.T @ drawn).sum(axis=0), tiny)
    shares = np.empty((m, drawn.shape[1]))
    for lead in range(m):
        shares[lead] = np.square(values[:, lead].T @ drawn).sum(axis=0) / size
    total = max(float(base_fit.residual @ base_fit.residual), tiny)
    share = np.square(np.einsum("nmk,n->mk", values, base_fit.residual)).sum(axis=1) / total
    statistic, df = _as_one_column(share[:, None], rank, df=base_fit.df)[:, 0], max(base_fit.df, 3)
    tested, log_p = np.isfinite(statistic), np.full(m, np.nan)
    if tested.any():
        tail = fit_tail(_as_one_column(shares[tested], rank[tested], df=base_fit.df), df_most=float(df))
        log_p[tested] = tail.log_pvalues(statistic[tested])
    return log_p


def _apart(problem: Problem, base_fit: BaseFit) -> tuple[Floats, Ints]:
    """The lags of each lead as unrelated columns of length 1, shape (n, m, k), zero where fewer are left, and how many are."""
    columns = regressors(problem, base_fit, range(problem.X.shape[1]), _POINT)
    unit = columns.values / np.where(columns.norm > 0, columns.norm, 1.0)
    size, turn = np.linalg.eigh(np.einsum("nmi,nmj->mij", unit, unit))
    kept = (size > _RANK * np.maximum(size[:, -1:], np.finfo(float).tiny)) & (size > 0)
    scale = np.where(kept, 1.0 / np.sqrt(np.where(kept, size, 1.0)), 0.0)
    return np.einsum("nmi,mij->nmj", unit, turn * scale[:, None, :]), kept.sum(axis=1)


def _as_one_column(share: Floats, rank: Ints, *, df: int) -> Floats:
    """The |t| of one column that is as rare as the share that some lags explain together; NaN where they cannot be asked.

    Parameters
    ----------
    share : ndarray, shape (m, ...)
        Of the KPI's sum of squares.
    rank : ndarray of int, shape (m,)
        Directions of the lags.
    df : int
        Residual degrees of freedom beside one column.
    """
    found = np.full(share.shape, np.nan)
    for k in np.unique(rank[rank > 1]).tolist():
        rest, of_rank = df + 1 - k, rank == k
        if rest < _FEWEST_DF:
            continue
        as_rare = np.interp(-log_f_sf(np.square(_GRID) / k, k, rest), -log_f_sf(np.square(_GRID), 1, df), _GRID)
        kept = np.clip(share[of_rank], 0.0, 1.0 - 1e-12)
        root = np.sqrt(rest * kept / (1.0 - kept))
        found[of_rank] = np.interp(root, _GRID, as_rare) + np.maximum(root - _GRID[-1], 0.0)
    return found
