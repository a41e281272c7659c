"""The p and the interval of one estimate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from leadlag.core.linear.pvalues import interval, t_values, two_sided
from leadlag.errors import UsageError


def test_p_is_scipys_and_keeps_its_digits_far_out() -> None:
    assert two_sided([1.5, -30.0], df=12) == pytest.approx(2.0 * stats.t.sf([1.5, 30.0], 12), rel=1e-12)
    assert two_sided(-20.0) == pytest.approx(2.0 * stats.norm.sf(20.0), rel=1e-12)


def test_an_effect_without_error_is_infinitely_far_from_zero() -> None:
    assert t_values([2.0, 0.0], [0.0, 0.0]).tolist() == pytest.approx([np.inf, np.nan], nan_ok=True)


def test_an_interval_is_scipys() -> None:
    assert interval([1.0], [0.5], df=9, alpha=0.1)[0] == pytest.approx(stats.t.interval(0.9, 9, loc=1.0, scale=0.5), rel=1e-12)


@pytest.mark.parametrize("alpha", [0, 1, 95, "5%", True])
def test_a_tail_lies_between_zero_and_one(alpha: object) -> None:
    with pytest.raises(UsageError, match=r"alpha=.* is not allowed: give a number between 0 and 1"):
        interval([1.0], [0.5], df=9, alpha=alpha)
