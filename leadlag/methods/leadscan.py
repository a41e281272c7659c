"""The question: does a lead's past move before the KPI, at any lag and in any shape, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from leadlag.core.problem import Problem
from leadlag.core.scan import delay_lags, scan
from leadlag.core.shapes import STANDARD, Shape, total_weight

__all__ = ["LeadScan", "delay_sets", "scan_leads"]

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


def scan_leads(
    problem: Problem, *, rng: np.random.Generator, n_draws: int, level: float, shapes: Sequence[Shape] = STANDARD
) -> LeadScan:
    """Scan every lead of a problem over its lags and the lag shapes.

    Parameters
    ----------
    problem : Problem
    rng : Generator
    n_draws : int
        Bootstrap draws.
    level : float
        Confidence level of the intervals, pointwise.
    shapes : sequence of Shape

    Returns
    -------
    LeadScan

    Notes
    -----
    See `leadlag.core.scan.scan` for the statistic and its null distribution. The intervals are those of the robust t
    with the residual degrees of freedom; they take the shape as given.
    """
    found = scan(problem, rng=rng, n_draws=n_draws, shapes=shapes)
    rows, n_lags = np.arange(len(found.best)), len(problem.lags)
    width = stats.t.isf((1.0 - level) / 2.0, max(found.df, 1)) * found.bse * problem.y_scale
    middle = found.coefficient * problem.y_scale
    most = float(len(problem.y))
    weight = np.array([total_weight(shape, problem.momentum, most=most) for shape in shapes]).repeat(n_lags)
    points = slice(0, n_lags)
    best = found.best
    return LeadScan(
        statistic=found.statistic,
        pvalue=found.pvalue,
        log_pvalue=found.log_pvalue,
        shape=tuple(shapes[place // n_lags].label for place in best),
        peak=np.array(problem.lags)[best % n_lags],
        effect=middle[rows, best] * weight[best],
        effect_low=(middle - width)[rows, best] * weight[best],
        effect_high=(middle + width)[rows, best] * weight[best],
        profile=middle[:, points],
        profile_low=(middle - width)[:, points],
        profile_high=(middle + width)[:, points],
        tvalue=found.tvalue[:, points],
        nobs=found.nobs[rows, best],
        n_shapes=n_lags * len(shapes),
    )


def delay_sets(problem: Problem, leads: Sequence[int], *, seed: int, level: float) -> tuple[tuple[int, ...], ...]:
    """Delay set of some leads: every lag that is not rejected as the peak of the lead's profile.

    Parameters
    ----------
    problem : Problem
    leads : sequence of int
        Columns of ``problem.X``.
    seed : int
        The same draws serve every lead, so that no set depends on the order of the columns.
    level : float
        Confidence level.

    Returns
    -------
    tuple of tuple of int
    """
    return tuple(delay_lags(problem, lead, rng=np.random.default_rng(seed), level=level) for lead in leads)
