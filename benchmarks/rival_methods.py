"""What people use to ask which series lead one: each says of every candidate of a table whether it leads, and when.

Runs in an environment that need not hold leadlag (requirements-rivals.txt); rivals.py starts it and tells the methods of this
file in its docstring. Questions and answers are lines of JSON, since the two environments may hold other versions of everything.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import json
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

__all__ = ["METHODS", "NEEDS", "Named", "Table", "available", "serve"]

Floats = np.ndarray
NEEDS = {"lasso": "scikit-learn", "pcmci": "tigramite", "correr": "correr", "varx": "oracle-varx", "varx_pairs": "oracle-varx"}
_VALIDATION = 20  # days that oracle-varx sets aside by default
_SYSTEM_LAGS = 4  # of oracle-varx's own example for a file of one's own


@dataclass(frozen=True, kw_only=True)
class Table:
    """KPI (n,), candidates (n, m), the dates of the rows, and how they are asked."""

    kpi: Floats
    candidates: Floats
    dates: Sequence[str]
    max_lag: int
    fdr: float


@dataclass(frozen=True, kw_only=True)
class Named:
    """Of each candidate whether it leads, by how strong a sign, and by how many periods."""

    selected: Floats
    strength: Floats
    delay: Floats


# --- by hand ---------------------------------------------------------------------------------------------------------


def ccf(table: Table) -> Named:
    lags = range(1, table.max_lag + 1)
    y = table.kpi
    correlations = np.array([[_correlation(y[lag:], x[: len(x) - lag]) for lag in lags] for x in table.candidates.T])
    size = np.nan_to_num(np.abs(correlations))
    largest = size.max(axis=1)
    return Named(selected=largest > 2 / np.sqrt(len(y)), strength=largest, delay=size.argmax(axis=1) + 1)


def granger(table: Table) -> Named:
    pvalues, orders = _granger_over_orders(table.kpi, table.candidates, table.max_lag)
    return Named(selected=pvalues < 0.05, strength=-pvalues, delay=orders)


def granger_diff(table: Table) -> Named:
    pvalues, orders = _granger_over_orders(np.diff(table.kpi), np.diff(table.candidates, axis=0), table.max_lag)
    pvalues = np.minimum(pvalues * table.max_lag, 1.0)
    return Named(selected=stats.false_discovery_control(pvalues) <= table.fdr, strength=-pvalues, delay=orders)


def lasso(table: Table) -> Named:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - each method needs its own package only
    from sklearn.linear_model import LassoCV  # noqa: PLC0415

    y, X = _filled(table.kpi[:, None])[:, 0], _filled(table.candidates)
    L = table.max_lag
    design = np.column_stack([_lags(series, L) for series in (y, *X.T)])
    design = (design - design.mean(axis=0)) / np.maximum(design.std(axis=0), 1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        params = LassoCV(cv=5, max_iter=5000, random_state=0).fit(design, y[L:]).coef_
    size = np.abs(params[L:]).reshape(X.shape[1], L)
    return Named(selected=size.max(axis=1) > 1e-9, strength=size.max(axis=1), delay=size.argmax(axis=1) + 1)


# --- packages --------------------------------------------------------------------------------------------------------


def pcmci(table: Table) -> Named:
    from tigramite.data_processing import DataFrame  # noqa: PLC0415
    from tigramite.independence_tests.parcorr import ParCorr  # noqa: PLC0415
    from tigramite.pcmci import PCMCI  # noqa: PLC0415

    values = _stationary(table)
    n_series, lags = values.shape[1], range(1, table.max_lag + 1)
    search = PCMCI(dataframe=DataFrame(values), cond_ind_test=ParCorr(), verbosity=0)
    parents = search.run_pc_stable(tau_min=1, tau_max=table.max_lag)
    into_kpi = {0: {(i, -lag): "-?>" for i in range(n_series) for lag in lags}, **{j: {} for j in range(1, n_series)}}
    found = search.run_mci(tau_min=1, tau_max=table.max_lag, parents=parents, link_assumptions=into_kpi)
    pvalues = found["p_matrix"][1:, 0, 1:]
    adjusted = stats.false_discovery_control(pvalues.ravel()).reshape(pvalues.shape)
    return Named(selected=adjusted.min(axis=1) <= table.fdr, strength=-pvalues.min(axis=1), delay=pvalues.argmin(axis=1) + 1)


def correr(table: Table) -> Named:
    import correr as package  # noqa: PLC0415

    def plain(values: Floats) -> pd.Series:
        series = pd.Series(values, index=pd.DatetimeIndex(table.dates)).interpolate(limit_direction="both")
        return package.detrend(series) if package.check_stationarity(series).likely_nonstationary else series

    candidates = {str(place): plain(x) for place, x in enumerate(table.candidates.T)}
    ranked = package.compare_many(plain(table.kpi), candidates, table.max_lag, warn_nonstationary=False)
    ranked = ranked.loc[list(candidates)]
    before = ranked["lag"].to_numpy() > 0
    strength = np.where(before, ranked["correlation"].abs(), 0.0)
    selected = before & (ranked["p_value_fdr"].to_numpy() <= table.fdr)
    return Named(selected=selected, strength=strength, delay=ranked["lag"].to_numpy())


def varx(table: Table) -> Named:
    values = _stationary(table)
    n, m = values.shape
    rows = {lags: n - lags - _VALIDATION - 1 for lags in range(1, min(_SYSTEM_LAGS, table.max_lag) + 1)}
    lags = max((lags for lags, window in rows.items() if window >= 1.5 * (lags * m + 1)), default=0)
    if not lags:
        raise ValueError("too few rows for a model of all series")
    edges, sizes = _last_graph(values, lags, table.fdr)
    return Named(selected=edges.any(axis=1), strength=sizes.max(axis=1), delay=sizes.argmax(axis=1) + 1)


def varx_pairs(table: Table) -> Named:
    values = _stationary(table)
    pairs = [_last_graph(values[:, [0, j]], table.max_lag, table.fdr) for j in range(1, values.shape[1])]
    edges, sizes = (np.vstack(part) for part in zip(*pairs, strict=True))
    return Named(selected=edges.any(axis=1), strength=sizes.max(axis=1), delay=sizes.argmax(axis=1) + 1)


def _last_graph(values: Floats, lags: int, fdr: float) -> tuple[Floats, Floats]:
    """Edges into the first series and sizes of their z at each lag, (m, lags), from the last and longest window there can be."""
    from oracle_varx import oracle_varx  # noqa: PLC0415

    window = len(values) - lags - _VALIDATION - 1
    result = oracle_varx(values, p_max=lags, method="acle-var", ols_window=window, q=fdr)
    return result.edges[-1, :, 0, 1:].T, np.abs(result.z[-1, :, 0, 1:].T)


METHODS: Mapping[str, Callable[[Table], Named]] = {
    "ccf": ccf,
    "granger": granger,
    "granger_diff": granger_diff,
    "lasso": lasso,
    "pcmci": pcmci,
    "correr": correr,
    "varx": varx,
    "varx_pairs": varx_pairs,
}


# --- what they share -------------------------------------------------------------------------------------------------


def _filled(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nanmean(values, axis=0))


def _stationary(table: Table) -> Floats:
    """KPI and candidates, (n, 1 + m), each as its changes where ADF at 5 % does not reject a unit root."""
    from statsmodels.tsa.stattools import adfuller  # noqa: PLC0415

    values = _filled(np.column_stack([table.kpi, table.candidates]))
    rooted = [bool(adfuller(series, autolag="AIC")[1] > 0.05) for series in values.T]
    changed = np.where(rooted, np.diff(values, axis=0, prepend=np.nan), values)
    return changed[1:] if any(rooted) else changed


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


# --- questions and answers -------------------------------------------------------------------------------------------


def available() -> dict[str, str]:
    """Methods whose package is there, each with its name and version."""
    known = {name: NEEDS.get(name, "scipy") for name in METHODS}
    return {name: f"{package} {importlib.metadata.version(package)}" for name, package in known.items() if _has(package)}


def _has(package: str) -> bool:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return bool(importlib.metadata.version(package))
    return False


def _answered(question: Mapping[str, Any]) -> dict[str, Any]:
    """What one method says, with the processor time it took; where it refuses the table, why."""
    values = np.array(question["values"], dtype=float)
    table = Table(
        kpi=values[:, 0], candidates=values[:, 1:], dates=question["dates"], max_lag=question["max_lag"], fdr=question["fdr"]
    )
    began = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            named = METHODS[question["method"]](table)
    except ValueError as error:
        return {"refused": str(error), "seconds": time.process_time() - began}
    return {key: np.asarray(part).tolist() for key, part in vars(named).items()} | {"seconds": time.process_time() - began}


def serve() -> None:
    """Answer every question of standard input; before the first answer, say which methods there are."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    print(json.dumps(available()), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_answered(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    serve()
