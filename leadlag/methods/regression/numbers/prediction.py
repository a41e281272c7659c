"""What a fit expects of the KPI on other rows, with what came before them taken from the fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.time.clock import Clock
from leadlag.methods.regression.numbers.fit import LagFit

__all__ = ["LaterLead", "expected_values"]


@dataclass(frozen=True, kw_only=True, eq=False)
class LaterLead:
    """One lead on the rows to predict.

    Parameters
    ----------
    values : ndarray, shape (n,), or (n_own,) with a clock
        In the units of the data; NaN where missing.
    clock : Clock or None
        How its own periods line up with these rows; None where they are the same.
    offset : int
        Own periods from the first one of the fit to the first of these.
    """

    values: Floats
    clock: Clock | None
    offset: int


def expected_values(fitted: LagFit, *, y: Floats, base: Floats, leads: Sequence[LaterLead], offset: int) -> Floats:
    """Mean of the KPI by row, in the units of the data, shape (n,); NaN where a lag is missing.

    Parameters
    ----------
    fitted : LagFit
    y : ndarray, shape (n,)
        The KPI in the units of the data, for its own lags; where it is NaN they are predictions.
    base : ndarray, shape (n, q)
        Trend, season and controls, as they were given to the fit.
    leads : sequence of LaterLead
        One for each lead of the fit.
    offset : int
        Rows from the first one of the fit to the first of these.

    Returns
    -------
    ndarray
    """
    model, q = fitted.model, fitted.model.base.shape[1]
    parts = [np.ones((len(y), 1)), (base - model.center[2 : 1 + q]) / model.scale[2 : 1 + q]]
    for j, lead in enumerate(leads):
        place, hidden = model.place_of(j), fitted.hidden[model.hidden_of(j)]
        new = (lead.values - model.center[place]) / model.scale[place]
        x = _after_the_fit(model.series[j], new, lead.offset)
        if lead.clock is None:
            parts.append(model.families[j].columns(x, hidden)[offset:])
        else:
            clock = replace(lead.clock, ended=lead.clock.ended + lead.offset, begun=lead.clock.begun + lead.offset)
            parts.append(model.families[j].columns(x, hidden, clock))
    params = np.nan_to_num(fitted.params)
    direct = np.column_stack(parts) @ np.delete(params, np.s_[q : model.n_fixed])
    known = _after_the_fit(model.y, (y - model.center[0]) / model.scale[0], offset)
    mean = _with_own_lags(direct, known, params[q : model.n_fixed], model.own_lags)
    return np.asarray(model.center[0] + model.scale[0] * mean)


def _after_the_fit(before: Floats, new: Floats, offset: int) -> Floats:
    """New values behind those of the fit that came before them: a lag, and all the more a decay, reaches back."""
    missing = np.full(max(offset - len(before), 0), np.nan)
    return np.concatenate([before[:offset], missing, new])


def _with_own_lags(direct: Floats, known: Floats, own: Floats, lags: tuple[int, ...]) -> Floats:
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
