"""The estimators in Pipeline, cross-validation and search, as a user of scikit-learn has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import leadlag as ll
from leadlag.errors import UsageError
from leadlag.estimators import LagTransformer, LeadSelector, MaskedRegressor
from leadlag.simulate import PlantedSeries

RELEASE = tuple(int(part) for part in sklearn.__version__.split(".")[:2])


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    planted = [PlantedSeries(name="visits", effect=1.2, delay=4)]
    return ll.simulate_leads(series=planted, n_noise=2, kpi_momentum=(0.2,), rng=2).data


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline([("lag", LagTransformer()), ("fit", MaskedRegressor(LinearRegression()))])


def test_a_search_over_lags_finds_the_planted_delay(table: pd.DataFrame, pipeline: Pipeline) -> None:
    grid = {"lag__lags": [[lag] for lag in range(1, 8)]}
    search = GridSearchCV(pipeline, grid, cv=TimeSeriesSplit(4), scoring="neg_mean_squared_error")
    search.fit(table[["visits"]], table["kpi"])
    assert search.best_params_ == {"lag__lags": [4]}
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_with_a_gap_the_candidates_are_scored_on_the_same_rows(table: pd.DataFrame, pipeline: Pipeline) -> None:
    pipeline.set_params(lag__hold_back=7)
    search = GridSearchCV(pipeline, {"lag__lags": [[lag] for lag in range(1, 8)]}, cv=TimeSeriesSplit(4, gap=7))
    search.fit(table[["visits"]], table["kpi"])
    assert search.best_params_ == {"lag__lags": [4]}
    held = TimeSeriesSplit(4, gap=7).split(table)
    for train, test in held:
        rows = [pipeline.set_params(lag__lags=lags)[0].fit(table.iloc[train]).transform(table.iloc[test]) for lags in ([1], [7])]
        lost = [np.isnan(values).any(axis=1) for values in rows]
        assert lost[0].tolist() == lost[1].tolist() == [row < 7 for row in range(len(test))]


def test_a_fold_predicts_what_one_table_of_lags_would(table: pd.DataFrame, pipeline: Pipeline) -> None:
    X, y = table[["visits"]], table["kpi"]
    pipeline.set_params(lag__lags=5)
    lagged = LagTransformer(lags=5).fit_transform(X)
    for train, test in TimeSeriesSplit(3).split(X):
        whole = LinearRegression().fit(lagged[train[5:]], y.iloc[train[5:]])
        predicted = pipeline.fit(X.iloc[train], y.iloc[train]).predict(X.iloc[test])
        assert_allclose(predicted, whole.predict(lagged[test]))


@pytest.mark.filterwarnings("ignore:no column is kept:leadlag.errors.StatisticsWarning")  # in the first, short fold
def test_leads_are_chosen_anew_in_each_fold_beside_the_kpis_own_past(table: pd.DataFrame) -> None:
    parts = [("own", LagTransformer(lags=[1, 2]), ["kpi"]), ("leads", LeadSelector(fdr=0.05, n_draws=199), list(table)[1:])]
    both = ColumnTransformer(parts, verbose_feature_names_out=False)
    model = Pipeline([("design", both), ("scale", StandardScaler()), ("fit", MaskedRegressor(Ridge()))])
    scores = cross_val_score(model, table, table["kpi"], cv=TimeSeriesSplit(3), scoring="neg_mean_absolute_error")
    assert np.isfinite(scores).all()
    model.fit(table, table["kpi"])
    assert model[:-1].get_feature_names_out().tolist() == ["kpi_lag1", "kpi_lag2", "visits_lag4"]


@pytest.mark.filterwarnings("ignore:no column is kept:leadlag.errors.StatisticsWarning")  # none leads by two weeks at most
def test_a_search_over_max_lag_finds_one_that_is_long_enough(table: pd.DataFrame) -> None:
    parts = [("own", LagTransformer(), ["kpi"]), ("leads", LeadSelector(n_draws=199), ["visits", "noise_01"])]
    model = Pipeline([("design", ColumnTransformer(parts)), ("fit", MaskedRegressor(LinearRegression()))])
    search = GridSearchCV(model, {"design__leads__max_lag": [2, 6]}, cv=TimeSeriesSplit(3, gap=1), error_score="raise")
    search.fit(table, table["kpi"])
    assert search.best_params_ == {"design__leads__max_lag": 6}
    assert "leads__visits_lag4" in search.best_estimator_[0].get_feature_names_out()


@pytest.mark.filterwarnings("ignore:no column is kept:leadlag.errors.StatisticsWarning")
@pytest.mark.filterwarnings("ignore:max_lag=12 was shortened:leadlag.errors.StatisticsWarning")
@pytest.mark.parametrize(("n_rows", "effect"), [(60, 1.5), (150, 0.35), (150, 1.5)])
def test_folds_that_are_short_or_without_a_lead_have_a_score(n_rows: int, effect: float) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 4))
    y = rng.normal(size=n_rows) + effect * np.concatenate([np.zeros(3), X[:-3, 0]])
    model = Pipeline([("leads", LeadSelector(n_draws=99)), ("fit", MaskedRegressor(Ridge(), incomplete="mean"))])
    search = GridSearchCV(model, {"leads__max_lag": [4, 12]}, cv=TimeSeriesSplit(4), error_score="raise").fit(X, y)
    scores = np.array([search.cv_results_[f"split{fold}_test_score"] for fold in range(4)])
    assert np.isfinite(scores).all()
    if effect < 1:  # nothing is found in any fold, so each has the score of the mean
        folds = TimeSeriesSplit(4).split(X)
        of_mean = [r2_score(y[test], np.full(len(test), y[train].mean())) for train, test in folds]
        assert_allclose(scores, np.column_stack([of_mean, of_mean]))


def test_times_and_segments_are_routed_through_a_pipeline(table: pd.DataFrame, pipeline: Pipeline) -> None:
    X, y = table[["visits"]].to_numpy(), table["kpi"].to_numpy()
    segments = np.repeat(["north", "south"], [100, len(y) - 100])
    with sklearn.config_context(enable_metadata_routing=True):
        lag = LagTransformer(lags=2).set_fit_request(time=True, groups=True).set_transform_request(time=True, groups=True)
        pipeline.set_params(lag=lag).fit(X, y, time=table.index, groups=segments)
        assert pipeline[0].n_lost_ == 4
        predicted = pipeline.predict(X[-3:], time=table.index[-3:], groups=segments[-3:])
        unknown = pipeline.predict(X[-3:], time=table.index[-3:], groups=["west"] * 3)
    assert np.isfinite(predicted).all()
    assert np.isnan(unknown).tolist() == [True, True, False]


@pytest.mark.skipif(RELEASE < (1, 8), reason="scikit-learn hands routed metadata to the score of a fold from 1.8 on")
def test_routed_times_reach_the_score_of_a_search(table: pd.DataFrame, pipeline: Pipeline) -> None:
    X, y = table[["visits"]], table["kpi"]
    cv, grid = TimeSeriesSplit(3), {"lag__lags": [[3], [4]]}
    by_index = GridSearchCV(pipeline, grid, cv=cv).fit(X, y)
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline.set_params(lag=LagTransformer().set_fit_request(time=True).set_transform_request(time=True))
        routed = GridSearchCV(pipeline, grid, cv=cv).fit(X.to_numpy(), y.to_numpy(), time=X.index)
    assert_allclose(routed.cv_results_["mean_test_score"], by_index.cv_results_["mean_test_score"])


def test_time_that_does_not_arrive_is_missed_aloud(table: pd.DataFrame, pipeline: Pipeline) -> None:
    X, y = table[["visits"]].to_numpy(), table["kpi"]
    with sklearn.config_context(enable_metadata_routing=True):
        lag = LagTransformer().set_fit_request(time=True).set_transform_request(time=True)
        pipeline.set_params(lag=lag).fit(X, y, time=table.index)
        with pytest.raises(UsageError, match="time was given in fit, and not here"):
            pipeline.predict(X)


def test_a_pipeline_shows_itself_in_a_notebook(pipeline: Pipeline) -> None:
    assert "LagTransformer" in pipeline._repr_html_()
