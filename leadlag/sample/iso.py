"""Single cells as moments: ISO text and date objects, read strictly."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd

from leadlag.sample.numbers import MISSING_TEXT

__all__ = [
    "HAS_ZONE",
    "ISO",
    "ISO_DAY",
    "MONTH_OF_YEAR",
    "OTHER_DATE",
    "as_datetime",
    "from_iso",
    "is_missing",
    "iso_values",
    "one_of_each",
    "repeated_hours",
]

_ZONE = r"(?:Z|[+-]\d{2}:?\d{2}|[+-]\d{2})"
ISO = re.compile(
    r"\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?" + _ZONE + r"?)?)?|\d{4}-?Q[1-4]|\d{4}-?W\d{2}(?:-[1-7])?",
    re.ASCII,
)
#: Days, with or without a time of day and a zone.
ISO_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?" + _ZONE + r"?)?|\d{4}-?W\d{2}-[1-7]", re.ASCII
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
#: Text that can only be a date, but not in ISO form: 31/01/2024, 1.2.24 10:00, 2024/1/31, 2024. 1. 31., 31-Jan-24, 31.1.
OTHER_DATE = re.compile(
    r"(?:\d{1,2}([./-]) ?\d{1,2}\1 ?(?:\d{4}|\d{2})|\d{4}([./-]) ?\d{1,2}\2 ?\d{1,2}\.?|\d{1,2}[/-]\d{4}"
    r"|\d{1,2}\.\d{1,2}\.|(?:19|20)\d{2} \d{1,2}|(?:\d{1,2}[. /-]{0,2})?"
    + _MONTH
    + r"[., /-]{1,2}(?:\d{1,2},? )?(?:\d{4}|\d{1,2}))"
    r"(?:[T ,]+\d{1,2}:\d{2}.*)?",
    re.ASCII | re.IGNORECASE,
)
#: Months with their year as SAP writes them, which look like numbers: 01.2024.
MONTH_OF_YEAR = re.compile(r"(?:0?[1-9]|1[0-2])\.(?:19\d\d|20\d\d|2100)", re.ASCII)
HAS_ZONE = re.compile(r".*:\d{2}(?:\.\d+)?(" + _ZONE + r")", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?W(\d{2})(?:-([1-7]))?", re.ASCII)


def is_missing(cell: object) -> bool:
    """None, NaN, NaT, NA or a text that means it."""
    if isinstance(cell, str):
        return cell.strip() in MISSING_TEXT
    return cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and cell != cell)


def as_datetime(cell: object) -> dt.datetime | None:
    """A date object or ISO text as datetime, or None."""
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime(warn=False)
    if isinstance(cell, dt.datetime):
        return cell
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, np.datetime64):
        moment = cell.astype("datetime64[us]").item()
        return moment if isinstance(moment, dt.datetime) else None
    return from_iso(cell.strip()) if isinstance(cell, str) else None


def from_iso(text: str) -> dt.datetime | None:
    """One ISO text, with or without an offset."""
    if ISO.fullmatch(text) is None:
        return None
    if HAS_ZONE.fullmatch(text):
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            return None
    good, broken = iso_values([text])
    moment = None if broken else good[0].item()
    return moment if isinstance(moment, dt.datetime) else None


def iso_values(texts: list[str]) -> tuple[np.ndarray, list[int]]:
    """ISO texts without a zone as stamps, and the rows that are none."""
    try:
        if all(ISO.fullmatch(text) and "Q" not in text and "W" not in text for text in texts):
            return np.array(texts, dtype="datetime64[us]"), []
    except ValueError:  # 30 February: find out which rows below
        pass
    values = [_one_iso(text) for text in texts]
    broken = [row for row, value in enumerate(values) if value is None]
    return np.array([np.datetime64("NaT") if value is None else value for value in values], dtype="datetime64[us]"), broken


def _one_iso(text: str) -> np.datetime64 | None:
    """One ISO text, quarter (2024Q1) or week (2024-W05), or None."""
    if ISO.fullmatch(text) is None:
        return None
    try:
        if quarter := _QUARTER.fullmatch(text):
            return np.datetime64(f"{quarter[1]}-{3 * int(quarter[2]) - 2:02d}", "us")
        if week := _WEEK.fullmatch(text):
            return np.datetime64(dt.date.fromisocalendar(int(week[1]), int(week[2]), int(week[3] or 1)), "us")
        return np.datetime64(text, "us")
    except ValueError:
        return None


def one_of_each(moments: list[dt.datetime]) -> list[int]:
    """The first row of every zone or offset, at most five."""
    first: dict[str, int] = {}
    for row, moment in enumerate(moments):
        first.setdefault(f"{moment.tzinfo} {moment.utcoffset()}", row)
    return list(first.values())[:5]


def repeated_hours(local: np.ndarray, unclear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of an hour that the clocks repeat, told apart where both rounds stand one after the other.

    Parameters
    ----------
    local : ndarray, shape (n_rows,), datetime64[us]
    unclear : ndarray of bool, shape (n_rows,)
        Rows whose clock time occurs twice or never.

    Returns
    -------
    tuple of ndarray of bool, each of shape (n_rows,)
        Rows of the first round (summer time) and of the second.
    """
    summer, winter = np.zeros(len(local), dtype=bool), np.zeros(len(local), dtype=bool)
    rows = np.flatnonzero(unclear)
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        half = len(run) // 2
        first, second = run[:half], run[half:]
        if half and len(first) == len(second) and (local[first] == local[second]).all():
            summer[first], winter[second] = True, True
    return summer, winter
