"""From series to working leads: spikes, integration, their own trend and season, and surprises where persistence misleads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import less_columns, standardise
from leadlag.core.noise.momentum import ar_errors, autoregressions, largest_root
from leadlag.core.search.finer import FinerLead
from leadlag.core.series.stationary import integration_states
from leadlag.core.time.lags import difference
from leadlag.prepare.finer import OwnSeries, working_series
from leadlag.prepare.kpi import WorkingKpi
from leadlag.prepare.transforms import clip_beyond, spike_limits

__all__ = ["N_TREND", "WorkingLeads", "with_own_series", "working_leads"]


#: The constant and the trend, in every model.
N_TREND = 2
#: A lead's value this many robust standard deviations off its surroundings is a spike. At 5, one in five leads of white noise
#: and every second of AR(.8) had one; at 8 it is 1 in 1,000 and 1 in 7. Found at 5 and 8 with heavy tails, spikes and gaps: .36
#: and .47 (40 draws), false share .08 and .04.
_SPIKE = 8.0
#: Surprises of lead and KPI correlate if beyond this many standard errors.
_COINCIDENT = 2.0
#: A lead's largest AR root within this / n of one makes it persistent. With 25 a few leads of AR(.98) that looked less
#: persistent made a false lead in 15 % of 400 draws, with 80 in 9 % (surprises correlated .9 with the KPI's).
_PERSISTENT = 80.0


@dataclass(frozen=True, kw_only=True)
class WorkingLeads:
    """Leads ready for a test, with what was done to them.

    Parameters
    ----------
    values : ndarray, shape (n, m)
        Less their own trend and season, each in units of its `scale`; NaN where missing.
    scale : ndarray, shape (m,)
        One standard deviation of the working series, in the lead's units.
    states : tuple of str
        "integrated", "stationary" or "inconclusive", of each lead as it came.
    differenced, surprises : ndarray of bool, shape (m,)
        Whether changes, or surprises, stand for a lead.
    n_clipped : ndarray of int, shape (m,)
        Spikes calmed.
    spikes : ndarray, shape (m,)
        Distance from its surroundings at which a value counts as one; infinite where none is calmed.
    finer : tuple of FinerLead or None
        As in `Problem`; all but `values`, `surprises` and `spikes` are of the own series of a lead that has one.
    """

    values: Floats
    scale: Floats
    states: tuple[str, ...]
    differenced: Flags
    surprises: Flags
    n_clipped: Ints
    spikes: Floats
    finer: tuple[FinerLead | None, ...] = ()


def working_leads(X: Floats, kpi: WorkingKpi, *, lags: Sequence[int], season: Floats | None) -> WorkingLeads:
    """Make leads of series.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing.
    kpi : WorkingKpi
        Whose base begins with intercept and trend.
    lags : sequence of int
        Lags searched: a spike that the KPI answers at one of them stays.
    season : ndarray, shape (n, k), optional
        Taken out of each lead, as intercept and trend are.

    Returns
    -------
    WorkingLeads
    """
    trend = kpi.base[:, :N_TREND]
    deterministic = trend if season is None else np.column_stack([trend, season])
    # spikes first: the rest of a series is lost in rounding beside one value of 1e15
    spikes = spike_limits(X, kpi.raw_surprise, lags=tuple(lags), limit=_SPIKE)
    clipped, n_clipped = clip_beyond(X, spikes)
    clipped, _, scale = standardise(clipped)
    states = tuple(integration_states(clipped, season=season))
    differenced = np.array([kpi.returns and each == "integrated" for each in states], dtype=bool)
    working = np.where(differenced, difference(clipped), clipped)
    working = np.column_stack([less_columns(column, deterministic) for column in working.T]) if X.shape[1] else working
    working, surprises = _without_coincidence(working, kpi.surprise, unit_root=kpi.unit_root)
    spread = standardise(difference(working) if kpi.unit_root else working).scale
    return WorkingLeads(
        values=working / spread, scale=spread * scale, states=states, differenced=differenced, surprises=surprises,
        n_clipped=n_clipped, spikes=spikes,
    )  # fmt: skip


def with_own_series(leads: WorkingLeads, own: Sequence[OwnSeries | None], kpi: WorkingKpi) -> WorkingLeads:
    """Leads of which those that are seen more often than the KPI stand with their own series too.

    Parameters
    ----------
    leads : WorkingLeads
    own : sequence of OwnSeries or None
        One a lead; None for those that are seen as often as the KPI, or less.
    kpi : WorkingKpi
    """
    finer = [
        None if one is None else working_series(one, kpi, spike=_SPIKE, as_surprises=bool(as_surprises))
        for one, as_surprises in zip(own, leads.surprises, strict=True)
    ]
    if not any(finer):
        return leads
    scale, states, differenced, n_clipped = leads.scale.copy(), [*leads.states], leads.differenced.copy(), leads.n_clipped.copy()
    for j, one in enumerate(finer):
        if one is not None:
            scale[j], states[j], differenced[j], n_clipped[j] = one.scale, one.state, one.differenced, one.n_clipped
    return replace(
        leads, scale=scale, states=tuple(states), differenced=differenced, n_clipped=n_clipped,
        finer=tuple(None if one is None else one.lead for one in finer),
    )  # fmt: skip


def _without_coincidence(X: Floats, surprise: Floats, *, unit_root: bool) -> tuple[Floats, Flags]:
    """Leads replaced by their own surprises where persistence and coincidence with the KPI would bias the test.

    A persistent lead whose surprises come in the same period as the KPI's is not exogenous enough for a test that is
    conditional on it (Stambaugh 1999): at AR .98 and correlation .9 a 5 % test rejected 18 to 19 %.
    """
    working = difference(X) if unit_root else X
    phi = autoregressions(working, order=2)
    residual, root = ar_errors(working, phi), np.array([largest_root(own) for own in phi.T])
    chosen = np.zeros(X.shape[1], dtype=bool)
    replaced = X.copy()
    for j in np.flatnonzero(root > 1.0 - _PERSISTENT / len(X)):
        rows = np.isfinite(residual[:, j]) & np.isfinite(surprise)
        if rows.sum() < 20 or np.std(residual[rows, j]) == 0:
            continue
        correlation = np.corrcoef(residual[rows, j], surprise[rows])[0, 1]
        if abs(correlation) * np.sqrt(rows.sum()) > _COINCIDENT:
            chosen[j] = True
            summed = np.where(np.isfinite(X[:, j]), np.nancumsum(residual[:, j]), np.nan)
            replaced[:, j] = summed if unit_root else residual[:, j]
    return replaced, chosen
