"""Families in which something changes or repeats over time, and those at the edge of what is searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from build import Columns, acted, autoregressive, built, calendar, own_paths
from cases import HISTORY, Case, Cell, Floats, Mechanism, Role, planted_case
from family import Family, leads_of, sign
from scipy.signal import lfilter

from leadlag.simulate import PlantedSeries

__all__ = ["CHANGING"]

_DRIFT = 3  # periods by which a delay moves over the sample
_WIDE = 6  # lags of a flat effect


# --- leads whose work changes ----------------------------------------------------------------------------------------


def _changing(rng: np.random.Generator, cell: Cell, leads: list[PlantedSeries], acting: Callable[..., Floats]) -> Case:
    """Leads that act as `acting(rng, values, lead)` says; the truth is the delay each was planted with."""
    candidates = own_paths(rng, cell, leads)
    kpi = autoregressive(rng, len(candidates), cell.momentum, unit=False)
    for place, lead in enumerate(leads):
        kpi = kpi + acting(rng, candidates[:, place], lead)
    columns = Columns(shown=candidates[HISTORY:], planted=tuple(leads), sized=False)
    return built(rng, cell, kpi=kpi[HISTORY:], columns=columns, dates=calendar(cell))


def delay_drifts(rng: np.random.Generator, cell: Cell) -> Case:
    """Delays that move evenly by three periods, up or down; the truth is the delay in the middle."""
    room = replace(cell, max_lag=min(cell.max_lag, 10) - 2)
    leads = [replace(lead, delay=lead.delay + 1) for lead in leads_of(rng, room, 3, 0.40, 0.90)]
    return _changing(rng, cell, leads, _drifting)


def _drifting(rng: np.random.Generator, values: Floats, lead: PlantedSeries) -> Floats:
    n = len(values) - HISTORY
    moved = sign(rng) * _DRIFT * (np.clip((np.arange(len(values)) - HISTORY) / n, 0.0, 1.0) - 0.5)
    back = np.arange(len(values)) - np.maximum(np.rint(lead.delay + moved), 1.0).astype(int)
    return np.where(back < 0, 0.0, lead.effect * values[np.maximum(back, 0)])


def half_acting(rng: np.random.Generator, cell: Cell) -> Case:
    """Leads that act in the first or in the second half of the rows."""
    return _changing(rng, cell, leads_of(rng, cell, 3, 0.50, 1.10), _acting_in_half)


def _acting_in_half(rng: np.random.Generator, values: Floats, lead: PlantedSeries) -> Floats:
    later = np.arange(len(values)) >= HISTORY + (len(values) - HISTORY) // 2
    active = later if rng.random() < 0.5 else ~later
    return acted(values, np.r_[np.zeros(lead.delay), lead.effect]) * active


def noise_grows(rng: np.random.Generator, cell: Cell) -> Case:
    """The sd of the KPI's innovations grows threefold over the sample."""
    leads = leads_of(rng, cell, 3, 0.30, 0.65)
    candidates = own_paths(rng, cell, leads)
    spread = np.r_[np.full(HISTORY, 0.5), np.linspace(0.5, 1.5, cell.n)]
    noise = lfilter([1.0], [1.0, -cell.momentum], spread * rng.standard_normal(len(spread)))
    return _linear(rng, cell, leads, candidates, noise, spread=spread)


def _linear(
    rng: np.random.Generator, cell: Cell, leads: list[PlantedSeries], candidates: Floats, noise: Floats,
    *, spread: Floats | None = None, profile: tuple[float, ...] | None = None,
) -> Case:  # fmt: skip
    """Leads that act by their weights on noise of the cell's momentum."""
    rows, m = candidates.shape
    how = Mechanism(
        kpi=noise, candidates=candidates, kpi_hidden=np.zeros(rows, dtype=bool), hidden=np.zeros((rows, m), dtype=bool),
        planted=tuple(leads), momentum=(cell.momentum,) if cell.momentum else (), in_outcome=False, template=leads[0],
        deterministic=np.ones((rows, 1)), spread=spread, profile=profile,
    )  # fmt: skip
    how = replace(how, kpi=noise + sum(acted(candidates[:, place], how.weights(one)) for place, one in enumerate(leads)))
    columns = Columns(shown=candidates[HISTORY:], planted=tuple(leads))
    return built(rng, cell, kpi=how.kpi[HISTORY:], columns=columns, dates=calendar(cell), mechanism=how)


# --- effects over several lags ---------------------------------------------------------------------------------------


def flat_lags(rng: np.random.Generator, cell: Cell) -> Case:
    """Equal effects at lags 1 to 6."""
    return planted_case(rng, cell, leads_of(rng, cell, 3, 0.80, 1.70, shape="window", width=_WIDE, delay=1))


def opposite_lags(rng: np.random.Generator, cell: Cell) -> Case:
    """What a lead gives at one lag it takes back, for the larger part, two to four lags later."""
    room = replace(cell, max_lag=max(2, min(cell.max_lag, 10) - 4))
    leads = leads_of(rng, room, 3, 0.30, 0.65)
    profile = (1.0, *[0.0] * int(rng.integers(1, 4)), -0.6)
    candidates = own_paths(rng, cell, leads)
    noise = autoregressive(rng, len(candidates), cell.momentum, unit=False)
    return _linear(rng, cell, leads, candidates, noise, profile=profile)


