"""A level shift is found where it is, is small where there is none, and does not pass for a lead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from leadlag.core.noise.momentum import Momentum, fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import scan
from leadlag.core.search.shapes import Shape
from leadlag.core.series.shift import LevelShift, largest_shift

N = 120
BASE = np.column_stack([np.ones(N), np.arange(N) / N])


def noise(seed: int, phi: float = 0.5, m: int = 1) -> np.ndarray:
    return signal.lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=(N + 100, m)), axis=0)[100:]


def largest(y: np.ndarray) -> LevelShift:
    found = largest_shift(y, BASE, fit_momentum(y, BASE, max_order=4))
    assert found is not None
    return found


def step(row: int) -> np.ndarray:
    return (np.arange(N) >= row).astype(float)


@pytest.mark.parametrize("size", [5.0, -5.0])
def test_a_shift_is_found_where_it_is(size: float) -> None:
    found = [largest(noise(seed)[:, 0] + size * step(70)) for seed in range(20)]
    assert np.mean([abs(each.row - 70) <= 1 for each in found]) >= 0.9
    assert np.median([each.gain for each in found]) > 20
    np.testing.assert_array_equal(LevelShift(row=70, gain=1.0).column(N), step(70))


@pytest.mark.parametrize("phi", [0.0, 0.8])
def test_without_a_shift_the_gain_is_small(phi: float) -> None:
    gains = [largest(noise(100 + seed, phi)[:, 0]).gain for seed in range(40)]
    assert np.mean(np.array(gains) > 12) <= 0.10 + 3 * np.sqrt(0.1 * 0.9 / 40)
    assert np.median(gains) < 8


def test_units_do_not_matter_and_rows_without_a_value_are_passed_over() -> None:
    y = noise(1)[:, 0] + 5 * step(70)
    y[[20, 66, 67]] = np.nan
    ours, theirs = largest(y), largest(1e9 * y)
    assert ours.row == theirs.row
    assert abs(ours.row - 70) <= 1
    assert theirs.gain == pytest.approx(ours.gain, rel=1e-6)


def test_too_few_rows_have_no_shift() -> None:
    assert largest_shift(np.arange(16.0) % 3, np.ones((16, 1)), Momentum(phi=np.zeros(0), unit_root=False, variance=1.0)) is None


def with_shift(y: np.ndarray, X: np.ndarray, row: int | None) -> Problem:
    """The shift at a row in every model, or none."""
    shift = None if row is None else step(row)
    mean = BASE if shift is None else np.column_stack([BASE, shift])
    return Problem(
        y=y, X=X - X.mean(axis=0), base=BASE, momentum=fit_momentum(y, mean, max_order=4), lags=tuple(range(1, 7)),
        y_scale=1.0, x_scale=np.ones(X.shape[1]), shift=shift,
    )  # fmt: skip


def pvalues(problem: Problem, n_draws: int = 199) -> np.ndarray:
    return scan(problem, rng=np.random.default_rng(0), n_draws=n_draws).pvalue


def test_p_is_the_larger_of_those_with_the_shift_in_the_model_and_without() -> None:
    """The second lead shifts with the KPI and needs that event; the first needs the shift out of its way."""
    X = noise(2, 0.3, m=3)
    y = noise(3)[:, 0] + 5 * step(70) + 0.6 * np.r_[0.0, 0.0, X[:-2, 0]]
    X[:, 1] += 4 * step(67)
    both = scan(with_shift(y, X, 70), rng=np.random.default_rng(0), n_draws=199)
    without = pvalues(with_shift(y, X, None))
    in_the_base = with_shift(y, X, 70)
    only_with = pvalues(replace(in_the_base, base=in_the_base.mean, shift=None))
    np.testing.assert_allclose(both.pvalue, np.maximum(without, only_with), rtol=1e-9)
    np.testing.assert_allclose(np.exp(both.unshifted), without, rtol=1e-9)
    assert only_with[0] < without[0]
    assert without[1] < only_with[1]


def test_a_lead_that_is_nothing_but_the_shift_is_not_tested() -> None:
    shifted = replace(with_shift(noise(4)[:, 0] + 5 * step(70), np.column_stack([step(69), noise(5)[:, 0]]), 70), lags=(1,))
    found = scan(shifted, rng=np.random.default_rng(0), n_draws=99, shapes=(Shape("point"),))
    assert np.isnan(found.statistic[0])
    assert np.isnan(found.log_pvalue[0])
    assert np.isfinite(found.log_pvalue[1])


def test_one_common_shift_does_not_make_leads() -> None:
    """Both shift once, the lead three periods earlier, and have nothing else to do with each other."""
    rejected = []
    for seed in range(60):
        both = noise(200 + seed, 0.4, m=2)
        y, x = both[:, 0] + 4 * step(63), both[:, 1] + 4 * step(60)
        found = largest(y)
        alone, held = (pvalues(with_shift(y, x[:, None], row), n_draws=99)[0] < 0.05 for row in (None, found.row))
        rejected.append((alone, held))
    alone, held = np.mean(rejected, axis=0)
    assert alone > 0.25
    assert held <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 60)
