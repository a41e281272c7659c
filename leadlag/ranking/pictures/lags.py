"""Lead by lag: the heat map of all candidates, and the lag profile of one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from leadlag.errors import UsageError
from leadlag.plot.style import FAINT, INK, LINE, MARKS, PLAIN, axes_of, label, theme
from leadlag.ranking.words.sentences import reason
from leadlag.wording.shown import percent, periods

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.decision import Decision, Delay, Profile
    from leadlag.ranking.result import LeadRanking, RankedLead

__all__ = ["heatmap", "heatmap_inches", "profile", "profile_inches"]

#: Numbers are written into the cells of a heat map up to this many rows and lags.
_MOST_NUMBERS = (30, 14)
_COLOURS = "RdBu"


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
    values = [t for row in rows if row.evidence.profile for t in row.evidence.profile.tvalue]
    with theme():
        ax = axes_of(ax, inches=heatmap_inches(result, most=most))
        largest = max(float(np.nanmax(np.abs(values), initial=0.0)), 2.0)
        numbers = len(rows) <= _MOST_NUMBERS[0] and len(values) <= len(rows) * _MOST_NUMBERS[1]
        ends = [_cells(ax, place, row, largest, numbers=numbers) for place, row in enumerate(rows)]
        first = min((row.evidence.profile.lags[0] for row in rows if row.evidence.profile), default=1)  # known ahead: 0 or below
        ax.set_xlim(min(0.5, first - 0.5), max(ends))
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.set_xticks(range(min(1, math.floor(first)), context.max_lag + 1))
        ax.set_yticks(range(len(rows)), [label(row.evidence.lead) for row in rows], **PLAIN)
        for tick, row in zip(ax.get_yticklabels(), rows, strict=True):
            tick.set_color(INK if row.verdict == "lead" else FAINT)
            tick.set_fontweight("bold" if row.verdict == "lead" else "normal")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        left = len(result.decisions) - len(rows)
        more = f"\nnot drawn: {periods(left, 'more candidate')}" if left else ""
        framed = f"framed: {percent(context.policy.delay_level)} delay set of the leads, dot: the delay"
        framed += ", arrow: or later" if any(_goes_on(row) for row in rows) else ""
        ax.set_xlabel(f"Lag ({context.unit}s), each tried alone; {framed}{more}")
        ax.set_title(f"Lag by lag: value of t for {label(context.kpi)}", **PLAIN)
        scale = ScalarMappable(Normalize(-largest, largest), _COLOURS)
        bar = ax.figure.colorbar(scale, ax=ax, pad=0.015, aspect=max(12.0, 1.4 * len(rows)), label="t value")
        bar.outline.set_visible(False)
    return ax


def heatmap_inches(result: LeadRanking, *, most: int = 30) -> tuple[float, float]:
    """Width and height that lags and rows need."""
    rows = sum(row.evidence.profile is not None for row in result.decisions)
    return max(5.4, 3.3 + 0.42 * result.context.max_lag), 1.5 + 0.28 * min(rows, most)


def _cells(ax: Axes, place: int, row: Decision, largest: float, *, numbers: bool) -> float:
    """One row of cells, each as wide as a period of the lead, and where it ends; a frame stands around the delay set."""
    found = row.evidence.profile
    if found is None:
        return 0.0
    step, norm = _step(found), Normalize(-largest, largest)
    edges = [*(lag - step / 2 for lag in found.lags), found.lags[-1] + step / 2]
    ax.pcolormesh(edges, [place - 0.5, place + 0.5], np.array([found.tvalue]), cmap=_COLOURS, norm=norm, linewidth=0)
    for lag, value in zip(found.lags, found.tvalue, strict=True):
        if numbers and math.isfinite(value):
            colour = "white" if abs(value) > 0.62 * largest else INK
            text = f"{round(value, 1) + 0.0:.1f}".replace("-", "\u2212")
            ax.text(lag, place, text, ha="center", va="center", fontsize=7.0, color=colour, in_layout=False)
    if row.verdict == "lead" and row.evidence.delay is not None:
        _mark_delay(ax, place, row.evidence.delay, step, numbers=numbers)
    return edges[-1]


def _goes_on(row: Decision) -> bool:
    """Whether a lead may act later than the last lag that is drawn."""
    return row.verdict == "lead" and row.evidence.delay is not None and row.evidence.delay.is_open


def _step(found: Profile) -> float:
    """One own period of a lead in periods of the KPI."""
    return found.lags[1] - found.lags[0] if found.own_unit and len(found.lags) > 1 else 1.0


def _mark_delay(ax: Axes, place: int, delay: Delay, step: float, *, numbers: bool) -> None:
    wide = 0.94 * step
    for lag in delay.lags:
        corner = (lag - wide / 2, place - 0.45)
        ax.add_patch(Rectangle(corner, wide, 0.9, fill=False, edgecolor=INK, linewidth=1.2, zorder=3))
    if delay.is_open:
        ax.plot([delay.high + 0.5 * step], [place], marker=">", markersize=5, color=INK, clip_on=False, zorder=4)
    at = (delay.peak + (0.36 * step if numbers else 0.0), place - (0.32 if numbers else 0.0))
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
        ax.set_xlabel(_lag_axis(evidence.profile, context.unit, lead), **PLAIN)
        ax.set_title(f"When {kpi} follows {lead}", **PLAIN, pad=26.0)
        lags = _own(evidence.profile)
        ax.set_xlim(min(lags) - 0.6, max(lags) + 0.6)
        ax.set_xticks(lags[:: math.ceil(len(lags) / 15)])
        ax.grid(axis="y")
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=3, borderaxespad=0.2, columnspacing=1.4)
    return ax


def profile_inches(result: RankedLead) -> tuple[float, float]:  # noqa: ARG001  (every size function is called alike)
    """Width and height of the profile of one lead."""
    return 7.2, 3.5


def _own(found: Profile) -> tuple[float, ...]:
    """The lags as they are drawn: in the lead's own periods."""
    return found.own_lags or found.lags


