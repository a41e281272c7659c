"""The question: does a lead stand where it is put to tests that nothing passes by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from leadlag.core.problem import Problem
from leadlag.core.refuting import future_lead, reordered, shifted
from leadlag.core.scan import scan, with_columns
from leadlag.core.shapes import STANDARD, Shape
from leadlag.decision.backing import Decoys, Refutation
from leadlag.prepare import Prepared, extra_leads

__all__ = ["decoys_tried", "random_walks", "refuted"]

Floats = NDArray[np.float64]


def refuted(problem: Problem, column: int, *, seed: int, shapes: Sequence[Shape] = STANDARD, n_tries: int = 99) -> Refutation:
    """Try to refute one lead: by its future, by shifting it away, and by its blocks in random order.

    Parameters
    ----------
    problem : Problem
        With the other leads in its base that are held in the model.
    column : int
        The lead in `problem`.
    seed : int
    shapes : sequence of Shape
        Those that were searched.
    n_tries : int
        Shifts and orders tried, at most.

    Returns
    -------
    Refutation
    """
    alone = problem.of([column])
    draws = [np.random.default_rng([seed, attempt]) for attempt in range(2)]
    future = future_lead(alone, seed=seed, n_draws=max(n_tries, 199), shapes=shapes)
    placebo = shifted(alone, n_tries=n_tries, rng=draws[0], shapes=shapes)
    permuted = reordered(alone, n_tries=n_tries, rng=draws[1], shapes=shapes)
    return Refutation(
        past=future.past, future=future.future, future_pvalue=future.pvalue, placebo=placebo.pvalue, permuted=permuted.pvalue,
        n_placebo=len(placebo.tried), n_permuted=len(permuted.tried),
    )  # fmt: skip


def decoys_tried(
    prepared: Prepared,
    chosen: Mapping[int, int],
    *,
    n_tested: int,
    fdr: float,
    seed: int,
    shapes: Sequence[Shape] = STANDARD,
    n_decoys: int = 20,
    n_draws: int = 999,
) -> Decoys:
    """Mix random walks into the candidates of a ranking, and count those that would have been called leads.

    Parameters
    ----------
    prepared : Prepared
        Of all candidates.
    chosen : Mapping from int to int
        The chosen leads and the best column of each, given the others.
    n_tested : int
        Candidates tested.
    fdr : float
        False discovery rate of the ranking.
    seed : int
    shapes : sequence of Shape
        Those that were searched.
    n_decoys, n_draws : int

    Returns
    -------
    Decoys

    Notes
    -----
    Decoys are random walks, prepared as the candidates are (`leadlag.prepare.extra_leads`), and asked as candidates are once k
    leads are chosen: beside these, over all lags and shapes, with draws of their own. N candidates and D decoys are one
    family: with the decoys in the order of their p, the first i pass for the largest i at which the i-th has a p of at most
    ``fdr (k + i) / (N + D)``. A decoy whose p is right passes with the p of that threshold: `expected` is D times it.
    """
    problem = with_columns(prepared.problem, chosen, shapes)
    walks = extra_leads(prepared, random_walks(np.random.default_rng([seed, 2]), n=len(problem.y), count=n_decoys))
    decoys = Problem(
        y=problem.y, X=walks.X, base=problem.base, momentum=problem.momentum, lags=problem.lags, y_scale=problem.y_scale,
        x_scale=walks.x_scale, max_order=problem.max_order, shift=problem.shift,
    )  # fmt: skip
    found = scan(decoys, rng=np.random.default_rng(seed), n_draws=n_draws, shapes=shapes)
    pvalues = np.sort(found.pvalue[np.isfinite(found.pvalue)])
    allowed = fdr * (len(chosen) + 1.0 + np.arange(n_decoys)) / (n_tested + n_decoys)
    passed = np.flatnonzero(pvalues <= allowed[: len(pvalues)])
    n_passed = int(passed[-1]) + 1 if len(passed) else 0
    return Decoys(n=n_decoys, n_passed=n_passed, expected=float(n_decoys * allowed[max(n_passed - 1, 0)]))


def random_walks(rng: np.random.Generator, *, n: int, count: int) -> Floats:
    """Random walks without drift, shape (n, count)."""
    return np.cumsum(rng.normal(size=(n, count)), axis=0)
