"""An effect over several shapes: that of the best where it stands alone, wider where others fit as well."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.search.effect import EffectSize, averaged_effect
from leadlag.core.search.winners_curse import after_selection


def averaged(effect: list[float], gain: list[float], *, error: list[float] | None = None, unit: float = 1.0) -> EffectSize:
    errors = np.array(error or [0.2] * len(effect))
    return averaged_effect(
        unit * np.array(effect), unit * errors, unit**2 * np.array(gain), variance=unit**2, threshold=np.full(len(effect), 3.0),
        df=100.0, level=0.90,
    )  # fmt: skip


def test_a_shape_that_fits_far_better_stands_alone() -> None:
    found = averaged([1.0, 5.0, np.nan], [60.0, 20.0, np.nan])
    middle, low, high = 0.2 * np.array(after_selection(5.0, threshold=3.0, df=100.0, level=0.90))
    assert found.value == pytest.approx(middle)
    assert found.high - found.low == pytest.approx(high - low)


def test_shapes_that_fit_as_well_share_the_effect_and_widen_its_interval() -> None:
    one, both = averaged([1.0], [60.0]), averaged([1.0, 2.0], [60.0, 60.0])
    assert both.value == pytest.approx(1.5, abs=0.05)
    assert both.low < 1.0
    assert both.high > 2.0
    assert both.high - both.low > 2 * (one.high - one.low)
    assert one.value < averaged([1.0, 2.0], [60.0, 57.0]).value < both.value


@pytest.mark.parametrize("unit", [1e-13, 1e13, -1.0])
def test_units_and_sign_do_not_matter(unit: float) -> None:
    ours, theirs = averaged([1.0, 1.3], [60.0, 59.0]), averaged([1.0, 1.3], [60.0, 59.0], unit=abs(unit))
    if unit < 0:
        theirs = averaged([-1.0, -1.3], [60.0, 59.0])
    ends = (theirs.low, theirs.high) if unit > 0 else (theirs.high, theirs.low)
    np.testing.assert_allclose(np.array([theirs.value, *ends]) / unit, [ours.value, ours.low, ours.high], rtol=1e-6)


def test_where_the_best_column_does_nothing_the_effect_is_zero_with_its_error() -> None:
    none = np.zeros(2)
    found = averaged_effect(none, np.ones(2), np.array([2.0, 1.0]), variance=1.0, threshold=none, df=50, level=0.9)
    assert found.value == 0.0
    assert -found.low == found.high == pytest.approx(1.645, abs=1e-3)
