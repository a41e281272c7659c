"""Lags of a lead at its own pace: in periods of the KPI, or in own periods where the lead is seen more often."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.time.clock import Clock
from leadlag.core.time.lags import lag_matrix

__all__ = ["lagged", "momentum_steps", "pace_of"]


def lagged(x: Floats, lags: Sequence[int], clock: Clock | None = None, *, fill: float = np.nan) -> Floats:
    """Lagged copies of a lead on the KPI's rows, one column a lag.

    Parameters
    ----------
    x : ndarray, shape (n_own,)
        On the lead's own calendar, oldest first.
    lags : sequence of int
        In own periods, each at least 0.
    clock : Clock, optional
        How the own periods line up with the KPI's; None where they are the same.
    fill : float, default nan
        What stands where a lag reaches before the first own period.

    Returns
    -------
    ndarray, shape (n, len(lags))

    Examples
    --------
    >>> months = Clock(ended=np.array([0, 3, 6]), begun=np.array([0, 3, 6]), per=3, ratio=3.0)
    >>> lagged(np.arange(9.0), [3, 5], months, fill=-1.0)
    array([[-1., -1.],
           [ 2.,  0.],
           [ 5.,  3.]])
    """
    if clock is None:
        return lag_matrix(x, lags, fill=fill)
    before = 0
    if not np.isnan(fill):
        earliest = min(int(clock.ended.min(initial=0)), int(clock.begun.min(initial=0)))
        before = max(max(lags, default=0) + 1 - earliest, 0)
    return clock.lagged(np.concatenate([np.full(before, fill), x]), lags, first=before)


def pace_of(clock: Clock | None) -> float:
    """Own periods to one of the KPI's."""
    return 1.0 if clock is None else clock.ratio


def momentum_steps(own_lags: Sequence[int], pace: float) -> list[list[tuple[int, float]]]:
    """How far the KPI's own lags carry an effect, in own periods of a lead, each with its share.

    Where a period of the KPI has no whole number of own periods, an own lag of it is at times the one and at times the other
    whole number of them.

    Parameters
    ----------
    own_lags : sequence of int
        In periods of the KPI.
    pace : float
        Own periods to one of the KPI's.

    Returns
    -------
    list of list of (int, float)
        One list an own lag.

    Examples
    --------
    >>> momentum_steps([1, 2], 3.0)
    [[(3, 1.0)], [(6, 1.0)]]
    >>> momentum_steps([1], 4.25)
    [[(4, 0.75), (5, 0.25)]]
    """
    found = []
    for lag in own_lags:
        far = lag * pace
        whole = int(np.floor(far + 1e-9))
        rest = far - whole
        found.append([(whole, 1.0)] if rest < 1e-9 else [(whole, 1.0 - rest), (whole + 1, rest)])
    return found
