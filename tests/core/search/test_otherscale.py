"""A choice between two scales costs nothing where they are one, and a second look where they have nothing in common."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.search.otherscale import OtherScale, other_scale
from leadlag.core.search.resample import SharedSigns, fit_tail


def draws(seed: int, m: int = 3, n_draws: int = 1999) -> np.ndarray:
    """Largest of ten |t| of each lead in each draw."""
    return np.abs(np.random.default_rng(seed).standard_normal((m, n_draws, 10))).max(axis=2)


def beside(values: np.ndarray, rows: list[int]) -> OtherScale:
    return other_scale(fit_tail(values, df_most=100.0), rows, length=100)


def test_the_same_scale_twice_costs_nothing() -> None:
    here = draws(0)
    again = beside(7.0 * here**2, [0, 1, 2])  # any other measure of the same draws
    np.testing.assert_array_equal(again.with_draws(here, [0, 1, 2]), here)


def test_two_scales_with_nothing_in_common_cost_a_second_look() -> None:
    here = draws(0)
    both = beside(draws(1), [0, 1, 2]).with_draws(here, [0, 1, 2])
    for pvalue in (0.05, 0.2):
        exceeded = (both >= np.quantile(here, 1.0 - pvalue, axis=1)[:, None]).mean(axis=1)
        np.testing.assert_allclose(exceeded, 1.0 - (1.0 - pvalue) ** 2, atol=0.02)


def test_a_lead_that_was_not_tested_there_keeps_its_draws() -> None:
    here = draws(0)
    both = beside(draws(1, m=2), [1, -1, 0]).with_draws(here, [0, 1, 2])
    np.testing.assert_array_equal(both[1], here[1])
    assert (both[[0, 2]] > here[[0, 2]]).any(axis=1).all()


def test_some_leads_are_those_leads() -> None:
    here, every = draws(0), beside(draws(1), [0, 1, 2])
    np.testing.assert_array_equal(every.of([2]).with_draws(here[[2]], [0]), every.with_draws(here, [0, 1, 2])[[2]])


@pytest.mark.parametrize("lost", [1, 4])
def test_a_model_that_loses_its_first_rows_keeps_the_signs_of_the_others(lost: int) -> None:
    signs = SharedSigns(seed=3, n_draws=40, length=20)
    np.testing.assert_array_equal(signs.of(20 - lost), signs.of(20)[lost:])
    np.testing.assert_array_equal(signs.of(20), SharedSigns(seed=3, n_draws=40).of(20))
