"""Every regression of R on lags of leads and own lags, found again through the public function.

A case feeds plain frames, as a user would. R's `mixed_frequency` has the months of a quarter as columns, `elec_daily` its
weekdays as controls. Every `fit`, `onelag` and `tfun` of R is here, with the Almon lag, the ARIMA errors and the intervention;
`adstock`, a grid of decays by R2, is not: the decay is estimated here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import leadlag as ll
from tests.reference import (
    before_pandemic,
    columns,
    covid_weeks,
    groundwater,
    lagged,
    macro_monthly,
    macro_quarterly,
    mixed_frequency,
    needs_reference,
    numbers,
    reference,
    table,
)  # fmt: skip

pytestmark = [needs_reference, pytest.mark.filterwarnings("ignore::leadlag.errors.StatisticsWarning")]

#: R's covariances under our names; nwL is HAC with bandwidth L.
COVARIANCES = {"ols": "nonrobust", "hc1": "HC1", "hc3": "HC3"}


class Case(NamedTuple):
    """A call, and our terms in R's order."""

    path: str
    data: pd.DataFrame
    leads: list[str]
    options: dict[str, Any]
    terms: list[str]


def lags(name: str, *of: int) -> list[str]:
    return [f"{name}.L{lag}" for lag in of]


def spanning(first: int, last: int, own: int = 0, **options: Any) -> dict[str, Any]:
    return {"min_lag": first, "max_lag": last, "own_lags": own, **options}


def _cases() -> Iterator[Case]:
    d = pd.DataFrame({name: np.diff(v) for name, v in table("bjsales")[["sales", "lead_indicator"]].items()})
    d.columns = pd.Index(["y", "x"])
    yield Case("bjsales/adl", d, ["x"], spanning(3, 5, 1), [*lags("y", 1), *lags("x", 3, 4, 5)])
    d = table("chick_egg")[["chicken", "egg"]].set_axis(["y", "x"], axis=1)
    yield Case("chick_egg/adl3", d, ["x"], spanning(1, 3, 3), [*lags("y", 1, 2, 3), *lags("x", 1, 2, 3)])
    q = macro_quarterly()
    d = pd.DataFrame({"y": q["unemployment"], "x": q["gdp"]})
    yield Case("us_macro_quarterly/okun", d, ["x"], spanning(0, 0), lags("x", 0))
    yield Case("us_macro_quarterly/okun_lags", d, ["x"], spanning(0, 2), lags("x", 0, 1, 2))
    d = table("gas_furnace")[["co2", "gas_rate"]].set_axis(["y", "x"], axis=1)
    yield Case("gas_furnace/transfer_lm", d, ["x"], spanning(3, 5, 2), [*lags("y", 1, 2), *lags("x", 3, 4, 5)])
    for case in ("lydia_pinkham", "diet_advertising"):
        d = table(case)[["sales", "advertising"]].set_axis(["y", "x"], axis=1)
        yield Case(f"{case}/koyck", d, ["x"], spanning(0, 0, 1), [*lags("x", 0), *lags("y", 1)])
        yield Case(f"{case}/adl", d, ["x"], spanning(0, 1, 1), [*lags("y", 1), *lags("x", 0, 1)])
        if case == "lydia_pinkham":
            yield Case(f"{case}/adl2", d, ["x"], spanning(0, 2, 2), [*lags("y", 1, 2), *lags("x", 0, 1, 2)])
        else:
            yield Case(f"{case}/fdl", d, ["x"], spanning(0, 2), lags("x", 0, 1, 2))
    d = table("us_macro_monthly")
    production = np.log(d.industrial_production.to_numpy(dtype=float))
    spread = pd.DataFrame({"y": 100 * (production - lagged(production, 12)), "x": d.term_spread.to_numpy(dtype=float)})
    first, last = np.flatnonzero(before_pandemic(d))[[0, -1]]
    yield Case("us_macro_monthly/ip_growth12_on_spread12", spread[: last + 1], ["x"], spanning(12, 12, hold_back=int(first)),
               lags("x", 12))  # fmt: skip
    gdp, months = mixed_frequency()
    for path, name, lag in (("nowcast_ip", "industrial_production", 0), ("lead_ip", "industrial_production", 1),
                            ("lead_claims", "initial_claims", 1)):  # fmt: skip
        d = pd.DataFrame({"y": gdp} | {f"month{k + 1}": month for k, month in enumerate(months[name])})
        leads = ["month1", "month2", "month3"]
        terms = [*lags("y", 1), *(f"{lead}.L{lag}" for lead in leads)]
        yield Case(f"mixed_frequency/{path}", d, leads, spanning(lag, lag, 1), terms)
    d = table("elec_daily")
    t = d.temperature.to_numpy(dtype=float)
    days = {f"day{day}": (np.arange(len(t)) % 7 == day).astype(float) for day in range(1, 7)}
    d = pd.DataFrame({"y": d.demand, "work": d.work_day, **days, "hot": np.maximum(t - 18, 0), "cold": np.maximum(18 - t, 0)})
    yield Case("elec_daily/degree_day_lags", d, ["hot", "cold"], spanning(0, 2, controls=["work", *days]),
               ["work", *days, *lags("hot", 0, 1, 2), *lags("cold", 0, 1, 2)])  # fmt: skip
    d = table("us_consumption_change").rename(columns={"consumption": "y"})
    leads = ["income", "production", "savings", "unemployment"]
    yield Case("us_consumption_change/tslm", d[["y", *leads]], leads, spanning(0, 0), [f"{lead}.L0" for lead in leads])
    d = table("null_sunspots_lake")[["lake_huron_level", "sunspots"]].set_axis(["y", "x"], axis=1)
    yield Case("null_sunspots_lake/static", d, ["x"], spanning(0, 0), lags("x", 0))
    d = groundwater()[["head", "rain_mm", "evaporation_mm"]].set_axis(["y", "rain", "evaporation"], axis=1)
    yield Case("groundwater_monthly/adl", d, ["rain", "evaporation"], spanning(0, 2, 1),
               [*lags("y", 1), *lags("rain", 0, 1, 2), *lags("evaporation", 0, 1, 2)])  # fmt: skip


