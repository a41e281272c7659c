"""Whether a positive series grows, so that what acts on it may act by a share of its level."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Flags, Floats
from leadlag.core.series.robust import few_values
from leadlag.core.series.stationary import enough_rows, stationarity_verdicts

__all__ = ["growing_series"]


#: Factor by which the trend of the logs has to rise over the sample for the two scales to differ.
_FACTOR = 1.5
#: Level of the test that it has no trend.
_LEVEL = 0.05


def growing_series(X: Floats, *, season: Floats | None = None) -> Flags:
    """Which series are positive and grow, shape (m,).

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing. What is said of one series does not depend on the others.
    season : ndarray, shape (n, k), optional
        Columns that each series may have beside its trend.

    Returns
    -------
    ndarray of bool

    Notes
    -----
    The trend of the log rises by a factor of at least 1.5 over the sample, and "no trend" is rejected at 5 %: the test is that of
    `leadlag.core.series.stationary.stationarity_verdicts`, which holds with and without a unit root. Under a unit root it is the
    mean change of the log by its long-run standard error; about a line that test alone would miss a series that triples, since
    the changes of a series that returns to its line look far less sure than the line is.

    Examples
    --------
    >>> t = np.arange(80.0)
    >>> noise = np.random.default_rng(0).normal(size=80)
    >>> growing_series(np.column_stack([np.exp(0.02 * t + 0.1 * noise), np.exp(0.1 * noise), t - 9.0]))
    array([ True, False, False])
    """
    grows = np.zeros(X.shape[1], dtype=bool)
    n_season = 0 if season is None else season.shape[1]
    asked = [j for j, x in enumerate(X.T) if _may_grow(x, n_season)]
    if not asked:
        return grows
    logs = np.log(X[:, asked])
    rises = np.array([_rise(x) for x in logs.T]) >= np.log(_FACTOR)
    if rises.any():
        grows[np.array(asked)[rises]] = stationarity_verdicts(logs[:, rises], season=season).trend_pvalue < _LEVEL
    return grows


def _may_grow(x: Floats, n_season: int) -> bool:
    """Whether a series has a log, and enough values for a trend."""
    present = x[np.isfinite(x)]
    return enough_rows(len(present), n_season) and present.min() > 0 and not few_values(x)


def _rise(x: Floats) -> float:
    """Rise of the least-squares line from the first to the last value of a series."""
    rows = np.flatnonzero(np.isfinite(x))
    time = rows - rows.mean()
    return float(time @ x[rows] / (time @ time) * (rows[-1] - rows[0]))
