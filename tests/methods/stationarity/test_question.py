"""Every series gets a row: verdict, tests, seasons and a suggestion that can be applied, or the reason why not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

import leadlag as ll
from leadlag.errors import DataContractError, UnknownNameError, UsageError
from leadlag.methods.stationarity.result import SeriesStationarity, StationarityResult
from leadlag.methods.stationarity.transform import SeriesTransform

N = 156
T = np.arange(N)


def monthly(columns: dict[str, Any], n: int = N) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.period_range("2010-01", periods=n, freq="M"))


def known() -> pd.DataFrame:
    """One series of each kind, with clear answers."""
    steps = np.random.default_rng(0).normal(size=(N, 6))
    yearly = 3.0 * np.cos(np.pi * T / 6.0) + 2.0 * np.sin(np.pi * T / 2.0)
    return monthly(
        {
            "noise": steps[:, 0],
            "stock": np.cumsum(steps[:, 1]),
            "rise": 0.05 * T + steps[:, 2],
            "seasonal": yearly + steps[:, 3],
            "both": yearly + np.cumsum(steps[:, 4]),
            "percent": np.exp(0.1 * steps[:, 5] + 1.5 * T / N),
        }
    )


@pytest.fixture(scope="module")
def result() -> StationarityResult:
    return ll.check_stationarity(known())


def test_each_kind_is_called_what_it_is_with_a_suggestion(result: StationarityResult) -> None:
    frame = result.to_frame().set_index("metric")
    assert frame["verdict"].to_dict() | {"percent": ""} == {
        "noise": "stationary", "stock": "integrated", "rise": "trend-stationary", "seasonal": "stationary",
        "both": "integrated", "percent": "",
    }  # fmt: skip
    assert frame["transform"].to_dict() == {
        "noise": "none", "stock": "difference", "rise": "detrend", "seasonal": "season",
        "both": "difference + season", "percent": "log + detrend",
    }  # fmt: skip
    assert frame.loc[["seasonal", "both"], "season"].tolist() == ["12", "12"]
    assert (frame.loc[["seasonal", "both"], "season_pvalue"] < 0.001).all()
    assert (frame.loc[["seasonal", "both"], "season_strength"] > 0.5).all()
    assert frame.loc["noise", "season_pvalue"] > 0.05
    assert np.isnan(frame.loc["noise", "season_strength"])


def test_the_suggested_transform_leaves_what_is_stationary_and_goes_on_after_the_sample(result: StationarityResult) -> None:
    data = known()
    worked = pd.DataFrame({item.metric: item.transform.apply(data[item.metric]) for item in result}, index=data.index)
    again = ll.check_stationarity(worked)
    assert {item.verdict for item in again} <= {"stationary", "inconclusive"}
    assert not any(item.found_seasons for item in again)
    first = ll.check_stationarity(data.iloc[:120])["both"].transform
    later = data["both"].iloc[120:]
    np.testing.assert_allclose(first.invert(first.apply(later, start=120), start=120), later, rtol=1e-9)


def test_the_row_of_a_series_does_not_depend_on_its_company_or_place(result: StationarityResult) -> None:
    data, rng = known(), np.random.default_rng(0)
    data["crowd"] = rng.normal(size=N)
    data.loc[data.index[20:30], "crowd"] = np.nan
    backwards = ll.check_stationarity(data[data.columns[::-1]])
    for item in result:
        alone = ll.check_stationarity(data, metrics=item.metric).to_frame()
        for other in (alone, backwards[item.metric].to_frame()):
            pd.testing.assert_frame_equal(other, item.to_frame(), rtol=1e-8)


def test_units_and_offset_do_not_matter_but_to_a_log(result: StationarityResult) -> None:
    for moved in (known() * -1e7, known() * 1e-6 + 30.0):
        again = ll.check_stationarity(moved, metrics=["noise", "stock", "rise", "seasonal", "both"])
        for item in again:
            assert (item.verdict, item.transform.steps) == (result[item.metric].verdict, result[item.metric].transform.steps)
            assert item.adf == pytest.approx(result[item.metric].adf, rel=1e-6)


HAZARDS = {
    "empty": (np.full(N, np.nan), "LL201"),
    "constant": (np.full(N, 7.0), "LL203"),
    "nearly": (1e6 + 1e-9 * np.random.default_rng(0).normal(size=N), "LL203"),
    "spike": (np.r_[np.zeros(N - 1), 1.0], "LL203"),
    "one_step": (np.r_[np.zeros(80), np.ones(N - 80)], "LL203"),
    "tiny": (np.r_[np.full(N - 12, np.nan), np.arange(12.0) ** 0.5], "LL204"),
    "line": (3.0 * T + 1e8, "LL207"),
    "wave": (np.sin(np.pi * T / 6.0), "LL207"),
}


def test_what_cannot_be_tested_keeps_its_row_with_the_reason() -> None:
    rng = np.random.default_rng(1)
    data = monthly({name: values for name, (values, _) in HAZARDS.items()} | {"flags": rng.integers(0, 2, N).astype(float)})
    data["offset"] = 1e12 + 1e3 * rng.normal(size=N)
    data["outlier"] = np.r_[rng.normal(size=N - 1), 1e15]
    found = ll.check_stationarity(data)
    frame = found.to_frame().set_index("metric")
    assert {name: reason.split(":")[0] for name, reason in frame["reason"].items() if reason} == {
        name: code for name, (_, code) in HAZARDS.items()
    }
    assert (frame.loc[list(HAZARDS), "verdict"] == "untestable").all()
    assert frame.loc[["flags", "offset"], "verdict"].tolist() == ["stationary", "stationary"]
    for item in found:
        assert item.explain()
        assert item.summary()


def test_a_table_of_eleven_rows_is_a_table_of_reasons() -> None:
    found = ll.check_stationarity(monthly({"a": np.arange(11.0) ** 2, "b": np.ones(11)}, n=11))
    assert found.to_frame()["verdict"].tolist() == ["untestable", "untestable"]


def test_missing_values_are_masked_and_counted() -> None:
    data = known()
    data.loc[data.index[:30], "stock"] = np.nan
    late, trimmed = ll.check_stationarity(data)["stock"], ll.check_stationarity(data.iloc[30:])["stock"]
    assert (late.nobs, late.n_missing, trimmed.n_missing) == (N - 30, 30, 0)
    assert (late.dfgls, late.adf, late.kpss) == pytest.approx((trimmed.dfgls, trimmed.adf, trimmed.kpss), rel=1e-9)


@pytest.mark.parametrize(
    ("freq", "periods", "length"), [("W-SUN", 156, 365.25 / 7), ("D", 90, 7.0), ("B", 80, 5.0), ("QS", 60, 4.0), ("h", 240, 24.0)]
)
def test_the_seasons_of_every_calendar_are_found(freq: str, periods: int, length: float) -> None:
    rng = np.random.default_rng(5)
    stamps = pd.date_range("2020-01-05", periods=periods, freq=freq)
    wave = 4.0 * np.cos(2 * np.pi * np.arange(periods) / length)
    found = ll.check_stationarity(
        pd.DataFrame({"wave": wave + rng.normal(size=periods), "calm": rng.normal(size=periods)}, index=stamps)
    )
    assert length in [pytest.approx(season.period) for season in found["wave"].found_seasons]
    assert found["wave"].verdict in ("stationary", "trend-stationary")
    assert length not in [pytest.approx(season.period) for season in found["calm"].found_seasons]


def test_a_log_is_suggested_for_counts_of_no_kind_and_never_for_what_may_fall_below_zero() -> None:
    rng = np.random.default_rng(2)
    data = monthly({"few": rng.choice([1.0, 5.0, 50.0], size=N), "below": np.exp(0.1 * rng.normal(size=N) + 1.5 * T / N) - 1.5})
    assert all("log" not in item.transform.steps for item in ll.check_stationarity(data))


@pytest.mark.parametrize(("n", "growth"), [(300, 0.02), (104, 0.05)])
def test_strong_growth_in_percent_is_suggested_a_log(n: int, growth: float) -> None:
    noise = np.random.default_rng(n).normal(size=(n, 20))
    names = [f"m{place}" for place in range(20)]
    found = ll.check_stationarity(pd.DataFrame(np.exp(growth * np.arange(n)[:, None] + 0.1 * noise), columns=names))
    assert sum(item.transform.steps == ("log", "detrend") for item in found) >= 19


def test_a_trend_is_suggested_only_where_one_was_found() -> None:
    rng = np.random.default_rng(9)
    steps, names = rng.normal(size=(N + 100, 200)), [f"m{place}" for place in range(200)]
    found = list(ll.check_stationarity(pd.DataFrame(lfilter([1.0], [1.0, -0.9], steps, axis=0)[100:], columns=names)))
    unsure = [item for item in found if item.verdict == "inconclusive" and item.trend_pvalue >= item.alpha]
    beside = [item for item in unsure if item.tests_beside == "intercept and trend"]
    assert len(beside) > 10
    assert all(item.trend == "none" and item.suggestion == "none" for item in unsure)
    assert all(item.kpss > item.kpss_critical and "beside a trend" in item.explain() for item in beside)
    assert all("intercept and trend" in item.summary() for item in beside)
    trending = [item for item in found if item.trend == "linear"]
    assert all(item.trend_pvalue < item.alpha for item in trending)
    assert 0 < len(trending) < 0.1 * len(found)


@pytest.mark.parametrize("momentum", [0.8, 0.9])
def test_a_level_that_returns_slowly_is_not_taken_for_a_trend(momentum: float) -> None:
    steps, names = np.random.default_rng(11).normal(size=(N + 100, 300)), [f"m{place}" for place in range(300)]
    found = ll.check_stationarity(pd.DataFrame(lfilter([1.0], [1.0, -momentum], steps, axis=0)[100:], columns=names))
    assert sum(item.verdict == "trend-stationary" for item in found) < 0.085 * len(found)


def test_a_trend_is_not_called_a_fixed_level() -> None:
    steps, names = np.random.default_rng(10).normal(size=(160, 150)), [f"m{place}" for place in range(150)]
    noise = lfilter([1.0], [1.0, -0.5], steps, axis=0)[100:]
    found = ll.check_stationarity(pd.DataFrame(noise + 4.0 * np.arange(60)[:, None] / 60, columns=names))
    trending = [item for item in found if item.verdict == "trend-stationary"]
    assert len(trending) > 0.8 * len(found)
    assert all(item.trend == "linear" and item.suggestion == "detrend" for item in trending)
    assert sum(item.verdict == "stationary" for item in found) < 0.05 * len(found)


def test_segments_have_a_row_each() -> None:
    rng = np.random.default_rng(6)
    months = pd.period_range("2015-01", periods=80, freq="M").astype(str)
    values = {"North": rng.normal(size=80), "South": np.full(80, 2.0)}
    long = pd.concat(
        pd.DataFrame({"month": months, "segment": name, "metric": "sales", "value": column}) for name, column in values.items()
    )
    sample = ll.from_long(long, time="month", metric="metric", value="value", segment="segment")
    found = ll.check_stationarity(sample)
    assert found.to_frame()[["segment", "verdict"]].to_numpy().tolist() == [["North", "stationary"], ["South", "untestable"]]
    assert found["sales", "North"].verdict == "stationary"
    with pytest.raises(UnknownNameError, match="2 series"):
        found["sales"]


def test_series_of_two_cadences_are_checked_on_their_own() -> None:
    rng = np.random.default_rng(7)
    gdp = pd.DataFrame({"gdp": np.cumsum(rng.normal(size=60))}, index=pd.period_range("2005Q1", periods=60, freq="Q"))
    visits = pd.DataFrame({"visits": rng.normal(size=180)}, index=pd.period_range("2005-01", periods=180, freq="M"))
    found = ll.check_stationarity([gdp, visits])
    assert [(item.metric, item.unit, item.nobs) for item in found] == [("gdp", "quarter", 60), ("visits", "month", 180)]
    pd.testing.assert_frame_equal(found["visits"].to_frame(), ll.check_stationarity(visits).to_frame())


def test_every_view_of_the_result_is_there(result: StationarityResult) -> None:
    told = json.loads(result.to_json())
    assert [row["metric"] for row in told["series"]] == list(known().columns)
    assert told["provenance"]["method"] == "check_stationarity"
    assert "provenance" not in told["series"][0]
    assert SeriesTransform.from_dict(result["both"].transform.to_dict()) == result["both"].transform
    assert all(len(line) <= 80 for line in result.summary().splitlines())
    assert all(len(line) <= 80 for item in result for line in item.summary().splitlines())
    assert "difference" in result.to_markdown()
    assert "metric" in result._repr_html_()
    for word in ("Integrated: stock and both", "season", "log"):
        assert word in result.explain()
    assert "rejects a unit root" in result["stock"].explain()
    assert repr(result["stock"]) == "SeriesStationarity('stock': integrated)"
    assert len(result) == 6


def test_wrong_calls_say_what_is_allowed() -> None:
    data = known()
    with pytest.raises(UsageError, match=r"alpha=0\.5"):
        ll.check_stationarity(data, alpha=0.5)
    with pytest.raises(UsageError, match="metrics is empty"):
        ll.check_stationarity(data, metrics=[])
    with pytest.raises(UnknownNameError, match="stock"):
        ll.check_stationarity(data, metrics=["stok"])
    with pytest.raises(DataContractError, match="infinite"):
        ll.check_stationarity(data.assign(noise=np.inf))
    with pytest.raises(UnknownNameError, match="'noise'"):
        ll.check_stationarity(data)["noize"]


def test_alpha_ten_percent_is_allowed() -> None:
    assert isinstance(ll.check_stationarity(known(), metrics="noise", alpha=0.10)["noise"], SeriesStationarity)


def test_random_walks_with_momentum_are_rarely_called_stationary() -> None:
    steps = lfilter([1.0], [1.0, -0.5], np.random.default_rng(8).normal(size=(N, 300)), axis=0)
    names = [f"m{place}" for place in range(300)]
    found = ll.check_stationarity(pd.DataFrame(np.cumsum(steps, axis=0), columns=names)).to_frame()["verdict"]
    assert found.isin(["stationary", "trend-stationary"]).mean() < 0.10
    assert (found == "integrated").mean() > 0.75
