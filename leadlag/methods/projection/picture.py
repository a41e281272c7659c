"""The response of the KPI to a surprise in the lead, period by period, with both bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from leadlag._validation import as_option
from leadlag.methods.projection.words import VIEW
from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, MARKS, PLAIN, axes_of, label, theme
from leadlag.wording.shown import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.methods.projection.result import LocalProjection

__all__ = ["PICTURES", "response", "response_inches"]

_SHOWN = ("level", "cumulative")


def response(result: LocalProjection, *, ax: Axes | None = None, show: str = "level") -> Axes:
    """Response at every horizon with its pointwise and simultaneous band; the peak is ringed.

    Parameters
    ----------
    result : LocalProjection
    ax : Axes, optional
        Where to draw; a new figure if None.
    show : {"level", "cumulative"}
        The response itself, or its sum from horizon 0 on.

    Returns
    -------
    Axes
    """
    summed = as_option(show, "show", _SHOWN) == "cumulative"
    found, at = (result.cumulative if summed else result.bands), np.asarray(result.horizons)
    colour = MARKS["lead"].colour
    with theme():
        ax = axes_of(ax, inches=response_inches(result))
        ax.axhline(0.0, color=FAINT, linewidth=1.0, zorder=1)
        if at.size > 1:
            ax.fill_between(at, found.low_all, found.high_all, color=colour, alpha=0.13, linewidth=0, zorder=2)
        ax.plot(at, found.estimate, color=colour, linewidth=1.4, zorder=3)
        ax.vlines(at, found.low, found.high, color=colour, linewidth=2.4, alpha=0.55, zorder=3)
        ax.plot(at, found.estimate, linestyle="none", marker="o", markersize=4.5, color=colour, zorder=4)
        if not summed:
            peak = result.horizons.index(result.peak_horizon)
            ax.plot(at[peak], found.estimate[peak], marker="o", markersize=11, markerfacecolor="none",
                    markeredgecolor=colour, markeredgewidth=1.5, zorder=5)  # fmt: skip
        handles = _handles(colour, percent(found.level), peak=not summed)
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=3, borderaxespad=0.2, columnspacing=1.4)
        _say(ax, result, summed=summed)
    return ax


def response_inches(result: LocalProjection) -> tuple[float, float]:  # noqa: ARG001  (every size function is called alike)
    """Width and height of the picture."""
    return 7.2, 3.9


def _handles(colour: str, level: str, *, peak: bool) -> list[Line2D | Patch]:
    """What the marks mean."""
    point = Line2D([], [], color=colour, marker="o", markersize=4.5, linewidth=2.4, label=f"{level} band of each period alone")
    band = Patch(color=colour, alpha=0.13, linewidth=0, label=f"{level} band of all at once")
    ring = Line2D([], [], linestyle="none", marker="o", markersize=9, markerfacecolor="none", markeredgecolor=colour,
                  markeredgewidth=1.5, label="largest")  # fmt: skip
    return [point, band, *([ring] if peak else [])]


def _say(ax: Axes, result: LocalProjection, *, summed: bool) -> None:
    """Which of the two views this is, and its units, on title and axes."""
    kpi, lead = label(result.kpi, 26), label(result.lead, 26)
    unit = f" ({label(result.kpi_unit, 20)})" if result.kpi_unit else ""
    size = f"1 {label(result.lead_unit, 20)}" if result.lead_unit else "one unit"
    ax.set_title(f"{kpi} after {lead}\n{VIEW.capitalize()}{', added up' if summed else ''}", **PLAIN, pad=26.0)
    ax.set_ylabel(f"{'Added-up response' if summed else 'Response'} of {kpi}{unit}\nto a surprise of {size}", **PLAIN)
    ax.set_xlabel(f"Horizon: {result.unit}s after the surprise in {lead}", **PLAIN)
    ax.set_xlim(min(result.horizons) - 0.4, max(result.horizons) + 0.4)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14, min_n_ticks=1))
    ax.grid(axis="y")


#: The pictures of the result, the usual one first.
PICTURES = {"response": Picture(response, response_inches)}
