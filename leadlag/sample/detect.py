"""Where a table keeps its times, when the caller does not say."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.errors import UsageError
from leadlag.sample.model import Note
from leadlag.sample.names import plain_name
from leadlag.sample.times import looks_like_dates, looks_like_other_dates

__all__ = ["TimeSource", "find_time"]

#: Names under which a column with dates, in whatever form, is taken as the time.
_DATE_NAMES = frozenset({"date", "datetime", "timestamp", "ds"})
#: Names under which whole numbers, each once, are taken as the time.
_COUNT_NAMES = frozenset({"date", "time", "day", "week", "month", "quarter", "year", "period", "t"})


@dataclass(frozen=True, kw_only=True)
class TimeSource:
    """Where the times are.

    Parameters
    ----------
    values : pandas.Series or None
        Times of the rows, None for undated rows.
    name : str or None
        Name of the column or index.
    place : int or None
        Position of the column, None if the times are the index.
    counter : bool
        Whether whole numbers are a plain counter for certain.
    notes : tuple of Note
    """

    values: pd.Series | None = None
    name: str | None = None
    place: int | None = None
    counter: bool = False
    notes: tuple[Note, ...] = ()


def find_time(frame: pd.DataFrame, names: Sequence[str], time: Any, used: Container[str]) -> TimeSource:
    """The times of a table: the column named, a dated index, one obvious date column, or none.

    Parameters
    ----------
    frame : pandas.DataFrame
    names : sequence of str
        Cleaned column names.
    time : str or None
        What the caller said.
    used : container of str
        Names the caller uses as metrics, which are therefore no times.
    """
    if isinstance(frame.index, pd.MultiIndex):
        levels = ", ".join(map(repr, frame.index.names))
        raise UsageError(
            f"the rows of data have an index of several levels ({levels}): call reset_index() and use from_long for segments."
        )
    if time is not None:
        return _named(frame, names, time)
    if isinstance(frame.index, (pd.DatetimeIndex, pd.PeriodIndex)):
        return TimeSource(values=frame.index.to_series(index=pd.RangeIndex(len(frame))), name=_index_name(frame))
    plain_rows = isinstance(frame.index, pd.RangeIndex)
    if not plain_rows and len(frame) and _dates_in_any_form(frame.index.to_series()):
        return TimeSource(values=frame.index.to_series(index=pd.RangeIndex(len(frame))), name=_index_name(frame))
    obvious = _obvious_column(frame, names, used)
    if obvious is not None:
        note = Note(code="LL116", column=names[obvious], text=f"column {names[obvious]!r} was recognised as the time.")
        return TimeSource(values=frame.iloc[:, obvious], name=names[obvious], place=obvious, notes=(note,))
    return TimeSource() if plain_rows else _row_numbers(frame)


def _named(frame: pd.DataFrame, names: Sequence[str], time: Any) -> TimeSource:
    """The column, or the index, that the caller named."""
    wanted = plain_name(time) if isinstance(time, (str, tuple, int)) else time
    if wanted not in names and frame.index.name is not None and wanted == _index_name(frame):
        return TimeSource(values=frame.index.to_series(index=pd.RangeIndex(len(frame))), name=wanted)
    place = names.index(as_name(wanted, "time", names))
    return TimeSource(values=frame.iloc[:, place], name=names[place], place=place)


def _index_name(frame: pd.DataFrame) -> str | None:
    return None if frame.index.name is None else plain_name(frame.index.name)


def _obvious_column(frame: pd.DataFrame, names: Sequence[str], used: Container[str]) -> int | None:
    """Position of the one column that can only be the time, or None."""
    free = [place for place, name in enumerate(names) if name not in used]
    dates = [place for place in free if looks_like_dates(frame.iloc[:, place])]
    called = [place for place in dates if names[place].casefold() in _DATE_NAMES | _COUNT_NAMES]
    if len(dates) > 1 and len(called) != 1:
        shown = ", ".join(repr(names[place]) for place in dates[:5])
        raise UsageError(f"several columns hold dates ({shown}): name the one to use with time=.")
    if dates:
        return called[0] if len(called) == 1 else dates[0]
    years = [place for place in free if names[place].casefold() == "year" and _years(frame.iloc[:, place])]
    if years:  # years that repeat: parts of a date, or a panel, which is refused later as repeated
        parts = [place for place in free if names[place].casefold() in ("quarter", "month", "week", "day")]
        if parts:
            shown = ", ".join(repr(names[place]) for place in (years[0], *parts))
            raise UsageError(
                f"the times are spread over columns ({shown}): join them into one date column and name it with time=."
            )
        return years[0]
    counts = [place for place in free if names[place].casefold() in _COUNT_NAMES and _counts(frame.iloc[:, place])]
    if counts:
        return counts[0]
    # dates in another form are the time too: left out as text, the rows would pass as undated, and a lag would cross gaps
    written = [place for place in free if _written(frame.iloc[:, place], names[place])]
    return written[0] if written else None


def _dates_in_any_form(column: pd.Series) -> bool:
    return looks_like_dates(column) or looks_like_other_dates(column)


def _written(column: pd.Series, name: str) -> bool:
    """Text that is meant as dates and must be readable as such: by its name, or because it can be nothing else."""
    return looks_like_other_dates(column) or (name.casefold() in _DATE_NAMES and _mostly_digits(column))


def _counts(column: pd.Series) -> bool:
    """Whole numbers, each once, most of them one step apart."""
    numbers = pd.to_numeric(column, errors="coerce") if len(column) else column
    if len(column) < 2 or pd.api.types.is_bool_dtype(column.dtype) or numbers.isna().any():
        return False
    values = numbers.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all() or (values != np.floor(values)).any() or len(np.unique(values)) < len(values):
        return False
    steps = np.diff(np.sort(values))
    return bool(np.mean(steps == np.median(steps)) > 0.5)


def _years(column: pd.Series) -> bool:
    """Whole numbers that are all years, some more than once."""
    numbers = pd.to_numeric(column, errors="coerce")
    return len(numbers) > 0 and bool((numbers.between(1700, 2200) & (numbers % 1 == 0)).all() and numbers.duplicated().any())


def _mostly_digits(column: pd.Series) -> bool:
    """Text of which most cells begin with a digit: dates in some form, which then must be readable."""
    cells = [cell for cell in column if isinstance(cell, str)]
    return len(cells) > 0 and sum(cell.strip()[:1].isdigit() for cell in cells) > len(cells) / 2


def _row_numbers(frame: pd.DataFrame) -> TimeSource:
    """An index of whole numbers keeps rows apart that a filter took out; any other index only gives the order."""
    index = frame.index
    if pd.api.types.is_integer_dtype(index.dtype) and index.is_unique and len(index) > 1:
        values = index.to_series(index=pd.RangeIndex(len(frame)))
        counts = values.to_numpy(dtype=np.int64)
        years = _index_name(frame) is not None and "year" in str(_index_name(frame)).casefold()
        if int(counts.max()) - int(counts.min()) < 2 * len(counts):
            return TimeSource(values=values, name=_index_name(frame), counter=not years)
    note = Note(code="LL116", column=None, text="the index holds no times; rows were taken in their order, one period each.")
    return TimeSource(notes=(note,))
