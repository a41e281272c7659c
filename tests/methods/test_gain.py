"""No forecast knows what comes after it, equals the one computed by hand, and a gain says what the lead saves."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from leadlag import Metric
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.forecasted import ForecastGain
from leadlag.methods.gain import forecast_gain, lead_gains
from leadlag.sample import from_wide

N = 120
HORIZONS = (1, 2, 4, 8)


def months(seed: int = 0, *, n: int = N, walk: bool = False, season: float = 0.0, outliers: bool = False) -> pd.DataFrame:
    """Orders follow visits by 3 months; ads do nothing; the price is a control."""
    rng = np.random.default_rng(seed)
    visits, ads, price, noise = rng.normal(size=(4, n))
    u = np.zeros(n)
    for t in range(1, n):
        u[t] = 0.5 * u[t - 1] + noise[t]
    orders = 0.9 * np.r_[np.zeros(3), visits[:-3]] - 0.3 * price + (np.cumsum(noise) if walk else u)
    waves = season * np.sin(2 * np.pi * np.arange(n) / 12)
    if outliers:
        orders[[20, 47, 70]] += 12.0
        visits[[30, 66]] -= 15.0
    index = pd.date_range("2010-01-31", periods=n, freq="ME")
    return pd.DataFrame({"orders": orders + waves + 40, "visits": visits + waves, "ads": ads, "price": price}, index=index)


def known_by(table: pd.DataFrame, origin: str) -> pd.DataFrame:
    """The forecasts made at or before one origin."""
    kept = table.loc[table["origin"] <= origin, ["lead", "horizon", "origin", "own", "with_lead", "naive", "seasonal", "lag"]]
    return kept.reset_index(drop=True)


CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "season": {"season": 3.0},
    "integrated": {"walk": True},
    "outliers": {"outliers": True, "season": 2.0},
}


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("scrambled", [["orders"], ["visits", "ads"], ["price"], ["orders", "visits", "ads", "price"]])
def test_no_forecast_moves_when_all_that_comes_later_is_scrambled(case: str, scrambled: list[str]) -> None:
    data = months(5, n=84, **CASES[case])
    late = [Metric("visits", available_after=2), Metric("orders", available_after=1), Metric("price", available_after=1)]
    options: dict[str, Any] = {"horizons": HORIZONS, "max_lag": 9, "controls": "price", "log": "orders", "catalogue": late}
    before = forecast_gain(data, "orders", ["visits", "ads"], **options).forecasts()
    cut = 52
    changed, rng = data.copy(), np.random.default_rng(1)
    for name in scrambled:
        changed.iloc[cut + 1 :, changed.columns.get_loc(name)] = rng.permutation(data[name].to_numpy()[cut + 1 :]) * 3.0 + 100.0
    after = forecast_gain(changed, "orders", ["visits", "ads"], **options).forecasts()
    origin = data.index[cut].strftime("%Y-%m")
    one, two = known_by(before, origin), known_by(after, origin)
    assert len(one) > 50
    assert set(one["horizon"]) == set(HORIZONS)
    pd.testing.assert_frame_equal(one, two, rtol=1e-9, atol=1e-9)
    if "orders" in scrambled:
        assert not np.allclose(before["actual"].tail(10), after["actual"].tail(10))


def test_what_is_published_late_is_not_known_either() -> None:
    data, cut = months(2, n=84), 52
    late = [Metric("visits", available_after=3)]
    before = forecast_gain(data, "orders", "visits", horizons=HORIZONS, max_lag=12, catalogue=late).forecasts()
    changed = data.copy()
    changed.iloc[cut - 2 :, 1] = 99.0  # the last three values before the origin, not yet published then
    after = forecast_gain(changed, "orders", "visits", horizons=HORIZONS, max_lag=12, catalogue=late).forecasts()
    origin = data.index[cut].strftime("%Y-%m")
    pd.testing.assert_frame_equal(known_by(before, origin), known_by(after, origin), rtol=1e-9)


def test_steps_that_were_clipped_stay_in_the_forecasts_of_an_integrated_kpi() -> None:
    data, rng = months(n=140), np.random.default_rng(2)
    data["orders"] = np.cumsum(rng.standard_t(2.2, size=140))
    made = forecast_gain(data, "orders", "ads", horizons=1).forecasts()
    own, naive = (float(np.sqrt(((made["actual"] - made[name]) ** 2).mean())) for name in ("own", "naive"))
    assert own < 1.15 * naive
