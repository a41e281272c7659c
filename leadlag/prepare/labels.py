"""A Problem with its labels: which series its columns are, and what was done to each."""

from __future__ import annotations

from dataclasses import dataclass

from leadlag.core.arrays import Ints
from leadlag.core.search.problem import Problem
from leadlag.prepare.common import SharedSwings
from leadlag.prepare.kpi import WorkingKpi
from leadlag.prepare.regressors import Beside
from leadlag.prepare.season import CalendarSeason
from leadlag.prepare.untestable import Untestable

__all__ = ["Prepared", "Treatment"]


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What was done to one series before it was tested, and what it is.

    `pace` is the number of its own periods in one of the KPI's. `part` says that it is an arithmetic part of the KPI; `held` for
    how many periods each of its values stands, 0 if each period has its own; `moved` by how many periods it is the KPI itself,
    moved to an earlier time, 0 if it is another series; `known_ahead` for how many periods of the KPI its values are known ahead,
    `own_ahead` the same in its own periods; `unusable` says why it cannot be used now; `rescaled` that it alone has
    changed its unit; `ahead` that it is made of the KPI's own later values; `event` that its values are zeros and ones;
    `state` is "integrated", "stationary" or "inconclusive".
    """

    log: bool = False
    part: bool = False
    held: int = 0
    moved: int = 0
    state: str = ""
    differenced: bool = False
    surprises: bool = False
    n_clipped: int = 0
    pace: float = 1.0
    rescaled: bool = False
    ahead: bool = False
    known_ahead: float = 0
    own_ahead: int = 0
    unusable: str = ""
    event: bool = False


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A Problem with its labels.

    Parameters
    ----------
    problem : Problem
        Column j of ``problem.X`` is ``leads[j]``.
    leads : tuple of str
        Candidates that can be tested.
    treatments : tuple of Treatment
        One a lead.
    kpi : Treatment
    working : WorkingKpi
        The KPI before a level shift of it entered the models.
    beside : Beside
        What of the calendar is in the base of every regression.
    untestable : tuple of Untestable
    reported : str
        That the KPI is an average or a sum to date, and what was done about it; empty if it is neither.
    groups : ndarray of int, shape (len(leads),)
        Leads that are duplicates of each other after preparation share a number; -1 for none.
    common : SharedSwings or None
        What KPI and most candidates have in common in the same period, and no term explains.
    """

    problem: Problem
    leads: tuple[str, ...]
    treatments: tuple[Treatment, ...]
    kpi: Treatment
    working: WorkingKpi
    beside: Beside
    untestable: tuple[Untestable, ...]
    reported: str
    groups: Ints
    common: SharedSwings | None = None

    @property
    def seasons(self) -> tuple[CalendarSeason, ...]:
        """The seasons in the base of every regression."""
        return self.beside.seasons
