"""How two metrics move together, lag by lag: the result and its tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag.errors import UsageError
from leadlag.methods.correlation import words
from leadlag.results import Provenance, Result

__all__ = ["CrossCorrelation"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossCorrelation(Result):
    """Answer of `cross_correlation`: how KPI and lead move together at each lag. At positive lags the lead moves first.

    Parameters
    ----------
    kpi, lead : str
        Columns of the data.
    controls : tuple of str
        Columns that both were regressed on first.
    unit : str
        One period in words, for example "month".
    lags : ndarray of int, shape (2 max_lag + 1,)
        -max_lag..max_lag, in periods. Lag k compares the KPI with the lead k periods earlier.
    correlation, bse : ndarray, shape (n_lags,)
        Correlation, and the standard error that it has where the two are unrelated.
    low, high : ndarray, shape (n_lags,)
        Where the correlation at this lag lies with probability 1 - alpha if the two are unrelated: a band around zero.
    low_all, high_all : ndarray, shape (n_lags,)
        Where the correlations at all lags lie at once with that probability.
    pvalues : ndarray, shape (n_lags,)
        Two-sided p of each lag alone.
    alpha, critical, critical_all : float
        Tail, and standard errors to either side of zero that make the two bands.
    prewhitened : bool
        Whether the filter of the lead went over both series.
    ar : ndarray, shape (ar_order,)
        AR coefficients of the lead, the filter; empty if there is none.
    ar_order : int
        Order of the filter.
    difference : int
        How many times all series were differenced first.
    integrated : tuple of str
        Series among kpi and lead that look integrated as they were correlated (after `difference`).
    nobs, n_dropped : int
        Periods that enter the correlations, and periods of the sample that do not: missing in one of the series, or taken by the
        differences and the filter.
    provenance : Provenance
        Method, settings, versions and warnings.
    """

    _pictures: ClassVar[str] = "leadlag.methods.correlation.picture:PICTURES"

    kpi: str
    lead: str
    controls: tuple[str, ...]
    unit: str
    lags: NDArray[np.intp]
    correlation: FloatArray
    bse: FloatArray
    low: FloatArray
    high: FloatArray
    low_all: FloatArray
    high_all: FloatArray
    pvalues: FloatArray
    alpha: float
    critical: float
    critical_all: float
    prewhitened: bool
    ar: FloatArray
    ar_order: int
    difference: int
    integrated: tuple[str, ...]
    nobs: int
    n_dropped: int
    provenance: Provenance

    @property
    def peak_lag(self) -> int:
        """Lag of the largest absolute correlation, of all lags."""
        return self._largest(np.ones(len(self.lags), dtype=bool))

    @property
    def peak_lag_ahead(self) -> int:
        """Lag of the largest absolute correlation among those at which the lead moves first (1 and above)."""
        return self._largest(self.lags >= 1)

    @property
    def first_lag(self) -> int | None:
        """First of the lags outside their own bands that lead up to `peak_lag_ahead` without a break; None if it lies inside."""
        outside, lag = self.significant_lags, self.peak_lag_ahead
        if lag not in outside:
            return None
        while lag > 1 and lag - 1 in outside:
            lag -= 1
        return lag

    @property
    def significant_lags(self) -> tuple[int, ...]:
        """Lags whose correlation lies outside its own band; of unrelated series a share of `alpha` does."""
        return self._outside(self.high)

    @property
    def significant_lags_all(self) -> tuple[int, ...]:
        """Lags outside the band for all lags; unrelated series have any with probability `alpha`."""
        return self._outside(self.high_all)

    def at(self, lag: int) -> float:
        """Correlation of the KPI with the lead `lag` periods earlier."""
        most = int(self.lags[-1])
        if isinstance(lag, (bool, np.bool_)) or lag not in self.lags:
            raise UsageError(f"lag={lag!r} is not allowed: give a whole number from {-most} to {most}.")
        return float(self.correlation[int(lag) + most])

    def to_frame(self) -> pd.DataFrame:
        """One row a lag: ``lag, correlation, low, high, low_all, high_all, pvalue``."""
        names = ("correlation", "low", "high", "low_all", "high_all")
        return pd.DataFrame({"lag": self.lags, **{name: getattr(self, name) for name in names}, "pvalue": self.pvalues})

    def summary(self) -> str:
        """Correlations and bands as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the correlations say, in plain sentences."""
        return words.explain(self)

    def _largest(self, among: NDArray[np.bool_]) -> int:
        size = np.where(among & np.isfinite(self.correlation), np.abs(self.correlation), -1.0)
        return int(self.lags[np.argmax(size)])

    def _outside(self, high: FloatArray) -> tuple[int, ...]:
        return tuple(int(lag) for lag in self.lags[np.abs(self.correlation) > high])
