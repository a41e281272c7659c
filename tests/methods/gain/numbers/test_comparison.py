"""Tests of two forecasts: equal to hand formulas and statsmodels, invariant, right in size, calm where nothing can be tested."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from leadlag.errors import UsageError
from leadlag.methods.gain.numbers.comparison import HAC_ORIGINS, clark_west, diebold_mariano

Floats = NDArray[np.float64]
HORIZONS = (1, 2, 4, 8, 12)


def forecasts(n: int, seed: int = 0) -> tuple[Floats, Floats, Floats]:
    """Outcomes and two forecasts of them, the second a little better."""
    rng = np.random.default_rng(seed)
    known = rng.normal(size=n)
    return known + rng.normal(size=n), 0.2 * rng.normal(size=n), 0.7 * known + 0.2 * rng.normal(size=n)


def null_walk(horizon: int, n: int, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Change of a random walk over `horizon` periods; the larger model follows a slow series that knows nothing of it."""
    steps = rng.normal(size=n + horizon)
    summed = np.concatenate([[0.0], np.cumsum(steps)])
    slow = np.empty(n)
    slow[0] = rng.normal()
    for period in range(1, n):
        slow[period] = 0.8 * slow[period - 1] + 0.6 * rng.normal()
    return (summed[horizon:] - summed[:-horizon])[:n], np.zeros(n), slow


def bartlett_by_hand(values: Floats, bandwidth: int) -> float:
    """Long-run variance, every pair of periods by itself; NaN where there is none."""
    centred, total = values - np.nanmean(values), 0.0
    for one in range(len(values)):
        for other in range(len(values)):
            if np.isfinite(values[one] + values[other]) and abs(one - other) <= bandwidth:
                total += (1.0 - abs(one - other) / (bandwidth + 1.0)) * centred[one] * centred[other]
    return total / np.isfinite(values).sum()


@pytest.mark.parametrize("horizon", HORIZONS)
@pytest.mark.parametrize("loss", ["squared", "absolute"])
def test_diebold_mariano_is_that_of_statsmodels(horizon: int, loss: Any) -> None:
    tools = pytest.importorskip("statsmodels.tsa.stattools")
    if not hasattr(tools, "diebold_mariano_test"):
        pytest.skip("statsmodels has diebold_mariano_test from 0.15 on")
    actual, first, second = forecasts(60)
    theirs = tools.diebold_mariano_test(
        actual,
        first,
        second,
        lags=horizon - 1,
        criterion={"squared": "mse", "absolute": "mae"}[loss],
        harvey_adj=True,
        horizon=horizon,
    )
    ours = diebold_mariano(actual, first, second, horizon=horizon, loss=loss)
    assert (ours.statistic, ours.pvalue) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-10)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_diebold_mariano_is_the_formula_by_hand_also_with_gaps(horizon: int) -> None:
    actual, first, second = forecasts(50)
    actual[[3, 4, 20]] = np.nan
    second[31] = np.nan
    loss = (actual - first) ** 2 - (actual - second) ** 2
    n = 46
    by_hand = np.nanmean(loss) / math.sqrt(bartlett_by_hand(loss, horizon - 1) / n)
    by_hand *= math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    found = diebold_mariano(actual, first, second, horizon=horizon)
    assert found.n == n
    assert found.statistic == pytest.approx(by_hand, rel=1e-10)
    assert found.pvalue == pytest.approx(2.0 * stats.t.sf(abs(by_hand), n - 1), rel=1e-10)


def test_clark_west_one_period_ahead_is_the_t_of_the_adjusted_loss() -> None:
    actual, restricted, full = forecasts(50)
    actual[7] = np.nan
    adjusted = (actual - restricted) ** 2 - ((actual - full) ** 2 - (restricted - full) ** 2)
    theirs = stats.ttest_1samp(adjusted[np.isfinite(adjusted)], 0.0, alternative="greater")
    found = clark_west(actual, restricted, full, horizon=1)
    assert found.how == "iid"
    assert found.mean_difference == pytest.approx(np.nanmean(adjusted))
    assert (found.statistic, found.pvalue) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-10)


@pytest.mark.parametrize("horizon", [2, 4, 8])
def test_clark_west_further_ahead_is_the_cosine_formula_by_hand(horizon: int) -> None:
    actual, restricted, full = forecasts(80)
    adjusted = (actual - restricted) ** 2 - ((actual - full) ** 2 - (restricted - full) ** 2)
    count = round(0.5 * 80 / horizon)
    transforms = [
        math.sqrt(2.0 / 80) * sum(math.cos(math.pi * j * (t + 0.5) / 80) * adjusted[t] for t in range(80))
        for j in range(1, count + 1)
    ]
    by_hand = adjusted.mean() / math.sqrt(np.mean(np.square(transforms)) / 80)
    found = clark_west(actual, restricted, full, horizon=horizon)
    assert (found.how, found.df) == ("HAC", count)
    assert found.statistic == pytest.approx(by_hand, rel=1e-9)
    assert found.pvalue == pytest.approx(stats.t.sf(by_hand, count), rel=1e-9)


