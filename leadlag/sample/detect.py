"""Where a table keeps its times, when the caller does not say."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.errors import UsageError
from leadlag.sample.beside import dates_beside, may_number_rows, numbers_rows
from leadlag.sample.candidates import Candidates
from leadlag.sample.doubts import ask_about_names, column_in_doubt, if_no_time
from leadlag.sample.indexed import refuse_index, refuse_two
from leadlag.sample.look import look_under
from leadlag.sample.model import Note
from leadlag.sample.names import first_names, plain_name
from leadlag.sample.numbered import are_times, count_rows, cycle, ordered, refuse_cycle
from leadlag.sample.spread import joined_times
from leadlag.sample.timewords import says_time, unit_of
from leadlag.sample.violations import Fix

__all__ = ["TimeSource", "find_time"]


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
    row_numbers : tuple of int
        Positions of columns that only number the rows.
    dates : tuple of int
        Positions of other columns of numbers that are dates.
    otherwise : tuple of Fix
        What to do if this is no time after all, where that is not certain.
    notes : tuple of Note
    """

    values: pd.Series | None = None
    name: str | None = None
    place: int | None = None
    counter: bool = False
    row_numbers: tuple[int, ...] = ()
    dates: tuple[int, ...] = ()
    otherwise: tuple[Fix, ...] = ()
    notes: tuple[Note, ...] = ()


def find_time(
    frame: pd.DataFrame,
    names: Sequence[str],
    time: Any,
    used: Container[str],
    *,
    date_format: str | None = None,
    freq: str | None = None,
) -> TimeSource:
    """The times of a table: the column named, a dated index, one column that can only be the time, or none.

    Parameters
    ----------
    frame : pandas.DataFrame
    names : sequence of str
        Cleaned column names.
    time : str or None
        What the caller said.
    used : container of str
        Names the caller uses as metrics, which are therefore no times.
    date_format : str or None
        Texts of this format are dates.
    freq : str or None
        ``"period"`` says that rows without a known time are in order, so that nothing is asked.

    Raises
    ------
    UsageError
        If several columns, or one that need not be, may be the time.
    """
    if isinstance(frame.index, pd.MultiIndex):
        levels = ", ".join(map(repr, frame.index.names))
        raise UsageError(
            f"the rows of data have an index of several levels ({levels}): call reset_index() and use from_long for segments."
        )
    found = _named(frame, names, time) if time is not None else _dated_index(frame, date_format)
    if found is None:
        table = Candidates.of(frame, names, used, date_format, in_order=freq == "period")
        place = table.time()
        otherwise: tuple[Fix, ...] = ()
        if place is None and not table.in_order:
            spread = table.spread()
            if spread is not None:
                return _without_row_numbers(_joined(frame, names, *spread), frame, names, used)
            place = column_in_doubt(table)
            otherwise = () if place is None else (if_no_time(names[place]),)
        if place is None:
            return _row_numbers(frame, date_format, in_order=table.in_order) if len(frame) else TimeSource()
        if not says_time(names[place]) and not _plain_rows(frame.index):
            refuse_two(frame.index.to_series(index=pd.RangeIndex(len(frame))), _index_name(frame), names[place])
        note = Note(code="LL116", column=names[place], text=f"column {names[place]!r} was recognised as the time.")
        found = TimeSource(values=frame.iloc[:, place], name=names[place], place=place, otherwise=otherwise, notes=(note,))
    return _without_row_numbers(found, frame, names, used)


def _joined(frame: pd.DataFrame, names: Sequence[str], year: int, parts: Sequence[int]) -> TimeSource:
    """A year and its part in two columns as one time, or a `UsageError` that asks for it."""
    columns = [names[place] for place in (year, *parts)]
    values = joined_times(frame, names, year, parts)
    if values is None:
        raise UsageError(
            f"the times are spread over columns ({', '.join(map(repr, columns))}): join them into one date column and name it "
            "with time=, or say that the rows are in order, the oldest first",
            fixes=(Fix.of(freq="period"),),
        )
    name = " and ".join(columns)
    note = Note(code="LL116", column=columns[0], text=f"columns {' and '.join(map(repr, columns))} were read as one time.")
    return TimeSource(values=values, name=name, dates=(year, *parts), notes=(note,))


