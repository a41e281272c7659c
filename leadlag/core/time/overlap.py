"""Series of one calendar folded onto the periods of another: straddling periods by the share that lies in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.time.clock import Clock

__all__ = ["Edges", "folded", "last_ended"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Edges:
    """Where the n + 1 edges of the KPI's n periods fall among the own periods of another metric, counted from its first.

    Parameters
    ----------
    ended : ndarray of int, shape (n + 1,)
        Own periods that had ended at each edge; negative before the first, more than there are values after the last.
    begun : ndarray of int, shape (n + 1,)
        The first own period that begins at the edge or after it; one more than `ended` where an own period straddles it.
    before : ndarray, shape (n + 1,)
        Share of the straddling own period that lies before the edge, 0 where none straddles.
    """

    ended: Ints
    begun: Ints
    before: Floats

    def clock(self, *, per: int, ratio: float) -> Clock:
        """How the own periods line up with the KPI's rows."""
        return Clock(ended=self.ended[:-1], begun=self.begun[:-1], per=per, ratio=ratio)


def folded(values: Floats, edges: Edges, rule: str) -> Floats:
    """A series seen more often, one value a period of the KPI.

    Parameters
    ----------
    values : ndarray, shape (n_own,)
        On the own calendar, NaN where missing. At most one edge falls into one own period.
    edges : Edges
    rule : {"sum", "mean", "last"}
        A straddling value is split between the two periods by the share of its own period in each. A sum with a missing part
        is missing. A mean is of the values that are there, each by its share. The last value is the last one there whose own
        period ended within the KPI's.

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> week_of_five_days_each_side = Edges(ended=np.array([0, 1, 3]), begun=np.array([0, 2, 3]), before=np.array([0, 3 / 7, 0]))
    >>> folded(np.array([10.0, 7.0, 1.0]), week_of_five_days_each_side, "sum")
    array([13.,  5.])
    """
    n = len(edges.ended) - 1
    own, place, share, ends = _pieces(edges, len(values))
    result = np.full(n, np.nan)
    there = ~np.isnan(values[own])
    if rule == "last":
        kept = there & ends
        result[place[kept]] = values[own[kept]]  # in time order: the last one stays
        return result
    weight = share if rule == "sum" else share * there
    total = np.bincount(place, weights=weight * np.where(there, values[own], 0.0), minlength=n)
    weights = np.bincount(place, weights=weight, minlength=n)
    if rule == "mean":
        return np.divide(total, weights, out=result, where=weights > 0)
    whole = (edges.ended[:-1] >= 0) & (edges.begun[1:] <= len(values)) & (edges.begun[1:] > edges.ended[:-1])
    gaps = np.bincount(place, weights=~there, minlength=n) > 0
    return np.where(whole & ~gaps, total, np.nan)


def last_ended(values: Floats, edges: Edges) -> Floats:
    """The value of the last own period that had ended when each of the KPI's periods ended; NaN where there is none."""
    places = edges.ended[1:] - 1
    inside = (places >= 0) & (places < len(values))
    return np.where(inside, values[np.clip(places, 0, max(len(values) - 1, 0))], np.nan)


def _pieces(edges: Edges, n_own: int) -> tuple[Ints, Ints, Floats, Flags]:
    """Own period, period of the KPI and share of every piece, in time order, and whether the own period ends in it."""
    own = np.arange(n_own)
    first = np.searchsorted(edges.begun, own, side="right") - 1
    last = np.searchsorted(edges.ended, own + 1, side="left") - 1
    split = first != last
    before = edges.before[np.clip(last, 0, len(edges.before) - 1)]
    owns, places = np.concatenate([own, own[split]]), np.concatenate([first, last[split]])
    shares = np.concatenate([np.where(split, before, 1.0), 1.0 - before[split]])
    ends = np.concatenate([~split, np.ones(int(split.sum()), dtype=bool)])
    order = np.lexsort((owns, places))
    order = order[(places[order] >= 0) & (places[order] < len(edges.ended) - 1)]
    return owns[order], places[order], shares[order], ends[order]
