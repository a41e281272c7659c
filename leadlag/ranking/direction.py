"""The question: does the lead follow the KPI instead, or move only with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import standardise
from leadlag.core.noise.momentum import prewhitened
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.scan import fit_base, scan_each
from leadlag.core.search.shapes import STANDARD, Shape
from leadlag.core.time.lags import difference, lag_tensor

__all__ = ["Direction", "directions"]


#: A lead whose innovations correlate with earlier ones of the KPI by less than this many standard errors, at every lag, is
#: not scanned with the roles exchanged: its p is that of the largest correlation, times the lags.
_WORTH = 2.5


@dataclass(frozen=True, kw_only=True)
class Direction:
    """What m leads have to do with the KPI other than leading it.

    Parameters
    ----------
    reverse : ndarray, shape (m,)
        p that the KPI's past does not help to predict the lead.
    coincident : ndarray, shape (m,)
        p that the lead does not move with the KPI in the same period, beyond the pasts of both.
    follows_by : ndarray, shape (m,)
        Lag at which the lead would follow the KPI: where the best column of the exchanged test starts, or the largest correlation
        with its earlier surprises is. NaN where nothing was asked.
    """

    reverse: Floats
    coincident: Floats
    follows_by: Floats


def directions(problem: Problem, *, seed: int, n_draws: int, shapes: Sequence[Shape] = STANDARD) -> Direction:
    """Ask every lead of a problem whether it follows the KPI, and whether it moves with it.

    Parameters
    ----------
    problem : Problem
    seed : int
        Seed of the draws of the exchanged scans.
    n_draws : int
    shapes : sequence of Shape

    Returns
    -------
    Direction

    Notes
    -----
    The exchanged test is the scan with the lead as the outcome, with its own momentum and the same base. It runs where the
    prewhitened cross-correlation (Haugh 1976) gives it a chance; elsewhere the p of that correlation, times the number of
    lags, is reported. The coincident test is that of the prewhitened correlation at lag 0.
    """
    base_fit = fit_base(problem)
    surprise = np.full(len(problem.y), np.nan)
    surprise[base_fit.filter_.rows] = base_fit.residual
    moved = difference(problem.X) if problem.momentum.unit_root else problem.X
    own = prewhitened(moved, order=2)
    coincident = _correlation_pvalue(own, surprise[:, None])
    earlier = lag_tensor(surprise[:, None], problem.lags)[:, 0]
    by_lag = np.column_stack([_correlation_pvalue(own, earlier[:, [place]]) for place in range(len(problem.lags))])
    reverse = np.minimum(np.nanmin(by_lag, axis=1, initial=1.0) * len(problem.lags), 1.0)
    reverse = np.where(np.isfinite(by_lag).any(axis=1), reverse, np.nan)  # too many gaps to ask
    worth = np.flatnonzero(np.nanmin(by_lag, axis=1, initial=1.0) < 2.0 * stats.norm.sf(_WORTH))
    exchanged = (_exchanged(problem, lead) for lead in worth)
    scans = scan_each(exchanged, rng=np.random.default_rng(seed), n_draws=n_draws, shapes=shapes)
    lags = np.asarray(problem.lags, dtype=np.float64)
    asked, nearest = np.isfinite(by_lag).any(axis=1), np.where(np.isfinite(by_lag), by_lag, np.inf).argmin(axis=1)
    follows_by = np.where(asked, lags[nearest], np.nan)
    for lead, found in zip(worth, scans, strict=True):
        reverse[lead] = found.pvalue[0]
        follows_by[lead] = lags[int(found.best[0]) % len(lags)]
    return Direction(reverse=reverse, coincident=coincident, follows_by=follows_by)


def _correlation_pvalue(X: Floats, other: Floats) -> Floats:
    """p of the correlation of each column with another over the rows they share, by Student's t."""
    both = np.isfinite(X) & np.isfinite(other)
    n = both.sum(axis=0)
    one, two = (standardise(np.where(both, values, np.nan)).values for values in (X, np.broadcast_to(other, X.shape)))
    r = np.clip(np.nansum(one * two, axis=0) / np.maximum(n, 1), -1.0 + 1e-12, 1.0 - 1e-12)
    t = np.abs(r) * np.sqrt(np.maximum(n - 2, 1) / (1.0 - r**2))
    return np.where(n > 10, 2.0 * special.stdtr(np.maximum(n - 2, 1), -t), np.nan)


def _exchanged(problem: Problem, lead: np.intp) -> Problem:
    """The KPI as the lead of this lead."""
    return refitted(problem, y=problem.X[:, lead], X=problem.y[:, None], x_scale=np.ones(1), shift=None, finer=(), asked=())
