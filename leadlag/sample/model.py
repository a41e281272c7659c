"""Sample: metrics on one calendar, the only form of data that the floors above see."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.catalogue import Aggregate, Ratio
from leadlag.errors import UsageError
from leadlag.sample.aligned import Finer, align
from leadlag.sample.names import first_names, plain_name, requested_names
from leadlag.sample.naming import frame_index, is_open, question
from leadlag.sample.notes import LeftOut, Note, TableRead
from leadlag.sample.periods import BUSINESS, Calendar, DatesAt
from leadlag.sample.violations import Violation, counted, raise_violations
from leadlag.sample.years import year_fixes, year_step

__all__ = ["LeftOut", "Note", "Sample", "TableRead", "together"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Metrics on one calendar without gaps.

    Parameters
    ----------
    calendar : Calendar
        The periods, every one present.
    names : tuple of str
        Metrics, text in Unicode form NFC.
    values : ndarray, shape (n_periods, n_metrics), float64, read-only
        NaN where a value is missing. With several segments the shape is (n_segments, n_periods, n_metrics).
    notes : tuple of Note
        What was sorted, converted, filled or dropped on the way in.
    left_out : tuple of LeftOut
        Columns that are no metrics (text, dates) and the reason.
    segments : tuple of str
        Names of the segments, empty if the table has none.
    name_map : Mapping from str to label
        The caller's own label of each metric; not to be written to.
    others : tuple of Sample
        The metrics of each further cadence, on a calendar of their own; `around` brings them beside one KPI.
    order : tuple of str
        All metrics, those of `others` among them, in the order in which they were asked for; empty without `others`.
    aggregates : Mapping from str to {"sum", "mean", "last"} or Ratio
        How values of a metric become one value of a longer period; a mean where it is not named.
    parts : Mapping from str to ndarray, shape (..., n_periods)
        Numerators and denominators of rates among the metrics.
    faster : Mapping from str to Finer
        After `around`: the metrics that are seen more often than the KPI, on their own calendar.
    tables : Mapping from str to str
        Of several tables, the one that each metric came from; empty for one that was given as a Sample.
    dates_at : Mapping from str to {"start", "end"}
        Of tables that named the same weeks by different days, what each metric's table named them by.
    paces : Mapping from str to float
        After `around`: own periods to one of the KPI's, of the metrics that do not have the KPI's periods.
    ahead : Mapping from str to int
        Of metrics that are known ahead, the own periods by which each value stands before the period that it is for.
    read : TableRead or None
        The table that it was read from; None where it comes of several.

    Examples
    --------
    >>> import pandas as pd
    >>> from leadlag.sample import from_wide
    >>> frame = pd.DataFrame({"month": ["2024-01", "2024-03", "2024-02"], "visits": [10, 30, 20]})
    >>> sample = from_wide(frame, time="month")
    >>> sample.column("visits")
    array([10., 20., 30.])
    >>> sample.calendar.freq
    'month'
    """

    calendar: Calendar
    names: tuple[str, ...]
    values: np.ndarray
    notes: tuple[Note, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    segments: tuple[str, ...] = ()
    name_map: Mapping[str, Hashable] = field(default_factory=dict)
    others: tuple[Sample, ...] = ()
    order: tuple[str, ...] = ()
    aggregates: Mapping[str, Aggregate] = field(default_factory=dict)
    parts: Mapping[str, np.ndarray] = field(default_factory=dict)
    faster: Mapping[str, Finer] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    dates_at: Mapping[str, DatesAt] = field(default_factory=dict)
    paces: Mapping[str, float] = field(default_factory=dict)
    ahead: Mapping[str, int] = field(default_factory=dict)
    read: TableRead | None = None

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.values, dtype=np.float64)
        shape = (len(self.calendar), len(self.names))
        expected = (len(self.segments), *shape) if len(self.segments) > 1 else shape
        if values.shape != expected:
            raise UsageError(f"values have shape {values.shape} where calendar, names and segments ask for {expected}.")
        values = values.copy() if values is self.values and values.flags.writeable else values
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def __repr__(self) -> str:
        segments = f", {counted(len(self.segments), 'segment', 'segments')}" if self.segments else ""
        beside = "".join(f" + {len(other.names)} of one {other.calendar.unit}" for other in self.others)
        periods, metrics = (
            counted(count, word, f"{word}s") for count, word in ((self.n_periods, "period"), (len(self.names), "metric"))
        )
        return f"Sample({periods} of one {self.calendar.unit}, {metrics}{beside}{segments})"

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Position of each of the own metrics."""
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def _known(self) -> Mapping[str, str]:
        """Metrics of every cadence as they are named here, to look names up."""
        return {name: name for name in self.all_names}

    @property
    def n_periods(self) -> int:
        """Number of periods on the calendar, missing ones included."""
        return len(self.calendar)

    @property
    def periods(self) -> tuple[str, ...]:
        """Label of each period as text."""
        return self.calendar.labels

    @property
    def n_empty(self) -> int:
        """Number of periods in which no metric has a value."""
        return int(np.isnan(self.values).all(axis=-1).reshape(-1, self.n_periods).all(axis=0).sum())

    @property
    def all_names(self) -> tuple[str, ...]:
        """Metrics of every cadence, in the order in which they were asked for."""
        return self.order or self.names

    @property
    def cadences(self) -> tuple[Sample, ...]:
        """One Sample a cadence; itself only, if there are no `others`."""
        return (replace(self, others=(), order=()), *self.others) if self.others else (self,)

    def column(self, name: str) -> np.ndarray:
        """Values of one metric, shape (n_periods,), NaN where missing."""
        self.require_single()
        known = self.resolve(name)
        if known not in self._places:
            raise UsageError(
                f"{known!r} is on another calendar than one {self.calendar.unit}: take sample.around({known!r}), or the one "
                "among sample.others that has it."
            )
        values: np.ndarray = self.values[:, self._places[known]]
        return values

    def around(self, kpi: Any, argument: str = "kpi") -> Sample:
        """The same metrics on the calendar of the KPI; itself if all have one calendar.

        Metrics that are seen more often become one value a period of the KPI by their rule of aggregation, and `finer` has
        them as they are. Metrics that are seen less often stand with the value of their last period that had ended.

        Parameters
        ----------
        kpi : str or list of str
            The metric whose periods count; several must have one calendar.
        argument : str
            The argument that named it, for messages.

        Examples
        --------
        >>> import pandas as pd
        >>> from leadlag.sample import from_wide
        >>> gdp = pd.DataFrame({"date": ["2024-01-01", "2024-04-01"], "gdp": [1.0, 2.0]})
        >>> visits = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=6, freq="MS"), "visits": range(6)})
        >>> both = from_wide([gdp.assign(date=pd.PeriodIndex(gdp["date"], freq="Q")), visits])
        >>> both.around("gdp").column("visits")
        array([1., 4.])
        """
        asked = [self.resolve(name, argument) for name in (kpi if isinstance(kpi, list) else [kpi])]
        if not self.others:
            return self._named_after(asked)
        self.require_single()
        cadences = self.cadences
        _refuse_off_calendar(cadences)
        if asked_about := self.open_questions():
            raise_violations(asked_about)
        main = self._main(cadences, asked, argument)
        beside = [part for part in cadences if part is not main]
        rates = [part._rate_parts(part.names) for part in beside]
        aligned = [
            align(part.values, part.names, own=part.calendar, kpi=main.calendar, rules=part.aggregates, parts=parts)
            for part, parts in zip(beside, rates, strict=True)
        ]
        names = (*main.names, *(name for part in beside for name in part.names))
        values = np.concatenate([main.values, *(item.values for item in aligned)], axis=1)
        wanted = self.order or names
        place_of = {name: place for place, name in enumerate(names)}
        return replace(
            main._named_after(asked),
            names=wanted,
            values=values[:, [place_of[name] for name in wanted]],
            notes=(*self.notes, *(Note(code="LL126", column=None, text=item.text) for item in aligned)),
            left_out=self.left_out,
            name_map=self.name_map,
            parts={},
            faster={name: finer for item in aligned for name, finer in item.finer.items()},
            paces={name: item.pace for part, item in zip(beside, aligned, strict=True) for name in part.names},
            ahead={name: count for part in cadences for name, count in part.ahead.items()},
        )

    def _named_after(self, kpis: Sequence[str]) -> Sample:
        """With weeks named as in the table of the KPI."""
        named = next((self.dates_at[name] for name in kpis if name in self.dates_at), self.calendar.dates_at)
        return self if named == self.calendar.dates_at else replace(self, calendar=replace(self.calendar, dates_at=named))

    def open_questions(self) -> tuple[Violation, ...]:
        """Which end of its period a date names, of each cadence of which nothing says it; empty where there is one calendar."""
        parts = self.cadences if self.others else ()
        asked = [part for part in parts if is_open(part.calendar)]
        several = sum(part.calendar.freq in ("week", "period") for part in parts) > 1
        tables = sorted({table for part in asked for table in part.tables.values() if table}) if several else []
        found = []
        for part in asked:
            beside = " and ".join(dict.fromkeys(_plural(other.calendar) for other in parts if other is not part))
            argument = " and ".join(dict.fromkeys(filter(None, part.tables.values()))) or "data"
            given = "" in part.tables.values()
            found.append(question(part.calendar, part.names, beside=beside, argument=argument, tables=tables, of_sample=given))
        return tuple(found)

    def from_table(self, table: str, notes: Sequence[Note]) -> Sample:
        """The same with the name of the table that it came from."""
        parts = [replace(part, tables=dict.fromkeys(part.names, table)) for part in self.cadences]
        return replace(together(parts, self, order=self.order), notes=tuple(notes))

    def _main(self, cadences: Sequence[Sample], kpis: Sequence[str], argument: str) -> Sample:
        """The one cadence that all KPIs have."""
        holders = [part for part in cadences if not set(part.names).isdisjoint(kpis)]
        if len(holders) > 1:
            shown = " and ".join(
                f"{next(name for name in kpis if name in part.names)!r} (once a {part.calendar.unit})" for part in holders
            )
            raise UsageError(f"{argument} names metrics of different cadence, {shown}: give those of one cadence at a time.")
        return holders[0] if holders else cadences[0]

    def finer(self, name: Any) -> Finer | None:
        """After `around`: a metric on its own calendar if it is seen more often than the KPI, else None."""
        return self.faster.get(self.resolve(name))

    def pace(self, name: Any) -> float:
        """After `around`: own periods of a metric to one of the KPI's, 3 for months beside quarters, 1 for the KPI's own."""
        return self.paces.get(self.resolve(name), 1.0)

    def resolve(self, name: Any, argument: str = "name") -> str:
        """The metric that is meant by a text in any Unicode form or by the caller's own label."""
        if isinstance(name, str) and name in self._known:  # by far the most common, asked for every candidate
            return self._known[name]
        refusal = self.why_left_out(name, argument)
        if refusal is not None:
            raise_violations([refusal])
        asked = requested_names({argument: [name]}, self.all_names, self.name_map) or {}
        return self._known[next(iter(asked))]

    def why_left_out(self, name: Any, argument: str) -> Violation | None:
        """What stands against a column that is in the data but no metric; None for any other name."""
        if not isinstance(name, str) or name in self._known:
            return None
        reasons = {column.name: column.reason for column in self.left_out}
        if plain_name(name) not in reasons:
            return None
        text = f"the column was left out when the data were read: {reasons[plain_name(name)]}."
        step = "name a column of numbers, or leave this one out."
        return Violation(code="LL303", argument=argument, column=name, text=text, next_step=step)

    def select(self, names: Sequence[str]) -> Sample:
        """The same Sample with these metrics only, in this order; of the cadences, those that have one of them."""
        wanted = tuple(self._known[name] for name in requested_names({"names": names}, self.all_names, self.name_map) or ())
        if not self.others:
            return self._selected(wanted)
        kept = [part._selected([name for name in wanted if name in part._places]) for part in self.cadences]
        return together([part for part in kept if part.names] or kept[:1], self, order=wanted)

    def _selected(self, wanted: Sequence[str]) -> Sample:
        """These of the own metrics, and the parts of the rates among them."""
        places = [self._places[name] for name in wanted]
        return replace(self, names=tuple(wanted), values=self.values[..., places], parts=self._rate_parts(wanted))

    def _rate_parts(self, wanted: Sequence[str]) -> dict[str, np.ndarray]:
        """Numerators and denominators of the rates among these metrics, wherever they are kept."""
        rates = [rule for name in wanted if isinstance(rule := self.aggregates.get(name), Ratio)]
        known = {**self.parts, **{name: self.values[..., place] for place, name in enumerate(self.names)}} if rates else {}
        return {part: known[part] for rate in rates for part in (rate.num, rate.den) if part in known}

    def segment(self, name: str) -> Sample:
        """The Sample of one segment, on the same calendar."""
        place = self.segments.index(as_name(name, "segment", self.segments, owner="segment"))
        several = len(self.segments) > 1
        return replace(
            self,
            values=self.values[place] if several else self.values,
            parts={part: values[place] for part, values in self.parts.items()} if several else self.parts,
            segments=(self.segments[place],),
            others=tuple(other.segment(name) for other in self.others),
        )

    def require_single(self, argument: str = "data") -> Sample:
        """Itself if there is one segment or none, else a `UsageError` that names the argument and says how to pick one."""
        if len(self.segments) > 1:
            shown = first_names(self.segments, 12)
            raise UsageError(
                f"{argument} has {len(self.segments)} segments where one is expected: {shown}. "
                f"Pick one with sample.segment({self.segments[0]!r}).",
                code="LL403",
            )
        return self

    def to_frame(self) -> pd.DataFrame:
        """The values on the own calendar as a new frame, periods as index; several segments are the outer index level."""
        columns, index = pd.Index([str(name) for name in self.names], dtype=object), frame_index(self.calendar, self.names)
        if self.values.ndim == 2:
            return pd.DataFrame(self.values.copy(), index=index, columns=columns)
        parts = [pd.DataFrame(values.copy(), index=index, columns=columns) for values in self.values]
        return pd.concat(parts, keys=list(self.segments), names=["segment", "period"])


