"""The models in which a candidate has to hold: beside its own value of the same period, beside the KPI's own lags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.search.columns import past_values, same_period_values
from leadlag.core.search.problem import Problem, refitted

__all__ = ["Models"]

#: Coincident leads with a p up to this are asked again beside their value of the same period.
_LOOK = 0.20
#: Lags of the KPI beside which a candidate that follows it has to hold too.
_OWN_LAGS = (1, 2, 3, 4)


class _Found(Protocol):
    """Log p of some leads, with the level shift in the model and without it."""

    @property
    def log_pvalue(self) -> Floats: ...

    @property
    def unshifted(self) -> Floats: ...


@dataclass(frozen=True, kw_only=True)
class Models:
    """Beside what some candidates have to hold.

    A coincident lead is asked beside its value of the same period too. A part of the KPI, known late, helps to predict it: beside
    the KPI's past, its own past tells how much of that was the part and will not come again. So it passes a test on past values,
    with its sign turned, while beside its value of the same period it adds nothing. A series that only reads the KPI passes
    neither; a lead passes both. One that follows the KPI is asked beside the KPI's own lags too: beside a lead its past tells
    what is left of the KPI's past, and that is no lead.

    Parameters
    ----------
    problem : Problem
        Of all m candidates.
    coincident, follows : ndarray of bool, shape (m,)
    fdr : float
    """

    problem: Problem
    coincident: Flags
    follows: Flags
    fdr: float

    @cached_property
    def own_past(self) -> Floats:
        """The KPI's lags less its mean, shape (n, lags); those that reach before the sample take a backcast."""
        return past_values(self.problem, _OWN_LAGS)

    def largest(
        self, problem: Problem, found: _Found, leads: Ints, *, columns: Ints, ask: Callable[[Problem, int], _Found]
    ) -> tuple[Floats, Floats]:
        """Log p of some leads, and that without the level shift: the largest of the models in which each has to hold.

        Parameters
        ----------
        problem : Problem
        found : Scan, Rescan or JointTest
            Of that problem.
        leads, columns : ndarray of int
            Among all candidates, and in the problem.
        ask : function (Problem, place) -> as found
            Asks one lead in a wider model.
        """
        log_p, unshifted = found.log_pvalue.copy(), found.unshifted.copy()
        asked = (self.coincident | self.follows)[leads] & (np.fmin(log_p, unshifted) <= np.log(max(self.fdr, _LOOK)))
        for place in np.flatnonzero(asked):
            for more in self._beside(problem, int(columns[place]), lead=int(leads[place])):
                wider = refitted(problem, base=np.column_stack([problem.base, more]))
                beside = ask(wider.of([int(columns[place])]), int(place))
                for kept, again in ((log_p, beside.log_pvalue[0]), (unshifted, beside.unshifted[0])):
                    kept[place] = max(kept[place], again) if np.isfinite(again) else 0.0
        return log_p, unshifted

    def _beside(self, problem: Problem, column: int, *, lead: int) -> Iterator[Floats]:
        """What stands beside a lead in each further model in which it has to hold; the lead is a column of the problem."""
        if self.coincident[lead]:
            yield same_period_values(problem, column)
        if self.follows[lead]:
            yield self.own_past
