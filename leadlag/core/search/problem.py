"""Problem: all that a method needs of the data, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.noise.momentum import Momentum, fit_momentum
from leadlag.core.search.asked import Asked
from leadlag.core.search.finer import FinerLead

__all__ = ["Problem", "refitted"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """The KPI and its candidate leads, ready for a test.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Working KPI in units of `y_scale`; NaN where missing.
    X : ndarray, shape (n, m)
        Working leads, less their own trend and season, each in units of its `x_scale`; NaN where missing.
    base : ndarray, shape (n, q)
        Intercept, trend, season and controls: in every model.
    momentum : Momentum
        The KPI's own AR noise under "no lead".
    lags : tuple of int
        Lags searched, in periods.
    y_scale : float
        KPI units in one unit of `y`.
    x_scale : ndarray, shape (m,)
        Lead units in one unit of `X`, of the own series in `finer` where a lead has one: one standard deviation of the working
        series.
    max_order : int
        AR orders up to this are compared when the momentum is fitted again.
    shift : ndarray, shape (n,), or None
        Step of the KPI's largest level shift, in every model but one: a lead has to hold without it too.
    finer : tuple of FinerLead or None
        The own series of each lead that is seen more often than the KPI, whose column of `X` is then what it comes to in the
        KPI's periods; None for the others. Empty if no lead is.
    asked : tuple of Asked or None
        The sign and the lags that are asked of each lead of which more is known; None for the others. Empty if no lead is.
    """

    y: Floats
    X: Floats
    base: Floats
    momentum: Momentum
    lags: tuple[int, ...]
    y_scale: float
    x_scale: Floats
    max_order: int = 4
    shift: Floats | None = None
    finer: tuple[FinerLead | None, ...] = ()
    asked: tuple[Asked | None, ...] = ()

    def __post_init__(self) -> None:
        if self.asked and len(self.asked) != self.X.shape[1]:
            raise ValueError(f"asked has {len(self.asked)} entries, X {self.X.shape[1]} columns")

    @property
    def mean(self) -> Floats:
        """Columns of every model, shape (n, q) or (n, q + 1): the base, and the level shift if there is one."""
        return self.base if self.shift is None else np.column_stack([self.base, self.shift])

    def finer_of(self, lead: int) -> FinerLead | None:
        """The own series of one lead, if it is seen more often than the KPI."""
        return self.finer[lead] if self.finer else None

    def asked_of(self, lead: int) -> Asked | None:
        """What is asked of one lead, if more is known of it."""
        return self.asked[lead] if self.asked else None

    @property
    def signs(self) -> Ints:
        """Sign of the effect that is looked for in each lead, shape (m,); 0 for either."""
        signs = [0 if one is None else one.sign for one in self.asked]
        return np.array(signs or np.zeros(self.X.shape[1]), dtype=np.intp)

    @property
    def n_slots(self) -> int:
        """Lags searched for the lead that has most of them; a scan has as many columns for each shape."""
        return max([len(self.lags), *(len(one.lags) for one in self.finer if one is not None)])

    def delays(self, lead: int) -> Floats:
        """The lags at which one lead is asked, in periods of the KPI, shape (n_slots,); NaN in slots that it does not use."""
        finer, asked = self.finer_of(lead), self.asked_of(lead)
        found = np.full(self.n_slots, np.nan)
        lags = self.lags if finer is None else finer.delays
        found[: len(lags)] = lags
        return found if asked is None else np.where(asked.holds(found), found, np.nan)

    def of(self, leads: Sequence[int] | Ints) -> Problem:
        """The problem with some of its leads."""
        finer = tuple(self.finer[lead] for lead in leads) if self.finer else ()
        asked = tuple(self.asked[lead] for lead in leads) if self.asked else ()
        return replace(self, X=self.X[:, leads], x_scale=self.x_scale[leads], finer=finer, asked=asked)

    @property
    def observed(self) -> Flags:
        """Rows with the KPI and all of the base, shape (n,)."""
        return np.isfinite(self.y) & np.isfinite(self.base).all(axis=1)


def refitted(problem: Problem, **changes: Any) -> Problem:
    """The problem with some of its parts changed, and the KPI's momentum fitted again to what is then in every model."""
    changed = replace(problem, **changes)
    before = problem.momentum
    momentum = fit_momentum(
        changed.y, changed.mean, max_order=changed.max_order, unit_root=before.unit_root, season=before.season
    )
    return replace(changed, momentum=momentum)
