"""No forecast knows what comes after it, equals the one computed by hand, and a gain says what the lead saves."""

from __future__ import annotations

import datetime as dt
import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from leadlag import Metric, from_snapshots
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.methods.gain.question import forecast_gain, lead_gains
from leadlag.methods.gain.result import ForecastGain
from leadlag.prepare.origins.learned import KnownValues, UnrevisedData
from leadlag.sample import from_wide

N = 120


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
SOME_LATE = (Metric("visits", available_after=2), Metric("orders", available_after=1), Metric("price", available_after=1))
CUT = 60


@cache
def asked(case: str, scrambled: tuple[str, ...]) -> pd.DataFrame:
    """The forecasts of one case with all that comes after row `CUT` of some columns scrambled."""
    data, rng = months(5, n=84, **CASES[case]), np.random.default_rng(1)
    for name in scrambled:
        data.loc[data.index[CUT + 1 :], name] = rng.permutation(data[name].to_numpy()[CUT + 1 :]) * 3.0 + 100.0
    found = forecast_gain(
        data, kpi="orders", leads=["visits", "ads"], horizons=(1, 2, 8), max_lag=10, controls="price", log="orders",
        catalogue=SOME_LATE, first_origin=48,
    )  # fmt: skip
    return found.forecasts()


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("scrambled", [("visits", "ads", "price"), ("orders", "visits", "ads", "price")])
def test_no_forecast_moves_when_all_that_comes_later_is_scrambled(case: str, scrambled: tuple[str, ...]) -> None:
    before, after = asked(case, ()), asked(case, scrambled)
    origin = months(n=84).index[CUT].strftime("%Y-%m")
    one, two = known_by(before, origin), known_by(after, origin)
    assert set(one["horizon"]) == {1, 2, 8}
    assert one["origin"].nunique() == 14
    pd.testing.assert_frame_equal(one, two, rtol=1e-10, atol=1e-10)
    assert not np.allclose(before["with_lead"].tail(5), after["with_lead"].tail(5))


def test_the_detector_of_leaks_finds_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before = asked("plain", ())
    monkeypatch.setattr(
        UnrevisedData,
        "at",
        lambda self, origin: KnownValues(y=self.y[: origin + 1], X=self.X[: origin + 1], Z=self.Z[: origin + 1]),
    )
    asked.cache_clear()
    late = asked("plain", ())  # values that are not yet published are known now
    asked.cache_clear()
    assert not known_by(before, "2015-01").equals(known_by(late, "2015-01"))


def test_what_is_published_late_is_not_known_either() -> None:
    data = months(2, n=84)
    options: dict[str, Any] = {
        "horizons": (1, 4),
        "max_lag": 12,
        "catalogue": [Metric("visits", available_after=3)],
        "first_origin": 50,
    }
    before = forecast_gain(data, kpi="orders", leads="visits", **options).forecasts()
    data.iloc[CUT - 2 :, data.columns.get_loc("visits")] = 99.0  # three values before the origin that were not out by then
    after = forecast_gain(data, kpi="orders", leads="visits", **options).forecasts()
    origin = data.index[CUT].strftime("%Y-%m")
    pd.testing.assert_frame_equal(known_by(before, origin), known_by(after, origin), rtol=1e-10)


@cache
def whole() -> ForecastGain:
    """Visits that are known at once."""
    return forecast_gain(months(1), kpi="orders", leads="visits", horizons=(1, 2), max_lag=12)


