"""The long-run effect of a chosen lead: whatever its shape, given that it was chosen, and not taken for outliers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import leadlag
from leadlag.core.search.scan import Scan, scan
from leadlag.core.search.shapes import NONLINEAR, STANDARD
from leadlag.prepare import Prepared, prepare
from leadlag.ranking.sizing import LongRunSize, clip_given_lead, long_run_effect, passing_interval
from leadlag.sample import from_wide


def prepared_and_found(frame: pd.DataFrame, *, max_lag: int = 6, nonlinear: bool = False) -> tuple[Prepared, Scan]:
    ready = prepare(from_wide(frame), kpi="sales", leads=["visits"], max_lag=max_lag)
    shapes = (*STANDARD, *NONLINEAR) if nonlinear else STANDARD
    return ready, scan(ready.problem, rng=np.random.default_rng(0), n_draws=199, shapes=shapes)


def sized(frame: pd.DataFrame, *, selection_pvalue: float = 0.01, max_lag: int = 6) -> LongRunSize:
    ready, found = prepared_and_found(frame, max_lag=max_lag)
    return long_run_effect(ready, ready.problem, found, level=0.9, selection_pvalue=selection_pvalue)


def planted(weights: list[float], *, effect: float = 1.0, own: float = 0.0, momentum: float = 0.5, seed: int = 0) -> pd.DataFrame:
    """Weekly sales that follow visits with these weights from lag 2 on, AR noise, and perhaps the KPI's own past."""
    rng = np.random.default_rng(seed)
    n = 240
    visits, noise = rng.normal(size=n), rng.normal(size=n)
    for row in range(1, n):
        noise[row] += momentum * noise[row - 1]
    sales = effect * np.convolve(visits, [0.0, 0.0, *weights])[:n] + noise
    for row in range(1, n):
        sales[row] += own * sales[row - 1]
    return pd.DataFrame({"sales": sales, "visits": visits}, index=pd.date_range("2020-01-06", periods=n, freq="7D"))


def test_the_interval_of_the_verdict_has_no_zero_exactly_if_the_lead_is_chosen() -> None:
    for effect in (0.0, 0.2, 0.4, 1.0):
        ready, found = prepared_and_found(planted([1.0], effect=effect))
        p = float(found.pvalue[0])
        for threshold in (0.5 * p, 0.99 * p, 1.01 * p, 2.0 * p):
            low, high = passing_interval(ready.problem, found, pvalue=threshold, log_pvalue=float(found.log_pvalue[0]))
            assert (low > 0 or high < 0) == (p <= threshold)


def test_a_square_has_no_interval_of_its_verdict() -> None:
    frame = planted([1.0], effect=0.0)
    frame["sales"] += 2.0 * np.r_[np.zeros(2), frame["visits"].to_numpy()[:-2] ** 2]
    ready, found = prepared_and_found(frame, nonlinear=True)
    shapes = (*STANDARD, *NONLINEAR)
    ends = passing_interval(ready.problem, found, pvalue=0.01, log_pvalue=float(found.log_pvalue[0]), shapes=shapes)
    assert np.isnan(ends).all()


@pytest.mark.parametrize(
    ("weights", "own", "options"),
    [
        pytest.param([1.0], 0.0, {"min_lag": 2, "max_lag": 2, "noise_order": 1}, id="single lag"),
        pytest.param(
            [0.65**k for k in range(30)], 0.0, {"shape": "geometric", "noise_order": 1}, id="a rate between two that are searched"
        ),
        pytest.param([0.25, 0.75, 1.0, 0.75, 0.25], 0.0, {"shape": "delayed", "noise_order": 1}, id="rise and fall"),
        pytest.param([1.0], 0.6, {"min_lag": 2, "max_lag": 2, "own_lags": 1}, id="carried by the KPI's own past"),
    ],
)
def test_not_knowing_the_shape_it_agrees_with_the_lagged_regression_that_does(
    weights: list[float], own: float, options: dict[str, Any]
) -> None:
    frame = planted(weights, effect=2.0, own=own, momentum=0.0 if own else 0.5)
    found = sized(frame, max_lag=12)
    ours = np.array([found.effect.value, found.effect.low, found.effect.high]) / found.problem.x_scale[0]
    theirs = leadlag.lagged_regression(frame, kpi="sales", leads="visits", **{"max_lag": 12, **options})["visits"].long_run
    truth = 2.0 * sum(weights) / (1.0 - own)
    assert ours[1] < truth < ours[2]
    assert ours[1] < theirs.value < ours[2]
    assert ours[2] - ours[1] < 0.8 * truth


