"""From a Sample to a Problem: what is done to the series before anything is tested, and why.

The order is: logs on request, season and trend columns, integration, the KPI's outliers, the leads' spikes,
the KPI's momentum. Every threshold of preparation stands in this package and in `transforms.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadlag.core.linear.leastsquares import is_constant, less_columns, standardise
from leadlag.core.noise.momentum import Momentum, filtered_fit, fit_momentum
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.series.identities import arithmetic_parts, duplicate_groups
from leadlag.core.series.reported import filled_forward_step
from leadlag.core.series.shift import largest_shift
from leadlag.core.series.stationary import integration_states
from leadlag.errors import DataContractError, UsageError
from leadlag.prepare.finer import OwnSeries, own_series, sampled, working_series
from leadlag.prepare.leads import N_TREND, SPIKE, kpi_surprises, working_leads
from leadlag.prepare.reported import as_reported
from leadlag.prepare.season import Season, seasons_asked
from leadlag.prepare.transforms import clip_innovations, few_values, heavy_tailed, take_log
from leadlag.prepare.untestable import Untestable, fewest_rows, moved_copies, single_event, untestable_leads
from leadlag.sample import Sample

__all__ = [
    "MAX_ORDER", "SHIFT", "Prepared", "Season", "Treatment", "Untestable", "clean_kpi", "clip_limit", "clipped_kpi",
    "extra_leads", "longest_lag", "prepare",
]  # fmt: skip

Floats = NDArray[np.float64]

#: AR orders of the KPI's noise that are compared: this many, more with more rows, at most a year of months. What a lead leaves of
#: the KPI may be slow and noisy: of 786 months one random walk in six passed beside building permits at 4, one in 20 at 12.
MAX_ORDER, _ROWS_AN_ORDER, _LONGEST_ORDER = 4, 40, 12
#: The KPI's innovations are clipped at this many robust standard deviations, and closer where their tails are heavy. With heavy
#: tails, spikes and gaps found was .55, .59 and .61 (false share .08, .09, .06; 100 draws) at 3, 2.5 and 2 where tails are heavy;
#: at 2 the real cases lose a documented lead.
_CLIP, _CLIP_HEAVY = 4.0, 2.5
#: A level shift of the KPI that gains more than this in likelihood enters every model (`core.series.shift`); of an integrated
#: KPI it is one large change.
SHIFT = 12.0


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What was done to one series before it was tested, and what it is.

    `pace` is the number of its own periods in one of the KPI's. `part` says that it is an arithmetic part of the KPI; `held` for
    how many periods each of its values stands, 0 if each period has its own; `moved` by how many periods it is the KPI itself,
    moved to an earlier time, 0 if it is another series.
    """

    log: bool = False
    part: bool = False
    held: int = 0
    moved: int = 0
    state: str = ""
    differenced: bool = False
    surprises: bool = False
    n_clipped: int = 0
    pace: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A Problem with its labels.

    Parameters
    ----------
    problem : Problem
        Column j of ``problem.X`` is ``leads[j]``.
    leads : tuple of str
        Candidates that can be tested.
    treatments : tuple of Treatment
        One a lead.
    kpi : Treatment
    seasons : tuple of Season
        In the base of every regression.
    untestable : tuple of Untestable
    integration : str
        "integrated", "stationary" or "inconclusive", of the KPI.
    reported : str
        That the KPI is an average or a sum to date, and what was done about it; empty if it is neither.
    given : ndarray, shape (n,)
        The working KPI before its innovations were clipped.
    groups : ndarray of int, shape (len(leads),)
        Leads that are duplicates of each other after preparation share a number; -1 for none.
    """

    problem: Problem
    leads: tuple[str, ...]
    treatments: tuple[Treatment, ...]
    kpi: Treatment
    seasons: tuple[Season, ...]
    untestable: tuple[Untestable, ...]
    integration: str
    reported: str
    given: Floats
    groups: NDArray[np.intp]


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
    reported = as_reported(sample.column(kpi), sample.calendar, undo=undo)
    y = take_log(reported.values, kpi) if kpi in log else reported.values
    fixed = np.column_stack([np.ones(len(y)), np.arange(len(y)) / len(y), standardise(Z).values, reported.waves])
    _refuse_kpi(kpi, y, Z, controls, n_columns=fixed.shape[1])
    _refuse_lags(max_lag, n=len(y), n_beside=fixed.shape[1] - N_TREND)
    untestable = untestable_leads(y, X, leads, fixed=fixed, n_controls=Z.shape[1])
    if reported.refused:
        untestable = tuple(Untestable(lead=lead, code="LL108", detail="") for lead in leads)
    testable = ~np.isin(leads, [item.lead for item in untestable])
    names = tuple(name for name, kept in zip(leads, testable, strict=True) if kept)
    own = tuple(own_series(sample, name, max_lag=max_lag, log=log) for name in names)
    seasons = seasons_asked(sample.calendar, y, np.column_stack([X[:, testable], sampled(own, n=len(y))]))
    _refuse_exact_kpi(kpi, y, np.column_stack([fixed, *(item.columns for item in seasons)]))
    arrays = _prepare_arrays(y, X[:, testable], fixed, seasons, lags=tuple(range(1, max_lag + 1)), own=own)
    raw = np.column_stack([sample.column(name) for name in names]) if names else X[:, testable]
    parts = arithmetic_parts(sample.column(kpi), raw)
    moved = moved_copies(y, X[:, testable], max_lag=max_lag)
    return Prepared(
        problem=arrays.problem,
        leads=names,
        treatments=tuple(
            Treatment(
                log=name in log,
                part=bool(parts[j]),
                held=filled_forward_step(raw[:, j]) or 0,
                moved=int(moved[j]),
                state=arrays.states[j],
                differenced=bool(arrays.differenced[j]),
                surprises=bool(arrays.surprises[j]),
                n_clipped=int(arrays.n_calmed[j]),
                pace=sample.pace(name),
            )
            for j, name in enumerate(names)
        ),
        kpi=Treatment(
            log=kpi in log,
            held=filled_forward_step(sample.column(kpi)) or 0,
            state=arrays.state,
            differenced=arrays.problem.momentum.unit_root,
            n_clipped=arrays.n_clipped,
        ),
        seasons=arrays.seasons,
        untestable=untestable,
        integration=arrays.state,
        reported=reported.text,
        given=arrays.given,
        groups=duplicate_groups(arrays.problem.X),
    )


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
        The same KPI, base and momentum.
    """
    problem, seasons = prepared.problem, [item.columns for item in prepared.seasons]
    # leads are prepared before a level shift of the KPI is looked for
    without = problem if problem.shift is None else refitted(problem, shift=None)
    unit_root = without.momentum.unit_root
    made = working_leads(
        X, surprise=kpi_surprises(without.y, without.base, without.momentum), lags=problem.lags,
        raw_surprise=kpi_surprises(prepared.given, without.base, without.momentum),
        season=np.column_stack(seasons) if seasons else None,
        deterministic=np.column_stack([problem.base[:, :N_TREND], *seasons]), unit_root=unit_root,
        may_be_differenced=not unit_root and prepared.integration == "stationary",
    )  # fmt: skip
    return replace(problem, X=made.values, x_scale=made.scale, finer=())


