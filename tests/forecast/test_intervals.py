"""Intervals keep to the model's own spread where it is right, follow what past errors say where not, and are always finite."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy import stats

from leadlag.core.arrays import Floats
from leadlag.forecast.numbers import intervals
from leadlag.forecast.numbers.intervals import Calibration, Law, calibrated, volatility_path

STEPS = 5


def normal(n: int, size: float | Floats = 1.0, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(n, STEPS)) * np.reshape(size, (-1, 1))


def ends(found: Calibration, probability: float) -> Floats:
    return np.array([float(found.at(step).quantiles(probability)) for step in range(STEPS)])


def slow_path(scores: Floats) -> list[float]:
    """The recursion, a possible change and a row at a time."""
    since = [(intervals._OWN, intervals._OWN, 1.0)]  # weight, sum of squares, chance that the last change was there
    path = []
    for score in [*scores, np.nan]:
        path.append(sum(chance * total / weight for weight, total, chance in since) ** 0.5)
        if np.isnan(score):
            continue
        square = min(score**2, (intervals._LARGEST * path[-1]) ** 2)
        told = [
            chance * stats.t.pdf(score, min(weight, intervals._DF), scale=(total / weight) ** 0.5)
            for weight, total, chance in since
        ]
        stays = (1.0 - intervals._CHANGE) / sum(told)
        since = [(weight + 1.0, total + square, stays * one) for (weight, total, _), one in zip(since, told, strict=True)]
        since.append((intervals._NEW, intervals._NEW, intervals._CHANGE))
    return path


def test_the_volatility_follows_its_recursion() -> None:
    scores = np.random.default_rng(1).standard_t(3, size=90) * np.repeat([1.0, 2.5, 0.7], 30)
    scores[[4, 40]] = np.nan
    assert_allclose(volatility_path(scores), slow_path(scores), rtol=1e-10)


def test_without_past_errors_the_interval_is_the_models_own() -> None:
    found = calibrated(np.full((0, STEPS), np.nan))
    assert_allclose(ends(found, 0.9), stats.norm.ppf(0.9), rtol=1e-6)
    assert found.n_scores == 0


def test_where_the_model_is_right_intervals_stay_near_its_own() -> None:
    found = [calibrated(normal(150, seed=seed)) for seed in range(12)]
    for probability in (0.9, 0.975):
        told = np.array([ends(one, probability) for one in found]) / stats.norm.ppf(probability)
        assert abs(told.mean() - 1.0) < 0.05
        assert (abs(told - 1.0) < 0.35).all()


def test_errors_of_twice_the_size_double_the_interval() -> None:
    found = [[ends(calibrated(normal(200, size, seed=seed)), 0.9) for size in (2.0, 1.0)] for seed in range(8)]
    assert_allclose(np.mean([wide / plain for wide, plain in found], axis=0), 2.0, rtol=0.1)


def test_the_interval_is_twice_as_wide_a_score_of_rows_after_the_noise_doubled() -> None:
    found = [calibrated(normal(140, np.repeat([1.0, 2.0], [120, 20]), seed=seed)).volatility for seed in range(20)]
    assert 1.6 < np.mean(found) < 2.2


def test_what_is_not_known_yet_changes_nothing() -> None:
    scores = normal(60)
    late = scores.copy()
    late[-1] = np.nan
    assert_allclose(ends(calibrated(late), 0.9), ends(calibrated(scores[:-1]), 0.9), rtol=0.02)


def test_heavy_tails_widen_the_wide_interval_more_than_the_narrow_one() -> None:
    heavy = calibrated(np.random.default_rng(2).standard_t(2.5, size=(300, STEPS)))
    assert (ends(heavy, 0.975) / ends(heavy, 0.9) > 1.05 * stats.norm.ppf(0.975) / stats.norm.ppf(0.9)).all()


def test_errors_beyond_all_bounds_are_bounded_and_said() -> None:
    found = calibrated(normal(80, 1e9))
    assert found.capped.all()
    assert all(found.at(step).capped for step in range(STEPS))


odd = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(0, 40), st.integers(1, 6)), elements=odd))
def test_no_interval_is_infinite_or_empty_whatever_came(scores: Floats) -> None:
    found = calibrated(scores)
    for step in range(scores.shape[1]):
        law = found.at(step)
        narrow, wide = law.quantiles([0.9, 0.975])
        assert 0.0 < narrow < wide < 100.0
        assert np.isfinite(law.df)


@given(st.floats(0.01, 100.0), st.floats(2.5, 1e4), st.floats(0.001, 0.999))
def test_chances_and_quantiles_are_each_others_inverse(scale: float, df: float, probability: float) -> None:
    law = Law(scale=scale, df=df, capped=False)
    assert_allclose(law.probabilities(law.quantiles(probability)), probability, rtol=1e-6)
