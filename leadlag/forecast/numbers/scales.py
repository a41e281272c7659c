"""The scale on which a KPI is forecast: an amount, a share or a count keeps to what it can be by its own scale.

An interval that is made on the scale and taken back never leaves what the KPI can be, and nothing is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from leadlag.core.arrays import Floats

__all__ = ["KpiScale", "ScaleKind", "likely_scale"]

ScaleKind = Literal["level", "log", "logit", "sqrt"]

#: Added to a count before its square root, by which its variance is nearly the same for any mean (Anscombe 1948).
_ANSCOMBE = 0.375
#: Counts with a mean below this are forecast as counts: above it the normal law is near enough.
_SMALL = 30.0
#: A share whose median is within this of the upper end is one, even if nothing says so.
_NEAR = 0.2


@dataclass(frozen=True, kw_only=True)
class KpiScale:
    """One scale, and the way back.

    Parameters
    ----------
    kind : {"level", "log", "logit", "sqrt"}
        The level itself; log of an amount above zero; log odds of a share; square root of a count.
    top : float
        Upper end of a share: 1, or 100 for per cent.
    unit : float
        Units of the KPI in one unit of the level; 1 for the other kinds.
    """

    kind: ScaleKind = "level"
    top: float = 1.0
    unit: float = 1.0

    def of(self, values: Floats) -> Floats:
        """Values of the KPI on the scale; NaN for one that cannot be on it."""
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.kind == "log":
                found = np.where(values > 0, np.log(np.where(values > 0, values, 1.0)), np.nan)
            elif self.kind == "logit":
                found = special.logit(np.where((values > 0) & (values < self.top), values / self.top, np.nan))
            elif self.kind == "sqrt":
                found = np.sqrt(np.where(values >= 0, values, np.nan) + _ANSCOMBE)
            else:
                found = values / self.unit
        return np.asarray(found, dtype=np.float64)

    def back(self, working: Floats) -> Floats:
        """Values of the KPI from those on the scale; a count below the root's own end is none."""
        if self.kind == "log":
            return np.asarray(np.exp(np.minimum(working, np.log(np.finfo(float).max) - 1.0)))
        if self.kind == "logit":
            return np.asarray(self.top * special.expit(working))
        if self.kind == "sqrt":
            return np.asarray(np.maximum(np.square(np.maximum(working, 0.0)) - _ANSCOMBE, 0.0))
        return np.asarray(working * self.unit)

    def log_slope(self, values: Floats) -> Floats:
        """Log of the scale's derivative at each value, by which likelihoods on two scales can be compared."""
        if self.kind == "log":
            return np.asarray(-np.log(values))
        return np.full(np.shape(values), -np.log(self.unit))


def likely_scale(values: Floats, *, unit: float, share: float | None) -> KpiScale:
    """The scale that the kind of numbers asks for: of a share, of small counts, else the level.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN where missing.
    unit : float
        Units of the KPI in one unit of the level.
    share : float, optional
        Upper end of a share, where it is known that the KPI is one.
    """
    known = values[np.isfinite(values)]
    top = share
    if top is None and len(known) and known.max() < 1.0 and np.median(known) > 1.0 - _NEAR and known.min() > 0.0:
        top = 1.0
    if top is not None and len(known) and known.min() > 0.0 and known.max() < top:
        return KpiScale(kind="logit", top=top)
    whole = len(known) > 0 and known.min() >= 0.0 and bool((known == np.round(known)).all())
    if whole and known.mean() < _SMALL and len(np.unique(known)) > 2:
        return KpiScale(kind="sqrt")
    return KpiScale(unit=unit)
