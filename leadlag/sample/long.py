"""Long tables in: one row per period, metric and segment, one Sample out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_name, only_data_positional
from leadlag.catalogue import Catalogue, Metric, Ratio
from leadlag.errors import UsageError
from leadlag.sample.aligned import quotient
from leadlag.sample.columns import read_values
from leadlag.sample.grid import Grid, build_grid, fold, form_notes, repeated_periods
from leadlag.sample.holidays import with_holidays
from leadlag.sample.labelled import labelled
from leadlag.sample.labels import Labels, labels_of
from leadlag.sample.merge import by_cadence
from leadlag.sample.model import Note, Sample, TableRead
from leadlag.sample.names import clean_names
from leadlag.sample.periods import DatesAt, Freq
from leadlag.sample.rates import add_rates, rate_parts, rule_of, undeclared_metrics, with_aggregates
from leadlag.sample.settings import Settings
from leadlag.sample.split import Group, first_rows, groups_of, slow_note
from leadlag.sample.tables import NOTES, as_pandas, row_words
from leadlag.sample.times import Stamps, read_times
from leadlag.sample.totals import long_totals_of
from leadlag.sample.violations import ViolationList, counted, raise_violations

__all__ = ["from_long"]


@only_data_positional
def from_long(
    data: Any,
    *,
    time: str,
    metric: str,
    value: str,
    segment: str | None = None,
    freq: Freq | None = None,
    tz: str | None = None,
    date_format: str | None = None,
    dates_at: DatesAt | None = None,
    year_start: str | None = None,
    calendar: Any = None,
    holidays: Any = None,
    decimal: str | None = None,
    thousands: str | None = None,
    as_of: Any = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    infinite: str = "error",
) -> Sample:
    """Read a long table, one row per period and metric, into a `Sample`.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table
        It is not changed. The order of its rows does not matter.
    time, metric, value : str
        Columns with the times, the names of the metrics and the numbers.
    segment : str, optional
        Column with the segment (country, plan, ...); every segment gets its own values on one calendar.
    freq, tz, date_format, dates_at, year_start, calendar, holidays, decimal, thousands, as_of, catalogue, infinite
        As in `from_wide`; marks and units of numbers are judged metric by metric.

    Returns
    -------
    Sample
        Metrics and segments in alphabetical order. Metrics of different cadence come onto a calendar each (`Sample.others`).

    Raises
    ------
    DataContractError
        Lists everything that is wrong with the data.
    UsageError
        If an argument is wrong.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"day": ["2024-01-01", "2024-01-01", "2024-01-02"], "kind": ["visits", "sales", "visits"], "n": [5, 1, 7]}
    ... )
    >>> from_long(frame, time="day", metric="kind", value="n").to_frame().to_numpy()
    array([[ 1.,  5.],
           [nan,  7.]])
    """
    settings = Settings.checked(
        freq=freq, tz=tz, date_format=date_format, dates_at=dates_at, year_start=year_start, calendar=calendar,
        holidays=holidays, decimal=decimal,
        thousands=thousands, as_of=as_of, catalogue=catalogue, infinite=infinite,
    ).of_table("data", ["data"])  # fmt: skip
    frame = as_pandas(data)
    violations = ViolationList()
    columns = _columns(frame, {"time": time, "metric": metric, "value": value, "segment": segment}, violations)
    metrics = labels_of(columns["metric"], "metric", violations)
    segments = labels_of(columns["segment"], "segment", violations) if "segment" in columns else None
    rows, values_wrong = [f"row {row}" for row in range(len(frame))], ViolationList()
    block = read_values(
        columns["value"], metrics.codes, metrics.names, name=value, infinite=settings.infinite, rows=rows, settings=settings,
        violations=values_wrong,
    )  # fmt: skip
    row, values = row_words(frame), block.values[:, 0]
    totals = long_totals_of(columns["time"], values, _groups(metrics, segments))
    kept = np.setdiff1d(np.arange(len(frame)), totals.rows)
    stamps = read_times(
        columns["time"].iloc[kept], name=time, tz=settings.tz, date_format=date_format, freq=settings.freq,
        violations=violations, row=lambda at: row(int(kept[at])), hint=totals.hint, dates_at=settings.said_end,
        year_start=settings.first_month, table=settings.calendar,
    )  # fmt: skip
    violations.found.extend(values_wrong)
    if stamps is None or len(violations):
        raise_violations(violations)
    whole = _Long(
        n_rows=len(frame), time=time, stamps=stamps, values=values, metrics=metrics, segments=segments,
        read=frame.attrs.get(NOTES, ()),
    )  # fmt: skip
    long = whole.without(totals.rows)
    told = (*block.notes, *totals.note(columns["time"], time, row))
    everything = Group(columns=np.arange(len(metrics.names)))
    groups = long.groups() if freq is None else (everything,)
    parts = []
    for group in groups:
        mine = long.of(group.columns) if len(groups) > 1 or group.slow else long
        part = _one_calendar(mine, settings if group.freq is None else replace(settings, freq=group.freq), violations)
        if part is not None:
            notes = (slow_note(mine.metrics.names, mine.first_row, part.calendar),) if group.slow else ()
            parts.append(add_rates(replace(part, notes=(*part.notes, *told, *notes)), settings.catalogue, None))
    if len(violations):
        raise_violations(violations)
    found = labelled(by_cadence(parts, order=tuple(name for part in parts for name in part.names)), settings.catalogue)
    return with_holidays(found, settings.holidays)


def _groups(metrics: Labels, segments: Labels | None) -> list[tuple[str, np.ndarray]]:
    """Name and rows of each metric, in each segment."""
    codes = np.zeros(len(metrics.codes), dtype=np.int64) if segments is None else segments.codes.astype(np.int64)
    codes = codes * len(metrics.names) + metrics.codes
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    return [(metrics.names[metrics.codes[part[0]]], part) for part in parts if len(part)]


@dataclass(frozen=True, kw_only=True)
class _Long:
    """The rows of a long table, column by column."""

    n_rows: int
    time: str
    stamps: Stamps
    values: np.ndarray
    metrics: Labels
    segments: Labels | None
    read: tuple[Note, ...]

    @property
    def first_row(self) -> str:
        """The earliest time, for notes."""
        return self.stamps.at(np.array([self.stamps.local.argmin()])).texts[0]

    def groups(self) -> tuple[Group, ...]:
        """The metrics by cadence."""
        known = ~np.isnan(self.values)
        first, moment = first_rows(self.stamps)
        there = np.zeros((len(first), len(self.metrics.names)), dtype=bool)
        there[moment[known], self.metrics.codes[known]] = True
        return groups_of(self.stamps.at(first), there)

    def without(self, rows: Sequence[int]) -> _Long:
        """The table without rows of totals, whose times were not read."""
        if not rows:
            return self
        kept = np.setdiff1d(np.arange(len(self.values)), rows)
        segments = None if self.segments is None else replace(self.segments, codes=self.segments.codes[kept])
        metrics = replace(self.metrics, codes=self.metrics.codes[kept])
        return replace(self, values=self.values[kept], metrics=metrics, segments=segments)

    def of(self, columns: np.ndarray) -> _Long:
        """The rows with a value of these metrics."""
        rows = np.flatnonzero(np.isin(self.metrics.codes, columns) & ~np.isnan(self.values))
        names = tuple(self.metrics.names[column] for column in columns)
        codes = np.searchsorted(columns, self.metrics.codes[rows])
        return replace(
            self,
            stamps=self.stamps.at(rows),
            values=self.values[rows],
            metrics=replace(self.metrics, names=names, codes=codes),
            segments=None if self.segments is None else self.segments.at(rows),
        )


def _one_calendar(long: _Long, settings: Settings, violations: ViolationList) -> Sample | None:
    """Metrics of one cadence, or None after collecting what is wrong."""
    grid = build_grid(
        long.stamps,
        len(long.values),
        freq=settings.freq,
        as_of=settings.as_of,
        time=long.time,
        violations=violations,
        filled=settings.filled,
    )
    if grid is None:
        return None
    repeats = _check_repeats(grid, long.metrics, long.segments, settings.catalogue, violations)
    if len(violations):
        return None
    values = _pivot(long.values, grid, long.metrics, long.segments, settings.catalogue)
    sample = Sample(
        calendar=grid.calendar,
        names=long.metrics.names,
        values=values,
        notes=(*long.read, *form_notes(long.stamps), *repeats, *grid.notes),
        segments=() if long.segments is None else long.segments.names,
        name_map={name: long.metrics.originals[name] for name in long.metrics.names},
        read=TableRead(n_rows=long.n_rows, time=long.time, form=long.stamps.form_name(settings.date_format)),
    )
    return with_aggregates(sample, settings.catalogue)


def _columns(frame: pd.DataFrame, wanted: Mapping[str, str | None], violations: ViolationList) -> dict[str, pd.Series]:
    """The columns that were named, by argument; each argument must name its own."""
    clean = clean_names(list(frame.columns), violations)
    if len(violations):
        raise_violations(violations)
    places: dict[str, int] = {}
    for argument, name in wanted.items():
        if name is None and argument == "segment":
            continue
        place = clean.names.index(as_name(name, argument, clean.names))
        if place in places.values():
            raise UsageError(f"{argument}={name!r} is named twice: time, metric, value and segment are different columns.")
        places[argument] = place
    if len(frame) == 0:
        violations.add("LL312", "the table has no rows.", next_step="give one row per period and metric.")
        raise_violations(violations)
    return {argument: frame.iloc[:, place].reset_index(drop=True) for argument, place in places.items()}


def _check_repeats(
    grid: Grid, metrics: Labels, segments: Labels | None, catalogue: Mapping[str, Metric], violations: ViolationList
) -> tuple[Note, ...]:
    """Several rows of one metric in one period are an error unless the catalogue says what they add up to."""
    aggregated = 0
    undeclared = set(undeclared_metrics(metrics.names, catalogue))
    labels = grid.calendar.labels
    codes = metrics.codes[grid.rows]
    groups = np.zeros(len(codes), dtype=np.int64) if segments is None else segments.codes[grid.rows].astype(np.int64)
    for code, name in enumerate(metrics.names):
        mine = codes == code
        part = Grid(calendar=grid.calendar, rows=grid.rows[mine], places=grid.places[mine])
        repeated = repeated_periods(part, groups[mine])
        if repeated and name in undeclared:
            shown = [f"{labels[place]} occurs {count} times" for place, count in repeated[:5]]
            more = "" if segments is not None else ", or name the column that tells segments apart with segment=."
            step = f"drop the copies, or say how rows add up with catalogue=[Metric(name, aggregate=...)]{more or '.'}"
            text = f"{counted(len(repeated), 'period occurs', 'periods occur')} more than once."
            violations.add("LL301", text, argument="metric", column=name, examples=shown, next_step=step)
        aggregated += sum(count for _, count in repeated)
    if not aggregated:
        return ()
    return (
        Note(code="LL117", column=None, text=f"{aggregated} rows that share a period were aggregated as the catalogue says."),
    )


def _pivot(
    values: np.ndarray, grid: Grid, metrics: Labels, segments: Labels | None, catalogue: Mapping[str, Metric]
) -> np.ndarray:
    """Values on the grid, shape (n_periods, n_metrics), with several segments (n_segments, n_periods, n_metrics)."""
    n_segments = 1 if segments is None else len(segments.names)
    n_periods = len(grid.calendar)
    groups = 0 if segments is None else segments.codes[grid.rows].astype(np.int64)
    slots = groups * np.int64(n_periods) + grid.places
    numbers, codes = values[grid.rows], metrics.codes[grid.rows]
    parts = rate_parts(catalogue, catalogue)

    def folded(name: str, rule: str) -> np.ndarray:
        mine = np.flatnonzero(codes == metrics.names.index(name))
        mine = mine[np.argsort(slots[mine], kind="stable")]
        return fold(numbers[mine, None], slots[mine], n_segments * n_periods, (rule,))[:, 0]

    table = np.empty((n_segments * n_periods, len(metrics.names)))
    for column, name in enumerate(metrics.names):
        aggregate = catalogue[name].aggregate if name in catalogue else None
        mine = slots[codes == column]
        if isinstance(aggregate, Ratio) and len(np.unique(mine)) < len(mine):
            table[:, column] = quotient(folded(aggregate.num, "sum"), folded(aggregate.den, "sum"))
        else:
            table[:, column] = folded(name, rule_of(name, catalogue, parts))
    shaped: Sequence[int] = (n_segments, n_periods, len(metrics.names)) if n_segments > 1 else (n_periods, len(metrics.names))
    return table.reshape(shaped)
