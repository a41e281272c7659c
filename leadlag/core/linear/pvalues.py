"""The p and the interval of one estimate with its standard error, by Student's t or the normal distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from leadlag._validation import as_real
from leadlag.core.arrays import Floats

__all__ = ["interval", "t_values", "two_sided"]


def t_values(estimate: ArrayLike, bse: ArrayLike) -> Floats:
    """Estimates in standard errors; infinite where there is an effect without error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.asarray(estimate, dtype=np.float64) / np.asarray(bse, dtype=np.float64))


def two_sided(tvalues: ArrayLike, *, df: ArrayLike | None = None) -> Floats:
    """Two-sided p of each t, by Student's t with `df` degrees of freedom, or by the normal distribution.

    Examples
    --------
    >>> two_sided([0.0, 1.96]).round(2).tolist(), two_sided(2.0, df=10.0).round(3).item()
    ([1.0, 0.05], 0.073)
    """
    further = -np.abs(np.asarray(tvalues, dtype=np.float64))
    return np.asarray(2.0 * (special.ndtr(further) if df is None else special.stdtr(df, further)))


def interval(estimate: ArrayLike, bse: ArrayLike, *, df: float, alpha: Any) -> Floats:
    """Intervals that miss with probability `alpha` by Student's t, shape (k, 2).

    Parameters
    ----------
    estimate, bse : array_like, shape (k,)
    df : float
        Degrees of freedom.
    alpha : float
        Tail, as a user gave it.

    Returns
    -------
    ndarray

    Raises
    ------
    UsageError
        If `alpha` is not between 0 and 1.
    """
    tail = as_real(alpha, "alpha", low=0.0, high=1.0)
    middle, error = np.asarray(estimate, dtype=np.float64), np.asarray(bse, dtype=np.float64)
    margin = special.stdtrit(df, 1.0 - tail / 2.0) * error
    return np.column_stack([middle - margin, middle + margin])
