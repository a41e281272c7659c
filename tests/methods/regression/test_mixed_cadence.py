"""Leads seen more or less often than the KPI, through the public function: R's numbers, identities, calendars and refusals."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import leadlag as ll
from leadlag.errors import UsageError
from tests.conftest import ROOT
from tests.reference import growth, needs_reference, numbers, table

pytestmark = pytest.mark.filterwarnings("ignore::leadlag.errors.StatisticsWarning")

SHAPES = ("free", "almon", "exp_almon", "geometric", "delayed")
#: R's covariances under our names.
COVARIANCES = {"ols": {"cov_type": "nonrobust"}, "hc1": {"cov_type": "HC1"}, "hc3": {"cov_type": "HC3"},
               "nw4": {"cov_type": "HAC", "bandwidth": 4}}  # fmt: skip


def quarters(n: int = 60, *, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A quarterly KPI that follows the quarter before, its second month most, and the months, half a year more at both ends."""
    rng = np.random.default_rng(seed)
    orders = rng.normal(size=3 * n + 12)
    weights = {3: 1.2, 4: 2.0, 5: 1.0, 6: 0.2}
    led = sum(weight * orders[8 - lag : 3 * n + 8 - lag : 3] for lag, weight in weights.items())
    sales = 5.0 + led + 0.5 * rng.normal(size=n)
    kpi = pd.DataFrame({"date": pd.period_range("2005Q1", periods=n, freq="Q").to_timestamp(), "sales": sales})
    lead = pd.DataFrame({"date": pd.date_range("2004-07-01", periods=len(orders), freq="MS"), "orders": orders})
    return kpi, lead


def regressed(tables: Any = None, **options: Any) -> ll.LaggedRegressionResult:
    return ll.lagged_regression(list(quarters() if tables is None else tables), kpi="sales", leads="orders", **options)


def macro() -> list[pd.DataFrame]:
    q, m = table("us_macro_quarterly"), table("us_macro_monthly")
    months = {name: growth(m[name]) for name in ("industrial_production", "initial_claims")}
    return [pd.DataFrame({"date": q.date, "gdp": growth(q.realgdp)}), pd.DataFrame({"date": m.date, **months})]


class TestR:
    @needs_reference
    @pytest.mark.parametrize("covariance", list(COVARIANCES))
    @pytest.mark.parametrize(
        ("path", "lead", "lag"),
        [
            ("nowcast_ip", "industrial_production", 0),
            ("lead_ip", "industrial_production", 1),
            ("lead_claims", "initial_claims", 1),
        ],
    )
    def test_months_of_a_quarter_are_rs_u_midas(self, path: str, lead: str, lag: int, covariance: str) -> None:
        expected = numbers(f"mixed_frequency/{path}")
        found = ll.lagged_regression(
            macro(), kpi="gdp", leads=lead, min_lag=lag, max_lag=lag, own_lags=1, **COVARIANCES[covariance]
        )
        # R's months run 1, 2, 3: ours from the last one back
        terms = ["const", "gdp.L1", *(f"{lead}.L{3 * lag + back}" for back in (2, 1, 0))]
        assert found.nobs == expected["n"]
        np.testing.assert_allclose(found.params[terms], list(expected["coef"].values()), rtol=1e-8)
        np.testing.assert_allclose(found.bse[terms], list(expected["se"][covariance].values()), rtol=1e-8)
        np.testing.assert_allclose([found.rsquared, found.llf], [expected["r2"], expected["loglik"]], rtol=1e-8)

    @needs_reference
    @pytest.mark.parametrize(("path", "lead"), [("lead_ip", "industrial_production"), ("lead_claims", "initial_claims")])
    def test_the_joint_test_of_the_months_is_rs(self, path: str, lead: str) -> None:
        expected = numbers(f"mixed_frequency/{path}_joint")
        found = ll.lagged_regression(macro(), kpi="gdp", leads=lead, max_lag=1, own_lags=1, cov_type="nonrobust").joint_test(lead)
        assert (found.df_num, found.df_den) == (expected["df1"], expected["df2"])
        np.testing.assert_allclose([found.statistic, found.pvalue], [expected["F"], expected["p"]], rtol=1e-8)

    @needs_reference
    def test_an_exponential_almon_fit_of_two_years_is_the_least_on_a_grid(self) -> None:
        found = ll.lagged_regression(
            macro(), kpi="gdp", leads="initial_claims", max_lag=8, shape="exp_almon", cov_type="nonrobust"
        )
        lags = found._fit.model.families[0].lags
        assert lags == tuple(range(3, 27))
        months = (
            ll.lagged_regression(macro(), kpi="gdp", leads="initial_claims", max_lag=8, cov_type="nonrobust")
            .to_statsmodels()
            .model
        )
        place = np.linspace(-1, 1, 24)
        exponents = [one * place + two * place**2 for one in np.linspace(-8, 8, 65) for two in np.linspace(-12, 0, 49)]
        weighted = np.column_stack([months.exog[:, 1:] @ (np.exp(e) / np.exp(e).sum()) for e in exponents])
        y = months.endog - months.endog.mean()
        weighted -= weighted.mean(axis=0)
        left = y @ y - (weighted.T @ y) ** 2 / (weighted**2).sum(axis=0)
        ours = found.resid.to_numpy() @ found.resid.to_numpy()
        assert left.min() * 0.999 < ours <= left.min()


