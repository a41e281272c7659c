"""A lagged regression through its public function: statsmodels' numbers, known answers, predictions, and what is refused."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.tools import add_constant
from statsmodels.tsa.ardl import ARDL
from statsmodels.tsa.statespace.sarimax import SARIMAX

import leadlag as ll
from leadlag.core.time.lags import lag_matrix
from leadlag.errors import LeadLagError, StatisticsWarning, UnknownNameError, UsageError
from tests.conftest import ROOT
from tests.reference import needs_reference, table

SHAPES = ("free", "almon", "exp_almon", "geometric", "delayed")


def frame(n: int = 140, *, seed: int = 0) -> pd.DataFrame:
    """Sales follow visits three and four weeks later, with momentum; price moves them in the same week."""
    rng = np.random.default_rng(seed)
    visits, price, u = rng.normal(size=(3, n))
    sales = 10 + 2.0 * lag_matrix(visits, [3], fill=0.0)[:, 0] + lag_matrix(visits, [4], fill=0.0)[:, 0] - price + u
    index = pd.date_range("2021-01-04", periods=n, freq="W-MON")
    return pd.DataFrame({"sales": sales, "visits": visits, "price": price}, index=index)


def regressed(data: Any = None, leads: Any = "visits", **options: Any) -> ll.LaggedRegressionResult:
    return ll.lagged_regression(frame() if data is None else data, kpi="sales", leads=leads, **{"max_lag": 6, **options})


def design(data: pd.DataFrame, first: int = 1, last: int = 6, own: int = 0, controls: bool = False) -> tuple[Any, Any]:
    """The same regression's columns by hand, rows that are complete."""
    x, y = data["visits"].to_numpy(), data["sales"].to_numpy()
    parts = [data[["price"]].to_numpy()] if controls else []
    X = add_constant(np.column_stack([*parts, lag_matrix(y, range(1, own + 1)), lag_matrix(x, range(first, last + 1))]))
    rows = slice(max(last, own), None)
    return y[rows], X[rows]


