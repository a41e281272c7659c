"""How every figure looks: one theme, colours that the colour-blind can tell apart, and text that is never read as mathematics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import font_manager

from leadlag.wording.shown import cut, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FAINT", "INK", "LINE", "MARKS", "PLAIN", "Mark", "axes_of", "label", "theme"]

INK = "#1b1f24"
FAINT = "#5c6670"
LINE = "#d5dae0"

#: For every text that may hold a name: ``$`` in it is a dollar.
PLAIN: dict[str, Any] = {"parse_math": False}

# Letters that the default font lacks are looked up here, where these are installed.
_MORE_FONTS = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Source Han Sans", "Hiragino Sans", "Yu Gothic", "Microsoft YaHei", "PingFang SC",
    "WenQuanYi Zen Hei", "IPAGothic", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Symbols2",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Colour and shape of a verdict; either alone tells the verdicts apart."""

    colour: str
    marker: str
    filled: bool = True


#: Okabe-Ito colours, darkened where a thin line would vanish on white.
MARKS = {
    "lead": Mark(colour="#0072b2", marker="o"),
    "indirect": Mark(colour="#009e73", marker="D"),
    "reverse": Mark(colour="#d55e00", marker="<"),
    "coincident": Mark(colour="#b8699a", marker="s"),
    "none": Mark(colour="#8b949e", marker="o", filled=False),
    "untestable": Mark(colour="#8b949e", marker="x"),
}


@contextmanager
def theme() -> Iterator[None]:
    """Draw in leadlag's style inside a ``with`` block; the settings outside stay as they are.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> before = mpl.rcParams["axes.spines.top"]
    >>> with theme():
    ...     mpl.rcParams["axes.spines.top"]
    False
    >>> mpl.rcParams["axes.spines.top"] == before
    True
    """
    installed = set(font_manager.get_font_names())
    settings: dict[str, Any] = {
        "font.family": ["DejaVu Sans", *(name for name in _MORE_FONTS if name in installed)],
        "font.size": 9.0,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": LINE,
        "axes.labelsize": 9.0,
        "axes.titlesize": 11.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 12.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "axes.formatter.use_mathtext": False,
        "axes.axisbelow": True,
        "xtick.color": FAINT,
        "ytick.color": INK,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 9.0,
        "grid.color": LINE,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "figure.facecolor": "white",
        "axes.facecolor": "white",
        "figure.dpi": 110.0,
    }
    # only what is set here is put back: pyplot, loaded inside the block, may choose a backend and make it interactive
    before: dict[str, Any] = {name: mpl.rcParams[name] for name in settings}  # type: ignore[index]
    mpl.rcParams.update(settings)  # type: ignore[arg-type]
    try:
        yield
    finally:
        mpl.rcParams.update(before)  # type: ignore[arg-type]


def axes_of(ax: Axes | None, *, inches: tuple[float, float]) -> Axes:
    """The Axes given, or one on a new figure of this size."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt  # noqa: PLC0415  (slow to load, and a report needs no window)

    return plt.figure(figsize=inches, layout="constrained").add_subplot()


def label(name: str, most: int = 30) -> str:
    """A name for an axis: nothing hidden in it, cut to `most` columns."""
    return cut(shown(name), most)
