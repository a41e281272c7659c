"""A lead that is seen more often than the KPI, ready for a test: its own series, and which of its own lags are searched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadlag.core.clock import Clock

__all__ = ["FinerLead"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FinerLead:
    """The own series of one lead with several periods to one of the KPI's.

    Parameters
    ----------
    values : ndarray, shape (n_own,)
        Working series on its own calendar, centred, in units of its `x_scale`; NaN where missing.
    clock : Clock
        How it lines up with the KPI's rows.
    lags : tuple of int
        Own lags searched, each with a delay of at least one period of the KPI.
    """

    values: NDArray[np.float64]
    clock: Clock
    lags: tuple[int, ...]

    @property
    def delays(self) -> tuple[float, ...]:
        """The own lags in periods of the KPI."""
        return tuple(self.clock.delay(lag) for lag in self.lags)
