"""The same fit as a statsmodels result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.core.noise.arma import NoiseOrder
from leadlag.methods.regression.numbers.fit import LagFit
from leadlag.methods.regression.numbers.units import arima_params

if TYPE_CHECKING:
    from statsmodels.regression.linear_model import RegressionResultsWrapper
    from statsmodels.tsa.statespace.sarimax import SARIMAXResultsWrapper

__all__ = ["statsmodels_result"]


def statsmodels_result(
    fitted: LagFit, *, names: pd.Index, index: pd.Index, kpi: str
) -> RegressionResultsWrapper | SARIMAXResultsWrapper:
    """A statsmodels result on the same rows and columns, in the units of the data.

    Parameters
    ----------
    fitted : LagFit
    names : Index
        Of all parameters, those of the columns first.
    index : Index
        The periods of the sample.
    kpi : str

    Returns
    -------
    RegressionResults or SARIMAXResults
    """
    from statsmodels.regression.linear_model import OLS  # noqa: PLC0415  (a second to load)

    model, cov = fitted.model, fitted.cov
    rows, kept = np.flatnonzero(model.rows), np.isfinite(fitted.params)
    regressors = model.regressors(fitted.hidden)[rows]
    exog = pd.DataFrame(regressors, index=index[rows], columns=names[: model.n_columns]).loc[:, kept]
    endog = pd.Series(model.outcome[rows], index=index[rows], name=kpi)
    if fitted.order is not None and fitted.noise is not None:
        grid = index[rows[0] : rows[-1] + 1]
        params = arima_params(fitted, fitted.noise)
        return _with_noise(endog.reindex(grid), exog.reindex(grid, fill_value=0.0), fitted.order, params)
    hac = {"maxlags": cov.bandwidth, "use_correction": cov.correction == "df"} if cov.cov_type == "HAC" else None
    return OLS(endog, exog).fit(use_t=True, cov_type=cov.cov_type, cov_kwds=hac)


def _with_noise(endog: pd.Series, exog: pd.DataFrame, order: NoiseOrder, params: Floats) -> SARIMAXResultsWrapper:
    """SARIMAX at the parameters found, on the grid of periods: a row of a gap is missing, and the noise goes on through it."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX  # noqa: PLC0415

    seasonal = (order.seasonal_ar, order.seasonal_differences, order.seasonal_ma, order.period if order.period > 1 else 0)
    return SARIMAX(endog, exog, order=(order.ar, order.differences, order.ma), seasonal_order=seasonal).smooth(params)