class TestLags:
    def test_lags_are_own_periods_and_delays_periods_of_the_kpi(self) -> None:
        found = regressed(max_lag=2)
        assert list(found.params.index) == ["const", *(f"orders.L{lag}" for lag in range(3, 9))]
        np.testing.assert_allclose(found.params[["orders.L3", "orders.L4"]], [1.2, 2.0], atol=0.25)
        profile, rows = found["orders"], found.to_frame()
        assert (profile.peak, profile.delay, profile.delay_high) == (4, 4 / 3, 4 / 3)
        np.testing.assert_allclose(rows["delay"], np.arange(3, 9) / 3)
        assert rows["lag"].tolist() == list(profile.lags) == list(range(3, 9))
        assert profile.mean_delay == pytest.approx((rows["lag"] @ rows["effect"]) / rows["effect"].sum() / 3)
        assert found.lags_by_unit == {"month": tuple(range(3, 9))}

    @pytest.mark.parametrize(
        ("options", "lags"),
        [
            ({"max_lag": 1}, [3, 4, 5]),
            ({"min_lag": 0, "max_lag": 0}, [0, 1, 2]),
            ({"max_lag": {"orders": 1}, "min_lag": 0}, [0, 1, 2, 3, 4, 5]),
            ({"max_lag": {"orders": [4, 3]}}, [3, 4]),
            ({"max_lag": {"orders": [3, 6]}}, [3, 6]),
        ],
    )
    def test_a_number_counts_quarters_and_a_list_in_a_mapping_gives_months(self, options: dict, lags: list[int]) -> None:
        assert list(regressed(**options).params.index) == ["const", *(f"orders.L{lag}" for lag in lags)]

    def test_the_half_life_of_a_decay_is_in_quarters_and_its_rate_in_months(self) -> None:
        profile = regressed(max_lag=2, shape="geometric")["orders"]
        assert profile.half_life == pytest.approx(np.log(0.5) / np.log(profile.decay) / 3)
        assert profile.decay == pytest.approx(0.5, abs=0.2)

    def test_the_horizon_counts_quarters(self) -> None:
        assert regressed(max_lag=1, horizon=3)["orders"].lags == tuple(range(3, 12))
        assert regressed(max_lag=1, own_lags=1)["orders"].lags[-1] == 26

    def test_lags_of_a_list_are_of_a_lead_of_the_same_cadence_too(self) -> None:
        kpi, lead = quarters()
        both = kpi.assign(orders=lead["orders"].to_numpy()[5:185:3])
        found = ll.lagged_regression(both, kpi="sales", leads="orders", max_lag={"orders": [2, 4]})
        assert list(found.params.index) == ["const", "orders.L2", "orders.L4"]
        with pytest.raises(UsageError, match="max_lag"):
            ll.lagged_regression(both, kpi="sales", leads="orders", max_lag=[2, 4])


