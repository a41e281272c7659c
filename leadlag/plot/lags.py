"""Lead by lag: the heat map of all candidates, and the lag profile of one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from leadlag.errors import UsageError
from leadlag.plot.style import FAINT, INK, LINE, MARKS, PLAIN, axes_of, label, theme
from leadlag.wording import lag_number, percent, periods, reason

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.decision import Decision, Delay, Profile
    from leadlag.ranked import LeadRanking, RankedLead

__all__ = ["heatmap", "heatmap_inches", "profile", "profile_inches"]

#: Numbers are written into the cells of a heat map up to this many rows and lags.
_MOST_NUMBERS = (30, 14)


def heatmap(result: LeadRanking, *, ax: Axes | None = None, most: int = 30) -> Axes:
    """Value of t for every lead and lag tried alone; the delay set is framed, its peak marked.

    Parameters
    ----------
    result : LeadRanking
    ax : Axes, optional
        Where to draw; a new figure, as high as the rows need, if None.
    most : int
        Candidates drawn; a line says how many are left out.

    Returns
    -------
    Axes

    Raises
    ------
    UsageError
        If no candidate has a lag profile.
    """
    profiled = [row for row in result.decisions if row.evidence.profile is not None]
    if not profiled:
        raise UsageError("kind='heatmap' needs at least one candidate that could be tested: the ranking has none.")
    rows, context = profiled[:most], result.context
    lags = sorted({lag for row in rows if row.evidence.profile for lag in row.evidence.profile.lags})
    values = _grid(rows, lags)
    with theme():
        ax = axes_of(ax, inches=heatmap_inches(result, most=most))
        largest = max(float(np.nanmax(np.abs(values), initial=0.0)), 2.0)
        image = ax.imshow(values, cmap="RdBu", vmin=-largest, vmax=largest, aspect="auto", interpolation="nearest")
        _cells(ax, rows, lags, values, largest)
        ax.set_xticks(range(len(lags)), [lag_number(lag) for lag in lags])
        ax.set_yticks(range(len(rows)), [label(row.evidence.lead) for row in rows], **PLAIN)
        for tick, row in zip(ax.get_yticklabels(), rows, strict=True):
            tick.set_color(INK if row.verdict == "lead" else FAINT)
            tick.set_fontweight("bold" if row.verdict == "lead" else "normal")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        left = len(result.decisions) - len(rows)
        more = f"\nnot drawn: {periods(left, 'more candidate')}" if left else ""
        framed = f"framed: {percent(context.policy.delay_level)} delay set of the leads, dot: the delay"
        ax.set_xlabel(f"Lag ({context.unit}s), each tried alone; {framed}{more}")
        ax.set_title(f"Lag by lag: value of t for {label(context.kpi)}", **PLAIN)
        bar = ax.figure.colorbar(image, ax=ax, pad=0.015, aspect=max(12.0, 1.4 * len(rows)), label="t value")
        bar.outline.set_visible(False)
    return ax


def heatmap_inches(result: LeadRanking, *, most: int = 30) -> tuple[float, float]:
    """Width and height that lags and rows need."""
    rows = sum(row.evidence.profile is not None for row in result.decisions)
    return max(5.4, 3.3 + 0.42 * result.context.max_lag), 1.5 + 0.28 * min(rows, most)


def _grid(rows: list[Decision], lags: list[float]) -> np.ndarray:
    """Values of t, one row a candidate and one column a lag; NaN where a lag was not tried."""
    values = np.full((len(rows), len(lags)), math.nan)
    for place, row in enumerate(rows):
        if row.evidence.profile is not None:
            columns = [lags.index(lag) for lag in row.evidence.profile.lags]
            values[place, columns] = row.evidence.profile.tvalue
    return values


def _cells(ax: Axes, rows: list[Decision], lags: list[float], values: np.ndarray, largest: float) -> None:
    """Numbers where they can be read, a frame around every delay set, a dot in the delay."""
    numbers = len(rows) <= _MOST_NUMBERS[0] and len(lags) <= _MOST_NUMBERS[1]
    for place, row in enumerate(rows):
        for column in range(len(lags) if numbers else 0):
            value = values[place, column]
            if math.isfinite(value):
                colour = "white" if abs(value) > 0.62 * largest else INK
                text = f"{round(value, 1) + 0.0:.1f}".replace("-", "\u2212")
                ax.text(column, place, text, ha="center", va="center", fontsize=7.0, color=colour, in_layout=False)
        if row.verdict == "lead" and row.evidence.delay is not None:
            _mark_delay(ax, place, row.evidence.delay, lags, numbers=numbers)


def _mark_delay(ax: Axes, place: int, delay: Delay, lags: list[float], *, numbers: bool) -> None:
    for lag in delay.lags:
        if lag in lags:
            ax.add_patch(
                Rectangle((lags.index(lag) - 0.47, place - 0.45), 0.94, 0.9, fill=False, edgecolor=INK, linewidth=1.2, zorder=3)
            )
    if delay.peak in lags:
        at = (lags.index(delay.peak) + (0.36 if numbers else 0.0), place - (0.32 if numbers else 0.0))
        ax.plot(*at, marker="o", markersize=3.4, color=INK, markeredgecolor="white", markeredgewidth=0.6, zorder=4)


def profile(result: RankedLead, *, ax: Axes | None = None) -> Axes:
    """Effect of every lag of one lead, tried alone, with pointwise intervals; the delay set is shaded.

    Parameters
    ----------
    result : RankedLead
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes

    Raises
    ------
    UsageError
        If the lead could not be tested.
    """
    row, context = result.decision, result.context
    evidence = row.evidence
    if evidence.profile is None:
        why = f": {reason(row.reason)}" if row.reason else ""
        raise UsageError(f"{evidence.lead!r} has no lag profile to draw{why}.")
    with theme():
        ax = axes_of(ax, inches=profile_inches(result))
        colour = MARKS[row.verdict].colour
        handles = _points(ax, evidence.profile, colour, level=context.policy.effect_level)
        if evidence.delay is not None:
            handles += _shade(ax, evidence.delay, evidence.profile, colour)
        percent_of = evidence.effect is not None and evidence.effect.in_percent
        unit = "%" if percent_of else label(context.kpi_unit, 26)
        move = "move up or down" if evidence.response == "square" else "rise"
        kpi, lead = label(context.kpi, 34), label(evidence.lead, 34)
        told = [f"Change of {label(context.kpi, 26)}", *([f"({unit})"] if unit else []), f"after a {move} by lead_sd"]
        ax.set_ylabel("\n".join(told), **PLAIN)
        ax.set_xlabel(f"Lag ({context.unit}s) by which {lead} moves first", **PLAIN)
        ax.set_title(f"When {kpi} follows {lead}", **PLAIN, pad=26.0)
        ax.set_xlim(min(evidence.profile.lags) - 0.6, max(evidence.profile.lags) + 0.6)
        step = math.ceil(len(evidence.profile.lags) / 15)
        ax.set_xticks(evidence.profile.lags[::step])
        ax.grid(axis="y")
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=3, borderaxespad=0.2, columnspacing=1.4)
    return ax


def profile_inches(result: RankedLead) -> tuple[float, float]:  # noqa: ARG001  (every size function is called alike)
    """Width and height of the profile of one lead."""
    return 7.2, 3.5


def _points(ax: Axes, found: Profile, colour: str, *, level: float) -> list[Line2D | Patch]:
    """Estimates as points on their intervals."""
    ax.axhline(0.0, color=FAINT, linewidth=1.0, zorder=1)
    ax.plot(found.lags, found.effect, color=LINE, linewidth=1.4, zorder=2)
    ax.vlines(found.lags, found.low, found.high, color=colour, linewidth=1.8, alpha=0.75, zorder=3)
    ax.plot(found.lags, found.effect, linestyle="none", marker="o", markersize=5.5, color=colour, zorder=4)
    points = Line2D([], [], color=colour, marker="o", markersize=5.5, linewidth=1.8)
    points.set_label(f"each lag alone, with {percent(level)} interval")
    return [points]


def _shade(ax: Axes, delay: Delay, found: Profile, colour: str) -> list[Line2D | Patch]:
    """The delay set as a shade behind the points, the delay as a ring."""
    for lag in delay.lags:
        ax.axvspan(lag - 0.5, lag + 0.5, color=colour, alpha=0.13, linewidth=0, zorder=0)
    shade = Patch(color=colour, alpha=0.13, linewidth=0)
    shade.set_label(f"delay set, {percent(delay.level)}")
    if delay.peak not in found.lags:
        return [shade]
    ax.plot([delay.peak], [found.effect[found.lags.index(delay.peak)]], marker="o", markersize=11, markerfacecolor="none",
            markeredgecolor=colour, markeredgewidth=1.5, zorder=5)  # fmt: skip
    ring = Line2D(
        [], [], linestyle="none", marker="o", markersize=9, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=1.5
    )
    ring.set_label("delay")
    return [shade, ring]
