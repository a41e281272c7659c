"""What a fitted regression expects of the KPI on rows old and new."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from leadlag.catalogue import Missing
from leadlag.core.lagfit import LagFit
from leadlag.errors import UsageError
from leadlag.prepare.regressors import Beside, logged, periods_after
from leadlag.sample import as_sample

__all__ = ["predicted"]


def predicted(
    fitted: LagFit, beside: Beside, *, kpi: str, leads: tuple[str, ...], data: Any, time: str | None, missing: Missing
) -> pd.Series:
    """Mean of the KPI by period, in its units.

    Parameters
    ----------
    fitted : LagFit
    beside : Beside
        Recipe of trend, season and controls.
    kpi : str
    leads : tuple of str
    data : Sample or data frame
        With these columns; the KPI may be missing in any row, and altogether unless its own lags are in the model.
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
    if not model.own_lags and kpi not in _names(data):
        columns["kpi"] = []
    sample = as_sample(data, time=time, missing=missing, columns=columns)
    q, offset = model.base.shape[1], max(periods_after(beside.first, sample.calendar), 0)
    base = (beside.columns(sample) - model.center[2 : 1 + q]) / model.scale[2 : 1 + q]
    parts = [np.ones((sample.n_periods, 1)), base]
    for j, lead in enumerate(leads):
        x = (logged(sample, lead, beside.log) - model.center[model.place_of(j)]) / model.scale[model.place_of(j)]
        whole = _after_the_fit(model.series[j], x, offset)
        parts.append(model.families[j].columns(whole, fitted.hidden[model.hidden_of(j)])[offset:])
    params = np.nan_to_num(fitted.params)
    direct = np.column_stack(parts) @ np.delete(params, np.s_[q : model.n_fixed])
    y = logged(sample, kpi, beside.log) if kpi in sample.names else np.full(sample.n_periods, np.nan)
    known = _after_the_fit(model.y, (y - model.center[0]) / model.scale[0], offset)
    mean = _with_own_lags(direct, known, params[q : model.n_fixed], model.own_lags)
    values = model.center[0] + model.scale[0] * mean
    return pd.Series(np.exp(values) if kpi in beside.log else values, index=sample.calendar.index, name=kpi)


def _after_the_fit(before: np.ndarray, new: np.ndarray, offset: int) -> np.ndarray:
    """New values behind those of the fit that came before them: a lag, and all the more a decay, reaches back."""
    missing = np.full(max(offset - len(before), 0), np.nan)
    return np.concatenate([before[:offset], missing, new])


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


def _names(data: Any) -> list[Any]:
    """Columns of a table, metrics of a Sample."""
    return list(getattr(data, "names", getattr(data, "columns", getattr(data, "column_names", ()))))
