"""The KPI as it is tested: its outliers, its level shift, and the momentum that is left after both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import standardise
from leadlag.core.noise.momentum import Momentum, filtered_fit, fit_momentum
from leadlag.core.series.moving import with_moving_season
from leadlag.core.series.robust import few_values, robust_spread
from leadlag.core.series.shift import LevelShift, largest_shift
from leadlag.core.series.stationary import integration_states
from leadlag.prepare.transforms import clip_innovations, heavy_tailed

__all__ = ["MAX_ORDER", "WorkingKpi", "clean_kpi", "clear_shift", "clip_limit", "most_orders", "working_kpi"]


#: AR orders of the KPI's noise that are compared: this many, more with more rows, at most a year of months. What a lead leaves of
#: the KPI may be slow and noisy: of 786 months one random walk in six passed beside building permits at 4, one in 20 at 12.
MAX_ORDER, _ROWS_AN_ORDER, _LONGEST_ORDER = 4, 40, 12
#: The KPI's innovations are clipped at this many robust standard deviations, and closer where their tails are heavy. With heavy
#: tails, spikes and gaps found was .55, .59 and .61 (false share .08, .09, .06; 100 draws) at 3, 2.5 and 2 where tails are heavy;
#: at 2 the real cases lose a documented lead.
_CLIP, _CLIP_HEAVY = 4.0, 2.5
#: A level shift of the KPI that gains more than this in likelihood enters every model (`core.series.shift`); of an integrated
#: KPI it is one large change.
_SHIFT = 12.0
#: A year's step of the season has at least this variance, in innovations, where the season alone makes the level wander.
_WALKS = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkingKpi:
    """The KPI before any lead is looked at.

    Parameters
    ----------
    unclipped : ndarray, shape (n,)
        In standard units, before its innovations were clipped; NaN where missing.
    y : ndarray, shape (n,)
        The same with clipped innovations.
    scale : float
        KPI units in one unit of both.
    base : ndarray, shape (n, q)
        Intercept, trend, controls and season.
    momentum : Momentum
        Of `y` beside the base.
    n_clipped : int
        Innovations clipped.
    state : str
        "integrated", "stationary" or "inconclusive".
    """

    unclipped: Floats
    y: Floats
    scale: float
    base: Floats
    momentum: Momentum
    n_clipped: int
    state: str

    @property
    def unit_root(self) -> bool:
        """Whether the KPI is integrated, so that its changes are tested."""
        return self.momentum.unit_root

    @property
    def returns(self) -> bool:
        """Whether its level returns, beside which an integrated lead has to be differenced."""
        return self.state == "stationary"

    @cached_property
    def surprise(self) -> Floats:
        """Innovations of `y` in robust standard deviations, shape (n,); NaN where there is none."""
        return _surprises(self.y, self.base, self.momentum)

    @cached_property
    def raw_surprise(self) -> Floats:
        """Those of the KPI as it came: an answer to a lead's spike is looked for here, since clipped it would be gone."""
        return _surprises(self.unclipped, self.base, self.momentum)


def working_kpi(y: Floats, base: Floats, *, season: Floats | None, periods: Sequence[float] = ()) -> WorkingKpi:
    """Ask whether a KPI is integrated, clean it, and ask whether its season moves.

    Parameters
    ----------
    y : ndarray, shape (n,)
        In its own units; NaN where missing.
    base : ndarray, shape (n, q)
        Intercept, trend, controls and season.
    season : ndarray, shape (n, k), optional
    periods : sequence of float
        Rows in each season of the calendar, which may move.

    Returns
    -------
    WorkingKpi

    Notes
    -----
    A season that walks from year to year makes the level wander too: where it alone explains that, no difference is taken.
    """
    scaled = standardise(y)
    (state,) = integration_states(scaled.values[:, None], season=season)
    standing = Momentum(phi=np.zeros(0), unit_root=state == "integrated", variance=1.0)
    cleaned, momentum, n_clipped = clean_kpi(scaled.values, base, like=standing)
    momentum = _with_season(cleaned, base, momentum, periods=periods)
    return WorkingKpi(
        unclipped=scaled.values,
        y=cleaned,
        scale=float(scaled.scale),
        base=base,
        momentum=momentum,
        n_clipped=n_clipped,
        state=state,
    )


def _with_season(y: Floats, base: Floats, momentum: Momentum, *, periods: Sequence[float]) -> Momentum:
    """The momentum with a season that moves, if it does; for an integrated KPI first without the difference."""
    most = most_orders(len(y))
    if momentum.unit_root:
        level = fit_momentum(y, base, max_order=most, unit_root=False)
        moving = with_moving_season(y, base, level, periods=periods, max_order=most)
        if moving.season is not None and moving.season.ratio >= _WALKS:
            return moving
    return with_moving_season(y, base, momentum, periods=periods, max_order=most)


def clean_kpi(y: Floats, base: Floats, *, like: Momentum) -> tuple[Floats, Momentum, int]:
    """The KPI with clipped innovations, its momentum after that, and how many were clipped.

    Parameters
    ----------
    y : ndarray, shape (n,)
    base : ndarray, shape (n, q)
        What is in the model while innovations are judged.
    like : Momentum
        Whose unit root and moving season hold.
    """
    momentum = fit_momentum(y, base, max_order=most_orders(len(y)), unit_root=like.unit_root, season=like.season)
    if few_values(y):
        return y, momentum, 0
    # a level that has moved stays: clipped, it would come back as a slope of large innovations
    shift = clear_shift(y, base, momentum)
    columns = base if shift is None else np.column_stack([base, shift.column(len(y))])
    return _clipped(y, base, momentum, columns=columns)


def clear_shift(y: Floats, base: Floats, momentum: Momentum) -> LevelShift | None:
    """The KPI's largest level shift, if it gains enough to enter every model."""
    shift = largest_shift(y, base, momentum)
    return shift if shift is not None and shift.gain > _SHIFT else None


def clip_limit(residual: Floats, momentum: Momentum) -> float:
    """Robust standard deviations within which the KPI's innovations are kept."""
    return _CLIP_HEAVY if heavy_tailed(residual, momentum) else _CLIP


def most_orders(n: int) -> int:
    """AR orders of the KPI's noise that are compared on n rows."""
    return min(max(n // _ROWS_AN_ORDER, MAX_ORDER), _LONGEST_ORDER)


def _clipped(y: Floats, base: Floats, momentum: Momentum, *, columns: Floats) -> tuple[Floats, Momentum, int]:
    """The KPI with clipped innovations, as `clean_kpi` returns it.

    `momentum` is the one before anything is clipped. Innovations are judged beside `columns`, the base and a level shift if there
    is one; the momentum that is returned is fitted beside the base alone.
    """
    cleaned, n_clipped, found = y, 0, momentum
    for _ in range(2):  # the first fit still has the outliers in it
        mean = columns @ filtered_fit(cleaned, columns, found).params
        residual, n_clipped = clip_innovations(y - mean, found, limit=clip_limit(y - mean, found))
        if not n_clipped:
            return y, momentum, 0
        cleaned = mean + residual
        found = fit_momentum(cleaned, base, max_order=most_orders(len(y)), unit_root=momentum.unit_root, season=momentum.season)
    return cleaned, found, n_clipped


def _surprises(y: Floats, base: Floats, momentum: Momentum) -> Floats:
    """Innovations in robust standard deviations, on all rows; NaN where there is none."""
    fitted = filtered_fit(y, base, momentum)
    left = np.full(len(y), np.nan)
    left[fitted.filter_.rows] = fitted.regression.resid
    spread = robust_spread(left)
    return left / (spread if spread > 0 else 1.0)
