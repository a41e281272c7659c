"""Metrics that are known ahead: each value stands where it was known, not in the period that it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from leadlag.catalogue import Metric, Ratio
from leadlag.core.arrays import Floats
from leadlag.core.time.lags import brought_forward
from leadlag.errors import UsageError
from leadlag.sample.model import Sample, together
from leadlag.sample.notes import Note
from leadlag.wording.shown import joined, periods, shown

__all__ = ["moved_ahead"]

_MOST_NAMES = 6


def moved_ahead(sample: Sample, metrics: Mapping[str, Metric], *, kpi: str, controls: tuple[str, ...]) -> Sample:
    """The sample in which row t has, of a metric that is known n of its periods ahead, the value for period t + n.

    Parameters
    ----------
    sample : Sample
        Of one segment, before `around`; not changed.
    metrics : Mapping from str to Metric
        Those with `available_after` below zero are moved.
    kpi : str
        May not be one of them.
    controls : tuple of str
        Stay where they are: they stand in every model in the period that they are for.

    Returns
    -------
    Sample
        With `ahead`, and a note of what was moved; itself if there is nothing to move.
    """
    counts = {
        name: -metric.available_after for name, metric in metrics.items() if metric.available_after < 0 and name not in controls
    }
    if kpi in counts:
        raise UsageError(
            f"kpi={kpi!r} has available_after={-counts[kpi]}: what is to be predicted is not known ahead. Give 0 or more, or "
            "name its plan as a lead and what came of it as the KPI.",
            argument="kpi",
        )
    counts = {name: counts[name] for name in sample.all_names if name in counts}
    if not counts:
        return sample
    if done := [name for name in counts if name in sample.paces]:
        raise UsageError(
            f"{done[0]!r} is known ahead by periods of its own, and data stand on the calendar of another metric already: give "
            "the sample as it was before `around`.",
            argument="data",
        )
    parts = [_moved(part, {name: counts[name] for name in part.names if name in counts}) for part in sample.cadences]
    told = Note(code="LL150", column=None, text=_text({name: (count, _unit(sample, name)) for name, count in counts.items()}))
    return replace(together(parts, sample, order=sample.order), notes=(*sample.notes, told))


def _moved(part: Sample, counts: Mapping[str, int]) -> Sample:
    """Metrics of one calendar, some brought forward; a rate with its numerator and denominator."""
    if not counts:
        return part
    values = part.values.copy()
    rules, parts = dict(part.aggregates), dict(part.parts)
    for name, count in counts.items():
        place = part.names.index(name)
        if count >= part.n_periods:
            most = part.n_periods - 1
            raise UsageError(
                f"{name!r} has available_after={-count}, and the data have {periods(part.n_periods, part.calendar.unit)} of it: "
                f"give at least {-most}.",
                argument="catalogue",
            )
        values[:, place] = brought_forward(values[:, place], count)
        if isinstance(rule := rules.get(name), Ratio):
            known = [each for each in (rule.num, rule.den) if each in parts or each in part.names]
            if len(known) == 2:
                rules[name] = Ratio(*(f"{each}, {count} ahead" for each in known))
                parts |= {f"{each}, {count} ahead": brought_forward(_part(part, each), count) for each in known}
    return replace(part, values=values, aggregates=rules, parts=parts, ahead=dict(counts))


def _part(part: Sample, name: str) -> Floats:
    found = part.parts.get(name)
    return np.asarray(part.column(name) if found is None else found, dtype=np.float64)


def _unit(sample: Sample, name: str) -> str:
    return next(part.calendar.unit for part in sample.cadences if name in part.names)


def _text(counts: Mapping[str, tuple[int, str]]) -> str:
    """What was moved, and what follows for its lags."""
    told = [f"{shown(name)} by {periods(count, unit)}" for name, (count, unit) in counts.items()]
    told = told if len(told) <= _MOST_NAMES else [*told[:_MOST_NAMES], f"{len(told) - _MOST_NAMES} others"]
    return (
        f"known ahead: {joined(told)}. Lags are searched from when a value was known, and counted from the period that it is "
        "for; values must be those that were known then."
    )
