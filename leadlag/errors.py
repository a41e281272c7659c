"""What can be wrong, under one name each: an error tree, a warning tree and the table of codes.

Every message names the argument or column, what was given, what is allowed and the next step. A code
is stable: it may be filtered, searched for and looked up in ``docs/codes.md``.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Mapping
from types import FrameType, MappingProxyType

__all__ = [
    "CODES",
    "DataContractError",
    "DataWarning",
    "LeadLagError",
    "LeadLagWarning",
    "LimitError",
    "StatisticsWarning",
    "UnknownNameError",
    "UsageError",
    "warn_of",
]

_HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")

#: code -> what it says, in a few words. LL1xx notes and warnings, LL2xx reasons why a lead keeps its
#: row without numbers, LL3xx broken data contracts, LL4xx wrong calls.
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
        "LL201": "the lead has no values",
        "LL203": "the lead is constant or nearly so",
        "LL204": "too few periods for this lead",
        "LL205": "the lead is a copy of the KPI",
        "LL207": "the lead is an exact combination of the season, the trend and the controls",
        "LL208": "the computation failed for this lead",
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
        "LL401": "an argument is outside what is allowed",
        "LL402": "a name that the data do not have",
        "LL403": "several segments where one is expected",
        "LL404": "more memory or tests than the limit",
        "LL405": "an optional package is missing",
    }
)


class LeadLagError(Exception):
    """Base of every error that leadlag raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong and what to do next.
    code : str, optional
        Stable code, a key of `CODES`.
    """

    code = "LL401"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.args[0]} [{self.code}]"


class UsageError(LeadLagError, ValueError):
    """The call is wrong: an argument is outside what is allowed (command line: exit 2)."""


class UnknownNameError(UsageError):
    """A column, lead or sample was named that does not exist (command line: exit 2)."""

    code = "LL402"


class LimitError(UsageError):
    """The call would take more memory or tests than the limit, and was refused before it began."""

    code = "LL404"


class DataContractError(LeadLagError, ValueError):
    """The data are wrong; lists everything that is wrong with them at once (command line: exit 3).

    Parameters
    ----------
    message : str
        All violations, one to a line.
    violations : tuple
        The same as `leadlag.sample.violations.Violation` objects.
    """

    code = "LL303"

    def __init__(self, message: str, *, violations: tuple[object, ...] = (), code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.violations = violations

    def __str__(self) -> str:
        return str(self.args[0]) if self.violations else super().__str__()


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