class TestStatsmodels:
    @pytest.mark.parametrize(
        ("cov_type", "correction"),
        [("nonrobust", "none"), ("HC0", "none"), ("HC1", "none"), ("HC3", "none"), ("HAC", "none"), ("HAC", "df")],
    )
    def test_least_squares_is_ols(self, cov_type: str, correction: str) -> None:
        found = regressed(controls="price", own_lags=2, cov_type=cov_type, correction=correction)
        kwds = {"cov_kwds": {"maxlags": 4, "use_correction": correction == "df"}} if cov_type == "HAC" else {}
        y, X = design(frame(), own=2, controls=True)
        theirs = OLS(y, X).fit(cov_type=cov_type, use_t=True, **kwds)
        for name in ("params", "bse", "tvalues", "pvalues"):
            np.testing.assert_allclose(getattr(found, name), getattr(theirs, name), rtol=1e-8, err_msg=name)
        for name in ("llf", "aic", "bic", "rsquared", "rsquared_adj", "nobs", "df_model", "df_resid", "scale"):
            np.testing.assert_allclose(getattr(found, name), getattr(theirs, name), rtol=1e-9, err_msg=name)
        np.testing.assert_allclose(found.conf_int(0.1), theirs.conf_int(0.1), rtol=1e-8)
        np.testing.assert_allclose(found.cov_params(), theirs.cov_params(), rtol=1e-7, atol=1e-12)
        np.testing.assert_allclose(found.resid, theirs.resid, atol=1e-11)

    def test_own_lags_and_lags_are_ardl(self) -> None:
        data = frame().reset_index(drop=True)
        theirs = ARDL(data["sales"], 2, data[["visits"]], order={"visits": [1, 2, 3, 4]}).fit()
        found = regressed(max_lag=4, own_lags=2, cov_type="nonrobust")
        np.testing.assert_allclose(found.params, theirs.params, rtol=1e-8)
        np.testing.assert_allclose(found.bse, theirs.bse, rtol=1e-8)

    @pytest.mark.filterwarnings("ignore:the data do not determine the noise model")
    def test_a_noise_model_is_sarimax(self) -> None:
        y, X = design(frame(), 3, 4)
        found = regressed(min_lag=3, max_lag=4, noise_order=(1, 0, 1))
        model = SARIMAX(y, X, order=(1, 0, 1))
        order = [*found.params.index[:3], "ar.L1", "ma.L1"]
        variance = found._fit.noise.noise.variance * found._fit.model.scale[0] ** 2
        assert model.loglike([*found.params[order], variance]) == pytest.approx(found.llf, rel=1e-9)
        assert model.fit(disp=False, start_params=[*found.params[order], variance]).llf == pytest.approx(found.llf, abs=1e-5)

    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("cov_type", ["HC1", "HAC"])
    def test_to_statsmodels_is_the_same_fit(self, shape: str, cov_type: str) -> None:
        found = regressed(shape=shape, controls="price", cov_type=cov_type, season=13, trend="linear")
        theirs = found.to_statsmodels()
        linear = list(theirs.params.index)
        np.testing.assert_allclose(theirs.params, found.params[linear], rtol=1e-6, atol=1e-10)
        np.testing.assert_allclose([theirs.llf, theirs.rsquared], [found.llf, found.rsquared], rtol=1e-9)
        assert list(theirs.fittedvalues.index) == list(found.fittedvalues.index)
        np.testing.assert_allclose(theirs.fittedvalues, found.fittedvalues, rtol=1e-8)
        if shape in ("free", "almon"):
            np.testing.assert_allclose(theirs.bse, found.bse, rtol=1e-6)
            np.testing.assert_allclose(theirs.aic, found.aic, rtol=1e-9)

    @pytest.mark.filterwarnings("ignore:the data do not determine the noise model")
    @pytest.mark.parametrize("order", [1, (1, 0, 1), (0, 1, 1)])
    def test_to_statsmodels_with_noise_is_sarimax_at_the_same_point(self, order: Any) -> None:
        found = regressed(noise_order=order)
        theirs = found.to_statsmodels()
        kept = found.params.dropna()
        np.testing.assert_allclose(theirs.params.iloc[:-1], kept, rtol=1e-10)
        if order == (0, 1, 1):  # statsmodels takes the first value of a level as diffuse
            np.testing.assert_allclose(theirs.resid.iloc[40:], found.resid[39:], atol=0.02)
        else:
            assert theirs.llf == pytest.approx(found.llf, rel=1e-8)
            np.testing.assert_allclose(theirs.resid, found.resid, atol=1e-8)
            np.testing.assert_allclose(theirs.fittedvalues, found.fittedvalues, rtol=1e-8)
            innovations = theirs.standardized_forecasts_error[0]
            assert found.scale * found.df_resid == pytest.approx(theirs.params.iloc[-1] * innovations @ innovations, rel=1e-8)

    @pytest.mark.parametrize("order", [1, (2, 0, 1)])
    def test_over_a_gap_the_noise_goes_on_as_in_sarimax(self, order: Any) -> None:
        data = frame()
        data.iloc[[60, 61], 1] = np.nan
        data.iloc[90, 0] = np.nan
        found = regressed(data, noise_order=order)
        theirs = found.to_statsmodels()
        assert theirs.llf == pytest.approx(found.llf, rel=1e-8)
        np.testing.assert_allclose(theirs.resid.dropna(), found.resid, atol=1e-7)
        np.testing.assert_allclose(theirs.fittedvalues[found.resid.index], found.fittedvalues, rtol=1e-7)

    def test_over_a_gap_sarimax_names_the_same_periods(self) -> None:
        data = frame()
        data.iloc[[60, 61], 1] = np.nan
        theirs = regressed(data, noise_order=1).to_statsmodels()
        assert theirs.nobs == len(data) - 6
        assert np.isnan(theirs.model.endog).sum() == 8 - 1
        least = regressed(data)
        np.testing.assert_allclose(least.to_statsmodels().params, least.params, rtol=1e-9)

    def test_columns_that_others_span_are_left_out_of_it(self) -> None:
        data = frame().assign(other=lambda d: 2 * d["visits"])
        with pytest.warns(StatisticsWarning, match="other.L1, other.L2 and other.L3 are exact combinations") as caught:
            found = regressed(data, ["visits", "other"], max_lag=3)
        assert caught[0].message.code == "LL119"
        alone = regressed(data, max_lag=3)
        assert found.params.isna().tolist() == [False] * 4 + [True] * 3
        np.testing.assert_allclose(found.params.dropna(), alone.params, rtol=1e-9)
        np.testing.assert_allclose(found.to_statsmodels().bse, alone.bse, rtol=1e-9)
        assert np.isnan(found["other"].long_run.value)
        assert np.isnan(found["other"].weights).all()
        assert np.isfinite(found["visits"].weights).all()
        for text in (found.summary(), found["other"].summary(), found["other"].explain(), found.explain()):
            assert "not known" in text or "nothing can be said" in text
        assert "NaN" not in found.to_json()


