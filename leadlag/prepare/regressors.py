"""What of the calendar stands in every model: seasons, and what lies inside the periods; by names that hold for any period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.series.days import holiday_shares, period_lengths, weekday_surpluses, working_days
from leadlag.core.series.season import added_pvalues
from leadlag.prepare.season import CalendarSeason, SeasonKey, columns_of_season, season_columns, selected_seasons
from leadlag.sample import Calendar, Sample

__all__ = ["HOLIDAYS", "INSIDE", "Beside", "beside_leads", "calendar_columns", "fixed_blocks", "fixed_columns", "may_be_sums"]


#: Level at which what lies inside the periods enters: once for the KPI, once shared out over the candidates.
_LEVEL = 0.05
#: Rows up to which one contrast stands for the weekdays.
_ONE_CONTRAST = 120
#: Rows for each column of the base without which it is not asked.
_ROWS_A_COLUMN = 3
#: Days of the shortest period that can hold more or fewer weekends than the next.
_SHORTEST = 8
#: Rules of aggregation under which a longer period has a larger value; None where nothing is known.
_SUMS = ("sum", None)

#: Days by which the week before, the second week before and the week after a holiday are away from it.
_AROUND = (range(1, 8), range(8, 15), range(-7, 0))
#: What declared holidays are called among the columns of a calendar.
HOLIDAYS = "holidays and the weeks around them"
_WEEKDAYS, _WORKING, _LENGTHS = "weekdays", "working days", "length"
_INSIDE: Mapping[str, Callable[[Ints], Floats]] = MappingProxyType(
    {_WEEKDAYS: weekday_surpluses, _WORKING: working_days, _LENGTHS: period_lengths}
)
#: All names of what lies inside the periods.
INSIDE = (HOLIDAYS, *_INSIDE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """What of the calendar stands in every model.

    Parameters
    ----------
    seasons : tuple of CalendarSeason
    names : tuple of str
        What lies inside the periods, as `calendar_columns` makes it for any calendar.
    columns : ndarray, shape (n, k), or None
        Of both, the seasons first; None if there is neither.
    """

    seasons: tuple[CalendarSeason, ...] = ()
    names: tuple[str, ...] = ()
    columns: Floats | None = None


def beside_leads(calendar: Calendar, y: Floats, X: Floats, *, sums: Flags | None = None) -> Beside:
    """Seasons and calendar columns that the KPI or any candidate shows.

    Parameters
    ----------
    calendar : Calendar
    y : ndarray, shape (n,)
    X : ndarray, shape (n, m)
    sums : ndarray of bool, shape (1 + m,), optional
        Series, the KPI first, whose values can depend on the days of a period; all if None.

    Returns
    -------
    Beside

    Notes
    -----
    Working days less 5/2 of the weekend days (Bell & Hillmer 1983, Young 1965) stand for the weekdays up to 120 rows, six columns
    beyond; the length of the period stands beside them. They enter together, if the contrast, the weekdays or the length is seen.
    Declared holidays always enter.
    """
    seasons = selected_seasons(calendar, y, X)
    season = [] if (columns := season_columns(seasons)) is None else [columns]
    declared = (HOLIDAYS,) if calendar.holidays and calendar.year is not None and _holidays(calendar).any() else ()
    fixed = [*season, *calendar_columns(calendar, declared)]
    inside = _shown_names(calendar, y, X, fixed, sums=sums)
    every = [*fixed, *calendar_columns(calendar, inside)]
    return Beside(seasons=seasons, names=(*declared, *inside), columns=np.column_stack(every) if every else None)


def calendar_columns(calendar: Calendar, names: Sequence[str]) -> list[Floats]:
    """Columns of each name on the periods of a calendar, each of shape (n, k)."""
    return [_holidays(calendar) if name == HOLIDAYS else _INSIDE[name](calendar.edges) for name in names]


def fixed_columns(calendar: Calendar, seasons: Sequence[SeasonKey], inside: Sequence[str], n: int, *, span: int) -> Floats:
    """Constant, trend, seasons and what lies inside the periods on the first n rows, shape (n, q).

    Parameters
    ----------
    calendar : Calendar
        Of as many periods, at least, if weeks are told by their dates or anything inside the periods stands in the model.
    seasons : sequence of SeasonKey
    inside : sequence of str
        Names of `calendar_columns`.
    n : int
    span : int
        Rows over which the trend rises by one.
    """
    return np.column_stack(fixed_blocks(calendar, seasons, inside, n, span=span))


def fixed_blocks(calendar: Calendar, seasons: Sequence[SeasonKey], inside: Sequence[str], n: int, *, span: int) -> list[Floats]:
    """The same as one array each, constant and trend first, shape (n, k) each."""
    line = [np.ones((n, 1)), np.arange(n)[:, None] / span]
    columns = [columns_of_season(calendar, n, key, span=span) for key in seasons]
    return [*line, *columns, *(each[:n] for each in calendar_columns(calendar, inside))]


def may_be_sums(sample: Sample, names: Sequence[str]) -> Flags:
    """Which metrics can be sums over the days of a period: no means, ratios or last values, as far as the catalogue says."""
    return np.array([sample.aggregates.get(name) in _SUMS for name in names], dtype=bool)


def _holidays(calendar: Calendar) -> Floats:
    """Share of each period's days that are holidays, or lie in a week before, a second week before or a week after one."""
    edges, holidays = calendar.edges, np.array(calendar.holidays, dtype=np.int64)
    around = [np.setdiff1d(np.add.outer(holidays, [-ahead for ahead in week]), holidays) for week in _AROUND]
    return np.column_stack([holiday_shares(edges, days.tolist()) for days in (holidays, *around)])


def _shown_names(calendar: Calendar, y: Floats, X: Floats, fixed: Sequence[Floats], *, sums: Flags | None) -> tuple[str, ...]:
    """Names of the columns inside a period that enter: all that can be told apart if any series shows one, else none."""
    n = len(y)
    beside = np.column_stack([np.ones(n), np.arange(n) / n, *fixed])
    weekdays = _WEEKDAYS if n > _ONE_CONTRAST else _WORKING
    names = tuple(name for name in (weekdays, _LENGTHS) if _varies(calendar, name))
    asked = tuple(name for name in (_WORKING, *names) if _varies(calendar, name))
    groups = calendar_columns(calendar, tuple(dict.fromkeys(asked)))
    n_columns = beside.shape[1] + sum(group.shape[1] for group in groups)
    if not groups or n < _ROWS_A_COLUMN * n_columns:
        return ()
    every = np.column_stack([y, X])
    shown = partial(_shown, groups=groups, beside=beside)
    kept = np.ones(every.shape[1], dtype=bool) if sums is None else sums
    n_leads = int(kept[1:].sum())
    kpi = bool(kept[0]) and shown(every[:, :1], level=_LEVEL)
    return names if kpi or (n_leads and shown(every[:, 1:][:, kept[1:]], level=_LEVEL / n_leads)) else ()


def _shown(X: Floats, *, groups: Sequence[Floats], beside: Floats, level: float) -> bool:
    """Whether any series shows any of the groups of columns."""
    return bool((added_pvalues(X, groups, beside=beside) < level / len(groups)).any())


def _varies(calendar: Calendar, name: str) -> bool:
    """Whether a column inside the periods of a calendar is not the same in all of them."""
    if calendar.freq not in ("month", "quarter", "period") or calendar.year is None or calendar.year * _SHORTEST > 365.25:
        return False
    return bool(np.ptp(_INSIDE[name](calendar.edges), axis=0).any())
