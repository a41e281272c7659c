"""Pictures of results: functions ``(result, *, ax=None) -> Axes``; nothing outside their figure is changed, nothing shown."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from leadlag.plot.files import to_svg
from leadlag.plot.pictures import draw, svg_of
from leadlag.plot.style import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "draw", "heatmap", "lag_profile", "long_run_effects", "plane", "profile", "ranking", "response", "stems", "svg_of", "theme",
    "to_svg",
]  # fmt: skip

#: Where the pictures stand that can be asked for by name.
_ROOMS = {
    "heatmap": "leadlag.ranking.pictures.lags",
    "lag_profile": "leadlag.methods.regression.picture",
    "long_run_effects": "leadlag.methods.regression.picture",
    "plane": "leadlag.methods.stationarity.picture",
    "profile": "leadlag.ranking.pictures.lags",
    "ranking": "leadlag.ranking.pictures.forest",
    "response": "leadlag.methods.projection.picture",
    "stems": "leadlag.methods.correlation.picture",
}


def __getattr__(name: str) -> Callable[..., Axes]:
    """A picture by its name, loaded when it is asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    picture: Callable[..., Axes] = getattr(import_module(_ROOMS[name]), name)
    return picture


def __dir__() -> list[str]:
    return __all__
