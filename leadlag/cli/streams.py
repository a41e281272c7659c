"""Standard output, input and error, which may be full, closed, or no longer read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TextIO

import click

from leadlag.errors import UsageError

__all__ = ["open_streams", "print_data", "standard_input", "tell", "unwritable"]


def open_streams() -> None:
    """Take the places of closed streams, so that no file gets their numbers; show what a terminal cannot show in another way."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no reason to stop


def print_data(text: str) -> None:
    """Print data; whoever reads them may stop reading.

    Raises
    ------
    UsageError
        If standard output cannot be written.
    """
    if sys.stdout is None:
        raise UsageError("standard output is closed, so there is no place for the answer: leave it open, or send it to a file.")
    try:
        click.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop(sys.stdout)
    except OSError as error:
        raise unwritable(error) from None


def unwritable(error: OSError) -> UsageError:
    """That standard output cannot be written; what is still to be written there is dropped."""
    _drop(sys.stdout)
    return UsageError(f"standard output cannot be written: {error.strerror or error}. Send it to another place.")


def tell(text: str) -> None:
    """Say something on standard error; where it cannot be written it is not said, and the answer stays the same."""
    if sys.stderr is None:
        return
    try:
        click.echo(text, err=True)
    except (OSError, ValueError):
        _drop(sys.stderr)


@contextmanager
def standard_input() -> Iterator[TextIO]:
    """Standard input to be read.

    Raises
    ------
    UsageError
        If it is closed or cannot be read.
    """
    if sys.stdin is None:
        raise UsageError("standard input is closed: send a table to it, or give the path of a file.")
    try:
        yield sys.stdin
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror or error}. Give the path of a file.") from None


def _drop(stream: IO[str]) -> None:
    """Let all that is still written to a stream go nowhere, also when Python ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        return  # a stream without a number, as tests have them
