"""Mean delays are centres of mass; their intervals hold the truth, and there is none where weights change their sign."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import lfilter

from leadlag.core.noise.momentum import Momentum, fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.core.time.lags import lag_matrix
from leadlag.methods.delay.numbers.meandelay import mean_delay

LAGS = 10


def problem(seed: int, weights: list[float], *, n: int = 120, phi: float = 0.0, persistence: float = 0.3) -> Problem:
    """KPI that answers to lead 0 with `weights` at lags 1, 2, ... beside AR noise."""
    rng = np.random.default_rng(seed)
    before = 60
    x = lfilter([1.0], [1.0, -persistence], rng.normal(size=n + before))
    y = lag_matrix(x, range(1, len(weights) + 1), fill=0.0) @ np.array(weights)
    y = (y + lfilter([1.0], [1.0, -phi], rng.normal(size=n + before)))[before:]
    base = np.ones((n, 1))
    return Problem(
        y=y, X=(x[before:] - x[before:].mean())[:, None], base=base, lags=tuple(range(1, LAGS + 1)),
        momentum=fit_momentum(y, base, max_order=4), y_scale=1.0, x_scale=np.ones(1),
    )  # fmt: skip


def test_of_a_single_lag_it_is_that_lag() -> None:
    found = mean_delay(problem(0, [0.0, 0.0, 0.0, 5.0]), 0, level=0.9)
    assert found.value == pytest.approx(4.0, abs=0.05)
    assert found.low <= found.value <= found.high
    assert found.high - found.low < 0.2


def test_of_a_strong_decay_it_is_its_centre_of_mass() -> None:
    weights = 3.0 * 0.6 ** np.arange(30)
    centre = float(np.arange(1, 31) @ weights / weights.sum())
    found = mean_delay(problem(1, weights.tolist(), n=400), 0, level=0.9)
    assert found.value == pytest.approx(centre, abs=0.3)


def test_of_an_effect_that_momentum_carries_it_is_the_centre_of_its_response() -> None:
    """At the KPI's true momentum the response to a lead at lag 2 is 2 plus a mean of j 0.7^j."""
    response = 0.7 ** np.arange(60)
    centre = 2.0 + float(np.arange(60) @ response / response.sum())
    given = problem(2, [0.0, *(4.0 * response)], n=400, phi=0.7, persistence=0.0)
    given = replace(given, momentum=Momentum(phi=np.array([0.7]), unit_root=False, variance=1.0))
    assert mean_delay(given, 0, level=0.9).value == pytest.approx(centre, abs=0.35)


@pytest.mark.parametrize(
    "weights",
    [[0.0, 0.6], [0.0, *(0.5 * 0.5 ** np.arange(20))], [0.2, 0.4, 0.2], [0.0, 0.3, 0.3, 0.3]],
    ids=["one lag", "decay", "hump", "three lags"],
)
def test_the_interval_holds_the_truth(weights: list[float]) -> None:
    centre = float(np.arange(1, len(weights) + 1) @ np.array(weights) / np.sum(weights))
    held = []
    for seed in range(40):
        found = mean_delay(problem(seed, weights, phi=0.4), 0, level=0.9)
        held.append(found.low - 1e-9 <= centre <= found.high + 1e-9)
    assert np.mean(held) > 0.9 - 3 * np.sqrt(0.9 * 0.1 / 40)


def test_weights_that_change_their_sign_have_no_mean() -> None:
    found = mean_delay(problem(3, [1.0, 0.0, 0.0, -1.0]), 0, level=0.9)
    assert found.missing == "turns"
    assert np.isnan([found.value, found.low, found.high]).all()


def test_a_higher_level_has_a_wider_interval_and_units_do_not_matter() -> None:
    given = problem(4, [0.2, 0.3, 0.3])
    narrow, wide = (mean_delay(given, 0, level=level) for level in (0.5, 0.95))
    assert wide.low <= narrow.low <= narrow.value == wide.value <= narrow.high <= wide.high
    other = mean_delay(replace(given, y=1e5 * given.y, X=-0.01 * given.X), 0, level=0.5)
    assert (other.value, other.low, other.high) == pytest.approx((narrow.value, narrow.low, narrow.high), rel=1e-6)


def test_a_lead_without_values_has_none() -> None:
    given = problem(5, [0.5])
    assert np.isnan(mean_delay(replace(given, X=0.0 * given.X), 0, level=0.9).value)
