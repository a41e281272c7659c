"""Vintages: metrics on one calendar, with what was known of them at each moment."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from leadlag._validation import as_int
from leadlag.errors import DataContractError
from leadlag.sample.grid import moment_of
from leadlag.sample.model import LeftOut, Note, Sample
from leadlag.sample.names import requested_names
from leadlag.sample.periods import Calendar, cadence_of, ordinals_of, starts_of
from leadlag.sample.violations import counted

__all__ = ["Vintages", "period_ends"]

#: A value counts as published so many periods late as this share of all values were.
_MOSTLY = 0.9


@dataclass(frozen=True, kw_only=True, eq=False)
class Vintages:
    """Metrics on one calendar, with what was known of them at each moment.

    Made by `from_snapshots`. k is the number of published values, revisions counted each.

    Parameters
    ----------
    calendar : Calendar
        The periods, every one present.
    names : tuple of str
    places : ndarray of int, shape (k,)
        Period of each published value.
    columns : ndarray of int, shape (k,)
        Its metric.
    values : ndarray, shape (k,)
    moments : ndarray, shape (k,), datetime64[us] or int64
        From when on it was known, not falling; for a counter the count at whose end it was.
    notes : tuple of Note
    left_out : tuple of LeftOut
    name_map : Mapping from str to label
        The caller's own label of each metric; not to be written to.

    Examples
    --------
    >>> import pandas as pd
    >>> from leadlag.sample import from_snapshots
    >>> frame = pd.DataFrame(
    ...     {
    ...         "month": ["2024-01", "2024-01", "2024-02"],
    ...         "known": ["2024-02-10", "2024-03-10", "2024-03-10"],
    ...         "orders": [100, 104, 90],
    ...     }
    ... )
    >>> vintages = from_snapshots(frame, time="month", as_of="known")
    >>> vintages.known_at("2024-02-29").column("orders"), vintages.known_at("2024-03-31").column("orders")
    (array([100.,  nan]), array([104.,  90.]))
    """

    calendar: Calendar
    names: tuple[str, ...]
    places: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    moments: np.ndarray
    notes: tuple[Note, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    name_map: Mapping[str, Hashable] = field(default_factory=dict)

    def __repr__(self) -> str:
        periods, metrics = counted(self.n_periods, "period", "periods"), counted(len(self.names), "metric", "metrics")
        values = counted(len(self.values), "published value", "published values")
        return f"Vintages({periods} of one {self.calendar.unit}, {metrics}, {values})"

    @property
    def n_periods(self) -> int:
        """Number of periods on the calendar."""
        return len(self.calendar)

    @property
    def latest(self) -> Sample:
        """The values that are known by now: the last one published for each period."""
        return self._sample(self._table(len(self.values), self.n_periods))

    @property
    def delays(self) -> tuple[int, ...]:
        """Periods after its own within which nearly all values of each metric were out, at first; 0 if at the period's end."""
        late = np.searchsorted(self._ends(), self.moments, side="left") - self.places
        found = []
        for column in range(len(self.names)):
            mine = np.flatnonzero(self.columns == column)
            first = mine[np.unique(self.places[mine], return_index=True)[1]]  # in the order of time: the first publication
            recorded = first[self.moments[first] > self.moments[mine[0]]] if len(mine) else first  # not what came in one go
            waited = np.sort(late[recorded if len(recorded) else first])
            found.append(int(waited[min(int(_MOSTLY * len(waited)), len(waited) - 1)]) if len(waited) else 0)
        return tuple(found)

    def known_at(self, moment: Any) -> Sample:
        """The Sample as it stood at a moment: periods that had ended then, and of these the values that were out.

        Parameters
        ----------
        moment : date, datetime, str or int
            A date counts to its end; of a counter, the count at whose end.

        Raises
        ------
        DataContractError
            If no period of the calendar had ended.
        """
        if self.calendar.dated:
            clock: Any = moment_of(moment, self.calendar.tz, argument="moment")
        else:
            clock = as_int(moment, "moment", low=-(2**62))
        n_ended = int(np.searchsorted(self._ends(), clock, side="right"))
        if n_ended == 0:
            first = self.calendar.labels[0]
            raise DataContractError(f"moment={moment!r} lies before the end of the first period, {first}.", code="LL312")
        return self._sample(self._table(int(np.searchsorted(self.moments, clock, side="right")), n_ended))

    def table_at(self, place: int) -> np.ndarray:
        """Values as they were known at the end of one period, shape (place + 1, n_metrics); NaN where not out yet."""
        end = self._ends()[as_int(place, "place", high=self.n_periods - 1)]
        return self._table(int(np.searchsorted(self.moments, end, side="right")), place + 1)

    def select(self, names: Sequence[str], argument: str = "names") -> Vintages:
        """The same with these metrics only, in this order."""
        wanted = tuple(requested_names({argument: names}, self.names, self.name_map) or ())
        new = np.full(len(self.names), -1)
        new[[self.names.index(name) for name in wanted]] = np.arange(len(wanted))
        kept = new[self.columns] >= 0
        return replace(
            self,
            names=wanted,
            places=self.places[kept],
            columns=new[self.columns[kept]],
            values=self.values[kept],
            moments=self.moments[kept],
        )

    def _ends(self) -> np.ndarray:
        """From when on each period is over, on the clock of `moments`."""
        return period_ends(self.calendar)

    def _table(self, n_published: int, n_periods: int) -> np.ndarray:
        """The last of the first published values of each period and metric."""
        table = np.full((n_periods, len(self.names)), np.nan)
        some = np.flatnonzero(self.places[:n_published] < n_periods)
        table[self.places[some], self.columns[some]] = self.values[some]  # in the order of time: the last one stays
        return table

    def _sample(self, table: np.ndarray) -> Sample:
        """A Sample of the first periods."""
        return Sample(
            calendar=replace(self.calendar, index=self.calendar.index[: len(table)]),
            names=self.names,
            values=table,
            notes=self.notes,
            left_out=self.left_out,
            name_map=self.name_map,
        )


def period_ends(calendar: Calendar) -> np.ndarray:
    """From when on each period is over: the start of the next as ``datetime64[us]``, of a counter its own count."""
    if not calendar.dated:
        return calendar.index.to_numpy().astype(np.int64)
    cadence = cadence_of(calendar)
    first = int(ordinals_of(calendar.starts[:1].to_numpy(dtype="datetime64[us]"), cadence)[0])
    return starts_of(np.arange(first + 1, first + 1 + len(calendar)), cadence)
