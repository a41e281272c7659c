"""What is found in logs, shown in percent."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Floats

__all__ = ["in_percent"]


def in_percent(values: Floats, *, log: bool) -> Floats:
    """Changes of a log as percentages; others as they are.

    Parameters
    ----------
    values : ndarray
    log : bool
        Whether what changes is in logs.

    Examples
    --------
    >>> in_percent(np.log([1.1, 0.5]), log=True), in_percent(np.array([0.1]), log=False)
    (array([ 10., -50.]), array([0.1]))
    """
    return np.asarray(100.0 * np.expm1(values) if log else values)
