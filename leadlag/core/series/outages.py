"""Rows that hit most columns at once: a first or last period that is not whole, an outage."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import less_columns
from leadlag.core.noise.momentum import ar_errors, autoregressions
from leadlag.core.series.robust import few_values_each, logs_where_positive, robust_spreads

__all__ = ["FEWEST_COLUMNS", "HitRow", "hit_rows", "hit_rows_each"]


#: So many columns have to be judged before a row says something about the table rather than about a metric.
FEWEST_COLUMNS = 4
#: Fewest values of a column that is judged.
_FEWEST_VALUES = 24
#: AR order of a column's momentum.
_ORDER = 2
#: Robust standard deviations that more than half of the columns are off, in a first or last row and in one between. Two rows are
#: asked at the edges, all of them between, where one shock that all columns share must not pass for an outage.
_EDGE, _BETWEEN = 3.3, 6.0
#: How many times further off than all but so many rows, at the edges and between; the second where columns move together. With a
#: common factor of t(3) shocks the largest is 4 times the fourth in one table of six, 8 times in one of a hundred.
_OUTAGES = 3
_AT_EDGES, _APART = (2.0, 4.0), (3.0, 8.0)
#: Share by which signs of two columns' prediction errors agree more often than not, on average, where they move together.
_AGREE = 0.2
#: Rows on either side by which a level that has moved is told from a row.
_AROUND = 6
#: A row is one of every year if in half of the other years the columns were this share of the way off.
_EVERY_YEAR = 0.5


Place: TypeAlias = Literal["first", "last", "between"]


@dataclass(frozen=True, kw_only=True)
class HitRow:
    """A row in which most columns are far out to one side.

    Parameters
    ----------
    row : int
    place : {"first", "last", "between"}
    columns : ndarray of int, shape (k,)
        Those that are far out to this side.
    change : float
        Median over these columns of value / expected - 1 where they are positive; NaN where none is.
    """

    row: int
    place: Place
    columns: Ints
    change: float


def hit_rows(
    X: Floats, *, season: Floats | None = None, year: int | None = None, fewest: int = FEWEST_COLUMNS
) -> tuple[HitRow, ...]:
    """Rows of one table that are not like the others in most columns at once, X (n, m); see `hit_rows_each`."""
    return hit_rows_each(X[:, None], season=season, year=year, fewest=fewest)[0]


def hit_rows_each(
    X: Floats, *, season: Floats | None = None, year: int | None = None, fewest: int = FEWEST_COLUMNS
) -> list[tuple[HitRow, ...]]:
    """Rows of each table that are not like the others in most of its columns at once.

    Parameters
    ----------
    X : ndarray, shape (n, s, m)
        Tables with the same rows; NaN where missing.
    season : ndarray, shape (n, k), optional
        Taken out of each column beside a constant and a trend.
    year : int, optional
        Rows of a year; a row like that of other years is not named.
    fewest : int
        Columns of a table that have to be judged.

    Returns
    -------
    list of tuple of HitRow
        One a table, in the order of rows.

    Notes
    -----
    A column's distance at row t is that of an additive outlier under its AR model, ``(e_t - sum phi_k e_{t+k}) / (1 + sum
    phi_k^2)`` in units of its robust standard error (Chen & Liu 1993), at the first row the backward prediction error. A row's
    distance is the one that more than half of the columns reach, so that it needs no independence of the columns.
    """
    n = len(X)
    judged = _judged(X.reshape(n, -1)).reshape(X.shape[1:])
    judged &= judged.sum(axis=1, keepdims=True) >= fewest
    found: list[list[HitRow]] = [[] for _ in judged]
    if judged.any():
        seen = _distances(X, judged, season)
        down, up = _shared(seen.distance, fewest)
        together = _move_together(seen.distance, judged.sum(axis=1))
        hit = _hit(down, year, together=together) | _hit(up, year, together=together, edges=False)
        for row, table in np.argwhere(hit).tolist():
            one = _hit_row(seen, row, table, side=-1.0 if down[row, table] > up[row, table] else 1.0)
            found[table] += [] if one is None else [one]
    return [tuple(rows) for rows in found]


@dataclass(frozen=True, kw_only=True)
class _Distances:
    """Distance of every value as an additive outlier, its size, and what trend and season leave, each of shape (n, s, m).

    `positive`, shape (s, m): which columns are in logs.
    """

    distance: Floats
    size: Floats
    left: Floats
    positive: Flags


def _hit_row(seen: _Distances, row: int, table: int, *, side: float) -> HitRow | None:
    """One row of a table that is far off to one side; None if it is a level that has moved."""
    distance, size = seen.distance[row, table], seen.size[row, table]
    place: Place = "first" if row == 0 else "last" if row == len(seen.distance) - 1 else "between"
    if place == "between" and not _comes_back(seen.left[:, table], size, row):
        return None
    hit = side * distance > (_EDGE if place != "between" else _BETWEEN)
    tells = hit & seen.positive[table]
    change = float(np.median(np.expm1(size[tells]))) if tells.any() else np.nan
    return HitRow(row=row, place=place, columns=np.flatnonzero(hit), change=change)


def _judged(X: Floats) -> Flags:
    """Which columns have enough values, shape (m,)."""
    return np.asarray((np.isfinite(X).sum(axis=0) >= _FEWEST_VALUES) & ~few_values_each(X))


def _distances(X: Floats, judged: Flags, season: Floats | None) -> _Distances:
    """Those of the columns that are judged; NaN for the others."""

    def placed(values: Floats) -> Floats:
        whole = np.full(X.shape, np.nan)
        whole[:, judged] = values
        return whole

    n = len(X)
    logs, in_logs = logs_where_positive(X[:, judged])
    positive = np.zeros(judged.shape, dtype=bool)
    positive[judged] = in_logs
    left = less_columns(logs, np.column_stack([np.ones(n), np.arange(n) / n, *(() if season is None else (season,))]))
    distance, size = _outliers(left)
    return _Distances(distance=placed(distance), size=placed(size), left=placed(left), positive=positive)


def _outliers(left: Floats) -> tuple[Floats, Floats]:
    """Distance of every value of columns (n, k) as an additive outlier, and its size."""
    phi = np.nan_to_num(autoregressions(left, order=_ORDER))
    error, backward = ar_errors(left, phi), ar_errors(left[::-1], phi)[::-1]
    spread = robust_spreads(error)
    spread = np.where(spread > 0, spread, np.inf)
    later = np.zeros_like(error)
    weight = np.ones_like(error)
    for lag in range(1, _ORDER + 1):
        there = np.zeros_like(error, dtype=bool)
        there[:-lag] = np.isfinite(error[lag:])
        later[:-lag] -= np.where(there[:-lag], phi[lag - 1] * error[lag:], 0.0)
        weight += np.where(there, phi[lag - 1] ** 2, 0.0)
    size = (error + later) / weight
    distance = size * np.sqrt(weight) / spread
    size[:_ORDER], distance[:_ORDER] = backward[:_ORDER], backward[:_ORDER] / spread
    return distance, size


def _shared(distance: Floats, fewest: int) -> tuple[Floats, Floats]:
    """How far below zero more than half of the columns are that have a value in a row, and how far above, shape (n, s) each."""
    there = np.isfinite(distance)
    count = there.sum(axis=-1)
    ordered = np.sort(np.where(there, distance, np.inf), axis=-1)

    def reached(place: Ints) -> Floats:
        return np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0]

    enough, half = count >= fewest, count // 2
    down = np.where(enough, -reached(np.minimum(half, distance.shape[-1] - 1)), -np.inf)
    return down, np.where(enough, reached(np.maximum(count - 1 - half, 0)), -np.inf)


def _move_together(distance: Floats, count: Ints) -> Flags:
    """Whether the columns of each table, so many, are above and below what was expected of them in the same rows, shape (s,)."""
    sign = np.sign(np.nan_to_num(distance))
    pairs = (sign.sum(axis=-1) ** 2 - np.abs(sign).sum(axis=-1)).mean(axis=0)
    return np.asarray(pairs > _AGREE * count * (count - 1))


def _hit(off: Floats, year: int | None, *, together: Flags, edges: bool = True) -> Flags:
    """Rows far enough off, and further than others, but not in every year, of each table, shape (n, s)."""
    found = np.zeros(off.shape, dtype=bool)
    at_edges, apart = (np.array(times)[together.astype(np.intp)] for times in (_AT_EDGES, _APART))
    largest = np.sort(off[1:-1], axis=0)[::-1]
    usual = largest[min(_OUTAGES, len(largest) - 1)]
    found[1:-1] = off[1:-1] > np.maximum(_BETWEEN, apart * usual)
    if edges:
        found[[0, -1]] = off[[0, -1]] > np.maximum(_EDGE, at_edges * usual)
    for row, table in np.argwhere(found).tolist():
        found[row, table] = not _of_every_year(off[:, table], row, year)
    return found


def _of_every_year(off: Floats, row: int, year: int | None) -> bool:
    """Whether the same rows of other years were off too, which weeks are at a moving place."""
    if year is None:
        return False
    places = [place for step in range(1, len(off) // year + 1) for place in (row - step * year, row + step * year)]
    near = round(year / 52)
    others = [off[max(place - near, 0) : place + near + 1].max() for place in places if 0 <= place < len(off)]
    return bool(others) and 2 * sum(value > _EVERY_YEAR * off[row] for value in others) >= len(others)


def _comes_back(left: Floats, size: Floats, row: int) -> bool:
    """Whether more than half of the columns return after the row: a level that has moved is no outage."""
    before, after = left[max(row - _AROUND, 0) : row], left[row + 1 : row + 1 + _AROUND]
    if not np.isfinite(before).any() or not np.isfinite(after).any():
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column without values there
        moved = np.abs(np.nanmedian(after, axis=0) - np.nanmedian(before, axis=0))
    there = np.isfinite(moved) & np.isfinite(size)
    return bool(2 * (moved[there] < 0.5 * np.abs(size[there])).sum() > there.sum())
