"""One wide table: its names first, then its numbers on the grid of its periods."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.catalogue import Metric
from leadlag.errors import UsageError
from leadlag.sample.beside import parts_of_dates
from leadlag.sample.columns import ReadColumns, marks_in, read_columns
from leadlag.sample.detect import TimeSource, find_time
from leadlag.sample.events import explain_events
from leadlag.sample.grid import Grid, build_grid, form_notes, repeated_periods
from leadlag.sample.labels import Labels, labels_of
from leadlag.sample.marks import Marks
from leadlag.sample.merge import by_cadence
from leadlag.sample.model import LeftOut, Note, Sample, TableRead
from leadlag.sample.names import CleanNames, clean_names, first_names
from leadlag.sample.rates import fold_metrics, rate_parts, undeclared_metrics
from leadlag.sample.repeats import refuse_repeats, telling_apart
from leadlag.sample.settings import Settings
from leadlag.sample.sideways import refuse_sideways
from leadlag.sample.split import Group, first_rows, groups_of, slow_note
from leadlag.sample.tables import LINES, NATIVE, NOTES, row_words
from leadlag.sample.times import Stamps, read_times
from leadlag.sample.totals import Totals, collect_sums, totals_of
from leadlag.sample.violations import ViolationList, counted

__all__ = ["Wide"]

#: What is said of lines of a file that are no rows of the table.
_SKIP = " Lines that are no part of the table are left out by skip_rows=[...] in read_file, --skip-rows."


@dataclass(frozen=True, kw_only=True)
class Wide:
    """A wide table of which the names are known.

    Parameters
    ----------
    frame : pandas.DataFrame
        Not changed.
    clean : CleanNames
    sound : bool
        Whether the names can be used; else only what else is wrong is looked for.
    """

    frame: pd.DataFrame
    clean: CleanNames
    sound: bool

    @classmethod
    def of(cls, frame: pd.DataFrame, violations: ViolationList) -> Wide:
        """The table with its names cleaned, and what is wrong with them collected."""
        before = len(violations)
        clean = clean_names(frame.columns.tolist(), violations)
        return cls(frame=frame, clean=clean, sound=len(violations) == before)

    @cached_property
    def labels(self) -> dict[str, Hashable]:
        """The caller's own label of each name."""
        return dict(zip(self.clean.names, self.clean.labels, strict=True))

    def read(self, settings: Settings, asked: Mapping[str, str] | None, violations: ViolationList) -> Sample | None:
        """The metrics on their grid, before missing periods are treated; None after collecting why there are none.

        Parameters
        ----------
        settings : Settings
        asked : Mapping from str to str, or None
            Argument that named each metric; None takes every column of numbers.
        violations : ViolationList
        """
        frame, names = self.frame, self.clean.names
        if not self.sound:  # look at the numbers all the same, so that one error lists everything
            places = [place for place, name in enumerate(names) if name != settings.time and (asked is None or name in asked)]
            rows = _positions(len(frame))
            read_columns(
                frame, names, places, asked=asked or {}, infinite=settings.infinite, rows=rows,
                marks=marks_in(frame, places, settings), violations=violations,
            )  # fmt: skip
            return None
        if refuse_sideways(frame, names, asked, violations, native=NATIVE in frame.attrs):
            return None
        segment = self._segment(settings, asked)
        used = {*(asked or {}), *((names[segment],) if segment is not None else ())}
        source = find_time(frame, names, settings.time, used, date_format=settings.date_format, freq=settings.freq)
        source = replace(source, notes=(*frame.attrs.get(NOTES, ()), *source.notes))
        if asked is not None and source.place is not None and source.name is not None and source.name in asked:
            raise UsageError(f"{asked[source.name]} names {source.name!r}, which holds the times: name a metric.")
        if len(frame) == 0:
            violations.add("LL312", "the table has no rows.", next_step="give one row per period.")
            return None
        marks = marks_in(frame, [place for place in range(len(names)) if place != source.place], settings)
        table = _RowsRead.of(frame, names, source, marks, segment)
        return self._read_rows(table, settings, asked, violations)

    def _segment(self, settings: Settings, asked: Mapping[str, str] | None) -> int | None:
        """Position of the column that tells segments apart, if one was named."""
        if settings.segment is None:
            return None
        name = as_name(settings.segment, "segment", self.clean.names)
        if name == settings.time or name in (asked or {}):
            other = "time" if name == settings.time else (asked or {})[name]
            raise UsageError(f"segment={name!r} is named as {other} too: time, segment and metrics are different columns.")
        return self.clean.names.index(name)

    def _read_rows(
        self, table: _RowsRead, settings: Settings, asked: Mapping[str, str] | None, violations: ViolationList
    ) -> Sample | None:
        """The metrics of the rows that are periods."""
        names, source = self.clean.names, table.source
        stamps = table.stamps(settings, violations)
        segments = None if table.segment is None else labels_of(table.frame.iloc[:, table.segment], "segment", violations)
        if segments is not None and source.values is None:
            raise UsageError(
                "segment needs times, which say what rows of several segments belong together: name them with time=."
            )
        parts = parts_of_dates(table.frame, names, source.place, asked or {}, stamps)
        source = replace(source, dates=tuple(sorted({*source.dates, *parts})))
        aside = {*source.row_numbers, *source.dates, table.segment}
        places = [place for place in _places(names, source.place, asked, settings.catalogue) if place not in aside]
        labelled = _row_labels(source, stamps, len(table.frame))
        block = read_columns(
            table.frame, names, places, asked=asked or {}, infinite=settings.infinite, rows=labelled, marks=table.marks,
            violations=violations, dates=() if asked is not None else [names[place] for place in source.dates],
        )  # fmt: skip
        collect_sums(block.values, block.names, table.row, source.name, violations)
        if source.row_numbers:
            numbers = tuple(LeftOut(name=names[place], reason="row numbers") for place in source.row_numbers)
            block = replace(block, left_out=(*block.left_out, *numbers))
        if stamps is None and source.values is not None:
            return None
        if stamps is not None and settings.freq is None:
            groups = _groups(stamps, ~np.isnan(block.values), segments)
            if any(group.slow for group in groups):
                return self._split(
                    block, stamps, table, settings, violations, groups=groups, labelled=labelled, segments=segments
                )
        return self._placed(block, stamps, table, settings, violations, segments)

    def _placed(
        self, block: ReadColumns, stamps: Stamps | None, table: _RowsRead, settings: Settings, violations: ViolationList,
        segments: Labels | None,
    ) -> Sample | None:  # fmt: skip
        """Metrics on one grid."""
        source, n_rows = table.source, len(block.values)
        grid = build_grid(
            stamps,
            n_rows,
            freq=settings.freq,
            as_of=settings.as_of,
            time=source.name,
            violations=violations,
            filled=settings.filled,
        )
        if grid is None and len(violations):
            explain_events(block, list(table.frame.columns), violations)
        notes = _check_repeats(grid, block, table, settings.catalogue, violations, segments) if grid is not None else ()
        if grid is None or len(violations):
            return None
        form = "" if stamps is None else stamps.form_name(settings.date_format)
        read = TableRead(n_rows=len(self.frame), time=source.name, form=form)
        return _on_grid(block, grid, self.labels, settings, (*source.notes, *form_notes(stamps), *notes), read, segments)

    def _split(
        self,
        block: ReadColumns,
        stamps: Stamps,
        table: _RowsRead,
        settings: Settings,
        violations: ViolationList,
        *,
        groups: Sequence[Group],
        labelled: Sequence[str],
        segments: Labels | None,
    ) -> Sample | None:
        """Metrics on a grid for each cadence, every one with the rows in which it has values."""
        parts = []
        for group in groups:
            values = block.values[:, group.columns]
            rows = np.flatnonzero(~np.isnan(values).all(axis=1))
            names = tuple(block.names[column] for column in group.columns)
            mine = replace(block, names=names, values=values[rows])
            own = None if segments is None else segments.at(rows)
            part = self._placed(mine, stamps.at(rows), table, replace(settings, freq=group.freq), violations, own)
            if part is not None:
                notes = (slow_note(names, labelled[rows[0]], part.calendar),) if group.slow else ()
                parts.append(replace(part, notes=(*part.notes, *notes)))
        return None if len(violations) else by_cadence(parts, order=block.names)


