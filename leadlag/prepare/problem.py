"""From a Sample to a Problem with labels: what is done to the series before anything is tested, and in which order.

The order is: logs on request, season and trend columns (sharp peaks of the year, and the season once more, times the time,
if it grows), integration, outliers of the KPI, spikes of the leads, momentum of the KPI, with a season that walks in it.
Every threshold of preparation stands in this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import standardise
from leadlag.core.search.problem import Problem
from leadlag.core.series.ahead import made_of_later_values
from leadlag.core.series.identities import arithmetic_parts, duplicate_groups
from leadlag.core.series.reported import fill_forward_length
from leadlag.core.series.scales import unit_of
from leadlag.core.time.clock import whole
from leadlag.core.time.lags import difference
from leadlag.prepare.arrays import working_problem
from leadlag.prepare.common import shared_swings
from leadlag.prepare.edges import unusable_now
from leadlag.prepare.finer import own_series, sampled
from leadlag.prepare.kpi import WorkingKpi
from leadlag.prepare.labels import Prepared, Treatment
from leadlag.prepare.leads import N_TREND, WorkingLeads, working_leads
from leadlag.prepare.refusals import (
    refuse_beyond,
    refuse_clipped,
    refuse_exact_kpi,
    refuse_interpolated,
    refuse_kpi,
    refuse_lags,
)
from leadlag.prepare.regressors import beside_leads, may_be_sums
from leadlag.prepare.repairs import rescaled_alone
from leadlag.prepare.reported import reported_kpi, reported_leads
from leadlag.prepare.season import season_periods
from leadlag.prepare.transforms import take_log
from leadlag.prepare.untestable import interpolated_leads, moved_copies, untestable_leads
from leadlag.sample import Sample

__all__ = ["extra_leads", "prepare"]


def prepare(
    sample: Sample,
    *,
    kpi: str,
    leads: Sequence[str],
    controls: Sequence[str] = (),
    max_lag: int,
    log: Sequence[str] = (),
    undo: str | None = None,
) -> Prepared:
    """Make the Problem of one KPI and its candidates.

    Parameters
    ----------
    sample : Sample
    kpi : str
    leads, controls : sequence of str
        Columns of the sample.
    max_lag : int
        Lags 1..max_lag are searched.
    log : sequence of str
        Columns that are analysed in natural logs.
    undo : {"rolling", "ytd"}, optional
        Undo the moving average or the sum to date as which the KPI is reported.

    Returns
    -------
    Prepared

    Raises
    ------
    DataContractError
        If the KPI is constant, too short, a single event, or exactly its trend, season and controls.
    UsageError
        If `max_lag` leaves too few periods that have a value of a lead so far back.
    """
    X, Z = (_columns(sample, names, log) for names in (leads, controls))
    level = sample.column(kpi)
    refuse_beyond(kpi, level)
    y_unit = float(unit_of(level))
    reported = reported_kpi(level / y_unit, sample, leads, undo=undo)
    y = take_log(reported.values, kpi) if kpi in log else reported.values
    fixed = np.column_stack([np.ones(len(y)), np.arange(len(y)) / len(y), standardise(Z).values, reported.waves])
    refuse_kpi(kpi, y, Z, controls, n_columns=fixed.shape[1])
    refuse_interpolated(kpi, y, unit=sample.calendar.unit)
    refuse_lags(max_lag, n=len(y), n_beside=fixed.shape[1] - N_TREND)
    untestable = untestable_leads(y, X, leads, fixed=fixed)
    untestable += interpolated_leads(sample, X, leads, known=untestable)
    averages = reported_leads(sample, X, leads, reported=reported, known=untestable)
    X, untestable = averages.X, averages.untestable
    testable = ~np.isin(leads, [item.lead for item in untestable])
    names, X = tuple(name for name, kept in zip(leads, testable, strict=True) if kept), X[:, testable]
    x_unit = unit_of(X)
    X = X / x_unit
    own = tuple(own_series(sample, name, max_lag=max_lag, log=log, unit=float(x_unit[j])) for j, name in enumerate(names))
    parts = sampled(own, n=len(y))
    sums = np.r_[may_be_sums(sample, (kpi, *names)), np.zeros(parts.shape[1], dtype=bool)]
    beside = beside_leads(sample.calendar, y, np.column_stack([X, parts]), sums=sums)
    season = beside.columns
    refuse_exact_kpi(kpi, y, fixed if season is None else np.column_stack([fixed, season]))
    problem, working, done = working_problem(
        y, X, fixed, season=season, periods=season_periods(sample.calendar), lags=tuple(range(1, max_lag + 1)), own=own
    )
    refuse_clipped(kpi, sample.column(kpi), working.n_clipped, sample.periods)
    problem = replace(problem, y_scale=problem.y_scale * (1.0 if kpi in log else y_unit), x_scale=problem.x_scale * x_unit)
    return Prepared(
        problem=problem,
        leads=names,
        treatments=_treatments(
            sample,
            names,
            done,
            kpi=kpi,
            log=log,
            moved=moved_copies(y, X, max_lag=max_lag),
            ahead=made_of_later_values(*((difference(y), difference(X)) if working.unit_root else (y, X))),
        ),
        kpi=_kpi_treatment(sample, kpi, working, log=log),
        working=working,
        beside=beside,
        common=shared_swings(working.surprise, problem.X, unit_root=working.unit_root),
        untestable=untestable,
        reported="; ".join(filter(None, (reported.text, averages.text))),
        groups=duplicate_groups(problem.X),
    )


def _kpi_treatment(sample: Sample, kpi: str, working: WorkingKpi, *, log: Sequence[str]) -> Treatment:
    """What was done to the KPI, and what it is."""
    return Treatment(
        log=kpi in log,
        held=fill_forward_length(sample.column(kpi)) or 0,
        state=working.state,
        differenced=working.unit_root,
        n_clipped=working.n_clipped,
        rescaled=kpi in rescaled_alone(sample),
    )


def _treatments(
    sample: Sample, names: Sequence[str], done: WorkingLeads, *, kpi: str, log: Sequence[str], moved: Ints, ahead: Flags
) -> tuple[Treatment, ...]:
    """What was done to each lead, and what it is."""
    raw = _columns(sample, names, log=())
    parts, rescaled = arithmetic_parts(sample.column(kpi), raw), rescaled_alone(sample)
    return tuple(
        Treatment(
            log=name in log,
            part=bool(parts[j]),
            held=fill_forward_length(raw[:, j]) or 0,
            moved=int(moved[j]),
            state=done.states[j],
            differenced=bool(done.differenced[j]),
            surprises=bool(done.surprises[j]),
            n_clipped=int(done.n_clipped[j]),
            pace=sample.pace(name),
            known_ahead=whole(sample.ahead.get(name, 0) / sample.pace(name)),
            own_ahead=sample.ahead.get(name, 0),
            unusable=unusable_now(sample, name),
            event=_is_event(raw[:, j]) and sample.pace(name) == 1.0,
            rescaled=name in rescaled,
            ahead=bool(ahead[j]) and not moved[j] and sample.pace(name) == 1.0,
        )
        for j, name in enumerate(names)
    )


def _is_event(values: Floats) -> bool:
    """Whether the values of a series are zeros and ones, and it has both."""
    return set(np.unique(values[np.isfinite(values)]).tolist()) == {0.0, 1.0}


def extra_leads(prepared: Prepared, X: Floats) -> Problem:
    """Other series as the leads of a prepared problem, treated as its own leads were.

    Parameters
    ----------
    prepared : Prepared
    X : ndarray, shape (n, m)
        NaN where missing.

    Returns
    -------
    Problem
        The same KPI, base and momentum; of any lead all is asked.
    """
    problem = prepared.problem
    made = working_leads(X, prepared.working, lags=problem.lags, season=prepared.beside.columns)
    return replace(problem, X=made.values, x_scale=made.scale, finer=(), asked=())


def _columns(sample: Sample, names: Sequence[str], log: Sequence[str]) -> Floats:
    """Columns of the sample, logged where asked, shape (n, len(names))."""
    columns = [take_log(sample.column(name), name) if name in log else sample.column(name) for name in names]
    return np.column_stack(columns) if columns else np.empty((sample.n_periods, 0))
