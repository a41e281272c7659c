"""p-values of unit-root tests equal those of statsmodels, and agree with arch's where they are newly simulated."""

from __future__ import annotations

import numpy as np
import pytest
from arch.unitroot.unitroot import mackinnoncrit as arch_critical
from arch.unitroot.unitroot import mackinnonp as arch_pvalue
from statsmodels.tsa.adfvalues import mackinnonp

from leadlag.core.series.unitpvalues import KPSS_POINTS, adf_pvalues, dfgls_pvalues, kpss_pvalues

CASES = pytest.mark.parametrize("deterministic", ["c", "ct"])


@CASES
def test_adf_p_equals_statsmodels(deterministic: str) -> None:
    statistic = np.linspace(-20.0, 4.0, 97)
    expected = [mackinnonp(value, regression=deterministic) for value in statistic]
    np.testing.assert_allclose(adf_pvalues(statistic, deterministic=deterministic), expected, atol=1e-12)


@CASES
def test_kpss_p_is_that_of_the_table_and_ends_where_it_ends(deterministic: str) -> None:
    probabilities, critical = KPSS_POINTS[deterministic]
    np.testing.assert_allclose(kpss_pvalues(np.array(critical), deterministic=deterministic), probabilities)
    assert kpss_pvalues(np.array([0.0, 9.0]), deterministic=deterministic).tolist() == [0.10, 0.01]


@CASES
@pytest.mark.parametrize("n", [30, 60, 156, 500, 2000])
def test_dfgls_p_at_the_critical_values_of_arch_is_their_level(n: int, deterministic: str) -> None:
    critical = arch_critical(regression=deterministic, nobs=n, dist_type="dfgls")
    found = dfgls_pvalues(critical, np.full(3, n), deterministic=deterministic)
    np.testing.assert_allclose(found, [0.01, 0.05, 0.10], rtol=0.12)


@CASES
def test_with_many_rows_dfgls_p_is_that_of_the_limit(deterministic: str) -> None:
    statistic = np.linspace(-5.0, 1.0, 25)
    if deterministic == "c":  # the limit without a trend is that of a Dickey-Fuller test without an intercept
        expected = [mackinnonp(value, regression="n") for value in statistic]
    else:
        expected = [arch_pvalue(value, deterministic, dist_type="dfgls") for value in statistic]
    np.testing.assert_allclose(dfgls_pvalues(statistic, np.full(25, 10**6), deterministic=deterministic), expected, atol=0.012)


@CASES
def test_dfgls_p_rises_with_the_statistic_at_any_length(deterministic: str) -> None:
    statistic = np.linspace(-8.0, 4.0, 200)
    for n in (10, 19, 25, 60, 156, 10**6):
        pvalues = dfgls_pvalues(statistic, np.full(200, n), deterministic=deterministic)
        assert (np.diff(pvalues) >= 0).all()
        assert 0.0 <= pvalues[0] < 1e-3
        assert 0.99 < pvalues[-1] <= 1.0


def test_no_statistic_has_no_p() -> None:
    nothing = np.array([np.nan])
    for found in (adf_pvalues(nothing, deterministic="c"), kpss_pvalues(nothing, deterministic="c"),
                  dfgls_pvalues(nothing, np.array([60]), deterministic="c")):  # fmt: skip
        assert np.isnan(found).all()
