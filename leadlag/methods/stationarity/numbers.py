"""What is found of one series beside the tests: seasons, a trend, and a spread that grows with the level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import orthonormal_basis, residualise, rows_needed
from leadlag.core.series.cycles import CandidateSeason
from leadlag.core.series.stationary import StationarityVerdicts
from leadlag.core.time.lags import difference

__all__ = ["SeriesSeason", "has_trend", "season_dummies", "season_strength", "spread_grows"]


#: Standard errors by which the slope has to lie above zero, and the least slope: spread like the root of the level, as counts
#: have it, is 0.5.
_SURE, _LEAST = 2.6, 0.6
#: The level has to vary by this factor for a log to matter.
_RANGE = 1.5


def spread_grows(x: Floats, season: Floats | None = None) -> bool:
    """Whether the changes of a positive series grow about in proportion to its level.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where missing.
    season : ndarray, shape (n, k), optional
        Its changes are taken off first.

    Returns
    -------
    bool
        False for a series with a value of zero or below.

    Notes
    -----
    Least squares of ``log |change|`` on the log of the mean of the two values, with heteroscedasticity-robust errors. Of series
    with symmetric steps whose size does not depend on the level, these two do not correlate. What is linear in the level is
    taken off the changes first: the mean change of a series that grows in percent is that of its last rows, and would be most
    of what is left of the early ones.
    """
    present = x[np.isfinite(x)]
    if not len(present) or present.min() <= 0 or present.max() < _RANGE * present.min():
        return False
    change, level = difference(x), x - 0.5 * difference(x)
    rows = np.isfinite(change)
    if rows.sum() < rows_needed(3):
        return False
    base = np.ones((len(x), 1)) if season is None else np.column_stack([np.ones(len(x)), difference(season)])
    base = np.column_stack([base, np.where(rows, level, 0.0) / present.max()])
    size, height = np.abs(residualise(change[rows] / present.max(), orthonormal_basis(base[rows]))), np.log(level[rows])
    # steps of zero have no log: a floor far below the usual step keeps them small
    usual = float(np.median(size))
    if usual <= 0:
        return False
    log_size, centred = np.log(np.maximum(size, 0.05 * usual)), height - height.mean()
    square = float(centred @ centred)
    if square <= 0:
        return False
    slope = float(centred @ log_size) / square
    left = log_size - log_size.mean() - slope * centred
    error = float(np.sqrt(np.sum((centred * left) ** 2))) / square
    return slope > _LEAST and slope > _SURE * error


@dataclass(frozen=True, kw_only=True, eq=False)
class SeriesSeason:
    """A season asked of one series: how many of its cycles the series shows, and the p that it has none."""

    season: CandidateSeason
    n_kept: int
    pvalue: float


def season_dummies(seasons: Sequence[SeriesSeason]) -> Floats | None:
    """Columns of what a series shows of its seasons, side by side, shape (n, k); None if it shows none."""
    columns = [item.season.columns(item.n_kept) for item in seasons if item.n_kept]
    return np.column_stack(columns) if columns else None


def season_strength(x: Floats, season: SeriesSeason, *, differenced: bool) -> float:
    """Share of the variance beside a trend that a season explains, its coefficients paid for; NaN for one that is not shown.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where missing.
    season : SeriesSeason
    differenced : bool
        Whether it is the variance of the changes.
    """
    if not season.n_kept:
        return np.nan
    values = difference(x) if differenced else x
    rows = np.isfinite(values)
    fixed = np.column_stack([np.ones(len(x)), np.arange(len(x)) / len(x)])
    both = np.column_stack([fixed, season.season.columns(season.n_kept)])
    small, large = (orthonormal_basis(columns[rows]) for columns in (fixed, both))
    without, beside = (residualise(values[rows], basis) for basis in (small, large))
    n_spare = max(int(rows.sum()) - large.rank, 1)
    before = float(without @ without) / max(int(rows.sum()) - small.rank, 1)
    return max(0.0, 1.0 - float(beside @ beside) / n_spare / before) if before > 0 else np.nan


def has_trend(answers: StationarityVerdicts, place: int) -> bool:
    """Whether a trend was found; tests may stand beside one that was not."""
    return bool(answers.trend_pvalue[place] < answers.alpha)
