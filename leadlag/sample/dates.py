"""The period in which a date lies: dates that are told about a metric, matched to the calendar of a sample."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.catalogue import Moment
from leadlag.errors import UsageError
from leadlag.sample.forms import FORMS
from leadlag.sample.iso import ISO, ISO_DAY, from_iso
from leadlag.sample.periods import BUSINESS, Calendar, cadence_of, ordinals_of, starts_of
from leadlag.sample.shapes import read_one
from leadlag.sample.whole import YEARS
from leadlag.sample.years import moved

__all__ = ["Targeted", "row_of", "targeted"]

_MICROSECOND = dt.timedelta(microseconds=1)
#: Months and days that a text of each unit spans.
_SPANS = {"year": (12, 0), "half": (6, 0), "quarter": (3, 0), "month": (1, 0), "week": (0, 7)}
_YEAR = re.compile(r"\d{4}", re.ASCII)


def row_of(calendar: Calendar, moment: Moment, argument: str, *, last: bool = False) -> int:
    """Row of the period in which a date lies.

    Parameters
    ----------
    calendar : Calendar
    moment : str, date or int
        An ISO text (day, week, month, quarter or year), one like ``FY24 P03`` where the times are written so, a date or
        datetime; for counted periods their number.
    argument : str
        The argument that gave it, for messages.
    last : bool
        A text that spans several periods means the last of them, not the first.

    Returns
    -------
    int
        Below 0 for a date before the calendar, its length or more for one after it.

    Raises
    ------
    UsageError
        If the date cannot be read, or dates and counted periods are mixed.

    Examples
    --------
    >>> months = Calendar(freq="month", index=pd.period_range("2023-07", periods=12, freq="M"))
    >>> row_of(months, "2024-01-15", "targeted_since"), row_of(months, "2023", "selected_on", last=True)
    (6, 5)
    """
    if not calendar.dated:
        return _counted(calendar, moment, argument)
    for known in (calendar.names, calendar.labels if calendar.names else ()):
        if moment in known:
            return known.index(str(moment))
    start, end = _span(calendar, moment, argument)
    cadence = cadence_of(calendar)
    asked = np.array(
        [start if not last else end - _MICROSECOND, calendar.starts[0].to_pydatetime(warn=False)], dtype="datetime64[us]"
    )
    row, first = ordinals_of(asked, cadence).tolist()
    if last and starts_of(np.array([row]), cadence)[0] > asked[0]:
        row -= 1  # a day on which no period begins, for business days, ends with the one before
    return int(row - first)


def _counted(calendar: Calendar, moment: Moment, argument: str) -> int:
    """Row of a counted period."""
    index = calendar.index
    if isinstance(moment, bool) or not isinstance(moment, int):
        span = f"{index[0]} to {index[-1]}"
        raise UsageError(f"{argument}={moment!r} is a date, but the periods are counted: give the number of one, {span}.")
    step = index[1] - index[0] if len(index) > 1 else 1
    return int((moment - index[0]) // step)


def _span(calendar: Calendar, moment: Moment, argument: str) -> tuple[dt.datetime, dt.datetime]:
    """First moment of what is meant, and the one after it."""
    if isinstance(moment, int):
        if not YEARS[0] <= moment <= YEARS[1]:
            raise UsageError(f"{argument}={moment!r} is no date, and the periods are dated: give one like '2024-06-30'.")
        moment = str(moment)
    if isinstance(moment, str):
        found = _in_year(moment.strip(), calendar) or _text(moment.strip(), business=calendar.off == BUSINESS)
        if found is None:
            business = calendar.off == BUSINESS
            ways = (
                "'FY24 P03', as the times are written"
                if business
                else repr(calendar.labels[0])
                if calendar.year_start
                else "'2024-06-30', '2024-06', '2024Q2' or '2024'"
            )
            raise UsageError(f"{argument}={moment!r} is no date{' of a business year' * business}: give one like {ways}.")
        start, months, days = found
    elif calendar.off == BUSINESS:
        raise UsageError(
            f"{argument}={moment!r} is a date, and the periods belong to a business year: give one as they are written."
        )
    else:
        whole_day = not isinstance(moment, dt.datetime)
        start = pd.Timestamp(moment).to_pydatetime(warn=False)
        months, days = 0, int(whole_day)
    if start.tzinfo is not None:
        start = pd.Timestamp(start).tz_convert(calendar.tz or "UTC").tz_localize(None).to_pydatetime(warn=False)
    end = (pd.Timestamp(start) + pd.DateOffset(months=months, days=days)).to_pydatetime(warn=False)
    return start, max(end, start + _MICROSECOND)


def _in_year(text: str, calendar: Calendar) -> tuple[dt.datetime, int, int] | None:
    """What a text of a quarter or a year means where these are of a business year; None for other texts and calendars."""
    if not calendar.year_start:
        return None
    found = read_one(
        text, [form for form in FORMS if form.unit in _SPANS and (form.business or form.unit in ("quarter", "half"))]
    )
    year = _YEAR.fullmatch(text) is not None and bool(int(text))
    stamp, form = (
        (np.datetime64(f"{text}-01-01", "us"), None) if year else (None, None) if found is None else (found[1], found[0])
    )
    if stamp is None:
        return None
    moment = moved(np.array([stamp]), form, calendar.year_start)[0].item()
    return moment, *_SPANS["year" if form is None else form.unit]


def _text(text: str, *, business: bool) -> tuple[dt.datetime, int, int] | None:
    """First moment that a text means, and the months and days that it spans; None if it is no date of this kind of year."""
    if not business and _YEAR.fullmatch(text) and int(text):
        return dt.datetime(int(text), 1, 1), *_SPANS["year"]
    if not business and ISO_DAY.fullmatch(text):
        start = from_iso(text)
        return None if start is None else (start, 0, int(len(text) <= len("2024-W05-1")))
    if not business and ISO.fullmatch(text) is None:
        return None
    found = read_one(text, [form for form in FORMS if form.unit in _SPANS and form.business == business])
    if found is None:
        return None
    form, stamp = found
    moment = stamp.item()
    return (moment, *_SPANS[form.unit]) if isinstance(moment, dt.datetime) else None


@dataclass(frozen=True, kw_only=True)
class Targeted:
    """When a metric became a target, as rows of a calendar.

    Parameters
    ----------
    since : int
        Row of the first period in which it was one.
    label : str
        That period.
    chosen : tuple of int or None
        First and last row on which it was chosen as a target, if that is known; rows outside the calendar are allowed.
    n_candidates : int
        Metrics from which it was chosen.
    """

    since: int
    label: str
    chosen: tuple[int, int] | None = None
    n_candidates: int = 10


def targeted(
    calendar: Calendar, since: Moment, chosen: tuple[Moment, Moment] | None = None, *, n_candidates: int = 10
) -> Targeted:
    """Match the dates of a target to a calendar.

    Raises
    ------
    UsageError
        If a date cannot be read, `since` leaves no period of the calendar on one side, or it was chosen after it was a target.
    """
    row, labels = row_of(calendar, since, "targeted_since"), calendar.labels
    if not 0 < row < len(labels):
        where = "not after the first" if row <= 0 else "after the last"
        told = f"targeted_since={_told(since)} lies {where} period, {labels[0] if row <= 0 else labels[-1]}"
        raise UsageError(f"{told}: there is nothing to compare. Give a date inside the data, or leave it out.")
    if chosen is None:
        return Targeted(since=row, label=labels[row])
    first = row_of(calendar, chosen[0], "selected_on[0]")
    last = row_of(calendar, chosen[1], "selected_on[1]", last=True)
    if first > last:
        raise UsageError(
            f"selected_on=({_told(chosen[0])}, {_told(chosen[1])}) ends before it begins: give first and last period."
        )
    if last >= row:
        told = f"selected_on ends with {_told(chosen[1])}, when the metric had been a target since {labels[row]}"
        raise UsageError(f"{told}: give the periods before that on which it was chosen.")
    return Targeted(since=row, label=labels[row], chosen=(first, last), n_candidates=n_candidates)


def _told(moment: Moment) -> str:
    return f"'{moment.isoformat()}'" if isinstance(moment, dt.date) else repr(moment)
