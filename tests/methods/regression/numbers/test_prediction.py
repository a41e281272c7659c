"""What a fit expects on its own rows and on later ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadlag.core.time.clock import Clock
from leadlag.methods.regression.numbers.fit import LagFit, fit_lags
from leadlag.methods.regression.numbers.model import lag_model
from leadlag.methods.regression.numbers.prediction import LaterLead, expected_values
from leadlag.methods.regression.numbers.profiles import ProfileFamily
from leadlag.methods.regression.numbers.units import unit_values
from tests.methods.regression.numbers.test_fit import DELAYED, FREE, GEOMETRIC, sample


def later(fitted: LagFit, y: np.ndarray, X: np.ndarray, first: int) -> np.ndarray:
    """The mean from a row on, what came before it taken from the fit."""
    leads = [LaterLead(values=x[first:], clock=None, offset=first) for x in X.T]
    return expected_values(fitted, y=y[first:], base=np.arange(first, len(y))[:, None] * 1.0, leads=leads, offset=first)


def fitted_to(y: np.ndarray, X: np.ndarray, family: ProfileFamily, own_lags: tuple[int, ...] = ()) -> LagFit:
    return fit_lags(lag_model(y, X, [family] * X.shape[1], base=np.arange(len(y))[:, None] * 1.0, own_lags=own_lags))


@pytest.mark.parametrize("own_lags", [(), (1, 3)], ids=["no own lags", "own lags"])
@pytest.mark.parametrize("family", [FREE, GEOMETRIC, DELAYED], ids=lambda family: family.kind)
def test_on_its_own_rows_it_is_the_fitted_values(family: ProfileFamily, own_lags: tuple[int, ...]) -> None:
    y, X = sample()
    y = 40.0 + 3.0 * y
    fitted = fitted_to(y, X[:, :1], family, own_lags)
    mean = later(fitted, y, X[:, :1], 0)
    # a rate and a peak are found up to a rest of their search
    np.testing.assert_allclose(mean[fitted.used], unit_values(fitted).fittedvalues, rtol=1e-7 if family.n_hidden else 1e-9)
    np.testing.assert_allclose(later(fitted, y, X[:, :1], 100), mean[100:], rtol=1e-9)


def test_own_lags_that_are_not_seen_yet_are_predictions() -> None:
    y, X = sample()
    fitted = fitted_to(y[:100], X[:100, :1], FREE, (1,))
    mean = later(fitted, np.where(np.arange(120) < 110, y, np.nan), X[:, :1], 100)
    const, slope, own, *weights = unit_values(fitted).params
    seen = y.copy()
    for t in range(100, 120):
        by_hand = const + slope * t + own * seen[t - 1] + float(np.dot(weights, X[t - 1 : t - 7 : -1, 0]))
        assert mean[t - 100] == pytest.approx(by_hand, rel=1e-9)
        seen[t] = y[t] if t < 110 else by_hand


def test_rows_after_a_gap_are_missing_until_their_lags_are_there() -> None:
    y, X = sample()
    fitted = fitted_to(y[:100], X[:100, :1], FREE)
    mean = later(fitted, y, X[:, :1], 103)
    assert np.isnan(mean).tolist() == [True] * 6 + [False] * 11


def test_a_lead_that_is_seen_more_often_goes_on_on_its_own_calendar() -> None:
    rng = np.random.default_rng(2)
    n, n_fit = 80, 60
    x = rng.normal(size=3 * n + 12)
    ended = np.arange(n) * 3 + 12
    months = Clock(ended=ended, begun=ended, per=3, ratio=3.0)
    y = 2.0 * x[ended - 2] + 0.1 * rng.normal(size=n)
    family, base = ProfileFamily(kind="free", lags=(3, 4, 5, 6)), np.empty((n, 0))
    fitted = fit_lags(
        lag_model(y[:n_fit], [x[: ended[n_fit]]], [family], clocks=[replace(months, ended=ended[:n_fit], begun=ended[:n_fit])])
    )
    whole = expected_values(fitted, y=y, base=base, leads=[LaterLead(values=x, clock=months, offset=0)], offset=0)
    first = ended[n_fit] - 3
    clock = replace(months, ended=ended[n_fit:] - first, begun=ended[n_fit:] - first)
    rest = LaterLead(values=x[first:], clock=clock, offset=int(first))
    np.testing.assert_allclose(
        expected_values(fitted, y=y[n_fit:], base=base[n_fit:], leads=[rest], offset=n_fit), whole[n_fit:], rtol=1e-9
    )
    assert np.abs(whole[n_fit:] - y[n_fit:]).max() < 0.6