@cache
def cases() -> tuple[Case, ...]:
    return tuple(_cases()) if reference() else ()


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.path)
def test_least_squares_is_rs_lm_with_sandwich(case: Case) -> None:
    expected = numbers(case.path)
    terms = ["const", *case.terms]
    for covariance, errors in expected["se"].items():
        hac = {"cov_type": "HAC", "bandwidth": int(covariance[2:])} if covariance.startswith("nw") else {}
        asked = {"cov_type": COVARIANCES.get(covariance), **hac, **case.options}
        found = ll.lagged_regression(case.data.reset_index(drop=True), kpi="y", leads=case.leads, **asked)
        np.testing.assert_allclose(found.bse[terms], list(errors.values()), rtol=1e-8, err_msg=covariance)
    assert found.nobs == expected["n"]
    np.testing.assert_allclose(found.params[terms], list(expected["coef"].values()), rtol=1e-8)
    said = (found.rsquared, found.rsquared_adj, np.sqrt(found.scale), found.llf)
    np.testing.assert_allclose(said, [expected[name] for name in ("r2", "adj_r2", "sigma", "loglik")], rtol=1e-8)
    # R counts the variance as a parameter
    np.testing.assert_allclose(found.aic + 2, expected["aic"], rtol=1e-8)
    np.testing.assert_allclose(found.bic + np.log(found.nobs), expected["bic"], rtol=1e-8)


@pytest.mark.parametrize("case", [case for case in cases() if "diagnostics" in numbers(case.path)], ids=lambda case: case.path)
def test_diagnostics_are_rs(case: Case) -> None:
    r = numbers(case.path)["diagnostics"]
    found = ll.lagged_regression(case.data.reset_index(drop=True), kpi="y", leads=case.leads, **case.options).diagnostics
    np.testing.assert_allclose(
        [found.heteroscedasticity.statistic, found.heteroscedasticity.df, found.normality.statistic, found.durbin_watson],
        [r["bp_chisq"], r["bp_df"], r["jb"], r["dw"]], rtol=1e-8,
    )  # fmt: skip
    if found.autocorrelation.df == 4:
        np.testing.assert_allclose(found.autocorrelation.statistic, r["bg4_chisq"], rtol=1e-8)


def _single_lags() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    y, x = columns(table("bjsales"), "sales", "lead_indicator")
    yield "bjsales/one_lag_diff", np.diff(y), np.diff(x)
    yield "gas_furnace/one_lag", *columns(table("gas_furnace"), "co2", "gas_rate")
    yield "diet_advertising/one_lag", *columns(table("diet_advertising"), "sales", "advertising")
    for name in numbers("robyn_weekly/one_lag"):
        yield f"robyn_weekly/one_lag/{name}", *columns(table("robyn_weekly"), "revenue", name)
    w = covid_weeks()
    yield "covid_italy_daily/granger_weekly/one_lag_cases", w["new_deaths"], w["new_cases"]
    m, d = macro_monthly(), table("us_macro_monthly")
    yield "us_macro_monthly/permits_starts_level/one_lag_dlog_ar2", m["housing_starts"], m["building_permits"]
    logs = (np.log(values)[before_pandemic(d)] for values in columns(d, "housing_starts", "building_permits"))
    yield "us_macro_monthly/permits_starts_level/one_lag_log", *logs


@cache
def single_lags() -> tuple[tuple[str, np.ndarray, np.ndarray], ...]:
    return tuple(_single_lags()) if reference() else ()


