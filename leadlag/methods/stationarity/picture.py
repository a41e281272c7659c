"""Two questions asked of each series, as a plane: whether there is a unit root, and whether it is stationary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import NullFormatter

from leadlag.methods.stationarity.result import SeriesStationarity, StationarityResult
from leadlag.methods.stationarity.words import axes, corners, label
from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, INK, LINE, PLAIN, axes_of, theme
from leadlag.wording.shown import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PICTURES", "plane", "plane_inches"]

#: Colour and marker of each verdict; either alone tells them apart.
_MARKS = {
    "stationary": ("#0072b2", "o"),
    "trend-stationary": ("#009e73", "^"),
    "integrated": ("#d55e00", "s"),
    "inconclusive": ("#8b949e", "D"),
}
_MOST_NAMED = 25
_SMALLEST = 1e-4


def plane(result: StationarityResult | SeriesStationarity, *, ax: Axes | None = None) -> Axes:
    """Every series by its unit-root p, left where a unit root is rejected, and its KPSS statistic, low where stationary."""
    series = [result] if isinstance(result, SeriesStationarity) else list(result.series)
    tested = [item for item in series if item.verdict in _MARKS]
    with theme():
        ax = axes_of(ax, inches=plane_inches(result))
        across = np.array([max(np.fmin(item.dfgls_pvalue, item.adf_pvalue), _SMALLEST) for item in tested])
        up = np.array([item.kpss / item.kpss_critical for item in tested])
        low, high = min(0.1, *up, 1.0) / 1.6, max(3.0, *up, 1.0) * 1.6
        _corners(ax, result.alpha, low=low, high=high)
        for verdict, (colour, marker) in _MARKS.items():
            mine = np.array([item.verdict == verdict for item in tested], dtype=bool)
            if mine.any():
                ax.scatter(across[mine], up[mine], s=26, color=colour, marker=marker, label=verdict, zorder=3, clip_on=False)
        if len(tested) <= _MOST_NAMED:
            _names(ax, tested, across, up, step=float(np.log(high / low)) / 26.0)
        if tested:
            ax.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=4, borderaxespad=0.2, columnspacing=1.4)
        ax.set_title(_title(series, len(tested)), **PLAIN, pad=26.0)
    return ax


def plane_inches(result: StationarityResult | SeriesStationarity) -> tuple[float, float]:
    """Width and height: higher where names are written."""
    n_named = len(result.series) if isinstance(result, StationarityResult) else 1
    return 7.2, 4.6 if n_named <= _MOST_NAMED // 2 else 5.6


def _title(series: list[SeriesStationarity], n_tested: int) -> str:
    if len(series) == 1:
        return f"{label(series[0], 30)}: {series[0].verdict}"
    without = f" ({len(series) - n_tested:,} untestable)" if n_tested < len(series) else ""
    return f"Which of {len(series):,} series return to a level{without}"


def _names(ax: Axes, tested: list[SeriesStationarity], across: np.ndarray, up: np.ndarray, *, step: float) -> None:
    """The name of each series beside its point, from below; one that would stand on another moves up."""
    written: list[tuple[float, float]] = []
    for place in np.argsort(up, kind="stable"):
        x, height = float(across[place]), float(np.log(up[place]))
        for other, taken in written:
            if abs(np.log(x / other)) < 2.0 and height - taken < step:
                height = taken + step
        written.append((x, height))
        side, shift = ("right", 1 / 1.12) if x > 0.1 else ("left", 1.12)
        name = label(tested[place], 22)
        ax.text(x * shift, float(np.exp(height)), name, ha=side, va="center", fontsize=7.5, color=INK, **PLAIN)


def _corners(ax: Axes, alpha: float, *, low: float, high: float) -> None:
    """The four answers, and the levels that part them."""
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(_SMALLEST * 0.8, 1.15)
    ax.set_ylim(low, high)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_formatter(NullFormatter())
    ax.axvline(alpha, color=LINE, linewidth=1.2, zorder=1)
    ax.axhline(1.0, color=LINE, linewidth=1.2, zorder=1)
    across, up = axes()
    ax.set_xlabel(f"{across}; the line is {percent(alpha)}", **PLAIN)
    ax.set_ylabel(up, **PLAIN)
    places = (
        (0.01, 0.02, "left", "bottom"),
        (0.01, 0.98, "left", "top"),
        (0.99, 0.02, "right", "bottom"),
        (0.99, 0.98, "right", "top"),
    )
    for text, (x, y, side, end) in zip(corners(), places, strict=True):
        ax.text(x, y, text, transform=ax.transAxes, ha=side, va=end, fontsize=7.5, color=FAINT, **PLAIN)


#: The pictures of the result, the usual one first.
PICTURES = {"plane": Picture(plane, plane_inches)}