class TestAnswers:
    @needs_reference
    def test_gas_furnace(self) -> None:
        lead = ll.lagged_regression(table("gas_furnace"), kpi="co2", leads="gas_rate", max_lag=10, noise_order=2)["gas_rate"]
        assert (lead.first_lag, lead.delay) == (3, 5)
        assert lead.weights[4] == pytest.approx(-0.86, abs=0.02)

    @needs_reference
    def test_series_m(self) -> None:
        data = table("bjsales")[["sales", "lead_indicator"]].diff()
        lead = ll.lagged_regression(data, kpi="sales", leads="lead_indicator", max_lag=8, shape="geometric")["lead_indicator"]
        assert (lead.first_lag, lead.delay) == (3, 3)
        assert lead.decay == pytest.approx(0.72, abs=0.01)
        assert lead.weights[2] == pytest.approx(4.7, abs=0.05)

    @needs_reference
    def test_diet_advertising(self) -> None:
        data = table("diet_advertising")
        options = {"min_lag": 0, "shape": "geometric", "start": 0, "presample": "zero"}
        decay = ll.lagged_regression(data, kpi="sales", leads="advertising", noise_order=1, **options)["advertising"].decay
        assert decay == pytest.approx(0.6, abs=0.05)

    @pytest.mark.parametrize("shape", SHAPES)
    def test_every_shape_finds_the_planted_lag_and_sum(self, shape: str) -> None:
        lead = regressed(shape=shape, degree=5 if shape == "almon" else 3, controls="price")["visits"]
        assert lead.delay == 3
        assert lead.delay_low <= 3 <= lead.delay_high
        assert lead.long_run.low < 3.0 < lead.long_run.high

    def test_the_long_run_of_own_lags_is_the_sum_over_one_less_the_momentum(self) -> None:
        found = regressed(own_lags=2)
        direct = found.params.filter(like="visits.").sum()
        by_hand = direct / (1 - found.params[["sales.L1", "sales.L2"]].sum())
        assert found["visits"].long_run.value == pytest.approx(by_hand, rel=1e-10)
        assert found["visits"].cumulative_effect == pytest.approx(by_hand, rel=0.02)

    def test_the_delta_method_of_one_own_lag_by_hand(self) -> None:
        found = regressed(min_lag=3, max_lag=3, own_lags=1, cov_type="HC1")
        b, a = found.params["visits.L3"], found.params["sales.L1"]
        slope = np.array([b / (1 - a) ** 2, 1 / (1 - a)])
        terms = ["sales.L1", "visits.L3"]
        variance = slope @ found.cov_params().loc[terms, terms] @ slope
        assert found["visits"].long_run.bse == pytest.approx(np.sqrt(variance), rel=1e-8)

    def test_in_logs_the_long_run_is_the_elasticity(self) -> None:
        data = np.exp(frame() / 10)
        found = regressed(data, log=["sales", "visits"])
        plain = regressed(np.log(data))
        np.testing.assert_allclose(found.params, plain.params, rtol=1e-10)
        assert found["visits"].elasticity == pytest.approx(plain["visits"].long_run.value, rel=1e-10)
        assert np.isnan(plain["visits"].elasticity)
        assert "percent" in found["visits"].explain()

    def test_almon_of_full_degree_is_free_and_a_decay_of_zero_is_one_lag(self) -> None:
        full, free = regressed(shape="almon", degree=5), regressed()
        np.testing.assert_allclose(full["visits"].weights, free["visits"].weights, rtol=1e-8)
        np.testing.assert_allclose(full.llf, free.llf, rtol=1e-12)
        data = frame().assign(sales=lambda d: 5 * d["visits"].shift(3) + 1e-3 * d["price"])
        assert regressed(data, shape="geometric")["visits"].decay < 1e-3

    def test_hac_without_lags_is_hc0(self) -> None:
        np.testing.assert_allclose(regressed(bandwidth=0).bse, regressed(cov_type="HC0").bse, rtol=1e-12)