def _columns(sample: Sample, names: Sequence[str], log: Sequence[str]) -> Floats:
    """Columns of the sample, logged where asked, shape (n, len(names))."""
    columns = [take_log(sample.column(name), name) if name in log else sample.column(name) for name in names]
    return np.column_stack(columns) if columns else np.empty((sample.n_periods, 0))


def _refuse_kpi(kpi: str, y: Floats, Z: Floats, controls: Sequence[str], *, n_columns: int) -> None:
    """A KPI that cannot be analysed stops everything: there is nothing to rank against."""
    known, needed = np.isfinite(y), fewest_rows(n_columns)
    if (n := int(known.sum())) < fewest_rows(n_columns - Z.shape[1]):
        raise DataContractError(f"{_has(kpi, n, needed)}: give a longer history.", code="LL313")
    # controls stand in every model, so a period without one is lost to all leads
    if (n := int((known & np.isfinite(Z).all(axis=1)).sum())) < needed:
        fewest = np.isfinite(Z).sum(axis=0)
        which = f"{controls[int(fewest.argmin())]!r}, which has {fewest.min()}" if fewest.min() < len(y) else "some of these"
        raise DataContractError(f"{_has(kpi, n, needed)} where all controls have one: leave out {which}.", code="LL313")
    if bool(is_constant(y)):
        raise DataContractError(f"kpi={kpi!r} is constant: there is nothing to predict. Name another KPI.", code="LL313")
    if event := single_event(y[known]):
        what = f"kpi={kpi!r} cannot be analysed: {event}, and from one event nothing can be learned."
        raise DataContractError(f"{what} Name another KPI, or give a longer history.", code="LL313")


