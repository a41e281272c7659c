"""The effect of a lead before and since it became a target, in a sentence or two."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from leadlag.wording.shown import among, interval, percent, periods, shown

if TYPE_CHECKING:
    from leadlag.decision.backing import Weakening

__all__ = ["CHANGED", "PERHAPS", "since_target", "with_interval"]

#: A p of at most this is told as a change, and up to the second as one that may be.
CHANGED, PERHAPS = 0.05, 0.10
_LUCK = (
    "what is made a target because it looked best looks weaker afterwards even if nothing changes: name the periods of the "
    "choice (selected_on), which are then left out"
)


def since_target(found: Weakening, *, lead: str, kpi: str, unit: str, rise: str = "", sign: str = "") -> str:
    """The effect before and since the lead became a target, with intervals, and whether it weakened, in a sentence or two."""
    if math.isnan(found.before):
        told = f"{lead} became a target in {shown(found.since)}; it acts by its square, so that its effect has no sign"
        return f"{told}. p {among(found.pvalue)} that it did not weaken."
    before = with_interval(found.before, found.before_low, found.before_high, found.level, sign)
    after = with_interval(found.after, found.after_low, found.after_high, found.level, sign)
    chosen = {
        "left out": f"; the {unit}s on which it was chosen are left out",
        "corrected": "; the effect before is corrected for its having been chosen because it looked best",
    }.get(found.selected, "")
    told = (
        f"Until {lead} became a target in {shown(found.since)} its effect on {kpi} was {before}{rise}, since then {after}{chosen}"
    )
    told += ", the lag and the shape taken as known"
    if found.pvalue <= CHANGED and not found.selected:
        return f"{told}. It looks weaker (p {among(found.pvalue)}), but {_LUCK}."
    if found.pvalue <= CHANGED:
        return f"{told}. It weakened (p {among(found.pvalue)}): people may now move the number, and not what stood behind it."
    if found.pvalue <= PERHAPS:
        return f"{told}. It may have weakened (p {among(found.pvalue)}): ask again in a few {unit}s."
    if found.changed_pvalue <= CHANGED:
        return f"{told}. It did not weaken, but it changed (p {among(found.changed_pvalue)})."
    few = f" With {periods(found.n_after, unit)} since, only a large change would show." if found.n_after < 30 else ""
    return f"{told}. That is no sign that it weakened (p {among(found.pvalue)}).{few}"


def with_interval(value: float, low: float, high: float, level: float, sign: str) -> str:
    """An effect and its interval, with the sign of its unit."""
    middle, lower, upper = interval(value, low, high)
    return f"{middle}{sign} ({percent(level)} interval: {lower} to {upper})"
