"""The adjusted p-values are those of Benjamini and Hochberg, over the tests that were made."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from leadlag.core.linear.multiplicity import fdr_adjust

PVALUES = st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.01, 0.2, np.nan])), min_size=1, max_size=40)


@given(PVALUES)
def test_adjusted_as_statsmodels_does_with_ties_and_without_the_missing(values: list[float]) -> None:
    pvalues = np.array(values)
    tested = np.isfinite(pvalues)
    adjusted = fdr_adjust(pvalues)
    assert np.array_equal(np.isfinite(adjusted), tested)
    if tested.any():
        np.testing.assert_allclose(adjusted[tested], multipletests(pvalues[tested], method="fdr_bh")[1], rtol=1e-12, atol=1e-300)


@given(PVALUES, st.randoms(use_true_random=False))
def test_the_order_of_the_tests_does_not_matter(values: list[float], random: object) -> None:
    place = list(range(len(values)))
    random.shuffle(place)  # type: ignore[attr-defined]
    pvalues = np.array(values)
    np.testing.assert_array_equal(fdr_adjust(pvalues[place]), fdr_adjust(pvalues)[place])


def test_no_test_no_answer() -> None:
    assert fdr_adjust(np.empty(0)).shape == (0,)
    assert np.isnan(fdr_adjust(np.full(3, np.nan))).all()
