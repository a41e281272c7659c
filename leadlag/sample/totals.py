"""Rows that add up the others: left out where the row says so and its cells prove it, asked about where one is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.core.series.scales import unit_of
from leadlag.sample.marks import Marks
from leadlag.sample.model import Note
from leadlag.sample.names import first_names
from leadlag.sample.numbers import to_float64
from leadlag.sample.timewords import says_total
from leadlag.sample.violations import ViolationList

__all__ = ["Totals", "collect_sums", "long_totals_of", "totals_of"]

#: Fewer rows than this can add up by chance.
_FEWEST_ROWS = 6
#: So many rows are named in a note.
_SHOWN = 5
#: Share of a sum that rounding may take away.
_ROUNDING = 0.002


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Rows whose time says that they are totals.

    Parameters
    ----------
    rows : tuple of int
        Those that are the sums of the columns, to be left out.
    alone : tuple of (int, str)
        Those that are not, each with a column that shows it.
    """

    rows: tuple[int, ...] = ()
    alone: tuple[tuple[int, str], ...] = ()

    @property
    def hint(self) -> str:
        """What is to be said of a row that says total and is none."""
        columns = sorted({column for _, column in self.alone if column})
        if not self.alone:
            return ""
        told = f": {first_names(columns)} {'is' if len(columns) == 1 else 'are'} not" if columns else ""
        return f" A row of totals is left out by itself if its cells are the sums of their columns{told}."

    def note(self, cells: pd.Series, column: str | None, row: Callable[[int], str]) -> tuple[Note, ...]:
        """What was left out."""
        shown = ", ".join(f"{row(at)} ({str(cells.iloc[at]).strip()!r})" for at in self.rows[:_SHOWN])
        more = f" and {len(self.rows) - _SHOWN} more" if len(self.rows) > _SHOWN else ""
        text = f"a row of totals, the sums of the columns, was left out: {shown}{more}."
        return (Note(code="LL135", column=column, text=text),) if self.rows else ()


def totals_of(frame: pd.DataFrame, names: Sequence[str], times: pd.Series, place: int | None, marks: Marks) -> Totals:
    """The rows whose time says total, and whether they are.

    Parameters
    ----------
    frame : pandas.DataFrame
    names : sequence of str
    times : pandas.Series, shape (n_rows,)
    place : int or None
        Position of the time column, None for the index.
    marks : Marks
        What is known of point and comma.
    """
    if not (times.dtype == object or pd.api.types.is_string_dtype(times.dtype) or isinstance(times.dtype, pd.CategoricalDtype)):
        return Totals()
    said = [row for row, cell in enumerate(times) if isinstance(cell, str) and says_total(cell)]
    if not said or len(said) * 2 > len(times):
        return Totals()
    others = np.setdiff1d(np.arange(len(frame)), said)
    found, alone = [], []
    readings = [(name, to_float64(frame.iloc[:, at], marks)) for at, name in enumerate(names) if at != place]
    columns = [(name, reading.values) for name, reading in readings if reading.kind == "number"]
    for row in said:
        wrong = _not_the_sum(row, others, columns)
        if wrong is None:
            found.append(row)
        else:
            alone.append((row, wrong))
    return Totals(rows=tuple(found), alone=tuple(alone))


def long_totals_of(times: pd.Series, values: np.ndarray, groups: Sequence[tuple[str, np.ndarray]]) -> Totals:
    """The rows of a long table whose time says total, and whether each is the sum, or the mean, of its metric.

    Parameters
    ----------
    times : pandas.Series, shape (n_rows,)
    values : ndarray, shape (n_rows,)
    groups : sequence of (str, ndarray of int)
        Name and rows of each metric, in each segment.
    """
    said = {row for row, cell in enumerate(times) if isinstance(cell, str) and says_total(cell)}
    if not said or len(said) * 2 > len(times):
        return Totals()
    found, alone, sums = [], [], 0
    for name, rows in groups:
        others = values[[row for row in rows if row not in said]]
        for row in (int(row) for row in rows if row in said):
            is_sum = _is_sum(values[row], others)
            sums += is_sum
            if is_sum or np.isnan(values[row]) or _is_close(values[row], others, np.nanmean):
                found.append(row)
            else:
                alone.append((row, name))
    proven = not alone and 2 * sums >= len(found)
    return Totals(rows=tuple(sorted(found)) if proven else (), alone=tuple(alone or [(row, "") for row in found if not proven]))


