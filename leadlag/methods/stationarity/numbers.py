"""Whether the spread of a series grows with its level, as it does where effects are in percent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leadlag.core.linear.leastsquares import orthonormal_basis, residualise, rows_needed
from leadlag.core.time.lags import difference

__all__ = ["spread_grows"]

Floats = NDArray[np.float64]

#: Standard errors by which the slope has to lie above zero, and the least slope: spread like the root of the level, as counts
#: have it, is 0.5.
_SURE, _LEAST = 2.6, 0.6
#: The level has to vary by this factor for a log to matter.
_RANGE = 1.5


def spread_grows(x: Floats, season: Floats | None = None) -> bool:
    """Whether the changes of a positive series grow about in proportion to its level.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where missing.
    season : ndarray, shape (n, k), optional
        Its changes are taken off first.

    Returns
    -------
    bool
        False for a series with a value of zero or below.

    Notes
    -----
    Least squares of ``log |change|`` on the log of the mean of the two values, with heteroscedasticity-robust errors. Of series
    with symmetric steps whose size does not depend on the level, these two do not correlate. What is linear in the level is
    taken off the changes first: the mean change of a series that grows in percent is that of its last rows, and would be most
    of what is left of the early ones.
    """
    present = x[np.isfinite(x)]
    if not len(present) or present.min() <= 0 or present.max() < _RANGE * present.min():
        return False
    change, level = difference(x), x - 0.5 * difference(x)
    rows = np.isfinite(change)
    if rows.sum() < rows_needed(3):
        return False
    base = np.ones((len(x), 1)) if season is None else np.column_stack([np.ones(len(x)), difference(season)])
    base = np.column_stack([base, np.where(rows, level, 0.0) / present.max()])
    size, height = np.abs(residualise(change[rows] / present.max(), orthonormal_basis(base[rows]))), np.log(level[rows])
    # steps of zero have no log: a floor far below the usual step keeps them small
    usual = float(np.median(size))
    if usual <= 0:
        return False
    log_size, centred = np.log(np.maximum(size, 0.05 * usual)), height - height.mean()
    square = float(centred @ centred)
    if square <= 0:
        return False
    slope = float(centred @ log_size) / square
    left = log_size - log_size.mean() - slope * centred
    error = float(np.sqrt(np.sum((centred * left) ** 2))) / square
    return slope > _LEAST and slope > _SURE * error
