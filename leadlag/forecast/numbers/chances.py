"""Chance that an event happens, with an interval from what was estimated; events are at one step, by one, or of a sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from leadlag.core.arrays import Floats, Ints
from leadlag.forecast.numbers.paths import JointLaw
from leadlag.forecast.numbers.scales import KpiScale

__all__ = ["LEVEL", "Chance", "Event", "EventKind", "Compared", "chances_of", "expected_of", "meaning", "threshold", "whole"]

EventKind = Literal["at", "by", "sum"]

#: Level of the intervals of chances, and of what is expected.
LEVEL = 0.8
#: What a tier's name says of its chance.
_TIERS = {"committed": (0.7, 1.0), "stretch": (0.3, 0.7), "moonshot": (0.0, 0.3)}
_TAILS = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Event:
    """What is compared with a goal.

    Parameters
    ----------
    kind : {"at", "by", "sum"}
    steps : ndarray of int, shape (k,)
        Steps after the KPI's last value that it depends on.
    weights : ndarray, shape (k,)
        Share of each period, of a sum; ones else.
    known : float
        What is known already: of a sum its part, else the best value; NaN if nothing is.
    up : bool
        Whether the goal is reached from below.
    """

    kind: EventKind
    steps: Ints
    weights: Floats
    known: float
    up: bool

    def of(self, values: Floats) -> Floats:
        """What is compared, from values of the KPI at the event's steps (..., k)."""
        if self.kind == "sum":
            return np.asarray(self.known + values @ self.weights)
        if not len(self.steps):
            return np.full(values.shape[:-1], self.known)
        best = values.max(axis=-1) if self.up else values.min(axis=-1)
        if np.isnan(self.known):
            return np.asarray(best)
        return np.asarray(np.maximum(best, self.known) if self.up else np.minimum(best, self.known))

    def reached(self, found: Floats, goal: float) -> np.ndarray:
        """Whether what is compared reaches the goal."""
        return np.asarray(found >= goal if self.up else found <= goal)


@dataclass(frozen=True, kw_only=True)
class Chance:
    """A chance and its interval."""

    chance: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The median of what is compared with the goal, and its interval."""

    middle: float
    low: float
    high: float


def meaning(tier: str) -> tuple[float, float]:
    """The chances that a tier's name promises; all of them if it promises nothing.

    Examples
    --------
    >>> meaning("Stretch"), meaning("plan")
    ((0.3, 0.7), (0.0, 1.0))
    """
    return _TIERS.get(tier.strip().lower(), (0.0, 1.0))


def threshold(scale: KpiScale, goal: float, *, up: bool) -> float:
    """The value on the KPI's scale from which on a goal is reached; of a count half way to the next one that does not."""
    if scale.kind == "sqrt":
        half = np.ceil(goal) - 0.5 if up else np.floor(goal) + 0.5
        return float(scale.of(np.array(half))) if half >= 0.0 else -np.inf
    if scale.kind == "log" and goal <= 0.0:
        return -np.inf
    if scale.kind == "logit" and not 0.0 < goal < scale.top:
        return -np.inf if goal <= 0.0 else np.inf
    return float(scale.of(np.array(goal)))


def whole(scale: KpiScale, working: Floats) -> Floats:
    """Values of the KPI from those on its scale; counts are whole numbers."""
    values = scale.back(working)
    return np.asarray(np.rint(values)) if scale.kind == "sqrt" else values


def chances_of(law: JointLaw, event: Event, scale: KpiScale, goals: Sequence[float]) -> list[Chance]:
    """Chances that an event reaches goals.

    Parameters
    ----------
    law : JointLaw
        Of the event's own steps.
    event : Event
    scale : KpiScale
    goals : sequence of float

    Notes
    -----
    The chance is that of the predictive law, which counts what is uncertain of the estimates. Its interval is that of the chance
    given the estimates, over draws of them: coefficients of the mean and of the momentum by their covariance, and the size of
    errors by how well so many past errors set it.
    """
    if event.kind == "sum" and len(event.steps) > 1:
        return _of_sum(law, event, scale, goals)
    return [_of_one(law, event, scale, goal) for goal in goals]


def _of_one(law: JointLaw, event: Event, scale: KpiScale, goal: float) -> Chance:
    if not len(event.steps) or _is_certain(event, goal):
        found = float(event.reached(np.array(event.known), goal)) if np.isfinite(event.known) else np.nan
        return Chance(chance=found, low=found, high=found)
    # a sum of which one period is left is a question about that period
    left = (goal - event.known) / float(event.weights[0]) if event.kind == "sum" else goal
    return _of_best(law, np.full(len(event.steps), threshold(scale, left, up=event.up)), up=event.up)


def expected_of(law: JointLaw, event: Event, scale: KpiScale) -> Compared:
    """The middle of what is compared with the goal, and the interval in which it lies with a chance of `LEVEL`."""
    tails = (0.5, *_TAILS)
    if not len(event.steps):
        return Compared(middle=event.known, low=event.known, high=event.known)
    if len(event.steps) == 1:
        one = scale.back(law.point[0] + law.sd[0] * law.laws[0].quantiles(tails))
        middle, low, high = (float(each) for each in event.of(one[:, None]))
    else:
        middle, low, high = (float(each) for each in np.quantile(event.of(whole(scale, law.paths())), tails))
    return Compared(middle=middle, low=low, high=high)


def _is_certain(event: Event, goal: float) -> bool:
    """Whether what is known reaches the goal already."""
    return event.kind != "sum" and np.isfinite(event.known) and bool(event.reached(np.array(event.known), goal))


def _of_best(law: JointLaw, thresholds: Floats, *, up: bool) -> Chance:
    """Chance that some step passes its threshold."""
    sign = 1.0 if up else -1.0
    shifts, size = law.doubts()
    own = law.normal_scores(thresholds, np.ones(1))[0]
    alone = special.ndtr(-sign * own)
    rest = np.sqrt(np.maximum(1.0 - np.square(law.doubt).sum(axis=1), 1e-12))
    wider = law.normal_scores(thresholds, size)
    if len(thresholds) == 1:
        found = special.ndtr(-sign * (wider[:, 0] - shifts[:, 0]) / rest[0])
        return _with_interval(float(alone[0]), found)
    paths = law.paths()
    passed = (sign * (paths - thresholds) >= 0).any(axis=1)
    chance = max(float(passed.mean()), float(alone.max()))
    errors = sign * law.innovations()
    found = np.array([(errors >= sign * (one - shift)).any(axis=1).mean() for one, shift in zip(wider, shifts, strict=True)])
    return _with_interval(chance, found)


def _of_sum(law: JointLaw, event: Event, scale: KpiScale, goals: Sequence[float]) -> list[Chance]:
    """Chances that a sum over several steps reaches goals."""
    shifts, size = law.doubts()
    errors, values_of = law.innovations(), law.table()
    sums = [event.of(whole(scale, values_of(errors + shift, float(one)))) for shift, one in zip(shifts, size, strict=True)]
    whole_law = event.of(whole(scale, law.paths()))
    return [
        _with_interval(float(event.reached(whole_law, goal).mean()), np.array([event.reached(one, goal).mean() for one in sums]))
        for goal in goals
    ]


def _with_interval(chance: float, found: Floats) -> Chance:
    low, high = (float(each) for each in np.quantile(found, _TAILS))
    return Chance(chance=chance, low=min(low, chance), high=max(high, chance))
