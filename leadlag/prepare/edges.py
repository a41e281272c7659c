"""Where the columns of a table end: those that end before the others, and those that end too far back to be used now.

A column that is published n periods late ends n periods before the others do. So does one with a gap at its end: what is
like its gaps inside is not named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag.catalogue import Metric
from leadlag.core.arrays import Floats
from leadlag.sample import Note, Sample
from leadlag.wording.edges import ended, late

__all__ = ["ENDED", "edges_told", "unusable_now"]

#: The note on a lead whose values end too far back to be used now.
ENDED = "LL152"
#: Tables without a late column in which one may be named: what the gaps inside make as likely as this is a gap.
_CHANCE = 5e-3


@dataclass(frozen=True, kw_only=True)
class _Gaps:
    """Rows between the first and the last value, how many have none, in how many gaps, and the longest of these."""

    inside: int
    missing: int
    count: int
    longest: int = 0

    @classmethod
    def of(cls, values: Floats) -> _Gaps:
        has = np.flatnonzero(np.isfinite(values))
        lengths = np.diff(has) - 1
        inside = int(has[-1] - has[0]) + 1
        return cls(inside=inside, missing=inside - len(has), count=int((lengths > 0).sum()), longest=int(lengths.max(initial=0)))

    def may_end(self, n: int, around: _Gaps, *, chance: float) -> bool:
        """Whether n missing values at the end are like these gaps, or like those of all columns: as long, or not less likely."""
        return n <= self.longest or max(self._ends_so(n), around._ends_so(n)) > chance

    def _ends_so(self, n: int) -> float:
        """How likely the last n values are missing: a gap is there as often as inside, and lasts as long."""
        lasts = (self.missing - self.count + 0.5) / (self.missing + 1)
        return float(self.missing / self.inside * lasts ** (n - 1))


def edges_told(sample: Sample, names: Sequence[str], *, max_lag: int, metrics: Mapping[str, Metric]) -> Sample:
    """The sample with notes on columns that end before the others.

    Parameters
    ----------
    sample : Sample
        After `around`, before anything is repaired; not changed.
    names : sequence of str
        The columns that are used, the KPI first.
    max_lag : int
        The longest lag searched, in periods of the KPI.
    metrics : Mapping from str to Metric
        Delays of publication that are known are not named again.
    """
    known = {name: metrics[name].available_after if name in metrics else 0 for name in names}
    last = {name: row for name in names if (row := _last(sample.column(name))) is not None}
    # what is known ahead stands where it was known; what is late was complete so much later
    complete = {name: min(row + max(known[name], 0), sample.n_periods - 1) for name, row in last.items()}
    complete = {name: row for name, row in complete.items() if name not in sample.paces}
    now = _now(list(complete.values()), within=max_lag)
    if now is None:
        return sample
    dead = {name: last[name] for name in names[1:] if name in last and now - last[name] > _reach(sample, name, max_lag)}
    behind = {name: now - last[name] for name, row in complete.items() if row < now and now - last[name] <= max_lag}
    if behind:
        behind = _late({name: sample.column(name) for name in complete}, behind)
    notes = [Note(code=ENDED, column=name, text=ended(name, _period(sample, name, row))) for name, row in dead.items()]
    if behind:
        text, call = late(behind, end=sample.periods[now], unit=sample.calendar.unit)
        notes.append(Note(code="LL151", column=None, text=text, call=call))
    return replace(sample, notes=(*sample.notes, *notes)) if notes else sample


def _late(columns: Mapping[str, Floats], behind: Mapping[str, int]) -> dict[str, int]:
    """Those of the columns that end so many rows early whose end is unlike the gaps inside."""
    gaps = {name: _Gaps.of(values) for name, values in columns.items()}
    around = _Gaps(
        inside=sum(each.inside for each in gaps.values()),
        missing=sum(each.missing for each in gaps.values()),
        count=sum(each.count for each in gaps.values()),
    )
    chance = _CHANCE / len(columns)
    return {name: count for name, count in behind.items() if not gaps[name].may_end(count, around, chance=chance)}


def unusable_now(sample: Sample, name: str) -> str:
    """What was said of a lead that cannot be used now; empty of any other."""
    return next((note.text for note in sample.notes if note.code == ENDED and note.column == name), "")


def _now(complete: Sequence[int], *, within: int) -> int | None:
    """The last period of most columns, the later one of two that are as many; columns that ended long ago are not asked."""
    if not complete:
        return None
    counts = Counter(row for row in complete if row >= max(complete) - within)
    return max(counts, key=lambda row: (counts[row], row))


def _last(values: Floats) -> int | None:
    """The last row that has a value."""
    has = np.flatnonzero(np.isfinite(values))
    return int(has[-1]) if len(has) else None


def _period(sample: Sample, name: str, row: int) -> str:
    """The period that a value is for, of a metric on the KPI's calendar that may be known ahead."""
    ahead = 0 if name in sample.paces else sample.ahead.get(name, 0)
    return sample.periods[min(row + ahead, sample.n_periods - 1)]


def _reach(sample: Sample, name: str, max_lag: int) -> float:
    """Rows that the longest lag reaches back; of a metric that is seen less often, one period of its own more."""
    return max_lag + max(1.0 / sample.pace(name) - 1.0, 0.0)
