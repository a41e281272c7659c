"""Passwords in URLs: secrets stand in the environment, and nothing that is said or kept shows one."""

from __future__ import annotations

import re

__all__ = ["PASSWORD", "masked"]

#: A URL that holds a password; the first group is what stands before it.
PASSWORD = re.compile(r"([a-z][a-z0-9+.-]*://[^/@\s:]*):[^@\s]+@", re.IGNORECASE)


def masked(text: str) -> str:
    """A text without the passwords of its URLs.

    Examples
    --------
    >>> masked("postgresql://reader:secret@host/sales")
    'postgresql://reader:***@host/sales'
    """
    return PASSWORD.sub(r"\1:***@", text)
