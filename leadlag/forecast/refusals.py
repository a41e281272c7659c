"""Rows that are not those that a model was made for, and values such as it has not seen."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.errors import Violation
from leadlag.forecast import words
from leadlag.forecast.model import ForecastModel, SeenColumn, SegmentModel
from leadlag.forecast.periods import same_periods
from leadlag.sample import Calendar, Sample
from leadlag.sample.periods import WEEKDAYS, step_in_words
from leadlag.sample.violations import Fix, raise_violations
from leadlag.wording.shown import joined, number, periods, shown

__all__ = ["few_past", "is_stale", "refuse_cadence", "seen_column", "unknown_territory", "wrong_rows"]

#: Periods that a model may be old, whatever its horizons.
_FRESH = 12
#: How much larger, or smaller, values may be than any in the fit before it is another unit.
_UNIT = 20.0
#: Values whose median says how large a column is now.
_NOW = 4


def seen_column(values: Floats) -> SeenColumn:
    """What a column was like in the fit.

    Examples
    --------
    >>> seen_column(np.array([4.0, -1.0, 2.0, 6.0, 5.0, np.nan]))
    SeenColumn(low=-1.0, high=6.0, smallest=3.0, largest=3.5, gap=1)
    """
    rows = np.flatnonzero(np.isfinite(values))
    if not len(rows):
        return SeenColumn(low=0.0, high=0.0, smallest=0.0, largest=0.0, gap=len(values))
    known = values[rows]
    windows = np.lib.stride_tricks.sliding_window_view(np.abs(known), min(_NOW, len(known)))
    medians = np.median(windows, axis=1)
    return SeenColumn(
        low=float(known.min()), high=float(known.max()), smallest=float(medians.min()), largest=float(medians.max()),
        gap=len(values) - 1 - int(rows[-1]),
    )  # fmt: skip


def refuse_cadence(model: ForecastModel, calendar: Calendar) -> None:
    """Refuse rows on other periods than those of the fit."""
    if same_periods(calendar, model.cadence):
        return
    here = f"one {calendar.unit}{_named(calendar.anchor, calendar.step)}"
    raise_violations([
        Violation(
            code="LL319", argument="data", column=None,
            text=f"the rows have periods of {here}, and the model of {shown(model.kpi)!r} was fitted on periods of "
            f"one {model.unit}{_periods_of(model)}.",
            next_step="give rows of the periods of the fit, or fit a model on these.",
        )
    ])  # fmt: skip


def _named(anchor: str | None, step: str) -> str:
    return f" that begins on {anchor}" if anchor else f" ({step})" if step else ""


def _periods_of(model: ForecastModel) -> str:
    cadence = model.cadence
    if cadence.freq == "week":
        return _named(WEEKDAYS[cadence.week_start], "")
    return _named(None, step_in_words(cadence) if cadence.freq == "period" and cadence.base != "counter" else "")


def is_stale(model: ForecastModel, origin: int, *, stale_ok: bool) -> bool:
    """Whether a model is older than it should be; refused unless that is said to be right."""
    age, longest = origin - model.last, max(model.horizons)
    if age <= max(longest, _FRESH):
        return False
    if not stale_ok:
        last = max((one.last_period for one in model.segments), key=str)
        raise_violations([
            Violation(
                code="LL321", argument="data", column=None,
                text=f"the model's last period is {last}, {periods(age, model.unit)} before the last one "
                f"that has ended: more than its longest horizon ({longest}) and than {_FRESH}.",
                next_step="fit the model again, or say that it may be used all the same", fixes=(Fix.of(stale_ok=True),),
            )
        ])  # fmt: skip
    return True


def wrong_rows(model: ForecastModel, one: SegmentModel, sample: Sample, *, n: int) -> tuple[Violation, ...]:
    """What stands against the rows of one segment.

    Parameters
    ----------
    model : ForecastModel
    one : SegmentModel
    sample : Sample
        Up to the origin.
    n : int
        Rows up to and with the origin; those that the sample does not have are missing.
    """
    columns = list(_columns(model, one, sample))
    behind = [n - 1 - int(rows[-1]) if len(rows := np.flatnonzero(np.isfinite(values))) else n for _, values, _, _ in columns]
    of = f" of {shown(one.segment)}" if one.segment else ""
    found = []
    asked = list(zip(behind, columns, strict=True))[: 1 + len(one.leads)]  # what is known of a control says nothing of now
    if all(gap > max(late, seen.gap) for gap, (_, _, seen, late) in asked):
        names, span = joined([shown(name) for _, (name, *_) in asked]), periods(min(gap for gap, _ in asked), model.unit)
        found.append(
            Violation(
                code="LL320",
                argument="data",
                column=None,
                text=f"the last {span}{of} have no value of {names}: nothing is known of now.",
                next_step="give these values, or leave out the periods that have not ended.",
            )
        )
    found += [wrong for name, values, seen, _ in columns if (wrong := _other_unit(name, values, seen, of)) is not None]
    return tuple(found)


def _other_unit(name: str, values: Floats, seen: SeenColumn, of: str) -> Violation | None:
    """That a column is of another size than it ever was, and be it that it was switched off."""
    last = np.abs(values[np.isfinite(values)])[-_NOW:]
    now = statistics.median(last.tolist()) if len(last) == _NOW else seen.largest
    if seen.smallest / _UNIT <= now <= seen.largest * _UNIT:
        return None
    return Violation(
        code="LL322", argument="data", column=str(name),
        text=f"unit changed? The last {_NOW} values of {shown(name)}{of} have a median of {number(now)} in size, "
        f"and in the fit it was {number(seen.smallest)} to {number(seen.largest)}.",
        next_step="give the values in the unit of the fit, or fit the model again.",
    )  # fmt: skip


def unknown_territory(model: ForecastModel, one: SegmentModel, sample: Sample) -> Iterator[tuple[str, str]]:
    """Notes on values beyond all that the fit has seen."""
    of = f" of {shown(one.segment)}" if one.segment else ""
    for name, values, seen, _ in _columns(model, one, sample):
        known = values[np.isfinite(values)]
        beyond = known[(known < seen.low) | (known > seen.high)]
        if len(beyond):
            span = f"{number(seen.low)} to {number(seen.high)}"
            yield "LL173", f"{shown(name)}{of} was {number(float(beyond[-1]))}, outside what the model was fitted on ({span})"


def few_past(one: SegmentModel) -> Iterator[tuple[str, str]]:
    """That intervals rest on few past forecasts."""
    if one.calibration.n_scores < words.FEW_ORIGINS:
        of = f"{shown(one.segment)}: " if one.segment else ""
        yield "LL172", of + words.few_scores(one.calibration.n_scores)


def _columns(model: ForecastModel, one: SegmentModel, sample: Sample) -> Iterator[tuple[str, Floats, SeenColumn, int]]:
    """Name, values, what they were in the fit, and how late they are published, of the KPI, the leads and the controls."""
    names = (model.kpi, *one.leads, *model.controls)
    for name, seen, late in zip(names, one.seen, one.late, strict=True):
        yield name, sample.column(name), seen, late
