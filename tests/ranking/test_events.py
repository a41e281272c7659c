"""A chosen lead that rests on two or three shocks is told from one that acts all the time."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.search.shapes import STANDARD
from leadlag.decision import Policy
from leadlag.ranking.events import resting_on_few
from tests.core.search.test_influence import N, scan, shocked
from tests.core.search.test_scan import problem

SHARES = Policy().few_events


@pytest.mark.parametrize(("dates", "fewest"), [((50, 110), 2), ((30, 80, 130), 2), ((), 0)])
def test_shocks_are_counted_and_a_lead_without_them_stands(dates: tuple[int, ...], fewest: int) -> None:
    for seed in range(4):
        given = shocked(problem(seed, n=N, m=1, effect=0.0 if dates else 0.6), dates)
        found = scan(given, rng=np.random.default_rng(0), n_draws=99)
        resting = resting_on_few([7], [given], [found], shares=SHARES, rate=0.01, shapes=STANDARD)
        assert (7 in resting) == bool(dates)
        if dates:
            assert fewest <= len(resting[7].spans) <= len(dates)
        assert resting_on_few([7], [given], [found], shares=(), rate=0.01, shapes=STANDARD) == {}


def test_a_lead_that_still_passes_without_its_strongest_stretches_does_not_rest_on_them() -> None:
    given = shocked(problem(0, n=N, m=1, effect=0.6), (50, 110))
    found = scan(given, rng=np.random.default_rng(0), n_draws=99)
    asked = [resting_on_few([7], [given], [found], shares=SHARES, rate=level, shapes=STANDARD) for level in (1e-6, 0.2)]
    assert [7 in resting for resting in asked] == [True, False]
