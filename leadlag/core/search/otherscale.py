"""What it costs to choose between two scales of the same series: the null distribution of the better of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.resample import Tail

__all__ = ["OtherScale", "other_scale"]


@dataclass(frozen=True, kw_only=True, eq=False)
class OtherScale:
    """Where each draw of each of m leads stands among all its draws in the other scale.

    Parameters
    ----------
    places : ndarray of int, shape (m, n_draws)
        0 for the draw with the smallest |t|; -1 for a lead that was not tested there.
    length : int
        Rows from the last of which the signs are counted, in both scales.
    """

    places: Ints
    length: int

    def of(self, leads: Sequence[int] | Ints) -> OtherScale:
        """The same of some of the leads."""
        return replace(self, places=self.places[np.asarray(leads, dtype=np.intp)])

    def with_draws(self, draws: Floats, leads: Sequence[int] | Ints) -> Floats:
        """The larger of each draw of some leads, and of the one that is as rare here as the other scale's is there.

        Parameters
        ----------
        draws : ndarray, shape (k, n_draws)
            Largest |t| of each, with the signs of the other scale.
        leads : sequence of int, length k

        Returns
        -------
        ndarray, shape (k, n_draws)

        Notes
        -----
        A statistic is compared with the smaller of two p-values in every draw, which is right whichever scale the data prefer.
        Both scales see the same signs, so that it costs as much as they differ: a p of 0.05 stays 0.05 where they are the same,
        and becomes 0.0975 where they have nothing in common.

        Examples
        --------
        >>> OtherScale(places=np.array([[2, 0, 1]]), length=9).with_draws(np.array([[0.5, 1.0, 2.0]]), [0])
        array([[2., 1., 2.]])
        """
        places = self.places[np.asarray(leads, dtype=np.intp)]
        rare = np.take_along_axis(np.sort(draws, axis=1), np.maximum(places, 0), axis=1)
        return np.where(places >= 0, np.maximum(draws, rare), draws)


def other_scale(tail: Tail, rows: Sequence[int] | Ints, *, length: int) -> OtherScale:
    """The other scale of some leads.

    Parameters
    ----------
    tail : Tail
        Of a scan in that scale.
    rows : sequence of int
        Row of each lead in it; -1 for one that was not tested there.
    length : int
        Rows from the last of which its signs were counted.
    """
    found = np.argsort(np.argsort(tail.draws, axis=1, kind="stable"), axis=1, kind="stable")
    rows = np.asarray(rows, dtype=np.intp)
    places = np.full((len(rows), tail.draws.shape[1]), -1, dtype=np.intp)
    places[rows >= 0] = found[rows[rows >= 0]]
    return OtherScale(places=places, length=length)