class TestPrediction:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("options", [{}, {"controls": "price", "season": 13, "trend": "linear"}, {"noise_order": 1}])
    def test_on_the_rows_of_the_fit_it_is_the_mean(self, shape: str, options: dict[str, Any]) -> None:
        found = regressed(shape=shape, **options)
        mean = found.predict()
        assert len(mean) == len(frame())
        if "noise_order" in options:
            theirs = found.to_statsmodels()
            np.testing.assert_allclose(
                mean[found.resid.index], theirs.model.exog @ theirs.params[theirs.model.exog_names], rtol=1e-7
            )
        else:
            np.testing.assert_allclose(mean[found.resid.index], found.fittedvalues, rtol=1e-7)

    def test_with_own_lags_it_goes_on_from_its_own_predictions(self) -> None:
        data = frame()
        found = regressed(data, own_lags=2)
        np.testing.assert_allclose(found.predict()[found.resid.index], found.fittedvalues, rtol=1e-9)
        known = data.assign(sales=data["sales"].where(np.arange(len(data)) < 100))
        ahead = found.predict(known)
        y, x, b = known["sales"].to_numpy().copy(), data["visits"].to_numpy(), found.params.to_numpy()
        for t in range(100, len(data)):
            y[t] = b[0] + b[1] * y[t - 1] + b[2] * y[t - 2] + b[3:] @ x[t - np.arange(1, 7)]
        np.testing.assert_allclose(ahead.iloc[100:], y[100:], rtol=1e-9)

    @pytest.mark.parametrize("shape", SHAPES)
    def test_later_rows_alone_are_enough_and_the_kpi_may_be_absent(self, shape: str) -> None:
        found, data = regressed(shape=shape, controls="price", trend="linear", season=13), frame()
        late = data.drop(columns="sales").iloc[90:]
        np.testing.assert_allclose(found.predict(late), found.predict().iloc[90:], rtol=1e-7)

    def test_later_rows_go_on_from_the_history_of_the_fit(self) -> None:
        data = frame(200)
        found = regressed(data.iloc[:140], own_lags=2)
        np.testing.assert_allclose(found.predict(data.iloc[140:]), found.predict(data).iloc[140:], rtol=1e-9)
        after_a_gap = found.predict(data.iloc[150:])
        assert after_a_gap.iloc[:6].isna().all()

    def test_rows_of_the_future_are_counted_on(self) -> None:
        data = frame(200)
        found = regressed(data.iloc[:140], trend="linear", season=13)
        ahead = found.predict(data.drop(columns="sales"))
        whole = pd.Series(np.arange(200), data.index)
        assert ahead.index[-1] == data.index[-1].to_period("W-SUN")
        wave = [name for name in found.params.index if name.startswith("season")]
        by_hand = found.params["const"] + found.params["trend"] * whole + lag_matrix(
            data["visits"].to_numpy(), range(1, 7)) @ found.params.filter(like="visits.")  # fmt: skip
        # what is left has the season's length
        left = ahead.to_numpy() - by_hand.to_numpy()
        np.testing.assert_allclose(left[160:187], left[147:174], atol=1e-9)
        assert len(wave) == 12

    def test_the_log_of_the_kpi_comes_back_in_its_units(self) -> None:
        data = np.exp(frame() / 10)
        found = regressed(data, log="sales")
        np.testing.assert_allclose(found.predict()[found.resid.index], np.exp(found.fittedvalues), rtol=1e-9)

    @pytest.mark.parametrize("freq", ["W-SUN", "B", "D", "MS", None])
    def test_season_and_trend_are_counted_from_the_first_row_of_the_fit(self, freq: str | None) -> None:
        data = frame()
        data.index = pd.RangeIndex(len(data)) if freq is None else pd.date_range("2021-03-01", periods=len(data), freq=freq)
        found = regressed(data, trend="linear", season=5)
        if freq is None:  # undated rows have no place but the first
            np.testing.assert_allclose(found.predict(data).iloc[6:], found.fittedvalues, rtol=1e-9)
        else:
            np.testing.assert_allclose(found.predict(data.iloc[43:]).iloc[6:], found.fittedvalues.iloc[43:], rtol=1e-9)

    def test_other_weeks_another_cadence_or_a_missing_column_are_refused(self) -> None:
        found, data = regressed(trend="linear"), frame()
        moved = data.set_axis(data.index + pd.Timedelta(days=1))
        with pytest.raises(UsageError, match="weeks of data begin on"):
            found.predict(moved)
        with pytest.raises(UsageError, match="one row a day where the fit had one a week"):
            found.predict(data.set_axis(pd.date_range("2021-01-04", periods=len(data), freq="D")))
        with pytest.raises(LeadLagError, match="visits"):
            found.predict(data[["sales", "price"]])

    def test_after_differences_there_is_no_level(self) -> None:
        with pytest.raises(UsageError, match="to_statsmodels"):
            regressed(noise_order=(1, 1, 0)).predict()