def _has(kpi: str, n: int, needed: int) -> str:
    return f"kpi={kpi!r} has {n} values, and at least {needed} are needed"


def longest_lag(n_periods: int, *, n_beside: int = 0) -> int:
    """Longest lag that `n_periods` allow: enough of them have a value so far back; a sixth, the default, is always allowed.

    Parameters
    ----------
    n_periods : int
    n_beside : int
        Columns beside constant and trend in every model: controls, and what undoing a moving average needs.

    Examples
    --------
    >>> longest_lag(30), longest_lag(150), longest_lag(12)
    (8, 128, 2)
    """
    return max(n_periods - fewest_rows(N_TREND + n_beside), n_periods // 6, 1)


def _refuse_lags(max_lag: int, *, n: int, n_beside: int) -> None:
    """No lag beyond the longest that is allowed."""
    most = longest_lag(n, n_beside=n_beside)
    if max_lag > most:
        needed = fewest_rows(N_TREND + n_beside)
        why = f"a longer lag leaves fewer than {needed} of the {n} periods with a value of the lead that far back"
        raise UsageError(f"max_lag={max_lag} is not allowed: give at most {most}, because {why}.")


def _refuse_exact_kpi(kpi: str, y: Floats, base: Floats) -> None:
    """A KPI of which the base leaves rounding only: its tests would be tests of rounding."""
    left = less_columns(standardise(y).values, base)
    if not left[np.isfinite(left)].any():
        what = f"kpi={kpi!r} is exactly its trend, its season and the controls: there is nothing left to predict."
        raise DataContractError(f"{what} Name another KPI, or fewer controls.", code="LL313")


@dataclass(frozen=True, kw_only=True)
class _Arrays:
    """A Problem with what was done to its columns."""

    problem: Problem
    states: tuple[str, ...]
    differenced: NDArray[np.bool_]
    surprises: NDArray[np.bool_]
    n_calmed: NDArray[np.intp]
    n_clipped: int
    given: Floats
    state: str
    seasons: tuple[Season, ...]


def _prepare_arrays(
    y: Floats, X: Floats, fixed: Floats, seasons: tuple[Season, ...], *, lags: tuple[int, ...], own: tuple[OwnSeries | None, ...]
) -> _Arrays:
    """Integration, outliers, momentum and working leads, in that order."""
    season = [item.columns for item in seasons]
    base = np.column_stack([fixed, *season])
    scaled = standardise(y)
    seasonal = np.column_stack(season) if season else None
    (state,) = integration_states(scaled.values[:, None], season=seasonal)
    unit_root = state == "integrated"
    working_y, momentum, n_clipped = clean_kpi(scaled.values, base, unit_root=unit_root)
    # an answer to spikes of a lead is looked for in the KPI as it came: clipped, it would be gone
    raw_surprise = kpi_surprises(scaled.values, base, momentum)
    may_be_differenced = not unit_root and state == "stationary"
    made = working_leads(
        X, surprise=kpi_surprises(working_y, base, momentum), raw_surprise=raw_surprise, lags=lags, season=seasonal,
        deterministic=np.column_stack([fixed[:, :N_TREND], *season]), unit_root=unit_root, may_be_differenced=may_be_differenced,
    )  # fmt: skip
    states, differenced, surprises, n_calmed = list(made.states), made.differenced, made.surprises, made.n_calmed
    finer = [
        None if one is None else working_series(
            one, kpi_surprise=raw_surprise, spike=SPIKE, unit_root=unit_root, as_surprises=bool(surprises[j]),
            may_be_differenced=may_be_differenced,
        )
        for j, one in enumerate(own)
    ]  # fmt: skip
    x_scale = made.scale.copy()
    for j, one in enumerate(finer):
        if one is not None:
            x_scale[j], states[j], differenced[j], n_calmed[j] = one.scale, one.state, one.differenced, one.n_calmed
    problem = Problem(
        y=working_y, X=made.values, base=base, momentum=momentum, lags=lags, max_order=_most_orders(len(y)),
        y_scale=float(scaled.scale), x_scale=x_scale,
        finer=tuple(None if one is None else one.lead for one in finer) if any(finer) else (),
    )  # fmt: skip
    problem = _with_shift(problem)
    return _Arrays(
        problem=problem, states=tuple(states), differenced=differenced, surprises=surprises, n_calmed=n_calmed,
        n_clipped=n_clipped,
        given=scaled.values, state=state, seasons=seasons,
    )  # fmt: skip


def _with_shift(problem: Problem) -> Problem:
    """The problem with the KPI's level shift in it, if it has a clear one; under a unit root it is one large change."""
    shift = largest_shift(problem.y, problem.base, problem.momentum)
    if shift is None or shift.gain <= SHIFT:
        return problem
    return refitted(problem, shift=shift.column(len(problem.y)))


def _most_orders(n: int) -> int:
    return min(max(n // _ROWS_AN_ORDER, MAX_ORDER), _LONGEST_ORDER)


def clean_kpi(y: Floats, base: Floats, *, unit_root: bool) -> tuple[Floats, Momentum, int]:
    """The KPI with clipped innovations, its momentum after that, and how many were clipped.

    Parameters
    ----------
    y : ndarray, shape (n,)
    base : ndarray, shape (n, q)
        What is in the model while innovations are judged.
    unit_root : bool
    """
    momentum = fit_momentum(y, base, max_order=_most_orders(len(y)), unit_root=unit_root)
    if few_values(y):
        return y, momentum, 0
    # a level that has moved stays: clipped, it would come back as a slope of large innovations
    shift = largest_shift(y, base, momentum)
    columns = base if shift is None or shift.gain <= SHIFT else np.column_stack([base, shift.column(len(y))])
    return clipped_kpi(y, base, momentum, columns=columns)


def clip_limit(residual: Floats, momentum: Momentum) -> float:
    """Robust standard deviations within which the KPI's innovations are kept."""
    return _CLIP_HEAVY if heavy_tailed(residual, momentum) else _CLIP


def clipped_kpi(y: Floats, base: Floats, momentum: Momentum, *, columns: Floats) -> tuple[Floats, Momentum, int]:
    """The KPI with clipped innovations, as `clean_kpi` returns it.

    Parameters
    ----------
    y : ndarray, shape (n,)
    base : ndarray, shape (n, q)
        What is in the model of the momentum that is returned.
    momentum : Momentum
        Fitted before anything is clipped.
    columns : ndarray, shape (n, k)
        What is in the model while innovations are judged: the base, and a level shift if there is one.
    """
    cleaned, n_clipped, found = y, 0, momentum
    for _ in range(2):  # the first fit still has the outliers in it
        mean = columns @ filtered_fit(cleaned, columns, found).params
        residual, n_clipped = clip_innovations(y - mean, found, limit=clip_limit(y - mean, found))
        if not n_clipped:
            return y, momentum, 0
        cleaned = mean + residual
        found = fit_momentum(cleaned, base, max_order=_most_orders(len(y)), unit_root=momentum.unit_root)
    return cleaned, found, n_clipped
