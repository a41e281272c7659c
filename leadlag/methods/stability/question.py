"""The question: is the relation of a lead to the KPI the same all the time, and since the lead became a target."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_generator, as_int, as_real, only_data_positional, seed_words
from leadlag.catalogue import Catalogue, Metric, Missing, Moment, as_catalogue, as_moment, as_window
from leadlag.core.search.conditional import best_column, conditional_problem
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import column_of
from leadlag.core.search.shapes import Shape
from leadlag.core.time.clock import counted_back
from leadlag.decision.backing import Stability, Weakening
from leadlag.errors import UsageError
from leadlag.methods.stability import words
from leadlag.methods.stability.numbers.changes import LeadChange, whole_change
from leadlag.methods.stability.numbers.effects import (
    FEWEST_LEFT,
    LeadColumn,
    asymptotic_pvalue,
    both_sides,
    lead_column,
    since_target,
)
from leadlag.methods.stability.numbers.windows import MovingProfile, default_window, moving_profile
from leadlag.methods.stability.result import StabilityTest
from leadlag.prepare import Prepared, clean_kpi, prepare
from leadlag.prepare.edges import edges_told
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.prepare.scale import named_log
from leadlag.prepare.searched import searched_shapes
from leadlag.prepare.untestable import refuse_untestable
from leadlag.results import Provenance, Search
from leadlag.sample.dates import Targeted, targeted
from leadlag.sample.periods import Calendar
from leadlag.sample.roles import longest_lag, with_lead
from leadlag.wording.untestable import nothing_left

__all__ = ["StabilityTest", "lead_stability", "stability_test"]


@only_data_positional
def stability_test(
    data: Any,
    *,
    kpi: str,
    lead: str,
    max_lag: int | None = None,
    targeted_since: Moment | None = None,
    selected_on: tuple[Moment, Moment] | None = None,
    selected_from: int | None = None,
    given: str | Sequence[str] | None = None,
    window: int | None = None,
    level: float = 0.90,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    log: str | Sequence[str] = (),
    n_draws: int = 999,
    repair: Sequence[str] = REPAIRS,
) -> StabilityTest:
    """Test whether a lead's relation to the KPI changed, at any date or since the lead became a target.

    Parameters
    ----------
    data : Sample or data frame
        One row per period; see `leadlag.from_wide`.
    kpi, lead : str
        Columns of the data.
    max_lag : int, optional
        Lags 1..max_lag are searched for the column that fits best, in periods of the KPI; as in `rank_leads` if None.
    targeted_since : str, date or int, optional
        When the lead became a target; that of its `Metric` in the catalogue if None.
    selected_on : (from, to), optional
        First and last period on which it was chosen as a target; that of its `Metric` if None.
    selected_from : int, optional
        Number of metrics from which it was chosen; that of its `Metric` if None, 10 where nothing is known.
    given : str or sequence of str, optional
        Other leads that stand in the model, each at the lag and in the shape that fit best.
    window : int, optional
        Periods of a moving window; a quarter of them if None, 24 at least.
    level : float
        Confidence level of the intervals.
    rng : int or Generator
        The same value gives the same p.
    time : str, optional
        Time column of `data`.
    controls : str or sequence of str, optional
        Columns that stand in the model in the same period as the KPI.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.
    log : str or sequence of str
        Columns to analyse in natural logs.
    n_draws : int
        Bootstrap draws behind each p.

    Returns
    -------
    StabilityTest

    Raises
    ------
    UsageError
        If an argument is outside what is allowed, a date lies outside the data, or the lead cannot be tested.
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong, or the KPI cannot be analysed (LL313).

    Notes
    -----
    The series are prepared as in `rank_leads`, and the column of lags that fits best over all periods is tested in the
    regression filtered by the KPI's momentum: `leadlag.methods.stability.numbers.changes.lead_change` for a date that is not
    known, `leadlag.methods.stability.numbers.sides.change_at` for the date on which the lead became a target. From then on
    its *values* are those of a target, so a period of the KPI counts as "since" once the value of the lead `delay` periods
    before does. Periods of `selected_on` stay out of the effect before; where the others are too few, the effect on those
    periods is used, corrected for the choice (`leadlag.methods.stability.numbers.sides.corrected_for_selection`).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> works = np.arange(120) < 70
    >>> sales = np.where(works, np.roll(visits, 2), 0.0) + rng.normal(size=120)
    >>> data = pd.DataFrame({"visits": visits, "sales": sales})
    >>> found = stability_test(data, kpi="sales", lead="visits", max_lag=6, targeted_since=70)
    >>> found.pvalue < 0.05, found.weakening.pvalue < 0.05
    (True, True)
    """
    level = as_real(level, "level", low=0.0, high=1.0)
    draws, seed = as_int(n_draws, "n_draws", low=99, high=99_999), int(as_generator(rng).integers(2**63))
    sample, names = with_lead(
        data, kpi=kpi, lead=lead, given=given, controls=controls, time=time, catalogue=catalogue, missing=missing
    )
    repairs, longest = as_repairs(repair), longest_lag(sample, max_lag)
    told = edges_told(sample, names.names, max_lag=longest, metrics=as_catalogue(catalogue))
    sample = repaired(told, names.names, repairs)
    kpi, lead, kept, calendar = names.kpi, names.lead, names.controls, sample.calendar
    logged = named_log(log, names.names)
    known = as_catalogue(catalogue).get(lead) or Metric(lead)
    target = _target(calendar, known, since=targeted_since, selected_on=selected_on, n_candidates=selected_from)
    shapes = searched_shapes(sample, names.leads)
    with one_thread():
        prepared = prepare(sample, kpi=kpi, leads=names.leads, controls=kept, max_lag=longest, log=logged)
        refuse_untestable(prepared.untestable, kpi=kpi)
        problem = conditional_problem(prepared.problem, shapes)
        ahead = prepared.treatments[0].known_ahead
        best = best_column(problem, 0, shapes)
        if not best.usable:
            raise UsageError(nothing_left(kpi, lead), code="LL207")
        tested = _tested_column(prepared, problem, 0, best=best.column, shapes=shapes, ahead=ahead)
        signs = SharedSigns(seed=seed, n_draws=draws)
        found = tested.change(signs)
        if found is None:
            what = f"kpi={kpi!r}, lead={lead!r}: {words.too_little(len(tested.regression.rows), calendar.unit)}."
            raise UsageError(f"{what} Give more periods.", code="LL204")
        size = _window(window, n=len(tested.regression.rows))
        stability = _stability(tested, found, calendar, target=target, signs=signs, level=level)
        if stability.weakening is not None and stability.weakening.missing:
            raise UsageError(f"targeted_since: {stability.weakening.missing}. Leave it out, or ask again later.", code="LL204")
        numbers = _of_change(tested, found, calendar, signs=signs, level=level)
        numbers |= _moving(moving_profile(tested, problem, window=size, level=level), calendar, ahead=ahead)
    settings: dict[str, Any] = {"kpi": kpi, "lead": lead, "max_lag": longest, "level": level, "given": names.given}
    settings |= {"window": size, "rng": seed_words(rng), "controls": kept, "missing": missing, "repair": repairs, "log": logged}
    settings |= {"n_draws": draws, "time": time}
    settings |= {"targeted_since": None if target is None else target.label}
    settings |= {"selected_on": None if target is None or target.chosen is None else _labels(calendar, target.chosen)}
    done = Search(n_lags=problem.n_slots, n_shapes=len(shapes), n_tests=len(found.dates), family=words.WHEN, correction=words.HOW)
    provenance = Provenance.of("stability_test", warnings=[(one.code, one.text) for one in sample.notes], search=done, **settings)
    return StabilityTest(
        kpi=kpi, lead=lead, given=names.given, controls=kept, unit=calendar.unit, delay=tested.delay,
        shape=tested.shape.label, stability=stability, window=size, lead_sd=float(problem.x_scale[0]), level=level,
        nobs=len(tested.regression.rows), in_percent=tested.log, provenance=provenance, **numbers,
    )  # fmt: skip


def lead_stability(
    prepared: Prepared,
    problem: Problem,
    column: int,
    *,
    best: int,
    shapes: Sequence[Shape],
    seed: int,
    calendar: Calendar,
    n_draws: int = 999,
    metric: Metric | None = None,
    level: float = 0.90,
    ahead: float = 0,
) -> Stability:
    """Stability of one chosen lead, for a ranking; with the reason in place of numbers where it cannot be asked.

    Parameters
    ----------
    prepared : Prepared
    problem : Problem
        With the other chosen leads in its base.
    column : int
        The lead in `problem`.
    best : int
        The column of the scan in which it was found.
    shapes : sequence of Shape
        Those that were searched.
    seed : int
        Of the bootstrap.
    calendar : Calendar
        Of the KPI.
    n_draws : int
    metric : Metric, optional
        What is known about the lead: `targeted_since` and `selected_on`.
    level : float
        Confidence level of the intervals.
    ahead : float
        Periods of the KPI by which values of the lead are known ahead.

    Returns
    -------
    Stability
    """
    tested = _tested_column(prepared, problem, column, best=best, shapes=shapes, ahead=ahead)
    signs = SharedSigns(seed=seed, n_draws=n_draws)
    target, missing = None, ""
    if metric is not None and metric.targeted_since is not None:
        try:
            target = targeted(calendar, metric.targeted_since, metric.selected_on, n_candidates=metric.selected_from)
        except UsageError as error:
            missing = words.date_refused(error)
    found = tested.change(signs)
    weakening = Weakening(since=str(metric.targeted_since), level=level, missing=missing) if metric and missing else None
    if found is None:
        reason = words.too_little(len(tested.regression.rows), calendar.unit)
        if target is not None:
            weakening = Weakening(since=target.label, level=level, missing=reason)
        return Stability(missing=reason, weakening=weakening)
    stability = _stability(tested, found, calendar, target=target, signs=signs, level=level)
    return replace(stability, weakening=weakening) if weakening is not None else stability


def _tested_column(
    prepared: Prepared, problem: Problem, column: int, *, best: int, shapes: Sequence[Shape], ahead: float
) -> LeadColumn:
    """A lead in its column, the KPI's outliers judged beside it: before, a strong answer looks like one."""
    if prepared.kpi.n_clipped:
        columns = np.column_stack([problem.mean, column_of(problem, column, best, shapes)])
        y, _, _ = clean_kpi(prepared.working.unclipped, columns, like=problem.momentum)
        problem = refitted(problem, y=y)
    return lead_column(problem, column, best, shapes, log=prepared.kpi.log, ahead=ahead)


