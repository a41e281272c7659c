"""The level of a lead at which an event has an even chance: the inverse of a forecast, with a set in the manner of Fieller."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from leadlag.core.arrays import Floats
from leadlag.forecast.numbers.chances import LEVEL, Event, threshold, whole
from leadlag.forecast.numbers.paths import JointLaw
from leadlag.forecast.numbers.scales import KpiScale

__all__ = ["EvenLevel", "even_level"]

#: How far the search for the level goes, in steps of the lead.
_FARTHEST = 1e3
#: Share of the spread below which a lead moves nothing.
_NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True)
class EvenLevel:
    """Steps of the lead from its first level to an even chance.

    Parameters
    ----------
    middle : float
        Where the forecast itself says even; NaN where no level does.
    low, high : float
        Levels that the data do not reject; NaN where they are without end.
    """

    middle: float
    low: float
    high: float


def even_level(first: JointLaw, second: JointLaw, event: Event, scale: KpiScale, goal: float, *, df: int) -> EvenLevel:
    """The level at which a goal has an even chance.

    Parameters
    ----------
    first, second : JointLaw
        Of the event's steps, the lead at two levels, one step apart.
    event : Event
    scale : KpiScale
    goal : float
    df : int
        Degrees of freedom of the estimates.

    Notes
    -----
    The forecast is linear in the level t, ``p(t) = p_0 + t d``, and so are its derivatives by the coefficients. The set holds
    every t at which a t test does not reject that ``w'p(t)`` is what is needed (Fieller 1954, JRSS B 16:175): a ratio of
    estimates, one interval where the effect of the lead is told from none and without end where it is not. For one period w is
    one; for a sum it is what each period adds to it at the even chance, for the best of several how often each of them is the
    best then.
    """
    unknown = EvenLevel(middle=np.nan, low=np.nan, high=np.nan)
    moves = second.point - first.point
    if not len(event.steps) or (np.abs(moves) <= _NOTHING * first.sd).all():
        return unknown
    middle = _middle(first, moves, event, scale, goal)
    if not np.isfinite(middle):
        return unknown
    weights = _weights(first.moved(first.point + middle * moves), event, scale)
    slope = float(weights @ moves)
    at, change = weights @ first.estimates, weights @ (second.estimates - first.estimates)
    square = float(special.stdtrit(df, (1.0 + LEVEL) / 2.0)) ** 2
    a = slope**2 - square * float(change @ change)
    b = -2.0 * (slope**2 * middle + square * float(at @ change))
    c = slope**2 * middle**2 - square * float(at @ at)
    if a <= 0.0 or (inner := b**2 - 4.0 * a * c) < 0.0:
        return EvenLevel(middle=middle, low=np.nan, high=np.nan)
    low, high = (-b - np.sqrt(inner)) / (2.0 * a), (-b + np.sqrt(inner)) / (2.0 * a)
    return EvenLevel(middle=middle, low=float(low), high=float(high))


def _middle(law: JointLaw, moves: Floats, event: Event, scale: KpiScale, goal: float) -> float:
    """Steps to an even chance; NaN where no level within reach has one."""
    if len(event.steps) == 1 and not (
        event.kind == "by" and np.isfinite(event.known) and event.reached(np.array(event.known), goal)
    ):
        left = (goal - event.known) / float(event.weights[0]) if event.kind == "sum" else goal
        step = (threshold(scale, left, up=event.up) - float(law.point[0])) / float(moves[0])
        return step if abs(step) <= _FARTHEST else np.nan
    errors = law.paths() - law.point

    def beyond(step: float) -> float:
        return float(np.median(event.of(whole(scale, law.point + step * moves + errors)))) - goal

    for most in (2.0, 10.0, 100.0, _FARTHEST):
        if beyond(-most) * beyond(most) < 0.0:
            return float(optimize.brentq(beyond, -most, most, xtol=1e-6))
    return np.nan


def _weights(law: JointLaw, event: Event, scale: KpiScale) -> Floats:
    """How much a change of each step's forecast counts for an even chance, where the chance is even."""
    if len(event.steps) == 1:
        return np.ones(1)
    working = law.paths()
    small = 1e-4 * law.sd
    slopes = (scale.back(working + small) - scale.back(working - small)) / (2.0 * small)
    if event.kind == "sum":
        return np.asarray(event.weights * slopes.mean(axis=0))
    best = working.argmax(axis=1) if event.up else working.argmin(axis=1)
    return np.asarray(np.bincount(best, minlength=len(law.point)) / len(working))
