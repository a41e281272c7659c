"""Each t is that of a plain robust regression, and the p-value that of a plain bootstrap, done here the slow way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from leadlag.core.noise.momentum import Momentum, whitener
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import fit_tail, rademacher_signs
from leadlag.core.search.scan import Scan, scan, scan_each
from leadlag.core.search.shapes import Shape, lead_columns
from leadlag.core.time.lags import lag_matrix

POINT = (Shape("point"),)
#: Relative, against statsmodels.
SAME = 1e-9


def problem(
    seed: int = 0, *, n: int = 60, m: int = 3, phi: tuple[float, ...] = (0.5,), lags: int = 3, effect: float = 0.0, delay: int = 2
) -> Problem:
    """KPI of AR noise on an intercept and a trend; lead 0 acts on it if there is an effect."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, m))
    noise = np.zeros(n)
    for t in range(n):
        noise[t] = sum(phi[k] * noise[t - 1 - k] for k in range(len(phi)) if t > k) + rng.normal()
    y = noise + effect * lag_matrix(X[:, 0], [delay], fill=0.0)[:, 0]
    return Problem(
        y=y, X=X - X.mean(axis=0), base=np.column_stack([np.ones(n), np.arange(n) / n]), lags=tuple(range(1, lags + 1)),
        momentum=Momentum(phi=np.array(phi), unit_root=False, variance=1.0), y_scale=1.0, x_scale=np.ones(m),
    )  # fmt: skip


def scanned(given: Problem, *, n_draws: int = 199, seed: int = 1, shapes: tuple[Shape, ...] = POINT) -> Scan:
    return scan(given, rng=np.random.default_rng(seed), n_draws=n_draws, shapes=shapes)


def filtered(given: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """KPI, base and single lags (n, leads, lags) after the noise filter; NaN where a lag is missing."""
    filter_ = whitener(given.momentum, np.ones(len(given.y), dtype=bool))
    lags = lead_columns(given.X, lags=given.lags, shapes=POINT, momentum=given.momentum)[:, :, 0]
    return filter_.apply(given.y), filter_.apply(given.base), filter_.apply(lags)


def less_base(values: np.ndarray, base: np.ndarray) -> np.ndarray:
    return values - base @ np.linalg.lstsq(base, values, rcond=None)[0]


def test_every_t_is_that_of_an_hc3_regression_on_filtered_rows_and_the_statistic_that_of_the_best_fit() -> None:
    """HC3 with the leverage of the lead's column beside the base (Frisch & Waugh 1933)."""
    given = problem(effect=0.8)
    found = scanned(given)
    y, base, lags = filtered(given)
    df = 60 - 2 - 1 - 1  # rows less base, AR coefficient and lead
    assert found.df == df
    for lead, place in np.ndindex(3, 3):
        fit = sm.OLS(y, np.column_stack([base, lags[:, lead, place]])).fit()
        error = sm.OLS(less_base(y, base), less_base(lags[:, lead, place], base)).fit().HC3_se[0] * np.sqrt(60 / df)
        assert found.coefficient[lead, place] == pytest.approx(fit.params[-1], rel=SAME)
        assert found.bse[lead, place] == pytest.approx(error, rel=SAME)
        assert found.tvalue[lead, place] == pytest.approx(fit.params[-1] / error, rel=SAME)
        assert found.gain[lead, place] == pytest.approx(sm.OLS(y, base).fit().ssr - fit.ssr, rel=1e-7)
        if place == found.best[lead]:
            assert found.variance[lead] == pytest.approx(fit.ssr / df, rel=1e-7)
    plain = [
        max(abs(sm.OLS(y, np.column_stack([base, lags[:, lead, place]])).fit().tvalues[-1]) for place in range(3))
        for lead in range(3)
    ]
    np.testing.assert_allclose(found.statistic, np.array(plain) * np.sqrt(df / (60 - 3)))
    assert found.best.tolist() == found.gain.argmax(axis=1).tolist()
    assert found.best[0] == 1


def test_one_far_value_does_not_pass_without_end() -> None:
    """A row that decides the coefficient alone leaves no residual: its t must not be without bound."""
    given = problem(5, m=1)
    given.X[30, 0] = 1e4
    found = scanned(given)
    assert found.statistic[0] < 4
    assert found.tail.threshold(0.05)[0] < 10


def test_one_far_value_that_kpi_and_lead_share_is_one_observation() -> None:
    """A surprise of the KPI as large as its preparation leaves one, two rows after a far value of the lead."""
    passed = []
    for seed in range(60):
        given = problem(seed, m=1, phi=())
        given.X[30, 0] = 50.0
        given.y[32] += 3.5
        passed.append(scanned(given).pvalue[0] < 0.05)
    assert np.mean(passed) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 60)


