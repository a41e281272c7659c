"""What is asked of one KPI that is to be forecast, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadlag._validation import as_horizons, as_real
from leadlag.catalogue import Metric, Missing
from leadlag.errors import UsageError
from leadlag.forecast.model import MOST_AHEAD

__all__ = ["HORIZONS", "ForecastCall", "as_levels", "asked_horizons"]

#: Periods ahead that are asked for.
HORIZONS = (1, 2, 4, 8, 12)


@dataclass(frozen=True, kw_only=True)
class ForecastCall:
    """What is asked of one KPI, checked."""

    horizons: tuple[int, ...]
    level: tuple[float, ...]
    max_lag: int | None
    log: tuple[str, ...]
    repair: tuple[str, ...]
    missing: Missing
    fdr: float
    n_draws: int
    seeds: tuple[int, ...]
    metrics: Mapping[str, Metric]
    note: str = ""


def asked_horizons(horizons: Any) -> tuple[int, ...]:
    """Horizons in their order, the usual ones if None; no further than can be asked for."""
    if horizons is None:
        return HORIZONS
    found = as_horizons(horizons)
    if found[-1] > MOST_AHEAD:
        raise UsageError(
            f"horizons={found[-1]} is not allowed: give whole numbers from 1 to {MOST_AHEAD:,}.", argument="horizons"
        )
    return found


def as_levels(level: Any) -> tuple[float, ...]:
    """Levels of the intervals in their order."""
    several = level if isinstance(level, Iterable) and not isinstance(level, str) else [level]
    found = tuple(sorted({as_real(one, "level", low=0.0, high=1.0) for one in several}))
    if not found or not 0.0 < found[0] <= found[-1] < 1.0:
        raise UsageError(f"level={level!r} is not allowed: give shares between 0 and 1, such as (0.8, 0.95).", argument="level")
    return found
