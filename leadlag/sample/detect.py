"""Where a table keeps its times, when the caller does not say."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.errors import UsageError
from leadlag.sample.indexed import refuse_index
from leadlag.sample.look import Look, look_at, look_under, may_hold_times, months_as_numbers, numbers_of, rises_by_one_step
from leadlag.sample.model import Note
from leadlag.sample.names import first_names, plain_name
from leadlag.sample.numbered import CYCLES, are_times, codes_in_order, count_rows, cycle, ordered, refuse_cycle, repeated_years
from leadlag.sample.timewords import MONTHS, plain_text, says_date, says_time, time_names, unit_of

__all__ = ["TimeSource", "find_time"]

#: Names under which tools write row numbers, and those that a metric may have too.
_ROW_NUMBERS = ("unnamed: 0", "__index_level_0__", "rownames", "...1")
_ROW_NUMBERS_TOO = frozenset({"", "index", "level_0", "row", "row_id", "rowid", "row_number", "rownum"})


#: Parts of a year without the year.
_PART = re.compile(r"(?:q|t|h|s|m|p|w|kw|cw|wk|week|woche|quarter|month)\.? ?\d{1,2}", re.ASCII | re.IGNORECASE)


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
    notes : tuple of Note
    """

    values: pd.Series | None = None
    name: str | None = None
    place: int | None = None
    counter: bool = False
    row_numbers: tuple[int, ...] = ()
    dates: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()


