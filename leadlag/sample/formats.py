"""Times in a format that the caller names: that of ``strptime``, with quarters and weeks, or one of the words for numbers."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from leadlag.errors import UsageError
from leadlag.sample.timewords import MONTHS, WEEKDAYS, plain_text

__all__ = [
    "FORMAT_WORDS",
    "check_format",
    "fitting_formats",
    "format_reads_numbers",
    "formatted_numbers",
    "formatted_texts",
    "names_weeks",
    "padded",
    "written_numbers",
]

_DAY = 86_400_000_000
_YEAR_DIGITS = 4
#: Digits that each sign stands for.
_WIDTHS: Mapping[str, int] = MappingProxyType({"Y": 4, "G": 4, "y": 2, "m": 2, "d": 2, "V": 2, "H": 2, "M": 2, "S": 2, "j": 3})
_WORD = re.compile(r"[^\W\d_]{2,}(?:-feira)?\.?")
_STATA_WEEK = re.compile(r"(\d{4})[ :-]?w(\d{1,2})", re.ASCII | re.IGNORECASE)
#: Formats of dates in another than ISO form that are tried to say which would fit.
_USUAL = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y",
    "%d-%m-%y", "%m-%d-%y", "%m/%Y", "%m-%Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
    "%b %d %Y", "%d. %B %Y", "%d. %b %Y", "%b %y", "%y-%b", "%Y. %m. %d.", "%Y. %m. %d", "%d. %m. %Y", "%a %d.%m.%Y",
)  # fmt: skip
#: Signs of weeks, with what makes each its first day.
_WEEKS: Mapping[str, tuple[str, str]] = MappingProxyType({"%V": (" 1", " %u"), "%W": (" 1", " %w"), "%U": (" 0", " %w")})
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", ", %H:%M")

#: What ``strptime`` reads for each sign of a name, by the number of the weekday or month.
_ENGLISH: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "%a": tuple(calendar.day_abbr), "%A": tuple(calendar.day_name),
        "%b": tuple(calendar.month_abbr), "%B": tuple(calendar.month_name),
    }
)  # fmt: skip


def check_format(date_format: object) -> str | None:
    """A format, or a `UsageError` that says what is allowed."""
    if date_format is None or (isinstance(date_format, str) and ("%" in date_format or date_format in FORMAT_WORDS)):
        return date_format
    words = ", ".join(map(repr, FORMAT_WORDS))
    raise UsageError(
        f"date_format={date_format!r} is not allowed: give a text like '%d/%m/%Y' (%q is the quarter), or one of {words}."
    )


def format_reads_numbers(date_format: str | None) -> bool:
    """Whether it is one of the words, which read numbers."""
    return date_format in FORMAT_WORDS


def names_weeks(date_format: str) -> bool:
    """Whether it reads weeks by their number, without a weekday."""
    weekday = any(sign in date_format for sign in ("%u", "%w", "%a", "%A"))
    return date_format == "stata_week" or (not weekday and any(sign in date_format for sign in _WEEKS))


def formatted_texts(texts: Sequence[str], date_format: str) -> list[dt.datetime | None]:
    """Each text in the caller's format, None where it does not fit."""
    known: dict[str, dt.datetime | None] = {}
    read = _reader(date_format)
    for text in texts:
        if text not in known:
            known[text] = read(text)
    return [known[text] for text in texts]


def formatted_numbers(texts: Sequence[str], date_format: str) -> np.ndarray:
    """Numbers, as text, by one of the words: datetime64[us], NaT where one is no such time."""
    stamps = np.full(len(texts), np.datetime64("NaT", "us"))
    if date_format == "stata_week":
        for row, text in enumerate(texts):
            stamps[row] = _stata_week(text)
        return stamps
    values = np.array([_number(text) for text in texts], dtype=np.float64)
    low, high = _POSSIBLE[date_format]
    good = (values >= low) & (values <= high)
    stamps[good] = _NUMBERS[date_format](values[good])
    return stamps


def fitting_formats(texts: Sequence[str], *, most: int = 3) -> tuple[str, ...]:
    """The usual formats that every text has.

    Examples
    --------
    >>> fitting_formats(["31/01/2024", "01/02/2024"]), fitting_formats(["01/02/2024", "02/02/2024"])
    (('%d/%m/%Y',), ('%d/%m/%Y', '%m/%d/%Y'))
    """
    if not texts:
        return ()
    clocks = _CLOCKS if ":" in texts[0] else ("",)
    forms = [f"{day}{clock}" for day in _USUAL for clock in clocks]
    for lenient in (False, True):  # names in English first
        found: list[str] = []
        for form in forms:
            read = _reader(form, lenient=lenient)
            if form.replace("%B", "%b") not in [each.replace("%B", "%b") for each in found] and all(map(read, texts)):
                found.append(form)
        if found:
            return tuple(found[:most])
    return ()


