"""From a model and rows to forecasts: the same steps whether the rows are those of the fit or new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from leadlag._blas import one_thread
from leadlag.core.arrays import Floats
from leadlag.errors import UsageError
from leadlag.forecast import words
from leadlag.forecast.fitting import Outlook, outlook
from leadlag.forecast.model import ForecastModel, SegmentModel
from leadlag.forecast.refusals import refuse_rows
from leadlag.forecast.result import AheadRow, Forecast, SegmentForecast
from leadlag.prepare.origins.learned import KnownValues
from leadlag.prepare.origins.publication import as_known
from leadlag.prepare.repairs import as_repairs, repaired
from leadlag.sample import Calendar, Sample
from leadlag.sample.frame import as_sample
from leadlag.sample.grid import moment_of
from leadlag.sample.known import trimmed
from leadlag.sample.periods import Cadence, cadence_of, calendar_of, ordinals_of

__all__ = ["ForecastRows", "calendar_between", "counting", "first_ordinal", "forecast_of", "forecast_result", "scored"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ForecastRows:
    """The rows from which one segment is forecast.

    Parameters
    ----------
    sample : Sample
        Around the KPI, with one segment.
    origin : int
        Number of the last period that had ended, as the cadence counts.
    """

    sample: Sample
    origin: int


def counting(calendar: Calendar) -> Cadence:
    """How the periods of a calendar are counted, those without dates too."""
    if calendar.dated:
        return cadence_of(calendar)
    step = int(calendar.index.step) if isinstance(calendar.index, pd.RangeIndex) else 1
    origin = 0 if calendar.in_order else int(calendar.index[0]) % step
    return Cadence(freq=calendar.freq, base="counter", step=step, origin=origin)


def first_ordinal(calendar: Calendar, cadence: Cadence) -> int:
    """Number of the first period, as a cadence counts."""
    if not calendar.dated:
        return (int(calendar.index[0]) - cadence.origin) // cadence.step
    return int(ordinals_of(calendar.starts[:1].to_numpy(dtype="datetime64[us]"), cadence)[0])


def scored(model: ForecastModel, data: Any, *, as_of: Any) -> Forecast:
    """Forecasts of all segments of new rows; see `ForecastModel.score`."""
    reading = dict(model.reading)
    missing, repairs = reading.pop("missing", "mask"), as_repairs(reading.pop("repair", ()))
    names = (model.kpi, *model.leads, *model.controls)
    given = {name: value for name, value in reading.items() if value is not None}
    if not isinstance(data, Sample):
        data = as_sample(data, columns={"kpi": [model.kpi], "leads": [*model.leads, *model.controls]}, missing=missing, **given)
    refuse_rows(model, data)
    parts, notes = [], []
    for one in model.segments:
        sample = data.segment(one.segment) if one.segment else data.require_single()
        sample = repaired(trimmed(sample.around(model.kpi)), names, repairs)
        rows = ForecastRows(sample=sample, origin=_origin(sample, model.cadence, as_of))
        parts.append(forecast_of(model, one, rows))
        notes += [(note.code, note.text) for note in sample.notes]
    return forecast_result(model, parts, as_of=as_of, notes=tuple(dict.fromkeys(notes)), stale=False)


def forecast_result(
    model: ForecastModel, parts: Sequence[SegmentForecast], *, as_of: Any, notes: Sequence[tuple[str, str]], stale: bool
) -> Forecast:
    """The public answer."""
    last = max(parts, key=lambda part: len(part.periods))
    ahead = max(model.horizons)
    return Forecast(
        kpi=model.kpi, unit=model.unit, kpi_unit=model.kpi_unit, as_of=None if as_of is None else str(as_of),
        origin=last.periods[-1 - ahead], level=model.level, segments=tuple(parts), model=model, stale=stale,
        provenance=replace(model.provenance, warnings=tuple(notes)),
    )  # fmt: skip


def _origin(sample: Sample, cadence: Cadence, as_of: Any) -> int:
    """Number of the last period that had ended: that of the last row, or the last that is complete at `as_of`."""
    if as_of is None:
        return first_ordinal(sample.calendar, cadence) + sample.n_periods - 1
    if not sample.calendar.dated:
        raise UsageError(f"as_of={as_of!r} needs rows with dates: leave it out.", argument="as_of")
    moment = moment_of(as_of, sample.calendar.tz)
    return int(ordinals_of(np.array([moment], dtype="datetime64[us]"), cadence)[0]) - 1


def forecast_of(model: ForecastModel, one: SegmentModel, rows: ForecastRows) -> SegmentForecast:
    """The forecasts of one segment."""
    sample, horizons = rows.sample, model.horizons
    first = first_ordinal(sample.calendar, model.cadence)
    n, most = rows.origin - first + 1, max(horizons)
    calendar = calendar_between(sample.calendar, model.cadence, min(first, one.first), rows.origin + most)
    labels = calendar.labels[first - min(first, one.first) :]
    values = published(sample.column(model.kpi)[: max(n, 0), None], one.late[:1])[:, 0]
    known = np.flatnonzero(np.isfinite(one.scale.of(values)))
    if not len(known):
        return SegmentForecast(
            segment=one.segment, kpi_last="", outlook=None, periods=tuple(labels), actual=values,
            rows=tuple(AheadRow(horizon=h, period=labels[n - 1 + h], reason=words.NO_KPI) for h in horizons),
        )  # fmt: skip
    with one_thread():
        seen = _seen(model, one, sample, calendar, n=n, steps=n + most - 1 - int(known[-1]))
    return SegmentForecast(
        segment=one.segment, kpi_last=labels[int(known[-1])], outlook=seen, periods=tuple(labels), actual=values,
        rows=tuple(_row(model, one, seen, step=n - seen.n + h - 1, horizon=h, period=labels[n - 1 + h]) for h in horizons),
    )  # fmt: skip


def _seen(model: ForecastModel, one: SegmentModel, sample: Sample, calendar: Calendar, *, n: int, steps: int) -> Outlook:
    """What the model of one segment says of the rows after its KPI's last value."""
    begin = first_ordinal(sample.calendar, model.cadence) - one.first
    late, n_leads = one.late, len(one.leads)
    y = one.scale.of(published(_rows(sample.column(model.kpi)[:, None], n), late[:1])[:, 0])
    X = published(_rows(as_known(sample, one.leads, model.log), n), late[1 : 1 + n_leads])
    Z = published(_rows(as_known(sample, model.controls, model.log), n), late[1 + n_leads :])
    fixed = one.model.fixed(calendar, len(calendar))
    return outlook(one.model, KnownValues(y=y, X=X, Z=Z), fixed[max(begin, 0) :], first=begin, steps=steps)


