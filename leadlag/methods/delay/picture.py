"""A delay set: p of a peak at every lag, and the level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, INK, MARKS, PLAIN, axes_of, label, theme
from leadlag.wording.shown import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.methods.delay.result import DelaySet

__all__ = ["PICTURES", "peaks", "peaks_inches"]

_INSIDE = MARKS["lead"].colour


def peaks(result: DelaySet, *, ax: Axes | None = None) -> Axes:
    """p of a peak at every lag as stems, those of the set with full heads.

    Parameters
    ----------
    result : DelaySet
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    with theme():
        ax = axes_of(ax, inches=peaks_inches(result))
        lags, p = np.array(result.lags), np.array(result.pvalues)
        inside = np.isin(lags, result.delay.lags)
        for some, colour, filled in ((inside, _INSIDE, _INSIDE), (~inside, FAINT, "white")):
            ax.vlines(lags[some], 0.0, p[some], color=colour, linewidth=1.8, zorder=4)
            head: dict[str, Any] = {"markerfacecolor": filled, "markeredgecolor": colour, "markeredgewidth": 1.2}
            ax.plot(lags[some], p[some], linestyle="none", marker="o", markersize=5.5, zorder=5, clip_on=False, **head)
        if result.delay.is_open:
            ax.plot([lags[-1] + 0.5], [1.0], marker=">", markersize=7, color=_INSIDE, clip_on=False, zorder=5)
        ax.axhline(1.0 - result.delay.level, color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=3)
        ax.set_ylim(0.0, 1.08)
        ax.grid(axis="y")
        ax.set_xlim(lags[0] - 0.7, lags[-1] + 0.7)
        ax.set_xlabel(f"Lag in {result.unit}s", **PLAIN)
        ax.set_ylabel("p of: the peak is at this lag")
        known = "" if result.identified else ": not identified"
        ax.set_title(f"When {label(result.lead, 24)} leads {label(result.kpi, 24)}{known}", **PLAIN, pad=26.0)
        ax.legend(handles=_legend(result), loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=3, borderaxespad=0.2)
    return ax


def peaks_inches(result: DelaySet) -> tuple[float, float]:
    """Width and height: wider with many lags."""
    return float(np.clip(4.6 + 0.16 * len(result.lags), 6.4, 12.0)), 3.6


def _legend(result: DelaySet) -> list[Line2D]:
    head: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 5.5, "color": _INSIDE}
    more = ", or later" if result.delay.is_open else ""
    return [
        Line2D([], [], label=f"in the {percent(result.delay.level)} set{more}", **head),
        Line2D([], [], color=INK, linewidth=1.0, linestyle=(0, (4, 2)), label=f"p = {1.0 - result.delay.level:.2g}"),
    ]


#: The pictures of the result, the usual one first.
PICTURES = {"peaks": Picture(peaks, peaks_inches)}