@pytest.mark.parametrize(("path", "y", "x"), single_lags(), ids=[path for path, *_ in single_lags()])
def test_one_lag_at_a_time_on_the_rows_of_all(path: str, y: np.ndarray, x: np.ndarray) -> None:
    expected = numbers(path)
    data, last = pd.DataFrame({"y": y, "x": x}), len(expected["by_lag"]) - 1
    for one in expected["by_lag"]:
        lag = one["lag"]
        options = {"own_lags": expected["own_lags"], "hold_back": last, "cov_type": "nonrobust"}
        found = ll.lagged_regression(data, kpi="y", leads="x", min_lag=lag, max_lag=lag, **options)
        term = f"x.L{lag}"
        assert found.nobs == expected["n"]
        np.testing.assert_allclose(
            [found.params[term], found.tvalues[term], found.rsquared, found.aic + 2],
            [one["coef"], one["t"], one["r2"], one["aic"]], rtol=1e-8,
        )  # fmt: skip


def test_almon_of_second_degree() -> None:
    expected, m = numbers("us_macro_monthly/almon2_permits_starts"), macro_monthly()
    data = pd.DataFrame({"starts": m["housing_starts"], "permits": m["building_permits"]})
    found = ll.lagged_regression(data, kpi="starts", leads="permits", min_lag=0, max_lag=6, shape="almon", degree=2)
    np.testing.assert_allclose(found["permits"].weights, expected["beta"], rtol=1e-8)
    np.testing.assert_allclose([found.rsquared, found.nobs], [expected["r2"], expected["n"]], rtol=1e-8)


#: R's ``tfun``: case, KPI and lead, differenced or not, start, weights before the decay, noise.
TRANSFERS = (
    ("bjsales", "sales", "lead_indicator", True, 3, 1, (0, 0, 1)),
    ("gas_furnace", "co2", "gas_rate", False, 3, 3, (2, 0, 0)),
    ("diet_advertising", "sales", "advertising", False, 0, 1, (1, 0, 0)),
)


@pytest.mark.parametrize("transfer", TRANSFERS, ids=[transfer[0] for transfer in TRANSFERS])
def test_transfer_functions_are_those_of_rs_arima(transfer: tuple[Any, ...]) -> None:
    case, kpi, lead, differenced, start, n_free, order = transfer
    data, expected = table(case)[[kpi, lead]], numbers(f"{case}/transfer_function")
    data = data.diff().iloc[1:].reset_index(drop=True) if differenced else data
    found = ll.lagged_regression(
        data, kpi=kpi, leads=lead, min_lag=start, max_lag=start + n_free - 1, shape="geometric", start=start, n_free=n_free,
        presample="zero", noise_order=order,
    )  # fmt: skip
    assert found.nobs == expected["n"]
    # with w1 and w2 R begins each decay at the first complete row, and we with the lead's first value: no argument says that
    close = {"rtol": 1e-3} if n_free == 1 else {"rtol": 5e-3}
    noise = [found.params[f"{part}.L{lag}"] for part, count in zip(("ar", "ma"), order[::2], strict=True)
             for lag in range(1, count + 1)]  # fmt: skip
    np.testing.assert_allclose(noise, [value for name, value in expected["coef"].items() if name[:2] in ("ar", "ma")], **close)
    assert found[lead].decay == pytest.approx(expected["delta"], rel=close["rtol"])
    weights = [value for name, value in expected["coef"].items() if name.startswith("w")]
    np.testing.assert_allclose(found.params[[f"{lead}.L{start + k}" for k in range(n_free)]], weights, **close)
    assert found.llf == pytest.approx(expected["loglik"], abs=1e-3 if n_free == 1 else 0.03)


def test_integrated_noise_is_rs() -> None:
    expected, data = numbers("bjsales/arima_xreg_lag3"), table("bjsales")[["sales", "lead_indicator"]]
    found = ll.lagged_regression(data, kpi="sales", leads="lead_indicator", min_lag=3, max_lag=4, noise_order=(1, 1, 1))
    coefficients = found.params[["ar.L1", "ma.L1", "lead_indicator.L3", "lead_indicator.L4"]]
    np.testing.assert_allclose(coefficients, list(expected["coef"].values()), rtol=1e-3)
    assert found.llf == pytest.approx(expected["loglik"], rel=1e-3)
    assert np.isnan(found.params["const"])


def test_seasonal_noise_and_an_intervention_are_rs() -> None:
    expected, data = numbers("uk_seatbelts/intervention"), table("uk_seatbelts")
    data = data[["drivers", "petrol_price", "kms", "law"]]
    found = ll.lagged_regression(
        data, kpi="drivers", leads="petrol_price", min_lag=0, max_lag=0, controls=["kms", "law"],
        log=["drivers", "petrol_price", "kms"], noise_order=1, seasonal_order=(1, 0, 0, 12), cov_type="nonrobust",
    )  # fmt: skip
    terms = ["ar.L1", "ar.S.L12", "const", "petrol_price.L0", "kms", "law"]
    errors = np.array(list(expected["se"].values()))
    # the optimum is flat: a thousandth of a standard error is where R stops
    assert (np.abs(found.params[terms] - list(expected["coef"].values())) < 1e-3 * errors).all()
    np.testing.assert_allclose(found.bse[terms], errors, rtol=5e-2)
    assert found.llf == pytest.approx(expected["loglik"], abs=1e-3)
