"""The lowest point of a smooth cost within limits, and how sharply the cost bends there.

Slopes are central differences of whole batches of points, because the costs of this package are cheapest side by side.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize

from leadlag.core.arrays import Floats

__all__ = ["STEP", "Costs", "inverse_information", "jacobian", "minimise"]

#: Costs of several points at once: (n_points, n_free) -> (n_points,).
Costs = Callable[[Floats], Floats]

#: Step of the central differences; every number that is searched has a range of about one.
STEP = 1e-5
#: Slope, in log-likelihood, below which the search has arrived: far from what any estimate shows.
_FLAT = 1e-2


def minimise(
    costs: Costs, start: Floats, limits: tuple[Floats, Floats], *, steps: int = 200, slope: float = 1e-5
) -> tuple[Floats, float, bool]:
    """Lowest point by quasi-Newton steps until no `slope` is larger, its cost, and whether it is flat there."""
    low, high = limits
    if not len(start):
        return start, float(costs(start[None])[0]), True

    def cost_and_slope(x: Floats) -> tuple[float, Floats]:
        points, width = _around(x, limits, STEP)
        found = costs(np.vstack([x, points]))
        ahead, behind = found[1:].reshape(2, -1)
        return float(found[0]), (ahead - behind) / width

    reference, first = cost_and_slope(start)
    # the search must not notice the units of y, and its first step is as long as the slope: about one, not a jump to the limits
    unit = max(1.0, float(np.abs(first).max()))

    def scaled(x: Floats) -> tuple[float, Floats]:
        cost, slopes = cost_and_slope(x)
        return (cost - reference) / unit, slopes / unit

    options = {"maxiter": steps, "ftol": 1e-13, "gtol": slope / unit}
    found = optimize.minimize(scaled, start, jac=True, method="L-BFGS-B", bounds=optimize.Bounds(low, high), options=options)
    slopes = found.jac * unit
    at_limit = ((found.x <= low) & (slopes > 0)) | ((found.x >= high) & (slopes < 0))
    return found.x, float(found.fun * unit + reference), bool((np.abs(slopes) < _FLAT)[~at_limit].all())


def _around(x: Floats, limits: tuple[Floats, Floats], step: float | Floats) -> tuple[Floats, Floats]:
    """Points one step ahead and one behind in each direction, within the limits, (2m, m), and their distances (m,)."""
    low, high = limits
    shift = np.diag(np.broadcast_to(step, len(x)))
    ahead, behind = np.minimum(x + shift, high), np.maximum(x - shift, low)
    return np.vstack([ahead, behind]), np.diag(ahead - behind)


def jacobian(function: Callable[[Floats], Floats], x: Floats, limits: tuple[Floats, Floats]) -> Floats:
    """Slopes of a vector in each direction, shape (n_values, m)."""
    points, width = _around(x, limits, STEP)
    if not len(points):
        return np.empty((len(function(x)), 0))
    ahead, behind = np.split(np.array([function(point) for point in points]), 2)
    return (ahead - behind).T / width


def inverse_information(costs: Costs, x: Floats, limits: tuple[Floats, Floats]) -> Floats:
    """Inverse curvature of the cost; a number on the edge of its range counts as known, and gets zeros."""
    low, high = limits
    inner = np.flatnonzero((x >= low + STEP) & (x <= high - STEP))
    inverse = np.zeros((len(x), len(x)))
    if not len(inner):
        return inverse
    room = np.minimum(x - low, high - x)[inner]
    directions = np.eye(len(x))[inner]
    rough = 1e-4 * np.minimum(1.0, room / 1e-4)
    bend = _second(costs, x, rough[:, None] * directions).diagonal() / rough**2
    # a tenth of a standard error: wide enough for the rounding of the cost, narrow enough to be a parabola
    step = np.minimum(np.clip(0.1 / np.sqrt(np.maximum(bend, 1e-12)), 1e-5, 1e-2), room / 2)
    information = _second(costs, x, step[:, None] * directions) / np.outer(step, step)
    positive = bool((np.linalg.eigvalsh(information) > 0).all())
    inverse[np.ix_(inner, inner)] = np.linalg.inv(information) if positive else np.nan
    return inverse


def _second(costs: Costs, x: Floats, shifts: Floats) -> Floats:
    """Second differences of the cost along each pair of shifts (m, n_free), shape (m, m)."""
    m = len(shifts)
    one, other = shifts[:, None, :], shifts[None, :, :]
    corners = np.stack([one + other, one - other, other - one, -one - other]).reshape(4 * m * m, -1)
    values = costs(x + corners).reshape(4, m, m)
    return np.asarray((values[0] - values[1] - values[2] + values[3]) / 4.0)
