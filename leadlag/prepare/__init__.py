"""From a Sample to a Problem: what is done to the series before anything is tested, and why."""

from leadlag.prepare.problem import (
    MAX_ORDER,
    SHIFT,
    Prepared,
    Treatment,
    clean_kpi,
    clip_limit,
    clipped_kpi,
    extra_leads,
    longest_lag,
    prepare,
)
from leadlag.prepare.season import Season
from leadlag.prepare.untestable import Untestable

__all__ = [
    "MAX_ORDER",
    "SHIFT",
    "Prepared",
    "Season",
    "Treatment",
    "Untestable",
    "clean_kpi",
    "clip_limit",
    "clipped_kpi",
    "extra_leads",
    "longest_lag",
    "prepare",
]
