"""The numbers of a fitted lagged regression with the names that they are about."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag.catalogue import Missing
from leadlag.methods.regression.beside import Beside
from leadlag.methods.regression.numbers.fit import LagFit
from leadlag.methods.regression.options import Asked, Shown
from leadlag.methods.regression.result import LaggedRegressionResult
from leadlag.results import Provenance
from leadlag.sample import Sample

__all__ = ["named", "term_names"]


#: What the coefficient of a shape with one column is: the effect at the peak, or the sum of the effects.
_ONE_COLUMN = {"delayed": "at_peak", "exp_almon": "total"}


def term_names(fitted: LagFit, asked: Asked, recipe: Beside) -> list[str]:
    """A name for every parameter, in order."""
    kpi, model = asked.kpi, fitted.model
    terms = ["const", *recipe.names, *(f"{kpi}.L{lag}" for lag in asked.own_lags)]
    for lead, family in zip(asked.leads, model.families, strict=True):
        if family.kind == "almon":
            terms += [f"{lead}.almon{place}" for place in range(family.n_columns)]
        elif family.kind in _ONE_COLUMN:
            terms.append(f"{lead}.{_ONE_COLUMN[family.kind]}")
        elif family.kind == "free":
            terms += [f"{lead}.L{lag}" for lag in family.lags]
        else:
            first = family.lags[0] if family.start is None else family.start
            terms += [f"{lead}.L{first + place}" for place in range(family.n_columns)]
    terms += [f"{lead}.{name}" for lead, family in zip(asked.leads, model.families, strict=True) for name in family.hidden_names]
    if asked.order is not None:
        order, period = asked.order, asked.order.period
        terms += [f"ar.L{lag}" for lag in range(1, order.ar + 1)] + [f"ma.L{lag}" for lag in range(1, order.ma + 1)]
        terms += [f"ar.S.L{lag * period}" for lag in range(1, order.seasonal_ar + 1)]
        terms += [f"ma.S.L{lag * period}" for lag in range(1, order.seasonal_ma + 1)]
    return terms


def named(
    fitted: LagFit, asked: Asked, shown: Shown, recipe: Beside, sample: Sample, *, missing: Missing, provenance: Provenance
) -> LaggedRegressionResult:
    """The numbers of the array functions with the names that they are about."""
    terms, index, model = term_names(fitted, asked, recipe), sample.calendar.index[fitted.used], fitted.model
    params, cov = _params_and_cov(fitted, n_terms=len(terms))
    # an innovation is standardised: in the first row, and after a gap, the prediction errs by more than it
    weights = 1.0 if fitted.noise is None else fitted.noise.noise.whiten(model.y, model.rows).weights
    resid = fitted.regression.resid * model.scale[0] / weights
    y = (model.y * model.scale[0] + model.center[0])[fitted.used]
    n, df_resid, n_params = fitted.nobs, fitted.df_resid, fitted.nobs - fitted.df_resid
    left, around = fitted.regression.resid, model.y[fitted.used] - model.y[fitted.used].mean()
    rsquared = 1.0 - float(left @ left) / float(around @ around)
    return LaggedRegressionResult(
        kpi=asked.kpi,
        leads=asked.leads,
        controls=recipe.controls,
        unit=sample.calendar.unit,
        shape=", ".join(dict.fromkeys(family.kind for family in asked.families)),
        lags=tuple(sorted({lag for family in asked.families for lag in family.lags})),
        own_lags=asked.own_lags,
        lead_units=tuple(sample.calendar.unit if (own := sample.finer(lead)) is None else own.unit for lead in asked.leads),
        params=pd.Series(params, index=terms),
        bse=pd.Series(np.sqrt(np.diag(cov)), index=terms),
        nobs=n,
        n_dropped=sample.n_periods - n,
        df_model=n_params - 1,
        df_resid=df_resid,
        rsquared=rsquared,
        rsquared_adj=1.0 - (1.0 - rsquared) * (n - 1) / df_resid,
        llf=fitted.llf,
        aic=2.0 * n_params - 2.0 * fitted.llf,
        bic=float(np.log(n)) * n_params - 2.0 * fitted.llf,
        scale=float(left @ left) / df_resid * float(model.scale[0]) * float(model.scale[0]),
        resid=pd.Series(resid, index=index, name="resid"),
        fittedvalues=pd.Series(y - resid, index=index, name=asked.kpi),
        cov_type=fitted.cov.cov_type,
        correction=fitted.cov.correction,
        bandwidth=fitted.cov.bandwidth,
        noise_order=None if asked.order is None else (asked.order.ar, asked.order.differences, asked.order.ma),
        exact=fitted.exact,
        level=shown.level,
        horizon=shown.horizon,
        provenance=provenance,
        _fit=fitted,
        _order=asked.order,
        _cov=cov,
        _beside=recipe,
        _sample=sample,
        _missing=missing,
        _draws=(shown.n_draws, shown.seed),
    )


def _params_and_cov(fitted: LagFit, *, n_terms: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Every parameter in the units of the data, those of the noise last, and their covariance."""
    params, matrix = fitted.model.to_original(fitted.hidden, fitted.params)
    cov, k = np.zeros((n_terms, n_terms)), len(params)
    with np.errstate(over="ignore", invalid="ignore"):  # squares of units near the largest number there is
        cov[:k, :k] = np.where(np.isnan(fitted.cov.matrix), np.nan, matrix @ np.nan_to_num(fitted.cov.matrix) @ matrix.T)
    if fitted.noise is not None:
        params, cov[k:, k:] = np.concatenate([params, *fitted.noise.parts]), fitted.noise.cov[k:, k:]
    return params, cov