def padded(texts: Sequence[str], date_format: str) -> list[str]:
    """Digits with the first nought that a spreadsheet took away, for formats of digits only that begin with a day or month.

    Examples
    --------
    >>> padded(["3012024", "10012024"], "%d%m%Y"), padded(["20241"], "%Y%m")
    (['03012024', '10012024'], ['20241'])
    """
    signs = re.findall(r"%(.)", date_format)
    only_digits = "".join(f"%{sign}" for sign in signs) == date_format and all(sign in _WIDTHS for sign in signs)
    if not only_digits or signs[0] in ("Y", "G") or not all(text.isdecimal() for text in texts):
        return list(texts)
    return [text.zfill(sum(_WIDTHS[sign] for sign in signs)) for text in texts]


def written_numbers(values: Sequence[float], date_format: str) -> list[str]:
    """Numbers such as 2024.1 as they were written for a format, 2024.10, before the last noughts were lost.

    Examples
    --------
    >>> written_numbers([2024.09, 2024.1], "%Y.%m"), written_numbers([12.2019, 1.202], "%m.%Y")
    (['2024.09', '2024.10'], ['12.2019', '1.2020'])
    """
    fewest = max(len(repr(float(value)).partition(".")[2]) for value in values)
    for digits in range(fewest, _YEAR_DIGITS + 1):
        texts = [f"{value:.{digits}f}" for value in values]
        if None not in formatted_texts(texts, date_format):
            return texts
    return [repr(float(value)) for value in values]


def _reader(date_format: str, *, lenient: bool = True) -> Callable[[str], dt.datetime | None]:
    """Reads one text; a week without a weekday is its first day, a quarter its first month."""
    more = next((pair for sign, pair in _WEEKS.items() if sign in date_format and names_weeks(date_format)), ("", ""))

    def one(text: str, form: str) -> dt.datetime | None:
        for written in (text, *(_in_english(text, form) if lenient else ())):
            try:
                return dt.datetime.strptime(written + more[0], form + more[1])
            except (ValueError, re.error):  # the second where a sign stands twice
                continue
        return None

    def quarter(text: str) -> dt.datetime | None:
        for number in range(1, 5):
            year = one(text, date_format.replace("%q", str(number)))
            if year is not None:
                return year.replace(month=3 * number - 2)
        return None

    return quarter if "%q" in date_format else lambda text: one(text, date_format)


def _in_english(text: str, form: str) -> tuple[str, ...]:
    """A text with the names of months and weekdays that `form` speaks of in English, which is what ``strptime`` reads."""
    names = re.findall(r"%[abAB]", form)
    if not names:
        return ()
    left = list(names)

    def english(found: re.Match[str]) -> str:
        plain = plain_text(found[0]).rstrip(".")
        for sign in left:
            table = WEEKDAYS if sign in ("%a", "%A") else MONTHS
            if plain in table:
                left.remove(sign)
                return _ENGLISH[sign][table[plain]]
        return found[0]

    return (_WORD.sub(english, text),)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _stata_week(text: str) -> np.datetime64:
    """First day of a Stata week, as 2024w5 or as weeks since 1960; a year has 52 of them, the first begins on 1 January."""
    written = _STATA_WEEK.fullmatch(text.strip())
    number = _number(text)
    if written is not None:
        year, week = int(written[1]), int(written[2])
    elif number == np.floor(number) and abs(number) < 50_000:
        year, week = 1960 + int(number) // 52, int(number) % 52 + 1
    else:
        return np.datetime64("NaT", "us")
    if not (1 <= week <= 52 and 1000 <= year <= 9999):
        return np.datetime64("NaT", "us")
    return np.datetime64(f"{year}-01-01", "us") + np.timedelta64(7 * (week - 1), "D")


def _since(origin: str, micros: int) -> Callable[[np.ndarray], np.ndarray]:
    """Numbers counted from a day, rounded to the second."""

    def read(values: np.ndarray) -> np.ndarray:
        seconds = np.round(values * (micros / 1_000_000)).astype(np.int64)
        stamps: np.ndarray = np.datetime64(origin, "us") + seconds.astype("timedelta64[s]")
        return stamps

    return read


def _decimal_years(values: np.ndarray) -> np.ndarray:
    """Years with a fraction: the nearest day, or month where all lie on months."""
    months = values * 12
    if (np.abs(months - np.round(months)) < 0.06).all():
        stamps: np.ndarray = (np.round(months).astype(np.int64) - 1970 * 12).astype("datetime64[M]").astype("datetime64[us]")
        return stamps
    years = np.floor(values).astype(np.int64)
    first = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    length = ((years - 1969).astype("datetime64[Y]").astype("datetime64[D]") - first).astype(np.int64)
    days: np.ndarray = first + np.round((values - years) * length).astype(np.int64)
    return days.astype("datetime64[us]")


#: Words for numbers that count from a day, and what they read.
_NUMBERS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType(
    {
        "excel": _since("1899-12-30", _DAY),
        "excel1904": _since("1904-01-01", _DAY),
        "spss": _since("1582-10-14", 1_000_000),
        "decimal_year": _decimal_years,
    }
)
#: Least and largest number that each reads: the years 1000 to 9999, or from its first day on.
_POSSIBLE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"excel": (1, 2_958_465), "excel1904": (0, 2_957_003), "spss": (0, 265_000_000_000), "decimal_year": (1000, 9999)}
)
#: Words allowed as `date_format`.
FORMAT_WORDS: tuple[str, ...] = ("excel", "excel1904", "stata_week", "spss", "decimal_year")