def _plural(calendar: Calendar) -> str:
    return calendar.span.partition(",")[0] or f"{calendar.unit}s"


def _refuse_off_calendar(cadences: Sequence[Sample]) -> None:
    """Quarters of a business year would be lined up with months of other quarters: what is coincident would seem to lead."""
    for part in cadences:
        if part.calendar.off:
            unit, shown = part.calendar.unit, first_names(part.names)
            given = "" in part.tables.values()
            step = year_step(part.calendar)
            if given:
                said = [fix.python for fix in part.calendar.off_fixes] or ["the month in which the year begins as year_start"]
                step = f"read its table again, with {said[0]} in from_wide."
            told = part.calendar.off + (" by their dates" if part.calendar.off != BUSINESS else "")
            raise UsageError(
                f"the {unit}s of {shown} {told}, but {unit}s are counted as those of the calendar: "
                f"metrics of another cadence would be lined up with the wrong {unit}. Next: {step}",
                code="LL309",
                fixes=() if given else year_fixes(part.calendar),
            )


def together(parts: Sequence[Sample], whole: Sample, *, order: Sequence[str]) -> Sample:
    """Samples of different cadence as one, the first in front, with the notes of the whole."""
    first, *rest = parts
    return replace(
        first,
        others=tuple(rest),
        order=tuple(order) if rest else (),
        notes=whole.notes,
        left_out=whole.left_out,
        name_map={name: label for part in parts for name, label in part.name_map.items()},
    )
