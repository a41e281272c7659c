"""From a model and rows to forecasts: the same steps whether the rows are those of the fit or new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag.core.arrays import Floats
from leadlag.errors import UsageError, Violation
from leadlag.forecast import words
from leadlag.forecast.fitting import Outlook, outlook
from leadlag.forecast.model import ForecastModel, SegmentModel
from leadlag.forecast.periods import calendar_between, counting, first_ordinal
from leadlag.forecast.refusals import few_past, is_stale, refuse_cadence, unknown_territory, wrong_rows
from leadlag.forecast.result import AheadRow, Forecast, SegmentForecast
from leadlag.forecast.rows import around_kpi, origin_of, read_rows, rows_until
from leadlag.prepare.origins.learned import KnownValues
from leadlag.prepare.origins.publication import as_known
from leadlag.sample import Calendar, Sample
from leadlag.sample.periods import Cadence
from leadlag.sample.violations import raise_violations

__all__ = [
    "ForecastRows", "calendar_between", "counting", "first_ordinal", "forecast_of", "forecast_result", "label_of", "scored",
    "without_forecast",
]  # fmt: skip


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """What came of one segment: its forecasts, or what stands against its rows.

    Parameters
    ----------
    part : SegmentForecast or None
    wrong : tuple of Violation
    notes : tuple of (str, str)
    """

    part: SegmentForecast | None = None
    wrong: tuple[Violation, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def scored(model: ForecastModel, data: Any, *, as_of: Any, stale_ok: bool = False) -> Forecast:
    """Forecasts of all segments of new rows; see `ForecastModel.score`."""
    whole = read_rows(model, data)
    by_name = _parts(model, whole)
    some = around_kpi(model, next(iter(by_name.values())))
    refuse_cadence(model, some.calendar)
    origin = origin_of(some.calendar, model.cadence, as_of)
    stale = is_stale(model, origin, stale_ok=stale_ok)
    calendar = some.calendar
    found = [_scored_segment(model, one, by_name.get(one.segment), origin) for one in model.segments]
    if all(one.wrong for one in found):
        raise_violations(wrong for one in found for wrong in one.wrong)
    ended = partial(without_forecast, model, calendar, origin)
    parts = [
        one.part or ended(segment=segment.segment, why="; ".join(item.text for item in one.wrong) or words.NO_ROWS)
        for segment, one in zip(model.segments, found, strict=True)
    ]
    parts += [ended(segment=name, why=why) for name, why in model.unmodelled]
    notes = [*((note.code, note.text) for note in whole.notes), *(note for one in found for note in one.notes)]
    if unknown := sorted(set(by_name) - {part.segment for part in parts}):
        notes.append(("LL175", words.new_segments(unknown)))
    if stale:
        notes.append(("LL174", words.STALE))
    label = label_of(calendar, model.cadence, origin)
    return forecast_result(model, parts, as_of=as_of, origin=label, notes=notes, stale=stale)


def _parts(model: ForecastModel, whole: Sample) -> dict[str, Sample]:
    """The Sample of each segment by its name; a model of one segment takes rows without any."""
    names = [one.segment for one in model.segments]
    if names == [""] or (len(names) == 1 and not model.unmodelled and not whole.segments):
        return {names[0]: whole.require_single()}
    if not whole.segments:
        raise UsageError(
            f"the model has {len(names)} segments, and the data have none: give rows with a column of segments.", argument="data"
        )
    return {name: whole.segment(name) for name in whole.segments}


def _scored_segment(model: ForecastModel, one: SegmentModel, part: Sample | None, origin: int) -> Scored:
    """What comes of one segment."""
    sample = None if part is None else rows_until(model, one, around_kpi(model, part), origin)
    if sample is None:
        return Scored()
    n = origin - first_ordinal(sample.calendar, model.cadence) + 1
    if wrong := wrong_rows(model, one, sample, n=n):
        return Scored(wrong=wrong)
    sample = replace(sample, calendar=_with_holidays(model, sample.calendar))
    notes = [(note.code, note.text) for note in sample.notes]
    notes += [*unknown_territory(model, one, sample), *few_past(one)]
    return Scored(part=forecast_of(model, one, ForecastRows(sample=sample, origin=origin)), notes=tuple(notes))


def _with_holidays(model: ForecastModel, calendar: Calendar) -> Calendar:
    """A calendar with the holidays of the fit, if it declares none."""
    return replace(calendar, holidays=calendar.holidays or model.holidays)


def forecast_result(
    model: ForecastModel,
    parts: Sequence[SegmentForecast],
    *,
    origin: str,
    as_of: Any = None,
    notes: Sequence[tuple[str, str]] = (),
    stale: bool = False,
) -> Forecast:
    """The public answer; segments without a model come last."""
    return Forecast(
        kpi=model.kpi, unit=model.unit, kpi_unit=model.kpi_unit, as_of=None if as_of is None else str(as_of), origin=origin,
        level=model.level, segments=tuple(parts), model=model, stale=stale,
        provenance=replace(model.provenance, warnings=tuple(dict.fromkeys(notes))),
    )  # fmt: skip


def label_of(calendar: Calendar, cadence: Cadence, ordinal: int) -> str:
    """The label of one period."""
    return calendar_between(calendar, cadence, ordinal, ordinal).labels[0]


def without_forecast(model: ForecastModel, calendar: Calendar, origin: int, *, segment: str, why: str) -> SegmentForecast:
    """The rows of a segment that cannot be forecast, each with the reason."""
    labels = calendar_between(calendar, model.cadence, origin, origin + max(model.horizons)).labels
    rows = tuple(AheadRow(horizon=h, period=labels[h], reason=why) for h in model.horizons)
    return SegmentForecast(
        segment=segment, kpi_last="", outlook=None, periods=tuple(labels), actual=np.full(1, np.nan), rows=rows
    )


def forecast_of(model: ForecastModel, one: SegmentModel, rows: ForecastRows) -> SegmentForecast:
    """The forecasts of one segment."""
    sample, horizons = rows.sample, model.horizons
    first = first_ordinal(sample.calendar, model.cadence)
    n, most = rows.origin - first + 1, max(horizons)
    values = published(_rows(sample.column(model.kpi)[:, None], n), one.late[:1])[:, 0]
    known = np.flatnonzero(np.isfinite(one.scale.of(values)))
    if not len(known):
        return without_forecast(model, sample.calendar, rows.origin, segment=one.segment, why=words.NO_KPI)
    calendar = calendar_between(sample.calendar, model.cadence, one.first, rows.origin + most)
    labels = calendar.labels[first - one.first :]
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
    return outlook(one.model, KnownValues(y=y, X=X, Z=Z), fixed[begin:], first=begin, steps=steps)


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
    point, own = float(one.scale.back(seen.point[step])), float(one.scale.back(seen.own[step]))
    if not np.isfinite([point, own, *low, *high]).all():
        return AheadRow(horizon=horizon, period=period, reason=words.TOO_LARGE)
    used = tuple(name for name, uses in zip(one.leads, seen.used[step], strict=True) if uses)
    return AheadRow(
        horizon=horizon, period=period, point=point, own_history=own, low=tuple(low.tolist()), high=tuple(high.tolist()),
        leads=used, capped=law.capped, reason="" if used else words.own_history(one.leads),
    )  # fmt: skip
