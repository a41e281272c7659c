"""The question: how much does the KPI move after a lead, at which lag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from leadlag.core.effect import averaged_effect
from leadlag.core.problem import Problem
from leadlag.core.scan import Scan
from leadlag.core.shapes import STANDARD, Shape, total_weight

__all__ = ["LeadScan", "in_kpi_units"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LeadScan:
    """What the scan found for m leads over the lags of the problem, in KPI units for one `x_scale` of the lead.

    Parameters
    ----------
    statistic, pvalue, log_pvalue : ndarray, shape (m,)
        Largest |t| over lags and shapes and its p, which covers that search; NaN where nothing could be tested.
    shape : tuple of str
        Best shape of each lead, in words.
    peak : ndarray of int, shape (m,)
        Its start: the lag at which the effect peaks.
    effect, effect_low, effect_high : ndarray, shape (m,)
        Effect of a lasting rise, summed over the lags of the best shape, with its interval.
    profile, profile_low, profile_high, tvalue : ndarray, shape (m, len(lags))
        Each lag tried alone.
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
    peak: NDArray[np.intp]
    effect: Floats
    effect_low: Floats
    effect_high: Floats
    profile: Floats
    profile_low: Floats
    profile_high: Floats
    tvalue: Floats
    nobs: NDArray[np.intp]
    n_shapes: int
    level: float


def in_kpi_units(
    problem: Problem, found: Scan, *, level: float, chosen_at: float | None = None, shapes: Sequence[Shape] = STANDARD
) -> LeadScan:
    """What a scan found, in KPI units.

    Parameters
    ----------
    problem : Problem
    found : Scan
        Of this problem.
    level : float
        Confidence level of the intervals, pointwise.
    chosen_at : float, optional
        The p at which these leads would just have been chosen. If given, effect and interval are those of
        `leadlag.core.effect.averaged_effect`: over the shapes, and right given that the lead was found.
    shapes : sequence of Shape

    Returns
    -------
    LeadScan

    Notes
    -----
    See `leadlag.core.scan.scan` for the statistic and its null distribution. The intervals are those of the robust t
    with the residual degrees of freedom; they take the shape as given.
    """
    rows, n_lags, df = np.arange(len(found.best)), len(problem.lags), max(found.df, 1)
    middle, error = found.coefficient * problem.y_scale, found.bse * problem.y_scale
    width = stats.t.isf((1.0 - level) / 2.0, df) * error
    most = float(len(problem.y))
    weight = np.array([total_weight(shape, problem.momentum, start=lag, most=most) for shape in shapes for lag in problem.lags])
    points, best = slice(0, n_lags), found.best
    total, total_error = middle * weight, error * weight
    effect, low, high = (part[rows, best] * weight[best] for part in (middle, middle - width, middle + width))
    if chosen_at is not None:
        scale = problem.y_scale**2
        sizes = [
            averaged_effect(total[j], total_error[j], found.gain[j] * scale, variance=found.variance[j] * scale,
                            threshold=edge, df=df, level=level)
            for j, edge in enumerate(found.tail.threshold(chosen_at))
        ]  # fmt: skip
        effect, low, high = (np.array([getattr(size, end) for size in sizes]) for end in ("value", "low", "high"))
    return LeadScan(
        statistic=found.statistic,
        pvalue=found.pvalue,
        log_pvalue=found.log_pvalue,
        shape=tuple(shapes[place // n_lags].label for place in best),
        peak=np.array(problem.lags)[best % n_lags],
        effect=effect,
        effect_low=low,
        effect_high=high,
        profile=middle[:, points],
        profile_low=(middle - width)[:, points],
        profile_high=(middle + width)[:, points],
        tvalue=found.tvalue[:, points],
        nobs=found.nobs[rows, best],
        n_shapes=n_lags * len(shapes),
        level=level,
    )
