"""Where the starts, rates, peaks and other hidden parameters of lag profiles are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.leastsquares import orthonormal_basis, residualise
from leadlag.core.noise.arima import NoiseFit
from leadlag.methods.regression.numbers.model import LagModel
from leadlag.methods.regression.numbers.profiles import ProfileFamily

__all__ = ["fit_hidden"]


#: Rounds over the leads before the hidden parameters of all are polished together.
_ROUNDS = 2
#: Share of its range within which an end is tried for a hidden parameter.
_NEAR = 0.02


def fit_hidden(model: LagModel, white: NoiseFit | None) -> tuple[LagModel, Floats]:
    """Starts and hidden parameters that fit best: each lead in turn beside the others, then all hidden parameters together.

    Parameters
    ----------
    model : LagModel
    white : NoiseFit or None
        The noise by which rows are whitened first.

    Returns
    -------
    LagModel
        With the starts that were found.
    ndarray, shape (h,)
        Hidden parameters of all leads.
    """
    nonlinear = [j for j, family in enumerate(model.families) if family.n_hidden]
    if not nonlinear:
        return model, np.zeros(0)
    families = list(model.families)
    hidden = [np.array([(low + high) / 2.0 for low, high in family.bounds]) for family in families]
    chosen: dict[int, Floats] = {}
    for turn in range(_ROUNDS if len(nonlinear) > 1 else 1):
        for j in nonlinear:
            others = [
                chosen[i] if i in chosen else families[i].columns(model.series[i], hidden[i], model.clocks[i])
                for i in range(len(families))
                if i != j and (i in chosen or not families[i].n_hidden or turn)
            ]
            families[j], hidden[j], chosen[j] = _best(model, j, others, white)
    placed = model.with_families(families)
    return placed, _polished(placed, np.concatenate(hidden), white)


def _best(model: LagModel, lead: int, others: Sequence[Floats], white: NoiseFit | None) -> tuple[ProfileFamily, Floats, Floats]:
    """The start and hidden parameters of one lead that leave the smallest sum of squares beside the other columns."""
    family = model.families[lead]
    points, columns = family.candidates(model.series[lead], model.clocks[lead])
    rest = np.column_stack([model.y, model.base, model.own, *others])
    ready = _white(np.column_stack([rest, *columns]), model.rows, white)
    basis = orthonormal_basis(ready[:, 1 : rest.shape[1]])
    left = residualise(np.delete(ready, np.s_[1 : rest.shape[1]], axis=1), basis)
    y, width = left[:, 0], family.n_columns
    ssr = float(y @ y) - np.array([_gain(y, left[:, 1 + i * width : 1 + (i + 1) * width]) for i in range(len(points))])
    best = int(np.argmin(ssr))
    return *points[best], columns[best]


def _gain(y: Floats, columns: Floats) -> float:
    """Fall of the sum of squares by columns that are left beside the others."""
    if columns.shape[1] == 1:
        square = float(columns[:, 0] @ columns[:, 0])
        return float(columns[:, 0] @ y) ** 2 / square if square > 0 else 0.0
    q = orthonormal_basis(columns).q
    return float(np.sum((q.T @ y) ** 2))


def _polished(model: LagModel, start: Floats, white: NoiseFit | None) -> Floats:
    """Hidden parameters of all leads at the least sum of squares near a start (variable projection)."""
    low, high = np.array(model.bounds).T

    def left(hidden: Floats) -> Floats:
        ready = _white(np.column_stack([model.y, model.design(hidden)]), model.rows, white)
        return residualise(ready[:, 0], orthonormal_basis(ready[:, 1:]))

    def squares(hidden: Floats) -> float:
        return float(np.sum(left(hidden) ** 2))

    at_start = np.clip(start, low, high)
    best = min(_least(left, at_start, np.ones(len(low), dtype=bool), low, high), at_start, key=squares)
    # the search nears an end of a range slowly: what is as good there is put there, and the others looked for again
    near = _near_ends(best, low, high)
    for place in np.flatnonzero(near != best):
        moved = np.where(np.arange(len(best)) == place, near, best)
        best = min(moved, best, key=squares)
    free = (best > low) & (best < high)
    return best if free.all() or not free.any() else min(_least(left, best, free, low, high), best, key=squares)


def _least(left: Callable[[Floats], Floats], start: Floats, free: Flags, low: Floats, high: Floats) -> Floats:
    """The least sum of squares from a start on, the parameters that are not free held where they are."""

    def left_of(moved: Floats) -> Floats:
        hidden = start.copy()
        hidden[free] = moved
        return left(hidden)

    ends = low[free], high[free]
    margin = 1e-3 * (ends[1] - ends[0])
    inside = np.clip(start[free], ends[0] + margin, ends[1] - margin)
    found = optimize.least_squares(left_of, inside, bounds=ends, xtol=1e-12, ftol=1e-14, gtol=1e-12, max_nfev=100)
    best = start.copy()
    best[free] = found.x
    return best


def _near_ends(hidden: Floats, low: Floats, high: Floats) -> Floats:
    """The parameters, those within a share of their range from an end at that end."""
    share = _NEAR * (high - low)
    return np.where(hidden - low < share, low, np.where(high - hidden < share, high, hidden))


def _white(values: Floats, rows: Flags, noise: NoiseFit | None) -> Floats:
    """Rows in use, whitened where there is a noise model."""
    return values[rows] if noise is None else noise.noise.whiten(values, rows).values