def test_a_lead_that_is_published_late_saves_less() -> None:
    data, at_once = months(1), forecast_gain(months(1), kpi="orders", leads="visits", horizons=(1, 2, 3), max_lag=12)
    late = forecast_gain(
        data, kpi="orders", leads="visits", horizons=(1, 2, 3), max_lag=12, catalogue=[Metric("visits", available_after=4)]
    )
    soon = forecast_gain(
        data, kpi="orders", leads="visits", horizons=(1, 2, 3), max_lag=12, catalogue=[Metric("visits", available_after=2)]
    )
    assert at_once["visits"].rmse[0] > 0.1 > 0.0 > late["visits"].rmse[0] - 0.02
    # a delay of three, less two until it is out, leaves one period: what it saves there is what it saved
    assert soon["visits"].rmse[0] == pytest.approx(at_once["visits"].rmse[0], abs=0.06)
    assert soon["visits"].rmse[1] < 0.05 < at_once["visits"].rmse[1]
    assert at_once["visits"].pvalue[0] < 0.01


def test_snapshots_tell_how_late_a_lead_is_and_what_it_was_before_it_was_revised() -> None:
    data, at_once = months(1), whole()
    ends = data.index + pd.offsets.MonthEnd(0)
    late = pd.concat(
        [
            pd.DataFrame({"month": data.index, "known": ends, "orders": data["orders"]}),
            pd.DataFrame({"month": data.index, "known": ends + pd.DateOffset(months=4), "visits": data["visits"]}),
        ]
    )
    found = forecast_gain(
        from_snapshots(late, time="month", as_of="known"), kpi="orders", leads="visits", horizons=(1, 2), max_lag=12
    )
    assert found["visits"].rmse[0] < at_once["visits"].rmse[0] - 0.1
    known = [Metric("visits", available_after=4)]
    same = forecast_gain(data, kpi="orders", leads="visits", horizons=(1, 2), max_lag=12, catalogue=known)
    np.testing.assert_allclose(found["visits"].rmse, same["visits"].rmse, atol=0.02)


@pytest.fixture(scope="module")
def found() -> ForecastGain:
    data = months(3).assign(flat=1.0)
    data.loc[data.index[:100], "young"] = np.nan
    data.loc[data.index[100:], "young"] = np.arange(20.0)
    return forecast_gain(data, kpi="orders", leads=["visits", "ads", "flat", "young"], horizons=(1, 4, 12, 40), max_lag=12)


def test_a_lead_saves_what_its_forecasts_say(found: ForecastGain) -> None:
    rows = found.forecasts("visits").query("horizon == 1")
    one, two = rows["actual"] - rows["own"], rows["actual"] - rows["with_lead"]
    table = found.to_frame().set_index(["lead", "horizon"])
    visits = table.loc[("visits", 1)]
    assert visits["rmse_saved"] == pytest.approx(1 - np.sqrt((two**2).mean() / (one**2).mean()))
    assert visits["mae_saved"] == pytest.approx(1 - two.abs().mean() / one.abs().mean())
    assert visits["skill_naive"] == pytest.approx(1 - np.sqrt((two**2).mean() / ((rows["actual"] - rows["naive"]) ** 2).mean()))
    assert rows["rmse_saved"].iloc[-1] == pytest.approx(visits["rmse_saved"])
    assert rows["mae_saved"].iloc[-1] == pytest.approx(visits["mae_saved"])
    assert visits["rmse_saved"] > 0.1 > table.loc[("ads", 1), "rmse_saved"]
    assert visits["clark_west_pvalue"] < 0.01 < table.loc[("ads", 1), "clark_west_pvalue"]
    assert (visits["lag"], visits["n_origins"]) == (3, 80)
    assert np.isfinite(visits[["skill_seasonal", "diebold_mariano", "diebold_mariano_pvalue"]].to_numpy(float)).all()
    naive, orders = rows.set_index("origin")["naive"], months(3)["orders"]
    assert naive["2015-03"] == orders.loc["2015-03-31"]
    assert rows.set_index("period")["seasonal"]["2015-04"] == orders.loc["2014-04-30"]


