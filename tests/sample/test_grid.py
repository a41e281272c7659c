"""Rows in their places; several rows of one period by rule, against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from leadlag.sample.grid import fold


def _by_loop(values: np.ndarray, rule: str) -> float:
    there = values[~np.isnan(values)]
    if rule == "sum":
        return float(values.sum()) if len(values) else np.nan
    if len(there) == 0:
        return np.nan
    return float(there.mean()) if rule == "mean" else float(there[-1])


@pytest.mark.parametrize("rule", ["sum", "mean", "last"])
@given(st.data())
def test_fold_equals_a_plain_loop(rule: str, data: st.DataObject) -> None:
    places = np.array(sorted(data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=15))))
    cells = st.one_of(st.just(np.nan), st.floats(-100, 100))
    values = data.draw(arrays(np.float64, (len(places), 2), elements=cells))
    expected = [[_by_loop(values[places == place, column], rule) for column in range(2)] for place in range(6)]
    assert_allclose(fold(values, places, 6, (rule, rule)), expected, rtol=1e-12, atol=1e-12)
