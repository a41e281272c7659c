"""The effect of each lag alone, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import Scan
from leadlag.core.series.logs import in_percent

__all__ = ["SingleLags", "single_lags"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SingleLags:
    """Each lag of a lead alone in the model; arrays of shape (n_lags,).

    Parameters
    ----------
    own_lags : ndarray of int
        In periods of the lead.
    effect, low, high : ndarray
        Change of the KPI for a rise of the lead by one working unit, in KPI units, or in percent; and its interval.
    """

    own_lags: Ints
    effect: Floats
    low: Floats
    high: Floats


def single_lags(problem: Problem, found: Scan, lags: Sequence[float], *, level: float, log: bool) -> SingleLags:
    """Effects of a problem's first lead, by a scan whose first shape is a single lag.

    Parameters
    ----------
    problem : Problem
    found : Scan
        Of that problem.
    lags : sequence of float
        In periods of the KPI.
    level : float
        Confidence level of the interval.
    log : bool
        Whether the KPI is in logs, and effects in percent.
    """
    finer = problem.finer_of(0)
    slots = np.flatnonzero(np.isin(problem.delays(0), lags))
    effect, error = found.coefficient[0, slots] * problem.y_scale, found.bse[0, slots] * problem.y_scale
    margin = stats.t.isf((1.0 - level) / 2.0, max(found.df, 1)) * error
    effect, low, high = (in_percent(values, log=log) for values in (effect, effect - margin, effect + margin))
    own = np.array(problem.lags if finer is None else finer.lags)
    return SingleLags(own_lags=own[slots], effect=effect, low=low, high=high)