class TestTheSameWhateverTheUnits:
    @settings(max_examples=15, deadline=None)
    @given(st.floats(-8, 8), st.floats(-8, 8), st.floats(-1e3, 1e3), st.sampled_from(["free", "geometric", "delayed"]))
    def test_units_offsets_and_order(self, kpi_unit: float, lead_unit: float, offset: float, shape: str) -> None:
        plain = regressed(shape=shape, controls="price", own_lags=1)
        data = frame().assign(sales=lambda d: d["sales"] * 10**kpi_unit, visits=lambda d: (d["visits"] + offset) * 10**lead_unit)[
            ["price", "visits", "sales"]
        ]
        moved = regressed(data, shape=shape, controls="price", own_lags=1)
        ratio = 10 ** (kpi_unit - lead_unit)
        profile, expected = moved["visits"], plain["visits"]
        np.testing.assert_allclose(profile.weights, expected.weights * ratio, rtol=1e-4, atol=1e-6 * ratio)
        np.testing.assert_allclose(profile.long_run.value, expected.long_run.value * ratio, rtol=1e-5)
        np.testing.assert_allclose(moved.rsquared, plain.rsquared, rtol=1e-7)
        assert profile.delay == expected.delay

    @settings(max_examples=5, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_dated_rows_in_any_order(self, random: Any) -> None:
        data, rows = frame().rename_axis("week").reset_index(), list(range(140))
        random.shuffle(rows)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that rows were sorted is said by the door
            moved = regressed(data.iloc[rows], time="week")
        pd.testing.assert_series_equal(moved.params, regressed().params)

    @pytest.mark.parametrize(("unit", "offset"), [(1e12, 0), (1e-12, 0), (1e-300, 0), (1e300, 0), (1.0, 1e8)])
    def test_units_far_from_one(self, unit: float, offset: float) -> None:
        found = regressed(frame() * unit + offset)
        np.testing.assert_allclose(found["visits"].weights, regressed()["visits"].weights, rtol=1e-5, atol=1e-6)
        assert found.rsquared == pytest.approx(regressed().rsquared, rel=1e-6)
        assert found.summary()

    def test_any_frame_and_a_sample(self) -> None:
        data, expected = frame().reset_index(drop=True), regressed(frame().reset_index(drop=True)).params
        for other in (pl.from_pandas(data), pa.Table.from_pandas(data), ll.from_wide(data)):
            pd.testing.assert_series_equal(regressed(other).params, expected)

    def test_whole_numbers_and_missing_values_of_every_dtype(self) -> None:
        data = (100 * frame()).round().astype("int64")
        expected = regressed(data.astype(float)).params
        pd.testing.assert_series_equal(regressed(data).params, expected)
        pd.testing.assert_series_equal(regressed(data.astype("Int64")).params, expected)

    def test_the_frame_given_is_left_as_it_was(self) -> None:
        data = frame()
        before = data.copy(deep=True)
        found = regressed(data, shape="delayed", controls="price", season="auto", noise_order=1)
        found.predict(data)
        found.to_statsmodels()
        pd.testing.assert_frame_equal(data, before)

    def test_a_gap_is_a_gap_and_not_a_step(self) -> None:
        data = frame()
        shorter = regressed(data.drop(index=data.index[60]))
        with_nan = data.copy()
        with_nan.iloc[60] = np.nan
        pd.testing.assert_series_equal(shorter.params, regressed(with_nan).params)
        assert shorter.nobs == regressed(data).nobs - 7


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"leads": "sales"}, "name a column twice"),
    ({"leads": "visit"}, "Did you mean 'visits'"),
    ({"leads": []}, "leads is empty"),
    ({"leads": None}, "leads is empty"),
    ({"controls": "visits"}, "name a column twice"),
    ({"controls": "prce"}, "controls names columns.*Did you mean 'price'"),
    ({"min_lag": 5, "max_lag": 3}, "max_lag=3.*at least 5"),
    ({"min_lag": -1}, "min_lag=-1.*at least 0"),
    ({"max_lag": 2.5}, "max_lag=2.5.*whole number"),
    ({"max_lag": [1, 2]}, r"max_lag=\[1, 2\].*whole number"),
    ({"max_lag": 120}, "rows for 121 coefficients.*lower max_lag"),
    ({"shape": "geometrc"}, "Did you mean 'geometric'"),
    ({"shape": "almon", "degree": 9}, "degree=9 is too high for 6 lags: give at most 5"),
    ({"shape": "almon", "endpoints": "both", "degree": 1}, "degree=1.*at least 2"),
    ({"degree": 2}, "degree=2 goes with shape='almon' only, not with 'free'"),
    ({"start": 3}, "start=3 goes with shape='geometric' only"),
    ({"shape": "geometric", "start": 9}, "start=9.*from 1 to 6"),
    ({"shape": "geometric", "n_free": 9}, "n_free=9.*from 1 to 6"),
    ({"shape": "geometric", "presample": "zeros"}, "Did you mean 'zero'"),
    ({"noise_order": "2"}, r"noise_order='2'.*\(ar, differences, ma\)"),
    ({"noise_order": (1, 1)}, "noise_order=.*3 whole numbers"),
    ({"noise_order": True}, "noise_order=True"),
    ({"noise_order": 60}, "noise_order=60.*from 0 to 24"),
    ({"seasonal_order": (1, 0, 0)}, "seasonal_order=.*4 whole numbers"),
    ({"seasonal_order": (1, 0, 0, 1)}, "has no season"),
    ({"season": 1}, "season=1.*at least 2"),
    ({"season": 90}, "season=90 is longer than half of the 140 periods"),
    ({"season": "yearly"}, "'none', 'auto'"),
    ({"trend": True}, "trend=True"),
    ({"log": "visit"}, "log names.*Did you mean 'visits'"),
    ({"log": "visits"}, "zero or below.*take it out of log"),
    ({"log": True}, "log=True"),
    ({"own_lags": [0, 1]}, "own_lags=0.*at least 1"),
    ({"level": 95}, "level=95.*between 0.5 and 0.999"),
    ({"rng": None}, "rng=None"),
    ({"n_draws": 10}, "n_draws=10.*from 99"),
    ({"horizon": 0}, "horizon=0.*at least 1"),
    ({"hold_back": 2}, "hold_back=2 is below the longest lag: give at least 6"),
    ({"cov_type": "hac"}, "Did you mean 'HAC'"),
    ({"bandwidth": -1}, "bandwidth=-1"),
    ({"bandwidth": 4, "cov_type": "HC1"}, "bandwidth=4 goes with cov_type='HAC' only"),
    ({"correction": "df", "cov_type": "HC1"}, "correction='df' goes with cov_type='HAC' only"),
    ({"correction": True}, "correction=True.*'none', 'df'"),
]


