"""What the KPI's own momentum foretells: of its residual, and of the columns of its mean alike, since it is linear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from leadlag.core.arrays import Floats, Ints
from leadlag.core.noise.momentum import Momentum, impulse_response
from leadlag.core.noise.years import year_filter

__all__ = ["NoiseAhead"]


@dataclass(frozen=True, kw_only=True, eq=False)
class NoiseAhead:
    """The best linear forecast of a residual with one momentum, `steps` rows after its n rows.

    Parameters
    ----------
    momentum : Momentum
    n : int
        Rows that are known, all of them.
    steps : int

    Notes
    -----
    The residual is, in this order, its changes (under a unit root), what a moving season leaves of them, and an autoregression of
    that. What follows is foretold in the opposite order: the autoregression is carried on, the season put back, the changes
    summed up. Innovations pass the same way (`answers`).
    """

    momentum: Momentum
    n: int
    steps: int

    def expected(self, residual: Floats) -> Floats:
        """What follows a residual (n, ...), shape (steps, ...)."""
        u = residual.reshape(self.n, -1)
        moved = np.diff(u, axis=0) if self.momentum.unit_root else u
        past, places = moved.copy(), self._places
        for before, _, factor in places:
            past[before] = np.tensordot(linalg.inv(factor[: len(before), : len(before)]), moved[before], axes=1)
        carried = self._carried(past)
        ahead = carried.copy()
        for before, after, factor in places:
            ahead[after] = factor[len(before) :] @ np.concatenate([past[before], carried[after]])
        if self.momentum.unit_root:
            ahead = u[-1] + np.cumsum(ahead, axis=0)
        return ahead.reshape(self.steps, *residual.shape[1:])

    def answers(self) -> Floats:
        """What an innovation of each step ahead does to each, shape (steps, steps); lower triangular."""
        psi, step = impulse_response(self.momentum.phi, self.steps), np.arange(self.steps)
        answers = np.concatenate([psi, np.zeros(self.steps)])[step[:, None] - step]  # nothing answers what comes later
        seasonal = answers.copy()
        for before, after, factor in self._places:
            seasonal[after] = factor[len(before) :, len(before) :] @ answers[after]
        return np.cumsum(seasonal, axis=0) if self.momentum.unit_root else seasonal

    def _carried(self, past: Floats) -> Floats:
        """The autoregression carried on, shape (steps, k)."""
        phi = self.momentum.phi
        order, known = len(phi), min(len(phi), len(past))
        values = np.zeros((order + self.steps, past.shape[1]))
        values[order - known : order] = past[len(past) - known :]
        for row in range(order, len(values) if order else 0):
            values[row] = phi @ values[row - order : row][::-1]
        return values[order:]

    @property
    def _places(self) -> list[tuple[Ints, Ints, Floats]]:
        """Known rows, rows ahead and covariance factor of every place of a moving season that comes again."""
        season = self.momentum.season
        if season is None:
            return []
        n = self.n - int(self.momentum.unit_root)
        found = []
        for rows, inverse in year_filter(season, np.ones(n + self.steps, dtype=bool)).places:
            if rows[-1] >= n:
                factor = np.asarray(linalg.solve_triangular(inverse, np.eye(len(rows)), lower=True))
                found.append((rows[rows < n], rows[rows >= n] - n, factor))
        return found
