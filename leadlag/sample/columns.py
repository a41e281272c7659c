"""Columns of a table through the gate: one block of float64, and everything that is wrong with it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import pandas as pd

from leadlag.errors import DataWarning
from leadlag.sample.look import look_at
from leadlag.sample.marks import Marks, marks_of
from leadlag.sample.model import LeftOut, Note
from leadlag.sample.names import first_names
from leadlag.sample.numbers import Reading, text_cells, to_float64
from leadlag.sample.settings import Settings
from leadlag.sample.spelling import collect_doubts, spelling_notes
from leadlag.sample.tables import AS_WRITTEN, SEPARATOR, kinds_of, without_attrs
from leadlag.sample.violations import Fix, ViolationList, counted

__all__ = ["ReadColumns", "marks_in", "read_columns", "read_values"]

_KINDS = {"text": "text, none of its cells is a plain number", "date": "dates, no numbers"}
#: From here on not every whole number is a float64.
_EXACT = 2**53


@dataclass(frozen=True, kw_only=True)
class ReadColumns:
    """Numbers of the columns that are metrics.

    Parameters
    ----------
    names : tuple of str
    values : ndarray, shape (n_rows, n_metrics), float64
    notes : tuple of Note
    left_out : tuple of LeftOut
    """

    names: tuple[str, ...]
    values: np.ndarray
    notes: tuple[Note, ...]
    left_out: tuple[LeftOut, ...]


def read_columns(
    frame: pd.DataFrame,
    names: Sequence[str],
    places: Sequence[int],
    *,
    asked: Mapping[str, str],
    infinite: str,
    rows: Sequence[str],
    marks: Marks,
    violations: ViolationList,
    dates: Sequence[str] = (),
) -> ReadColumns:
    """Read columns as float64 and collect what is wrong with them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Not changed.
    names : sequence of str
        Cleaned name of every column of `frame`.
    places : sequence of int
        Columns to read.
    asked : Mapping from str to str
        Columns named by the caller and the argument that named them; text in any other column leaves it out.
    infinite : {"error", "missing"}
    rows : sequence of str
        Label of every row, for examples.
    marks : Marks
        What is known of point and comma.
    violations : ViolationList
    dates : sequence of str
        Columns that are left out as dates beside the time.
    """
    values = np.empty((len(frame), len(places)), order="F")
    notes: list[Note] = []
    left_out = [LeftOut(name=name, reason=_KINDS["date"]) for name in dates]
    kept: list[int] = []
    plain = _plain_numbers(frame, places, values)
    bare = without_attrs(frame)
    rest = [place for column, place in enumerate(places) if column not in plain]
    series = dict(zip(rest, (column for _, column in bare.iloc[:, rest].items()), strict=True)) if rest else {}
    readings: dict[str, Reading] = {}
    for column, place in enumerate(places):
        name = names[place]
        if column in plain:
            kept.append(column)
            continue
        reading = to_float64(series[place], marks)
        if reading.kind in _KINDS and name not in asked:
            left_out.append(LeftOut(name=name, reason=_KINDS[reading.kind]))
            notes.extend(_perhaps_numbers(name, reading))
            continue
        kept.append(column)
        values[:, column] = reading.values
        if reading.texts is not None:
            readings[name] = reading
        _collect(reading, name, asked.get(name, "data"), rows, violations)
        notes.extend(_notes(reading, name, as_written=AS_WRITTEN in frame.attrs))
    collect_doubts(readings, asked, rows, violations)
    notes.extend(spelling_notes(readings, marks))
    read_names = [names[place] for place in places]
    _infinities(values, kept, read_names, asked, infinite, rows, violations, notes)
    if left_out:
        shown = first_names([column.name for column in left_out], 12)
        notes.append(Note(code="LL107", column=None, text=f"columns that hold no numbers were left out: {shown}."))
    kept_names = tuple(read_names[column] for column in kept)
    return ReadColumns(
        names=kept_names,
        values=values if len(kept) == len(places) else values[:, kept],
        notes=tuple(notes),
        left_out=tuple(left_out),
    )


def _plain_numbers(frame: pd.DataFrame, places: Sequence[int], values: np.ndarray) -> frozenset[int]:
    """Copy all columns that are numbers by their type in one step; returns which they were, but for those that lose digits."""
    kinds = kinds_of(frame)
    plain = [column for column, place in enumerate(places) if kinds[place] in "fiu"]
    if len(plain) == values.shape[1] == frame.shape[1]:
        values[:] = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    elif plain:
        values[:, plain] = frame.iloc[:, [places[column] for column in plain]].to_numpy(dtype=np.float64, na_value=np.nan)
    whole = [column for column in plain if kinds[places[column]] != "f"]
    return frozenset(plain).difference(compress(whole, (np.abs(values[:, whole]) >= _EXACT).any(axis=0)))


def read_values(
    column: pd.Series,
    metric: np.ndarray,
    metrics: Sequence[str],
    *,
    name: str,
    infinite: str,
    rows: Sequence[str],
    settings: Settings,
    violations: ViolationList,
) -> ReadColumns:
    """Read the numbers of a long table, how they are written being judged metric by metric.

    Parameters
    ----------
    column : pandas.Series, shape (n_rows,)
    metric : ndarray of int, shape (n_rows,)
        Which of `metrics` each row holds; negative where it has none.
    metrics : sequence of str
    name : str
        Name of the column.
    infinite : {"error", "missing"}
    rows : sequence of str
        Label of every row, for examples.
    settings : Settings
    violations : ViolationList

    Returns
    -------
    ReadColumns
        With one column.
    """
    marks = marks_in(column.to_frame(), [0], settings)
    whole, readings = _by_metric(column, metric, metrics, marks)
    _collect(whole, name, "value", rows, violations)
    collect_doubts(readings, {}, rows, violations)
    notes = [*_notes(whole, name, as_written=AS_WRITTEN in column.attrs), *spelling_notes(readings, marks)]
    values = whole.values[:, None]
    _infinities(values, [0], [name], {name: "value"}, infinite, rows, violations, notes)
    return ReadColumns(names=(name,), values=values, notes=tuple(notes), left_out=())


def _by_metric(column: pd.Series, metric: np.ndarray, metrics: Sequence[str], marks: Marks) -> tuple[Reading, dict[str, Reading]]:
    """A column of numbers as a whole, and, where it is text, the readings of its metrics with rows of the column."""
    if not text_cells(column.iloc[:1]):
        return to_float64(column), {}
    order = np.argsort(metric, kind="stable")
    starts = np.searchsorted(metric[order], np.arange(len(metrics) + 1))
    pieces = [(name, order[start:end]) for name, start, end in zip(metrics, starts[:-1], starts[1:], strict=True)]
    values = np.full(len(column), np.nan)
    readings: dict[str, Reading] = {}
    for name, rows in pieces:
        read = to_float64(column.iloc[rows], marks)
        values[rows] = read.values
        readings[name] = replace(
            read,
            bad=tuple((int(rows[row]), text) for row, text in read.bad),
            texts_at=tuple((int(rows[row]), text) for row, text in read.texts_at),
        )
    bad = tuple(sorted(cell for read in readings.values() for cell in read.bad))
    kinds = {read.kind for read in readings.values()}
    kind = kinds.pop() if len(kinds) == 1 else "number"
    inexact = sum(read.inexact for read in readings.values())
    converted = "; ".join(dict.fromkeys(read.converted for read in readings.values() if read.converted))
    return Reading(values=values, kind=kind, bad=bad, inexact=inexact, converted=converted), readings


def marks_in(frame: pd.DataFrame, places: Iterable[int], settings: Settings) -> Marks:
    """What the caller, or a cell of these columns, says about point and comma."""
    kinds = kinds_of(frame)
    texts = [place for place in places if kinds[place] == "O"]
    bare = without_attrs(frame)
    return marks_of(
        (text_cells(column) for _, column in bare.iloc[:, texts].items()),
        decimal=settings.decimal, thousands=settings.thousands, semicolons=frame.attrs.get(SEPARATOR) == ";",
    )  # fmt: skip


def _perhaps_numbers(name: str, reading: Reading) -> Iterator[Note]:
    """That a column of texts was left out whose cells begin as numbers do, such as 52.1K or 30:15; dates are none."""
    cells = [text for _, text in reading.bad]
    begun = [text for text in cells if text.lstrip("+-(")[:1].isdigit()]
    if reading.kind == "text" and 2 * len(begun) > len(cells) and not look_at(pd.Series(cells, dtype=object)).kind:
        text = (
            f"column {name!r} was left out, since no cell is a plain number ({begun[0]!r}): if it is a metric, write plain ones."
        )
        yield Note(code="LL144", column=name, text=text)


def _notes(reading: Reading, name: str, *, as_written: bool) -> list[Note]:
    """What was done to one column; that a file is text is no news."""
    notes = []
    if reading.converted and not as_written and not (reading.texts is not None and reading.texts.told):
        notes.append(Note(code="LL103", column=name, text=f"column {name!r} was converted to float64: {reading.converted}."))
    if reading.inexact:
        count = counted(reading.inexact, "whole number", "whole numbers")
        text = f"column {name!r} holds {count} beyond 2**53, where float64 loses digits."
        notes.append(Note(code="LL104", column=name, text=text))
        warnings.warn(DataWarning(text, code="LL104"), stacklevel=2)
    return notes


def _collect(reading: Reading, name: str, argument: str, rows: Sequence[str], violations: ViolationList) -> None:
    """What is wrong with one column."""
    shown = [f"{text!r} at {rows[row]}" for row, text in reading.bad[:5]]
    if reading.kind == "duration":
        step = "convert it to a number with a unit first, for example column.dt.total_seconds() / 3600."
        violations.add(
            "LL304", "durations where numbers are expected.", argument=argument, column=name, examples=shown, next_step=step
        )
    elif reading.kind == "complex":
        step = "give the real part, or leave the column out."
        violations.add("LL303", "complex numbers.", argument=argument, column=name, examples=shown, next_step=step)
    elif reading.kind in _KINDS:
        step = "name a column of numbers, or leave this one out."
        violations.add(
            "LL303", f"the column holds {_KINDS[reading.kind]}.", argument=argument, column=name, examples=shown, next_step=step
        )
    elif reading.bad:
        step = "correct these cells, or leave them empty if they are missing."
        text = f"{counted(len(reading.bad), 'value is not a number', 'values are not numbers')}."
        violations.add("LL303", text, argument=argument, column=name, examples=shown, next_step=step)


def _infinities(
    values: np.ndarray,
    kept: Sequence[int],
    names: Sequence[str],
    asked: Mapping[str, str],
    infinite: str,
    rows: Sequence[str],
    violations: ViolationList,
    notes: list[Note],
) -> None:
    """Infinite values: an error, or missing if the caller says so."""
    for column in sorted(set(kept).intersection(np.flatnonzero(np.isinf(values).any(axis=0)).tolist())):
        values_here = values[:, column]
        places = np.flatnonzero(np.isinf(values_here))
        name = names[column]
        if infinite == "missing":
            values_here[places] = np.nan
            notes.append(
                Note(
                    code="LL115",
                    column=name,
                    text=f"{counted(len(places), 'infinite value', 'infinite values')} of {name!r} read as missing.",
                )
            )
            continue
        shown = [f"{values_here[row]:g} at {rows[row]}" for row in places[:5]]
        count = f"{counted(len(places), 'infinite value', 'infinite values')}."
        violations.add(
            "LL302", count, argument=asked.get(name, "data"), column=name, examples=shown,
            next_step="correct them, or read them as missing", fix=Fix.of(infinite="missing"),
        )  # fmt: skip
