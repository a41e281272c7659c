"""A forecast as a picture: the KPI as it was, and the fan of what may come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadlag._validation import as_name
from leadlag.plot.pictures import Picture
from leadlag.plot.style import INK, MARKS, PLAIN, axes_of, label, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.forecast.result import Forecast

__all__ = ["PICTURES", "fan"]

_COLOUR = MARKS["lead"].colour
_INCHES = (7.2, 3.6)
#: Labels on the axis of time, and periods of the past beside one that is ahead.
_MOST_TICKS, _PAST = 6, 5


def fan(result: Forecast, *, ax: Axes | None = None, segment: str | None = None) -> Axes:
    """The KPI of the past as a line, forecasts with their intervals after it.

    Parameters
    ----------
    result : Forecast
    ax : Axes, optional
        Where to draw; a new figure if None.
    segment : str, optional
        The first one if None.

    Returns
    -------
    Axes
    """
    names = tuple(part.segment for part in result.segments)
    part = result.segments[0 if segment is None else names.index(as_name(segment, "segment", names, owner="segment"))]
    rows = [row for row in part.rows if row.low]
    place = {period: number for number, period in enumerate(part.periods)}
    begin = max(len(part.actual) - max(_PAST * max((row.horizon for row in part.rows), default=1), 24), 0)
    with theme():
        ax = axes_of(ax, inches=_INCHES)
        past = np.arange(begin, len(part.actual))
        ax.plot(past, part.actual[begin:], color=INK, linewidth=1.4, label="so far")
        where = [place[row.period] for row in rows]
        for number in reversed(range(len(result.level))):
            low, high = ([row.low[number] for row in rows], [row.high[number] for row in rows])
            text = f"{100 * result.level[number]:g} % interval"
            ax.fill_between(where, low, high, color=_COLOUR, alpha=0.30 if number == 0 else 0.15, linewidth=0, label=text)
            ax.vlines(where, low, high, color=_COLOUR, alpha=0.35, linewidth=1.0)
        ax.plot(where, [row.point for row in rows], color=_COLOUR, marker="o", markersize=3.5, linewidth=1.6, label="forecast")
        ticks = np.unique(np.linspace(begin, len(part.periods) - 1, _MOST_TICKS).round().astype(int))
        ax.set_xticks(ticks, [label(part.periods[tick], 12) for tick in ticks], **PLAIN)
        ax.set_ylabel(label(result.kpi_unit or result.kpi, 24), **PLAIN)
        ax.set_title(f"{label(result.kpi, 32)}: forecast from {label(result.origin, 16)}", **PLAIN, pad=26.0)
        ax.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=4, borderaxespad=0.2)
    return ax


#: The pictures of the result, the usual one first.
PICTURES = {"fan": Picture(fan, lambda _: _INCHES)}
