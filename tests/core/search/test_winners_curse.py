"""Given that a lead was found, the corrected effect is right in the middle and its interval covers as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from leadlag.core.search.winners_curse import after_selection

DF, LEVEL = 100.0, 0.90


def corrected(t: float, threshold: float = 3.0) -> np.ndarray:
    return np.array(after_selection(t, threshold=threshold, df=DF, level=LEVEL))


@pytest.mark.parametrize("true_t", [1.5, 3.0, 5.0])
def test_among_the_found_the_interval_covers_and_the_estimate_is_in_the_middle(true_t: float) -> None:
    rng = np.random.default_rng(0)
    drawn = true_t + stats.t.rvs(DF, size=40_000, random_state=rng)
    found = drawn[np.abs(drawn) >= 3.0][:300]
    assert len(found) == 300
    estimate, low, high = np.array([corrected(float(t)) for t in found]).T
    error = 4 / np.sqrt(300)
    assert np.mean((low <= true_t) & (true_t <= high)) == pytest.approx(LEVEL, abs=error * np.sqrt(0.9 * 0.1))
    assert np.mean(estimate < true_t) == pytest.approx(0.5, abs=error * 0.5)
    if true_t < 4:  # where most are not found the plain t is nearly always too large
        assert np.mean(found < true_t) < 0.5 - error * 0.5


@pytest.mark.parametrize("t", [3.0, 3.3, 5.0, 40.0])
def test_the_sign_turns_everything_round(t: float) -> None:
    estimate, low, high = corrected(t)
    np.testing.assert_allclose(corrected(-t), [-estimate, -high, -low], atol=1e-9)
    assert low <= estimate <= high
    assert estimate > 0


def test_far_beyond_the_threshold_it_is_the_plain_t_and_its_interval() -> None:
    half = stats.t.isf(0.05, DF)
    np.testing.assert_allclose(corrected(9.0), [9.0, 9.0 - half, 9.0 + half], atol=1e-3)
    np.testing.assert_allclose(corrected(3.2, threshold=0.0), [3.2, 3.2 - half, 3.2 + half], atol=0.02)


def test_a_larger_t_never_gives_less() -> None:
    numbers = np.array([corrected(t) for t in np.linspace(3.0, 12.0, 91)])
    assert (np.diff(numbers, axis=0) > 0).all()
    assert (numbers[:, 0] <= np.linspace(3.0, 12.0, 91) + 1e-6).all()


def test_a_t_below_its_threshold_was_chosen_otherwise_and_is_left_as_it_is() -> None:
    np.testing.assert_allclose(corrected(2.5), corrected(2.5, threshold=0.0))
    np.testing.assert_allclose(corrected(2.5)[0], 2.5, atol=1e-5)


@pytest.mark.parametrize("true_t", [1.5, 3.0])
def test_where_one_sign_alone_is_chosen_the_interval_covers_given_that_it_was(true_t: float) -> None:
    drawn = true_t + stats.t.rvs(DF, size=40_000, random_state=np.random.default_rng(1))
    found = drawn[drawn >= 2.7][:300]
    numbers = [after_selection(float(t), threshold=2.7, df=DF, level=LEVEL, one_sided=True) for t in found]
    estimate, low, high = np.array(numbers).T
    error = 4 / np.sqrt(300)
    assert np.mean((low <= true_t) & (true_t <= high)) == pytest.approx(LEVEL, abs=error * np.sqrt(0.9 * 0.1))
    assert np.mean(estimate < true_t) == pytest.approx(0.5, abs=error * 0.5)


@pytest.mark.parametrize("df", [4.0, 12.0])
def test_heavy_tails_far_below_the_threshold_are_not_taken_for_the_end_of_an_interval(df: float) -> None:
    _, low, high = after_selection(6.0, threshold=3.0, df=df, level=LEVEL, one_sided=True)
    assert -3.0 < low < 6.0 < high
