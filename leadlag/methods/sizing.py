"""The question: how large is the effect of a chosen lead, once what it does is not taken for outliers of the KPI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leadlag.core.problem import Problem, refitted
from leadlag.core.scan import Scan, column_of, scan
from leadlag.core.shapes import STANDARD, Shape
from leadlag.prepare import Prepared, clean_kpi

__all__ = ["beside_the_lead"]

#: The null distribution is known already, so these draws decide nothing.
_DRAWS = 99


def beside_the_lead(
    prepared: Prepared, problem: Problem, found: Scan, *, shapes: Sequence[Shape] = STANDARD
) -> tuple[Problem, Scan]:
    """The problem and the scan of one chosen lead, the KPI's outliers judged beside the chosen leads.

    Parameters
    ----------
    prepared : Prepared
    problem : Problem
        With that one lead, the other chosen ones in its base.
    found : Scan
        Of that problem.
    shapes : sequence of Shape

    Returns
    -------
    problem : Problem
    found : Scan
        With the null distribution and the best column of the one given.
        Both are those given if nothing of the KPI was clipped.

    Notes
    -----
    Before the leads are known a strong answer to a rare campaign looks like an outlier and is clipped: the lead is found all the
    same, but its effect came out at .76 of the truth (median of 238 found). So innovations are clipped again with the lead's best
    column and those of the others in the mean.
    """
    if not prepared.kpi.n_clipped:
        return problem, found
    column = column_of(problem, 0, int(found.best[0]), shapes)
    y, _, _ = clean_kpi(prepared.given, np.column_stack([problem.mean, column]), unit_root=problem.momentum.unit_root)
    again = refitted(problem, y=y)
    fresh = scan(again, rng=np.random.default_rng(0), n_draws=_DRAWS, shapes=shapes)
    return again, replace(fresh, tail=found.tail, best=found.best)
