"""Series that neither levels nor logs suit: shares near their ends, and counts that are often zero."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.series.robust import few_values

__all__ = ["mostly_zeros", "near_its_ends"]


#: Distance from 0 and from 1 within which a share is near its end, and the share of values there that is many.
_NEAR, _MANY = 0.05, 0.10
#: A series within 0 and 1 that nobody calls a share is one only if it gets as high as this.
_HIGH = 0.5
#: Share of zeros that is many.
_ZEROS = 0.20
#: Rows from which it is asked.
_FEWEST = 20


def near_its_ends(x: Floats, *, declared: bool = False) -> bool:
    """Whether a series is a share of which a tenth of the values or more lie within 0.05 of 0 or 1.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where missing.
    declared : bool
        Whether somebody said that it is a share or a percentage; else it has to lie within 0 and 1 and to get above 0.5.

    Examples
    --------
    >>> uptime = 1.0 - 0.02 * np.random.default_rng(0).random(40)
    >>> near_its_ends(uptime), near_its_ends(0.5 * uptime), near_its_ends(100.0 * uptime, declared=True)
    (True, False, True)
    """
    present = x[np.isfinite(x)]
    if len(present) < _FEWEST or few_values(present) or present.min() < 0:
        return False
    share = present / 100.0 if declared and present.max() > 1.0 else present
    if share.max() > 1.0 or (not declared and share.max() < _HIGH):
        return False
    return bool((np.minimum(share, 1.0 - share) < _NEAR).mean() >= _MANY)


def mostly_zeros(x: Floats) -> bool:
    """Whether a series is a count of which a fifth of the values or more are zero; one of zeros and ones is none.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where missing.

    Examples
    --------
    >>> mostly_zeros(np.arange(40.0) % 4), mostly_zeros(1.0 + np.arange(40.0) % 4), mostly_zeros(np.arange(40.0) % 2)
    (True, False, False)
    """
    present = x[np.isfinite(x)]
    if len(present) < _FEWEST or present.min() < 0 or present.max() <= 1 or (present != np.round(present)).any():
        return False
    return bool((present == 0).mean() >= _ZEROS)
