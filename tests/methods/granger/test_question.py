"""The Granger-style test equals R and statsmodels, does not depend on units, and refuses what it cannot judge."""

from __future__ import annotations

import dataclasses
import math
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter
from statsmodels.tsa.stattools import grangercausalitytests

from leadlag.core.time.lags import lag_matrix
from leadlag.errors import StatisticsWarning, UnknownNameError, UsageError
from leadlag.methods.granger.numbers import GrangerNumbers, granger
from leadlag.methods.granger.question import granger_test
from leadlag.methods.granger.result import GrangerResult
from tests.reference import Conditional, Pair, conditional_tests, granger_pairs, needs_reference, table, toda_yamamoto_pairs

#: F against R 4.2 (lmtest 0.9-40) and statsmodels; worst seen 3.5e-11 against R, where F is near zero.
SAME_F = 1e-9
#: Log p against R's p: an absolute error here is a relative error of p.
SAME_P = 1e-8
#: The same test in other units, and after a shift by 1e8 (which itself costs eight digits of the data).
OTHER_UNITS, SHIFTED = 1e-9, 1e-5


def lags_up_to(order: int) -> range:
    return range(1, order + 1)


def pair(seed: int = 0, n: int = 80) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return lfilter([1.0], [1.0, -0.4], 0.3 * np.roll(x, 2) + rng.normal(size=n)), x


def frame(seed: int = 0, n: int = 80) -> pd.DataFrame:
    sales, visits = pair(seed, n)
    price = np.random.default_rng(seed + 1).normal(size=n)
    return pd.DataFrame(
        {"month": pd.period_range("2015-01", periods=n, freq="M").astype(str), "sales": sales, "visits": visits, "price": price}
    )


def close(found: GrangerNumbers, expected: GrangerNumbers, tolerance: float) -> None:
    assert found.df == expected.df
    assert found.statistic == pytest.approx(expected.statistic, rel=tolerance)
    assert found.log_pvalue == pytest.approx(expected.log_pvalue, rel=tolerance, abs=tolerance)


class TestAgainstOthers:
    @needs_reference
    @pytest.mark.parametrize("case", granger_pairs(), ids=lambda case: case.name)
    def test_f_and_p_equal_lmtest_and_statsmodels(self, case: Pair) -> None:
        found = granger(case.kpi, case.lead, lags=lags_up_to(case.lags))
        assert found.df == (case.expected["df1"], case.expected["df2"])
        assert found.statistic == pytest.approx(case.expected["F"], rel=SAME_F)
        assert found.log_pvalue == pytest.approx(math.log(case.expected["p"]), abs=SAME_P)
        theirs = grangercausalitytests(np.column_stack([case.kpi, case.lead]), [case.lags])[case.lags][0]["ssr_ftest"]
        assert found.statistic == pytest.approx(theirs[0], rel=SAME_F)

    @needs_reference
    @pytest.mark.parametrize("case", granger_pairs(), ids=lambda case: case.name)
    def test_units_and_offsets_do_not_matter(self, case: Pair) -> None:
        plain = granger(case.kpi, case.lead, lags=lags_up_to(case.lags))
        close(granger(case.kpi * 1e12, case.lead * 1e-3, lags=lags_up_to(case.lags)), plain, OTHER_UNITS)
        close(granger(case.kpi + 1e8, case.lead + 1e8, lags=lags_up_to(case.lags)), plain, SHIFTED)

    @needs_reference
    @pytest.mark.parametrize("case", conditional_tests(), ids=lambda case: case.name)
    def test_given_the_lags_of_the_other_leads_it_equals_r(self, case: Conditional) -> None:
        found = granger(case.kpi, case.lead, lags=lags_up_to(case.lags), controls=case.others, cov_type=case.cov_type)
        assert found.df == (case.expected["df1"], case.expected["df2"])
        assert found.statistic == pytest.approx(case.expected["F"], rel=SAME_F)
        assert found.log_pvalue == pytest.approx(math.log(case.expected["p"]), abs=SAME_P)

    @needs_reference
    @pytest.mark.parametrize("case", toda_yamamoto_pairs(), ids=lambda case: case.name)
    def test_toda_yamamoto_equals_a_hand_built_wald_test_in_r(self, case: Pair) -> None:
        found = granger(case.kpi, case.lead, lags=lags_up_to(case.lags), augment=1, distribution="chi2")
        assert found.df == (case.expected["df"],)
        assert found.statistic == pytest.approx(case.expected["chisq"], rel=SAME_F)
        assert found.pvalue == pytest.approx(case.expected["p"], rel=SAME_P)

    @needs_reference
    def test_the_public_function_gives_the_same_numbers(self) -> None:
        data = table("chick_egg")
        plain = granger_test(data, kpi="chicken", lead="egg", order=3, time="year")
        assert (round(plain.statistic, 3), round(plain.pvalue, 3), plain.nobs, plain.unit) == (5.405, 0.003, 51, "year")
        robust = granger_test(data, kpi="chicken", lead="egg", order=3, cov_type="HAC", bandwidth=3, time="year")
        assert robust.statistic == pytest.approx(2.19971828474989, rel=SAME_F)
        augmented = granger_test(data, kpi="chicken", lead="egg", order=3, augment=1, time="year")
        assert (augmented.distribution, augmented.df) == ("chi2", (3,))
        assert augmented.statistic == pytest.approx(11.8732133198817, rel=SAME_F)

    @pytest.mark.parametrize("cov_type", ["nonrobust", "HC0", "HC1", "HC3", "HAC"])
    def test_lag_sets_with_controls_equal_a_hand_built_statsmodels_fit(self, cov_type: str) -> None:
        y, x = pair()
        z = np.random.default_rng(9).normal(size=y.size)
        X = np.column_stack([np.ones(y.size), z, lag_matrix(y, [1, 2]), lag_matrix(x, [2, 5])])[5:]
        options = {"cov_kwds": {"maxlags": 3}} if cov_type == "HAC" else {}
        theirs = sm.OLS(y[5:], X).fit(cov_type=cov_type, use_t=True, **options)
        bandwidth = 3 if cov_type == "HAC" else None
        ours = granger(y, x, lags=[2, 5], own_lags=[1, 2], controls=z[:, None], cov_type=cov_type, bandwidth=bandwidth)
        assert ours.statistic == pytest.approx(float(theirs.f_test(np.eye(6)[4:]).fvalue), rel=SAME_F)
        np.testing.assert_allclose(ours.params, theirs.params[4:], rtol=SAME_F)
        np.testing.assert_allclose(ours.bse, theirs.bse[4:], rtol=SAME_F)
        assert ours.rsquared == pytest.approx(theirs.rsquared, rel=SAME_F)
        assert ours.rsquared_restricted == pytest.approx(sm.OLS(y[5:], X[:, :4]).fit().rsquared, rel=SAME_F)


