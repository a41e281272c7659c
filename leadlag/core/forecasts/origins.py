"""The forecasts of a walk over the origins: of the KPI from its own history, and of that with each lead beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from leadlag.core.arrays import Floats, Ints

__all__ = ["RollingForecasts"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RollingForecasts:
    """Forecasts from every origin; o origins, h horizons, m leads.

    Parameters
    ----------
    origins : ndarray of int, shape (o,)
    horizons : tuple of int, h of them
        Periods after the origin.
    actual, own, naive, seasonal : ndarray, shape (o, h)
        In the units of the analysis; NaN where there is none.
    added : ndarray, shape (o, h, m)
        What each lead adds to the forecast from own history.
    column : ndarray of int, shape (o, h, m)
        Place of the lead's column in `leadlag.core.forecasts.direct.shape_lags`; -1 for none.
    kpi_delay : int
        Periods after its own at which a value of the KPI is published.
    lead_delays : ndarray of int, shape (m,)
        The same of each lead.
    max_lag : int
        Longest lag of a lead.
    """

    origins: Ints
    horizons: tuple[int, ...]
    actual: Floats
    own: Floats
    naive: Floats
    seasonal: Floats
    added: Floats
    column: Ints
    kpi_delay: int
    lead_delays: Ints
    max_lag: int

    def of(self, places: Sequence[int]) -> RollingForecasts:
        """The forecasts of some of the horizons."""
        kept = list(places)
        return replace(
            self, horizons=tuple(self.horizons[place] for place in kept), actual=self.actual[:, kept], own=self.own[:, kept],
            naive=self.naive[:, kept], seasonal=self.seasonal[:, kept], added=self.added[:, kept], column=self.column[:, kept],
        )  # fmt: skip

    def times(self, unit: float) -> RollingForecasts:
        """The same in the KPI's own units, one of the analysis being `unit` of them."""
        return replace(
            self, actual=unit * self.actual, own=unit * self.own, naive=unit * self.naive, seasonal=unit * self.seasonal,
            added=unit * self.added,
        )  # fmt: skip

    def lags(self, horizon: int, lead: int) -> range:
        """Lags of one lead that are known at an origin for one horizon, and not too long; empty if there is none."""
        return range(horizon + int(self.lead_delays[lead]), self.max_lag + 1)