def published(values: Floats, late: Sequence[int]) -> Floats:
    """Columns as they were published at the end of the last row, each so many rows late; NaN where it was not yet."""
    row = np.arange(len(values))[:, None]
    return np.where(row < len(values) - np.asarray(late, dtype=np.intp), values, np.nan)


def _rows(values: Floats, n: int) -> Floats:
    """The first n rows; those beyond the last are missing."""
    kept = values[:n]
    return np.concatenate([kept, np.full((n - len(kept), values.shape[1]), np.nan)])


def _row(model: ForecastModel, one: SegmentModel, seen: Outlook, *, step: int, horizon: int, period: str) -> AheadRow:
    """One row of the table."""
    law = one.calibration.at(step)
    tails = [(1.0 - level) / 2.0 for level in model.level]
    low, high = (one.scale.back(seen.point[step] + seen.sd[step] * law.quantiles(p)) for p in (tails, [1.0 - p for p in tails]))
    used = tuple(name for name, uses in zip(one.leads, seen.used[step], strict=True) if uses)
    return AheadRow(
        horizon=horizon, period=period, point=float(one.scale.back(seen.point[step])),
        own_history=float(one.scale.back(seen.own[step])), low=tuple(low.tolist()), high=tuple(high.tolist()), leads=used,
        capped=law.capped, reason="" if used else words.own_history(one.leads),
    )  # fmt: skip


def calendar_between(calendar: Calendar, cadence: Cadence, first: int, last: int) -> Calendar:
    """The periods from the first to the last, named as those of a calendar."""
    return replace(calendar, index=calendar_of(first, last, cadence, tz=calendar.tz).index)