def _lag_axis(found: Profile, unit: str, lead: str) -> str:
    """What the lags of a profile count."""
    if not found.own_unit:
        return f"Lag ({unit}s) by which {lead} moves first"
    ahead, own = found.own_lags[0], found.own_unit
    return f"Lag ({own}s) by which {lead} moves first; {own} {ahead} is the last before the {unit} begins"


def _points(ax: Axes, found: Profile, colour: str, *, level: float) -> list[Line2D | Patch]:
    """Estimates as points on their intervals."""
    ax.axhline(0.0, color=FAINT, linewidth=1.0, zorder=1)
    lags = _own(found)
    ax.plot(lags, found.effect, color=LINE, linewidth=1.4, zorder=2)
    ax.vlines(lags, found.low, found.high, color=colour, linewidth=1.8, alpha=0.75, zorder=3)
    ax.plot(lags, found.effect, linestyle="none", marker="o", markersize=5.5, color=colour, zorder=4)
    points = Line2D([], [], color=colour, marker="o", markersize=5.5, linewidth=1.8)
    points.set_label(f"each lag alone, with {percent(level)} interval")
    return [points]


def _shade(ax: Axes, delay: Delay, found: Profile, colour: str) -> list[Line2D | Patch]:
    """The delay set as a shade behind the points, the delay as a ring."""
    place_of = dict(zip(found.lags, _own(found), strict=True))
    for lag in map(place_of.get, delay.lags):
        if lag is None:
            continue
        ax.axvspan(lag - 0.5, lag + 0.5, color=colour, alpha=0.13, linewidth=0, zorder=0)
    shade = Patch(color=colour, alpha=0.13, linewidth=0)
    shade.set_label(f"delay set, {percent(delay.level)}{', or later' if delay.is_open else ''}")
    if delay.is_open:
        edge = (max(place_of.values()) + 0.5, 0.5)
        ax.plot(*edge, marker=">", markersize=7, color=colour, alpha=0.6, clip_on=False, transform=ax.get_xaxis_transform())
    if delay.peak not in found.lags:
        return [shade]
    at = (place_of[delay.peak], found.effect[found.lags.index(delay.peak)])
    ax.plot(*at, marker="o", markersize=11, markerfacecolor="none",
            markeredgecolor=colour, markeredgewidth=1.5, zorder=5)  # fmt: skip
    ring = Line2D(
        [], [], linestyle="none", marker="o", markersize=9, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=1.5
    )
    ring.set_label("delay")
    return [shade, ring]
