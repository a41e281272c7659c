"""Whether the KPI's season moves from year to year, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.noise.momentum import Momentum, filtered_fit, fit_momentum
from leadlag.core.noise.years import MovingSeason

__all__ = ["with_moving_season"]


#: Ratios of a year's step to the innovations (variances) that are compared.
_RATIOS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
#: Years in the sample from which a season can be seen to move.
_FEWEST_YEARS = 4
#: Twice the gain in restricted likelihood from which a season moves: 5 % of half a chi-squared with one degree of freedom.
_GAIN = 2.7


def with_moving_season(y: Floats, base: Floats, momentum: Momentum, *, periods: Sequence[float], max_order: int) -> Momentum:
    """The momentum with the moving season that explains the KPI best, or as it is if none is clear.

    Parameters
    ----------
    y : ndarray, shape (n,)
        NaN where missing.
    base : ndarray, shape (n, q)
        Season and trend in it.
    momentum : Momentum
        Beside a season that stands.
    periods : sequence of float
        Rows in a year, and in other seasons of the calendar.
    max_order : int
        Of the AR model.

    Notes
    -----
    Ratios are compared by restricted likelihood given the AR model, which is fitted again given the ratio, twice. Under a season
    that stands the gain exceeded the limit in 3 of 140 draws of 48 to 96 months.
    """
    n = int(np.isfinite(y).sum())
    asked = [round(period) for period in periods if n >= _FEWEST_YEARS * period]
    found = [_moving(y, base, momentum, period=period, max_order=max_order) for period in asked]
    best = max(found, key=lambda item: item[1], default=(momentum, 0.0))
    return best[0] if best[1] > _GAIN else momentum


def _moving(y: Floats, base: Floats, momentum: Momentum, *, period: int, max_order: int) -> tuple[Momentum, float]:
    """The momentum with a season of one length, and twice its gain in restricted likelihood."""
    gain = 0.0
    for _ in range(2):
        stands = _deviance(y, base, replace(momentum, season=None))
        moving = [MovingSeason(period=period, ratio=ratio) for ratio in _RATIOS]
        deviances = [_deviance(y, base, replace(momentum, season=season)) for season in moving]
        place = int(np.argmin(deviances))
        gain = stands - deviances[place]
        if gain <= _GAIN:
            break
        momentum = fit_momentum(y, base, max_order=max_order, unit_root=momentum.unit_root, season=moving[place])
    return momentum, gain


def _deviance(y: Floats, base: Floats, momentum: Momentum) -> float:
    """-2 times the restricted likelihood, up to what the season does not change."""
    fitted = filtered_fit(y, base, momentum)
    left, years = fitted.regression, fitted.filter_.years
    size = 2.0 * float(np.log(np.abs(left.basis.r.diagonal())).sum())
    return left.df_resid * float(np.log(max(left.ssr, np.finfo(float).tiny))) + size + (0.0 if years is None else years.log_det)
