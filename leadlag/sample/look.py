"""Whether a column holds times: all of it, most of it, or not, looked at before anything is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.sample.formats import format_reads_numbers, formatted_texts
from leadlag.sample.forms import FORMS
from leadlag.sample.iso import ISO_DAY, MONTH_OF_YEAR, OTHER_DATE, is_missing
from leadlag.sample.numbers import to_float64
from leadlag.sample.shapes import fitting
from leadlag.sample.timewords import says_time, tidy

__all__ = ["Look", "look_at", "look_under", "may_hold_times", "months_as_numbers", "numbers_of", "rises_by_one_step"]

#: Cells that are looked at first, evenly spread.
_FIRST = 30
#: So many cells, evenly spread, say what most of a column is.
_ENOUGH = 3_000
#: Fewer times than this do not make a column with other cells the time.
_FEWEST = 5
_DIGIT = re.compile(r"\d", re.ASCII)
_DATE_INSIDE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}([./-])\d{1,2}\1\d{2,4}\b|\b\d{4}/\d{1,2}/\d{1,2}\b", re.ASCII)
_NUMBER = re.compile(r"[+-]?[\d.,' ]+(?:[eE][+-]?\d+)?%?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a column seems to hold.

    Parameters
    ----------
    kind : {"date", "form", "other", "number", ""}
        Dates by their type or ISO texts, texts in a form of the table, dates in no form of it, numbers, or anything else.
    n_cells, n_fit : int
        Cells that are not empty, and those that are of this kind.
    """

    kind: str = ""
    n_cells: int = 0
    n_fit: int = 0

    @property
    def whole(self) -> bool:
        """Whether every cell is of its kind."""
        return self.n_cells > 0 and self.n_fit == self.n_cells

    @property
    def most(self) -> bool:
        """Whether more than half of the cells are, and five at least."""
        return self.n_fit >= _FEWEST and 2 * self.n_fit > self.n_cells


