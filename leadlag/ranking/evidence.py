"""What the methods found, lead by lead: arrays in, one `Evidence` a lead out. No threshold, no formula."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from leadlag.catalogue import Metric
from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import rows_needed
from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.core.search.drifting import Drift
from leadlag.core.search.effect import EffectSize
from leadlag.core.search.influence import Events
from leadlag.core.search.problem import Problem
from leadlag.core.time.clock import counted_back
from leadlag.core.time.lags import difference
from leadlag.decision import Effect, Evidence, Expectation, Policy, Profile, Quality, Reason, SamePeriod
from leadlag.methods.delay.question import publication_delay
from leadlag.methods.screen.numbers.screen import screen
from leadlag.prepare import Prepared, Treatment
from leadlag.prepare.edges import ENDED
from leadlag.ranking.kpi_units import LeadScan, in_kpi_units
from leadlag.ranking.same_period import SamePeriodSizes, same_period_sizes
from leadlag.ranking.search import Findings
from leadlag.ranking.sizing import long_run_effect, passing_interval
from leadlag.ranking.words.treatment import lead_treatment, made_of_later, moved_copy, moving_delay, slow_lead

__all__ = ["evidence_of"]


def evidence_of(
    prepared: Prepared,
    findings: Findings,
    *,
    unit: str,
    periods: Sequence[str],
    policy: Policy,
    metrics: Mapping[str, Metric],
    joint_test: bool = True,
) -> list[Evidence]:
    """Evidence of every candidate, those first that could be tested.

    Parameters
    ----------
    prepared : Prepared
    findings : Findings
    unit : str
        Word for one period.
    periods : sequence of str
        Label of each period of the sample.
    policy : Policy
    metrics : Mapping from str to Metric
        What is known about the leads.
    joint_test : bool
        Whether the joint F test of each lead's lags is computed; no verdict rests on it.
    """
    alone = in_kpi_units(prepared.problem, findings.scan, level=policy.effect_level, shapes=findings.shapes)
    selection, direction = findings.selection, findings.direction
    reverse_q, coincident_q = fdr_adjust(direction.reverse), fdr_adjust(direction.coincident)
    order = _granger_order(prepared.problem)
    granger = _granger_pvalues(prepared.problem, order=order) if joint_test else np.full(len(prepared.leads), math.nan)
    found = []
    for j, lead in enumerate(prepared.leads):
        if not math.isfinite(findings.scan.statistic[j]):
            reason = _no_numbers(prepared.problem, most_rows=int(findings.scan.nobs[j].max()))
            found.append(Evidence(lead=lead, n_dropped=len(prepared.problem.y), untestable=reason))
            continue
        place = selection.selected.index(j) if j in selection.selected else None
        explained = int(selection.explained_by[j])
        numbers = _numbers(prepared, alone, j) | _conditional_numbers(prepared, findings, place, policy=policy)
        evidence = Evidence(
            lead=lead,
            qvalue=float(selection.qvalue[j]),
            delay=findings.delays.get(j),
            explained_by=prepared.leads[explained] if explained >= 0 else "",
            reverse_pvalue=float(direction.reverse[j]),
            reverse_qvalue=float(reverse_q[j]),
            follows_by=float(direction.follows_by[j]),
            coincident_pvalue=float(direction.coincident[j]),
            coincident_qvalue=float(coincident_q[j]),
            unconfirmed=bool(selection.unconfirmed[j]),
            one_event=bool(selection.one_event[j]),
            few_events=_events(selection.few_events.get(j), periods),
            group=int(prepared.groups[j]) if prepared.groups[j] >= 0 else None,
            granger_pvalue=float(granger[j]),
            granger_order=order if joint_test else None,
            integration=prepared.treatments[j].state,
            treatment=_treatment(prepared, j, unit=unit),
            available_after=publication_delay(metrics, lead, pace=prepared.treatments[j].pace),
            unusable=prepared.treatments[j].unusable,
            notes=_notes(prepared, j, unit=unit, drift=findings.drifting.get(j)),
            quality=_quality(prepared, j, nobs=int(alone.nobs[j])),
            expectation=_expectation(prepared, j),
        )
        found.append(replace(evidence, **numbers | _numbers_of_several(prepared, findings, j, policy=policy)))
    return found + [
        Evidence(lead=item.lead, n_dropped=len(prepared.problem.y), untestable=Reason(code=item.code, detail=item.detail))
        for item in prepared.untestable
    ]


def _events(found: Events | None, periods: Sequence[str]) -> tuple[str, ...]:
    """The stretches on which a lead rests, in their order in time."""
    if found is None:
        return ()
    return tuple(f"{periods[first]} to {periods[last]}" for first, last in sorted(found.spans))


def _no_numbers(problem: Problem, *, most_rows: int) -> Reason:
    """Why no lag of a lead could be tested: its gaps, or that other columns make it up."""
    needed = rows_needed(problem.mean.shape[1])
    if most_rows < needed:
        told = f"its gaps leave {most_rows} periods with all the values that a lag takes, {needed} are needed"
        return Reason(code="LL204", detail=told)
    return Reason(code="LL207", detail="nothing is left of it beside them")


def _notes(prepared: Prepared, j: int, *, unit: str, drift: Drift | None) -> tuple[tuple[str, str], ...]:
    """Code and text of what deserves a look about one lead."""
    name, done = prepared.leads[j], prepared.treatments[j]
    notes = [("LL118", moved_copy(name, moved=done.moved, unit=unit))] if done.moved else []
    notes += [("LL160", made_of_later(name))] if done.ahead else []
    notes += [("LL121", slow_lead(name, held=done.held, unit=unit))] if done.held else []
    notes += [(ENDED, done.unusable)] if done.unusable else []
    if drift is not None:
        delays = tuple(counted_back(delay, done.known_ahead) for delay in drift.delays)
        notes += [("LL155", moving_delay(name, delays=delays, unit=unit))]
    return tuple(notes)


def _expectation(prepared: Prepared, j: int) -> Expectation | None:
    """What alone was asked of one lead, its lags counted from its own periods."""
    asked, ahead = prepared.problem.asked_of(j), prepared.treatments[j].known_ahead
    if asked is None:
        return None
    first, last = (end - ahead if math.isfinite(end) else math.nan for end in (asked.first, asked.last))
    return Expectation(sign=("", "+", "-")[asked.sign], first=first, last=last)


def _quality(prepared: Prepared, j: int, *, nobs: int) -> Quality:
    """What the data of one lead and the KPI were like before the fit."""
    problem, done, kpi = prepared.problem, prepared.treatments[j], prepared.kpi
    x = problem.X[:, j]
    has = np.flatnonzero(np.isfinite(x))
    window = slice(has[0], has[-1] + 1) if len(has) else slice(0)
    both = np.isfinite(x[window]) & problem.observed[window]
    clipped = max(done.n_clipped / max(len(has) * done.pace, 1.0), kpi.n_clipped / max(int(np.isfinite(problem.y).sum()), 1))
    return Quality(
        nobs=nobs,
        missing=float(1.0 - both.mean()) if both.size else 1.0,
        clipped=clipped,
        held=max(done.held, kpi.held),
        moved=done.moved,
        ahead=done.ahead,
        part=done.part,
        reported=bool(prepared.reported),
        rescaled=done.rescaled or kpi.rescaled,
        n_seasons=min((item.n_seasons for item in prepared.seasons), default=math.inf),
    )


def _numbers(prepared: Prepared, scan: LeadScan, j: int) -> dict[str, Any]:
    """Fields of the scan of one candidate alone."""
    return {
        "nobs": int(scan.nobs[j]),
        "n_dropped": len(prepared.problem.y) - int(scan.nobs[j]),
        "statistic": float(scan.statistic[j]),
        "pvalue": float(scan.pvalue[j]),
        "log_pvalue": float(scan.log_pvalue[j]),
    } | _size(prepared, prepared.problem, scan, j, lead=j, effect=_of_the_best(scan, j))


def _of_the_best(scan: LeadScan, j: int) -> EffectSize:
    """Effect of a lead in its best shape."""
    return EffectSize(value=float(scan.effect[j]), low=float(scan.effect_low[j]), high=float(scan.effect_high[j]))


def _size(prepared: Prepared, problem: Problem, scan: LeadScan, j: int, *, lead: int, effect: EffectSize) -> dict[str, Any]:
    """Shape, effect and profile of lead j of a problem and its scan, which is `lead` of those prepared."""
    return {
        "shape": scan.shape[j],
        "response": scan.response[j],
        "effect": _effect(prepared, effect, level=scan.level, x_scale=float(problem.x_scale[j])),
        "profile": _profile(prepared, problem, scan, j, done=prepared.treatments[lead]),
    }


def _conditional_numbers(prepared: Prepared, findings: Findings, place: int | None, *, policy: Policy) -> dict[str, Any]:
    """Fields of a chosen lead that are those given the other chosen ones."""
    if place is None:
        return {}
    selection, shapes = findings.selection, findings.shapes
    problem, found = selection.conditional[place], selection.scans[place]
    # one lead alone is held by the step-up rule, which counts all that pass beside it
    n_passed = int((selection.qvalue <= policy.fdr).sum()) if len(selection.selected) == 1 else len(selection.selected)
    selection_pvalue = policy.fdr * n_passed / int(np.isfinite(selection.qvalue).sum())
    log_p = float(found.log_pvalue[0])
    long_run = long_run_effect(
        prepared, problem, found, level=policy.effect_level, selection_pvalue=selection_pvalue, shapes=shapes
    )
    # one chosen lead alone may be held by its p of the first scan
    lead = int(selection.selected[place])
    decided = min(log_p, float(selection.first.log_pvalue[lead])) if len(selection.selected) == 1 else log_p
    passing = passing_interval(problem, found, pvalue=selection_pvalue, log_pvalue=decided, shapes=shapes)
    scan = in_kpi_units(long_run.problem, long_run.scan, level=policy.effect_level, shapes=shapes)
    size = _size(prepared, problem, scan, 0, lead=lead, effect=long_run.effect)
    # where one sign alone is chosen, the interval leaves out as much on either side
    passing_level = 1.0 - selection_pvalue * (2 if problem.signs[0] else 1)
    ends = sorted(_in_kpi_units(prepared, end) for end in passing)
    size["effect"] = replace(size["effect"], passing_low=ends[0], passing_high=ends[1], passing_level=passing_level)
    sizes = same_period_sizes(
        prepared, problem, found, level=policy.effect_level, selection_pvalue=selection_pvalue, shapes=shapes
    )
    if sizes is not None and not prepared.treatments[lead].known_ahead:
        size["same_period"] = _same_period(prepared, findings, sizes, lead, x_scale=float(problem.x_scale[0]), policy=policy)
    numbers = {"conditional_statistic": float(found.statistic[0]), "conditional_log_pvalue": log_p}
    return {**numbers, "conditional_pvalue": math.exp(log_p)} | size


def _numbers_of_several(prepared: Prepared, findings: Findings, j: int, *, policy: Policy) -> dict[str, Any]:
    """Fields of a lead that several of its lags together made one.

    Its t is none of those that order the chosen leads, so it has none: it comes after them.
    """
    one = next((each for each in findings.selection.several if each.lead == j), None)
    if one is None:
        return {}
    scan = in_kpi_units(one.problem, one.scan, level=policy.effect_level, shapes=findings.shapes)
    size = _size(prepared, one.problem, scan, 0, lead=j, effect=one.total(policy.effect_level))
    numbers = {"conditional_log_pvalue": one.log_pvalue, "conditional_pvalue": math.exp(one.log_pvalue)}
    named = {"qvalue": one.qvalue, "unconfirmed": False, "one_event": False}
    return {**numbers, **named} | size | {"shape": one.label, "response": "linear"}


def _same_period(
    prepared: Prepared, findings: Findings, sizes: SamePeriodSizes, lead: int, *, x_scale: float, policy: Policy
) -> SamePeriod:
    """What a lead does in the same period and later, of an event for one period of it; added up where the lead moves first."""
    done = prepared.treatments[lead]
    event = done.event and not (done.differenced or done.surprises)
    per = 1.0 / x_scale if event else 1.0
    not_added = "part" if done.part or done.moved or done.ahead else ""
    if not not_added and findings.direction.reverse[lead] <= policy.coincident_level:
        not_added = "follows"

    def told(size: EffectSize) -> tuple[float, float, float]:
        value, *ends = (_in_kpi_units(prepared, number * per) for number in (size.value, size.low, size.high))
        return value, min(ends), max(ends)

    return SamePeriod(
        now=told(sizes.now), later=told(sizes.later), total=(math.nan, math.nan, math.nan) if not_added else told(sizes.total),
        rise=1.0 if event else x_scale, level=policy.effect_level, event=event, in_percent=prepared.kpi.log, not_added=not_added,
    )  # fmt: skip


def _treatment(prepared: Prepared, j: int, *, unit: str) -> str:
    """What was done to one lead, in words."""
    done, finer = prepared.treatments[j], prepared.problem.finer_of(j)
    return lead_treatment(
        log=done.log,
        differenced=done.differenced,
        with_kpi=prepared.problem.momentum.unit_root,
        surprises=done.surprises,
        n_clipped=done.n_clipped,
        part=done.part,
        held=done.held,
        unit=unit if finer is None else finer.unit,
    )


def _effect(prepared: Prepared, effect: EffectSize, *, level: float, x_scale: float) -> Effect:
    """Effect of a lasting rise by one sd of the working lead, in KPI units, or percent if the KPI is in logs."""
    value, *ends = (_in_kpi_units(prepared, number) for number in (effect.value, effect.low, effect.high))
    return Effect(value=value, low=min(ends), high=max(ends), level=level, lead_sd=x_scale, in_percent=prepared.kpi.log)


def _profile(prepared: Prepared, problem: Problem, scan: LeadScan, j: int, *, done: Treatment) -> Profile:
    """Each lag tried alone, in the units of the effect."""
    delays, finer = problem.delays(j), problem.finer_of(j)
    slots = np.flatnonzero(np.isfinite(delays))
    searched = problem.lags if finer is None else finer.delays
    lags = tuple(counted_back(searched[slot], done.known_ahead) for slot in slots)
    effect, low, high = (
        tuple(_in_kpi_units(prepared, number) for number in row[j, slots])
        for row in (scan.profile, scan.profile_low, scan.profile_high)
    )
    tvalue = tuple(scan.tvalue[j, slots].tolist())
    own_lags, own_unit = ((), "") if finer is None else (tuple(finer.lags[slot] - done.own_ahead for slot in slots), finer.unit)
    return Profile(lags=lags, effect=effect, low=low, high=high, tvalue=tvalue, own_lags=own_lags, own_unit=own_unit)


def _in_kpi_units(prepared: Prepared, number: float) -> float:
    """A log effect as a percentage; any other as it is."""
    return 100.0 * math.expm1(number) if prepared.kpi.log else float(number)


def _granger_order(problem: Problem) -> int:
    """Lags of the joint F test: all that are searched, or as many as the rows allow."""
    most, n_fixed = max(problem.lags), problem.mean.shape[1]
    return max((order for order in range(1, most + 1) if rows_needed(n_fixed + 2 * order) <= len(problem.y)), default=1)


def _granger_pvalues(problem: Problem, *, order: int) -> Floats:
    """Joint F test of each working lead's lags beyond the KPI's own; NaN where it has too few rows."""
    y, X, fixed = problem.y, problem.X, problem.mean[:, 1:]
    if not X.shape[1]:
        return np.empty(0)
    if problem.momentum.unit_root:
        y, X, fixed = difference(y), difference(X), difference(fixed)
    return screen(y[:, None], X, max_order=order, hold_back=order, controls=fixed).pvalue[0, :, -1]
