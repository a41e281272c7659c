"""Which seasons can be asked of a sample, and how many of their cycles each series shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.series.season import harmonics, season_pvalues

__all__ = [
    "WEEKS_A_YEAR",
    "CandidateSeason",
    "SelectedCycles",
    "candidate_cycles",
    "candidate_month_ends",
    "growing",
    "month_ends",
    "season_grows",
    "selected_cycles",
]


#: Level at which a season is found; shared out over the cycles asked.
_LEVEL = 0.05
#: Seasons in the sample from which all cycles of a season are allowed, and rows a season column needs. With four years of
#: months and only some of the cycles, what was left of a shared season made a false lead in 40 % of 30 draws.
_WHOLE_SEASONS, _ROWS_A_COLUMN = 4, 4
#: Cycles allowed for each season in a shorter sample, and seasons that are needed at all.
_CYCLES_A_SEASON, _FEWEST_SEASONS = 4, 2
#: The longest season that enters with all its cycles or none.
_LONGEST_WHOLE = 24
#: Weeks in a year, and in a month.
WEEKS_A_YEAR = 365.25 / 7.0
_WEEKS_A_MONTH = 365.25 / 84.0


@dataclass(frozen=True, kw_only=True, eq=False)
class CandidateSeason:
    """A season of the calendar that a sample is long enough for.

    Parameters
    ----------
    period : float
        Its length in periods.
    n_seasons : float
        Seasons in the sample.
    pairs : tuple of ndarray, each shape (n, 1 or 2)
        Sine and cosine of each cycle, the slowest first; one pair of dummies for the ends of months.
    whole : bool
        All cycles enter together or none does.
    dummies : bool
        The columns are those of `month_ends`.
    """

    period: float
    n_seasons: float
    pairs: tuple[Floats, ...]
    whole: bool
    dummies: bool = False

    def columns(self, n_kept: int) -> Floats:
        """Columns of the first `n_kept` pairs."""
        return np.column_stack(self.pairs[:n_kept])


@dataclass(frozen=True, kw_only=True, eq=False)
class SelectedCycles:
    """What each series shows of one season: arrays of shape (m,).

    Parameters
    ----------
    n_kept : ndarray of int
        Pairs that enter; 0 where the season is not found.
    pvalues : ndarray
        Smallest p of the groups that were asked, times their number.
    """

    n_kept: Ints
    pvalues: Floats


def candidate_cycles(n: int, *, period: float, n_values: int | None = None) -> CandidateSeason | None:
    """The cycles of a season that can be asked of n rows; None if there are none.

    Parameters
    ----------
    n : int
        Rows of the grid.
    period : float
    n_values : int, optional
        Rows that have a value; n if None.
    """
    present = n if n_values is None else n_values
    n_seasons, most = present / period, int(period // 2)
    allowed = most if n_seasons >= _WHOLE_SEASONS else int(_CYCLES_A_SEASON * n_seasons) * (n_seasons >= _FEWEST_SEASONS)
    count = min(most, allowed, present // _ROWS_A_COLUMN // 2)
    if count < 1:
        return None
    pairs = tuple(harmonics(n, period=period, count=cycle)[:, 2 * cycle - 2 :] for cycle in range(1, count + 1))
    return CandidateSeason(period=period, n_seasons=n_seasons, pairs=pairs, whole=count == most and period <= _LONGEST_WHOLE)


def candidate_month_ends(days: NDArray[np.datetime64], n_values: int | None = None) -> CandidateSeason | None:
    """The ends of months as a season of weeks that begin on these days; None with fewer than four months."""
    n_seasons = (len(days) if n_values is None else n_values) / _WEEKS_A_MONTH
    if n_seasons < _WHOLE_SEASONS:
        return None
    return CandidateSeason(period=_WEEKS_A_MONTH, n_seasons=n_seasons, pairs=(month_ends(days),), whole=True, dummies=True)


def month_ends(days: NDArray[np.datetime64]) -> Floats:
    """Dummies of the weeks in which a month ends, and of those in which one begins, shape (n, 2).

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (n,)
        First day of each week.
    """
    week, month = np.timedelta64(7, "D"), days.astype("datetime64[M]")
    ends = (days + week).astype("datetime64[M]") != month
    begins = (days - week).astype("datetime64[M]") != month
    return np.column_stack([ends, begins]).astype(np.float64)


def growing(columns: Floats, n: int) -> Floats:
    """Columns of a season times the time, by which it grows, shrinks or changes its form over n rows; shape of `columns`."""
    return np.asarray(columns * (np.arange(len(columns)) / n)[:, None])


def season_grows(X: Floats, columns: Floats, *, n_seasons: float, level: float = _LEVEL) -> Flags:
    """Whether the season of each series changes steadily over time, shape (m,): one F test of season times time.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing.
    columns : ndarray, shape (n, k)
        Of the season that stands, beside which it is asked.
    n_seasons : float
        Seasons in the sample; with fewer than four, or too few rows for as many columns again, none is seen.
    level : float, default 0.05
    """
    n, k = columns.shape
    if n_seasons < _WHOLE_SEASONS or n < 2 * k * _ROWS_A_COLUMN:
        return np.zeros(X.shape[1], dtype=bool)
    return np.asarray(season_pvalues(X, [growing(columns, n)], n_seasons=n_seasons, beside=columns)[:, 0] < level)


def selected_cycles(X: Floats, season: CandidateSeason, *, level: float = _LEVEL, beside: Floats | None = None) -> SelectedCycles:
    """How many pairs of a season each series shows, and how clearly.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing. What is found in one series does not depend on the others.
    season : CandidateSeason
    level : float, default 0.05
        Shared out over the groups of columns that are asked.
    beside : ndarray, shape (n, k), optional
        What is in every model beside constant and trend.
    """
    groups = [season.columns(len(season.pairs))] if season.whole else list(season.pairs)
    pvalues = season_pvalues(X, groups, n_seasons=season.n_seasons, beside=beside)
    shown = pvalues < level / len(groups)
    last = np.where(shown.any(axis=1), len(groups) - np.argmax(shown[:, ::-1], axis=1), 0)
    n_kept = np.where(last > 0, len(season.pairs), 0) if season.whole else last
    smallest = np.where(np.isnan(pvalues), np.inf, pvalues).min(axis=1)
    joint = np.where(np.isfinite(smallest), np.minimum(smallest * len(groups), 1.0), np.nan)
    return SelectedCycles(n_kept=n_kept.astype(np.intp), pvalues=joint)
