"""MaskedRegressor: complete rows alone are fitted, predicted and scored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from leadlag.errors import UsageError
from leadlag.estimators import MaskedRegressor

NAN = float("nan")


@pytest.fixture
def table() -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(30, 2)), columns=["visits", "demos"])
    y = X @ [1.0, -2.0] + rng.normal(size=30)
    X.iloc[:4, 0], X.iloc[10, 1] = NAN, NAN
    return X, y


def test_it_is_the_regressor_on_complete_rows(table: tuple[pd.DataFrame, pd.Series]) -> None:
    X, y = table
    masked = MaskedRegressor(LinearRegression()).fit(X, y)
    complete = X.notna().all(axis=1)
    alone = LinearRegression().fit(X[complete], y[complete])
    assert (masked.n_used_, masked.n_dropped_) == (25, 5)
    assert_allclose(masked.predict(X)[complete], alone.predict(X[complete]))
    assert np.isnan(masked.predict(X)[~complete]).all()
    assert masked.score(X, y) == pytest.approx(alone.score(X[complete], y[complete]))
    assert masked.feature_names_in_.tolist() == ["visits", "demos"]


def test_the_mean_stands_for_what_is_not_known_where_that_is_asked_for(table: tuple[pd.DataFrame, pd.Series]) -> None:
    X, y = table
    masked = MaskedRegressor(LinearRegression(), incomplete="mean").fit(X, y)
    incomplete = X.isna().any(axis=1)
    assert_allclose(masked.predict(X)[incomplete], y[~incomplete].mean())
    assert masked.score(X, y) == pytest.approx(r2_score(y, masked.predict(X)))


def test_weights_of_the_score_follow_the_rows(table: tuple[pd.DataFrame, pd.Series]) -> None:
    X, y = table
    masked = MaskedRegressor(LinearRegression()).fit(X, y)
    first = np.arange(30) < 15
    assert masked.score(X, y, sample_weight=first.astype(float)) == pytest.approx(masked.score(X[first], y[first]))


def test_any_regressor_will_do_and_is_not_itself_fitted(table: tuple[pd.DataFrame, pd.Series]) -> None:
    inner = HistGradientBoostingRegressor(max_iter=3, random_state=0)
    masked = MaskedRegressor(inner).fit(*table)
    assert not hasattr(inner, "n_iter_")
    assert masked.estimator_.n_iter_ == 3


def test_levels_of_names_are_one_name_in_fit_and_predict(table: tuple[pd.DataFrame, pd.Series]) -> None:
    X, y = table[0].set_axis(pd.MultiIndex.from_product([["web"], ["visits", "demos"]]), axis=1), table[1]
    model = MaskedRegressor(LinearRegression()).fit(X, y)
    assert model.feature_names_in_.tolist() == ["web / visits", "web / demos"]
    assert np.isfinite(model.predict(X[4:10])).all()


def test_what_leaves_nothing_is_refused(table: tuple[pd.DataFrame, pd.Series]) -> None:
    X, y = table
    with pytest.raises(UsageError, match="none of the 4 rows of X and y is complete: give shorter lags"):
        MaskedRegressor(LinearRegression()).fit(X[:4], y[:4])
    with pytest.raises(UsageError, match="no prediction can be scored"):
        MaskedRegressor(LinearRegression()).fit(X, y).score(X[:4], y[:4])
    with pytest.raises(UsageError, match="incomplete='zero'"):
        MaskedRegressor(LinearRegression(), incomplete="zero").fit(X, y)


def test_rows_without_y_are_left_out_too() -> None:
    X, y = [[1.0], [2.0], [np.nan], [4.0], [5.0]], [1.0, np.nan, 3.0, 4.0, 5.0]
    regressor = MaskedRegressor(LinearRegression()).fit(X, y)
    assert (regressor.n_used_, regressor.n_dropped_) == (3, 2)
    assert regressor.predict([[7.0]]).round(9).tolist() == [7.0]
    assert regressor.score(X, y) == pytest.approx(1.0)


def test_values_whose_squares_are_no_number_are_refused_before_a_regressor_warns_of_them(
    table: tuple[pd.DataFrame, pd.Series],
) -> None:
    X, _ = table
    with pytest.raises(UsageError, match="their squares add up to no number: give them in another unit"):
        MaskedRegressor(LinearRegression()).fit(X, np.full(30, 5e279))


def test_whole_numbers_beyond_all_floats_are_refused(table: tuple[pd.DataFrame, pd.Series]) -> None:
    X, _ = table
    with pytest.raises(UsageError, match="too large"):
        MaskedRegressor(LinearRegression()).fit(X, pd.Series([10**400] * 30, dtype=object))
