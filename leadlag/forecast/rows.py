"""New rows for a model: read as those of the fit were, and one segment at a time as the model needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from leadlag._calls import OPENING
from leadlag.catalogue import Metric, as_catalogue
from leadlag.core.arrays import Floats
from leadlag.errors import DataContractError, UnknownNameError, UsageError, Violation
from leadlag.forecast.model import ForecastModel, SegmentModel
from leadlag.forecast.periods import Timeline, first_ordinal, moment_ordinal
from leadlag.prepare.leads import N_TREND
from leadlag.prepare.repairs import all_repaired, as_repairs
from leadlag.sample import Calendar, Sample
from leadlag.sample.ahead import moved_ahead
from leadlag.sample.frame import as_sample
from leadlag.sample.grid import moment_of
from leadlag.sample.known import known_rows, only_rows
from leadlag.sample.long import from_long
from leadlag.sample.periods import Cadence
from leadlag.sample.violations import raise_violations

__all__ = ["ForecastRows", "around_kpi", "metrics_of", "origin_of", "read_rows", "rows_until"]


def metrics_of(model: ForecastModel) -> Mapping[str, Metric]:
    """What the model knows of its metrics."""
    return as_catalogue(dict(model.reading).get("catalogue"))


def read_rows(model: ForecastModel, data: Any) -> Sample:
    """New rows as a Sample of the columns that the model uses, with all segments.

    Raises
    ------
    DataContractError
        If the data are wrong, or a column is missing.
    """
    reading = {name: value for name, value in model.reading if value is not None and name not in ("repair", *OPENING)}
    missing, catalogue = reading.pop("missing", "mask"), reading.pop("catalogue", None)
    try:
        if not isinstance(data, Sample) and "metric" in reading:
            data = from_long(data, catalogue=catalogue, **reading)
        asked = partial(as_sample, data, missing=missing, catalogue=catalogue, **({} if isinstance(data, Sample) else reading))
        more = [name for name in model.beside if name in _columns_of(data)]
        if more:
            with suppress(DataContractError):  # what is wrong with a column that is only looked at does not count
                return asked(columns=_roles(model, more))
        return asked(columns=_roles(model))
    except UnknownNameError as error:
        raise_violations([_missing(model, error)])


def _roles(model: ForecastModel, more: Sequence[str] = ()) -> dict[str, list[str]]:
    """Columns to be read, by their roles."""
    roles = {"kpi": (model.kpi,), "leads": (*model.leads, *more), "controls": model.controls}
    return {role: list(names) for role, names in roles.items() if names}


def _columns_of(data: Any) -> set[str]:
    """Names of the columns of a table or several, as far as they are told by it."""
    if isinstance(data, Sample):
        return set(data.all_names)
    tables = data if isinstance(data, (list, tuple)) else [data]
    return {str(name) for table in tables for name in getattr(table, "columns", ())}


def _missing(model: ForecastModel, error: UnknownNameError) -> Violation:
    """A column that the model needs and the data do not have."""
    text = str(error.args[0])
    role = re.match(r"(kpi|leads|controls) names columns that the data do not have: ", text)
    argument = role[1] if role else "data"
    without = "" if argument == "kpi" else " without it"
    return Violation(
        code="LL323", argument=argument, column=None,
        text=f"the model of {model.kpi!r} needs a column that is not there: {text[role.end() :] if role else text}",
        next_step=f"give the columns of the fit, under the same names, or fit a model{without}.",
    )  # fmt: skip


def origin_of(calendar: Calendar, cadence: Cadence, as_of: Any) -> int:
    """Number of the last period that had ended: that of the last row, or the last that is complete at `as_of`."""
    first = first_ordinal(calendar, cadence)
    if as_of is None:
        return first + len(calendar) - 1
    if not calendar.dated:
        raise UsageError(f"as_of={as_of!r} needs rows with dates: leave it out.", argument="as_of")
    origin = moment_ordinal(moment_of(as_of, calendar.tz), cadence) - 1
    if origin < first:
        raise UsageError(
            f"as_of={as_of!r} is not allowed: no period of the data had ended by then. Give a later day.", argument="as_of"
        )
    return origin


def around_kpi(model: ForecastModel, part: Sample) -> Sample:
    """One segment on the KPI's periods, as the fit had it."""
    return moved_ahead(part, metrics_of(model), kpi=model.kpi, controls=model.controls).around(model.kpi)


@dataclass(frozen=True, kw_only=True, eq=False)
class ForecastRows:
    """The rows from which one segment is forecast.

    Parameters
    ----------
    sample : Sample
        Around the KPI, with one segment.
    first, origin : int
        Numbers of its first period, and of the last one that had ended, as the cadence counts.
    """

    sample: Sample
    first: int
    origin: int


def rows_until(
    model: ForecastModel, parts: Sequence[tuple[SegmentModel, Sample | None]], *, line: Timeline, origin: int
) -> list[ForecastRows | None]:
    """Each segment from its first value to the origin, repaired beside the model's own season; None if it has no value.

    Parameters
    ----------
    model : ForecastModel
    parts : sequence of (SegmentModel, Sample or None)
        Of `around_kpi`. Rows before the first of the model are left out: its trend and its season are counted from there.
    line : Timeline
    origin : int
        As the model's cadence counts.
    """
    found = [None if part is None else _cut(one, part, line=line, origin=origin) for one, part in parts]
    alike: dict[Any, list[int]] = {}
    for place, ((one, _), rows) in enumerate(zip(parts, found, strict=True)):
        if rows is not None:
            season = _season(one, rows, line)
            alike.setdefault((rows.first, _asked(model, one, rows), season.shape, season.tobytes()), []).append(place)
    repairs = as_repairs(dict(model.reading).get("repair", ()))
    for (_, names, *_), places in alike.items():
        some = [(parts[place][0], rows) for place in places if (rows := found[place]) is not None]
        season = _season(*some[0], line)
        samples = all_repaired([rows.sample for _, rows in some], names, repairs, season=season)
        for place, (_, rows), sample in zip(places, some, samples, strict=True):
            found[place] = replace(rows, sample=sample)
    return found


def _asked(model: ForecastModel, one: SegmentModel, rows: ForecastRows) -> tuple[str, ...]:
    """Columns in which repairs look, those of the model first."""
    beside = (name for name in (*model.leads, *model.beside) if name in rows.sample.names)
    return tuple(dict.fromkeys((model.kpi, *one.leads, *model.controls, *beside)))


def _season(one: SegmentModel, rows: ForecastRows, line: Timeline) -> Floats:
    """What the model knows of the season, in the rows that there are."""
    return line.columns(one.model, one.first)[rows.first - one.first :][: rows.sample.n_periods, N_TREND:]


def _cut(one: SegmentModel, part: Sample, *, line: Timeline, origin: int) -> ForecastRows | None:
    """One segment from its first value to the origin as it is in the table."""
    first = line.first_of(part.calendar)
    begin, end = max(one.first - first, 0), min(origin - first + 1, part.n_periods)
    if begin >= end:
        return None
    part = only_rows(part, slice(begin, end))
    if not np.isfinite(part.values).any():
        return None
    empty = known_rows(part).start
    return ForecastRows(sample=only_rows(part, slice(empty, part.n_periods)), first=first + begin + empty, origin=origin)