def find_time(
    frame: pd.DataFrame, names: Sequence[str], time: Any, used: Container[str], *, date_format: str | None = None
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
        table = _Candidates.of(frame, names, used, date_format)
        place = table.time()
        if place is None:
            table.refuse_steps()
            return _row_numbers(frame, date_format) if len(frame) else TimeSource()
        note = Note(code="LL116", column=names[place], text=f"column {names[place]!r} was recognised as the time.")
        found = TimeSource(values=frame.iloc[:, place], name=names[place], place=place, notes=(note,))
    return _without_row_numbers(found, frame, names, used)


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


@dataclass(frozen=True, kw_only=True)
class _Candidates:
    """Columns that may be the time."""

    frame: pd.DataFrame
    names: Sequence[str]
    looks: dict[int, Look]

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str], used: Container[str], date_format: str | None) -> _Candidates:
        frame = frame.copy(deep=False)
        frame.attrs = {}  # what a frame carries is copied with every column that is taken from it
        free = [place for place, name in enumerate(names) if name not in used]
        kinds = [getattr(dtype, "kind", "O") for dtype in frame.dtypes.tolist()]
        numbers = Look(kind="number", n_cells=len(frame), n_fit=len(frame))
        looks = {
            place: numbers if kinds[place] in "fiu" else look_under(frame.iloc[:, place], names[place], date_format)
            for place in free
        }
        return cls(frame=frame, names=names, looks=looks)

    def time(self) -> int | None:
        """Position of the column that can only be the time, or None; one that says the same in every row is the last resort."""
        same = [place for places in self._whole() for place in places if self._same(place)]
        varied = {place: look for place, look in self.looks.items() if place not in same}
        found = replace(self, looks=varied)._found() if same else None
        return self._found() if found is None else found

    def _found(self) -> int | None:
        """The one column of times, kind by kind; those whose name says time go before all others."""
        mostly = [place for place, look in self.looks.items() if look.kind in ("date", "form", "other") and look.most]
        mostly = [place for place in mostly if not self.looks[place].whole]
        whole = self._whole()
        called = self._called(whole)
        for places in whole:
            chosen = [place for place in places if place in called] if called else places
            if chosen:
                return self._only(chosen, mostly)
        if mostly:
            return self._only(mostly, [])
        other = [place for place, look in self.looks.items() if look.kind == "other" and look.whole]
        counted = self._counted()
        if counted is None and not other:
            return self._unread()
        return self._only(other, []) if counted is None else counted

    def _whole(self) -> list[list[int]]:
        """Columns that are times throughout: by kind, dates, forms, codes, and other dates under the name of a time."""
        kinds = [
            [place for place, look in self.looks.items() if look.kind == kind and look.whole]
            for kind in ("date", "form", "other")
        ]
        coded = [place for place in self._numbers if are_times(self.frame.iloc[:, place], self.names[place])]
        return [*kinds[:2], coded, [place for place in kinds[2] if says_time(self.names[place])]]

    def _called(self, whole: Sequence[Sequence[int]]) -> list[int]:
        """Those of the columns whose name says time; none where another is finer, as dates beside their month."""
        every = [place for places in whole for place in places]
        called = [place for place in every if says_time(self.names[place])]
        rest = [place for place in every if place not in called]
        if not called or not rest:
            return called
        finest = max(map(self._n_values, called))
        return [] if any(self._n_values(place) > finest for place in rest) else called

    def _same(self, place: int) -> bool:
        """Whether a column has one value in every row."""
        column = self.frame.iloc[:, place].dropna()
        return len(self.frame) > 1 and len(column) > 0 and column.iloc[0] == column.iloc[-1] and self._n_values(place) == 1

    def _n_values(self, place: int) -> int:
        """How many different values a column has."""
        column = self.frame.iloc[:, place].dropna()
        return len(set(column.astype(str))) if column.dtype == object else int(column.nunique())

    def _unread(self) -> int | None:
        """A column of texts that may be times in no known form: by its name, or because a date stands in most of its cells."""
        texts = self._texts()
        self.refuse_names()
        called = [place for place in texts if says_time(self.names[place])]
        found = [place for place in called if may_hold_times(self.frame.iloc[:, place], called=True)]
        found = found or [place for place in texts if may_hold_times(self.frame.iloc[:, place], called=False)]
        return self._only(found, []) if found else None

    def _texts(self) -> list[int]:
        """Columns of texts in no known form."""
        return [place for place, look in self.looks.items() if look.kind == "" and self.frame.dtypes.iloc[place].kind in "OTU"]

    def refuse_names(self) -> None:
        """A `UsageError` about months by their names, and quarters and weeks such as Q1 and KW 5, which come round again."""
        for place in self._texts():
            cells = self.frame.iloc[:, place].dropna()
            if len(cells) > 1 and all(isinstance(cell, str) and plain_text(cell).rstrip(".") in MONTHS for cell in cells):
                refuse_cycle(self.names[place], "month")
            unit = unit_of(self.names[place])
            if (
                unit is not None
                and len(cells) > 1
                and all(isinstance(cell, str) and _PART.fullmatch(cell.strip()) for cell in cells)
            ):
                refuse_cycle(self.names[place], unit)

    @cached_property
    def _numbers(self) -> list[int]:
        """Columns of numbers under the name of a time."""
        called = time_names(self.names)
        return [
            place for place, look in self.looks.items() if self.names[place] in called and look.kind == "number" and look.n_cells
        ]

    def _only(self, places: Sequence[int], mostly: Sequence[int]) -> int:
        """The one of these, or the one that is called a time; else it is asked which."""
        called = [place for place in places if says_time(self.names[place])]
        doubted = [place for place in mostly if says_time(self.names[place])]
        chosen = called if len(called) == 1 else places
        if len(chosen) == 1 and (called or not doubted):
            return chosen[0]
        shown = first_names([self.names[place] for place in sorted({*places, *doubted})])
        raise UsageError(f"several columns hold dates ({shown}): name the one to use with time=.")

    def _counted(self) -> int | None:
        """Years, or whole numbers each once, under their usual name."""
        numbers = self._numbers
        years = [place for place in numbers if unit_of(self.names[place]) == "year" and repeated_years(self.frame.iloc[:, place])]
        if years:
            parts = [place for place in self.looks if unit_of(self.names[place]) in CYCLES]
            if parts:
                self._refuse_parts(years[0], parts)
            return years[0]  # years that repeat: a panel, which is refused later as repeated
        counted = [place for place in numbers if count_rows(self.frame.iloc[:, place])]
        cycling = [place for place in numbers if place not in counted and self._cycle(place)]
        for place in counted:
            if self._cycle(place) and not ordered(self.frame.iloc[:, place]):
                cycling.append(place)
            elif not cycling:
                return place
        if cycling:
            refuse_cycle(self.names[cycling[0]])
        return None

    def _cycle(self, place: int) -> bool:
        return cycle(self.frame.iloc[:, place], self.names[place])

    def _refuse_parts(self, year: int, parts: Sequence[int]) -> None:
        shown = ", ".join(repr(self.names[place]) for place in (year, *parts))
        raise UsageError(f"the times are spread over columns ({shown}): join them into one date column and name it with time=.")

    def refuse_steps(self) -> None:
        """A `UsageError` about a column that rises or falls by one step on every row, as times do."""
        numbers = [place for place, look in self.looks.items() if look.kind == "number" and look.whole]
        if len(numbers) < 2 and len(self.names) < 2:
            return
        for place in numbers:
            column = self.frame.iloc[:, place]
            if codes_in_order(numbers_of(column.iloc[:6])) and codes_in_order(numbers_of(column)):
                name, first = self.names[place], int(numbers_of(column.iloc[:1])[0])
                raise UsageError(
                    f"no column is known to be the time, and the numbers of column {name!r} are dates in order ({first}, ...): "
                    f"if it is the time, say time={name!r}; if it is a metric, name it in leads=."
                )
            if rises_by_one_step(numbers_of(column.iloc[:6])) and rises_by_one_step(numbers_of(column)):
                name = self.names[place]
                first, second = numbers_of(column.iloc[:2]).tolist()
                raise UsageError(
                    f"no column is known to be the time, and column {name!r} {'rises' if second > first else 'falls'} by "
                    f"{abs(second - first):.6g} on every row: if it is the time, say time={name!r}; if it is a metric, name it "
                    "in leads=; if it only numbers the rows, drop it."
                )


