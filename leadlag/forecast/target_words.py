"""Targets in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadlag.forecast.numbers.chances import meaning
from leadlag.wording.layout import labelled, lines_of, page
from leadlag.wording.shown import Prose, cut, interval, joined, number, percent, periods, shown, wrap
from leadlag.wording.table import Column, table

if TYPE_CHECKING:
    from leadlag.catalogue.ratios import Ratio
    from leadlag.forecast.numbers.reliability import Reliability
    from leadlag.forecast.target_result import HeldLead, NeededLevel, TargetForecast, TierChance

__all__ = [
    "explain", "missing_periods", "no_baseline", "no_forecast", "no_parts", "no_way", "stock_sum", "summary",
]  # fmt: skip

_NAME, _FEW = 24, 4
_CAVEAT = "Chances if things go on as they did; they do not say what moving a lead would do."


def no_forecast(kpi: str) -> str:
    """That there is nothing to ask a target of."""
    return f"kpi={kpi!r} has no forecast, so it has no chance to reach a target: give values of the KPI."


def missing_periods(kpi: str, missing: Sequence[str]) -> str:
    """That a period which is over has no value."""
    more = f" and {len(missing) - _FEW} more" if len(missing) > _FEW else ""
    return f"{kpi!r} has no value in {joined(list(missing[:_FEW]))}{more}, which counts: give it, or ask for later periods."


def stock_sum(kpi: str) -> str:
    """That values of a stock do not add up."""
    return (
        f"kind='sum' is not allowed for kpi={kpi!r}: the catalogue takes its last value, and what stands at the end of a period "
        "does not add up. Ask kind='at' or kind='by'."
    )


def no_parts(kpi: str, rate: Ratio) -> str:
    """That a rate over several periods needs its parts."""
    return (
        f"kind='sum' is not allowed for kpi={kpi!r}: a rate over several periods is the sum of {rate.num!r} over the sum of "
        f"{rate.den!r}, never the mean of rates, and the data do not have {rate.den!r}. Give the column, or ask kind='at'."
    )


def no_baseline(kpi: str) -> str:
    """That the way has no beginning."""
    return f"{kpi!r} has no value before the start, so that progress has nowhere to begin: give baseline=."


def no_way(kpi: str, start: float) -> str:
    """That the way has no length."""
    return f"{kpi!r} begins at its goal, {number(start)}, so that there is no way to go: give another baseline=."


def summary(found: TargetForecast) -> Prose:
    """The chances as text, at most 80 columns wide."""
    head = wrap(f"Will {_kpi(found)} {_asked(found)}? From what was known at {found.origin}")
    columns = [
        Column("tier", 14, "left", most=13), Column("goal", 12), Column("chance", 9), Column("80 % interval", 18), Column("", 14),
    ]  # fmt: skip
    rows = [
        (
            shown(one.tier),
            number(one.goal, digits=4),
            _chance(found, one),
            _between(found, one),
            "mislabelled" if one.mislabelled else "",
        )
        for one in found.tiers
    ]
    return page(head, table(columns, rows), labelled(_facts(found)), _reliability(found.reliability), wrap(_CAVEAT))


def _kpi(found: TargetForecast) -> str:
    of = f" of {shown(found.part.segment)}" if found.part.segment else ""
    unit = f" ({shown(found.kpi_unit)})" if found.kpi_unit else ""
    return f"{cut(shown(found.kpi), _NAME)}{of}{unit}"


def _asked(found: TargetForecast) -> str:
    """The question: at, by or sum, with its periods."""
    if found.kind == "at":
        return f"be there in {found.by}"
    since = f"from {found.since} to {found.by}"
    return f"get there in some {found.unit} {since}" if found.kind == "by" else f"add up to it {since}"


def _chance(found: TargetForecast, one: TierChance) -> str:
    """A chance in whole percent; certain only what is known."""
    return percent(one.chance) if _is_known(found, one) and one.chance == one.chance else _part(one.chance)


def _part(chance: float) -> str:
    """A chance of what is not known yet, in whole percent."""
    if chance != chance:
        return "-"
    return "< 1 %" if chance < 0.005 else "> 99 %" if chance > 0.995 else percent(round(chance, 2))


def _is_known(found: TargetForecast, one: TierChance) -> bool:
    """Whether it is over, one way or the other; a chance of which no path was drawn is not."""
    event = found.event
    return not len(event.steps) or (event.kind == "by" and bool(event.reached(np.array(event.known), one.goal)))


def _between(found: TargetForecast, one: TierChance) -> str:
    if _is_known(found, one):
        return "known"
    low, high = _part(one.chance_low), _part(one.chance_high)
    return low if low == high else f"{low} to {high}"


def _facts(found: TargetForecast) -> Iterator[tuple[str, str]]:
    middle, low, high = interval(found.expected, found.expected_low, found.expected_high)
    unit = f" {shown(found.kpi_unit)}" if found.kpi_unit else ""
    what = {"at": "", "by": ", the best of these periods", "sum": ", in all"}[found.kind]
    spread = "" if found.expected_low == found.expected_high else f", with a chance of 80 % between {low} and {high}"
    yield "Expected", f"{middle}{unit}{what}{spread}"
    for one in found.given:
        yield "Given", _held(one)
    if wrong := [one for one in found.tiers if one.mislabelled]:
        yield "Labels", joined([_mislabelled(found, one) for one in wrong])


def _held(one: HeldLead) -> str:
    text = f"{cut(shown(one.lead), _NAME)} at {number(one.value)} from the origin on"
    if one.beyond:
        text += f", which leaves the data: {number(one.seen_low)} to {number(one.seen_high)} was seen"
    return text


def _mislabelled(found: TargetForecast, one: TierChance) -> str:
    low, high = meaning(one.tier)
    return f"{shown(one.tier)} means a chance of {percent(low)} to {percent(high)}, and here it is {_between(found, one)}"


def _reliability(past: Reliability) -> list[str]:
    if not past.said:
        return wrap(f"{periods(past.n_outcomes, 'outcome')} so far, calibration cannot be judged.")
    rows = [(percent(said), percent(round(came, 3))) for said, came in zip(past.said, past.came, strict=True)]
    head = wrap(f"How often what had a chance came, in {periods(past.n_outcomes, 'past forecast')} as far ahead:")
    return [*head, *table([Column("chance", 9), Column("came", 9)], rows)]


def explain(found: TargetForecast, needed: Iterable[NeededLevel]) -> Prose:
    """What the chances say, in plain sentences."""
    told = []
    unit = f" {shown(found.kpi_unit)}" if found.kpi_unit else ""
    side = "at least" if found.wanted == "up" else "at most"
    for one in found.tiers:
        name = f" ({shown(one.tier)})" if len(found.tiers) > 1 or one.tier != "goal" else ""
        goal = f"{side} {number(one.goal, digits=4)}{unit}{name}"
        spread = "" if _is_known(found, one) else f", {_between(found, one)} by what the data leave open"
        told.append(f"The chance that {_kpi(found)} is {goal} {_when(found)} is {_chance(found, one)}{spread}.")
        if one.mislabelled:
            told.append(f"That is not what {shown(one.tier)} means.")
    if found.given:
        told.append(
            f"This is given {joined([_held(one) for one in found.given])}; it is a forecast, and not what comes of moving it."
        )
    told += [_needed(found, level) for level in needed]
    told.append(" ".join(_reliability(found.reliability)[:1]))
    told.append(_CAVEAT)
    return lines_of(told)


def _when(found: TargetForecast) -> str:
    if found.kind == "at":
        return f"in {found.by}"
    since = f"from {found.since} to {found.by}"
    return f"in at least one {found.unit} {since}" if found.kind == "by" else f"in all {since}"


def _needed(found: TargetForecast, level: NeededLevel) -> str:
    """The level of a lead at which the chance would be even."""
    lead, low, high = shown(level.lead), number(level.low), number(level.high)
    seen = f"{number(level.seen_low)} to {number(level.seen_high)} was seen"
    goal = number(found.tiers[0].goal, digits=4)
    if level.answer == "not identified":
        return f"The data do not tell at which level of {lead} the chance of {goal} would be even."
    if level.answer == "none seen":
        return f"No level of {lead} seen before reaches an even chance of {goal}: it lies between {low} and {high}, and {seen}."
    return f"The chance of {goal} is even where {lead} is at a level between {low} and {high} from the origin on; {seen}."
