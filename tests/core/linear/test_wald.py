"""Joint tests equal the textbook, and their p-values do not run out of digits."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from leadlag.core.linear.covariance import covariance
from leadlag.core.linear.leastsquares import fit
from leadlag.core.linear.wald import f_sf, joint_test, log_chi2_sf, log_f_sf, quadratic_test
from leadlag.errors import UsageError
from tests.reference import columns, complete, lagged, mixed_frequency, needs_reference, numbers, table

#: Relative, against statsmodels and R.
SAME = 1e-9

#: log P(F > f), by mpmath 1.4.1 at 40 digits: log(betainc(b/2, a/2, 0, b/(b + a*f), regularized=True)).
F_TAILS = [
    (5.0, 3, 44, -5.396640609521491),
    (1004.38, 3, 140, -215.78783402243825),
    (1000.0, 12, 800, -1084.1501897603197),
    (700.0, 2, 1500, -494.434221663198),
    (60.0, 40, 20000, -1040.0335899459222),
    (1e6, 3, 2000, -7310.31212977056),
    (1e12, 1, 90, -1043.3829889643690),
    (1e300, 2, 30, -10321.012165456672),
    (900.0, 1, 1e6, -453.42526864400565),
]
#: log P(chi2 > x), by mpmath likewise: log(gammainc(k/2, x/2, inf, regularized=True)).
CHI2_TAILS = [
    (10.0, 3, -3.9864160317343833),
    (1500.0, 3, -746.5685151578195),
    (3000.0, 40, -1400.375957910305),
    (1e6, 1, -500007.1335476317),
]


def design(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(50), rng.normal(size=(50, 4))])
    return X @ [1.0, 0.5, 0.0, 0.2, 0.0] + rng.normal(size=50), X


@pytest.mark.parametrize(("f", "a", "b", "expected"), F_TAILS)
def test_log_p_of_f_is_exact_where_p_underflows(f: float, a: float, b: float, expected: float) -> None:
    assert float(log_f_sf(f, a, b)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("x", "k", "expected"), CHI2_TAILS)
def test_log_p_of_chi2_is_exact_where_p_underflows(x: float, k: float, expected: float) -> None:
    assert float(log_chi2_sf(x, k)) == pytest.approx(expected, rel=1e-12)


def test_log_p_at_the_ends() -> None:
    assert log_f_sf([0.0, np.inf], 2, 30).tolist() == [0.0, -np.inf]
    assert log_chi2_sf([0.0, np.inf], 2).tolist() == [0.0, -np.inf]
    assert np.isnan(log_f_sf(np.nan, 2, 30))


def test_log_p_is_smooth_where_the_way_to_compute_it_changes() -> None:
    steps = np.diff(log_f_sf(np.linspace(1500.0, 2600.0, 400), 3, 400))
    assert (steps < 0).all()
    assert np.abs(np.diff(steps)).max() < 0.01


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["nonrobust", "HC1", "HC3", "HAC"]))
def test_joint_tests_equal_statsmodels(seed: int, cov_type: str) -> None:
    y, X = design(seed)
    bandwidth = 3 if cov_type == "HAC" else None
    ours = fit(y, X)
    options = {"cov_kwds": {"maxlags": 3}} if bandwidth else {}
    theirs = sm.OLS(y, X).fit(cov_type=cov_type, use_t=True, **options)
    cov = covariance(ours, cov_type=cov_type, bandwidth=bandwidth)
    combinations = np.array([[0.0, 1.0, -2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]])
    for restriction, matrix in (([3, 4], np.eye(5)[[3, 4]]), (combinations, combinations)):
        found, expected = joint_test(ours, cov, restriction), theirs.f_test(matrix)
        assert found.statistic == pytest.approx(float(expected.fvalue), rel=1e-8)
        assert found.pvalue == pytest.approx(float(expected.pvalue), rel=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_nonrobust_wald_is_the_f_of_two_residual_sums(seed: int) -> None:
    y, X = design(seed)
    full, restricted = fit(y, X), fit(y, X[:, :3])
    by_sums = (restricted.ssr - full.ssr) / 2 / (full.ssr / full.df_resid)
    found = joint_test(full, covariance(full), [3, 4])
    assert found.statistic == pytest.approx(by_sums, rel=1e-7, abs=1e-12)
    as_chi2 = joint_test(full, covariance(full), [3, 4], distribution="chi2")
    assert as_chi2.statistic == pytest.approx(2 * found.statistic, rel=1e-12)
    assert found.pvalue == pytest.approx(stats.f.sf(found.statistic, 2, 45), rel=1e-12)


def test_one_restriction_is_the_square_of_t() -> None:
    y, X = design(1)
    ours = fit(y, X)
    cov = covariance(ours, cov_type="HC3")
    assert joint_test(ours, cov, [2]).statistic == pytest.approx((ours.params[2] / cov.bse[2]) ** 2, rel=1e-12)


def test_a_tested_column_that_says_nothing_new_costs_no_degree_of_freedom() -> None:
    y, X = design(2)
    plain, doubled = fit(y, X), fit(y, np.column_stack([X, X[:, 4] - X[:, 1]]))
    found = joint_test(doubled, covariance(doubled), [4, 5])
    assert found.df_num == 1
    assert found.statistic == pytest.approx(joint_test(plain, covariance(plain), [4]).statistic, rel=SAME)
    with pytest.raises(UsageError, match="No coefficient is left to test"):
        joint_test(doubled, covariance(doubled), [5])
    with pytest.raises(UsageError, match="set aside"):
        joint_test(doubled, covariance(doubled), np.eye(6)[[5]])


def test_a_singular_covariance_gives_no_number() -> None:
    found = quadratic_test([1.0, 2.0], [[1.0, 1.0], [1.0, 1.0]], df_den=20)
    assert np.isnan([found.statistic, found.pvalue, found.log_pvalue]).all()
    assert np.isnan(quadratic_test([1.0], [[0.0]], df_den=20).statistic)


def test_an_unknown_distribution_is_refused() -> None:
    y, X = design(3)
    ours = fit(y, X)
    with pytest.raises(UsageError, match="distribution='f' is not allowed"):
        joint_test(ours, covariance(ours), [1], distribution="f")


@needs_reference
@pytest.mark.parametrize(("name", "series"), [("lead_ip", "industrial_production"), ("lead_claims", "initial_claims")])
def test_the_months_of_the_last_quarter_jointly_equal_r(name: str, series: str) -> None:
    gdp, months = mixed_frequency()
    y, *terms = complete(gdp, lagged(gdp, 1), *(lagged(x, 1) for x in months[series]))
    ours = fit(y, np.column_stack([np.ones(len(y)), *terms]))
    _equals_r(joint_test(ours, covariance(ours), [2, 3, 4]), numbers(f"mixed_frequency/{name}_joint"))


@needs_reference
def test_a_hac_joint_test_equals_r_sandwich() -> None:
    chicken, egg = columns(table("chick_egg"), "chicken", "egg")
    lags = [lagged(series, k) for series in (chicken, egg) for k in (1, 2, 3)]
    y, *terms = complete(chicken, *lags)
    ours = fit(y, np.column_stack([np.ones(len(y)), *terms]))
    cov = covariance(ours, cov_type="HAC", bandwidth=3)
    _equals_r(joint_test(ours, cov, [4, 5, 6]), numbers("chick_egg/granger_3_hac"))


def _equals_r(found, expected: dict[str, float]) -> None:
    assert (found.df_num, found.df_den) == (expected["df1"], expected["df2"])
    assert found.statistic == pytest.approx(expected["F"], rel=SAME)
    assert found.pvalue == pytest.approx(expected["p"], rel=SAME)


def test_many_f_tails_at_once_are_those_of_one_at_a_time() -> None:
    f, a, b = (
        grid.ravel() for grid in np.meshgrid([0.0, 1e-9, 0.7, 5.0, 1004.38, 1e12, np.inf, np.nan], range(31), [0, 3, 44, 800])
    )
    f, a, b = (np.tile(each, 2) for each in (f, a, b))
    pvalues, logs = f_sf(f, a, b)
    for place in range(f.size // 2):
        alone = f_sf(f[place], a[place], b[place])
        assert logs[place] == pytest.approx(float(alone[1]), rel=1e-12, abs=1e-15, nan_ok=True), (f[place], a[place], b[place])
        assert pvalues[place] == pytest.approx(float(alone[0]), rel=1e-12, nan_ok=True)
