"""What stands beside a known time and is no metric: numbers of the rows, other dates, and parts of the date itself."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from leadlag.sample.datelike import serials_by_name
from leadlag.sample.iso import OTHER_DATE
from leadlag.sample.look import look_at, months_as_numbers, numbers_of
from leadlag.sample.numbered import are_codes, are_times, ordered
from leadlag.sample.periods import months_of
from leadlag.sample.timewords import says_date, says_time, time_names, unit_of
from leadlag.sample.zones import Stamps

__all__ = ["dates_beside", "may_number_rows", "numbers_rows", "parts_of_dates"]

#: Names under which tools write row numbers, and those that a metric may have too.
_ROW_NUMBERS = ("unnamed: 0", "__index_level_0__", "rownames", "...1")
_ROW_NUMBERS_TOO = frozenset({"", "index", "level_0", "row", "row_id", "rowid", "row_number", "rownum"})
#: The least number that is a date, a day as Excel counts them, and rows that are looked at before all others.
_LEAST, _FIRST = 20_000, 3


def may_number_rows(name: str) -> bool:
    """Whether a name is one that tools give to row numbers."""
    plain = name.strip().casefold()
    return plain in _ROW_NUMBERS_TOO or plain.startswith(_ROW_NUMBERS)


def numbers_rows(column: pd.Series, name: str) -> bool:
    """Whether a column of such a name is no more than the number of its row."""
    if not ordered(column):
        return False
    if name.strip().casefold().startswith(_ROW_NUMBERS):
        return True
    values = np.sort(numbers_of(column))
    return bool(values[0] in (0, 1) and (np.diff(values) == 1).all())


def dates_beside(frame: pd.DataFrame, names: Sequence[str], time: int | None, used: Container[str]) -> tuple[int, ...]:
    """Columns beside a known time that are dates too: texts that look like numbers, and numbers by their digits and name."""
    if not len(frame):
        return ()
    first, called = frame.iloc[:_FIRST].to_numpy(dtype=object), time_names(names)
    others = (place for place, name in enumerate(names) if place != time and name not in used)
    looked = (place for place in others if names[place] in called or _may_be_date(first[:, place]))
    return tuple(place for place in looked if _surely_dates(frame.iloc[:, place], names[place]))


def _may_be_date(cells: np.ndarray) -> bool:
    """Whether the first cells of a column can be dates: most metrics have other ones, and are not looked at again."""
    for cell in cells:
        if isinstance(cell, str):
            text = cell.strip()
            if OTHER_DATE.fullmatch(text) or (text.isdecimal() and int(text) >= _LEAST):
                return True
        elif isinstance(cell, (int, float, np.number)) and _LEAST <= cell < np.inf and cell == np.floor(cell):
            return True
    return False


def _surely_dates(column: pd.Series, name: str) -> bool:
    """Whether a column holds dates; numbers whose name says no unit, such as ``time``, must also rise or fall."""
    look = look_at(column)
    if look.kind != "number":
        return look.kind == "other" and look.whole
    if not says_time(name):
        return serials_by_name(column, name) or are_codes(numbers_of(column))
    if months_as_numbers(column):
        return True
    return are_times(column, name) and (unit_of(name) is not None or says_date(name) or ordered(column))


def _week(stamps: np.ndarray) -> np.ndarray:
    return pd.DatetimeIndex(stamps).isocalendar().week.to_numpy(dtype=np.int64)


#: Units that a name says, and the number that each date has of it.
_PARTS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType(
    {
        "year": lambda stamps: months_of(stamps) // 12 + 1970,
        "half": lambda stamps: months_of(stamps) % 12 // 6 + 1,
        "quarter": lambda stamps: months_of(stamps) % 12 // 3 + 1,
        "month": lambda stamps: months_of(stamps) % 12 + 1,
        "week": _week,
        "day": lambda stamps: pd.DatetimeIndex(stamps).day.to_numpy(dtype=np.int64),
        "hour": lambda stamps: pd.DatetimeIndex(stamps).hour.to_numpy(dtype=np.int64),
    }
)


def parts_of_dates(
    frame: pd.DataFrame, names: Sequence[str], time: int | None, used: Container[str], stamps: Stamps | None
) -> tuple[int, ...]:
    """Columns of numbers whose name says a part of the date, and whose numbers are that part on every row: year, month, week."""
    if stamps is None or stamps.kind != "dated" or stamps.off:
        return ()
    called = time_names(names)
    units = {
        place: str(unit_of(name)) for place, name in enumerate(names) if name in called and place != time and name not in used
    }
    return tuple(place for place, unit in units.items() if unit in _PARTS and _is_part(frame.iloc[:, place], unit, stamps))


def _is_part(column: pd.Series, unit: str, stamps: Stamps) -> bool:
    values = numbers_of(column)
    return bool(np.isfinite(values).all() and (values == _PARTS[unit](stamps.local)).all())
