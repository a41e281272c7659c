"""What is laid over the core: the calendar, seasons and a trend."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from leadlag._validation import as_option
from leadlag.core.arrays import Floats
from leadlag.errors import UsageError
from leadlag.simulate.specs import Season, Trend

__all__ = ["calendar", "overlay"]

_OFFSETS = {
    "hour": "h",
    "day": "D",
    "business_day": "B",
    "week": "W-MON",
    "month": "MS",
    "quarter": "QS",
    "year": "YS",
    "period": "",
}


def calendar(n_periods: int, freq: str, start: str) -> pd.Index:
    """Index "date" of `n_periods` periods from `start` on, or a counter "period" from 1."""
    offset = _OFFSETS[as_option(freq, "freq", tuple(_OFFSETS))]
    if freq == "period":
        return pd.RangeIndex(1, n_periods + 1, name="period")
    first = pd.Timestamp(start).as_unit("s")  # in seconds, 20,000 weeks are no overflow
    return pd.DatetimeIndex(pd.date_range(first, periods=n_periods, freq=offset, unit="s").to_numpy(), name="date")


def overlay(index: pd.Index, streams: Sequence[np.random.Generator], seasons: Sequence[Season], trend: Trend) -> Floats:
    """Season and trend of the KPI (column 0) and of every other series, one stream of draws each."""
    rise = np.array([trend.leads if place else trend.kpi for place in range(len(streams))])
    laid: Floats = np.linspace(0.0, 1.0, len(index))[:, None] * rise
    for season in seasons:
        shared = _pattern(index, season, streams[0])
        laid[:, 0] += season.kpi * shared
        for place, stream in enumerate(streams[1:], start=1):
            laid[:, place] += season.leads * (shared if season.phases == "shared" else _pattern(index, season, stream))
    return laid


def _pattern(index: pd.Index, season: Season, rng: np.random.Generator) -> Floats:
    """Repeating pattern of about unit sd."""
    if season.shape == "month_end":
        return _month_end(index)
    angle = 2 * np.pi * np.arange(len(index)) / season.period
    first, second = rng.uniform(0, 2 * np.pi, 2)
    smooth: Floats = (np.sin(angle + first) + 0.5 * np.sin(2 * angle + second)) / math.sqrt(0.625)
    return smooth


def _month_end(index: pd.Index) -> Floats:
    """Spike in the last period of each calendar month."""
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 2 or not _shorter_than_months(index):
        raise UsageError("shape='month_end' needs freq='day', 'business_day' or 'week': give one of these or shape='smooth'.")
    following = pd.DatetimeIndex([*index[1:], index[-1] + (index[-1] - index[-2])])
    last = np.asarray(index.month != following.month, dtype=np.float64)
    spike: Floats = (last - last.mean()) / max(float(np.std(last)), 1e-3)
    return spike


def _shorter_than_months(index: pd.DatetimeIndex) -> bool:
    return pd.Timedelta(days=1) <= index[1] - index[0] <= pd.Timedelta(days=7)
