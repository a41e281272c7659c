"""The periods that a target is about: by labels or dates, the first and the last one as far as their days belong to it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.errors import UsageError
from leadlag.forecast.model import MOST_AHEAD
from leadlag.forecast.state import ForecastState
from leadlag.sample.periods import ordinals_of, starts_of

__all__ = ["Span", "row_of", "span_between"]

#: Periods ahead among whose labels one is looked for before it is read as a date.
_NEAR = 60


@dataclass(frozen=True, kw_only=True, eq=False)
class Span:
    """Periods one after the other.

    Parameters
    ----------
    first, last : int
        Rows.
    shares : ndarray, shape (last - first + 1,)
        How much of each period belongs to it, by its days.
    since, by : str
        Its ends as they were given, or the labels of its periods.
    """

    first: int
    last: int
    shares: Floats
    since: str
    by: str


def span_between(state: ForecastState, *, since: Any, by: Any, default: int) -> Span:
    """The periods from one to another.

    Parameters
    ----------
    state : ForecastState
    since, by : str, date or int
        Label of a period, or a date; `since` may be None.
    default : int
        First row if `since` is None.
    """
    last, until, by_text = _placed(state, by, "by")
    if last < 0:
        raise UsageError(f"by={by!r} is before the first period, {state.labels(0, 0)[0]}: give a later one.", argument="by")
    first, begins, since_text = (default, None, "") if since is None else _placed(state, since, "since")
    if since is not None and first < 0:
        raise UsageError(
            f"since={since!r} is before the first period, {state.labels(0, 0)[0]}: give that one, or a later one.",
            argument="since",
        )
    first = min(first, last) if since is None else first
    if first > last or (begins is not None and until is not None and begins >= until):
        raise UsageError(f"since={since!r} is not before by={by!r}: give an earlier one.", argument="since")
    shares = np.ones(last - first + 1)
    if begins is not None:
        shares[0] -= _share_before(state, first, begins)
    if until is not None:
        shares[-1] -= 1.0 - _share_before(state, last, until)
    ends = state.labels(first, last)
    return Span(first=first, last=last, shares=shares, since=since_text or ends[0], by=by_text)


def row_of(state: ForecastState, value: Any, argument: str) -> int:
    """Row of the period that a label names, or that holds a date."""
    return _placed(state, value, argument)[0]


def _placed(state: ForecastState, value: Any, argument: str) -> tuple[int, np.datetime64 | None, str]:
    """Row of the period that is named or holds a date, the end of a date's stretch that counts, and the value as text."""
    text = str(value).strip()
    if not state.calendar.dated:
        return _counted(state, value, argument), None, text
    labels = state.labels(0, state.n - 1 + _NEAR) if isinstance(value, str) else ()
    if text in labels:
        return _within(state, labels.index(text), argument, text), None, text
    begins, ends = _stretch(value, argument)
    moment = begins if argument == "since" else ends
    inside = begins if argument == "since" else ends - np.timedelta64(1, "us")
    row = int(ordinals_of(np.array([inside], dtype="datetime64[us]"), state.cadence)[0]) - state.first
    row = _within(state, row, argument, text)
    whole = isinstance(value, str) and row >= 0 and state.labels(row, row)[0] == text
    return row, None if whole else moment, text if isinstance(value, str) else str(pd.Timestamp(value)).removesuffix(" 00:00:00")


def _counted(state: ForecastState, value: Any, argument: str) -> int:
    """Row of an undated period, by its number."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise UsageError(f"{argument}={value!r} is not allowed: give the number of a period.", argument=argument) from None
    row, left = divmod(number - state.cadence.origin, state.cadence.step)
    if left:
        raise UsageError(f"{argument}={value!r} is no period: they go in steps of {state.cadence.step}.", argument=argument)
    return _within(state, row - state.first, argument, str(value))


def _stretch(value: Any, argument: str) -> tuple[np.datetime64, np.datetime64]:
    """First moment and the one after the last of a day, a month, a quarter or a year that is written out, or a moment."""
    refusal = UsageError(
        f"{argument}={value!r} is not allowed: give the label of a period, or a date like '2024-06-30'.", argument=argument
    )
    if not isinstance(value, (str, dt.date, np.datetime64)) or (isinstance(value, str) and not re.match(r"\d{4}", value.strip())):
        raise refusal
    try:
        if isinstance(value, str):
            period = pd.Period(value.strip())
            return _moment(period.start_time), _moment((period + 1).start_time)
        moment = pd.Timestamp(value)
        if moment == moment.normalize():
            return _moment(moment), _moment(moment + pd.Timedelta(days=1))
        return _moment(moment), _moment(moment)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise refusal from None


def _moment(stamp: pd.Timestamp) -> np.datetime64:
    return np.datetime64(stamp.tz_localize(None).to_pydatetime(warn=False), "us")


def _share_before(state: ForecastState, row: int, moment: np.datetime64) -> float:
    """Share of a period that lies before a moment."""
    begins, ends = starts_of(state.first + row + np.arange(2), state.cadence)
    return float(np.clip((moment - begins) / (ends - begins), 0.0, 1.0))


def _within(state: ForecastState, row: int, argument: str, text: str) -> int:
    if row > state.n - 1 + MOST_AHEAD:
        raise UsageError(
            f"{argument}={text!r} is more than {MOST_AHEAD:,} periods ahead: give an earlier one.", argument=argument
        )
    return row
