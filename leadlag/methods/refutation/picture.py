"""A lead beside altered copies of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from leadlag.plot.pictures import Picture
from leadlag.plot.style import FAINT, INK, MARKS, PLAIN, axes_of, label, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.methods.refutation.result import RefutationTest

__all__ = ["PICTURES", "copies", "copies_inches"]

_COLOUR = MARKS["lead"].colour
#: Half the height over which the dots of one row are spread.
_SPREAD = 0.28


def copies(result: RefutationTest, *, ax: Axes | None = None) -> Axes:
    """Largest |t| of the lead as a line, and those of its copies as dots: shifted above, with blocks in another order below.

    Parameters
    ----------
    result : RefutationTest
    ax : Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    Axes
    """
    with theme():
        ax = axes_of(ax, inches=copies_inches(result))
        rows = {"shifted": result.placebo, "in another\norder": result.permuted}
        for height, values in zip((1.0, 0.0), rows.values(), strict=True):
            ax.plot(values, height + _heights(len(values)), linestyle="none", marker="o", markersize=3.0, color=FAINT, alpha=0.55)
        ax.axvline(result.statistic, color=_COLOUR, linewidth=2.0, zorder=4)
        ax.set_yticks([1.0, 0.0], list(rows))
        ax.set_ylim(-0.6, 1.6)
        ax.set_xlim(left=0.0)
        ax.grid(axis="x")
        ax.set_xlabel("Largest |t| over lags and shapes")
        ax.set_title(f"{label(result.lead, 24)} beside copies of itself, as leads of {label(result.kpi, 24)}", **PLAIN, pad=26.0)
        handles = [
            Line2D([], [], color=_COLOUR, linewidth=2.0, label=label(result.lead, 24)),
            Line2D([], [], color=FAINT, linestyle="none", marker="o", markersize=3.5, label="a copy"),
        ]
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=2, borderaxespad=0.2)
        ax.tick_params(axis="y", length=0, labelcolor=INK)
    return ax


def copies_inches(result: RefutationTest) -> tuple[float, float]:
    """Width and height: wider for long names in the title."""
    return 6.8 + 0.05 * len(label(result.kpi, 24) + label(result.lead, 24)), 2.9


def _heights(count: int) -> np.ndarray:
    """Heights that keep dots apart, the same at every drawing."""
    golden = 0.618034
    return _SPREAD * (2.0 * ((np.arange(count) * golden) % 1.0) - 1.0)


#: The pictures of the result, the usual one first.
PICTURES = {"copies": Picture(copies, copies_inches)}
