"""The model ahead: the mean by its columns, and the rest by its momentum."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.signal import lfilter
from statsmodels.tsa.statespace.sarimax import SARIMAX

import leadlag as ll
from leadlag.core.arrays import Floats
from leadlag.core.noise.momentum import Momentum, filtered_fit
from leadlag.forecast.numbers.model import MeanModel, ahead, cleaned, fitted_mean
from leadlag.simulate import PlantedSeries

N, STEPS = 80, 5
PHI = np.array([0.5, 0.2])
MOMENTUM = Momentum(phi=PHI, unit_root=False, variance=0.49)


def columns(seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    return np.column_stack([np.ones(N + STEPS), rng.normal(size=(N + STEPS, 2))])


def kpi(params: Floats, seed: int = 1) -> Floats:
    noise = lfilter([1.0], np.r_[1.0, -PHI], 0.7 * np.random.default_rng(seed).normal(size=N))
    return np.asarray(columns()[:N] @ params + noise)


def model(params: Floats, covariance: Floats | None = None) -> MeanModel:
    size = len(params)
    return MeanModel(
        momentum=MOMENTUM, params=params, covariance=np.zeros((size, size)) if covariance is None else covariance, df=60
    )


PARAMS = np.array([2.0, 0.8, -0.5])


def test_with_known_coefficients_it_is_the_forecast_of_a_regression_with_arma_errors() -> None:
    y, mean = kpi(PARAMS), columns()
    found = ahead(model(PARAMS), y, mean, steps=STEPS)
    told = SARIMAX(y, exog=mean[:N], order=(2, 0, 0)).filter([*PARAMS, *PHI, 0.49]).get_forecast(STEPS, exog=mean[N:])
    assert_allclose(found.point, told.predicted_mean, rtol=1e-6)
    assert_allclose(np.sqrt(found.variance), told.se_mean, rtol=1e-6)


def test_its_columns_are_what_a_change_of_each_coefficient_does() -> None:
    y, mean = kpi(PARAMS), columns()
    found = ahead(model(PARAMS), y, mean, steps=STEPS)
    moved = np.array([ahead(model(PARAMS + step), y, mean, steps=STEPS).point - found.point for step in np.eye(3)])
    assert_allclose(found.columns, moved.T, atol=1e-10)


def test_uncertain_coefficients_widen_it_by_what_they_do() -> None:
    y, mean, covariance = kpi(PARAMS), columns(), np.diag([0.04, 0.01, 0.09])
    sure, unsure = (ahead(model(PARAMS, one), y, mean, steps=STEPS) for one in (None, covariance))
    assert_allclose(unsure.variance - sure.variance, np.square(sure.columns) @ np.diag(covariance))


def test_a_gap_is_foretold_by_what_lies_before_it() -> None:
    y, mean = kpi(PARAMS), columns()[:N]
    gap = y.copy()
    gap[50] = np.nan
    filled = cleaned(model(PARAMS), gap, mean, limit=None)
    u = y - mean @ PARAMS
    assert_allclose(filled[50], mean[50] @ PARAMS + PHI @ u[[49, 48]])
    assert_allclose(np.delete(filled, 50), np.delete(y, 50))


def test_an_outlier_is_not_carried_on() -> None:
    y, mean = kpi(PARAMS), columns()
    struck = np.r_[y[:-1], y[-1] + 50.0]
    plain, calm = (ahead(model(PARAMS), cleaned(model(PARAMS), one, mean[:N], limit=4.0), mean, steps=1) for one in (y, struck))
    assert abs(calm.point[0] - plain.point[0]) < 4.0


def test_leads_that_say_nothing_are_shrunk_to_nothing_and_strong_ones_are_kept() -> None:
    found = fitted_mean(kpi(np.array([2.0, 0.8, 0.0])), columns()[:N], MOMENTUM, n_leads=2, max_order=4)
    plain = fitted_mean(kpi(np.array([2.0, 0.8, 0.0])), columns()[:N], MOMENTUM, n_leads=0, max_order=4)
    assert found is not None
    assert plain is not None
    t = plain.params / np.sqrt(np.diag(plain.covariance))
    assert_allclose(found.params[1:], plain.params[1:] * np.maximum(1.0 - 4.0 / np.square(t[1:]), 0.0))
    assert found.params[0] == plain.params[0]


def test_a_group_is_drawn_towards_nothing_as_a_whole_and_the_rest_is_fitted_beside_it() -> None:
    y, mean = kpi(np.array([2.0, 0.2, 0.1])), columns()[:N] + np.array([0.0, 0.5, -0.3])
    plain = fitted_mean(y, mean, MOMENTUM, n_leads=0, max_order=4)
    found = fitted_mean(y, mean, MOMENTUM, n_leads=0, max_order=4, drawn=[slice(1, 3)])
    assert plain is not None
    assert found is not None
    b, covariance = plain.params[1:], plain.covariance[1:, 1:]
    square = b @ np.linalg.solve(covariance, b)
    assert_allclose(found.params[1:], b * square / (square + 2.0))
    beside = filtered_fit(y - mean[:, 1:] @ found.params[1:], mean[:, :1], plain.momentum)
    assert_allclose(found.params[:1], beside.params)


def test_what_is_drawn_does_not_depend_on_units_or_on_columns_that_others_span() -> None:
    y, mean = kpi(PARAMS), columns()[:N]
    whole = np.column_stack([mean, mean[:, 1]])
    drawn = [slice(1, 2), slice(2, 4)]
    found, other = (fitted_mean(y, one, MOMENTUM, n_leads=0, max_order=4, drawn=drawn) for one in (whole, whole * 1e6))
    assert found is not None
    assert other is not None
    assert_allclose(other.params * 1e6, found.params, rtol=1e-8)
    assert found.params[3] == 0.0


def test_too_few_rows_make_no_model() -> None:
    assert fitted_mean(kpi(PARAMS)[:10], columns()[:10], MOMENTUM, n_leads=0, max_order=4) is None


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return ll.simulate_leads(n_periods=90, series=[PlantedSeries(name="visits", effect=1.5, delay=3)], n_noise=2, rng=4).data


def forecast(table: pd.DataFrame, kpi: str) -> pd.DataFrame:
    return ll.forecast_kpi(table, kpi=kpi, horizons=[1, 3, 5], max_lag=5, n_draws=99).to_frame()


def test_units_and_names_do_not_matter_nor_the_order_of_columns(table: pd.DataFrame) -> None:
    numbers = ["point", "low_80", "high_80", "low_95", "high_95", "own_history"]
    names = {name: f"z{9 - place}" for place, name in enumerate(table.columns)}
    moved = (table * 1e-3).assign(kpi=1e4 * table["kpi"])[table.columns[::-1]].rename(columns=names)
    plain, told = forecast(table, "kpi"), forecast(moved, names["kpi"])
    assert_allclose(told[numbers], 1e4 * plain[numbers], rtol=1e-6)
    assert told["leads"].tolist() == [tuple(names[lead] for lead in leads) for leads in plain["leads"]]
    assert plain["leads"].tolist() == [("visits",), ("visits",), ()]


def test_a_kpi_that_is_higher_throughout_is_forecast_higher_by_as_much(table: pd.DataFrame) -> None:
    numbers = ["point", "low_80", "high_80", "low_95", "high_95", "own_history"]
    plain, told = forecast(table, "kpi"), forecast(table.assign(kpi=table["kpi"] + 5000.0), "kpi")
    assert_allclose(told[numbers], plain[numbers] + 5000.0, rtol=1e-9)
