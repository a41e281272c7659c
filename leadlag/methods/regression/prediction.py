"""What a fitted regression expects of the KPI on rows old and new."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag.catalogue import Missing
from leadlag.core.time.clock import Clock
from leadlag.errors import UsageError
from leadlag.methods.regression.beside import Beside, LeadSeries, lead_series, logged, onward, periods_after
from leadlag.methods.regression.numbers.fit import LagFit
from leadlag.methods.regression.options import spans_of
from leadlag.sample import Sample, as_sample

__all__ = ["predicted"]


def predicted(
    fitted: LagFit,
    beside: Beside,
    *,
    kpi: str,
    leads: tuple[str, ...],
    of_fit: Sample,
    data: Any,
    time: str | None,
    missing: Missing,
) -> pd.Series:
    """Mean of the KPI by period, in its units.

    Parameters
    ----------
    fitted : LagFit
    beside : Beside
        Recipe of trend, season and controls.
    kpi : str
    leads : tuple of str
    of_fit : Sample
        What was fitted.
    data : Sample, data frame, a list of these, or None
        None takes what was fitted, and goes on as far as leads that are seen more often than the KPI reach. Others have these
        columns; the KPI may be missing in any row, and altogether unless own lags or leads seen more often are in the model.
    time, missing
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
    model = fitted.model
    columns = {"kpi": [kpi], "leads": list(leads), "controls": list(beside.controls)}
    paced = any(clock is not None for clock in model.clocks)
    # the KPI's periods count: beside leads that are seen more often, its column says which they are
    if not model.own_lags and not paced and kpi not in _names(data):
        columns["kpi"] = []
    if data is None:
        sample = onward(of_fit, first_lag=min(first for first, _ in spans_of(model.families, model.clocks)))
    else:
        sample = as_sample(data, time=time, missing=missing, columns=columns).require_single()
        sample = sample.around(kpi) if columns["kpi"] else sample
    q, offset = model.base.shape[1], max(periods_after(beside.first, sample.calendar), 0)
    base = (beside.columns(sample) - model.center[2 : 1 + q]) / model.scale[2 : 1 + q]
    parts = [np.ones((sample.n_periods, 1)), base]
    for j, lead in enumerate(leads):
        given, place, hidden = lead_series(sample, lead, beside.log), model.place_of(j), fitted.hidden[model.hidden_of(j)]
        x = (given.values - model.center[place]) / model.scale[place]
        if model.clocks[j] is None:
            parts.append(model.families[j].columns(_after_the_fit(model.series[j], x, offset), hidden)[offset:])
        else:
            whole, clock = _own_after_the_fit(model.series[j], lead_series(of_fit, lead, ()), x, given, lead=lead)
            parts.append(model.families[j].columns(whole, hidden, clock))
    params = np.nan_to_num(fitted.params)
    direct = np.column_stack(parts) @ np.delete(params, np.s_[q : model.n_fixed])
    y = logged(sample, kpi, beside.log) if kpi in sample.names else np.full(sample.n_periods, np.nan)
    known = _after_the_fit(model.y, (y - model.center[0]) / model.scale[0], offset)
    mean = _with_own_lags(direct, known, params[q : model.n_fixed], model.own_lags)
    values = model.center[0] + model.scale[0] * mean
    found = pd.Series(np.exp(values) if kpi in beside.log else values, index=sample.calendar.index, name=kpi)
    last = int(np.flatnonzero(np.isfinite(values)).max(initial=-1)) + 1
    return found if data is not None else found.iloc[: max(last, of_fit.n_periods)]


def _after_the_fit(before: np.ndarray, new: np.ndarray, offset: int) -> np.ndarray:
    """New values behind those of the fit that came before them: a lag, and all the more a decay, reaches back."""
    missing = np.full(max(offset - len(before), 0), np.nan)
    return np.concatenate([before[:offset], missing, new])


def _own_after_the_fit(
    before: np.ndarray, of_fit: LeadSeries, new: np.ndarray, given: LeadSeries, *, lead: str
) -> tuple[np.ndarray, Clock]:
    """New own values behind those of the fit, and how they line up with the KPI's periods."""
    if given.clock is None:
        raise UsageError(
            f"lead {lead!r} has one value a {given.calendar.unit} in data where the fit had one a {of_fit.calendar.unit}: give "
            "its own periods, in a table of their own."
        )
    offset = max(periods_after(of_fit.calendar, given.calendar), 0)
    clock = replace(given.clock, ended=given.clock.ended + offset, begun=given.clock.begun + offset)
    return _after_the_fit(before, new, offset), clock


def _with_own_lags(direct: np.ndarray, known: np.ndarray, own: np.ndarray, lags: tuple[int, ...]) -> np.ndarray:
    """The mean with the KPI's own lags, observed where they are and predicted where not."""
    if not lags:
        return direct
    offset, known = len(known) - len(direct), known.copy()
    mean = np.full(len(direct), np.nan)
    for t in range(max(max(lags), offset), len(known)):
        mean[t - offset] = direct[t - offset] + sum(a * known[t - lag] for a, lag in zip(own, lags, strict=True))
        if not np.isfinite(known[t]):
            known[t] = mean[t - offset]
    return mean


def _names(data: Any) -> list[Hashable]:
    """Columns of a table, metrics of a Sample, or those of all in a list."""
    if isinstance(data, (list, tuple)):
        return [name for table in data for name in _names(table)]
    return list(getattr(data, "all_names", getattr(data, "columns", getattr(data, "column_names", ()))))
