"""A time in several columns: a year beside its month, quarter or week, joined where the names say what each is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from leadlag.sample.forms import FORMS
from leadlag.sample.iso import is_missing
from leadlag.sample.look import numbers_of
from leadlag.sample.shapes import fitting
from leadlag.sample.timewords import says_business_year, tidy, unit_of

__all__ = ["joined_times"]

#: How a year and its parts are written as one time, by what the parts are.
_WRITTEN: Mapping[frozenset[str], str] = {
    frozenset({"month"}): "{year}-{month:02d}",
    frozenset({"month", "day"}): "{year}-{month:02d}-{day:02d}",
    frozenset({"month", "day", "hour"}): "{year}-{month:02d}-{day:02d} {hour:02d}:00",
    frozenset({"quarter"}): "{year}-Q{quarter}",
    frozenset({"week"}): "{year}-W{week:02d}",
    frozenset({"half"}): "{year}-H{half}",
}
_BUSINESS = "FY{year} P{period:02d}"
#: Units that say no more beside one of these.
_COARSER = {"half": {"quarter", "month", "week"}, "quarter": {"month", "week"}}


def joined_times(frame: pd.DataFrame, names: Sequence[str], year: int, parts: Sequence[int]) -> pd.Series | None:
    """The times that a year and its parts make together, as texts; None where their names do not say it for certain.

    Parameters
    ----------
    frame : pandas.DataFrame
    names : sequence of str
    year : int
        Position of the column of years.
    parts : sequence of int
        Positions of the columns that say which part of the year.

    Examples
    --------
    >>> frame = pd.DataFrame({"Jahr": [2023, 2024], "Monat": [12, 1]})
    >>> joined_times(frame, ["Jahr", "Monat"], 0, [1]).tolist()
    ['2023-12', '2024-01']
    """
    units = {unit_of(names[place]) or "period": place for place in parts}
    if len(units) < len(parts):
        return None
    units = {unit: place for unit, place in units.items() if not _COARSER.get(unit, set()) & units.keys()}
    years = _whole(frame.iloc[:, year])
    if years is None:
        return None
    if len(units) == 1 and (texts := _texts(frame.iloc[:, next(iter(units.values()))])):
        return _of_texts(years, texts)
    written = _WRITTEN.get(frozenset(units))
    if units.keys() == {"period"} and says_business_year(names[year]):
        written = _BUSINESS
    numbers = {unit: _whole(frame.iloc[:, place]) for unit, place in units.items()}
    if written is None or any(values is None for values in numbers.values()):
        return None
    rows = [{unit: values[row] for unit, values in numbers.items() if values is not None} for row in range(len(years))]
    return pd.Series([written.format(year=when, **row) for when, row in zip(years, rows, strict=True)], dtype=object)


def _whole(column: pd.Series) -> list[int] | None:
    """Whole numbers, one in every row, or None."""
    values = numbers_of(column)
    return values.astype(np.int64).tolist() if np.isfinite(values).all() and (values == np.floor(values)).all() else None


def _texts(column: pd.Series) -> list[str]:
    """Texts that are no numbers, one in every row, or nothing."""
    cells = column.tolist()
    texts = all(isinstance(cell, str) and not is_missing(cell) for cell in cells) and not np.isfinite(numbers_of(column)).any()
    return [tidy(cell) for cell in cells] if texts else []


def _of_texts(years: Sequence[int], texts: Sequence[str]) -> pd.Series | None:
    """Names such as Jan, Q1 or KW 5 with their years, if that is a form of the table."""
    joined = [f"{text} {year}" for text, year in zip(texts, years, strict=True)]
    readings = fitting(joined, FORMS)
    return pd.Series(joined, dtype=object) if readings and readings[0].fits.all() else None