@dataclass(frozen=True, kw_only=True)
class _RowsRead:
    """The rows of a table that are periods, and where their times are.

    Parameters
    ----------
    frame : pandas.DataFrame
        Without rows of totals.
    source : TimeSource
    row : callable
        How messages name a row.
    totals : Totals
    marks : Marks
        What is known of point and comma.
    segment : int or None
        Position of the column that tells segments apart.
    """

    frame: pd.DataFrame
    source: TimeSource
    row: Callable[[int], str]
    totals: Totals
    marks: Marks
    segment: int | None = None

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str], source: TimeSource, marks: Marks, segment: int | None) -> _RowsRead:
        """The table without rows that say they are totals and are."""
        row = row_words(frame)
        totals = Totals() if source.values is None else totals_of(frame, names, source.values, source.place, marks)
        if source.values is None or not totals.rows:
            return cls(frame=frame, source=source, row=row, totals=totals, marks=marks, segment=segment)
        kept = np.setdiff1d(np.arange(len(frame)), totals.rows)
        notes = (*source.notes, *totals.note(source.values, source.name, row))
        source = replace(source, values=source.values.iloc[kept], notes=notes)
        return cls(
            frame=frame.iloc[kept], source=source, row=lambda at: row(int(kept[at])), totals=totals, marks=marks, segment=segment
        )

    def stamps(self, settings: Settings, violations: ViolationList) -> Stamps | None:
        """The times, None where there are none or what is wrong with them was collected."""
        source = self.source
        if source.values is None:
            for name in ("tz", "date_format", "dates_at", "year_start", "calendar", "holidays"):
                if (value := settings.said_end if name == "dates_at" else getattr(settings, name)) is not None:
                    raise UsageError(f"{name}={value!r} needs times: name the column that holds them with time=.")
            return None
        hint = self.totals.hint + (_SKIP if LINES in self.frame.attrs else "")
        return read_times(
            source.values, name=source.name, tz=settings.tz, date_format=settings.date_format,
            freq="period" if source.counter else settings.freq, violations=violations, row=self.row, hint=hint,
            otherwise=source.otherwise, dates_at=settings.said_end, year_start=settings.first_month,
            table=settings.calendar, beside=settings.beside,
        )  # fmt: skip


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
        return [f"{source.name or 'row'} {count}" for count in stamps.texts]
    return stamps.texts


