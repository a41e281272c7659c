"""A lead in a forecast: what is known of it, and what is not."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.search.shapes import Shape
from leadlag.forecast.leads import learned_lead


@pytest.mark.parametrize("unit_root", [False, True])
@pytest.mark.parametrize("as_surprises", [False, True])
def test_what_is_not_published_yet_is_not_known(as_surprises: bool, unit_root: bool) -> None:
    n, late = 120, 3
    raw = np.random.default_rng(0).normal(size=n).cumsum()
    raw[-late:] = np.nan
    fixed = np.column_stack([np.ones(n), np.arange(n) / n])
    term = learned_lead(
        raw, fixed, place=0, lag=4, shape=Shape("point"), memory=np.zeros(0), spike=np.inf, differenced=False,
        as_surprises=as_surprises, unit_root=unit_root,
    )  # fmt: skip
    known = np.isfinite(term.values(raw, fixed, unit_root=unit_root))
    assert int(np.flatnonzero(known)[-1]) == n - late - 1
