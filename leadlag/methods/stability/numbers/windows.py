"""A lead's effect in moving windows: in its column, and at each lag alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.columns import rises
from leadlag.core.search.problem import Problem
from leadlag.core.search.shapes import Shape
from leadlag.methods.stability.numbers.changes import lead_regression, moving_effect
from leadlag.methods.stability.numbers.effects import LeadColumn

__all__ = ["MovingProfile", "default_window", "moving_profile"]


#: A window of this share of the periods, but of so many at least.
_SHARE, _FEWEST = 0.25, 24


@dataclass(frozen=True, kw_only=True, eq=False)
class MovingProfile:
    """Effects in w moving windows, in KPI units, or in percent if the KPI is in logs.

    Parameters
    ----------
    ends : ndarray of int, shape (w,)
        Row of the sample with which each window ends.
    effect, low, high : ndarray, shape (w,)
        In the lead's column, with its interval; NaN where the lead does not move.
    delays : ndarray, shape (k,)
        Lags that are searched, in periods of the KPI.
    profile, profile_low, profile_high : ndarray, shape (w, k)
        Of each lag alone; NaN too where it is not known in the window.
    """

    ends: Ints
    effect: Floats
    low: Floats
    high: Floats
    delays: Floats
    profile: Floats
    profile_low: Floats
    profile_high: Floats


def default_window(n: int) -> int:
    """Periods of a moving window over n of them.

    Examples
    --------
    >>> default_window(20), default_window(60), default_window(200)
    (20, 24, 50)
    """
    return min(max(math.ceil(_SHARE * n), _FEWEST), n)


def moving_profile(lead: LeadColumn, problem: Problem, *, window: int, level: float) -> MovingProfile:
    """Effects of a problem's first lead in moving windows.

    Parameters
    ----------
    lead : LeadColumn
        That lead.
    problem : Problem
    window : int
        Periods of a window.
    level : float
        Confidence level of the intervals.
    """
    effect, low, high = _in_windows(lead, window=window, level=level)
    delays = problem.delays(0)
    slots = np.flatnonzero(np.isfinite(delays))
    point = Shape("point", response=lead.shape.response)
    units = problem.y_scale * rises(problem, [point])[0]
    ends = lead.regression.rows[window - 1 :]
    profile = np.full((3, len(ends), len(slots)), np.nan)
    for place, slot in enumerate(slots.tolist()):
        regression = lead_regression(problem, 0, slot, (point,))
        if not regression.usable or len(regression.rows) < window:
            continue
        at = regression.rows[window - 1 :]
        alone = replace(lead, regression=regression, unit=float(units[slot]))
        own = np.stack(_in_windows(alone, window=window, level=level))
        _, here, there = np.intersect1d(ends, at, return_indices=True)
        profile[:, here, place] = own[:, there]
    return MovingProfile(
        ends=ends, effect=effect, low=low, high=high, delays=delays[slots], profile=profile[0], profile_low=profile[1],
        profile_high=profile[2],
    )  # fmt: skip


def _in_windows(lead: LeadColumn, *, window: int, level: float) -> tuple[Floats, Floats, Floats]:
    """Effects in moving windows with their intervals."""
    found = moving_effect(lead.regression, window)
    width = float(stats.t.isf((1.0 - level) / 2.0, found.df)) * found.error
    ends = lead.effects(found.value - width), lead.effects(found.value + width)
    return lead.effects(found.value), np.minimum(*ends), np.maximum(*ends)
