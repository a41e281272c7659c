"""Intervals: the model's own spread, its size corrected by how large past errors were beside it.

A score is the error of a past forecast over the spread that the model gave it then. Scores of all horizons have the same law
where the model is right, and lend each other strength where it is not. Two corrections follow, both finite whatever comes:

* volatility: how large one-step errors are now, by a discounted mean of their squares. Three rates of forgetting are mixed by how
  well each foretold the scores, discounted, as in the aggregation of experts of Gibbs & Candes (2024, JMLR 25:162, DtACI);
* shape: the law of scores over the volatility of their time, a Student t that has their conformal 80 and 95 % quantiles
  (order statistic ceil((n + 1) p); Vovk et al. 2005), those of each horizon drawn towards those of all, and these towards the
  model's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from leadlag.core.arrays import Flags, Floats

__all__ = ["Calibration", "Law", "calibrated", "calibrated_before", "volatility_path"]

#: Rows after which a score counts half, in each of the three means; the first forgets nothing.
_HALF_LIVES = (np.inf, 40.0, 14.0)
#: Discount a row of how well each mean foretold, and the law by which it is judged.
_DISCOUNT, _DF = 0.97, 8.0
#: Weight of the model's own spread in a discounted mean, in scores.
_OWN = 8.0
#: Scores of all horizons, and own ones, that weigh as much as a horizon's own.
_POOLED, _PRIOR = 40.0, 20.0
#: Levels whose quantiles decide the law.
_LEVELS = (0.8, 0.95)
#: Smallest degrees of freedom, and bounds of what scores may make of the model's own spread.
_FEWEST_DF, _LEAST, _MOST = 2.5, 0.25, 8.0
#: A score beyond this counts as this in the volatility.
_LARGEST = 6.0


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
        return np.asarray(self.scale * special.stdtrit(self.df, np.asarray(probability, dtype=np.float64)))

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
        place = min(step, len(self.factor) - 1)
        return Law(scale=self.volatility * float(self.factor[place]), df=float(self.df[place]), capped=bool(self.capped[place]))


def volatility_path(scores: Floats) -> Floats:
    """Size of errors beside the model's own, as known before each row and after the last, shape (n + 1,).

    Parameters
    ----------
    scores : ndarray, shape (n,)
        One-step scores in the order of their rows; NaN where there is none.
    """
    keep = np.array([0.5 ** (1.0 / half) for half in _HALF_LIVES])
    weight, total = np.full(len(keep), _OWN), np.full(len(keep), _OWN)
    trust, path = np.zeros(len(keep)), np.empty(len(scores) + 1)
    for row, score in enumerate(np.append(scores, np.nan)):
        size = np.sqrt(total / weight)
        share = special.softmax(trust)
        path[row] = np.sqrt(float(share @ np.square(size)))
        if not np.isfinite(score):
            continue
        trust = _DISCOUNT * trust + stats.t.logpdf(score / size, _DF) - np.log(size)
        square = min(abs(score) / path[row], _LARGEST) ** 2 * path[row] ** 2
        weight, total = keep * weight + 1.0, keep * total + square
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
    path = volatility_path(scores[:, 0])
    # what is known at an origin: the one-step scores of the origins before it
    return _calibration(np.abs(scores) / path[:-1, None], float(path[-1]))


def calibrated_before(scores: Floats, origins: Iterable[int]) -> list[Calibration]:
    """The same as it was learned at each of some origins, by the scores that were known then.

    Parameters
    ----------
    scores : ndarray, shape (o, s)
    origins : iterable of int
        Among the o.
    """
    path = volatility_path(scores[:, 0])
    relative = np.abs(scores) / path[:-1, None]
    comes = np.arange(len(scores))[:, None] + np.arange(scores.shape[1]) + 1
    return [_calibration(np.where(comes <= one, relative, np.nan)[:one], float(path[one])) for one in origins]


def _calibration(relative: Floats, size: float) -> Calibration:
    """From scores over the volatility of their time (o, s), and the volatility now."""
    steps = relative.shape[1]
    counts = np.isfinite(relative).sum(axis=0)
    own = special.stdtrit(_DF, 0.5 + np.array(_LEVELS) / 2.0) * np.sqrt((_DF - 2.0) / _DF)
    logs = np.log(own)
    raw = np.array([[_conformal(relative[:, step], level) for level in _LEVELS] for step in range(steps)])
    weight = counts / (1.0 + np.arange(steps) / 2.0)
    usable = np.isfinite(raw).all(axis=1)
    heft = np.where(usable, weight, 0.0)
    filled = np.where(usable[:, None], np.log(np.maximum(np.where(usable[:, None], raw, 1.0), 1e-6)), 0.0)
    pooled = (heft @ filled + _PRIOR * logs) / (heft.sum() + _PRIOR) if heft.any() else logs
    drawn = (heft[:, None] * filled + _POOLED * pooled) / (heft[:, None] + _POOLED)
    found = [_law(float(np.exp(low)), float(np.exp(high))) for low, high in drawn]
    factor, df = np.array([one[0] for one in found]), np.array([one[1] for one in found])
    whole = np.clip(size * factor, _LEAST, _MOST)
    capped = whole != size * factor
    volatility = float(np.clip(size, _LEAST, _MOST))
    return Calibration(volatility=volatility, factor=whole / volatility, df=df, capped=capped, n_scores=int(counts[0]))


def _conformal(scores: Floats, level: float) -> float:
    """The order statistic below which a new score lies with this chance; NaN with too few scores for it."""
    known = np.sort(scores[np.isfinite(scores)])
    place = int(np.ceil((len(known) + 1) * level))
    return float(known[place - 1]) if 0 < place <= len(known) else np.nan


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
