"""Which seasons of the calendar enter every model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadlag.core.season import harmonics, season_pvalues
from leadlag.sample import Calendar

__all__ = ["Season", "seasons_asked"]

Floats = NDArray[np.float64]

#: Level at which a season enters; shared out over the candidates and the cycles asked.
_LEVEL = 0.05
#: Seasons in the sample from which all cycles of a season are allowed, and rows a season column needs. With four years of
#: months and only some of the cycles, what was left of a shared season made a false lead in 40 % of 30 draws.
_WHOLE_SEASONS, _ROWS_A_COLUMN = 4, 4
#: Cycles allowed for each season in a shorter sample, and seasons that are needed at all.
_CYCLES_A_SEASON, _FEWEST_SEASONS = 4, 2
#: The longest season that enters with all its cycles or none.
_LONGEST_WHOLE = 24
#: Weeks in a year, and in a month.
_WEEKS, _WEEKS_A_MONTH = 365.25 / 7.0, 365.25 / 84.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Season:
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


def seasons_asked(calendar: Calendar, y: Floats, X: Floats) -> tuple[Season, ...]:
    """Seasons that the KPI or any candidate shows.

    Parameters
    ----------
    calendar : Calendar
    y : ndarray, shape (n,)
    X : ndarray, shape (n, m)

    Returns
    -------
    tuple of Season

    Notes
    -----
    A season that only the leads show enters too: a weak one in the KPI, not found there, would make every lead with a
    strong one look early.
    """
    both = np.column_stack([y, X])
    lengths = [_WEEKS if length == 52 else float(length) for length in calendar.season_lengths]
    found = [_cycles(both, period) for period in lengths]
    if calendar.freq == "week":
        found.append(_month_ends(calendar, both))
    return tuple(item for item in found if item is not None)


def _cycles(both: Floats, period: float) -> Season | None:
    """One season with as many cycles as the series ask for and the rows allow."""
    n = len(both)
    n_seasons, most = n / period, int(period // 2)
    room = n // _ROWS_A_COLUMN // 2
    allowed = most if n_seasons >= _WHOLE_SEASONS else int(_CYCLES_A_SEASON * n_seasons) * (n_seasons >= _FEWEST_SEASONS)
    count = min(most, allowed, room)
    if count < 1:
        return None
    pairs = [harmonics(n, period=period, count=cycle)[:, 2 * cycle - 2 :] for cycle in range(1, count + 1)]
    whole = count == most and period <= _LONGEST_WHOLE
    asked = _groups_asked(both, [np.column_stack(pairs)] if whole else pairs, n_seasons=n_seasons)
    if not len(asked):
        return None
    kept = count if whole else int(asked.max()) + 1
    return Season(period=period, count=kept, n_seasons=n_seasons, columns=np.column_stack(pairs[:kept]))


def _month_ends(calendar: Calendar, both: Floats) -> Season | None:
    """The weeks in which a month ends, and those in which one begins, if the series show them."""
    days = calendar.starts.to_numpy(dtype="datetime64[D]")
    first, last = (day.astype("datetime64[M]") for day in (days, days + np.timedelta64(6, "D")))
    ends = (days + np.timedelta64(7, "D")).astype("datetime64[M]") != first
    begins = np.roll(ends, 1)
    begins[0] = first[0] != (days[0] - np.timedelta64(7, "D")).astype("datetime64[M]") or first[0] != last[0]
    columns = np.column_stack([ends, begins]).astype(np.float64)
    n_seasons = len(both) / _WEEKS_A_MONTH
    if n_seasons < _WHOLE_SEASONS or not len(_groups_asked(both, [columns], n_seasons=n_seasons)):
        return None
    return Season(period=_WEEKS_A_MONTH, count=0, n_seasons=n_seasons, columns=columns)


def _groups_asked(both: Floats, groups: list[Floats], *, n_seasons: float) -> NDArray[np.intp]:
    """Places of the groups of columns that the KPI, first, or any candidate shows."""
    level = np.full((both.shape[1], 1), _LEVEL / len(groups))
    level[1:] /= max(len(level) - 1, 1)
    return np.flatnonzero((season_pvalues(both, groups, n_seasons=n_seasons) < level).any(axis=0))
