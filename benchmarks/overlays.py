"""What is laid over a case once it is simulated: season, trend, shifts, spikes, gaps, late starts, averages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from cases import HISTORY, Case, Cell, Floats, base_of, season_length
from scipy.signal import lfilter

__all__ = [
    "averaged",
    "begun_late",
    "cut_short",
    "fed_back",
    "growing_season",
    "month_end",
    "own_drifts",
    "seasonal",
    "shifted",
    "spiked",
    "with_gaps",
    "year_to_date",
]


def seasonal(case: Case, rng: np.random.Generator, cell: Cell, *, kpi: float, leads: float, trend: float) -> Case:
    """Season of the cell's period and a straight line over every series.

    `kpi` and `leads` are sd of the season, `trend` the KPI's rise over the sample. Every candidate has a size and, up to
    two periods (a tenth of a year in weeks), a time of its own, as metrics of one business have.
    """
    n, names = len(case.data), _candidates(case)
    data = case.data.copy()
    pattern = _pattern(rng, n, cell.period)
    line = np.linspace(-0.5, 0.5, n)
    data["kpi"] += kpi * pattern[:n] + trend * line
    for name in names:
        moved = rng.integers(0, 6 if cell.period == 52 else 3)
        data[name] += leads * rng.uniform(0.5, 1.5) * pattern[moved : moved + n] + trend * rng.uniform(0.2, 1.0) * line
    mechanism = case.mechanism
    if mechanism is not None:
        cycles = 2 if season_length(cell.period) != cell.period else cell.period // 2
        base = base_of(len(mechanism.kpi), period=cell.period if kpi else None, trend=bool(trend), n_harmonics=cycles)
        mechanism = replace(mechanism, deterministic=base)
    return replace(case, data=data, mechanism=mechanism)


def _pattern(rng: np.random.Generator, n: int, period: int) -> Floats:
    """Season of unit sd on n + 6 rows: two harmonics where a year has no whole number of rows, else a free value a period."""
    place = np.arange(n + 6)
    if season_length(period) == period:
        values = rng.standard_normal(period)
        values = (values - values.mean()) / values.std()
        return values[place % period]
    angle = 2 * np.pi * place / season_length(period)
    first, second = rng.uniform(0, 2 * np.pi, 2)
    return (np.sin(angle + first) + 0.5 * np.sin(2 * angle + second)) / np.sqrt(0.625)


def growing_season(case: Case, rng: np.random.Generator, cell: Cell, *, kpi: float, leads: float, factor: float) -> Case:
    """Season of the cell's period in every series, which ends `factor` times as large as it began."""
    n, names = len(case.data), _candidates(case)
    data = case.data.copy()
    pattern = _pattern(rng, n, cell.period)
    size = np.linspace(1.0, factor, n)
    data["kpi"] += kpi * size * pattern[:n]
    for name in names:
        moved = rng.integers(0, 6 if cell.period == 52 else 3)
        data[name] += leads * rng.uniform(0.5, 1.5) * size * pattern[moved : moved + n]
    mechanism = case.mechanism
    if mechanism is not None:
        cycles = 2 if season_length(cell.period) != cell.period else cell.period // 2
        base = base_of(len(mechanism.kpi), period=cell.period, trend=False, n_harmonics=cycles)
        later = base[:, 1:] * np.linspace(0.0, 1.0, len(base))[:, None]
        mechanism = replace(mechanism, deterministic=np.column_stack([base, later]))
    return replace(case, data=data, mechanism=mechanism)


def month_end(case: Case, rng: np.random.Generator, *, size: float) -> Case:
    """Spike in the last period of each calendar month, in every series."""
    data = case.data.copy()
    index = pd.DatetimeIndex(data.index)
    following = index + (index[1] - index[0])
    spike = np.asarray(index.month != following.month, dtype=float)
    for name in ("kpi", *_candidates(case)):
        data[name] += size * rng.uniform(0.5, 1.5) * spike
    return replace(case, data=data)


def own_drifts(case: Case, rng: np.random.Generator, *, largest: float) -> Case:
    """A straight line of its own slope, up to `largest` a period, over every series."""
    data = case.data.copy()
    for name in ("kpi", *_candidates(case)):
        data[name] += rng.uniform(-largest, largest) * np.arange(len(data))
    return replace(case, data=data)


