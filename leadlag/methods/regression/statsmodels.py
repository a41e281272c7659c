"""The same fit as a statsmodels result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from leadlag.core.noise.arima import NoiseFit
from leadlag.core.noise.arma import NoiseOrder
from leadlag.methods.regression.numbers.fit import LagFit

if TYPE_CHECKING:
    from statsmodels.regression.linear_model import RegressionResultsWrapper
    from statsmodels.tsa.statespace.sarimax import SARIMAXResultsWrapper

__all__ = ["handed_over"]


def handed_over(
    fitted: LagFit,
    *,
    names: pd.Index,
    index: pd.Index,
    kpi: str,
    cov_type: str,
    bandwidth: int | None,
    correction: str,
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
    cov_type, bandwidth, correction
        As in the fit.

    Returns
    -------
    RegressionResults or SARIMAXResults
    """
    from statsmodels.regression.linear_model import OLS  # noqa: PLC0415  (a second to load)

    model = fitted.model
    unit, offset = model.units(fitted.hidden)
    rows, kept = np.flatnonzero(model.rows), np.isfinite(fitted.params)
    design = model.design(fitted.hidden)[rows] * unit + offset
    exog = pd.DataFrame(design, index=index[rows], columns=names[: model.n_columns]).loc[:, kept]
    endog = pd.Series(model.y[rows] * model.scale[0] + model.center[0], index=index[rows], name=kpi)
    if fitted.order is not None and fitted.noise is not None:
        grid = index[rows[0] : rows[-1] + 1]
        return _with_noise(fitted, fitted.order, fitted.noise, endog.reindex(grid), exog.reindex(grid, fill_value=0.0))
    hac = {"maxlags": bandwidth, "use_correction": correction == "df"} if cov_type == "HAC" else None
    return OLS(endog, exog).fit(use_t=True, cov_type=cov_type, cov_kwds=hac)


def _with_noise(
    fitted: LagFit, order: NoiseOrder, noise: NoiseFit, endog: pd.Series, exog: pd.DataFrame
) -> SARIMAXResultsWrapper:
    """SARIMAX at the parameters found, on the grid of periods: a row of a gap is missing, and the noise goes on through it."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX  # noqa: PLC0415

    values, _ = fitted.model.to_original(fitted.hidden, fitted.params)
    kept = np.isfinite(fitted.params)
    seasonal = (order.seasonal_ar, order.seasonal_differences, order.seasonal_ma, order.period if order.period > 1 else 0)
    model = SARIMAX(endog, exog, order=(order.ar, order.differences, order.ma), seasonal_order=seasonal)
    variance = noise.noise.variance * float(fitted.model.scale[0]) ** 2
    params = np.concatenate([values[: len(kept)][kept], *noise.parts, [variance]])
    return model.smooth(params)
