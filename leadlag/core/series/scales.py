"""Series of extreme size: brought near one by a power of two, which changes no digit, and told where no unit helps."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Flags, Floats

__all__ = ["beyond_numbers", "too_far_apart", "unit_of"]


#: Powers of two within which a series is left as it is: products of four of its values neither overflow nor vanish.
_ORDINARY = 100
#: Powers of two beyond which an effect, or the square of a smaller value, is no number any more.
_BEYOND = 1000
#: Powers of two that are no number when they are squared.
_SQUARED = 500


def unit_of(Z: Floats) -> Floats:
    """The power of two near the largest value of each series of extreme size, and 1 for any other.

    Parameters
    ----------
    Z : ndarray, shape (n,) or (n, m)
        NaN where missing.

    Returns
    -------
    ndarray, shape () or (m,)
        ``Z / unit_of(Z)`` has the same digits, and can be squared.

    Examples
    --------
    >>> unit_of(np.array([[1e-3, 2e9], [4.0, 8e200]])).tolist() == [1.0, 2.0**668]
    True
    """
    power = _power(Z)
    return np.ldexp(1.0, np.where(np.abs(power) > _ORDINARY, power, 0))


def beyond_numbers(Z: Floats) -> Flags:
    """Whether each series is so large, or so near zero, that what comes of it is no number in its unit, shape () or (m,)."""
    return np.asarray(np.abs(_power(Z)) > _BEYOND)


def too_far_apart(y: Floats, x: Floats) -> Flags:
    """Whether no number holds the effect of one unit of each x (n, m) in units of y (n,), and its variance, shape (m,)."""
    return np.asarray(np.abs(_power(y) - _power(x)) > _SQUARED)


def _power(Z: Floats) -> np.ndarray:
    """The power of two just above the largest value of each series, at most 1023; 0 for a series of zeros."""
    sizes = np.where(np.isfinite(Z), np.abs(Z), 0.0)
    return np.minimum(np.frexp(sizes.max(axis=0, initial=0.0))[1], 1023)
