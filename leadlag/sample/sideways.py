"""Tables whose periods are columns, as the World Bank and Eurostat write them: refused, with the lines that turn the table."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlag.sample.formats import fitting_formats
from leadlag.sample.forms import FORMS
from leadlag.sample.iso import ISO_DAY, OTHER_DATE
from leadlag.sample.numbers import MISSING_TEXT
from leadlag.sample.shapes import fitting
from leadlag.sample.timewords import MONTHS, plain_text, unit_of
from leadlag.sample.violations import Fix, ViolationList
from leadlag.sample.written import as_written

__all__ = ["SAYS_METRIC", "refuse_sideways"]

#: Fewer columns than this may have such a name by chance.
_FEWEST = 3
_YEAR = re.compile(r"(?:18|19|20|21)\d\d", re.ASCII)
_ANY_YEAR = re.compile(r"(?<!\d)(?:18|19|20|21)\d\d|[-/.' ]\d\d(?!\d)|^\d", re.ASCII)
#: Of many columns so many are looked at first, evenly spread.
_SOME = 24
_MONTH_CODE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])", re.ASCII)
_QUARTER = re.compile(r"[qt][1-4]", re.ASCII)
#: What is in the name of a column of metrics, where several columns tell rows apart.
SAYS_METRIC = re.compile(r"indicator|series|metric|measure|variable|item|subject|concept|kennzahl|indicateur", re.IGNORECASE)
#: A flag after a number, such as the p of ``1.2 p``, and cells that hold a flag only, such as ``: c``.
_FLAG = r"(?<=\d)\s*[A-Za-z]{1,3}\s*$|^\s*:.*$"


@dataclass(frozen=True, kw_only=True)
class _Header:
    """Columns whose names are periods.

    Parameters
    ----------
    places : tuple of int
    unit : str
        What each is, as the new column will be called.
    date_format : str or None
        How they are written, if not in a known form.
    year : int or None
        Position of the column of years, where the names are parts of a year.
    """

    places: tuple[int, ...]
    unit: str
    date_format: str | None = None
    year: int | None = None


def refuse_sideways(
    frame: pd.DataFrame, names: Sequence[str], asked: Mapping[str, str] | None, violations: ViolationList, *, native: bool
) -> bool:
    """LL318 if periods stand in columns; whether they do.

    Parameters
    ----------
    frame : pandas.DataFrame
    names : sequence of str
        Cleaned column names.
    asked : Mapping from str to str, or None
        Columns that the caller named: where none of them is a period, they are what is meant.
    violations : ViolationList
    native : bool
        Whether the caller's table is of another package than pandas.
    """
    header = _header_of(frame, [name.strip() for name in names])
    if header is None or (asked is not None and not any(names[place] in asked for place in header.places)):
        return False
    first, last = (names[header.places[at]].strip().removesuffix(" 00:00:00") for at in (0, -1))
    found = f"{len(header.places)} columns, {first!r} to {last!r}, are {header.unit}s and no metrics."
    fix = _fix_of(frame, header, native=native)
    step = "give one row per period" + (
        ", with these lines." if fix else ", for example with data.melt(...), and read it with from_long."
    )
    violations.add("LL318", f"the periods stand in columns: {found}", next_step=step, fix=fix or ())
    return True


def _header_of(frame: pd.DataFrame, names: Sequence[str]) -> _Header | None:
    """The columns whose names are periods: most of the columns, and three at least."""
    if len(names) > 2 * _SOME and not any(map(_may_be_period, names[:: len(names) // _SOME])):
        return None
    kinds: Sequence[tuple[str, Callable[[Sequence[str]], list[int]]]] = (
        ("year", lambda texts: [place for place, text in enumerate(texts) if _YEAR.fullmatch(text)]),
        ("month", lambda texts: [place for place, text in enumerate(texts) if _MONTH_CODE.fullmatch(text)]),
        ("date", lambda texts: [place for place, text in enumerate(texts) if ISO_DAY.fullmatch(text)]),
    )
    for unit, find in kinds:
        places = find(names)
        if _enough(places, names):
            return _Header(places=tuple(places), unit=unit)
    readings = [reading for reading in fitting(names, FORMS) if not reading.form.secondary]
    if readings and _enough(places := np.flatnonzero(readings[0].fits).tolist(), names):
        return _Header(places=tuple(places), unit=readings[0].form.unit)
    others = [place for place, text in enumerate(names) if OTHER_DATE.fullmatch(text)]
    if _enough(others, names):
        formats = fitting_formats([names[place] for place in others])
        return _Header(places=tuple(others), unit="date", date_format=formats[0] if len(formats) == 1 else "")
    return _parts_of(frame, names)


def _may_be_period(name: str) -> bool:
    """Whether a name has a year in it, or is as short as that of a part of a year."""
    return _ANY_YEAR.search(name) is not None or len(name) < 4


def _enough(places: Sequence[int], names: Sequence[str]) -> bool:
    return len(places) >= _FEWEST and 2 * len(places) >= len(names)


def _parts_of(frame: pd.DataFrame, names: Sequence[str]) -> _Header | None:
    """Months, or quarters, beside a column of years."""
    plain = [plain_text(name).rstrip(".") for name in names]
    months = [place for place, name in enumerate(plain) if name in MONTHS]
    quarters = [place for place, name in enumerate(plain) if _QUARTER.fullmatch(name)]
    years = [place for place, name in enumerate(names) if unit_of(name) == "year" and _are_years(frame.iloc[:, place])]
    for unit, places, n_parts in (("month", months, 12), ("quarter", quarters, 4)):
        if len(places) == n_parts and years:
            return _Header(places=tuple(places), unit=unit, year=years[0])
    return None


def _are_years(column: pd.Series) -> bool:
    return len(column) > 0 and all(_YEAR.fullmatch(str(cell).strip()) for cell in column)


def _fix_of(frame: pd.DataFrame, header: _Header, *, native: bool) -> Fix | None:
    """The lines that turn the table, and what reads it then; None where nothing tells the rows apart, or dates are in doubt."""
    if header.date_format == "":
        return None
    labels = list(frame.columns)
    before = ["data = data.to_pandas()"] if native else []
    ids: dict[Hashable, pd.Series] = {}
    if _texts(pd.Series(frame.index.astype(object))) and len(frame):
        named = isinstance(frame.index.name, str)
        name = frame.index.name if named else "name"
        before.append("data = data.reset_index()" if named else f"data = data.rename_axis({name!r}).reset_index()")
        ids[name] = pd.Series(frame.index.astype(object))
    year = None if header.year is None else labels[header.year]
    beside = {
        labels[place]: frame.iloc[:, place].reset_index(drop=True) for place in range(len(labels)) if place not in header.places
    }
    years = {} if year is None else {year: beside.pop(year)}
    for tells in (_texts, _counts):
        ids |= {label: column for label, column in beside.items() if tells(column)}
        keys = _keys(ids)
        apart = pd.DataFrame({number: column.astype(str) for number, column in enumerate([*keys.values(), *years.values()])})
        if len(frame) < 2 or (len(apart.columns) and not apart.duplicated().any()):
            return _fix(frame, labels, header, [*years, *keys], year, before)
    return None


def _texts(column: pd.Series) -> bool:
    """Whether a column has texts in it that are no numbers."""
    cells = [cell for cell in column if isinstance(cell, str) and cell.strip() not in MISSING_TEXT]
    return 2 * sum(as_written(cell.strip()) is None for cell in cells) > len(cells)


def _counts(column: pd.Series) -> bool:
    """Whether a column has a whole number in every row, such as a key."""
    return len(column) > 0 and all(str(cell).strip().isdecimal() for cell in column)


def _keys(ids: Mapping[Hashable, pd.Series]) -> dict[Hashable, pd.Series]:
    """The columns that tell rows apart, one of those that say the same; the first where all rows are alike."""
    kept: dict[Hashable, pd.Series] = {}
    for label, column in ids.items():
        codes = pd.factorize(column.astype(str))[0]
        if (
            not any(np.array_equal(codes, pd.factorize(other.astype(str))[0]) for other in kept.values())
            and codes.max(initial=0) > 0
        ):
            kept[label] = column
    return kept or dict(list(ids.items())[:1])


def _fix(
    frame: pd.DataFrame,
    labels: Sequence[Hashable],
    header: _Header,
    kept: Sequence[Hashable],
    year: Hashable,
    before: Sequence[str],
) -> Fix:
    """Melt with the columns that are kept, then `from_long`."""
    known = {str(label) for label in kept}
    unit = header.unit if header.unit not in known else "period"
    value = "value" if "value" not in known else "number"
    periods = [labels[place] for place in header.places]
    rest = [label for label in labels if label not in kept and label not in periods]
    drop = f".drop(columns={rest!r})" if rest else ""
    lines = [*before, f"data = data{drop}.melt(id_vars={list(kept)!r}, var_name={unit!r}, value_name={value!r})"]
    added = []
    if year is not None:
        added.append(f"{unit}=data[{year!r}].astype(str) + ' ' + data[{unit!r}]")
    if _flagged(frame, header):
        added.append(f"{value}=data[{value!r}].astype(str).str.replace(r'{_FLAG}', '', regex=True)")
    named = [label for label in kept if label != year]
    metric, segment, more = _roles(named)
    lines += [f"data = data.assign({', '.join([*added, *more])})"] if added or more else []
    options: list[tuple[str, object]] = [("time", unit), ("metric", metric), ("value", value)]
    options += [("segment", segment)] if segment is not None else []
    options += [("date_format", header.date_format)] if header.date_format else []
    return Fix(options=tuple(options), lines=tuple(lines), reader="from_long")


def _roles(kept: Sequence[Hashable]) -> tuple[Hashable, Hashable | None, list[str]]:
    """Which column holds the metrics and which the segments; several are joined into one of metrics."""
    if not kept:
        return "series", None, ["series='value'"]
    if len(kept) == 1:
        return kept[0], None, []
    if len(kept) == 2:
        said = [label for label in kept if SAYS_METRIC.search(str(label))]
        metric = said[0] if said else kept[1]
        return metric, next(label for label in kept if label != metric), []
    return "series", None, ["series=" + " + ' / ' + ".join(f"data[{label!r}].astype(str)" for label in kept)]


def _flagged(frame: pd.DataFrame, header: _Header) -> bool:
    """Whether cells have flags beside their numbers, or nothing but a flag."""
    flag = re.compile(_FLAG, re.ASCII)
    return any(
        isinstance(cell, str)
        and flag.search(cell) is not None
        and cell.strip() not in MISSING_TEXT
        and as_written(cell.strip()) is None
        for place in header.places
        for cell in frame.iloc[:, place]
    )
