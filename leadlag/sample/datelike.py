"""Numbers that may be dates though no name says so for certain: asked about where no column is known to be the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.sample.look import numbers_of, rises_by_one_step
from leadlag.sample.numbered import are_codes, codes_in_order, goes_round, may_be_metric, repeated_years
from leadlag.sample.timewords import mentions_date, mentions_event, says_time
from leadlag.sample.whole import point_format

__all__ = ["Doubt", "dates_in_doubt", "doubt_about", "possible_dates", "serial_dates"]

#: Fewer numbers are no column of times, and so many are looked at before all others.
_FEWEST, _FIRST = 5, 6
#: Days as Excel counts them, and seconds and milliseconds since 1970, for times that tables of metrics have.
_EXCEL, _SECONDS, _MILLISECONDS = (20_000, 80_000), (5 * 10**8, 5 * 10**9), (5 * 10**11, 5 * 10**12)
#: Days from one month, quarter or year to the next, from one business day to the next, and from one week to the next.
_CALENDAR_STEPS = ((28, 31), (89, 92), (364, 367), (1, 4), (7, 7))
_YEARS = (1900, 2100)
_YEAR_DIGITS, _SAME_STEP = 4, 3e-3
#: Share of steps that are alike in dates with gaps.
_MOSTLY = 0.7
_DAY, _EXCEL_OF_1970 = 86_400, 25_569


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """What numbers may be.

    Parameters
    ----------
    found : str
        What was seen, after the name of the column.
    date_format : str
        The format that reads them, empty if none is needed.
    alone : bool
        Whether they would be the time by themselves, without a year in another column.
    """

    found: str
    date_format: str = ""
    alone: bool = True

    @property
    def options(self) -> tuple[tuple[str, object], ...]:
        """The option beside `time` that reads them."""
        return (("date_format", self.date_format),) if self.date_format else ()


def doubt_about(column: pd.Series, name: str | None) -> Doubt | None:
    """Why a column of numbers may be the time, None where it is a metric like any other.

    Examples
    --------
    >>> doubt_about(pd.Series([45292, 45323, 45352, 45383, 45413, 45444, 45474]), "booked").date_format
    'excel'
    >>> doubt_about(pd.Series([3.1, 2.7, 3.3, 2.9, 3.0, 2.8]), "price") is None
    True
    """
    doubt, values = dates_in_doubt(column, name), numbers_of(column)
    if doubt is not None:
        return doubt
    if goes_round(values):
        return Doubt(found=f"goes round from {values.min():.6g} to {values.max():.6g}, as months or weekdays do", alone=False)
    if rises_by_one_step(values[:_FIRST]) and rises_by_one_step(values):
        way = "rises" if values[1] > values[0] else "falls"
        return Doubt(found=f"{way} by {abs(values[1] - values[0]):.6g} on every row")
    return None


def dates_in_doubt(column: pd.Series, name: str | None) -> Doubt | None:
    """Why numbers may be dates by their digits, their size or their name, whatever their steps."""
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    if len(known) < _FEWEST or 2 * len(known) <= len(values):
        return None
    whole = bool((known == np.floor(known)).all())
    for look in (_codes, _turned, _serials, _years) if whole else (_decimals, _serials):
        doubt = look(known, name)
        if doubt is not None:
            return doubt
    return None


def possible_dates(frame: pd.DataFrame, places: Sequence[int]) -> list[int]:
    """Of columns of numbers, those whose first rows may be dates, or rise by one step: most metrics do not.

    Examples
    --------
    >>> possible_dates(pd.DataFrame({"a": [3.1, 2.5, 2.7], "b": [45292, 45299, 45306], "c": [1.2024, 2.2024, 3.2024]}), [0, 1, 2])
    [1, 2]
    """
    kinds = [getattr(dtype, "kind", "O") for dtype in frame.dtypes.tolist()]
    plain = [place for place in places if kinds[place] in "fiu"]
    found = set(places) - set(plain)
    if plain:
        with np.errstate(invalid="ignore"):
            first = frame.iloc[:_FIRST, plain].to_numpy(dtype=np.float64, na_value=np.nan)
            steps = np.diff(first, axis=0)
            line = (np.abs(steps - steps[:1]) <= _SAME_STEP * np.abs(steps[:1])).all(axis=0) & (steps[:1] != 0).all(axis=0)
            year = np.round((first - np.floor(first)) * 10**_YEAR_DIGITS)
            months = ((first >= 1) & (first < 13) & (year >= _YEARS[0]) & (year <= _YEARS[1])).all(axis=0)
            round_ = (np.abs(steps) == 1).sum(axis=0) >= max(len(steps) - 2, 2)
            short = ((first > 100) & (first % 100 <= 12)).all(axis=0)
            may = (first >= _YEARS[0]).all(axis=0) | line | months | round_ | short | ~np.isfinite(first).all(axis=0)
        found |= {place for place, possible in zip(plain, may, strict=True) if possible}
    return [place for place in places if place in found]


def serial_dates(column: pd.Series) -> np.ndarray | None:
    """The days that all numbers of a column are by their size: days as Excel counts them, or seconds since 1970; else None.

    Examples
    --------
    >>> serial_dates(pd.Series([45292, 45293])).tolist()[0], serial_dates(pd.Series([1.5, 2.5])) is None
    (datetime.date(2024, 1, 1), True)
    """
    values = numbers_of(column)
    known = values[np.isfinite(values)]
    kind = _serial_kind(known) if 2 * len(known) > len(values) else None
    if kind is None:
        return None
    seconds = {"seconds": 1, "milliseconds": 1_000}
    days = known - _EXCEL_OF_1970 if kind == "excel" else known / seconds[kind] / _DAY
    stamps: np.ndarray = np.floor(days).astype(np.int64).astype("datetime64[D]")
    return stamps


def _codes(known: np.ndarray, _: str | None) -> Doubt | None:
    """Year and month, day or quarter as digits."""
    if codes_in_order(known) or are_codes(known):
        return Doubt(found=f"holds dates{' in order' if codes_in_order(known) else ''} ({int(known[0])}, ...)")
    year, part = known // 10, known % 10
    quarters = _between(year, _YEARS) and _between(part, (1, 4)) and len(np.unique(part)) > 1
    if quarters and _steady(4 * year + part):
        return Doubt(found=f"holds numbers that may be quarters ({int(known[0])}, ...)", date_format="%Y%q")
    year, month = _split(known)
    if _between(year, _YEARS) and _between(month, (1, 12)) and _steady(12 * year + month):
        return Doubt(found=f"holds numbers that may be months ({int(known[0])}, ...)", date_format="%Y%m")
    return None


def _turned(known: np.ndarray, _: str | None) -> Doubt | None:
    """Month and year, day, month and year, or a year of two digits and its month, as digits without a sign between them."""
    before, year = known // 10_000, known % 10_000
    month, day = before % 100, before // 100
    if _between(year, _YEARS) and len(np.unique(known)) >= _FEWEST:
        if _between(before, (1, 12)):
            return Doubt(found=f"holds numbers that may be months ({int(known[0])}, ...)", date_format="%m%Y")
        if _between(month, (1, 12)) and _between(day, (1, 31)):
            return Doubt(found=f"holds numbers that may be days ({int(known[0])}, ...)", date_format="%d%m%Y")
        if _between(day, (1, 12)) and _between(month, (1, 31)):
            return Doubt(found=f"holds numbers that may be days ({int(known[0])}, ...)", date_format="%m%d%Y")
    steps = np.diff(12 * (known // 100) + known % 100)
    short = _between(known, (1, 9_912)) and _between(known % 100, (1, 12)) and len(np.unique(known // 100)) > 1
    if short and len(steps) >= _FIRST and abs(steps[0]) in (1, 3) and (steps == steps[0]).all():
        return Doubt(found=f"holds numbers that may be months with a short year ({int(known[0])}, ...)", date_format="%y%m")
    return None


def _split(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first four digits and the others."""
    power = np.where(known >= 100_000, 100, 10)
    return known // power, known % power


