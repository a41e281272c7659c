"""Power curves: the chance to find each lead, by the size of its effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, INK, LINE, MARKS, PLAIN, axes_of, label, theme
from leadlag.wording.shown import percent, periods

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.methods.power.result import DetectableEffects, LeadPower

__all__ = ["PICTURES", "chances", "chances_inches"]

_COLOUR = MARKS["lead"].colour
#: Of the easiest, the middle and the hardest lead.
_DASHES: tuple[Any, ...] = ("-", (0.0, (5.0, 2.0)), (0.0, (1.5, 1.5)))


def chances(result: DetectableEffects, *, ax: Axes | None = None) -> Axes:
    """Chance to find each lead by the size of its effect in sd of the KPI: easiest, middle and hardest lead named.

    Parameters
    ----------
    result : DetectableEffects
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    with theme():
        ax = axes_of(ax, inches=chances_inches(result))
        known = sorted((item for item in result.leads if item.detectable is not None), key=_half)
        for item in known:
            ax.plot(item.sizes, item.found, color=LINE, linewidth=1.0, zorder=2)
        named = _named(known)
        for place, item in enumerate(named):
            ax.plot(item.sizes, item.found, color=_COLOUR, linewidth=1.8, linestyle=_DASHES[place], zorder=4)
        for height in (0.5, result.power):
            ax.axhline(height, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=3)
        ax.set_ylim(0.0, 1.02)
        ax.set_xlim(0.0, max(item.sizes[int(np.searchsorted(item.found, 0.97, side="left").clip(max=len(item.sizes) - 1))]
                             for item in known))  # fmt: skip
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        ax.grid(axis="y")
        ax.set_xlabel(f"Effect at one lag of a rise by one sd of the lead, in sd of {label(result.kpi, 24)}", **PLAIN)
        ax.set_ylabel(f"Found ({percent(0.5)} and {percent(result.power)} marked)")
        ax.set_title(f"What could be seen of {label(result.kpi, 24)} in {periods(result.nobs, result.unit)}", **PLAIN, pad=26.0)
        ax.legend(
            handles=_legend(named, n=len(known)), loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=4, borderaxespad=0.2
        )
    return ax


def chances_inches(result: DetectableEffects) -> tuple[float, float]:
    """Width and height: wider for a long name of the KPI below the picture."""
    return 7.4 + 0.05 * len(label(result.kpi, 24)), 3.8


def _half(item: LeadPower) -> float:
    return item.detectable.half_sd if item.detectable is not None else 0.0


def _named(known: list[LeadPower]) -> list[LeadPower]:
    """The easiest, the middle and the hardest lead, each once."""
    places = sorted({0, len(known) // 2, len(known) - 1})
    return [known[place] for place in places]


def _legend(named: list[LeadPower], *, n: int) -> list[Line2D]:
    lines = [
        Line2D([], [], color=_COLOUR, linewidth=1.8, linestyle=_DASHES[place], label=label(item.lead, 18))
        for place, item in enumerate(named)
    ]
    more = n - len(named)
    return [*lines, Line2D([], [], color=FAINT, alpha=0.5, label=f"{more:,} others")] if more else lines


#: The pictures of the result, the usual one first.
PICTURES = {"chances": Picture(chances, chances_inches)}
