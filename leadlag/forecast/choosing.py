"""Which leads stand in a forecast: those that a ranking of what is known then would name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import is_constant, standardise
from leadlag.core.search.scan import shared_signs
from leadlag.core.search.shapes import STANDARD, Shape, feedback
from leadlag.core.series.identities import duplicate_groups
from leadlag.decision import Policy
from leadlag.prepare.arrays import working_problem
from leadlag.prepare.leads import N_TREND
from leadlag.prepare.origins.learned import KnownValues
from leadlag.prepare.regressors import beside_leads
from leadlag.prepare.season import season_periods
from leadlag.prepare.untestable import fewest_rows
from leadlag.ranking.choice import selected_leads
from leadlag.sample import Calendar

__all__ = ["Choice", "Chooser"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """One lead in a forecast.

    Parameters
    ----------
    place : int
        Among the candidates.
    shape : Shape
    lag : int
        Its peak.
    memory : ndarray, shape (p,)
        By which the shape carries its own past on.
    """

    place: int
    shape: Shape
    lag: int
    memory: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Chooser:
    """Chooses leads by the search, selection and direction of a ranking, on what is known at one time.

    Parameters
    ----------
    calendar : Calendar
    max_lag : int
    sums : ndarray of bool, shape (1 + m,)
        Series, the KPI first, that can depend on the days of a period.
    policy : Policy
    seeds : sequence of int
        Three, those of the ranking.
    n_draws : int
    """

    calendar: Calendar
    max_lag: int
    sums: np.ndarray
    policy: Policy
    seeds: Sequence[int]
    n_draws: int

    def chosen(self, now: KnownValues) -> tuple[Choice, ...]:
        """The leads that are named on the rows whose KPI is known, best first; none if nothing can be asked."""
        n = now.n_known
        y, every, Z = now.y[:n], now.X[:n], now.Z[:n]
        some = np.flatnonzero((np.isfinite(every).sum(axis=0) >= fewest_rows(N_TREND + Z.shape[1])) & ~is_constant(every))
        lags = tuple(range(1, min(self.max_lag, n // 4) + 1))
        if not len(some) or not lags:
            return ()
        X = every[:, some]
        fixed = np.column_stack([np.ones(n), np.arange(n) / n, standardise(Z).values])
        calendar = replace(self.calendar, index=self.calendar.index[:n])
        beside = beside_leads(calendar, y, X, sums=self.sums[np.r_[0, 1 + some]])
        if n < fewest_rows(fixed.shape[1] + (0 if beside.columns is None else beside.columns.shape[1])):
            return ()
        problem, _, _ = working_problem(
            y, X, fixed, season=beside.columns, periods=season_periods(calendar), lags=lags, own=(None,) * len(some)
        )
        signs = shared_signs(np.random.default_rng(self.seeds[0]), n_draws=self.n_draws)
        selection, _ = selected_leads(problem, signs, groups=duplicate_groups(problem.X), seeds=self.seeds, policy=self.policy)
        found = []
        for lead, conditional, scanned in zip(selection.selected, selection.conditional, selection.scans, strict=True):
            shape, slot = divmod(int(scanned.best[0]), problem.n_slots)
            memory = feedback(STANDARD[shape], conditional.momentum)
            found.append(Choice(place=int(some[lead]), shape=STANDARD[shape], lag=problem.lags[slot], memory=memory))
        return tuple(found)
