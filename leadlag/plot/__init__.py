"""Pictures of results: functions ``(result, *, ax=None) -> Axes``; nothing outside their figure is changed, nothing shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadlag._validation import as_option
from leadlag.errors import UsageError
from leadlag.plot.files import to_svg
from leadlag.plot.forest import ranking
from leadlag.plot.lags import heatmap, profile
from leadlag.plot.style import theme
from leadlag.ranked import LeadRanking, RankedLead

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.results import Result

__all__ = ["draw", "heatmap", "profile", "ranking", "theme", "to_svg"]


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
    if isinstance(result, LeadRanking):
        pictures = {"ranking": ranking, "heatmap": heatmap}
        return pictures[as_option(kind or "ranking", "kind", tuple(pictures))](result, ax=ax, **options)
    if isinstance(result, RankedLead):
        as_option(kind or "profile", "kind", ("profile",))
        return profile(result, ax=ax, **options)
    raise UsageError(f"{type(result).__name__} has no picture: its numbers are in to_frame() and summary().")
