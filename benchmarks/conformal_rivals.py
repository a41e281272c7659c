"""Other ways from past scores to intervals, transcribed from the equations of their papers.

Scores are errors over the model's own spread, (b, o, h) of b series, o origins one row apart and h steps, NaN where nothing came.
Each way gives the ends of intervals in the same units, (b, o, h, 2), of one level, by the scores that were known at each origin:
of a forecast s steps ahead those whose origin is s rows earlier, or more. Infinite ends are handed on.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from leadlag.core.arrays import Floats

__all__ = ["acmcp", "dtaci", "four_means", "own", "pid", "split"]

#: DtACI: steps of its experts, and the rows over which it is to do as well as the best of them (the paper has 500).
GAMMAS, LOCAL = np.array([0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128]), 100
#: PID and AcMCP: step in units of the range of past scores, and the size of the integrator in units of the own spread.
STEP, SIZE = 0.1, 2.0
#: What decides how soon the integrator saturates: coverage is to be within this of its aim.
WITHIN = 0.01
#: Scores of a step before AcMCP expects anything of the next, those before the first forecast that is judged.
WARM = 44


def own(scores: Floats, level: float) -> Floats:
    """The model's own normal law."""
    return _both(np.full(scores.shape, special.ndtri(0.5 + level / 2.0)))


def split(scores: Floats, level: float) -> Floats:
    """Order statistics of all past scores of a step (split conformal; infinite where there are too few)."""
    size, half = np.abs(scores), np.full(scores.shape, np.inf)
    for origin in range(scores.shape[1]):
        for step, past in enumerate(_past(size, origin)):
            half[:, origin, step] = _order_statistic(np.sort(past, axis=1)[..., None], np.full((len(size), 1), 1.0 - level))[:, 0]
    return _both(half)


def dtaci(scores: Floats, level: float) -> Floats:
    """DtACI (Gibbs & Candes 2024, algorithm 1) at each step, its update late by as many rows as there are steps.

    An expert's rate of misses moves by gamma (alpha - miss); experts are weighed by the pinball loss of the rate at which an
    interval would just have held, and their mean is the rate of the interval.
    """
    alpha, size = 1.0 - level, np.abs(scores)
    b, o, h = scores.shape
    rates, weights = np.full((b, o + 1, h, len(GAMMAS)), alpha), np.full((b, h, len(GAMMAS)), 1.0 / len(GAMMAS))
    eta = np.sqrt(3.0 / LOCAL * (np.log(len(GAMMAS) * LOCAL) + 2.0) / (alpha**2 * level**2 * (alpha + level)))
    half, just = np.full(scores.shape, np.inf), np.ones(scores.shape)
    for origin in range(o):
        for step, past in enumerate(_past(size, origin)):
            if origin > step:
                rate, miss = rates[:, origin - step - 1, step], just[:, origin - step - 1, step, None]
                rates[:, origin, step] = rates[:, origin - 1, step] + GAMMAS * (alpha - (rate >= miss))
                loss = alpha * (miss - rate) - np.minimum(miss - rate, 0.0)
                weight = weights[:, step] * np.exp(-eta * loss)
                weight /= weight.sum(axis=1, keepdims=True)
                weights[:, step] = (1.0 - 0.5 / LOCAL) * weight + 0.5 / LOCAL / len(GAMMAS)
            mean = (weights[:, step] * rates[:, origin, step]).sum(axis=1, keepdims=True)
            half[:, origin, step] = _order_statistic(np.sort(past, axis=1)[..., None], mean)[:, 0]
            just[:, origin, step] = (1.0 + (past >= size[:, origin, step, None]).sum(axis=1)) / (past.shape[1] + 1.0)
    return _both(half)


def pid(scores: Floats, level: float, *, step: float = STEP, size: float = SIZE) -> Floats:
    """Conformal PID of absolute scores (Angelopoulos, Candes & Tibshirani 2023) without a forecast of the score: P and I."""
    half = _tracked(np.abs(scores), 1.0 - level, special.ndtri(0.5 + level / 2.0), np.zeros(scores.shape), step=step, size=size)
    return _both(np.maximum(half, 0.0))


def acmcp(scores: Floats, level: float, *, step: float = STEP, size: float = SIZE) -> Floats:
    """AcMCP (Wang & Hyndman 2024, equation 8 of arXiv 2410.13115): P, I and an expected error at each end."""
    alpha, begin = (1.0 - level) / 2.0, special.ndtri(0.5 + level / 2.0)
    expected = _expected(scores)
    upper = _tracked(scores, alpha, begin, expected, step=step, size=size)
    lower = _tracked(-scores, alpha, begin, -expected, step=step, size=size)
    return np.stack([np.minimum(-lower, upper), upper], axis=-1)


