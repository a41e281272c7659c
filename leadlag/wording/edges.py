"""Columns that end before the others, in words."""

from __future__ import annotations

from collections.abc import Mapping

from leadlag.wording.shown import joined, periods, shown

__all__ = ["ended", "late"]

_MOST_NAMES = 6


def ended(name: str, date: str) -> str:
    """A lead whose last value lies further back than any lag that was searched."""
    return f"{shown(name)} cannot be used now: its last value is of {date}"


def late(behind: Mapping[str, int], *, end: str, unit: str) -> tuple[str, str]:
    """Columns that end so many periods before the others, and the option that declares it.

    Examples
    --------
    >>> text, option = late({"survey": 3}, end="2024-12", unit="month")
    >>> option
    "catalogue=[Metric('survey', available_after=3)]"
    """
    names = sorted(behind, key=lambda name: (-behind[name], name))
    told = [f"{shown(name)} by {periods(behind[name], unit)}" for name in names]
    told = told if len(told) <= _MOST_NAMES else [*told[:_MOST_NAMES], f"{len(told) - _MOST_NAMES} others"]
    option = f"catalogue=[{', '.join(f'Metric({name!r}, available_after={behind[name]})' for name in names)}]"
    return f"end before the others ({end}), as what is published late does: {joined(told)}. If so, declare it: {option}", option
