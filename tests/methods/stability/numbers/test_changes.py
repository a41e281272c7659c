"""A change of one lead's effect is that of a regression, is seen where there is one, and not where only the variance changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadlag.core.linear.leastsquares import orthonormal_basis
from leadlag.core.noise.momentum import fit_momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import column_of
from leadlag.core.search.shapes import Shape
from leadlag.methods.stability.numbers.breaks import break_scan
from leadlag.methods.stability.numbers.changes import (
    LeadRegression,
    lead_change,
    lead_regression,
    moving_effect,
    residual_on,
    whole_change,
)
from leadlag.methods.stability.numbers.sides import ChangeAt, SideEffect, change_at, corrected_for_selection, side_effects

POINT = (Shape("point"),)


def problem(seed: int, *, n: int = 120, before: float = 0.6, after: float = 0.6, momentum: float = 0.4) -> Problem:
    """A lead that acts one period later, up to and from row 70 on."""
    rng = np.random.default_rng(seed)
    x, e = rng.normal(size=(2, n))
    u = e.copy()
    for row in range(1, n):
        u[row] += momentum * u[row - 1]
    y = u + np.where(np.arange(n) < 70, before, after) * np.r_[0.0, x[:-1]]
    base = np.column_stack([np.ones(n), np.arange(n) / n])
    fitted = fit_momentum(y, base, max_order=4)
    return Problem(y=y, X=x[:, None], base=base, momentum=fitted, lags=(1, 2, 3), y_scale=1.0, x_scale=np.ones(1))


def plain(x: np.ndarray, y: np.ndarray) -> LeadRegression:
    """A regression without momentum on a constant and one column."""
    base = orthonormal_basis(np.ones((len(x), 1))).q
    x, y = residual_on(x, base), residual_on(y, base)
    q = np.column_stack([base, x / np.sqrt(x @ x)])
    return LeadRegression(rows=np.arange(len(x)), x=x, y=y, q=q, df=len(x) - 2)


SIGNS = SharedSigns(seed=0, n_draws=299)


def test_the_statistic_of_every_date_is_that_of_a_regression_with_the_lead_alone_changing() -> None:
    rng = np.random.default_rng(0)
    of = plain(*rng.normal(size=(2, 80)))
    found = lead_change(of, signs=SIGNS)
    assert found is not None
    every = break_scan(of.y, of.x[:, None], of.q[:, :1])
    at = np.isin(every.dates, found.dates)
    np.testing.assert_allclose(found.statistics, every.statistics[at] * (of.df - 1) / (80 - 2 - 1), rtol=1e-9)


def test_an_effect_that_stops_is_seen_and_dated() -> None:
    for seed in range(3):
        of = lead_regression(problem(seed, after=-0.3), 0, 0, POINT)
        found = lead_change(of, signs=SIGNS)
        assert found is not None
        assert found.pvalue <= 0.01
        assert found.supremum == found.statistics.max() > found.threshold
        assert abs(of.rows[found.split] - 70) <= 20
        before, after = side_effects(of, found.split)
        assert before.interval(0.99)[0] < 0.6 < before.interval(0.99)[1]
        assert after.value < 0.2 < before.value


def test_what_becomes_weaker_weighs_more_than_what_becomes_stronger() -> None:
    pairs = []
    for seed in range(6):
        of = lead_regression(problem(seed, before=0.45, after=0.1), 0, 0, POINT)
        backwards = replace(of, y=of.y[::-1], x=of.x[::-1], q=of.q[::-1])
        pairs.append([lead_change(each, signs=SIGNS).pvalue for each in (of, backwards)])  # type: ignore[union-attr]
    assert np.less(*np.mean(pairs, axis=0))


def test_a_stable_effect_is_seldom_said_to_change_and_neither_is_one_under_changing_variance() -> None:
    rng = np.random.default_rng(1)
    n, draws = 80, 200
    signs = SharedSigns(seed=1, n_draws=199)
    wide = np.where(np.arange(n) < 40, 1.0, 3.0)
    for lead_wide, kpi_wide in ((1.0, 1.0), (wide, 1.0), (1.0, wide)):
        found, known = [], []
        for _ in range(draws):
            x = rng.normal(size=n) * lead_wide
            of = plain(x, 0.5 * x + rng.normal(size=n) * kpi_wide)
            asked, at = lead_change(of, signs=signs), np.arange(n) < 50
            split = change_at(of, at, ~at, signs=signs)
            assert asked is not None
            assert split is not None
            found.append(asked.pvalue <= 0.05)
            known.append([split.weaker_pvalue <= 0.05, split.changed_pvalue <= 0.05])
        # three standard errors of 200 draws to either side of 5 %
        assert 0.01 <= np.mean(found) <= 0.10
        assert (np.mean(known, axis=0) <= 0.10).all()


def test_a_known_date_has_the_coefficients_of_two_regressions() -> None:
    rng = np.random.default_rng(2)
    x, e = rng.normal(size=(2, 60))
    at = np.arange(60) < 35
    of = plain(x, np.where(at, 1.0, 0.2) * x + 0.5 * e)
    found = change_at(of, at, ~at, signs=SIGNS)
    assert found is not None
    design = np.column_stack([np.ones(60), np.where(at, of.x, 0.0), np.where(at, 0.0, of.x)])
    expected = np.linalg.lstsq(design, of.y, rcond=None)[0]
    assert (found.before.value, found.after.value) == pytest.approx(tuple(expected[1:]))
    inverse = np.linalg.inv(design.T @ design)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    scores = design * ((of.y - design @ expected) / (1.0 - leverage))[:, None]
    robust = inverse @ scores.T @ scores @ inverse
    assert (found.before.error, found.after.error) == pytest.approx(tuple(np.sqrt(np.diag(robust))[1:]))
    contrast = np.array([0.0, 1.0, -1.0])
    assert found.statistic == pytest.approx(float(contrast @ expected / np.sqrt(contrast @ robust @ contrast)))
    assert found.weaker_pvalue < 0.01
    # the other way round it became stronger
    turned = change_at(of, ~at, at, signs=SIGNS)
    assert turned is not None
    assert turned.weaker_pvalue > 0.9
    assert turned.changed_pvalue < 0.02


def test_a_side_with_nothing_of_the_lead_cannot_be_asked() -> None:
    rng = np.random.default_rng(3)
    x, e = rng.normal(size=(2, 60))
    x[35:] = 0.0
    x -= np.where(np.arange(60) < 35, x[:35].mean(), 0.0)
    of = plain(x, x + e)
    at = np.arange(60) < 35
    assert change_at(of, at, ~at, signs=SIGNS) is None
    assert change_at(of, np.arange(60) < 5, np.arange(60) >= 5, signs=SIGNS) is None
    found = lead_change(of, signs=SIGNS)
    assert found is not None
    assert found.dates.max() < 35


def test_choosing_the_best_shrinks_the_effect_before_and_pays_for_the_choice() -> None:
    rng = np.random.default_rng(4)
    x, e = rng.normal(size=(2, 100))
    at = np.arange(100) < 60
    weak = change_at(plain(x, np.where(at, 0.35, 0.0) * x + e), at, ~at, signs=SIGNS)
    strong = change_at(plain(x, np.where(at, 3.0, 0.0) * x + e), at, ~at, signs=SIGNS)
    assert weak is not None
    assert strong is not None
    of_weak = value, (low, high), p = corrected_for_selection(weak, level=0.9, n_candidates=10)
    assert abs(value) < abs(weak.before.value)
    assert low < value < high
    assert p > weak.weaker_pvalue
    value, _, p = corrected_for_selection(strong, level=0.9, n_candidates=10)
    assert value == pytest.approx(strong.before.value, rel=1e-3)
    assert p < 0.01
    assert (
        corrected_for_selection(weak, level=0.9, n_candidates=100)[2]
        > corrected_for_selection(weak, level=0.9, n_candidates=10)[2]
    )
    before, after = (replace(side, value=-side.value) for side in (weak.before, weak.after))
    turned, ends, mirrored = corrected_for_selection(replace(weak, before=before, after=after), level=0.9, n_candidates=10)
    assert (turned, *ends, mirrored) == pytest.approx((-of_weak[0], -of_weak[1][1], -of_weak[1][0], of_weak[2]))


def test_the_best_of_ten_that_stay_as_they_are_is_seldom_said_to_weaken() -> None:
    rng = np.random.default_rng(7)
    side = {"df": 90.0, "nobs": 92}
    for effect in (0.0, 2.0):
        called = []
        for _ in range(1500):
            best = max(effect + rng.normal(size=10), key=abs)
            sign = np.sign(best)
            found = ChangeAt(
                before=SideEffect(value=best, error=1.0, **side),
                after=SideEffect(value=effect + 1.2 * rng.normal(), error=1.2, **side),
                statistic=0.0, weaker_pvalue=0.0, changed_pvalue=0.0,
            )  # fmt: skip
            naive = sign * (found.before.value - found.after.value) / np.hypot(1.0, 1.2) > 1.645
            called.append((naive, corrected_for_selection(found, level=0.9, n_candidates=10)[2] <= 0.05))
        naive, corrected = np.mean(called, axis=0)
        assert naive > 0.15
        assert corrected <= 0.07


def test_all_coefficients_at_once_are_those_of_the_break_scan() -> None:
    rng = np.random.default_rng(5)
    x, e = rng.normal(size=(2, 80))
    of = plain(x, x + e + np.where(np.arange(80) < 40, 0.0, 2.0))
    found = whole_change(of, signs=SIGNS)
    assert found is not None
    every = break_scan(of.y, of.q)
    assert found[0] == pytest.approx(every.supremum)
    assert found[1] < 0.01
    assert abs(found[2] - 40) <= 2
    lead = lead_change(of, signs=SIGNS)
    assert lead is not None
    assert lead.pvalue > 0.05  # the level moved, not the effect of the lead


def test_a_moving_window_is_a_regression_on_its_rows() -> None:
    rng = np.random.default_rng(6)
    of = plain(*rng.normal(size=(2, 50)))
    found = moving_effect(of, 20)
    assert found.ends.tolist() == list(range(19, 50))
    x, y = of.x[10:30], of.y[10:30]
    b = x @ y / (x @ x)
    assert found.value[10] == pytest.approx(b)
    assert found.error[10] == pytest.approx(np.sqrt(np.sum(x**2 * (y - b * x) ** 2) * 20 / 18) / (x @ x))


def test_rows_that_a_gap_takes_are_gone() -> None:
    with_gap = problem(0)
    with_gap.X[50] = np.nan
    with_gap.y[80] = np.nan
    of = lead_regression(with_gap, 0, 0, POINT)
    assert 80 not in of.rows
    assert 51 not in of.rows
    assert np.isfinite(of.x).all()
    assert lead_change(of, signs=SIGNS) is not None


def test_a_lead_that_the_base_makes_up_is_nothing() -> None:
    made = problem(0)
    whole = replace(made, base=np.column_stack([made.base, column_of(made, 0, 0, POINT)]))
    assert not lead_regression(whole, 0, 0, POINT).usable
