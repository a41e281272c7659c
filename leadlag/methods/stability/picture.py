"""One lead's relation to the KPI over time: the effect in moving windows, and the test of a change at every date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, INK, MARKS, PLAIN, axes_of, label, theme
from leadlag.wording.shown import percent, pvalue

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.methods.stability.result import StabilityTest

__all__ = ["PICTURES", "changes", "changes_inches", "over_time", "over_time_inches"]

_COLOUR, _TARGET = MARKS["lead"].colour, MARKS["reverse"].colour


def over_time(result: StabilityTest, *, ax: Axes | None = None) -> Axes:
    """Effect in moving windows with its band, the likeliest date of a change and the date of the target marked.

    Parameters
    ----------
    result : StabilityTest
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    with theme():
        ax = axes_of(ax, inches=over_time_inches(result))
        at = _places(result, result.window_ends)
        ax.axhline(0.0, color=FAINT, linewidth=1.0, zorder=1)
        band = f"{percent(result.level)} band"
        ax.fill_between(at, result.effect_low, result.effect_high, color=_COLOUR, alpha=0.15, linewidth=0, zorder=2, label=band)
        ax.plot(at, result.effect, color=_COLOUR, linewidth=1.6, zorder=3, label=f"window of {result.window} {result.unit}s")
        _mark_dates(ax, result)
        unit = " (%)" if result.in_percent else ""
        ax.set_ylabel(f"Effect on {label(result.kpi, 24)}{unit}", **PLAIN)
        _say(ax, result, f"Effect of {label(result.lead, 24)} on {label(result.kpi, 24)} over time", "Last")
    return ax


def changes(result: StabilityTest, *, ax: Axes | None = None) -> Axes:
    """Wald statistic of a change after every period, and the value that the largest stays below without one.

    Parameters
    ----------
    result : StabilityTest
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    with theme():
        ax = axes_of(ax, inches=changes_inches(result))
        at = _places(result, result.dates)
        ax.plot(at, result.statistics, color=_COLOUR, linewidth=1.6, zorder=3, label="statistic")
        told = "95 % of the largest without a change"
        ax.axhline(result.threshold, color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2, label=told)
        _mark_dates(ax, result)
        ax.set_ylim(bottom=0.0)
        ax.set_ylabel("Wald statistic of a change")
        title = f"Did the effect of {label(result.lead, 24)} on {label(result.kpi, 24)} change? p {pvalue(result.pvalue)}"
        _say(ax, result, title, "Change after")
    return ax


def over_time_inches(result: StabilityTest) -> tuple[float, float]:  # noqa: ARG001  (every size function is called alike)
    """Width and height of the picture."""
    return 7.2, 3.6


changes_inches = over_time_inches


def _places(result: StabilityTest, labels: Sequence[str]) -> np.ndarray:
    """Where some periods stand among those used."""
    place = {period: at for at, period in enumerate(result.periods)}
    return np.array([place[period] for period in labels], dtype=float)


def _mark_dates(ax: Axes, result: StabilityTest) -> None:
    """The likeliest date of a change, and the first period in which the lead was a target."""
    place = {period: at for at, period in enumerate(result.periods)}
    ax.axvline(place[result.date] + 0.5, color=INK, linewidth=1.0, linestyle=":", zorder=2, label="likeliest change")
    since = result.weakening
    if since is not None and since.since in place:
        ax.axvline(place[since.since] - 0.5, color=_TARGET, linewidth=1.4, zorder=2, label="became a target")


def _say(ax: Axes, result: StabilityTest, title: str, which: str) -> None:
    """Title, legend and periods."""
    ax.set_title(title, **PLAIN, pad=26.0)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=4, borderaxespad=0.2, columnspacing=1.2, handlelength=1.6)
    ax.grid(axis="y")
    periods = result.periods

    def named(place: float, _: int) -> str:
        return periods[round(place)] if 0 <= round(place) < len(periods) else ""

    ax.set_xlim(-0.5, len(periods) - 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1))
    ax.xaxis.set_major_formatter(FuncFormatter(named))
    ax.set_xlabel(f"{which} {result.unit}{' of the window' if which == 'Last' else ''}", **PLAIN)


#: The pictures of the result, the usual one first.
PICTURES = {"over_time": Picture(over_time, over_time_inches), "changes": Picture(changes, changes_inches)}
