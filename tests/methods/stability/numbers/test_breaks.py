"""Statistics of a break agree with R and with a loop of regressions, and their asymptotic p with published critical values."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlag.errors import UsageError
from leadlag.methods.stability.numbers.breaks import break_scan, sup_pvalue, trimmed_dates
from tests.conftest import ROOT

SHARED = ROOT.parent / "shared" / "data"
ODDS = 2.0 * np.log(0.85 / 0.15)


def loop(y: np.ndarray, breaking: np.ndarray, beside: np.ndarray, dates: np.ndarray) -> np.ndarray:
    """The same by one regression a date."""

    def ssr(X: np.ndarray) -> float:
        return float(np.sum((y - X @ np.linalg.lstsq(X, y, rcond=None)[0]) ** 2))

    whole, after = np.column_stack([beside, breaking]), np.arange(len(y))[:, None]
    split = [np.column_stack([whole, np.where(after >= date, breaking, 0.0)]) for date in dates]
    found = np.array([ssr(X) for X in split])
    return (ssr(whole) - found) / (found / (len(y) - whole.shape[1] - breaking.shape[1]))


def example(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=n), rng.normal(size=(n, 2)), np.column_stack([np.ones(n), rng.normal(size=n)])


def test_every_date_is_that_of_a_regression_of_its_own() -> None:
    for seed in range(3):
        y, breaking, beside = example(seed)
        found = break_scan(y, breaking, beside)
        np.testing.assert_allclose(found.statistics, loop(y, breaking, beside, found.dates), rtol=1e-9)
        assert found.supremum == found.statistics.max()
        assert found.date == found.dates[found.statistics.argmax()]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
@pytest.mark.parametrize("name", ["chick_egg", "us_macro_quarterly", "lydia_pinkham"])
def test_statistics_are_those_of_strucchange(name: str) -> None:
    data = pd.read_csv(SHARED / f"{name}.csv")
    stored = json.loads((SHARED / "r_reference.json").read_text())[name]["stability"]
    if name == "us_macro_quarterly":
        y, x = (100.0 * np.diff(np.log(data[column].to_numpy())) for column in ("realgdp", "realcons"))
        lagged = x[:-1]
    elif name == "chick_egg":
        y, lagged = data["chicken"].to_numpy(float), data["egg"].to_numpy(float)[:-1]
    else:
        y, lagged = data["sales"].to_numpy(float), data["advertising"].to_numpy(float)[1:]
    found = break_scan(y[1:], np.column_stack([np.ones(len(y) - 1), y[:-1], lagged]))
    assert found.supremum == pytest.approx(stored["supF"]["stat"], rel=1e-9)
    assert found.average == pytest.approx(stored["aveF"]["stat"], rel=1e-9)
    assert found.exponential == pytest.approx(stored["expF"]["stat"], rel=1e-9)
    assert found.date == stored["break_index"]
    # R's p is a response surface fitted to simulations of the limit that is computed here
    assert found.pvalue == pytest.approx(stored["supF"]["p"], abs=0.03)


@pytest.mark.parametrize(
    ("k", "critical"),
    [(1, (7.17, 8.85, 12.35)), (2, (10.01, 11.79, 15.51)), (3, (12.27, 14.15, 18.07))],
)
def test_the_asymptotic_p_has_the_critical_values_of_andrews(k: int, critical: tuple[float, ...]) -> None:
    found = [sup_pvalue(value, n_breaking=k, log_odds=ODDS) for value in critical]
    assert found == pytest.approx([0.10, 0.05, 0.01], rel=0.13)


def test_the_far_tail_goes_on_where_the_grid_runs_out_of_digits() -> None:
    logs = np.log([sup_pvalue(value, n_breaking=3, log_odds=ODDS) for value in np.arange(30.0, 60.0, 0.5)])
    slope = np.diff(logs)
    assert (slope < 0.0).all()
    assert np.abs(np.diff(slope)).max() < 0.02
    assert sup_pvalue(0.0, n_breaking=1, log_odds=ODDS) == 1.0
    assert sup_pvalue(2000.0, n_breaking=1, log_odds=ODDS) >= 0.0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(1e-6, 1e6), st.floats(-1e4, 1e4))
def test_units_and_offsets_do_not_matter(seed: int, unit: float, offset: float) -> None:
    y, breaking, beside = example(seed, n=40)
    found = break_scan(y, breaking, beside).statistics
    other = break_scan(unit * (y + offset), breaking * [unit, 1.0], beside).statistics
    np.testing.assert_allclose(other, found, rtol=1e-5, atol=1e-7)


def test_a_date_that_the_rows_do_not_tell_is_not_known() -> None:
    y, _, beside = example(0)
    late = np.where(np.arange(60) >= 30, 1.0, 0.0)[:, None] * np.random.default_rng(1).normal(size=(60, 1))
    found = break_scan(y, late, beside)
    assert np.isnan(found.statistics[found.dates <= 30]).all()
    assert np.isfinite(found.statistics[found.dates > 31]).all()


def test_what_cannot_be_asked_is_refused() -> None:
    y, breaking, beside = example(0)
    with pytest.raises(UsageError, match="shapes"):
        break_scan(y[1:], breaking, beside)
    with pytest.raises(UsageError, match="missing"):
        break_scan(np.where(np.arange(60) == 3, np.nan, y), breaking)
    with pytest.raises(UsageError, match="too few"):
        break_scan(y[:5], breaking[:5], beside[:5])
    assert trimmed_dates(10, 0.15).tolist() == list(range(1, 10))
