"""Residual diagnostics equal R's and statsmodels', keep their size, and see what they are for."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.diagnostic import breaks_cusumolsresid, het_breuschpagan
from statsmodels.stats.stattools import durbin_watson, jarque_bera

from leadlag.core.linear.leastsquares import fit
from leadlag.core.time.lags import lag_matrix
from leadlag.errors import UsageError
from leadlag.methods.regression.numbers.diagnostics import Diagnostics, diagnose
from tests.reference import (
    columns,
    complete,
    lagged,
    macro_monthly,
    macro_quarterly,
    needs_reference,
    numbers,
    reference,
    regressions,
    table,
)

SAME = 1e-8
TESTS = ("autocorrelation", "heteroscedasticity", "normality", "stability")


def data(seed: int, n: int = 156, k: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Errors and an independent design."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=n), np.column_stack([np.ones(n), rng.normal(size=(n, k - 1))])


def of(y: np.ndarray, X: np.ndarray, **more: object) -> Diagnostics:
    return diagnose(fit(y, X).resid, X, **more)  # type: ignore[arg-type]


@needs_reference
def test_every_regression_has_rs_diagnostics() -> None:
    asked = [each for each in regressions() if "diagnostics" in each.expected]
    assert len(asked) == 19
    for case in asked:
        found, r = of(case.y, case.X), case.expected["diagnostics"]
        ours = {
            "bg4_chisq": found.autocorrelation.statistic, "bg4_p": found.autocorrelation.pvalue,
            "bp_chisq": found.heteroscedasticity.statistic, "bp_df": found.heteroscedasticity.df,
            "bp_p": found.heteroscedasticity.pvalue, "dw": found.durbin_watson,
            "jb": found.normality.statistic, "jb_p": found.normality.pvalue,
        }  # fmt: skip
        assert ours.keys() == r.keys()
        for name, value in ours.items():
            assert value == pytest.approx(r[name], rel=SAME, abs=1e-15), (case.name, name)


def stability_cases() -> Iterator[tuple[str, np.ndarray, list[np.ndarray]]]:
    """Path in R's numbers, outcome and terms of every call of `stab`."""
    y, x = columns(table("chick_egg"), "chicken", "egg")
    yield "chick_egg/stability", y, [lagged(y, 1), lagged(x, 1)]
    q = macro_quarterly()
    yield "us_macro_quarterly/stability", q["gdp"], [lagged(q["gdp"], 1), lagged(q["consumption"], 1)]
    s, v = columns(table("lydia_pinkham"), "sales", "advertising")
    yield "lydia_pinkham/stability", s, [lagged(s, 1), v]
    m = macro_monthly()
    u, c = m["unemployment_rate"], m["initial_claims"]
    yield "us_macro_monthly/stability_claims_unemployment", u, [lagged(u, 1), lagged(c, 1)]


@needs_reference
def test_the_cusum_is_rs() -> None:
    stored = [key for case in reference().values() if isinstance(case, dict) for key in case if key.startswith("stability")]
    cases = list(stability_cases())
    assert len(cases) == len(stored) == 4
    for path, y, terms in cases:
        outcome, *rows = complete(y, *terms)
        found, r = of(outcome, np.column_stack([np.ones(outcome.size), *rows])), numbers(path)
        assert found.nobs == r["n"], path
        assert found.stability.statistic == pytest.approx(r["ols_cusum"]["stat"], rel=SAME), path
        assert found.stability.pvalue == pytest.approx(r["ols_cusum"]["p"], rel=SAME), path


@pytest.mark.parametrize(("n", "k", "order"), [(40, 2, 1), (156, 6, 4), (600, 3, 12)])
def test_the_numbers_are_statsmodels(n: int, k: int, order: int) -> None:
    y, X = data(7, n, k)
    theirs, found = OLS(y, X).fit(), of(y, X, order=order)
    # not acorr_breusch_godfrey, which adds a second intercept: statsmodels 0.14 then gives a negative R2 here
    lagged = lag_matrix(theirs.resid, range(1, order + 1), fill=0.0)
    lm = n * OLS(theirs.resid, np.column_stack([X, lagged])).fit().rsquared
    lm_p = stats.chi2.sf(lm, order)
    bp, bp_p = het_breuschpagan(theirs.resid, X)[:2]
    jb, jb_p, skewness, kurtosis = jarque_bera(theirs.resid)
    cusum, cusum_p, _ = breaks_cusumolsresid(theirs.resid, ddof=k)
    expected = [lm, lm_p, bp, bp_p, jb, jb_p, cusum, cusum_p]
    ours = [number for name in TESTS for number in (getattr(found, name).statistic, getattr(found, name).pvalue)]
    assert ours == pytest.approx(expected, rel=SAME)
    rest = [durbin_watson(theirs.resid), skewness, kurtosis]
    assert [found.durbin_watson, found.skewness, found.kurtosis] == pytest.approx(rest, rel=SAME)


def test_a_column_that_others_span_and_the_units_change_nothing() -> None:
    y, X = data(3)
    plain = of(y, X)
    doubled = of(1e-200 * y, np.column_stack([X, X[:, 1] - 2.0 * X[:, 2]]) * 1e6)
    for name in TESTS:
        one, other = getattr(plain, name), getattr(doubled, name)
        assert (one.statistic, one.log_pvalue, one.df) == pytest.approx((other.statistic, other.log_pvalue, other.df), rel=SAME)
    assert doubled.durbin_watson == pytest.approx(plain.durbin_watson, rel=SAME)


