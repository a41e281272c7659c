"""Pictures of results: functions ``(result, *, ax=None) -> Axes``; nothing outside their figure is changed, nothing shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from leadlag._validation import as_option
from leadlag.errors import UsageError
from leadlag.methods.correlation.picture import stems, stems_inches
from leadlag.methods.correlation.result import CrossCorrelation
from leadlag.methods.delay.picture import peaks, peaks_inches
from leadlag.methods.delay.result import DelaySet
from leadlag.methods.gain.picture import saved, saved_inches
from leadlag.methods.gain.result import ForecastGain
from leadlag.methods.power.picture import chances, chances_inches
from leadlag.methods.power.result import DetectableEffects
from leadlag.methods.projection.picture import response, response_inches
from leadlag.methods.projection.result import LocalProjection
from leadlag.methods.refutation.picture import copies, copies_inches
from leadlag.methods.refutation.result import RefutationTest
from leadlag.methods.regression.picture import lag_profile, lag_profile_inches, long_run_effects, long_run_effects_inches
from leadlag.methods.regression.profile import LagProfile
from leadlag.methods.regression.result import LaggedRegressionResult
from leadlag.methods.stability.picture import changes, changes_inches, over_time, over_time_inches
from leadlag.methods.stability.result import StabilityTest
from leadlag.methods.stationarity.picture import plane, plane_inches
from leadlag.methods.stationarity.result import SeriesStationarity, StationarityResult
from leadlag.plot.files import to_svg
from leadlag.plot.style import theme
from leadlag.ranking.pictures.forest import ranking, ranking_inches
from leadlag.ranking.pictures.lags import heatmap, heatmap_inches, profile, profile_inches
from leadlag.ranking.result import LeadRanking, RankedLead

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from leadlag.results import Result

__all__ = [
    "draw", "heatmap", "lag_profile", "long_run_effects", "plane", "profile", "ranking", "response", "stems", "svg_of", "theme",
    "to_svg",
]  # fmt: skip

#: For every kind of result its pictures, the first one being the usual one, each with the size it needs.
_PICTURES: dict[type, dict[str, tuple[Callable[..., Axes], Callable[..., tuple[float, float]]]]] = {
    LeadRanking: {"ranking": (ranking, ranking_inches), "heatmap": (heatmap, heatmap_inches)},
    RankedLead: {"profile": (profile, profile_inches)},
    CrossCorrelation: {"stems": (stems, stems_inches)},
    ForecastGain: {"saved": (saved, saved_inches)},
    DelaySet: {"peaks": (peaks, peaks_inches)},
    DetectableEffects: {"chances": (chances, chances_inches)},
    LocalProjection: {"response": (response, response_inches)},
    RefutationTest: {"copies": (copies, copies_inches)},
    LaggedRegressionResult: {"long_run_effects": (long_run_effects, long_run_effects_inches)},
    StabilityTest: {"over_time": (over_time, over_time_inches), "changes": (changes, changes_inches)},
    StationarityResult: {"plane": (plane, plane_inches)},
    SeriesStationarity: {"plane": (plane, plane_inches)},
    LagProfile: {"lag_profile": (lag_profile, lag_profile_inches)},
}


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
    picture, _ = _picture(result, kind)
    return picture(result, ax=ax, **options)


def svg_of(result: Result, *, kind: str | None = None) -> str:
    """The picture of a result as SVG text, drawn on a figure that no window and no notebook ever sees."""
    picture, inches = _picture(result, kind)
    with theme():
        ax = Figure(figsize=inches(result), layout="constrained").add_subplot()
    return to_svg(picture(result, ax=ax))


def _picture(result: Result, kind: str | None) -> tuple[Callable[..., Axes], Callable[..., tuple[float, float]]]:
    """The picture function of this kind, and the one that tells its size."""
    pictures = _PICTURES.get(type(result))
    if pictures is None:
        raise UsageError(f"{type(result).__name__} has no picture: its numbers are in to_frame() and summary().")
    return pictures[as_option(kind or next(iter(pictures)), "kind", tuple(pictures))]
