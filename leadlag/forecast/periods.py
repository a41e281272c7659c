"""How the periods of a model are counted, so that rows of any time stand at their place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.forecast.fitting import KpiModel
from leadlag.sample import Calendar
from leadlag.sample.periods import Cadence, cadence_of, calendar_of, ordinals_of

__all__ = ["Timeline", "calendar_between", "counting", "first_ordinal", "moment_ordinal", "same_periods"]


def counting(calendar: Calendar) -> Cadence:
    """How the periods of a calendar are counted, those without dates too."""
    if calendar.dated:
        return cadence_of(calendar)
    step = int(calendar.index.step) if isinstance(calendar.index, pd.RangeIndex) else 1
    origin = 0 if calendar.in_order else int(calendar.index[0]) % step
    return Cadence(freq=calendar.freq, base="counter", step=step, origin=origin)


def first_ordinal(calendar: Calendar, cadence: Cadence) -> int:
    """Number of the first period, as a cadence counts."""
    if not calendar.dated:
        return (int(calendar.index[0]) - cadence.origin) // cadence.step
    starts = replace(calendar, index=calendar.index[:1]).starts  # of all of them it takes as long as a forecast
    return int(ordinals_of(starts.to_numpy(dtype="datetime64[us]"), cadence)[0])


def calendar_between(calendar: Calendar, cadence: Cadence, first: int, last: int) -> Calendar:
    """The periods from the first to the last, named as those of a calendar."""
    return replace(calendar, index=calendar_of(first, last, cadence, tz=calendar.tz).index)


@dataclass(kw_only=True, eq=False)
class Timeline:
    """Periods up to the last one that is forecast, made once for all segments.

    Parameters
    ----------
    calendar : Calendar
        By which they are named.
    cadence : Cadence
    last : int
        Number of the last one.
    """

    calendar: Calendar
    cadence: Cadence
    last: int
    _calendars: dict[int, Calendar] = field(default_factory=dict, init=False)
    _labels: dict[int, tuple[str, ...]] = field(default_factory=dict, init=False)
    _columns: dict[object, Floats] = field(default_factory=dict, init=False)
    _first: int = field(init=False)

    def __post_init__(self) -> None:
        self._first = first_ordinal(self.calendar, self.cadence)

    def first_of(self, calendar: Calendar) -> int:
        """Number of the first period of a calendar, which mostly is the one that all segments have."""
        return self._first if calendar.index is self.calendar.index else first_ordinal(calendar, self.cadence)

    def since(self, first: int) -> Calendar:
        """The periods from one on."""
        if first not in self._calendars:
            self._calendars[first] = calendar_between(self.calendar, self.cadence, first, self.last)
        return self._calendars[first]

    def labels(self, first: int) -> tuple[str, ...]:
        """Their labels."""
        if first not in self._labels:
            self._labels[first] = self.since(first).labels
        return self._labels[first]

    def columns(self, model: KpiModel, first: int) -> Floats:
        """What of the calendar stands in a model whose first period this is, shape (n, q)."""
        key = (first, model.seasons, model.inside, model.span)
        if key not in self._columns:
            calendar = self.since(first)
            self._columns[key] = model.fixed(calendar, len(calendar))
        return self._columns[key]


def same_periods(calendar: Calendar, cadence: Cadence) -> bool:
    """Whether the periods of a calendar are those that a cadence counts; a declared table may have been carried on."""
    own = counting(calendar)
    if own == cadence or own.table is None or cadence.table is None:
        return own == cadence
    first, last = (pick(own.table.days[end], cadence.table.days[end]) for pick, end in ((max, 0), (min, -1)))
    both = [[day for day in table.days if first <= day <= last] for table in (own.table, cadence.table)]
    return both[0] == both[1] and len(both[0]) > 1


def moment_ordinal(moment: np.datetime64, cadence: Cadence) -> int:
    """Number of the period in which a moment lies."""
    return int(ordinals_of(np.array([moment], dtype="datetime64[us]"), cadence)[0])