class TestIdentities:
    @pytest.mark.parametrize("own_lags", [0, 1])
    def test_three_quarterly_columns_are_the_same_fit(self, own_lags: int) -> None:
        kpi, lead = quarters()
        months = lead["orders"].to_numpy()[6:186].reshape(60, 3)[:, ::-1]
        columns = kpi.assign(**{f"month{3 - place}": month for place, month in enumerate(months.T)})
        names = ["month3", "month2", "month1"]
        by_hand = ll.lagged_regression(columns, kpi="sales", leads=names, max_lag=2, own_lags=own_lags)
        found = regressed((kpi, lead[6:]), max_lag=2, own_lags=own_lags)
        terms = [f"orders.L{3 * lag + place}" for place in range(3) for lag in (1, 2)]
        theirs = [f"{name}.L{lag}" for name in names for lag in (1, 2)]
        np.testing.assert_allclose(found.params[terms], by_hand.params[theirs], rtol=1e-9)
        np.testing.assert_allclose(found.bse[terms], by_hand.bse[theirs], rtol=1e-8)
        np.testing.assert_allclose(found.predict()[:60], by_hand.predict(), rtol=1e-9)
        assert found.nobs == by_hand.nobs

    @pytest.mark.parametrize("shape", SHAPES)
    def test_units_row_order_and_the_order_of_the_tables_do_not_matter(self, shape: str) -> None:
        kpi, lead = quarters()
        plain = regressed(max_lag=2, shape=shape)
        scaled = regressed(
            (kpi.assign(sales=kpi["sales"] * 1e3), lead.assign(orders=lead["orders"] * 1e-4 + 7)), max_lag=2, shape=shape
        )
        np.testing.assert_allclose(scaled["orders"].weights, plain["orders"].weights * 1e7, rtol=1e-4, atol=10.0)
        assert scaled.rsquared == pytest.approx(plain.rsquared, rel=1e-8)
        shuffled = regressed((lead.sample(frac=1, random_state=1), kpi.sample(frac=1, random_state=2)), max_lag=2, shape=shape)
        pd.testing.assert_series_equal(shuffled.params, plain.params)

    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("options", [{"cov_type": "HC1"}, {"own_lags": 1, "trend": "linear", "season": 4}])
    def test_to_statsmodels_is_the_same_fit(self, shape: str, options: dict) -> None:
        found = regressed(max_lag=2, shape=shape, **options)
        theirs = found.to_statsmodels()
        np.testing.assert_allclose(theirs.params, found.params[list(theirs.params.index)], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose([theirs.llf, theirs.rsquared], [found.llf, found.rsquared], rtol=1e-9)
        np.testing.assert_allclose(theirs.fittedvalues, found.fittedvalues, rtol=1e-7)

    def test_equal_weights_are_the_plain_mean_of_the_months(self) -> None:
        kpi, lead = quarters()
        mean = lead["orders"].to_numpy()[6:186].reshape(60, 3).mean(axis=1)
        rng = np.random.default_rng(3)
        kpi["sales"] = np.r_[0.0, 3.0 * mean[:-1]] + 1e-6 * rng.normal(size=60)
        found = regressed((kpi[1:], lead), max_lag=1, shape="exp_almon")
        assert found.params["orders.total"] == pytest.approx(3.0, rel=1e-4)
        np.testing.assert_allclose(found["orders"].weights, 1.0, rtol=1e-3)

    def test_logs_are_taken_of_the_months(self) -> None:
        kpi, lead = quarters()
        raised = lead.assign(orders=np.exp(lead["orders"]))
        np.testing.assert_allclose(
            regressed((kpi, raised), max_lag=1, log="orders").params, regressed(max_lag=1).params, rtol=1e-9
        )


class TestCalendars:
    def test_a_missing_month_costs_the_quarters_that_need_it(self) -> None:
        kpi, lead = quarters()
        lead.loc[lead["date"] == "2010-02-01", "orders"] = np.nan
        found = regressed((kpi, lead), max_lag=1)
        assert set(pd.period_range("2005Q1", periods=60, freq="Q")) - set(found.resid.index) == {pd.Period("2010Q2")}
        deeper = regressed((kpi, lead.drop(lead.index[40])), max_lag=2)
        assert deeper.nobs == 60 - 4

    def test_weeks_before_a_month_are_those_that_had_ended(self) -> None:
        rng = np.random.default_rng(5)
        weeks = pd.DataFrame({"week": pd.date_range("2014-12-01", periods=280, freq="W-MON"), "visits": rng.normal(size=280)})
        months = pd.DataFrame({"month": pd.date_range("2015-02-01", periods=60, freq="MS"), "sales": rng.normal(size=60)})
        found = ll.lagged_regression(
            [months.rename(columns={"month": "date"}), weeks.rename(columns={"week": "date"})],
            kpi="sales",
            leads="visits",
            max_lag=1,
        )
        assert list(found.params.index) == ["const", *(f"visits.L{lag}" for lag in range(3, 8))]
        # a February has three whole weeks, so lag 3 is the last one that had ended when the month began
        last = [int(np.flatnonzero(weeks["week"] + pd.Timedelta(days=7) <= month)[-1]) for month in months["month"]]
        design = np.column_stack([np.ones(60), *(weeks["visits"].to_numpy()[np.array(last) - back] for back in range(5))])
        np.testing.assert_allclose(found.params, np.linalg.lstsq(design, months["sales"], rcond=None)[0], rtol=1e-9)
        np.testing.assert_allclose(found["visits"].delays, 1 + np.arange(5) / (30.436875 / 7), rtol=1e-6)

    def test_a_slower_lead_stands_with_its_last_value_that_had_ended(self) -> None:
        rng = np.random.default_rng(6)
        months = pd.DataFrame({"date": pd.date_range("2010-01-01", periods=72, freq="MS"), "sales": rng.normal(size=72)})
        slow = pd.DataFrame({"date": pd.period_range("2009Q3", periods=26, freq="Q").to_timestamp(), "rate": rng.normal(size=26)})
        found = ll.lagged_regression([months, slow], kpi="sales", leads="rate", min_lag=0, max_lag=0)
        known = slow["rate"].to_numpy()[1 + (np.arange(72) + 1) // 3]
        design = np.column_stack([np.ones(72), known])
        np.testing.assert_allclose(found.params, np.linalg.lstsq(design, months["sales"], rcond=None)[0], rtol=1e-9)
        assert found.lead_units == ("month",)

    def test_controls_of_a_finer_cadence_are_folded(self) -> None:
        kpi, lead = quarters()
        more = lead.assign(price=np.random.default_rng(1).normal(size=len(lead)))
        found = regressed((kpi, more), max_lag=1, controls="price")
        by_hand = ll.lagged_regression(
            [kpi.assign(price=more["price"].to_numpy()[6:186].reshape(60, 3).mean(axis=1)), lead], kpi="sales", leads="orders",
            max_lag=1, controls="price",
        )  # fmt: skip
        np.testing.assert_allclose(found.params, by_hand.params, rtol=1e-9)


class TestPrediction:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_the_next_quarter_is_predicted_as_soon_as_its_months_are_out(self, shape: str) -> None:
        kpi, lead = quarters()
        for months_out, expected in ((188, 1), (186, 1), (185, 0)):
            found = regressed((kpi, lead[:months_out]), max_lag=1 if shape == "free" else 2, shape=shape)
            ahead = found.predict()
            assert len(ahead) == 60 + expected
            np.testing.assert_allclose(ahead[found.resid.index], found.fittedvalues, rtol=1e-7)
        found = regressed((kpi, lead[:186]), max_lag=1)
        by_hand = found.params["const"] + found.params.iloc[1:].to_numpy() @ lead["orders"].to_numpy()[[185, 184, 183]]
        assert found.predict()[pd.Period("2020Q1")] == pytest.approx(by_hand)

    @pytest.mark.parametrize("shape", SHAPES)
    def test_later_rows_go_on_from_the_history_of_the_fit(self, shape: str) -> None:
        kpi, lead = quarters(90)
        found = regressed((kpi[:60], lead[:186]), max_lag=2, shape=shape, own_lags=1, trend="linear")
        whole = found.predict([kpi, lead])
        assert whole.notna().sum() >= 88
        np.testing.assert_allclose(found.predict([kpi[60:], lead[186:]]), whole.iloc[60:], rtol=1e-7)
        # what a decay guesses of the time before the first month knows the later months too
        np.testing.assert_allclose(whole.iloc[:60][found.resid.index][12:], found.fittedvalues[12:], rtol=1e-7)

    def test_what_is_missing_for_a_prediction_is_named(self) -> None:
        kpi, lead = quarters()
        found = regressed(max_lag=1)
        with pytest.raises(UsageError, match="one value a quarter in data where the fit had one a month"):
            found.predict(kpi.assign(orders=1.0))
        with pytest.raises(UsageError, match="sales"):
            found.predict([kpi.rename(columns={"sales": "other"}), lead])


class TestRefusals:
    def test_too_many_own_lags_name_the_way_out(self) -> None:
        kpi, lead = quarters(20)
        with pytest.raises(UsageError, match="exp_almon") as caught:
            regressed((kpi, lead), max_lag=8)
        assert caught.value.code == "LL204"
        assert regressed((kpi, lead), max_lag=3, shape="exp_almon").nobs >= 18

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"shape": "exp_almon", "max_lag": {"orders": [3, 4]}}, "at least 3"),
            ({"shape": "almon", "max_lag": {"orders": [3, 5, 8]}}, "next to each other"),
            ({"shape": "geometric", "start": 2}, "start=2"),
            ({"max_lag": {"orders": "3"}}, "max_lag"),
            ({"max_lag": {"orders": [-1]}}, "max_lag"),
        ],
    )
    def test_a_wrong_argument_is_named(self, options: dict, said: str) -> None:
        with pytest.raises(UsageError, match=said):
            regressed(**options)

    def test_a_lead_with_hidden_parameters_has_no_joint_test(self) -> None:
        with pytest.raises(UsageError, match="shape='free' or 'almon'"):
            regressed(shape="exp_almon", max_lag=2).joint_test("orders")

    def test_a_constant_lead_and_a_copy_of_the_kpi_are_refused(self) -> None:
        kpi, lead = quarters()
        with pytest.raises(UsageError, match="constant"):
            regressed((kpi, lead.assign(orders=1.0)))
        with pytest.raises(UsageError, match="copy"):
            regressed((kpi, lead[6:186].assign(orders=np.repeat(kpi["sales"].to_numpy(), 3))))


