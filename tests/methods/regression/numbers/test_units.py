"""A fit in the units of the data: what it is as a whole, and what it makes of every row."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from leadlag.core.noise.arma import NoiseOrder
from leadlag.core.time.lags import lag_matrix
from leadlag.methods.regression.numbers.fit import fit_lags
from leadlag.methods.regression.numbers.model import lag_model
from leadlag.methods.regression.numbers.units import regression_numbers, unit_values
from tests.methods.regression.numbers.test_fit import DELAYED, FREE, LAGS, sample


def test_of_free_lags_it_is_statsmodels() -> None:
    y, X = sample()
    y = 40.0 + 3.0 * y
    fitted = fit_lags(lag_model(y, X[:, :1], [FREE]), cov_type="HC1")
    whole, values = regression_numbers(fitted), unit_values(fitted)
    theirs = sm.OLS(y[6:], sm.add_constant(lag_matrix(X[:, 0], LAGS)[6:])).fit(cov_type="HC1")
    for name in ("nobs", "df_model", "df_resid", "rsquared", "rsquared_adj", "llf", "aic", "bic", "scale"):
        assert getattr(whole, name) == pytest.approx(getattr(theirs, name), rel=1e-10), name
    for name in ("params", "bse", "resid", "fittedvalues"):
        np.testing.assert_allclose(getattr(values, name), getattr(theirs, name), rtol=1e-8, atol=1e-10, err_msg=name)
    assert (whole.n_dropped, whole.cov_type, whole.noise_order, whole.exact) == (6, "HC1", None, False)
    np.testing.assert_allclose(values.cov, theirs.cov_params(), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("order", [None, NoiseOrder(ar=1, ma=1)], ids=["least squares", "noise"])
def test_another_unit_of_the_kpi_is_another_unit_of_the_rows_and_coefficients(order: NoiseOrder | None) -> None:
    y, X = sample()
    # a power of two: the scaled series is the same to the last digit
    plain, larger = (fit_lags(lag_model(kpi, X[:, :1], [DELAYED]), noise_order=order) for kpi in (y, 8.0 * y))
    one, other = unit_values(plain), unit_values(larger)
    np.testing.assert_allclose(other.resid, 8.0 * one.resid, rtol=1e-12)
    np.testing.assert_allclose(other.fittedvalues + other.resid, 8.0 * y[plain.used], rtol=1e-12)
    n_noise = 0 if order is None else 2
    unit = np.r_[8.0, 8.0, np.ones(2 + n_noise)]
    np.testing.assert_allclose(other.params, unit * one.params, rtol=1e-12)
    np.testing.assert_allclose(other.bse, unit * one.bse, rtol=1e-12)
    np.testing.assert_allclose(other.cov, np.outer(unit, unit) * one.cov, rtol=1e-12)
    first, second = regression_numbers(plain), regression_numbers(larger)
    assert second.scale == pytest.approx(64.0 * first.scale, rel=1e-12)
    assert second.llf == pytest.approx(first.llf - first.nobs * np.log(8.0), rel=1e-12)
    assert second.rsquared == pytest.approx(first.rsquared, rel=1e-12)
    assert second.noise_order == (None if order is None else (1, 0, 1))


def test_with_a_noise_model_the_first_row_errs_by_more_than_an_innovation() -> None:
    y, X = sample()
    fitted = fit_lags(lag_model(y, X[:, :1], [FREE]), noise_order=NoiseOrder(ar=1))
    values, unit = unit_values(fitted), fitted.model.scale[0]
    phi = values.params[-1]
    np.testing.assert_allclose(values.resid[1:], fitted.regression.resid[1:] * unit, rtol=1e-9)
    assert values.resid[0] == pytest.approx(fitted.regression.resid[0] * unit / np.sqrt(1.0 - phi**2), rel=1e-9)
