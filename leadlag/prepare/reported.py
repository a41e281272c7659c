"""A KPI that is reported as a moving average or as a sum to date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.core.arrays import Floats, Ints
from leadlag.core.series.averages import moving_average_width
from leadlag.core.series.reported import cumulative_blocks
from leadlag.core.series.robust import few_values
from leadlag.core.series.season import harmonics
from leadlag.errors import UsageError
from leadlag.prepare.transforms import undo_rolling, undo_ytd
from leadlag.sample import Calendar

__all__ = ["ReportedKpi", "reported_kpi"]


#: Rows from which an average is looked for.
_FEWEST = 40


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportedKpi:
    """The KPI as it is analysed.

    Parameters
    ----------
    values : ndarray, shape (n,)
    waves : ndarray, shape (n, k)
        Columns that an undone average needs in every model, since its start is not known; else none.
    text : str
        What was found and done, empty if nothing.
    refused : bool
        Whether nothing can be ranked before it is undone.
    """

    values: Floats
    waves: Floats
    text: str = ""
    refused: bool = False


def reported_kpi(y: Floats, calendar: Calendar, *, undo: str | None) -> ReportedKpi:
    """Find out whether the KPI is an average or a sum to date, and undo it if asked.

    Parameters
    ----------
    y : ndarray, shape (n,)
    calendar : Calendar
    undo : {"rolling", "ytd"} or None

    Returns
    -------
    ReportedKpi

    Raises
    ------
    UsageError
        If something is to be undone that is not there.
    """
    none = np.empty((len(y), 0))
    if np.isfinite(y).sum() < _FEWEST or few_values(y):
        if undo is None:
            return ReportedKpi(values=y, waves=none)
        raise UsageError(f"undo={undo!r} needs a KPI of at least {_FEWEST} values, most of them different.")
    year = pd.DatetimeIndex(calendar.starts).year.to_numpy() if calendar.dated else None
    blocks = cumulative_blocks(y, year=year)
    if undo == "ytd" or (undo is None and blocks is not None):
        return _sum_to_date(y, blocks, none, undo=undo)
    width = moving_average_width(y, frequencies=[cycle / length for length in calendar.season_lengths for cycle in range(1, 7)])
    if undo is None:
        text = f"the KPI looks like an average over {width} periods: ask again with undo='rolling'" if width else ""
        return ReportedKpi(values=y, waves=none, text=text)
    if width is None:
        raise UsageError("undo='rolling' is not possible: the KPI does not look like a moving average. Leave undo out.")
    waves = harmonics(len(y), period=width, count=width // 2)
    return ReportedKpi(values=undo_rolling(y, width), waves=waves, text=f"the average of the KPI over {width} periods was undone")


def _sum_to_date(y: Floats, blocks: Ints | None, none: Floats, *, undo: str | None) -> ReportedKpi:
    """The KPI as a sum to date that was found, or has to be there."""
    if blocks is None:
        raise UsageError("undo='ytd' is not possible: the KPI does not look like a sum to date. Leave undo out.")
    if undo is None:
        text = "the KPI is a sum to date that starts anew: ask again with undo='ytd'"
        return ReportedKpi(values=y, waves=none, text=text, refused=True)
    return ReportedKpi(values=undo_ytd(y, blocks), waves=none, text="the KPI's sum to date was undone")
