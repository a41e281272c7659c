"""One source as a Sample, and what stands against it: unreadable, against its promises, late."""

from __future__ import annotations

import datetime as dt
import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from leadlag.batch.config import Config, MetricOfSource, Promise
from leadlag.batch.sources.rows import Rows, columns_of, metrics_of, rows_of
from leadlag.batch.sources.words import told
from leadlag.batch.spans import ReadSpan, ended_by, span_of, with_values
from leadlag.errors import ConfigError, DataContractError, LeadLagWarning, UsageError
from leadlag.sample import Sample, Violation, as_sample, raise_violations, read_file
from leadlag.sample.model import together

__all__ = ["TOTAL", "ColumnRead", "SourceProblem", "SourceRead", "plain_bytes", "read_source"]

#: Name of the sum over all segments.
TOTAL = "(total)"


@dataclass(frozen=True, kw_only=True)
class SourceProblem:
    """What stands against a source: a code, and a message."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ColumnRead:
    """One metric of a source: how many values are known, in which periods, and a fingerprint of all of them."""

    name: str
    n_rows: int
    first: str
    last: str
    sha256: str


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceRead:
    """A source as it was read.

    Parameters
    ----------
    name : str
    n_rows : int
        Of its tables.
    sample : Sample or None
        Its metrics under the names of the config; None if it cannot be read.
    problem : SourceProblem or None
        Why its jobs cannot be done.
    late : SourceProblem or None
        That its last period lies further back than was promised.
    notes : tuple of (str, str)
        Codes and texts of what was done to the numbers on the way in.
    first, last : str
        The periods between which it has values, those that are known ahead not counted; empty without any.
    """

    name: str
    n_rows: int = 0
    sample: Sample | None = field(default=None, repr=False)
    problem: SourceProblem | None = None
    late: SourceProblem | None = None
    notes: tuple[tuple[str, str], ...] = ()
    first: str = ""
    last: str = ""

    def columns(self) -> Iterator[ColumnRead]:
        """Each of its metrics."""
        for part in () if self.sample is None else self.sample.cadences:
            labels = part.calendar.labels
            frame = "\n".join((*labels, "", *part.segments)).encode()
            for place, name in enumerate(part.names):
                values = part.values[..., place]
                known = np.isfinite(values)
                seen = np.flatnonzero(known.reshape(-1, len(labels)).any(axis=0))
                yield ColumnRead(
                    name=name, n_rows=int(known.sum()), first=labels[seen[0]] if len(seen) else "",
                    last=labels[seen[-1]] if len(seen) else "", sha256=hashlib.sha256(frame + plain_bytes(values)).hexdigest(),
                )  # fmt: skip


def plain_bytes(values: np.ndarray) -> bytes:
    """Numbers as bytes: minus zero is zero, and what is missing has one form."""
    plain = np.where(np.isnan(values), np.nan, values + 0.0)
    return np.ascontiguousarray(plain, dtype="<f8").tobytes()


def read_source(name: str, config: Config, *, as_of: str) -> SourceRead:
    """Read one source of a config, and ask it what it promised.

    Parameters
    ----------
    name : str
    config : Config
    as_of : str
        Day of the run: periods that end later are left out.

    Returns
    -------
    SourceRead
        Also of one that cannot be read: `problem` says why (LL504), or what of the promises or of the door's rules is broken.
    """
    promise = config.contract.get(name, Promise())
    try:
        rows = rows_of(name, config)
        if (broken := _broken_promise(name, rows, config, promise)) is not None:
            return SourceRead(name=name, n_rows=rows.n_rows, problem=broken)
    except ConfigError:
        raise
    except (UsageError, OSError) as error:
        message = f"source {name!r} cannot be read: {told(error, config.base)}"
        return SourceRead(name=name, problem=SourceProblem(code="LL504", message=message))
    except DataContractError as error:
        problem = SourceProblem(code=error.code, message=f"source {name!r}: {told(error, config.base)}")
        return SourceRead(name=name, problem=problem)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LeadLagWarning)  # its notes say the same
            sample = _sample(name, rows, config, as_of=as_of)
    except (UsageError, DataContractError) as error:
        problem = SourceProblem(code=error.code, message=f"source {name!r}: {told(error, config.base)}")
        return SourceRead(name=name, n_rows=rows.n_rows, problem=problem)
    notes = tuple((note.code, note.text) for note in sample.notes)
    span = span_of(sample, ahead=_ahead(metrics_of(name, config)))
    return SourceRead(
        name=name, n_rows=rows.n_rows, sample=sample, late=_lateness(name, span, promise, as_of), notes=notes,
        first=span.first, last=span.last,
    )  # fmt: skip


def _broken_promise(name: str, rows: Rows, config: Config, promise: Promise) -> SourceProblem | None:
    """What of its promises a table breaks, all at once."""
    asked = config.sources[name]
    metrics = metrics_of(name, config)
    needed = [*promise.required, asked.time, *([asked.segment] if asked.segment else []), *columns_of(metrics)]
    wrong = []
    if lacking := [column for column in dict.fromkeys(needed) if column not in rows.columns]:
        wrong.append(f"it has no column {', '.join(map(repr, lacking))}; it has {', '.join(map(repr, rows.columns[:12]))}")
    if promise.min_rows is not None and rows.n_rows < promise.min_rows:
        wrong.append(f"it has {rows.n_rows:,} rows, fewer than min_rows {promise.min_rows:,}")
    if promise.duplicates == "error" and not lacking and (n_twice := rows.n_twice):
        wrong.append(
            f"{n_twice:,} rows have a time and segment that another has ({rows.example}): drop them, or say duplicates: aggregate"
        )
    return SourceProblem(code="LL324", message=f"source {name!r}: {'; '.join(wrong)}") if wrong else None


def _sample(name: str, rows: Rows, config: Config, *, as_of: str) -> Sample:
    """The metrics of a source under the names of the config."""
    asked, metrics, reading = config.sources[name], metrics_of(name, config), config.reading(name)
    if asked.calendar is not None:
        reading["calendar"] = read_file(config.base / asked.calendar)
    frame, catalogue = rows.named(metrics)
    sample = as_sample(frame, time=asked.time, segment=asked.segment, catalogue=catalogue, **reading)
    for each in metrics:
        if (why := sample.why_left_out(each, each)) is not None:
            raise DataContractError(f"metric {each!r}", violations=[why])
    _refuse_taken(sample.segments, str(asked.segment))
    sample = _as_asked(sample.select(tuple(metrics)), metrics)
    return with_values(ended_by(sample, as_of, ahead=_ahead(metrics)))


def _ahead(metrics: Mapping[str, MetricOfSource]) -> dict[str, int]:
    """Periods by which metrics are known ahead."""
    return {name: -one.metric.available_after for name, one in metrics.items() if one.metric.available_after < 0}


def _refuse_taken(segments: Sequence[str], column: str) -> None:
    """Segments by the names that jobs without a segment and totals have."""
    if taken := [name for name in segments if not name.strip() or name == TOTAL]:
        shown = " and ".join(map(repr, taken))
        step = f"fill in the segments, name rows of totals otherwise than {TOTAL!r}, or leave them out."
        text = f"{shown} is no name of a segment: jobs without segments and totals go by it."
        raise_violations([Violation(code="LL303", argument="segment", column=column, text=text, next_step=step)])


def _as_asked(sample: Sample, metrics: Mapping[str, MetricOfSource]) -> Sample:
    """With the rules of the config, where folded rows had others."""
    rules = {name: one.metric.aggregate for name, one in metrics.items()}
    there = {*rules, *columns_of(metrics)}
    cadences = [
        replace(
            part, parts={name: values for name, values in part.parts.items() if name in there},
            aggregates={name: rules.get(name, rule) for name, rule in part.aggregates.items() if name in there},
        )
        for part in sample.cadences
    ]  # fmt: skip
    return together(cadences, sample, order=sample.order)


def _lateness(name: str, span: ReadSpan, promise: Promise, as_of: str) -> SourceProblem | None:
    """That the last period with values lies further back than was promised."""
    if promise.days is None or span.day is None:
        return None
    behind = (dt.date.fromisoformat(as_of) - span.day).days
    if behind <= promise.days:
        return None
    text = f"source {name!r} is late: its last period, {span.last}, ended {behind} days before {as_of}"
    return SourceProblem(code="LL505", message=f"{text}, and freshness allows {promise.freshness}")
