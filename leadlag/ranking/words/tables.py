"""A ranking as a table of 80 columns, with what stands around it, and the cells that a page shows too."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from leadlag.ranking.words import grades, sentences
from leadlag.ranking.words.facts import fact_list, published_late
from leadlag.wording.layout import CAVEAT, labelled, page
from leadlag.wording.shown import WIDTH, Prose, cut, interval, lag_number, pvalue, shown, wrap
from leadlag.wording.table import Side, fitted, remainder, table

if TYPE_CHECKING:
    from leadlag.decision import Decision, Delay, Effect
    from leadlag.ranking.result import Context, LeadRanking

__all__ = ["delay_cell", "direction_cell", "effect_cell", "left_cell", "sd_cell", "summary", "t_cell"]

_MOST_ROWS = 40
_NAME = 28
_SHORT_NAME = 14
_GAP = "  "
#: Where the cells stand, of as many columns as a table has.
_SIDES: tuple[Side, ...] = ("right", "left", "left", "left", "right", "right", "right", "right")


def summary(ranking: LeadRanking, *, not_computed: Sequence[str] = ()) -> Prose:
    """Ranking as text of at most 80 columns: the answer, the table, and what stands behind it."""
    rows = ranking.decisions[:_MOST_ROWS]
    lines = _table(rows, ranking.context.unit, with_left=published_late(ranking.decisions))
    lines += remainder(len(ranking.decisions) - len(rows))
    facts = labelled(fact_list(ranking, not_computed=not_computed, most=_NAME))
    return page(wrap(sentences.headline(ranking, most=_NAME)), lines, facts, [CAVEAT])


def _verdict(decision: Decision) -> str:
    """The verdict, the grade before it where there is one; of what passes something and is no lead the reason."""
    told = sentences.brief_reason(decision) or decision.verdict
    return f"{decision.grade} {told}" if decision.grade else told


def _verdict_in_short(decision: Decision) -> str:
    """The verdict, and the grade as one to three signs."""
    return f"{decision.verdict} {grades.PLUSES[decision.grade]}" if decision.grade else decision.verdict


#: What a table gives up, one after the other, before it cuts names: digits, head of the delay, gap, and words for the verdict.
_STEPS: tuple[tuple[int, str, str, Callable[[Decision], str]], ...] = (
    (2, "Delay ({unit}s)", _GAP, _verdict),
    (2, "Delay", _GAP, _verdict),
    (2, "Delay", _GAP, _verdict_in_short),
    (1, "Delay", _GAP, _verdict_in_short),
    (1, "Delay", " ", _verdict_in_short),
)


def left_cell(decision: Decision) -> str:
    """Periods left to act once the value is published."""
    return "-" if math.isnan(decision.actionable_delay) else lag_number(decision.actionable_delay)


def sd_cell(size: Effect | None, lead: str, context: Context) -> str:
    """The rise that the effect belongs to, with the unit of the lead."""
    return "" if size is None else sentences.lead_sd(size, lead, context)


def delay_cell(ahead: Delay | None) -> str:
    """Delay and the ends of its set."""
    if ahead is None:
        return "-"
    peak, low, high = (lag_number(lag) for lag in (ahead.peak, ahead.low, ahead.high))
    between = " to " if ahead.low < 0 else "-"
    more = "+" if ahead.is_open else ""
    return f"{peak} [{low}{more}]" if low == high else f"{peak} [{low}{between}{high}{more}]"


def direction_cell(size: Effect | None) -> str:
    """Which way the KPI goes when the lead rises; nothing where a rise has no effect of one sign."""
    if size is None or math.isnan(size.value):
        return ""
    return "↑ higher" if size.value >= 0 else "↓ lower"


def effect_cell(size: Effect | None, *, digits: int = 2) -> str:
    """Effect and its interval."""
    if size is None or math.isnan(size.value):
        return "-"
    value, low, high = interval(size.value, size.low, size.high, digits=digits)
    sign = " %" if size.in_percent else ""
    return f"{value}{sign} [{low}, {high}]"


def t_cell(t: float, *, digits: int = 2) -> str:
    """The t of one lag."""
    return f"{t:.{digits}f}"


def _table(decisions: Sequence[Decision], unit: str, *, with_left: bool) -> list[str]:
    """The rows with their head; the head and the effects lose letters and digits before the names do."""
    left = ("Left",) if with_left else ()
    for digits, delay_head, gap, verdict in _STEPS:
        heads = ("#", "Lead", "Verdict", delay_head.format(unit=unit), *left, "Effect", "p", "q")
        rows = [_cells(item, digits=digits, verdict=verdict(item), with_left=with_left) for item in decisions]
        place, name, *others = fitted(heads, rows, _SIDES[: len(heads)])
        room = WIDTH - sum(column.width + len(gap) for column in (place, *others))
        if room >= (name.width if verdict is _verdict else min(name.width, _SHORT_NAME)):
            break
    lines = table([place, name.narrow(max(room, 4)), *others], rows, gap=gap, rule=True)
    return [cut(line, WIDTH) for line in lines]


def _cells(decision: Decision, *, digits: int, verdict: str, with_left: bool) -> tuple[str, ...]:
    evidence = decision.evidence
    return (
        str(decision.rank), shown(evidence.lead), verdict, delay_cell(evidence.delay),
        *([left_cell(decision)] if with_left else []), effect_cell(decision.effect, digits=digits),
        pvalue(evidence.deciding_pvalue),
        pvalue(evidence.qvalue),
    )  # fmt: skip
