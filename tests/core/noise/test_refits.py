"""Many regressions with own lags at once, and the paths they are made on."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.linear.covariance import covariance
from leadlag.core.linear.leastsquares import fit
from leadlag.core.noise.refits import FixedColumns, Recursion, refit


def test_refits_of_many_versions_are_those_of_each_alone() -> None:
    rng = np.random.default_rng(1)
    y, first, second, X = *rng.standard_normal((3, 60, 4)), np.column_stack([np.ones(60), rng.standard_normal((60, 2))])
    weights = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 2.0]])
    q, r = np.linalg.qr(X)
    found = refit(y, [first, second], FixedColumns(q=q, numerator=np.linalg.solve(r.T, weights.T)))
    for b in range(4):
        alone = fit(y[:, b], np.column_stack([X, first[:, b], second[:, b]]))
        room = 1.0 - alone.params[3:].sum()
        effect = weights @ alone.params[:3] / room
        gradient = np.column_stack([weights, effect, effect]) / room
        cov = covariance(alone, cov_type="HC3").matrix
        assert found.effect[:, b] == pytest.approx(effect, rel=1e-10)
        assert found.errors()[:, b] / abs(room) == pytest.approx(np.sqrt(np.diag(gradient @ cov @ gradient.T)), rel=1e-9)


def test_a_path_follows_from_its_own_past_and_starts_again_after_a_gap() -> None:
    # the third row comes after a gap: it has only what was observed
    source = np.array([[-1], [0], [-1], [2]])
    recursion = Recursion(lags=np.array([1]), source=source, start=np.array([[10.0], [99.0], [20.0], [99.0]]))
    path = recursion.paths(np.array([0.5]), np.array([[1.0], [2.0], [3.0], [4.0]]))
    assert path[:, 0].tolist() == [6.0, 5.0, 13.0, 10.5]
    assert recursion.lagged(path)[0][:, 0].tolist() == [10.0, 6.0, 20.0, 13.0]


def test_bias_is_taken_off_for_as_long_as_the_own_lags_stay_stable() -> None:
    recursion = Recursion(lags=np.array([1, 12]), source=np.zeros((0, 2), dtype=np.intp), start=np.zeros((0, 2)))
    own = np.array([0.5, 0.4])
    assert recursion.corrected(own, np.array([-0.05, 0.0])).tolist() == [0.55, 0.4]
    whole = recursion.corrected(own, np.array([-0.2, 0.0]))
    assert 0.55 < whole[0] < 0.6
    assert recursion.is_stable(whole)
