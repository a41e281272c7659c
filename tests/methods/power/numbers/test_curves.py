"""The chance to find an effect is that of the search it stands for, and grows as it should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadlag.core.noise.momentum import fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import fit_base, regressors, scan
from leadlag.core.search.shapes import STANDARD, search_weights
from leadlag.methods.power.numbers.curves import power_curves
from leadlag.methods.power.numbers.sizes import kpi_sd

N_LEADS, LAGS = 6, tuple(range(1, 9))


def problem_of(n: int, *, persistence: float, seed: int = 0) -> Problem:
    """Leads that have nothing to do with a KPI with momentum .5."""
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((n + 50, N_LEADS)), rng.standard_normal(n + 50)
    for t in range(1, n + 50):
        X[t] += persistence * X[t - 1]
        y[t] += 0.5 * y[t - 1]
    X, y = X[50:], y[50:]
    X, base = (X - X.mean(axis=0)) / X.std(axis=0), np.column_stack([np.ones(n), np.arange(n) / n])
    momentum = fit_momentum(y, base, max_order=4)
    return Problem(y=y, X=X, base=base, momentum=momentum, lags=LAGS, y_scale=1.0, x_scale=np.ones(N_LEADS))


def searched(problem: Problem, *, pvalue: float) -> tuple[np.ndarray, np.ndarray]:
    """Threshold and median of each lead's largest |t|."""
    tail = scan(problem, rng=np.random.default_rng(0), n_draws=499).tail
    return tail.threshold(pvalue), tail.threshold(0.5)


@pytest.mark.parametrize(("n", "persistence", "pvalue"), [(60, 0.0, 0.10), (60, 0.9, 0.01), (156, 0.5, 0.005)])
def test_the_chance_is_that_of_the_whole_search_redrawn(n: int, persistence: float, pvalue: float) -> None:
    problem = problem_of(n, persistence=persistence)
    threshold, usual = searched(problem, pvalue=pvalue)
    curves, frame = power_curves(problem, threshold=threshold, usual=usual), fit_base(problem)
    columns = regressors(problem, frame, range(N_LEADS))
    unit, weights = columns.values / columns.norm, search_weights(STANDARD, n_lags=len(LAGS))
    noise = np.random.default_rng(1).standard_normal((len(frame.residual), 500))
    noise -= frame.basis.q @ (frame.basis.q.T @ noise)
    for power in (0.5, 0.8):
        sizes, found = curves.left * curves.at(power) / curves.error, []
        for lead in range(N_LEADS):
            for lag in range(0, len(LAGS), 2):
                size = sizes[lead] * columns.norm[lead, lag] / columns.norm[lead, : len(LAGS)].mean()
                drawn = noise + size * unit[:, lead, [lag]]
                score = np.abs(unit[:, lead].T @ drawn) * weights[:, None]
                share = score.max(axis=0) ** 2 / np.square(drawn).sum(axis=0)
                found.append((frame.df * share / (1.0 - share) >= threshold[lead] ** 2).mean())
        assert np.mean(found) == pytest.approx(power, abs=0.035)


def test_the_chance_grows_with_the_effect_and_the_least_effect_falls_with_rows_and_rises_with_the_threshold() -> None:
    short, long = (problem_of(n, persistence=0.5) for n in (80, 320))
    sizes = {}
    for name, problem in (("short", short), ("long", long)):
        for pvalue in (0.05, 0.002):
            threshold, usual = searched(problem, pvalue=pvalue)
            curves = power_curves(problem, threshold=threshold, usual=usual)
            assert (np.diff(curves.found, axis=1) > -0.03).all()
            assert (curves.at(0.5) < curves.at(0.8)).all()
            sizes[name, pvalue] = curves.at(0.5).mean()
    assert sizes["short", 0.05] < sizes["short", 0.002]
    assert sizes["long", 0.002] == pytest.approx(sizes["short", 0.002] / 2.0, rel=0.15)  # four times the rows


def test_units_change_the_sizes_as_they_change_the_effects() -> None:
    problem = problem_of(100, persistence=0.5)
    threshold, usual = searched(problem, pvalue=0.01)
    curves = power_curves(problem, threshold=threshold, usual=usual)
    larger = replace(problem, y=10.0 * problem.y, X=4.0 * problem.X)
    again = power_curves(larger, threshold=threshold, usual=usual)
    np.testing.assert_allclose(again.at(0.5), 2.5 * curves.at(0.5), rtol=1e-6)
    np.testing.assert_allclose(again.estimated, 2.5 * curves.estimated, rtol=1e-6)
    assert kpi_sd(larger) == pytest.approx(10.0 * kpi_sd(problem))


def test_a_lead_of_the_table_has_the_numbers_that_it_has_alone() -> None:
    problem = problem_of(100, persistence=0.5)
    threshold, usual = searched(problem, pvalue=0.01)
    every = power_curves(problem, threshold=threshold, usual=usual)
    alone = power_curves(problem.of([3]), threshold=threshold[[3]], usual=usual[[3]])
    np.testing.assert_allclose(alone.found[0], every.found[3], atol=1e-9)
    assert (
        (every.left > 0.8) & (every.left <= 1.0)
    ).all()  # what the KPI's momentum leaves of an effect, of leads that are alike
    np.testing.assert_allclose(alone.error[0], every.error[3])


def test_a_lead_that_explains_the_kpi_is_noise_taken_out_of_what_could_be_seen() -> None:
    problem = problem_of(156, persistence=0.0)
    lagged = np.r_[np.zeros(3), problem.X[:-3, 0]]
    driven = replace(problem, y=problem.y + 1.5 * lagged)
    driven = replace(driven, momentum=fit_momentum(driven.y, driven.base, max_order=4))
    threshold, usual = searched(driven, pvalue=0.01)
    curves = power_curves(driven, threshold=threshold, usual=usual)
    assert curves.error[0] < 0.75 * curves.error[1:].mean()
    assert curves.estimated[0] == pytest.approx(1.5, abs=0.3)


def test_a_lead_that_cannot_be_tested_has_no_numbers() -> None:
    problem = problem_of(100, persistence=0.5)
    X = problem.X.copy()
    X[:, 2] = 0.0
    found = scan(replace(problem, X=X), rng=np.random.default_rng(0), n_draws=99)
    threshold, usual = np.full((2, N_LEADS), np.nan)
    tested = np.isfinite(found.statistic)
    threshold[tested], usual[tested] = found.tail.threshold(0.01), found.tail.threshold(0.5)
    sizes = power_curves(replace(problem, X=X), threshold=threshold, usual=usual).at(0.5)
    assert np.isnan(sizes).tolist() == [False, False, True, False, False, False]
