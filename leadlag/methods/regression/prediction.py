"""What a fitted regression expects of the KPI on rows old and new."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.methods.regression.covariates import (
    Covariates,
    LeadSeries,
    extended_sample,
    lead_series,
    level_or_log,
    periods_after,
)
from leadlag.methods.regression.numbers.fit import LagFit
from leadlag.methods.regression.numbers.prediction import LaterLead, expected_values
from leadlag.methods.regression.options import Options, spans_of
from leadlag.sample import Sample, as_sample

__all__ = ["predictions"]


def predictions(
    fitted: LagFit, covariates: Covariates, options: Options, *, of_fit: Sample, data: Any, time: str | None
) -> pd.Series:
    """Mean of the KPI by period, in its units.

    Parameters
    ----------
    fitted : LagFit
    covariates : Covariates
        Recipe of trend, season and controls.
    options : Options
        What was asked of the fit.
    of_fit : Sample
        What was fitted.
    data : Sample, data frame, a list of these, or None
        None takes what was fitted, and goes on as far as leads that are seen more often than the KPI reach. Others have these
        columns; the KPI may be missing in any row, and altogether unless own lags or leads seen more often are in the model.
    time : str or None
        See `leadlag.sample.as_sample`.

    Returns
    -------
    Series

    Raises
    ------
    UsageError
        If the intercept is not known, since the noise was differenced.
    """
    if not np.isfinite(fitted.params[0]):
        raise UsageError(
            "noise_order differences the KPI, so the model knows changes and no level, and predict has none to give: read "
            "fittedvalues, or to_statsmodels().forecast()."
        )
    model, kpi, log = fitted.model, options.kpi, options.log
    columns = {"kpi": [kpi], "leads": list(options.leads), "controls": list(options.controls)}
    paced = any(clock is not None for clock in model.clocks)
    # the KPI's periods count: beside leads that are seen more often, its column says which they are
    if not model.own_lags and not paced and kpi not in _names(data):
        columns["kpi"] = []
    if data is None:
        sample = extended_sample(of_fit, first_lag=min(first for first, _ in spans_of(model.families, model.clocks)))
    else:
        sample = as_sample(data, time=time, missing=options.missing, columns=columns).require_single()
        sample = sample.around(kpi) if columns["kpi"] else sample
    offset, base = max(periods_after(covariates.first, sample.calendar), 0), covariates.columns(sample)
    later = []
    for lead, clock in zip(options.leads, model.clocks, strict=True):
        given = lead_series(sample, lead, log)
        if clock is None:
            later.append(LaterLead(values=given.values, clock=None, offset=offset))
        else:
            later.append(_on_its_calendar(given, lead_series(of_fit, lead, ()), lead=lead))
    y = level_or_log(sample, kpi, log) if kpi in sample.names else np.full(sample.n_periods, np.nan)
    values = expected_values(fitted, y=y, base=base, leads=later, offset=offset)
    found = pd.Series(np.exp(values) if kpi in log else values, index=sample.calendar.shown, name=kpi)
    last = int(np.flatnonzero(np.isfinite(values)).max(initial=-1)) + 1
    return found if data is not None else found.iloc[: max(last, of_fit.n_periods)]


def _on_its_calendar(given: LeadSeries, of_fit: LeadSeries, *, lead: str) -> LaterLead:
    """A lead that was fitted on its own calendar, on the periods of it that are to be predicted from."""
    if given.clock is None:
        raise UsageError(
            f"lead {lead!r} has one value a {given.calendar.unit} in data where the fit had one a {of_fit.calendar.unit}: give "
            "its own periods, in a table of their own."
        )
    return LaterLead(values=given.values, clock=given.clock, offset=max(periods_after(of_fit.calendar, given.calendar), 0))


def _names(data: Any) -> list[Hashable]:
    """Columns of a table, metrics of a Sample, or those of all in a list."""
    if isinstance(data, (list, tuple)):
        return [name for table in data for name in _names(table)]
    return list(getattr(data, "all_names", getattr(data, "columns", getattr(data, "column_names", ()))))
