"""How the periods of a model are counted, so that rows of any time stand at their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from leadlag.sample import Calendar
from leadlag.sample.periods import Cadence, cadence_of, calendar_of, ordinals_of

__all__ = ["calendar_between", "counting", "first_ordinal", "moment_ordinal", "same_periods"]


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
    return int(ordinals_of(calendar.starts[:1].to_numpy(dtype="datetime64[us]"), cadence)[0])


def calendar_between(calendar: Calendar, cadence: Cadence, first: int, last: int) -> Calendar:
    """The periods from the first to the last, named as those of a calendar."""
    return replace(calendar, index=calendar_of(first, last, cadence, tz=calendar.tz).index)


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
