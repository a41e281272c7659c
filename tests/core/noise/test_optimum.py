"""On a parabola the lowest point and the inverse curvature are known; a limit is respected."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.noise.optimum import inverse_information, jacobian, minimise

BEND = np.array([[4.0, 1.0], [1.0, 3.0]])
BOTTOM = np.array([0.3, -0.2])


def parabola(points: np.ndarray) -> np.ndarray:
    return 7.0 + 50 * np.einsum("ni,ij,nj->n", points - BOTTOM, BEND, points - BOTTOM)


def test_the_bottom_is_found_whatever_the_scale_of_the_cost() -> None:
    limits = (np.full(2, -1.0), np.full(2, 1.0))
    for scale in (1.0, 1e4):
        x, cost, converged = minimise(lambda points, scale=scale: scale * parabola(points), np.zeros(2), limits)
        np.testing.assert_allclose(x, BOTTOM, atol=1e-6)
        assert cost == pytest.approx(7.0 * scale)
        assert converged
    np.testing.assert_allclose(inverse_information(parabola, BOTTOM, limits), np.linalg.inv(100 * BEND), rtol=1e-5)


def test_a_number_at_its_limit_counts_as_known() -> None:
    limits = (np.array([-1.0, 0.0]), np.ones(2))
    x, _, converged = minimise(parabola, np.array([0.9, 0.9]), limits)
    np.testing.assert_allclose(x, [0.25, 0.0], atol=1e-6)
    assert converged
    np.testing.assert_allclose(inverse_information(parabola, x, limits), [[1 / 400, 0], [0, 0]], rtol=1e-5)


def test_slopes_are_taken_on_the_inner_side_of_a_limit() -> None:
    slopes = jacobian(lambda x: np.array([x[0] ** 2, x[0] * x[1]]), np.array([0.5, 1.0]), (np.zeros(2), np.ones(2)))
    np.testing.assert_allclose(slopes, [[1.0, 0.0], [1.0, 0.5]], atol=1e-4)
