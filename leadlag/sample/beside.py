"""What stands beside a known time and is no metric: numbers of the rows, other dates, and parts of the date itself."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from leadlag.sample.datelike import serial_dates
from leadlag.sample.iso import OTHER_DATE
from leadlag.sample.look import look_at, months_as_numbers, numbers_of
from leadlag.sample.numbered import are_codes, are_times, ordered
from leadlag.sample.periods import months_of
from leadlag.sample.tables import kinds_of
from leadlag.sample.timewords import mentions_date, mentions_event, says_date, says_time, time_names, unit_of
from leadlag.sample.zones import Stamps

__all__ = ["dates_beside", "may_number_rows", "numbers_rows", "parts_of_dates"]

#: Names under which tools write row numbers, and those that a metric may have too.
_ROW_NUMBERS = ("unnamed: 0", "__index_level_0__", "rownames", "...1")
_ROW_NUMBERS_TOO = frozenset({"", "index", "level_0", "row", "row_id", "rowid", "row_number", "rownum"})
#: The least number that is a date, a day as Excel counts them, and rows that are looked at before all others.
_LEAST, _FIRST = 20_000, 3
_LAST_YEAR, _SOME_YEARS = 2200, np.timedelta64(3 * 365, "D")


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
    called = time_names(names)
    others = [place for place, name in enumerate(names) if place != time and name not in used]
    looked = sorted({*(place for place in others if names[place] in called), *_may_be_dates(frame, others)})
    return tuple(place for place in looked if _surely_dates(frame.iloc[:, place], names[place]))


def _may_be_dates(frame: pd.DataFrame, places: Sequence[int]) -> list[int]:
    """Columns of which the first cells can be dates: most metrics have other ones, and are not looked at again."""
    kinds = kinds_of(frame)
    plain = [place for place in places if kinds[place] in "fiu"]
    first = frame.iloc[:_FIRST, plain].to_numpy(dtype=np.float64, na_value=np.nan) if plain else np.empty((0, 0))
    may = ((first >= _LEAST) & (first == np.floor(first)) & np.isfinite(first)).any(axis=0)
    found = [place for place, possible in zip(plain, may, strict=True) if possible]
    others = [place for place in places if kinds[place] not in "fiu"]
    return [*found, *(place for place in others if any(map(_may_be_date, frame.iloc[:_FIRST, place].tolist())))]


def _may_be_date(cell: object) -> bool:
    if isinstance(cell, str):
        text = cell.strip()
        return OTHER_DATE.fullmatch(text) is not None or (text.isdecimal() and len(text) < 20 and int(text) >= _LEAST)
    return isinstance(cell, (int, float, np.number)) and bool(_LEAST <= cell < np.inf and cell == np.floor(cell))


def _surely_dates(column: pd.Series, name: str) -> bool:
    """Whether a column holds dates, by its texts, its digits or its name; days as numbers are compared with the dates later."""
    look = look_at(column)
    if look.kind != "number":
        return look.kind == "other" and look.whole
    if (says_time(name) and months_as_numbers(column)) or are_codes(numbers_of(column)):
        return True
    if not says_time(name) or serial_dates(column) is not None or not are_times(column, name):
        return False
    return unit_of(name) is not None or says_date(name) or (ordered(column) and numbers_of(column).max() <= _LAST_YEAR)


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
    """Columns of numbers that say again what the dates say: a part of them by name, such as month, or other days as numbers."""
    if stamps is None or not len(frame):
        return ()
    others = [place for place, name in enumerate(names) if place != time and name not in used]
    found = _serials(frame, names, others, stamps)
    if stamps.kind != "dated" or stamps.off:
        return found
    called = time_names(names)
    units = {place: str(unit_of(names[place])) for place in others if names[place] in called}
    return (*found, *(place for place, unit in units.items() if unit in _PARTS and _is_part(frame.iloc[:, place], unit, stamps)))


def _serials(frame: pd.DataFrame, names: Sequence[str], places: Sequence[int], stamps: Stamps) -> tuple[int, ...]:
    """Columns of days as numbers: under a name that says date, or one that may say so, within some years of the dates."""
    found = []
    for place in _may_be_dates(frame, places):
        name = names[place]
        if not (mentions_date(name) or mentions_event(name) or says_time(name)):
            continue
        days = serial_dates(frame.iloc[:, place])
        if days is not None and (mentions_date(name) or _near(days, stamps)):
            found.append(place)
    return tuple(found)


def _near(days: np.ndarray, stamps: Stamps) -> bool:
    """Whether days lie within some years of the dates of the rows."""
    if stamps.kind != "dated" or not len(days):
        return False
    dates = stamps.local.astype("datetime64[D]")
    return bool(days.min() >= dates.min() - _SOME_YEARS and days.max() <= dates.max() + _SOME_YEARS)


def _is_part(column: pd.Series, unit: str, stamps: Stamps) -> bool:
    values = numbers_of(column)
    return bool(np.isfinite(values).all() and (values == _PARTS[unit](stamps.local)).all())
