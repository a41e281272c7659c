"""What was found about each series: verdict, tests, seasons and a suggested transform, as a table, a text, and one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from leadlag._validation import as_name
from leadlag.core.series.unitpvalues import kpss_critical
from leadlag.errors import UnknownNameError
from leadlag.methods.stationarity import words
from leadlag.methods.stationarity.transform import SeriesTransform
from leadlag.results import Provenance, Result, plain

__all__ = ["SeasonTest", "SeriesStationarity", "StationarityResult"]

_BOTH = "intercept and trend"


@dataclass(frozen=True, kw_only=True)
class SeasonTest:
    """One season of the calendar, asked of one series.

    Parameters
    ----------
    period : float
        Its length in periods.
    n_pairs : int
        Its cycles that stand beside the tests, the slowest first; 0 where the season is not found.
    month_ends : bool
        It is not a wave but the weeks in which a month ends or begins.
    n_seasons : float
        Seasons in the series.
    pvalue : float
        That the series has no such season; over its cycles, their number paid for.
    strength : float
        Share of the variance that it explains beside a trend, of the changes where the series is integrated; NaN where not found.
    """

    period: float
    n_pairs: int
    month_ends: bool
    n_seasons: float
    pvalue: float
    strength: float


@dataclass(frozen=True, kw_only=True, repr=False)
class SeriesStationarity(Result):
    """What was found about one series.

    Parameters
    ----------
    metric, segment, unit : str
        The series, its segment (empty if there is none), and one period in words.
    verdict : {"stationary", "trend-stationary", "integrated", "inconclusive", "untestable"}
    reason : str
        Code and words why it is untestable; else empty.
    trend : {"none", "linear", ""}
        Whether a linear trend was found at `alpha`.
    trend_pvalue : float
        That the series has no linear trend: of its slope beside AR noise where it returns to a line, else of a test that holds
        with and without a unit root.
    tests_beside : {"intercept", "intercept and trend", ""}
        What the three tests that follow stand beside; a trend may stand there that was not found.
    dfgls, dfgls_pvalue, dfgls_lags, adf, adf_pvalue, adf_lags
        Unit-root tests: statistic, p, lagged changes. A small p speaks against a unit root.
    kpss, kpss_pvalue, kpss_bandwidth
        Test of stationarity. A small p speaks against it; 0.01 stands for all below and 0.10 for all above.
    seasons : tuple of SeasonTest
        Every season of the calendar that the series is long enough for.
    transform : SeriesTransform
        What is suggested, learned from this series.
    log_verdict : str
        The verdict on the logs, where a log is part of the suggestion; else empty.
    nobs, n_missing : int
    alpha : float
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.methods.stationarity.picture:PICTURES"

    metric: str
    segment: str
    unit: str
    verdict: str
    reason: str = ""
    trend: str = ""
    trend_pvalue: float = np.nan
    tests_beside: str = ""
    dfgls: float = np.nan
    dfgls_pvalue: float = np.nan
    dfgls_lags: int = 0
    adf: float = np.nan
    adf_pvalue: float = np.nan
    adf_lags: int = 0
    kpss: float = np.nan
    kpss_pvalue: float = np.nan
    kpss_bandwidth: int = 0
    seasons: tuple[SeasonTest, ...] = ()
    transform: SeriesTransform
    log_verdict: str = ""
    nobs: int
    n_missing: int
    alpha: float
    provenance: Provenance

    def __repr__(self) -> str:
        return f"SeriesStationarity({self.metric!r}: {self.verdict})"

    @property
    def suggestion(self) -> str:
        """The suggested steps in words, for example ``"difference + season"``; ``"none"`` where nothing has to be done."""
        return " + ".join(self.transform.steps) or "none"

    @property
    def kpss_critical(self) -> float:
        """Value beyond which KPSS rejects stationarity at `alpha`."""
        return kpss_critical(self.alpha, deterministic="ct" if self.tests_beside == _BOTH else "c")

    @property
    def found_seasons(self) -> tuple[SeasonTest, ...]:
        """The seasons that the series has."""
        return tuple(season for season in self.seasons if season.n_pairs)

    def to_frame(self) -> pd.DataFrame:
        """The series' row of the table."""
        return _table([self])

    def summary(self) -> str:
        """The verdict and the tests behind it as text of at most 80 columns."""
        return words.summary_of_series(self)

    def explain(self) -> str:
        """What the series is, why, and what to do, in plain sentences."""
        return words.explain_series(self)


@dataclass(frozen=True, kw_only=True, repr=False)
class StationarityResult(Result):
    """Answer of `check_stationarity`: one row a series.

    Parameters
    ----------
    series : tuple of SeriesStationarity
        In the order of the columns; with segments, one a metric and segment.
    alpha : float
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.methods.stationarity.picture:PICTURES"

    series: tuple[SeriesStationarity, ...]
    alpha: float
    provenance: Provenance

    def __repr__(self) -> str:
        return f"StationarityResult({len(self)} series)"

    def __len__(self) -> int:
        return len(self.series)

    def __iter__(self) -> Iterator[SeriesStationarity]:
        return iter(self.series)

    def __getitem__(self, name: str | tuple[str, str]) -> SeriesStationarity:
        """One series by its metric, or by (metric, segment)."""
        metric, *segment = name if isinstance(name, tuple) else (name,)
        as_name(metric, "metric", list(dict.fromkeys(item.metric for item in self.series)), owner="metric")
        mine = [item for item in self.series if item.metric == metric and segment in ([], [item.segment])]
        if len(mine) != 1:
            known = ", ".join(repr(item.segment) for item in self.series if item.metric == metric)
            raise UnknownNameError(f"{name!r} names {len(mine)} series: give (metric, segment), the segment one of {known}.")
        return mine[0]

    def to_frame(self) -> pd.DataFrame:
        """One row a series: verdict, suggested transform, tests and season; numbers at full precision."""
        return _table(self.series)

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain Python values, the provenance once; NaN becomes None."""
        rows = [{field.name: getattr(item, field.name) for field in fields(item)} for item in self.series]
        series = [{name: plain(value) for name, value in row.items() if name != "provenance"} for row in rows]
        return {"alpha": self.alpha, "series": series, "provenance": plain(self.provenance)}

    def summary(self) -> str:
        """Verdicts, p-values and suggestions as text of at most 80 columns."""
        return words.summary(self)

    def explain(self) -> str:
        """What the verdicts mean and what to do, in plain sentences."""
        return words.explain(self)


def _table(series: Sequence[SeriesStationarity]) -> pd.DataFrame:
    """One row a series."""
    names = (
        "trend", "trend_pvalue", "tests_beside", "dfgls", "dfgls_pvalue", "dfgls_lags", "adf", "adf_pvalue", "adf_lags", "kpss",
        "kpss_pvalue", "kpss_bandwidth",
    )  # fmt: skip
    in_segments = any(item.segment for item in series)
    rows = [
        {
            "metric": item.metric,
            **({"segment": item.segment} if in_segments else {}),
            "verdict": item.verdict,
            "transform": item.suggestion,
            **{name: getattr(item, name) for name in names},
            "season": " + ".join(f"{season.period:.4g}" for season in item.found_seasons),
            "season_pvalue": min((season.pvalue for season in item.seasons), default=np.nan),
            "season_strength": max((season.strength for season in item.found_seasons), default=np.nan),
            "nobs": item.nobs,
            "n_missing": item.n_missing,
            "reason": item.reason,
        }
        for item in series
    ]
    return pd.DataFrame(rows)
