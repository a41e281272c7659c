"""The scale on which a KPI is forecast: an amount, a share or a count keeps to what it can be by its own scale.

An interval that is made on the scale and taken back never leaves what the KPI can be, and nothing is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special, stats

from leadlag.core.arrays import Floats
from leadlag.core.noise.momentum import filtered_fit, fit_momentum

__all__ = ["KpiScale", "ScaleKind", "above_zero", "history_likelihood", "likely_scale", "logs_fit_better"]

ScaleKind = Literal["level", "log", "logit", "sqrt"]

#: Added to a count before its square root, by which its variance is nearly the same for any mean (Anscombe 1948).
_ANSCOMBE = 0.375
#: Counts with a mean below this are forecast as counts: above it the normal law is near enough.
_SMALL = 30.0
#: Log likelihood by which logs have to be better than the level, which needs no reason.
_MARGIN = 3.0
#: Degrees of freedom of the law by which the two are judged: one outlier must not decide.
_DF = 5.0
#: Rounds in which its size is found.
_ROUNDS = 25
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


def above_zero(values: Floats) -> bool:
    """Whether every value is above zero, and there is one."""
    known = values[np.isfinite(values)]
    return len(known) > 0 and bool(known.min() > 0.0)


def logs_fit_better(values: Floats, *, level: Floats, log: Floats, max_order: int) -> bool:
    """Whether the own history of an amount above zero is told clearly better in logs (Box & Cox 1964).

    Parameters
    ----------
    values : ndarray, shape (n,)
        All above zero; NaN where missing.
    level, log : ndarray, shape (n, q)
        Constant, trend and season on either scale.
    max_order : int
        Of the autoregression.
    """
    unit = float(np.nanmedian(values))
    told = [
        history_likelihood(values / unit, scale, columns, max_order=max_order)
        for scale, columns in ((KpiScale(kind="log"), log), (KpiScale(), level))
    ]
    return bool(told[0] - told[1] > _MARGIN)


def history_likelihood(values: Floats, scale: KpiScale, columns: Floats, *, max_order: int) -> float:
    """Log likelihood of a KPI's values by its own history on a scale, less one for each coefficient.

    The innovations of an autoregression beside the columns have a Student t of their best size; the scale's slope at each value
    makes likelihoods of different scales comparable.
    """
    y = scale.of(values)
    center, size = float(np.nanmean(y)), float(np.nanstd(y))
    if not size:
        return -np.inf
    y = (y - center) / size
    momentum = fit_momentum(y, columns, max_order=max_order)
    left = filtered_fit(y, columns, momentum)
    errors, rows = left.regression.resid, left.filter_.rows
    square = max(float(np.mean(np.square(errors))), np.finfo(float).tiny)
    for _ in range(_ROUNDS):  # expectation and maximisation: large errors weigh less
        square = float(np.mean((_DF + 1.0) / (_DF + np.square(errors) / square) * np.square(errors)))
    spread = size * np.sqrt(square)
    told = stats.t.logpdf(errors / np.sqrt(square), _DF) - np.log(spread) + scale.log_slope(values[rows])
    return float(told.sum()) - len(momentum.phi) - int(left.regression.kept.sum())
