"""What a table hides: rows that hit all columns, units that change, values that stand for missing ones.

The Sample of the caller keeps its values; what is asked is asked of a Sample that is repaired and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from leadlag._validation import as_list
from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.series.outages import FEWEST_COLUMNS, hit_rows_each
from leadlag.core.series.rescaling import may_be_rescaled, rescalings
from leadlag.core.series.scales import unit_of
from leadlag.core.series.sentinels import sentinels_each
from leadlag.core.time.lags import lag_tensor
from leadlag.errors import UsageError
from leadlag.prepare.regressors import beside_leads, may_be_sums
from leadlag.sample import Calendar, Note, Sample
from leadlag.sample.periods import cadence_of, days_per_period
from leadlag.wording.repairs import hit_row, one_rescaled, perhaps_not_whole, read_as_missing, several_rescaled

__all__ = ["REPAIRS", "all_repaired", "as_repairs", "repaired", "rescaled_alone"]

#: All that is repaired, by name.
REPAIRS = ("rows", "scales", "sentinels")
_DAYS_A_YEAR = Fraction(36525, 100)
#: The note on a column that alone has changed its unit.
_ALONE = "LL148"
#: Values of several tables that are looked at together, which fit into the memory next to the processor.
_CELLS = 50_000


def as_repairs(value: object) -> tuple[str, ...]:
    """Names of repairs, or a `UsageError` that says what is allowed; the empty sequence switches all off."""
    asked = tuple(as_list(value))
    unknown = [name for name in asked if name not in REPAIRS]
    if unknown:
        allowed = ", ".join(map(repr, REPAIRS))
        raise UsageError(f"repair names {unknown[0]!r}: give any of {allowed}, or () for none, --repair none.", argument="repair")
    return tuple(name for name in REPAIRS if name in asked)


def repaired(sample: Sample, names: Sequence[str], repair: Sequence[str]) -> Sample:
    """The sample with what was found undone, each with a note that names date, columns and factor.

    Parameters
    ----------
    sample : Sample
        After `around`; not changed.
    names : sequence of str
        The columns that are used; those seen as often as the KPI are looked at.
    repair : sequence of {"rows", "scales", "sentinels"}

    Returns
    -------
    Sample
        Sentinels are missing, values before a common change of unit are in the unit of today, and a row that hit most columns is
        missing in these. The sample itself where there is nothing to repair.
    """
    return _mended([sample.require_single()], names, repair, None)[0]


def all_repaired(samples: Sequence[Sample], names: Sequence[str], repair: Sequence[str], *, season: Floats) -> list[Sample]:
    """The same of segments of one table, which have the same periods.

    Parameters
    ----------
    samples : sequence of Sample
    names : sequence of str
    repair : sequence of {"rows", "scales", "sentinels"}
    season : ndarray, shape (n, k)
        Columns of the season that are known already, k of them or none at all.
    """
    some = max(_CELLS // max(len(season) * len(names), 1), 1)
    return [one for at in range(0, len(samples), some) for one in _mended(samples[at : at + some], names, repair, season)]


def _mended(samples: Sequence[Sample], names: Sequence[str], repair: Sequence[str], season: Floats | None) -> list[Sample]:
    first = samples[0]
    own = [name for name in names if name not in first.paces]
    places = np.array([first.names.index(name) for name in own], dtype=np.int64)
    counts = [first.ahead.get(name, 0) for name in own]  # a row that was hit is the row that the values are for
    known = np.stack([sample.values[:, places] for sample in samples], axis=1)
    tables = _Tables(
        calendar=first.calendar, sums=may_be_sums(first, own), names=tuple(own), values=_own_rows(known, counts), season=season,
        notes=((),) * len(samples),
    )  # fmt: skip
    for name, mend in (
        ("sentinels", _Tables.without_sentinels),
        ("scales", _Tables.in_one_unit),
        ("rows", _Tables.without_hit_rows),
    ):
        if name in repair and own:
            tables = mend(tables)
    mended = _where_known(tables.values, known, counts) if any(tables.notes) else known
    return [_changed(sample, places, mended[:, j], tables.notes[j]) for j, sample in enumerate(samples)]


def _changed(sample: Sample, places: Ints, mended: Floats, notes: tuple[Note, ...]) -> Sample:
    """The sample with columns (n, m) in their places; itself where nothing is said of them."""
    if not notes:
        return sample
    values = sample.values.copy()
    values[:, places] = mended
    return replace(sample, values=values, notes=(*sample.notes, *notes))


def _own_rows(values: Floats, counts: Sequence[int]) -> Floats:
    """Columns (n, s, m) of which each is known ahead by so many rows, every value in the row that it is for."""
    if not any(counts):
        return values
    return np.stack([lag_tensor(values[..., j], [count])[..., 0] for j, count in enumerate(counts)], axis=-1)


def _where_known(own: Floats, known: Floats, counts: Sequence[int]) -> Floats:
    """What `_own_rows` has moved, back where it was known; values for periods after the last row as they were known."""
    n = len(own)
    moved = known.copy()
    for j, count in enumerate(counts):
        moved[: n - count, :, j] = own[count:, :, j]
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
class _Tables:
    """Columns under repair, shape (n, s, m), of tables with the same periods and names, and what was said of each table."""

    calendar: Calendar
    sums: Flags
    names: tuple[str, ...]
    values: Floats
    season: Floats | None
    notes: tuple[tuple[Note, ...], ...]

    @property
    def _columns(self) -> Floats:
        """All columns of all tables beside one another, shape (n, s * m)."""
        return self.values.reshape(len(self.values), -1)

    def without_sentinels(self) -> _Tables:
        """Values that stand for missing ones are missing."""
        values, notes = self.values.copy(), self._no_notes()
        for place, standing in sentinels_each(self._columns).items():
            table, j = divmod(place, len(self.names))
            for value in standing:
                cells = values[:, table, j] == value
                values[cells, table, j] = np.nan
                text = read_as_missing(self.names[j], value, int(cells.sum()))
                notes[table].append(Note(code="LL147", column=self.names[j], text=text))
        return self._with(values, notes)

    def in_one_unit(self) -> _Tables:
        """Values before a change of unit that several columns share are in the unit of today."""
        values, notes = self.values.copy(), self._no_notes()
        suspects = may_be_rescaled(self._columns).reshape(values.shape[1:]).any(axis=1)
        for table in np.flatnonzero(suspects).tolist():
            for found in rescalings(self.values[:, table]):
                columns, date = self._named(found.columns), self._date(found.row)
                if found.alone:
                    note = Note(code=_ALONE, column=columns[0], text=one_rescaled(columns[0], date, found.factor))
                else:
                    values[: found.row, table, found.columns] *= found.factor
                    note = Note(code="LL146", column=None, text=several_rescaled(columns, date, found.factor))
                notes[table].append(note)
        return self._with(values, notes)

    def without_hit_rows(self) -> _Tables:
        """A row that hit most columns is missing in these; of a table too narrow to tell it is only named."""
        if len(self.names) < 2:
            return self
        scaled = (self._columns / unit_of(self._columns)).reshape(self.values.shape)
        year, few = _rows_a_year(self.calendar), len(self.names) < FEWEST_COLUMNS
        found = hit_rows_each(scaled, season=self._season(scaled), year=year, fewest=2 if few else FEWEST_COLUMNS)
        values, notes = self.values.copy(), self._no_notes()
        tell = perhaps_not_whole if few else hit_row
        for table, hit in ((table, hit) for table, rows in enumerate(found) for hit in rows):
            text = tell(self._named(hit.columns), self._date(hit.row), place=hit.place, change=hit.change)
            if not few:
                values[hit.row, table, hit.columns] = np.nan
                notes[table].append(Note(code="LL145", column=None, text=text))
            elif hit.place != "between":
                notes[table].append(Note(code="LL149", column=None, text=text))
        return self._with(values, notes)

    def _season(self, scaled: Floats) -> Floats | None:
        """Columns of the season, and of what lies inside the periods; found in a table alone, and None if there are none."""
        if self.season is not None:
            return self.season if self.season.shape[1] else None
        table = scaled[:, 0]
        return beside_leads(self.calendar, table[:, 0], table[:, 1:], sums=self.sums).columns

    def _no_notes(self) -> list[list[Note]]:
        return [[] for _ in self.notes]

    def _with(self, values: Floats, notes: Sequence[Sequence[Note]]) -> _Tables:
        """With values of which something is said."""
        if not any(notes):
            return self
        return replace(self, values=values, notes=tuple((*one, *more) for one, more in zip(self.notes, notes, strict=True)))

    def _named(self, columns: Ints) -> tuple[str, ...]:
        return tuple(self.names[j] for j in columns)

    def _date(self, row: int) -> str:
        return self.calendar.labels[row]
