"""Which seasons of the calendar enter every model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.series.cycles import WEEKS_A_YEAR, CandidateSeason, candidate_cycles, candidate_month_ends, selected_cycles
from leadlag.sample import Calendar

__all__ = ["CalendarSeason", "candidate_seasons", "season_columns", "season_periods", "selected_seasons"]


#: Level at which a season enters: once for the KPI, once shared out over the candidates.
_LEVEL = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class CalendarSeason:
    """A season in the base.

    Parameters
    ----------
    period : float
        Its length in periods.
    count : int
        How many of its cycles enter; 0 for the weeks at the end of a month.
    n_seasons : float
        Seasons in the sample.
    columns : ndarray, shape (n, k)
    """

    period: float
    count: int
    n_seasons: float
    columns: Floats


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
    strong one look early.
    """
    found = [_selected_season(y, X, item) for item in candidate_seasons(calendar, len(y))]
    return tuple(item for item in found if item is not None)


def season_columns(seasons: Sequence[CalendarSeason]) -> Floats | None:
    """The columns of all seasons side by side, shape (n, k); None if there is no season."""
    return np.column_stack([item.columns for item in seasons]) if seasons else None


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


def _selected_season(y: Floats, X: Floats, season: CandidateSeason) -> CalendarSeason | None:
    """A season with as many of its cycles as the KPI or any candidate shows; None if none does."""
    kept = int(selected_cycles(y[:, None], season, level=_LEVEL).n_kept[0])
    if X.shape[1]:
        kept = max(kept, int(selected_cycles(X, season, level=_LEVEL / X.shape[1]).n_kept.max()))
    if not kept:
        return None
    count = 0 if season.dummies else kept
    return CalendarSeason(period=season.period, count=count, n_seasons=season.n_seasons, columns=season.columns(kept))
