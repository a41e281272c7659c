"""A command of leadlag, called in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Answer", "Run"]


class Answer(NamedTuple):
    """Its exit code, and what it said on standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def content(self) -> dict[str, object]:
        """The JSON on standard output."""
        found: dict[str, object] = json.loads(self.out)
        return found


Run = Callable[..., Answer]
