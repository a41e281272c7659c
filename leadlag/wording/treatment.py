"""What was done to a series before it was tested, in words."""

from __future__ import annotations

from collections.abc import Sequence

from leadlag.wording.shown import periods

__all__ = ["kpi_treatment", "lead_treatment", "season"]


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


def lead_treatment(*, log: bool, differenced: bool, with_kpi: bool, surprises: bool, n_clipped: int, unit: str) -> str:
    """What was done to one lead; `with_kpi` says that it was differenced because the KPI was."""
    words = [
        "natural log" if log else "",
        "differenced like the KPI" if with_kpi else "differenced (it looks integrated)" if differenced else "",
        "tested by its surprises (persistent, and they coincide with the KPI's)" if surprises else "",
        f"{periods(n_clipped, unit)} brought back as isolated spikes" if n_clipped else "",
    ]
    return ", ".join(filter(None, words)) or "as given"


def season(*, period: float, count: int, unit: str) -> str:
    """One season of the base, such as ``season of 12 months (6 cycles)``."""
    length = f"{period:.4g} {unit}s"
    return f"season of {length} ({count} {'cycle' if count == 1 else 'cycles'})"
