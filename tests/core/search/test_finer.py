"""Regressors of leads that are seen more often than the KPI, against sums written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.noise.momentum import Momentum
from leadlag.core.search.columns import column_totals, raw_columns
from leadlag.core.search.finer import FinerLead, finer_columns, finer_totals
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import scan
from leadlag.core.search.shapes import BLOCK, STANDARD, Shape, lead_columns
from leadlag.core.time.clock import Clock

NO_MOMENTUM = Momentum(phi=np.zeros(0), unit_root=False, variance=1.0)
MOMENTUM = Momentum(phi=np.array([0.5, 0.2]), unit_root=False, variance=1.0)
POINT, DECAY, HUMP, CARRIED = Shape("point"), Shape("decay", 0.5), Shape("hump"), Shape("momentum")
#: Rows from which on nothing that comes before the sample is left of a decay of 0.5 a quarter.
SETTLED = 60


def months_of_quarters(n: int, *, lags: tuple[int, ...] = tuple(range(3, 15)), seed: int = 0) -> FinerLead:
    ended = 3 * np.arange(n)
    clock = Clock(ended=ended, begun=ended, per=3, ratio=3.0)
    return FinerLead(values=np.random.default_rng(seed).standard_normal(3 * n), clock=clock, lags=lags)


def columns(lead: FinerLead, shape: Shape, momentum: Momentum = NO_MOMENTUM) -> np.ndarray:
    return finer_columns(lead, shapes=[shape], momentum=momentum)[:, 0]


def test_a_single_lag_of_a_month_is_the_month_that_many_before_the_end_of_the_quarter() -> None:
    lead = months_of_quarters(8)
    assert columns(lead, POINT)[5, 0] == lead.values[14]  # the last month of the quarter before
    assert columns(lead, POINT)[5, 2] == lead.values[12]


def test_a_block_from_the_last_month_on_is_the_mean_of_the_quarter_before() -> None:
    lead = months_of_quarters(8)
    quarters = lead.values.reshape(-1, 3).mean(axis=1)
    np.testing.assert_allclose(columns(lead, BLOCK)[1:, 0], quarters[:-1], atol=1e-12)


def test_a_block_of_weeks_takes_the_share_of_the_week_that_the_month_has_left() -> None:
    ended = np.array([4, 8, 13, 17])
    clock = Clock(ended=ended, begun=ended + 1, per=4, ratio=4.25)
    lead = FinerLead(values=np.arange(20.0) ** 2, clock=clock, lags=(4, 5))
    squares = lead.values
    expected = (squares[9:13].sum() + 0.25 * squares[8]) / 4.25
    assert columns(lead, BLOCK)[2, 0] == pytest.approx(expected)


def test_a_hump_leaves_out_what_lies_in_the_quarter_itself() -> None:
    lead = months_of_quarters(8)
    x = lead.values
    assert columns(lead, HUMP)[5, 0] == pytest.approx(x[14] + 0.75 * x[13] + 0.25 * x[12])
    assert columns(lead, HUMP)[5, 2] == pytest.approx(0.25 * x[14] + 0.75 * x[13] + x[12] + 0.75 * x[11] + 0.25 * x[10])


def test_a_decay_goes_on_over_the_own_periods_at_its_rate_a_quarter() -> None:
    lead, row = months_of_quarters(80), 70
    back = np.arange(3 * SETTLED)
    expected = (0.5 ** (back / 3.0)) @ lead.values[3 * row - 1 - back]
    assert columns(lead, DECAY)[row, 0] == pytest.approx(expected)


def test_the_momentum_of_the_kpi_carries_a_month_on_over_the_quarters() -> None:
    lead = months_of_quarters(80)
    single, found = columns(lead, POINT), columns(lead, CARRIED, MOMENTUM)
    for row in range(SETTLED, 80):
        np.testing.assert_allclose(found[row], single[row] + 0.5 * found[row - 1] + 0.2 * found[row - 2], atol=1e-10)


def test_totals_are_what_a_lasting_rise_comes_to() -> None:
    n = 200
    rise = months_of_quarters(n)
    steady = FinerLead(values=np.ones(3 * n), clock=rise.clock, lags=rise.lags)
    shapes = (POINT, DECAY, Shape("decay", 0.8), HUMP, BLOCK, CARRIED)
    reached = finer_columns(steady, shapes=shapes, momentum=MOMENTUM)[-1]
    np.testing.assert_allclose(finer_totals(steady, shapes, MOMENTUM, most=1e6), reached, rtol=1e-6)


def test_rows_before_the_first_value_and_after_the_last_are_missing() -> None:
    lead = months_of_quarters(8)
    late = FinerLead(values=np.r_[np.full(6, np.nan), lead.values[6:-3]], clock=lead.clock, lags=lead.lags)
    known = np.isfinite(columns(late, POINT)[:, 0])
    assert known.tolist() == [False, False, False, True, True, True, True, True]


def as_problem(n: int, finer: FinerLead | None, X: np.ndarray, y: np.ndarray) -> Problem:
    return Problem(
        y=y, X=X, base=np.ones((n, 1)), momentum=NO_MOMENTUM, lags=tuple(range(1, 5)), y_scale=1.0, x_scale=np.ones(X.shape[1]),
        finer=() if finer is None else (finer, *[None] * (X.shape[1] - 1)),
    )  # fmt: skip


def test_a_lead_with_one_own_period_to_a_period_has_the_columns_of_any_other() -> None:
    n = 60
    rng = np.random.default_rng(1)
    x = rng.standard_normal(n)
    finer = FinerLead(values=x, clock=Clock(ended=np.arange(n), begun=np.arange(n), per=1, ratio=1.0), lags=(1, 2, 3, 4))
    expected = lead_columns(x[:, None], lags=range(1, 5), shapes=STANDARD, momentum=MOMENTUM)[:, 0]
    found = finer_columns(finer, shapes=STANDARD, momentum=MOMENTUM)
    np.testing.assert_allclose(found[1:], expected[1:], atol=1e-9)  # in the first row nothing had ended


def test_leads_of_both_kinds_stand_side_by_side_and_neither_sees_the_other() -> None:
    n = 80
    rng = np.random.default_rng(2)
    lead, y, X = months_of_quarters(n), rng.standard_normal(n), rng.standard_normal((n, 2))
    shapes = (*STANDARD, BLOCK)
    both, plain = as_problem(n, lead, X, y), as_problem(n, None, X[:, 1:], y)
    assert both.n_slots == 12
    assert np.isnan(raw_columns(both, [1], shapes)[..., 4:]).all()
    beside, alone = (scan(problem, rng=np.random.default_rng(5), n_draws=199, shapes=shapes) for problem in (both, plain))
    assert beside.statistic[1] == pytest.approx(alone.statistic[0])
    assert beside.pvalue[1] == pytest.approx(alone.pvalue[0])
    assert np.isnan(column_totals(both, shapes)[1].reshape(len(shapes), -1)[:, 4:]).all()


def test_a_planted_month_is_found_at_its_own_lag() -> None:
    n = 120
    lead, rng = months_of_quarters(n, seed=3), np.random.default_rng(4)
    y = np.nan_to_num(columns(lead, POINT)[:, 4]) * 0.6 + rng.standard_normal(n)
    problem = as_problem(n, lead, np.nan_to_num(lead.values.reshape(-1, 3).mean(axis=1))[:, None], y)
    found = scan(problem, rng=np.random.default_rng(6), n_draws=499, shapes=(*STANDARD, BLOCK))
    assert found.pvalue[0] < 0.01
    assert problem.delays(0)[found.best[0] % problem.n_slots] == pytest.approx(1 + 4 / 3)
