"""What was done to a series before it was tested, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from leadlag.wording.shown import periods

__all__ = ["kpi_treatment", "lead_treatment", "season"]

#: Lengths of a season that have a word, by the unit of the sample.
_SEASONS = {
    "hour": ((24, "daily"), (168, "weekly"), (8766, "yearly")),
    "day": ((7, "weekly"), (365.25, "yearly")),
    "business day": ((5, "weekly"), (261, "yearly")),
    "week": ((52.18, "yearly"),),
    "month": ((12, "yearly"),),
    "quarter": ((4, "yearly"),),
}


def kpi_treatment(*, log: bool, differenced: bool, n_clipped: int, seasons: Sequence[str], order: int, unit: str) -> str:
    """What was done to the KPI: log, difference, season and trend, clipping, and its own momentum."""
    fixed = "trend" if not seasons else f"trend and {' and '.join(seasons)}"
    words = [
        "natural log" if log else "",
        "differenced (it looks integrated)" if differenced else "",
        f"{fixed} in every model",
        f"{periods(n_clipped, unit)} clipped as outliers" if n_clipped else "",
        f"own momentum AR({order})" if order else "no momentum of its own",
    ]
    return ", ".join(filter(None, words))


def lead_treatment(
    *, log: bool, differenced: bool, with_kpi: bool, surprises: bool, n_clipped: int, unit: str, part: bool = False
) -> str:
    """What was done to one lead; `with_kpi` says that it was differenced because the KPI was."""
    words = [
        "natural log" if log else "",
        "differenced like the KPI" if with_kpi else "differenced (it looks integrated)" if differenced else "",
        "an arithmetic part of the KPI" if part else "",
        "tested by its surprises (persistent, and they coincide with the KPI's)" if surprises else "",
        f"isolated spikes in {periods(n_clipped, unit)} smoothed" if n_clipped else "",
    ]
    return ", ".join(filter(None, words)) or "as given"


def season(*, period: float, count: int, unit: str) -> str:
    """One season of the base, such as ``yearly season (12 months, 6 harmonics)``.

    Examples
    --------
    >>> season(period=365.25 / 7, count=1, unit="week"), season(period=10, count=2, unit="period")
    ('yearly season (52.18 weeks, 1 harmonic)', 'season (10 periods, 2 harmonics)')
    """
    if not count:
        return "month ends"
    word = next((each for length, each in _SEASONS.get(unit, ()) if math.isclose(period, length, rel_tol=0.02)), "")
    return f"{word} season ({period:.4g} {unit}s, {periods(count, 'harmonic')})".lstrip()
