"""Draws docs/images/what_is_the_delay.svg: ``python docs/images/make.py``. The bars are planted, the marks come from leadlag."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import leadlag as ll
from leadlag.plot.style import FAINT, INK
from leadlag.simulate import PlantedSeries

__all__ = ["Story", "drawn", "story"]

PICTURE = Path(__file__).with_name("what_is_the_delay.svg")

BLUE, RUST, GREEN, GREY = "#0072b2", "#c24e00", "#00795a", "#8b949e"
AVAILABLE_AFTER, ORDER, HORIZONS, MAX_LAG = 1, 8, (3, 6), 12


@dataclass(frozen=True, kw_only=True)
class Story:
    """What the picture shows of one lead.

    Parameters
    ----------
    bars : tuple of float
        Planted change of the KPI at lags 0, 1, 2, ... after 10 trials more in one week, in thousand EUR.
    delay, low, high : float
        Found peak and the ends of its set, in weeks.
    mean, mean_low, mean_high : float
        Found mean delay with its interval, in weeks.
    actionable : float
        Delay less what publication takes, in weeks.
    level : float
        Of set and interval.
    """

    bars: tuple[float, ...]
    delay: float
    low: float
    high: float
    mean: float
    mean_low: float
    mean_high: float
    actionable: float
    level: float


def story() -> Story:
    """Simulate the trials and the sales of the page, and find the delay."""
    trials = PlantedSeries(name="trials", effect=1.6, delay=4, shape="geometric", decay=0.7, persistence=0.8)
    simulation = ll.simulate_leads(series=[trials], n_noise=0, kpi="sales", kpi_momentum=[0.4], start="2023-01-02", rng=147)
    catalogue = [ll.Metric("trials", available_after=AVAILABLE_AFTER)]
    ranking = ll.rank_leads(100 + 10 * simulation.data, kpi="sales", max_lag=MAX_LAG, catalogue=catalogue, evidence=False)
    lead, found = ranking["trials"], ranking["trials"].delay
    if found is None:
        raise ValueError("no delay was estimated, so there is no story to draw")
    return Story(
        bars=tuple(10 * weight for weight in simulation["trials"].weights), delay=found.peak, low=found.low, high=found.high,
        mean=found.mean, mean_low=found.mean_low, mean_high=found.mean_high, actionable=lead.decision.actionable_delay,
        level=found.level,
    )  # fmt: skip


def drawn(told: Story) -> Axes:
    """The picture: a time line, the lag profile, and what a test and a forecast use of it, over one axis of lags."""
    with ll.plot.theme():
        figure = Figure(figsize=(7.3, 6.4), layout="constrained")
        line, profile, used = figure.subplots(3, 1, sharex=True, height_ratios=(1.3, 2.2, 1.2))
        for panel in (line, used):
            panel.spines[:].set_visible(False)
            panel.set_yticks([])
        line.tick_params(bottom=False)
        profile.tick_params(bottom=False)
        _time_line(line, told)
        _profile(profile, told)
        _used(used)
        for panel, top in ((line, 0.75), (profile, 1.0), (used, 1.0)):
            panel.axvline(told.delay, ymax=top, color=BLUE, linewidth=0.9, linestyle=(0, (1, 2)), zorder=0)
        used.set_xlim(-0.75, MAX_LAG + 0.75)
        used.set_xticks(range(MAX_LAG + 1))
        used.tick_params(axis="x", bottom=False)
        used.set_xlabel("Lag: weeks from the week of the trials to the week of the sales")
        line.set_title("What is the delay? Trials and the sales that follow", pad=24)
        line.text(
            0, 1.0, "Bars: the effect as planted. Delay, delay set and mean delay: as found in 156 weeks.",
            transform=line.transAxes, color=FAINT, va="bottom",
        )  # fmt: skip
    return profile


def _time_line(ax: Axes, told: Story) -> None:
    """One week of trials, its publication, and the weeks until the effect peaks."""
    ax.set_ylim(-1.0, 2.35)
    ax.plot([0, MAX_LAG + 0.6], [0, 0], color=FAINT, linewidth=1.2, zorder=1)
    ax.add_patch(
        Rectangle((0, -0.14), AVAILABLE_AFTER, 0.28, facecolor="white", edgecolor=GREY, hatch="/////", linewidth=0.8, zorder=2)
    )
    ax.plot(0, 0, marker="o", markersize=9, color=INK, zorder=3)
    ax.plot(AVAILABLE_AFTER, 0, marker="s", markersize=8, color=INK, zorder=3)
    ax.plot(told.delay, 0, marker="v", markersize=10, color=BLUE, zorder=3)
    ax.text(-0.15, -0.36, "a week\nof trials", ha="center", va="top", linespacing=1.1)
    ax.text(AVAILABLE_AFTER + 0.1, -0.36, "published:\navailable_after = 1", ha="left", va="top", linespacing=1.1)
    ax.text(told.delay + 0.25, -0.36, "sales move most", ha="left", va="top", color=BLUE)
    _arrow(ax, 0, told.delay, 1.55, BLUE)
    ax.text(told.delay + 0.25, 1.55, f"delay {told.delay:g} weeks", va="center", color=BLUE, weight="bold")
    _arrow(ax, AVAILABLE_AFTER, told.delay, 0.75, INK)
    ax.text(
        told.delay + 0.25, 0.75, f"actionable delay {told.actionable:g} weeks: the time left to act", va="center", weight="bold"
    )


def _arrow(ax: Axes, start: float, end: float, height: float, colour: str) -> None:
    """A span of weeks, from a bar to the head of an arrow."""
    for style, width in (("|-|,widthA=0.4,widthB=0", 1.6), ("-|>,head_length=0.7,head_width=0.3", 1.6)):
        arrow = {"arrowstyle": style, "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (end, height), (start, height), arrowprops=arrow)


def _profile(ax: Axes, told: Story) -> None:
    """The planted bars, the peak with its set, and the mean delay with its interval."""
    lags = np.arange(1, MAX_LAG + 1)
    heights = np.array(told.bars[1 : MAX_LAG + 1])
    most = heights.max()
    ax.axvspan(told.low - 0.5, told.high + 0.5, color=BLUE, alpha=0.13, linewidth=0, zorder=0)
    for edge in (told.low - 0.5, told.high + 0.5):
        ax.axvline(edge, color=BLUE, linewidth=0.9, linestyle="--", zorder=0)
    colours = [BLUE if lag == told.delay else "#86b9dc" for lag in lags]
    ax.bar(lags, heights, width=0.62, color=colours, edgecolor=BLUE, linewidth=0.8, zorder=2)
    ax.plot(told.delay, most * 1.08, marker="v", markersize=10, color=BLUE, zorder=3)
    ax.text(
        told.high + 0.65,
        most * 1.24,
        f"delay set: {told.low:g} to {told.high:g} weeks ({100 * told.level:g} %)",
        color=BLUE,
        va="center",
        weight="bold",
    )
    height = most * 0.93
    ax.plot([told.mean_low, told.mean_high], [height, height], color=RUST, linewidth=1.6, zorder=3)
    for end in (told.mean_low, told.mean_high):
        ax.plot(end, height, marker="|", markersize=9, markeredgewidth=1.6, color=RUST, zorder=3)
    ax.plot(told.mean, height, marker="D", markersize=8, color=RUST, zorder=4)
    ax.text(
        told.mean_high + 0.25, height, f"mean delay {told.mean:.1f} weeks\n({told.mean_low:.1f} to {told.mean_high:.1f})",
        color=RUST, va="center", weight="bold", linespacing=1.15,
    )  # fmt: skip
    lag = MAX_LAG - 3
    ax.annotate(
        f"a lag: one bar, here lag {lag}", (lag, heights[lag - 1] + 0.06), (lag, most * 0.47), ha="left", va="center",
        arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.8, "shrinkB": 0, "relpos": (0, 0.5)},
    )  # fmt: skip
    ax.axhline(0, color=FAINT, linewidth=1.0, zorder=1)
    ax.set_ylim(0, most * 1.36)
    ax.set_ylabel("Change of sales\n(thousand EUR) after\n10 more trials in a week")
    ax.grid(axis="y")


def _used(ax: Axes) -> None:
    """What a test of some order, and a direct forecast at some horizons, use of the lags."""
    ax.set_ylim(-0.4, 2.75)
    row = 2.15
    ax.plot([0.55, 0.55, ORDER + 0.45, ORDER + 0.45], [row + 0.34, row, row, row + 0.34], color=GREEN, linewidth=1.8)
    told, behind = f"order {ORDER}: how many lags a test uses", {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    ax.text(0.5 + ORDER / 2, row + 0.42, told, color=GREEN, ha="center", va="center", weight="bold", bbox=behind)
    for row, horizon in zip((1.05, 0.1), HORIZONS, strict=True):
        first = horizon + AVAILABLE_AFTER
        ax.add_patch(
            Rectangle((0.5, row - 0.33), first - 1, 0.66, facecolor="white", edgecolor=GREY, hatch="/////", linewidth=0.8)
        )
        ax.add_patch(
            Rectangle((first - 0.5, row - 0.33), MAX_LAG + 1 - first, 0.66, facecolor="#e9ecef", edgecolor=GREY, linewidth=0.8)
        )
        ax.text(first - 0.3, row, f"horizon {horizon}: lags {first} to {MAX_LAG} can be used", va="center", weight="bold")
        ax.text(first / 2, row, "not out yet", va="center", ha="center", bbox=behind)


def main(path: Path = PICTURE) -> None:
    """Write the picture."""
    path.write_text(ll.plot.to_svg(drawn(story())), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
