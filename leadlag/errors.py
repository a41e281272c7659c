"""What can be wrong, under one name each: an error tree, a warning tree and the table of codes.

Every message names the argument or column, what was given, what is allowed and the next step. A code
is stable: it may be filtered, searched for and looked up in ``docs/codes.md``.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FrameType, MappingProxyType
from typing import TypeVar

from leadlag._calls import Call, Fix

__all__ = [
    "CODES",
    "ConfigError",
    "DataContractError",
    "DatabaseError",
    "DataWarning",
    "LeadLagError",
    "LeadLagWarning",
    "LimitError",
    "LockHeldError",
    "StatisticsWarning",
    "StorageError",
    "UnknownArgumentError",
    "UnknownNameError",
    "UsageError",
    "Violation",
    "warn_of",
]

E = TypeVar("E", bound="LeadLagError")

_HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")

#: code -> what it says, in a few words. LL1xx notes and warnings, LL2xx reasons why a lead keeps its
#: row without numbers, LL3xx broken data contracts, LL4xx wrong calls, LL5xx faults of leadlag.
CODES: Mapping[str, str] = MappingProxyType(
    {
        "LL101": "the KPI looks integrated and was differenced",
        "LL102": "rows were not in time order and were sorted",
        "LL103": "a column was converted to float64",
        "LL104": "whole numbers beyond 2**53 lose digits as float64",
        "LL105": "times without a zone were read in the declared zone",
        "LL106": "fewer than five seasons in the sample",
        "LL107": "text columns were left out",
        "LL108": "the KPI is reported as a moving average or as a sum to date",
        "LL109": "periods without a row were added to the grid as missing",
        "LL110": "the last period is not complete and was dropped",
        "LL111": "names were joined, normalised or made text",
        "LL112": "outliers of the KPI were clipped",
        "LL113": "times were moved to the period they fall in",
        "LL114": "a regular step that is no calendar period is counted in plain periods",
        "LL115": "values were filled, or read as missing, as asked",
        "LL116": "a column was recognised as the time",
        "LL117": "several rows of one period were aggregated",
        "LL118": "the fit is exact, so a test has no error to compare with",
        "LL119": "some columns are exact combinations of others and were left out",
        "LL120": "the catalogue names a metric that the data do not have",
        "LL121": "values stand for several periods, as those of a slower metric do",
        "LL122": "a series looks integrated, and its level was correlated or regressed",
        "LL123": "few rows for the coefficients of a regression",
        "LL124": "the data do not determine the noise model",
        "LL125": "a metric has values at a slower step than the rows",
        "LL126": "metrics of another cadence were lined up with the KPI's periods",
        "LL127": "a horizon has no forecast gain",
        "LL128": "a lead seen more often than the KPI was folded to its periods",
        "LL130": "no column leads the KPI",
        "LL131": "a search over lags was shortened to what the rows allow",
        "LL133": "too few periods to compare a lead with itself shifted",
        "LL134": "no lead can be tested, so there is nothing that could be seen",
        "LL135": "a row of totals was left out",
        "LL136": "row numbers were left out",
        "LL137": "rows without times were taken in their order",
        "LL138": "times were read in a form that is no ISO date",
        "LL139": "each date was taken for the first or the last day of its period",
        "LL140": "point and comma were read as marks of thousands and decimals",
        "LL141": "percent signs, currencies or parentheses were read",
        "LL142": "lines of a file that are no part of the table were left out",
        "LL143": "a file that is not UTF-8 was read in another encoding",
        "LL144": "a column of texts that begin as numbers do was left out",
        "LL145": "a row in which most columns are far out was left out",
        "LL146": "values before a common change of unit were put in the unit of today",
        "LL147": "a repeated value far from all others was read as missing",
        "LL148": "one column alone has changed its unit",
        "LL149": "a first or last period may not be whole",
        "LL150": "a metric is known ahead",
        "LL151": "a column ends before the others",
        "LL152": "a lead cannot be used now",
        "LL153": "the KPI and most candidates move together in the same period",
        "LL154": "quarters or years that are none of the calendar were counted as those of it",
        "LL155": "the delay of a lead moves over the rows",
        "LL160": "a column is made of the KPI's own later values",
        "LL165": "the season of the KPI moves",
        "LL166": "what the model leaves of the KPI is alike a season apart",
        "LL167": "surprises of the KPI are larger at some times of its season",
        "LL168": "the KPI grows, and levels or logs may show its leads",
        "LL169": "the KPI is a share near its ends, or a count with many zeros",
        "LL172": "few past forecasts say how wide intervals are",
        "LL173": "a value lies outside what the model was fitted on",
        "LL174": "a model was used that is older than it should be",
        "LL175": "the data have segments that the model does not have",
        "LL201": "the lead has no values",
        "LL203": "the lead is constant or nearly so",
        "LL204": "too few periods for this lead",
        "LL205": "the lead is a copy of the KPI",
        "LL207": "the lead is an exact combination of the season, the trend and the controls",
        "LL208": "the computation failed for this lead",
        "LL209": "the lead looks interpolated from a slower cadence",
        "LL301": "the same period occurs more than once",
        "LL302": "infinite values",
        "LL303": "values that are not numbers",
        "LL304": "durations where numbers are expected",
        "LL305": "ambiguous or unreadable times",
        "LL306": "the same column name occurs more than once",
        "LL307": "names that differ only in how their letters are composed",
        "LL308": "control characters in a name",
        "LL309": "the cadence cannot be told",
        "LL310": "mixed time zones",
        "LL311": "missing times",
        "LL312": "no rows",
        "LL313": "the KPI cannot be analysed",
        "LL314": "missing values where none are allowed",
        "LL315": "a value that was known before its period began",
        "LL316": "numbers that can be read in two ways",
        "LL317": "numbers in more than one unit in one column",
        "LL318": "periods stand in columns",
        "LL319": "the rows have other periods than those of the model",
        "LL320": "nothing is known at the end of the rows",
        "LL321": "the model is too old for the rows",
        "LL322": "a column has another size than it ever had in the fit",
        "LL323": "a column that the model needs is missing",
        "LL324": "a source breaks what it promised",
        "LL401": "an argument is outside what is allowed",
        "LL402": "a name that the data do not have",
        "LL403": "several segments where one is expected",
        "LL404": "more memory or tests than the limit",
        "LL405": "an optional package is missing",
        "LL501": "leadlag failed while it ranked this KPI",
        "LL502": "a job took longer than a job may",
        "LL503": "the process that ran a job ended",
        "LL504": "a source cannot be read",
        "LL505": "a source is late",
        "LL506": "another run holds the lock",
        "LL507": "a database cannot be reached",
        "LL508": "a config is wrong",
        "LL509": "what is kept of runs cannot be read or written",
        "LL601": "a file is no model, or was cut off",
        "LL602": "a model file is too large, or nested too deep",
        "LL603": "a model file is of a newer leadlag",
        "LL604": "a model file was changed after it was written",
        "LL605": "a model file holds what no model does",
    }
)


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One thing that is wrong with the data.

    Parameters
    ----------
    code : str
        Stable code, a key of `leadlag.errors.CODES`.
    argument : str
        The argument through which the column came in (``"data"``, ``"time"``, ``"kpi"``, ...).
    column : str or None
        The column, None if the whole table is meant.
    text : str
        What is wrong, as a sentence.
    examples : tuple of str
        Up to five values with their rows.
    next_step : str
        What to do about it, as a sentence.
    fixes : tuple of Fix
        The options that decide, the likeliest first.
    call : str
        The whole call with the first of them, as Python lines; empty where no call helps.
    """

    code: str
    argument: str
    column: str | None
    text: str
    examples: tuple[str, ...] = ()
    next_step: str = ""
    fixes: tuple[Fix, ...] = ()
    call: str = ""

    def __str__(self) -> str:
        return self._said(self.step, self.call)

    @property
    def step(self) -> str:
        """The next step with the options as Python has them."""
        return _step(self.next_step, [fix.python for fix in self.fixes])

    @property
    def step_by_flags(self) -> str:
        """The next step with the options as the command line has them."""
        return _step(self.next_step, [fix.flags for fix in self.fixes])

    def by_flags(self) -> str:
        """All of it as the command line says it."""
        return self._said(self.step_by_flags, self.beside_flags)

    @property
    def beside_flags(self) -> str:
        """What is said under the step on the command line: the call that no option does, or how to make the file of one."""
        if self.fixes and not any(fix.flags for fix in self.fixes):
            return self.call
        return next((fix.makes_file for fix in self.fixes if fix.makes_file), "")

    def _said(self, step: str, call: str) -> str:
        where = self.argument if self.column is None else f"{self.argument}, column {self.column!r}"
        shown = f" For example: {'; '.join(self.examples)}." if self.examples else ""
        return f"{self.code} {where}: {self.text}{shown}{f' Next: {step}' if step else ''}{_call_line(call)}"

    def told(self, call: Call) -> Violation:
        """The same for whoever wrote this call: its ways out are those that the call has a place for."""
        fixes = tuple(fix for fix in self.fixes if call.with_fix(fix))
        return replace(self, fixes=fixes, call=call.with_fix(fixes[0]) if fixes else "")