def test_a_lag_is_so_many_periods_also_across_a_gap() -> None:
    """By hand: the lagged residuals looked up one by one, zero where the period is missing."""
    y, X = data(5, n=60, k=3)
    periods = np.delete(np.arange(70), [5, 6, 20, 21, 22, 40, 50, 51, 52, 60])
    resid = fit(y, X).resid
    by_period = dict(zip(periods.tolist(), resid, strict=True))
    earlier = np.array([[by_period.get(t - lag, 0.0) for lag in range(1, 5)] for t in periods.tolist()])
    auxiliary = OLS(resid, np.column_stack([X, earlier])).fit()
    found = diagnose(resid, X, periods=periods + 1_000)
    assert found.autocorrelation.statistic == pytest.approx(60 * (1 - auxiliary.ssr / (resid @ resid)), rel=SAME)
    changes = [by_period[t] - by_period[t - 1] for t in periods.tolist() if t - 1 in by_period]
    assert found.durbin_watson == pytest.approx(np.square(changes).sum() / (resid @ resid) * 59 / len(changes), rel=SAME)


def test_consecutive_periods_are_what_no_periods_are() -> None:
    y, X = data(9)
    assert of(y, X, periods=np.arange(300, 456)) == of(y, X)


def test_p_has_a_logarithm_where_it_is_no_number_any_more() -> None:
    n = 4_000
    X = np.column_stack([np.ones(n), np.arange(n) % 7])
    found = of(np.repeat([0.0, 1.0], n // 2) + np.resize([0.0, 1e-3], n), X)
    assert found.stability.pvalue == 0.0
    assert found.stability.log_pvalue == pytest.approx(math.log(2) - 2 * found.stability.statistic**2)
    assert found.autocorrelation.pvalue == 0.0
    assert -3_000 < found.autocorrelation.log_pvalue < -700
    assert found.shift == n // 2


def test_the_logarithm_of_the_cusum_p_is_seamless() -> None:
    y, X = data(11, n=400, k=1)
    for size in (0.02, 0.1, 0.15, 0.2, 0.3):
        stability = of(y + size * (np.arange(400) >= 200), X).stability
        assert math.exp(stability.log_pvalue) == pytest.approx(stability.pvalue, rel=1e-12)


def test_what_cannot_be_tested_is_nan() -> None:
    few = diagnose([1.0, -2.0, 1.0], [[1.0], [1.0], [1.0]])
    assert math.isnan(few.autocorrelation.pvalue)
    assert math.isnan(few.heteroscedasticity.log_pvalue)
    assert few.stability.pvalue <= 1.0
    exact = diagnose(np.zeros(50), data(1, n=50)[1])
    assert all(math.isnan(getattr(exact, name).pvalue) for name in TESTS)
    assert math.isnan(exact.durbin_watson)
    assert exact.shift == -1


def test_a_design_without_intercept_is_tested_against_all_its_columns() -> None:
    y, X = data(13)
    assert of(y, X[:, 1:]).heteroscedasticity.df == of(y, X).heteroscedasticity.df == 3


@pytest.mark.parametrize("periods", [np.arange(9), np.zeros(10, dtype=int), np.arange(10.0), np.arange(10)[::-1]])
def test_periods_are_integers_that_increase(periods: np.ndarray) -> None:
    with pytest.raises(UsageError, match="10 whole numbers that increase"):
        diagnose(np.arange(10.0), np.ones((10, 1)), periods=periods)


def rates(y: np.ndarray, X: np.ndarray) -> dict[str, float]:
    """Share of the draws, one a column of y, in which each 5 % test rejects."""
    found = [of(each, X) for each in y.T]
    return {name: float(np.mean([getattr(each, name).pvalue < 0.05 for each in found])) for name in TESTS}


def test_each_keeps_its_size() -> None:
    """1,500 draws at n = 156, bounds of three Monte-Carlo errors; the CUSUM rejects 3.4 % at this length (8,000 draws)."""
    nominal = dict.fromkeys(TESTS, 0.05) | {"stability": 0.034}
    errors, _ = data(17, n=156 * 1_500, k=1)
    found = rates(errors.reshape(156, -1), data(0)[1])
    for name, share in nominal.items():
        assert abs(found[name] - share) < 3 * math.sqrt(share * (1 - share) / 1_500), name


def test_each_sees_what_it_is_for() -> None:
    rng = np.random.default_rng(19)
    errors, X = rng.normal(size=(157, 100)), data(0)[1]
    late = (np.arange(156) >= 78)[:, None]
    assert rates(errors[1:] + 0.6 * errors[:-1], X)["autocorrelation"] > 0.9
    assert rates(errors[1:] * np.exp(0.5 * X[:, 1:2]), X)["heteroscedasticity"] > 0.9
    assert rates(rng.standard_t(3, size=(156, 100)), X)["normality"] > 0.9
    assert rates(errors[1:] + late, X)["stability"] > 0.9


def test_a_shift_is_put_in_its_place() -> None:
    y, X = data(23)
    assert abs(of(y + 3.0 * (np.arange(156) >= 100), X).shift - 100) <= 1
