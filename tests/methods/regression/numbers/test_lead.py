"""What a fit says of one lead: known as far as its columns are, with delays in periods of the KPI."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadlag.core.time.clock import Clock
from leadlag.methods.regression.numbers.fit import LagFit, band_covariance, fit_lags
from leadlag.methods.regression.numbers.lead import ProfileNumbers, bootstrap, profile_numbers
from leadlag.methods.regression.numbers.longrun import LongRun
from leadlag.methods.regression.numbers.model import lag_model
from tests.methods.regression.numbers.test_fit import FREE, GEOMETRIC, sample


def drawn(fitted: LagFit) -> LongRun | None:
    return bootstrap(fitted, phi=band_covariance(fitted).phi, level=0.95, n_draws=99, rng=0)


def said(fitted: LagFit, lead: int = 0, horizon: int = 6) -> ProfileNumbers:
    band = band_covariance(fitted)
    return profile_numbers(fitted, lead, band=band, drawn=drawn(fitted), horizon=horizon, level=0.95, rng=0)


def test_the_bootstrap_is_of_leads_whose_weights_are_linear() -> None:
    y, X = sample()
    both = fit_lags(lag_model(y, X, [GEOMETRIC, FREE]), cov_type="HC1")
    decay, free = said(both, 0), said(both, 1)
    assert np.isnan([decay.bootstrap_low, decay.bootstrap_high]).all()
    assert free.bootstrap_low < free.long_run.value < free.bootstrap_high
    assert decay.decay == pytest.approx(0.6, abs=0.1)
    assert np.isnan(free.decay)
    assert drawn(fit_lags(lag_model(y, X[:, :1], [GEOMETRIC]), cov_type="HC1")) is None


def test_an_exact_fit_has_no_bootstrap() -> None:
    _, X = sample()
    fitted = fit_lags(lag_model(np.roll(X[:, 0], 2), X, [FREE] * 2))
    assert fitted.exact
    assert drawn(fitted) is None


def test_where_the_kpi_does_not_settle_there_is_no_long_run_and_the_lags_stay() -> None:
    y, X = sample()
    fitted = fit_lags(lag_model(y, X[:, :1], [FREE], own_lags=(1,)), cov_type="HC1")
    params = fitted.params.copy()
    params[1] = 1.01
    wild = replace(fitted, params=params)
    found = said(wild)
    assert drawn(wild) is None
    assert np.isnan([found.long_run.value, found.mean_delay, found.bootstrap_low]).all()
    assert np.isfinite(found.weights).all()
    assert np.isfinite(said(fitted).long_run.value)


def test_lags_whose_columns_others_span_are_open_and_the_others_are_not() -> None:
    y, X = sample()
    line = np.arange(len(y), dtype=float)
    found = said(fit_lags(lag_model(y, np.column_stack([line, X[:, 0]]), [FREE] * 2), cov_type="HC1"))
    assert np.isfinite(found.weights).tolist() == [True] + [False] * 5
    assert np.isfinite(found.long_run.value)
    assert np.isnan(found.bootstrap_low)
    twin = said(fit_lags(lag_model(y, np.column_stack([X[:, 0], 2.0 * X[:, 0]]), [FREE] * 2), cov_type="HC1"), 1)
    assert np.isnan(
        [*twin.weights, *twin.effects.cumulative.estimate, twin.long_run.value, twin.half_life, twin.mean_delay]
    ).all()
    assert (twin.peak_low, twin.peak_high, twin.first_lag) == (1, 6, None)


def test_delays_are_in_periods_of_the_kpi_and_lags_in_those_of_the_lead() -> None:
    rng = np.random.default_rng(2)
    n = 80
    x = rng.normal(size=3 * n + 12)
    ended = np.arange(n) * 3 + 12
    months = Clock(ended=ended, begun=ended, per=3, ratio=3.0)
    y = 2.0 * x[ended - 2] + 0.1 * rng.normal(size=n)  # the month before the last one before the quarter: lag 4
    family = replace(FREE, lags=tuple(range(3, 9)))
    found = said(fit_lags(lag_model(y, [x], [family], clocks=[months]), cov_type="HC1"), horizon=2)
    assert found.lags == tuple(range(3, 9))
    assert found.peak == 4
    assert found.delay == pytest.approx(4.0 / 3.0)
    assert found.delays == pytest.approx([1.0 + step / 3.0 for step in range(6)])
    assert found.mean_delay == pytest.approx(months.delay(found.effects.mean_delay.value))
    assert found.half_life == pytest.approx(found.effects.half_life / 3.0)
    assert found.lead_sd == pytest.approx(x.std(ddof=1), rel=1e-12)


def test_a_lasting_rise_is_one_standard_deviation_of_the_rows_used() -> None:
    y, X = sample()
    found = said(fit_lags(lag_model(y, X[:, :1], [FREE]), cov_type="HC1"))
    assert found.lead_sd == pytest.approx(X[6:, 0].std(ddof=1), rel=1e-12)
    change = found.long_run.value * found.lead_sd
    assert found._lasting(in_logs=False) == pytest.approx(change)
    assert found._lasting(in_logs=True) == pytest.approx(100.0 * (np.exp(change) - 1.0))
