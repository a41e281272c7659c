"""A regression of the KPI on lags of leads: its series on one scale, its rows, and its columns.

Everything is computed on centred and scaled series, so that units and offsets do not matter; `LagModel.to_original` says what the
coefficients are in the units of the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.leastsquares import Standardised, standardise
from leadlag.core.time.clock import Clock
from leadlag.core.time.lags import lag_matrix
from leadlag.core.time.pace import pace_of
from leadlag.errors import UsageError
from leadlag.methods.regression.numbers.profiles import ProfileFamily, moved_by_one

__all__ = ["LagModel", "lag_model"]


@dataclass(frozen=True, kw_only=True)
class LagModel:
    """KPI, base, own lags and leads, scaled, with the rows that can be used.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Scaled KPI; NaN where missing.
    base : ndarray, shape (n, q)
        Intercept, and scaled trend, season and controls.
    own : ndarray, shape (n, p)
        Own lags of the scaled KPI.
    own_lags : tuple of int
    series : tuple of ndarray, shape (n,) each
        Scaled leads; one that is seen more often than the KPI on its own calendar, shape (n_own,).
    clocks : tuple of (Clock or None)
        How the own periods of such a lead line up with the rows; None for the others.
    families : tuple of ProfileFamily
        One a lead.
    rows : ndarray of bool, shape (n,)
        Those that have the KPI and every column.
    center, scale : ndarray, shape (1 + q + m,)
        Of the KPI, the columns of the base, and the leads.
    """

    y: Floats
    base: Floats
    own: Floats
    own_lags: tuple[int, ...]
    series: tuple[Floats, ...]
    clocks: tuple[Clock | None, ...]
    families: tuple[ProfileFamily, ...]
    rows: Flags
    center: Floats
    scale: Floats

    @property
    def n_fixed(self) -> int:
        """Columns before those of the leads."""
        return self.base.shape[1] + self.own.shape[1]

    @property
    def n_columns(self) -> int:
        """Columns of the design."""
        return self.n_fixed + sum(family.n_columns for family in self.families)

    @property
    def outcome(self) -> Floats:
        """The KPI in the units of the data, shape (n,)."""
        return self.y * self.scale[0] + self.center[0]

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Range of each hidden parameter of all leads."""
        return [pair for family in self.families for pair in family.bounds]

    def pace(self, lead: int) -> float:
        """Own periods of a lead to one of the KPI's."""
        return pace_of(self.clocks[lead])

    def place_of(self, lead: int) -> int:
        """Where `center` and `scale` of one lead stand."""
        return 1 + self.base.shape[1] + lead

    def effect_unit(self, lead: int) -> float:
        """KPI units per unit of one lead in one scaled effect."""
        return float(self.scale[0] / self.scale[self.place_of(lead)])

    def hidden_of(self, lead: int) -> slice:
        """Where the hidden parameters of one lead stand among those of all."""
        before = sum(family.n_hidden for family in self.families[:lead])
        return slice(before, before + self.families[lead].n_hidden)

    def columns_of(self, lead: int) -> slice:
        """Where the columns of one lead stand in the design."""
        before = self.n_fixed + sum(family.n_columns for family in self.families[:lead])
        return slice(before, before + self.families[lead].n_columns)

    def lead_columns(self, lead: int, hidden: Floats) -> Floats:
        """The columns of one lead for its hidden parameters, shape (n, n_columns of the lead)."""
        return self.families[lead].columns(self.series[lead], hidden, self.clocks[lead])

    def design(self, hidden: Floats) -> Floats:
        """Base, own lags and the columns of every lead, shape (n, k); NaN outside `rows`."""
        parts = [self.lead_columns(j, hidden[self.hidden_of(j)]) for j in range(len(self.families))]
        columns = np.column_stack([self.base, self.own, *parts])
        columns[~self.rows] = np.nan
        return columns

    def slopes(self, hidden: Floats, params: Floats) -> Floats:
        """Derivative of the mean by each hidden parameter, shape (n, h)."""
        known = np.nan_to_num(params)
        slopes = moved_by_one(lambda at: np.asarray(self.design(at)[self.rows] @ known), hidden, self.bounds)
        whole = np.full((len(self.y), len(slopes)), np.nan)
        whole[self.rows] = np.column_stack(slopes) if slopes else np.empty((int(self.rows.sum()), 0))
        return whole

    def with_families(self, families: Sequence[ProfileFamily]) -> LagModel:
        """The same rows with other families, as soon as a search has placed their starts."""
        return replace(self, families=tuple(families))

    def units(self, hidden: Floats) -> tuple[Floats, Floats]:
        """What one scaled unit of each column is in the data, and what scaling took off it; two arrays of shape (k,)."""
        q, p = self.base.shape[1], self.own.shape[1]
        unit, offset = np.ones(self.n_columns), np.zeros(self.n_columns)
        unit[:q], offset[:q] = self.scale[1 : q + 1], self.center[1 : q + 1]
        unit[q : q + p], offset[q : q + p] = self.scale[0], self.center[0]
        for j, family in enumerate(self.families):
            place = self.columns_of(j)
            unit[place] = self.scale[self.place_of(j)]
            offset[place] = self.center[self.place_of(j)] * family.totals(hidden[self.hidden_of(j)])
        return unit, offset

    def regressors(self, hidden: Floats) -> Floats:
        """The design in the units of the data, shape (n, k)."""
        unit, offset = self.units(hidden)
        return self.design(hidden) * unit + offset

    def to_original(self, hidden: Floats, params: Floats) -> tuple[Floats, Floats]:
        """Coefficients in the units of the data, shape (k + h,), and the matrix that takes changes of the scaled ones there.

        Hidden parameters have no unit; the intercept takes up what centring took off.
        """
        unit, offset = self.units(hidden)
        ratio, known = offset / unit, np.nan_to_num(params)
        k = len(params)
        matrix = np.eye(k + len(hidden))
        matrix[:k, :k] = np.diag(self.scale[0] / unit)
        matrix[0, 1:k] = -self.scale[0] * ratio[1:]
        for j, family in enumerate(self.families):
            place, mine = self.columns_of(j), self.hidden_of(j)
            center = self.center[self.place_of(j)] / self.scale[self.place_of(j)]
            for i, slope in enumerate(moved_by_one(family.totals, hidden[mine], family.bounds)):
                matrix[0, k + mine.start + i] = -self.scale[0] * center * float(slope @ known[place])
        values = self.scale[0] * params / unit
        values[0] = self.center[0] + self.scale[0] * (params[0] - float(known @ ratio))
        return np.r_[values, hidden], matrix


