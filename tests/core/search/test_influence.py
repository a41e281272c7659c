"""Without the rows that speak most for it, a lead that acts all the time is still there, and one of two events is not."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from leadlag.core.search.influence import block_effects, events_behind
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import scan
from leadlag.core.search.shapes import STANDARD
from tests.core.search.test_scan import problem

N = 160


def shocked(problem_: Problem, dates: tuple[int, ...], *, delay: int = 2, size: float = 6.0) -> Problem:
    """A KPI with shocks of three rows and changing sign, which the lead has earlier."""
    y, X = problem_.y.copy(), problem_.X.copy()
    for place, date in enumerate(dates):
        y[date : date + 3] += size * (-1) ** place
        X[date - delay : date - delay + 3, 0] += size * (-1) ** place
    return Problem(**{**vars(problem_), "y": y, "X": X})


def left_of(given: Problem, *, count: int = 2) -> tuple[float, ...]:
    best = int(scan(given, rng=np.random.default_rng(0), n_draws=99).best[0])
    return events_behind(given, best, shapes=STANDARD, count=count).left


def test_t_without_a_block_is_that_of_the_regression_without_its_rows() -> None:
    rng = np.random.default_rng(0)
    design, y, kept = rng.normal(size=(60, 4)), rng.normal(size=60), np.ones(60, dtype=bool)
    kept[10:14] = False
    blocks = np.array([[0, 1, 2], [12, 13, 14], [57, 58, 59]])  # the second is partly left out already
    found = block_effects(design, y, kept, blocks)
    for block, t in zip(blocks, found, strict=True):
        rows = np.setdiff1d(np.flatnonzero(kept), block)
        assert t == pytest.approx(sm.OLS(y[rows], design[rows]).fit().tvalues[-1], rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_what_acts_all_the_time_is_left_and_two_shocks_are_not(seed: int) -> None:
    acting = left_of(problem(seed, n=N, m=1, effect=0.6))
    few = left_of(shocked(problem(seed, n=N, m=1), (50, 110)))
    assert acting[1] > 0.55 > few[1]
    assert few[0] > few[1]


def test_the_stretches_are_where_the_shocks_are() -> None:
    given = shocked(problem(1, n=N, m=1), (50, 110))
    best = int(scan(given, rng=np.random.default_rng(0), n_draws=99).best[0])
    spans = events_behind(given, best, shapes=STANDARD, count=2).spans
    assert sorted(any(first <= date + 2 and date <= last for date in (50, 110)) for first, last in spans) == [True, True]
    assert all(last - first == 7 for first, last in spans)  # 5 % of 160 rows


def test_the_sign_and_the_unit_of_a_lead_change_nothing() -> None:
    given = problem(3, n=N, m=1, effect=0.6)
    turned = Problem(**{**vars(given), "X": -7.0 * given.X})
    assert left_of(turned) == pytest.approx(left_of(given))