def test_horizons_and_leads_without_numbers_say_why(found: ForecastGain) -> None:
    assert found.horizons == (1, 4, 12)
    assert found.dropped[0][0] == 40
    assert "40 ahead needs lags from 40 on" in found.dropped[0][1]
    assert ("LL127", f"horizon 40 has no numbers: {found.dropped[0][1]}") in found.provenance.warnings
    assert "constant" in found["flat"].missing
    assert "needed" in found["young"].missing or np.isfinite(found["young"].rmse[0])
    told = found.summary()
    assert all(len(line) <= 80 for line in told.splitlines())
    assert "Missing    flat: the lead is constant" in told
    assert "visits saves" in found.explain()
    assert "ads saves nothing that is more than chance" in " ".join(found.explain().split())
    assert found._repr_html_()
    assert found.to_dict()["kpi"] == "orders"
    assert repr(found) == "ForecastGain(kpi='orders')"


def test_the_picture_adds_up_what_was_saved(found: ForecastGain) -> None:
    ax = Figure().add_subplot()
    assert found.plot(ax=ax) is ax
    assert "visits" in ax.get_title(loc="left")
    lines = [line for line in ax.lines if len(line.get_xdata()) > 2]
    assert len(lines) == 3
    rows = found.forecasts("visits").query("horizon == 1")
    total = ((rows["actual"] - rows["own"]) ** 2 - (rows["actual"] - rows["with_lead"]) ** 2).sum()
    assert lines[0].get_ydata()[-1] == pytest.approx(total)
    with pytest.raises(UsageError, match="no forecasts"):
        found.plot(lead="flat")


def test_units_do_not_matter_and_the_ranking_gets_the_same_numbers() -> None:
    data = months(4, season=2.0, n=90)
    alone = forecast_gain(data, kpi="orders", leads="visits", horizons=(1, 4), max_lag=8)["visits"]
    other = data.assign(visits=data["visits"] * 1e3 + 1e5, orders=data["orders"] * 1e-2)
    options: dict[str, Any] = {
        "kpi": "orders",
        "controls": (),
        "max_lag": 8,
        "log": (),
        "undo": None,
        "metrics": {},
        "horizons": (1, 4),
    }
    same = lead_gains(from_wide(other), leads=("visits",), **options)["visits"]
    np.testing.assert_allclose(alone.rmse, same.rmse, rtol=1e-6)
    np.testing.assert_allclose(alone.pvalue, same.pvalue, rtol=1e-6)
    assert alone.n_origins == same.n_origins == (60, 57)


def test_gaps_cost_only_the_periods_that_they_touch() -> None:
    data, before = months(1), whole()
    data.loc[data.index[[15, 50, 51, 90]], "orders"] = np.nan
    data.loc[data.index[[30, 31, 77]], "visits"] = np.nan
    holes = forecast_gain(data, kpi="orders", leads="visits", horizons=1, max_lag=12)["visits"]
    assert holes.n_origins == (before["visits"].n_origins[0] - 3,)
    assert holes.rmse[0] == pytest.approx(before["visits"].rmse[0], abs=0.08)


def test_months_beside_quarters_know_nothing_of_what_comes_either() -> None:
    rng = np.random.default_rng(2)
    index = pd.date_range("1990-01-31", periods=270, freq="ME")
    orders = pd.DataFrame({"orders": rng.normal(size=270)}, index=index)
    quarters = pd.DataFrame(index=pd.date_range("1990-03-31", periods=90, freq="QE"))
    means = orders["orders"].to_numpy().reshape(-1, 3).mean(axis=1)
    quarters["gdp"] = 1.5 * np.r_[np.zeros(2), means[:-2]] + rng.normal(size=90)
    options: dict[str, Any] = {"horizons": (1, 2), "max_lag": 6, "first_origin": 50}
    before = forecast_gain([quarters, orders], kpi="gdp", leads="orders", **options)
    assert before.folded == ("orders",)
    assert before["orders"].rmse[0] > 0.05
    orders.iloc[3 * 60 :] = 50.0
    quarters.iloc[60:] = -9.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        after = forecast_gain([quarters, orders], kpi="gdp", leads="orders", **options)
    one, two = known_by(before.forecasts(), "2004Q4"), known_by(after.forecasts(), "2004Q4")
    assert one["origin"].nunique() == 11
    pd.testing.assert_frame_equal(one, two, rtol=1e-10)


