"""The alternatives that people use, on the same draws: each says of every candidate whether it leads, and when.

ccf            largest |cross-correlation| over the lags, selected beyond 2 / sqrt(n)
granger        smallest F-test p over orders 1..max_lag, selected below 0.05, as a loop over a Granger routine is read
granger_diff   the same on first differences, p times max_lag, Benjamini & Hochberg at the FDR
lasso          LassoCV on the KPI's and all candidates' lags, selected where any coefficient is not zero
pcmci          tigramite's PCMCI with partial correlations, where it is installed
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Mapping

import numpy as np
from cases import Case, Floats
from scipy import stats
from scoring import Said

from leadlag.core.linear.multiplicity import fdr_adjust

__all__ = ["PCMCI_DRAWS", "PCMCI_FAMILIES", "RIVALS", "rivals_of"]

PCMCI_DRAWS = 8
PCMCI_FAMILIES = ("null_ar", "point", "chain")


def ccf(case: Case, fdr: float) -> list[Said]:  # noqa: ARG001 - all rivals are called alike
    y, X = _arrays(case)
    correlations = np.array([[_correlation(y[lag:], x[: len(x) - lag]) for lag in range(1, case.max_lag + 1)] for x in X.T])
    size = np.nan_to_num(np.abs(correlations))
    largest = size.max(axis=1)
    return _answers(case, selected=largest > 2 / np.sqrt(len(y)), strength=largest, delay=size.argmax(axis=1) + 1)


def granger(case: Case, fdr: float) -> list[Said]:  # noqa: ARG001
    pvalues, orders = _granger_over_orders(*_arrays(case), case.max_lag)
    return _answers(case, selected=pvalues < 0.05, strength=-pvalues, delay=orders)


def granger_diff(case: Case, fdr: float) -> list[Said]:
    y, X = _arrays(case)
    pvalues, orders = _granger_over_orders(np.diff(y), np.diff(X, axis=0), case.max_lag)
    pvalues = np.minimum(pvalues * case.max_lag, 1.0)
    return _answers(case, selected=fdr_adjust(pvalues) <= fdr, strength=-pvalues, delay=orders)


def lasso(case: Case, fdr: float) -> list[Said]:  # noqa: ARG001
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - slow to import, rarely asked
    from sklearn.linear_model import LassoCV  # noqa: PLC0415

    y, X = (_filled(part) for part in _arrays(case))
    L = case.max_lag
    design = np.column_stack([_lags(series, L) for series in (y, *X.T)])
    design = (design - design.mean(axis=0)) / np.maximum(design.std(axis=0), 1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        params = LassoCV(cv=5, max_iter=5000, random_state=0).fit(design, y[L:]).coef_
    size = np.abs(params[L:]).reshape(X.shape[1], L)
    return _answers(case, selected=size.max(axis=1) > 1e-9, strength=size.max(axis=1), delay=size.argmax(axis=1) + 1)


def pcmci(case: Case, fdr: float) -> list[Said]:
    from tigramite.data_processing import DataFrame  # noqa: PLC0415 - optional
    from tigramite.independence_tests.parcorr import ParCorr  # noqa: PLC0415
    from tigramite.pcmci import PCMCI  # noqa: PLC0415

    values = np.column_stack([_filled(part) for part in _arrays(case)])
    n_series, lags = values.shape[1], range(1, case.max_lag + 1)
    search = PCMCI(dataframe=DataFrame(values), cond_ind_test=ParCorr(), verbosity=0)
    parents = search.run_pc_stable(tau_min=1, tau_max=case.max_lag, pc_alpha=0.2)
    into_kpi = {0: {(i, -lag): "-?>" for i in range(n_series) for lag in lags}, **{j: {} for j in range(1, n_series)}}
    found = search.run_mci(tau_min=1, tau_max=case.max_lag, parents=parents, link_assumptions=into_kpi)
    pvalues = found["p_matrix"][1:, 0, 1:]
    adjusted = fdr_adjust(pvalues.ravel()).reshape(pvalues.shape)
    return _answers(case, selected=adjusted.min(axis=1) <= fdr, strength=-pvalues.min(axis=1), delay=pvalues.argmin(axis=1) + 1)


RIVALS: Mapping[str, Callable[[Case, float], list[Said]]] = {
    "ccf": ccf,
    "granger": granger,
    "granger_diff": granger_diff,
    "lasso": lasso,
    "pcmci": pcmci,
}


def rivals_of(family: str, draw: int) -> tuple[str, ...]:
    """Rivals that run on a draw: PCMCI takes seconds, so it has few."""
    slow = draw < PCMCI_DRAWS and family in PCMCI_FAMILIES and importlib.util.find_spec("tigramite") is not None
    return tuple(name for name in RIVALS if name != "pcmci" or slow)


def _arrays(case: Case) -> tuple[Floats, Floats]:
    return case.data[case.kpi].to_numpy(dtype=float), case.data[[item.name for item in case.truth]].to_numpy(dtype=float)


def _answers(case: Case, *, selected: Floats, strength: Floats, delay: Floats) -> list[Said]:
    rank = np.argsort(np.argsort(-strength, kind="stable"), kind="stable") + 1
    return [
        Said(name=item.name, verdict="lead" if selected[j] else "none", rank=float(rank[j]), delay=float(delay[j]))
        for j, item in enumerate(case.truth)
    ]


def _filled(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nanmean(values, axis=0))


def _correlation(left: Floats, right: Floats) -> float:
    both = np.isfinite(left) & np.isfinite(right)
    return float(np.corrcoef(left[both], right[both])[0, 1]) if both.sum() > 5 else np.nan


def _lags(series: Floats, count: int) -> Floats:
    """Rows from `count` on, lags 1..count."""
    return np.column_stack([series[count - lag : len(series) - lag] for lag in range(1, count + 1)])


def _granger_over_orders(y: Floats, X: Floats, most: int) -> tuple[Floats, Floats]:
    """Smallest p over the orders for each candidate, and that order; every order on its own sample."""
    table = np.array([[_granger_pvalue(y, x, order) for order in range(1, most + 1)] for x in X.T])
    return table.min(axis=1), table.argmin(axis=1) + 1


def _granger_pvalue(y: Floats, x: Floats, order: int) -> float:
    """F test of the candidate's lags 1..order beyond the KPI's own."""
    own, other = _lags(y, order), _lags(x, order)
    rows = np.isfinite(own).all(axis=1) & np.isfinite(other).all(axis=1) & np.isfinite(y[order:])
    df = int(rows.sum()) - 2 * order - 1
    if df < 3:
        return 1.0
    target, restricted = y[order:][rows], np.column_stack([np.ones(rows.sum()), own[rows]])
    small = _squares(target, restricted)
    large = _squares(target, np.column_stack([restricted, other[rows]]))
    return float(stats.f.sf((small - large) / order / (large / df), order, df))


def _squares(target: Floats, design: Floats) -> float:
    q, _ = np.linalg.qr(design)
    return float(target @ target - (q.T @ target) @ (q.T @ target))
