"""The scan again with more in the model: the largest |t| of each lead, its p from the null distribution of the first scan.

What enters the base between two steps of a search changes how the columns of a lead go together only a little, and with it
the null distribution of their largest |t|; so a step needs no draws of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.asked import best_columns, gains
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import Tail
from leadlag.core.search.scan import fit_base, lead_chunks, regressors, t_of_share
from leadlag.core.search.shapes import STANDARD, Shape, search_weights

__all__ = ["Rescan", "largest_statistic", "rescan"]


@dataclass(frozen=True, kw_only=True)
class Rescan:
    """Result of a scan of m leads without draws.

    Parameters
    ----------
    log_pvalue : ndarray, shape (m,)
        The larger one with the KPI's level shift in the model and without it; NaN where no column could be used.
    unshifted : ndarray, shape (m,)
        Without it.
    best : ndarray of int, shape (m,)
        Column with the largest gain.
    """

    log_pvalue: Floats
    unshifted: Floats
    best: Ints


def rescan(problem: Problem, *, tail: Tail, shapes: Sequence[Shape] = STANDARD, search_df: float = 0.0) -> Rescan:
    """Largest |t| of every lead of a problem, with p-values by a null distribution that is known already.

    Parameters
    ----------
    problem : Problem
    tail : Tail
        Null distribution of each of the problem's leads.
    shapes : sequence of Shape
    search_df : float
        Degrees of freedom that a search has taken from the residual beyond the columns of the base.

    Returns
    -------
    Rescan

    Notes
    -----
    The best of many columns that have nothing to do with the KPI explains more than one degree of freedom of its noise, and
    with such a column in the base the noise looks smaller than it is. With f the degrees of freedom, ``t^2 (f - search_df) / f``
    takes the noise as large as it is if nothing but noise has entered.

    Measured on 80 draws each of 20 leads, 12 of them and 200 of them: the leads chosen with these p-values and those chosen with
    draws at every step were the same.
    """
    statistic, best = largest_statistic(problem, shapes, search_df=search_df)
    log_pvalue = unshifted = tail.log_pvalues(statistic)
    if problem.shift is not None:
        without, _ = largest_statistic(refitted(problem, shift=None), shapes, search_df=search_df)
        unshifted = tail.log_pvalues(without)
        log_pvalue = np.where(np.isfinite(statistic), np.fmax(log_pvalue, unshifted), np.nan)
    return Rescan(log_pvalue=log_pvalue, unshifted=unshifted, best=best)


def largest_statistic(problem: Problem, shapes: Sequence[Shape], *, search_df: float = 0.0) -> tuple[Floats, Ints]:
    """Statistic and best column of every lead, both shape (m,)."""
    base_fit, m = fit_base(problem), problem.X.shape[1]
    share, best = np.full(m, np.nan), np.zeros(m, dtype=np.intp)
    weights, signs = search_weights(shapes, n_lags=problem.n_slots), problem.signs
    total = float(base_fit.residual @ base_fit.residual)
    for leads in lead_chunks(problem, n_shapes=len(shapes)):
        columns = regressors(problem, base_fit, leads.tolist(), shapes)
        usable = columns.norm > 0
        score = np.tensordot(base_fit.residual, columns.values, axes=1) / np.where(usable, columns.norm, 1.0)
        gain = np.where(usable, gains(score, signs[leads]), -1.0)
        best[leads] = best_columns(gain, score)
        weighted = (gain * weights * weights).max(axis=1)
        share[leads] = np.where(usable.any(axis=1), weighted / total if total > 0 else 0.0, np.nan)
    return t_of_share(share, base_fit.df) * np.sqrt(max(base_fit.df - search_df, 1.0) / max(base_fit.df, 1)), best