def lag_model(
    y: ArrayLike,
    X: Floats | Sequence[Floats],
    families: Sequence[ProfileFamily],
    *,
    clocks: Sequence[Clock | None] = (),
    base: ArrayLike | None = None,
    own_lags: Sequence[int] = (),
    hold_back: int | None = None,
) -> LagModel:
    """Scale the series and find the rows that can be used.

    Parameters
    ----------
    y : array_like, shape (n,)
        KPI on a complete period grid, oldest period first; NaN where missing.
    X : ndarray, shape (n, m), or sequence of ndarray, shape (n,) each
        Leads; in a sequence those with a clock have the shape (n_own,).
    families : sequence of ProfileFamily
        One a lead.
    clocks : sequence of (Clock or None), optional
        One a lead: for those that are seen more often than the KPI, how their own periods line up with its rows.
    base : array_like, shape (n, q), optional
        Trend, season and controls, in the same period as the KPI; the intercept is always there.
    own_lags : sequence of int
        Lags of the KPI, in periods, each at least 1.
    hold_back : int, optional
        Periods at the start that are not used; the longest lag if None.

    Returns
    -------
    LagModel

    Raises
    ------
    UsageError
        If `hold_back` is below the longest lag.
    """
    paces = tuple(clocks) or (None,) * len(families)
    # a lead with a clock has values before the KPI's first row: which rows it has is seen in its columns
    deep = [family.longest for family, clock in zip(families, paces, strict=True) if clock is None]
    longest = max([*deep, *own_lags], default=0)
    if hold_back is not None and hold_back < longest:
        raise UsageError(f"hold_back={hold_back} is below the longest lag: give at least {longest}, or None.")
    kpi, leads = standardise(y), _standardised(X, paces)
    others = standardise(np.empty((kpi.values.size, 0)) if base is None else base)
    as_it_is = np.array([family.presample == "zero" for family in families], dtype=bool)
    center, scale = (np.array([getattr(lead, part) for lead in leads], dtype=np.float64) for part in ("center", "scale"))
    moved = np.where(as_it_is, center / scale, 0.0)
    model = LagModel(
        y=kpi.values,
        base=np.column_stack([np.ones(kpi.values.size), others.values]),
        own=lag_matrix(kpi.values, tuple(own_lags)),
        own_lags=tuple(own_lags),
        series=tuple(lead.values + by for lead, by in zip(leads, moved, strict=True)),
        clocks=paces,
        families=tuple(families),
        rows=np.ones(kpi.values.size, dtype=bool),
        center=np.r_[kpi.center, 0.0, others.center, np.where(as_it_is, 0.0, center)],
        scale=np.r_[kpi.scale, 1.0, others.scale, scale],
    )
    middle = np.array([(low + high) / 2.0 for low, high in model.bounds])
    rows = np.isfinite(model.y) & np.isfinite(model.design(middle)).all(axis=1)
    rows[: longest if hold_back is None else hold_back] = False
    return replace(model, rows=rows)


def _standardised(X: Floats | Sequence[Floats], clocks: Sequence[Clock | None]) -> list[Standardised]:
    """Every lead scaled, each on its own calendar."""
    series = list(X.T if isinstance(X, np.ndarray) else X)
    same = [j for j, clock in enumerate(clocks) if clock is None]
    together = standardise(np.column_stack([series[j] for j in same])) if same else Standardised(*[np.empty((0, 0))] * 3)
    alone = zip(together.values.T, together.center, together.scale, strict=True)
    return [Standardised(*next(alone)) if clock is None else standardise(x) for x, clock in zip(series, clocks, strict=True)]
