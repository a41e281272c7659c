"""What could have been seen of a lead, in a sentence, and what those that were not found would need."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from leadlag.wording.shown import among, number, percent, periods, shown

if TYPE_CHECKING:
    from leadlag.decision.backing import Detectable

__all__ = ["FAR", "closest", "in_sd", "missed"]

#: Leads that a negative answer names.
_MOST_NAMED = 3
#: Beyond so many times the periods at hand, a number of periods that would be needed is no plan.
FAR = 20.0


class TestedLead(Protocol):
    """What is read of a lead that was tested: evidence in a ranking, and the power of a lead on its own, have it alike."""

    @property
    def lead(self) -> str: ...
    @property
    def pvalue(self) -> float: ...
    @property
    def qvalue(self) -> float: ...
    @property
    def nobs(self) -> int: ...
    @property
    def detectable(self) -> Detectable | None: ...


def missed(item: TestedLead, *, kpi: str, unit: str) -> str:
    """What could have been seen of one lead, in a sentence; empty if that is not known.

    Parameters
    ----------
    item : TestedLead
    kpi : str
    unit : str
        One period in words.
    """
    size = item.detectable
    if size is None:
        return ""
    return (
        f"With {periods(item.nobs, unit)} an effect of {shown(item.lead)} below {in_sd(size.half_sd)} of {shown(kpi)} would be "
        f"missed half of the time or more; one of {in_sd(size.most_sd)} would be found in {percent(size.power)} of the time."
    )


def closest(items: Iterable[TestedLead], *, kpi: str, unit: str, most: int = _MOST_NAMED) -> tuple[str, ...]:
    """Where no lead passes: those that came closest, and what would be needed to find them; one sentence each.

    Parameters
    ----------
    items : iterable of TestedLead
        Leads that were tested; those without sizes are passed over.
    kpi : str
    unit : str
        One period in words.
    most : int
        How many are named.
    """
    known = [item for item in items if item.detectable is not None and math.isfinite(item.pvalue)]
    near = sorted(known, key=lambda item: (item.pvalue, item.lead))[:most]
    told = [_needed(item, item.detectable, unit=unit) for item in near if item.detectable is not None]
    if told:
        told.append(
            f"Effects are at a single lag, for a rise of the lead by one sd, in sd of {shown(kpi)} less its trend and season. "
            "What was not found is estimated too large on average, so it may need more than that."
        )
    return tuple(told)


def _needed(item: TestedLead, size: Detectable, *, unit: str) -> str:
    head = f"{shown(item.lead)} (p {among(item.pvalue)}, q {among(item.qvalue)})"
    seen = f"looks like {in_sd(size.estimated_sd)}, where {in_sd(size.half_sd)} is found half of the time"
    return f"{head} {seen}; {_rows(size, nobs=item.nobs, unit=unit)}."


def _rows(size: Detectable, *, nobs: int, unit: str) -> str:
    """Periods that an effect as large as the one estimated would need."""
    chance = f"to find an effect so large in {percent(size.power)} of the time"
    if not math.isfinite(size.nobs_needed) or size.nobs_needed > FAR * nobs:
        return f"{chance} would take more than {periods(int(FAR * nobs), unit)}"
    if size.nobs_needed <= nobs:
        return f"these {periods(nobs, unit)} are enough {chance}"
    return f"{chance} would take {periods(math.ceil(size.nobs_needed), unit)}"


def in_sd(size: float) -> str:
    """A size in standard deviations."""
    return f"{number(size, digits=2)} sd"
