"""The question: at which lag does a lead act, and which lags may it be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from leadlag.core.delays import LASTING, PeakTest, peak_test
from leadlag.core.meandelay import MeanDelay, mean_delay
from leadlag.core.problem import Problem
from leadlag.core.resample import SharedSigns
from leadlag.core.shapes import STANDARD, Shape
from leadlag.decision import Delay, Policy, is_identified
from leadlag.prepare import Prepared

__all__ = ["Estimated", "estimated_delay"]


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """The delay of one lead, with the test of every lag behind it."""

    delay: Delay
    test: PeakTest


def estimated_delay(
    prepared: Prepared,
    problem: Problem,
    column: int,
    *,
    lead: int,
    flips: SharedSigns,
    pvalue: float,
    level: float = Policy.delay_level,
    shapes: Sequence[Shape] = STANDARD,
    policy: Policy | None = None,
) -> Estimated:
    """Peak, delay set and mean delay of one lead.

    Parameters
    ----------
    prepared : Prepared
    problem : Problem
        With the other leads in its base that are held in the model.
    column : int
        The lead in `problem`.
    lead : int
        The lead in `prepared`.
    flips : SharedSigns
    pvalue : float
        p that the lead has no effect.
    level : float
        Confidence level of set and interval.
    shapes : sequence of Shape
        Those that were searched.
    policy : Policy, optional

    Returns
    -------
    Estimated
    """
    treated = prepared.treatments[lead]
    by_changes = treated.surprises or (treated.differenced and not problem.momentum.unit_root)
    test = peak_test(problem, column, flips=flips, shapes=(*shapes, *LASTING) if by_changes else shapes)
    kept, finer = test.not_rejected(level), problem.finer_of(column)
    if by_changes:
        mean = MeanDelay(value=math.nan, low=math.nan, high=math.nan, missing="changes")
    else:
        mean = mean_delay(problem, column, level=level, response=shapes[test.shape].response)
    delay = Delay(
        peak=_whole(test.peak),
        lags=tuple(map(_whole, kept)),
        level=level,
        step=1.0 if finer is None else 1.0 / finer.clock.ratio,
        identified=is_identified(len(kept), len(test.lags), pvalue=pvalue, policy=policy or Policy()),
        mean=mean.value,
        mean_low=mean.low,
        mean_high=mean.high,
        mean_missing=mean.missing,
    )
    return Estimated(delay=delay, test=test)


def _whole(lag: float) -> float:
    """A lag as an int where it is a whole number of periods, so that it prints as one."""
    return int(lag) if float(lag).is_integer() else lag
