"""The scan in the KPI's own units: effects and intervals of planted leads."""

from __future__ import annotations

import numpy as np
import pytest

from leadlag.core.noise.momentum import Momentum
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import Scan, scan
from leadlag.core.search.shapes import STANDARD
from leadlag.core.time.lags import lag_matrix
from leadlag.ranking.kpi_units import LeadScan, in_kpi_units

LAGS = tuple(range(1, 9))


def problem(seed: int, *, effect: float = 0.8, delay: int = 3, rate: float = 0.0, n: int = 150, y_scale: float = 1.0) -> Problem:
    """White noise KPI; lead 0 acts from `delay` on with weights ``rate^j``; leads 1 and 2 are noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    lagged = lag_matrix(X[:, 0], range(delay, delay + 12), fill=0.0)
    y = rng.normal(size=n) + effect * lagged @ rate ** np.arange(12)
    return Problem(
        y=y, X=X, base=np.ones((n, 1)), momentum=Momentum(phi=np.zeros(0), unit_root=False, variance=1.0), lags=LAGS,
        y_scale=y_scale, x_scale=np.ones(3),
    )  # fmt: skip


def bare(given: Problem) -> Scan:
    return scan(given, rng=np.random.default_rng(0), n_draws=199)


def scanned(given: Problem, *, level: float = 0.9) -> LeadScan:
    return in_kpi_units(given, bare(given), level=level)


@pytest.mark.parametrize("unit", [1e-12, 1000.0])
def test_effects_are_in_kpi_units(unit: float) -> None:
    given, other = problem(0), problem(0, y_scale=unit)
    ours, theirs = (scanned(each) for each in (given, other))
    np.testing.assert_array_equal(theirs.pvalue, ours.pvalue)
    for name in ("effect", "effect_low", "effect_high", "profile", "profile_low", "profile_high"):
        np.testing.assert_allclose(getattr(theirs, name), unit * getattr(ours, name), rtol=1e-6)


def test_the_numbers_are_those_of_the_scan() -> None:
    given = problem(1)
    ours, found = scanned(given), bare(given)
    np.testing.assert_array_equal(ours.statistic, found.statistic)
    np.testing.assert_array_equal(ours.log_pvalue, found.log_pvalue)
    np.testing.assert_array_equal(ours.profile, found.coefficient[:, : len(LAGS)])
    assert ours.n_shapes == len(LAGS) * len(STANDARD) == found.tvalue.shape[1]


def test_the_interval_is_around_the_effect_and_grows_with_the_level() -> None:
    given = problem(2)
    narrow, wide = scanned(given, level=0.5), scanned(given, level=0.99)
    np.testing.assert_allclose((narrow.effect_low + narrow.effect_high) / 2, narrow.effect)
    assert (wide.effect_low < narrow.effect_low).all()
    assert (narrow.effect_low < narrow.effect).all()
    assert (wide.profile_high > narrow.profile_high).all()


@pytest.mark.parametrize(("rate", "total"), [(0.0, 0.8), (0.5, 1.6)])
def test_a_planted_lead_is_found_with_its_delay_and_total_effect(rate: float, total: float) -> None:
    found = [scanned(problem(seed, rate=rate)) for seed in range(60)]
    peaks = np.array([each.peak[0] for each in found])
    inside = np.array([each.effect_low[0] <= total <= each.effect_high[0] for each in found])
    assert np.mean(peaks == 3) > 0.9
    assert np.mean([each.pvalue[0] < 0.01 for each in found]) > 0.9
    assert np.mean([each.effect[0] for each in found]) == pytest.approx(total, rel=0.15)
    assert inside.mean() > 0.75


def test_the_profile_peaks_where_the_effect_is() -> None:
    found = scanned(problem(3, effect=2.0))
    assert np.abs(found.tvalue[0]).argmax() + 1 == 3 == found.peak[0]
    assert found.shape[0] == "single lag"


def test_a_lead_that_cannot_be_tested_has_no_numbers() -> None:
    given = problem(5)
    given.X[:, 1] = 0.0
    found = scanned(given)
    for name in ("statistic", "pvalue", "log_pvalue", "effect", "effect_low", "effect_high"):
        assert np.isnan(getattr(found, name)).tolist() == [False, True, False]