class TestViews:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_every_view_says_months_and_quarters(self, shape: str) -> None:
        kpi, lead = quarters()
        found = regressed((kpi, lead), max_lag=2, shape=shape)
        profile = found["orders"]
        # a decay falls from its start on
        place, after = "month 4 (1.33 quarters)", "after 1.33 quarters (4 months)"
        if shape == "geometric":
            place, after = "month 3 (1 quarter)", "after 1 quarter (3 months)"
        for text in (found.summary(), profile.summary()):
            assert max(map(len, text.splitlines())) <= 80
            assert place in " ".join(text.split())
        assert "lag 3 is the last month that had ended when the quarter began" in " ".join(profile.summary().split())
        assert after in " ".join(profile.explain().split())
        assert "3 to 8 (months) of each lead" in " ".join(found.summary().split())
        assert profile.plot(ax=Figure().add_subplot()).get_xlabel() == "Lag (months; 3 is the last before the quarter)"
        assert json.loads(found.to_json())["profiles"][0]["own_unit"] == "month"
        assert json.loads(profile.to_json())["effects"]["peak"] == profile.peak

    def test_leads_of_two_cadences_stand_side_by_side(self) -> None:
        kpi, lead = quarters()
        kpi = kpi.assign(price=np.random.default_rng(2).normal(size=60))
        found = ll.lagged_regression(
            [kpi, lead], kpi="sales", leads=["price", "orders"], max_lag=2, shape={"orders": "exp_almon"}
        )
        assert list(found.params.index) == [
            "const", "price.L1", "price.L2", "orders.total", "orders.theta1", "orders.theta2"]  # fmt: skip
        assert found.lags_by_unit == {"quarter": (1, 2), "month": (3, 4, 5, 6, 7, 8)}
        assert "1 to 2 (quarters) of price; 3 to 8 (months) of orders" in " ".join(found.summary().split())
        assert (found["price"].delay, type(found["price"].delay)) == (found["price"].peak, int)
        assert found.leads == ("price", "orders")

    def test_what_moves_within_the_quarter_is_no_lead(self) -> None:
        kpi, lead = quarters()
        kpi["sales"] = lead["orders"].to_numpy()[8:188:3] + 0.1 * kpi["sales"]
        profile = regressed((kpi, lead), min_lag=0, max_lag=1)["orders"]
        assert (profile.peak, profile.delay) == (0, 0.0)
        assert "no lead" in " ".join(profile.summary().split())
        assert "moving together, not leading" in " ".join(profile.explain().split())


