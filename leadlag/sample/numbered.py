"""Whether numbers are times: by the name of their column, by their digits, or by rising throughout."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.deciding import Ambiguity
from leadlag.sample.look import numbers_of
from leadlag.sample.timewords import says_date, says_time, unit_of
from leadlag.sample.violations import Fix
from leadlag.sample.whole import read_whole

__all__ = [
    "CYCLES",
    "IN_ORDER",
    "are_codes",
    "are_times",
    "codes_in_order",
    "count_rows",
    "cycle",
    "goes_round",
    "may_be_metric",
    "ordered",
    "refuse_cycle",
    "repeated_years",
]

#: What to say where no column is the time after all.
IN_ORDER = Fix.of(freq="period", when="if it is none, and the rows are in order, the oldest first")

#: Whole numbers that come round again: unit -> (least, largest).
CYCLES = {"hour": (0, 24), "day": (1, 31), "week": (0, 53), "month": (1, 12), "quarter": (1, 4), "half": (1, 2)}

#: Fewer numbers are no codes of dates; years that numbers may be.
_FEWEST, _YEARS = 5, (1700, 2200)
#: First and last of what comes round again: hours, weekdays, days, weeks, months and quarters, counted from 1 or 0.
_ROUND = frozenset(
    {(0, 23), (1, 24), (0, 6), (1, 7), (1, 5), (1, 31), (1, 52), (1, 53), (0, 52), (0, 53), (1, 12), (0, 11), (1, 4), (0, 3)}
)


def cycle(column: pd.Series, name: str | None) -> bool:
    """Whether numbers are those of a unit within a longer one: weeks of a year, days of a month."""
    low, high = CYCLES.get(str(unit_of(name)), (1, 0))
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    return len(known) > 0 and bool(((known >= low) & (known <= high) & (known == np.floor(known))).all())


def refuse_cycle(name: str | None, named: str = "") -> NoReturn:
    """A `UsageError` about such numbers, or names of what is `named`, without the year."""
    unit, shown = named or unit_of(name), "names" if named else "numbers"
    example = {"week": "2024-W05", "weekday": "2024-01-31", "hour": "2024-01-31 10:00"}.get(str(unit), "2024-03")
    raise UsageError(
        f"column {name!r} holds {shown} of {unit}s that come round again, which are no time by themselves: join them with the "
        f"year into one column, such as {example}, or say that the rows are in order, the oldest first",
        fixes=(Fix.of(freq="period"),),
    )


def codes_in_order(values: np.ndarray) -> bool:
    """Whether whole numbers are all codes of dates, such as 202403, and rise or fall throughout."""
    if (
        len(values) < _FEWEST
        or not np.isfinite(values).all()
        or (values != np.floor(values)).any()
        or np.abs(values).max() > 2**62
    ):
        return False
    if len(np.unique(values)) < len(values) or not _steady(values):
        return False
    found = read_whole(values.astype(np.int64), name=None, freq=None)
    return not isinstance(found, Ambiguity) and found.kind == "form" and not np.isnat(found.stamps).any()


def are_codes(values: np.ndarray) -> bool:
    """Whether whole numbers are all codes of dates, such as 202403, of two years at least: no metric leaves out 13 to 99.

    Examples
    --------
    >>> are_codes(np.array([202403.0, 202311, 202312, 202401, 202402])), are_codes(np.array([202403.0, 202311, 7, 8, 9]))
    (True, False)
    """
    if (
        len(values) < _FEWEST
        or not np.isfinite(values).all()
        or (values != np.floor(values)).any()
        or np.abs(values).max() > 2**62
    ):
        return False
    found = read_whole(values.astype(np.int64), name=None, freq=None)
    if isinstance(found, Ambiguity) or found.kind != "form" or np.isnat(found.stamps).any():
        return False
    return len(np.unique(found.stamps)) >= _FEWEST and len(np.unique(found.stamps.astype("datetime64[Y]"))) > 1


def goes_round(values: np.ndarray) -> bool:
    """Whether whole numbers rise, or fall, by one and begin again, as those of months and weekdays do.

    Examples
    --------
    >>> goes_round(np.array([10, 11, 12, 1, 2, 3, 4])), goes_round(np.array([10, 12, 11, 1, 2, 3, 4]))
    (False, False)
    >>> goes_round(np.array([2, 3, 4, 1, 2, 3, 4, 1])), goes_round(np.array([1, 4, 3, 2, 1, 4, 3]))
    (True, True)
    >>> goes_round(np.array([0, 1, 2, 0, 1, 2, 0, 1, 2]))
    False
    """
    if len(values) < _FEWEST or not np.isfinite(values).all() or (values != np.floor(values)).any():
        return False
    steps, width = np.diff(values), np.ptp(values)
    way = 1 if (steps > 0).sum() > (steps < 0).sum() else -1
    back = steps == -way * width
    whole = (int(values.min()), int(values.max())) in _ROUND
    return bool(whole and ((steps == way) | back).all() and len(values) > width + 1 and back.sum() > 1)


def ordered(column: pd.Series) -> bool:
    """Whole numbers that rise, or fall, from row to row."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return False
    values = numbers_of(column)
    if not len(values) or not np.isfinite(values).all() or (values != np.floor(values)).any():
        return False
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def are_times(column: pd.Series, name: str | None) -> bool:
    """Numbers that are times by their name: codes such as 202403, years each once, years with a fraction, serial days."""
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    if not says_time(name) or 2 * len(known) <= len(values):
        return False
    if (known != np.floor(known)).any():
        return _steady(known) and (1700 <= known.min() <= known.max() <= 2201 or (says_date(name) and known.min() >= 10_000))
    if not (np.abs(known) < 2**62).all():
        return False
    found = read_whole(known.astype(np.int64), name=name, freq=None)
    if isinstance(found, Ambiguity):
        return known.min() >= 10_000 and (_steady(known) or (says_date(name) and _steps_alike(known)))
    if found.kind == "form":
        return 2 * int((~np.isnat(found.stamps)).sum()) > len(known) or (says_date(name) and _steady(known))
    if found.kind == "moments":
        return says_date(name) or _steady(known) or _steps_alike(known)
    if found.kind != "years" or len(np.unique(known)) < len(known):
        return False
    return unit_of(name) == "year" or says_date(name) or (_steady(known) and _steps_alike(known))


