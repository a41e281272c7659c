"""What a table hides: rows that hit all columns, units that change, values that stand for missing ones.

The Sample of the caller keeps its values; what is asked is asked of a Sample that is repaired and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from leadlag._validation import as_list
from leadlag.core.arrays import Floats, Ints
from leadlag.core.series.outages import FEWEST_COLUMNS, hit_rows
from leadlag.core.series.rescaling import rescalings
from leadlag.core.series.scales import unit_of
from leadlag.core.series.sentinels import sentinels
from leadlag.core.time.lags import lag_matrix
from leadlag.errors import UsageError
from leadlag.prepare.regressors import beside_leads, may_be_sums
from leadlag.sample import Calendar, Note, Sample
from leadlag.sample.periods import cadence_of, days_per_period
from leadlag.wording.repairs import hit_row, one_rescaled, perhaps_not_whole, read_as_missing, several_rescaled

__all__ = ["REPAIRS", "as_repairs", "repaired", "rescaled_alone"]

#: All that is repaired, by name.
REPAIRS = ("rows", "scales", "sentinels")
_DAYS_A_YEAR = Fraction(36525, 100)
#: The note on a column that alone has changed its unit.
_ALONE = "LL148"


def as_repairs(value: object) -> tuple[str, ...]:
    """Names of repairs, or a `UsageError` that says what is allowed; the empty sequence switches all off."""
    asked = tuple(as_list(value))
    unknown = [name for name in asked if name not in REPAIRS]
    if unknown:
        allowed = ", ".join(map(repr, REPAIRS))
        raise UsageError(f"repair names {unknown[0]!r}: give any of {allowed}, or () for none, --repair none.", argument="repair")
    return tuple(name for name in REPAIRS if name in asked)


def repaired(sample: Sample, names: Sequence[str], repair: Sequence[str], *, season: Floats | None = None) -> Sample:
    """The sample with what was found undone, each with a note that names date, columns and factor.

    Parameters
    ----------
    sample : Sample
        After `around`; not changed.
    names : sequence of str
        The columns that are used; those seen as often as the KPI are looked at.
    repair : sequence of {"rows", "scales", "sentinels"}
    season : ndarray, shape (n, k), optional
        Columns of the season that are known already, k of them or none at all; found in the columns if None.

    Returns
    -------
    Sample
        Sentinels are missing, values before a common change of unit are in the unit of today, and a row that hit most columns is
        missing in these. The sample itself where there is nothing to repair.
    """
    own = [name for name in names if name not in sample.paces]
    places = np.array([sample.names.index(name) for name in own], dtype=np.int64)
    counts = [sample.ahead.get(name, 0) for name in own]  # a row that was hit is the row that the values are for
    table = _Table(sample=sample, names=tuple(own), values=_own_rows(sample.values[:, places], counts), season=season)
    for name, mend in (
        ("sentinels", _Table.without_sentinels),
        ("scales", _Table.in_one_unit),
        ("rows", _Table.without_hit_rows),
    ):
        if name in repair:
            table = mend(table)
    if not table.notes:
        return sample
    values = sample.values.copy()
    values[:, places] = _where_known(table.values, values[:, places], counts)
    return replace(sample, values=values, notes=(*sample.notes, *table.notes))


def _own_rows(values: Floats, counts: Sequence[int]) -> Floats:
    """Columns that are known ahead by so many rows, each value in the row that it is for."""
    return np.column_stack([np.empty((len(values), 0)), *(lag_matrix(values[:, j], [count]) for j, count in enumerate(counts))])


def _where_known(own: Floats, known: Floats, counts: Sequence[int]) -> Floats:
    """What `_own_rows` has moved, back where it was known; values for periods after the last row as they were known."""
    n = len(own)
    moved = known.copy()
    for j, count in enumerate(counts):
        moved[: n - count, j] = own[count:, j]
    return moved


def rescaled_alone(sample: Sample) -> frozenset[str]:
    """Columns that alone have changed their unit, as the notes of a repaired sample say."""
    return frozenset(note.column for note in sample.notes if note.code == _ALONE and note.column is not None)


def _rows_a_year(calendar: Calendar) -> int | None:
    """Periods of a year; None for undated rows and for years."""
    if not calendar.dated or calendar.freq == "year":
        return None
    return max(2, round(float(_DAYS_A_YEAR / days_per_period(cadence_of(calendar)))))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Table:
    """Columns under repair, shape (n, m), and what was said of them."""

    sample: Sample
    names: tuple[str, ...]
    values: Floats
    season: Floats | None = None
    notes: tuple[Note, ...] = ()

    def without_sentinels(self) -> _Table:
        """Values that stand for missing ones are missing."""
        found = {j: standing for j, column in enumerate(self.values.T) if (standing := sentinels(column))}
        values = self.values.copy()
        notes = []
        for j, standing in found.items():
            for value in standing:
                cells = values[:, j] == value
                values[cells, j] = np.nan
                notes.append(
                    Note(code="LL147", column=self.names[j], text=read_as_missing(self.names[j], value, int(cells.sum())))
                )
        return self._with(values, notes)

    def in_one_unit(self) -> _Table:
        """Values before a change of unit that several columns share are in the unit of today."""
        values = self.values.copy()
        notes = []
        for found in rescalings(self.values):
            columns, date = self._named(found.columns), self._date(found.row)
            if found.alone:
                notes.append(Note(code=_ALONE, column=columns[0], text=one_rescaled(columns[0], date, found.factor)))
            else:
                values[: found.row, found.columns] *= found.factor
                notes.append(Note(code="LL146", column=None, text=several_rescaled(columns, date, found.factor)))
        return self._with(values, notes)

    def without_hit_rows(self) -> _Table:
        """A row that hit most columns is missing in these; of a table too narrow to tell it is only named."""
        if len(self.names) < 2:
            return self
        scaled = self.values / unit_of(self.values)
        season = self._season(scaled)
        year, few = _rows_a_year(self.sample.calendar), len(self.names) < FEWEST_COLUMNS
        found = hit_rows(scaled, season=season, year=year, fewest=2 if few else FEWEST_COLUMNS)
        values = self.values.copy()
        notes = []
        for hit in found:
            tell = perhaps_not_whole if few else hit_row
            text = tell(self._named(hit.columns), self._date(hit.row), place=hit.place, change=hit.change)
            if not few:
                values[hit.row, hit.columns] = np.nan
                notes.append(Note(code="LL145", column=None, text=text))
            elif hit.place != "between":
                notes.append(Note(code="LL149", column=None, text=text))
        return self._with(values, notes)

    def _season(self, scaled: Floats) -> Floats | None:
        """Columns of the season, and of what lies inside the periods; None if there are none."""
        if self.season is not None:
            return self.season if self.season.shape[1] else None
        sums = may_be_sums(self.sample, self.names)
        return beside_leads(self.sample.calendar, scaled[:, 0], scaled[:, 1:], sums=sums).columns

    def _with(self, values: Floats, notes: Sequence[Note]) -> _Table:
        return replace(self, values=values, notes=(*self.notes, *notes)) if notes else self

    def _named(self, columns: Ints) -> tuple[str, ...]:
        return tuple(self.names[j] for j in columns)

    def _date(self, row: int) -> str:
        return self.sample.periods[row]
