"""The rows of one job out of the sources that its metrics come from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from leadlag._validation import nearest
from leadlag.batch.config import Promise
from leadlag.batch.sources.reading import TOTAL, SourceRead, plain_bytes
from leadlag.batch.spans import with_values
from leadlag.catalogue import Ratio
from leadlag.catalogue.ratios import adds_up
from leadlag.errors import UsageError
from leadlag.sample import Sample, as_sample
from leadlag.sample.aligned import quotient

__all__ = ["TOTAL", "job_sha256", "sample_of", "segments_of", "untestable_why"]


def segments_of(read: SourceRead) -> tuple[str, ...]:
    """The segments of a source; none if it has no column of them, or cannot be read."""
    return () if read.sample is None else read.sample.segments


def sample_of(names: Sequence[str], segment: str, reads: Mapping[str, SourceRead]) -> Sample:
    """These metrics in one segment, whatever sources they come from.

    Parameters
    ----------
    names : sequence of str
        The KPI first.
    segment : str
        Of the KPI's source; empty where it has none, `TOTAL` for the sum over all. Sources without segments go with each.
    reads : Mapping from str to SourceRead

    Returns
    -------
    Sample
        From the first period in which one of them has a value to the last, whatever the source has for others.

    Raises
    ------
    UsageError
        If the KPI's source does not have the segment, or a metric does not add up over segments.
    """
    parts = []
    for read in reads.values():
        if read.sample is None:
            continue
        own = tuple(name for name in names if name in read.sample.all_names)
        if own:
            sample = read.sample
            if segment not in ("", TOTAL, *sample.segments) and sample.segments and names[0] not in own:
                sample = _without(sample, segment)  # leads that are not seen in this segment have no values there
            parts.append(with_values(_in_segment(sample, own, segment, read.name)))
    return parts[0] if len(parts) == 1 else with_values(replace(as_sample(parts), segments=(segment,) if segment else ()))


def _in_segment(sample: Sample, names: Sequence[str], segment: str, source: str) -> Sample:
    """These metrics in one segment, taken first: all segments of a night's tables are not copied for each of its jobs."""
    if not sample.segments:
        return sample.select(names)
    if segment == TOTAL:
        return _total(sample.select(names))
    if segment not in sample.segments:
        known = ", ".join(sample.segments[:12])
        hint = nearest(segment, sample.segments)
        raise UsageError(f"segment {segment!r} is none of those of source {source!r}: {known}.{hint}", code="LL402")
    return sample.segment(segment).select(names)


def _without(sample: Sample, segment: str) -> Sample:
    """A segment that a source does not have: its metrics on its periods, all of them missing."""
    parts = {name: np.full(len(sample.calendar), np.nan) for name in sample.parts}
    values = np.full((len(sample.calendar), len(sample.names)), np.nan)
    others = tuple(_without(other, segment) for other in sample.others)
    return replace(sample, values=values, parts=parts, segments=(segment,), others=others)


def _total(sample: Sample) -> Sample:
    """The sum over all segments, a rate as the sum over the sum."""
    rules = {name: sample.aggregates.get(name) for name in sample.names}
    if other := [name for name, rule in rules.items() if not adds_up(rule)]:
        raise UsageError(
            f"{', '.join(map(repr, other))} cannot be added up over segments: give aggregate sum or a ratio, or leave "
            "them out of the leads of a total."
        )
    several = len(sample.segments) > 1
    parts = {name: _added(values) if several else values for name, values in sample.parts.items()}
    columns = [
        quotient(parts[rule.num], parts[rule.den]) if isinstance(rule, Ratio) else _added(sample.values[..., place])
        for place, rule in enumerate(rules.values())
    ] if several else None  # fmt: skip
    values = sample.values if columns is None else np.column_stack(columns)
    return replace(sample, values=values, parts=parts, segments=(TOTAL,), others=tuple(_total(other) for other in sample.others))


def _added(values: np.ndarray) -> np.ndarray:
    """The sum over segments, shape (n_periods,): missing where one that has begun and not ended is missing."""
    known = np.isfinite(values)
    begun = np.logical_or.accumulate(known, axis=1)
    ended = ~np.logical_or.accumulate(known[:, ::-1], axis=1)[:, ::-1]
    missing = (~known & begun & ~ended).any(axis=0) | ~known.any(axis=0)
    total: np.ndarray = np.where(missing, np.nan, np.where(known, values, 0.0).sum(axis=0))
    return total


def job_sha256(sample: Sample, names: Sequence[str]) -> str:
    """A fingerprint of all numbers that a job reads, and of the days that their periods are."""
    digest = hashlib.sha256()
    for part in sample.cadences:
        digest.update("\n".join((*part.calendar.labels, str(part.calendar.taken_at))).encode())
        if part.calendar.dated:  # the same labels name other days where dates_at is another, and so other seasons and holidays
            digest.update(part.calendar.edges.tobytes())
        for name in sorted(set(part.names) & set(names)):
            digest.update(name.encode())
            digest.update(plain_bytes(part.column(name)))
        for name in sorted(part.parts):
            digest.update(plain_bytes(part.parts[name]))
    return digest.hexdigest()


def untestable_why(sample: Sample, kpi: str, promise: Promise) -> str:
    """What of a promise the KPI's own rows do not keep; empty if they keep all."""
    part = next(one for one in sample.cadences if kpi in one.names)
    known = np.flatnonzero(np.isfinite(part.column(kpi)))
    if promise.min_periods is not None and len(known) < promise.min_periods:
        return f"{kpi!r} has {len(known)} known periods, fewer than min_periods {promise.min_periods}"
    gap = max((int(later - earlier) - 1 for earlier, later in pairwise(known)), default=0)
    if promise.max_gap is not None and gap > promise.max_gap:
        return f"{kpi!r} has a gap of {gap} periods, more than max_gap {promise.max_gap}"
    return ""
