"""The walk over the origins: at each the preparation is learned, models are fitted, and what comes is forecast."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.forecasts.direct import LeadShapes, OwnHistoryModel, lead_forecasts, lead_shapes, own_history_model
from leadlag.core.forecasts.origins import RollingForecasts
from leadlag.prepare.kpi import MAX_ORDER
from leadlag.prepare.origins.learned import KnownValues, KpiAtOrigin, Learner, Preparation
from leadlag.prepare.season import selected_seasons
from leadlag.prepare.untestable import fewest_rows
from leadlag.sample import Calendar

__all__ = ["default_origin", "rolling_forecasts"]


#: A lead is asked from where its values are enough for constant and trend beside it.
_FEWEST_COLUMNS = 2
#: Share of the periods, and seasons, that lie before the first origin: with fewer seasons none can be found.
_BEFORE, _SEASONS_BEFORE = 1.0 / 3.0, 2.0


def default_origin(calendar: Calendar, y: Floats, X: Floats) -> int:
    """Row of the first origin if none is asked for.

    A third of the periods lie before it, and two of every season that the KPI or a lead shows: a forecast from own history that
    cannot know the season yet is beaten by any lead that has one. No forecast knows what decides here.

    Parameters
    ----------
    calendar : Calendar
    y : ndarray, shape (n,)
        With one value at least.
    X : ndarray, shape (n, m)
    """
    begins = int(np.flatnonzero(np.isfinite(y))[0])
    seasons = [_SEASONS_BEFORE * one.period for one in selected_seasons(calendar, y, X)]
    return begins + math.ceil(max(_BEFORE * (len(y) - begins), *seasons, 0.0)) - 1


def rolling_forecasts(learner: Learner, actual: Floats, *, horizons: Sequence[int], first: int) -> RollingForecasts:
    """Forecast from every origin from row `first` on, all horizons, with each lead and without.

    Parameters
    ----------
    learner : Learner
    actual : ndarray, shape (n,)
        What came.
    horizons : sequence of int
        Periods after the origin.
    first : int

    Returns
    -------
    RollingForecasts
    """
    n, m = len(actual), len(learner.known.lead_delays)
    origins = np.arange(first, max(n - min(horizons), first))
    shape = (len(origins), len(horizons))
    own, naive, seasonal, came = (np.full(shape, np.nan) for _ in range(4))
    added, column = np.full((*shape, m), np.nan), np.full((*shape, m), -1, dtype=np.intp)
    for row, origin in enumerate(origins):
        now = learner.known.at(int(origin))
        if not learner.can_learn(now):
            continue
        preparation = learner.preparation(int(origin), now)
        kpi = learner.kpi(now, preparation)
        forms, offset = _forms(learner, now, preparation, kpi), _clipped_away(kpi)
        enough = np.isfinite(now.X).sum(axis=0) >= fewest_rows(_FEWEST_COLUMNS)
        for place, ahead in enumerate(horizons):
            target = int(origin) + ahead
            model = _without_lead(learner, now, preparation, kpi, ahead=ahead) if target < n else None
            if model is None:
                continue
            came[row, place], own[row, place] = actual[target], kpi.center + kpi.scale * model.forecast + offset
            naive[row, place], seasonal[row, place] = _naive(kpi.raw, target, learner.season)
            for some, delay, form in forms:
                if ahead + delay <= learner.max_lag:
                    found = lead_forecasts(model, form, lags=range(ahead + delay, learner.max_lag + 1), max_lag=learner.max_lag)
                    added[row, place, some] = np.where(enough[some], kpi.scale * found.added, np.nan)
                    column[row, place, some] = found.column
    return RollingForecasts(
        origins=origins, horizons=tuple(horizons), actual=came, own=own, naive=naive, seasonal=seasonal, added=added,
        column=column, kpi_delay=learner.known.kpi_delay, lead_delays=learner.known.lead_delays, max_lag=learner.max_lag,
    )  # fmt: skip


def _forms(learner: Learner, now: KnownValues, preparation: Preparation, kpi: KpiAtOrigin) -> list[tuple[Ints, int, LeadShapes]]:
    """The leads in their shapes, those of one publication delay together."""
    delays = learner.known.lead_delays
    found = []
    for delay in np.unique(delays).tolist():
        some = np.flatnonzero(delays == delay)
        leads = learner.leads(now, preparation, some, delay=delay)
        found.append((some, delay, lead_shapes(leads.values, kpi.momentum, leads.rho, reach=learner.max_lag)))
    return found


def _clipped_away(kpi: KpiAtOrigin) -> float:
    """What clipping took from the last known level of an integrated KPI: a step that was clipped stays in all that comes."""
    last = int(np.flatnonzero(np.isfinite(kpi.raw))[-1])
    return float(kpi.raw[last] - kpi.center - kpi.scale * kpi.y[last]) if kpi.momentum.unit_root else 0.0


def _without_lead(
    learner: Learner, now: KnownValues, preparation: Preparation, kpi: KpiAtOrigin, *, ahead: int
) -> OwnHistoryModel | None:
    """The model of own history for one horizon at one origin."""
    base, steps = learner.base(now, preparation, ahead=ahead), ahead + learner.known.kpi_delay
    return own_history_model(kpi.y, kpi.known, base, steps=steps, unit_root=kpi.momentum.unit_root, max_order=MAX_ORDER)


def _naive(raw: Floats, target: int, season: int | None) -> tuple[float, float]:
    """The last value that is known, and that of the same place in the last season that is known."""
    present = np.flatnonzero(np.isfinite(raw))
    last = float(raw[present[-1]])
    if season is None:
        return last, math.nan
    back = target - season * math.ceil((target - len(raw) + 1) / season)
    return last, float(raw[back]) if back >= 0 else math.nan
