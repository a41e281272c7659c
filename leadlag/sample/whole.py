"""Whole numbers and decimal years as times: years, codes such as 202403, moments since a day, or a plain counter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlag.sample.deciding import Ambiguity, decide
from leadlag.sample.forms import DIGIT_FORMS, Form
from leadlag.sample.shapes import fitting
from leadlag.sample.timewords import says_date, says_time, unit_of
from leadlag.sample.violations import Fix

__all__ = ["Counted", "decimal_years", "point_format", "read_whole"]

#: Ranges in which whole numbers are read as moments since 1970: (low, high, microseconds per unit).
_EPOCHS = ((10**8, 5 * 10**9, 10**6), (10**11, 5 * 10**12, 10**3), (10**14, 5 * 10**15, 1))
#: Years that a number may be, and those that it is without a name that says so, if there are not more of them.
_YEARS, _SURE_YEARS, _MOST_YEARS = (1700, 2200), (1900, 2100), 120
#: Days since 1900 of Excel, and seconds since 1582 of SPSS, for times that tables of metrics have.
_EXCEL, _SPSS = (20_000, 80_000), (11_000_000_000, 18_000_000_000)
#: How far a decimal year may lie from the month or quarter that it is, in years: two decimals are written.
_NEAR = 0.006
_QUARTERS, _EXACT = 4, 1e-7
#: What may stand on the two sides of a point: digits after it, format, and the largest number beside the year.
_POINTS = ((4, "%m.%Y", 12), (1, "%Y.%q", 4), (2, "%Y.%m", 12))
_LOOKS = {6: "yyyymm", 8: "yyyymmdd"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted:
    """What whole numbers are.

    Parameters
    ----------
    kind : {"counter", "years", "moments", "form"}
        A plain counter, years, microseconds since 1970 in UTC, or times in `stamps`.
    stamps : ndarray, shape (n,)
        Counts as int64, else datetime64[us]; NaT where a number is no such time.
    form : Form or None
        How they are written, of kind ``"form"``.
    """

    kind: str
    stamps: np.ndarray
    form: Form | None = None

    @property
    def looks(self) -> str:
        """How the numbers of the form look, for messages."""
        digits = "" if self.form is None else self.form.example.partition(" (")[0]
        return _LOOKS.get(len(digits), digits)


def read_whole(counts: np.ndarray, *, name: str | None, freq: str | None) -> Counted | Ambiguity:
    """Whole numbers as times, or what they can be.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
    name : str or None
        Name of the column: ``week`` makes weeks of 202405, ``year`` years of 1850.
    freq : str or None
        What the caller said; ``"period"`` makes a counter of any number.

    Examples
    --------
    >>> read_whole(np.array([2019, 2020]), name="year", freq=None).kind
    'years'
    >>> read_whole(np.array([45292, 45299]), name="date", freq=None).fixes[0].python
    "date_format='excel' if they are dates"
    """
    low, high = (int(counts.min()), int(counts.max())) if len(counts) else (0, 0)
    if freq == "period":
        return Counted(kind="counter", stamps=counts)
    if low >= _YEARS[0] and high <= _YEARS[1]:
        return _years(counts, name, freq)
    found = _coded(counts, name, freq, low, high)
    if found is not None:
        return found
    for least, most, micros in _EPOCHS:
        if least <= low and high <= most:
            return Counted(kind="moments", stamps=(counts * micros).astype("datetime64[us]"))
    if high < _YEARS[0] or (low < _YEARS[0] and high < 170_001):
        return Counted(kind="counter", stamps=counts)
    return _unclear(counts, low, high)


def _years(counts: np.ndarray, name: str | None, freq: str | None) -> Counted | Ambiguity:
    """Years, unless they may be a counter."""
    said = freq == "year" or unit_of(name) == "year" or says_date(name)
    sure = _SURE_YEARS[0] <= counts.min() and counts.max() <= _SURE_YEARS[1] and len(np.unique(counts)) <= _MOST_YEARS
    if said or sure:
        return Counted(kind="years", stamps=(counts - 1970).astype("datetime64[Y]").astype("datetime64[us]"))
    text = f"whole numbers from {counts.min()} to {counts.max()} can be years or a plain counter."
    ways = (Fix.of(freq="year", when="if they are years"), Fix.of(freq="period", when="if a counter"))
    return Ambiguity(text=text, next_step="say which", fixes=ways)


def _coded(counts: np.ndarray, name: str | None, freq: str | None, low: int, high: int) -> Counted | Ambiguity | None:
    """Numbers whose digits are year, month, week or day, and time of day."""
    digits = len(str(low))
    if len(str(high)) != digits or digits < 6 or not _YEARS[0] <= int(str(low)[:4]) <= int(str(high)[:4]) <= _YEARS[1]:
        return None
    if digits in (10, 12, 14) and int(str(low)[:4]) < _SURE_YEARS[0]:
        return None
    readings = fitting([str(count) for count in counts.tolist()], DIGIT_FORMS)
    if readings and 2 * int(readings[0].fits.sum()) > len(counts):
        found = decide(readings, name=name, freq=freq)
        return found if isinstance(found, Ambiguity) else Counted(kind="form", stamps=found.stamps, form=found.form)
    if digits in _LOOKS:
        form = next(form for form in DIGIT_FORMS if len(form.example) == digits)
        same = [reading.stamps for reading in readings if reading.form == form]
        stamps = same[0] if same else np.full(len(counts), np.datetime64("NaT", "us"))
        return Counted(kind="form", stamps=stamps, form=form)
    return None


def _unclear(counts: np.ndarray, low: int, high: int) -> Ambiguity:
    """Numbers that no name or table says the meaning of."""
    counter = Fix.of(freq="period", when="if this is a plain counter")
    year, part = counts // 10, counts % 10
    if _SURE_YEARS[0] <= year.min() and year.max() <= _SURE_YEARS[1] and part.min() >= 1 and part.max() <= _QUARTERS:
        quarters, excel = Fix.of(date_format="%Y%q", when="if they are quarters"), Fix.of(date_format="excel", when="if days")
        return Ambiguity(
            text=f"whole numbers from {low} to {high} can be quarters, days as Excel counts them or a plain counter.",
            next_step="say which",
            fixes=(quarters, excel, counter),
        )
    for (least, most), word, days in ((_EXCEL, "excel", 1), (_SPSS, "spss", 86_400)):
        if least <= low and high <= most:
            origin = np.datetime64("1899-12-30" if word == "excel" else "1582-10-14", "D")
            first, last = (origin + number // days for number in (low, high))
            shown = f"{'days as Excel' if word == 'excel' else 'seconds as SPSS'} counts them ({first} to {last})"
            return Ambiguity(
                text=f"whole numbers from {low} to {high} can be {shown} or a plain counter.",
                next_step="say which",
                fixes=(Fix.of(date_format=word, when="if they are dates"), counter),
            )
    return Ambiguity(
        text="the whole numbers are neither years, yyyymm, yyyymmdd, moments since 1970 nor a small counter.",
        next_step="give ISO dates, or say so",
        fixes=(counter,),
    )


def point_format(values: np.ndarray) -> str | None:
    """The format of numbers that are a year and a month, or a quarter, on the two sides of a point; None if they are not.

    Examples
    --------
    >>> point_format(np.array([11.2023, 12.2023, 1.2024])), point_format(np.array([2023.11, 2023.12, 2024.01]))
    ('%m.%Y', '%Y.%m')
    """
    before = np.floor(values)
    for digits, written, most in _POINTS:
        after = np.round((values - before) * 10**digits)
        year, part = (before, after) if written.startswith("%Y") else (after, before)
        exact = (np.abs(before + after / 10**digits - values) < _EXACT).all()
        if exact and _SURE_YEARS[0] <= year.min() and year.max() <= _SURE_YEARS[1] and part.min() >= 1 and part.max() <= most:
            return written
    return None


def decimal_years(values: np.ndarray, *, name: str | None) -> np.ndarray | Ambiguity | None:
    """Years with a fraction as first days of months or quarters; None if they are none.

    Parameters
    ----------
    values : ndarray, shape (n,), finite
    name : str or None
        They are read where the name of the column says time, as ``time`` in R does; else asked about.

    Examples
    --------
    >>> decimal_years(np.array([2024.0, 2024.25, 2024.5]), name="time").astype("datetime64[M]").tolist()[1:]
    [datetime.date(2024, 4, 1), datetime.date(2024, 7, 1)]
    """
    if not len(values) or values.min() < _YEARS[0] or values.max() > _YEARS[1] + 1:
        return None
    months = values * 12
    whole = np.round(months).astype(np.int64)
    on_grid = bool((np.abs(months - np.round(months)) <= 12 * _NEAR).all())
    if on_grid and says_time(name) and len(np.unique(whole)) == len(np.unique(values)):
        return (whole - 1970 * 12).astype("datetime64[M]").astype("datetime64[us]")
    written = point_format(values)
    if written is not None:
        named = "quarters" if written.endswith("q") else "months"
        return Ambiguity(
            text=f"numbers from {values.min():g} to {values.max():g} can be {named} after a point, or decimal years.",
            next_step="name another column as the time, or say which",
            fixes=(
                Fix.of(date_format=written, when=f"if they are {named}"),
                Fix.of(date_format="decimal_year", when="if they are years with a fraction"),
            ),
        )
    return Ambiguity(
        text=f"numbers from {values.min():g} to {values.max():g} can be decimal years or plain numbers.",
        next_step="name another column as the time, or say that they are decimal years",
        fixes=(Fix.of(date_format="decimal_year"),),
    )
