"""Families of positive KPIs: money and counts that grow, and that their leads move by per cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from build import Columns, acted, autoregressive, built, calendar, own_paths
from cases import HISTORY, Case, Cell, Floats, Mechanism, base_of, season_length
from family import MONTHS, Family, leads_of

from leadlag.simulate import PlantedSeries

__all__ = ["SCALED"]

_NOISE = 0.08  # one sd of the KPI's innovations, as a share of its level
_SPREAD = 0.25  # one sd of a candidate, likewise


def _logs(rng: np.random.Generator, cell: Cell, leads: tuple[PlantedSeries, ...]) -> Mechanism:
    """The core of KPI and candidates, in logs and in sd: what the levels are made of."""
    candidates = own_paths(rng, cell, leads)
    rows, m = candidates.shape
    kpi = autoregressive(rng, rows, cell.momentum, unit=False)
    how = Mechanism(
        kpi=kpi, candidates=candidates, kpi_hidden=np.zeros(rows, dtype=bool), hidden=np.zeros((rows, m), dtype=bool),
        planted=leads, momentum=(cell.momentum,) if cell.momentum else (), in_outcome=False,
        template=leads[0] if leads else PlantedSeries(name="none"), deterministic=_deterministic(rows, cell),
    )  # fmt: skip
    return replace(how, kpi=kpi + sum(acted(candidates[:, place], how.weights(one)) for place, one in enumerate(leads)))


def _deterministic(rows: int, cell: Cell) -> Floats:
    cycles = 2 if season_length(cell.period) != cell.period else cell.period // 2
    return base_of(rows, period=cell.period, trend=True, n_harmonics=cycles)


def _season(rng: np.random.Generator, cell: Cell, size: float) -> Floats:
    """A yearly pattern by month or quarter, the same each year."""
    pattern = size * rng.standard_normal(cell.period)
    return (pattern - pattern.mean())[np.arange(cell.n) % cell.period]


def _levels(rng: np.random.Generator, cell: Cell, how: Mechanism, *, growth: float, season: float) -> Floats:
    """KPI and candidates as positive levels; each candidate grows by its own factor, up to the KPI's."""
    cores = np.column_stack([_NOISE * how.kpi, _SPREAD * how.candidates])[HISTORY:]
    grown = np.r_[np.log(growth), rng.uniform(0.0, np.log(growth), cores.shape[1] - 1)]
    logs = cores + grown * np.linspace(0.0, 1.0, cell.n)[:, None]
    return np.exp(logs + np.column_stack([_season(rng, cell, season) for _ in range(cores.shape[1])]))


def _money(rng: np.random.Generator, cell: Cell, leads: tuple[PlantedSeries, ...]) -> Case:
    """Amounts that triple over the sample, with a season in per cent."""
    how = _logs(rng, cell, leads)
    levels = _levels(rng, cell, how, growth=3.0, season=0.10) * np.exp(rng.uniform(6.0, 14.0, 1 + cell.n_candidates))
    columns = Columns(shown=np.round(levels[:, 1:], 2), planted=leads, sized=False)
    mechanism = how if leads else None
    return built(rng, cell, kpi=np.round(levels[:, 0], 2), columns=columns, dates=calendar(cell), mechanism=mechanism)


def null_money(rng: np.random.Generator, cell: Cell) -> Case:
    return _money(rng, cell, ())


def money(rng: np.random.Generator, cell: Cell) -> Case:
    return _money(rng, cell, tuple(leads_of(rng, cell, 3, 0.40, 0.90)))


def _counts(rng: np.random.Generator, cell: Cell, leads: tuple[PlantedSeries, ...]) -> Case:
    """Poisson counts around levels that grow two and a half times, from 200 and from 20 to 200 on."""
    how = _logs(rng, cell, leads)
    levels = _levels(rng, cell, how, growth=2.5, season=0.0)
    counts = rng.poisson(levels * np.r_[200.0, rng.uniform(20.0, 200.0, cell.n_candidates)]).astype(float)
    columns = Columns(shown=counts[:, 1:], planted=leads, sized=False)
    return built(rng, cell, kpi=counts[:, 0], columns=columns, dates=calendar(cell))


def null_counts(rng: np.random.Generator, cell: Cell) -> Case:
    return _counts(rng, cell, ())


def counts(rng: np.random.Generator, cell: Cell) -> Case:
    return _counts(rng, cell, tuple(leads_of(rng, cell, 3, 0.60, 1.20)))


_QUARTERS = {"period": 4, "n": 80, "max_lag": 8}

SCALED: Mapping[str, Family] = {
    "null_money": Family(number=37, make=null_money, base=MONTHS, has_leads=False, varied=({"n": 180}, _QUARTERS)),
    "null_counts": Family(number=38, make=null_counts, base=Cell(), has_leads=False, varied=({"n": 104}, {"n_candidates": 10})),
    "money": Family(number=86, make=money, base=MONTHS, has_leads=True, point=True, varied=({"n": 180}, _QUARTERS)),
    "counts": Family(
        number=87, make=counts, base=Cell(), has_leads=True, point=True, fixed=False, varied=({"n": 104}, {"n_candidates": 10})
    ),
}
