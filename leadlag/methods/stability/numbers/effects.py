"""A lead's effect in KPI units, on both sides of a date and since the lead became a target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from leadlag.core.arrays import Floats
from leadlag.core.search.columns import column_totals, rises
from leadlag.core.search.effect import EffectSize
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.shapes import Shape
from leadlag.core.series.logs import in_percent
from leadlag.core.time.clock import counted_back
from leadlag.methods.stability.numbers.breaks import log_odds, sup_pvalue
from leadlag.methods.stability.numbers.changes import LeadChange, LeadRegression, lead_change, lead_regression
from leadlag.methods.stability.numbers.sides import change_at, corrected_for_selection, side_effects

__all__ = ["FEWEST_LEFT", "LeadColumn", "SinceTarget", "asymptotic_pvalue", "both_sides", "lead_column", "since_target"]

Selected = Literal["", "left out", "corrected"]

#: Periods beside those on which a lead was chosen that are enough to estimate the effect before.
FEWEST_LEFT = 20


@dataclass(frozen=True, kw_only=True)
class LeadColumn:
    """One lead in one column of a scan, with what turns its coefficient into an effect in KPI units.

    Parameters
    ----------
    regression : LeadRegression
    shape : Shape
    delay : float
        Periods of the KPI at which the column begins; 0 or below for a lead that is known ahead.
    unit : float
        Effect of a lasting rise by one working unit of the lead, for a coefficient of one.
    log : bool
        Whether the KPI is in logs, and effects in percent.
    """

    regression: LeadRegression
    shape: Shape
    delay: float
    unit: float
    log: bool

    def change(self, signs: SharedSigns) -> LeadChange | None:
        """The test of a change at an unknown date, where there is enough to ask."""
        return lead_change(self.regression, signs=signs) if self.regression.usable else None

    def effects(self, values: ArrayLike) -> Floats:
        """Coefficients as effects; NaN for a square, to which a rise and a fall are the same."""
        unit = math.nan if self.shape.response == "square" else self.unit
        return in_percent(np.asarray(values, dtype=np.float64) * unit, log=self.log)

    def effect_size(self, value: float, low: float, high: float) -> EffectSize:
        """A coefficient and its interval as an effect, the lower end first."""
        middle, *ends = (float(self.effects(number)) for number in (value, low, high))
        return EffectSize(value=middle, low=min(ends), high=max(ends))


def lead_column(problem: Problem, column: int, best: int, shapes: Sequence[Shape], *, log: bool, ahead: float = 0) -> LeadColumn:
    """One lead in one column of a scan.

    Parameters
    ----------
    problem : Problem
        With the other leads in its base.
    column : int
        The lead in `problem`.
    best : int
        Column of the scan, shape times slots plus slot.
    shapes : sequence of Shape
        Those of the scan.
    log : bool
        Whether the KPI is in logs.
    ahead : float
        Periods of the KPI by which values of the lead are known ahead.
    """
    shape, slot = divmod(best, problem.n_slots)
    return LeadColumn(
        regression=lead_regression(problem, column, best, tuple(shapes)),
        shape=shapes[shape],
        delay=counted_back(float(problem.delays(column)[slot]), ahead),
        unit=problem.y_scale * float(rises(problem, shapes)[column, best] * column_totals(problem, shapes)[column, best]),
        log=log,
    )


def both_sides(lead: LeadColumn, found: LeadChange, *, level: float) -> tuple[EffectSize, EffectSize]:
    """Effect before and after the likeliest date, which is taken as known."""
    before, after = (lead.effect_size(side.value, *side.interval(level)) for side in side_effects(lead.regression, found.split))
    return before, after


def asymptotic_pvalue(found: LeadChange, n: int) -> float:
    """p of the largest statistic over dates among n rows in very long samples."""
    return sup_pvalue(found.supremum, n_breaking=1, log_odds=max(log_odds(found.dates, n), 1e-6))


@dataclass(frozen=True, kw_only=True)
class SinceTarget:
    """The test since a lead became a target.

    Parameters
    ----------
    n_before, n_after : int
        Periods on either side.
    before, after : EffectSize or None
        None where a side has too few periods, or too little of the lead.
    pvalue, changed_pvalue : float
        p that the relation did not weaken, and that it did not change in either direction.
    selected : {"", "left out", "corrected"}
        What was done about the lead having been chosen because it looked best.
    """

    n_before: int
    n_after: int
    before: EffectSize | None = None
    after: EffectSize | None = None
    pvalue: float = math.nan
    changed_pvalue: float = math.nan
    selected: Selected = ""


def since_target(
    lead: LeadColumn, *, since: int, selected_on: tuple[int, int] | None, n_candidates: int, signs: SharedSigns, level: float
) -> SinceTarget:
    """Test the relation since the lead became a target.

    Parameters
    ----------
    lead : LeadColumn
    since : int
        Row of the sample from which on its values are those of a target; the KPI sees them `delay` periods later.
    selected_on : tuple of int or None
        First and last row on which it was chosen as a target.
    n_candidates : int
        Metrics from which it was chosen.
    signs : SharedSigns
    level : float
        Confidence level of the intervals.
    """
    rows = lead.regression.rows
    after = rows >= since + math.ceil(lead.delay - 1e-9)
    before = ~after
    selected: Selected = ""
    if selected_on is not None:
        used = before & (rows >= selected_on[0]) & (rows <= selected_on[1])
        left = before & ~used
        enough = change_at(lead.regression, left, after, signs=signs) is not None and left.sum() >= FEWEST_LEFT
        before, selected = (left, "left out") if enough else (used, "corrected")
    n_before, n_after = int(before.sum()), int(after.sum())
    found = change_at(lead.regression, before, after, signs=signs)
    if found is None:
        return SinceTarget(n_before=n_before, n_after=n_after)
    value, ends, pvalue = found.before.value, found.before.interval(level), found.weaker_pvalue
    if selected == "corrected":
        value, ends, pvalue = corrected_for_selection(found, level=level, n_candidates=n_candidates)
    return SinceTarget(
        n_before=n_before, n_after=n_after, before=lead.effect_size(value, *ends),
        after=lead.effect_size(found.after.value, *found.after.interval(level)), pvalue=pvalue,
        changed_pvalue=found.changed_pvalue, selected=selected,
    )  # fmt: skip