def _groups(stamps: Stamps, there: np.ndarray, segments: Labels | None) -> tuple[Group, ...]:
    """The metrics by cadence, whichever segments have them."""
    if segments is None:
        return groups_of(stamps, there)
    first, moment = first_rows(stamps)
    anywhere = np.zeros((len(first), there.shape[1]), dtype=bool)
    np.logical_or.at(anywhere, moment, there)
    return groups_of(stamps.at(first), anywhere)


def _check_repeats(
    grid: Grid, block: ReadColumns, table: _RowsRead, catalogue: Mapping[str, Metric], violations: ViolationList,
    segments: Labels | None,
) -> tuple[Note, ...]:  # fmt: skip
    """Several rows in one period are an error unless the catalogue says for every metric what they add up to."""
    repeated = repeated_periods(grid, None if segments is None else segments.codes[grid.rows].astype(np.int64))
    if not repeated:
        return ()
    undeclared = undeclared_metrics(block.names, catalogue)
    if not undeclared and block.names:
        rows, periods = sum(count for _, count in repeated), counted(len(repeated), "period", "periods")
        text = f"{rows} rows of {periods} were aggregated as the catalogue says."
        return (Note(code="LL117", column=table.source.name, text=text),)
    found = telling_apart(table.frame, table.source, grid, block.names) if segments is None else None
    refuse_repeats(grid, repeated, undeclared, table.source.name, violations, found=found, segmented=segments is not None)
    return ()


def _by_segment(block: ReadColumns, grid: Grid, segments: Labels | None, catalogue: Mapping[str, Metric]) -> np.ndarray:
    """Values on the grid, shape (n_periods, n_metrics), with several segments (n_segments, n_periods, n_metrics)."""
    n_periods = len(grid.calendar)
    if segments is None or len(segments.names) == 1:
        return fold_metrics(block.values[grid.rows], block.names, grid.places, n_periods, catalogue)
    slots = segments.codes[grid.rows] * np.int64(n_periods) + grid.places
    order = np.argsort(slots, kind="stable")  # by segment, in time order
    numbers = block.values[grid.rows[order]]
    values = fold_metrics(numbers, block.names, slots[order], len(segments.names) * n_periods, catalogue)
    return values.reshape(len(segments.names), n_periods, len(block.names))


def _on_grid(
    block: ReadColumns, grid: Grid, labels: Mapping[str, Hashable], settings: Settings, notes: tuple[Note, ...], read: TableRead,
    segments: Labels | None,
) -> Sample:  # fmt: skip
    """Rows in their places, with the notes of the way there."""
    values = _by_segment(block, grid, segments, settings.catalogue)
    values.flags.writeable = False  # new here, so that the Sample need not copy them
    # a label may be anything, pandas' NA too, which cannot be compared
    renamed = [name for name in block.names if not (isinstance(labels[name], str) and labels[name] == name)]
    if renamed:
        shown = first_names(renamed)
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
        segments=() if segments is None else segments.names,
        name_map={name: labels[name] for name in block.names},
        read=read,
    )
