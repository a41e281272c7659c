"""A shape's columns are its weights over the lags, and no row is lost before the first value."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from leadlag.core.noise.momentum import Momentum, whitener
from leadlag.core.search.shapes import NONLINEAR, STANDARD, Response, Shape, answers_to_a_rise, lead_columns, total_weights
from leadlag.core.time.lags import lag_matrix

LAGS = tuple(range(1, 7))
POINT, CARRIED, HALF = Shape("point"), Shape("momentum"), Shape("decay", 0.5)


def momentum(*phi: float, unit_root: bool = False) -> Momentum:
    return Momentum(phi=np.array(phi), unit_root=unit_root, variance=1.0)


def columns(X: np.ndarray, noise: Momentum, *shapes: Shape) -> np.ndarray:
    """Columns of each shape, shape (n, m, shapes, lags)."""
    return lead_columns(X, lags=LAGS, shapes=shapes, momentum=noise)


def lead(seed: int = 0, n: int = 60) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(n, 1))
    return x - x.mean()


def test_without_momentum_a_point_is_the_lagged_lead() -> None:
    X = lead()
    np.testing.assert_allclose(columns(X, momentum(), POINT)[6:, 0, 0], lag_matrix(X[:, 0], LAGS)[6:])


def test_a_decay_is_the_weighted_sum_from_its_start_on() -> None:
    X = lead()
    found = columns(X, momentum(), HALF)[:, 0, 0]
    for place, start in enumerate(LAGS):
        expected = sum(0.5 ** (lag - start) * X[40 - lag, 0] for lag in range(start, 41))
        assert found[40, place] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("phi", [(0.6,), (0.5, 0.2), (0.3, 0.1, -0.4)])
def test_what_the_momentum_carries_on_is_a_single_lag_once_the_momentum_is_filtered_out(phi: tuple[float, ...]) -> None:
    X = lead()
    filter_ = whitener(momentum(*phi), np.ones(len(X), dtype=bool))
    filtered = filter_.apply(columns(X, momentum(*phi), CARRIED)[:, 0, 0])
    np.testing.assert_allclose(filtered[6:], lag_matrix(X[:, 0], LAGS)[6:], atol=1e-12)


@pytest.mark.parametrize("shape", STANDARD)
@pytest.mark.parametrize("noise", [momentum(), momentum(0.6), momentum(0.7, -0.3)])
def test_the_total_weight_is_the_sum_of_the_weights(shape: Shape, noise: Momentum) -> None:
    pulse = np.zeros((400, 1))
    pulse[20] = 1.0
    for start in (1, 2, 5):
        weights = lead_columns(pulse, lags=[start], shapes=[shape], momentum=noise)[20:, 0, 0, 0]
        assert weights[0] == 0.0
        assert weights.argmax() == start
        assert weights[start] == 1.0
        assert total_weights([shape], noise, [start], most=1e6)[0] == pytest.approx(weights.sum())


def test_a_total_weight_without_end_is_bounded() -> None:
    assert total_weights([Shape("momentum")], momentum(1.0), [1], most=120.0)[0] == 120.0


def test_the_first_rows_are_used() -> None:
    X = np.random.default_rng(1).normal(size=(40, 2))
    assert np.isfinite(columns(X, momentum(0.5), *STANDARD)).all()


def test_a_lead_that_begins_late_has_no_rows_before() -> None:
    X = lead()
    X[:20] = np.nan
    found = columns(X, momentum(), *STANDARD)
    assert np.isnan(found[:20]).all()
    assert np.isfinite(found[20:]).all()


@pytest.mark.parametrize("phi", [(), (0.5,), (0.5, 0.2), (0.3, 0.1, -0.4, 0.2)])
@pytest.mark.parametrize("begins", [0, 15])
def test_a_persistent_lead_has_stood_where_it_began(begins: int, phi: tuple[float, ...]) -> None:
    steps = np.zeros(80)
    steps[begins + 20 :: 7] = 1.0
    X = (5.0 + np.cumsum(steps))[:, None]
    X[:begins] = np.nan
    changes = np.diff(columns(X, momentum(*phi), *STANDARD)[begins:], axis=0)
    np.testing.assert_allclose(changes[:20], 0.0, atol=1e-12)
    assert np.abs(changes[25:]).max() > 0.5


def test_a_gap_masks_the_rows_that_need_it() -> None:
    X = lead()
    X[30] = np.nan
    points = columns(X, momentum(), POINT)[:, 0, 0]
    assert [np.flatnonzero(np.isnan(points[:, place])).tolist() for place in range(6)] == [[30 + lag] for lag in LAGS]
    decays = np.isnan(columns(X, momentum(), HALF)[:, 0, 0, 0])
    assert decays[31]
    assert decays.sum() < 6  # once the value's weight is small the rows count again


# Responses that are not linear


def point(response: Response) -> Shape:
    return Shape("point", response=response)


Acts = Callable[[np.ndarray], np.ndarray]
ACTING: list[tuple[Response, Acts]] = [
    ("square", np.square),
    ("above", lambda x: np.maximum(x, 0.0)),
    ("below", lambda x: np.minimum(x, 0.0)),
]


@pytest.mark.parametrize(("response", "acting"), ACTING)
def test_what_acts_is_centred_and_then_lagged(response: Response, acting: Acts) -> None:
    X = lead()
    expected = acting(X[:, 0]) - acting(X[:, 0]).mean()
    np.testing.assert_allclose(columns(X, momentum(), point(response))[6:, 0, 0], lag_matrix(expected, LAGS)[6:])


@pytest.mark.parametrize(("response", "acting"), ACTING)
def test_under_a_unit_root_the_changes_act(response: Response, acting: Acts) -> None:
    walk = np.cumsum(lead() + 0.3, axis=0)
    changes = np.diff(walk[:, 0])
    acts = acting(changes - changes.mean())
    found = columns(walk, momentum(unit_root=True), point(response))[:, 0, 0, 0]
    np.testing.assert_allclose(np.diff(found)[1:], (acts - acts.mean())[:-1], atol=1e-12)


def test_the_linear_columns_do_not_depend_on_what_else_is_searched() -> None:
    X = lead()
    both = columns(X, momentum(0.5), *STANDARD, *NONLINEAR)
    np.testing.assert_array_equal(both[:, :, : len(STANDARD)], columns(X, momentum(0.5), *STANDARD))


@pytest.mark.parametrize("shape", NONLINEAR)
def test_zeros_and_ones_have_a_linear_response_only(shape: Shape) -> None:
    X = (lead() > 0.7).astype(float)
    assert np.isnan(columns(X - X.mean(), momentum(), shape)).all()


@pytest.mark.parametrize("unit_root", [False, True])
@pytest.mark.parametrize("shape", NONLINEAR)
def test_missing_values_stay_missing_and_no_others(shape: Shape, unit_root: bool) -> None:
    X = lead()
    X[20:23] = np.nan
    found = columns(X, momentum(unit_root=unit_root), shape)[:, 0, 0, 0]
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(found)), [21, 22, 23])


def test_a_turned_lead_acts_below_where_it_acted_above() -> None:
    X = lead()
    np.testing.assert_allclose(columns(-X, momentum(), point("below")), -columns(X, momentum(), point("above")))


@pytest.mark.parametrize("unit_root", [False, True])
def test_a_rise_changes_a_square_by_one_on_average_and_both_sides_together_by_one(unit_root: bool) -> None:
    X = lead()
    square, above, below = answers_to_a_rise(X, NONLINEAR, n_lags=1, unit_root=unit_root)[0]
    assert square == pytest.approx(1.0)
    assert above + below == pytest.approx(1.0)
    assert 0.5 < above < 0.9  # a rise by one from anywhere below the mean counts from the mean on
    assert answers_to_a_rise(X, STANDARD[:1], n_lags=1, unit_root=unit_root) == 1.0
