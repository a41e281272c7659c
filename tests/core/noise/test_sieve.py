"""AR noise as a filter and back."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.noise.sieve import Sieve


def test_noise_and_innovations_are_each_others_inverse() -> None:
    rng = np.random.default_rng(2)
    sieve = Sieve.of(np.array([0.5, -0.3]), np.r_[0:20, 22:40], rng.standard_normal((38, 2)))
    noise = rng.standard_normal((38, 3))
    assert np.allclose(sieve.noise(sieve.filtered(noise)), noise, atol=1e-12)


def test_what_is_carried_back_is_the_transpose_of_the_noise() -> None:
    rng = np.random.default_rng(3)
    sieve = Sieve.of(np.array([0.6]), np.r_[0:10, 13:30], np.ones((27, 1)))
    innovations, influence = rng.standard_normal((27, 1)), rng.standard_normal((27, 2))
    assert np.allclose(influence.T @ sieve.noise(innovations), sieve.carried(influence).T @ innovations)


def test_beyond_many_periods_each_stretch_starts_afresh() -> None:
    rng = np.random.default_rng(5)
    noise = rng.standard_normal((40, 1))
    far, near = np.r_[0:20, 2000:2020], np.r_[0:20, 22:42]
    apart, together = (Sieve.of(np.array([0.7]), periods, np.ones((40, 1))).filtered(noise) for periods in (far, near))
    alone = Sieve.of(np.array([0.7]), np.arange(20), np.ones((20, 1))).filtered(noise[20:])
    assert np.allclose(apart[20:], alone, atol=1e-12)
    # over one gap of two an AR(1) is predicted by the third power of its coefficient
    after = (noise[20] - 0.7**3 * noise[19]) / np.sqrt(1.0 + 0.7**2 + 0.7**4)
    assert together[20] == pytest.approx(after, rel=1e-10)
    assert np.allclose(together[21:], alone[1:], atol=1e-12)


def test_errors_of_one_version_do_not_depend_on_the_others() -> None:
    rng = np.random.default_rng(4)
    sieve = Sieve.of(np.array([0.5, 0.1]), np.arange(40), np.ones((40, 1)))
    resid, influence = rng.standard_normal((40, 3)), rng.standard_normal((40, 2))
    together = sieve.errors(resid, influence)
    assert together == pytest.approx(np.column_stack([sieve.errors(resid[:, [b]], influence) for b in range(3)]), rel=1e-12)


def test_residuals_that_are_all_zero_have_no_error() -> None:
    sieve = Sieve.of(np.array([0.5]), np.arange(20), np.ones((20, 1)))
    assert (sieve.errors(np.zeros((20, 2)), np.ones((20, 1))) == 0.0).all()
