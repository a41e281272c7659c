"""A series rebuilt from clipped innovations: no outlier is carried on by the series' own momentum."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.noise.momentum import ar_errors

__all__ = ["filter_cleaned"]

#: Share of the largest value that rounding can move an innovation by, and far more.
_ROUNDING = 1e-12


def filter_cleaned(working: Floats, phi: Floats, *, bound: float) -> tuple[Floats, int]:
    """Values rebuilt from clipped innovations, and how many were clipped; the first values of a stretch are left as they are.

    Filter cleaning (Masreliez & Martin 1977): each value is predicted from the cleaned past, and what it adds is kept within
    `bound`.
    """
    cleaned, order, n_clipped = working.copy(), len(phi), 0
    backwards, touched = phi[::-1], -1
    # where nothing was clipped in the past of a row, its innovation is the plain one: most are told at once to be small
    rounding = _ROUNDING * (1.0 + np.abs(phi).sum()) * np.fmax.reduce(np.abs(working), initial=0.0)
    large = np.abs(ar_errors(working, phi)) > bound - rounding
    for row in range(max(order, int(large.argmax())), len(working) if large.any() else 0):
        if not large[row] and row > touched:
            continue
        past = cleaned[row - order : row]
        if not (np.isfinite(working[row]) and np.isfinite(past).all()):
            continue
        expected = float(backwards @ past)
        surprise = working[row] - expected
        if abs(surprise) > bound:
            cleaned[row] = expected + np.copysign(bound, surprise)
            n_clipped, touched = n_clipped + 1, row + order
    return cleaned, n_clipped
