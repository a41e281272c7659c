"""What lies inside the periods of a calendar: their days, working days, weekdays and holidays, as columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlag.core.arrays import Floats, Ints

__all__ = ["holiday_shares", "period_lengths", "weekday_counts", "weekday_surpluses", "working_days"]

_WEEK, _WORKING = 7, 5
#: Day 0, 1 January 1970, was a Thursday, the fourth day of a week.
_DAY_ZERO = 3


def weekday_counts(edges: Ints) -> Ints:
    """How many of each weekday lie in each period, shape (n, 7), Monday first.

    Parameters
    ----------
    edges : ndarray of int, shape (n + 1,)
        First day of each period and of the one after the last, in days since 1 January 1970.

    Examples
    --------
    >>> weekday_counts(np.array(["2024-02-01", "2024-03-01"], dtype="datetime64[D]").astype(int))
    array([[4, 4, 4, 5, 4, 4, 4]])
    """
    before = (edges[:, None] + _DAY_ZERO + _WEEK - 1 - np.arange(_WEEK)) // _WEEK
    return np.asarray(np.diff(before, axis=0))


def working_days(edges: Ints) -> Floats:
    """Working days of each period less 5/2 of its weekend days, shape (n, 1): zero in whole weeks (Bell & Hillmer 1983).

    Examples
    --------
    >>> working_days(np.array(["2024-02-01", "2024-03-01", "2024-04-01"], dtype="datetime64[D]").astype(int))
    array([[ 1.],
           [-4.]])
    """
    counts = weekday_counts(edges)
    working, weekend = counts[:, :_WORKING].sum(axis=1), counts[:, _WORKING:].sum(axis=1)
    return np.asarray(working - _WORKING / (_WEEK - _WORKING) * weekend)[:, None]


def weekday_surpluses(edges: Ints) -> Floats:
    """Mondays to Saturdays of each period, each less its Sundays, shape (n, 6)."""
    counts = weekday_counts(edges)
    return np.asarray(counts[:, :-1] - counts[:, -1:], dtype=np.float64)


def period_lengths(edges: Ints) -> Floats:
    """Length of each period in weeks, shape (n, 1)."""
    return np.diff(edges)[:, None] / float(_WEEK)


def holiday_shares(edges: Ints, holidays: Sequence[int]) -> Floats:
    """Share of each period's days that are holidays, shape (n, 1).

    Parameters
    ----------
    edges : ndarray of int, shape (n + 1,)
        As in `weekday_counts`.
    holidays : sequence of int
        Days since 1 January 1970, each once.

    Examples
    --------
    >>> april, easter = np.array([19814, 19844]), [19813, 19814]  # 31 March and 1 April 2024
    >>> float(holiday_shares(april, easter)[0, 0] * 30)
    1.0
    """
    places = np.searchsorted(edges, np.asarray(holidays, dtype=np.int64), side="right")
    counts = np.bincount(places, minlength=len(edges) + 1)[1 : len(edges)]
    return np.asarray(counts / np.diff(edges))[:, None]
