"""From a model and rows to forecasts: the same steps whether the rows are those of the fit or new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag.core.arrays import Floats
from leadlag.errors import UsageError, Violation
from leadlag.forecast import words
from leadlag.forecast.fitting import Outlook, PastForecasts, outlook
from leadlag.forecast.model import ForecastModel, SegmentModel
from leadlag.forecast.periods import Timeline, calendar_between
from leadlag.forecast.refusals import few_past, is_stale, refuse_cadence, unknown_territory, wrong_rows
from leadlag.forecast.result import AheadRow, Forecast, SegmentForecast
from leadlag.forecast.rows import ForecastRows, around_kpi, origin_of, read_rows, rows_until
from leadlag.forecast.state import ForecastState
from leadlag.prepare.origins.publication import as_known
from leadlag.sample import Calendar, Sample
from leadlag.sample.periods import Cadence
from leadlag.sample.violations import raise_violations

__all__ = ["forecast_of", "forecast_result", "judged", "label_of", "parts_of", "scored"]


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
    by_name = {name: around_kpi(model, part) for name, part in _parts(model, whole).items()}
    some = next(iter(by_name.values())).calendar
    refuse_cadence(model, some)
    origin = origin_of(some, model.cadence, as_of)
    stale = is_stale(model, origin, stale_ok=stale_ok)
    calendar = replace(some, holidays=some.holidays or model.holidays)
    line = Timeline(calendar=calendar, cadence=model.cadence, last=origin + max(model.horizons))
    rows = rows_until(model, [(one, by_name.get(one.segment)) for one in model.segments], line=line, origin=origin)
    with one_thread():
        found = [_scored_segment(model, one, part, line) for one, part in zip(model.segments, rows, strict=True)]
    parts = parts_of(model, found, line=line, origin=origin)
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


def _scored_segment(model: ForecastModel, one: SegmentModel, rows: ForecastRows | None, line: Timeline) -> Scored:
    """What comes of one segment."""
    found = judged(model, one, rows, line=line)
    if rows is None:
        return found
    notes = [(note.code, note.text) for note in rows.sample.notes]
    return replace(found, notes=(*notes, *unknown_territory(model, one, rows.sample), *few_past(one)))


def judged(
    model: ForecastModel, one: SegmentModel, rows: ForecastRows | None, *, line: Timeline, past: PastForecasts | None = None
) -> Scored:
    """The forecasts of one segment, or what stands against its rows; nothing if there are none."""
    if rows is None:
        return Scored()
    if wrong := wrong_rows(model, one, rows.sample, n=rows.origin - rows.first + 1):
        return Scored(wrong=wrong)
    return Scored(part=forecast_of(model, one, rows, line=line, past=past))


def parts_of(model: ForecastModel, found: Sequence[Scored], *, line: Timeline, origin: int) -> list[SegmentForecast]:
    """The forecasts of all segments, with the reason where there are none; those without a model come last.

    Raises
    ------
    DataContractError
        If something stands against the rows of each.
    """
    if all(one.wrong for one in found):
        raise_violations(wrong for one in found for wrong in one.wrong)
    ended = partial(without_forecast, model, line.calendar, origin)
    parts = [
        one.part or ended(segment=segment.segment, why="; ".join(item.text for item in one.wrong) or words.NO_ROWS)
        for segment, one in zip(model.segments, found, strict=True)
    ]
    return parts + [ended(segment=name, why=why) for name, why in model.unmodelled]


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


def forecast_of(
    model: ForecastModel, one: SegmentModel, rows: ForecastRows, *, line: Timeline, past: PastForecasts | None
) -> SegmentForecast:
    """The forecasts of one segment."""
    sample = rows.sample
    one = replace(one, model=one.model.since(rows.first - one.first))
    n, most = rows.origin - rows.first + 1, max(model.horizons)
    # as far as it is published, those that cannot be on its scale too
    values = _rows(sample.column(model.kpi)[: max(n - one.late[0], 0), None], n)[:, 0]
    if not np.isfinite(one.scale.of(values)).any():
        return without_forecast(model, line.calendar, rows.origin, segment=one.segment, why=words.NO_KPI)
    labels = line.labels(one.first)[rows.first - one.first :]
    state = _state(model, one, rows, line, n=n)
    begin, steps = rows.first - one.first, n + most - state.n_known
    seen = outlook(one.model, state.now, line.columns(one.model, one.first)[begin:], first=begin, steps=steps)
    return SegmentForecast(
        segment=one.segment, kpi_last=labels[state.n_known - 1], outlook=seen, periods=labels, actual=values, state=state,
        past=past, aggregate=sample.aggregates.get(model.kpi), parts=dict(sample.parts),
        rows=_table(model, one, seen, first=n - seen.n - 1, labels=labels[n - 1 :]),
    )  # fmt: skip


def _state(model: ForecastModel, one: SegmentModel, rows: ForecastRows, line: Timeline, *, n: int) -> ForecastState:
    """The rows up to the origin as the model of one segment takes them."""
    y = one.scale.of(_rows(rows.sample.column(model.kpi)[:, None], n)[:, 0])
    X, Z = (_rows(as_known(rows.sample, names, model.log), n) for names in (one.leads, model.controls))
    return ForecastState(
        one=one, now=one.known(y, X, Z), calendar=line.calendar, cadence=model.cadence, first=rows.first, log=model.log
    )


def _rows(values: Floats, n: int) -> Floats:
    """The first n rows; those beyond the last are missing."""
    kept = values[:n]
    return np.concatenate([kept, np.full((n - len(kept), values.shape[1]), np.nan)])


def _table(model: ForecastModel, one: SegmentModel, seen: Outlook, *, first: int, labels: Sequence[str]) -> tuple[AheadRow, ...]:
    """The rows of all horizons; `first` is the step of horizon 0, whose period and those after it have the labels."""
    steps, n_levels = first + np.array(model.horizons), len(model.level)
    reach = one.calibration.quantiles(steps, 0.5 + np.array(model.level) / 2.0) * seen.sd[steps, None]
    point, own = seen.point[steps, None], seen.own[steps, None]
    values = one.scale.back(np.concatenate([point, own, point - reach, point + reach], axis=1))
    finite = np.asarray(np.isfinite(values).all(axis=1))
    capped, used = one.calibration.capped_at(steps).tolist(), seen.used[steps].tolist()
    rows = []
    for row, (horizon, (middle, alone, *ends)) in enumerate(zip(model.horizons, values.tolist(), strict=True)):
        if not finite[row]:
            rows.append(AheadRow(horizon=horizon, period=labels[horizon], reason=words.TOO_LARGE))
            continue
        leads = tuple(compress(one.leads, used[row]))
        rows.append(AheadRow(
            horizon=horizon, period=labels[horizon], point=middle, own_history=alone, low=tuple(ends[:n_levels]),
            high=tuple(ends[n_levels:]), leads=leads, capped=capped[row], reason="" if leads else words.own_history(one.leads),
        ))  # fmt: skip
    return tuple(rows)
