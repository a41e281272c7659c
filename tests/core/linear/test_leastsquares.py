"""Least squares equals numpy's, survives bad scales, and says which columns say nothing new."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlag.core.linear.leastsquares import (
    decides_alone,
    fit,
    is_affine_copy,
    is_constant,
    leverage_adjusted,
    orthonormal_basis,
    residualise,
    standardise,
)
from leadlag.errors import UsageError

#: QR against numpy's SVD on well-conditioned designs.
SAME = 1e-10


def design(seed: int, n: int = 40, k: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.normal(size=(n, k - 1))])
    return X @ rng.normal(size=k) + rng.normal(size=n), X


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_fit_equals_numpys(seed: int) -> None:
    y, X = design(seed)
    ours = fit(y, X)
    params, ssr, rank, _ = np.linalg.lstsq(X, y, rcond=None)
    np.testing.assert_allclose(ours.params, params, rtol=SAME, atol=SAME)
    assert ours.ssr == pytest.approx(ssr[0], rel=SAME)
    assert (ours.rank, ours.df_resid) == (rank, 36)
    np.testing.assert_allclose(ours.xtx_inv(), np.linalg.inv(X.T @ X), rtol=1e-8, atol=SAME)
    np.testing.assert_allclose(ours.leverage(), np.diag(X @ np.linalg.inv(X.T @ X) @ X.T), rtol=1e-8)
    np.testing.assert_allclose(X.T @ ours.resid, 0, atol=1e-11)


def test_a_hand_worked_line() -> None:
    line = fit([1.0, 2.0, 2.0], [[1, 0], [1, 1], [1, 2]])
    np.testing.assert_allclose(line.params, [7 / 6, 1 / 2])
    assert line.ssr == pytest.approx(1 / 6)
    assert line.rsquared == pytest.approx(3 / 4)


def test_a_column_that_earlier_ones_span_is_set_aside_and_the_rest_is_unchanged() -> None:
    y, X = design(1)
    doubled = np.column_stack([X[:, :2], 3.0 - 2.0 * X[:, 1], X[:, 2:], np.zeros(40)])
    ours = fit(y, doubled)
    assert ours.kept.tolist() == [True, True, False, True, True, False]
    np.testing.assert_allclose(ours.params[ours.kept], fit(y, X).params, rtol=SAME)
    assert np.isnan(ours.params[~ours.kept]).all()


def test_rank_does_not_depend_on_units_or_offset() -> None:
    y, X = design(2)
    moved = X.copy()
    moved[:, 1] = 1e8 + X[:, 1]
    moved[:, 2] *= 1e-12
    moved[:, 3] *= 1e12
    assert fit(y, moved).kept.all()
    copy = np.column_stack([moved, 1e8 + moved[:, 1] * 2.0])
    assert fit(y, copy).kept.tolist() == [True] * 4 + [False]


def test_more_columns_than_rows_leave_no_degrees_of_freedom() -> None:
    rng = np.random.default_rng(3)
    ours = fit(rng.normal(size=3), rng.normal(size=(3, 6)))
    assert (ours.rank, ours.df_resid) == (3, 0)
    assert ours.kept.tolist() == [True] * 3 + [False] * 3


def test_the_residual_of_a_perfect_fit_is_rounding() -> None:
    _, X = design(4)
    exact = fit(1e6 * (X @ [1.0, 2.0, 3.0, 4.0]), X)
    assert exact.ssr < 1e-25 * exact.tss


def test_residuals_on_residuals_give_the_full_regression() -> None:
    y, X = design(5, k=6)
    full = fit(y, X)
    base = orthonormal_basis(X[:, :4])
    part = fit(residualise(y, base), residualise(X[:, 4:], base))
    np.testing.assert_allclose(part.params, full.params[4:], rtol=SAME)
    np.testing.assert_allclose(part.resid, full.resid, atol=1e-11)


def test_residualise_takes_any_number_of_trailing_axes() -> None:
    _, X = design(6)
    Z = np.random.default_rng(6).normal(size=(40, 3, 2))
    base = orthonormal_basis(X)
    np.testing.assert_allclose(residualise(Z, base)[:, 1, 1], residualise(Z[:, 1, 1], base), atol=1e-14)
    np.testing.assert_allclose(X.T @ residualise(Z, base)[:, 2, 0], 0, atol=1e-12)
    assert residualise(Z, orthonormal_basis(np.ones((40, 0)))).shape == Z.shape


def test_missing_values_and_wrong_shapes_are_refused() -> None:
    y, X = design(7)
    with pytest.raises(UsageError, match="missing or infinite"):
        fit(np.where(np.arange(40) == 3, np.nan, y), X)
    with pytest.raises(UsageError, match=r"y has shape \(39,\)"):
        fit(y[1:], X)


def test_standardise_ignores_missing_and_is_undone_by_center_and_scale() -> None:
    Z = np.column_stack([[1.0, 2.0, np.nan, 3.0], [1e300, -1e300, 2e299, 0.0], [7.0, 7.0, 7.0, 7.0], [np.nan] * 4])
    values, center, scale = standardise(Z)
    np.testing.assert_allclose(np.nanmean(values[:, :2], axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(np.nanstd(values[:, :2], axis=0), 1)
    np.testing.assert_allclose(values * scale + center, Z)
    assert values[:, 2].tolist() == [0, 0, 0, 0]


def test_rounding_is_not_variation() -> None:
    wobble = 0.1 + np.array([0.0, 1e-16, 0.0, -1e-16])
    Z = np.column_stack([wobble, 1e8 + np.arange(4) * 1e-3, [np.nan] * 4, [np.nan, 5.0, 5.0, 5.0]])
    assert is_constant(Z).tolist() == [True, False, True, True]


def test_a_column_that_is_not_constant_is_not_standardised_to_zeros() -> None:
    large = 2.0**53 + np.r_[np.zeros(99), 1000.0]  # the sd is 1e-14 of the level, the range 1e-13
    assert not is_constant(large)
    assert float(np.std(standardise(large).values)) == pytest.approx(1.0)


def test_a_row_with_a_coefficient_of_its_own_says_nothing() -> None:
    assert leverage_adjusted(np.array([1e-17, 1.0]), leverage=np.array([1.0, 0.5])).tolist() == [0.0, 2.0]


def test_one_row_decides_a_dummys_coefficient() -> None:
    line, dummy = np.arange(10.0)[:, None], np.eye(10, 1)
    assert decides_alone(orthonormal_basis(np.column_stack([np.ones(10), line, dummy])), last=1)
    assert not decides_alone(orthonormal_basis(np.column_stack([np.ones(10), dummy, line])), last=1)


def test_a_copy_has_another_unit_and_offset() -> None:
    y = np.random.default_rng(0).normal(size=20)
    assert is_affine_copy(3.0 - 0.5 * y, y)
    assert not is_affine_copy(y**2, y)


@pytest.mark.parametrize("together", [0, 1, 2])
def test_two_points_are_always_on_a_line_and_no_copy(together: int) -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 20))
    x[10:], y[: 10 - together] = np.nan, np.nan
    assert not is_affine_copy(x, y)