class TestIdentities:
    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 10_000), st.integers(1, 4))
    def test_an_order_is_the_set_of_lags_up_to_it_and_wald_is_f_times_its_number(self, seed: int, order: int) -> None:
        data = frame(seed)
        by_number = granger_test(data, kpi="sales", lead="visits", order=order, time="month")
        by_set = granger_test(data, kpi="sales", lead="visits", order=list(range(order, 0, -1)), time="month")
        wald = granger_test(data, kpi="sales", lead="visits", order=order, distribution="chi2", time="month")
        assert by_set.statistic == by_number.statistic
        assert wald.statistic == pytest.approx(order * by_number.statistic, rel=1e-12)

    @settings(max_examples=15, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_neither_row_order_nor_column_order_matters(self, shuffle) -> None:
        data = frame()
        rows, columns = list(range(len(data))), list(data.columns)
        plain = granger_test(data, kpi="sales", lead="visits", order=2, controls=["price"], cov_type="HAC", time="month")
        shuffle.shuffle(rows)
        shuffle.shuffle(columns)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that rows were sorted is said by the door, and tested there
            moved = granger_test(
                data.iloc[rows][columns], kpi="sales", lead="visits", order=2, controls=["price"], cov_type="HAC", time="month"
            )
        assert (moved.statistic, moved.log_pvalue) == (plain.statistic, plain.log_pvalue)

    def test_hac_at_bandwidth_zero_is_hc0(self) -> None:
        y, x = pair()
        close(granger(y, x, lags=[1, 2], cov_type="HAC", bandwidth=0), granger(y, x, lags=[1, 2], cov_type="HC0"), 1e-12)

    def test_a_lag_never_reaches_over_a_gap(self) -> None:
        data = frame()
        y, x = data["sales"].to_numpy(copy=True), data["visits"].to_numpy(copy=True)
        y[40] = x[40] = np.nan
        by_hand = granger(y, x, lags=[1, 2], cov_type="HAC", bandwidth=2)
        result = granger_test(data.drop(index=40), kpi="sales", lead="visits", order=2, cov_type="HAC", bandwidth=2, time="month")
        assert (result.nobs, result.n_dropped) == (80 - 2 - 3, 5)
        assert result.statistic == by_hand.statistic

    def test_orders_are_compared_on_the_same_rows_with_hold_back(self) -> None:
        found = [granger_test(frame(), kpi="sales", lead="visits", order=n, hold_back=6, time="month").nobs for n in (1, 3, 6)]
        assert found == [74, 74, 74]

    def test_the_data_are_not_changed(self) -> None:
        data = frame()
        before = data.copy()
        granger_test(data, kpi="sales", lead="visits", order=2, time="month")
        pd.testing.assert_frame_equal(data, before)


class TestSize:
    """Share of 400 draws without any effect that a 5 % test rejects: 0.05 with a standard error of 0.011."""

    DRAWS, LOW, HIGH = 400, 0.02, 0.085

    def rejected(self, x: np.ndarray, y: np.ndarray, **options) -> float:
        return float(np.mean([granger(y[:, i], x[:, i], **options).pvalue < 0.05 for i in range(self.DRAWS)]))

    def noise(self, seed: int, phi: float, n: int = 100) -> np.ndarray:
        return lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=(n, self.DRAWS)), axis=0)

    def test_two_unrelated_persistent_series(self) -> None:
        assert self.LOW < self.rejected(self.noise(1, 0.7), self.noise(2, 0.7), lags=[1, 2]) < self.HIGH

    def test_hc3_where_the_kpi_is_noisier_when_the_lead_is_large(self) -> None:
        x = self.noise(3, 0.0)
        y = self.noise(4, 0.0) * (0.3 + np.abs(np.roll(x, 1, axis=0)))
        assert self.rejected(x, y, lags=[1]) > 0.12
        assert self.LOW < self.rejected(x, y, lags=[1], cov_type="HC3") < self.HIGH

    def test_augmented_lags_where_both_wander(self) -> None:
        x, y = self.noise(5, 1.0), self.noise(6, 1.0)
        assert self.rejected(x, y, lags=[1]) > 0.09
        assert self.LOW < self.rejected(x, y, lags=[1], augment=1) < self.HIGH


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "code", "message"),
        [
            ({"visits": 3.0}, "LL203", "the lead does not vary"),
            ({"visits": np.nan}, "LL201", "the lead has no values"),
            ({"sales": 3.0}, "LL313", "the KPI does not vary"),
            ({"sales": np.arange(80.0)}, "LL313", "already fit the KPI exactly"),
        ],
    )
    def test_series_that_cannot_be_tested(self, changed: dict, code: str, message: str) -> None:
        with pytest.raises(UsageError, match=message) as caught:
            granger_test(frame().assign(**changed), kpi="sales", lead="visits", order=2, time="month")
        assert caught.value.code == code
        assert "'visits'" in str(caught.value)

    def test_a_copy_of_the_kpi_in_other_units(self) -> None:
        data = frame()
        with pytest.raises(UsageError, match="copy of the KPI") as caught:
            granger_test(data.assign(visits=1e6 - 1e-3 * data["sales"]), kpi="sales", lead="visits", order=2, time="month")
        assert caught.value.code == "LL205"

    def test_a_lead_that_the_controls_span(self) -> None:
        y, x = pair()
        with pytest.raises(UsageError, match="exact combination") as caught:
            granger(y, x, lags=[1, 2], controls=lag_matrix(x, [1, 2]) @ [[1.0, 1.0], [1.0, -1.0]])
        assert caught.value.code == "LL207"

    def test_too_few_rows_are_counted(self) -> None:
        with pytest.raises(UsageError, match=r"16 complete rows for 9 coefficients are too few: 37 are needed") as caught:
            granger_test(frame(n=20), kpi="sales", lead="visits", order=4, time="month")
        assert caught.value.code == "LL204"

    def test_an_order_longer_than_the_series(self) -> None:
        with pytest.raises(UsageError, match="none of the 80 periods") as caught:
            granger_test(frame(), kpi="sales", lead="visits", order=90, time="month")
        assert caught.value.code == "LL204"

    def test_robust_errors_where_one_row_decides(self) -> None:
        y, x = pair()
        event = np.zeros_like(x)
        event[30] = 1.0
        assert granger(y, event, lags=[1]).df[0] == 1
        with pytest.raises(UsageError, match="one row alone decides"):
            granger(y, event, lags=[1], cov_type="HC1")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"order": 0}, "order=0"),
            ({"order": [1, -2]}, "order=-2"),
            ({"order": 2, "augment": -1}, "augment=-1"),
            ({"order": 2, "cov_type": "robust"}, "cov_type='robust'"),
            ({"order": 2, "bandwidth": 3}, "bandwidth=3 goes with cov_type='HAC' only"),
            ({"order": 2, "distribution": "t"}, "distribution='t'"),
            ({"order": 3, "hold_back": 2}, "hold_back=2 is below the longest lag: give at least 3"),
            ({"order": 2, "controls": ["visits"]}, "name a column twice"),
        ],
    )
    def test_arguments_outside_what_is_allowed(self, options: dict, message: str) -> None:
        with pytest.raises(UsageError, match=message):
            granger_test(frame(), kpi="sales", lead="visits", time="month", **options)

    def test_a_wrong_name_gets_the_nearest(self) -> None:
        with pytest.raises(UnknownNameError, match="Did you mean 'visits'"):
            granger_test(frame(), kpi="sales", lead="visit", order=2, time="month")


