"""How large a catalogue or a config may be, so that no file takes the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadlag.errors import UsageError

__all__ = ["MOST_ALIASES", "MOST_BYTES", "MOST_DEPTH", "MOST_VALUES", "refuse_deep"]

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 20
MOST_ALIASES = 100
#: Values that aliases stand for, counted each time.
MOST_VALUES = 100_000


def refuse_deep(content: Any, name: str, *, kind: str = "catalogue") -> None:
    """A `UsageError` if lists and mappings are nested beyond the limit, or hold themselves."""
    level, depth = [content], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH + 1:
            raise UsageError(f"{name} is nested deeper than {MOST_DEPTH} levels, which no {kind} is.")
        inner = {id(item): item for each in level for item in _items(each)}  # each once, however often it is named
        level = [item for item in inner.values() if isinstance(item, (Mapping, list, tuple))]


def _items(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else list(value) if isinstance(value, (list, tuple)) else []
