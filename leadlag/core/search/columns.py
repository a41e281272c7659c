"""The columns of a scan: for each lead those of its own lags, whether they are the KPI's periods or shorter ones.

Column ``shape * n_slots + slot`` of a lead is one shape at one of its lags. A lead with fewer lags than another has empty slots.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.noise.momentum import filtered_fit
from leadlag.core.search.finer import finer_columns, finer_totals
from leadlag.core.search.problem import Problem
from leadlag.core.search.shapes import Shape, answers_to_a_rise, lead_columns, total_weights

__all__ = ["column_totals", "past_values", "raw_columns", "rises", "same_period_values"]

_POINT = Shape("point")


def raw_columns(problem: Problem, leads: Sequence[int], shapes: Sequence[Shape]) -> Floats:
    """Columns of some leads before the KPI's filter, shape (n, len(leads), len(shapes), n_slots); NaN where there is no value."""
    plain = [place for place, lead in enumerate(leads) if problem.finer_of(lead) is None]
    some = problem.X[:, [leads[place] for place in plain]]
    found = lead_columns(some, lags=problem.lags, shapes=shapes, momentum=problem.momentum)
    if len(plain) == len(leads) and problem.n_slots == len(problem.lags):
        return found
    columns = np.full((len(problem.y), len(leads), len(shapes), problem.n_slots), np.nan)
    columns[:, plain, :, : len(problem.lags)] = found
    for place, lead in enumerate(leads):
        if (finer := problem.finer_of(lead)) is not None:
            columns[:, place, :, : len(finer.lags)] = finer_columns(finer, shapes=shapes, momentum=problem.momentum)
    return columns


def same_period_values(problem: Problem, lead: int) -> Floats:
    """A lead's value of the KPI's own period, shape (n,): its single lag 0, and zero where it has no value."""
    now = lead_columns(problem.X[:, [lead]], lags=[0], shapes=[_POINT], momentum=problem.momentum)
    return np.nan_to_num(now[:, 0, 0, 0])


def past_values(problem: Problem, lags: Sequence[int]) -> Floats:
    """Lags of the KPI less its mean, shape (n, len(lags)); those that reach before the sample take a backcast."""
    left = problem.y - problem.mean @ filtered_fit(problem.y, problem.mean, problem.momentum).params
    return np.nan_to_num(lead_columns(left[:, None], lags=lags, shapes=[_POINT], momentum=problem.momentum)[:, 0, 0])


def column_totals(problem: Problem, shapes: Sequence[Shape]) -> Floats:
    """Sum of the weights of each column over all lags, shape (m, len(shapes) * n_slots); NaN in empty slots."""
    most = float(len(problem.y))
    totals = np.full((problem.X.shape[1], len(shapes), problem.n_slots), np.nan)
    plain = total_weights(shapes, problem.momentum, problem.lags, most=most)
    totals[:, :, : len(problem.lags)] = plain.reshape(len(shapes), -1)
    for lead in range(len(totals)):
        if (finer := problem.finer_of(lead)) is not None:
            totals[lead, :, len(finer.lags) :] = np.nan
            totals[lead, :, : len(finer.lags)] = finer_totals(finer, shapes, problem.momentum, most=most)
    return totals.reshape(len(totals), len(shapes) * problem.n_slots)


def rises(problem: Problem, shapes: Sequence[Shape]) -> Floats:
    """What a rise of each lead by one changes in each of its columns, shape (m, len(shapes) * n_slots)."""
    unit_root = problem.momentum.unit_root
    found = answers_to_a_rise(problem.X, shapes, n_lags=problem.n_slots, unit_root=unit_root)
    for lead in range(len(found)):
        if (finer := problem.finer_of(lead)) is not None:
            found[lead] = answers_to_a_rise(finer.values[:, None], shapes, n_lags=problem.n_slots, unit_root=unit_root)[0]
    return found
