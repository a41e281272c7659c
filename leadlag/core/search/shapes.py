"""Lag shapes: the ways in which a lead may act on the KPI, each as a weight over the lags.

A shape with start k gives its largest weight to lag k, so the start is the peak of the profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import signal

from leadlag.core.arrays import Flags, Floats
from leadlag.core.noise.momentum import Momentum
from leadlag.core.time.lags import difference, lag_tensor

__all__ = [
    "BLOCK", "HUMP", "NONLINEAR", "SIZING", "STANDARD", "Response", "Shape", "acting_part", "answers_to_a_rise", "backcast",
    "carried", "feedback", "first_autocorrelation", "lead_columns", "search_weights", "total_weights",
]  # fmt: skip

Response = Literal["linear", "square", "above", "below"]

#: Share of a decay's weight that may fall on missing values before the row is masked.
_MOST_MISSING = 0.10
#: What acts is left to the linear shapes if it correlates with the lead itself beyond this: any response to zeros and ones does.
_SAME = 0.98


#: What of a lead acts, in words.
_ACTING: Mapping[Response, str] = {
    "linear": "",
    "square": " of its square, so that rises and falls act alike",
    "above": " of what lies above its mean",
    "below": " of what lies below its mean",
}


@dataclass(frozen=True)
class Shape:
    """A family of weights over the lags, moved along them by its start.

    Parameters
    ----------
    kind : {"point", "hump", "decay", "momentum", "block"}
        All weight on one lag; weights that rise to it and fall from it over two lags on either side; weights ``rate^j``
        at start + j; the weights of the KPI's own momentum, by which an effect at the start is carried on; or the mean over as
        many of a lead's own lags as one period of the KPI holds, which is another shape for a lead seen more often only.
    rate : float
        Decay per period of the KPI.
    response : {"linear", "square", "above", "below"}
        What of the lead acts: its value, its square about the mean, or only what lies above or below the mean.
    """

    kind: Literal["point", "hump", "decay", "momentum", "block"]
    rate: float = 0.0
    response: Response = "linear"

    @property
    def label(self) -> str:
        """The shape in words."""
        words = {"point": "single lag", "hump": "rise and fall over five lags", "momentum": "carried by the KPI's momentum"}
        words |= {"block": "mean over one period of the KPI"}
        return words.get(self.kind, f"decay of {self.rate:g} a period") + _ACTING[self.response]


#: The shapes that every lead is searched for.
STANDARD: tuple[Shape, ...] = (Shape("point"), Shape("momentum"), Shape("decay", 0.5), Shape("decay", 0.8), Shape("hump"))
#: Those over which the long-run effect of a chosen lead is averaged: a rate between two of the search has a sum between theirs.
SIZING: tuple[Shape, ...] = (*STANDARD[:2], *(Shape("decay", rate) for rate in (0.35, 0.5, 0.65, 0.8, 0.88)), Shape("hump"))
#: What a lead seen more often than the KPI is searched for beside them: with it alone nothing is lost to plain aggregation.
BLOCK = Shape("block")
#: Those that are searched beside them where effects need not be linear.
NONLINEAR: tuple[Shape, ...] = tuple(Shape("point", response=response) for response in ("square", "above", "below"))

#: Weights of a hump by their distance from its peak; none falls on lag 0 or the future.
HUMP = {-2: 0.25, -1: 0.75, 0: 1.0, 1: 0.75, 2: 0.25}


#: Weight of a t value in the search: a single lag is what most effects are, so another shape has to fit better to count.
#: Found of three leads among twenty at weights .90, .95, 1: point effects .80, .80, .78; at 72 rows .66, .63, .61; geometric .65,
#: .69, .70; delayed peak .51, .58, .60 (80 draws).
_SPREAD_OUT = 0.95


def search_weights(shapes: Sequence[Shape], *, n_lags: int) -> Floats:
    """Weight of the t value of every column of a lead in its largest, shape (len(shapes) * n_lags,)."""
    single = [shape.kind == "point" for shape in shapes]
    return np.repeat(np.where(single, 1.0, _SPREAD_OUT), n_lags)


def total_weights(shapes: Sequence[Shape], momentum: Momentum, lags: Sequence[int], *, most: float) -> Floats:
    """Sum of the weights over all lags, the one at the start being one, at most `most`; shape (len(shapes) * len(lags),)."""
    return np.array([min(_total_weight(shape, momentum, start=lag), most) for shape in shapes for lag in lags])


def _total_weight(shape: Shape, momentum: Momentum, *, start: int) -> float:
    if shape.kind == "hump":
        return sum(weight for away, weight in HUMP.items() if start + away >= 1)
    left = 1.0
    if shape.kind == "decay":
        left = 1.0 - shape.rate
    elif shape.kind == "momentum":
        left = 1.0 - float(momentum.phi.sum())
    return 1.0 / left if left > 0 else np.inf


def answers_to_a_rise(X: Floats, shapes: Sequence[Shape], *, n_lags: int, unit_root: bool) -> Floats:
    """What a rise of each lead by one changes in each column, shape (m, len(shapes) * n_lags)."""
    rises = [_answer_to_a_rise(X, shape.response, unit_root=unit_root) for shape in shapes]
    return np.repeat(np.column_stack(rises), n_lags, axis=1)


def lead_columns(X: Floats, *, lags: Sequence[int], shapes: Sequence[Shape], momentum: Momentum) -> Floats:
    """Regressors of every lead, shape and start, before the KPI's noise filter.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        Centred leads; NaN where missing.
    lags : sequence of int
        Starts, in periods.
    shapes : sequence of Shape
    momentum : Momentum
        Gives the weights of the shape that the KPI's momentum carries on.

    Returns
    -------
    ndarray, shape (n, m, len(shapes), len(lags))
        NaN where a value that the column needs is missing. Rows before a lead's first value are missing; lags
        that reach before it take its backcast (see `backcast`), so that the first rows are not lost.
    """
    reach = max(lags) + max(HUMP)
    columns = np.empty((*X.shape, len(shapes), len(lags)))
    for response in dict.fromkeys(shape.response for shape in shapes):
        padded, begins, rho = backcast(acting_part(X, response, unit_root=momentum.unit_root), reach)
        for place, shape in enumerate(shapes):
            if shape.response != response:
                continue
            if shape.kind == "block":
                columns[:, :, place] = np.nan  # of a lead with the KPI's own periods it is the single lag once more
                continue
            if shape.kind == "hump":
                lagged = _humps(padded, lags)[reach:]
            else:
                lagged = lag_tensor(carried(padded, feedback(shape, momentum), rho), lags)[reach:]
            columns[:, :, place] = np.where(begins[:, :, None], lagged, np.nan)
    return columns


def _answer_to_a_rise(X: Floats, response: Response, *, unit_root: bool) -> Floats:
    """Change of what acts on the KPI after a rise of each lead by one, as a mean over the periods; shape (m,).

    One for a linear response. Where only a part of the lead acts, a rise counts as far as it lies in that part: the mean over
    the periods is what a rise does that comes at any time.
    """
    if response == "linear":
        return np.ones(X.shape[1])
    moved = _centred(difference(X) if unit_root else X)
    known = np.isfinite(moved)
    risen = np.where(known, _act(moved + 1.0, response) - _act(moved, response), 0.0)
    return np.asarray(risen.sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _act(moved: Floats, response: Response) -> Floats:
    """What of a lead's values, counted from their mean, acts on the KPI."""
    if response == "square":
        return moved * moved
    return np.maximum(moved, 0.0) if response == "above" else np.minimum(moved, 0.0)


