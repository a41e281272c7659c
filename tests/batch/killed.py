"""A run that ends itself at the n-th step that lasts: ``python -m tests.batch.killed N KIND WORD...``.

A step is whatever changes what is on the disk: a file written or synced, a file or folder put in its place or taken away, a
statement or commit of SQLite. KIND is the name of a signal, or "count": then nothing is ended, and the last line of standard
error is how many steps there were.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["main"]


@dataclass
class Steps:
    """Counts steps, and ends the process, or asks it to end, at one of them."""

    last: int
    number: int
    count: int = 0

    def step(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # what the pool does to its pipes
        self.count += 1
        if self.count == self.last and self.number:
            os.kill(os.getpid(), self.number)

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **options: Any) -> Any:
            self.step()
            return function(*given, **options)

        return call


def watch(steps: Steps) -> None:
    """Count every step from here on."""
    for owner, names in (
        (os, ("fsync", "replace", "unlink", "rmdir")),
        (shutil, ("rmtree",)),
        (Path, ("write_text", "mkdir")),
    ):
        for name in names:
            setattr(owner, name, steps.counted(getattr(owner, name)))

    class Counted(sqlite3.Connection):
        """A connection of which each statement is a step."""

        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if not sql.startswith("SELECT"):
                steps.step()
            return super().execute(sql, *given)

    connect = sqlite3.connect
    sqlite3.connect = lambda *given, **options: connect(*given, **{"factory": Counted} | options)  # type: ignore[assignment]


def main(words: list[str]) -> int:
    from leadlag.cli.main import main as leadlag

    last, kind, *rest = words
    steps = Steps(last=int(last), number=0 if kind == "count" else signal.Signals[kind].value)
    watch(steps)
    code = leadlag(rest)
    print(steps.count, file=sys.stderr)  # noqa: T201  (for whoever counts)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
