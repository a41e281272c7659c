"""Rows and scaling of a regression on lags, undone again."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from leadlag.core.linear.covariance import covariance
from leadlag.core.linear.leastsquares import fit
from leadlag.core.time.lags import lag_matrix
from leadlag.errors import UsageError
from leadlag.methods.regression.numbers.fit import fit_lags
from leadlag.methods.regression.numbers.model import lag_model
from leadlag.methods.regression.numbers.profiles import ProfileFamily

LAGS = (1, 2, 3, 4)


def sample(n: int = 90, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = 1e4 + 30.0 * signal.lfilter([1.0], [1.0, -0.5], rng.standard_normal((n, 2)), axis=0)
    base = np.column_stack([np.arange(n), 50.0 + rng.standard_normal(n)])
    y = 7.0 + 0.02 * lag_matrix(X[:, 0], [2], fill=1e4)[:, 0] + 0.1 * base[:, 0] + rng.standard_normal(n)
    return y, X, base


FAMILIES = {
    "free": ProfileFamily(kind="free", lags=LAGS),
    "almon": ProfileFamily(kind="almon", lags=LAGS, degree=1),
    "geometric": ProfileFamily(kind="geometric", lags=LAGS, start=2, presample="zero"),
    "geometric from the mean": ProfileFamily(kind="geometric", lags=LAGS, start=2),
    "delayed": ProfileFamily(kind="delayed", lags=LAGS),
}


@pytest.mark.parametrize("name", ["free", "almon", "geometric", "delayed"])
def test_in_the_units_of_the_data_it_is_the_plain_regression(name: str) -> None:
    y, X, base = sample()
    model = lag_model(y, X, [FAMILIES[name], FAMILIES["free"]], base=base, own_lags=(1,))
    found = fit_lags(model, cov_type="HC1")
    values, matrix = model.to_original(found.hidden, found.params)
    columns = [FAMILIES[name].columns(X[:, 0], found.hidden), lag_matrix(X[:, 1], LAGS)]
    raw = np.column_stack([np.ones(90), base, lag_matrix(y, [1]), *columns])[found.used]
    k = raw.shape[1]
    np.testing.assert_allclose(values[:k], np.linalg.lstsq(raw, y[found.used], rcond=1e-15)[0], rtol=1e-7, atol=1e-8)
    covered = matrix @ found.cov.matrix @ matrix.T
    if not len(found.hidden):
        plain = covariance(fit(y[found.used], raw), cov_type="HC1").matrix
        np.testing.assert_allclose(np.sqrt(np.diag(covered)), np.sqrt(np.diag(plain)), rtol=1e-7)


@pytest.mark.parametrize("name", list(FAMILIES))
def test_the_matrix_to_the_units_of_the_data_is_a_derivative(name: str) -> None:
    y, X, base = sample()
    model = lag_model(y, X[:, :1], [FAMILIES[name]], base=base)
    found = fit_lags(model)
    at = np.r_[found.params, found.hidden]
    _, matrix = model.to_original(found.hidden, found.params)
    k = len(found.params)

    def values(theta: np.ndarray) -> np.ndarray:
        return model.to_original(theta[k:], theta[:k])[0]

    inside = [place for place in range(len(at)) if place < k or 0.01 < at[place] < model.bounds[place - k][1] - 0.01]
    for place in inside:
        step = 1e-6 * np.eye(len(at))[place]
        numeric = (values(at + step) - values(at - step)) / 2e-6
        np.testing.assert_allclose(matrix[:, place], numeric, rtol=1e-5, atol=1e-5 * np.abs(matrix).max())


def test_rows_are_complete_and_never_reach_over_a_gap() -> None:
    y, X, base = sample()
    y[30], X[50, 0], base[70, 1] = np.nan, np.nan, np.nan
    model = lag_model(y, X, [FAMILIES["free"]] * 2, base=base, own_lags=(1, 2))
    lost = {*range(4), 30, 31, 32, *range(51, 55), 70}
    assert set(np.flatnonzero(~model.rows)) == lost
    assert np.flatnonzero(~lag_model(y, X[:, 1:], [FAMILIES["free"]], hold_back=10).rows).tolist() == [*range(10), 30]


def test_hold_back_below_the_longest_lag_is_refused() -> None:
    y, X, _ = sample()
    with pytest.raises(UsageError, match="hold_back=3 is below the longest lag: give at least 4"):
        lag_model(y, X, [FAMILIES["free"]] * 2, hold_back=3)


@pytest.mark.parametrize("name", list(FAMILIES))
def test_slopes_are_the_derivative_of_the_mean(name: str) -> None:
    y, X, _ = sample()
    model = lag_model(y, X[:, :1], [FAMILIES[name]])
    hidden = np.array([0.5, 2.4])[: len(model.bounds)]
    params = np.arange(1.0, model.n_columns + 1)
    slopes = model.slopes(hidden, params)
    assert np.isnan(slopes[~model.rows]).all()
    for place in range(len(hidden)):
        step = 1e-5 * np.eye(len(hidden))[place]
        numeric = (model.design(hidden + step) - model.design(hidden - step)) @ params / 2e-5
        np.testing.assert_allclose(slopes[model.rows, place], numeric[model.rows], rtol=1e-5, atol=1e-7)
