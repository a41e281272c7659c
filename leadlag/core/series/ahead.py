"""Columns made of the KPI's own later values, and series interpolated from a slower cadence."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import orthonormal_basis, residualise, standardise
from leadlag.core.series.identities import last_decimal
from leadlag.core.time.lags import lag_matrix

__all__ = ["interpolated_steps", "made_of_later_values"]


#: Rows before and after that are looked at.
_AROUND = 6
#: What a column made of the KPI's values may leave of its variance, and how many times more its past alone has to leave. Centred
#: means leave less than 1e-25, rounded to two digits 1e-5; a true lead of five standard deviations .018 and more.
_LEFT, _PAST_LEAVES = 1e-3, 10.0
#: Rows on which that is asked, of a column and 13 values of the KPI.
_FEWEST_ROWS = 30
#: Rows that one value of a slower cadence stands for: months of a year, days of a week, weeks of a month, months of a quarter.
_STEPS = (12, 7, 4, 3)
#: Knots at either end that are not compared, since it is not known how an interpolation ended; and the fewest that are.
_END_KNOTS, _FEWEST_KNOTS = 6, 8
#: What an interpolation may leave of the variance of the changes, besides rounding, and how many times more those through other
#: rows leave.
_INTERPOLATED, _OTHERS_LEAVE = 1e-4, 20.0


def made_of_later_values(y: Floats, X: Floats) -> Flags:
    """Which columns are a weighted sum of the KPI's values around each row, later ones among them.

    Parameters
    ----------
    y : ndarray, shape (n,)
        The working KPI (its changes if it is integrated); NaN where missing.
    X : ndarray, shape (n, m)
        Columns treated alike.

    Returns
    -------
    ndarray of bool, shape (m,)

    Notes
    -----
    A centred moving average is exactly that; a one-sided one follows the KPI and needs no later value. A seasonally adjusted
    series leaves .01 to .2 of its variance and is not told from a strong lead.
    """
    found = np.zeros(X.shape[1], dtype=bool)
    later = np.concatenate([y, np.full(_AROUND, np.nan)])
    around = np.column_stack([np.ones(len(y)), lag_matrix(later, range(2 * _AROUND + 1))[_AROUND:]])  # from the latest on
    past = np.delete(around, range(1, _AROUND + 1), axis=1)
    whole = np.asarray(np.isfinite(around).all(axis=1), dtype=bool)
    there: Flags = np.isfinite(X) & whole[:, None]
    for present, columns in _by_rows(there):
        if len(present) < _FEWEST_ROWS:
            continue
        values = standardise(X[np.ix_(present, columns)]).values
        left = (residualise(values, orthonormal_basis(around[present])) ** 2).mean(axis=0)
        by_past = (residualise(values, orthonormal_basis(past[present])) ** 2).mean(axis=0)
        varies = (values**2).mean(axis=0) > 0
        found[columns] = varies & (left < _LEFT) & (by_past > _PAST_LEAVES * left)
    return found


def _by_rows(there: Flags) -> list[tuple[Ints, Ints]]:
    """Columns that are there in the same rows: those rows, and the columns."""
    patterns, group = np.unique(there, axis=1, return_inverse=True)
    return [(np.flatnonzero(patterns[:, k]), np.flatnonzero(group.ravel() == k)) for k in range(patterns.shape[1])]


def interpolated_steps(X: Floats) -> Ints:
    """Rows of one value of a slower cadence, where a column is interpolated between such values; 0 elsewhere, shape (m,).

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing; a column with gaps between its values is not judged.

    Notes
    -----
    A cubic spline or a line through every third (fourth, seventh, twelfth) value gives the others, within rounding; through
    as many other rows it does not.
    """
    found = np.zeros(X.shape[1], dtype=np.int64)
    for rows, columns in _by_rows(np.isfinite(X)):
        if len(rows) and len(rows) == rows[-1] - rows[0] + 1:
            found[columns] = _steps_of(X[np.ix_(rows, columns)])
    return found


def _steps_of(values: Floats) -> Ints:
    """The same for columns without gaps."""
    found = np.zeros(values.shape[1], dtype=np.int64)
    moving = np.flatnonzero((values != values[:1]).any(axis=0))
    moving = moving[~_mostly_still(values[:, moving])]
    values = values[:, moving]
    for step in _STEPS:
        for line in (True, False):
            ends = 0 if line else _END_KNOTS
            if not len(moving) or len(values) // step < _FEWEST_KNOTS + 2 * ends:
                continue
            inner = _between_all_knots(len(values), step, ends)
            changes = np.var(np.diff(values[inner], axis=0), axis=0)
            left = np.sort([_left_of(values, step, phase, inner, line=line) for phase in range(step)], axis=0)
            near = np.flatnonzero(left[0] < 0.1 * left[1])  # few: only for these the last decimal is asked for
            rounding = np.array([last_decimal(values[:, j]) ** 2 / 4.0 for j in near])
            allowed = np.maximum(_INTERPOLATED * changes[near], rounding)
            apart = left[1, near] > _OTHERS_LEAVE * np.maximum(left[0, near], np.maximum(rounding, 1e-9 * changes[near]))
            chosen = near[(left[0, near] < allowed) & apart]
            found[moving[chosen]] = np.where(found[moving[chosen]] == 0, step, found[moving[chosen]])
    return found


def _mostly_still(values: Floats) -> Flags:
    """Whether most values of each column repeat the one before: filled forward, or a state."""
    return np.asarray(2 * (np.diff(values, axis=0) == 0).sum(axis=0) > len(values))


def _between_all_knots(n: int, step: int, ends: int) -> slice:
    """Rows that lie between knots for every phase, so that a last value far from the others is in all of them or in none."""
    last = min((n - 1 - phase) // step * step + phase for phase in range(step))
    return slice(step - 1 + ends * step, last - ends * step)


def _left_of(values: Floats, step: int, phase: int, inner: slice, *, line: bool) -> Floats:
    """Mean square of what an interpolation through every so many rows leaves of the others among `inner`, shape (m,)."""
    knots = np.arange(phase, len(values), step)
    rows = np.arange(inner.start, inner.stop)
    rows = rows[(rows - phase) % step != 0]
    if line:
        before, share = (rows - phase) // step, ((rows - phase) % step / step)[:, None]
        fitted = (1.0 - share) * values[knots[before]] + share * values[knots[before + 1]]
    else:
        fitted = CubicSpline(knots, values[knots])(rows)
    return np.asarray(((values[rows] - fitted) ** 2).mean(axis=0))
