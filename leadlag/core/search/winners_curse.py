"""The winner's curse: an effect that was reported because its t was large is too large on average."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

__all__ = ["after_selection"]

#: How far from the observed t the true one is looked for.
_REACH = 12.0
#: Places at which the least chance is looked for where one sign alone is chosen.
_STEPS = 97


def after_selection(
    t: float, *, threshold: float, df: float, level: float, one_sided: bool = False
) -> tuple[float, float, float]:
    """Estimate and interval of a true t value, given that the observed one passed a threshold.

    Parameters
    ----------
    t : float
        Observed t. One below `threshold` was not chosen by it, and is not corrected.
    threshold : float
        Least absolute t at which the lead would have been chosen.
    df : float
        Degrees of freedom.
    level : float
        Confidence level of the interval.
    one_sided : bool
        Whether it would have been chosen with the sign of `t` only.

    Returns
    -------
    estimate, low, high : float
        The median-unbiased estimate and the equal-tailed interval of the true t.

    Notes
    -----
    With T = mu + Student's t, the distribution of T given ``|T| >= c`` is the truncated one; the estimate and the ends of
    the interval are the mu at which the observed T is its median and its quantiles ``(1 +- level) / 2``, so that each holds
    *given that the lead was found* (Zhong & Prentice 2008, Biostatistics 9:621; Fithian, Sun & Taylor 2014). The
    estimate keeps the sign of t and at least a tenth of it. Where one sign alone is chosen, given is ``T >= c``.

    Examples
    --------
    >>> [round(number, 1) for number in after_selection(3.6, threshold=3.4, df=140.0, level=0.90)]
    [0.4, -0.3, 4.6]
    >>> [round(number, 1) for number in after_selection(9.0, threshold=3.4, df=140.0, level=0.90)]
    [9.0, 7.3, 10.7]
    """
    size, chosen = abs(t), threshold <= abs(t)
    edge = threshold if chosen else 0.0

    def above(mu: float) -> float:
        """Chance of a T beyond the observed one, given that it passed."""
        # both are far from underflow, since mu is looked for near the observed T
        if one_sided:
            return float(special.stdtr(df, mu - size) / (special.stdtr(df, mu - edge) if chosen else 1.0))
        return float(special.stdtr(df, mu - size) / (special.stdtr(df, mu - edge) + special.stdtr(df, -edge - mu)))

    def solve(chance: float) -> float:
        """The mu at which that chance has this value; it grows with mu from -reach on."""
        low, high = begin, size + _REACH
        if above(low) >= chance:
            return low
        return float(optimize.brentq(lambda mu: above(mu) - chance, low, high, xtol=1e-6))

    begin = size - _REACH
    if one_sided and chosen:  # far below the threshold Student's tails make it rise again
        begin = min(np.linspace(begin, size, _STEPS).tolist(), key=above)
    half = (1.0 - level) / 2.0
    estimate, low, high = max(solve(0.5), 0.1 * size), solve(half), solve(1.0 - half)
    return (estimate, low, high) if t >= 0 else (-estimate, -high, -low)
