"""What every result can do, and the one late look up, to the rooms that write reports and forecast."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from leadlag._version import __version__
from leadlag.wording.markdown import markdown_table
from leadlag.wording.shown import Labelled

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from matplotlib.axes import Axes

__all__ = ["Provenance", "Result", "Search", "plain"]

#: What one line says of a result, if it has it.
_SAID_FIRST = ("kpi", "lead", "statistic", "pvalue", "nobs")

_CORE = ("numpy", "scipy", "pandas", "statsmodels", "scikit-learn")


@dataclass(frozen=True, kw_only=True)
class Search:
    """How much was tried on the way to a result, and what was adjusted for it.

    Only what the data chose among, or what has a p of its own, counts as tried: a joint test of twelve lags is one test.

    Parameters
    ----------
    n_kpis, n_leads : int
        KPIs and leads asked; series, where there is no lead.
    n_lags, n_shapes, n_transforms : int
        Lags (or orders, horizons), lag shapes and transforms of each lead.
    n_segments : int
        Segments of the data.
    family : str
        What was adjusted together, in words; or that nothing was.
    correction : str
        How: "Benjamini-Hochberg", "bootstrap over ...", or "none".
    n_tests : int
        Tests in all; the product of the counts where it is not given.
    lead_word, lag_word : str
        What `n_leads` and `n_lags` count, where it is not leads and lags.

    Examples
    --------
    >>> Search(n_leads=20, n_lags=12, n_shapes=5, family="the leads", correction="Benjamini-Hochberg").n_tests
    1200
    """

    n_kpis: int = 1
    n_leads: int = 1
    n_lags: int = 1
    n_shapes: int = 1
    n_transforms: int = 1
    n_segments: int = 1
    family: str
    correction: str
    n_tests: int = -1
    lead_word: str = "lead"
    lag_word: str = "lag"

    def __post_init__(self) -> None:
        if self.n_tests < 0:
            counts = (self.n_kpis, self.n_leads, self.n_lags, self.n_shapes, self.n_transforms, self.n_segments)
            object.__setattr__(self, "n_tests", math.prod(counts))


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """How a result came about, enough to repeat it.

    Parameters
    ----------
    method : str
        The public function that made the result.
    settings : tuple of (str, object)
        Every argument that decides a number, as used (defaults filled in).
    warnings : tuple of (str, str)
        Code and text of every warning given on the way.
    versions : tuple of (str, str)
        Package and version, leadlag first.
    search : Search or None
        How much was tried, and what was adjusted for it.
    """

    method: str
    settings: tuple[tuple[str, Any], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    search: Search | None = None

    @classmethod
    def of(
        cls, method: str, *, warnings: Iterable[tuple[str, str]] = (), search: Search | None = None, **settings: Any
    ) -> Provenance:
        """Provenance with the versions of this environment filled in."""
        return cls(method=method, settings=tuple(settings.items()), warnings=tuple(warnings), versions=_versions(), search=search)


@cache  # reading what is installed takes longer than many a test
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("leadlag", __version__)]
    for package in _CORE:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:  # vendored or frozen without metadata: the number is simply not known
            found.append((package, "unknown"))
    return tuple(found)


def plain(value: Any) -> Any:
    """JSON-ready copy: dataclasses to dicts, arrays to lists, NaN and infinity to None.

    Examples
    --------
    >>> plain({"p": float("nan"), "lags": (1, 2)})
    {'p': None, 'lags': [1, 2]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or (isinstance(value, (bool, int, str)) and not isinstance(value, Labelled)) else str(value)


def _labels_in(value: Any) -> dict[str, str]:
    """The labels of all names that a result holds."""
    if isinstance(value, Labelled):
        return {str(value): value.label}
    if is_dataclass(value) and not isinstance(value, type):
        return _labels_in([getattr(value, field.name) for field in fields(value)])
    inner = (*value.keys(), *value.values()) if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return {name: label for each in inner for name, label in _labels_in(each).items()}


class Result:
    """Base of every result: frozen numbers at full precision, and the ways to look at them.

    A subclass is a frozen dataclass with ``repr=False`` and a `provenance`, and gives `to_frame`, `summary` and `explain`; the
    rest follows from these.
    """

    provenance: Provenance

    #: Room and name of its pictures; empty if it has none.
    _pictures: ClassVar[str] = ""

    def __repr__(self) -> str:
        said = ((name, getattr(self, name)) for name in _SAID_FIRST if name in self.__dict__)
        numbers = (f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value!r}" for name, value in said)
        return f"{type(self).__name__}({', '.join(numbers)})"

    def to_frame(self) -> pd.DataFrame:
        """Tidy table of the result, numbers at full precision."""
        raise TypeError(f"{type(self).__name__} has no table of its own")

    def summary(self) -> str:
        """Table as text, at most 80 columns wide."""
        raise TypeError(f"{type(self).__name__} has no summary of its own")

    def explain(self) -> str:
        """What the result says, in plain sentences."""
        raise TypeError(f"{type(self).__name__} has no explanation of its own")

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain Python values; NaN becomes None."""
        content: dict[str, Any] = plain(self)
        return content

    def to_json(self, *, indent: int | None = 2) -> str:
        """`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False, ensure_ascii=False)

    def to_markdown(self) -> str:
        """The table as Markdown, with characters that would break it escaped."""
        return markdown_table(self.to_frame(), labels=_labels_in(self))

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the result on `ax` (a new figure if None) and return the Axes."""
        from leadlag.plot import draw  # noqa: PLC0415  matplotlib loads only for who draws

        return draw(self, ax=ax, **options)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        from leadlag.report import notebook_html  # noqa: PLC0415  pages stand above the results they show

        return notebook_html(self)

    def _forecast(self, **asked: Any) -> Any:
        from leadlag.forecast.question import forecast_ranked  # noqa: PLC0415  forecasts stand above the rankings they begin with

        return forecast_ranked(self, **asked)

    def _write_report(self, path: str | PathLike[str], **beside: Any) -> Path:
        from leadlag.report import write_report  # noqa: PLC0415  pages stand above the results they show

        return write_report(self, path, **beside)