def _named(frame: pd.DataFrame, names: Sequence[str], time: Any) -> TimeSource:
    """The column, or the index, that the caller named."""
    wanted = plain_name(time) if isinstance(time, (str, tuple, int)) else time
    if wanted not in names and frame.index.name is not None and wanted == _index_name(frame):
        return _index(frame)
    place = names.index(as_name(wanted, "time", names))
    return TimeSource(values=frame.iloc[:, place], name=names[place], place=place)


def _index(frame: pd.DataFrame) -> TimeSource:
    return TimeSource(values=frame.index.to_series(index=pd.RangeIndex(len(frame))), name=_index_name(frame))


def _index_name(frame: pd.DataFrame) -> str | None:
    return None if frame.index.name is None else plain_name(frame.index.name)


def _plain_rows(index: pd.Index) -> bool:
    """Whether an index only counts the rows; pandas also keeps consecutive years or weeks as such a range, under their name."""
    return isinstance(index, pd.RangeIndex) and not says_time(None if index.name is None else plain_name(index.name))


def _dated_index(frame: pd.DataFrame, date_format: str | None) -> TimeSource | None:
    """The index if it holds times: by its type, by its texts, or by its name."""
    if _plain_rows(frame.index) or not len(frame):
        return None
    values = frame.index.to_series(index=pd.RangeIndex(len(frame)))
    name = _index_name(frame)
    look = look_under(values, name, date_format)
    if look.kind in ("date", "form", "other"):
        return _index(frame) if look.whole or look.most else None
    counter = says_time(name) and not pd.api.types.is_integer_dtype(values.dtype) and count_rows(values)
    return _index(frame) if look.kind == "number" and (counter or are_times(values, name)) else None


def _without_row_numbers(found: TimeSource, frame: pd.DataFrame, names: Sequence[str], used: Container[str]) -> TimeSource:
    """Beside a known time, columns that only number the rows are no metrics."""
    places = [
        place for place, name in enumerate(names)
        if place != found.place and name not in used and may_number_rows(name) and numbers_rows(frame.iloc[:, place], name)
    ]  # fmt: skip
    beside = dates_beside(frame, names, found.place, used)
    found = replace(found, dates=tuple(sorted({*found.dates, *beside})))
    if not places:
        return found
    text = f"row numbers were left out: {first_names([names[place] for place in places])}."
    note = Note(code="LL136", column=names[places[0]], text=text)
    return replace(found, row_numbers=tuple(places), notes=(*found.notes, note))


def _row_numbers(frame: pd.DataFrame, date_format: str | None, *, in_order: bool) -> TimeSource:
    """An index of whole numbers keeps rows apart that a filter took out; any other index only gives the order."""
    index = frame.index
    values = index.to_series(index=pd.RangeIndex(len(frame)))
    if not in_order:
        if pd.api.types.is_integer_dtype(index.dtype) and cycle(values, _index_name(frame)) and not ordered(values):
            refuse_cycle(_index_name(frame))
        ask_about_names(Candidates.of(values.to_frame("index"), [_index_name(frame) or ""], (), date_format))
        refuse_index(values, _index_name(frame))
    if _plain_rows(index):
        return TimeSource()
    if pd.api.types.is_integer_dtype(index.dtype) and index.is_unique and len(index) > 1:
        counts = index.to_numpy(dtype=np.int64)
        years = unit_of(_index_name(frame)) == "year"
        if int(counts.max()) - int(counts.min()) < 2 * len(counts):
            return TimeSource(values=values, name=_index_name(frame), counter=not years)
    note = Note(code="LL116", column=None, text="the index holds no times; rows were taken in their order, one period each.")
    return TimeSource(notes=(note,))
