"""A fitted regression in the units of the data: what it is as a whole, its parameters, and what it makes of every row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.noise.arima import NoiseFit
from leadlag.core.series.scales import unit_of
from leadlag.methods.regression.numbers.fit import BandCovariance, LagFit

__all__ = [
    "RegressionNumbers", "TermErrors", "UnitValues", "arima_params", "regression_numbers", "term_errors", "unit_values",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class RegressionNumbers:
    """A regression as a whole, under statsmodels' names.

    Parameters
    ----------
    nobs, n_dropped : int
        Rows used, and periods of the sample that were not.
    df_model, df_resid : int
    rsquared, rsquared_adj : float
        With a noise model of the innovations, that is, of predictions one period ahead.
    llf, aic, bic : float
        Gaussian; the variance is not counted as a parameter.
    scale : float
        Variance of the residuals (innovations), by `df_resid`.
    cov_type, correction : str
    bandwidth : int or None
    noise_order : tuple of int or None
        ``(ar, differences, ma)`` of the noise model.
    exact : bool
        Whether the model fits without error.
    """

    nobs: int
    n_dropped: int
    df_model: int
    df_resid: int
    rsquared: float
    rsquared_adj: float
    llf: float
    aic: float
    bic: float
    scale: float
    cov_type: str
    correction: str
    bandwidth: int | None
    noise_order: tuple[int, ...] | None
    exact: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitValues:
    """Parameters and rows of a regression in the units of the data.

    Parameters
    ----------
    params, bse : ndarray, shape (k + h + n_noise,)
        Coefficients, hidden parameters and those of the noise, and their standard errors; NaN for one that was set aside.
    cov : ndarray, shape (k + h + n_noise, k + h + n_noise)
    resid, fittedvalues : ndarray, shape (nobs,)
        With a noise model predictions one period ahead, and their errors.
    """

    params: Floats
    bse: Floats
    cov: Floats
    resid: Floats
    fittedvalues: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class TermErrors:
    """Errors of the parameters that hold in short samples, on which the bands rest too.

    Parameters
    ----------
    bse : ndarray, shape (k + h + n_noise,)
        In the units of the data; NaN for one that was set aside.
    df : ndarray, shape (k + h + n_noise,)
        Degrees of freedom of each.
    """

    bse: Floats
    df: Floats


def regression_numbers(fitted: LagFit) -> RegressionNumbers:
    """What a fit is as a whole.

    Parameters
    ----------
    fitted : LagFit

    Returns
    -------
    RegressionNumbers
    """
    n, df_resid, n_params, order = fitted.nobs, fitted.df_resid, fitted.n_params, fitted.order
    left, y, unit = fitted.regression.resid, fitted.model.y[fitted.used], float(fitted.model.scale[0])
    around = y - y.mean()
    rsquared = 1.0 - float(left @ left) / float(around @ around)
    return RegressionNumbers(
        nobs=n,
        n_dropped=len(fitted.model.y) - n,
        df_model=n_params - 1,
        df_resid=df_resid,
        rsquared=rsquared,
        rsquared_adj=1.0 - (1.0 - rsquared) * (n - 1) / df_resid,
        llf=fitted.llf,
        aic=2.0 * n_params - 2.0 * fitted.llf,
        bic=float(np.log(n)) * n_params - 2.0 * fitted.llf,
        scale=float(left @ left) / df_resid * unit * unit,
        cov_type=fitted.cov.cov_type,
        correction=fitted.cov.correction,
        bandwidth=fitted.cov.bandwidth,
        noise_order=None if order is None else (order.ar, order.differences, order.ma),
        exact=fitted.exact,
    )


def unit_values(fitted: LagFit) -> UnitValues:
    """Every parameter and row of a fit in the units of the data.

    Parameters
    ----------
    fitted : LagFit

    Returns
    -------
    UnitValues
    """
    model = fitted.model
    params, bse, cov = _params_and_cov(fitted, fitted.cov.matrix)
    # an innovation is standardised: in the first row, and after a gap, the prediction errs by more than it
    weights = 1.0 if fitted.noise is None else fitted.noise.noise.whiten(model.y, model.rows).weights
    resid = fitted.regression.resid * model.scale[0] / weights
    fittedvalues = model.outcome[fitted.used] - resid
    return UnitValues(params=params, bse=bse, cov=cov, resid=resid, fittedvalues=fittedvalues)


def term_errors(fitted: LagFit, band: BandCovariance) -> TermErrors:
    """Errors of every parameter by the covariance of the bands, with its degrees of freedom; those of the noise as they are.

    Parameters
    ----------
    fitted : LagFit
    band : BandCovariance
        That of the fit.

    Returns
    -------
    TermErrors
    """
    _, matrix = fitted.model.to_original(fitted.hidden, fitted.params)
    known = np.where(np.isnan(fitted.cov.matrix), np.nan, band.matrix)
    _, bse, _ = _params_and_cov(fitted, known)
    gradients = (matrix / unit_of(matrix.T)[:, None]).T
    return TermErrors(bse=bse, df=np.r_[band.df(gradients), np.full(fitted.n_noise, float(fitted.df_resid))])


def arima_params(fitted: LagFit, noise: NoiseFit) -> Floats:
    """What a state space model of a fit with noise has: coefficients that are kept, those of the noise, and its variance.

    Parameters
    ----------
    fitted : LagFit
        Its hidden parameters are taken as known.
    noise : NoiseFit
        That of the fit.

    Returns
    -------
    ndarray, shape (k_kept + n_noise + 1,)
        In the units of the data.
    """
    values, _ = fitted.model.to_original(fitted.hidden, fitted.params)
    coefficients = values[: len(fitted.params)][np.isfinite(fitted.params)]
    variance = noise.noise.variance * float(fitted.model.scale[0]) * float(fitted.model.scale[0])
    return np.concatenate([coefficients, *noise.parts, [variance]])


def _params_and_cov(fitted: LagFit, scaled: Floats) -> tuple[Floats, Floats, Floats]:
    """Every parameter in the units of the data, those of the noise last, their standard errors and their covariance.

    `scaled` is the covariance of coefficients and hidden parameters before their units are put back.
    """
    params, matrix = fitted.model.to_original(fitted.hidden, fitted.params)
    k, n_terms = len(params), len(params) + fitted.n_noise
    cov = np.zeros((n_terms, n_terms))
    unit = np.ones(n_terms)
    unit[:k] = unit_of(matrix.T)  # the square of a unit may be no number, and a standard error still is one
    rows = matrix / unit[:k, None]
    cov[:k, :k] = np.where(np.isnan(scaled), np.nan, rows @ np.nan_to_num(scaled) @ rows.T)
    if fitted.noise is not None:
        params, cov[k:, k:] = np.concatenate([params, *fitted.noise.parts]), fitted.noise.cov[k:, k:]
    with np.errstate(over="ignore", invalid="ignore"):
        return params, np.sqrt(np.diag(cov)) * unit, cov * unit[:, None] * unit
