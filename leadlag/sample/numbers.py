"""The one gate to float64: every number of every table passes here, before any arithmetic."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["MISSING_TEXT", "Reading", "to_float64"]

#: Texts that mean "no value".
MISSING_TEXT = frozenset({"", "NA", "N/A", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "None", "none", "<NA>", "NaT"})

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.ASCII | re.IGNORECASE)
#: Numbers as people write them for people: separators, a currency sign or a percent sign around digits.
_DRESSED = re.compile(r"[+-]?\s*[$€£¥]?\s*[+-]?\d[\d.,'’\s  _]*\s*[%$€£¥]?")
_EXACT = 2**53


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One column after the gate.

    Parameters
    ----------
    values : ndarray, shape (n_rows,), float64
        NaN where the cell is missing or no number.
    kind : {"number", "text", "date", "duration", "complex"}
        What the column holds; only ``"number"`` can be used.
    bad : tuple of (int, str)
        Row position and text of the cells that are no numbers.
    decimal_comma : bool
        Whether cells look like numbers with a comma or another separator.
    converted : str
        What was converted to float64, empty for plain numbers.
    inexact : int
        How many whole numbers lie beyond 2**53 and may have lost digits.
    """

    values: np.ndarray
    kind: str = "number"
    bad: tuple[tuple[int, str], ...] = ()
    decimal_comma: bool = False
    converted: str = ""
    inexact: int = 0


def to_float64(column: pd.Series) -> Reading:
    """Read a column as float64, exactly or with a note; never by guessing.

    Parameters
    ----------
    column : pandas.Series, shape (n_rows,)
        Any dtype; it is not changed.

    Returns
    -------
    Reading

    Notes
    -----
    Text is read in the C locale: digits, one point, an exponent. ``"1,234"`` is no number.

    Examples
    --------
    >>> to_float64(pd.Series(["1.5", "NA"], dtype=object)).values
    array([1.5, nan])
    >>> to_float64(pd.Series(["1", "1,234"], dtype=object)).bad
    ((1, '1,234'),)
    """
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "fiub":
        return _read_block(column.to_numpy())
    nothing = np.full(len(column), np.nan)
    if isinstance(dtype, np.dtype) and dtype.kind in "mc":
        return Reading(values=nothing, kind="duration" if dtype.kind == "m" else "complex", bad=_first_cells(column))
    if isinstance(dtype, (pd.DatetimeTZDtype, pd.PeriodDtype)) or getattr(dtype, "kind", "O") == "M":
        return Reading(values=nothing, kind="date")
    if getattr(dtype, "kind", "O") == "m":
        return Reading(values=nothing, kind="duration", bad=_first_cells(column))
    if getattr(dtype, "kind", "O") in "fiub" and not isinstance(dtype, pd.CategoricalDtype) and "decimal" not in str(dtype):
        return _read_nullable(column)
    return _read_cells(column.astype(object).to_numpy(dtype=object))


def _read_block(values: np.ndarray) -> Reading:
    """Plain numpy numbers, in one step."""
    floats = values.astype(np.float64)
    inexact = (
        int(((values > _EXACT) | (values < -_EXACT)).sum()) if values.dtype.kind in "iu" and values.dtype.itemsize == 8 else 0
    )
    return Reading(values=floats, inexact=inexact, converted="true and false as 1 and 0" if values.dtype.kind == "b" else "")


def _read_nullable(column: pd.Series) -> Reading:
    """Nullable and Arrow numbers: NA becomes NaN."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    kind = getattr(column.dtype, "kind", "f")
    inexact = 0
    if kind in "iu" and bool(np.any(np.abs(values) >= _EXACT)):
        inexact = sum(abs(int(value)) > _EXACT for value in column.dropna())
    return Reading(values=values, inexact=inexact, converted="true and false as 1 and 0" if kind == "b" else "")


@dataclass
class _Tally:
    """Counts over the cells of one object column."""

    texts: int = 0
    bools: int = 0
    decimals: int = 0
    rounding: float = 0.0
    dates: int = 0
    inexact: int = 0
    dressed: bool = False


def _read_cells(cells: np.ndarray) -> Reading:
    """Object, text and Decimal columns, cell by cell."""
    values = np.full(len(cells), np.nan)
    tally = _Tally()
    bad: list[tuple[int, str]] = []
    numbers = 0
    for row, cell in enumerate(cells):
        if cell is None or cell is pd.NA or cell is pd.NaT:
            continue
        if isinstance(cell, str):
            text = cell.strip()
            if text in MISSING_TEXT:
                continue
            number = _from_text(text, tally)
        elif isinstance(cell, (complex, np.complexfloating)):
            return Reading(values=np.full(len(cells), np.nan), kind="complex", bad=((row, str(cell)),))
        elif isinstance(cell, (dt.timedelta, np.timedelta64)):
            return Reading(values=np.full(len(cells), np.nan), kind="duration", bad=((row, str(cell)),))
        else:
            number = _from_object(cell, tally)
        if number is None:
            bad.append((row, str(cell)))
        else:
            numbers += 1
            values[row] = number
    if numbers == 0 and bad and not tally.dressed:
        kind = "date" if tally.dates == len(bad) else "text"
        return Reading(values=values, kind=kind, bad=tuple(bad))
    return Reading(
        values=values, bad=tuple(bad), decimal_comma=tally.dressed, inexact=tally.inexact, converted=_conversion(tally)
    )


def _from_text(text: str, tally: _Tally) -> float | None:
    """A number in the C locale, or None."""
    tally.texts += 1
    if _NUMBER.fullmatch(text):
        if len(text) > 15 and text.lstrip("+-").isdecimal():
            tally.inexact += abs(Decimal(text)) > _EXACT
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text)
    tally.dressed = tally.dressed or _DRESSED.fullmatch(text) is not None
    return None


def _from_object(cell: Any, tally: _Tally) -> float | None:
    """A Python or numpy number, or None."""
    if isinstance(cell, (bool, np.bool_)):
        tally.bools += 1
        return float(cell)
    if isinstance(cell, (int, np.integer)):
        tally.inexact += abs(int(cell)) > _EXACT
        return _as_float(cell)
    if isinstance(cell, (float, np.floating)):
        return float(cell)
    if isinstance(cell, Decimal):
        tally.decimals += 1
        number = _as_float(cell) if not cell.is_snan() else math.nan
        if math.isfinite(number):
            tally.rounding = max(tally.rounding, float(abs(Decimal(number) - cell)))
        return number
    if isinstance(cell, Fraction):
        return _as_float(cell)
    tally.dates += isinstance(cell, (dt.date, np.datetime64, pd.Period))
    return None


def _as_float(number: Any) -> float:
    """Nearest float64; beyond its range the number counts as infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _conversion(tally: _Tally) -> str:
    """What was converted, in words."""
    parts = []
    if tally.decimals:
        parts.append(f"{tally.decimals} Decimal values, rounded by at most {tally.rounding:.3g}")
    if tally.texts:
        parts.append(f"{tally.texts} numbers written as text")
    if tally.bools:
        parts.append("true and false as 1 and 0")
    return "; ".join(parts)


def _first_cells(column: pd.Series) -> tuple[tuple[int, str], ...]:
    """The first values that are not missing, to show."""
    rows = np.flatnonzero(column.notna().to_numpy())[:5]
    return tuple((int(row), str(column.iloc[row])) for row in rows)
