"""How two metrics move together, lag by lag, and how all pairs of many do: the results and their tables."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.pvalues import two_sided
from leadlag.errors import UsageError
from leadlag.methods.correlation import words
from leadlag.results import Provenance, Result

__all__ = ["CrossCorrelation", "CrossCorrelations"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
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
    lags: Ints
    correlation: Floats
    bse: Floats
    low: Floats
    high: Floats
    low_all: Floats
    high_all: Floats
    pvalues: Floats
    alpha: float
    critical: float
    critical_all: float
    prewhitened: bool
    ar: Floats
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

    def _largest(self, among: Flags) -> int:
        size = np.where(among & np.isfinite(self.correlation), np.abs(self.correlation), -1.0)
        return int(self.lags[np.argmax(size)])

    def _outside(self, high: Floats) -> tuple[int, ...]:
        return tuple(int(lag) for lag in self.lags[np.abs(self.correlation) > high])


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CrossCorrelations(Result):
    """Answer of `cross_correlations`: every pair of KPI and lead at every lag. At positive lags the lead moves first.

    Parameters
    ----------
    kpis, leads, controls : tuple of str
        Columns of the data.
    unit : str
        One period in words.
    lags : ndarray of int, shape (n_lags,)
        -max_lag..max_lag, in periods.
    correlation, bse : ndarray, shape (n_kpis, n_leads, n_lags)
        Correlation, and its standard error where the two are unrelated; NaN where a pair has no numbers.
    alpha, critical : float
        Tail, and standard errors to either side of zero that make the band.
    prewhitened : bool
        Whether the filter of each lead went over it and all KPIs.
    ar_order, nobs : ndarray of int, shape (n_kpis, n_leads)
        Order of the lead's filter, and periods that enter.
    reason : ndarray of str, shape (n_kpis, n_leads)
        Code of why a pair has no numbers, empty where it has.
    provenance : Provenance
        Method, settings, versions and warnings.
    """

    kpis: tuple[str, ...]
    leads: tuple[str, ...]
    controls: tuple[str, ...]
    unit: str
    lags: Ints
    correlation: Floats
    bse: Floats
    alpha: float
    critical: float
    prewhitened: bool
    ar_order: NDArray[np.int64]
    nobs: NDArray[np.int64]
    reason: NDArray[np.str_]
    provenance: Provenance

    @property
    def high(self) -> Floats:
        """Upper end of the pointwise band around zero, shape (n_kpis, n_leads, n_lags); the lower end is its negative."""
        return np.asarray(self.critical * self.bse)

    def reasons(self) -> dict[str, str]:
        """Code, and in words how many pairs have no numbers and why."""
        counts = Counter(str(code) for code in self.reason.ravel() if code)
        return {code: f"{count:,} of {self.reason.size:,} pairs: {words.pair_reason(code)}" for code, count in counts.items()}

    def to_frame(self) -> pd.DataFrame:
        """One row a number, by KPI, lead and lag: ``kpi, lead, lag, correlation, low, high, pvalue``."""
        n_kpis, n_leads, n_lags = self.correlation.shape
        correlation, bse = self.correlation.ravel(), self.bse.ravel()
        columns = {
            "kpi": pd.Index(self.kpis).take(np.repeat(np.arange(n_kpis), n_leads * n_lags)),
            "lead": pd.Index(self.leads).take(np.tile(np.repeat(np.arange(n_leads), n_lags), n_kpis)),
            "lag": np.tile(self.lags, n_kpis * n_leads),
            "correlation": correlation,
            "low": -self.critical * bse,
            "high": self.critical * bse,
            "pvalue": two_sided(correlation / bse),
        }
        return pd.DataFrame(columns, copy=False)

    def peaks(self) -> pd.DataFrame:
        """One row a pair, its largest absolute correlation where the lead moves first: ``kpi, lead, lag, correlation, pvalue``.

        Sorted by p, which is that of this lag alone: it does not allow for the choice of the lag and of the pair.
        """
        ahead = self.lags >= 1
        size = np.abs(self.correlation[:, :, ahead])
        best = np.argmax(np.where(np.isfinite(size), size, -1.0), axis=2)[:, :, None] + int(np.argmax(ahead))
        correlation, bse = (np.take_along_axis(each, best, axis=2).ravel() for each in (self.correlation, self.bse))
        columns = {
            "kpi": np.repeat(self.kpis, len(self.leads)),
            "lead": np.tile(self.leads, len(self.kpis)),
            "lag": self.lags[best.ravel()],
            "correlation": correlation,
            "pvalue": two_sided(correlation / bse),
        }
        return pd.DataFrame(columns).dropna().sort_values("pvalue", kind="stable", ignore_index=True)

    def summary(self) -> str:
        """The pairs furthest outside their band where the lead moves first, at most 80 columns wide."""
        return words.summary_of_pairs(
            [tuple(row) for row in self.peaks().head(15).itertuples(index=False)],
            unit=self.unit,
            n_pairs=self.reason.size,
            n_lags=len(self.lags),
            without=tuple(self.reasons().values()),
            alpha=self.alpha,
            provenance=self.provenance,
        )

    def explain(self) -> str:
        """How the table is to be read, in plain sentences."""
        known = np.isfinite(self.correlation)
        outside = float(np.mean(np.abs(self.correlation) > self.high, where=known)) if known.any() else math.nan
        return words.explain_pairs(
            n_pairs=self.reason.size, n_lags=len(self.lags), share=outside, alpha=self.alpha, prewhitened=self.prewhitened,
            without=tuple(self.reasons().values()),
        )  # fmt: skip