def _edge(beyond: int) -> Callable[[np.random.Generator, Cell], Case]:
    """One lead without persistence that acts at the last lag that is searched, or just beyond it."""

    def make(rng: np.random.Generator, cell: Cell) -> Case:
        return planted_case(rng, cell, leads_of(rng, cell, 1, 0.45, 0.75, delay=cell.max_lag + beyond, persistence=0.0))

    return make


# --- many, few, and what only looks like a lead ----------------------------------------------------------------------


def one_factor(rng: np.random.Generator, cell: Cell) -> Case:
    """All candidates share one factor, and three of them lead."""
    leads = leads_of(rng, cell, 3, 0.40, 0.80)
    own = own_paths(rng, cell, leads)
    loading = rng.uniform(0.4, 0.8, own.shape[1])
    candidates = loading * autoregressive(rng, len(own), 0.7)[:, None] + np.sqrt(1 - loading**2) * own
    return _linear(rng, cell, leads, candidates, autoregressive(rng, len(own), cell.momentum, unit=False))


def sixty_rows(rng: np.random.Generator, cell: Cell) -> Case:
    return planted_case(rng, cell, leads_of(rng, cell, 2, 0.43, 0.88))


def null_two_shocks(rng: np.random.Generator, cell: Cell) -> Case:
    """Two shocks of some periods and of opposite sign, of which each candidate had its share some periods before."""
    case = planted_case(rng, cell)
    data, n = case.data.copy(), cell.n
    length = int(rng.integers(2, 6))
    dates = (int(rng.integers(round(0.2 * n), round(0.45 * n))), int(rng.integers(round(0.55 * n), round(0.85 * n))))
    first = sign(rng)
    swing = sum(size * _stretch(n, date, length) for size, date in zip((first, -first), dates, strict=True))
    data["kpi"] += 5.0 * swing
    for item in case.truth:
        moved = int(rng.integers(1, cell.longest_delay + 1))
        data[item.name] += 5.0 * sign(rng) * rng.uniform(0.6, 1.4) * np.r_[swing[moved:], np.zeros(moved)]
    return replace(case, data=data)


def _stretch(n: int, first: int, length: int) -> Floats:
    return ((np.arange(n) >= first) & (np.arange(n) < first + length)).astype(float)


def null_stocks(rng: np.random.Generator, cell: Cell) -> Case:
    """Most candidates are stocks that cumulate the KPI and something of their own, less what leaves them."""
    own = own_paths(rng, cell)
    kpi = autoregressive(rng, len(own), cell.momentum, unit=False)
    roles: tuple[tuple[int, Role], ...] = tuple((place, "follower") for place in range(cell.n_candidates * 3 // 5))
    for place, _ in roles:
        flow = kpi + rng.uniform(1.0, 3.0) * own[:, place]
        own[:, place] = lfilter([1.0], [1.0, rng.uniform(0.0, 0.1) - 1.0], flow)
    return built(rng, cell, kpi=kpi[HISTORY:], columns=Columns(shown=own[HISTORY:], roles=roles), dates=calendar(cell))


# --- the list --------------------------------------------------------------------------------------------------------

_STRONGER = {"strength": 1.4}
_DAYS = {"period": 7, "n": 182, "max_lag": 20}
_EDGE = Cell(n=200, n_candidates=10)

CHANGING: Mapping[str, Family] = {
    "null_two_shocks": Family(
        number=34, make=null_two_shocks, base=Cell(), has_leads=False, honest=False, varied=({"n": 104}, {"n_candidates": 10})
    ),
    "null_stocks": Family(number=36, make=null_stocks, base=Cell(), has_leads=False, varied=({"n": 104}, {"momentum": 0.8})),
    "delay_drifts": Family(
        number=76, make=delay_drifts, base=Cell(), has_leads=True, fixed=False, varied=({"n": 260}, _STRONGER)
    ),
    "half_acting": Family(number=77, make=half_acting, base=Cell(), has_leads=True, fixed=False, varied=({"n": 260}, _STRONGER)),
    "noise_grows": Family(number=78, make=noise_grows, base=Cell(), has_leads=True, point=True, varied=({"n": 104}, {"n": 260})),
    "flat_lags": Family(number=79, make=flat_lags, base=Cell(), has_leads=True, varied=({"n": 104}, _STRONGER)),
    "opposite_lags": Family(
        number=80, make=opposite_lags, base=Cell(), has_leads=True, varied=({"n": 260}, _STRONGER)
    ),
    "edge_0": Family(number=81, make=_edge(0), base=_EDGE, has_leads=True, point=True, varied=({"n": 120}, _DAYS)),
    "edge_1": Family(number=82, make=_edge(1), base=_EDGE, has_leads=True, varied=({"n": 120}, _DAYS)),
    "edge_2": Family(number=83, make=_edge(2), base=_EDGE, has_leads=True, varied=({"n": 120}, _DAYS)),
    "one_factor": Family(
        number=84, make=one_factor, base=Cell(n_candidates=40), has_leads=True, point=True,
        varied=({"n": 104}, {"n_candidates": 20}),
    ),
    "sixty_rows": Family(
        number=85, make=sixty_rows, base=Cell(n=60, n_candidates=12, max_lag=10), has_leads=True, point=True,
        varied=({"max_lag": 6}, {"n_candidates": 24}),
    ),
}  # fmt: skip
