"""What a field of a metric may hold; each check hands back the value as it is kept, or raises a `UsageError`."""

from __future__ import annotations

import datetime as dt
import math
import numbers
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast

from leadlag._validation import as_int, as_option, nearest, plain_name
from leadlag.catalogue.ratios import AGGREGATES, Aggregate, Ratio, ratio
from leadlag.catalogue.texts import as_phrase, as_text
from leadlag.errors import UsageError

__all__ = [
    "CADENCES", "CHECKS", "INFLUENCES", "KINDS", "STAGES", "WANTED", "Missing", "Moment", "as_delay", "as_moment", "as_sign",
    "as_window", "check_missing",
]  # fmt: skip

#: What to do with missing periods: leave them out of the fit, refuse them, or fill them by rule.
Missing: TypeAlias = "Literal['mask', 'error', 'zero'] | tuple[Literal['ffill'], int]"

#: A date: ISO text (day, week, month, quarter, year), a date object, or the number of a counted period.
Moment: TypeAlias = "str | dt.date | int"

#: Periods ahead at which a value may be known.
_MOST_AHEAD = 9_999

#: How often a metric is seen: the words of `freq`.
CADENCES = ("hour", "day", "business_day", "week", "month", "quarter", "year", "period")
#: What a metric is there for: the outcome, something that may lead it, something held constant, something that may not get worse.
KINDS = ("kpi", "lead", "control", "guardrail")
#: How far along it stands, from what is put in to what comes of it in the end.
STAGES = ("input", "activity", "output", "outcome", "impact")
#: How far a team can move it by its own doing.
INFLUENCES = ("controllable", "partly", "external")
#: Which way is good.
WANTED = ("up", "down")
_SIGNS = ("+", "-")


def check_missing(missing: Any, name: str = "missing") -> Missing:
    """A rule for missing periods, or a `UsageError` that lists the rules."""
    if isinstance(missing, str) and missing in ("mask", "error", "zero"):
        return cast("Missing", missing)
    if isinstance(missing, (tuple, list)) and len(missing) == 2 and missing[0] == "ffill":
        return ("ffill", as_int(missing[1], f"{name}[1]", low=1))
    near = nearest(missing, ("mask", "error", "zero")) if isinstance(missing, str) else ""
    raise UsageError(f"{name}={missing!r} is not allowed: give 'mask', 'error', 'zero' or ('ffill', n) with n periods.{near}")


def as_moment(value: Any, name: str) -> Moment:
    """A date as told, or a `UsageError`; which period it lies in is known once there are data."""
    if isinstance(value, dt.date) and value == value:  # pandas' "no time" is a date too, and no date equals it
        return value
    if isinstance(value, str) and value.strip():
        return value
    if not isinstance(value, bool) and hasattr(value, "__index__"):
        return int(value.__index__())
    form = "a date, an ISO text like '2024-06-30', '2024-06' or '2024Q2', or the number of a counted period"
    raise UsageError(f"{name}={value!r} is not allowed: give {form}.")


def as_window(value: Any, name: str) -> tuple[Moment, Moment]:
    """First and last period as told, or a `UsageError`."""
    form = "give its first and its last period, like ('2022-01', '2023-06')"
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise UsageError(f"{name}={value!r} is not allowed: {form}.")
    first, last = as_moment(value[0], f"{name}[0]"), as_moment(value[1], f"{name}[1]")
    if _later(first, last):
        raise UsageError(f"{name}={value!r} ends before it begins: {form}.")
    return first, last


def _later(first: Moment, last: Moment) -> bool:
    """Whether one date is certainly later than another; texts of different forms are left to the data."""
    if isinstance(first, int) and isinstance(last, int):
        return first > last
    days = [_day(each) for each in (first, last)]
    return days[0] is not None and days[1] is not None and days[0][: len(days[1])] > days[1]


def _day(moment: Moment) -> str | None:
    """A day, a month or a year as ISO text, which sorts as time does."""
    text = moment.isoformat()[:10] if isinstance(moment, dt.date) else moment
    plain = isinstance(text, str) and all(part.isdecimal() for part in text.split("-")) and len(text) in (4, 7, 10)
    return str(text) if plain else None


