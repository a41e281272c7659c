"""Whether a lead may act later than the last lag that was searched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from leadlag.core.search.finer import FinerLead
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.shapes import HUMP, Shape
from leadlag.methods.delay.numbers.peak import PeakTest, peak_test

__all__ = ["beyond_the_last", "longer_search"]

#: Lags asked beyond the last, in periods of the KPI: as far as a slow decay from the last lag has a good third of its weight.
#: A lead that acts further out is hardly found at all.
_MORE = 4


def beyond_the_last(
    problem: Problem,
    column: int,
    test: PeakTest,
    *,
    kept: Sequence[float],
    signs: SharedSigns,
    shapes: Sequence[Shape],
    level: float,
) -> bool:
    """Whether the set of a lead goes on where the lags end.

    Parameters
    ----------
    problem : Problem
    column : int
        The lead in `problem`.
    test : PeakTest
        Of its lags.
    kept : sequence of float
        The lags of its set.
    signs : SharedSigns
    shapes : sequence of Shape
        Those of the test.
    level : float
        Confidence level of the set.

    Returns
    -------
    bool

    Notes
    -----
    A column that starts at the last lags weighs lags that were not searched: a lead that acts one period too late is found by it,
    at the last lag and with no other in its set. So where the set, or the best column, touches the last lag, the peak is tested
    again with four more lags, and the set is open if one of these is not rejected.
    """
    last, finer = max(test.lags), problem.finer_of(column)
    step = 1.0 if finer is None else 1.0 / finer.clock.ratio
    reach = max(HUMP) * step if shapes[test.shape].kind == "hump" else 0.0
    if max(*kept, test.peak + reach) < last:
        return False
    one = problem.of([column])
    more = one.lags[-1] + _MORE
    if finer is None:
        longer = replace(one, lags=tuple(range(one.lags[0], more + 1)))
    else:
        longer = replace(one, finer=(_longer(finer, math.ceil(_MORE * finer.clock.ratio)),))
    return any(lag > last for lag in peak_test(longer, 0, signs=signs, shapes=shapes).not_rejected(level))


def _longer(lead: FinerLead, more: int) -> FinerLead:
    """The lead with so many more own lags."""
    return replace(lead, lags=(*lead.lags, *range(lead.lags[-1] + 1, lead.lags[-1] + more + 1)))


def longer_search(last: int) -> int:
    """The `max_lag` to try where a set is open: half as long again, and at least beyond what was asked here.

    Examples
    --------
    >>> longer_search(12), longer_search(4)
    (18, 8)
    """
    return max(last + _MORE, math.ceil(1.5 * last))
