"""Sample: metrics on one calendar, the only form of data that the floors above see."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.errors import UsageError
from leadlag.sample.names import plain_name, requested_names
from leadlag.sample.periods import Calendar
from leadlag.sample.violations import Violation, raise_violations

__all__ = ["LeftOut", "Note", "Sample"]


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that was done on the way in.

    Parameters
    ----------
    code : str
        Stable code, LL1xx.
    column : str or None
        The column, None if the whole table is meant.
    text : str
        What was done, as a sentence.
    """

    code: str
    column: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A column that is no metric, and why."""

    name: str
    reason: str


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
        segments = f", {len(self.segments)} segments" if self.segments else ""
        return f"Sample({self.n_periods} periods of one {self.calendar.unit}, {len(self.names)} metrics{segments})"

    @property
    def n_periods(self) -> int:
        """Number of periods on the calendar, missing ones included."""
        return len(self.calendar)

    @property
    def periods(self) -> tuple[str, ...]:
        """Label of each period as text."""
        return self.calendar.labels

    def column(self, name: str) -> np.ndarray:
        """Values of one metric, shape (n_periods,), NaN where missing."""
        self.require_single()
        values: np.ndarray = self.values[:, self.names.index(self.resolve(name))]
        return values

    def resolve(self, name: Any, argument: str = "name") -> str:
        """The metric that is meant by a text in any Unicode form or by the caller's own label."""
        refusal = self.why_left_out(name, argument)
        if refusal is not None:
            raise_violations([refusal])
        asked = requested_names({argument: [name]}, self.names, self.name_map) or {}
        return next(iter(asked))

    def why_left_out(self, name: Any, argument: str) -> Violation | None:
        """What stands against a column that is in the data but no metric; None for any other name."""
        reasons = {column.name: column.reason for column in self.left_out}
        if name in self.names or not isinstance(name, str) or plain_name(name) not in reasons:
            return None
        text = f"the column was left out when the data were read: {reasons[plain_name(name)]}."
        step = "name a column of numbers, or leave this one out."
        return Violation(code="LL303", argument=argument, column=name, text=text, next_step=step)

    def select(self, names: Sequence[str]) -> Sample:
        """The same Sample with these metrics only, in this order."""
        wanted = tuple(requested_names({"names": names}, self.names, self.name_map) or ())
        places = [self.names.index(name) for name in wanted]
        return replace(self, names=wanted, values=self.values[..., places])

    def segment(self, name: str) -> Sample:
        """The Sample of one segment, on the same calendar."""
        place = self.segments.index(as_name(name, "segment", self.segments, owner="segment"))
        values = self.values[place] if self.values.ndim == 3 else self.values
        return replace(self, values=values, segments=(self.segments[place],))

    def require_single(self) -> Sample:
        """Itself if there is one segment or none, else a `UsageError` that says how to pick one."""
        if len(self.segments) > 1:
            shown = ", ".join(map(repr, self.segments[:12]))
            more = f" and {len(self.segments) - 12} more" if len(self.segments) > 12 else ""
            raise UsageError(
                f"data has {len(self.segments)} segments where one is expected: {shown}{more}. "
                f"Pick one with sample.segment({self.segments[0]!r}).",
                code="LL403",
            )
        return self

    def to_frame(self) -> pd.DataFrame:
        """The values as a new frame, periods as index; with several segments they are the outer index level."""
        columns = pd.Index(self.names, dtype=object)
        if self.values.ndim == 2:
            return pd.DataFrame(self.values.copy(), index=self.calendar.index, columns=columns)
        parts = [pd.DataFrame(values.copy(), index=self.calendar.index, columns=columns) for values in self.values]
        return pd.concat(parts, keys=list(self.segments), names=["segment", "period"])
