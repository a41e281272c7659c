"""The question: how much does the KPI move after a lead, at which lag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.columns import column_totals, rises
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import Scan
from leadlag.core.search.shapes import STANDARD, Response, Shape

__all__ = ["LeadScan", "in_kpi_units"]


@dataclass(frozen=True, kw_only=True)
class LeadScan:
    """What the scan found for m leads over the lags of the problem, in KPI units for one `x_scale` of the lead.

    Parameters
    ----------
    statistic, pvalue, log_pvalue : ndarray, shape (m,)
        Largest |t| over lags and shapes and its p, which covers that search; NaN where nothing could be tested.
    shape : tuple of str
        Best shape of each lead, in words.
    response : tuple of {"linear", "square", "above", "below"}
        What of each lead acts, by its best shape.
    peak : ndarray, shape (m,)
        Its start: the lag at which the effect peaks, in periods of the KPI.
    effect, effect_low, effect_high : ndarray, shape (m,)
        Effect of a lasting rise, summed over the lags of the best shape, with its interval; a mean over the periods where only
        a part of the lead acts, and NaN for a square, to which a rise and a fall are the same.
    profile, profile_low, profile_high, tvalue : ndarray, shape (m, len(lags))
        Each lag tried alone, with what of the lead acts; for a square the effect of a move to either side of the mean.
    nobs : ndarray of int, shape (m,)
        Filtered rows used by the best column.
    n_shapes : int
        Lags times shapes searched for each lead.
    level : float
        Confidence level of the intervals.
    """

    statistic: Floats
    pvalue: Floats
    log_pvalue: Floats
    shape: tuple[str, ...]
    response: tuple[Response, ...]
    peak: Floats
    effect: Floats
    effect_low: Floats
    effect_high: Floats
    profile: Floats
    profile_low: Floats
    profile_high: Floats
    tvalue: Floats
    nobs: Ints
    n_shapes: int
    level: float


def in_kpi_units(problem: Problem, found: Scan, *, level: float, shapes: Sequence[Shape] = STANDARD) -> LeadScan:
    """What a scan found, in KPI units.

    Parameters
    ----------
    problem : Problem
    found : Scan
        Of this problem.
    level : float
        Confidence level of the intervals, pointwise.
    shapes : sequence of Shape

    Returns
    -------
    LeadScan

    Notes
    -----
    See `leadlag.core.search.scan.scan` for the statistic and its null distribution. The intervals are those of the robust t
    with the residual degrees of freedom; they take the shape as given. The effect of a chosen lead is that of
    `leadlag.ranking.sizing.long_run_effect`.
    """
    rows, n_lags, df = np.arange(len(found.best)), problem.n_slots, max(found.df, 1)
    rise = rises(problem, shapes)
    middle, error = found.coefficient * problem.y_scale * rise, found.bse * problem.y_scale * rise
    width = stats.t.isf((1.0 - level) / 2.0, df) * error
    weight = column_totals(problem, shapes)
    best = found.best
    response = tuple(shapes[place // n_lags].response for place in best)
    effect, low, high = (part[rows, best] * weight[rows, best] for part in (middle, middle - width, middle + width))
    with_sign = np.array([acting != "square" for acting in response], dtype=bool)
    points = _first_columns(shapes, response, n_lags=n_lags)
    return LeadScan(
        statistic=found.statistic,
        pvalue=found.pvalue,
        log_pvalue=found.log_pvalue,
        shape=tuple(shapes[place // n_lags].label for place in best),
        response=response,
        peak=np.array([problem.delays(lead)[place % n_lags] for lead, place in enumerate(best)]),
        effect=np.where(with_sign, effect, np.nan),
        effect_low=np.where(with_sign, low, np.nan),
        effect_high=np.where(with_sign, high, np.nan),
        profile=np.take_along_axis(middle, points, axis=1),
        profile_low=np.take_along_axis(middle - width, points, axis=1),
        profile_high=np.take_along_axis(middle + width, points, axis=1),
        tvalue=np.take_along_axis(found.tvalue, points, axis=1),
        nobs=found.nobs[rows, best],
        n_shapes=n_lags * len(shapes),
        level=level,
    )


def _first_columns(shapes: Sequence[Shape], response: Sequence[Response], *, n_lags: int) -> Ints:
    """Columns of the first shape in which each lead acts as it does in its best one, shape (m, n_lags)."""
    first = [[shape.response for shape in shapes].index(acting) * n_lags for acting in response]
    return np.array(first, dtype=np.intp)[:, None] + np.arange(n_lags)
