"""Holidays that were declared: dates, or those of a country."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import nearest
from leadlag.errors import UsageError
from leadlag.sample.counting import days_of
from leadlag.sample.declared import declared_times
from leadlag.sample.model import Sample
from leadlag.sample.periods import Calendar
from leadlag.sample.tables import as_pandas
from leadlag.sample.violations import Fix, counted

__all__ = ["Holidays", "as_holidays", "with_holidays"]

_ALLOWED = "a list of dates, a table with a column 'date', or the code of a country, such as 'DE' or 'US-CA'"


@dataclass(frozen=True, repr=False)
class Holidays:
    """Days since 1 January 1970 that are holidays, or the code of the country of which they are taken."""

    days: tuple[int, ...] = ()
    country: str = ""

    def __repr__(self) -> str:
        return repr(self.country) if self.country else f"[{counted(len(self.days), 'date', 'dates')}]"

    def on(self, calendar: Calendar) -> Calendar:
        """The calendar with these holidays, those about its periods among them."""
        if not calendar.dated:
            raise UsageError("holidays needs times: name the column that holds them with time=.")
        if not self.country:
            return replace(calendar, holidays=self.days)
        first, last = (int(str(calendar.starts[place])[:4]) for place in (0, -1))
        return replace(calendar, holidays=_of_country(self.country, range(first - 1, last + 3)))


def as_holidays(holidays: Any) -> Holidays | None:
    """Declared holidays, or a `UsageError` that names what is wrong with them.

    Parameters
    ----------
    holidays : str, list of dates, eager frame, or None
        The code of a country (with its subdivision, ``"US-CA"``), or days.

    Examples
    --------
    >>> as_holidays(["1970-01-01", "1970-01-06"])
    [2 dates]
    """
    if holidays is None or isinstance(holidays, Holidays):
        return holidays
    if isinstance(holidays, str):
        _of_country(holidays, range(2000, 2001))
        return Holidays(country=holidays)
    days = _days(_dates(holidays))
    return Holidays(days=tuple(np.unique(days).tolist()))


def with_holidays(sample: Sample, holidays: Holidays | None) -> Sample:
    """The sample with holidays on the calendar of each cadence; itself if none were declared."""
    if holidays is None:
        return sample
    others = tuple(with_holidays(other, holidays) for other in sample.others)
    return replace(sample, calendar=holidays.on(sample.calendar), others=others)


def _dates(holidays: Any) -> pd.Series:
    """The dates as one column."""
    if isinstance(holidays, (Sequence, pd.Index, pd.Series, np.ndarray)):
        cells = [cell.isoformat() if isinstance(cell, dt.date) else cell for cell in holidays]
        column = pd.Series(cells, dtype=object if not len(cells) or isinstance(cells[0], str) else None)
    else:
        frame = as_pandas(holidays, "holidays")
        named = [column for column in frame.columns if str(column).casefold() in ("date", "ds", "day")]
        if len(frame.columns) > 1 and len(named) != 1:
            raise UsageError(f"holidays has the columns {', '.join(map(repr, map(str, frame.columns)))}: give {_ALLOWED}.")
        column = frame[named[0]] if named else frame.iloc[:, 0]
    if not len(column):
        raise UsageError(f"holidays is empty: give {_ALLOWED}, or leave it out.")
    return column


def _days(column: pd.Series) -> np.ndarray:
    """Days since 1 January 1970 of the dates in a column."""
    unique = column.drop_duplicates().sort_values().reset_index(drop=True)
    stamps = declared_times(unique, name="date", freq="day", argument="holidays", example="2024-12-25")
    if stamps.kind == "counter":
        raise UsageError(f"holidays={unique.iloc[0]!r}, ... are numbers: give {_ALLOWED}.")
    return days_of(stamps.local)


def _nearest_country(given: str) -> tuple[Fix, ...]:
    """The country whose name, or code, is nearest to a text, by its code."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415  (an extra)

    names = {name: (code, country) for country, code, *others in COUNTRIES.values() for name in (country, code, *others)}
    by_case = {name.casefold(): found for name, found in names.items()}
    near = difflib.get_close_matches(re.sub(r"\W", "", given).casefold(), by_case, n=1, cutoff=0.8)
    if not near:
        return ()
    code, country = by_case[near[0]]
    return (Fix.of(holidays=code, when=f"for {re.sub('(?<=[a-z])(?=[A-Z])', ' ', country)}"),)


def _of_country(code: str, years: range) -> tuple[int, ...]:
    """The public holidays of a country in some years."""
    try:
        import holidays  # noqa: PLC0415  (an extra)
    except ImportError:
        text = f"holidays={code!r} needs the package holidays: pip install 'leadlag-kpi[calendar]', or give a list of dates."
        raise UsageError(text, code="LL405") from None
    country, _, part = code.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError:
        known = holidays.list_supported_countries()
        hint = nearest(part, known[country]) if country in known else ""
        fixes = () if country in known else _nearest_country(country)
        what = f"holidays={code!r} is no country of the package holidays: give {_ALLOWED}"
        raise UsageError(f"{what}{'' if fixes else '.'}{hint}", fixes=fixes) from None
    return tuple(sorted((day - dt.date(1970, 1, 1)).days for day in found))
