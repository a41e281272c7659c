"""Which seasons of the calendar enter every model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.series.cycles import (
    WEEKS_A_YEAR,
    CandidateSeason,
    candidate_cycles,
    candidate_month_ends,
    growing,
    month_ends,
    season_grows,
    selected_cycles,
)
from leadlag.core.series.peaks import peak_columns, yearly_peaks
from leadlag.core.series.season import harmonics
from leadlag.sample import Calendar

__all__ = [
    "CalendarSeason",
    "SeasonKey",
    "candidate_seasons",
    "columns_of_season",
    "season_columns",
    "season_periods",
    "selected_seasons",
    "week_of_year",
]


#: Level at which a season enters: once for the KPI, once shared out over the candidates.
_LEVEL = 0.05
#: Slow cycles beside which a week of the year may be a peak.
_SMOOTH = 4
#: Level at which it grows, which costs as many columns again. At .05 it did in .18 of 40 draws of 96 months in which none does,
#: and .49 in place of .55 of leads were found.
_GROWS = 0.005


#: Length and cycles of a season, whether it grows, and weeks of the year that are peaks; neither cycles nor peaks stand for the
#: ends of months.
SeasonKey = tuple[float, int, bool, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True, eq=False)
class CalendarSeason:
    """A season in the base.

    Parameters
    ----------
    period : float
        Its length in periods.
    count : int
        How many of its cycles enter; 0 for the weeks at the end of a month, and for peaks.
    n_seasons : float
        Seasons in the sample.
    grows : bool
        Whether it changes steadily over time: its columns stand once more, times the time.
    peaks : tuple of int
        Weeks of the year, from 0, that have a column of their own.
    columns : ndarray, shape (n, k)
    """

    period: float
    count: int
    n_seasons: float
    grows: bool = False
    peaks: tuple[int, ...] = ()
    columns: Floats

    @property
    def key(self) -> SeasonKey:
        """What it takes to make its columns on other rows."""
        return self.period, self.count, self.grows, self.peaks


def selected_seasons(calendar: Calendar, y: Floats, X: Floats) -> tuple[CalendarSeason, ...]:
    """Seasons that the KPI or any candidate shows.

    Parameters
    ----------
    calendar : Calendar
    y : ndarray, shape (n,)
    X : ndarray, shape (n, m)

    Returns
    -------
    tuple of CalendarSeason

    Notes
    -----
    A season that only the leads show enters too: a weak one in the KPI, not found there, would make every lead with a
    strong one look early. Sharp peaks are looked for first, so that no cycles are spent on them.
    """
    seasons = candidate_seasons(calendar, len(y))
    peaks = _selected_peaks(calendar, y, X, seasons)
    beside = None if peaks is None else peaks.columns
    found = [_selected_season(y, X, item, beside=beside) for item in seasons]
    return tuple(item for item in (*found, peaks) if item is not None)


def week_of_year(calendar: Calendar, n: int) -> Ints:
    """Week of the year of the first n rows of a calendar of weeks, from 0: that of the day in the middle of each."""
    middle = calendar.starts[:n].to_numpy(dtype="datetime64[D]") + np.timedelta64(3, "D")
    days = (middle - middle.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    return np.asarray(days // 7, dtype=np.intp)


def _selected_peaks(calendar: Calendar, y: Floats, X: Floats, seasons: Sequence[CandidateSeason]) -> CalendarSeason | None:
    """The weeks of the year in which the KPI or any candidate stands out year after year; None if there are none."""
    yearly = next((item for item in seasons if item.period == WEEKS_A_YEAR), None)
    if calendar.freq != "week" or yearly is None:
        return None
    n, place = len(y), week_of_year(calendar, len(y))
    smooth = np.column_stack([np.ones(n), np.arange(n) / n, yearly.columns(min(_SMOOTH, len(yearly.pairs)))])
    of_kpi = yearly_peaks(y[:, None], place, smooth, level=_LEVEL)
    of_leads = yearly_peaks(X, place, smooth, level=_LEVEL / max(X.shape[1], 1))
    peaks = tuple(np.union1d(of_kpi, of_leads).tolist())
    if not peaks:
        return None
    return CalendarSeason(
        period=WEEKS_A_YEAR, count=0, n_seasons=yearly.n_seasons, peaks=peaks, columns=peak_columns(place, peaks)
    )


def season_columns(seasons: Sequence[CalendarSeason]) -> Floats | None:
    """The columns of all seasons side by side, shape (n, k); None if there is no season."""
    return np.column_stack([item.columns for item in seasons]) if seasons else None


def columns_of_season(calendar: Calendar, n: int, key: SeasonKey, *, span: int | None = None) -> Floats:
    """Columns of one season on n rows, which may go on after those of the calendar unless weeks are told by their dates.

    A season that grows does so by the time over `span` rows, those of the calendar if None.
    """
    period, count, grows, peaks = key
    if peaks:
        return peak_columns(week_of_year(calendar, n), peaks)
    columns = harmonics(n, period=period, count=count) if count else month_ends(calendar.starts[:n].to_numpy("datetime64[D]"))
    return np.column_stack([columns, growing(columns, span or len(calendar))]) if grows else columns


def candidate_seasons(calendar: Calendar, n: int, *, n_values: int | None = None) -> tuple[CandidateSeason, ...]:
    """The seasons of the calendar that a sample is long enough for.

    Parameters
    ----------
    calendar : Calendar
    n : int
        Rows of the grid.
    n_values : int, optional
        Rows that have a value; n if None.
    """
    seasons = [candidate_cycles(n, period=length, n_values=n_values) for length in season_periods(calendar)]
    if calendar.freq == "week":
        seasons.append(candidate_month_ends(calendar.starts.to_numpy(dtype="datetime64[D]"), n_values))
    return tuple(item for item in seasons if item is not None)


def season_periods(calendar: Calendar) -> tuple[float, ...]:
    """Rows in each season of the calendar: a year of weeks, or of other steps, is no whole number of them."""
    year = calendar.year or WEEKS_A_YEAR
    exact = {52: WEEKS_A_YEAR} | ({} if round(year) == 52 else {round(year): year})
    return tuple(exact.get(length, float(length)) for length in calendar.season_lengths)


def _selected_season(y: Floats, X: Floats, season: CandidateSeason, *, beside: Floats | None) -> CalendarSeason | None:
    """A season with as many of its cycles as the KPI or any candidate shows; None if none does."""
    kept = int(selected_cycles(y[:, None], season, level=_LEVEL, beside=beside).n_kept[0])
    if X.shape[1]:
        kept = max(kept, int(selected_cycles(X, season, level=_LEVEL / X.shape[1], beside=beside).n_kept.max()))
    if not kept:
        return None
    columns = season.columns(kept)
    grows = _any_grows(y[:, None], columns, season) or _any_grows(X, columns, season)
    if grows:
        columns = np.column_stack([columns, growing(columns, len(y))])
    return CalendarSeason(
        period=season.period, count=0 if season.dummies else kept, n_seasons=season.n_seasons, grows=grows, columns=columns
    )


def _any_grows(X: Floats, columns: Floats, season: CandidateSeason) -> bool:
    """Whether the season of any of the series changes steadily, the level shared out over them."""
    return bool(season_grows(X, columns, n_seasons=season.n_seasons, level=_GROWS / max(X.shape[1], 1)).any())