def _serials(known: np.ndarray, name: str | None) -> Doubt | None:
    """Days as spreadsheets count them, or seconds since 1970: by the name, or by steps that are those of a calendar."""
    kind = _serial_kind(known)
    if kind is None:
        return None
    named = mentions_date(name) or ((says_time(name) or mentions_event(name)) and _in_order(known))
    if not named and not _calendar_steps(known, kind):
        return None
    if kind == "excel":
        first, last = (np.datetime64("1899-12-30") + int(day) for day in (known.min(), known.max()))
        found = f"holds numbers that may be days as Excel counts them ({first} to {last})"
        return Doubt(found=found, date_format="excel")
    return Doubt(found=f"holds numbers that may be {kind} since 1970 ({int(known[0])}, ...)")


def _serial_kind(known: np.ndarray) -> str | None:
    """What all numbers can be by their size."""
    if _between(known, _EXCEL):
        return "excel"
    if (known != np.floor(known)).any():
        return None
    return "seconds" if _between(known, _SECONDS) else "milliseconds" if _between(known, _MILLISECONDS) else None


def _calendar_steps(known: np.ndarray, kind: str) -> bool:
    """Whether numbers rise or fall by the steps of a calendar, in whole days."""
    if len(np.unique(known)) < len(known) or not _in_order(known):
        return False
    day = {"excel": 1, "seconds": _DAY, "milliseconds": 1_000 * _DAY}[kind]
    steps = np.abs(np.diff(known)) / day
    whole = bool((steps == np.floor(steps)).all())
    return whole and any(_between(steps, limits) and (limits[0] > 1 or len(known) > 2 * _FIRST) for limits in _CALENDAR_STEPS)


def _years(known: np.ndarray, name: str | None) -> Doubt | None:
    """Years: under a name that says time in another sense too, or one after the other, each several times."""
    if not _between(known, _YEARS):
        return None
    if says_time(name) and len(np.unique(known)) == len(known) and may_be_metric(pd.Series(known), name):
        return Doubt(found=f"holds numbers that may be years ({int(known[0])}, {int(known[1])}, ...)")
    in_turn = _in_order(known) and (np.diff(np.unique(known)) == 1).all()
    if in_turn and repeated_years(pd.Series(known)):
        return Doubt(found=f"holds years, each several times ({int(known[0])}, ...), and a period has one row")
    return None


def _decimals(known: np.ndarray, _: str | None) -> Doubt | None:
    """Month and year, year and month, or year and quarter on the two sides of a point."""
    found = point_format(known)
    if found is None or (found != "%m.%Y" and not _in_order(known if found == "%Y.%q" else np.round(known, 2))):
        return None
    named = "quarters" if found.endswith("q") else "months"
    return Doubt(found=f"holds numbers that may be {named} ({known[0]:g}, ...)", date_format=found)


def _between(values: np.ndarray, limits: tuple[float, float]) -> bool:
    return bool(((values >= limits[0]) & (values <= limits[1])).all())


def _steady(values: np.ndarray) -> bool:
    """Whether numbers rise, or fall, throughout, mostly by one step."""
    steps = np.diff(values)
    return _in_order(values) and bool(steps.any() and np.mean(steps == np.median(steps)) > _MOSTLY)


def _in_order(values: np.ndarray) -> bool:
    """Whether numbers rise, or fall, throughout."""
    steps = np.diff(values)
    return bool((steps >= 0).all() or (steps <= 0).all())
