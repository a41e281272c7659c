"""Folding equals what comes out when every value is laid out over the days of its own period."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from leadlag.core.time.overlap import Edges, folded, last_ended


@st.composite
def _calendars(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First days of own periods and the day after the last, days on which the KPI's begin, and own values with gaps."""
    own = np.concatenate([[0], np.cumsum(draw(st.lists(st.integers(1, 5), min_size=6, max_size=30)))])
    steps = draw(st.lists(st.integers(10, 25), min_size=2, max_size=6))  # at least one own period whole in each
    kpi = draw(st.integers(-12, 12)) + np.concatenate([[0], np.cumsum(steps)])
    values = np.random.default_rng(draw(st.integers(0, 999))).normal(size=len(own) - 1)
    values[draw(st.lists(st.integers(0, len(values) - 1), max_size=2))] = np.nan
    return own, kpi, values


def _edges(own: np.ndarray, kpi: np.ndarray) -> Edges:
    """By counting; days before the first own period are own periods of one day each, and so are those after the last."""
    before, after = np.arange(-40, 0), own[-1] + np.arange(1, 200)
    starts = np.concatenate([before, own, after])
    ended = np.searchsorted(starts[1:], kpi, side="right")
    begun = np.searchsorted(starts, kpi, side="left")
    share = (kpi - starts[ended]) / (starts[ended + 1] - starts[ended])
    return Edges(ended=ended - len(before), begun=begun - len(before), before=share)


@settings(max_examples=150, deadline=None)
@given(calendars=_calendars())
def test_folding_is_what_the_days_add_up_to(calendars: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    own, kpi, values = calendars
    edges, lengths = _edges(own, kpi), np.diff(own)
    of_day = np.repeat(np.arange(len(values)), lengths)
    amount, share = values[of_day] / lengths[of_day], 1 / lengths[of_day]
    for place, (begin, end) in enumerate(pairwise(kpi)):
        days = np.arange(max(begin, 0), max(min(end, own[-1]), 0))
        whole = begin >= 0 and end <= own[-1]
        assert_allclose(folded(values, edges, "sum")[place], amount[days].sum() if whole else np.nan, atol=1e-12)
        there = days[~np.isnan(amount[days])]
        mean = (share[there] @ values[of_day[there]]) / share[there].sum() if len(there) else np.nan
        assert_allclose(folded(values, edges, "mean")[place], mean, atol=1e-12)
        ended = values[(own[1:] > begin) & (own[1:] <= end) & ~np.isnan(values)]
        assert_array_equal(folded(values, edges, "last")[place], ended[-1] if len(ended) else np.nan)
        last = np.flatnonzero(own[1:] <= end)
        past = end > own[-1]  # an own period that ended later than the last value has none
        assert_array_equal(last_ended(values, edges)[place], np.nan if past or not len(last) else values[last[-1]])
