"""A transform of one series that is learned once, applied again to later rows, and undone exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_int
from leadlag.core.arrays import Floats
from leadlag.core.series.cycles import CandidateSeason, month_ends
from leadlag.core.series.season import harmonics
from leadlag.core.time.lags import difference
from leadlag.errors import UsageError
from leadlag.results import plain

__all__ = ["LearnedSeason", "SeriesTransform"]


#: Name and version of what `SeriesTransform.to_dict` gives.
SCHEMA = "leadlag-transform-1"


@dataclass(frozen=True, kw_only=True)
class LearnedSeason:
    """One season with what it adds.

    Parameters
    ----------
    period : float
        Its length in periods.
    n_pairs : int
        Its cycles, the slowest first; 0 for the ends of months.
    coefficients : tuple of float
        One a column: cosine and sine of each cycle, or weeks in which a month ends and begins.
    first_day : str
        First day of the first week, for the ends of months; else empty.
    """

    period: float
    n_pairs: int
    coefficients: tuple[float, ...]
    first_day: str = ""

    def values(self, start: int, count: int) -> Floats:
        """What the season adds to `count` rows from row `start` on, counted from the first row of the fit."""
        if self.first_day:
            days = np.datetime64(self.first_day, "D") + 7 * np.arange(start, start + count)
            return np.asarray(month_ends(days) @ np.array(self.coefficients))
        columns = harmonics(start + count, period=self.period, count=self.n_pairs)[start:]
        return np.asarray(columns @ np.array(self.coefficients))


@dataclass(frozen=True, kw_only=True)
class SeriesTransform:
    """What is done to one series, with all that was learned from it: log, then change or trend, then season.

    Rows are counted in periods from the first row of the fit: ``start=0`` is that row, ``start=n_rows`` the first one after it.

    Parameters
    ----------
    log, differenced : bool
        The natural log is taken; the change from the period before is taken.
    slope : float
        Trend that is taken off, per period; 0 for none.
    centre : float
        Row at which the trend is zero, so that the mean level stays.
    seasons : tuple of LearnedSeason
        Seasons that are taken off; of the change where `differenced`.
    offset : float
        Mean of the seasons over the fit, which stays in the series.
    n_rows : int
        Rows of the fit.
    known : tuple of (int, float)
        Row and value, in the series' own unit, where each stretch without a gap begins, and of the last row.

    Examples
    --------
    >>> sales = np.array([3.0, 4.0, 6.0, 5.0])
    >>> change = SeriesTransform.fit(sales, differenced=True)
    >>> change.apply(sales), change.apply([7.0, 9.0], start=4)
    (array([nan,  1.,  2., -1.]), array([2., 2.]))
    >>> change.invert([2.0, 2.0], start=4)
    array([7., 9.])
    """

    log: bool = False
    differenced: bool = False
    slope: float = 0.0
    centre: float = 0.0
    seasons: tuple[LearnedSeason, ...] = ()
    offset: float = 0.0
    n_rows: int
    known: tuple[tuple[int, float], ...] = ()

    @classmethod
    def fit(
        cls,
        values: Any,
        *,
        log: bool = False,
        differenced: bool = False,
        trend: bool = False,
        seasons: Sequence[tuple[CandidateSeason, int]] = (),
        first_day: str = "",
    ) -> SeriesTransform:
        """Learn the transform from one series.

        Parameters
        ----------
        values : array_like, shape (n,)
            One row a period, NaN where missing.
        log, differenced, trend : bool
            What is done; a trend is taken off levels only.
        seasons : sequence of (CandidateSeason, int)
            Seasons that are taken off, each with how many of its pairs.
        first_day : str
            First day of the first week; needed for the ends of months.

        Raises
        ------
        UsageError
            If a log is asked of values of zero or below.
        """
        given = _one_series(values)
        level = _logged(given) if log else given
        working = difference(level) if differenced else level
        rows, n = np.isfinite(working), len(given)
        detrend = trend and not differenced
        one, time = np.ones(n), np.arange(n, dtype=np.float64)
        centre = float(time[rows].mean()) if rows.any() else 0.0
        blocks = [asked.columns(kept) for asked, kept in seasons]
        columns = np.column_stack([one, (time - centre) / n, *blocks] if detrend else [one, *blocks])
        found = _least_squares(working[rows], columns[rows])
        places = np.cumsum([1 + detrend, *(block.shape[1] for block in blocks)])
        learned = tuple(
            LearnedSeason(
                period=float(asked.period),
                n_pairs=0 if asked.dummies else kept,
                coefficients=tuple(found[begin:end].tolist()),
                first_day=first_day if asked.dummies else "",
            )
            for (asked, kept), begin, end in zip(seasons, places[:-1], places[1:], strict=True)
        )
        added = sum((item.values(0, n) for item in learned), np.zeros(n))[rows]
        return cls(
            log=log, differenced=differenced, slope=float(found[1] / n) if detrend else 0.0, centre=centre if detrend else 0.0,
            seasons=learned, offset=float(added.mean()) if len(added) else 0.0, n_rows=n, known=_stretches(given),
        )  # fmt: skip

    @property
    def steps(self) -> tuple[str, ...]:
        """What is done, in order: some of "log", "difference", "detrend", "season"; empty where nothing is."""
        done = {"log": self.log, "difference": self.differenced, "detrend": self.slope != 0.0, "season": bool(self.seasons)}
        return tuple(step for step, does in done.items() if does)

    def apply(self, values: Any, *, start: int = 0) -> Any:
        """The working series of some rows.

        Parameters
        ----------
        values : array_like or pandas.Series, shape (m,)
            Consecutive periods, NaN where missing. They are not changed.
        start : int, default 0
            Row of the first of them, counted from the first row of the fit.

        Returns
        -------
        ndarray or Series, shape (m,)
            A Series, with its index, for a Series. A change is missing where the value before it is; the one before the first row
            is the fit's, where it is known.

        Raises
        ------
        UsageError
            If a value has no log, or `start` is negative.
        """
        place, given = as_int(start, "start", low=0), _one_series(values)
        level = _logged(given) if self.log else given
        if self.differenced:
            before = self._levels(place - 1, 1)
            working = difference(np.r_[before, level])[1:]
        else:
            working = level - self._trend(place, len(given))
        return _like(values, working - self._season(place, len(given)))

    def invert(self, values: Any, *, start: int = 0, known: Any = None) -> Any:
        """The series in its own unit, from the working series of some rows.

        Parameters
        ----------
        values : array_like or pandas.Series, shape (m,)
            What `apply` gave, or a forecast of it.
        start : int, default 0
            Row of the first of them.
        known : array_like, shape (m,), optional
            Values of the series in its own unit on these rows where they are known. Changes are added up from the value before
            them; after a gap that is one of these or of the fit. Without one the rows stay missing: nothing is guessed.

        Returns
        -------
        ndarray or Series, shape (m,)
        """
        place, working = as_int(start, "start", low=0), _one_series(values)
        restored = working + self._season(place, len(working))
        if self.differenced:
            told = self._levels(place, len(working))
            if known is not None:
                given = _one_series(known)
                if given.shape != working.shape:
                    raise UsageError(f"known has {len(given)} rows and values {len(working)}: give one for each row.")
                told = np.where(np.isfinite(given), _logged(given) if self.log else given, told)
            level = _added_up(restored, told, before=float(self._levels(place - 1, 1)[0]))
        else:
            level = restored + self._trend(place, len(working))
        return _like(values, np.exp(level) if self.log else level)

    def to_dict(self) -> dict[str, Any]:
        """All that was learned as plain Python values, for JSON."""
        content: dict[str, Any] = {"schema": SCHEMA, **plain(self)}
        return content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> SeriesTransform:
        """The transform that `to_dict` gave the content of."""
        if content.get("schema") != SCHEMA:
            raise UsageError(
                f"schema={content.get('schema')!r} is not allowed: give what SeriesTransform.to_dict gave ({SCHEMA})."
            )
        fields = {name: value for name, value in content.items() if name not in ("schema", "seasons", "known")}
        seasons = tuple(LearnedSeason(**{**item, "coefficients": tuple(item["coefficients"])}) for item in content["seasons"])
        return cls(**fields, seasons=seasons, known=tuple((int(row), float(value)) for row, value in content["known"]))

    def _trend(self, start: int, count: int) -> Floats:
        return np.asarray(self.slope * (np.arange(start, start + count) - self.centre), dtype=np.float64)

    def _season(self, start: int, count: int) -> Floats:
        if not self.seasons:
            return np.zeros(count)
        return np.asarray(sum((item.values(start, count) for item in self.seasons), np.zeros(count)) - self.offset)

    def _levels(self, start: int, count: int) -> Floats:
        """What is known of the series on some rows, in logs if it is analysed so; NaN elsewhere."""
        found = np.full(count, np.nan)
        for row, value in self.known:
            if start <= row < start + count:
                found[row - start] = np.log(value) if self.log else value
        return found


def _one_series(values: Any) -> Floats:
    given: Floats = np.array(values, dtype=np.float64)
    if given.ndim != 1:
        raise UsageError(f"values has shape {given.shape}: give one series, one row a period.")
    return given


def _like(given: Any, values: Floats) -> Any:
    return pd.Series(values, index=given.index, name=given.name) if isinstance(given, pd.Series) else values


def _logged(values: Floats) -> Floats:
    """Natural logs, or an error where there are none."""
    if np.nanmin(values, initial=np.inf) <= 0:
        raise UsageError(
            f"values has {int(np.sum(values <= 0))} of zero or below: they have no log. Take a transform without it."
        )
    return np.asarray(np.log(values), dtype=np.float64)


def _least_squares(y: Floats, X: Floats) -> Floats:
    """Coefficients of least squares about the mean of y, the smallest where columns depend on each other."""
    if not len(y):
        return np.zeros(X.shape[1])
    middle = float(y.mean())
    return np.asarray(np.linalg.lstsq(X, y - middle, rcond=None)[0], dtype=np.float64)


def _stretches(values: Floats) -> tuple[tuple[int, float], ...]:
    """Row and value where each stretch without a gap begins, and of the last row."""
    present = np.isfinite(values)
    begins = present & ~np.r_[False, present[:-1]]
    begins[-1:] |= present[-1:]
    return tuple((int(row), float(values[row])) for row in np.flatnonzero(begins))


def _added_up(changes: Floats, told: Floats, *, before: float) -> Floats:
    """Levels from changes; where a change is missing, the level that is told."""
    levels, last = np.full(len(changes), np.nan), before
    for row, (change, level) in enumerate(zip(changes, told, strict=True)):
        last = last + change if np.isfinite(last + change) else level
        levels[row] = last
    return levels
