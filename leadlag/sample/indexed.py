"""An index that may hold the times: asked about, as a column is, before it is taken for row labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.datelike import dates_in_doubt
from leadlag.sample.look import look_at, may_hold_times, numbers_of, rises_by_one_step
from leadlag.sample.numbered import IN_ORDER, are_codes, codes_in_order
from leadlag.sample.timelike import texts_like_times
from leadlag.sample.timewords import says_time
from leadlag.sample.violations import Fix

__all__ = ["index_in_doubt", "refuse_index", "refuse_two"]

#: Numbers of rows are rarely as large where the index is no count of them.
_LARGE = 10_000


def refuse_index(values: pd.Series, name: str | None) -> None:
    """A `UsageError` about an index that is no known time, but holds dates as numbers, a line of steps, or texts with dates.

    Parameters
    ----------
    values : pandas.Series
        The index.
    name : str or None
        Its name.

    Examples
    --------
    >>> refuse_index(pd.Series([4, 9, 17, 30, 31]), None)
    """
    doubt = _doubt(values, name)
    if doubt is None:
        return
    shown = "the index" if name is None else f"the index {name!r}"
    way = "name it with data.rename_axis('month') and say time='month'" if name is None else f"say time={name!r}"
    raise UsageError(
        f"no column is known to be the time, and {shown} {doubt.found}: if it is the time, {way} ({doubt.reading}); if it is a "
        "metric, make it a column with reset_index(); if it only labels the rows, drop it with reset_index(drop=True), or say so",
        fixes=(IN_ORDER,),
    )


def refuse_two(values: pd.Series, name: str | None, column: str) -> None:
    """A `UsageError` where both the index and a column whose name does not say so may be the time."""
    doubt = _doubt(values, name)
    if doubt is not None:
        shown = "the index" if name is None else f"the index {name!r}"
        raise UsageError(
            f"column {column!r} holds dates, and {shown} {doubt.found}: name the index with data.rename_axis('month') and say "
            "time='month' if it is the time, or say that the column is",
            fixes=(Fix.of(time=column),),
        )


@dataclass(frozen=True, kw_only=True)
class _IndexDoubt:
    """What the index holds, and the argument that reads it."""

    found: str
    reading: str


def index_in_doubt(values: pd.Series, name: str | None) -> str | None:
    """What an index of some rows holds that may be times: texts, and codes of dates; other numbers are those of the rows.

    Examples
    --------
    >>> index_in_doubt(pd.Series([f"Sprint {row}" for row in range(9)]), None)
    "holds texts that may be times ('Sprint 0', ...)"
    >>> index_in_doubt(pd.Series(range(45_292, 45_352)), None) is None
    True
    """
    numbers = numbers_of(values) if look_at(values).kind == "number" else None
    if numbers is not None and not (codes_in_order(numbers) or are_codes(numbers)):
        return None
    doubt = _doubt(values, name)
    return None if doubt is None else doubt.found


def _doubt(values: pd.Series, name: str | None) -> _IndexDoubt | None:
    """Why the index may be the time; None if it labels the rows."""
    look = look_at(values)
    if look.kind == "number" and look.whole:
        dates = dates_in_doubt(values, name)
        if dates is not None:
            way = f"with date_format={dates.date_format!r}" if dates.date_format else "freq says what they are"
            return _IndexDoubt(found=dates.found, reading=way)
        numbers = numbers_of(values)
        if not _no_row_numbers(numbers):
            return None
        way = "rises" if numbers[1] > numbers[0] else "falls"
        found = f"{way} by {abs(numbers[1] - numbers[0]):.6g} on every row"
        return _IndexDoubt(found=found, reading="date_format or freq says what they are")
    texts = [cell for cell in values if isinstance(cell, str) and cell.strip()]
    if look.kind == "" and texts and (may_hold_times(values, called=says_time(name)) or texts_like_times(texts)):
        found = f"holds texts that may be times ({texts[0]!r}, ...)"
        return _IndexDoubt(found=found, reading="date_format says how they are written")
    return None


def _no_row_numbers(numbers: np.ndarray) -> bool:
    """Whether numbers rise by one step, and have a fraction or are large and more than one step apart."""
    if not rises_by_one_step(numbers):
        return False
    broken = bool((numbers != np.floor(numbers)).any())
    return broken or bool(numbers.min() >= _LARGE and np.ptp(numbers) >= 2 * len(numbers))
