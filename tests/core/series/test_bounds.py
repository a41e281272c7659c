"""Shares near their ends and counts with zeros are told from amounts, which are neither."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.series.bounds import mostly_zeros, near_its_ends

DRAWN = np.random.default_rng(0).random(60)


@pytest.mark.parametrize("share", [0.95 + 0.05 * DRAWN, 0.5 * DRAWN**3 / DRAWN.max() ** 3 + 0.01])
def test_a_share_near_an_end_is_near_it_in_percent_too(share: np.ndarray) -> None:
    assert near_its_ends(share)
    assert near_its_ends(100.0 * share, declared=True)


def test_a_share_far_from_its_ends_an_amount_and_a_small_amount_are_not() -> None:
    assert not near_its_ends(0.3 + 0.4 * DRAWN)
    assert not near_its_ends(100.0 + DRAWN)
    assert not near_its_ends(0.04 * DRAWN)  # millions in billions, or an interest rate


def test_counts_with_many_zeros_are_no_events_and_no_amounts() -> None:
    counts = np.random.default_rng(1).poisson(1.0, 80).astype(float)
    assert mostly_zeros(counts)
    assert not mostly_zeros(counts + 3.0)
    assert not mostly_zeros((counts > 0).astype(float))
    assert not mostly_zeros(counts * 1.5)