def test_a_lead_that_just_passed_has_a_smaller_effect_and_a_clear_one_the_same() -> None:
    frame = planted([1.0], effect=0.25, seed=6)
    ready, found = prepared_and_found(frame)
    at = float(found.pvalue[0])
    sizes = [
        long_run_effect(ready, ready.problem, found, level=0.9, selection_pvalue=p).effect for p in (0.999, 30.0 * at, 1.001 * at)
    ]
    assert sizes[0].value > sizes[1].value > 1.5 * sizes[2].value > 0.0
    assert all(size.low <= size.value <= size.high for size in sizes)


@pytest.mark.parametrize("unit", [1e-9, 1e6, -1.0])
def test_units_and_sign_do_not_matter(unit: float) -> None:
    frame = planted([1.0, 0.5], seed=3)
    ours, theirs = sized(frame).effect, sized(frame.assign(sales=unit * frame.sales)).effect
    ends = (theirs.low, theirs.high) if unit > 0 else (theirs.high, theirs.low)
    np.testing.assert_allclose(np.array([theirs.value, *ends]) / unit, [ours.value, ours.low, ours.high], rtol=1e-5)


def test_an_effect_that_the_momentum_carries_has_the_error_of_the_momentum_too() -> None:
    frame = planted([1.0], own=0.85, momentum=0.0, effect=1.0, seed=2)
    found = sized(frame)
    share = (found.effect.high - found.effect.low) / 2.0 / 1.645 / found.effect.value
    best = int(found.scan.best[0])
    alone = found.scan.bse[0, best] / abs(found.scan.coefficient[0, best])
    assert STANDARD[best // 6].kind == "momentum"
    assert share > 2.0 * alone


def test_a_square_has_no_direction_and_so_no_effect_of_a_rise() -> None:
    frame = planted([1.0], seed=4)
    frame["sales"] = frame.sales + 3.0 * np.r_[0.0, 0.0, frame.visits.to_numpy()[:-2] ** 2]
    ready, found = prepared_and_found(frame, nonlinear=True)
    effect = long_run_effect(ready, ready.problem, found, level=0.9, selection_pvalue=0.01, shapes=(*STANDARD, *NONLINEAR)).effect
    assert np.isnan([effect.value, effect.low, effect.high]).all()


def table(*, effect: float, seed: int = 0, n: int = 156) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    burst = np.where(rng.random(n) < 0.08, 1.0 + rng.exponential(size=n), 0.0)
    noise = np.zeros(n)
    for row in range(1, n):
        noise[row] = 0.5 * noise[row - 1] + rng.normal()
    weeks = pd.date_range("2022-01-03", periods=n, freq="7D")
    sales = 50.0 + noise + effect * np.r_[np.zeros(2), burst[:-2]]
    return pd.DataFrame({"sales": sales, "campaign": burst, "visits": rng.normal(size=n)}, index=weeks)


def test_a_strong_answer_to_a_rare_campaign_is_not_taken_for_an_outlier() -> None:
    ratios = []
    for seed in range(8):
        ranking = leadlag.rank_leads(table(effect=3.0, seed=seed), kpi="sales", max_lag=6, n_draws=199, evidence=False)
        row = ranking.to_frame().set_index("lead").loc["campaign"]
        assert (row.verdict, row.delay) == ("lead", 2)
        ratios.append(row.effect / row.lead_sd / 3.0)
    assert 0.9 < np.median(ratios) < 1.1


def test_a_kpi_without_outliers_is_left_as_it_is() -> None:
    prepared = prepare(from_wide(table(effect=0.3, seed=1)), kpi="sales", leads=["campaign"], max_lag=4)
    assert prepared.kpi.n_clipped == 0
    found = scan(prepared.problem, rng=np.random.default_rng(0), n_draws=99)
    problem, again = clip_given_lead(prepared, prepared.problem, found)
    assert problem is prepared.problem
    assert again is found