def test_the_example_of_the_guide_runs() -> None:
    guide = (ROOT / "docs" / "regression.md").read_text(encoding="utf-8")
    told: dict[str, Any] = {}
    exec(guide.split("```python\n")[2].split("```")[0], told)  # noqa: S102  (the guide's own words)
    shaped, free = told["result"], told["free"]
    means = told["kpi"].join(told["claims"].resample("QS").mean())
    plain = ll.lagged_regression(means, kpi="unemployment", leads="initial_claims", max_lag=4, hold_back=5)
    for found, said in ((plain, ".602 | -70.8"), (free, ".638 | -77.3"), (shaped, ".614 | -81.8")):
        assert f"{found.rsquared:.3f} | {found.aic:.1f}"[1:] == said
        assert said in guide
        assert found.nobs == 239
    assert shaped["initial_claims"].delay == 1.0
    assert shaped.predict().index[-1] == pd.Period("2020Q1")


def test_an_exponential_almon_profile_of_the_same_cadence() -> None:
    _, lead = quarters()
    months = lead.assign(later=np.r_[np.zeros(4), lead["orders"].to_numpy()[:-4]])
    found = ll.lagged_regression(months[4:], kpi="later", leads="orders", max_lag=8, shape="exp_almon")
    assert list(found.params.index) == ["const", "orders.total", "orders.theta1", "orders.theta2"]
    assert found.params["orders.total"] == pytest.approx(1.0, rel=1e-3)
    assert found["orders"].delay == 4
    assert np.isnan(found["orders"].decay)
