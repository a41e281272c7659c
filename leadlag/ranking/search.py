"""What the methods find about the candidates of one problem: the order of the calls behind every verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from leadlag.core.search.drifting import Drift
from leadlag.core.search.otherscale import OtherScale
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import Scan, shared_signs
from leadlag.core.search.shapes import STANDARD, Shape
from leadlag.decision import Delay, Policy
from leadlag.methods.delay.question import estimate_delay
from leadlag.prepare import Prepared
from leadlag.ranking.choice import selected_leads
from leadlag.ranking.direction import Direction
from leadlag.ranking.drift import with_drifting
from leadlag.ranking.selection import Selection

__all__ = ["Findings", "FoundLead", "find"]


@dataclass(frozen=True, kw_only=True)
class FoundLead:
    """A chosen lead, or one that is explained by them, in the problem in which it is measured.

    Parameters
    ----------
    problem : Problem
        For a chosen lead that one alone, the other chosen ones in its base; for another all candidates.
    column : int
        The lead in `problem`, and its row in `scan`.
    lead : int
        The lead among all candidates.
    scan : Scan
        Of `problem`.
    """

    problem: Problem
    column: int
    lead: int
    scan: Scan


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the methods found about the m candidates of one problem.

    Parameters
    ----------
    scan : Scan
        Each candidate alone.
    selection : Selection
    direction : Direction
    delays : Mapping from int to Delay
        Delay of the candidates that have one, by column: given the other chosen leads for a chosen one, alone for one that is
        explained by them.
    shapes : sequence of Shape
        Those that were searched.
    drifting : Mapping from int to Drift
        How the delay of a chosen lead moves, where it does.
    """

    scan: Scan
    selection: Selection
    direction: Direction
    delays: Mapping[int, Delay]
    shapes: Sequence[Shape] = STANDARD
    drifting: Mapping[int, Drift] = field(default_factory=dict)

    def found(self, problem: Problem) -> tuple[FoundLead, ...]:
        """The chosen leads and those that they explain, each in the problem in which it is measured.

        Parameters
        ----------
        problem : Problem
            Of all candidates.
        """
        return _found(problem, self.selection)

    def by_several_lags(self) -> tuple[FoundLead, ...]:
        """The leads that only several lags together made ones, each in the problem in which it is measured."""
        return tuple(FoundLead(problem=one.problem, column=0, lead=one.lead, scan=one.scan) for one in self.selection.several)


def find(
    prepared: Prepared,
    shapes: Sequence[Shape],
    *,
    seeds: Sequence[int],
    n_draws: int,
    policy: Policy,
    n_together: int = 0,
    other: OtherScale | None = None,
) -> Findings:
    """Scan, selection, direction and delay sets, one seed each, so that none depends on what another drew.

    Parameters
    ----------
    prepared : Prepared
    shapes : sequence of Shape
        Those that are searched.
    seeds : sequence of int
        At least three.
    n_draws : int
        Draws of signs.
    policy : Policy
    n_together : int
        Lags 1 to this one are asked together of what the selection leaves; not at all if 0.
    other : OtherScale, optional
        The scale beside which that of the problem was chosen, with the signs of the first seed.
    """
    problem = prepared.problem
    length = 0 if other is None else other.length
    # the signs of all scans, so that a delay costs no draws of its own
    signs = shared_signs(np.random.default_rng(seeds[0]), n_draws=n_draws, length=length)
    selection, direction = selected_leads(
        problem, signs, groups=prepared.groups, seeds=seeds, policy=policy, shapes=shapes, n_together=n_together, other=other
    )
    selection, drifting = with_drifting(
        selection, problem, coincident=direction.coincident <= policy.coincident_level, reverse=direction.reverse,
        groups=prepared.groups, fdr=policy.fdr if other is None else policy.fdr / 2.0, signs=signs, shapes=shapes,
        few_events=policy.few_events,
    )  # fmt: skip
    delays = {item.lead: _delay(prepared, item, signs=signs, shapes=shapes, policy=policy) for item in _found(problem, selection)}
    delays |= {one.lead: one.delay(ahead=prepared.treatments[one.lead].known_ahead, policy=policy) for one in selection.several}
    return Findings(
        scan=selection.first, selection=selection, direction=direction, delays=delays, shapes=shapes, drifting=drifting
    )


def _found(problem: Problem, selection: Selection) -> tuple[FoundLead, ...]:
    """Those that are explained by the chosen leads, alone, and the chosen ones, given each other."""
    explained = [
        FoundLead(problem=problem, column=lead, lead=lead, scan=selection.first)
        for lead in np.flatnonzero(selection.explained_by >= 0).tolist()
    ]
    selected = [
        FoundLead(problem=conditional, column=0, lead=lead, scan=scanned)
        for conditional, lead, scanned in zip(selection.conditional, selection.selected, selection.scans, strict=True)
    ]
    return (*explained, *selected)


def _delay(prepared: Prepared, found: FoundLead, *, signs: SharedSigns, shapes: Sequence[Shape], policy: Policy) -> Delay:
    """Delay of one found lead."""
    return estimate_delay(
        prepared, found.problem, found.column, lead=found.lead, signs=signs, pvalue=float(found.scan.pvalue[found.column]),
        level=policy.delay_level, shapes=shapes, policy=policy,
    ).delay  # fmt: skip
