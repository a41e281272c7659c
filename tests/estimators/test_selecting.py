"""LeadSelector keeps what rank_leads calls a lead, at the delay that it finds."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, Ridge

import leadlag as ll
from leadlag.errors import StatisticsWarning, UnknownNameError, UsageError
from leadlag.estimators import LagTransformer, LeadSelector, MaskedRegressor
from leadlag.simulate import PlantedSeries

PLANTED = [
    PlantedSeries(name="visits", effect=1.2, delay=3),
    PlantedSeries(name="demos", effect=-1.0, delay=5),
]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return ll.simulate_leads(series=PLANTED, n_noise=2, rng=4).data


@pytest.fixture(scope="module")
def fitted(table: pd.DataFrame) -> LeadSelector:
    return LeadSelector(max_lag=8, n_draws=199).fit(table.drop(columns="kpi"), table["kpi"])


def shifted(table: pd.DataFrame, name: str, lag: int) -> pd.Series:
    return table[name].shift(lag)


def test_it_keeps_the_planted_leads_at_their_delays(table: pd.DataFrame, fitted: LeadSelector) -> None:
    X = table.drop(columns="kpi")
    assert fitted.leads_.tolist() == [name for name in X if name in ("visits", "demos")]
    assert dict(zip(fitted.leads_, fitted.delays_.tolist(), strict=True)) == {"visits": 3, "demos": 5}
    assert fitted.get_feature_names_out().tolist() == ["visits_lag3", "demos_lag5"]
    assert_array_equal(fitted.transform(X), np.column_stack([shifted(table, "visits", 3), shifted(table, "demos", 5)]))
    assert fitted.n_lost_ == 5
    assert fitted.get_support().tolist() == [name in ("visits", "demos") for name in X]
    assert_array_equal(fitted.get_support(indices=True), np.flatnonzero(fitted.get_support()))


def test_its_ranking_is_that_of_rank_leads(table: pd.DataFrame, fitted: LeadSelector) -> None:
    ranking = ll.rank_leads(table, kpi="kpi", max_lag=8, n_draws=199, evidence=False)
    pd.testing.assert_frame_equal(fitted.ranking_.to_frame(), ranking.to_frame())
    assert fitted.ranking_.context.unit == "week"


def test_a_delay_set_gives_one_column_a_lag(table: pd.DataFrame, fitted: LeadSelector) -> None:
    X = table.drop(columns="kpi")
    whole = clone(fitted).set_params(shift="delay_set").set_output(transform="pandas").fit(X, table["kpi"])
    wanted = [(name, int(lag)) for name in whole.leads_ for lag in fitted.ranking_[name].delay.lags]
    out = whole.transform(X)
    assert list(out.columns) == [f"{name}_lag{lag}" for name, lag in wanted]
    assert out.index.equals(X.index)
    for name, lag in wanted:
        assert_array_equal(out[f"{name}_lag{lag}"], shifted(table, name, lag))


def test_columns_may_stay_as_they_are(table: pd.DataFrame, fitted: LeadSelector) -> None:
    X = table.drop(columns="kpi")
    plain = clone(fitted).set_params(shift="none").fit(X, table["kpi"])
    assert plain.get_feature_names_out().tolist() == plain.leads_.tolist()
    assert_array_equal(plain.transform(X), X[plain.leads_])
    assert plain.n_lost_ == 0
    assert_array_equal(plain.delays_, fitted.delays_)


def test_new_rows_that_follow_have_their_lags(table: pd.DataFrame, fitted: LeadSelector) -> None:
    X = table.drop(columns="kpi")
    early = clone(fitted).fit(X[:-6], table["kpi"][:-6])
    assert early.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
    assert_array_equal(early.transform(X[-6:]), fitted.transform(X)[-6:])


def test_arrays_and_routed_times_give_the_same(table: pd.DataFrame, fitted: LeadSelector) -> None:
    X = table.drop(columns="kpi")
    plain = clone(fitted).fit(X.to_numpy(), table["kpi"].to_numpy(), time=table.index)
    assert plain.get_feature_names_out().tolist() == ["x0_lag3", "x1_lag5"]
    assert_allclose(plain.transform(X.to_numpy(), time=table.index), fitted.transform(X))


def test_hours_in_a_zone_are_hours(table: pd.DataFrame, fitted: LeadSelector) -> None:
    hours = pd.date_range("2024-10-25", periods=len(table), freq="h", tz="Europe/Berlin")  # one hour of the 27th occurs twice
    X = table.drop(columns="kpi").set_axis(hours)
    hourly = clone(fitted).fit(X, table["kpi"].set_axis(hours))
    assert hourly.ranking_.context.unit == "hour"
    assert hourly.leads_.tolist() == ["visits", "demos"]
    assert_array_equal(hourly.transform(X), fitted.transform(table.drop(columns="kpi")))


def test_controls_are_in_the_models_and_not_kept(table: pd.DataFrame, fitted: LeadSelector) -> None:
    X = table.drop(columns="kpi")
    controlled = clone(fitted).set_params(controls=["visits"]).fit(X, table["kpi"])
    assert "visits" not in controlled.leads_
    assert dict(controlled.ranking_.provenance.settings)["controls"] == ("visits",)
    with pytest.raises(UnknownNameError, match="controls names columns"):
        clone(fitted).set_params(controls=["price"]).fit(X, table["kpi"])


@pytest.fixture
def unrelated() -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(5)
    return pd.DataFrame(rng.normal(size=(60, 3)), columns=list("abc")), pd.Series(rng.normal(size=60))


def test_where_no_column_leads_a_regressor_learns_the_mean(unrelated: tuple[pd.DataFrame, pd.Series]) -> None:
    X, y = unrelated
    with pytest.warns(StatisticsWarning, match=r"none of 3 leads y at fdr=0.01; there is one column of ones instead.*\[LL130\]"):
        none = LeadSelector(fdr=0.01, n_draws=199).set_output(transform="pandas").fit(X, y)
    out = none.transform(X)
    assert out.columns.tolist() == none.get_feature_names_out().tolist() == ["no_lead"]
    assert (none.leads_.size, none.get_support().any(), none.ranking_.leads, none.n_lost_) == (0, False, (), 0)
    for regressor in (LinearRegression(), LinearRegression(fit_intercept=False), Ridge(), MaskedRegressor(Ridge())):
        assert_allclose(regressor.fit(out, y).predict(none.transform(X[:4])), y.mean())


def test_no_columns_are_given_out_where_that_is_asked_for(unrelated: tuple[pd.DataFrame, pd.Series]) -> None:
    X, y = unrelated
    with pytest.warns(StatisticsWarning, match=r"none of 3 leads y at fdr=0.01; there are no columns \[LL130\]"):
        none = LeadSelector(fdr=0.01, n_draws=199, no_lead="empty").fit(X, y)
    assert none.transform(X).shape == (60, 0)
    assert none.get_feature_names_out().size == 0
    assert none.set_output(transform="pandas").transform(X).shape == (60, 0)


@pytest.mark.filterwarnings("ignore:no column is kept")
def test_max_lag_is_shortened_to_what_the_rows_allow(table: pd.DataFrame) -> None:
    X, y = table[["visits", "demos"]][:30], table["kpi"][:30]
    with pytest.warns(StatisticsWarning, match=r"max_lag=12 was shortened to 8, the longest lag that 30 periods allow \[LL131\]"):
        short = LeadSelector(max_lag=12, n_draws=99).fit(X, y)
    pd.testing.assert_frame_equal(short.ranking_.to_frame(), LeadSelector(max_lag=8, n_draws=99).fit(X, y).ranking_.to_frame())
    with pytest.warns(StatisticsWarning, match="max_lag=12 was shortened to 5"):  # a control needs rows too
        assert LeadSelector(max_lag=12, n_draws=99, controls=["demos"]).fit(X, y).ranking_.context.max_lag == 5
    with pytest.raises(UsageError, match="max_lag=0 is not allowed"):
        LeadSelector(max_lag=0).fit(X, y)


def test_where_y_cannot_be_analysed_no_column_is_kept_and_the_warning_says_why() -> None:
    X = np.random.default_rng(6).normal(size=(15, 2))
    with pytest.warns(StatisticsWarning, match=r"kpi='y' has 15 values, and at least .* needed.*LL130"):
        short = LeadSelector().fit(X, X[:, 0])
    assert short.ranking_ is None
    assert_array_equal(short.transform(X), np.ones((15, 1)))


def test_a_random_state_is_a_seed_as_in_scikit_learn(table: pd.DataFrame) -> None:
    X, y = table[["visits"]], table["kpi"]
    by = [LeadSelector(n_draws=99, random_state=np.random.RandomState(3)).fit(X, y) for _ in range(2)]
    one, two = (selector.ranking_.to_frame() for selector in by)
    pd.testing.assert_frame_equal(one, two)


def test_the_kpis_name_may_be_that_of_a_candidate(table: pd.DataFrame) -> None:
    X = table[["visits", "demos"]].rename(columns={"demos": "kpi"})
    selector = LeadSelector(n_draws=99).fit(X, table["kpi"])
    assert selector.leads_.tolist() == ["visits", "kpi"]
    assert selector.ranking_.context.kpi == "kpi_"


def test_what_it_cannot_do_is_refused(table: pd.DataFrame) -> None:
    X, y = table.drop(columns="kpi"), table["kpi"]
    with pytest.raises(UsageError, match="shift='lag' is not allowed"):
        LeadSelector(shift="lag").fit(X, y)
    with pytest.raises(UsageError, match="no_lead='none' is not allowed"):
        LeadSelector(no_lead="none").fit(X, y)
    with pytest.raises(UsageError, match="not in time order"):
        LeadSelector().fit(X[::-1], y[::-1])
    with pytest.raises(UsageError, match=r"X and y have other dates in \d+ of \d+ rows, the first time in row 0"):
        LeadSelector().fit(X[1:], y[:-1])


NO_NUMBERS = {
    "text": lambda X: X.assign(store="north", note="a"),
    "objects": lambda X: X.assign(store=[len] * len(X)),
    "too large": lambda X: X.assign(store=pd.Series([10**400] * len(X), index=X.index, dtype=object)),
}


@pytest.mark.parametrize("estimator", [LeadSelector(), LagTransformer(), MaskedRegressor(LinearRegression())], ids=repr)
@pytest.mark.parametrize("build", NO_NUMBERS.values(), ids=NO_NUMBERS.keys())
def test_columns_that_are_no_numbers_are_named(table: pd.DataFrame, estimator: Any, build: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(UsageError, match="other things than numbers: 'store'"):
        estimator.fit(build(table.drop(columns="kpi")), table["kpi"])


def test_no_column_of_features_is_the_time_whatever_it_is_called(table: pd.DataFrame) -> None:
    X, y = table.drop(columns="kpi").reset_index(drop=True), table["kpi"].reset_index(drop=True)
    numbered = X.assign(week=40000 + 7 * np.arange(len(X)), year=2000 + np.arange(len(X)))
    plain, other = (LeadSelector(n_draws=99).fit(data, y) for data in (X, numbered))
    assert plain.leads_.tolist() == other.leads_.tolist()


def test_what_scikit_learn_refuses_is_an_error_of_leadlag(table: pd.DataFrame) -> None:
    X, y = table.drop(columns="kpi"), table["kpi"]
    with pytest.raises(UsageError, match="infinity"):
        LeadSelector().fit(X.assign(visits=np.where(np.arange(len(X)) % 2, np.inf, -np.inf)), y)
    with pytest.raises(UsageError, match="inconsistent numbers of samples"):
        LagTransformer().fit(X, time=X.index[1:])


@pytest.mark.parametrize("kind", ["float64", "object", "Float64", "decimal"])
def test_gaps_in_y_are_left_out_as_in_a_ranking(table: pd.DataFrame, kind: str) -> None:
    y = table["kpi"].mask(table.index.isin(table.index[[3, 40, 41]]))
    ranking = ll.rank_leads(table.assign(kpi=y), kpi="kpi", max_lag=6, n_draws=99, evidence=False)
    given = [None if np.isnan(value) else Decimal(value) for value in y] if kind == "decimal" else y.astype(kind)
    selector = LeadSelector(max_lag=6, n_draws=99).fit(table.drop(columns="kpi"), given)
    assert set(selector.leads_) == set(ranking.leads)
    pd.testing.assert_frame_equal(selector.ranking_.to_frame(), ranking.to_frame())


def test_a_pickled_one_is_as_good(table: pd.DataFrame, fitted: LeadSelector) -> None:
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301  (its own bytes)
    X = table.drop(columns="kpi")
    assert_array_equal(again.transform(X), fitted.transform(X))
    assert again.ranking_.leads == fitted.ranking_.leads
