"""Rows of segments and periods, their lags, and the rows of fit, which new rows may follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.time.lags import lag_tensor
from leadlag.errors import UsageError
from leadlag.estimators.periods import PeriodCounter

__all__ = ["Past", "Rows", "every_lag", "rows_of"]

LagsByColumn = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Which segment and which period each row is of.

    Parameters
    ----------
    segments : ndarray of object, shape (n,)
        One value throughout where the rows have no segments.
    periods : ndarray of int64, shape (n,) or None
        None for undated rows, which follow each other.
    """

    segments: NDArray[np.object_]
    periods: NDArray[np.int64] | None

    def after(self, earlier: Rows) -> Rows:
        """These rows behind `earlier` ones; both have times."""
        segments = np.concatenate([earlier.segments, self.segments])
        if earlier.periods is None or self.periods is None:
            return Rows(segments=segments, periods=None)
        return Rows(segments=segments, periods=np.concatenate([earlier.periods, self.periods]))

    def places(self, reach: int) -> Ints:
        """Place of each row on one grid, where rows that no lag up to `reach` joins are `reach + 1` apart."""
        codes = pd.factorize(self.segments)[0]
        order = np.argsort(codes, kind="stable") if self.periods is None else np.lexsort((self.periods, codes))
        apart = np.ones(max(len(order) - 1, 0), dtype=np.int64) if self.periods is None else np.diff(self.periods[order])
        steps = np.where(np.diff(codes[order]) != 0, reach + 1, np.minimum(apart, reach + 1))
        places = np.empty(len(order), dtype=np.intp)
        places[order] = np.concatenate([[0], np.cumsum(steps)])[: len(order)]
        return places


def rows_of(n: int, time: pd.Series | None, groups: Any, counter: PeriodCounter | None) -> Rows:
    """Segment and period of each of `n` rows.

    Raises
    ------
    UsageError
        If the rows of a segment are not in time order, two of them are of one period, or a row has no segment.
    """
    segments = np.full(n, "", dtype=object)
    if groups is not None:
        segments[:] = pd.Series(groups).to_list()
        if (unknown := np.flatnonzero(pd.isna(segments))).size:
            raise UsageError(f"groups has no value in row {unknown[0]}: name a segment for each row.")
    if time is None or counter is None:
        return Rows(segments=segments, periods=None)
    periods = counter.count(time)
    codes = pd.factorize(segments)[0]
    order = np.argsort(codes, kind="stable")
    wrong = np.flatnonzero((np.diff(codes[order]) == 0) & (np.diff(periods[order]) < 1))
    if len(wrong):
        one, other = (int(order[place]) for place in (wrong[0], wrong[0] + 1))
        same = periods[one] == periods[other]
        what = "are of one period" if same else "are not in time order"
        step = "give one row per period, or say which segments they are of with groups=" if same else "sort X, y and time alike"
        raise UsageError(f"time: rows {one} ({time.iloc[one]}) and {other} ({time.iloc[other]}) {what}: {step}.")
    return Rows(segments=segments, periods=periods)


def on_grid(values: Floats, places: Ints, lags: tuple[int, ...]) -> Floats:
    """Lags on the grid on which the rows stand at `places`, shape (n_places, p, len(lags)); NaN where the grid has no row.

    Of two rows at one place the later one counts.
    """
    grid = np.full((int(places.max(initial=-1)) + 1, values.shape[1]), np.nan)
    grid[places] = values
    return lag_tensor(grid, lags)


def lacking(places: Ints, lags: tuple[int, ...]) -> Flags:
    """Which rows lack a row at one of the lags, shape (n,)."""
    return np.asarray(np.isnan(on_grid(np.zeros((len(places), 1)), places, lags)[places]).any(axis=(1, 2)))


def every_lag(lags: LagsByColumn) -> tuple[int, ...]:
    """Every lag that some column has, in order; lag 0 alone where there is no column."""
    return tuple(sorted({lag for own in lags for lag in own})) or (0,)


@dataclass(frozen=True, kw_only=True)
class Past:
    """The rows of fit, which new rows may follow, and how their periods are counted.

    Parameters
    ----------
    counter : PeriodCounter or None
        None for undated rows: nothing says that new rows follow them.
    segmented : bool
        Whether the rows had segments.
    rows : Rows
    values : ndarray, shape (n, p)
    """

    counter: PeriodCounter | None
    segmented: bool
    rows: Rows
    values: Floats

    @classmethod
    def of(cls, values: Floats, *, time: pd.Series | None, groups: Any, freq: str | None) -> Past:
        """The rows of fit, in time order."""
        counter = None if time is None else PeriodCounter.learned(time, freq)
        rows = rows_of(len(values), time, groups, counter)
        return cls(counter=counter, segmented=groups is not None, rows=rows, values=values)

    def n_lost(self, lags: LagsByColumn, *, hold_back: int = 0) -> int:
        """Rows of which one of the lags lies before the first row of their segment, or in a period without a row."""
        wanted = every_lag((*lags, tuple(range(1, hold_back + 1))))
        return int(lacking(self.rows.places(max(wanted)), wanted).sum())

    def lagged_columns(
        self, values: Floats, lags: LagsByColumn, *, hold_back: int = 0, time: pd.Series | None, groups: Any
    ) -> Floats:
        """Lags of the columns of new rows, from themselves and from remembered rows that precede them.

        Parameters
        ----------
        values : ndarray, shape (n, p)
        lags : tuple of tuple of int, length p
        hold_back : int
            A row that lacks one of so many periods before it is NaN throughout.
        time : pandas.Series, shape (n,) or None
        groups : array_like, shape (n,) or None

        Returns
        -------
        ndarray, shape (n, number of lags of all columns)
            Those of the first column first.

        Raises
        ------
        UsageError
            If time or segments were given in fit and are not here, or the other way round.
        """
        _refuse_one_sided("time", in_fit=self.counter is not None, here=time is not None)
        _refuse_one_sided("groups", in_fit=self.segmented, here=groups is not None)
        new = rows_of(len(values), time, groups, self.counter)
        dated = new.periods is not None
        known = np.concatenate([self.values, values]) if dated else values
        wanted = every_lag(lags)
        places = (new.after(self.rows) if dated else new).places(max(*wanted, hold_back))
        pairs = [(column, wanted.index(lag)) for column, own in enumerate(lags) for lag in own]
        columns, which = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        first = len(known) - len(values)
        found = on_grid(known, places, wanted)[places[first:, None], columns, which]
        found[lacking(places, tuple(range(1, hold_back + 1)))[first:]] = np.nan
        return found

    def later(self, values: Floats, count: int, *, time: pd.Series | None) -> Floats:
        """Values `count` periods after each of some rows (n, p), from these alone; NaN where there is no such row."""
        _refuse_one_sided("time", in_fit=self.counter is not None, here=time is not None)
        places = rows_of(len(values), time, None, self.counter).places(count)
        mirrored = places.max(initial=0) - places  # what comes later is a lag of the rows in the opposite order
        return on_grid(values, mirrored, (count,))[mirrored][:, :, 0]


def _refuse_one_sided(name: str, *, in_fit: bool, here: bool) -> None:
    """Time and segments belong to fit and transform alike."""
    if in_fit == here:
        return
    index = " A frame with a dated index brings its time along;" if name == "time" else ""
    routed = f"{'through' if index else 'Through'} a Pipeline it is routed by "
    routed += f"set_fit_request({name}=True).set_transform_request({name}=True)"
    where = "in fit, and not here" if in_fit else "here, and not in fit"
    raise UsageError(f"{name} was given {where}: give it in both, or in neither.{index} {routed}.")
