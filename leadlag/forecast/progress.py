"""How far the KPI is on the way to a goal, and how far it was expected to be."""

from __future__ import annotations

import math

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_name
from leadlag.core.arrays import Floats
from leadlag.errors import UsageError
from leadlag.forecast import target_words as words
from leadlag.forecast.fitting import Outlook
from leadlag.forecast.numbers.chances import Event, EventKind, expected_of
from leadlag.forecast.state import ForecastState
from leadlag.forecast.target_result import ProgressRow, TargetForecast, TierChance
from leadlag.forecast.targets import held_state, law_of

__all__ = ["progress_of", "refused_progress", "tier_of"]


def tier_of(found: TargetForecast, tier: str | None) -> TierChance:
    """A tier by its name; the first one if None."""
    names = tuple(one.tier for one in found.tiers)
    return found.tiers[0 if tier is None else names.index(as_name(tier, "tier", names, owner="tier"))]


def refused_progress(found: TargetForecast, tier: TierChance) -> str:
    """Why a way from the baseline to the goal cannot be measured; empty if it can."""
    start = _baseline(found)
    if math.isnan(start):
        return words.no_baseline(found.kpi)
    return words.no_way(found.kpi, start) if start == tier.goal else ""


def progress_of(found: TargetForecast, tier: str | None) -> tuple[ProgressRow, ...]:
    """A row for each period from the start to the end."""
    goal = tier_of(found, tier)
    if why := refused_progress(found, goal):
        raise UsageError(why, argument="baseline")
    state, first, last = found.part.state, _start(found), found.span.last
    if state is None:
        return ()
    start = _baseline(found)
    rows = np.arange(first, last + 1)
    weights = _weights(found, len(rows))
    actual = np.array([found.part.actual[row] if row < state.n else math.nan for row in rows])
    straight = np.cumsum(weights) / weights.sum()
    begin = 0.0
    if found.kind == "sum":
        actual, begin = np.cumsum(actual * weights), -start / (goal.goal - start)
    with one_thread():
        expected = _expected(found, state, first, last)
    shares = [(values - start) / (goal.goal - start) for values in (actual, *expected.T)]
    shares[2], shares[3] = np.minimum(shares[2], shares[3]), np.maximum(shares[2], shares[3])
    labels = state.labels(first, last)
    columns = [labels, shares[0], begin + (1.0 - begin) * straight, *shares[1:]]
    return tuple(
        ProgressRow(
            period=str(period), actual=float(now), straight=float(line), expected=float(middle), expected_low=float(low),
            expected_high=float(high),
        )
        for period, now, line, middle, low, high in zip(*columns, strict=True)
    )  # fmt: skip


def _start(found: TargetForecast) -> int:
    """The first row of the way: where it was said to begin, else the first one ahead."""
    return found.begins if found.begins is not None else found.state.n


def _baseline(found: TargetForecast) -> float:
    """The value from which the way is measured."""
    if math.isfinite(found.baseline) or found.kind == "sum":
        return found.baseline if math.isfinite(found.baseline) else 0.0
    before = found.part.actual[: _start(found)]
    known = before[np.isfinite(before)]
    return float(known[-1]) if len(known) else math.nan


def _weights(found: TargetForecast, count: int) -> Floats:
    """What each period counts; of a sum as in the sum."""
    if found.kind != "sum":
        return np.ones(count)
    return np.asarray(found.weights[-count:])


def _expected(found: TargetForecast, now: ForecastState, first: int, last: int) -> Floats:
    """Median and interval of the KPI, or of the sum so far, forecast from the start, shape (rows, 3)."""
    then = now.before(first) if first < now.n else now
    count = last - first + 1
    if not np.isfinite(then.now.y).any():
        return np.full((count, 3), np.nan)
    # what the KPI was between its last value then and the start is not known then
    shift = first - then.n_known
    seen = then.seen(last - then.n_known + 1)
    weights = _weights(found, count)
    return _by_row(found, then, seen, shift, weights)


def _by_row(
    found: TargetForecast, state: ForecastState, seen: Outlook, shift: int, weights: Floats, known: float = 0.0
) -> Floats:
    """Median and interval of each period from one step on, or of the sum up to it, shape (rows, 3)."""
    told = []
    for row in range(len(weights)):
        steps = np.arange(row + 1) if found.kind == "sum" else np.array([row])
        kind: EventKind = "sum" if found.kind == "sum" else "at"
        event = Event(kind=kind, steps=shift + steps, weights=weights[steps], known=known if kind == "sum" else math.nan, up=True)
        one = expected_of(law_of(state, seen, event), event, state.one.scale)
        told.append((one.middle, one.low, one.high))
    return np.array(told)


def fan_of(found: TargetForecast) -> Floats:
    """What may come of every period ahead up to the last one; see `TargetForecast.fan`."""
    n_known, last = found.state.n_known, found.span.last
    first = int(np.flatnonzero(np.isfinite(found.part.actual))[-1]) + 1  # later than `n_known` where a value is off the scale
    first = max(found.span.first, first) if found.kind == "sum" else first
    if last < first:
        return np.empty((0, 4))
    steps = last - n_known + 1
    with one_thread():
        seen = held_state(found.state, found.given, steps=steps).seen(steps)
        weights = _weights(found, last - first + 1)
        known = found.event.known if found.kind == "sum" else 0.0
        told = _by_row(found, found.state, seen, first - n_known, weights, known)
    return np.column_stack([np.arange(first, last + 1), told])