def _name(value: Any, name: str) -> str:
    """A label of a frame may be a number or a tuple."""
    return as_text(value if value is None or isinstance(value, str) else plain_name(value), name)


def _available_after(value: Any, name: str) -> int:
    return as_int(value, name, low=-_MOST_AHEAD)


def _aggregate(value: Any, name: str) -> Aggregate:
    """A rule, or a ratio: as such, or as it stands in a file, ``{"ratio": [num, den]}``."""
    if isinstance(value, Ratio):
        return ratio(value.num, value.den)
    if isinstance(value, str) and value in AGGREGATES:
        return cast("Aggregate", value)
    if isinstance(value, Mapping) and list(value) == ["ratio"]:
        parts = value["ratio"]
        if isinstance(parts, (list, tuple)) and len(parts) == 2:
            return ratio(*parts)
        raise UsageError(f"{name}={value!r} is not allowed: a ratio has two columns, ratio(num, den).")
    near = nearest(value, AGGREGATES) if isinstance(value, str) else ""
    raise UsageError(f"{name}={value!r} is not allowed: give 'sum', 'mean', 'last' or ratio(num, den).{near}")


def _selected_from(value: Any, name: str) -> int:
    return as_int(value, name, low=2)


def as_sign(value: Any, name: str) -> str:
    """The sign of an effect, or a `UsageError`."""
    return as_option(value, name, _SIGNS)


def as_delay(value: Any, name: str) -> tuple[int, int]:
    """The first and the last period of a window; one number is a window of one."""
    ends = value if isinstance(value, (tuple, list)) else (value, value)
    form = "give the first and the last period after which it acts, like (2, 8)"
    if isinstance(value, str) or len(ends) != 2:
        raise UsageError(f"{name}={value!r} is not allowed: {form}.")
    first, last = (as_int(end, f"{name}[{place}]", low=-_MOST_AHEAD) for place, end in enumerate(ends))
    if first > last:
        raise UsageError(f"{name}={value!r} ends before it begins: {form}.")
    return first, last


def _healthy_range(value: Any, name: str) -> tuple[float | None, float | None]:
    """The lowest and the highest value that is well; None where there is no such end."""
    form = "give the lowest and the highest value that is well, like (20, 80), None for no limit"
    if not isinstance(value, (tuple, list)) or len(value) != 2 or (value[0] is None and value[1] is None):
        raise UsageError(f"{name}={value!r} is not allowed: {form}.")
    ends = tuple(end if end is None else _finite(end, f"{name}[{place}]") for place, end in enumerate(value))
    low, high = ends
    if low is not None and high is not None and low >= high:
        raise UsageError(f"{name}={value!r} is no range: {form}.")
    return low, high


def _finite(value: Any, name: str) -> float:
    """A number; a whole one stays whole."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise UsageError(f"{name}={value!r} is not allowed: give a number.")
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def _word_of(words: tuple[str, ...]) -> Callable[[Any, str], str]:
    return lambda value, name: as_option(value, name, words)


#: What each field may hold; of the fields whose default is None, None is allowed too.
CHECKS: Mapping[str, Callable[[Any, str], Any]] = MappingProxyType(
    {
        "name": _name,
        "label": as_phrase,
        "unit": as_text,
        "aggregate": _aggregate,
        "available_after": _available_after,
        "missing": check_missing,
        "cadence": _word_of(CADENCES),
        "expected": as_sign,
        "delay": as_delay,
        "kind": _word_of(KINDS),
        "stage": _word_of(STAGES),
        "influence": _word_of(INFLUENCES),
        "perspective": as_phrase,
        "team": as_phrase,
        "owner": as_phrase,
        "definition": as_phrase,
        "wanted": _word_of(WANTED),
        "healthy_range": _healthy_range,
        "targeted_since": as_moment,
        "selected_on": as_window,
        "selected_from": _selected_from,
    }
)
