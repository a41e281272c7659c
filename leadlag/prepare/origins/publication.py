"""What was known at an origin if no value was revised, by what the catalogue says of how late each metric is published."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from leadlag.catalogue import Metric
from leadlag.core.arrays import Floats
from leadlag.prepare.origins.learned import UnrevisedData
from leadlag.prepare.transforms import take_log
from leadlag.sample import Sample

__all__ = ["as_known", "delay_in_rows", "unrevised_data"]


def unrevised_data(
    sample: Sample,
    y: Floats,
    *,
    kpi: str,
    leads: tuple[str, ...],
    controls: tuple[str, ...],
    log: Sequence[str],
    metrics: Mapping[str, Metric],
) -> UnrevisedData:
    """What was known when, if no value was revised and the catalogue says how late each is published."""
    delays = {name: delay_in_rows(sample, metrics, name) for name in (kpi, *leads, *controls)}
    X, Z = (as_known(sample, names, log) for names in (leads, controls))
    return UnrevisedData(
        y=y, X=X, Z=Z, kpi_delay=delays[kpi],
        lead_delays=np.array([delays[name] for name in leads], dtype=np.intp),
        control_delays=np.array([delays[name] for name in controls], dtype=np.intp),
    )  # fmt: skip


def as_known(sample: Sample, names: Sequence[str], log: Sequence[str]) -> Floats:
    """Columns of the sample as they were known at the end of each period, logged where asked, shape (n, len(names))."""
    places = [sample.names.index(name) for name in names]
    values = sample.values[:, places].astype(np.float64)
    for place, name in enumerate(names):
        finer = sample.finer(name)
        if finer is not None and finer.clock.straddles:  # a week of two months tells, in the first, what comes in the second
            values[:, place] = finer.clock.ended_within(finer.values)
        if name in log:
            values[:, place] = take_log(values[:, place], name)
    return values


def delay_in_rows(sample: Sample, metrics: Mapping[str, Metric], name: str) -> int:
    """Periods of the KPI after its row in which a value is published; what is known ahead stands in the row in which it was."""
    return max(math.ceil(metrics[name].available_after / sample.pace(name) - 1e-9), 0) if name in metrics else 0
