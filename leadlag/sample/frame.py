"""Wide tables in: one column per metric, any eager frame, one Sample out."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import nearest
from leadlag.catalogue import Metric, Missing
from leadlag.errors import DataWarning, UsageError
from leadlag.sample.columns import Block, read_columns
from leadlag.sample.detect import TimeSource, find_time
from leadlag.sample.grid import Grid, build_grid, repeated_periods
from leadlag.sample.missing import fill_missing
from leadlag.sample.model import Note, Sample
from leadlag.sample.names import CleanNames, clean_names, requested_names
from leadlag.sample.periods import Freq
from leadlag.sample.rates import add_rates, fold_metrics, rate_names, rate_parts, undeclared_metrics
from leadlag.sample.settings import Settings
from leadlag.sample.tables import as_pandas
from leadlag.sample.times import Stamps, read_times
from leadlag.sample.violations import Violation, ViolationList, counted, raise_violations

__all__ = ["as_sample", "find_violations", "from_wide"]


def from_wide(
    data: Any,
    *,
    time: str | None = None,
    freq: Freq | None = None,
    tz: str | None = None,
    date_format: str | None = None,
    as_of: Any = None,
    catalogue: Iterable[Metric] | None = None,
    infinite: str = "error",
) -> Sample:
    """Read a wide table, one column per metric, into a `Sample`.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table
        One row per period. It is not changed.
    time : str, optional
        Column (or index name) with the times. None takes a dated index, else the one column that can only be
        dates, else the order of the rows.
    freq : {"hour", "day", "business_day", "week", "month", "quarter", "year", "period"}, optional
        Cadence; None infers it from the most frequent step.
    tz : str, optional
        The one zone in which periods are meant; stamps with another zone are converted, stamps without are read in it.
    date_format : str, optional
        ``strptime`` format of text dates; None means ISO.
    as_of : date, datetime, str or int, optional
        What was known then: periods that end later are dropped. A date counts to its end.
    catalogue : iterable of Metric, optional
        How several rows of one period become one value, and rates to compute.
    infinite : {"error", "missing"}
        What an infinite value means.

    Returns
    -------
    Sample

    Raises
    ------
    DataContractError
        Lists everything that is wrong with the data.
    UsageError
        If an argument is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-08", "2024-01-22"], "visits": [3, 4, 5]})
    >>> from_wide(frame).column("visits")
    array([ 3.,  4., nan,  5.])
    """
    settings = Settings.checked(
        time=time, freq=freq, tz=tz, date_format=date_format, as_of=as_of, catalogue=catalogue, infinite=infinite
    )
    return _read_or_raise(data, settings, None)


def as_sample(
    data: Any,
    *,
    time: str | None = None,
    catalogue: Iterable[Metric] | None = None,
    missing: Missing = "mask",
    columns: Any = None,
    freq: Freq | None = None,
    tz: str | None = None,
    date_format: str | None = None,
    as_of: Any = None,
    infinite: str = "error",
) -> Sample:
    """Read whatever a caller gave as `data` into a `Sample` of the metrics that will be used.

    Parameters
    ----------
    data : Sample or eager frame
        A Sample passes through, then metrics are chosen and missing periods treated.
    time, freq, tz, date_format, as_of, infinite
        As in `from_wide`; not allowed with a Sample, which has its calendar.
    catalogue : iterable of Metric, optional
        What is known about the metrics; its `missing` goes before the argument.
    missing : {"mask", "error", "zero"} or ("ffill", n)
        What to do with missing periods; nothing is filled by default.
    columns : str, sequence of str, or Mapping from argument to names, optional
        The metrics to use, in this order. A mapping such as ``{"kpi": "sales", "leads": ["visits"]}`` makes messages
        name the right argument. None takes every column of numbers; columns of text are left out and listed.

    Returns
    -------
    Sample

    Raises
    ------
    DataContractError
        Lists everything that is wrong with these columns.
    UnknownNameError
        If a name is not in the data; with the nearest one.
    UsageError
        If an argument is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"sales": [1, 2, 3], "visits": [4, None, 6], "city": ["A", "B", "C"]})
    >>> sample = as_sample(frame, columns=["visits", "sales"], missing="zero")
    >>> sample.names, sample.column("visits")
    (('visits', 'sales'), array([4., 0., 6.]))
    """
    settings = Settings.checked(
        time=time, freq=freq, tz=tz, date_format=date_format, as_of=as_of, catalogue=catalogue, missing=missing, infinite=infinite
    )
    return _read_or_raise(data, settings, columns)


def find_violations(
    data: Any,
    *,
    time: str | None = None,
    catalogue: Iterable[Metric] | None = None,
    missing: Missing = "mask",
    columns: Any = None,
    freq: Freq | None = None,
    tz: str | None = None,
    date_format: str | None = None,
    as_of: Any = None,
    infinite: str = "error",
) -> tuple[Violation, ...]:
    """Everything that is wrong with the data, as a table of its own would say it; empty if it can be used.

    Parameters are those of `as_sample`.

    Returns
    -------
    tuple of Violation

    Raises
    ------
    UsageError
        If an argument is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> [found.code for found in find_violations(pd.DataFrame({"sales": [1.0, float("inf")]}))]
    ['LL302']
    """
    settings = Settings.checked(
        time=time, freq=freq, tz=tz, date_format=date_format, as_of=as_of, catalogue=catalogue, missing=missing, infinite=infinite
    )
    return _read(data, settings, columns)[1]


def _read_or_raise(data: Any, settings: Settings, columns: Any) -> Sample:
    sample, violations = _read(data, settings, columns)
    if sample is None:
        raise_violations(violations)
    return sample


def _read(data: Any, settings: Settings, columns: Any) -> tuple[Sample | None, tuple[Violation, ...]]:
    """The Sample, or all that stands against it."""
    violations = ViolationList()
    sample: Sample | None
    if isinstance(data, Sample):
        sample, asked = _from_sample(data, settings, columns, violations)
    else:
        sample, asked = _from_frame(as_pandas(data), settings, columns, violations)
    if sample is not None and not len(violations):
        sample = _finish(sample, asked, settings, violations)
    return (None if len(violations) else sample), tuple(violations)


def _from_sample(
    sample: Sample, settings: Settings, columns: Any, violations: ViolationList
) -> tuple[Sample, dict[str, str] | None]:
    """A Sample again, with the metrics that were asked for."""
    for name in ("time", "freq", "tz", "date_format", "as_of"):
        if getattr(settings, name) is not None:
            raise UsageError(
                f"{name}={getattr(settings, name)!r} is not allowed with a Sample, which has its calendar: give it to from_wide."
            )
    known = (*sample.names, *rate_names(sample.names, settings.catalogue), *(column.name for column in sample.left_out))
    asked = requested_names(columns, known, sample.name_map)
    unknown = [note for note in _unknown_metrics(settings.catalogue, known) if note not in sample.notes]
    refusals = (sample.why_left_out(name, argument) for name, argument in (asked or {}).items())
    violations.found.extend(refusal for refusal in refusals if refusal is not None)
    return _with_notes(sample, unknown), asked


def _from_frame(
    frame: pd.DataFrame, settings: Settings, columns: Any, violations: ViolationList
) -> tuple[Sample | None, dict[str, str] | None]:
    """A frame on its grid, before missing periods are treated."""
    clean = clean_names(list(frame.columns), violations)
    labels = dict(zip(clean.names, clean.labels, strict=True))
    known = (*clean.names, *rate_names(clean.names, settings.catalogue))
    asked = requested_names(columns, known, labels)
    if len(violations):  # look at the numbers all the same, so that one error lists everything
        places = [place for place, name in enumerate(clean.names) if name != settings.time and (asked is None or name in asked)]
        rows = _positions(len(frame))
        read_columns(frame, clean.names, places, asked=asked or {}, infinite=settings.infinite, rows=rows, violations=violations)
        return None, asked
    source = find_time(frame, clean.names, settings.time, asked or {})
    if asked is not None and source.place is not None and source.name in asked:
        raise UsageError(f"{asked[source.name]} names {source.name!r}, which holds the times: name a metric.")
    if len(frame) == 0:
        violations.add("LL312", "the table has no rows.", next_step="give one row per period.")
        return None, asked
    stamps = _stamps(source, settings, violations)
    places = _places(clean.names, source.place, asked, settings.catalogue)
    labelled = _row_labels(source, stamps, len(frame))
    block = read_columns(
        frame, clean.names, places, asked=asked or {}, infinite=settings.infinite, rows=labelled, violations=violations
    )
    grid = None
    if stamps is not None or source.values is None:
        grid = build_grid(stamps, len(frame), freq=settings.freq, as_of=settings.as_of, time=source.name, violations=violations)
    notes = _check_repeats(grid, block, source, settings.catalogue, violations) if grid is not None else ()
    if grid is None or len(violations):
        return None, asked
    unknown = _unknown_metrics(settings.catalogue, known)
    return _with_notes(_on_grid(block, grid, clean, settings, (*source.notes, *notes)), unknown), asked


def _unknown_metrics(catalogue: Mapping[str, Metric], known: Sequence[str]) -> list[Note]:
    """Metrics of the catalogue that the data do not have: often a name that is spelled in another way."""
    texts = [f"the catalogue names {name!r}, which the data do not have.{nearest(name, known)}" for name in catalogue
             if name not in known]  # fmt: skip
    return [Note(code="LL120", column=None, text=text) for text in texts]


def _with_notes(sample: Sample, notes: Sequence[Note]) -> Sample:
    """The sample with further notes, each also given as a warning."""
    for note in notes:
        warnings.warn(DataWarning(note.text, code=note.code), stacklevel=2)
    return replace(sample, notes=(*sample.notes, *notes)) if notes else sample


def _stamps(source: TimeSource, settings: Settings, violations: ViolationList) -> Stamps | None:
    if source.values is None:
        for name, value in (("tz", settings.tz), ("date_format", settings.date_format)):
            if value is not None:
                raise UsageError(f"{name}={value!r} needs times: name the column that holds them with time=.")
        return None
    counter = source.counter or settings.freq == "period"
    return read_times(
        source.values, name=source.name, tz=settings.tz, date_format=settings.date_format, counter=counter, violations=violations
    )


def _places(
    names: Sequence[str], time: int | None, asked: Mapping[str, str] | None, catalogue: Mapping[str, Metric]
) -> list[int]:
    """Columns to read: those asked for and the parts of their rates, or all but the time."""
    if asked is None:
        return [place for place in range(len(names)) if place != time]
    wanted = {*asked, *rate_parts(asked, catalogue)}
    return [place for place, name in enumerate(names) if place != time and name in wanted]


def _positions(n_rows: int) -> list[str]:
    return [f"row {row}" for row in range(n_rows)]


def _row_labels(source: TimeSource, stamps: Stamps | None, n_rows: int) -> Sequence[str]:
    """How examples name a row: by its time, else by its position."""
    if source.values is None or stamps is None:
        return _positions(n_rows)
    if stamps.kind == "counter":
        return [f"{source.name or 'row'} {count}" for count in stamps.local]
    return [str(text).removesuffix("T00:00:00.000000").removesuffix(".000000") for text in np.datetime_as_string(stamps.local)]


def _check_repeats(
    grid: Grid, block: Block, source: TimeSource, catalogue: Mapping[str, Metric], violations: ViolationList
) -> tuple[Note, ...]:
    """Several rows in one period are an error unless the catalogue says for every metric what they add up to."""
    repeated = repeated_periods(grid)
    if not repeated:
        return ()
    undeclared = undeclared_metrics(block.names, catalogue)
    if not undeclared and block.names:
        rows, periods = sum(count for _, count in repeated), counted(len(repeated), "period", "periods")
        text = f"{rows} rows of {periods} were aggregated as the catalogue says."
        return (Note(code="LL117", column=source.name, text=text),)
    labels = grid.calendar.labels
    shown = [f"{labels[place]} occurs {count} times" for place, count in repeated[:5]]
    named = _first_names(undeclared)
    step = f"drop the copies, or say how rows add up with catalogue=[Metric(name, aggregate=...)] for {named}."
    count = counted(len(repeated), "period occurs", "periods occur")
    violations.add("LL301", f"{count} more than once.", argument="time", column=source.name, examples=shown, next_step=step)
    return ()


def _first_names(names: Sequence[str], most: int = 5) -> str:
    """The first names as text, the others counted."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more


