"""Metrics out of a frame: one row a metric, one column a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw

from leadlag.catalogue.fields import CHECKS
from leadlag.catalogue.refusals import refused, unknown_key
from leadlag.catalogue.scalars import number_in

__all__ = ["frame_metrics", "is_frame"]

_CALL = re.compile(r"(\w+)\((.*)\)")


def is_frame(source: Any) -> bool:
    """Whether it is an eager frame of any package."""
    return isinstance(nw.from_native(source, eager_only=True, pass_through=True), nw.DataFrame)


def frame_metrics(source: Any) -> list[tuple[str, Any, dict[str, Any]]]:
    """Place, name and fields of each row; empty cells say nothing.

    Cells of text, as in a file, hold pairs as ``2, 8``, a ratio as ``ratio(wins, deals)`` and a filling as ``ffill(3)``.

    Raises
    ------
    UsageError
        If a column is no field of a metric, or there are no names.
    """
    frame = nw.from_native(source, eager_only=True)
    wrong = [
        unknown_key(column, f"the column {column!r} is no field of a metric", CHECKS)
        for column in frame.columns
        if column not in CHECKS
    ]
    if "name" not in frame.columns:
        wrong.append("the column 'name' is missing: give one row a metric, its name in that column.")
    if wrong:
        raise refused(wrong, "catalogue")
    return [(f"row {place}", *_row(row)) for place, row in enumerate(frame.iter_rows(named=True))]


def _row(row: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Name and fields of one metric."""
    fields = {key: _READ.get(key, _as_is)(value) for key, value in row.items() if key != "name" and not _is_empty(value)}
    return (None if _is_empty(row["name"]) else row["name"]), fields


def _is_empty(value: Any) -> bool:
    """A cell without a value: blank, or not equal to itself, as NaN and NaT are; pandas' NA does not even say so."""
    if isinstance(value, str):
        return not value.strip()
    if value is None or type(value).__name__ == "NAType":
        return True
    return (isinstance(value, float) and value != value) or type(value).__name__ == "NaTType"


def _as_is(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _number(value: Any) -> Any:
    """A number, also one written as text; any other text is left to the check of the field."""
    found = number_in(value.strip()) if isinstance(value, str) else None
    return value if found is None else found


def _pair(value: Any) -> Any:
    """Two values, also those of ``2, 8``; an empty end is None."""
    if not isinstance(value, str):
        return value if number_in(str(value)) is not None else list(value) if hasattr(value, "__iter__") else value
    parts = [part.strip() for part in value.strip().strip("()[]").split(",")]
    ends = [_number(part) if part else None for part in parts]
    return ends if len(ends) > 1 else ends[0]


def _moments(value: Any) -> Any:
    """A first and a last period; in text both stay text."""
    if isinstance(value, str):
        return [part.strip() for part in value.strip().strip("()[]").split(",")]
    return list(value) if hasattr(value, "__iter__") else value


def _ratio(value: Any) -> Any:
    """``ratio(wins, deals)`` as a mapping; any other word as it is."""
    found = _CALL.fullmatch(value.strip()) if isinstance(value, str) else None
    return {found[1]: [part.strip() for part in found[2].split(",")]} if found else _as_is(value)


def _filling(value: Any) -> Any:
    """``ffill(3)`` as a pair; any other word as it is."""
    found = _CALL.fullmatch(value.strip()) if isinstance(value, str) else None
    return [found[1], _number(found[2])] if found else _as_is(value)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "available_after": _number, "selected_from": _number, "delay": _pair, "healthy_range": _pair, "selected_on": _moments,
    "aggregate": _ratio, "missing": _filling,
}  # fmt: skip
