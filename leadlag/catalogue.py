"""What is known about a metric beside its numbers: unit, publication lag, how its rows add up. No I/O."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast

from leadlag._validation import as_int, plain_name
from leadlag.errors import UsageError

__all__ = [
    "Aggregate", "Metric", "Missing", "Moment", "Ratio", "as_catalogue", "as_moment", "as_window", "check_missing", "ratio",
]  # fmt: skip

#: What to do with missing periods: leave them out of the fit, refuse them, or fill them by rule.
Missing: TypeAlias = "Literal['mask', 'error', 'zero'] | tuple[Literal['ffill'], int]"

#: A date: ISO text (day, week, month, quarter, year), a date object, or the number of a counted period.
Moment: TypeAlias = "str | dt.date | int"

_AGGREGATES = ("sum", "mean", "last")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate as sum over sum of two columns; see `ratio`."""

    num: str
    den: str


Aggregate: TypeAlias = "Literal['sum', 'mean', 'last'] | Ratio"


def ratio(num: str, den: str) -> Ratio:
    """Aggregate for a rate: the sum of `num` over the sum of `den`, never the mean of rates.

    Parameters
    ----------
    num, den : str
        Columns of the data, for example ``"signups"`` and ``"visits"``.

    Returns
    -------
    Ratio

    Raises
    ------
    UsageError
        If a name is not text, or both are the same.

    Examples
    --------
    >>> ratio("signups", "visits")
    Ratio(num='signups', den='visits')
    """
    columns = (_as_text(num, "num"), _as_text(den, "den"))
    if columns[0] == columns[1]:
        raise UsageError(f"ratio({num!r}, {den!r}) is always 1: name two different columns.")
    return Ratio(*columns)


@dataclass(frozen=True)
class Metric:
    """What is known about one metric.

    Parameters
    ----------
    name : str
        The metric's column, or for a `ratio` a new name. Kept in Unicode form NFC.
    unit : str, optional
        Unit for tables and axes, for example ``"EUR"``.
    available_after : int
        How many periods after its own period a value is published.
    aggregate : {"sum", "mean", "last"} or Ratio
        How several rows of one period become one value.
    missing : {"mask", "error", "zero"} or ("ffill", n)
        What to do with missing periods: leave them out (nothing filled), refuse them, read them as zero, or
        carry the last value forward at most n periods.
    targeted_since : str, date or int, optional
        When the metric became a target: a date, an ISO text such as ``"2024-06"`` or ``"2024Q3"``, or the number of a counted
        period. What it leads may follow it less from then on (Goodhart's law); `leadlag.stability_test` asks.
    selected_on : (from, to), optional
        First and last period of the data on which it was chosen as a target, in the same forms. It was chosen because it looked
        best there, so these periods cannot show how strong the relation was.
    selected_from : int
        Number of metrics from which it was chosen.

    Raises
    ------
    UsageError
        If an argument is not one of these.

    Examples
    --------
    >>> Metric("revenue", unit="EUR", aggregate="sum").aggregate
    'sum'
    >>> Metric("conversion", aggregate=ratio("signups", "visits")).missing
    'mask'
    """

    name: str
    _: KW_ONLY
    unit: str | None = None
    available_after: int = 0
    aggregate: Aggregate = "mean"
    missing: Missing = "mask"
    targeted_since: Moment | None = None
    selected_on: tuple[Moment, Moment] | None = None
    selected_from: int = 10

    def __post_init__(self) -> None:
        name: Any = self.name  # a label of a frame may be a number or a tuple
        object.__setattr__(self, "name", _as_text(name if name is None or isinstance(name, str) else plain_name(name), "name"))
        object.__setattr__(self, "available_after", as_int(self.available_after, "available_after"))
        if self.unit is not None:
            _as_text(self.unit, "unit")
        if not isinstance(self.aggregate, Ratio):
            if self.aggregate not in _AGGREGATES:
                raise UsageError(f"aggregate={self.aggregate!r} is not allowed: give 'sum', 'mean', 'last' or ratio(num, den).")
        elif self.name in (self.aggregate.num, self.aggregate.den):
            raise UsageError(f"the ratio {self.name!r} cannot be its own numerator or denominator: give it a name of its own.")
        object.__setattr__(self, "missing", check_missing(self.missing))
        if self.targeted_since is not None:
            object.__setattr__(self, "targeted_since", as_moment(self.targeted_since, "targeted_since"))
        if self.selected_on is not None:
            object.__setattr__(self, "selected_on", as_window(self.selected_on, "selected_on"))
        object.__setattr__(self, "selected_from", as_int(self.selected_from, "selected_from", low=2))


def check_missing(missing: Any, name: str = "missing") -> Missing:
    """A rule for missing periods, or a `UsageError` that lists the rules."""
    if isinstance(missing, str) and missing in ("mask", "error", "zero"):
        return cast("Missing", missing)
    if isinstance(missing, (tuple, list)) and len(missing) == 2 and missing[0] == "ffill":
        return ("ffill", as_int(missing[1], f"{name}[1]", low=1))
    raise UsageError(f"{name}={missing!r} is not allowed: give 'mask', 'error', 'zero' or ('ffill', n) with n periods.")


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
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise UsageError(f"{name}={value!r} is not allowed: give its first and its last period, like ('2022-01', '2023-06').")
    return as_moment(value[0], f"{name}[0]"), as_moment(value[1], f"{name}[1]")


def as_catalogue(metrics: Any) -> Mapping[str, Metric]:
    """Metrics by name, read-only; the same name twice is refused.

    Parameters
    ----------
    metrics : iterable of Metric, mapping of them by name, or None

    Returns
    -------
    Mapping from str to Metric

    Raises
    ------
    UsageError
        If something else is given, or a name occurs twice.

    Examples
    --------
    >>> list(as_catalogue([Metric("visits", aggregate="sum")]))
    ['visits']
    """
    if metrics is None:
        return MappingProxyType({})
    given = metrics.values() if isinstance(metrics, Mapping) else metrics
    if isinstance(given, (str, Metric)) or not isinstance(given, Iterable):
        raise UsageError(f"catalogue={given!r} is not allowed: give a list of Metric.")
    by_name: dict[str, Metric] = {}
    for metric in given:
        if not isinstance(metric, Metric):
            raise UsageError(
                f"catalogue holds {metric!r}, which is not a Metric: give a list like [Metric('visits', aggregate='sum')]."
            )
        if metric.name in by_name:
            raise UsageError(f"catalogue names {metric.name!r} more than once: give one Metric per name.")
        by_name[metric.name] = metric
    return MappingProxyType(by_name)


def _as_text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{name}={value!r} is not allowed: give a text that is not empty.")
    return unicodedata.normalize("NFC", value)
