"""Columns that have looked ahead: made of the KPI's later values, or interpolated from a slower cadence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from leadlag.core.arrays import Floats
from leadlag.core.series.ahead import interpolated_steps, made_of_later_values
from leadlag.core.time.lags import difference

N = 120


def ar(phi: float, *, n: int = N, seed: int = 0) -> Floats:
    x = np.random.default_rng(seed).normal(size=n + 100)
    for t in range(1, n + 100):
        x[t] += phi * x[t - 1]
    return x[100:]


@pytest.mark.parametrize("width", [3, 5, 7, 13])
@pytest.mark.parametrize("phi", [0.0, 0.9, 1.0])
def test_centred_means_of_the_kpi_are_made_of_its_later_values_and_one_sided_ones_are_not(phi: float, width: int) -> None:
    kpi = pd.Series(200 + 10 * ar(phi))
    centred = kpi.rolling(width, center=True).mean().round(2)
    table = np.column_stack([centred, kpi.rolling(width).mean(), kpi.shift(1)])
    y = kpi.to_numpy()
    if phi == 1.0:
        y, table = difference(y), difference(table)
    assert made_of_later_values(y, table).tolist() == [True, False, False]


def test_no_true_lead_of_five_standard_deviations_is_named() -> None:
    named = 0
    for seed in range(100):
        lead = ar(0.9, n=N + 1, seed=seed)
        kpi = 5.0 * lead[:-1] / lead.std() + np.random.default_rng(1000 + seed).normal(size=N)
        named += bool(made_of_later_values(kpi, lead[1:, None])[0])
    assert named == 0


@pytest.mark.parametrize("line", [True, False])
@pytest.mark.parametrize("decimals", [9, 1])
def test_months_interpolated_from_quarters_are_known_by_their_knots(decimals: int, *, line: bool) -> None:
    quarters, at = 100 + 10 * ar(0.7, n=60), 3 * np.arange(60)
    months = np.arange(10, 10 + N)
    values = np.interp(months, at, quarters) if line else CubicSpline(at, quarters)(months)
    assert interpolated_steps(np.round(values, decimals)[:, None]).tolist() == [3]


def test_series_of_their_own_cadence_are_not_interpolated() -> None:
    rng = np.random.default_rng(4)
    columns = {
        "noise": rng.normal(size=N),
        "walk": rng.normal(size=N).cumsum(),
        "smooth": gaussian_filter1d(rng.normal(size=N + 60), 5)[30:-30],
        "line": np.arange(N) * 1.37,
        "rounded line": np.round(np.arange(N) * 1.37),
        "wave": np.sin(np.arange(N) / 5),
        "counts": rng.poisson(3, N).astype(float),
        "filled forward": np.repeat(rng.normal(size=N // 3), 3),
    }
    assert interpolated_steps(np.column_stack(list(columns.values()))).tolist() == [0] * len(columns)


def test_nor_are_those_of_which_the_last_or_the_first_two_periods_are_not_whole() -> None:
    steps = 1000.0 + np.random.default_rng(4).normal(size=N).cumsum()
    last, first = steps.copy(), steps.copy()
    last[-2:] *= -1.0
    first[:2] = 0.0
    assert interpolated_steps(np.column_stack([last, first])).tolist() == [0, 0]
