"""Pointwise and simultaneous bands."""

import numpy as np
import pytest
from scipy import stats

from leadlag.core.linear.bands import bands, critical_all, drawn_bands


def test_of_independent_estimates_the_band_is_sidaks():
    sidak = stats.norm.isf((1.0 - 0.95 ** (1.0 / 8.0)) / 2.0)
    assert critical_all(np.diag([1.0, 4.0, 9.0, 1e-6, 1e6, 1.0, 1.0, 2.0])) == pytest.approx(sidak, abs=0.03)


def test_estimates_that_move_as_one_need_no_wider_band():
    both = bands([1.0, 2.0, 3.0], np.outer([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]))
    assert both.critical_all == pytest.approx(both.critical, abs=0.03)
    assert np.allclose(both.high - both.low, 2 * 1.96 * np.array([1.0, 2.0, 3.0]), atol=1e-3)


def test_few_degrees_of_freedom_widen_both_bands():
    normal, student = bands([0.0, 0.0], np.eye(2)), bands([0.0, 0.0], np.eye(2), df=5)
    assert student.critical == pytest.approx(stats.t.isf(0.025, 5))
    assert student.critical_all > student.critical
    assert student.critical_all / normal.critical_all > 1.2


@pytest.mark.parametrize("df", [1e-3, 0.02])
def test_where_one_row_decides_the_band_is_as_wide_as_numbers_go(df: float) -> None:
    found = bands([0.0, 1.0], np.eye(2), df=df)
    assert found.critical_all >= found.critical > 1e6
    assert not np.isnan([found.low_all, found.high_all]).any()


def test_an_estimate_without_error_or_with_an_unknown_one_leaves_the_others_alone():
    cov = np.diag([1.0, 0.0, np.nan])
    found = bands([1.0, 2.0, 3.0], cov)
    assert found.low[1] == found.high[1] == 2.0
    assert np.isnan(found.low[2])
    assert found.critical_all == pytest.approx(1.96, abs=0.04)


def test_the_simultaneous_band_holds_all_values_at_once_in_its_share_of_samples():
    rng = np.random.default_rng(1)
    cov = 0.7 ** np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    draws = rng.multivariate_normal(np.zeros(6), cov, size=4_000)
    inside = (np.abs(draws) <= critical_all(cov, level=0.90)).all(axis=1).mean()
    assert inside == pytest.approx(0.90, abs=0.02)


def test_bands_from_normal_draws_are_those_of_the_normal_and_hold_what_is_known_to_be_zero() -> None:
    cov = np.array([[1.0, 0.5], [0.5, 2.0]])
    draws = np.random.default_rng(0).multivariate_normal([1.0, 2.0], cov, size=40_000)
    drawn, normal = drawn_bands([1.0, 2.0], draws), bands([1.0, 2.0], cov)
    for name in ("bse", "low", "high", "low_all", "high_all"):
        np.testing.assert_allclose(getattr(drawn, name), getattr(normal, name), atol=0.06)
    with_zero = drawn_bands([0.0, 1.0], np.column_stack([np.zeros(40_000), draws[:, 0]]))
    assert with_zero.low_all[0] == with_zero.high_all[0] == 0.0
    assert with_zero.high_all[1] == pytest.approx(with_zero.high[1], abs=0.02)


def test_draws_that_lie_inside_at_all_places_make_up_the_level() -> None:
    draws = np.random.default_rng(1).exponential(size=(4_000, 5)).cumsum(axis=1)
    found = drawn_bands(draws.mean(axis=0), draws, level=0.9)
    inside = ((found.low_all <= draws) & (draws <= found.high_all)).all(axis=1).mean()
    assert inside == pytest.approx(0.9, abs=0.005)