def _tracked(scores: Floats, alpha: float, begin: float, expected: Floats, *, step: float, size: float) -> Floats:
    """The end q that a score is to exceed with the chance alpha.

    q[t+h] = p[t+h] + r(sum of (miss - alpha)) + expected[t+h],  p[t+h] = p[t+h-1] + eta (miss[t] - alpha)

    with eta in units of the range of past scores and r(x) = size tan(x log(m) / (c m)) after m of them. It begins with the
    model's own end in place of zero, which a spread of the model makes possible.
    """
    b, o, h = scores.shape
    c = 2.0 / np.pi * (np.ceil(np.log(o) * WITHIN) - 1.0 / np.log(o))
    p, excess, found = np.full((b, h), begin), np.zeros((b, h)), np.empty(scores.shape)
    for origin in range(o):
        for at, past in enumerate(_past(scores, origin)):
            m = past.shape[1]
            if m:
                miss = past[:, -1] > found[:, m - 1, at]
                eta = step * (np.ptp(past, axis=1) if m > 1 else 1.0)
                p[:, at] += eta * (miss - alpha)
                excess[:, at] += miss - alpha
            angle = np.clip(excess[:, at] * np.log(max(m, 1)) / (c * max(m, 1)), -np.pi / 2.0, np.pi / 2.0)
            integrator = np.where(angle == np.pi / 2.0, np.inf, np.where(angle == -np.pi / 2.0, -np.inf, size * np.tan(angle)))
            found[:, origin, at] = p[:, at] + integrator + expected[:, origin, at]
    return found


def _expected(scores: Floats) -> Floats:
    """Mean of two forecasts of each score: an MA(h - 1) and a regression on the errors of fewer steps, as these are expected.

    An MA(h - 1) foretells its mean h steps ahead, whatever its coefficients; the mean of past scores stands for it.
    """
    b, o, h = scores.shape
    known, found = np.nan_to_num(scores), np.zeros(scores.shape)
    moments = np.cumsum(np.einsum("boi,boj->boij", *[np.concatenate([np.ones((b, o, 1)), known], axis=2)] * 2), axis=1)
    for step in range(h):
        for origin in range(step + WARM, o):
            past = moments[:, origin - step - 1]  # of the forecasts that have come to this step
            found[:, origin, step] = past[:, 0, step + 1] / past[:, 0, 0]
            if step:
                slopes = np.linalg.solve(past[:, : step + 1, : step + 1], past[:, : step + 1, step + 1 :][:, :, :1])[..., 0]
                fewer = np.concatenate([np.ones((b, 1)), found[:, origin, :step]], axis=1)
                found[:, origin, step] = 0.5 * (found[:, origin, step] + (slopes * fewer).sum(axis=1))
    return found


def four_means(scores: Floats) -> Floats:
    """Size of one-step errors before each row and after the last, (n + 1,), by discounted means of their squares.

    One forgets nothing, the others half in 40, 14 and 6 rows; the model's own spread weighs as 40 scores at first. They are mixed
    by how well each foretold the scores by a t(20), and what they foretold 23 rows ago counts half.
    """
    keep, weight, total, trust = (
        0.5 ** (1.0 / np.array([np.inf, 40.0, 14.0, 6.0])),
        np.full(4, 40.0),
        np.full(4, 40.0),
        np.zeros(4),
    )
    path = np.empty(len(scores) + 1)
    for row, score in enumerate(np.append(scores, np.nan)):
        size = np.sqrt(total / weight)
        path[row] = np.sqrt(special.softmax(trust) @ np.square(size))
        if np.isfinite(score):
            trust = 0.97 * trust - 10.5 * np.log1p(np.square(score / size) / 20.0) - np.log(size)
            weight, total = keep * weight + 1.0, keep * total + min(abs(score), 6.0 * path[row]) ** 2
    return path


def _past(scores: Floats, origin: int) -> list[Floats]:
    """The scores of each step that are known at an origin, (b, m)."""
    return [scores[:, : max(origin - step, 0), step] for step in range(scores.shape[2])]


def _order_statistic(ranked: Floats, rate: Floats) -> Floats:
    """The smallest of m ranked scores (b, m, 1) that one more exceeds with a chance of at most each rate (b, k)."""
    m = ranked.shape[1]
    place = np.ceil((m + 1) * (1.0 - rate) - 1e-9).astype(int)
    least = np.zeros((len(ranked), 1))
    padded = np.concatenate([least, ranked[..., 0], np.full_like(least, np.inf)], axis=1)
    return np.take_along_axis(padded, np.clip(place, 0, m + 1), axis=1)


def _both(half: Floats) -> Floats:
    return np.stack([-half, half], axis=-1)
