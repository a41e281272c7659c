"""Dates from which columns are measured in another unit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.series.robust import robust_spread, robust_spreads

__all__ = ["Rescaling", "may_be_rescaled", "rescalings"]


#: Robust standard deviations of the change at the date: of each of several columns, and of a column alone.
_TOGETHER, _ALONE = 8.0, 12.0
#: From this factor on several columns that agree are taken at their word. A smaller one has to be one by which currencies were
#: replaced, since sales and visits may well be halved together; that of a column alone has to be a power of ten.
_FACTOR = 5.0
#: Rows on either side over which levels are compared, at most, and at least: for several columns, and for one alone.
_MOST, _LEAST, _LEAST_ALONE = 12, 4, 8
#: Standard errors within which factors agree, and within which a known one is the factor; errors in logs that are too small to be
#: true, and beyond which some known factor is always near.
_AGREE, _LEAST_ERROR, _VAGUE, _VAGUE_ALONE = 3.0, 0.005, 0.02, 0.15
#: What one euro replaced.
_CURRENCIES = (1.95583, 6.55957, 1936.27, 166.386, 40.3399, 2.20371, 13.7603, 200.482, 340.75, 5.94573, 7.5345, 30.126, 15.6466)
#: Values of one sign, at least.
_FEWEST_VALUES = 24
#: Times that changes are looked for again, after those found are undone.
_ROUNDS = 4


@dataclass(frozen=True, kw_only=True)
class Rescaling:
    """A date from which columns are so many times what they were.

    Parameters
    ----------
    row : int
        First row of the new unit.
    factor : float
        New unit by old one, a power of ten where that fits.
    columns : ndarray of int, shape (k,)
    """

    row: int
    factor: float
    columns: Ints

    @property
    def alone(self) -> bool:
        """Whether only one column has changed, which a table cannot tell from a change of what it measures."""
        return len(self.columns) == 1


def rescalings(X: Floats) -> tuple[Rescaling, ...]:
    """Changes of unit, those of several columns and those of one.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing. Columns that are not of one sign are passed over.

    Returns
    -------
    tuple of Rescaling
        In the order of rows.

    Notes
    -----
    In logs, where a change of unit is a step. A step counts if it is many times the usual change from row to row and stays:
    medians of the rows after and before differ by it. Of several columns with a step in one row those belong together whose
    factors agree within their errors.
    """
    logs = _logs(X)
    found: list[Rescaling] = []
    for _ in range(_ROUNDS):
        new = _largest(logs)
        if new is None:
            break
        found.append(new)
        logs[new.row :, new.columns] -= np.log(new.factor)
    return tuple(sorted(found, key=lambda item: item.row))


def _logs(X: Floats) -> Floats:
    """Logs of sizes of the columns that have one sign and enough values; NaN elsewhere."""
    known = np.isfinite(X)
    there = known & (X != 0)
    count, above = there.sum(axis=0), (there & (X > 0)).sum(axis=0)
    told = (count >= _FEWEST_VALUES) & (2 * count > known.sum(axis=0)) & ((above == 0) | (above == count))
    there &= told
    return np.where(there, np.log(np.abs(X), out=np.zeros(X.shape), where=there), np.nan)


@dataclass(frozen=True, kw_only=True)
class _Changes:
    """Changes from one value of a column to its next, and which are many times the usual one, shapes (n - 1, m).

    `values` and `rows` have the known values of each column on top, shape (n, m); `spread` the usual change, shape (m,).
    """

    values: Floats
    rows: Ints
    change: Floats
    spread: Floats

    @property
    def large(self) -> Flags:
        """Which are many times the usual one."""
        return np.asarray(np.abs(self.change) > _TOGETHER * self.spread)


def _changes(logs: Floats) -> _Changes:
    rows = np.argsort(np.isnan(logs), axis=0, kind="stable")
    values = np.take_along_axis(logs, rows, axis=0)
    change = np.diff(values, axis=0)
    return _Changes(values=values, rows=rows, change=change, spread=np.maximum(robust_spreads(change), 1e-9))


def may_be_rescaled(X: Floats) -> Flags:
    """Columns with a change that is large enough, and may be one of unit; of all others `rescalings` has none, shape (m,)."""
    return np.asarray(_changes(_logs(X)).large.any(axis=0))


@dataclass(frozen=True, kw_only=True)
class _Steps:
    """Every step of every column: its size, its standard error and its distance, each of shape (n, m)."""

    size: Floats
    error: Floats
    distance: Floats


def _largest(logs: Floats) -> Rescaling | None:
    """The change of unit that stands out most, one of several columns before one of a column alone."""
    steps = _steps(logs)
    clear = steps.distance > _TOGETHER
    several = [group for row in np.flatnonzero(clear.sum(axis=1) >= 2) for group in _agreeing(steps, int(row), clear[row])]
    places = zip(*np.nonzero((steps.distance > _ALONE) & (steps.error < _VAGUE_ALONE)), strict=True)
    alone = [(int(row), np.array([j])) for row, j in places if np.isfinite(logs[row:, j]).sum() >= _LEAST_ALONE]
    for groups, trusted in ((several, np.log(_FACTOR)), (alone, np.inf)):
        found = [Rescaling(row=row, factor=factor, columns=columns) for row, columns in groups
                 if (factor := _factor(steps, row, columns, trusted=trusted)) is not None]  # fmt: skip
        if found:
            return max(found, key=lambda item: (len(item.columns), float(np.median(steps.distance[item.row, item.columns]))))
    return None


def _steps(logs: Floats) -> _Steps:
    """All steps: the change in the row itself tells where, the levels around it how much."""
    size, error, distance = (np.zeros(logs.shape) for _ in range(3))
    every = _changes(logs)
    for before, j in np.argwhere(every.large).tolist():
        at, spread, change = before + 1, float(every.spread[j]), float(every.change[before, j])
        values = every.values[: np.isfinite(every.values[:, j]).sum(), j]
        if (step := _stays(values, at, change)) is not None:
            # of a wandering series the change itself, of a series about a level the medians are the better measure
            usual = _spread_of_levels(np.concatenate([values[:at], values[at:] - change]))
            place = every.rows[at, j], j
            distance[place] = abs(change) / spread
            size[place], error[place] = (step, usual) if usual < spread else (change, spread)
    return _Steps(size=size, error=error, distance=distance)


def _stays(values: Floats, at: int, change: float) -> float | None:
    """By how much the level moves with the change in row `at`; None if it does not stay moved."""
    before, after = values[max(at - _MOST, 0) : at], values[at : at + _MOST]
    if min(len(before), len(after)) < _LEAST:
        return None
    step = float(np.median(after) - np.median(before))
    stays = np.sign(step) == np.sign(change) and 0.5 < step / change < 2.0
    apart = after.min() > before.max() or after.max() < before.min()
    last = float(np.median(values[at:][-_MOST:]) - np.median(before))  # a shock that fades has gone by then
    return step if stays and apart and last / step > 0.5 else None


def _agreeing(steps: _Steps, row: int, clear: Flags) -> list[tuple[int, Ints]]:
    """Groups of columns whose factors agree in a row."""
    columns = np.flatnonzero(clear)
    order = columns[np.argsort(steps.size[row, columns])]
    groups: list[list[int]] = [[int(order[0])]]
    for one, other in pairwise(order):
        near = steps.size[row, other] - steps.size[row, one] <= _AGREE * np.hypot(steps.error[row, one], steps.error[row, other])
        if near:
            groups[-1].append(int(other))
        else:
            groups.append([int(other)])
    return [(row, np.array(sorted(group))) for group in groups if len(group) >= 2]


def _factor(steps: _Steps, row: int, columns: Ints, *, trusted: float) -> float | None:
    """The common factor, a known one where that is within the error; None if it is none of these and not beyond `trusted`."""
    weight = 1.0 / np.maximum(steps.error[row, columns], _LEAST_ERROR) ** 2
    size = float((weight * steps.size[row, columns]).sum() / weight.sum())
    error = float(np.sqrt(1.0 / weight.sum()))
    power = round(size / np.log(10.0))
    if power and abs(size - power * np.log(10.0)) < _AGREE * error:
        return float(10.0**power)
    rates = np.log(_CURRENCIES) * np.sign(size)
    near = float(rates[np.argmin(np.abs(rates - size))])
    if len(columns) > 1 and error < _VAGUE and abs(near - size) < _AGREE * error:
        return float(np.exp(near))
    return float(np.exp(size)) if abs(size) > trusted else None


def _spread_of_levels(values: Floats) -> float:
    """Standard deviation of the difference of two medians, of the rows after and before, where nothing happens."""
    places = range(_MOST, len(values) - _MOST + 1)
    steps = [np.median(values[at : at + _MOST]) - np.median(values[at - _MOST : at]) for at in places]
    return max(robust_spread(np.array(steps)), 1e-9) if len(steps) > _MOST else np.inf
