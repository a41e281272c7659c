"""Cases put together by hand, for what `simulate_leads` has no option for. Nothing here uses the engine's lags or filters.

All arrays have `HISTORY` rows more than the case shows, so that effects reach into its first rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from cases import HISTORY, Case, Cell, Floats, Mechanism, Role, Truth
from family import persistence
from scipy.signal import lfilter

from leadlag.simulate import PlantedSeries

__all__ = ["Columns", "acted", "autoregressive", "built", "calendar", "own_paths", "seasonal_walk", "walk_filter"]

_BURN_IN = 200
_STEPS = {52: "7D", 26: "14D", 13: "28D", 12: "MS", 7: "D", 4: "QS"}


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The candidates of a case before they are shuffled; the leads come first.

    Parameters
    ----------
    shown : array, n x m
        As the table has them.
    planted : tuple of PlantedSeries
        The leads, in the order of the first columns.
    roles : tuple of (int, role)
        Of the columns that are neither leads nor unrelated.
    sized : bool
        Whether the effect of one unit of the data is known.
    """

    shown: Floats
    planted: tuple[PlantedSeries, ...] = ()
    roles: tuple[tuple[int, Role], ...] = ()
    sized: bool = True


def calendar(cell: Cell) -> pd.DatetimeIndex:
    """The dates of a case: Mondays, or the first days of months and quarters."""
    start = "2008-01-01" if cell.period in (12, 4) else "2007-12-31"
    return pd.date_range(start, periods=cell.n, freq=_STEPS[cell.period])


def autoregressive(rng: np.random.Generator, rows: int, coefficient: float, *, unit: bool = True) -> Floats:
    """AR(1) of unit sd, or with innovations of unit sd."""
    scale = np.sqrt(1 - coefficient**2) if unit else 1.0
    shocks = rng.standard_normal(rows + _BURN_IN)
    return np.asarray(lfilter([scale], [1.0, -coefficient], shocks))[_BURN_IN:]


def own_paths(rng: np.random.Generator, cell: Cell, leads: Sequence[PlantedSeries] = (), *, rows: int = 0) -> Floats:
    """AR(1) of unit sd, rows x candidates, each with a persistence of its own; those of the leads first."""
    rows = rows or HISTORY + cell.n
    own = [lead.persistence for lead in leads]
    own += [persistence(rng, cell) for _ in range(cell.n_candidates - len(own))]
    return np.column_stack([autoregressive(rng, rows, coefficient) for coefficient in own])


def walk_filter(period: int) -> Floats:
    """1 - B^s."""
    return np.r_[1.0, np.zeros(period - 1), -1.0]


def seasonal_walk(rng: np.random.Generator, steps: Floats, period: int, *, size: float) -> Floats:
    """Each place in the year walks by itself, from a season of sd `size` on."""
    pattern = size * rng.standard_normal(period)
    walked = lfilter([1.0], walk_filter(period), steps)
    return np.asarray(walked + pattern[np.arange(len(steps)) % period])


def acted(values: Floats, weights: Floats) -> Floats:
    """What weights at lags 0, 1, 2, ... make of a series; zero before its first row."""
    return np.convolve(values, weights)[: len(values)]


def built(
    rng: np.random.Generator, cell: Cell, *, kpi: Floats, columns: Columns, dates: pd.Index, mechanism: Mechanism | None = None
) -> Case:
    """The case with its candidates shuffled; columns of `mechanism.candidates` are in the order of `columns`.

    The rows of `kpi`, `columns.shown` and `dates` are those the case shows.
    """
    planted = columns.planted
    roles = dict(columns.roles)
    names = [one.name for one in planted]
    names += [f"{roles.get(place, 'noise').replace(' ', '_')}_{place}" for place in range(len(names), columns.shown.shape[1])]
    order = rng.permutation(len(names))
    data = pd.DataFrame(columns.shown[:, order], index=dates, columns=[names[place] for place in order])
    data.insert(0, "kpi", kpi)
    if mechanism is not None:
        unrelated = PlantedSeries(name="unrelated")
        every = (*planted, *[unrelated] * (len(names) - len(planted)))
        mechanism = _shuffled(mechanism, order, tuple(every[place] for place in order))
    truth = [_truth(one, columns.sized, mechanism) for one in planted]
    truth += [_other(name, roles.get(place, "noise")) for place, name in enumerate(names) if place >= len(planted)]
    return Case(
        data=data, kpi="kpi", truth=tuple(truth[place] for place in order), max_lag=cell.max_lag, mechanism=mechanism
    )  # fmt: skip


def _shuffled(how: Mechanism, order: np.ndarray, planted: tuple[PlantedSeries, ...]) -> Mechanism:
    return Mechanism(**{
        **vars(how), "candidates": how.candidates[:, order], "hidden": how.hidden[:, order], "planted": planted,
    })  # fmt: skip


def _other(name: str, role: Role) -> Truth:
    return Truth(name=name, role=role, peak=-1, first=-1) if role == "follower" else Truth(name=name, role=role)


def _truth(one: PlantedSeries, sized: bool, how: Mechanism | None) -> Truth:
    """The truth of a lead; of one that changes over time, at the delay it was planted with."""
    weights = how.weights(one) if how is not None else np.r_[np.zeros(one.delay), one.effect]
    size = np.abs(weights)
    peak = int(size.argmax())
    return Truth(
        name=one.name,
        role="lead",
        peak=peak,
        first=int(np.flatnonzero(size >= 0.05 * size.max())[0]),
        mean=float(size @ np.arange(len(size)) / size.sum()),
        effect=float(weights.sum()) if sized else np.nan,
        sign=int(np.sign(weights[peak])),
        weights=tuple(weights),
    )