class TestRefused:
    @pytest.mark.parametrize(("options", "said"), WRONG, ids=[str(options) for options, _ in WRONG])
    def test_a_wrong_argument_is_named_with_what_is_allowed(self, options: dict[str, Any], said: str) -> None:
        with pytest.raises(UsageError, match=said):
            regressed(**options)

    @pytest.mark.parametrize(
        ("column", "code"),
        [(lambda d: 3.0, "LL203"), (lambda d: np.nan, "LL203"), (lambda d: 7 - 2 * d["sales"], "LL205")],
        ids=["constant", "empty", "a copy of the KPI"],
    )
    def test_a_lead_that_can_say_nothing(self, column: Any, code: str) -> None:
        with pytest.raises(UsageError, match="'visits'") as caught:
            regressed(frame().assign(visits=column))
        assert caught.value.code == code

    def test_a_kpi_that_is_constant_or_missing(self) -> None:
        with pytest.raises(UsageError, match="kpi='sales' is constant") as caught:
            regressed(frame().assign(sales=1.0))
        assert caught.value.code == "LL313"
        with pytest.raises(UsageError, match="kpi names columns"):
            regressed(frame().drop(columns="sales"))

    def test_too_few_rows(self) -> None:
        with pytest.raises(UsageError, match="6 complete rows for 7 coefficients") as caught:
            regressed(frame(12))
        assert caught.value.code == "LL204"
        with pytest.warns(StatisticsWarning, match="14 rows for 7 coefficients are few") as warned:
            regressed(frame(20))
        assert warned[0].message.code == "LL123"

    def test_a_whole_number_of_any_type_is_one(self) -> None:
        expected = regressed(shape="geometric", n_free=2, noise_order=1).params
        as_numpy = regressed(
            shape="geometric", n_free=np.int64(2), noise_order=np.int64(1), min_lag=1.0, max_lag=np.float64(6), start=None
        )
        pd.testing.assert_series_equal(as_numpy.params, expected)


