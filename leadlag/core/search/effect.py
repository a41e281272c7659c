"""The size of an effect when its lag shape is not known: an average over the columns that fit about as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from leadlag.core.arrays import Floats
from leadlag.core.search.winners_curse import after_selection

__all__ = ["EffectSize", "averaged_effect"]


#: Columns with less than this share of the weight are left out.
_LEAST_WEIGHT = 0.01
#: A residual variance below this share of the largest gain is rounding.
_EXACT = 1e-12


@dataclass(frozen=True, kw_only=True)
class EffectSize:
    """An effect with its interval."""

    value: float
    low: float
    high: float

    def times(self, unit: float) -> EffectSize:
        """The same in another unit."""
        return EffectSize(value=self.value * unit, low=self.low * unit, high=self.high * unit)


def averaged_effect(
    effect: Floats,
    error: Floats,
    gain: Floats,
    *,
    variance: float,
    threshold: Floats,
    df: float,
    level: float,
    lasting: Floats | None = None,
    prior: Floats | None = None,
    one_sided: bool = False,
) -> EffectSize:
    """Effect of one chosen lead, averaged over its lags and shapes.

    Parameters
    ----------
    effect, error : ndarray, shape (s,)
        Total effect by each column and its standard error; NaN where a column could not be used.
    gain : ndarray, shape (s,)
        Fall of the sum of squares by each column.
    variance : float
        Residual variance of the best model.
    threshold : ndarray, shape (s,)
        Least absolute t of each column at which the lead would have been chosen.
    df : float
    level : float
        Confidence level of the interval.
    lasting : ndarray, shape (s,), optional
        Standard error, relative to the effect, of how long each column's effect lasts; it chose no lead, so it is added after
        the correction.
    prior : ndarray, shape (s,), optional
        Weight of each column before the data speak; all alike if None.
    one_sided : bool
        Whether the lead would have been chosen with this sign only.

    Returns
    -------
    EffectSize

    Notes
    -----
    Each column is a model with the same number of parameters, so its weight is ``exp(gain / (2 s^2))`` (Buckland, Burnham &
    Augustin 1997). The lead was chosen by its best column, so that one is corrected for selection
    (`leadlag.core.search.winners_curse`), and the others by the same share, with the same interval in standard errors; each is
    taken as normal with the spread of its interval; value and interval are the median and quantiles of the mixture. The interval
    of the best column alone covered 54 to 65 % instead of 90 % where the shape was not exactly one of those searched.
    """
    usable = np.flatnonzero(np.isfinite(effect) & (error > 0))
    most = float(gain[usable].max())
    noise = max(variance, _EXACT * most)  # a fit without error would weigh all columns alike
    log_weight = (gain[usable] - most) / (2.0 * noise) if noise > 0 else np.zeros(len(usable))
    weight = np.exp(log_weight) * (1.0 if prior is None else prior[usable])
    heavy = weight >= _LEAST_WEIGHT * weight.max()
    kept, weight = usable[heavy], weight[heavy] / weight[heavy].sum()
    t = effect[kept] / error[kept]
    first = int(np.argmax(gain[kept]))
    if not t[first]:  # the best column does nothing at all, as in the same period beside a fit without error
        reach = float(stats.norm.isf((1.0 - level) / 2.0) * error[kept[first]])
        return EffectSize(value=0.0, low=-reach, high=reach)
    alike = np.sign(t) == np.sign(t[first])  # a column that turns the sign is another answer, not another shape of this one
    kept, weight, t = kept[alike], weight[alike] / weight[alike].sum(), t[alike]
    best = int(np.argmax(gain[kept]))
    estimate, low, high = after_selection(t[best], threshold=threshold[kept[best]], df=df, level=level, one_sided=one_sided)
    found = t[:, None] * (estimate / t[best]) + np.array([0.0, low - estimate, high - estimate])
    unit = float(error[kept].max())  # so that the roots do not depend on the KPI's unit
    middle, lower, upper = (found * error[kept][:, None]).T / unit
    margin = float(stats.norm.isf((1.0 - level) / 2.0))
    spread = np.hypot((upper - lower) / (2.0 * margin), middle * (np.zeros(len(kept)) if lasting is None else lasting[kept]))
    reach = 12.0 * float(spread.max())

    def quantile(share: float) -> float:
        return unit * float(
            optimize.brentq(
                lambda x: float(weight @ special.ndtr((x - middle) / spread)) - share,
                middle.min() - reach,
                middle.max() + reach,
            )
        )

    half = (1.0 - level) / 2.0
    return EffectSize(value=quantile(0.5), low=quantile(half), high=quantile(1.0 - half))
