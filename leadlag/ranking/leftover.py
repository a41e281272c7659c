"""The question: does what the model leaves of the KPI still know the time of the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import BaseFit, fit_base, with_columns
from leadlag.core.search.shapes import Shape
from leadlag.ranking.selection import Selection
from leadlag.ranking.several import with_several_lags

__all__ = ["CLEAR", "SeasonLeft", "final_fit", "season_left"]


#: Level at which it is said: with a season that is told in full in 0 to .05 of 40 draws.
CLEAR = 0.01
#: Years in the sample from which this is asked, and pairs of rows that a correlation needs.
_FEWEST_YEARS, _FEWEST_PAIRS = 3, 24
#: Parts of the year of which the sizes of surprises are compared, at most, and rows in each.
_PARTS, _ROWS_A_PART = 12, 8


@dataclass(frozen=True, kw_only=True)
class SeasonLeft:
    """p of what would not be if the model knew the season; NaN where the rows are too few to ask.

    Parameters
    ----------
    period : int
        Rows in a year.
    alike : float
        That surprises one and two years apart are not alike.
    uneven : float
        That surprises are as large in one part of the year as in another.
    """

    period: int
    alike: float
    uneven: float


def final_fit(problem: Problem, selection: Selection, shapes: Sequence[Shape]) -> BaseFit:
    """The filtered regression with all leads in it: each chosen one in its best column, others with several lags."""
    if selection.several:
        one = selection.several[0]
        return fit_base(with_several_lags(one.problem, [0], n_lags=int(one.lags[-1])))
    if not selection.selected:
        return fit_base(problem)
    return fit_base(with_columns(selection.conditional[0], {0: int(selection.scans[0].best[0])}, shapes))


def season_left(found: BaseFit, n: int, *, period: float) -> SeasonLeft:
    """Ask the surprises of a model for a season of `period` rows.

    Parameters
    ----------
    found : BaseFit
    n : int
        Rows of the grid.
    period : float

    Notes
    -----
    A base with the season in it makes the residuals of neighbouring years unlike. With an orthonormal basis Q of it and S the
    mean of the shifts by k rows either way, ``e'Se`` has the mean ``-s^2 tr(Q'SQ)`` and the variance ``2 s^4 tr(MSMS)``, M being
    ``I - QQ'``: the sums of Box & Pierce (1970) at one and two years with these, the variance larger where the products are.
    Sizes are compared by ranks (Kruskal & Wallis 1952), each residual divided by what its leverage left of it.
    """
    whole, rows = round(period), found.filter_.rows
    if len(rows) < _FEWEST_YEARS * period:
        return SeasonLeft(period=whole, alike=np.nan, uneven=np.nan)
    leverage = np.minimum(found.basis.leverage(), 0.95)
    size = np.abs(found.residual) / np.sqrt(1.0 - leverage)
    parts = max(min(whole, _PARTS, len(rows) // _ROWS_A_PART), 2)
    part = (rows % period * parts / period).astype(int)
    groups = [size[part == each] for each in range(parts) if (part == each).any()]
    uneven = float(stats.kruskal(*groups).pvalue) if len(groups) > 1 and np.ptp(size) > 0 else np.nan
    return SeasonLeft(period=whole, alike=_alike(found, n, period=whole), uneven=uneven)


def _alike(found: BaseFit, n: int, *, period: int) -> float:
    """p that residuals one and two periods apart are not correlated."""
    rows = found.filter_.rows
    residual, q, known = np.zeros(n), np.zeros((n, found.basis.rank)), np.zeros(n, dtype=bool)
    residual[rows], q[rows], known[rows] = found.residual, found.basis.q, True
    variance = float(found.residual @ found.residual) / max(len(rows) - found.basis.rank, 1)
    lags = [lag for lag in (period, 2 * period) if (known[lag:] & known[:-lag]).sum() >= _FEWEST_PAIRS]
    if not lags or variance <= 0:
        return np.nan
    total = 0.0
    for lag in lags:
        both_ways = np.zeros_like(q)  # the mean of the shifts by the lag either way, times Q
        both_ways[lag:] += 0.5 * q[:-lag]
        both_ways[:-lag] += 0.5 * q[lag:]
        both_ways[~known] = 0.0
        within = q.T @ both_ways
        expected = -float(np.trace(within))
        pairs, products = int((known[lag:] & known[:-lag]).sum()), residual[lag:] * residual[:-lag] / variance
        spread = float(pairs - 4.0 * np.sum(both_ways**2) + 2.0 * np.sum(within**2))
        larger = max(float(products @ products) / pairs, 1.0)  # where large surprises come at the same time of the year
        total += (float(products.sum()) - expected) ** 2 / max(spread * larger, 1.0)
    return float(stats.chi2.sf(total, len(lags)))
