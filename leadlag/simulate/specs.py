"""What to plant: one series, a season, a trend."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from leadlag._validation import as_int, as_option, as_real
from leadlag.errors import UsageError

__all__ = [
    "Integration",
    "MomentumIn",
    "Noise",
    "Path",
    "PlantedSeries",
    "Response",
    "Role",
    "Season",
    "Shape",
    "Trend",
]

Shape = Literal["point", "window", "geometric", "delayed"]
Path = Literal["autoregressive", "campaign"]
Response = Literal["linear", "quadratic", "threshold"]
Noise = Literal["normal", "t", "garch"]
Integration = Literal["none", "integrated", "cointegrated"]
MomentumIn = Literal["noise", "outcome"]
Role = Literal["lead", "upstream", "proxy", "follower", "coincident", "noise"]


@dataclass(frozen=True, kw_only=True)
class PlantedSeries:
    """One series to plant: a lead if it has an `effect`, a trap if it has only a `driver`, `at_once` or a `surprise`.

    Parameters
    ----------
    name : str
        Column name.
    effect : float
        Change of the KPI, in sd of the KPI's innovations, after a lasting rise of this series by one sd, summed over its
        lags and before the KPI's own momentum. 0: nothing goes from it to the KPI directly.
    delay : int
        Lag >= 1 at which the effect peaks, in periods.
    shape : {"point", "window", "geometric", "delayed"}
        One lag; equal weights on `delay` .. `delay` + `width` - 1; ``decay ** (k - delay)`` from `delay` on; a hump
        ``decay ** (k - delay) ** 2`` from lag 1 on.
    decay : float
        Between 0 and 1, for "geometric" and "delayed".
    width : int
        Lags in a "window".
    response : {"linear", "quadratic", "threshold"}
        What the KPI answers to: the value, its square, or its part above the mean (each scaled to unit sd).
    path : {"autoregressive", "campaign"}
        Own path: AR(1), or zero in most periods with rare positive bursts.
    persistence : float
        AR(1) coefficient of the own path, between -1 and 1.
    driver : str, optional
        Another planted series or the KPI, of which this one takes its share.
    driver_lag : int
        How many periods after its driver it moves, >= 0.
    driver_share : float
        Correlation with the driver `driver_lag` periods before, between -1 and 1.
    at_once : float
        Change of the KPI in the same period, in sd of the KPI's innovations, for one sd of this series: it is coincident
        with the KPI and no lead. Not together with `effect`.
    surprise : float
        Correlation of its innovations with the KPI's innovations of the same period, between -1 and 1.
    starts : int
        Periods before its first value (they are missing), >= 0.
    stops : int, optional
        Periods of the sample after which it no longer acts on the KPI: a relation that broke.
    """

    name: str
    effect: float = 0.0
    delay: int = 1
    shape: Shape = "point"
    decay: float = 0.6
    width: int = 3
    response: Response = "linear"
    path: Path = "autoregressive"
    persistence: float = 0.5
    driver: str | None = None
    driver_lag: int = 1
    driver_share: float = 0.8
    at_once: float = 0.0
    surprise: float = 0.0
    starts: int = 0
    stops: int | None = None

    def __post_init__(self) -> None:
        for name in ("effect", "at_once"):
            as_real(getattr(self, name), name, low=-math.inf, high=math.inf)
        if self.effect and self.at_once:
            given = f"effect={self.effect:g} and at_once={self.at_once:g}"
            raise UsageError(f"{given}: a series has one of the two, set the other to 0.")
        for name, low in (("delay", 1), ("width", 1), ("driver_lag", 0), ("starts", 0)):
            as_int(getattr(self, name), name, low=low)
        if self.stops is not None:
            as_int(self.stops, "stops", low=0)
        as_real(self.decay, "decay", low=0.0, high=1.0)
        for name in ("persistence", "driver_share", "surprise"):
            as_real(getattr(self, name), name, low=-1.0, high=1.0)
        as_option(self.shape, "shape", ("point", "window", "geometric", "delayed"))
        as_option(self.path, "path", ("autoregressive", "campaign"))
        as_option(self.response, "response", ("linear", "quadratic", "threshold"))


@dataclass(frozen=True, kw_only=True)
class Season:
    """A pattern that repeats.

    Parameters
    ----------
    period : float
        Periods in a season; 365.25 / 7 for a year of weeks.
    kpi, leads : float
        Sd of the pattern in the KPI and in every other series, in sd of the innovations and of the series.
    shape : {"smooth", "month_end"}
        Two harmonics, or a spike in the last period of each calendar month (which needs days or weeks; `period` is then
        not used).
    phases : {"own", "shared"}
        Whether the harmonics have phases of their own in each series, or the same ones in all.
    """

    period: float = 52.0
    kpi: float = 1.0
    leads: float = 1.0
    shape: Literal["smooth", "month_end"] = "smooth"
    phases: Literal["own", "shared"] = "own"

    def __post_init__(self) -> None:
        as_real(self.period, "period", low=1.0, high=math.inf)
        as_option(self.shape, "shape", ("smooth", "month_end"))
        as_option(self.phases, "phases", ("own", "shared"))


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A straight line: total rise over the sample, in sd of the KPI's innovations and of each other series."""

    kpi: float = 0.0
    leads: float = 0.0
