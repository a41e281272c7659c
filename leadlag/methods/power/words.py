"""`detectable_effect` in words: how small an effect of each lead could have been seen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadlag.wording.layout import CAVEAT, labelled, lines_of, page
from leadlag.wording.power import FAR, closest, in_sd, missed
from leadlag.wording.searched import searched_facts
from leadlag.wording.shown import Prose, cut, joined, number, percent, periods, pvalue, shown, wrap
from leadlag.wording.table import Column, remainder, table

if TYPE_CHECKING:
    from leadlag.methods.power.result import DetectableEffects, LeadPower

__all__ = ["explain", "summary"]

_NAME = 24
#: Leads that a summary lists, and those that it names as untestable.
_MOST_ROWS, _MOST_NAMED = 40, 3


def summary(result: DetectableEffects) -> Prose:
    """Table of the leads and what it rests on, as text of at most 80 columns."""
    kpi = cut(shown(result.kpi), _NAME)
    head = wrap(f"How small an effect on {kpi} could be seen? {_answer(result)}")
    facts = labelled(_facts(result))
    return page(head, _table(result), facts, [CAVEAT])


def explain(result: DetectableEffects) -> Prose:
    """What could have been seen, in plain sentences."""
    kpi, tested = shown(result.kpi), _tested(result)
    sizes = [item.detectable.half_sd for item in tested if item.detectable is not None]
    hardest = max(tested, key=lambda item: item.detectable.half_sd if item.detectable else 0.0)
    told = [missed(hardest, kpi=result.kpi, unit=result.unit)]
    if len(tested) > 1:
        easiest = f"the easiest shows {in_sd(min(sizes))} half of the time"
        told.append(f"Of the {len(tested):,} leads that is the hardest one to see; {easiest}.")
    told.append(f"Sd of {kpi} is that {_of_what(result)}: {number(result.kpi_sd)}{' in logs' if result.in_percent else ''}.")
    told.append(
        f"A lead counts as found where its p over lags 1 to {result.max_lag} and all shapes is at most {pvalue(result.pvalue)}, "
        f"{_why(result)}."
    )
    if not result.n_passed:
        told.append("No lead passes. The closest:")
        told += closest(tested, kpi=result.kpi, unit=result.unit)
    told.append(
        "That a lead was not found does not show that it does nothing: only that an effect much larger than these is unlikely."
    )
    return lines_of(told)


def _tested(result: DetectableEffects) -> list[LeadPower]:
    return [item for item in result.leads if item.detectable is not None]


def _answer(result: DetectableEffects) -> str:
    sizes = sorted(item.detectable.half_sd for item in _tested(result) if item.detectable is not None)
    low, high = (number(size, digits=2) for size in (sizes[0], sizes[-1]))
    span = f"{low} sd" if low == high else f"{low} to {high} sd"
    return f"With {periods(result.nobs, result.unit)}, half of the effects of {span} are missed."


def _of_what(result: DetectableEffects) -> str:
    """Which sd of the KPI is meant."""
    beside = f"{joined(['its trend', 'its season', *(cut(shown(name), _NAME) for name in result.controls)])}"
    return f"of its changes less {beside}" if result.integrated else f"of what is left of it less {beside}"


def _why(result: DetectableEffects) -> str:
    n = len(_tested(result))
    others = min(result.n_passed, n - 1)
    need = f"one more beside the {others:,} that pass among" if others else "the first of"
    return f"which {need} {periods(n, 'lead')} needs at a false discovery rate of {percent(result.fdr)}"


def _facts(result: DetectableEffects) -> Iterator[tuple[str, str]]:
    kpi = cut(shown(result.kpi), _NAME)
    unit = "percent" if result.in_percent else f"units of {kpi}"
    yield "Effect", f"in {unit}, and in sd, at one lag for a rise of the lead by one sd"
    yield "Sd", f"{number(result.kpi_sd)}{' in logs' if result.in_percent else ''}: {_of_what(result)}"
    yield "Estimated", "at the lag that fits best, in sd; too large on average where nothing is found"
    yield "Needed", f"{result.unit}s to find as much as is estimated in {percent(result.power)} of the time"
    yield "Found", f"p at most {pvalue(result.pvalue)}: {_why(result)}"
    yield from searched_facts(result.provenance)
    lost = [item for item in result.leads if item.detectable is None]
    for item in lost[:_MOST_NAMED]:
        yield "Untestable", f"{cut(shown(item.lead), _NAME)}: {item.reason}"
    if len(lost) > _MOST_NAMED:
        yield "Untestable", f"and {len(lost) - _MOST_NAMED:,} more"


def _table(result: DetectableEffects) -> list[str]:
    """One line a lead."""
    tested = _tested(result)
    columns = (
        Column("lead", _NAME, "left", most=_NAME), Column("found half", 12), Column("in sd", 8), Column(percent(result.power), 8),
        Column("estimated", 11), Column("needed", 9), Column("p", 8),
    )  # fmt: skip
    rows = []
    for item in tested[:_MOST_ROWS]:
        size = item.detectable
        if size is not None:
            told = [number(each, digits=2) for each in (size.half_sd, size.most_sd, size.estimated_sd)]
            needed = f"{math.ceil(size.nobs_needed):,}" if size.nobs_needed <= FAR * item.nobs else f">{int(FAR * item.nobs):,}"
            rows.append((shown(item.lead), number(size.half), *told, needed, pvalue(item.pvalue)))
    return [*table(columns, rows), *remainder(len(tested) - _MOST_ROWS)]
