"""Of a lead with a known sign or known lags, data and draws are asked that and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadlag.core.search.asked import Asked
from leadlag.core.search.conditional import best_column
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import fit_tail, rademacher_signs
from leadlag.core.search.rescan import largest_statistic
from leadlag.core.search.scan import Scan
from leadlag.core.search.shapes import NONLINEAR, STANDARD
from tests.core.search.test_scan import POINT, filtered, less_base, problem, scanned

UP, DOWN, LATE = Asked(sign=1), Asked(sign=-1), Asked(first=2, last=3)


def same(one: Scan, other: Scan) -> None:
    for name in ("statistic", "log_pvalue", "best", "gain", "tvalue"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_one_sided_p_is_that_of_a_slow_bootstrap_over_one_sign() -> None:
    given, n_draws = replace(problem(n=40, m=2), asked=(UP, DOWN)), 99
    found = scanned(given, n_draws=n_draws, seed=5)
    y, base, lags = filtered(given)
    hat = base @ np.linalg.inv(base.T @ base) @ base.T
    residual = (np.eye(40) - hat) @ y / np.sqrt(1 - np.diag(hat))
    signs = rademacher_signs(np.random.default_rng(np.random.default_rng(5).integers(2**63)), n=40, n_draws=n_draws)

    def largest(values: np.ndarray, lead: int, sign: int) -> float:
        unit = less_base(lags[:, lead], base)
        score = sign * (unit / np.linalg.norm(unit, axis=0)).T @ values
        share = max(score.max(), 0.0) ** 2 / (values @ values)
        return float(np.sqrt(found.df * share / (1.0 - share)))

    drawn = np.array([[largest(less_base(residual * s, base), lead, 1 - 2 * lead) for s in signs.T] for lead in range(2)])
    statistic = np.array([largest(less_base(y, base), lead, 1 - 2 * lead) for lead in range(2)])
    np.testing.assert_allclose(found.statistic, statistic, rtol=1e-9)
    np.testing.assert_allclose(found.log_pvalue, fit_tail(drawn, df_most=float(found.df)).log_pvalues(statistic), rtol=1e-8)


@pytest.mark.parametrize("shapes", [POINT, STANDARD])
def test_a_lead_turned_round_and_asked_for_the_other_sign_is_the_same(shapes: tuple) -> None:
    given = problem(effect=0.4, m=2)
    turned = replace(given, X=given.X * [-1.0, 1.0], asked=(DOWN, None))
    one, other = (scanned(each, shapes=shapes) for each in (replace(given, asked=(UP, None)), turned))
    np.testing.assert_array_equal(one.log_pvalue, other.log_pvalue)
    np.testing.assert_array_equal(one.best, other.best)


def test_lags_that_are_not_asked_are_as_if_they_were_not_searched() -> None:
    given = problem(effect=0.4, m=2)
    narrow, short = (
        scanned(replace(given, asked=(LATE, LATE)), shapes=STANDARD),
        scanned(replace(given, lags=(2, 3)), shapes=STANDARD),
    )
    np.testing.assert_allclose(narrow.log_pvalue, short.log_pvalue, rtol=1e-12)
    assert np.isnan(narrow.tvalue.reshape(2, len(STANDARD), 3)[:, :, 0]).all()


def test_what_excludes_nothing_changes_nothing() -> None:
    given = problem(effect=0.4)
    same(scanned(given), scanned(replace(given, asked=(Asked(first=1, last=3), None, Asked()))))


def test_the_right_sign_gains_and_the_wrong_one_does_not_count() -> None:
    given = problem(effect=0.4, m=1)
    either, up, down = (scanned(replace(given, asked=asked), n_draws=999) for asked in ((), (UP,), (DOWN,)))
    assert up.statistic == either.statistic
    assert up.pvalue[0] < 0.7 * either.pvalue[0]
    assert (down.gain[0, 1], up.gain[0, 1]) == (0.0, either.gain[0, 1])
    assert down.pvalue[0] > 0.3


@pytest.mark.parametrize("asked", [(), (UP, DOWN, LATE), (Asked(sign=-1, first=3, last=3),) * 3])
def test_every_step_of_a_search_finds_the_same_column(asked: tuple[Asked, ...]) -> None:
    given: Problem = replace(problem(effect=0.5), asked=asked)
    found = scanned(given, shapes=STANDARD)
    statistic, best = largest_statistic(given, STANDARD)
    np.testing.assert_allclose(statistic, found.statistic, rtol=1e-10, atol=1e-12)
    tested = found.statistic > 0
    np.testing.assert_array_equal(best[tested], found.best[tested])
    alone = [best_column(given, lead, STANDARD).column for lead in range(3)]
    np.testing.assert_array_equal(np.array(alone)[tested], found.best[tested])


def test_a_square_has_no_sign_and_is_not_asked_for_one() -> None:
    found = scanned(replace(problem(m=1, n=80), asked=(UP,)), shapes=(*POINT, *NONLINEAR))
    assert np.isfinite(found.tvalue).reshape(4, 3).all(axis=1).tolist() == [True, False, True, True]


def test_each_lead_keeps_what_is_asked_of_it() -> None:
    given = replace(problem(), asked=(UP, None, LATE))
    assert given.of([2, 0]).asked == (LATE, UP)
    with pytest.raises(ValueError, match="asked has 1"):
        replace(given, asked=(UP,))
