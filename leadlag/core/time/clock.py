"""How the periods of a lead that is seen more often than the KPI line up with the KPI's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats, Ints

__all__ = ["Clock", "whole"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Clock:
    """The own periods of a faster lead, counted back from the beginning of each of the KPI's n periods.

    Own lag `per` is the last own period that had ended when the KPI's period began, own lag ``per + 1`` the one before it; own
    lags 0 to ``per - 1`` lie inside the KPI's period, the first of them at ``per - 1``. So with three months to a quarter, own
    lags 0, 1, 2 are months 3, 2, 1 of the quarter itself and own lag 3 is the last month of the quarter before.

    Parameters
    ----------
    ended : ndarray of int, shape (n,)
        Own periods, from the lead's first on, that had ended when each of the KPI's periods began.
    begun : ndarray of int, shape (n,)
        The first own period that began with or after it; one more than `ended` where an own period straddles the beginning.
    per : int
        Own periods that lie whole in every one of the KPI's periods.
    ratio : float
        Own periods to one of the KPI's on average: 3 months to a quarter, 4.35 weeks to a month.

    Examples
    --------
    >>> quarters = Clock(ended=np.array([0, 3, 6]), begun=np.array([0, 3, 6]), per=3, ratio=3.0)
    >>> quarters.lagged(np.arange(9.0), [0, 3])
    array([[ 2., nan],
           [ 5.,  2.],
           [ 8.,  5.]])
    >>> quarters.delay(4)
    1.3333333333333333
    """

    ended: Ints
    begun: Ints
    per: int
    ratio: float

    def lagged(self, series: Floats, lags: Sequence[int], *, first: int = 0) -> Floats:
        """Values of an own series at some own lags, one row a KPI period, shape (n, len(lags)); NaN outside the series.

        Parameters
        ----------
        series : ndarray, shape (n_own,)
            On the lead's own calendar, oldest first.
        lags : sequence of int
            Own lags, each at least 0.
        first : int
            Place in `series` of the lead's first own period: more than 0 if values were put before it.
        """
        asked = np.asarray(lags, dtype=np.intp)
        anchor = np.where(asked >= self.per, self.ended[:, None] - 1, self.begun[:, None])
        places = anchor + self.per - asked + np.where(asked >= self.per, 0, -1) + first
        inside = (places >= 0) & (places < len(series))
        return np.where(inside, series[np.clip(places, 0, max(len(series) - 1, 0))], np.nan)

    @property
    def straddles(self) -> bool:
        """Whether an own period lies in two of the KPI's, so that it has not ended when the first of them has."""
        return bool((self.ended != self.begun).any())

    def ended_within(self, series: Floats) -> Floats:
        """Mean of the own periods that ended in each of the KPI's, shape (n,): what is known of it at its end.

        Examples
        --------
        >>> weeks = Clock(ended=np.array([0, 4, 8]), begun=np.array([1, 5, 9]), per=4, ratio=4.3)
        >>> weeks.ended_within(np.arange(12.0))
        array([1.5, 5.5, 9.5])
        """
        edges = np.clip(np.r_[self.ended, self.ended[-1] + self.per], 0, len(series))
        known = np.isfinite(series)
        total, count = (np.diff(np.r_[0.0, np.cumsum(part)][edges]) for part in (np.where(known, series, 0.0), known))
        return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)

    def delay(self, lag: float) -> float:
        """An own lag in periods of the KPI: 1 for the last own period before the KPI's period began."""
        return 1.0 + (lag - self.per) / self.ratio

    def own_lags(self, lags: Sequence[int]) -> tuple[int, ...]:
        """Own lags with a delay from the first of some consecutive lags of the KPI to just below one after the last.

        Examples
        --------
        >>> weeks_of_a_month = Clock(ended=np.array([4, 8]), begun=np.array([5, 9]), per=4, ratio=4.348)
        >>> weeks_of_a_month.own_lags([1])
        (4, 5, 6, 7, 8)
        """
        begin, end = (self.per + (lag - 1) * self.ratio for lag in (lags[0], lags[-1] + 1))
        return tuple(range(max(0, int(np.ceil(begin - 1e-9))), int(np.ceil(end - 1e-9))))


def counted_back(lag: float, ahead: float) -> float:
    """A lag after a value was known, as one after the period that the value is for, which was known so much ahead.

    Examples
    --------
    >>> counted_back(2, 2), counted_back(5 / 3, 2 / 3), counted_back(4, 0)
    (0, 1, 4)
    """
    return whole(round(lag - ahead, 12) if ahead else lag)


def whole(lag: float) -> float:
    """A lag as an int where it is a whole number of periods, so that it prints as one."""
    return int(lag) if float(lag).is_integer() else lag