def _step(text: str, ways: Sequence[str]) -> str:
    """A next step, and the options that take it."""
    ways = [way for way in ways if way]
    return text if not ways else f"{text.rstrip('.:')}: {', '.join(ways)}." if text else f"{', '.join(ways)}."


def _call_line(call: str) -> str:
    """A call under the sentence that speaks of it."""
    return "" if not call else "".join(f"\n       {line}" for line in call.split("\n"))


class LeadLagError(Exception):
    """Base of every error that leadlag raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong and what to do next.
    code : str, optional
        Stable code, a key of `CODES`.
    argument : str, optional
        The argument that is wrong.
    fixes : iterable of Fix, optional
        Options that settle it; they end the message.
    """

    code = "LL401"

    def __init__(self, message: str, *, code: str | None = None, argument: str | None = None, fixes: Iterable[Fix] = ()) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.argument = argument
        self.fixes = tuple(fixes)
        self.call = ""

    def __str__(self) -> str:
        return f"{_step(self.args[0], [fix.python for fix in self.fixes])} [{self.code}]{_call_line(self.call)}"

    def by_flags(self) -> str:
        """The message as the command line says it."""
        return f"{_step(self.args[0], [fix.flags for fix in self.fixes])} [{self.code}]{_call_line(self.first.beside_flags)}"

    @property
    def first(self) -> Violation:
        """What is wrong, of several things the first."""
        return Violation(
            code=self.code, argument=self.argument or "", column=None, text=str(self.args[0]), fixes=self.fixes, call=self.call
        )

    def tell(self: E, call: Call) -> E:
        """Say the ways out as the caller would write them; of several calls on the way up the outermost counts."""
        self.fixes = tuple(fix for fix in self.fixes if call.with_fix(fix))
        self.call = call.with_fix(self.fixes[0]) if self.fixes else ""
        return self