def acting_part(X: Floats, response: Response, *, unit_root: bool) -> Floats:
    """What of the leads acts on the KPI, centred; missing altogether where it is the lead itself once more.

    Under a unit root it is the changes that act, and they are summed up again: a level that wanders has no mean from which
    rises and falls could be told.
    """
    if response == "linear":
        return X
    moved = _centred(difference(X) if unit_root else X)
    acting = _centred(_act(moved, response))
    zeroed, beside = np.nan_to_num(acting), np.nan_to_num(moved)
    size = np.sqrt((zeroed**2).sum(axis=0) * (beside**2).sum(axis=0))
    new = np.abs((zeroed * beside).sum(axis=0)) < _SAME * size
    return np.where(np.isfinite(X) & new, np.cumsum(zeroed, axis=0) if unit_root else acting, np.nan)


def _centred(values: Floats) -> Floats:
    """Columns less their mean over the rows that have one."""
    known = np.isfinite(values)
    return values - np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _humps(padded: Floats, lags: Sequence[int]) -> Floats:
    """Sums of neighbouring lags with the weights of a hump."""
    total = np.zeros((*padded.shape, len(lags)))
    for away, weight in HUMP.items():
        inside = [place for place, lag in enumerate(lags) if lag + away >= 1]
        total[:, :, inside] += weight * lag_tensor(padded, [lags[place] + away for place in inside])
    return total


