"""The question whether the KPI will reach its goals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_name, as_option, as_real
from leadlag.catalogue.ratios import Ratio
from leadlag.core.arrays import Floats
from leadlag.errors import DataContractError, UsageError
from leadlag.forecast import target_words as words
from leadlag.forecast.fitting import Outlook
from leadlag.forecast.numbers.chances import Event, EventKind, chances_of, expected_of
from leadlag.forecast.numbers.model import ahead, cleaned, fitted_mean
from leadlag.forecast.numbers.paths import JointLaw, joint_law
from leadlag.forecast.numbers.reliability import Reliability, reliability
from leadlag.forecast.periods import calendar_between
from leadlag.forecast.result import Forecast, SegmentForecast
from leadlag.forecast.spans import Span, span_between
from leadlag.forecast.state import ForecastState
from leadlag.forecast.target_result import HeldLead, TargetForecast, TierChance, mislabelled
from leadlag.prepare.kpi import MAX_ORDER

__all__ = ["held_state", "law_of", "part_of", "target", "values_seen"]

_KINDS = ("at", "by", "sum")
#: Name of a single goal that was given without one.
_ONE = "goal"


@dataclass(frozen=True, kw_only=True)
class _Goals:
    """What is asked, checked."""

    tiers: tuple[tuple[str, float], ...]
    kind: EventKind
    up: bool
    baseline: float


def target(
    forecast: Forecast,
    tiers: Mapping[str, float] | float,
    *,
    by: Any,
    kind: str,
    since: Any,
    baseline: float | None,
    wanted: str,
    given: Mapping[str, float] | None,
    segment: str | None,
) -> TargetForecast:
    """The chance of each goal; see `Forecast.target`."""
    asked = _Goals(
        tiers=_tiers(tiers), kind=_kind(kind), up=as_option(wanted, "wanted", ("up", "down")) == "up",
        baseline=math.nan if baseline is None else as_real(baseline, "baseline", low=-math.inf, high=math.inf),
    )  # fmt: skip
    part = part_of(forecast, segment)
    if part.state is None:
        raise DataContractError(words.no_forecast(forecast.kpi), code="LL313")
    state = part.state
    default = state.n if asked.kind == "sum" else state.n - 1
    span = span_between(state, since=since, by=by, default=default)
    begins = None if since is None else span.first
    if asked.kind == "at":
        span = replace(span, first=span.last, shares=span.shares[-1:])
    weights = _weights(forecast.kpi, part, state, span) if asked.kind == "sum" else np.ones(len(span.shares))
    event = _event(forecast.kpi, part.actual, state, span, weights, asked)
    held = _held(state, given)
    with one_thread():
        steps = int(event.steps.max(initial=0)) + 1
        seen = held_state(state, held, steps=steps).seen(steps)
        law = law_of(state, seen, event)
        chances = chances_of(law, event, state.one.scale, [goal for _, goal in asked.tiers])
        expected = expected_of(law, event, state.one.scale)
        past = _reliability(part, law, event)
    return TargetForecast(
        kpi=forecast.kpi, unit=forecast.unit, kpi_unit=forecast.kpi_unit, origin=forecast.origin, kind=asked.kind,
        since=span.since if asked.kind != "at" or since is not None else span.by, by=span.by, wanted="up" if asked.up else "down",
        baseline=asked.baseline, expected=expected.middle, expected_low=expected.low, expected_high=expected.high, given=held,
        reliability=past, part=part, state=state, event=event, span=span, begins=begins,
        weights=weights, provenance=forecast.provenance,
        tiers=tuple(
            TierChance(
                tier=name, goal=goal, chance=one.chance, chance_low=one.low, chance_high=one.high,
                mislabelled=mislabelled(name, one.low, one.high),
            )
            for (name, goal), one in zip(asked.tiers, chances, strict=True)
        ),
    )  # fmt: skip


def part_of(forecast: Forecast, segment: str | None) -> SegmentForecast:
    """The forecasts of one segment; the only one if None."""
    names = tuple(part.segment for part in forecast.segments)
    if segment is not None:
        return forecast.segments[names.index(as_name(segment, "segment", names, owner="segment"))]
    if len(names) > 1:
        raise UsageError(
            f"the forecast has {len(names)} segments: name one of them, segment={names[0]!r}.", argument="segment", code="LL403"
        )
    return forecast.segments[0]


def held_state(state: ForecastState, held: tuple[HeldLead, ...], *, steps: int) -> ForecastState:
    """The state with leads at given values from the origin on, in the units of the data."""
    values = {one.lead: math.log(one.value) if one.lead in state.log else one.value for one in held}
    return state.held(values, steps=steps) if values else state


def law_of(state: ForecastState, seen: Outlook, event: Event) -> JointLaw:
    """The joint law of the steps of an event."""
    one = state.one
    found = joint_law(
        seen.joint, one.model.joint, seen.unknown, size=one.model.size, point=seen.point, sd=seen.sd,
        laws=[one.calibration.at(step) for step in range(len(seen.point))], n_scores=one.calibration.n_scores,
    )  # fmt: skip
    return found.at(event.steps.tolist())


def values_seen(state: ForecastState, lead: str) -> Floats:
    """Known values of a lead in the units of the data."""
    values = state.now.X[:, state.one.leads.index(lead)]
    known = values[np.isfinite(values)]
    return np.exp(known) if lead in state.log else known


def _tiers(tiers: Any) -> tuple[tuple[str, float], ...]:
    named = tiers if isinstance(tiers, Mapping) else {_ONE: tiers}
    if not named:
        raise UsageError("tiers is empty: give a goal, or a mapping from names to goals.", argument="tiers")
    return tuple((str(name), as_real(goal, "tiers", low=-math.inf, high=math.inf)) for name, goal in named.items())


def _kind(kind: Any) -> EventKind:
    as_option(kind, "kind", _KINDS)
    found: EventKind = kind
    return found


def _held(state: ForecastState, given: Mapping[str, float] | None) -> tuple[HeldLead, ...]:
    """The leads whose values are given, checked."""
    found = []
    for name, value in (given or {}).items():
        lead = as_name(name, "given", state.one.leads, owner="lead")
        seen = values_seen(state, lead)
        number = as_real(value, f"given[{name!r}]", low=0.0 if lead in state.log else -math.inf, high=math.inf)
        found.append(HeldLead(lead=lead, value=number, seen_low=float(seen.min()), seen_high=float(seen.max())))
    return tuple(found)


def _event(kpi: str, actual: Floats, state: ForecastState, span: Span, weights: Floats, asked: _Goals) -> Event:
    """What is compared with the goals: known periods as they are, the others by steps after the KPI's last value."""
    rows, n_known = np.arange(span.first, span.last + 1), state.n_known
    told = np.r_[actual, np.full(max(span.last + 1 - len(actual), 0), np.nan)][rows]
    told = np.where(np.isnan(told) & (weights == 0.0), 0.0, told)  # a rate of nothing counts nothing
    before = (rows < n_known) | np.isfinite(told)  # a value that cannot be on the KPI's scale is known all the same
    values = told[before]
    missing = [state.labels(int(row), int(row))[0] for row in rows[before][~np.isfinite(values)]]
    known = math.nan
    if asked.kind == "sum":
        if missing:
            raise DataContractError(words.missing_periods(kpi, missing), code="LL313")
        known = float(values @ weights[before])
    elif asked.kind == "at" and missing:
        raise DataContractError(words.missing_periods(kpi, missing), code="LL313")
    elif np.isfinite(values).any():
        known = float(np.nanmax(values) if asked.up else np.nanmin(values))
    steps = rows[~before] - n_known
    return Event(kind=asked.kind, steps=steps.astype(np.intp), weights=weights[~before], known=known, up=asked.up)


