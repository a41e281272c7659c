"""Periods that occur more than once: refused, with the column that tells their rows apart where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.sample.detect import TimeSource
from leadlag.sample.grid import Grid
from leadlag.sample.names import clean_names, first_names
from leadlag.sample.sideways import SAYS_METRIC
from leadlag.sample.tables import kinds_of
from leadlag.sample.violations import Fix, ViolationList, counted

__all__ = ["Apart", "refuse_repeats", "telling_apart"]


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A column of texts of which each value occurs once a period.

    Parameters
    ----------
    column : str
    n_values : int
    values : tuple of str
        The first few.
    ways : tuple of Fix
        What reads such a table, the likeliest first.
    """

    column: str
    n_values: int
    values: tuple[str, ...]
    ways: tuple[Fix, ...]


def telling_apart(frame: pd.DataFrame, source: TimeSource, grid: Grid, metrics: Sequence[str]) -> Apart | None:
    """The first column of texts that makes the rows of a period differ, and what it is for: segments, or metrics of a long table.

    Parameters
    ----------
    frame : pandas.DataFrame
    source : TimeSource
        Where the times are.
    grid : Grid
    metrics : sequence of str
        Columns of numbers.
    """
    names = clean_names(list(frame.columns), ViolationList()).names
    kinds = kinds_of(frame)
    for place, name in enumerate(names):
        if kinds[place] != "O" or place == source.place or name in metrics:
            continue
        cells = frame.iloc[:, place].astype(object)
        if pd.api.types.infer_dtype(cells, skipna=False) != "string":
            continue
        codes, values = pd.factorize(cells)
        codes = codes[grid.rows].astype(np.int64)
        if 2 * len(values) > len(frame):
            continue
        keys = codes * np.int64(len(grid.calendar)) + grid.places
        if len(np.unique(keys)) < len(keys):
            continue
        ways = [Fix.of(segment=name, when="if it names segments" if len(metrics) == 1 else "")]
        if len(metrics) == 1 and source.name is not None:
            long = (("time", source.name), ("metric", name), ("value", metrics[0]))
            ways.insert(0 if SAYS_METRIC.search(name) else 1, Fix(options=long, reader="from_long", when="if it names metrics"))
        return Apart(column=name, n_values=len(values), values=tuple(map(str, values[:3])), ways=tuple(ways))
    return None


def refuse_repeats(
    grid: Grid,
    repeated: Sequence[tuple[int, int]],
    undeclared: Sequence[str],
    time: str | None,
    violations: ViolationList,
    *,
    found: Apart | None,
    segmented: bool,
) -> None:
    """LL301 with the periods and what reads the table.

    Parameters
    ----------
    grid : Grid
    repeated : sequence of (int, int)
        Place of each period, and how many rows it has.
    undeclared : sequence of str
        Metrics of which nothing says how rows add up.
    time : str or None
    violations : ViolationList
    found : Apart or None
    segmented : bool
        Whether rows are told apart by segments already.
    """
    labels = grid.calendar.labels
    shown = [f"{labels[place]} occurs {count} times" for place, count in repeated[:5]]
    count = counted(len(repeated), "period occurs", "periods occur")
    text = f"{count} more than once{' in one segment' if segmented else ''}."
    step = f"drop the copies, or say how rows add up with catalogue=[Metric(name, aggregate=...)] for {first_names(undeclared)}."
    if found is not None:
        values = f"{', '.join(map(repr, found.values))}{', ...' if found.n_values > len(found.values) else ''}"
        text += f" Column {found.column!r} tells their rows apart ({found.n_values} values: {values})."
        step = "read them by it"
    violations.add(
        "LL301", text, argument="time", column=time, examples=shown, next_step=step, fix=found.ways if found is not None else ()
    )
