"""Sharp peaks that return in the same weeks of every year, which smooth cycles do not tell."""

from __future__ import annotations

import numpy as np
from scipy import stats

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import less_columns, orthonormal_basis, residualise
from leadlag.core.series.robust import few_values, robust_spread

__all__ = ["peak_columns", "yearly_peaks"]


#: Years with a value that a peak needs.
_FEWEST_YEARS = 4
#: More places than this share of the year are no sharp peaks.
_MOST = 0.2
#: Standard errors by which the mean without the year in which it is largest has to stand out too.
_WITHOUT_LARGEST = 2.0
#: Share by which rounding may move what a series is asked for.
_SLACK = 1e-6


def yearly_peaks(X: Floats, place: Ints, smooth: Floats, *, level: float) -> Ints:
    """Places in the year at which any series stands out year after year.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing.
    place : ndarray of int, shape (n,)
        Place in the year of each row, from 0.
    smooth : ndarray, shape (n, k)
        Constant, trend and the slow cycles of the season.
    level : float
        Shared out over the places of one series.

    Returns
    -------
    ndarray of int
        Increasing; empty too where so many stand out that the season is not sharp.

    Notes
    -----
    The place whose mean over the years is largest, against the spread of what `smooth` leaves on all rows (the robust one if that
    is larger), gets a column. Of series with few values, such as events and small counts, a mean over few years tells no peak.
    The rest is asked beside it, so that what the slow cycles make of a peak in the weeks around it is none. One event is no
    peak: the other years have to show it too, and all but one of them to the same side.
    """
    n_places = int(place.max()) + 1
    asked = X[:, _may_peak(X, place, smooth, n_places, level=level / n_places)]
    found = {peak for column in asked.T for peak in _peaks(column, place, smooth, n_places, level=level / n_places)}
    return np.array(sorted(found) if len(found) <= _MOST * n_places else [], dtype=np.intp)


def _may_peak(X: Floats, place: Ints, smooth: Floats, n_places: int, *, level: float) -> Flags:
    """Series that may have a peak, shape (m,): those with gaps, and whole ones of which any mean over the years is large enough.

    One product for all of them in place of a fit for each, since hardly any series has a peak.
    """
    may = np.array(~np.isfinite(X).all(axis=0), dtype=bool)
    whole = X[:, ~may]
    left = residualise(whole - whole.mean(axis=0), orthonormal_basis(smooth))
    in_place = peak_columns(place, np.arange(n_places))
    means = np.abs(in_place.T @ left) / np.sqrt(np.maximum(in_place.sum(axis=0), 1.0))[:, None]
    limit = _limit(len(X), level=level) * (1.0 - _SLACK)
    may[~may] = means.max(axis=0) >= limit * left.std(axis=0)  # the spread is never smaller than this
    return may


def _limit(known: int, *, level: float) -> float:
    """Standard errors beyond which the mean of a place is a peak."""
    return float(stats.t.isf(level / 2, max(known // 2, 3)))


def _peaks(x: Floats, place: Ints, smooth: Floats, n_places: int, *, level: float) -> list[int]:
    """The peaks of one series, the largest first; one more than is allowed where there are too many."""
    found: list[int] = []
    known = int(np.isfinite(x).sum())
    if known <= smooth.shape[1] + _FEWEST_YEARS or few_values(x):
        return found
    centred, limit = x - np.nanmean(x), _limit(known, level=level)
    while len(found) <= _MOST * n_places:
        left = less_columns(centred, np.column_stack([smooth, peak_columns(place, tuple(found))]))
        spread = max(robust_spread(left), float(np.nanstd(left)))
        if spread <= 0:
            break
        sizes = [_size(left[place == each] / spread) if each not in found else 0.0 for each in range(n_places)]
        largest = int(np.argmax(sizes))
        if sizes[largest] <= limit:
            break
        found.append(largest)
    return found


def _size(values: Floats) -> float:
    """Standard errors of the mean over the years of one place; 0 where it is no peak, whatever its size."""
    known = values[np.isfinite(values)]
    n = len(known)
    if n < _FEWEST_YEARS:
        return 0.0
    toward = known * np.sign(known.sum())
    others = np.sort(toward)[:-1]
    if others.sum() <= _WITHOUT_LARGEST * np.sqrt(n - 1) or (toward <= 0).sum() > 1:
        return 0.0
    return float(toward.sum() / np.sqrt(n))


def peak_columns(place: Ints, peaks: Ints | tuple[int, ...]) -> Floats:
    """One column a peak: one in its rows, zero elsewhere."""
    return (place[:, None] == np.asarray(peaks, dtype=np.intp)).astype(np.float64)
