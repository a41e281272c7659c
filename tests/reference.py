"""Numbers that R gave on real series, and the same series transformed as they were for R.

The scripts that made the numbers stand beside the data (``shared/data/r``): `gr`, `cgr`, `ty`, `joint` and `fit` of
``lib.R``, called by ``visible.R``. What each case feeds them is repeated here, one line a case.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from leadlag.core.time.lags import lag_matrix

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

#: Skips where the numbers are absent, unless LEADLAG_REQUIRE says that they have to be there: then the test fails.
needs_reference = pytest.mark.skipif(
    not (SHARED / "r_reference.json").exists() and "shared" not in os.environ.get("LEADLAG_REQUIRE", "").split(","),
    reason="R's reference numbers (../shared/data) are not beside this checkout",
)

Array = np.ndarray


class Pair(NamedTuple):
    """A test of one lead, alone: KPI, lead, and what R found."""

    name: str
    kpi: Array
    lead: Array
    lags: int
    expected: dict[str, float]


class Conditional(NamedTuple):
    """A test of one lead given the lags of the others."""

    name: str
    kpi: Array
    lead: Array
    others: Array
    lags: int
    cov_type: str
    expected: dict[str, float]


class Regression(NamedTuple):
    """An outcome, its design in R's order of terms, and R's fit."""

    name: str
    y: Array
    X: Array
    expected: dict[str, Any]


class Shifted(NamedTuple):
    """Two series, the order of the filter that goes over them first (None for none), and R's `cc` or `pwcc`."""

    name: str
    kpi: Array
    lead: Array
    order: int | None
    expected: dict[str, Any]


@cache
def reference() -> dict[str, Any]:
    """R's numbers, or nothing where they are absent."""
    path = SHARED / "r_reference.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def numbers(path: str) -> Any:
    """One entry of R's numbers by its path, list items by their place."""
    entry: Any = reference()
    for key in path.split("/"):
        entry = entry[int(key)] if isinstance(entry, list) else entry[key]
    return entry


@cache
def table(case: str) -> pd.DataFrame:
    """Series of one case as they are stored."""
    return pd.read_csv(SHARED / f"{case}.csv")


def lagged(x: Array, lag: int) -> Array:
    """R's ``lagv``."""
    return lag_matrix(x, [lag])[:, 0]


def change(x: Any) -> Array:
    """R's ``d1``: first difference, missing in the first row."""
    values = np.asarray(x, dtype=float)
    return values - lagged(values, 1)


def growth(x: Any) -> Array:
    """R's ``100 * dlog``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100.0 * change(np.log(np.asarray(x, dtype=float)))


def columns(frame: pd.DataFrame, *names: str) -> tuple[Array, ...]:
    return tuple(frame[name].to_numpy(dtype=float) for name in names)


def complete(y: Array, *others: Array) -> tuple[Array, ...]:
    """Rows where nothing is missing, closed up as R's complete.cases does."""
    stacked = np.column_stack([y, *others])
    kept = stacked[np.isfinite(stacked).all(axis=1)]
    return tuple(kept.T)


def without(x: Array, base: Array) -> Array:
    """Residual of a regression on an intercept and base."""
    X = np.column_stack([np.ones(len(x)), base])
    return x - X @ np.linalg.lstsq(X, x, rcond=None)[0]


def macro_quarterly() -> dict[str, Array]:
    d = table("us_macro_quarterly")
    return {
        "gdp": growth(d.realgdp), "consumption": growth(d.realcons), "investment": growth(d.realinv), "tbill": change(d.tbilrate),
        "unemployment": change(d.unemp), "m1": growth(d.m1),
    }  # fmt: skip


def macro_monthly() -> dict[str, Array]:
    d = table("us_macro_monthly")
    in_changes = ("unemployment_rate", "manufacturing_hours", "fed_funds", "mean_unemployment_weeks", "inventory_sales_ratio")
    in_growth = (
        "housing_starts", "building_permits", "initial_claims", "payrolls", "industrial_production", "durable_orders", "real_m2",
    )  # fmt: skip
    series = {name: change(d[name]) for name in in_changes} | {name: growth(d[name]) for name in in_growth}
    series["term_spread"] = d.term_spread.to_numpy(dtype=float)
    kept = before_pandemic(d)
    return {name: values[kept] for name, values in series.items()}


def before_pandemic(d: pd.DataFrame) -> Array:
    return ((d.date >= "1968-03-01") & (d.date <= "2019-12-01")).to_numpy()


