"""Where a table keeps its times, when the caller does not say."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.errors import UsageError
from leadlag.sample.deciding import Ambiguity
from leadlag.sample.look import Look, look_at, numbers_of, rises_by_one_step
from leadlag.sample.model import Note
from leadlag.sample.names import first_names, plain_name
from leadlag.sample.timewords import says_date, says_time, unit_of
from leadlag.sample.whole import read_whole

__all__ = ["TimeSource", "find_time"]

#: Names under which tools write row numbers, and those that a metric may have too.
_ROW_NUMBERS = ("unnamed: 0", "__index_level_0__", "rownames", "...1")
_ROW_NUMBERS_TOO = frozenset({"", "index", "level_0", "row", "row_id", "rowid", "row_number", "rownum"})
#: Whole numbers that come round again: unit -> (least, largest).
_CYCLES = {"hour": (0, 24), "day": (1, 31), "week": (0, 53), "month": (1, 12), "quarter": (1, 4), "half": (1, 2)}


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
    notes : tuple of Note
    """

    values: pd.Series | None = None
    name: str | None = None
    place: int | None = None
    counter: bool = False
    row_numbers: tuple[int, ...] = ()
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
            return TimeSource() if isinstance(frame.index, pd.RangeIndex) else _row_numbers(frame)
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


def _dated_index(frame: pd.DataFrame, date_format: str | None) -> TimeSource | None:
    """The index if it holds times: by its type, by its texts, or by its name."""
    if isinstance(frame.index, pd.RangeIndex) or not len(frame):
        return None
    values = frame.index.to_series(index=pd.RangeIndex(len(frame)))
    look, name = look_at(values, date_format), _index_name(frame)
    if look.kind in ("date", "form", "other"):
        return _index(frame) if look.whole or look.most else None
    return _index(frame) if look.kind == "number" and _numbered(values, name) else None


@dataclass(frozen=True, kw_only=True)
class _Candidates:
    """Columns that may be the time."""

    frame: pd.DataFrame
    names: Sequence[str]
    looks: dict[int, Look]

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str], used: Container[str], date_format: str | None) -> _Candidates:
        free = [place for place, name in enumerate(names) if name not in used]
        looks = {place: look_at(frame.iloc[:, place], date_format) for place in free}
        return cls(frame=frame, names=names, looks=looks)

    def time(self) -> int | None:
        """Position of the column that can only be the time, or None."""
        mostly = [place for place, look in self.looks.items() if look.kind in ("date", "form", "other") and look.most]
        mostly = [place for place in mostly if not self.looks[place].whole]
        for kind in ("date", "form"):
            whole = [place for place, look in self.looks.items() if look.kind == kind and look.whole]
            if whole:
                return self._only(whole, mostly)
        coded = [place for place in self._numbers() if _numbered(self.frame.iloc[:, place], self.names[place])]
        if coded:
            return self._only(coded, mostly)
        if mostly:
            return self._only(mostly, [])
        other = [place for place, look in self.looks.items() if look.kind == "other" and look.whole]
        called = [place for place in other if says_time(self.names[place])]
        counted = None if called else self._counted()
        return self._only(other, []) if other and counted is None else counted

    def _numbers(self) -> list[int]:
        """Columns of numbers under the name of a time."""
        return [
            place for place, look in self.looks.items() if look.kind == "number" and look.n_cells and says_time(self.names[place])
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
        numbers = self._numbers()
        years = [place for place in numbers if unit_of(self.names[place]) == "year" and _years(self.frame.iloc[:, place])]
        if years:
            parts = [place for place in numbers if unit_of(self.names[place]) in _CYCLES]
            if parts:
                self._refuse_parts(years[0], parts)
            return years[0]  # years that repeat: a panel, which is refused later as repeated
        counted = [place for place in numbers if _counts(self.frame.iloc[:, place])]
        cycling = [place for place in numbers if place not in counted and self._cycles(place)]
        for place in counted:
            if self._cycles(place) and not _ordered(self.frame.iloc[:, place]):
                cycling.append(place)
            elif not cycling:
                return place
        if cycling:
            self._refuse_cycle(cycling[0])
        return None

    def _cycles(self, place: int) -> bool:
        """Whether numbers are those of a unit within a longer one: weeks of a year, days of a month."""
        low, high = _CYCLES.get(str(unit_of(self.names[place])), (1, 0))
        values = numbers_of(self.frame.iloc[:, place])
        known = values[np.isfinite(values)]
        return len(known) > 0 and bool(((known >= low) & (known <= high) & (known == np.floor(known))).all())

    def _refuse_parts(self, year: int, parts: Sequence[int]) -> None:
        shown = ", ".join(repr(self.names[place]) for place in (year, *parts))
        raise UsageError(f"the times are spread over columns ({shown}): join them into one date column and name it with time=.")

    def _refuse_cycle(self, place: int) -> None:
        name, unit = self.names[place], unit_of(self.names[place])
        raise UsageError(
            f"column {name!r} holds numbers of {unit}s that come round again, which are no time by themselves: join them with "
            f"the year into one column, such as {'2024-W05' if unit == 'week' else '2024-03'}, or drop the column if the rows "
            f"are in order; if it is a metric, name it in leads=."
        )

    def refuse_steps(self) -> None:
        """A `UsageError` about a column that rises or falls by one step on every row, as times do."""
        numbers = [place for place, look in self.looks.items() if look.kind == "number" and look.whole]
        if len(numbers) < 2 and len(self.names) < 2:
            return
        for place in numbers:
            column = self.frame.iloc[:, place]
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
        if place != found.place and name not in used and _numbers_rows(frame.iloc[:, place], name)
    ]  # fmt: skip
    if not places:
        return found
    text = f"row numbers were left out: {first_names([names[place] for place in places])}."
    note = Note(code="LL136", column=names[places[0]], text=text)
    return TimeSource(
        values=found.values, name=found.name, place=found.place, counter=found.counter, row_numbers=tuple(places),
        notes=(*found.notes, note),
    )  # fmt: skip


