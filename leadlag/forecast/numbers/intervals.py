"""Intervals: the model's own spread, its size corrected by how large past errors were beside it.

A score is the error of a past forecast over the spread that the model gave it then. Scores of all horizons have the same law
where the model is right, and lend each other strength where it is not. Two corrections follow, both finite whatever comes:

* volatility: how large one-step errors are now, by the mean of their squares since their size last changed. When that was is not
  known: means since each row are mixed by the chance that it was there, given the scores (Adams & MacKay 2007, arXiv 0710.3742);
* law: a Student t of the scores over the volatility of their time. Its degrees of freedom are averaged over a grid by their
  likelihood for all horizons, its scale is that of each horizon, drawn towards the model's own and that of all horizons. Scores
  h steps ahead overlap, and 1 + 2 (h - 1) / 3 of them count as one.

Order statistics of the scores (split conformal, DtACI) and trackers of their quantiles (conformal PID, AcMCP) made intervals that
are worse by their score where the model is right, and by score or coverage after a change (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from leadlag.core.arrays import Flags, Floats, Ints

__all__ = ["Calibration", "Law", "calibrated", "calibrated_before", "volatility_path"]

#: Chance that the size of errors changes at a row, and the most degrees of freedom of the law by which a mean is judged.
_CHANGE, _DF = 0.01, 20.0
#: Scores that weigh as much as the model's own spread in the mean of all, and in a mean that begins later.
_OWN, _NEW = 80.0, 3.0
#: Scores that weigh as much as a horizon's own: those of the model's own spread, and those of all horizons.
_PRIOR, _POOLED = 20.0, 40.0
#: Degrees of freedom that are compared, and the one that is as likely as any before there are scores.
_GRID, _LIKELY = np.array([3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 30.0, 100.0]), 15.0
#: Rounds in which a scale is found.
_ROUNDS = 6
#: Levels whose quantiles decide the law.
_LEVELS = (0.8, 0.95)
#: Smallest degrees of freedom, and bounds of what scores may make of the model's own spread.
_FEWEST_DF, _LEAST, _MOST = 2.5, 0.25, 8.0
#: A score beyond this, in units of the volatility, counts as this in it; and the largest that is computed with.
_LARGEST, _HUGE = 6.0, 1e6


@dataclass(frozen=True, kw_only=True)
class Law:
    """The law of an error over the model's own spread: a Student t.

    Parameters
    ----------
    scale, df : float
    capped : bool
        Whether its size was bounded.
    """

    scale: float
    df: float
    capped: bool

    def quantiles(self, probability: ArrayLike) -> Floats:
        """Errors that are exceeded with one less each chance."""
        return self.scale * _t_quantiles(np.asarray(self.df), np.asarray(probability, dtype=np.float64))

    def probabilities(self, errors: ArrayLike) -> Floats:
        """Chance of an error of at most each."""
        return np.asarray(special.stdtr(self.df, np.asarray(errors, dtype=np.float64) / self.scale))


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """What past errors make of the model's own spread; s steps.

    Parameters
    ----------
    volatility : float
        Size of errors now, beside the model's own.
    factor : ndarray, shape (s,)
        Spread of scores over volatility at each step.
    df : ndarray, shape (s,)
        Degrees of freedom of their law.
    capped : ndarray of bool, shape (s,)
        Whether the correction was so large or so small that it was bounded.
    n_scores : int
        Past one-step forecasts behind it.
    """

    volatility: float
    factor: Floats
    df: Floats
    capped: Flags
    n_scores: int

    def at(self, step: int) -> Law:
        """The law at one step; beyond the last that of the last."""
        place = self._place(step)
        return Law(scale=self.volatility * float(self.factor[place]), df=float(self.df[place]), capped=bool(self.capped[place]))

    def _place(self, step: ArrayLike) -> Ints:
        return np.minimum(step, len(self.factor) - 1)

    def capped_at(self, steps: Ints) -> Flags:
        """`Law.capped` of several steps at once."""
        return np.asarray(self.capped[self._place(steps)])

    def quantiles(self, steps: Ints, probability: ArrayLike) -> Floats:
        """`Law.quantiles` of several steps at once, shape (k, p)."""
        place = self._place(steps)
        found = _t_quantiles(self.df[place, None], np.asarray(probability, dtype=np.float64))
        return self.volatility * self.factor[place, None] * found


def volatility_path(scores: Floats) -> Floats:
    """Size of errors beside the model's own, as known before each row and after the last, shape (n + 1,).

    Parameters
    ----------
    scores : ndarray, shape (n,)
        One-step scores in the order of their rows; NaN where there is none.
    """
    weight, total, trust = np.array([_OWN]), np.array([_OWN]), np.zeros(1)
    path = np.empty(len(scores) + 1)
    for row, score in enumerate(np.append(_bounded(scores), np.nan)):
        size = np.maximum(np.sqrt(total / weight), _LEAST)
        path[row] = np.sqrt(float(np.exp(trust) @ np.square(size)))
        if not np.isfinite(score):
            continue
        df = np.minimum(weight, _DF)
        told = _constant(df) - (df + 1.0) / 2.0 * np.log1p(np.square(score / size) / df) - np.log(size)
        trust = np.append(np.log1p(-_CHANGE) + special.log_softmax(trust + told), np.log(_CHANGE))
        square = min(abs(score) / path[row], _LARGEST) ** 2 * path[row] ** 2
        weight, total = np.append(weight + 1.0, _NEW), np.append(total + square, _NEW)
    return path


def calibrated(scores: Floats) -> Calibration:
    """Learn from past scores what to make of the model's own spread.

    Parameters
    ----------
    scores : ndarray, shape (o, s)
        Of the forecasts from o origins, one row apart, s steps; NaN where what came is not known.

    Returns
    -------
    Calibration
    """
    scores = _bounded(scores)
    path = volatility_path(scores[:, 0])
    # what is known at an origin: the one-step scores of the origins before it
    return _calibration(np.square(scores / path[:-1, None]), float(path[-1]))


def calibrated_before(scores: Floats, origins: Iterable[int]) -> list[Calibration]:
    """The same as it was learned at each of some origins, by the scores that were known then.

    Parameters
    ----------
    scores : ndarray, shape (o, s)
    origins : iterable of int
        Among the o.
    """
    scores = _bounded(scores)
    path = volatility_path(scores[:, 0])
    square = np.square(scores / path[:-1, None])
    comes = np.arange(len(scores))[:, None] + np.arange(scores.shape[1]) + 1
    return [_calibration(np.where(comes <= one, square, np.nan)[:one], float(path[one])) for one in origins]


def _calibration(square: Floats, size: float) -> Calibration:
    """From squared scores over the volatility of their time (o, s), and the volatility now."""
    low, high = np.exp(_quantiles(square)).T
    found = [_law(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True)]
    factor, df = np.array([one[0] for one in found]), np.array([one[1] for one in found])
    whole = np.clip(size * factor, _LEAST, _MOST)
    capped = whole != size * factor
    volatility = float(np.clip(size, _LEAST, _MOST))
    n_scores = int(np.isfinite(square[:, 0]).sum())
    return Calibration(volatility=volatility, factor=whole / volatility, df=df, capped=capped, n_scores=n_scores)


def _bounded(scores: Floats) -> Floats:
    """Scores that can be squared; NaN for one of a forecast without any spread."""
    return np.where(np.isfinite(scores), np.clip(scores, -_HUGE, _HUGE), np.nan)


def _quantiles(square: Floats) -> Floats:
    """Logs of the quantiles at `_LEVELS` of the absolute scores over volatility, shape (s, 2)."""
    known = np.isfinite(square)
    square = np.where(known, square, 0.0)
    alone = 1.0 / (1.0 + 2.0 / 3.0 * np.arange(square.shape[1]))
    counts = alone * known.sum(axis=0)
    t = special.stdtrit(_GRID[:, None], 0.5 + np.array(_LEVELS) / 2.0)
    own = np.square(special.ndtri(0.9) / t[:, :1])  # squared scale that has the model's own 80 % quantile
    df = _GRID[:, None]
    scale = np.repeat(own, square.shape[1], axis=1)
    for _ in range(_ROUNDS):  # expectation and maximisation: large scores weigh less
        weighed = ((df + 1.0)[:, None] / (df[:, None] + square / scale[:, None]) * square).sum(axis=1)
        scale = (alone * weighed + _PRIOR * own) / (counts + _PRIOR)
    told = known * (_constant(df)[:, None] - (df[:, None] + 1.0) / 2.0 * np.log1p(square / scale[:, None] / df[:, None]))
    likelihood = (alone * (told.sum(axis=1) - 0.5 * known.sum(axis=0) * np.log(scale))).sum(axis=1)
    share = special.softmax(likelihood - np.abs(np.log(_GRID / _LIKELY)))
    logs = np.log(scale)
    common = (logs @ counts / counts.sum() if counts.any() else logs.mean(axis=1))[:, None]
    drawn = (counts * logs + _POOLED * common) / (counts + _POOLED)
    return np.asarray(np.einsum("g,gsl->sl", share, 0.5 * drawn[:, :, None] + np.log(t)[:, None, :]))


def _t_quantiles(df: Floats, p: Floats) -> Floats:
    """Quantiles of Student's t."""
    found = special.stdtrit(df, p)
    # releases of scipy differ in the ninth digit of the quantile, and not in that of the distribution
    density = np.exp(_constant(df) - (df + 1.0) / 2.0 * np.log1p(np.square(found) / df))
    with np.errstate(invalid="ignore", divide="ignore"):
        nearer = found - (special.stdtr(df, found) - p) / density
    return np.where(np.isfinite(nearer), nearer, found)


def _constant(df: Floats) -> Floats:
    """Log density of Student's t at zero."""
    return np.asarray(special.gammaln((df + 1.0) / 2.0) - special.gammaln(df / 2.0) - 0.5 * np.log(np.pi * df))


def _law(low: float, high: float) -> tuple[float, float]:
    """Scale and degrees of freedom of the t whose absolute value has these 80 and 95 % quantiles."""

    def ratio(df: float) -> float:
        return float(special.stdtrit(df, 0.975) / special.stdtrit(df, 0.9))

    asked, largest = high / low, 1e4
    if asked >= ratio(_FEWEST_DF):
        df = _FEWEST_DF
    elif asked <= ratio(largest):
        df = largest
    else:
        df = float(optimize.brentq(lambda one: ratio(one) - asked, _FEWEST_DF, largest, xtol=1e-6))
    if df in (_FEWEST_DF, largest):  # no t has both: the one nearest to them in logs
        logs = np.log([low / special.stdtrit(df, 0.9), high / special.stdtrit(df, 0.975)])
        return float(np.exp(logs.mean())), df
    return low / float(special.stdtrit(df, 0.9)), df