def _target(calendar: Calendar, known: Metric, *, since: Any, selected_on: Any, n_candidates: Any) -> Targeted | None:
    """When the lead became a target, by the arguments or by what is known about it."""
    if since is None and known.targeted_since is None:
        if selected_on is not None or n_candidates is not None:
            raise UsageError("selected_on and selected_from say how a target was chosen: give targeted_since too.")
        return None
    moment = known.targeted_since if since is None else as_moment(since, "targeted_since")
    window = known.selected_on if selected_on is None else as_window(selected_on, "selected_on")
    if n_candidates is not None and window is None:
        raise UsageError(f"selected_from={n_candidates!r} says how a target was chosen: give selected_on too, when that was.")
    many = known.selected_from if n_candidates is None else as_int(n_candidates, "selected_from", low=2)
    return targeted(calendar, moment, window, n_candidates=many) if moment is not None else None


def _stability(
    tested: LeadColumn, found: LeadChange, calendar: Calendar, *, target: Targeted | None, signs: SharedSigns, level: float
) -> Stability:
    """The answers about one lead."""
    before, after = both_sides(tested, found, level=level)
    return Stability(
        statistic=found.supremum,
        pvalue=found.pvalue,
        date=calendar.labels[tested.regression.rows[found.split - 1]],
        before=before.value,
        after=after.value,
        weakening=None if target is None else _weakening(tested, calendar, target, signs=signs, level=level),
    )


