"""What is asked where no column is known to be the time but one may be: none that looks so is left out, or ranked, in silence."""

from __future__ import annotations

import re
from typing import NoReturn

from leadlag.errors import UsageError
from leadlag.sample.candidates import Candidates
from leadlag.sample.datelike import Doubt, doubt_about, possible_dates
from leadlag.sample.look import Look, may_hold_times
from leadlag.sample.names import first_names
from leadlag.sample.numbered import IN_ORDER, refuse_cycle
from leadlag.sample.timelike import texts_like_times
from leadlag.sample.timewords import MONTHS, plain_text, says_date, says_time, unit_of, weekdays_only
from leadlag.sample.violations import Fix

__all__ = ["ask_about_names", "column_in_doubt", "if_no_time"]

#: Parts of a year without the year, under the name of a time, and under any name.
_PART = re.compile(r"(?:q|t|h|s|m|p|w|kw|cw|wk|week|woche|quarter|month)\.? ?\d{1,2}", re.ASCII | re.IGNORECASE)
_QUARTER = re.compile(r"(?:q|qtr\.? ?|quarter |quartal )[1-4]|[1-4]\.? (?:quartal|quarter)", re.ASCII | re.IGNORECASE)
_WEEK = re.compile(r"(?:kw|cw|wk|week|woche)\.? ?\d{1,2}|\d{1,2}\. ?(?:kw|woche|week)", re.ASCII | re.IGNORECASE)
#: A column of which at least a share of the cells are dates, and so many, may be the time.
_SHARE, _FEWEST = 0.25, 5


def if_no_time(name: str) -> Fix:
    """What to say if a column whose texts cannot be read is no time."""
    return Fix.of(freq="period", when=f"if {name!r} holds no times, and the rows are in order, the oldest first")


def ask_about_names(table: Candidates) -> None:
    """A `UsageError` about names of months and weekdays, and quarters and weeks such as Q1 and KW 5, which come round again."""
    for place in _texts(table):
        cells = [cell for cell in table.frame.iloc[:, place].dropna() if not isinstance(cell, str) or cell.strip()]
        if len(cells) < 2 or not all(isinstance(cell, str) for cell in cells):
            continue
        name, plain = table.names[place], {plain_text(cell).rstrip(".") for cell in cells}
        if plain <= MONTHS.keys():
            refuse_cycle(name, "month")
        if weekdays_only(plain):
            refuse_cycle(name, "weekday")
        unit = unit_of(name)
        patterns = [("quarter", _QUARTER), ("week", _WEEK), *([] if unit is None else [(unit, _PART)])]
        repeated = len(set(cells)) < len(cells)
        for part, pattern in patterns:
            if all(pattern.fullmatch(cell.strip()) for cell in cells) and (repeated or unit is not None):
                refuse_cycle(name, unit or part)


def column_in_doubt(table: Candidates) -> int | None:
    """Position of the column of texts that may be the time, to be read or refused with its cells; None if no column may be it.

    Raises
    ------
    UsageError
        If several columns may be the time, or one of numbers.
    """
    ask_about_names(table)
    texts = [place for place in _texts(table, partly=True) if _may_be(table, place)]
    numbers = _numbers_in_doubt(table)
    places = sorted([*texts, *numbers])
    called = [place for place in places if says_time(table.names[place])]
    chosen = called if len(called) == 1 else places
    if len(chosen) > 1:
        shown = first_names([table.names[place] for place in places])
        raise UsageError(
            f"no column is known to be the time, and several may be it ({shown}): say which",
            fixes=(*(Fix.of(time=table.names[place]) for place in places[:3]), IN_ORDER),
        )
    if not chosen or chosen[0] in texts:
        return chosen[0] if chosen else None
    return _ask(table.names[chosen[0]], numbers[chosen[0]])


def _texts(table: Candidates, *, partly: bool = False) -> list[int]:
    """Columns of texts in no known form, or also those of which only some cells are in one."""
    kinds = [getattr(dtype, "kind", "O") for dtype in table.frame.dtypes.tolist()]
    return [
        place for place, look in table.looks.items() if kinds[place] in "OTU" and (look.kind == "" or (partly and _some(look)))
    ]


def _some(look: Look) -> bool:
    """Whether some cells are dates or of a form, but not most."""
    return look.kind in ("date", "form", "other") and not look.whole and not look.most


def _may_be(table: Candidates, place: int) -> bool:
    """Whether texts may be the time: by their name, by some of their cells, or as texts in no known form."""
    column, look, name = table.frame.iloc[:, place], table.looks[place], table.names[place]
    called = says_time(name)
    if look.kind:
        return called or (look.n_fit >= _FEWEST and look.n_fit >= _SHARE * look.n_cells)
    if called and (says_date(name) or may_hold_times(column, called=True)):
        return True
    texts = [cell for cell in column if isinstance(cell, str) and cell.strip()]
    return may_hold_times(column, called=False) or texts_like_times(texts)


def _numbers_in_doubt(table: Candidates) -> dict[int, Doubt]:
    """Columns of numbers that may be the time, and why."""
    numbers = [place for place, look in table.looks.items() if look.kind == "number" and look.n_cells]
    if len(table.names) < 2:
        return {}
    possible = possible_dates(table.frame, numbers)
    doubts = {place: doubt_about(table.frame.iloc[:, place], table.names[place]) for place in possible}
    return {place: doubt for place, doubt in doubts.items() if doubt is not None}


def _ask(name: str, doubt: Doubt) -> NoReturn:
    if not doubt.alone:
        raise UsageError(
            f"no column is known to be the time, and column {name!r} {doubt.found}: join it with the year into one column, "
            "such as 2024-03, drop it, or say that the rows are in order, the oldest first",
            fixes=(Fix.of(freq="period"),),
        )
    raise UsageError(
        f"no column is known to be the time, and column {name!r} {doubt.found}: if it is a metric, name it among the leads of a "
        "question (leads=); if it only numbers the rows, drop it; or say what it is",
        fixes=(Fix(options=(("time", name), *doubt.options), when="if it is the time"), IN_ORDER),
    )
