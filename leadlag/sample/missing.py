"""Missing periods by rule: nothing is filled unless the caller, or the metric's own entry, asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from leadlag.catalogue import Metric, Missing
from leadlag.sample.model import Note
from leadlag.sample.violations import ViolationList, counted

__all__ = ["fill_forward", "fill_missing"]


def fill_missing(
    values: np.ndarray,
    names: Sequence[str],
    *,
    default: Missing,
    catalogue: Mapping[str, Metric],
    asked: Mapping[str, str],
    periods: Sequence[str],
    violations: ViolationList,
) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Apply each metric's rule for missing periods; returns new values and what was filled.

    Parameters
    ----------
    values : ndarray, shape (..., n_periods, n_metrics)
    names : sequence of str
    default : Missing
        Rule of metrics that the catalogue does not name.
    catalogue : Mapping from str to Metric
    asked : Mapping from str to str
        Argument that named each column.
    periods : sequence of str
        Labels, for examples.
    violations : ViolationList
    """
    filled = values.copy()
    notes = []
    missing = np.isnan(values)
    for place in np.flatnonzero(missing.any(axis=tuple(range(values.ndim - 1)))).tolist():
        name, gaps = names[place], missing[..., place]
        rule = catalogue[name].missing if name in catalogue else default
        if rule == "mask":
            continue
        if rule == "error":
            shown = [f"{periods[row]}" for row in np.flatnonzero(gaps.reshape(-1, len(periods)).any(axis=0))[:5]]
            step = "fill them in, or choose missing='mask' to leave these periods out."
            text = f"{counted(int(gaps.sum()), 'missing value', 'missing values')} where missing='error'."
            violations.add("LL314", text, argument=asked.get(name, "data"), column=name, examples=shown, next_step=step)
            continue
        filled[..., place] = (
            np.where(gaps, 0.0, values[..., place]) if rule == "zero" else fill_forward(values[..., place], rule[1])
        )
        count = int((gaps & ~np.isnan(filled[..., place])).sum())
        how = "with zero" if rule == "zero" else f"with the last value, at most {rule[1]} periods old"
        notes.append(
            Note(code="LL115", column=name, text=f"{counted(count, 'missing value', 'missing values')} of {name!r} filled {how}.")
        )
    return filled, tuple(notes)


def fill_forward(values: np.ndarray, limit: int) -> np.ndarray:
    """Carry the last value forward along the last axis, at most `limit` periods.

    Examples
    --------
    >>> fill_forward(np.array([1.0, np.nan, np.nan, 4.0]), 1)
    array([ 1.,  1., nan,  4.])
    """
    there = ~np.isnan(values)
    places = np.arange(values.shape[-1])
    last = np.maximum.accumulate(np.where(there, places, -1), axis=-1)
    carried = np.take_along_axis(values, np.maximum(last, 0), axis=-1)
    return np.where((last >= 0) & (places - last <= limit), carried, np.nan)
