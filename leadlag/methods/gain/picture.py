"""A forecast gain: the squared error that a lead has saved, added up from origin to origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from leadlag._validation import as_name
from leadlag.errors import UsageError
from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, INK, MARKS, PLAIN, axes_of, label, theme
from leadlag.wording.shown import percent, periods

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.methods.gain.result import ForecastGain

__all__ = ["PICTURES", "saved", "saved_inches"]

_COLOUR = MARKS["lead"].colour
#: One line style a horizon, the shortest horizon the plainest; after these they begin anew.
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (8, 3)))
#: Labels on the axis of time.
_MOST_TICKS = 6


def saved(result: ForecastGain, *, ax: Axes | None = None, lead: str | None = None) -> Axes:
    """Squared error saved so far by one lead, a line a horizon: where a line falls, the lead made forecasts worse.

    Parameters
    ----------
    result : ForecastGain
    ax : Axes, optional
        Where to draw; a new figure if None.
    lead : str, optional
        The one that saves most at the first horizon if None.

    Returns
    -------
    Axes

    Raises
    ------
    UsageError
        If the lead has no forecasts.
    """
    name = _most(result) if lead is None else as_name(lead, "lead", result.leads, owner="lead")
    table = result.forecasts(name)
    if table.empty:
        raise UsageError(f"lead={name!r} has no forecasts to draw: {result[name].missing}.")
    with theme():
        ax = axes_of(ax, inches=saved_inches(result))
        ax.axhline(0.0, color=INK, linewidth=1.0, zorder=3)
        place = {period: number for number, period in enumerate(result.walk.periods)}
        drawn = []
        for number, (_, rows) in enumerate(table.groupby("horizon", sort=True)):
            gained = np.cumsum((rows["actual"] - rows["own"]) ** 2 - (rows["actual"] - rows["with_lead"]) ** 2)
            style = {"color": _COLOUR if number == 0 else FAINT, "linestyle": _DASHES[number % len(_DASHES)], "linewidth": 1.7}
            ax.plot([place[period] for period in rows["period"]], gained, zorder=5 - 0.1 * number, **style)
            share = percent(round(float(rows["rmse_saved"].iloc[-1]), 3))
            ahead = periods(int(rows["horizon"].iloc[0]), result.unit)
            drawn.append(Line2D([], [], label=f"{ahead} ahead: {share} of RMSE", **style))
        _by_period(ax, result.walk.periods)
        ax.grid(axis="y")
        ax.set_ylabel("Squared error saved so far")
        ax.set_title(
            f"What {label(name, 24)} saves in forecasts of {label(result.kpi, 24)}",
            **PLAIN,
            pad=26.0 + 13.0 * ((len(drawn) - 1) // 2),
        )
        ax.legend(handles=drawn, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=2, borderaxespad=0.2)
    return ax


def saved_inches(result: ForecastGain) -> tuple[float, float]:
    """Width and height: higher with many horizons, whose legend stands above."""
    return 7.2, 3.6 + 0.2 * ((len(result.horizons) + 1) // 2)


def _most(result: ForecastGain) -> str:
    """The lead that saves most at the first horizon; the first one if none has numbers."""
    known = {one.lead: one.rmse_saved for one in reversed(result.gains) if not one.missing and one.horizon == result.horizons[0]}
    return max(result.leads, key=lambda name: known.get(name, -np.inf))


def _by_period(ax: Axes, labels: tuple[str, ...]) -> None:
    """Some of the periods as labels of the axis of time."""
    low, high = (round(edge) for edge in ax.get_xlim())
    ticks = np.unique(np.linspace(max(low, 0), min(high, len(labels) - 1), _MOST_TICKS).round().astype(int))
    ax.set_xticks(ticks, [label(labels[tick], 12) for tick in ticks], **PLAIN)


#: The pictures of the result, the usual one first.
PICTURES = {"saved": Picture(saved, saved_inches)}