class TestPerfectAndPartial:
    def test_a_perfect_lead_is_called_exact_not_insignificant(self) -> None:
        data = frame()
        data["sales"] = data["visits"].shift(1, fill_value=0.0)
        with pytest.warns(StatisticsWarning) as caught:
            result = granger_test(data, kpi="sales", lead="visits", order=[1], time="month")
        assert [warning.message.code for warning in caught] == ["LL118"]
        assert (result.statistic, result.pvalue, result.exact) == (math.inf, 0.0, True)
        assert "without any error" in result.explain()

    def test_lags_that_repeat_the_kpis_own_are_left_out_and_named(self) -> None:
        data = frame()
        data["visits"] = data["sales"].shift(1, fill_value=0.0)
        with pytest.warns(StatisticsWarning, match="lag 1 of visits is an exact combination") as caught:
            result = granger_test(data, kpi="sales", lead="visits", order=2, time="month")
        assert (caught[0].filename, result.aliased, result.df) == (__file__, (1,), (1, 74))
        assert np.isnan(result.params[0])
        assert result.provenance.warnings[-1][0] == "LL119"


class TestResult:
    @pytest.fixture
    def result(self) -> GrangerResult:
        return granger_test(frame(), kpi="sales", lead="visits", order=3, controls="price", cov_type="HAC", time="month")

    def test_the_null_names_kpi_and_lead(self, result: GrangerResult) -> None:
        assert result.null == "Given lags 1 to 3 of sales and price, lags 1 to 3 of visits do not help to predict sales."

    def test_the_frame_is_one_tidy_row(self, result: GrangerResult) -> None:
        row = result.to_frame().iloc[0]
        assert (row.kpi, row.lead, row.order, row.nobs, row.df_num, row.df_den) == ("sales", "visits", 3, 77, 3, 69)
        assert row.pvalue == result.pvalue
        assert result.coefficients()["lag"].tolist() == [1, 2, 3]

    def test_the_summary_fits_80_columns_and_never_prints_a_zero_p(self) -> None:
        rng = np.random.default_rng(0)
        leading = rng.normal(size=200)
        data = pd.DataFrame({"K" * 90: 100 * np.roll(leading, 1) + rng.normal(size=200), "先行指標" * 20: leading})
        text = granger_test(data, kpi="K" * 90, lead="先行指標" * 20, order=2).summary()
        assert max(map(len, text.splitlines())) <= 80
        assert "p < 0.0001" in text
        assert "0.0000" not in text

    def test_p_underflows_and_its_logarithm_does_not(self) -> None:
        rng = np.random.default_rng(1)
        x = rng.normal(size=1500)
        found = granger(np.roll(x, 1) + 1e-2 * rng.normal(size=1500), x, lags=[1])
        assert found.pvalue == 0.0
        assert -8000 < found.log_pvalue < -6000

    def test_intervals_hold_the_coefficients_and_t_squared_is_the_test_of_one_lag(self) -> None:
        result = granger_test(frame(), kpi="sales", lead="visits", order=[2], cov_type="HC3", time="month")
        assert result.tvalues[0] ** 2 == pytest.approx(result.statistic, rel=1e-10)
        assert result.pvalues[0] == pytest.approx(result.pvalue, rel=1e-10)
        low, high = result.conf_int(alpha=result.pvalue)[0]
        assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-9)

    def test_explain_says_what_it_does_not_show_and_never_causes(self, result: GrangerResult) -> None:
        text = result.explain()
        assert "would not show that moving visits moves sales" in text
        assert "cause" not in text

    def test_it_is_the_numbers_of_the_array_function_with_names_before_them(self, result: GrangerResult) -> None:
        data = frame()
        y, x, price = (data[name].to_numpy() for name in ("sales", "visits", "price"))
        numbers = granger(y, x, lags=[1, 2, 3], controls=price[:, None], cov_type="HAC")
        np.testing.assert_equal({name: getattr(result, name) for name in vars(numbers)}, vars(numbers))
        assert list(result.to_dict()) == ["kpi", "lead", "controls", "unit", "null", *vars(numbers), "provenance"]

    def test_it_is_frozen_and_goes_to_json_with_its_settings(self, result: GrangerResult) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            result.statistic = 1.0
        content = result.to_dict()
        assert content["bandwidth"] == 3
        assert ["controls", ["price"]] in content["provenance"]["settings"]
        assert '"order": [' in result.to_json()
