"""Attempts to refute a lead in words: what was tried, what was found, and whether the lead stands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadlag.wording.layout import CAVEAT, beside_facts, beside_sentences, labelled, lines_of, page
from leadlag.wording.searched import searched_facts
from leadlag.wording.shown import Prose, among, cut, joined, number, percent, periods, pvalue, shown, wrap
from leadlag.wording.table import Column, table

if TYPE_CHECKING:
    from leadlag.methods.refutation.result import Attempt, RefutationTest

__all__ = ["SEARCHED", "explain", "few_shifts", "summary"]

#: What the p of the lead covers; the lead's future, its copies and random walks go through the same search.
SEARCHED = "lags and shapes, searched again for every copy"

_NAME = 28
_COLUMNS = (
    Column("against", 13, "left"), Column("tried", 8), Column("compared in", 18), Column("the lead", 10),
    Column("best of these", 14), Column("p", 9), Column("stands", 8),
)  # fmt: skip
_TITLES = {
    "future": "its future", "placebo": "shifted", "permuted": "other order", "decoys": "random walk",
}  # fmt: skip


def few_shifts(count: int, unit: str) -> str:
    """That there is no room to shift a lead."""
    return (
        f"the {unit}s leave room for {count:,} shifts that are longer than the lags and the KPI's momentum; 19 are needed, "
        "so the lead was not compared with itself shifted"
    )


def summary(result: RefutationTest) -> Prose:
    """The attempts as a table of at most 80 columns."""
    kpi, lead = cut(shown(result.kpi), _NAME), cut(shown(result.lead), _NAME)
    head = wrap(f"Does {lead} stand as a lead of {kpi}? {_answer(result)}")
    facts = labelled(_facts(result))
    return page(head, _table(result), facts, [CAVEAT])


def explain(result: RefutationTest) -> Prose:
    """What was tried and found, in plain sentences."""
    kpi, lead = shown(result.kpi), shown(result.lead)
    told = [f"That {lead} tells nothing of {kpi} ahead has p {among(result.pvalue)}. {_answer(result)}"]
    told += [_TELLERS[attempt.name](attempt, result) for attempt in result.attempts]
    told += beside_sentences(result.given, result.controls)
    told.append(f"A lead that stands is not proven: these attempts would not show that moving {lead} moves {kpi}.")
    return lines_of(told)


def _answer(result: RefutationTest) -> str:
    failed = [_TITLES[attempt.name] for attempt in result.attempts if not attempt.stands]
    if not failed:
        return "It stands against every attempt to refute it."
    return f"No: it falls against {joined(failed)}."


def _table(result: RefutationTest) -> list[str]:
    """One line an attempt."""
    rows = []
    for attempt in result.attempts:
        told = pvalue if attempt.measure == "p" else number
        sizes = (told(attempt.lead), told(attempt.other) if math.isfinite(attempt.other) else "")
        p = pvalue(attempt.pvalue) if math.isfinite(attempt.pvalue) else ""
        stands = "yes" if attempt.stands else "no"
        rows.append((_TITLES[attempt.name], f"{attempt.tried:,}", attempt.measure, *sizes, p, stands))
    return table(_COLUMNS, rows)


def _facts(result: RefutationTest) -> Iterator[tuple[str, str]]:
    yield "Lead", f"p {among(result.pvalue)} for no effect after 1 to {periods(result.max_lag, result.unit)}"
    yield "Future", "p: its future explains nothing beside its past; shares: each beside the other"
    yield "Others", f"p: share that does as well, the lead counted; it stands at {percent(result.level)} or less"
    yield from beside_facts(result.given, result.controls, most=_NAME)
    yield "Rows", f"{periods(result.nobs, result.unit)} used"
    yield from searched_facts(result.provenance)


def _share(value: float) -> str:
    """A share that was counted or estimated, in percent."""
    return f"{number(100.0 * value, digits=2)} %"


def _future(attempt: Attempt, result: RefutationTest) -> str:
    kpi, lead = shown(result.kpi), shown(result.lead)
    beside = f"beside its future its past explains {_share(attempt.lead)} of the surprises of {kpi}"
    told = f"Against its future: {beside}, beside its past its future {_share(attempt.other)} (p {among(attempt.pvalue)})."
    if not attempt.stands:
        return f"{told} What comes after cannot lead: {lead} follows {kpi} more than it leads it."
    if attempt.pvalue <= result.level:
        return f"{told} So {kpi} moves {lead} too, but less."
    return told


def _copies(attempt: Attempt, result: RefutationTest) -> str:
    kpi, lead = shown(result.kpi), shown(result.lead)
    if attempt.name == "placebo":
        what = f"Against itself shifted in time by more than {periods(result.max_lag, result.unit)}"
    else:
        what = "Against itself with its stretches in random order"
    if not math.isfinite(attempt.pvalue):
        return f"{what}: {attempt.tried:,} were too few to judge."
    best = f"the best of {attempt.tried:,} copies reaches |t| {number(attempt.other)}, {lead} itself {number(attempt.lead)}"
    told = f"{what}: {best}; {_share(attempt.pvalue)} do as well, {lead} counted."
    return told if attempt.stands else f"{told} So what was found needs no link in time to {kpi}."


def _decoys(attempt: Attempt, result: RefutationTest) -> str:
    lead = shown(result.lead)
    told = f"Against {attempt.tried:,} random walks, prepared and searched as {lead} is: the best has p {among(attempt.other)}"
    told += f"; {_share(attempt.pvalue)} do as well as {lead}, {lead} counted."
    return told if attempt.stands else f"{told} So what was found is no more than random walks give."


_TELLERS = {"future": _future, "placebo": _copies, "permuted": _copies, "decoys": _decoys}