def shifted(case: Case, rng: np.random.Generator, *, size: float, before: tuple[int, int] | None, kpi: bool) -> Case:
    """One lasting step in every candidate: `before` the KPI's step by so many periods, or (None) at a date of its own."""
    data, n = case.data.copy(), len(case.data)
    date = int(rng.integers(round(0.35 * n), round(0.65 * n)))
    if kpi:
        data["kpi"] += size * (np.arange(n) >= date)
    for name in _candidates(case):
        own = int(rng.integers(round(0.15 * n), round(0.85 * n))) if before is None else date - int(rng.integers(*before))
        data[name] += rng.choice([-1.0, 1.0]) * size * rng.uniform(0.6, 1.4) * (np.arange(n) >= own)
    return replace(case, data=data)


def fed_back(case: Case, rng: np.random.Generator, *, count: int, persistence: float, gain: float) -> Case:
    """The first `count` candidates become series that the KPI moves a period later: x_t = rho x_t-1 + gain y_t-1 + e_t.

    Their own part is taken as it is, a candidate of unit sd; the KPI is untouched, so they are followers.
    """
    data, names = case.data.copy(), _candidates(case)[:count]
    driven = lfilter([0.0, gain], [1.0, -persistence], data["kpi"].to_numpy() - data["kpi"].mean())
    for name in names:
        data[name] += driven * rng.choice([-1.0, 1.0])
    truth = tuple(
        replace(item, role="follower", peak=-1, first=-1, sign=0) if item.name in names else item for item in case.truth
    )
    return replace(case, data=data, truth=truth)


def spiked(case: Case, rng: np.random.Generator, *, size: float, share: float) -> Case:
    """Isolated wrong values in every series, which nothing answers."""
    data = case.data.copy()
    for name in ("kpi", *_candidates(case)):
        hit = rng.random(len(data)) < share
        data[name] += hit * rng.choice([-1.0, 1.0], len(data)) * size * rng.uniform(0.7, 1.5, len(data))
    return replace(case, data=data)


def with_gaps(case: Case, rng: np.random.Generator, *, share: float) -> Case:
    """Single missing periods in every series."""
    hidden = pd.DataFrame(rng.random(case.data.shape) < share, index=case.data.index, columns=case.data.columns)
    return _hidden(case, hidden)


def begun_late(case: Case, rng: np.random.Generator, *, share: float, latest: float) -> Case:
    """That share of the candidates begins at a row of its own, up to `latest` of the sample."""
    hidden = pd.DataFrame(False, index=case.data.index, columns=case.data.columns)
    for name in _candidates(case):
        if rng.random() < share:
            hidden[name] = np.arange(len(hidden)) < rng.uniform(0.1, latest) * len(hidden)
    return _hidden(case, hidden)


def cut_short(case: Case, rng: np.random.Generator, *, share: float) -> Case:
    """That share of the candidates begins up to a third late or ends up to a quarter early."""
    hidden = pd.DataFrame(False, index=case.data.index, columns=case.data.columns)
    place = np.arange(len(hidden)) / len(hidden)
    for name in _candidates(case):
        if rng.random() < share:
            hidden[name] = place < rng.uniform(0.0, 1 / 3) if rng.random() < 0.5 else place >= 1 - rng.uniform(0.0, 0.25)
    return _hidden(case, hidden)


def averaged(case: Case, *, window: int, drop: int) -> Case:
    """The KPI as the mean of the last `window` periods; the first `drop` rows are history and fall away."""
    reported = case.data.assign(kpi=case.data["kpi"].rolling(window).mean())
    return replace(case, data=reported.iloc[drop:])


def year_to_date(case: Case, *, mean: float, drop: int) -> Case:
    """The KPI, on a level of `mean`, as a sum that starts again each calendar year; the first `drop` rows fall away."""
    year = pd.DatetimeIndex(case.data.index).year
    reported = case.data.assign(kpi=(case.data["kpi"] + mean).groupby(year).cumsum())
    return replace(case, data=reported.iloc[drop:])


def _candidates(case: Case) -> list[str]:
    return [item.name for item in case.truth]


def _hidden(case: Case, hidden: pd.DataFrame) -> Case:
    """The case with some values missing; what begins late has no history either."""
    mechanism = case.mechanism
    if mechanism is not None:
        columns = hidden[_candidates(case)].to_numpy()
        late = np.repeat(columns[:5].all(axis=0)[None], HISTORY, axis=0)
        mechanism = replace(
            mechanism,
            hidden=np.concatenate([late, columns]),
            kpi_hidden=np.concatenate([np.zeros(HISTORY, dtype=bool), hidden["kpi"].to_numpy()]),
        )
    return replace(case, data=case.data.mask(hidden), mechanism=mechanism)
