"""Changes made to a series before it is tested: logs, differences, and what is done about outliers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from leadlag.core.lags import difference
from leadlag.core.noise import Momentum
from leadlag.errors import UsageError

__all__ = ["calm_spikes", "clip_innovations", "few_values", "robust_spread", "take_log"]

Floats = NDArray[np.float64]

#: A series with no more distinct values than this is a count or a state: its large values are no outliers.
_FEW_VALUES = 10
#: Normal consistency of the median absolute deviation.
_MAD = 1.4826
#: An innovation beyond this many robust standard deviations is large; and the level at which answers are more than chance.
_LARGE, _ANSWER = 3.0, 0.01


def take_log(values: Floats, name: str) -> Floats:
    """Natural log of a series, or a `UsageError` if it has values that have none."""
    if np.nanmin(values, initial=np.inf) <= 0:
        raise UsageError(f"log names {name!r}, which has {int(np.sum(values <= 0))} values of zero or below: take it out of log.")
    return np.log(values)


def robust_spread(values: Floats) -> float:
    """Standard deviation by the median absolute deviation; 0 without values."""
    present = values[np.isfinite(values)]
    return float(_MAD * np.median(np.abs(present - np.median(present)))) if len(present) else 0.0


def few_values(values: Floats) -> bool:
    """Whether a series is a count, a state or a rare campaign rather than a measure.

    True with at most ten distinct values, or with more than half of all values the same.
    """
    present = values[np.isfinite(values)]
    distinct, counts = np.unique(present, return_counts=True)
    return len(distinct) <= _FEW_VALUES or bool(2 * counts.max(initial=0) > len(present))


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
    clipped. Under a unit root the changes are cleaned and summed again.
    """
    working = difference(series) if momentum.unit_root else series
    spread = robust_spread(_innovations(working, momentum.phi))
    if spread <= 0:
        return series, 0
    cleaned, n_clipped = _filter_clean(working, momentum.phi, bound=limit * spread)
    if not momentum.unit_root:
        return cleaned, n_clipped
    summed = series.copy()
    for row in np.flatnonzero(np.isfinite(cleaned)):
        summed[row] = summed[row - 1] + cleaned[row]
    return summed, n_clipped


def _innovations(working: Floats, phi: Floats) -> Floats:
    """AR prediction errors; NaN where the past is not complete."""
    order = len(phi)
    errors = working.copy()
    for lag in range(1, order + 1):
        errors[lag:] -= phi[lag - 1] * working[:-lag]
    errors[:order] = np.nan
    return errors


def _filter_clean(working: Floats, phi: Floats, *, bound: float) -> tuple[Floats, int]:
    """Values rebuilt from clipped innovations; the first values of a stretch are left as they are."""
    cleaned, order, n_clipped = working.copy(), len(phi), 0
    backwards = phi[::-1]
    for row in range(order, len(working)):
        past = cleaned[row - order : row]
        if not (np.isfinite(working[row]) and np.isfinite(past).all()):
            continue
        expected = float(backwards @ past)
        surprise = working[row] - expected
        if abs(surprise) > bound:
            cleaned[row] = expected + np.copysign(bound, surprise)
            n_clipped += 1
    return cleaned, n_clipped


def calm_spikes(X: Floats, kpi_surprise: Floats, *, lags: Sequence[int], limit: float) -> tuple[Floats, NDArray[np.intp]]:
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
    calmed : ndarray, shape (n, m)
    n_calmed : ndarray of int, shape (m,)
        A campaign, count or state (`few_values`) is never touched: its large values are its content.
    """
    calmed, n_calmed = X.copy(), np.zeros(X.shape[1], dtype=np.intp)
    for column in range(X.shape[1]):
        series = X[:, column]
        present = np.isfinite(series)
        if not present.any() or few_values(series):
            continue
        local = ndimage.median_filter(np.where(present, series, np.nanmedian(series)), size=5, mode="nearest")
        off = np.where(present, series - local, 0.0)
        spikes = np.abs(off) > limit * robust_spread(off[present])
        if 20 * spikes.sum() > present.sum():  # more than one in twenty is no outlier but how the lead behaves
            continue
        if not spikes.any() or _answered(spikes, kpi_surprise, lags):
            continue
        calmed[spikes, column] = local[spikes]
        n_calmed[column] = int(spikes.sum())
    return calmed, n_calmed


def _answered(spikes: NDArray[np.bool_], kpi_surprise: Floats, lags: Sequence[int]) -> bool:
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
