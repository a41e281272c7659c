"""Rates as sum over sum, and several rows of one period folded into one value by each metric's rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from leadlag.catalogue import Metric, Ratio, is_said
from leadlag.sample.aligned import quotient
from leadlag.sample.grid import fold
from leadlag.sample.model import Sample

__all__ = [
    "add_rates",
    "fold_metrics",
    "rate_names",
    "rate_parts",
    "rates_of",
    "rule_of",
    "undeclared_metrics",
    "with_aggregates",
]


def rate_names(names: Sequence[str], catalogue: Mapping[str, Metric]) -> tuple[str, ...]:
    """Rates of the catalogue that are no column themselves, but whose parts are."""
    present = set(names)
    return tuple(
        metric.name
        for metric in catalogue.values()
        if isinstance(metric.aggregate, Ratio)
        and metric.name not in present
        and {metric.aggregate.num, metric.aggregate.den} <= present
    )


def rates_of(sample: Sample, catalogue: Mapping[str, Metric]) -> tuple[str, ...]:
    """Rates of the catalogue whose parts have one calendar in the sample."""
    return tuple(name for part in sample.cadences for name in rate_names(part.names, catalogue))


def with_aggregates(sample: Sample, catalogue: Mapping[str, Metric]) -> Sample:
    """The Sample with how values of its metrics, and of their rates, become one value of a longer period."""
    if not catalogue:
        return sample
    parts = rate_parts(catalogue, catalogue)
    known = {name: metric.aggregate for name, metric in catalogue.items() if is_said(metric.aggregate)}
    return replace(sample, aggregates={**sample.aggregates, **dict.fromkeys(parts, "sum"), **known})


def rate_parts(names: Iterable[str], catalogue: Mapping[str, Metric]) -> frozenset[str]:
    """Numerators and denominators that the rates among `names` need."""
    parts: set[str] = set()
    for name in names:
        aggregate = catalogue[name].aggregate if name in catalogue else None
        if isinstance(aggregate, Ratio):
            parts |= {aggregate.num, aggregate.den}
    return frozenset(parts)


def undeclared_metrics(names: Sequence[str], catalogue: Mapping[str, Metric]) -> tuple[str, ...]:
    """Metrics of which nobody said how several rows become one: not in the catalogue, or a rate without its parts."""
    parts = rate_parts(catalogue, catalogue)
    present = frozenset(names)
    return tuple(
        name for name in names if (name not in catalogue and name not in parts) or not rate_parts((name,), catalogue) <= present
    )


def fold_metrics(
    values: np.ndarray, names: Sequence[str], places: np.ndarray, n_periods: int, catalogue: Mapping[str, Metric]
) -> np.ndarray:
    """Rows onto the grid; a rate with several rows in a period is the sum of its parts over these rows.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_metrics)
        In time order.
    names : sequence of str
    places : ndarray of int, shape (n_rows,)
        Period of each row, not falling.
    n_periods : int
    catalogue : Mapping from str to Metric

    Returns
    -------
    ndarray, shape (n_periods, n_metrics)
    """
    parts = rate_parts(catalogue, catalogue)
    grid = fold(values, places, n_periods, (rule_of(name, catalogue, parts) for name in names))
    if len(np.unique(places)) == len(places):
        return grid
    by_name = {name: column for column, name in enumerate(names)}
    for column, name in enumerate(names):
        aggregate = catalogue[name].aggregate if name in catalogue else None
        if isinstance(aggregate, Ratio) and {aggregate.num, aggregate.den} <= by_name.keys():
            both = values[:, [by_name[aggregate.num], by_name[aggregate.den]]]
            sums = fold(both, places, n_periods, ("sum", "sum"))
            grid[:, column] = quotient(sums[:, 0], sums[:, 1])
    return grid


def rule_of(name: str, catalogue: Mapping[str, Metric], parts: frozenset[str]) -> str:
    """The rule of one column; the parts of a rate add up unless their own entry says otherwise."""
    if name in catalogue and (name not in parts or is_said(catalogue[name].aggregate)):
        aggregate = catalogue[name].aggregate
        return "mean" if isinstance(aggregate, Ratio) else aggregate
    return "sum" if name in parts else "mean"


def add_rates(sample: Sample, catalogue: Mapping[str, Metric], wanted: Sequence[str] | None) -> Sample:
    """The Sample with the rates that are no column of it yet; only those `wanted`, all if None."""
    names = [name for name in rate_names(sample.names, catalogue) if wanted is None or name in wanted]
    if not names:
        return sample
    columns = []
    for name in names:
        aggregate = catalogue[name].aggregate
        if isinstance(aggregate, Ratio):
            num, den = (sample.values[..., sample.names.index(part)] for part in (aggregate.num, aggregate.den))
            columns.append(quotient(num, den))
    values = np.concatenate([sample.values, np.stack(columns, axis=-1)], axis=-1)
    name_map = {**sample.name_map, **{name: name for name in names}}
    return replace(sample, names=(*sample.names, *names), values=values, name_map=name_map)