def feedback(shape: Shape, momentum: Momentum) -> Floats:
    """Coefficients by which a shape carries its own past on: ``d_t = x_t + a_1 d_{t-1} + a_2 d_{t-2} ...``."""
    if shape.kind == "momentum":
        return momentum.phi
    return np.array([shape.rate]) if shape.kind == "decay" else np.zeros(0)


def backcast(X: Floats, reach: int) -> tuple[Floats, Flags, Floats]:
    """Leads with `reach` more values before the first one, the rows from the first value on, and rho.

    The value j periods before the first is ``rho^j`` times it, with rho the lead's first autocorrelation: the
    best guess of an AR(1), the mean for white noise and the first value itself for a random walk. Any such
    guess leaves the size of a test unchanged, since it is made from the lead alone.
    """
    present = np.isfinite(X)
    first = np.where(present.any(axis=0), present.argmax(axis=0), len(X))
    padded = np.concatenate([np.full((reach, X.shape[1]), np.nan), X])
    rho = first_autocorrelation(X)
    for column in np.flatnonzero(first < len(X)):
        start = first[column] + reach
        padded[start - reach : start, column] = X[first[column], column] * rho[column] ** np.arange(reach, 0, -1)
    begins = np.arange(len(X))[:, None] >= first[None, :]
    return padded, begins, rho


def first_autocorrelation(X: Floats) -> Floats:
    """First autocorrelation of each centred column, between 0 and 1; 1 for one that can hardly be told from a random walk."""
    filled = np.where(np.isfinite(X), X, 0.0)
    square = (filled**2).sum(axis=0)
    rho = np.clip((filled[1:] * filled[:-1]).sum(axis=0) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    return np.where(rho > 1.0 - 10.0 / max(len(X), 11), 1.0, rho)


def carried(padded: Floats, own_past: Floats, rho: Floats) -> Floats:
    """Leads carried on by a recursion; missing where missing values would carry too much of the weight."""
    if not len(own_past):
        return padded
    missing = ~np.isfinite(padded)
    filled = np.where(missing, 0.0, padded)
    polynomial = np.r_[1.0, -own_past]
    # the backcast goes on before the first row: a recursion that began there would jump where the lead does not
    first, every = (~missing).argmax(axis=0), np.arange(padded.shape[1])
    settled = filled[first, every] / np.polyval(polynomial[::-1], rho)
    for step in range(len(own_past)):
        filled[first + step, every] += settled * np.polyval(np.r_[own_past[step:][::-1], 0.0], rho)
    total = signal.lfilter([1.0], polynomial, filled, axis=0)
    gap = missing & ~np.logical_and.accumulate(missing, axis=0)  # rows before the backcast are no gap
    if not gap.any():
        return np.asarray(total)
    weight = np.abs(signal.lfilter([1.0], polynomial, np.eye(len(padded), 1)[:, 0]))
    lost = signal.lfilter(weight / weight.sum(), [1.0], gap.astype(float), axis=0)
    return np.where(lost > _MOST_MISSING, np.nan, total)
