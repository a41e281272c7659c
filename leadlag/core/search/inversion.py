"""The effects that the statistic of a search does not reject: the interval that belongs to a verdict."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.search.scan import Scan

__all__ = ["critical_statistic", "kept_effects"]

#: How far, relative to it, a critical statistic stays from the one observed where rounding could put it on the wrong side.
_APART = 1e-9
#: Sums of squares that differ by this share are the same.
_SAME = 1e-12


def critical_statistic(found: Scan, *, pvalue: float, log_pvalue: float) -> float:
    """The statistic of a scan of one lead that would just have had this p.

    Parameters
    ----------
    found : Scan
    pvalue : float
        At which the lead would just have been chosen.
    log_pvalue : float
        Log p by which it was chosen or not; larger than that of the statistic where another model decided.

    Notes
    -----
    Where another model decided (without the KPI's level shift, or beside the lead's value of the same period), the critical
    statistic stands to the observed one as those of the two p do. So the observed one is larger exactly if the p is smaller.
    """
    observed = float(found.statistic[0])
    at, decided = (float(found.tail.threshold(p)[0]) for p in (pvalue, float(np.exp(log_pvalue))))
    # far out, a p has no digits and its statistic is infinite: then the observed one decided
    critical = at * observed / decided if 0 < decided < np.inf else min(at, observed)
    if log_pvalue <= np.log(pvalue):
        return min(critical, observed * (1.0 - _APART))
    return max(critical, observed * (1.0 + _APART))


def kept_effects(
    columns: Floats, weights: Floats, kpi: Floats, effects: Floats, *, best: int, critical: float, df: int
) -> tuple[float, float]:
    """Smallest and largest effect that the largest weighted |t| over all columns does not reject.

    Parameters
    ----------
    columns : ndarray, shape (n, s)
        Filtered columns of one lead, less the base, each of length 1.
    weights : ndarray, shape (s,)
        Weight of each column's t in the search.
    kpi : ndarray, shape (n,)
        Filtered KPI, less the base.
    effects : ndarray, shape (s,)
        Effect of each column per unit of its coefficient; NaN for one that has none of one sign, which is not told.
    best : int
        The column that fits best.
    critical : float
        The statistic beyond which an effect is rejected.
    df : int

    Returns
    -------
    low, high : float
        Without zero exactly if the largest weighted |t| of the KPI is above `critical`.

    Notes
    -----
    A pair of column c and coefficient b is kept if nothing is found in ``kpi - b c``: no column reaches the critical statistic.
    For column k that is ``w^2 (g_k - b G_kc)^2 <= s (E - 2 b g_c + b^2)`` with ``g = columns'kpi``, ``G = columns'columns``,
    ``E = kpi'kpi`` and s the critical share, a parabola in b. If the true effect is that of a column, its pair is rejected with
    the p of the critical statistic, whatever the others are. Pairs with the sign of the best column are told, and all of them
    where zero is kept. Where no pair is kept, the lags act in no shape searched, and the ends are those at which the best column
    alone reaches the critical statistic.
    """
    share = critical**2 / (max(df, 1) + critical**2)
    score, gram, total = columns.T @ kpi, columns.T @ columns, float(kpi @ kpi)
    square, zero_is_kept = weights * weights, bool((np.square(weights * score) <= share * total * (1.0 + _SAME)).all())
    upward, ends = score[best] * effects[best] > 0, [0.0] if zero_is_kept else []
    for c in np.flatnonzero(np.isfinite(effects) & (effects != 0)).tolist():
        allowed = (-np.inf, np.inf)
        if not zero_is_kept:
            allowed = (0.0, np.inf) if (effects[c] > 0) == upward else (-np.inf, 0.0)
        kept = _extent(
            square * gram[c] ** 2 - share, share * score[c] - square * score * gram[c], square * score**2 - share * total,
            allowed=allowed,
        )  # fmt: skip
        ends += [float(effects[c] * end) for end in kept if end or zero_is_kept]
    if not ends:
        own = min(share / square[best], 1.0 - np.finfo(float).eps)
        reach = np.sqrt(own / (1.0 - own) * max(total - score[best] ** 2, 0.0))
        ends = [float(effects[best] * (score[best] - reach)), float(effects[best] * (score[best] + reach))]
    return min(ends), max(ends)


def _extent(a: Floats, half: Floats, c: Floats, *, allowed: tuple[float, float]) -> tuple[float, ...]:
    """Smallest and largest b within some bounds at which no parabola ``a b^2 + 2 half b + c`` is above zero; empty for none.

    One that opens upwards keeps what lies between its roots, one that opens downwards what does not.
    """
    upwards, apart = a > 0, half * half - a * c
    if (upwards & (apart < 0)).any():
        return ()
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = np.sort((-half + np.array([[-1.0], [1.0]]) * np.sqrt(np.maximum(apart, 0.0))) / a, axis=0)
    low, high = max(allowed[0], roots[0, upwards].max(initial=-np.inf)), min(allowed[1], roots[1, upwards].min(initial=np.inf))
    left, right = roots[:, ~upwards & (apart > 0) & np.isfinite(roots).all(axis=0)]
    for place in np.argsort(left, kind="stable"):
        if left[place] < low < right[place]:
            low = right[place]
    for place in np.argsort(-right, kind="stable"):
        if left[place] < high < right[place]:
            high = left[place]
    return (float(low), float(high)) if low <= high else ()
