"""LeadForecaster forecasts the period `horizon` after each row, from that row and those before it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import TimeSeriesSplit, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks
from statsmodels.regression.linear_model import OLS

from leadlag import LeadForecaster
from leadlag.errors import UnknownNameError, UsageError
from leadlag.forecast.numbers.direct import _law, direct_fit


@parametrize_with_checks([LeadForecaster(), LeadForecaster(horizon=3, kpi_column=0)])
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    state = np.random.get_state()  # noqa: NPY002  (some of these checks draw from the global state)
    try:
        check(estimator)
    finally:
        np.random.set_state(state)  # noqa: NPY002


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    visits, noise = rng.normal(size=(2, 160))
    sales = np.zeros(160)
    for row in range(4, 160):
        sales[row] = 0.5 * sales[row - 1] + 0.9 * visits[row - 4] + 0.5 * noise[row]
    weeks = pd.date_range("2021-01-04", periods=160, freq="7D")
    return pd.DataFrame({"sales": sales, "visits": visits, "noise": rng.normal(size=160)}, index=weeks)


@pytest.fixture(scope="module")
def fitted(table: pd.DataFrame) -> LeadForecaster:
    return LeadForecaster(horizon=2, kpi_column="sales", lags=8).fit(table, table["sales"])


def test_it_finds_the_lead_at_its_delay(fitted: LeadForecaster) -> None:
    assert (fitted.leads_.tolist(), fitted.lags_.tolist(), fitted.own_history_) == (["visits"], [4], True)


def test_it_is_the_direct_regression_of_statsmodels(table: pd.DataFrame, fitted: LeadForecaster) -> None:
    columns = [table["sales"].shift(lag - 2) for lag in fitted.own_lags_] + [table["visits"].shift(2)]
    X = np.column_stack([np.where(np.isfinite(column), column, column.mean()) for column in columns])
    X = np.column_stack([np.ones(len(X)), X])
    ols = OLS(table["sales"].to_numpy()[2:], X[:-2]).fit()
    assert_allclose(fitted.predict(table), X @ ols.params, atol=1e-10)


def test_no_row_after_its_own_changes_a_forecast(table: pd.DataFrame, fitted: LeadForecaster) -> None:
    changed = table.copy()
    changed.iloc[100:] = 99.0
    assert_array_equal(fitted.predict(changed)[:100], fitted.predict(table)[:100])


def test_new_rows_that_follow_have_their_history(table: pd.DataFrame) -> None:
    early = LeadForecaster(kpi_column="sales", lags=8).fit(table[:-5], table["sales"][:-5])
    assert_allclose(early.predict(table[-5:]), early.predict(table)[-5:])


def test_it_is_scored_beside_what_came(table: pd.DataFrame, fitted: LeadForecaster) -> None:
    came, predicted = table["sales"].to_numpy()[2:], fitted.predict(table)[:-2]
    left = 1.0 - np.sum((came - predicted) ** 2) / np.sum((came - came.mean()) ** 2)
    assert fitted.score(table, table["sales"]) == pytest.approx(left)
    assert left > 0.5


def test_a_lead_that_is_published_too_late_is_left_out(table: pd.DataFrame, fitted: LeadForecaster) -> None:
    in_time = clone(fitted).set_params(available_after={"visits": 2}).fit(table, table["sales"])
    too_late = clone(fitted).set_params(available_after={"visits": 3}).fit(table, table["sales"])
    assert (in_time.leads_.tolist(), too_late.leads_.tolist()) == (["visits"], [])


def test_intervals_hold_on_rows_that_were_not_seen() -> None:
    inside = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        lead, kpi = rng.normal(size=(2, 240))
        kpi[3:] += 0.8 * lead[:-3]
        X = np.column_stack([kpi, lead])
        model = LeadForecaster(kpi_column=0, lags=6).fit(X[:160], kpi[:160])
        low, high = model.predict_interval(X, 0.8)[170:-1].T
        inside.append(np.mean((kpi[171:] >= low) & (kpi[171:] <= high)))
    assert np.mean(inside) == pytest.approx(0.8, abs=3.0 * np.std(inside) / np.sqrt(len(inside)) + 0.02)


def test_errors_far_ahead_that_are_not_known_yet_say_nothing_of_the_next_ones() -> None:
    scores = np.r_[np.ones(60), 4.0 * np.ones(20)]
    assert _law(scores, 1).scale > 1.5 * _law(scores[::-1], 1).scale
    assert_allclose(_law(scores, 6).scale, _law(scores[::-1], 6).scale)


def test_of_a_kpi_that_is_published_late_nothing_is_learned_before(table: pd.DataFrame) -> None:
    model = LeadForecaster(horizon=2, kpi_column="sales", lags=2, available_after=3).fit(table, table["sales"])
    own = np.column_stack([table["sales"].shift(3 + back) for back in range(4)])
    target = table["sales"].shift(-2).to_numpy()
    as_known, too_early = (direct_fit(own, target, n_own=4, gap=gap).law for gap in (5, 2))
    assert model._fit.law == as_known != too_early


def test_each_fold_of_a_cross_validation_chooses_its_own_leads(table: pd.DataFrame, fitted: LeadForecaster) -> None:
    scores = cross_val_score(clone(fitted), table, table["sales"], cv=TimeSeriesSplit(3))
    assert (scores[1:] > 0.3).all()  # the first fold has 40 rows to learn from


def test_wrong_arguments_are_refused_by_name(table: pd.DataFrame) -> None:
    y = table["sales"]
    with pytest.raises(UsageError, match="horizon=0"):
        LeadForecaster(horizon=0).fit(table, y)
    with pytest.raises(UnknownNameError, match="kpi_column='sale'"):
        LeadForecaster(kpi_column="sale").fit(table, y)
    with pytest.raises(UnknownNameError, match="available_after names columns"):
        LeadForecaster(available_after={"visit": 1}).fit(table, y)
    with pytest.raises(UsageError, match="level=1"):
        LeadForecaster(lags=4).fit(table, y).predict_interval(table, 1.0)
    with pytest.raises(UsageError, match="no value 200 rows after"):
        LeadForecaster(horizon=200).fit(table, y)
