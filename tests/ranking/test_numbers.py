"""Resamples of blocks: rows come in blocks, and a resample in which every row is once gives the statistic itself."""

from __future__ import annotations

import numpy as np

from leadlag.core.noise.momentum import fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import scan
from leadlag.ranking.numbers import block_counts, block_length, ranks_over_draws, resampled_log_pvalues


def test_every_resample_has_as_many_rows_in_blocks() -> None:
    counts = block_counts(np.random.default_rng(0), n=100, length=10, n_draws=200)
    assert (counts.sum(axis=1) == 100).all()
    changes = np.abs(np.diff(np.column_stack([counts, counts[:, 0]]))).sum(axis=1)
    assert changes.max() <= 2 * 10  # each block begins once and ends once
    np.testing.assert_allclose(counts.mean(), 1.0)
    assert [block_length(n) for n in (2, 60, 156, 1000)] == [2, 4, 6, 10]


def test_the_sample_itself_as_a_resample_gives_the_p_of_the_scan() -> None:
    rng = np.random.default_rng(1)
    n = 90
    x = rng.normal(size=(n, 2))
    y = 0.5 * np.r_[0.0, 0.0, x[:-2, 1]] + rng.normal(size=n)
    base = np.column_stack([np.ones(n), np.arange(n) / n])
    problem = Problem(
        y=y,
        X=x,
        base=base,
        momentum=fit_momentum(y, base, max_order=2),
        lags=(1, 2, 3),
        y_scale=1.0,
        x_scale=np.ones(2),
        max_order=2,
    )
    found = scan(problem, rng=np.random.default_rng(0), n_draws=199)
    for lead in range(2):
        again = resampled_log_pvalues(problem, lead, tail=found.tail.of([lead]), counts=np.ones((1, n)))
        np.testing.assert_allclose(again, found.log_pvalue[[lead]], rtol=1e-9)


def test_equal_leads_keep_the_order_of_the_ranking() -> None:
    place, before = ranks_over_draws(np.zeros((3, 4)))
    assert place[:, 0].tolist() == [1, 2, 3]
    assert before[0, 1] == 1.0 == 1.0 - before[1, 0]
