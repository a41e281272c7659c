"""What was known at an origin, read from snapshots: values as they were published then, before any revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.errors import UsageError
from leadlag.prepare.origins.learned import KnownValues
from leadlag.prepare.transforms import take_log
from leadlag.sample import Vintages

__all__ = ["Snapshots"]


#: From the first origin on at which this share of the KPI's values so far was out.
_ENOUGH = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshots:
    """Values of snapshots in the roles of a forecast; fulfils `leadlag.prepare.origins.learned.RealTimeData`.

    Parameters
    ----------
    vintages : Vintages
    kpi : str
    leads, controls : tuple of str
        Metrics of `vintages`.
    log : tuple of str
        Those that are taken in logs.
    """

    vintages: Vintages
    kpi: str
    leads: tuple[str, ...]
    controls: tuple[str, ...] = ()
    log: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (self.kpi, *self.leads, *self.controls):
            if name not in self.vintages.names:
                raise UsageError(
                    f"{name!r} is computed from other metrics, and snapshots hold what was published: give it as a column."
                )

    @cached_property
    def _late(self) -> dict[str, int]:
        return dict(zip(self.vintages.names, self.vintages.delays, strict=True))

    @property
    def kpi_delay(self) -> int:
        """Periods after its own within which nearly all values of the KPI were out."""
        return self._late[self.kpi]

    @property
    def lead_delays(self) -> Ints:
        """The same of each lead, shape (m,)."""
        return np.array([self._late[name] for name in self.leads], dtype=np.intp)

    @property
    def control_delays(self) -> Ints:
        """The same of each control, shape (c,)."""
        return np.array([self._late[name] for name in self.controls], dtype=np.intp)

    def at(self, origin: int) -> KnownValues:
        """What was known at the end of row `origin`."""
        table = self.vintages.table_at(origin)
        return KnownValues(
            y=self._columns(table, (self.kpi,))[:, 0],
            X=self._columns(table, self.leads),
            Z=self._columns(table, self.controls),
        )

    def first_origin(self, start: int) -> int:
        """The first origin from `start` on at which most of the KPI's values so far were out."""
        latest = np.isfinite(self.vintages.latest.column(self.kpi))
        for origin in range(start, self.vintages.n_periods):
            out = np.isfinite(self.at(origin).y).sum()
            if out and out >= _ENOUGH * latest[: origin + 1].sum():
                return origin
        return self.vintages.n_periods - 1

    def _columns(self, table: Floats, names: Sequence[str]) -> Floats:
        """Columns of a table, logged where asked, shape (n, len(names))."""
        values = table[:, [self.vintages.names.index(name) for name in names]]
        for place, name in enumerate(names):
            if name in self.log:
                values[:, place] = take_log(values[:, place], name)
        return values
