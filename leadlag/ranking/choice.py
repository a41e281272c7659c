"""The leads that are named: each candidate alone, which way it goes, and the selection among all."""

from __future__ import annotations

from collections.abc import Sequence

from leadlag.core.arrays import Ints
from leadlag.core.search.otherscale import OtherScale
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import scan_with
from leadlag.core.search.shapes import STANDARD, Shape
from leadlag.decision import Policy
from leadlag.ranking.direction import Direction, directions
from leadlag.ranking.selection import Selection, select_leads

__all__ = ["selected_leads"]


def selected_leads(
    problem: Problem,
    signs: SharedSigns,
    *,
    groups: Ints,
    seeds: Sequence[int],
    policy: Policy,
    shapes: Sequence[Shape] = STANDARD,
    n_together: int = 0,
    other: OtherScale | None = None,
) -> tuple[Selection, Direction]:
    """The leads that are named, and which way each candidate goes: of a ranking, and of a forecast at every origin.

    Parameters
    ----------
    problem : Problem
    signs : SharedSigns
        Of the first seed.
    groups : ndarray of int, shape (m,)
        Candidates that are copies of each other have the same.
    seeds, policy, shapes, n_together, other
        As `leadlag.ranking.search.find` takes them.
    """
    direction = directions(problem, seed=int(seeds[2]), n_draws=signs.n_draws)
    selection = select_leads(
        problem, scan_with(problem, signs, shapes, other=other), coincident=direction.coincident <= policy.coincident_level,
        reverse=direction.reverse, groups=groups, fdr=policy.fdr, seed=int(seeds[0]), n_draws=signs.n_draws, shapes=shapes,
        few_events=policy.few_events, n_together=n_together, other=other,
    )  # fmt: skip
    return selection, direction
