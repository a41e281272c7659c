"""One source as a Sample, and what stands against it: unreadable, against its promises, late."""

from __future__ import annotations

import datetime as dt
import glob
import hashlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from leadlag.batch.config import Config, MetricOfSource, Promise
from leadlag.catalogue import Ratio
from leadlag.errors import DataContractError, LeadLagWarning, UsageError
from leadlag.sample import Sample, as_sample, read_file

__all__ = ["ColumnRead", "Problem", "SourceRead", "plain_bytes", "read_source"]


@dataclass(frozen=True, kw_only=True)
class Problem:
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
    problem : Problem or None
        Why its jobs cannot be done.
    late : Problem or None
        That its last period lies further back than was promised.
    notes : tuple of (str, str)
        Codes and texts of what was done to the numbers on the way in.
    """

    name: str
    n_rows: int = 0
    sample: Sample | None = field(default=None, repr=False)
    problem: Problem | None = None
    late: Problem | None = None
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def first(self) -> str:
        """The first period; empty without any."""
        return self.sample.periods[0] if self.sample is not None and self.sample.n_periods else ""

    @property
    def last(self) -> str:
        """The last period; empty without any."""
        return self.sample.periods[-1] if self.sample is not None and self.sample.n_periods else ""

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
        frame = _table(name, config)
    except (UsageError, OSError) as error:
        message = f"source {name!r} cannot be read: {error.args[0] if isinstance(error, UsageError) else error}"
        return SourceRead(name=name, problem=Problem(code="LL504", message=message))
    except DataContractError as error:
        return SourceRead(name=name, problem=Problem(code=error.code, message=f"source {name!r}: {error.args[0]}"))
    if (broken := _broken_promise(name, frame, config, promise)) is not None:
        return SourceRead(name=name, n_rows=len(frame), problem=broken)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LeadLagWarning)  # its notes say the same
            sample = _sample(name, frame, config, as_of=as_of)
    except (UsageError, DataContractError) as error:
        problem = Problem(code=error.code, message=f"source {name!r}: {error.args[0]}")
        return SourceRead(name=name, n_rows=len(frame), problem=problem)
    notes = tuple((note.code, note.text) for note in sample.notes)
    late = _lateness(name, sample, promise, as_of)
    return SourceRead(name=name, n_rows=len(frame), sample=sample, late=late, notes=notes)


def _table(name: str, config: Config) -> pd.DataFrame:
    """The rows of a source; those of several files below each other, in the order of their names."""
    asked = config.sources[name]
    pattern = str(config.base / asked.path)
    paths = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(asked.path) else [pattern]
    if not paths:
        raise UsageError(f"path={asked.path!r} is no file: there is none of that form. Look at the folder, and at the ending.")
    tables = [read_file(Path(path), **config.opening(name)) for path in paths]
    first = tables[0]
    for path, table in zip(paths[1:], tables[1:], strict=True):
        if list(table.columns) != list(first.columns):
            raise UsageError(
                f"path={Path(path).name!r} has other columns than {Path(paths[0]).name!r}: {_difference(first, table)}. Give the "
                "files of one source the same columns, or make two sources of them."
            )
    return first if len(tables) == 1 else pd.concat(tables, ignore_index=True)


def _difference(first: pd.DataFrame, other: pd.DataFrame) -> str:
    lacks = [str(name) for name in first.columns if name not in other.columns]
    more = [str(name) for name in other.columns if name not in first.columns]
    told = [f"without {', '.join(map(repr, lacks[:5]))}"] * bool(lacks) + [f"with {', '.join(map(repr, more[:5]))}"] * bool(more)
    return " and ".join(told) or "in another order"


def _broken_promise(name: str, frame: pd.DataFrame, config: Config, promise: Promise) -> Problem | None:
    """What of its promises a table breaks, all at once."""
    asked = config.sources[name]
    columns = [str(column) for column in frame.columns]
    needed = [*promise.required, asked.time, *([asked.segment] if asked.segment else []), *_columns_of(name, config)]
    wrong = []
    if lacking := [column for column in dict.fromkeys(needed) if column not in columns]:
        wrong.append(f"it has no column {', '.join(map(repr, lacking))}; it has {', '.join(map(repr, columns[:12]))}")
    if promise.min_rows is not None and len(frame) < promise.min_rows:
        wrong.append(f"it has {len(frame):,} rows, fewer than min_rows {promise.min_rows:,}")
    keys = [column for column in (asked.time, asked.segment) if column in columns]
    if promise.duplicates == "error" and not lacking and (twice := frame.duplicated(keys)).any():
        row = frame.loc[twice, keys].iloc[0]
        where = ", ".join(f"{key} {row[key]}" for key in keys)
        wrong.append(
            f"{int(twice.sum()):,} rows have a time and segment that another has ({where}): drop them, or say "
            "duplicates: aggregate"
        )
    return Problem(code="LL324", message=f"source {name!r}: {'; '.join(wrong)}") if wrong else None


def _columns_of(name: str, config: Config) -> Iterator[str]:
    """Columns of a source that its metrics are made of."""
    for metric in config.metrics.values():
        if metric.source != name:
            continue
        rule = metric.metric.aggregate
        yield from (rule.num, rule.den) if isinstance(rule, Ratio) else (metric.column,)


def _sample(name: str, frame: pd.DataFrame, config: Config, *, as_of: str) -> Sample:
    """The metrics of a source under the names of the config."""
    asked = config.sources[name]
    metrics = {each: one for each, one in config.metrics.items() if one.source == name}
    reading = config.reading(name)
    if asked.calendar is not None:
        reading["calendar"] = read_file(config.base / asked.calendar)
    sample = as_sample(
        _renamed(frame, asked.time, asked.segment, metrics), time=asked.time, segment=asked.segment, as_of=as_of,
        catalogue=[one.metric for one in metrics.values()], **reading,
    )  # fmt: skip
    for each in metrics:
        if (why := sample.why_left_out(each, each)) is not None:
            raise DataContractError(f"metric {each!r}", violations=[why])
    return sample.select(tuple(metrics))


def _renamed(frame: pd.DataFrame, time: str, segment: str | None, metrics: Mapping[str, MetricOfSource]) -> pd.DataFrame:
    """The columns that are needed, those of metrics under their own names."""
    by_text = {str(column): column for column in frame.columns}
    wanted = {column: column for column in (time, segment) if column is not None}
    for name, one in metrics.items():
        rule = one.metric.aggregate
        parts = {part: part for part in (rule.num, rule.den)} if isinstance(rule, Ratio) else {name: one.column}
        for each, column in parts.items():
            if wanted.setdefault(each, column) != column:
                raise UsageError(
                    f"metric {name!r} asks for {each!r}, which is the name of another column here: rename the metric."
                )
    found = pd.DataFrame({each: frame[by_text[column]] for each, column in wanted.items()})
    found.attrs = dict(frame.attrs)
    return found


def _lateness(name: str, sample: Sample, promise: Promise, as_of: str) -> Problem | None:
    """That the last period lies further back than was promised."""
    if promise.days is None or not sample.calendar.dated or not sample.n_periods:
        return None
    last = int(sample.calendar.edges[-1]) - 1
    behind = (dt.date.fromisoformat(as_of) - dt.date(1970, 1, 1)).days - last
    if behind <= promise.days:
        return None
    text = f"source {name!r} is late: its last period, {sample.periods[-1]}, ended {behind} days before {as_of}"
    return Problem(code="LL505", message=f"{text}, and freshness allows {promise.freshness}")
