"""A target as a picture: the goals as lines across what may come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadlag.forecast.numbers.chances import LEVEL
from leadlag.plot.pictures import Picture
from leadlag.plot.style import INK, MARKS, PLAIN, axes_of, label, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.forecast.target_result import TargetForecast

__all__ = ["PICTURES", "tiers"]

_COLOUR, _GOAL = MARKS["lead"].colour, "#B45F06"
_INCHES = (7.2, 3.6)
_ASKED = {"at": "in", "by": "reached by", "sum": "in all by"}
#: Labels on the axis of time, and the fewest periods of the past.
_MOST_TICKS, _PAST = 6, 24


def tiers(result: TargetForecast, *, ax: Axes | None = None) -> Axes:
    """The KPI so far, the fan up to the target's last period, and each goal as a line with its chance; of a sum the sum so far.

    Parameters
    ----------
    result : TargetForecast
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    fan, begin = result.fan(), max(result.state.n_known - _PAST, 0)
    rows = fan[:, 0]
    with theme():
        ax = axes_of(ax, inches=_INCHES)
        if result.kind == "sum":
            begin = result.span.first
            past = np.arange(begin, min(result.state.n_known, result.span.last + 1))
            so_far = np.cumsum(result.weights[: len(past)] * result.part.actual[past])
            ax.plot(past, so_far, color=INK, linewidth=1.4, label="so far" if len(past) else None)
        else:
            past = np.arange(begin, result.state.n_known)
            ax.plot(past, result.part.actual[begin : result.state.n_known], color=INK, linewidth=1.4, label="so far")
        ax.fill_between(rows, fan[:, 2], fan[:, 3], color=_COLOUR, alpha=0.25, linewidth=0, label=f"{100 * LEVEL:g} % interval")
        ax.plot(rows, fan[:, 1], color=_COLOUR, marker="o", markersize=3.0, linewidth=1.6, label="expected")
        _goals(result, ax)
        last = max(result.span.last, begin + 1)
        ticks = np.unique(np.linspace(begin, last, _MOST_TICKS).round().astype(int))
        labels = result.state.labels(begin, last)
        ax.set_xticks(ticks, [label(labels[tick - begin], 12) for tick in ticks], **PLAIN)
        ax.set_ylabel(label(result.kpi_unit or result.kpi, 24), **PLAIN)
        ax.set_title(f"{label(result.kpi, 32)}: {_ASKED[result.kind]} {label(result.by, 16)}", **PLAIN, pad=26.0)
        ax.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=3, borderaxespad=0.2)
    return ax


def _goals(result: TargetForecast, ax: Axes) -> None:
    """A line for each goal, its name and chance at the end where less is drawn: a sum rises to the right."""
    end, side = (0.0, "left") if result.kind == "sum" else (1.0, "right")
    for one in result.tiers:
        ax.axhline(one.goal, color=_GOAL, linewidth=1.0, linestyle="--")
        text = f"{label(one.tier, 16)}: {100 * one.chance:.0f} %"
        ax.annotate(
            text, (end, one.goal), xycoords=("axes fraction", "data"), xytext=(2 if end == 0.0 else -2, 2),
            textcoords="offset points", ha=side,
            fontsize=8, color=_GOAL, **PLAIN,
        )  # fmt: skip


#: The pictures of the result, the usual one first.
PICTURES = {"tiers": Picture(tiers, lambda _: _INCHES)}
