"""Leads that are seen more often than the KPI: what is done to their own series, on their own calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import less_columns, standardise
from leadlag.core.noise.momentum import ar_errors, autoregressions
from leadlag.core.search.finer import ROWS_BEFORE, FinerLead
from leadlag.core.series.stationary import integration_states
from leadlag.core.time.clock import Clock
from leadlag.core.time.lags import difference
from leadlag.prepare.kpi import WorkingKpi
from leadlag.prepare.transforms import clip_spikes, take_log
from leadlag.sample import Sample

__all__ = ["OwnSeries", "WorkingSeries", "own_series", "sampled", "working_series"]


#: Own lags of a lead that are asked for the KPI's seasons beside what it comes to in the KPI's periods.
_SAMPLED = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnSeries:
    """One lead on its own calendar, before anything is done to it.

    Parameters
    ----------
    values : ndarray, shape (n_own,)
        Logged where that was asked for; NaN where missing.
    clock : Clock
    lags : tuple of int
        Own lags to be searched.
    unit : str
        One own period in words.
    """

    values: Floats
    clock: Clock
    lags: tuple[int, ...]
    unit: str


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkingSeries:
    """The working series of one lead, what one unit of it is in units of the lead, and what was done to it."""

    lead: FinerLead
    scale: float
    state: str
    differenced: bool
    n_clipped: int


def own_series(sample: Sample, name: str, *, max_lag: int, log: Sequence[str], unit: float = 1.0) -> OwnSeries | None:
    """The own series of a lead that is seen more often than the KPI, in a unit, as far as a row sees it; None for any other."""
    found = sample.finer(name)
    if found is None:
        return None
    values = take_log(found.values, name) if name in log else found.values
    clock, lags = found.clock, found.clock.own_lags((1, max_lag))
    # what comes later than any row may know must not move a mean or a trend; what lies far before the KPI need not
    end = int(np.clip(clock.ended.max(), 0, len(values)))
    begin = int(np.clip(clock.ended.min() - lags[-1] - round(ROWS_BEFORE * clock.ratio), 0, end))
    near = replace(clock, ended=clock.ended - begin, begun=clock.begun - begin)
    return OwnSeries(values=values[begin:end] / unit, clock=near, lags=lags, unit=found.unit)


def sampled(own: Sequence[OwnSeries | None], *, n: int) -> Floats:
    """Some own lags of each of some leads on the KPI's rows, shape (n, k).

    A pattern within the KPI's period that changes over the year shows in single own periods, not in their sum.
    """
    columns = [np.empty((n, 0))]
    for one in own:
        if one is not None:
            inside = one.clock.own_lags((1,))
            columns.append(one.clock.lagged(one.values, inside[:: max(1, len(inside) // _SAMPLED)][:_SAMPLED]))
    return np.column_stack(columns)


def working_series(own: OwnSeries, kpi: WorkingKpi, *, spike: float, as_surprises: bool) -> WorkingSeries:
    """What is tested of a lead that is seen more often than the KPI: the steps of any lead, in its own periods.

    Parameters
    ----------
    own : OwnSeries
    kpi : WorkingKpi
        If it is integrated, the filter of the test takes changes of the columns.
    spike : float
        Robust standard deviations from its surroundings that make a value a spike.
    as_surprises : bool
        Whether the lead is tested by its surprises.

    Notes
    -----
    A season of the own calendar is left in: at one own lag it is a season of the KPI's calendar, which stands in every model.
    """
    n = len(own.values)
    answers = np.full(n, np.nan)
    inside = (own.clock.begun >= 0) & (own.clock.begun < n)
    answers[own.clock.begun[inside]] = kpi.raw_surprise[inside]
    clipped, n_clipped = clip_spikes(own.values[:, None], answers, lags=range(1, len(own.lags) + 1), limit=spike)
    scaled = standardise(clipped[:, 0])
    values = scaled.values
    (state,) = integration_states(values[:, None])
    differenced = kpi.returns and state == "integrated"
    if differenced:
        values = difference(values)
    values = less_columns(values, np.column_stack([np.ones(n), np.arange(n) / n]))
    if as_surprises:
        moved = difference(values) if kpi.unit_root else values
        errors = ar_errors(moved[:, None], autoregressions(moved[:, None], order=2))[:, 0]
        values = np.where(np.isfinite(values), np.nancumsum(errors), np.nan) if kpi.unit_root else errors
    spread = float(standardise(difference(values) if kpi.unit_root else values).scale)
    lead = FinerLead(values=values / spread, clock=own.clock, lags=own.lags, unit=own.unit)
    scale = spread * float(scaled.scale)
    return WorkingSeries(lead=lead, scale=scale, state=state, differenced=differenced, n_clipped=int(n_clipped[0]))