def _not_the_sum(row: int, others: np.ndarray, columns: Sequence[tuple[str, np.ndarray]]) -> str | None:
    """A column in which the row is neither sum nor mean of the others; None if there is none, and half of them are sums."""
    filled = [(name, values) for name, values in columns if np.isfinite(values[row])]
    sums = [name for name, values in filled if _is_sum(values[row], values[others])]
    rest = [(name, values) for name, values in filled if name not in sums]
    neither = [name for name, values in rest if not _is_close(values[row], values[others], np.nanmean)]
    if neither or not sums or 2 * len(sums) < len(filled):
        return next(iter(neither or [name for name, _ in rest] or [name for name, _ in columns]), "")
    return None


def _is_sum(value: float, others: np.ndarray) -> bool:
    return _is_close(value, others, np.nansum)


def _is_close(value: float, others: np.ndarray, of: Callable[[np.ndarray], float]) -> bool:
    """Whether a number is this of the others, but for rounding in the file."""
    known = others[np.isfinite(others)]
    if not len(known):
        return False
    target = float(of(known))
    return abs(value - target) <= _slack(value, known)


def _slack(value: float, others: np.ndarray) -> float:
    """How far rounding may carry a sum away: half a unit of the last digit for itself, and for the others at random."""
    size = float(np.abs(others).sum())
    unit = next((10.0**-digits for digits in range(7) if abs(value * 10**digits - round(value * 10**digits)) < 1e-6), 0.0)
    return min(0.5 * unit * (1 + np.sqrt(len(others))), _ROUNDING * size) + 1e-9 * size


def collect_sums(
    values: np.ndarray, names: Sequence[str], row: Callable[[int], str], time: str | None, violations: ViolationList
) -> None:
    """LL305 for a row that is the sum of all others in every column, though nothing says that it is a total.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_metrics)
    names : sequence of str
    row : callable
        How messages name a row.
    time : str or None
        The time column.
    violations : ViolationList
    """
    n_rows = len(values)
    given = np.where(np.isinf(values), np.nan, values) if np.isinf(values).any() else values
    values = given / unit_of(given)  # a sum of numbers near 1e308 is none
    if n_rows < _FEWEST_ROWS or values.shape[1] < 2:
        return
    named = [shown for violation in violations if violation.code == "LL305" for shown in violation.examples]
    for at in _candidates(values):
        if any(shown.startswith(f"{row(int(at))}:") for shown in named):  # its time is no time: it is refused already
            continue
        others = np.delete(np.arange(n_rows), at)
        filled = [column for column in range(values.shape[1]) if np.isfinite(values[at, column])]
        counted = [column for column in filled if np.count_nonzero(np.nan_to_num(values[others, column])) * 2 > n_rows]
        if len(counted) < 2 or not all(_towers(values[at, column], values[others, column]) for column in counted):
            continue
        if _alike(values[:, counted]):
            continue
        shown = [f"{row(int(at))}: {names[column]} {given[at, column]:g}" for column in counted[:3]]
        text = "the numbers of one row are the sums of all others, in every column: a row of totals without a word that says so."
        step = "drop this row, or write 'Total' where its time stands; if it is a period like the others, check its numbers."
        violations.add("LL305", text, argument="time", column=time, examples=shown, next_step=step)


def _towers(value: float, others: np.ndarray) -> bool:
    """Whether a number is the sum of the others and larger than each: sums of what rises and falls around zero are small."""
    return bool(abs(value) > np.nanmax(np.abs(others))) and _is_sum(value, others)


def _candidates(values: np.ndarray) -> np.ndarray:
    """Rows that are about the sum of the others in the first columns that say it."""
    rows = np.arange(len(values))
    for column in values.T:
        here = column[rows]
        total = np.nansum(column)
        size = np.nansum(np.abs(column))
        if np.count_nonzero(np.nan_to_num(column)) * 2 <= len(column):
            continue
        rows = rows[~np.isfinite(here) | (np.abs(2 * here - total) <= 2 * _ROUNDING * size + 1e-9 * size)]
        if not len(rows):
            break
    return rows[np.isfinite(values[rows]).any(axis=1)] if len(rows) else rows


def _alike(values: np.ndarray) -> bool:
    """Whether all columns are one column in other units, which adds up once, not twice."""
    scaled = values / np.where((values[0] == 0) | np.isnan(values[0]), 1, values[0])
    return bool(np.allclose(scaled, scaled[:, :1], rtol=1e-6, equal_nan=True))
