"""The level of each lead at which a forecast gives an even chance."""

from __future__ import annotations

import numpy as np

from leadlag._blas import one_thread
from leadlag.forecast.numbers.levels import EvenLevel, even_level
from leadlag.forecast.numbers.paths import JointLaw
from leadlag.forecast.progress import tier_of
from leadlag.forecast.target_result import Answer, HeldLead, NeededLevel, TargetForecast
from leadlag.forecast.targets import held_state, law_of, values_seen

__all__ = ["needed_of"]


def needed_of(found: TargetForecast, tier: str | None) -> tuple[NeededLevel, ...]:
    """A row for each lead of the forecast whose values were not given."""
    goal, given = tier_of(found, tier).goal, {one.lead for one in found.given}
    with one_thread():
        return tuple(_needed(found, lead, goal) for lead in found.state.one.leads if lead not in given)


def _needed(found: TargetForecast, lead: str, goal: float) -> NeededLevel:
    state = found.state
    seen = values_seen(state, lead)
    raw = np.log(seen) if lead in state.log else seen
    begin, step = float(raw[-1]), float(np.std(raw)) or 1.0
    level = _even(found, lead, goal, begin, step)
    ends = begin + step * np.array([level.low, level.high])
    ends = np.sort(np.exp(ends) if lead in state.log else ends)
    low, high, smallest, largest = (float(each) for each in (*ends, seen.min(), seen.max()))
    answer: Answer = "not identified"
    if np.isfinite(ends).all():
        answer = "finite" if low <= largest and high >= smallest else "none seen"
    return NeededLevel(lead=lead, answer=answer, low=low, high=high, seen_low=smallest, seen_high=largest)


def _even(found: TargetForecast, lead: str, goal: float, begin: float, step: float) -> EvenLevel:
    """Steps of the lead from where it is to an even chance."""
    if not len(found.event.steps):
        return EvenLevel(middle=np.nan, low=np.nan, high=np.nan)
    first, second = (_law(found, lead, level) for level in (begin, begin + step))
    model = found.state.one.model.joint
    return even_level(first, second, found.event, found.state.one.scale, goal, df=model.df)


def _law(found: TargetForecast, lead: str, level: float) -> JointLaw:
    """The law where one lead is at a level, as the model takes it, and those that were given at theirs."""
    state, steps = found.state, int(found.event.steps.max(initial=0)) + 1
    value = float(np.exp(level)) if lead in state.log else level
    held = HeldLead(lead=lead, value=value, seen_low=value, seen_high=value)
    there = held_state(state, (*found.given, held), steps=steps)
    return law_of(state, there.seen(steps), found.event)
