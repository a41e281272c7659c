"""Values that stand for "missing": repeated, and far from all others."""

from __future__ import annotations

import numpy as np

from leadlag.core.arrays import Floats

__all__ = ["sentinels", "sentinels_each"]


#: Times that a value stands for missing, at least, and the share of all values that it may have at most.
_FEWEST, _MOST_SHARE = 3, 0.4
#: Distinct other values without which a column is a state or a campaign.
_OTHERS = 10
#: Distance from all others, in ranges of the others: for values that programs write for missing ones, and for a negative among
#: positive ones. Any other value, however far, may be a campaign that is always of one size.
_KNOWN_GAP, _GAP = 0.5, 2.0
#: The limits of whole numbers of 16, 32 and 64 bits, and what netCDF fills gaps with, besides repeated nines and eights.
_LIMITS = frozenset(
    {
        32767.0,
        -32768.0,
        65535.0,
        2147483647.0,
        -2147483648.0,
        4294967295.0,
        9223372036854775807.0,
        -9223372036854775808.0,
        9.969209968386869e36,
    }
)


def sentinels(values: Floats) -> tuple[float, ...]:
    """Values of a column that stand for missing ones.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN where missing.

    Returns
    -------
    tuple of float
        In rising order; zero is never one.

    Examples
    --------
    >>> sentinels(np.array([*range(40, 60), -999.0, -999.0, 41.5, -999.0]))
    (-999.0,)
    """
    present = values[np.isfinite(values)]
    distinct, counts = np.unique(present, return_counts=True)
    repeated = [
        float(value) for value, count in zip(distinct, counts, strict=True)
        if value != 0 and _FEWEST <= count <= _MOST_SHARE * len(present)
    ]  # fmt: skip
    outer = [value for value in repeated if value in (distinct[0], distinct[-1]) or _written_as_missing(value)]
    others = distinct[~np.isin(distinct, outer)]
    found: list[float] = []
    while outer and len(others) >= _OTHERS:
        with np.errstate(over="ignore"):  # nothing is far from values that span all numbers
            spread = float(np.ptp(others))
        far = [value for value in outer if _is_far(value, others, spread)]
        if set(far) == set(outer):
            found = outer
            break
        outer = far  # the rest are values like the others
        others = distinct[~np.isin(distinct, outer)]
    return tuple(sorted(found))


def sentinels_each(X: Floats) -> dict[int, tuple[float, ...]]:
    """Those of each column of (n, m) that has any."""
    ordered, again = np.sort(X, axis=0), _FEWEST - 1
    repeated = np.flatnonzero((ordered[again:] == ordered[: len(X) - again]).any(axis=0))
    return {j: found for j in repeated.tolist() if (found := sentinels(X[:, j]))}


def _is_far(value: float, others: Floats, spread: float) -> bool:
    """Whether a repeated value is too far from all others to be one of them."""
    with np.errstate(over="ignore"):
        gap = float(np.abs(others - value).min())
    if _written_as_missing(value):
        return gap > _KNOWN_GAP * spread > 0
    return bool(value < 0 < others.min()) and gap > _GAP * spread > 0


def _written_as_missing(value: float) -> bool:
    """Whether programs write missing values so: -999, 9999.0, -99.99, 1e20, the limits of whole numbers."""
    digits = f"{abs(value):g}".replace(".", "") if abs(value) < 1e5 else f"{abs(value):.0f}"
    repeated = (len(digits) >= 2 and set(digits) == {"9"}) or (len(digits) >= 3 and set(digits) == {"8"})
    return repeated or value in _LIMITS or (abs(value) >= 1e9 and f"{abs(value):.15e}".startswith("1.000000000000000"))
