"""An index that may hold the times: asked about, as a column is, before it is taken for row labels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.look import look_at, may_hold_times, numbers_of, rises_by_one_step
from leadlag.sample.numbered import codes_in_order
from leadlag.sample.timewords import says_time

__all__ = ["refuse_index"]

#: Numbers of rows are rarely as large where the index is no count of them.
_LARGE = 10_000
#: Rows that are looked at before all others.
_FIRST = 6


def refuse_index(values: pd.Series, name: str | None, *, counted: bool) -> None:
    """A `UsageError` about an index that is no known time, but holds codes of dates, a line of steps, or texts with dates.

    Parameters
    ----------
    values : pandas.Series
        The index.
    name : str or None
        Its name.
    counted : bool
        Whether pandas keeps it as a range, which only codes of dates such as 202401 make doubtful.

    Examples
    --------
    >>> refuse_index(pd.Series([4, 9, 17, 30, 31]), None, counted=False)
    """
    look = look_at(values)
    if look.kind == "number" and look.whole:
        some = numbers_of(values.iloc[:_FIRST])
        if codes_in_order(some) and codes_in_order(numbers_of(values)):
            _ask(name, f"holds dates in order ({int(some[0])}, ...)", "freq says what they are")
        if not counted and rises_by_one_step(some) and _no_row_numbers(numbers_of(values)):
            way = "rises" if some[1] > some[0] else "falls"
            found = f"{way} by {abs(some[1] - some[0]):.6g} on every row"
            _ask(name, found, "date_format or freq says what they are")
    elif look.kind == "" and any(isinstance(cell, str) for cell in values) and may_hold_times(values, called=says_time(name)):
        shown = next(cell for cell in values if isinstance(cell, str))
        _ask(name, f"holds texts that may be times ({shown!r}, ...)", "date_format says how they are written")


def _no_row_numbers(numbers: np.ndarray) -> bool:
    """Whether numbers rise by one step, and have a fraction or are large and more than one step apart."""
    if not rises_by_one_step(numbers):
        return False
    broken = bool((numbers != np.floor(numbers)).any())
    return broken or bool(numbers.min() >= _LARGE and np.ptp(numbers) >= 2 * len(numbers))


def _ask(name: str | None, found: str, reading: str) -> None:
    shown = "the index" if name is None else f"the index {name!r}"
    way = "name it with data.rename_axis('month') and say time='month'" if name is None else f"say time={name!r}"
    raise UsageError(
        f"no column is known to be the time, and {shown} {found}: if it is the time, {way} ({reading}); if it is a metric, make "
        "it a column with reset_index() and name it in leads=; if it only labels the rows, drop it with reset_index(drop=True)."
    )
