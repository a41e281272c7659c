"""Samples side by side: those of one cadence on one calendar, one Sample a cadence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from leadlag.sample.model import Sample, together
from leadlag.sample.periods import Cadence, cadence_of, calendar_of, days_per_period, ordinals_of
from leadlag.sample.violations import AT_THE_DOOR, ViolationList

__all__ = ["merged"]

_DAY = 86_400_000_000


def merged(samples: Mapping[str, Sample], violations: ViolationList) -> Sample | None:
    """One Sample of several, the slowest cadence in front; None after collecting why their clocks do not fit together.

    Parameters
    ----------
    samples : Mapping from label to Sample
        Dated, each metric in one of them only, without several segments.
    violations : ViolationList
    """
    if len(samples) == 1:
        return next(iter(samples.values()))
    parts = [(label, part) for label, sample in samples.items() for part in sample.cadences]
    if not _one_clock(parts, violations):
        return None
    groups: dict[Cadence, list[Sample]] = {}
    for _, part in parts:
        groups.setdefault(cadence_of(part.calendar), []).append(part)
    cadences = sorted(groups, key=lambda cadence: (-days_per_period(cadence), cadence.freq, cadence.week_start, cadence.origin))
    whole = next(iter(samples.values()))
    whole = replace(
        whole,
        notes=tuple(note for sample in samples.values() for note in sample.notes),
        left_out=tuple(column for sample in samples.values() for column in sample.left_out),
    )
    order = tuple(name for sample in samples.values() for name in sample.all_names)
    return together([_side_by_side(groups[cadence], cadence) for cadence in cadences], whole, order=order)


def _side_by_side(samples: Sequence[Sample], cadence: Cadence) -> Sample:
    """Samples of one cadence on the calendar that holds them all."""
    firsts = [int(ordinals_of(sample.calendar.starts.to_numpy(dtype="datetime64[us]")[:1], cadence)[0]) for sample in samples]
    first = min(firsts)
    n_periods = max(begin + sample.n_periods for begin, sample in zip(firsts, samples, strict=True)) - first
    zones = [sample.calendar.tz for sample in samples if sample.calendar.tz is not None]
    names = tuple(name for sample in samples for name in sample.names)
    values = np.full((n_periods, len(names)), np.nan)
    parts: dict[str, np.ndarray] = {}
    column = 0
    for begin, sample in zip(firsts, samples, strict=True):
        rows = slice(begin - first, begin - first + sample.n_periods)
        values[rows, column : column + len(sample.names)] = sample.values
        column += len(sample.names)
        for name, part in sample.parts.items():
            parts[name] = np.full(n_periods, np.nan)
            parts[name][rows] = part
    return Sample(
        calendar=calendar_of(first, first + n_periods - 1, cadence, tz=zones[0] if zones else None),
        names=names,
        values=values,
        notes=tuple(note for sample in samples for note in sample.notes),
        left_out=tuple(column for sample in samples for column in sample.left_out),
        name_map={name: label for sample in samples for name, label in sample.name_map.items()},
        aggregates={name: rule for sample in samples for name, rule in sample.aggregates.items()},
        parts=parts,
    )


def _one_clock(parts: Sequence[tuple[str, Sample]], violations: ViolationList) -> bool:
    """Whether the zones fit together: one zone for days and longer periods, which without one are taken as dates of it.

    Hours and shorter steps are counted in UTC where they have a zone, so there the zone of the days has to be known.
    """
    days = {part.calendar.tz: label for label, part in parts if not _within_a_day(part)}
    hours = {part.calendar.tz: label for label, part in parts if _within_a_day(part)}
    zones = {zone: label for zone, label in days.items() if zone is not None}
    mixed = zones if len(zones) > 1 else {**days, **hours} if hours and None in {*days, *hours} else {}
    if len(mixed) < 2:
        return True
    shown = [f"{label}: {zone or 'none'}" for zone, label in mixed.items()]
    step = f"declare the one zone in which periods are meant, for example tz='Europe/Berlin'{AT_THE_DOOR}."
    violations.add("LL310", "the tables do not have one time zone.", argument="time", examples=shown, next_step=step)
    return False


def _within_a_day(sample: Sample) -> bool:
    cadence = cadence_of(sample.calendar)
    return cadence.freq == "hour" or (cadence.freq == "period" and cadence.base == "us" and cadence.step % _DAY != 0)
