"""The order of leads over resamples of blocks of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import Tail
from leadlag.core.search.scan import fit_base, regressors, t_of_share
from leadlag.core.search.shapes import STANDARD, Shape, search_weights

__all__ = ["block_counts", "block_length", "ranks_over_draws", "resampled_log_pvalues"]


def block_length(n: int) -> int:
    """Rows of a block: the cube root of the rows, since the KPI's momentum is filtered out already.

    Examples
    --------
    >>> block_length(156)
    6
    """
    return max(2, int(np.ceil(n ** (1.0 / 3.0))))


def block_counts(rng: np.random.Generator, *, n: int, length: int, n_draws: int) -> Floats:
    """How often each row is in a resample of blocks, shape (n_draws, n); the last row is followed by the first.

    Notes
    -----
    The circular block bootstrap (Politis & Romano 1992): n rows in blocks that begin anywhere with equal chance.
    """
    starts = rng.integers(0, n, size=(n_draws, -(-n // length)))
    rows = ((starts[:, :, None] + np.arange(length)) % n).reshape(n_draws, -1)[:, :n]
    flat = (rows + n * np.arange(n_draws)[:, None]).ravel()
    return np.bincount(flat, minlength=n * n_draws).reshape(n_draws, n).astype(np.float64)


def resampled_log_pvalues(
    problem: Problem, column: int, *, tail: Tail, counts: Floats, shapes: Sequence[Shape] = STANDARD
) -> Floats:
    """Log p of one lead in every resample of the rows, its lag and shape searched again.

    Parameters
    ----------
    problem : Problem
    column : int
        The lead in `problem`.
    tail : Tail
        Null distribution of that one lead's statistic.
    counts : ndarray, shape (n_draws, n)
        How often each row of the sample is in each resample.
    shapes : sequence of Shape

    Returns
    -------
    ndarray, shape (n_draws,)

    Notes
    -----
    With w the counts, x a column and e the KPI, both filtered and less the base, the share explained is
    ``(sum w x e)^2 / (sum w x^2 sum w e^2)``, for all draws and columns three matrix products. What enters the model before
    the lead (base, momentum, filter) is that of the whole sample.
    """
    base_fit = fit_base(problem)
    columns = regressors(problem, base_fit, [column], shapes)
    usable = columns.norm[0] > 0
    values, weights = columns.values[:, 0, usable], search_weights(shapes, n_lags=problem.n_slots)[usable]
    drawn, errors = counts[:, base_fit.filter_.rows], base_fit.residual
    score, size = drawn @ (values * errors[:, None]) * weights, drawn @ np.square(values)
    if sign := int(problem.signs[column]):
        score = np.maximum(sign * score, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(size > 0, score * score / size, 0.0).max(axis=1, initial=0.0) / (drawn @ np.square(errors))
    statistic = t_of_share(share, base_fit.df)
    return tail.of(np.zeros(len(statistic), dtype=np.intp)).log_pvalues(statistic)


def ranks_over_draws(log_pvalues: Floats) -> tuple[Ints, Floats]:
    """Place of each lead in each resample, and how often each lead comes before each other.

    Parameters
    ----------
    log_pvalues : ndarray, shape (m, n_draws)
        In the order of the ranking, which decides where two are equal.

    Returns
    -------
    place : ndarray of int, shape (m, n_draws)
        From 1.
    before : ndarray, shape (m, m)
        Share of the resamples in which the lead of the row comes before that of the column.

    Examples
    --------
    >>> place, before = ranks_over_draws(np.array([[-9.0, -4.0], [-5.0, -6.0]]))
    >>> place.tolist(), float(before[0, 1])
    ([[1, 2], [2, 1]], 0.5)
    """
    place = 1 + log_pvalues.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    before = (place[:, None, :] < place[None, :, :]).mean(axis=2)
    return place, before