def _on_grid(block: Block, grid: Grid, clean: CleanNames, settings: Settings, notes: tuple[Note, ...]) -> Sample:
    """Rows in their places, with the notes of the way there."""
    values = fold_metrics(block.values[grid.rows], block.names, grid.places, len(grid.calendar), settings.catalogue)
    labels: dict[str, Hashable] = dict(zip(clean.names, clean.labels, strict=True))
    renamed = [name for name in clean.changed if name in block.names]
    if renamed:
        shown = _first_names(renamed)
        notes = (
            *notes,
            Note(
                code="LL111",
                column=None,
                text=f"{counted(len(renamed), 'name was', 'names were')} joined, normalised or made text: {shown}.",
            ),
        )
    return Sample(
        calendar=grid.calendar,
        names=block.names,
        values=values,
        notes=(*notes, *grid.notes, *block.notes),
        left_out=block.left_out,
        name_map={name: labels[name] for name in block.names},
    )


def _finish(sample: Sample, asked: Mapping[str, str] | None, settings: Settings, violations: ViolationList) -> Sample:
    """Rates, the metrics asked for, and the rules for missing periods."""
    sample = add_rates(sample, settings.catalogue, None if asked is None else tuple(asked))
    if asked is not None:
        sample = sample.select(tuple(asked))
    values, notes = fill_missing(
        sample.values,
        sample.names,
        default=settings.missing,
        catalogue=settings.catalogue,
        asked=asked or {},
        periods=sample.periods if settings.missing != "mask" or settings.catalogue else (),
        violations=violations,
    )
    return replace(sample, values=values, notes=(*sample.notes, *notes)) if notes else sample
