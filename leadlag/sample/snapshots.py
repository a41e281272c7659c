"""Snapshots in: a table in which every row also says when it was known, one Vintages out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_name, only_data_positional
from leadlag.errors import UsageError
from leadlag.sample.columns import ReadColumns, marks_in, read_columns, read_values
from leadlag.sample.grid import build_grid, form_notes
from leadlag.sample.model import Note
from leadlag.sample.names import clean_names
from leadlag.sample.naming import is_open, question
from leadlag.sample.periods import Calendar, DatesAt, Freq
from leadlag.sample.settings import Settings
from leadlag.sample.split import first_rows, groups_of
from leadlag.sample.tables import NOTES, as_pandas
from leadlag.sample.times import Stamps, read_times
from leadlag.sample.vintages import Vintages, period_ends
from leadlag.sample.violations import ViolationList, counted, raise_violations

__all__ = ["from_snapshots"]

_ONE_DAY = np.timedelta64(1, "D")


@only_data_positional
def from_snapshots(
    data: Any,
    *,
    time: str,
    as_of: str,
    metric: str | None = None,
    value: str | None = None,
    freq: Freq | None = None,
    tz: str | None = None,
    date_format: str | None = None,
    dates_at: DatesAt | None = None,
    year_start: str | None = None,
    calendar: Any = None,
    holidays: Any = None,
    decimal: str | None = None,
    thousands: str | None = None,
    infinite: str = "error",
) -> Vintages:
    """Read a table in which every row also says when it was known, so that nothing is used before it was published.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table
        Wide (one column per metric), or long with `metric` and `value`. A period may occur once for each `as_of`; an empty cell
        says nothing, and what was known before still holds. It is not changed.
    time : str
        Column with the period that a row is about.
    as_of : str
        Column with the moment from which on the row was known: dates, which count to their end, or moments; for a counter in
        `time`, the count at whose end it was. What was recorded before its period had ended is left out with a note.
    metric, value : str, optional
        Columns with the names of the metrics and the numbers of a long table; both or none.
    freq, tz, date_format, dates_at, year_start, calendar, holidays, decimal, thousands, infinite
        As in `from_wide`; `date_format` is that of both times, `dates_at` that of `time`.

    Returns
    -------
    Vintages

    Raises
    ------
    DataContractError
        Lists everything that is wrong: the same period twice with one `as_of`, a row known before its period began, ...
    UsageError
        If an argument is wrong, or metrics of different cadence are in one table.

    Examples
    --------
    >>> frame = pd.DataFrame({"week": [1, 2, 2, 3], "known": [1, 2, 3, 3], "sales": [5.0, 6.0, 7.0, 8.0]})
    >>> from_snapshots(frame, time="week", as_of="known").table_at(1)
    array([[5.],
           [6.]])
    """
    if (metric is None) != (value is None):
        raise UsageError("metric and value go together: name both columns of a long table, or none for a wide one.")
    settings = Settings.checked(
        freq=freq,
        tz=tz,
        date_format=date_format,
        dates_at=dates_at,
        year_start=year_start,
        calendar=calendar,
        holidays=holidays,
        decimal=decimal,
        thousands=thousands,
        infinite=infinite,
    ).of_table("data", ["data"])
    violations = ViolationList()
    table = _SnapshotTable.of(as_pandas(data), {"time": time, "as_of": as_of, "metric": metric, "value": value}, violations)
    periods, known = table.times("time", settings, violations), table.times("as_of", settings, violations)
    published = table.published(settings, violations)
    if periods is None or known is None or published is None or len(violations):
        raise_violations(violations)
    if periods.kind != known.kind:
        raise UsageError(
            f"as_of={as_of!r} holds {_kind(known)} and time={time!r} {_kind(periods)}: give dates in both, or counts in both."
        )
    published = replace(published, notes=(*table.frame.attrs.get(NOTES, ()), *published.block.notes))
    return _on_calendar(published, periods, known, settings, time, violations)


@dataclass(frozen=True, kw_only=True)
class _Published:
    """Published values, row by row of the table.

    Parameters
    ----------
    rows, columns : ndarray of int, shape (k,)
    values : ndarray, shape (k,)
    names : tuple of str
    block : ReadColumns
        What was read, with its notes.
    name_map : Mapping from str to label
    notes : tuple of Note
    """

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    names: tuple[str, ...]
    block: ReadColumns
    name_map: Mapping[str, Hashable]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _SnapshotTable:
    """A table of which the columns that were named are known."""

    frame: pd.DataFrame
    names: tuple[str, ...]
    labels: tuple[Hashable, ...]
    places: Mapping[str, int]

    @classmethod
    def of(cls, frame: pd.DataFrame, wanted: Mapping[str, str | None], violations: ViolationList) -> _SnapshotTable:
        clean = clean_names(list(frame.columns), violations)
        if len(violations):
            raise_violations(violations)
        places: dict[str, int] = {}
        for argument, name in wanted.items():
            if name is None and argument in ("metric", "value"):
                continue
            place = clean.names.index(as_name(name, argument, clean.names))
            if place in places.values():
                raise UsageError(f"{argument}={name!r} is named twice: {', '.join(wanted)} are different columns.")
            places[argument] = place
        if len(frame) == 0:
            violations.add("LL312", "the table has no rows.", next_step="give one row for each period and as_of.")
            raise_violations(violations)
        return cls(frame=frame.reset_index(drop=True), names=clean.names, labels=clean.labels, places=places)

    def times(self, argument: str, settings: Settings, violations: ViolationList) -> Stamps | None:
        """One of the two columns of times."""
        return read_times(
            self.frame.iloc[:, self.places[argument]],
            name=self.names[self.places[argument]],
            tz=settings.tz,
            date_format=settings.date_format,
            freq=settings.freq,
            violations=violations,
            argument=argument,
            dates_at=settings.said_end if argument == "time" else None,
            year_start=settings.first_month if argument == "time" else None,
            table=settings.calendar if argument == "time" else None,
        )

    def published(self, settings: Settings, violations: ViolationList) -> _Published | None:
        """The numbers, or None after collecting why there are none."""
        rows = [f"row {row}" for row in range(len(self.frame))]
        if "value" in self.places:
            return self._long(settings, rows, violations)
        places = [place for place in range(len(self.names)) if place not in self.places.values()]
        block = read_columns(
            self.frame, self.names, places, asked={}, infinite=settings.infinite, rows=rows,
            marks=marks_in(self.frame, places, settings), violations=violations,
        )  # fmt: skip
        labels = dict(zip(self.names, self.labels, strict=True))
        there, columns = np.nonzero(~np.isnan(block.values))
        return _Published(
            rows=there, columns=columns, values=block.values[there, columns], names=block.names, block=block,
            name_map={name: labels[name] for name in block.names},
        )  # fmt: skip

    def _long(self, settings: Settings, rows: Sequence[str], violations: ViolationList) -> _Published | None:
        """The numbers of a long table."""
        codes, uniques = pd.factorize(self.frame.iloc[:, self.places["metric"]].astype(object), sort=False)
        nameless = np.flatnonzero(codes < 0)
        if len(nameless):
            text = f"{counted(len(nameless), 'row has', 'rows have')} no metric (rows count from 0)."
            shown = [f"row {row}" for row in nameless[:5]]
            violations.add("LL303", text, argument="metric", examples=shown, next_step="fill in the names, or drop these rows.")
        clean = clean_names(list(uniques), violations, argument="metric", what="metric")
        value = self.places["value"]
        block = read_values(
            self.frame.iloc[:, value], codes, clean.names, name=self.names[value], infinite=settings.infinite, rows=rows,
            settings=settings, violations=violations,
        )  # fmt: skip
        if len(violations):
            return None
        order = sorted(range(len(clean.names)), key=clean.names.__getitem__)
        there = np.flatnonzero(~np.isnan(block.values[:, 0]))
        return _Published(
            rows=there,
            columns=np.argsort(order)[codes[there]],
            values=block.values[there, 0],
            names=tuple(clean.names[place] for place in order),
            block=block,
            name_map={clean.names[place]: clean.labels[place] for place in order},
        )


def _kind(stamps: Stamps) -> str:
    return "a counter" if stamps.kind == "counter" else "dates"


def _on_calendar(
    published: _Published, periods: Stamps, known: Stamps, settings: Settings, time: str, violations: ViolationList
) -> Vintages:
    """Published values in their places, in the order in which they came out."""
    if len(published.rows) == 0:
        violations.add("LL312", "the table has no values.", next_step="give at least one column of numbers.")
        raise_violations(violations)
    _refuse_mixed(published, periods)
    used, row = np.unique(published.rows, return_inverse=True)
    first = np.unique(periods.utc[used], return_index=True)[1]  # one row a period: cadence is told from different times
    grid = build_grid(periods.at(used[first]), len(first), freq=settings.freq, as_of=None, time=time, violations=violations)
    if grid is None:
        raise_violations(violations)
    if is_open(grid.calendar):
        raise_violations([question(grid.calendar, published.names, beside="the moments in as_of")])
    place_of = np.empty(len(first), dtype=np.int64)
    place_of[grid.rows] = grid.places
    inverse = np.unique(periods.utc[used], return_inverse=True)[1]
    places = place_of[inverse][row]
    moments = _moments(known, grid.calendar)[used][row]
    calendar = grid.calendar if settings.holidays is None else settings.holidays.on(grid.calendar)
    found = Vintages(
        calendar=calendar, names=published.names, places=places, columns=published.columns, values=published.values,
        moments=moments, notes=(*form_notes(periods), *grid.notes, *published.notes), left_out=published.block.left_out,
        name_map=published.name_map,
    )  # fmt: skip
    _check(found, violations)
    if len(violations):
        raise_violations(violations)
    return _of_ended(found)


def _refuse_mixed(published: _Published, periods: Stamps) -> None:
    """Metrics of one cadence only."""
    first, moment = first_rows(periods)
    there = np.zeros((len(first), len(published.names)), dtype=bool)
    there[moment[published.rows], published.columns] = True
    slow = [group for group in groups_of(periods.at(first), there) if group.slow]
    if slow:
        shown = ", ".join(repr(published.names[column]) for column in slow[0].columns[:3])
        raise UsageError(
            f"data has metrics of different cadence, once a {slow[0].freq}: {shown}. Snapshots are of one cadence: give the "
            "metrics of one at a time."
        )


def _moments(known: Stamps, calendar: Calendar) -> np.ndarray:
    """From when on each row was known; dates count to their end."""
    if known.kind == "counter":
        return known.local
    clock = known.utc if calendar.tz == "UTC" else known.local
    dates = not (known.local.astype("datetime64[D]") != known.local).any()
    return clock + _ONE_DAY if dates else clock


def _check(found: Vintages, violations: ViolationList) -> None:
    """A value twice at one moment, or before its period began."""
    labels = found.calendar.labels
    keys = pd.DataFrame({"place": found.places, "column": found.columns, "moment": found.moments})
    twice = np.flatnonzero(keys.duplicated().to_numpy())
    if len(twice):
        shown = [f"{labels[found.places[at]]} of {found.names[found.columns[at]]!r}" for at in twice[:5]]
        text = f"{counted(len(twice), 'value has', 'values have')} the period and as_of of another one."
        violations.add("LL301", text, argument="as_of", examples=shown, next_step="keep one row for each period and as_of.")
    ends = period_ends(found.calendar)
    early = np.flatnonzero((found.places > 0) & (found.moments <= ends[np.maximum(found.places - 1, 0)]))
    if len(early):
        shown = [f"{labels[found.places[at]]} of {found.names[found.columns[at]]!r}" for at in early[:5]]
        text = f"{counted(len(early), 'value was', 'values were')} known before the period that they are about had begun."
        step = "give the moment of publication; for plans and forecasts there is no Vintages. Are time and as_of exchanged?"
        violations.add("LL315", text, argument="as_of", examples=shown, next_step=step)


def _of_ended(found: Vintages) -> Vintages:
    """Without values of periods that had not ended, in the order of publication."""
    ended = found.moments >= period_ends(found.calendar)[found.places]
    if not ended.any():
        violations = ViolationList()
        step = "give the moment at which the value of the whole period was known."
        violations.add("LL312", "every value was recorded before its period had ended.", argument="as_of", next_step=step)
        raise_violations(violations)
    notes = found.notes
    if not ended.all():
        count = counted(int((~ended).sum()), "value was", "values were")
        notes = (*notes, Note(code="LL110", column=None, text=f"{count} left out, recorded before the period had ended."))
    kept = np.flatnonzero(ended)
    kept = kept[np.argsort(found.moments[kept], kind="stable")]
    return replace(
        found,
        places=found.places[kept],
        columns=found.columns[kept],
        values=found.values[kept],
        moments=found.moments[kept],
        notes=notes,
    )
