"""Which picture suits a result: each result names its own, and they load when one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.figure import Figure

from leadlag._validation import as_option
from leadlag.errors import UsageError
from leadlag.plot.files import to_svg
from leadlag.plot.style import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.results import Result

__all__ = ["Picture", "draw", "svg_of"]


class Picture(NamedTuple):
    """A picture of one kind of result.

    Parameters
    ----------
    draw : callable
        ``(result, *, ax=None) -> Axes``.
    inches : callable
        Width and height that it needs, ``(result) -> (float, float)``.
    """

    draw: Callable[..., Axes]
    inches: Callable[..., tuple[float, float]]


def draw(result: Result, *, ax: Axes | None = None, kind: str | None = None, **options: Any) -> Axes:
    """Draw a result in the picture that suits it.

    Parameters
    ----------
    result : Result
        A ranking or one of its leads.
    ax : Axes, optional
        Where to draw; a new figure if None.
    kind : str, optional
        For a ranking "ranking" (default: effects with intervals) or "heatmap" (lead by lag); for a lead "profile".
    **options
        Handed on to the picture.

    Returns
    -------
    Axes

    Raises
    ------
    UsageError
        If the result has no such picture.
    """
    return _picture(result, kind).draw(result, ax=ax, **options)


def svg_of(result: Result, *, kind: str | None = None) -> str:
    """The picture of a result as SVG text, drawn on a figure that no window and no notebook ever sees."""
    picture = _picture(result, kind)
    with theme():
        ax = Figure(figsize=picture.inches(result), layout="constrained").add_subplot()
    return to_svg(picture.draw(result, ax=ax))


def _picture(result: Result, kind: str | None) -> Picture:
    """The picture of this kind, from the room that the result names."""
    named = getattr(result, "_pictures", "")  # what is no result at all has none either
    if not named:
        raise UsageError(f"{type(result).__name__} has no picture: its numbers are in to_frame() and summary().")
    room, _, name = named.partition(":")
    pictures: dict[str, Picture] = getattr(import_module(room), name)
    return pictures[as_option(kind or next(iter(pictures)), "kind", tuple(pictures))]
