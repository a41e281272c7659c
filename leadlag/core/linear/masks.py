"""Columns that have the same rows, so that they can go through a step together."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Flags, Ints

__all__ = ["columns_by_rows"]


def columns_by_rows(present: Flags) -> list[tuple[Ints, Ints]]:
    """Rows and columns that share one mask, in the order of each mask's first column; columns without rows are left out.

    Parameters
    ----------
    present : ndarray of bool, shape (n, m)

    Returns
    -------
    list of (rows, columns)

    Examples
    --------
    >>> columns_by_rows(np.array([[True, False, True], [True, True, True]]))
    [(array([0, 1]), array([0, 2])), (array([1]), array([1]))]
    """
    if present.all() and present.size:
        return [(np.arange(len(present)), np.arange(present.shape[1]))]
    groups: dict[bytes, list[int]] = {}
    for column, mask in enumerate(np.ascontiguousarray(present.T)):
        groups.setdefault(mask.tobytes(), []).append(column)
    return [(np.flatnonzero(present[:, group[0]]), np.array(group)) for group in groups.values() if present[:, group[0]].any()]
