"""One lead of a problem beside the others, each of which stands in the model at its best column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from leadlag.core.search.asked import best_columns, gains
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import fit_base, regressors, with_columns
from leadlag.core.search.shapes import Shape, search_weights

__all__ = ["BestColumn", "best_column", "conditional_problem"]


def conditional_problem(problem: Problem, shapes: Sequence[Shape]) -> Problem:
    """The problem of its first lead, the others in the base as a ranking holds those it chose.

    They enter best first, each at its best column beside those before it; then each column is looked up again beside the others.
    """
    best: dict[int, int] = {}
    rest = set(range(problem.X.shape[1]))
    while rest:
        conditional = with_columns(problem, best, shapes)
        found = {lead: best_column(conditional, lead, shapes) for lead in sorted(rest)}
        first = max(found, key=lambda lead: found[lead].weighted_share)
        best[first] = found[first].column
        rest.remove(first)
    for lead in list(best):
        others = {other: column for other, column in best.items() if other != lead}
        best[lead] = best_column(with_columns(problem, others, shapes), lead, shapes).column
    return with_columns(problem, {lead: column for lead, column in best.items() if lead != 0}, shapes).of([0])


class BestColumn(NamedTuple):
    """The column of a lead that fits best, the share of the KPI's sum of squares that it explains, and that of the search.

    `usable` is False where nothing of the lead is left beside the base.
    """

    column: int
    share: float
    weighted_share: float
    usable: bool


def best_column(problem: Problem, lead: int, shapes: Sequence[Shape]) -> BestColumn:
    """The column of a lead that fits best; `weighted_share` weighs shapes as the search does (`search_weights`)."""
    base_fit = fit_base(problem)
    columns = regressors(problem, base_fit, [lead], shapes)
    norm = columns.norm[0]
    score = np.where(norm > 0, columns.values[:, 0].T @ base_fit.residual / np.where(norm > 0, norm, 1.0), 0.0)
    total = max(float(base_fit.residual @ base_fit.residual), np.finfo(float).tiny)
    share = gains(score[None], problem.signs[[lead]]) / total
    best, weights = int(best_columns(share, score[None])[0]), search_weights(shapes, n_lags=problem.n_slots)
    return BestColumn(best, float(share.max()), float((share * weights * weights).max()), bool((norm > 0).any()))
