"""Columns that may be the time: those that can be nothing else, by their cells and then by their names."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from leadlag.errors import UsageError
from leadlag.sample.formats import format_reads_numbers, formatted_texts
from leadlag.sample.look import Look, look_under, numbers_of
from leadlag.sample.names import first_names
from leadlag.sample.numbered import (
    CYCLES,
    are_times,
    count_rows,
    cycle,
    may_be_metric,
    ordered,
    refuse_cycle,
    repeated_years,
)
from leadlag.sample.timewords import named_units, says_time, time_names, unit_of

__all__ = ["Candidates"]

#: Largest number of a period of a year, with those that accountants add.
_MOST_PERIODS = 53
#: Rows that say whether numbers are of a format.
_FIRST = 6


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Columns that may be the time.

    Parameters
    ----------
    frame : pandas.DataFrame
    names : sequence of str
    looks : dict from int to Look
        What each column seems to hold that no metric is said to be.
    date_format : str or None
        Format of the times that the caller named.
    in_order : bool
        Whether the caller said that the rows are in order, so that nothing is asked.
    """

    frame: pd.DataFrame
    names: Sequence[str]
    looks: dict[int, Look]
    date_format: str | None = None
    in_order: bool = False

    @classmethod
    def of(
        cls, frame: pd.DataFrame, names: Sequence[str], used: Container[str], date_format: str | None, *, in_order: bool = False
    ) -> Candidates:
        """Every column that is not used as a metric, looked at."""
        frame = frame.copy(deep=False)
        frame.attrs = {}  # what a frame carries is copied with every column that is taken from it
        free = [place for place, name in enumerate(names) if name not in used]
        kinds = [getattr(dtype, "kind", "O") for dtype in frame.dtypes.tolist()]
        numbers = Look(kind="number", n_cells=len(frame), n_fit=len(frame))
        looks = {
            place: numbers if kinds[place] in "fiu" else look_under(frame.iloc[:, place], names[place], date_format)
            for place in free
        }
        return cls(frame=frame, names=names, looks=looks, date_format=date_format, in_order=in_order)

    def time(self) -> int | None:
        """Position of the column that can only be the time, or None; one that says the same in every row is the last resort."""
        same = [place for places in self._whole() for place in places if self._same(place)]
        varied = {place: look for place, look in self.looks.items() if place not in same}
        found = replace(self, looks=varied)._found() if same else None
        return self._found() if found is None else found

    def _found(self) -> int | None:
        """The one column of times, kind by kind; those whose name says time go before all others."""
        mostly = [place for place, look in self.looks.items() if look.kind in ("date", "form", "other") and look.most]
        mostly = [place for place in mostly if not self.looks[place].whole]
        whole = self._whole()
        called = self._called(whole)
        finest = None if any(says_time(self.names[place]) for place in mostly) else self._finest(called, whole)
        if finest is not None:
            return finest
        for places in whole:
            chosen = [place for place in places if place in called] if called else places
            if chosen:
                return self._only(chosen, mostly)
        if mostly:
            return self._only(mostly, [])
        other = [place for place, look in self.looks.items() if look.kind == "other" and look.whole]
        counted = self._counted()
        return self._only(other, []) if counted is None and other else counted

    def _whole(self) -> list[list[int]]:
        """Columns that are times throughout: by kind, dates, forms, codes, and other dates under the name of a time."""
        kinds = [
            [place for place, look in self.looks.items() if look.kind == kind and look.whole]
            for kind in ("date", "form", "other")
        ]
        coded = [place for place in self._numbers if self._fits(place)]
        coded = [place for place in coded if are_times(self.frame.iloc[:, place], self.names[place])]
        return [*kinds[:2], coded, [place for place in kinds[2] if says_time(self.names[place])]]

    def _fits(self, place: int) -> bool:
        """Whether numbers may be of the format that the caller named: 201803 is none of ``%d.%m.%Y``, in a frame or a file."""
        if self.date_format is None or format_reads_numbers(self.date_format):
            return True
        first = numbers_of(self.frame.iloc[:_FIRST, place])
        texts = [str(int(value)) for value in first[np.isfinite(first)]]
        return any(moment is not None for moment in formatted_texts(texts, self.date_format))

    def _called(self, whole: Sequence[Sequence[int]]) -> list[int]:
        """Those of the columns whose name says time; none where another is finer, as dates beside their month."""
        every = [place for places in whole for place in places]
        called = [place for place in every if says_time(self.names[place])]
        rest = [place for place in every if place not in called]
        if not called or not rest:
            return called
        finest = max(map(self._n_values, called))
        return [] if any(self._n_values(place) > finest for place in rest) else called

    def _finest(self, called: Sequence[int], whole: Sequence[Sequence[int]]) -> int | None:
        """Of several columns whose names say time, the one that says all the others: the date beside its month and quarter."""
        order = [place for places in whole for place in places if place in called]
        if len(order) < 2 or self.in_order:
            return None
        counts = {place: self._n_values(place) for place in order}
        finest = max(order, key=lambda place: counts[place])
        kind = next(places for places in whole if finest in places)
        if any(counts[place] == counts[finest] for place in kind if place in called and place != finest):
            return None
        codes = pd.factorize(self.frame.iloc[:, finest])[0]
        others = (pd.factorize(self.frame.iloc[:, place])[0] for place in order if place != finest)
        return finest if all(len(set(zip(codes, other, strict=True))) == counts[finest] for other in others) else None

    def _same(self, place: int) -> bool:
        """Whether a column has one value in every row."""
        column = self.frame.iloc[:, place].dropna()
        return len(self.frame) > 1 and len(column) > 0 and column.iloc[0] == column.iloc[-1] and self._n_values(place) == 1

    def _n_values(self, place: int) -> int:
        """How many different values a column has."""
        column = self.frame.iloc[:, place].dropna()
        return len(set(column.astype(str))) if column.dtype == object else int(column.nunique())

    @cached_property
    def _numbers(self) -> list[int]:
        """Columns of numbers under the name of a time."""
        called = time_names(self.names)
        return [
            place for place, look in self.looks.items() if self.names[place] in called and look.kind == "number" and look.n_cells
        ]

    def _only(self, places: Sequence[int], mostly: Sequence[int]) -> int:
        """The one of these, or the one that is called a time; else it is asked which."""
        called = [place for place in places if says_time(self.names[place])]
        doubted = [place for place in mostly if says_time(self.names[place])]
        chosen = called if len(called) == 1 else places
        if len(chosen) == 1 and (called or not doubted):
            return chosen[0]
        shown = first_names([self.names[place] for place in sorted({*places, *doubted})])
        raise UsageError(f"several columns hold dates ({shown}): name the one to use with time=.")

    def _counted(self) -> int | None:
        """Years, or whole numbers each once, under their usual name."""
        numbers = self._numbers
        years = [place for place in numbers if unit_of(self.names[place]) == "year" and repeated_years(self.frame.iloc[:, place])]
        if years and not self.in_order:
            return None if self._parts(years[0]) else years[0]  # years that repeat: a panel, which is refused later as repeated
        counted = [place for place in numbers if count_rows(self.frame.iloc[:, place])]
        counted = [place for place in counted if not may_be_metric(self.frame.iloc[:, place], self.names[place])]
        cycling = [place for place in numbers if place not in counted and self._cycle(place)]
        for place in counted:
            if self._cycle(place) and not ordered(self.frame.iloc[:, place]):
                cycling.append(place)
            elif not cycling:
                return place
        if cycling and not self.in_order:
            refuse_cycle(self.names[cycling[0]])
        return None

    def _cycle(self, place: int) -> bool:
        return cycle(self.frame.iloc[:, place], self.names[place])

    def _is_part(self, place: int) -> bool:
        """Whether a column beside repeated years says which part of the year: a month, or a period such as 1 to 12."""
        if unit_of(self.names[place]) in CYCLES:
            return True
        if "time" not in named_units(self.names[place]):
            return False
        values = numbers_of(self.frame.iloc[:, place])
        known = values[np.isfinite(values)]
        return not len(known) or bool(((known >= 0) & (known <= _MOST_PERIODS) & (known == np.floor(known))).all())

    def _parts(self, year: int) -> list[int]:
        """Columns that say which part of the year each row is."""
        return [place for place in self.looks if place != year and self._is_part(place)]

    def spread(self) -> tuple[int, list[int]] | None:
        """Years that repeat, and the columns that say which part of the year each row is."""
        for place in self._numbers:
            if unit_of(self.names[place]) == "year" and repeated_years(self.frame.iloc[:, place]) and self._parts(place):
                return place, self._parts(place)
        return None
