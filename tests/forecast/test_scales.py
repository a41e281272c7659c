"""A KPI is forecast on the scale of its kind; the way there and back loses nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.signal import lfilter

import leadlag as ll
from leadlag.core.arrays import Floats
from leadlag.forecast.numbers.scales import KpiScale, likely_scale, logs_fit_better

N = 150
LINE = np.column_stack([np.ones(N), np.arange(N) / N])
SCALES = (KpiScale(), KpiScale(unit=1e6), KpiScale(kind="log"), KpiScale(kind="logit"), KpiScale(kind="logit", top=100.0),
          KpiScale(kind="sqrt"))  # fmt: skip


def persistent(seed: int) -> Floats:
    return np.asarray(lfilter([1.0], [1.0, -0.5], np.random.default_rng(seed).normal(size=N)))


def in_logs(values: Floats) -> bool:
    return logs_fit_better(values, level=LINE, log=LINE, max_order=4)


@pytest.mark.parametrize("scale", SCALES)
@given(share=st.floats(0.001, 0.999))
def test_a_value_comes_back_from_its_scale(scale: KpiScale, share: float) -> None:
    value = np.array([share * scale.top if scale.kind == "logit" else 1e3 * share])
    assert_allclose(scale.back(scale.of(value)), value, rtol=1e-9)


@pytest.mark.parametrize("scale", [KpiScale(), KpiScale(unit=250.0), KpiScale(kind="log")])
def test_the_slope_is_that_of_the_scale(scale: KpiScale) -> None:
    values, step = np.array([0.5, 3.0, 900.0]), 1e-6
    slope = (scale.of(values * (1.0 + step)) - scale.of(values * (1.0 - step))) / (2.0 * step * values)
    assert_allclose(scale.log_slope(values), np.log(slope), atol=1e-6)


def test_a_value_that_cannot_be_on_a_scale_is_missing_there() -> None:
    assert np.isnan(KpiScale(kind="log").of(np.array([0.0, -1.0]))).all()
    assert np.isnan(KpiScale(kind="logit").of(np.array([0.0, 1.0]))).all()
    assert np.isnan(KpiScale(kind="sqrt").of(np.array([-1.0]))).all()


def test_shares_counts_and_amounts_are_told_by_their_values() -> None:
    rng = np.random.default_rng(0)
    assert likely_scale(rng.uniform(0.93, 0.99, size=60), unit=1.0, share=None).kind == "logit"
    assert likely_scale(rng.poisson(4.0, size=60).astype(float), unit=1.0, share=None).kind == "sqrt"
    assert likely_scale(rng.normal(size=60), unit=1.0, share=None).kind == "level"


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_amounts_that_grow_by_shares_are_better_told_in_logs_in_any_unit(unit: float) -> None:
    assert sum(in_logs(unit * np.exp(0.5 * persistent(seed))) for seed in range(10)) == 10


@pytest.mark.parametrize("around", [5.0, 10.0, 1000.0])
def test_amounts_that_move_by_as_much_at_any_level_are_not(around: float) -> None:
    amounts = [around + persistent(seed) for seed in range(12)]
    assert sum(in_logs(one) for one in amounts if one.min() > 0.0) <= 1


def test_no_interval_of_an_amount_above_zero_reaches_below_it() -> None:
    amounts = 3.2 + persistent(1)  # symmetric about its level: nothing but the end at zero asks for logs
    table = pd.DataFrame({"kpi": np.maximum(amounts, 0.05), "other": persistent(2)})
    assert not in_logs(table["kpi"].to_numpy())
    found = ll.forecast_kpi(table, kpi="kpi", horizons=[1, 4], level=(0.8, 0.999), max_lag=4, n_draws=99)
    assert (found.to_frame()["low_99.9"] > 0.0).all()
