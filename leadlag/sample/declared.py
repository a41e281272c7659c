"""A table of period starts that was declared as the calendar, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import nearest
from leadlag.errors import UsageError
from leadlag.sample.counting import Freq, PeriodTable, days_of
from leadlag.sample.tables import as_pandas
from leadlag.sample.times import read_times
from leadlag.sample.timewords import tidy
from leadlag.sample.violations import ViolationList, counted, raise_violations
from leadlag.sample.zones import Stamps

__all__ = ["as_table", "declared_times"]

_ALLOWED = "a table of period starts: column 'start', and optionally 'name'; the last row is the end of the last period"
#: Periods of one table are never as different in length as this.
_MOST_LONGER = 2


def as_table(calendar: Any) -> PeriodTable | None:
    """The periods of a declared calendar, or a `UsageError` that names what is wrong with it.

    Parameters
    ----------
    calendar : eager frame or None
        Column ``start``, optionally ``name``. The last row is the end of the last period: the day after its last one.

    Examples
    --------
    >>> as_table(pd.DataFrame({"start": ["2024-02-04", "2024-03-03", "2024-04-07"], "name": ["P01", "P02", None]}))
    PeriodTable of 2 periods from 2024-02-04
    """
    if calendar is None or isinstance(calendar, PeriodTable):
        return calendar
    frame = as_pandas(calendar, "calendar")
    columns = [str(column) for column in frame.columns]
    odd = [column for column in columns if column not in ("start", "name")]
    if "start" not in columns or odd:
        hint = nearest(odd[0], ("start", "name")) if odd else ""
        told = (
            f"has no column 'start', but {', '.join(map(repr, columns))}"
            if "start" not in columns
            else f"has a column {odd[0]!r}"
        )
        raise UsageError(f"calendar {told}: give {_ALLOWED}.{hint}")
    days = _days(frame["start"])
    _refuse_disorder(days)
    _refuse_lengths(days)
    names = _names(frame["name"].iloc[:-1].tolist()) if "name" in columns else ()
    return PeriodTable(tuple(days.tolist()), names)


def _days(column: pd.Series) -> np.ndarray:
    """First days of the periods, shape (n + 1,), counted from 1970."""
    if len(column) < 2:
        count = counted(len(column), "row", "rows")
        raise UsageError(f"calendar has {count}, and a period needs two: its own and the one of the next, or of its end.")
    stamps = declared_times(column, name="start", freq=None, argument="calendar", example="2024-01-31")
    if stamps.kind == "counter" or (stamps.local != stamps.local.astype("datetime64[D]")).any():
        raise UsageError("calendar: its starts are no days: give dates without a time of day, such as 2024-01-31.")
    return days_of(stamps.local)


def declared_times(column: pd.Series, *, name: str, freq: Freq | None, argument: str, example: str) -> Stamps:
    """The times of a table that an argument gives, or a `DataContractError` that says how to write them."""
    violations = ViolationList()
    stamps = read_times(column, name=name, tz=None, date_format=None, freq=freq, violations=violations, argument=argument)
    if stamps is None:
        raise_violations(replace(found, next_step=f"write them as {example}.", fixes=()) for found in violations)
    return stamps


def _refuse_disorder(days: np.ndarray) -> None:
    falls = np.flatnonzero(np.diff(days) <= 0)
    if len(falls):
        row = int(falls[0])
        one, next_one = (str(np.datetime64(int(day), "D")) for day in days[row : row + 2])
        if one == next_one:
            raise UsageError(
                f"calendar: {one} begins two periods (rows {row} and {row + 1}), which overlap: leave one of them out."
            )
        raise UsageError(
            f"calendar: row {row + 1} ({next_one}) lies before row {row} ({one}): sort it, calendar.sort_values('start')."
        )


def _refuse_lengths(days: np.ndarray) -> None:
    """Periods are of about one length; a last row that is the last day, not the one after it, makes the last a day too short."""
    lengths = np.diff(days)
    if len(lengths) > 1 and not (lengths[:-1] % 7).any() and lengths[-1] % 7 == 6:
        last, end = (str(np.datetime64(int(day), "D")) for day in (days[-1], days[-1] + 1))
        raise UsageError(f"calendar: its last row, {last}, is the last day of the last period: give the day after it, {end}.")
    if lengths.max() >= _MOST_LONGER * lengths.min() and len(lengths) > 1:
        longest, shortest = (str(np.datetime64(int(days[at]), "D")) for at in (lengths.argmax(), lengths.argmin()))
        raise UsageError(
            f"calendar: the period of {longest} has {lengths.max()} days, that of {shortest} has {lengths.min()}: periods of one "
            "table are of about one length. Give each of them a row."
        )


def _names(cells: Sequence[object]) -> tuple[str, ...]:
    missing = [row for row, cell in enumerate(cells) if cell is None or cell != cell or not str(cell).strip()]
    if missing:
        raise UsageError(f"calendar: row {missing[0]} has no name: name all periods, or leave the column out.")
    names = tuple(tidy(str(cell)) for cell in cells)
    again = next((name for row, name in enumerate(names) if name in names[:row]), None)
    if again is not None:
        raise UsageError(f"calendar: two periods have the name {again!r}: give each its own, such as 'FY24 P03'.")
    return names