def _steady(values: np.ndarray) -> bool:
    """Numbers that rise, or fall, throughout: not what a metric does."""
    steps = np.diff(values)
    return len(values) > 1 and bool((steps >= 0).all() or (steps <= 0).all())


def _steps_alike(values: np.ndarray) -> bool:
    """Numbers of which each is there once, most of them one step apart."""
    steps = np.diff(np.unique(values))
    return len(steps) == len(values) - 1 > 0 and bool(np.mean(steps == np.median(steps)) > 0.5)


def count_rows(column: pd.Series) -> bool:
    """Whole numbers, each once, most of them one step apart; a cell here and there may be a word."""
    if len(column) < 2 or pd.api.types.is_bool_dtype(column.dtype):
        return False
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    return 2 * len(known) > len(values) and not (known != np.floor(known)).any() and _steps_alike(known)


def may_be_metric(column: pd.Series, name: str | None) -> bool:
    """Whether whole numbers under a name such as ``time`` can be years, but neither their order nor their name says so."""
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    years = len(known) > 0 and bool(((known >= _YEARS[0]) & (known <= _YEARS[1])).all())
    return years and not (unit_of(name) == "year" or says_date(name) or _steady(known))


def repeated_years(column: pd.Series) -> bool:
    """Whole numbers that are all years, some more than once."""
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    years = (known >= _YEARS[0]) & (known <= _YEARS[1]) & (known == np.floor(known))
    return len(known) > 1 and bool(years.all()) and len(np.unique(known)) < len(known)
