"""The numbers of a fitted lagged regression with the names that they are about."""

from __future__ import annotations

import pandas as pd

from leadlag.methods.regression.beside import Beside
from leadlag.methods.regression.numbers.fit import LagFit
from leadlag.methods.regression.numbers.units import regression_numbers, unit_values
from leadlag.methods.regression.options import Options
from leadlag.methods.regression.result import LaggedRegressionResult
from leadlag.results import Provenance
from leadlag.sample import Sample

__all__ = ["named", "term_names"]


#: What the coefficient of a shape with one column is: the effect at the peak, or the sum of the effects.
_ONE_COLUMN = {"delayed": "at_peak", "exp_almon": "total"}


def term_names(fitted: LagFit, options: Options, recipe: Beside) -> list[str]:
    """A name for every parameter, in order."""
    kpi, model = options.kpi, fitted.model
    terms = ["const", *recipe.names, *(f"{kpi}.L{lag}" for lag in options.own_lags)]
    for lead, family in zip(options.leads, model.families, strict=True):
        if family.kind == "almon":
            terms += [f"{lead}.almon{place}" for place in range(family.n_columns)]
        elif family.kind in _ONE_COLUMN:
            terms.append(f"{lead}.{_ONE_COLUMN[family.kind]}")
        elif family.kind == "free":
            terms += [f"{lead}.L{lag}" for lag in family.lags]
        else:
            first = family.lags[0] if family.start is None else family.start
            terms += [f"{lead}.L{first + place}" for place in range(family.n_columns)]
    terms += [
        f"{lead}.{name}" for lead, family in zip(options.leads, model.families, strict=True) for name in family.hidden_names
    ]
    if options.order is not None:
        order, period = options.order, options.order.period
        terms += [f"ar.L{lag}" for lag in range(1, order.ar + 1)] + [f"ma.L{lag}" for lag in range(1, order.ma + 1)]
        terms += [f"ar.S.L{lag * period}" for lag in range(1, order.seasonal_ar + 1)]
        terms += [f"ma.S.L{lag * period}" for lag in range(1, order.seasonal_ma + 1)]
    return terms


def named(fitted: LagFit, options: Options, recipe: Beside, sample: Sample, *, provenance: Provenance) -> LaggedRegressionResult:
    """The numbers of the array functions with the names that they are about."""
    terms, index, values = term_names(fitted, options, recipe), sample.calendar.index[fitted.used], unit_values(fitted)
    return LaggedRegressionResult(
        **vars(regression_numbers(fitted)),
        kpi=options.kpi,
        leads=options.leads,
        controls=recipe.controls,
        unit=sample.calendar.unit,
        shape=", ".join(dict.fromkeys(family.kind for family in options.families)),
        lags=tuple(sorted({lag for family in options.families for lag in family.lags})),
        own_lags=options.own_lags,
        lead_units=tuple(sample.calendar.unit if (own := sample.finer(lead)) is None else own.unit for lead in options.leads),
        params=pd.Series(values.params, index=terms),
        bse=pd.Series(values.bse, index=terms),
        resid=pd.Series(values.resid, index=index, name="resid"),
        fittedvalues=pd.Series(values.fittedvalues, index=index, name=options.kpi),
        level=options.level,
        horizon=options.horizon,
        provenance=provenance,
        _fit=fitted,
        _cov=values.cov,
        _beside=recipe,
        _sample=sample,
        _options=options,
    )
