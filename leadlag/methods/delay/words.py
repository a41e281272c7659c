"""Delays in words: the set of lags, the mean delay, what is left to act, and why a delay is not identified."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadlag.wording.delays import (
    ask_longer,
    at_own,
    delay_set,
    known_ahead,
    mean_delay,
    mean_missing,
    not_identified,
    or_more,
    time_left,
    time_to_act,
)
from leadlag.wording.layout import CAVEAT, beside_facts, beside_sentences, labelled, lines_of, page
from leadlag.wording.searched import searched_facts
from leadlag.wording.shown import Prose, among, cut, lag_number, number, percent, periods, pvalue, shown, wrap
from leadlag.wording.table import Column, remainder, table
from leadlag.wording.units import in_time

if TYPE_CHECKING:
    from leadlag.decision import Delay
    from leadlag.methods.delay.result import DelaySet

__all__ = ["explain", "summary"]

_NAME = 28
#: Lags that a summary lists.
_MOST_ROWS = 40


def summary(result: DelaySet) -> Prose:
    """Delay, set, mean delay and the test of each lag as text of at most 80 columns."""
    kpi, lead = cut(shown(result.kpi), _NAME), cut(shown(result.lead), _NAME)
    head = wrap(f"When does {lead} lead {kpi}? {_answer(result)}")
    facts = labelled(_facts(result))
    return page(head, facts, _by_lag(result), [CAVEAT])


def explain(result: DelaySet) -> Prose:
    """What the set says, in plain sentences."""
    ahead, unit = result.delay, result.unit
    kpi, lead = shown(result.kpi), shown(result.lead)
    set_of = f"At {percent(ahead.level)}, the data do not reject a peak after {delay_set(ahead, unit)}."
    if ahead.identified:
        told = [
            f"The answer of {kpi} to {lead} fits best with its peak {at_own(ahead.peak, unit, more=or_more(ahead))}. {set_of}"
        ]
        told.append(_mean_sentence(ahead, unit))
    else:
        told = [not_identified(ahead, result.pvalue, lead=lead, kpi=kpi), set_of]
    told += [ask_longer(ahead)] if ahead.is_open else []
    told.append(time_to_act(ahead, result.available_after, unit))
    told += beside_sentences(result.given, result.controls)
    told.append(f"That {lead} moves before {kpi} would not show that moving {lead} moves {kpi}.")
    return lines_of(told)


def _mean_sentence(ahead: Delay, unit: str) -> str:
    if math.isnan(ahead.mean):
        return f"A mean delay is not given: {mean_missing(ahead)}."
    return (
        f"Over all lags the effect comes {mean_delay(ahead, unit)} after the lead on average. "
        "The peak and this mean differ where an effect is spread out."
    )


def _answer(result: DelaySet) -> str:
    if not result.delay.identified:
        return "The delay is not identified."
    return f"By {in_time(result.delay.peak, result.unit)}{or_more(result.delay)}."


def _facts(result: DelaySet) -> Iterator[tuple[str, str]]:
    ahead, unit = result.delay, result.unit
    best = "" if ahead.identified else "best fit at "
    yield "Peak", f"{best}{in_time(ahead.peak, unit)}{or_more(ahead)}"
    if known := known_ahead(result.available_after, unit):
        yield "Known", known.removeprefix("known ")
    yield "Set", f"{delay_set(ahead, unit)}, at {percent(ahead.level)}"
    if ahead.is_open:
        yield "Edge", ask_longer(ahead)
    if ahead.identified:
        yield "Mean", f"not given: {mean_missing(ahead)}" if math.isnan(ahead.mean) else mean_delay(ahead, unit)
        yield "Left", f"{time_left(ahead, result.available_after, unit)}, once the value is published"
    else:
        yield "Note", not_identified(ahead, result.pvalue, lead=cut(shown(result.lead), _NAME), kpi=cut(shown(result.kpi), _NAME))
    span = f"{lag_number(result.lags[0])} to {lag_number(result.lags[-1])} {unit}s"
    yield "Lead", f"p {among(result.pvalue)} for no effect after {span}"
    yield from beside_facts(result.given, result.controls, most=_NAME)
    yield "Rows", f"{periods(result.nobs, unit)} used"
    yield from searched_facts(result.provenance)


def _by_lag(result: DelaySet) -> list[str]:
    """One line a lag: whether it is in the set, p of a peak there, and the effect of the lag alone.

    Of many lags those are shown that are most likely the peak.
    """
    interval = f"{percent(result.delay.level)} interval"
    columns = (Column("lag", 7), Column("set", 5), Column("p(peak)", 9), Column("effect alone", 14), Column(interval, 24))
    rows: list[tuple[str, ...]] = []
    sizes = zip(result.effect, result.effect_low, result.effect_high, strict=True)
    least = sorted(result.pvalues, reverse=True)[:_MOST_ROWS][-1]
    for lag, p, (effect, low, high) in zip(result.lags, result.pvalues, sizes, strict=True):
        if p < least or len(rows) >= _MOST_ROWS:
            continue
        inside = "x" if lag in result.delay.lags else ""
        rows.append((lag_number(lag), inside, pvalue(p), number(effect), f"[{number(low)}, {number(high)}]"))
    more = len(result.lags) - len(rows)
    return [*table(columns, rows), *remainder(more, f"{periods(more, 'lag')} less likely")]