def test_a_week_of_two_months_tells_nothing_of_the_second_in_the_first() -> None:
    rng = np.random.default_rng(2)
    weeks = pd.DataFrame({"visits": rng.normal(size=440)}, index=pd.date_range("2010-01-04", periods=440, freq="W-MON"))
    months = pd.DataFrame({"sales": rng.normal(size=96)}, index=pd.date_range("2010-02-01", periods=96, freq="MS"))
    options: dict[str, Any] = {"horizons": 1, "max_lag": 4, "first_origin": 70}
    before = forecast_gain([months, weeks], kpi="sales", leads="visits", **options).forecasts()
    weeks.loc[weeks.index + pd.Timedelta(days=7) > pd.Timestamp("2016-11-01"), "visits"] = 9.0  # not ended with October
    after = forecast_gain([months, weeks], kpi="sales", leads="visits", **options).forecasts()
    one, two = known_by(before, "2016-10"), known_by(after, "2016-10")
    assert len(one) > 5
    pd.testing.assert_frame_equal(one, two, rtol=1e-10)


def test_the_first_origin_is_a_number_of_periods_or_a_date() -> None:
    options: dict[str, Any] = {"kpi": "orders", "leads": "visits", "horizons": 1, "max_lag": 4}
    firsts = (72, "2015-12", "2015", dt.date(2015, 12, 31))
    origins = [forecast_gain(months(n=84), first_origin=first, **options).forecasts()["origin"].min() for first in firsts]
    assert set(origins) == {"2015-12"}


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"leads": "visit"}, UnknownNameError, "visits"),
        ({"leads": ["visits", "visits"]}, UsageError, "leads names 'visits' more than once"),
        ({"horizons": 0}, UsageError, "horizons"),
        ({"horizons": [50], "max_lag": 8}, UsageError, "no gain: a lead 50 ahead needs lags from 50 on, and max_lag is 8"),
        ({"leads": ["level"]}, UsageError, "no gain: the lead is constant"),
        ({"first_origin": "2030"}, UsageError, "first_origin='2030' leaves no period"),
        ({"horizons": None}, UsageError, "horizons=None"),
        ({"horizons": [1.5]}, UsageError, "horizons=1.5"),
        ({"max_lag": 0}, UsageError, "max_lag"),
        ({"first_origin": "1999-01"}, UsageError, "2010-01 to 2019-12"),
        ({"first_origin": 500}, UsageError, "first_origin"),
        ({"rng": None}, UsageError, "rng"),
        ({"log": ["price"]}, UnknownNameError, "log"),
        ({"kpi": "flat"}, DataContractError, "cannot be forecast: .* give more periods"),
    ],
)
def test_what_is_wrong_is_refused_by_name(options: dict[str, object], error: type[Exception], said: str) -> None:
    data = months().assign(flat=1.0, level=2.0)
    with pytest.raises(error, match=said):
        forecast_gain(data, **{"kpi": "orders", "leads": ["visits", "ads"]} | options)


def test_a_kpi_that_is_a_sum_to_date_has_no_gain_and_no_error() -> None:
    data = months(n=72)
    data["orders"] = data.groupby(data.index.year)["orders"].cumsum()
    options: dict[str, Any] = {"kpi": "orders", "controls": (), "max_lag": 8, "log": (), "metrics": {}, "horizons": (1, 4)}
    said = lead_gains(from_wide(data), leads=("visits", "ads"), undo=None, **options)
    assert "sum to date" in said["visits"].missing
    undone = lead_gains(from_wide(data), leads=("visits",), undo="ytd", **options)["visits"]
    assert undone.missing == ""
    assert undone.rmse[0] > 0.05
