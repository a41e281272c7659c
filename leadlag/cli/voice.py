"""How a command speaks: data on standard output, all other talk on standard error, and an exit code."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from leadlag.cli.streams import print_data, tell
from leadlag.errors import LeadLagWarning
from leadlag.wording.shown import shown, wrap

__all__ = [
    "AGAIN",
    "CONTRACT",
    "INTERRUPTED",
    "OK",
    "USAGE",
    "Voice",
    "json_option",
    "lines_shown",
    "print_data",
    "wants_colour",
    "warnings_said",
    "with_voice",
]

#: Exit codes; a bug raises, and so ends with 1.
OK, USAGE, CONTRACT, AGAIN, INTERRUPTED = 0, 2, 3, 75, 130
#: Columns of a terminal that lines are wrapped to, at least and at most.
_NARROW, _WIDE = 40, 100


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How much is said on standard error, and whether in colour."""

    quiet: bool = False
    verbose: bool = False
    colour: bool = True

    def step(self, text: str) -> None:
        """Say what is being done: if asked to, or to a person who waits."""
        if self.verbose or (not self.quiet and sys.stderr is not None and sys.stderr.isatty()):
            tell(text)

    def warn(self, text: str) -> None:
        """Say what deserves a look."""
        if not self.quiet:
            tell(_wrapped("warning: ", lines_shown(text)).replace("warning:", self._mark("warning", "yellow"), 1))

    def note(self, text: str) -> None:
        """Say what was done to the data on the way in."""
        if not self.quiet:
            tell(_wrapped("note: ", lines_shown(text)).replace("note:", self._mark("note", "cyan"), 1))

    def fail(self, text: str) -> None:
        """Say why there is no answer."""
        tell(f"{self._mark('error', 'red')} {lines_shown(text)}")

    def _mark(self, word: str, colour: str) -> str:
        return click.style(f"{word}:", fg=colour, bold=True) if self.colour else f"{word}:"


def _wrapped(first: str, text: str) -> str:
    """A text behind its first word: for a person in lines under each other, for a program in one."""
    if sys.stderr is None or not sys.stderr.isatty():
        return first + text
    most = max(_NARROW, min(_WIDE, shutil.get_terminal_size().columns))
    return "\n".join(wrap(text, most, indent=" " * len(first), first=first))


def lines_shown(text: str) -> str:
    """Text for a terminal: line breaks stay, what else would steer it is written out."""
    return "\n".join(shown(line) for line in text.split("\n"))


def wants_colour(asked: bool) -> bool:
    """Colour unless it is switched off here or, as no-color.org asks, for all programs."""
    return asked and not os.environ.get("NO_COLOR")


def with_voice(command: Callable[..., int]) -> Callable[..., int]:
    """The options that every command has, handed on as `voice`."""

    def run(*, quiet: bool, verbose: bool, no_color: bool, **options: Any) -> int:
        return command(voice=Voice(quiet=quiet, verbose=verbose, colour=wants_colour(not no_color)), **options)

    run.__doc__, run.__name__ = command.__doc__, command.__name__
    run = click.option("--no-color", is_flag=True, help="No colour in messages; so does the variable NO_COLOR.")(run)
    run = click.option("-v", "--verbose", is_flag=True, help="Say every step on standard error.")(run)
    return click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors on standard error.")(run)


@contextmanager
def warnings_said(voice: Voice) -> Iterator[None]:
    """The library's warnings as one line each; warnings of other packages only to those who want every step."""
    said: set[str] = set()

    def say(message: Warning | str, *_: Any, **__: Any) -> None:
        if isinstance(message, LeadLagWarning) or voice.verbose:
            text = " ".join(str(message).split())
            if text not in said:  # a table that is looked at twice
                voice.warn(text)
            said.add(text)

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.simplefilter("always", LeadLagWarning)
        warnings.showwarning = say
        yield


#: For a command that has its data as JSON too.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
