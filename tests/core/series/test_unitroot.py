"""ADF and KPSS equal statsmodels and R, DF-GLS equals arch, and together they say integrated, stationary, or neither."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from arch.unitroot import DFGLS
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.adfvalues import mackinnoncrit
from statsmodels.tsa.stattools import adfuller, kpss

from leadlag.core.series.season import harmonics
from leadlag.core.series.unitpvalues import adf_pvalues, kpss_pvalues
from leadlag.core.series.unitroot import (
    KPSS_CRITICAL,
    adf_critical,
    adf_statistic,
    dfgls_statistics,
    integration,
    integrations,
    kpss_statistic,
    unit_root_tests,
)
from tests.reference import change, columns, growth, needs_reference, numbers, table

#: Relative, against statsmodels and R.
SAME = 1e-8


def walk(seed: int, n: int = 90) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).normal(size=n))


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(0, 6), st.sampled_from(["c", "ct"]))
def test_adf_equals_statsmodels(seed: int, lags: int, deterministic: str) -> None:
    x = walk(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on what it will return in a later version
        expected = adfuller(x, maxlag=lags, autolag=None, regression=deterministic)[0]
    assert adf_statistic(x, lags=lags, deterministic=deterministic) == pytest.approx(expected, rel=SAME)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(0, 9), st.sampled_from(["c", "ct"]))
def test_kpss_equals_statsmodels(seed: int, bandwidth: int, deterministic: str) -> None:
    x = walk(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the statistic lies outside statsmodels' table of p-values
        expected = kpss(x, regression=deterministic, nlags=bandwidth)[0]
    assert kpss_statistic(x, bandwidth=bandwidth, deterministic=deterministic) == pytest.approx(expected, rel=SAME)


@pytest.mark.parametrize("deterministic", ["c", "ct"])
@pytest.mark.parametrize("n", [30, 100, 1000])
def test_adf_critical_values_equal_statsmodels(n: int, deterministic: str) -> None:
    expected = mackinnoncrit(N=1, regression=deterministic, nobs=n)[1:]
    found = [adf_critical(n, deterministic=deterministic, alpha=alpha) for alpha in (0.05, 0.10)]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def _series() -> Iterator[tuple[str, np.ndarray]]:
    """Every series whose unit root R was asked about, by its path in R's numbers."""
    of = {"bjsales": ("sales", "lead_indicator"), "chick_egg": ("egg", "chicken"), "lydia_pinkham": ("sales", "advertising")}
    names = {"lead_indicator": "lead", "advertising": "adv"}
    for case, given_columns in of.items():
        for name, x in zip(given_columns, columns(table(case), *given_columns), strict=True):
            yield from ((f"{case}/{test}/{names.get(name, name)}", x) for test in ("adf", "kpss"))
    y, x = columns(table("gas_furnace"), "co2", "gas_rate")
    yield from (("gas_furnace/adf/co2", y), ("gas_furnace/adf/gas", x))
    d = table("us_macro_quarterly")
    log_gdp, g = np.log(d.realgdp.to_numpy(dtype=float)), growth(d.realgdp)
    yield from ((f"us_macro_quarterly/{test}/realgdp_log", log_gdp) for test in ("adf", "kpss"))
    yield from ((f"us_macro_quarterly/{test}/g", g) for test in ("adf", "kpss"))
    yield from ((f"us_macro_quarterly/adf/{name}", values) for name, values in d[["unemp", "tbilrate"]].items())
    for name, values in table("canada_labour").iloc[:, 1:].items():
        yield f"canada_labour/adf/{name}", values.to_numpy(dtype=float)
        yield f"canada_labour/adf_diff/{name}", change(values)
    yield "null_sunspots_lake/kpss_lake", *columns(table("null_sunspots_lake"), "lake_huron_level")


@needs_reference
def test_adf_and_kpss_equal_r() -> None:
    compared = 0
    for path, series in _series():
        x, expected = np.asarray(series, dtype=float), numbers(path)
        deterministic = "ct" if expected["type"] in ("trend", "tau") else "c"
        if expected["test"] == "urca::ur.df":
            found, stored = adf_statistic(x, lags=int(expected["lags"]), deterministic=deterministic), expected["tau"]
        else:
            found, stored = kpss_statistic(x, bandwidth=int(expected["lags"]), deterministic=deterministic), expected["stat"]
            assert KPSS_CRITICAL[deterministic, 0.05] == expected["crit_5pct"]
        assert found == pytest.approx(stored, rel=SAME), path
        compared += 1
    assert compared == 29


def test_the_answer_does_not_depend_on_units_or_offset() -> None:
    for seed in range(5):
        x = walk(seed)
        ours = integration(x, deterministic="ct")
        for moved in (x * 1e12, x * -1e-9, x + 1e8):
            again = integration(moved, deterministic="ct")
            assert again.state == ours.state
            assert (again.adf, again.kpss) == pytest.approx((ours.adf, ours.kpss), rel=1e-6)


