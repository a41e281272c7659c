"""Samples side by side: those of one cadence on one calendar, one Sample a cadence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from leadlag.sample.model import Sample, together
from leadlag.sample.naming import is_open, question
from leadlag.sample.periods import Cadence, DatesAt, cadence_of, calendar_of, days_per_period, ordinals_of
from leadlag.sample.violations import Fix, ViolationList
from leadlag.sample.years import year_fixes, year_step

__all__ = ["by_cadence", "merged"]

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
    if not _one_clock([(label, part) for label, sample in samples.items() for part in sample.cadences], violations):
        return None
    order = tuple(name for sample in samples.values() for name in sample.all_names)
    parts = [(label, part) for label, sample in samples.items() for part in sample.cadences]
    if not _one_year(parts, violations) or not _one_end(parts, violations):
        return None
    whole = by_cadence([part for sample in samples.values() for part in sample.cadences], order=order)
    notes = (note for sample in samples.values() for note in sample.notes)
    return replace(whole, notes=tuple(dict.fromkeys(notes)))


def by_cadence(parts: Sequence[Sample], *, order: Sequence[str]) -> Sample:
    """Samples as one: those of one cadence side by side, the slowest cadence in front.

    Parameters
    ----------
    parts : sequence of Sample
        Each of one cadence; dated, if there are several.
    order : sequence of str
        All their metrics, as they came.
    """
    if len(parts) == 1:
        return parts[0]
    groups: dict[Cadence, list[Sample]] = {}
    for part in parts:
        groups.setdefault(cadence_of(part.calendar), []).append(part)
    slowest = sorted(groups, key=lambda cadence: (-days_per_period(cadence), cadence.freq, cadence.week_start, cadence.origin))
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    left_out = tuple(dict.fromkeys(column for part in parts for column in part.left_out))
    whole = replace(parts[0], notes=notes, left_out=left_out)
    return together([_side_by_side(groups[cadence], cadence, order) for cadence in slowest], whole, order=order)


def _side_by_side(samples: Sequence[Sample], cadence: Cadence, order: Sequence[str]) -> Sample:
    """Samples of one cadence and the same segments on the calendar that holds them all, metrics in their order."""
    if len(samples) == 1:
        return samples[0]
    begins = [int(ordinals_of(sample.calendar.starts.to_numpy(dtype="datetime64[us]")[:1], cadence)[0]) for sample in samples]
    first = min(begins)
    last = max(begin + sample.n_periods for begin, sample in zip(begins, samples, strict=True)) - 1
    calendar = calendar_of(first, last, cadence, tz=next((tz for sample in samples if (tz := sample.calendar.tz)), None))
    holidays = tuple(sorted({day for sample in samples for day in sample.calendar.holidays}))
    odd = next((sample.calendar for sample in samples if sample.calendar.off), samples[0].calendar)
    calendar = replace(calendar, off=odd.off, off_fixes=odd.off_fixes, holidays=holidays)

    def placed(values: np.ndarray, begin: int, *, axis: int) -> np.ndarray:
        before, after = begin - first, last + 1 - begin - values.shape[axis]
        widths = [(0, 0)] * values.ndim
        widths[axis] = (before, after)
        return np.pad(values, widths, constant_values=np.nan)

    ends: dict[str, DatesAt] = {name: sample.calendar.dates_at or "start" for sample in samples for name in sample.names}
    pairs = list(zip(begins, samples, strict=True))
    whole = Sample(
        calendar=calendar,
        names=tuple(name for sample in samples for name in sample.names),
        values=np.concatenate([placed(sample.values, begin, axis=-2) for begin, sample in pairs], axis=-1),
        notes=tuple(dict.fromkeys(note for sample in samples for note in sample.notes)),
        left_out=tuple(dict.fromkeys(column for sample in samples for column in sample.left_out)),
        segments=samples[0].segments,
        name_map={name: label for sample in samples for name, label in sample.name_map.items()},
        aggregates={name: rule for sample in samples for name, rule in sample.aggregates.items()},
        parts={name: placed(part, begin, axis=-1) for begin, sample in pairs for name, part in sample.parts.items()},
        dates_at=ends if len(set(ends.values())) > 1 else {},
        tables={name: table for sample in samples for name, table in sample.tables.items()},
    )
    here = frozenset(whole.names)
    return whole.select([name for name in order if name in here])


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
    step = "declare the one zone in which periods are meant, for example"
    fix = Fix.of(tz="Europe/Berlin")
    violations.add("LL310", "the tables do not have one time zone.", argument="time", examples=shown, next_step=step, fix=fix)
    return False


def _one_year(parts: Sequence[tuple[str, Sample]], violations: ViolationList) -> bool:
    """Whether periods of one cadence are those of one kind of year: others of the same number are not the same time."""
    for freq in {part.calendar.freq for _, part in parts}:
        kinds = {part.calendar.off: label for label, part in parts if part.calendar.freq == freq}
        if len(kinds) > 1:
            shown = [f"{label}: {freq}s {off or 'of the calendar'}" for off, label in sorted(kinds.items())]
            text = f"the tables do not count {freq}s alike."
            odd = next(part.calendar for _, part in parts if part.calendar.freq == freq and part.calendar.off)
            step = f"date each figure by the calendar {freq} that it is for, in all tables, or {year_step(odd)}"
            violations.add("LL309", text, argument="time", examples=shown, next_step=step, fix=year_fixes(odd))
            return False
    return True


def _one_end(parts: Sequence[tuple[str, Sample]], violations: ViolationList) -> bool:
    """Whether dates of one cadence name the same end of it; where only some tables say which, the others are asked."""
    said = [cadence_of(part.calendar) for _, part in parts if part.calendar.dates_at is not None]
    unsaid = [(label, part) for label, part in parts if is_open(part.calendar) and cadence_of(part.calendar) in said]
    tables = [label for label, _ in unsaid]
    for label, part in unsaid:
        given = "" in part.tables.values()
        asked = question(
            part.calendar, part.names, beside="other tables that say it", argument=label, tables=tables, of_sample=given
        )
        violations.found.append(asked)
    return not unsaid


def _within_a_day(sample: Sample) -> bool:
    cadence = cadence_of(sample.calendar)
    return cadence.freq == "hour" or (cadence.freq == "period" and cadence.base == "us" and cadence.step % _DAY != 0)