def look_at(column: pd.Series, date_format: str | None = None) -> Look:
    """What a column seems to hold; with `date_format`, texts of that format are dates.

    Examples
    --------
    >>> look_at(pd.Series(["KW 5/2024", "KW 6/2024", "tbd"]))
    Look(kind='form', n_cells=3, n_fit=2)
    """
    dtype = column.dtype
    kind = getattr(dtype, "kind", "O")
    if isinstance(dtype, (pd.DatetimeTZDtype, pd.PeriodDtype)) or kind == "M":
        n_cells = int(column.notna().sum())
        return Look(kind="date", n_cells=n_cells, n_fit=n_cells)
    if kind in "fiu" and not isinstance(dtype, pd.CategoricalDtype):
        return Look(kind="number", n_cells=len(column), n_fit=len(column))
    if kind in "bcm":
        return Look()
    raw = column.tolist()
    if date_format is None and _numbers_as_text(raw[:: max(1, len(raw) // _FIRST)]):
        return Look(kind="number", n_cells=len(raw), n_fit=len(raw))
    cells = [cell for cell in raw if not is_missing(cell)]
    some = cells[:: max(1, len(cells) // _FIRST)]
    if not any(isinstance(cell, str) for cell in some):
        return _objects(cells)
    numbers = sum(_is_number(tidy(str(cell))) for cell in some)
    if date_format is None and 2 * numbers > len(some):
        return Look(kind="number", n_cells=len(cells), n_fit=numbers)
    return _texts([tidy(str(cell)) for cell in cells], date_format)


def look_under(column: pd.Series, name: str | None, date_format: str | None = None) -> Look:
    """What a column seems to hold under its name: texts such as 01.2024 are dates where the name says time.

    Examples
    --------
    >>> column = pd.Series(["01.2024", "02.2024"])
    >>> look_under(column, "month").kind, look_under(column, "price").kind
    ('other', 'number')
    """
    look = look_at(column, date_format)
    months = look.kind == "number" and says_time(name) and months_as_numbers(column)
    return Look(kind="other", n_cells=look.n_cells, n_fit=look.n_cells) if months else look


def months_as_numbers(column: pd.Series) -> bool:
    """Whether every cell is text such as 01.2024, a month with its year that looks like a number.

    Examples
    --------
    >>> months_as_numbers(pd.Series(["12.2023", "01.2024", None])), months_as_numbers(pd.Series(["12.2023", "13.2024"]))
    (True, False)
    """
    if getattr(column.dtype, "kind", "O") in "fiubcmM":
        return False
    cells = [cell for cell in column.tolist() if not is_missing(cell)]
    return len(cells) > 0 and all(isinstance(cell, str) and MONTH_OF_YEAR.fullmatch(tidy(cell)) is not None for cell in cells)


def _numbers_as_text(cells: Sequence[object]) -> bool:
    """Whether all of some cells are numbers written as text, as in most columns of a file."""
    return len(cells) > 0 and all(isinstance(cell, str) and _is_number(tidy(cell)) for cell in cells)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and OTHER_DATE.fullmatch(text) is None


def _objects(cells: Sequence[object]) -> Look:
    """Date objects and numbers in an object column."""
    dates = sum(isinstance(cell, (dt.date, np.datetime64, pd.Period)) for cell in cells)
    if dates:
        return Look(kind="date", n_cells=len(cells), n_fit=dates)
    numbers = sum(isinstance(cell, (int, float, np.number)) and not isinstance(cell, bool) for cell in cells)
    return Look(kind="number", n_cells=len(cells), n_fit=numbers) if numbers else Look()


def _texts(texts: list[str], date_format: str | None) -> Look:
    """Texts by the form that most of them have."""
    some = texts[:: max(1, len(texts) // _FIRST)]
    read = date_format is not None and not format_reads_numbers(date_format)
    if read and any(formatted_texts(some, str(date_format))):
        fit = sum(moment is not None for moment in formatted_texts(texts, str(date_format)))
        return Look(kind="other", n_cells=len(texts), n_fit=fit)
    if not _counts(some)[0][1]:
        return Look()
    many = texts[:: max(1, len(texts) // _ENOUGH)]  # of a long column not every cell: all are read, once it is the time
    kind, n_fit = _counts(many)[0]
    return Look(kind=kind, n_cells=len(many), n_fit=n_fit) if n_fit else Look()


def _counts(texts: Sequence[str]) -> list[tuple[str, int]]:
    """How many texts are ISO dates, of one form, and dates of other kinds, the most first."""
    iso = sum(ISO_DAY.fullmatch(text) is not None for text in texts)
    if iso == len(texts):
        return [("date", iso)]
    readings = fitting(texts, FORMS)
    form = int(readings[0].fits.sum()) if readings else 0
    other = sum(OTHER_DATE.fullmatch(text) is not None for text in texts)
    return sorted([("date", iso), ("form", form), ("other", other + iso if other else 0)], key=lambda pair: -pair[1])


def may_hold_times(column: pd.Series, *, called: bool) -> bool:
    """Whether texts in no known form may be times all the same: each is another one, and has a date or, if `called` so, a digit.

    Examples
    --------
    >>> may_hold_times(pd.Series(["Week of 2024-01-01", "Week of 2024-01-08"]), called=False)
    True
    """
    texts = [cell.strip() for cell in column if isinstance(cell, str) and not is_missing(cell)]
    if called and not texts:
        return len(column) > 0
    sign = _DIGIT if called else _DATE_INSIDE
    some = texts[:: max(1, len(texts) // _FIRST)]
    if not any(sign.search(text) for text in some):
        return False
    return 2 * sum(sign.search(text) is not None for text in texts) > len(texts) and 2 * len(set(texts)) > len(texts)


def numbers_of(column: pd.Series) -> np.ndarray:
    """A column as float64, NaN where a cell is no number."""
    return to_float64(column).values


def rises_by_one_step(values: np.ndarray) -> bool:
    """Whether numbers rise, or fall, by one step on every row.

    Examples
    --------
    >>> rises_by_one_step(np.array([2021.0, 2021.25, 2021.5, 2021.75, 2022.0])), rises_by_one_step(np.array([1.0, 2, 3, 4, 6]))
    (True, False)
    """
    if len(values) < _FEWEST or not np.isfinite(values).all():
        return False
    steps = np.diff(values)
    step = float(np.median(steps))
    return step != 0 and bool((np.abs(steps - step) <= 1e-3 * abs(step)).all())
