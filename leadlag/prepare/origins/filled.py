"""Series as far as they are known at an origin: without gaps, trend and what persistence carries on."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.leastsquares import orthonormal_basis, residualise
from leadlag.core.linear.masks import columns_by_rows
from leadlag.core.noise.momentum import ar_errors, autoregressions
from leadlag.core.time.lags import difference

__all__ = ["as_surprises", "filled_forward", "latest", "less_by_rows"]


def latest(values: Floats, *, n: int) -> Floats:
    """Values moved to the end of n rows, gaps filled by the value before."""
    place = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(len(values)), -1))
    filled = np.where(place >= 0, values[place], np.nan)
    return np.r_[np.full(n - len(values), np.nan), filled]


def less_by_rows(values: Floats, columns: Floats) -> Floats:
    """Series less their regression on columns, each over the rows that it has."""
    left = np.full_like(values, np.nan)
    for rows, some in columns_by_rows(np.isfinite(values)):
        place = np.ix_(rows, some)
        left[place] = residualise(values[place], orthonormal_basis(columns[rows]))
    return left


def as_surprises(values: Floats, columns: Flags, *, unit_root: bool) -> Floats:
    """Series of which some are replaced by their own surprises, summed up again if the KPI is integrated."""
    if not columns.any():
        return values
    moved = difference(values[:, columns]) if unit_root else values[:, columns]
    errors = ar_errors(moved, autoregressions(moved, order=2))
    replaced = values.copy()
    replaced[:, columns] = np.nancumsum(errors, axis=0) if unit_root else errors
    return replaced


def filled_forward(values: Floats, rho: Floats) -> Floats:
    """Series with each gap filled from the value before it, what comes before the first value from that, dying out by rho."""
    known = np.isfinite(values)
    if known.all():
        return values
    row, every = np.arange(len(values))[:, None], np.arange(values.shape[1])
    before = np.maximum.accumulate(np.where(known, row, -1), axis=0)
    first = np.where(known.any(axis=0), known.argmax(axis=0), 0)
    source = np.where(before >= 0, before, first)
    guess = np.where(known, values, 0.0)[source, every] * rho ** np.abs(row - source)
    return np.where(known, values, guess)
