"""The ranking as a picture: effect and interval of leads and indirect ones, with the delay set and q of each beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from leadlag.plot.style import FAINT, INK, LINE, MARKS, PLAIN, axes_of, label, theme
from leadlag.ranking.words.tables import delay_cell
from leadlag.wording.shown import percent, periods, pvalue

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

    from leadlag.decision import Decision, Effect
    from leadlag.ranking.result import Context, LeadRanking

__all__ = ["ranking", "ranking_inches"]


def ranking(result: LeadRanking, *, ax: Axes | None = None, most: int = 40) -> Axes:
    """Effects of leads and indirect ones with their intervals, best first; delay set and q of every candidate stand beside them.

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
    """
    rows, context = result.decisions[:most], result.context
    with theme():
        ax = axes_of(ax, inches=ranking_inches(result, most=most))
        limits = _limits(rows)
        ax.set_xlim(*limits)
        for place, row in enumerate(rows):
            _row(ax, place, row, limits)
        _frame(ax, rows, context, hidden=len(result.decisions) - len(rows))
        _columns(ax, rows, context)
        _legend(ax, rows)
    return ax


def ranking_inches(result: LeadRanking, *, most: int = 40) -> tuple[float, float]:
    """Width and height that the rows need."""
    return 8.2, 1.7 + 0.29 * min(len(result.decisions), most)


def _limits(rows: Sequence[Decision]) -> tuple[float, float]:
    """Ends of the axis: all of the leads' intervals, and of the others what does not squeeze these."""
    every = [row.effect for row in rows if row.effect is not None]
    leads = [row.effect for row in rows if row.effect is not None and row.verdict == "lead"] or every
    low, high = _span(leads)
    room = high - low
    widest = _span(every)
    low, high = max(widest[0], low - room), min(widest[1], high + room)
    return low - 0.04 * (high - low), high + 0.04 * (high - low)


def _span(effects: Sequence[Effect]) -> tuple[float, float]:
    """Smallest and largest bound, zero included."""
    bounds = [each for effect in effects for each in (effect.low, effect.value, effect.high) if math.isfinite(each)]
    low, high = min([0.0, *bounds]), max([0.0, *bounds])
    return (low, high) if high > low else (-1.0, 1.0)


def _row(ax: Axes, place: int, row: Decision, limits: tuple[float, float]) -> None:
    """One candidate: its interval as a line with an arrow where the axis cuts it, its effect as a mark."""
    mark, effect = MARKS[row.verdict], row.effect
    if effect is None or math.isnan(effect.value):
        return
    low, high = max(effect.low, limits[0]), min(effect.high, limits[1])
    width = 2.2 if row.verdict == "lead" else 1.4
    ax.plot([low, high], [place, place], color=mark.colour, linewidth=width, solid_capstyle="round", zorder=2)
    for cut_off, at, arrow in ((effect.low < limits[0], limits[0], "<"), (effect.high > limits[1], limits[1], ">")):
        if cut_off:
            ax.plot([at], [place], marker=arrow, markersize=5, color=mark.colour, clip_on=False, zorder=3)
    if limits[0] <= effect.value <= limits[1]:
        face = mark.colour if mark.filled else "white"
        ax.plot([effect.value], [place], marker=mark.marker, markersize=6.5, markerfacecolor=face, markeredgecolor=mark.colour,
                markeredgewidth=1.4, linestyle="none", zorder=4)  # fmt: skip


def _frame(ax: Axes, rows: Sequence[Decision], context: Context, *, hidden: int) -> None:
    """Axis, names, zero line and what the axis means."""
    sizes = [row.effect for row in rows if row.effect is not None]
    unit = "%" if any(size.in_percent for size in sizes) else label(context.kpi_unit)
    ax.axvline(0.0, color=FAINT, linewidth=1.0, zorder=1)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), [label(row.evidence.lead) for row in rows], **PLAIN)
    for tick, row in zip(ax.get_yticklabels(), rows, strict=True):
        tick.set_color(INK if row.verdict == "lead" else FAINT)
        tick.set_fontweight("bold" if row.verdict == "lead" else "normal")
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.spines["left"].set_visible(False)
    if not sizes:
        ax.set_xticks([])
    kpi = label(context.kpi)
    told = [
        f"Change of {kpi}{f' ({unit})' if unit else ''}",
        f"after a lasting rise of the lead by its lead_sd, with {percent(context.policy.effect_level)} interval",
        *([f"not drawn: {periods(hidden, 'more candidate')}"] if hidden else []),
    ]
    ax.set_xlabel("\n".join(told), **PLAIN)
    ax.set_title(f"What leads {kpi}", **PLAIN, pad=26.0)


def _columns(ax: Axes, rows: Sequence[Decision], context: Context) -> None:
    """Delay set and q, in columns to the right of the axis; points from its edge, so that the layout can make room."""
    _beside(ax, (f"Delay in {context.unit}s", "q"), 1.0, ax.transAxes, above=6, color=FAINT)
    for place, row in enumerate(rows):
        style: dict[str, Any] = {"color": INK, "fontweight": "bold"} if row.verdict == "lead" else {"color": FAINT}
        told = "not tested" if row.verdict == "untestable" else delay_cell(row.evidence.delay)
        _beside(ax, (told, pvalue(row.evidence.qvalue)), place, ax.get_yaxis_transform(), va="center", **style)
        if place:
            ax.axhline(place - 0.5, color=LINE, linewidth=0.5, zorder=0)


def _beside(ax: Axes, texts: tuple[str, str], height: float, measure: Transform, *, above: float = 0.0, **style: Any) -> None:
    for text, points in zip(texts, (10, 106), strict=True):
        ax.annotate(
            text, (1.0, height), xycoords=measure, xytext=(points, above), textcoords="offset points", fontsize=8.5,
            annotation_clip=False, **style,
        )  # fmt: skip


def _legend(ax: Axes, rows: Sequence[Decision]) -> None:
    """The marks of the verdicts that occur, above the plot."""
    seen = [verdict for verdict in MARKS if any(row.verdict == verdict and row.effect is not None for row in rows)]
    handles = [
        Line2D([], [], color=MARKS[verdict].colour, marker=MARKS[verdict].marker, markersize=6, linewidth=1.6,
               markerfacecolor=MARKS[verdict].colour if MARKS[verdict].filled else "white")
        for verdict in seen
    ]  # fmt: skip
    if handles:
        ax.legend(
            handles, seen, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=len(seen), borderaxespad=0.2, columnspacing=1.4
        )
