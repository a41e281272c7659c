"""The model of one segment: what walks over its origins, fits the last, and sets the size of intervals by the errors of all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadlag._blas import one_thread
from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import standardise
from leadlag.core.series.ahead import made_of_later_values
from leadlag.core.series.scales import unit_of
from leadlag.core.time.lags import difference
from leadlag.decision import Policy
from leadlag.errors import DataContractError
from leadlag.forecast import words
from leadlag.forecast.asked import ForecastCall
from leadlag.forecast.choosing import Chooser
from leadlag.forecast.fitting import KpiModel, Outlook, PastForecasts, Walker, in_own_units
from leadlag.forecast.model import SegmentModel
from leadlag.forecast.numbers.intervals import Calibration, calibrated
from leadlag.forecast.numbers.scales import KpiScale, above_zero
from leadlag.forecast.periods import calendar_between, counting, first_ordinal
from leadlag.forecast.refusals import seen_column
from leadlag.forecast.scale import kpi_scale
from leadlag.prepare.edges import edges_told
from leadlag.prepare.origins.learned import Learner, UnrevisedData
from leadlag.prepare.origins.publication import as_known, delay_in_rows, unrevised_data
from leadlag.prepare.origins.rolling import default_origin
from leadlag.prepare.refusals import refuse_beyond, refuse_exact_kpi, refuse_interpolated, refuse_kpi, refuse_lags
from leadlag.prepare.regressors import may_be_sums
from leadlag.prepare.repairs import repaired
from leadlag.prepare.untestable import moved_copies, untestable_leads
from leadlag.sample import Sample
from leadlag.sample.known import trimmed
from leadlag.sample.roles import Roles, longest_lag

__all__ = ["FittedSegment", "fitted_segment"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedSegment:
    """The model of one segment, the rows as the fit used them, and its forecasts from past origins."""

    model: SegmentModel
    sample: Sample
    past: PastForecasts


def fitted_segment(sample: Sample, roles: Roles, asked: ForecastCall) -> FittedSegment:
    """Fit the only segment of a Sample."""
    sample = trimmed(sample)
    longest = longest_lag(sample, asked.max_lag)
    sample = edges_told(sample, roles.names, max_lag=longest, metrics=asked.metrics)
    sample = repaired(sample, roles.names, asked.repair)
    level = sample.column(roles.kpi)
    refuse_beyond(roles.kpi, level)
    with one_thread():
        scale = kpi_scale(sample, roles.kpi, log=roles.kpi in asked.log, metrics=asked.metrics)
        fit = _fitted_on(sample, roles, asked, scale, max_lag=longest)
        if scale.kind == "level" and above_zero(level) and fit.reaches_below_zero(asked):
            scale = KpiScale(kind="log")
            fit = _fitted_on(sample, roles, asked, scale, max_lag=longest)
        names = tuple(roles.leads[term.place] for term in fit.model.leads)
        model = in_own_units(fit.model, x=_units(sample, names, asked.log), z=_units(sample, roles.controls, asked.log))
    late = tuple(delay_in_rows(sample, asked.metrics, name) for name in (roles.kpi, *names, *roles.controls))
    whole = np.column_stack([level, *(sample.column(name) for name in names)])
    begin = first_ordinal(sample.calendar, counting(sample.calendar))
    made = SegmentModel(
        segment=sample.segments[0] if sample.segments else "",
        leads=names, model=model, late=late, scale=scale, calibration=fit.calibration,
        first=begin, n_periods=sample.n_periods,
        first_period=sample.periods[0], last_period=sample.periods[-1],
        seen=tuple(seen_column(sample.column(name)) for name in (roles.kpi, *names, *roles.controls)),
        fingerprint=hashlib.sha256(np.ascontiguousarray(whole).tobytes()).hexdigest(),
    )  # fmt: skip
    return FittedSegment(model=made, sample=sample, past=fit.past)


@dataclass(frozen=True, kw_only=True, eq=False)
class _OnScale:
    """The model of the last origin on one scale, what it says of the rows ahead, and what past errors make of its spread."""

    model: KpiModel
    seen: Outlook
    past: PastForecasts
    calibration: Calibration

    def reaches_below_zero(self, asked: ForecastCall) -> bool:
        """Whether the widest interval of a horizon has an end below zero."""
        tail = (1.0 - asked.level[-1]) / 2.0
        steps = [len(self.seen.point) - max(asked.horizons) + horizon - 1 for horizon in asked.horizons]
        return any(
            self.seen.point[step] + self.seen.sd[step] * self.calibration.at(step).quantiles(tail) <= 0.0 for step in steps
        )


def _fitted_on(sample: Sample, roles: Roles, asked: ForecastCall, scale: KpiScale, *, max_lag: int) -> _OnScale:
    """The walk over past origins with the KPI on a scale, and the model of the last."""
    walker, y = _walker(sample, roles, asked, scale, max_lag=max_lag)
    first = default_origin(sample.calendar, y, walker.learner.known.at(len(y) - 1).X)
    past = walker.past(y, first=first)
    found = walker.model_at(len(y) - 1)
    if found is None:
        raise DataContractError(words.refused(roles.kpi, words.too_short(max(asked.horizons))), code="LL313")
    return _OnScale(model=found[0], seen=walker.seen(*found), past=past, calibration=calibrated(past.scores))


def _walker(sample: Sample, roles: Roles, asked: ForecastCall, scale: KpiScale, *, max_lag: int) -> tuple[Walker, Floats]:
    """What walks over the origins of one sample, leads and controls in units of `unit_of`, and the KPI on its scale."""
    y, n = scale.of(sample.column(roles.kpi)), sample.n_periods
    known = unrevised_data(
        sample, y, kpi=roles.kpi, leads=roles.leads, controls=roles.controls, log=asked.log, metrics=asked.metrics
    )
    fixed = np.column_stack([np.ones(n), np.arange(n) / n])
    level = sample.column(roles.kpi) / unit_of(sample.column(roles.kpi))
    refuse_kpi(roles.kpi, level, known.Z, roles.controls, n_columns=fixed.shape[1] + known.Z.shape[1])
    refuse_interpolated(roles.kpi, level, unit=sample.calendar.unit)
    refuse_lags(max_lag, n=n, n_beside=known.Z.shape[1])
    refuse_exact_kpi(roles.kpi, level, np.column_stack([fixed, standardise(known.Z).values]))
    known = _as_late_as_now(known)
    known = replace(known, X=_usable(y, known.X, roles.leads, fixed=fixed, max_lag=max_lag))
    x_unit, z_unit = unit_of(known.X), unit_of(known.Z)  # series of extreme size are computed with in units of their own
    known = replace(known, X=known.X / x_unit, Z=known.Z / z_unit)
    steps = max(asked.horizons) + known.kpi_delay
    cadence = counting(sample.calendar)
    first = first_ordinal(sample.calendar, cadence)
    calendar = calendar_between(sample.calendar, cadence, first, first + n - 1 + steps)
    sums = may_be_sums(sample, (roles.kpi, *roles.leads))
    learner = Learner(known=known, calendar=calendar, max_lag=max_lag, sums=sums)
    chooser = Chooser(
        calendar=sample.calendar,
        max_lag=max_lag,
        sums=sums,
        policy=Policy(fdr=asked.fdr),
        seeds=asked.seeds,
        n_draws=asked.n_draws,
    )
    return Walker(learner=learner, chooser=chooser, n=n, steps=steps), y


def _as_late_as_now(known: UnrevisedData) -> UnrevisedData:
    """Delays of publication, as the catalogue says them, or longer where values are missing at the end now."""

    def late(values: Floats, said: int) -> int:
        rows = np.flatnonzero(np.isfinite(values))
        return max(said, len(values) - 1 - int(rows[-1])) if len(rows) else said

    def each(values: Floats, said: np.ndarray) -> np.ndarray:
        return np.array([late(one, int(delay)) for one, delay in zip(values.T, said, strict=True)], dtype=np.intp)

    return replace(
        known, kpi_delay=late(known.y, known.kpi_delay), lead_delays=each(known.X, known.lead_delays),
        control_delays=each(known.Z, known.control_delays),
    )  # fmt: skip


def _usable(y: Floats, X: Floats, leads: Sequence[str], *, fixed: Floats, max_lag: int) -> Floats:
    """The candidates, those gone that no ranking would test or that are made of the KPI's own later values."""
    out = {item.lead for item in untestable_leads(y, X, leads, fixed=fixed)}
    kept = np.array([name not in out for name in leads], dtype=bool)
    some = np.where(kept, X, np.nan)
    moved = np.zeros(len(leads), dtype=bool)
    if kept.any():
        scaled = X[:, kept] / unit_of(X[:, kept])
        moved[kept] = moved_copies(y, scaled, max_lag=max_lag) > 0
        moved[kept] |= made_of_later_values(y, scaled) | made_of_later_values(difference(y), difference(scaled))
    return np.where(moved, np.nan, some)


def _units(sample: Sample, names: Sequence[str], log: Sequence[str]) -> Floats:
    """Units in which leads, or controls, were computed with."""
    return unit_of(as_known(sample, names, log))