def covid_weeks() -> dict[str, Array]:
    d = table("covid_italy_daily").iloc[1:]
    weeks = d[["new_cases", "new_deaths", "in_icu"]].groupby(np.arange(len(d)) // 7).agg(lambda v: v.sum(skipna=False)).iloc[:-1]
    kept = (weeks.index >= 27) & (weeks.index <= 66)
    return {name: growth(weeks[name])[kept] / 100.0 for name in weeks}


def claims() -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Logs over all weeks, before 2020, and before 2020 without season and trend."""
    d = table("us_claims_search_weekly")
    early = (d.date < "2020-01-01").to_numpy()
    week = np.arange(1, len(d) + 1)
    angle = 2 * np.pi * week / 52.18
    season = np.column_stack([*(f(k * angle) for k in range(1, 5) for f in (np.sin, np.cos)), week])[early]
    full = {name: np.log(d[name].to_numpy(dtype=float)) for name in d.columns[1:]}
    raw = {name: values[early] for name, values in full.items()}
    return full, raw, {name: without(values, season) for name, values in raw.items()}


def groundwater() -> pd.DataFrame:
    d = table("groundwater_monthly")
    return d[(d.date >= "1986-07-01") & (d.date <= "1995-07-01")]


def _series() -> Iterator[tuple[str, Array, Array]]:
    """Path in R's numbers, KPI and lead of every call of `gr`."""
    y, x = columns(table("bjsales"), "sales", "lead_indicator")
    yield "bjsales/granger_level_3", y, x
    yield from ((f"bjsales/granger_diff_{p}", np.diff(y), np.diff(x)) for p in (3, 5))
    y, x = columns(table("chick_egg"), "chicken", "egg")
    yield from ((f"chick_egg/granger_egg_to_chicken/{i}", y, x) for i in range(4))
    yield "chick_egg/granger_diff_3", np.diff(y), np.diff(x)
    q = macro_quarterly()
    yield from ((f"us_macro_quarterly/bivariate/{name}", q["gdp"], q[name]) for name in list(q)[1:])
    yield "us_macro_quarterly/gdp_to_unemployment", q["unemployment"], q["gdp"]
    yield "us_macro_quarterly/tbill_to_unemployment", q["unemployment"], q["tbill"]
    y, x = columns(table("gas_furnace"), "co2", "gas_rate")
    yield from ((f"gas_furnace/granger/{i}", y, x) for i in range(2))
    y, x = columns(table("lydia_pinkham"), "sales", "advertising")
    yield from ((f"lydia_pinkham/granger/{i}", y, x) for i in range(3))
    yield from ((f"lydia_pinkham/granger_diff/{i}", np.diff(y), np.diff(x)) for i in range(3))
    y, x = columns(table("diet_advertising"), "sales", "advertising")
    yield from ((f"diet_advertising/granger/{i}", y, x) for i in range(3))
    d = table("robyn_weekly")
    for name in numbers("robyn_weekly/bivariate_2"):
        yield f"robyn_weekly/bivariate_2/{name}", *columns(d, "revenue", name)
    w = covid_weeks()
    yield from ((f"covid_italy_daily/granger_weekly/cases/{i}", w["new_deaths"], w["new_cases"]) for i in range(3))
    yield "covid_italy_daily/granger_weekly/icu", w["new_deaths"], w["in_icu"]
    c = {name: change(values) for name, values in table("canada_labour").iloc[:, 1:].items()}
    yield from ((f"canada_labour/bivariate_diff_2/{name}", c["employment"], c[name]) for name in list(c)[1:])
    yield "canada_labour/employment_to_unemployment", c["unemployment"], c["employment"]
    m = macro_monthly()
    for part, kpi in MONTHLY.items():
        path = f"us_macro_monthly/{part}/bivariate"
        yield from ((f"{path}/{name}", m[kpi], m[name]) for name in numbers(path))
    d = table("us_macro_monthly")
    y, x = (np.log(values)[before_pandemic(d)] for values in columns(d, "housing_starts", "building_permits"))
    yield from ((f"us_macro_monthly/permits_starts_level/granger/{i}", y, x) for i in range(4))
    d = table("uk_seatbelts")
    yield from ((f"uk_seatbelts/granger_petrol_{p}", growth(d.drivers), growth(d.petrol_price)) for p in (12, 3))
    yield "uk_seatbelts/granger_kms_12", growth(d.drivers), growth(d.kms)
    d = table("eu_stocks_daily")
    for path in ("to_ftse_1", "to_ftse_5"):
        yield from ((f"eu_stocks_daily/{path}/{name}", growth(d.ftse), growth(d[name])) for name in ("dax", "smi", "cac"))
    yield "eu_stocks_daily/levels_granger_dax_2", np.log(d.ftse.to_numpy()), np.log(d.dax.to_numpy())
    full, raw, adjusted = claims()
    for name in list(full)[1:]:
        yield f"us_claims_search_weekly/pre2020/{name}/granger_4", adjusted["initial_claims"], adjusted[name]
        yield f"us_claims_search_weekly/pre2020/{name}/raw_granger_4", raw["initial_claims"], raw[name]
        yield f"us_claims_search_weekly/full_granger_4/{name}", full["initial_claims"], full[name]
    yield "elec_daily/granger_7_raw", *columns(table("elec_daily"), "demand", "temperature")
    d = table("us_consumption_change")
    for name in numbers("us_consumption_change/bivariate_4"):
        yield f"us_consumption_change/bivariate_4/{name}", *columns(d, "consumption", name)
    yield "us_consumption_change/consumption_to_income_4", *columns(d, "income", "consumption")
    y, x = columns(table("null_sunspots_lake"), "lake_huron_level", "sunspots")
    yield from ((f"null_sunspots_lake/granger/{i}", y, x) for i in range(3))
    yield "groundwater_monthly/granger_rain_3", *columns(groundwater(), "head", "rain_mm")
    yield "groundwater_monthly/granger_evap_3", *columns(groundwater(), "head", "evaporation_mm")


MONTHLY = {"starts": "housing_starts", "unemployment": "unemployment_rate", "production": "industrial_production"}


@cache
def granger_pairs() -> tuple[Pair, ...]:
    """Every call of R's `gr`, in both directions."""
    if not reference():
        return ()
    pairs = []
    for path, kpi, lead in _series():
        y, x = complete(kpi, lead)
        found = numbers(path)
        pairs.append(Pair(path, y, x, found["order"], found["x_to_y"]))
        pairs.append(Pair(f"{path} reversed", x, y, found["order"], found["y_to_x"]))
    return tuple(pairs)


@cache
def toda_yamamoto_pairs() -> tuple[Pair, ...]:
    """Every call of R's `ty` (levels, one further lag), in both directions."""
    if not reference():
        return ()
    series = {
        "chick_egg/toda_yamamoto_3_1": columns(table("chick_egg"), "chicken", "egg"),
        "canada_labour/toda_yamamoto_productivity": columns(table("canada_labour"), "employment", "productivity"),
    }
    found = {path: numbers(path) for path in series}
    forth = [Pair(path, y, x, found[path]["p"], found[path]["x_to_y"]) for path, (y, x) in series.items()]
    back = [Pair(f"{path} reversed", x, y, found[path]["p"], found[path]["y_to_x"]) for path, (y, x) in series.items()]
    return (*forth, *back)


def _groups() -> Iterator[tuple[str, Array, dict[str, Array], str]]:
    """Path in R's numbers, KPI, all leads and covariance of every call of `cgr`."""
    q = macro_quarterly()
    leads = {name: q[name] for name in list(q)[1:]}
    for path, cov_type in (("conditional_2", "nonrobust"), ("conditional_4", "nonrobust"), ("conditional_2_hc1", "HC1")):
        yield f"us_macro_quarterly/{path}", q["gdp"], leads, cov_type
    c = {name: change(values) for name, values in table("canada_labour").iloc[:, 1:].items()}
    yield "canada_labour/conditional_diff_2", c["employment"], {name: c[name] for name in list(c)[1:]}, "nonrobust"
    m = macro_monthly()
    for part, kpi in MONTHLY.items():
        path = f"us_macro_monthly/{part}/conditional"
        yield path, m[kpi], {name: m[name] for name in numbers(f"{path}/tests")}, "nonrobust"
    d = table("eu_stocks_daily")
    returns = {name: growth(d[name]) for name in ("dax", "smi", "cac")}
    for path, cov_type in (("conditional_5", "nonrobust"), ("conditional_5_hc1", "HC1")):
        yield f"eu_stocks_daily/{path}", growth(d.ftse), returns, cov_type
    for path, kpi in (("robyn_weekly/conditional_2", "revenue"), ("us_consumption_change/conditional_4", "consumption")):
        d = table(path.split("/")[0])
        leads = {name: d[name].to_numpy(dtype=float) for name in numbers(f"{path}/tests")}
        yield path, *columns(d, kpi), leads, "nonrobust"


@cache
def conditional_tests() -> tuple[Conditional, ...]:
    """Every test of R's `cgr`: one lead given the lags of all others."""
    if not reference():
        return ()
    tests = []
    for path, kpi, leads, cov_type in _groups():
        found = numbers(path)
        lags = range(1, found["order"] + 1)
        for name, lead in leads.items():
            others = np.hstack([lag_matrix(x, lags) for other, x in leads.items() if other != name])
            tests.append(Conditional(f"{path}/{name}", kpi, lead, others, found["order"], cov_type, found["tests"][name]))
    return tuple(tests)


def _designs() -> Iterator[tuple[str, Array, list[Array]]]:
    """Path in R's numbers, outcome and terms (without the intercept) of every call of `fit` that is least squares."""
    y, x = (np.diff(v) for v in columns(table("bjsales"), "sales", "lead_indicator"))
    yield "bjsales/adl", y, [lagged(y, 1), *lag_matrix(x, [3, 4, 5]).T]
    y, x = columns(table("chick_egg"), "chicken", "egg")
    yield "chick_egg/adl3", y, [*lag_matrix(y, [1, 2, 3]).T, *lag_matrix(x, [1, 2, 3]).T]
    q = macro_quarterly()
    u, g = complete(q["unemployment"], q["gdp"])
    yield "us_macro_quarterly/okun", u, [g]
    yield "us_macro_quarterly/okun_lags", u, list(lag_matrix(g, [0, 1, 2]).T)
    y, x = columns(table("gas_furnace"), "co2", "gas_rate")
    yield "gas_furnace/transfer_lm", y, [*lag_matrix(y, [1, 2]).T, *lag_matrix(x, [3, 4, 5]).T]
    for case in ("lydia_pinkham", "diet_advertising"):
        s, v = columns(table(case), "sales", "advertising")
        yield f"{case}/koyck", s, [v, lagged(s, 1)]
        yield f"{case}/adl", s, [lagged(s, 1), v, lagged(v, 1)]
        if case == "lydia_pinkham":
            yield f"{case}/adl2", s, [*lag_matrix(s, [1, 2]).T, *lag_matrix(v, [0, 1, 2]).T]
        else:
            yield f"{case}/fdl", s, list(lag_matrix(v, [0, 1, 2]).T)
    d = table("us_macro_monthly")
    production = np.log(d.industrial_production.to_numpy(dtype=float))
    kept = before_pandemic(d)
    yearly = 100 * (production - lagged(production, 12))
    yield "us_macro_monthly/ip_growth12_on_spread12", yearly[kept], [lagged(d.term_spread, 12)[kept]]
    gdp, months = mixed_frequency()
    own = lagged(gdp, 1)
    yield "mixed_frequency/nowcast_ip", gdp, [own, *months["industrial_production"]]
    yield "mixed_frequency/lead_ip", gdp, [own, *(lagged(x, 1) for x in months["industrial_production"])]
    yield "mixed_frequency/lead_claims", gdp, [own, *(lagged(x, 1) for x in months["initial_claims"])]
    y, t, w = columns(table("elec_daily"), "demand", "temperature", "work_day")
    weekdays = [(np.arange(len(y)) % 7 == day).astype(float) for day in range(1, 7)]
    hot, cold = np.maximum(t - 18, 0), np.maximum(18 - t, 0)
    yield "elec_daily/degree_day_lags", y, [w, *weekdays, *lag_matrix(hot, [0, 1, 2]).T, *lag_matrix(cold, [0, 1, 2]).T]
    y, *terms = columns(table("us_consumption_change"), "consumption", "income", "production", "savings", "unemployment")
    yield "us_consumption_change/tslm", y, terms
    y, x = columns(table("null_sunspots_lake"), "lake_huron_level", "sunspots")
    yield "null_sunspots_lake/static", y, [x]
    h, r, e = columns(groundwater(), "head", "rain_mm", "evaporation_mm")
    yield "groundwater_monthly/adl", h, [lagged(h, 1), *lag_matrix(r, [0, 1, 2]).T, *lag_matrix(e, [0, 1, 2]).T]


def mixed_frequency() -> tuple[Array, dict[str, list[Array]]]:
    """Quarterly GDP growth, and the growth of monthly series in months 1 to 3 of each quarter."""
    q, d = table("us_macro_quarterly"), table("us_macro_monthly")
    first = d.reset_index().set_index("date").loc[q.date, "index"].to_numpy()
    months = {name: [growth(d[name])[first + k] for k in range(3)] for name in ("industrial_production", "initial_claims")}
    return growth(q.realgdp), months


@cache
def regressions() -> tuple[Regression, ...]:
    """Every least-squares `fit` of R with its standard errors under several covariances."""
    if not reference():
        return ()
    fits = []
    for path, y, terms in _designs():
        outcome, *rows = complete(y, *terms)
        fits.append(Regression(path, outcome, np.column_stack([np.ones(len(outcome)), *rows]), numbers(path)))
    return tuple(fits)


def _shifted_series() -> Iterator[tuple[str, Array, Array, int | None]]:
    """Path in R's numbers, KPI, lead and order of the filter of every call of `cc` and `pwcc`."""
    y, x = columns(table("bjsales"), "sales", "lead_indicator")
    yield from (("bjsales/ccf_level", y, x, None), ("bjsales/ccf_diff", np.diff(y), np.diff(x), None))
    yield from (("bjsales/prewhitened_diff_ar3", np.diff(y), np.diff(x), 3), ("bjsales/prewhitened_level_ar3", y, x, 3))
    y, x = columns(table("chick_egg"), "chicken", "egg")
    yield from (("chick_egg/ccf_level", y, x, None), ("chick_egg/prewhitened_diff_ar3", np.diff(y), np.diff(x), 3))
    q = macro_quarterly()
    yield "us_macro_quarterly/prewhitened_gdp_unemployment", q["unemployment"], q["gdp"], 2
    y, x = columns(table("gas_furnace"), "co2", "gas_rate")
    yield from (("gas_furnace/ccf_level", y, x, None), ("gas_furnace/prewhitened_ar3", y, x, 3))
    y, x = columns(table("lydia_pinkham"), "sales", "advertising")
    yield "lydia_pinkham/prewhitened_level_ar2", y, x, 2
    yield "lydia_pinkham/prewhitened_diff_ar2", np.diff(y), np.diff(x), 2
    yield "diet_advertising/prewhitened_ar1", *columns(table("diet_advertising"), "sales", "advertising"), 1
    for name in numbers("robyn_weekly/prewhitened_ar4"):
        yield f"robyn_weekly/prewhitened_ar4/{name}", *columns(table("robyn_weekly"), "revenue", name), 4
    yield from ((f"covid_italy_daily/growth/{path}", y, x, None) for path, y, x in _covid_growth())
    w = covid_weeks()
    yield "covid_italy_daily/granger_weekly/ccf_cases", w["new_deaths"], w["new_cases"], None
    m = macro_monthly()
    for part, kpi in MONTHLY.items():
        path = f"us_macro_monthly/{part}/prewhitened_ar6"
        yield from ((f"{path}/{name}", m[kpi], m[name], 6) for name in numbers(path))
    d = table("eu_stocks_daily")
    yield "eu_stocks_daily/ccf_dax_ftse", growth(d.ftse), growth(d.dax), None
    adjusted = claims()[2]
    for name in list(adjusted)[1:]:
        yield f"us_claims_search_weekly/pre2020/{name}/prewhitened_ar4", adjusted["initial_claims"], adjusted[name], 4
    yield "elec_daily/prewhitened_ar7", *columns(table("elec_daily"), "demand", "temperature"), 7
    y, x = columns(table("null_sunspots_lake"), "lake_huron_level", "sunspots")
    yield from (("null_sunspots_lake/ccf_level", y, x, None), ("null_sunspots_lake/prewhitened_ar9", y, x, 9))
    yield "groundwater_monthly/prewhitened_rain_ar1", *columns(groundwater(), "head", "rain_mm"), 1


def _covid_growth() -> Iterator[tuple[str, Array, Array]]:
    """Weekly growth of the seven-day mean, in three waves."""
    d = table("covid_italy_daily")
    level = d.drop(columns="date").rolling(7).mean()
    growing = np.log(level.where(level > 0)).diff(7)
    waves = {
        "wave1": ("2020-03-15", "2020-06-15"),
        "wave2_to_spring21": ("2020-09-01", "2021-05-31"),
        "omicron": ("2021-11-01", "2022-03-31"),
    }
    for wave, (first, last) in waves.items():
        kept = growing[(d.date >= first) & (d.date <= last)]
        for name, found in numbers(f"covid_italy_daily/growth/{wave}").items():
            if found:
                yield f"{wave}/{name}", *columns(kept, "new_deaths", name)


@cache
def shifted_pairs() -> tuple[Shifted, ...]:
    """Every `cc` and `pwcc` of R, on the rows that both series have."""
    if not reference():
        return ()
    found = []
    for path, kpi, lead, order in _shifted_series():
        y, x = complete(kpi, lead)
        expected = numbers(path)
        found.append(Shifted(path, y, x, order, expected if "ccf" in expected else {"ccf": expected}))
    return tuple(found)
