"""scikit-learn's own checks: only those that shuffle or split rows are excused, for here the order of rows is time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from leadlag.estimators import LagTransformer, LeadSelector, MaskedRegressor

ORDER_MATTERS = {
    "check_methods_sample_order_invariance": "a lag is a value of an earlier row",
    "check_methods_subset_invariance": "a lag is a value of an earlier row",
}


def excused(estimator: Any) -> dict[str, str]:
    return ORDER_MATTERS if isinstance(estimator, LagTransformer) else {}


@parametrize_with_checks(
    [
        LagTransformer(),
        LagTransformer(lags=[0, 2]),
        LeadSelector(n_draws=99, fdr=0.999),
        LeadSelector(n_draws=99, shift="delay_set"),
        LeadSelector(n_draws=99, shift="none", no_lead="empty"),
        MaskedRegressor(LinearRegression()),
        MaskedRegressor(LinearRegression(), incomplete="mean"),
    ],
    expected_failed_checks=excused,
)
@pytest.mark.filterwarnings("ignore:no column is kept:leadlag.errors.StatisticsWarning")
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    state = np.random.get_state()  # noqa: NPY002  (some of these checks draw from the global state)
    try:
        check(estimator)
    finally:
        np.random.set_state(state)  # noqa: NPY002
