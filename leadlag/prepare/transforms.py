"""Changes made to a series before it is tested: logs, differences, and what is done about outliers, averages and running sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage, stats

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.noise.cleaning import filter_cleaned
from leadlag.core.noise.momentum import Momentum, ar_errors
from leadlag.core.series.averages import unrolled
from leadlag.core.series.robust import few_values, robust_spread
from leadlag.core.time.lags import difference
from leadlag.errors import UsageError

__all__ = [
    "clip_beyond",
    "clip_innovations",
    "clip_spikes",
    "heavy_tailed",
    "spike_limits",
    "take_log",
    "undo_rolling",
    "undo_ytd",
]


#: Innovations beyond this many robust standard deviations are counted; at this level there are more than a normal law gives.
_COUNTED, _HEAVY = 2.5, 0.05
#: Cleaning has lost a series if it clips more than this share of its values though no more of the innovations are large, and if
#: an error in the past comes back as up to so many times itself.
_LOST, _PASSED_ON = 0.2, 2.0
#: An innovation beyond this many robust standard deviations is large; and the level at which answers are more than chance.
_LARGE, _ANSWER = 3.0, 0.01


def take_log(values: Floats, name: str) -> Floats:
    """Natural log of a series, or a `UsageError` if it has values that have none."""
    if np.nanmin(values, initial=np.inf) <= 0:
        raise UsageError(f"log names {name!r}, which has {int(np.sum(values <= 0))} values of zero or below: take it out of log.")
    return np.log(values)


def heavy_tailed(series: Floats, momentum: Momentum) -> bool:
    """Whether more of a series' AR innovations are large than a normal law gives: heavy tails, or spikes.

    Parameters
    ----------
    series : ndarray, shape (n,)
        Centred; NaN where missing.
    momentum : Momentum
        AR model of the series (of its change under a unit root).
    """
    errors = ar_errors(difference(series) if momentum.unit_root else series, momentum.phi)
    errors = errors[np.isfinite(errors)]
    beyond = int((np.abs(errors) > _COUNTED * robust_spread(errors)).sum())
    return bool(stats.binom.sf(beyond - 1, len(errors), 2.0 * stats.norm.sf(_COUNTED)) < _HEAVY)


def clip_innovations(series: Floats, momentum: Momentum, *, limit: float) -> tuple[Floats, int]:
    """A series whose AR innovations are kept within `limit` robust standard deviations.

    Parameters
    ----------
    series : ndarray, shape (n,)
        Centred; NaN where missing.
    momentum : Momentum
        AR model of the series (of its change under a unit root).
    limit : float

    Returns
    -------
    cleaned : ndarray, shape (n,)
    n_clipped : int

    Notes
    -----
    Filter cleaning (Masreliez & Martin 1977): each value is predicted from the cleaned past, and what it adds is
    clipped. Under a unit root the changes are cleaned and summed again. Of a smooth series (an interpolation, a trend from a
    filter) the AR coefficients are several times one and of changing signs, and what was clipped once makes all later values look
    like outliers: such a series is left as it is.
    """
    working = difference(series) if momentum.unit_root else series
    errors = ar_errors(working, momentum.phi)
    spread = robust_spread(errors)
    if spread <= 0:
        return series, 0
    cleaned, n_clipped = filter_cleaned(working, momentum.phi, bound=limit * spread)
    most = _LOST * np.isfinite(errors).sum()
    if n_clipped > most >= (np.abs(errors) > limit * spread).sum() and np.abs(momentum.phi).sum() > _PASSED_ON:
        return series, 0
    if not momentum.unit_root:
        return cleaned, n_clipped
    summed = series.copy()
    for row in np.flatnonzero(np.isfinite(cleaned)):
        summed[row] = summed[row - 1] + cleaned[row]
    return summed, n_clipped


def clip_spikes(X: Floats, kpi_surprise: Floats, *, lags: Sequence[int], limit: float) -> tuple[Floats, Ints]:
    """Leads whose isolated spikes, unless the KPI answers them, are brought back to their surroundings.

    Parameters
    ----------
    X : ndarray, shape (n, m)
    kpi_surprise : ndarray, shape (n,)
        The KPI's innovations in robust standard deviations.
    lags : sequence of int
        Lags at which an answer counts.
    limit : float
        Robust standard deviations from the local median beyond which a value is a spike.

    Returns
    -------
    clipped : ndarray, shape (n, m)
    n_clipped : ndarray of int, shape (m,)
        A campaign, count or state (`few_values`) is never touched: its large values are its content.
    """
    return clip_beyond(X, spike_limits(X, kpi_surprise, lags=lags, limit=limit))


def spike_limits(X: Floats, kpi_surprise: Floats, *, lags: Sequence[int], limit: float) -> Floats:
    """Distance from its surroundings beyond which a value of each lead is a spike to be calmed, shape (m,); infinite for none.

    Parameters
    ----------
    X, kpi_surprise, lags, limit
        As in `clip_spikes`.
    """
    limits = np.full(X.shape[1], np.inf)
    for column in range(X.shape[1]):
        series = X[:, column]
        present = np.isfinite(series)
        if not present.any() or few_values(series):
            continue
        off = series - _surroundings(series)
        bound = limit * robust_spread(off[present])
        spikes = np.abs(np.where(present, off, 0.0)) > bound
        # more than one in twenty is no outlier but how the lead behaves
        if 20 * spikes.sum() <= present.sum() and not (spikes.any() and _answered(spikes, kpi_surprise, lags)):
            limits[column] = bound
    return limits


def clip_beyond(X: Floats, limits: Floats) -> tuple[Floats, Ints]:
    """Leads whose values beyond a distance from their surroundings are brought back to these.

    Parameters
    ----------
    X : ndarray, shape (n, m)
    limits : ndarray, shape (m,)
        From `spike_limits`.

    Returns
    -------
    clipped : ndarray, shape (n, m)
    n_clipped : ndarray of int, shape (m,)
    """
    clipped, n_clipped = X.copy(), np.zeros(X.shape[1], dtype=np.intp)
    for column in np.flatnonzero(np.isfinite(limits) & _jumps(X, limits)):
        local = _surroundings(X[:, column])
        spikes = np.abs(np.nan_to_num(X[:, column] - local)) > limits[column]
        clipped[spikes, column] = local[spikes]
        n_clipped[column] = int(spikes.sum())
    return clipped, n_clipped


def _surroundings(series: Floats) -> Floats:
    """The median of each value and the two on either side; a missing value counts as the median of all."""
    filled = np.where(np.isfinite(series), series, np.nanmedian(series))
    return np.asarray(ndimage.median_filter(filled, size=5, mode="nearest"))


def _jumps(X: Floats, limits: Floats) -> Flags:
    """Whether a column can hold a spike at all: some value is as far as that from one of the two before it, or beside a gap."""
    jumps = ~np.isfinite(X).all(axis=0)
    for back in (1, 2):
        jumps |= (np.abs(X[back:] - X[:-back]) > limits).any(axis=0)
    return np.asarray(jumps)


def _answered(spikes: Flags, kpi_surprise: Floats, lags: Sequence[int]) -> bool:
    """Whether large innovations of the KPI follow the spikes at one lag more often than by chance.

    One event is one observation: a single spike that a single large innovation follows is no answer.
    """
    large = np.nan_to_num(np.abs(kpi_surprise)) > _LARGE
    rate = large.mean()
    for lag in lags:
        followed = large[lag:][spikes[:-lag]]
        if stats.binom.sf(followed.sum() - 1, len(followed), rate) < _ANSWER / len(lags):
            return True
    return False


def undo_rolling(series: Floats, width: int) -> Floats:
    """What a moving average was taken of, less the pattern that the average has wiped out.

    Parameters
    ----------
    series : ndarray, shape (n,)
        Averages over `width` periods (divide a rolling sum by `width` first); NaN where missing.
    width : int
        Periods in the average, at least 2.

    Returns
    -------
    ndarray, shape (n,)
        Every average over `width` of it is the series again. Each stretch without a gap is undone by itself; one
        shorter than twice `width` is missing.

    Raises
    ------
    UsageError
        If `width` is below 2 or leaves no stretch of twice its rows.

    Notes
    -----
    ``x_t = x_(t-w) + w (y_t - y_(t-1))`` gives x up to a pattern of w values with sum zero that repeats every w rows; no y can
    tell it. It is taken out by least squares beside a trend, so x is returned without any season of period w. A regression of x
    has to carry the same w - 1 columns (`leadlag.core.series.season.harmonics` with ``period=width`` and ``count=width // 2``):
    then it is exactly the regression with the true x, on w - 1 degrees of freedom fewer, whatever the lags of the leads, and
    the noise of x keeps its short memory. The seasonal difference ``w (y_t - y_(t-1)) = x_t - x_(t-w)`` needs no start, but
    turns noise u into ``u_t - u_(t-w)``, which no short autoregression describes.

    Measured through `leadlag.core.search.scan`: 156 rows, AR(.5) KPI and leads, lags 1 to 12, 250 draws, averages over 4 and
    12. Size of a 5 % test; share found at p < .01 of a lead that moves the KPI by 0.35; delay exact among these. KPI before it
    was averaged: .055 and .055; .68 and .70; .99 and .98. As reported: .037 and .051; .40 and .22; .74 and .84. Undone, with
    the waves: .051 and .050; .65 and .64; .99 and .97. Seasonal difference of the KPI: .059 and .049; .27 and .22; .76 and .91.
    The same of KPI and leads: size .125 and .171. Leads averaged like the KPI: size .112 and .141.

    Nothing adds up as long as the averages are exact. An error e in each of them (rounding) becomes a random walk in x with
    steps ``w (e_t - e_(t-1))``, one every w rows: after c cycles its sd is about ``w sd(e) sqrt(2 c)``. Undo figures with all
    the decimals there are.

    Examples
    --------
    >>> sales = np.array([3.0, 5.0, 4.0, 8.0, 1.0, 6.0, 2.0, 7.0, 5.0])
    >>> averages = (sales[1:] + sales[:-1]) / 2
    >>> undone = undo_rolling(averages, 2)
    >>> np.allclose((undone[1:] + undone[:-1]) / 2, averages[1:])
    True
    """
    if width < 2:
        raise UsageError(f"width={width} is not allowed: an average is over at least 2 periods.")
    undone = np.full(len(series), np.nan)
    edges = np.flatnonzero(np.diff(np.r_[False, np.isfinite(series), False]))
    stretches = [(start, stop) for start, stop in zip(edges[::2], edges[1::2], strict=True) if stop - start >= 2 * width]
    if not stretches:
        raise UsageError(
            f"an average over {width} periods needs {2 * width} rows without a gap to be undone, and no stretch has them."
        )
    for start, stop in stretches:
        undone[start:stop] = _without_pattern(series[start:stop], width)
    return undone


def _without_pattern(averages: Floats, width: int) -> Floats:
    """A complete stretch of averages undone, its pattern of `width` rows taken out beside a trend."""
    level = float(averages.mean())
    undone = unrolled((averages - level)[:, None], width)[width - 1 :, 0]
    phase = np.arange(len(undone)) % width
    dummies = (phase[:, None] == np.arange(width)).astype(np.float64)
    trend = np.arange(len(undone)) / len(undone)
    pattern = np.linalg.lstsq(np.column_stack([dummies, trend]), undone, rcond=None)[0][:width]
    return np.asarray(undone - (pattern - pattern.mean())[phase] + averages[0], dtype=np.float64)


def undo_ytd(series: Floats, block: Ints) -> Floats:
    """Amounts of each period from sums that start again with each block (year to date).

    Parameters
    ----------
    series : ndarray, shape (n,)
        Sums since the start of the block; NaN where missing.
    block : ndarray of int, shape (n,)
        Block of each row: its year, or what `leadlag.core.series.reported.cumulative_blocks` returns.

    Returns
    -------
    ndarray, shape (n,)
        Missing where the sum or the one before is missing, and in the first row, whose start is not known.

    Raises
    ------
    UsageError
        If `series` and `block` are not equally long.

    Notes
    -----
    ``x_t = y_t - y_(t-1)`` within a block, ``x_t = y_t`` in its first row. Exact: errors do not add up.

    Examples
    --------
    >>> undo_ytd(np.array([7.0, 9.0, 2.0, 5.0, 6.0]), np.array([2023, 2023, 2024, 2024, 2024]))
    array([nan,  2.,  2.,  3.,  1.])
    """
    if len(series) != len(block):
        raise UsageError(f"series has {len(series)} rows and block {len(block)}: give one block to each row.")
    undone = difference(series)
    restarts = np.flatnonzero(np.diff(block)) + 1
    undone[restarts] = series[restarts]
    return undone
