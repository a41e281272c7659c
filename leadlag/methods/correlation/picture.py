"""Cross-correlations as stems over the lags, with what unrelated series would show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from leadlag.methods.correlation.words import axis
from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, INK, LINE, MARKS, PLAIN, axes_of, label, theme
from leadlag.wording.shown import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.methods.correlation.result import CrossCorrelation

__all__ = ["PICTURES", "stems", "stems_inches"]

_AHEAD, _BEHIND = MARKS["lead"].colour, MARKS["reverse"].colour
_BAND = "#e3e7ec"


def stems(result: CrossCorrelation, *, ax: Axes | None = None) -> Axes:
    """Correlation at every lag as a stem, the lead first to the right, the KPI first to the left, bands around zero.

    Parameters
    ----------
    result : CrossCorrelation
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    with theme():
        ax = axes_of(ax, inches=stems_inches(result))
        handles = _bands(ax, result)
        for side, colour in ((result.lags > 0, _AHEAD), (result.lags == 0, INK), (result.lags < 0, _BEHIND)):
            _some_stems(ax, result, side, colour)
        kpi, lead = label(result.kpi, 26), label(result.lead, 26)
        ax.set_xlabel(axis(result.unit), **PLAIN)
        ax.set_ylabel(f"Correlation of {label(result.kpi, 20)}\nwith earlier {label(result.lead, 20)}", **PLAIN)
        how = f"prewhitened, AR({result.ar_order})" if result.prewhitened else "not prewhitened"
        changes = {0: "", 1: "changes, "}.get(result.difference, f"differenced {result.difference} times, ")
        ax.set_title(f"{kpi} and {lead} shifted, {changes}{how}", **PLAIN, pad=26.0)
        most = int(result.lags[-1])
        step = math.ceil(most / 7)
        ax.set_xticks(np.arange(-(most // step) * step, most + 1, step))
        ax.set_xlim(-most - 0.8, most + 0.8)
        largest = float(np.nanmax(np.abs(np.r_[result.correlation, result.high_all])))
        ax.set_ylim(-1.22 * largest, 1.12 * largest)
        _sides(ax, kpi, lead)
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=3, borderaxespad=0.2, columnspacing=1.4)
    return ax


def stems_inches(result: CrossCorrelation) -> tuple[float, float]:
    """Width and height: wider with many lags."""
    return float(np.clip(4.0 + 0.13 * len(result.lags), 7.2, 12.0)), 3.7


def _bands(ax: Axes, result: CrossCorrelation) -> list[Line2D | Patch]:
    """Around zero: shaded for one lag, dashed for all of them."""
    edges = np.r_[result.lags - 0.5, result.lags[-1] + 0.5]
    ax.stairs(result.high, edges, baseline=result.low, fill=True, color=_BAND, linewidth=0, zorder=0)
    for bound in (result.low_all, result.high_all):
        ax.stairs(bound, edges, baseline=None, color=FAINT, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
    ax.axhline(0.0, color=FAINT, linewidth=1.0, zorder=2)
    ax.axvline(0.0, color=LINE, linewidth=1.0, zorder=1)
    level = percent(1.0 - result.alpha)
    shade, dashes = Patch(color=_BAND, linewidth=0), Line2D([], [], color=FAINT, linewidth=1.0, linestyle=(0, (4, 2)))
    shade.set_label(f"unrelated series, {level}, one lag")
    dashes.set_label(f"all lags at once, {level}")
    dot = Line2D([], [], linestyle="none", marker="o", markersize=5.5, color=INK)
    dot.set_label("outside its band")
    return [shade, dashes, dot]


def _some_stems(ax: Axes, result: CrossCorrelation, side: np.ndarray, colour: str) -> None:
    """Stems of one side; those outside their band have a full head."""
    ax.vlines(result.lags[side], 0.0, result.correlation[side], color=colour, linewidth=1.8, zorder=3)
    outside = side & (np.abs(result.correlation) > result.high)
    ax.plot(
        result.lags[outside], result.correlation[outside], linestyle="none", marker="o", markersize=5.5, color=colour, zorder=5
    )
    inside = side & ~outside
    head: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": colour, "markeredgewidth": 1.2}
    ax.plot(result.lags[inside], result.correlation[inside], linestyle="none", marker="o", markersize=4.5, zorder=4, **head)


def _sides(ax: Axes, kpi: str, lead: str) -> None:
    """Who moves first on either side."""
    for place, side, text, colour in (
        (0.01, "left", f"\u2190 {kpi} moves first", _BEHIND),
        (0.99, "right", f"{lead} moves first \u2192", _AHEAD),
    ):
        ax.text(place, 0.02, text, transform=ax.transAxes, ha=side, va="bottom", fontsize=8.0, color=colour, **PLAIN)


#: The pictures of the result, the usual one first.
PICTURES = {"stems": Picture(stems, stems_inches)}
