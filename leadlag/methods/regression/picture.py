"""Lag profiles of a lagged regression with both bands, and the long-run effects of several leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from leadlag.methods.regression.words import VIEW
from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, LINE, MARKS, PLAIN, axes_of, label, theme
from leadlag.wording.shown import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.methods.regression.profile import LagProfile
    from leadlag.methods.regression.result import LaggedRegressionResult

__all__ = ["PICTURES", "PROFILE", "lag_profile", "lag_profile_inches", "long_run_effects", "long_run_effects_inches"]

_COLOUR = MARKS["lead"].colour
_PEAK = MARKS["reverse"].colour


def lag_profile(result: LagProfile, *, ax: Axes | None = None) -> Axes:
    """Effect at every lag as a bar, with its pointwise interval and the simultaneous band; the delay and its set are marked.

    Parameters
    ----------
    result : LagProfile
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    found, lags = result.effects.profile, np.asarray(result.lags)
    with theme():
        ax = axes_of(ax, inches=lag_profile_inches(result))
        edges = np.r_[lags - 0.5, lags[-1] + 0.5]
        ax.stairs(found.high_all, edges, baseline=found.low_all, fill=True, color=_COLOUR, alpha=0.13, linewidth=0, zorder=1)
        ax.axhline(0.0, color=FAINT, linewidth=1.0, zorder=2)
        ax.bar(lags, found.estimate, width=0.56, color=_COLOUR, alpha=0.45, linewidth=0, zorder=3)
        ax.vlines(lags, found.low, found.high, color=_COLOUR, linewidth=2.0, zorder=4)
        ax.plot(lags, found.estimate, linestyle="none", marker="o", markersize=4.5, color=_COLOUR, zorder=5)
        handles = _handles(percent(found.level))
        if np.isnan(result.weights).all():
            ax.text(
                0.5, 0.56, "not known: its columns are combinations of others", color=FAINT, ha="center", transform=ax.transAxes
            )
        elif result.first_lag is not None:
            handles.append(_mark_delay(ax, result))
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=3, borderaxespad=0.2, columnspacing=1.4)
        _say(ax, result)
    return ax


def lag_profile_inches(result: LagProfile) -> tuple[float, float]:
    """Width and height: wider with many lags."""
    return float(np.clip(4.0 + 0.16 * len(result.lags), 7.2, 12.0)), 3.9


def long_run_effects(result: LaggedRegressionResult, *, ax: Axes | None = None) -> Axes:
    """Long-run effect of one standard deviation of each lead, with its interval; of one lead its lag profile.

    Parameters
    ----------
    result : LaggedRegressionResult
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    if len(result.leads) == 1:
        return lag_profile(result.profiles[0], ax=ax)
    sd = np.array([profile.lead_sd for profile in result.profiles])
    runs = [profile.long_run for profile in result.profiles]
    value, low, high = (sd * np.array([getattr(run, name) for run in runs]) for name in ("value", "low", "high"))
    at = np.arange(len(sd))[::-1]
    with theme():
        ax = axes_of(ax, inches=long_run_effects_inches(result))
        ax.axvline(0.0, color=FAINT, linewidth=1.0, zorder=1)
        apart = (low > 0) | (high < 0)
        for some, face in ((apart, _COLOUR), (~apart, "white")):
            ax.hlines(at[some], low[some], high[some], color=_COLOUR, linewidth=2.0, zorder=2)
            ax.plot(
                value[some], at[some], linestyle="none", marker="o", markersize=6, color=_COLOUR, markerfacecolor=face, zorder=3
            )
        for row in at[np.isnan(value)]:
            ax.text(0.0, row, " not known", color=FAINT, va="center")
        ax.set_yticks(at, [label(lead) for lead in result.leads], **PLAIN)
        ax.set_ylim(-0.7, len(sd) - 0.3)
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="x")
        ax.spines["left"].set_visible(False)
        logs = " (in logs)" if result.kpi in result.profiles[0].log else ""
        ax.set_xlabel(
            f"Change of {label(result.kpi, 26)}{logs} after a lasting rise of one sd,\n{percent(result.level)} interval", **PLAIN
        )
        ax.set_title(f"Long-run effects on {label(result.kpi, 26)}\nSums of lag profiles (distributed lags)", **PLAIN)
    return ax


def long_run_effects_inches(result: LaggedRegressionResult) -> tuple[float, float]:
    """Width and height: a row for each lead."""
    return (
        (7.2, float(np.clip(1.7 + 0.3 * len(result.leads), 2.6, 14.0)))
        if len(result.leads) > 1
        else lag_profile_inches(result.profiles[0])
    )


def _mark_delay(ax: Axes, result: LagProfile) -> Line2D:
    """The lags at which the peak may be, and the one that it is, along the lower edge."""
    if result.peak > result.lags[-1]:
        return Line2D([], [], linestyle="none", label=f"peak at lag {result.peak}, not shown")
    low, high = result.peak_low, result.peak_high
    along = ax.get_xaxis_transform()
    ax.plot([low - 0.3, high + 0.3], [0.03, 0.03], color=_PEAK, linewidth=3.0, solid_capstyle="butt", transform=along, zorder=6)
    ax.plot(result.peak, 0.03, marker="D", markersize=6, color=_PEAK, transform=along, linestyle="none", zorder=7)
    return Line2D([], [], color=_PEAK, linewidth=3.0, marker="D", markersize=6, label="peak, and where it may be")


def _handles(level: str) -> list[Line2D | Patch]:
    """What the marks mean."""
    alone = Line2D([], [], color=_COLOUR, marker="o", markersize=4.5, linewidth=2.0, label=f"{level}, each lag alone")
    return [alone, Patch(color=_COLOUR, alpha=0.13, linewidth=0, label=f"{level}, all lags at once")]


def _say(ax: Axes, result: LagProfile) -> None:
    """Which of the two views this is, and its units, on title and axes."""
    kpi, lead = label(result.kpi, 26), label(result.lead, 26)
    logs = {name: " (in logs)" if name in result.log else "" for name in (result.kpi, result.lead)}
    ax.set_title(f"{kpi} after {lead}\n{VIEW[0].upper()}{VIEW[1:]}", **PLAIN, pad=26.0)
    ax.set_ylabel(
        f"Effect on {label(result.kpi, 22)}{logs[result.kpi]}\nper unit of {label(result.lead, 20)}{logs[result.lead]}", **PLAIN
    )
    before = next((lag for lag, delay in zip(result.lags, result.delays, strict=True) if delay == 1.0), None)
    paced = result.own_unit != result.unit and before is not None
    last = f"; {before} is the last before the {result.unit}" if paced else ""
    ax.set_xlabel(f"Lag ({result.own_unit}s{last})", **PLAIN)
    ax.set_xlim(result.lags[0] - 0.7, result.lags[-1] + 0.7)
    bottom, top = ax.get_ylim() if np.isfinite(result.effects.profile.estimate).any() else (-1.0, 1.0)
    # room below for the mark of the delay
    ax.set_ylim(bottom - 0.08 * (top - bottom), top + 0.03 * (top - bottom))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14, min_n_ticks=1))
    ax.grid(axis="y", color=LINE)


#: The pictures of a regression, the usual one first.
PICTURES = {"long_run_effects": Picture(long_run_effects, long_run_effects_inches)}

#: The picture of a lag profile.
PROFILE = {"lag_profile": Picture(lag_profile, lag_profile_inches)}
