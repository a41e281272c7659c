"""The question: does a chosen lead rest on few events."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import count

from leadlag.core.search.influence import Events, events_behind
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import Scan
from leadlag.core.search.shapes import Shape

__all__ = ["few_of", "resting_on_few"]


def resting_on_few(
    leads: Iterable[int],
    problems: Sequence[Problem],
    scans: Sequence[Scan],
    *,
    shares: Sequence[float],
    rate: float,
    shapes: Sequence[Shape],
) -> dict[int, Events]:
    """Chosen leads of whose t little is left without the two, or three, stretches of rows that speak most for each.

    Parameters
    ----------
    leads : iterable of int
    problems : sequence of Problem
        For each lead that with it alone, the other chosen ones in its base.
    scans : sequence of Scan
        Of these.
    shares : sequence of float
        A lead rests on few events if less than the first share of its t is left without two stretches, or less than the next one
        without one more; empty asks nothing.
    rate : float
        p a chosen lead: one whose t passes at the p of all of them even then does not rest on them, however little is left.
    shapes : sequence of Shape

    Returns
    -------
    dict from int to Events
        As many stretches as it rests on.
    """
    resting = {}
    for lead, problem, one in zip(leads, problems, scans, strict=True) if shares else ():
        events = events_behind(problem, int(one.best[0]), shapes=shapes, count=len(shares) + 1)
        enough = float(one.tail.threshold(rate * len(problems))[0]) / float(abs(one.statistic[0]))
        if few := few_of(events, shares, enough=enough):
            resting[lead] = few
    return resting


def few_of(events: Events, shares: Sequence[float], *, enough: float = math.inf) -> Events | None:
    """The first stretches without which too little is left, less than `enough` too; None where there are no such."""
    left = zip(count(2), events.left[1:], shares, strict=False)
    small = [number for number, share, least in left if share < min(least, enough)]
    return Events(spans=events.spans[: small[0]], left=events.left[: small[0]]) if small else None
