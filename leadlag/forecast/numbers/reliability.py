"""Whether chances of the past were right: how often what was given a chance came."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.forecast.numbers.chances import Event
from leadlag.forecast.numbers.intervals import calibrated_before
from leadlag.forecast.numbers.paths import JointLaw
from leadlag.forecast.numbers.scales import KpiScale

__all__ = ["FEWEST", "Reliability", "reliability"]

#: Outcomes that do not overlap below which nothing is said of calibration.
FEWEST = 30
_SAID = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Chances of the past beside what came.

    Parameters
    ----------
    n_outcomes : int
        Past forecasts of the same kind whose periods do not overlap and are known.
    said, came : tuple of float
        Chance of a level, and how often it was passed; empty with fewer than `FEWEST` outcomes.
    """

    n_outcomes: int
    said: tuple[float, ...] = ()
    came: tuple[float, ...] = ()


def reliability(law: JointLaw, event: Event, scale: KpiScale, *, point: Floats, sd: Floats, actual: Floats) -> Reliability:
    """How often levels that were given a chance came to be passed, over past origins.

    Parameters
    ----------
    law : JointLaw
        Of the event's steps now: how errors of several steps move together.
    event : Event
        What is asked now; of a past origin the same steps are, all of them still ahead.
    scale : KpiScale
    point, sd, actual : ndarray, shape (o, s)
        Past forecasts from o origins one row apart, and what came, on the KPI's scale.
    """
    span = int(event.steps.max(initial=0)) + 1
    if not len(event.steps) or span > point.shape[1]:
        return Reliability(n_outcomes=0)
    whole = np.atleast_1d(np.isfinite((actual - point)[:, event.steps] / sd[:, event.steps]).all(axis=1))
    last = int(np.flatnonzero(whole)[-1]) if whole.any() else -1
    origins = [one for one in range(last, -1, -span) if whole[one]]
    if len(origins) < FEWEST:
        return Reliability(n_outcomes=len(origins))
    ahead = replace(event, known=0.0 if event.kind == "sum" else np.nan)
    errors = law.orders() if len(event.steps) > 1 else None
    below = []
    for one, calibration in zip(origins, calibrated_before((actual - point) / sd, origins), strict=True):
        laws = tuple(calibration.at(int(step)) for step in event.steps)
        centre, spread, came = (values[one, event.steps] for values in (point, sd, actual))
        if errors is None:
            below.append(float(laws[0].probabilities((came - centre) / spread).item()))
            continue
        then = replace(law, point=centre, sd=spread, laws=laws)
        below.append(float((ahead.of(scale.back(then.placed(errors))) <= ahead.of(scale.back(came))).mean()))
    found = np.array(below) if event.up else 1.0 - np.array(below)
    return Reliability(n_outcomes=len(origins), said=_SAID, came=tuple(float((found > 1.0 - said).mean()) for said in _SAID))
