"""The few columns that span a lead's give the same largest products as all of them."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.search.maxima import largest_scores
from leadlag.core.time.lags import lag_tensor

N, M, LAGS = 90, 5, 12


def columns(seed: int = 0) -> np.ndarray:
    """Single lags of some leads and their sums of two and three neighbours, shape (N, M, 3 LAGS)."""
    series = np.random.default_rng(seed).normal(size=(N + LAGS + 2, M))
    single = lag_tensor(series, range(1, LAGS + 3))[LAGS + 2 :]
    return np.concatenate(
        [single[:, :, :LAGS], single[:, :, :LAGS] + single[:, :, 1:-1], single[:, :, :LAGS] + single[:, :, 2:]], axis=2
    )


@pytest.mark.parametrize("n_draws", [1, 499, 2_300])
def test_the_largest_product_is_that_of_all_columns(n_draws: int) -> None:
    rng = np.random.default_rng(1)
    values, draws = columns(), rng.normal(size=(N, n_draws))
    values[20, 1] = 0.0  # a masked row, the same in every column: still spanned
    values[30, 2, 5:9] = 0.0  # masked in some columns: no longer
    values[:, 3, 7] = 0.0
    values[:, 4] *= 1e9
    scale = rng.uniform(0.5, 2.0, size=(M, 3 * LAGS))
    expected = np.abs(np.einsum("tms,td->msd", values * scale, draws)).max(axis=1)
    for whole in (
        np.array([True, False, False, True, True]),
        np.zeros(M, dtype=bool),
        np.array([False, False, True, False, False]),
    ):
        np.testing.assert_allclose(largest_scores(values, scale, draws, whole=np.array(whole)), expected, rtol=1e-10)


def test_a_lead_has_the_same_products_in_any_company() -> None:
    values, draws = columns(2), np.random.default_rng(3).normal(size=(N, 600))
    scale, whole = np.ones((M, 3 * LAGS)), np.ones(M, dtype=bool)
    together = largest_scores(values, scale, draws, whole=whole)
    for lead in range(M):
        alone = largest_scores(values[:, [lead]], scale[[lead]], draws, whole=whole[[lead]])
        np.testing.assert_allclose(together[[lead]], alone, rtol=1e-11)


@pytest.mark.parametrize("n_draws", [499, 600])
def test_of_a_lead_with_one_sign_only_products_of_that_sign_count(n_draws: int) -> None:
    values, draws = columns(4), np.random.default_rng(5).normal(size=(N, n_draws))
    scale, signs = np.full((M, 3 * LAGS), 0.5), np.array([1, 0, -1, 0, 1])
    products = np.einsum("tms,td->msd", values * scale, draws)
    expected = np.where(
        signs[:, None] == 0, np.abs(products).max(axis=1), (np.where(signs == 0, 1, signs)[:, None, None] * products).max(axis=1)
    )
    found = largest_scores(values, scale, draws, whole=np.ones(M, dtype=bool), signs=signs)
    np.testing.assert_allclose(found, np.maximum(expected, 0.0), rtol=1e-9, atol=1e-9)