def test_a_lead_with_a_gap_has_the_coefficient_of_the_rows_it_has() -> None:
    given = problem(effect=0.8)
    given.X[25:28, 0] = np.nan
    found = scanned(given)
    y, base, lags = filtered(given)
    assert found.nobs.tolist() == [[56] * 3, [60] * 3, [60] * 3]
    for place in range(3):
        rows = np.isfinite(lags[:, 0, place])
        fit = sm.OLS(y[rows], np.column_stack([base, lags[:, 0, place]])[rows]).fit()
        assert found.coefficient[0, place] == pytest.approx(fit.params[-1], rel=SAME)


def test_the_p_value_is_that_of_a_slow_bootstrap_with_the_same_signs() -> None:
    given, n_draws = problem(n=40, m=2), 99
    found = scanned(given, n_draws=n_draws, seed=5)
    y, base, lags = filtered(given)
    hat = base @ np.linalg.inv(base.T @ base) @ base.T
    residual = (np.eye(40) - hat) @ y / np.sqrt(1 - np.diag(hat))
    drawn_with = np.random.default_rng(np.random.default_rng(5).integers(2**63))  # the scan draws a seed for itself first
    signs = rademacher_signs(drawn_with, n=40, n_draws=n_draws)
    largest = np.empty((2, n_draws))
    for draw in range(n_draws):
        for lead in range(2):
            drawn = less_base(residual * signs[:, draw], base)
            fits = [sm.OLS(drawn, less_base(lags[:, lead, place], base)).fit() for place in range(3)]
            largest[lead, draw] = max(abs(fit.tvalues[0]) for fit in fits) * np.sqrt(found.df / 39)
    expected = fit_tail(largest, df_most=float(found.df)).log_pvalues(found.statistic)
    np.testing.assert_allclose(found.log_pvalue, expected, rtol=1e-8)


def test_units_do_not_matter_and_leads_keep_their_p_in_any_company() -> None:
    given = problem(m=40, effect=0.7)
    ours = scanned(given)
    scaled = scanned(replace(given, y=given.y * 1e12, X=given.X * 1e-3))
    np.testing.assert_allclose(scaled.tvalue, ours.tvalue, rtol=1e-9)
    np.testing.assert_allclose(scaled.log_pvalue, ours.log_pvalue, rtol=1e-7)
    backwards = scanned(replace(given, X=given.X[:, ::-1]))
    np.testing.assert_allclose(backwards.log_pvalue[::-1], ours.log_pvalue, rtol=1e-7)


def test_what_the_base_holds_already_is_not_tested() -> None:
    given = problem()
    X = given.X.copy()
    X[:, 1] = 0.0
    X[:, 2] = np.nan
    found = scanned(replace(given, X=X))
    assert np.isnan(found.statistic).tolist() == [False, True, True]
    assert np.isnan(found.pvalue).tolist() == [False, True, True]


def test_a_perfect_lead_has_a_finite_log_p() -> None:
    given = problem(phi=())
    found = scanned(replace(given, y=lag_matrix(given.X[:, 0], [2], fill=0.0)[:, 0]))
    assert found.best[0] == 1
    assert np.isfinite(found.log_pvalue[0])
    assert found.log_pvalue[0] < -50


def test_every_lead_is_tested_at_its_level() -> None:
    pvalues = np.concatenate([scanned(problem(seed, m=6, phi=(0.6,), lags=6), seed=seed).pvalue for seed in range(100)])
    for level in (0.05, 0.10):
        assert np.mean(pvalues < level) == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / len(pvalues)))


def test_the_size_holds_where_the_variance_moves() -> None:
    """The surprises of the KPI are large exactly where the lead is."""
    rejected = []
    for seed in range(150):
        given = problem(seed, m=2, phi=(), n=80)
        spread = np.exp(0.8 * lag_matrix(given.X[:, 0], [1], fill=0.0)[:, 0])
        rejected.append(scanned(replace(given, y=given.y * spread), seed=seed).pvalue[0] < 0.05)
    assert np.mean(rejected) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 150)


def test_problems_scanned_one_after_the_other_have_the_numbers_they_have_alone() -> None:
    given = [problem(seed, effect=0.5 * seed) for seed in range(3)]
    together = scan_each(given, rng=np.random.default_rng(1), n_draws=199, shapes=POINT)
    for ours, each in zip(together, given, strict=True):
        np.testing.assert_array_equal(ours.log_pvalue, scanned(each).log_pvalue)