def _weights(kpi: str, part: SegmentForecast, state: ForecastState, span: Span) -> Floats:
    """What each period counts in a sum: its share of days; of a rate its share of the denominator besides."""
    if part.aggregate == "last":
        raise UsageError(words.stock_sum(kpi), argument="kind")
    if not isinstance(part.aggregate, Ratio):
        return span.shares
    if part.aggregate.den not in part.parts:
        raise UsageError(words.no_parts(kpi, part.aggregate), argument="kind")
    sizes = span.shares * _denominators(part.parts[part.aggregate.den], state, span)
    return np.asarray(sizes / np.nansum(sizes))


def _denominators(values: Floats, state: ForecastState, span: Span) -> Floats:
    """A rate's denominator in the periods of a span: as it is, NaN where missing, and ahead as its own history foretells."""
    known = values[: state.n]
    logs = np.where(known > 0, np.log(np.where(known > 0, known, 1.0)), np.nan)
    n = int(np.flatnonzero(np.isfinite(logs))[-1]) + 1
    steps = max(span.last + 1 - n, 1)
    begin = state.first - state.one.first
    calendar = calendar_between(state.calendar, state.cadence, state.one.first, state.first + n - 1 + steps)
    fixed = state.one.model.fixed(calendar, len(calendar))[begin:]
    momentum = replace(state.one.model.own.momentum, phi=np.zeros(0))
    made = fitted_mean(logs[:n], fixed[:n], momentum, n_leads=0, max_order=MAX_ORDER)
    if made is None:
        ahead_of = np.full(steps, np.nanmedian(known))
    else:
        ahead_of = np.exp(ahead(made, cleaned(made, logs[:n], fixed[:n], limit=None), fixed[: n + steps], steps=steps).point)
    whole = np.r_[known[:n], ahead_of]
    whole = np.where(np.isnan(whole) & (np.arange(len(whole)) >= state.n_known), np.nanmedian(known), whole)
    return np.asarray(whole[span.first : span.last + 1])


def _reliability(part: SegmentForecast, law: JointLaw, event: Event) -> Reliability:
    """How past chances of the kind came true; nothing where the model was not fitted here."""
    if part.past is None or part.state is None:
        return Reliability(n_outcomes=0)
    past = part.past
    return reliability(law, event, part.state.one.scale, point=past.point, sd=past.sd, actual=past.actual)
