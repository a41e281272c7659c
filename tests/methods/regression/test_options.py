"""Options of a regression, checked: what is filled in where nothing was said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadlag.core.time.clock import Clock
from leadlag.errors import UsageError
from leadlag.methods.regression.numbers.profiles import ProfileFamily
from leadlag.methods.regression.options import horizon_of, own_lags_of, spans_of
from tests.methods.regression.test_question import regressed

FREE = ProfileFamily(kind="free", lags=(2, 3, 4))
GEOMETRIC = ProfileFamily(kind="geometric", lags=(2, 3, 4))
MONTHS = Clock(ended=np.array([0, 3, 6]), begun=np.array([0, 3, 6]), per=3, ratio=3.0)


def test_lags_of_a_lead_that_is_seen_more_often_span_whole_periods_of_the_kpi() -> None:
    monthly = ProfileFamily(kind="free", lags=(3, 4, 5, 6, 7))
    assert spans_of([FREE, monthly], [None, MONTHS]) == [(2, 4), (1, 2)]


@pytest.mark.parametrize(("given", "lags"), [(0, ()), (None, ()), ([], ()), ((), ()), (2, (1, 2)), ([3, 1], (1, 3))])
def test_own_lags_are_none_unless_they_are_asked_for(given: Any, lags: tuple[int, ...]) -> None:
    assert own_lags_of(given) == lags


@pytest.mark.parametrize(
    ("family", "own_lags", "horizon"), [(FREE, (), 4), (FREE, (1,), 12), (GEOMETRIC, (), 12), (GEOMETRIC, (1,), 12)]
)
def test_profiles_end_at_the_last_lag_unless_effects_go_on_beyond_it(
    family: ProfileFamily, own_lags: tuple[int, ...], horizon: int
) -> None:
    assert horizon_of(None, [family], [None], own_lags=own_lags, default=12) == horizon
    assert horizon_of(None, [family], [None], own_lags=own_lags, default=3) == 4
    assert horizon_of(2, [family], [None], own_lags=own_lags, default=12) == 2
    with pytest.raises(UsageError, match="at least 2"):
        horizon_of(1, [family], [None], own_lags=own_lags, default=12)


def test_own_lags_may_be_an_array() -> None:
    assert regressed(own_lags=np.array([1, 2]), max_lag=3).own_lags == (1, 2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shape": "geometric"}, (5, "start of a decay")),
        ({"shape": {"price": "geometric"}, "max_lag": {"price": 3, "visits": 5}}, (3, "start of a decay")),
        ({"shape": "geometric", "start": 2}, (1, "lag")),
        ({}, (1, "lag")),
    ],
)
def test_starts_that_were_looked_at_are_counted(options: dict, said: tuple[int, str]) -> None:
    search = regressed(leads=["visits", "price"], **{"max_lag": 5} | options).provenance.search
    assert (search.n_lags, search.lag_word) == said