def test_clark_west_draws_below_forty_origins_only() -> None:
    actual, restricted, full = forecasts(HAC_ORIGINS)
    assert clark_west(actual, restricted, full, horizon=4).how == "HAC"
    short = clark_west(actual[1:], restricted[1:], full[1:], horizon=4, rng=5)
    assert short.how == "bootstrap"
    assert short == clark_west(actual[1:], restricted[1:], full[1:], horizon=4, rng=5)
    assert short.pvalue == pytest.approx(stats.t.sf(short.statistic, short.df), abs=0.05)


def test_a_gap_takes_a_forecast_away_and_not_the_order_of_the_others() -> None:
    actual, restricted, full = forecasts(60)
    gap = np.zeros(60, dtype=bool)
    gap[20:26] = True
    with_gap = clark_west(np.where(gap, np.nan, actual), restricted, full, horizon=4)
    closed = clark_west(actual[~gap], restricted[~gap], full[~gap], horizon=4)
    assert with_gap.n == closed.n == 54
    assert with_gap.mean_difference == pytest.approx(closed.mean_difference)
    assert with_gap.statistic != pytest.approx(closed.statistic, rel=1e-3)


@given(scale=st.floats(1e-6, 1e6), seed=st.integers(0, 50), horizon=st.sampled_from(HORIZONS), n=st.integers(20, 60))
def test_units_and_level_change_nothing_and_exchanging_forecasts_turns_the_sign(
    scale: float, seed: int, horizon: int, n: int
) -> None:
    actual, first, second = forecasts(n, seed)
    plain = diebold_mariano(actual, first, second, horizon=horizon)
    turned = diebold_mariano(actual, second, first, horizon=horizon)
    assert (turned.statistic, turned.pvalue) == pytest.approx((-plain.statistic, plain.pvalue), rel=1e-9)
    in_units = [scale * (100.0 + each) for each in (actual, first, second)]
    assert diebold_mariano(*in_units, horizon=horizon).statistic == pytest.approx(plain.statistic, rel=1e-6, abs=1e-9)
    nested = clark_west(actual, first, second, horizon=horizon)
    assert clark_west(*in_units, horizon=horizon).statistic == pytest.approx(nested.statistic, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("horizon", "n"), [(1, 20), (4, 20), (12, 20), (2, 78), (8, 78)])
def test_clark_west_keeps_its_size_where_forecasts_overlap(horizon: int, n: int) -> None:
    rng = np.random.default_rng(1)
    pvalues = [clark_west(*null_walk(horizon, n, rng), horizon=horizon, rng=rng, n_draws=199).pvalue for _ in range(300)]
    assert 0.01 <= np.mean(np.array(pvalues) <= 0.05) <= 0.09
    assert 0.05 <= np.mean(np.array(pvalues) <= 0.10) <= 0.15


def test_what_helps_is_seen_and_what_hurts_is_not() -> None:
    actual, restricted, full = forecasts(60)
    assert clark_west(actual, restricted, full, horizon=1).pvalue < 0.001
    assert clark_west(actual, restricted, -full, horizon=1).pvalue > 0.999


@pytest.mark.parametrize("test", [clark_west, diebold_mariano])
@pytest.mark.parametrize("horizon", [1, 4])
def test_nothing_to_test_is_said_and_is_no_warning(test: Any, horizon: int) -> None:
    actual, first, second = forecasts(30)
    same = test(actual, first, first * (1.0 + 1e-16), horizon=horizon)
    assert (same.pvalue, same.statistic, same.how) == (1.0, 0.0, "none")
    assert same.missing == "same"
    perfect = test(actual, actual, actual, horizon=horizon)
    assert perfect.pvalue == 1.0
    steady = test(np.zeros(30), np.full(30, 2.0), np.full(30, 1.0), horizon=horizon)
    assert math.isnan(steady.pvalue)
    assert steady.missing == "same difference"
    few = test(actual[:7], first[:7], second[:7], horizon=horizon)
    assert math.isnan(few.pvalue)
    assert (few.n, few.missing) == (7, "few")
    none = test(np.full(30, np.nan), first, second, horizon=horizon)
    assert (none.n, math.isnan(none.mean_difference)) == (0, True)
    infinite = test(np.where(np.arange(30) == 3, np.inf, actual), np.where(np.arange(30) == 4, -np.inf, first), second, horizon=1)
    assert infinite.n == 28


def test_wrong_use_is_told_by_argument() -> None:
    actual, first, second = forecasts(30)
    with pytest.raises(UsageError, match="shapes"):
        clark_west(actual, first[1:], second, horizon=1)
    with pytest.raises(UsageError, match="horizon"):
        clark_west(actual, first, second, horizon=0)
    with pytest.raises(UsageError, match="loss"):
        diebold_mariano(actual, first, second, horizon=1, loss="cubic")  # type: ignore[arg-type]  # what is refused