def _without_row_numbers(found: TimeSource, frame: pd.DataFrame, names: Sequence[str], used: Container[str]) -> TimeSource:
    """Beside a known time, columns that only number the rows are no metrics."""
    places = [
        place for place, name in enumerate(names)
        if place != found.place and name not in used and _may_number_rows(name) and _numbers_rows(frame.iloc[:, place], name)
    ]  # fmt: skip
    found = replace(found, dates=_dates_beside(found, frame, names, used))
    if not places:
        return found
    text = f"row numbers were left out: {first_names([names[place] for place in places])}."
    note = Note(code="LL136", column=names[places[0]], text=text)
    return replace(found, row_numbers=tuple(places), notes=(*found.notes, note))


def _dates_beside(found: TimeSource, frame: pd.DataFrame, names: Sequence[str], used: Container[str]) -> tuple[int, ...]:
    """Columns of numbers beside a known time that are dates too, by their name and their digits: 202403 under ``yearMonth``."""
    called = time_names(names)
    numbers = [
        place for place, name in enumerate(names)
        if name in called and place != found.place and name not in used and look_at(frame.iloc[:, place]).kind == "number"
    ]  # fmt: skip
    return tuple(place for place in numbers if _surely_dates(frame.iloc[:, place], names[place]))


def _surely_dates(column: pd.Series, name: str) -> bool:
    """Whether numbers under the name of a time are dates; one that says no unit, such as ``time``, must also rise or fall."""
    if months_as_numbers(column):
        return True
    return are_times(column, name) and (unit_of(name) is not None or says_date(name) or ordered(column))


def _may_number_rows(name: str) -> bool:
    """Whether a name is one that tools give to row numbers."""
    plain = name.strip().casefold()
    return plain in _ROW_NUMBERS_TOO or plain.startswith(_ROW_NUMBERS)


def _numbers_rows(column: pd.Series, name: str) -> bool:
    """Whether a column of such a name is no more than the number of its row."""
    if not ordered(column):
        return False
    if name.strip().casefold().startswith(_ROW_NUMBERS):
        return True
    values = np.sort(numbers_of(column))
    return bool(values[0] in (0, 1) and (np.diff(values) == 1).all())


def _row_numbers(frame: pd.DataFrame, date_format: str | None) -> TimeSource:
    """An index of whole numbers keeps rows apart that a filter took out; any other index only gives the order."""
    index = frame.index
    values = index.to_series(index=pd.RangeIndex(len(frame)))
    if pd.api.types.is_integer_dtype(index.dtype) and cycle(values, _index_name(frame)) and not ordered(values):
        refuse_cycle(_index_name(frame))
    _Candidates.of(values.to_frame("index"), [_index_name(frame) or ""], (), date_format).refuse_names()
    refuse_index(values, _index_name(frame), counted=_plain_rows(index))
    if _plain_rows(index):
        return TimeSource()
    if pd.api.types.is_integer_dtype(index.dtype) and index.is_unique and len(index) > 1:
        counts = index.to_numpy(dtype=np.int64)
        years = _index_name(frame) is not None and "year" in str(_index_name(frame)).casefold()
        if int(counts.max()) - int(counts.min()) < 2 * len(counts):
            return TimeSource(values=values, name=_index_name(frame), counter=not years)
    note = Note(code="LL116", column=None, text="the index holds no times; rows were taken in their order, one period each.")
    return TimeSource(notes=(note,))
