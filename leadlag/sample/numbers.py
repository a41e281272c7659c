"""The one gate to float64: every number of every table passes here, before any arithmetic."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from leadlag.sample.marks import Marks
from leadlag.sample.texts import TextsRead, plain_texts, read_texts
from leadlag.sample.written import PLAIN

__all__ = ["MISSING_TEXT", "Reading", "text_cells", "to_float64"]

#: Texts that mean "no value"; two points and a colon are those of the World Bank and of Eurostat.
MISSING_TEXT = frozenset(
    {"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "None", "none", "<NA>", "NaT", ".", "..", ":"}
)

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
    texts : TextsRead or None
        How the cells of text were read, with places among `texts_at`.
    texts_at : tuple of (int, str)
        Row position and text of the cells of text.
    number : str
        A cell that is a number by its type, and not zero.
    converted : str
        What was converted to float64, empty for plain numbers.
    inexact : int
        How many whole numbers lie beyond 2**53 and may have lost digits.
    """

    values: np.ndarray
    kind: str = "number"
    bad: tuple[tuple[int, str], ...] = ()
    texts: TextsRead | None = None
    texts_at: tuple[tuple[int, str], ...] = ()
    number: str = ""
    converted: str = ""
    inexact: int = 0


def to_float64(column: pd.Series, marks: Marks | None = None) -> Reading:
    """Read a column as float64, exactly or with a note; never by guessing.

    Parameters
    ----------
    column : pandas.Series, shape (n_rows,)
        Any dtype; it is not changed.
    marks : Marks, optional
        What is known of point and comma in texts. None reads texts in the C locale alone.

    Returns
    -------
    Reading

    Notes
    -----
    In the C locale, text is digits, one point, an exponent: ``"1,234"`` is no number.

    Examples
    --------
    >>> to_float64(pd.Series(["1.5", "NA"], dtype=object)).values
    array([1.5, nan])
    >>> to_float64(pd.Series(["1", "1,234"], dtype=object)).bad
    ((1, '1,234'),)
    >>> to_float64(pd.Series(["12,5 %", "(1.234,75 %)"], dtype=object), Marks(decimal=",")).values
    array([   12.5 , -1234.75])
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
    return _read_cells(column.astype(object).to_numpy(dtype=object), marks)


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


def text_cells(column: pd.Series) -> list[Any]:
    """The cells of a column that may hold texts; none of one that holds numbers or dates by its type.

    Examples
    --------
    >>> text_cells(pd.Series(["1.5", None], dtype=object)), text_cells(pd.Series([1.5]))
    (['1.5', None], [])
    """
    dtype = column.dtype
    return column.astype(object).tolist() if getattr(dtype, "kind", "O") == "O" and not isinstance(dtype, pd.PeriodDtype) else []


@dataclass
class _Tally:
    """What the cells of one object column hold."""

    texts: list[tuple[int, str]] = field(default_factory=list)
    numbers: int = 0
    first: str = ""
    bools: int = 0
    decimals: int = 0
    rounding: float = 0.0
    dates: int = 0
    inexact: int = 0


def _read_cells(cells: np.ndarray, marks: Marks | None) -> Reading:
    """Object, text and Decimal columns, cell by cell."""
    raw = cells.tolist()
    if (read := plain_texts(raw, marks)) is not None:  # most columns of a file
        return Reading(values=read.values, texts=read, texts_at=tuple(enumerate(raw)), converted=_numbers_as_text(len(raw)))
    values = np.full(len(cells), np.nan)
    tally = _Tally(texts=[(row, cell.strip()) for row, cell in enumerate(raw) if isinstance(cell, str)])
    bad: list[tuple[int, str]] = []
    if len(tally.texts) < len(raw):
        for row, cell in enumerate(raw):
            if isinstance(cell, str) or cell is None or cell is pd.NA or cell is pd.NaT:
                continue
            if isinstance(cell, (complex, np.complexfloating)):
                return Reading(values=np.full(len(cells), np.nan), kind="complex", bad=((row, str(cell)),))
            if isinstance(cell, (dt.timedelta, np.timedelta64)):
                return Reading(values=np.full(len(cells), np.nan), kind="duration", bad=((row, str(cell)),))
            number = _from_object(cell, tally)
            if number is None:
                bad.append((row, str(cell)))
            elif not math.isnan(number):  # a gap is a NaN among texts too
                tally.numbers += 1
                tally.first = tally.first or (str(cell) if number else "")
                values[row] = number
    tally.texts = [(row, text) for row, text in tally.texts if text not in MISSING_TEXT]
    beside = [f"{abs(value):.15g}" for value in values[np.isfinite(values)]] if tally.texts and tally.numbers else []
    read = read_texts([text for _, text in tally.texts], marks, beside)
    rows = np.array([row for row, _ in tally.texts], dtype=np.intp)
    values[rows] = read.values
    bad = sorted([*bad, *(tally.texts[place] for place in np.flatnonzero(read.wrong))])
    if tally.numbers + len(rows) - int(read.wrong.sum()) == 0 and bad:
        return Reading(values=values, kind="date" if tally.dates == len(bad) else "text", bad=tuple(bad))
    return Reading(
        values=values, bad=tuple(bad), texts=read, texts_at=tuple(tally.texts), number=tally.first,
        inexact=tally.inexact + _inexact(tally.texts), converted=_conversion(tally),
    )  # fmt: skip


def _inexact(texts: Sequence[tuple[int, str]]) -> int:
    """How many whole numbers written as text lie beyond 2**53."""
    long = (text for _, text in texts if len(text) > 15)
    return sum(abs(Decimal(text)) > _EXACT for text in long if text.lstrip("+-").isdecimal() and PLAIN.fullmatch(text))


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
        parts.append(_numbers_as_text(len(tally.texts)))
    if tally.bools:
        parts.append("true and false as 1 and 0")
    return "; ".join(parts)


def _numbers_as_text(count: int) -> str:
    return f"{count} numbers written as text"


def _first_cells(column: pd.Series) -> tuple[tuple[int, str], ...]:
    """The first values that are not missing, to show."""
    rows = np.flatnonzero(column.notna().to_numpy())[:5]
    return tuple((int(row), str(column.iloc[row])) for row in rows)
