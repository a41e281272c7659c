"""What was known at an origin, in units in which series of extreme size can be computed with."""

from __future__ import annotations

from dataclasses import dataclass

from leadlag.core.arrays import Floats, Ints
from leadlag.core.series.scales import unit_of
from leadlag.prepare.origins.learned import KnownValues, RealTimeData

__all__ = ["in_units"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _InUnits:
    """The same data in units that stay the same over the origins; fulfils `RealTimeData`."""

    known: RealTimeData
    y: float
    X: Floats
    Z: Floats

    @property
    def kpi_delay(self) -> int:
        return self.known.kpi_delay

    @property
    def lead_delays(self) -> Ints:
        return self.known.lead_delays

    @property
    def control_delays(self) -> Ints:
        return self.known.control_delays

    def at(self, origin: int) -> KnownValues:
        """What was known at the end of row `origin`."""
        now = self.known.at(origin)
        return KnownValues(y=now.y / self.y, X=now.X / self.X, Z=now.Z / self.Z)


def in_units(known: RealTimeData, unit: float, *, last: int) -> RealTimeData:
    """What was known when, the KPI in a unit and the others in theirs; itself where all sizes are ordinary.

    Parameters
    ----------
    known : RealTimeData
    unit : float
        Power of two.
    last : int
        The last origin: by what is known there the units are chosen.
    """
    every = known.at(last)
    X, Z = unit_of(every.X), unit_of(every.Z)
    return known if unit == 1.0 and (X == 1.0).all() and (Z == 1.0).all() else _InUnits(known=known, y=unit, X=X, Z=Z)
