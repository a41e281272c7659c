"""A figure as SVG text: the same figure gives the same bytes."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from leadlag.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["to_svg"]

_UNKNOWN = "missing from font"


#: Fonts of the reader, narrower than the one the figure was laid out with, so that nothing grows into its neighbour.
_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif"


def to_svg(axes: Axes) -> str:
    """The figure of `axes` as SVG, without date and with fixed ids; its letters stay text, shown in the reader's fonts.

    Parameters
    ----------
    axes : Axes
        As a picture function gave it.

    Returns
    -------
    str
        The same for the same figure, byte by byte.
    """
    figure = axes.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise UsageError("axes belongs to no figure: give the Axes that a picture function returned.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        text = _svg(figure, margin=0.06)
    if any(_UNKNOWN in str(each.message) for each in caught):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=f".*{_UNKNOWN}")
            text = _svg(figure, margin=0.8)  # letters this machine cannot draw are wider than the box that stood for them
    # only inside tags that matplotlib wrote: a name cannot hold a bare <
    return re.sub(r'(<text style="[^"]*font-family: )[^;"]*', rf"\g<1>{_FONTS}", text)


def _svg(figure: Figure, *, margin: float) -> str:
    buffer = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with mpl.rc_context({"svg.hashsalt": "leadlag", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata=nothing, bbox_inches="tight", pad_inches=margin)
    return buffer.getvalue()
