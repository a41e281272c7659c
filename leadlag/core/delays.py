"""The delay of one lead as a set of lags: every one that the data do not reject as the peak."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlag.core.problem import Problem
from leadlag.core.resample import signs
from leadlag.core.scan import frame_of, regressors
from leadlag.core.shapes import STANDARD, Shape

__all__ = ["delay_lags"]


def delay_lags(
    problem: Problem, lead: int, *, rng: np.random.Generator, level: float, n_draws: int = 499, shapes: Sequence[Shape] = STANDARD
) -> tuple[float, ...]:
    """Every lag that is not rejected as the peak of one lead's profile.

    Parameters
    ----------
    problem : Problem
    lead : int
        Its column in ``problem.X``.
    rng : Generator
    level : float
        Confidence level of the set.
    n_draws : int
        Draws a lag.
    shapes : sequence of Shape

    Returns
    -------
    tuple of float
        In periods of the KPI, increasing; the peak itself is always in it.

    Notes
    -----
    The set inverts a test of "the peak is at lag k" (Neyman 1937): the statistic is how much better the best column
    fits than the best column with that peak; its distribution is drawn from the fitted model with peak k, the
    residual's signs redrawn. The peak is an argmax, for which no normal interval holds (Hansen, Lunde & Nason 2011
    make the same move for sets of models).
    """
    frame = frame_of(problem)
    columns = regressors(problem, frame, [lead], shapes)
    usable = columns.norm[0] > 0
    unit = columns.values[:, 0] / np.where(usable, columns.norm[0], 1.0)
    delays = problem.delays(lead)
    lag_of = np.tile(delays, len(shapes))
    score = unit.T @ frame.residual
    gain = score * score
    overlap = unit.T @ unit
    flips = signs(rng, n=len(frame.residual), n_draws=n_draws)
    kept = []
    for lag in delays[np.isfinite(delays)].tolist():
        here = (lag_of == lag) & usable
        if not here.any():
            continue
        best = np.flatnonzero(here)[np.argmax(gain[here])]
        rest = frame.residual - score[best] * unit[:, best]
        # the columns are free of the base already, so the draws need not be projected on it
        drawn = score[best] * overlap[:, [best]] + (unit * rest[:, None]).T @ flips
        worse = (drawn**2).max(axis=0) - (drawn[here] ** 2).max(axis=0)
        observed = gain.max() - gain[best]
        if observed <= 0 or (1 + (worse >= observed).sum()) / (n_draws + 1) > 1.0 - level:
            kept.append(lag)
    return tuple(kept)
