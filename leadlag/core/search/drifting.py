"""The scan for a delay that moves: one effect at one lag in each of three stretches of the rows, evenly earlier or later.

A lead whose delay moves by three periods has at no single lag more than a part of its effect. Here a column takes the lead's
value at lag k - d in the first third of the rows, at k in the second, at k + d in the last: one coefficient, so that nothing is
lost but the search over d.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.columns import raw_columns
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import SharedSigns, fit_tail
from leadlag.core.search.scan import BaseFit, filtered, fit_base, t_of_share
from leadlag.core.search.shapes import Shape

__all__ = ["FEWEST_ROWS", "Drift", "aligned", "drifting_columns", "drifts_in", "may_drift"]

_POINT = Shape("point")
_STRETCHES = 3
#: Periods by which the delay moves from one stretch to the next.
_STEPS = (-2, -1, 1, 2)
#: Rows of the KPI from which delays are looked at in stretches.
FEWEST_ROWS = 90
#: A t whose own p is above this many times a level cannot have a p below it as the largest of several; signs have wider tails.
_NEAR = 4.0


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A delay that moves.

    Parameters
    ----------
    lag : int
        Delay in the second third of the rows.
    step : int
        Periods by which it is longer in the next third than in this one; below zero it gets shorter.
    log_pvalue : float
        Log p of "no lead", over all lags and steps; the larger one with the KPI's level shift in the model and without it.
    """

    lag: int
    step: int
    log_pvalue: float

    @property
    def delays(self) -> tuple[int, int, int]:
        """Delay in each third."""
        return self.lag - self.step, self.lag, self.lag + self.step


def drifts_in(problem: Problem, leads: Sequence[int], *, signs: SharedSigns, level: float) -> dict[int, Drift]:
    """Those of some leads whose p, with a delay that moves, may be at most a level.

    Parameters
    ----------
    problem : Problem
        What is known of the KPI is in its base.
    leads : sequence of int
        Seen in the KPI's own periods, and not asked for a sign or for lags.
    signs : SharedSigns
    level : float
        Draws are made only of leads whose largest t would be as rare by itself.
    """
    paths = _paths(problem.lags)
    if not paths or not leads:
        return {}
    models = [(one, fit_base(one)) for one in ([problem] if problem.shift is None else [problem, refitted(problem, shift=None)])]
    found: dict[int, Drift] = {}
    for lead in leads:
        drifts = [_largest(model, base_fit, lead, paths, signs=signs, level=level) for model, base_fit in models]
        known = [drift for drift in drifts if drift is not None]
        if len(known) == len(models):
            found[lead] = max(known, key=lambda drift: drift.log_pvalue)
    return found


def may_drift(problem: Problem, lead: int) -> bool:
    """Whether a delay that moves is asked of a lead."""
    return problem.finer_of(lead) is None and problem.asked_of(lead) is None


def drifting_columns(problem: Problem, lead: int, paths: Sequence[tuple[int, int]]) -> Floats:
    """A lead's values along each path before the KPI's filter, shape (n, len(paths)); NaN where there is none."""
    raw = raw_columns(problem, [lead], [_POINT])[:, 0, 0]
    place = {lag: slot for slot, lag in enumerate(problem.lags)}
    stretch = _stretches(len(problem.y))
    columns = np.empty((len(raw), len(paths)))
    for column, (lag, step) in enumerate(paths):
        slots = np.array([place[lag + step * moved] for moved in (-1, 0, 1)])
        columns[:, column] = raw[np.arange(len(raw)), slots[stretch]]
    return columns


def aligned(problem: Problem, lead: int, drift: Drift) -> Problem:
    """The problem with one lead moved in time, so that its delay is the one of the second third throughout."""
    n = len(problem.y)
    rows = np.arange(n)
    from_row = rows - drift.step * (_stretches(n)[np.minimum(rows + drift.lag, n - 1)] - 1)
    inside = (from_row >= 0) & (from_row < n)
    moved = np.where(inside, problem.X[np.clip(from_row, 0, n - 1), lead], np.nan)
    X = problem.X.copy()
    X[:, lead] = moved
    return replace(problem, X=X)


def _paths(lags: Sequence[int]) -> list[tuple[int, int]]:
    known = frozenset(lags)
    return [(lag, step) for step in _STEPS for lag in lags if {lag - step, lag + step} <= known]


def _stretches(n: int) -> Ints:
    """The third that each row lies in: 0, 1 or 2."""
    return np.minimum(np.arange(n) * _STRETCHES // max(n, 1), _STRETCHES - 1)


def _largest(
    problem: Problem, base_fit: BaseFit, lead: int, paths: Sequence[tuple[int, int]], *, signs: SharedSigns, level: float
) -> Drift | None:
    """The path with the largest t of one lead, None where it cannot have such a p."""
    columns = filtered(drifting_columns(problem, lead, paths)[:, None], base_fit)
    usable = columns.norm[0] > 0
    if not usable.any():
        return None
    unit = columns.values[:, 0, usable] / columns.norm[0, usable]
    total = float(base_fit.residual @ base_fit.residual)
    share = np.square(unit.T @ base_fit.residual) / total if total > 0 else np.zeros(int(usable.sum()))
    best = int(share.argmax())
    statistic = t_of_share(share[best : best + 1], base_fit.df)
    if 2.0 * stats.t.sf(statistic[0], max(base_fit.df, 1)) > _NEAR * level:
        return None
    leverage = np.minimum(base_fit.basis.leverage(), 0.95)
    spread = base_fit.residual / np.sqrt(1.0 - leverage)
    drawn = spread[:, None] * signs.of(len(spread))
    size = np.maximum(spread @ spread - np.square(base_fit.basis.q.T @ drawn).sum(axis=0), np.finfo(float).tiny)
    largest = t_of_share(np.square(unit.T @ drawn).max(axis=0) / size, base_fit.df)
    tail = fit_tail(largest[None], df_most=float(max(base_fit.df, 3)))
    lag, step = paths[int(np.flatnonzero(usable)[best])]
    return Drift(lag=lag, step=step, log_pvalue=float(tail.log_pvalues(statistic)[0]))
