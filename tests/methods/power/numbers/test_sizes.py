"""Sizes that could have been seen are those of the curves in other units, and a p that is needed is that of the rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadlag.core.search.scan import scan
from leadlag.core.search.shapes import STANDARD
from leadlag.methods.power.numbers.curves import power_curves
from leadlag.methods.power.numbers.sizes import detectable_sizes, needed_pvalue, one_lead_scan, rows_for, search_curves
from tests.methods.power.numbers.test_curves import problem_of, searched


def test_an_effect_that_is_as_large_as_what_most_find_needs_the_rows_there_are() -> None:
    problem = problem_of(100, persistence=0.5)
    threshold, usual = searched(problem, pvalue=0.01)
    curves = power_curves(problem, threshold=threshold, usual=usual)
    as_large = replace(curves, estimated=curves.left * curves.at(0.8))
    np.testing.assert_allclose(rows_for(as_large, power=0.8), 100.0)
    half = rows_for(replace(curves, estimated=curves.left * curves.at(0.8) / 2.0), power=0.8)
    assert ((half > 350.0) & (half < 400.0)).all()  # less than four times: the threshold falls with degrees of freedom
    assert np.isnan(rows_for(replace(curves, estimated=0.0 * curves.error), power=0.8)).all()


def test_the_needed_p_is_that_of_the_step_up_rule() -> None:
    p = np.array([0.001, 0.02, 0.5, np.nan])
    assert needed_pvalue(p, fdr=0.10) == pytest.approx(0.10 * 3 / 3)  # the third one beside two that pass
    assert needed_pvalue(np.array([0.4, 0.5]), fdr=0.10) == pytest.approx(0.05)


def test_sizes_are_those_of_the_curves_in_units_of_the_kpi_or_in_percent() -> None:
    problem = problem_of(100, persistence=0.5)
    threshold, usual = searched(problem, pvalue=0.01)
    curves = power_curves(problem, threshold=threshold, usual=usual)
    in_units, in_percent = (detectable_sizes(curves, power=0.8, unit=0.1, sd=2.0, log=log) for log in (False, True))
    np.testing.assert_allclose(in_units.most, 0.1 * curves.at(0.8))
    np.testing.assert_allclose(in_percent.most, 100.0 * (np.exp(in_units.most) - 1.0))
    np.testing.assert_allclose(in_percent.most_sd, curves.at(0.8) / 2.0)
    assert in_units.known.all()


def test_one_lead_of_a_scan_has_the_threshold_that_it_has_in_the_scan() -> None:
    problem = problem_of(100, persistence=0.5)
    X = problem.X.copy()
    X[:, 1] = 0.0
    problem = replace(problem, X=X)
    found = scan(problem, rng=np.random.default_rng(0), n_draws=99)
    every = search_curves(problem, found, threshold=0.01, shapes=STANDARD, seed=0)
    for lead in (1, 3):
        one = search_curves(problem.of([lead]), one_lead_scan(found, lead), threshold=0.01, shapes=STANDARD, seed=0)
        np.testing.assert_array_equal(one.threshold, every.threshold[[lead]])
    assert np.isnan(every.threshold).tolist() == [False, True, False, False, False, False]