def test_the_example_of_the_guide_runs() -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    guide = (ROOT / "docs" / "regression.md").read_text(encoding="utf-8")
    told: dict[str, Any] = {}
    exec(guide.split("```python\n")[1].split("```")[0], told)  # noqa: S102  (the guide's own words)
    plt.close("all")
    profile = told["result"]["demos"]
    assert profile.delay == 2
    assert profile.long_run.low < 303 < profile.long_run.high


class TestHazards:
    @pytest.mark.parametrize("options", [{}, {"shape": "geometric"}, {"shape": "delayed"}, {"noise_order": 1}, {"own_lags": 1}])
    def test_an_exact_fit_is_said_and_every_view_works(self, options: dict[str, Any]) -> None:
        data = frame().assign(sales=lambda d: 2 * d["visits"].shift(3))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = regressed(data, **options)
        assert "LL118" in {each.message.code for each in caught}
        assert found["visits"].delay == 3
        assert found["visits"].long_run.value == pytest.approx(2.0, rel=1e-6)
        assert "exactly" in found.summary()
        assert "exactly" in found.explain()
        assert found.checks == ()
        for profile in found.profiles:
            assert profile.summary()
            assert profile.explain()
        assert "Infinity" not in found.to_json()
        found.to_statsmodels()
        found.predict()

    @pytest.mark.parametrize("options", [{}, {"season": "auto"}, {"noise_order": 1}])
    def test_rows_of_which_none_follows_another_do_not_show_how_errors_hang_together(self, options: dict[str, Any]) -> None:
        data = frame(294)
        sparse = data.assign(visits=data["visits"].where(np.arange(294) % 8 == 0))
        with pytest.raises(UsageError, match="of 37 complete rows 0 follow a complete row, and 10 are needed") as caught:
            regressed(sparse, max_lag=1, **options)
        assert caught.value.code == "LL204"
        assert regressed(sparse, max_lag=1, cov_type="HC3").summary()

    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("noise", [None, 1])
    def test_gaps_in_a_lead(self, shape: str, noise: int | None) -> None:
        data = frame()
        data.iloc[[20, 21, 50], 1] = np.nan
        found = regressed(data, shape=shape, noise_order=noise)
        assert found.nobs == 134 - 7 - 6 or shape == "geometric"
        assert np.isfinite(found["visits"].weights).all()
        assert found.summary()

    def test_a_lead_that_the_season_spans(self) -> None:
        data = frame().assign(visits=np.sin(2 * np.pi * np.arange(140) / 7))
        with pytest.warns(StatisticsWarning, match="exact combinations of other columns"):
            found = regressed(data, season=7)
        assert np.isnan(found["visits"].long_run.value)

    @pytest.mark.parametrize(("carried", "decay"), [(-0.5, 0.0), (1.0, 0.98)])
    @pytest.mark.parametrize("noise", [None, 1])
    def test_a_decay_at_the_end_of_its_range_is_still_the_fit_that_is_reported(
        self, carried: float, decay: float, noise: int | None
    ) -> None:
        data, later = frame(), frame()["visits"].shift(3).fillna(0)
        sales = later.cumsum() if carried == 1.0 else later + carried * later.shift(1).fillna(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = regressed(data.assign(sales=sales + 0.3 * data["price"]), shape="geometric", noise_order=noise)
        assert found["visits"].decay == pytest.approx(decay, abs=1e-6)
        assert np.isnan(found.bse["visits.decay"])
        assert found.to_statsmodels().llf == pytest.approx(found.llf, rel=1e-6)
        if noise is None:
            np.testing.assert_allclose(found.predict()[found.resid.index], found.fittedvalues, rtol=1e-7, atol=1e-9)

    def test_a_kpi_that_does_not_settle_has_no_long_run(self) -> None:
        data = frame().assign(sales=lambda d: 1.05 ** np.arange(140) + 0.01 * d["price"])
        with pytest.warns(StatisticsWarning, match="does not settle") as caught:
            found = regressed(data, own_lags=1)
        assert caught[0].message.code == "LL122"
        profile = found["visits"]
        assert np.isnan(profile.long_run.value)
        assert np.isnan(profile.bootstrap_low)
        assert np.isfinite(profile.weights).all()
        for text in (found.summary(), found.explain(), profile.summary(), profile.explain()):
            assert "does not settle" in " ".join(text.split())

    def test_random_walks_are_told_to_be_differenced(self) -> None:
        rng = np.random.default_rng(5)
        data = pd.DataFrame(rng.normal(size=(200, 2)).cumsum(axis=0), columns=["sales", "visits"])
        with pytest.warns(StatisticsWarning, match="levels that wander") as caught:
            regressed(data)
        assert caught[0].message.code == "LL122"

    def test_a_lead_with_one_pulse(self) -> None:
        data = frame().assign(visits=(np.arange(140) == 60) * 1.0)
        with pytest.raises(UsageError, match="one row alone decides") as refused:
            regressed(data)
        assert refused.value.code == "LL204"
        for shape in SHAPES:
            assert regressed(data, shape=shape, cov_type="nonrobust").summary()

    def test_a_noise_model_that_the_data_do_not_determine_is_said(self) -> None:
        rng = np.random.default_rng(3)
        data = pd.DataFrame({"sales": rng.normal(size=120), "visits": rng.normal(size=120)})
        with pytest.warns(StatisticsWarning, match="lower noise_order"):
            found = regressed(data, noise_order=(2, 0, 2), max_lag=2)
        assert "LL124" in dict(found.provenance.warnings)

    def test_what_was_noted_stands_in_the_provenance(self) -> None:
        with pytest.warns(StatisticsWarning):
            found = regressed(frame(20))
        assert found.provenance.warnings[-1][0] == "LL123"
        assert dict(found.provenance.settings)["max_lag"] == 6
        assert found.provenance.method == "lagged_regression"

    def test_each_lead_may_have_lags_and_shape_of_its_own(self) -> None:
        data = frame().assign(calls=np.random.default_rng(9).normal(size=len(frame())))
        found = ll.lagged_regression(
            data, kpi="sales", leads=["visits", "calls"], max_lag={"visits": 4, "calls": 2}, min_lag={"calls": 0},
            shape={"visits": "geometric"}, start={"visits": 2},
        )  # fmt: skip
        assert list(found.params.index) == ["const", "visits.L2", "calls.L0", "calls.L1", "calls.L2", "visits.decay"]
        alike = ll.lagged_regression(data, kpi="sales", leads=["visits", "calls"], max_lag={"visits": 4, "calls": 4})
        pd.testing.assert_series_equal(
            alike.params, ll.lagged_regression(data, kpi="sales", leads=["visits", "calls"], max_lag=4).params
        )
        with pytest.raises(UnknownNameError, match="max_lag names columns that the data do not have: 'call'"):
            ll.lagged_regression(data, kpi="sales", leads=["visits", "calls"], max_lag={"call": 2})
        with pytest.raises(UsageError, match=r"start=.* names a lead whose shape is 'free'"):
            ll.lagged_regression(data, kpi="sales", leads=["visits", "calls"], shape={"visits": "geometric"}, start={"calls": 2})

    def test_the_seed_decides_draws_and_nothing_else(self) -> None:
        one, other, again = regressed(rng=1), regressed(rng=2), regressed(rng=1)
        pd.testing.assert_series_equal(one.params, other.params)
        np.testing.assert_array_equal(one["visits"].effects.profile.high, other["visits"].effects.profile.high)
        assert one["visits"].bootstrap_low == again["visits"].bootstrap_low != other["visits"].bootstrap_low
