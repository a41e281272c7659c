"""Texts of a catalogue in one Unicode form."""

from __future__ import annotations

import unicodedata
from typing import Any

from leadlag.errors import UsageError

__all__ = ["as_phrase", "as_text"]


def as_text(value: Any, name: str) -> str:
    """A text that is not empty, in Unicode form NFC, or a `UsageError`."""
    if not isinstance(value, str) or not value:
        raise UsageError(f"{name}={value!r} is not allowed: give a text that is not empty.")
    return unicodedata.normalize("NFC", value)


def as_phrase(value: Any, name: str) -> str:
    """A text that readers can see, without blanks around it, or a `UsageError`."""
    return as_text(value.strip() if isinstance(value, str) else value, name)
