"""The filter of a season that moves: each place in the year wanders by itself from year to year.

Beside the AR noise of the KPI there is a season ``s_t = s_(t - period) + w_t``. The values of one place in the year are then a
random walk with noise, of covariance ``I + ratio K`` with ``K_ij = min(i, j)`` over the years i and j from 1, and the rows of
that place are filtered by the inverse of its Cholesky factor. With a ratio of zero the season stands; the larger it is, the
nearer the filter is to the seasonal difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from leadlag.core.arrays import Flags, Floats, Ints

__all__ = ["MovingSeason", "YearFilter", "year_filter"]


@dataclass(frozen=True, kw_only=True)
class MovingSeason:
    """A season of which each place wanders.

    Parameters
    ----------
    period : int
        Rows in a year.
    ratio : float
        Variance of a year's step over that of the innovations.
    elapsed : int, default 0
        Rows before the first one, in which it has wandered already.
    """

    period: int
    ratio: float
    elapsed: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class YearFilter:
    """The filter, place by place.

    Parameters
    ----------
    places : tuple of (ndarray of int, ndarray)
        Rows of one place in the year, and the lower triangular factor that filters them.
    """

    places: tuple[tuple[Ints, Floats], ...]

    @property
    def log_det(self) -> float:
        """Logarithm of the determinant of the covariance that is filtered away."""
        return -2.0 * float(sum(np.log(factor.diagonal()).sum() for _, factor in self.places))

    def apply(self, values: Floats) -> Floats:
        """Filtered values (n, ...); one that is missing counts as zero in the years after it, and stays missing.

        What a lead is thought to be where it is missing leaves the size of a test unchanged: it is made from the lead alone.
        """
        filtered = np.array(values, dtype=np.float64)
        for rows, factor in self.places:
            own = filtered[rows]
            known = np.isfinite(own)
            filtered[rows] = np.where(known, np.tensordot(factor, np.where(known, own, 0.0), axes=1), np.nan)
        return filtered


def year_filter(season: MovingSeason, observed: Flags) -> YearFilter:
    """The filter of the rows that are observed.

    Parameters
    ----------
    season : MovingSeason
    observed : ndarray of bool, shape (n,)
    """
    factors: dict[tuple[int, ...], Floats] = {}
    places = []
    observed = np.concatenate([np.zeros(season.elapsed, dtype=bool), observed])
    for place in range(season.period):
        years = np.flatnonzero(observed[place :: season.period])
        key = tuple(years.tolist())
        if key and key not in factors:
            walk = 1.0 + np.minimum.outer(years, years)
            root = np.linalg.cholesky(np.eye(len(years)) + season.ratio * walk)
            factors[key] = np.asarray(linalg.solve_triangular(root, np.eye(len(years)), lower=True))
        if key:
            places.append((place + season.period * years - season.elapsed, factors[key]))
    return YearFilter(places=tuple(places))