class UsageError(LeadLagError, ValueError):
    """The call is wrong: an argument is outside what is allowed (command line: exit 2)."""


class UnknownNameError(UsageError):
    """A column, lead or sample was named that does not exist (command line: exit 2)."""

    code = "LL402"


class UnknownArgumentError(UsageError, TypeError):
    """A function or class was given an argument by a name that it does not have; a `TypeError` too, as Python's own is."""


class LimitError(UsageError):
    """The call would take more memory or tests than the limit, and was refused before it began."""

    code = "LL404"


class ConfigError(UsageError):
    """A config cannot be read, or something in it is wrong."""

    code = "LL508"


class LockHeldError(LeadLagError):
    """Another run holds the lock of the folder that this one would write to (command line: exit 75)."""

    code = "LL506"


class DatabaseError(LeadLagError):
    """A database cannot be reached, read or written (command line: exit 75)."""

    code = "LL507"


class StorageError(LeadLagError):
    """What is kept of runs cannot be read or written now, as on a full disk (command line: exit 75)."""

    code = "LL509"


class DataContractError(LeadLagError, ValueError):
    """The data are wrong; lists everything that is wrong with them at once (command line: exit 3).

    Parameters
    ----------
    message : str
        What is wrong; of several violations the line above their list.
    violations : iterable of Violation
        Each thing that is wrong.
    code : str, optional
        That of the first violation if not given.
    """

    code = "LL303"

    def __init__(
        self, message: str, *, violations: Iterable[Violation] = (), code: str | None = None, fixes: Iterable[Fix] = ()
    ) -> None:
        self.violations = tuple(violations)
        self._head = message
        super().__init__(message, code=code or (self.violations[0].code if self.violations else None), fixes=fixes)
        self._list()

    def __str__(self) -> str:
        return str(self.args[0]) if self.violations else super().__str__()

    def by_flags(self) -> str:
        """The message as the command line says it."""
        return self._listed([item.by_flags() for item in self.violations]) if self.violations else super().by_flags()

    @property
    def first(self) -> Violation:
        """The first thing that is wrong."""
        return self.violations[0] if self.violations else super().first

    def tell(self, call: Call) -> DataContractError:
        """Say the ways out as the caller would write them."""
        super().tell(call)
        self.violations = tuple(item.told(call) for item in self.violations)
        self._list()
        return self

    def _list(self) -> None:
        if self.violations:
            self.args = (self._listed(map(str, self.violations)),)

    def _listed(self, texts: Iterable[str]) -> str:
        return "\n".join([self._head, *(f"  {number}. {text}" for number, text in enumerate(texts, start=1))])


class LeadLagWarning(UserWarning):
    """Base of every warning that leadlag gives; `code` is a key of `CODES`."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code

    def __str__(self) -> str:
        return f"{self.args[0]} [{self.code}]"


class DataWarning(LeadLagWarning):
    """The data were usable, but something about them deserves a look."""


class StatisticsWarning(LeadLagWarning):
    """The numbers were computed, but an assumption behind them deserves a look."""


def warn_of(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Give each code and text as a `StatisticsWarning`, at the line that called into leadlag, and hand them back."""
    given = tuple(found)
    for code, text in given:
        warnings.warn(StatisticsWarning(text, code=code), stacklevel=1 + _frames_inside())
    return given


def _frames_inside() -> int:
    """How many frames on top of the stack belong to this package, the one of `warn_of` being the first."""
    frame: FrameType | None = sys._getframe(1)
    count = 0
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame, count = frame.f_back, count + 1
    return count
