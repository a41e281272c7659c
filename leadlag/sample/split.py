"""Metrics of a slower step within one table: a quarterly figure among monthly rows, weeks and months in one long table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.sample.cadence import InferredCadence, infer_cadence
from leadlag.sample.model import Note
from leadlag.sample.names import first_names
from leadlag.sample.periods import Cadence, Calendar, Freq, days_per_period, ordinals_of
from leadlag.sample.times import Stamps

__all__ = ["Group", "first_rows", "groups_of", "slow_note"]

#: Fewer values than this say nothing about a step.
_FEWEST = 8
#: A metric of a slower step has values in fewer of the rows than this, and in at least so many of its own periods, one in each.
_MOST_ROWS, _FILLED = 0.6, 0.8
#: ... and in two rows one close after the other only so often: this tells gaps at random in a thousand metrics at a glance.
_NEIGHBOURS = 0.2
#: So many times longer than the step of the table: business days among days are gaps, not a step.
_SLOWER = 2


@dataclass(frozen=True, kw_only=True)
class Group:
    """Metrics of one cadence.

    Parameters
    ----------
    columns : ndarray of int, shape (k,)
    slow : bool
        Whether their step is slower than that of the table.
    freq : Freq or None
        Their cadence, where it is slower.
    """

    columns: np.ndarray
    slow: bool = False
    freq: Freq | None = None


def first_rows(stamps: Stamps) -> tuple[np.ndarray, np.ndarray]:
    """The first row of each moment, and which of these moments every row has."""
    moment, moments = pd.factorize(stamps.utc)
    first = np.empty(len(moments), dtype=np.int64)
    first[moment[::-1]] = np.arange(len(moment))[::-1]
    return first, moment


def groups_of(stamps: Stamps, there: np.ndarray) -> tuple[Group, ...]:
    """The metrics of a table by cadence: those that share the step of its rows, and those of a slower one.

    Parameters
    ----------
    stamps : Stamps
        Time of each of n rows.
    there : ndarray of bool, shape (n, n_metrics)
        Whether a metric has a value.

    Returns
    -------
    tuple of Group
        One only if all metrics share a step.

    Notes
    -----
    A metric has a slower step if it has at least 8 values, in fewer than 60 % of the rows, if their most frequent step is one of
    the calendar (day to year), at least twice that of the rows, and if its own periods have one value each, at most one in
    five of them none. A monthly metric with missing months is not like that: two of its values lie in one quarter somewhere.
    Every other week or month is no step of the calendar; there, gaps stay gaps.
    """
    n_rows, n_metrics = there.shape
    everything = Group(columns=np.arange(n_metrics))
    counts = there.sum(axis=0)
    candidates = np.flatnonzero((counts >= _FEWEST) & (counts < _MOST_ROWS * n_rows))
    if len(candidates):
        rows = np.argsort(stamps.utc, kind="stable")
        gaps = np.diff(stamps.utc[rows].astype(np.int64))
        here, close = there[rows][:, candidates], gaps < _SLOWER * np.median(gaps)
        candidates = candidates[(here[1:] & here[:-1])[close].sum(axis=0) < _NEIGHBOURS * counts[candidates]]
    if stamps.kind != "dated" or stamps.years or stamps.table is not None or not len(candidates):
        return (everything,)
    table = infer_cadence(stamps.local, stamps.utc, stamps.first_month).cadence
    patterns: dict[bytes, list[int]] = {}
    for column in candidates:
        patterns.setdefault(there[:, column].tobytes(), []).append(int(column))
    slow: dict[InferredCadence, list[list[int]]] = {}
    for columns in patterns.values():
        found = _slower(stamps.at(there[:, columns[0]]), table)
        if found is not None:
            slow.setdefault(found, []).append(columns)
    groups = [group for found, alike in slow.items() for group in _groups(found, alike, stamps, there)]
    rest = np.setdiff1d(everything.columns, [column for group in groups for column in group.columns])
    return (Group(columns=rest), *groups) if len(rest) else tuple(groups)


def _slower(stamps: Stamps, table: Cadence | None) -> InferredCadence | None:
    """The cadence of one metric's stamps if it is slower than that of the table, else None."""
    found = infer_cadence(stamps.local, stamps.utc, stamps.first_month)
    if found.cadence is None or found.cadence.freq == "period":
        return None
    if table is not None and days_per_period(found.cadence) < _SLOWER * days_per_period(table):
        return None
    own = _periods(found, found.cadence, stamps)
    if len(np.unique(own)) < max(len(own), _FILLED * (own.max() - own.min() + 1)):
        return None
    return found


def _periods(found: InferredCadence, cadence: Cadence, stamps: Stamps) -> np.ndarray:
    return ordinals_of(stamps.utc if found.in_utc else stamps.local, cadence)


def _groups(found: InferredCadence, alike: Sequence[list[int]], stamps: Stamps, there: np.ndarray) -> Iterator[Group]:
    """Metrics of one slower cadence, each list seen at the same times; apart if some date starts and some ends of periods."""
    if found.cadence is None:
        return
    columns = [column for same in alike for column in same]
    own = _periods(found, found.cadence, stamps.at(np.flatnonzero(there[:, columns].any(axis=1))))
    for together in [columns] if len(np.unique(own)) == len(own) else alike:
        yield Group(columns=np.sort(together), slow=True, freq=found.cadence.freq)


def slow_note(names: Sequence[str], first_row: str, calendar: Calendar) -> Note:
    """How metrics of a slower step were read."""
    taken = f"That of {first_row} was taken for {calendar.labels[0]}"
    text = f"values once a {calendar.unit} only, so on a calendar of that: {first_names(names, 3)}. {taken}."
    return Note(code="LL125", column=names[0] if len(names) == 1 else None, text=text)
