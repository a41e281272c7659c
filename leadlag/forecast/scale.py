"""On which scale a KPI is forecast, by what it is and by its own history."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from leadlag.catalogue import Metric, Ratio
from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import is_constant
from leadlag.core.series.scales import unit_of
from leadlag.core.series.trend import runs_by_itself
from leadlag.forecast.numbers.scales import KpiScale, above_zero, likely_scale, logs_fit_better
from leadlag.prepare.kpi import MAX_ORDER
from leadlag.prepare.regressors import beside_leads, may_be_sums
from leadlag.prepare.scale import PERCENT_UNITS
from leadlag.prepare.untestable import fewest_rows
from leadlag.sample import Sample

__all__ = ["kpi_scale"]


def kpi_scale(sample: Sample, kpi: str, *, log: bool, metrics: Mapping[str, Metric]) -> KpiScale:
    """The scale on which the KPI is forecast."""
    level = sample.column(kpi)
    if log:
        return KpiScale(kind="log")
    likely = likely_scale(level, unit=float(unit_of(level)), share=_share_top(sample, kpi, metrics))
    if likely.kind != "level" or not above_zero(level) or bool(is_constant(level)):
        return likely
    logs = KpiScale(kind="log")
    bases = [_calendar_columns(sample, kpi, scale) for scale in (likely, logs)]
    enough = np.isfinite(level).sum() >= fewest_rows(max(base.shape[1] for base in bases))
    if not enough or runs_by_itself(logs.of(level), bases[1][:, :2]):
        return likely
    return logs if logs_fit_better(level, level=bases[0], log=bases[1], max_order=MAX_ORDER) else likely


def _calendar_columns(sample: Sample, kpi: str, scale: KpiScale) -> Floats:
    """Constant, trend and what the KPI shows of the calendar on a scale."""
    n = sample.n_periods
    line = np.column_stack([np.ones(n), np.arange(n) / n])
    beside = beside_leads(sample.calendar, scale.of(sample.column(kpi)), np.empty((n, 0)), sums=may_be_sums(sample, (kpi,)))
    return line if beside.columns is None else np.column_stack([line, beside.columns])


def _share_top(sample: Sample, kpi: str, metrics: Mapping[str, Metric]) -> float | None:
    """Upper end of a share, where the catalogue says that the KPI is one."""
    if isinstance(sample.aggregates.get(kpi), Ratio):
        return 1.0
    return 100.0 if kpi in metrics and (metrics[kpi].unit or "").strip() in PERCENT_UNITS else None
