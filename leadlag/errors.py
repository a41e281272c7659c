"""What can be wrong, under one name each: an error tree, a warning tree and the table of codes.

Every message names the argument or column, what was given, what is allowed and the next step. A code
is stable: it may be filtered, searched for and looked up in ``docs/codes.md``.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import TypeVar

from leadlag._calls import Call, Fix
from leadlag._codes import CODES

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
    "WorkersLostError",
    "warn_of",
]

E = TypeVar("E", bound="LeadLagError")

_HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")


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


class WorkersLostError(LeadLagError):
    """Worker processes of a run end before they have begun a job (command line: exit 75)."""

    code = "LL503"


class StorageError(LeadLagError):
    """What is kept of runs cannot be written now, as on a full disk (command line: exit 75)."""

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
