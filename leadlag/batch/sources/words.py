"""What stands against a source, in the words of its config: no folder of the machine, no call in Python."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from leadlag._calls import OPENING, READING, Fix
from leadlag.errors import LeadLagError, Violation

__all__ = ["told"]

#: Keys of a source that a way out may set.
_KEYS = frozenset({*READING, *OPENING} - {"catalogue", "holidays", "as_of", "infinite"})


def told(error: LeadLagError | OSError, base: Path) -> str:
    """All that is wrong, on one line; what is wrong with several things is numbered.

    Parameters
    ----------
    error : LeadLagError or OSError
    base : path
        Folder of the config, which paths are relative to.
    """
    found = getattr(error, "violations", ())
    if isinstance(error, OSError):
        text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    elif found:
        each = [" ".join(_parts(item)) for item in found]
        text = each[0] if len(each) == 1 else " ".join(f"({place}) {item}" for place, item in enumerate(each, start=1))
    else:
        text = f"{error.args[0]}{_options(error.fixes)}"
    return " ".join(_without(text, base).split("\n"))


def _parts(item: Violation) -> Iterator[str]:
    """The sentences of one thing that is wrong."""
    yield item.text if item.column is None else f"column {item.column!r}: {item.text}"
    if item.examples:
        yield f"For example: {'; '.join(item.examples)}."
    step = f"{item.next_step.rstrip('.:')}{_options(item.fixes)}" if item.next_step else _options(item.fixes).removeprefix(": ")
    if step:
        yield f"Next: {step.rstrip('.')}."


def _options(fixes: tuple[Fix, ...]) -> str:
    """Ways out as keys of the source; what no key does is left out."""
    ways = [fix for fix in fixes if fix.options and not fix.lines and not fix.reader and _KEYS.issuperset(dict(fix.options))]
    said = [" ".join(filter(None, (", ".join(f"{name}: {value}" for name, value in fix.options), fix.when))) for fix in ways]
    return f": {' or '.join(said)}" if said else ""


def _without(text: str, base: Path) -> str:
    folder = f"{base}{os.sep}"
    return text if base == Path() else text.replace(folder, "")
