"""A lead's future stays behind its past, a follower's does not; copies of a lead keep all that it is, but when."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from leadlag.core.noise.momentum import fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.methods.refutation.numbers.attempts import (
    PlaceboCopies,
    future_lead,
    random_walks,
    reordered_copies,
    shifted_copies,
    with_copies,
)

N = 120
Made = tuple[np.ndarray, np.ndarray]


def autoregression(rng: np.random.Generator, phi: float, n: int = N) -> np.ndarray:
    path = np.zeros(n + 50)
    for t, shock in enumerate(rng.normal(size=n + 50)):
        path[t] = phi * path[t - 1] + shock
    return path[50:]


def problem_of(y: np.ndarray, x: np.ndarray, *, unit_root: bool = False) -> Problem:
    base = np.column_stack([np.ones(len(y)), np.arange(len(y)) / len(y)])
    momentum = fit_momentum(y, base, max_order=2, unit_root=unit_root)
    scaled = (x - np.nanmean(x)) / np.nanstd(x)
    return Problem(
        y=y,
        X=scaled[:, None],
        base=base,
        momentum=momentum,
        lags=tuple(range(1, 9)),
        y_scale=1.0,
        x_scale=np.ones(1),
        max_order=2,
    )


def leading(rng: np.random.Generator) -> Made:
    x = autoregression(rng, 0.8)
    return 0.6 * np.r_[np.zeros(3), x[:-3]] + autoregression(rng, 0.5), x


def following(rng: np.random.Generator) -> Made:
    y = autoregression(rng, 0.5)
    return y, 0.8 * np.r_[np.zeros(2), y[:-2]] + 0.6 * autoregression(rng, 0.5)


def walking(rng: np.random.Generator) -> Made:
    y, x = leading(rng)
    return np.cumsum(y), np.cumsum(x)


@pytest.mark.parametrize(("make", "follows"), [(leading, False), (following, True), (walking, False)])
def test_the_future_of_a_follower_tells_more_than_its_past_and_that_of_a_lead_does_not(
    make: Callable[[np.random.Generator], Made], follows: bool
) -> None:
    for seed in range(4):
        y, x = make(np.random.default_rng(seed))
        found = future_lead(problem_of(y, x, unit_root=make is walking), seed=0, n_draws=199)
        assert (found.future > found.past) == follows
        assert not follows or found.pvalue < 0.01


def test_the_future_of_what_does_not_follow_has_an_even_p() -> None:
    rng, rejected = np.random.default_rng(5), []
    for _ in range(120):
        y, x = leading(rng)
        rejected.append(future_lead(problem_of(y, x), seed=0, n_draws=99).pvalue <= 0.10)
    assert 0.03 <= np.mean(rejected) <= 0.19


@pytest.mark.parametrize("attempt", [shifted_copies, reordered_copies])
@pytest.mark.parametrize("make", [leading, walking])
def test_a_lead_explains_more_than_its_copies_and_a_stranger_does_not(
    attempt: Callable[..., PlaceboCopies], make: Callable[[np.random.Generator], Made]
) -> None:
    rng = np.random.default_rng(1)
    y, x = make(rng)
    lead = attempt(problem_of(y, x, unit_root=make is walking), n_tries=60, rng=rng)
    assert lead.pvalue < 0.05
    assert len(lead.tried) >= 50
    strangers = []
    for _ in range(25):
        other = autoregression(rng, 0.8)
        series = np.cumsum(other) if make is walking else other
        strangers.append(attempt(problem_of(y, series, unit_root=make is walking), n_tries=39, rng=rng).pvalue)
    assert np.mean(np.array(strangers) <= 0.25) < 0.6
    assert np.mean(strangers) > 0.3


def copies_of(attempt: Callable[..., PlaceboCopies], problem: Problem, *, n_tries: int) -> np.ndarray:
    """The copies that an attempt compares a lead with."""
    seen: list[np.ndarray] = []

    def spied(given: Problem, copies: np.ndarray) -> Problem:
        seen.append(copies)
        return with_copies(given, copies)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leadlag.methods.refutation.numbers.attempts.with_copies", spied)
        attempt(problem, n_tries=n_tries, rng=np.random.default_rng(0))
    return seen[0]


@pytest.mark.parametrize("attempt", [shifted_copies, reordered_copies])
def test_copies_keep_the_values_of_a_lead_and_its_missing_beginning(attempt: Callable[..., PlaceboCopies]) -> None:
    y, x = leading(np.random.default_rng(2))
    x[:20], x[70] = np.nan, np.nan
    problem = problem_of(y, x)
    copies = copies_of(attempt, problem, n_tries=5)
    assert copies.shape == (N, 5)
    assert np.isnan(copies[:20]).all()
    for copy in copies.T:
        np.testing.assert_array_equal(np.sort(copy), np.sort(problem.X[:, 0]))
        assert not np.array_equal(copy, problem.X[:, 0], equal_nan=True)


def test_a_shift_is_longer_than_any_lag_in_either_direction() -> None:
    y, x = leading(np.random.default_rng(3))
    problem = with_copies(problem_of(y, x), (np.arange(N) == 60).astype(float)[:, None])
    moved = (copies_of(shifted_copies, problem, n_tries=1_000).argmax(axis=0) - 60) % N
    assert len(set(moved.tolist())) == len(moved) > 60
    assert moved.min() > max(problem.lags)
    assert N - moved.max() > 2 * max(problem.lags)  # the longest lag looks this much less into the future


def test_with_few_copies_there_is_no_number() -> None:
    assert np.isnan(PlaceboCopies(found=2.0, tried=np.zeros(18)).pvalue)
    assert PlaceboCopies(found=2.0, tried=np.r_[np.zeros(18), 3.0]).pvalue == 0.10


def test_walks_wander() -> None:
    walks = random_walks(np.random.default_rng(0), n=400, count=50)
    assert walks.shape == (400, 50)
    np.testing.assert_allclose(np.diff(walks, axis=0).std(), 1.0, atol=0.05)
