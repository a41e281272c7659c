"""From arrays to a Problem: integration, the KPI's outliers, the leads' spikes, the KPI's momentum and its level shift."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.search.problem import Problem, refitted
from leadlag.prepare.finer import OwnSeries
from leadlag.prepare.kpi import WorkingKpi, clear_shift, most_orders, working_kpi
from leadlag.prepare.leads import WorkingLeads, with_own_series, working_leads

__all__ = ["working_problem"]


def working_problem(
    y: Floats,
    X: Floats,
    fixed: Floats,
    *,
    season: Floats | None,
    periods: Sequence[float],
    lags: tuple[int, ...],
    own: Sequence[OwnSeries | None],
) -> tuple[Problem, WorkingKpi, WorkingLeads]:
    """The Problem of a KPI and its leads, and what was done to either.

    Parameters
    ----------
    y : ndarray, shape (n,)
        The KPI in its own units; NaN where missing.
    X : ndarray, shape (n, m)
        Leads in their own units; NaN where missing.
    fixed : ndarray, shape (n, q)
        Columns of every model, the season apart: intercept, trend, controls.
    season : ndarray, shape (n, k), optional
    periods : sequence of float
        Rows in each season of the calendar, which may move.
    lags : tuple of int
        Lags to be searched.
    own : sequence of OwnSeries or None
        One a lead; None for those that are not seen more often than the KPI.
    """
    kpi = working_kpi(y, fixed if season is None else np.column_stack([fixed, season]), season=season, periods=periods)
    leads = with_own_series(working_leads(X, kpi, lags=lags, season=season), own, kpi)
    problem = Problem(
        y=kpi.y, X=leads.values, base=kpi.base, momentum=kpi.momentum, lags=lags, max_order=most_orders(len(y)),
        y_scale=kpi.scale, x_scale=leads.scale, finer=leads.finer,
    )  # fmt: skip
    # leads are prepared before a level shift of the KPI is looked for
    shift = clear_shift(kpi.y, kpi.base, kpi.momentum)
    return problem if shift is None else refitted(problem, shift=shift.column(len(y))), kpi, leads