def test_long_walks_are_integrated_and_noise_is_stationary() -> None:
    rng = np.random.default_rng(1)
    walks = [integration(np.cumsum(rng.normal(size=300)), deterministic="ct").state for _ in range(60)]
    noise = [integration(rng.normal(size=300) + 0.1 * np.arange(300), deterministic="ct").state for _ in range(60)]
    assert walks.count("integrated") > 45
    assert walks.count("stationary") <= 6
    assert noise.count("stationary") > 45
    assert noise.count("integrated") == 0


def test_a_missing_row_costs_the_rows_that_need_it_and_no_more() -> None:
    x = walk(3, 120)
    x[60] = np.nan
    rows = np.array([t for t in range(2, 120) if not {t, t - 1, t - 2} & {60}])
    design = np.column_stack([x[rows - 1], np.ones(len(rows)), x[rows - 1] - x[rows - 2]])
    y = x[rows] - x[rows - 1]
    params, ssr, *_ = np.linalg.lstsq(design, y, rcond=None)
    t = params[0] / np.sqrt(ssr[0] / (len(rows) - 3) * np.linalg.inv(design.T @ design)[0, 0])
    assert adf_statistic(x, lags=1, deterministic="c") == pytest.approx(t, rel=SAME)


@pytest.mark.parametrize("x", [np.full(40, 3.0), np.arange(5.0), np.full(30, np.nan), np.empty(0)])
def test_where_nothing_can_be_said_it_is_inconclusive(x: np.ndarray) -> None:
    assert integration(x, deterministic="ct").state == "inconclusive"


def test_a_series_is_judged_the_same_in_any_company() -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(120, 8))
    X[:, ::2] = np.cumsum(X[:, ::2], axis=0)
    X[:30, 2] = X[60, 3] = X[100:, 4] = np.nan
    X[:, 5], X[:, 6], X[:, 7] = 3.0, np.nan, np.arange(120.0)
    together, backwards = integrations(X, deterministic="ct"), integrations(X[:, ::-1], deterministic="ct")[::-1]
    for column, ours, theirs in zip(X.T, together, backwards, strict=True):
        alone = integration(column, deterministic="ct")
        assert alone.state == ours.state == theirs.state
        expected = pytest.approx((alone.adf, alone.kpss), rel=1e-9, nan_ok=True)
        assert (ours.adf, ours.kpss) == expected
        assert (theirs.adf, theirs.kpss) == expected
    assert [item.state for item in together[5:]] == ["inconclusive"] * 3


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(0, 5), st.sampled_from(["c", "ct"]))
def test_dfgls_equals_arch(seed: int, lags: int, deterministic: str) -> None:
    x = walk(seed)
    expected = DFGLS(x, lags=lags, trend=deterministic).stat
    found = dfgls_statistics(x[:, None], lags=lags, deterministic=deterministic)
    assert found[0] == pytest.approx(expected, rel=SAME)


@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from(["c", "ct"]), st.sampled_from([60, 90, 156]))
def test_all_three_equal_statsmodels_and_arch_with_the_lags_chosen(seed: int, deterministic: str, n: int) -> None:
    x = walk(seed, n)
    found = unit_root_tests(x[:, None], deterministic=deterministic)
    most = min(int(12 * (n / 100) ** 0.25), n // 6 - 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on what they will return in a later version, and on the table of p-values
        adf, p, lags, *_ = adfuller(x, maxlag=most, autolag="BIC", regression=deterministic)
        level, p_level, *_ = kpss(x, regression=deterministic, nlags=int(found.bandwidth[0]))
    gls = DFGLS(x, trend=deterministic, max_lags=most, method="bic")
    assert (int(found.adf_lags[0]), int(found.dfgls_lags[0])) == (lags, gls.lags)
    assert (found.adf[0], found.kpss[0], found.dfgls[0]) == pytest.approx((adf, level, gls.stat), rel=SAME)
    assert adf_pvalues(found.adf, deterministic=deterministic)[0] == pytest.approx(p, rel=SAME)
    assert kpss_pvalues(found.kpss, deterministic=deterministic)[0] == pytest.approx(p_level, rel=SAME)


def test_a_season_beside_the_tests_leaves_nothing_of_itself() -> None:
    rng = np.random.default_rng(4)
    noise = rng.normal(size=(120, 6))
    noise[:, ::2] = np.cumsum(noise[:, ::2], axis=0)
    season = harmonics(120, period=12.0, count=6)
    strong = noise + 20.0 * season @ rng.normal(size=(season.shape[1], 6))
    for deterministic in ("c", "ct"):
        calm, loud = (unit_root_tests(X, deterministic=deterministic, season=season) for X in (noise, strong))
        for name in ("dfgls", "adf", "kpss"):
            np.testing.assert_allclose(getattr(loud, name), getattr(calm, name), rtol=1e-7)


def test_a_series_begins_where_its_values_begin() -> None:
    x = walk(5, 120)
    late = np.r_[np.full(30, np.nan), x]
    for deterministic in ("c", "ct"):
        whole, part = (unit_root_tests(each[:, None], deterministic=deterministic) for each in (x, late))
        for name in ("nobs", "dfgls", "adf", "kpss"):
            np.testing.assert_allclose(getattr(part, name), getattr(whole, name), rtol=1e-9)