def _numbers_rows(column: pd.Series, name: str) -> bool:
    """Whether a column is no more than the number of its row, by its name and its numbers."""
    plain = name.strip().casefold()
    if plain.startswith(_ROW_NUMBERS):
        return _ordered(column)
    if plain not in _ROW_NUMBERS_TOO or not _ordered(column):
        return False
    values = np.sort(numbers_of(column))
    return bool(values[0] in (0, 1) and (np.diff(values) == 1).all())


def _ordered(column: pd.Series) -> bool:
    """Whole numbers that rise, or fall, from row to row."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return False
    values = numbers_of(column)
    if not len(values) or not np.isfinite(values).all() or (values != np.floor(values)).any():
        return False
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def _numbered(column: pd.Series, name: str | None) -> bool:
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
    return found.kind == "years" and len(np.unique(known)) == len(known)


def _steady(values: np.ndarray) -> bool:
    """Numbers that rise, or fall, throughout: not what a metric does."""
    steps = np.diff(values)
    return len(values) > 1 and bool((steps >= 0).all() or (steps <= 0).all())


def _steps_alike(values: np.ndarray) -> bool:
    """Numbers of which each is there once, most of them one step apart."""
    steps = np.diff(np.unique(values))
    return len(steps) == len(values) - 1 > 0 and bool(np.mean(steps == np.median(steps)) > 0.5)


def _counts(column: pd.Series) -> bool:
    """Whole numbers, each once, most of them one step apart; a cell here and there may be a word."""
    if len(column) < 2 or pd.api.types.is_bool_dtype(column.dtype):
        return False
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    return 2 * len(known) > len(values) and not (known != np.floor(known)).any() and _steps_alike(known)


def _years(column: pd.Series) -> bool:
    """Whole numbers that are all years, some more than once."""
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    years = (known >= 1700) & (known <= 2200) & (known == np.floor(known))
    return len(known) > 1 and bool(years.all()) and len(np.unique(known)) < len(known)


def _row_numbers(frame: pd.DataFrame) -> TimeSource:
    """An index of whole numbers keeps rows apart that a filter took out; any other index only gives the order."""
    index = frame.index
    if pd.api.types.is_integer_dtype(index.dtype) and index.is_unique and len(index) > 1:
        counts = index.to_numpy(dtype=np.int64)
        years = _index_name(frame) is not None and "year" in str(_index_name(frame)).casefold()
        if int(counts.max()) - int(counts.min()) < 2 * len(counts):
            return TimeSource(values=index.to_series(index=pd.RangeIndex(len(frame))), name=_index_name(frame), counter=not years)
    note = Note(code="LL116", column=None, text="the index holds no times; rows were taken in their order, one period each.")
    return TimeSource(notes=(note,))