def _weakening(tested: LeadColumn, calendar: Calendar, target: Targeted, *, signs: SharedSigns, level: float) -> Weakening:
    """The test since the lead became a target."""
    found = since_target(
        tested, since=target.since, selected_on=target.chosen, n_candidates=target.n_candidates, signs=signs, level=level
    )
    told = Weakening(since=target.label, level=level, n_before=found.n_before, n_after=found.n_after)
    if found.before is None or found.after is None:
        return replace(told, missing=words.too_few_beside(told, calendar.unit))
    return replace(
        told, before=found.before.value, before_low=found.before.low, before_high=found.before.high, after=found.after.value,
        after_low=found.after.low, after_high=found.after.high, pvalue=found.pvalue, changed_pvalue=found.changed_pvalue,
        selected=found.selected,
    )  # fmt: skip


def _of_change(tested: LeadColumn, found: LeadChange, calendar: Calendar, *, signs: SharedSigns, level: float) -> dict[str, Any]:
    """Fields of the test at an unknown date."""
    regression, labels = tested.regression, calendar.labels
    before, after = both_sides(tested, found, level=level)
    every = whole_change(regression, signs=signs)
    return {
        "before_low": before.low, "before_high": before.high, "after_low": after.low, "after_high": after.high,
        "supremum_pvalue": found.supremum_pvalue, "average_pvalue": found.average_pvalue,
        "exponential_pvalue": found.exponential_pvalue, "threshold": found.threshold,
        "asymptotic_pvalue": asymptotic_pvalue(found, len(regression.rows)),
        "whole_statistic": math.nan if every is None else every[0], "whole_pvalue": math.nan if every is None else every[1],
        "periods": tuple(labels[row] for row in regression.rows),
        "left_out": tuple(labels[row] for row in regression.event),
        "dates": tuple(labels[regression.rows[date - 1]] for date in found.dates), "statistics": tuple(found.statistics.tolist()),
    }  # fmt: skip


def _window(window: Any, *, n: int) -> int:
    """Periods of a moving window."""
    return default_window(n) if window is None else as_int(window, "window", low=FEWEST_LEFT, high=n)


def _moving(found: MovingProfile, calendar: Calendar, *, ahead: float) -> dict[str, Any]:
    """Fields of the moving windows."""
    labels = calendar.labels
    return {
        "window_ends": tuple(labels[row] for row in found.ends), "effect": tuple(found.effect.tolist()),
        "effect_low": tuple(found.low.tolist()), "effect_high": tuple(found.high.tolist()),
        "lags": tuple(counted_back(float(delay), ahead) for delay in found.delays),
        "profile": tuple(map(tuple, found.profile.tolist())),
        "profile_low": tuple(map(tuple, found.profile_low.tolist())),
        "profile_high": tuple(map(tuple, found.profile_high.tolist())),
    }  # fmt: skip


def _labels(calendar: Calendar, rows: tuple[int, int]) -> tuple[str, str]:
    """First and last period of some rows, as far as they lie in the calendar."""
    labels = calendar.labels
    return labels[min(max(rows[0], 0), len(labels) - 1)], labels[min(max(rows[1], 0), len(labels) - 1)]
