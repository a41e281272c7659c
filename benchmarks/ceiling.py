"""The search-aware ceiling: how many direct leads a test could find that knows nearly everything.

It knows the KPI's noise model, the shape and the response that the leads share, the effects of all *other* columns,
and the candidates' values before the sample. It does not know this candidate's lag nor its size, nor the sizes of intercept,
trend and season. Over the candidates of a draw it uses Benjamini & Hochberg at the FDR of the benchmark.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from cases import HISTORY, Case, Floats, Mechanism
from scipy import stats
from scipy.signal import lfilter

from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.simulate import PlantedSeries
from leadlag.simulate.paths import answered

__all__ = ["contribution", "found_by_oracle", "oracle_pvalues", "whitened"]

_DRAWS = 2000
_TAIL = 0.05
_T_DF = 5.0


def found_by_oracle(case: Case, *, fdr: float) -> tuple[str, ...]:
    """Candidates that the ceiling selects."""
    qvalues = fdr_adjust(oracle_pvalues(case))
    return tuple(item.name for item, qvalue in zip(case.truth, qvalues, strict=True) if qvalue <= fdr)


def oracle_pvalues(case: Case) -> Floats:
    """p of each candidate, the search over its lags covered; NaN where nothing of it is left."""
    how = _required(case)
    shares = [contribution(how, place) for place in range(len(how.planted))]
    surprise = whitened(how.kpi, how) - np.sum(shares, axis=0)
    missing = _reached(how.kpi_hidden, _whitening(how))
    base = whitened(how.deterministic, how)[HISTORY:]
    draws = np.random.default_rng(0).standard_normal((len(case.data), _DRAWS))
    pvalues = np.full(len(how.planted), np.nan)
    for place in range(len(how.planted)):
        own = np.where(missing, np.nan, surprise + shares[place])[HISTORY:]
        own = _score_of(own) if how.heavy_tails else own
        pvalues[place] = _largest_pvalue(own, _regressors(case, place), base, draws)
    return pvalues


def _required(case: Case) -> Mechanism:
    if case.mechanism is None:
        raise ValueError("this case has no leads: there is no ceiling")
    return case.mechanism


def _whitening(how: Mechanism) -> Floats:
    return np.r_[1.0, -np.array(how.momentum)]


def whitened(values: Floats, how: Mechanism) -> Floats:
    """phi(B) applied along the rows, in sd of the row's innovation."""
    return _filtered(_whitening(how), values, how)


def _filtered(weights: Floats, values: Floats, how: Mechanism) -> Floats:
    """A filter applied along the rows, in sd of the row's innovation."""
    left = np.asarray(lfilter(weights, [1.0], values, axis=0))
    return left if how.spread is None else left / (how.spread if left.ndim == 1 else how.spread[:, None])


def _path(how: Mechanism, one: PlantedSeries) -> Floats:
    """Weights by which a column enters the whitened KPI: its own, and phi(B) unless the momentum carries the effect on."""
    return how.weights(one) if how.in_outcome else np.convolve(how.weights(one), _whitening(how))


def _reached(hidden: np.ndarray, weights: Floats) -> np.ndarray:
    """Rows that need a hidden value."""
    return np.convolve(hidden.astype(float), np.abs(weights) > 0)[: len(hidden)] > 0.5


def contribution(how: Mechanism, place: int) -> Floats:
    """What one column adds to the whitened KPI."""
    one, values = how.planted[place], how.candidates[:, place]
    if one.effect:
        return _filtered(_path(how, one), answered(values, one.response), how)
    return one.at_once * (_filtered(np.ones(1), values, how) if how.in_outcome else whitened(values, how))


def _regressors(case: Case, place: int) -> Floats:
    """Whitened column of one candidate for every lag, rows x max_lag; NaN where a value is missing."""
    how = _required(case)
    values = answered(how.candidates[:, place], how.template.response)
    columns = []
    for lag in range(1, case.max_lag + 1):
        weights = _path(how, replace(how.template, effect=1.0, delay=lag))
        columns.append(np.where(_reached(how.hidden[:, place], weights), np.nan, _filtered(weights, values, how)))
    return np.column_stack(columns)[HISTORY:]


def _score_of(own: Floats) -> Floats:
    """Score of Student's t innovations of unit variance, in its own sd: what the best test for such tails adds up."""
    score = (_T_DF + 1) * own / (_T_DF - 2 + own**2)
    return score / np.sqrt((_T_DF + 1) / (_T_DF + 3) * _T_DF / (_T_DF - 2))


def _largest_pvalue(own: Floats, columns: Floats, base: Floats, draws: Floats) -> float:
    """p of the largest |z| over the columns; the sd of the innovations is known to be 1."""
    unit = np.column_stack([_unit(column, base, np.isfinite(own)) for column in columns.T])
    if not unit.any():
        return np.nan
    largest = np.abs(unit.T @ np.where(np.isfinite(own), own, 0.0)).max()
    under_null = np.sort(np.abs(unit.T @ draws).max(axis=0))
    start = under_null[round((1 - _TAIL) * _DRAWS)]
    if largest > start:
        return float(_TAIL * np.exp(stats.norm.logsf(largest) - stats.norm.logsf(start)))
    return float((1 + (under_null >= largest).sum()) / (1 + _DRAWS))


def _unit(column: Floats, base: Floats, observed: np.ndarray) -> Floats:
    """One column less the base, of unit length, zero where something is missing."""
    rows = observed & np.isfinite(column)
    unit = np.zeros(len(column))
    if rows.sum() < base.shape[1] + 10:
        return unit
    left = column[rows] - base[rows] @ np.linalg.lstsq(base[rows], column[rows], rcond=None)[0]
    unit[rows] = left / max(float(np.linalg.norm(left)), 1e-12)
    return unit
