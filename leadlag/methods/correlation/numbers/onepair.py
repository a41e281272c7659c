"""The cross-correlations of one pair with bands for each lag and for all lags at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.bands import critical_all
from leadlag.core.linear.pvalues import two_sided
from leadlag.core.series.unitroot import integrations
from leadlag.methods.correlation.numbers.allpairs import REASONS, block_with_reasons
from leadlag.methods.correlation.numbers.crosscorr import Block, Plan, joined_rows, lag_correlation, without

__all__ = ["OnePair", "PairBands", "critical_at", "look_integrated", "pair_bands", "pair_with_reason"]


@dataclass(frozen=True, kw_only=True, eq=False)
class OnePair:
    """KPI and lead as they are correlated.

    Parameters
    ----------
    y, x : ndarray, shape (n,)
        KPI and lead; NaN where missing.
    controls : ndarray, shape (n, q), or None
    """

    y: Floats
    x: Floats
    controls: Floats | None

    @property
    def rows(self) -> Flags:
        """Periods in which all have values, shape (n,)."""
        return joined_rows(self.y, self.x) if self.controls is None else joined_rows(self.y, self.x, self.controls)

    def worked(self) -> tuple[Floats, Floats]:
        """KPI and lead without the controls, each of shape (n,), NaN where one is missing."""
        rows = self.rows[:, None]
        y, x = (without(np.where(rows, each[:, None], np.nan), self.controls)[:, 0] for each in (self.y, self.x))
        return y, x


@dataclass(frozen=True, kw_only=True, eq=False)
class PairBands:
    """Correlations of one pair with their bands; arrays of shape (n_lags,).

    Parameters
    ----------
    correlation, bse : ndarray
        Correlation, and the standard error that it has where the two are unrelated.
    low, high, low_all, high_all : ndarray
        Bands around zero, for each lag alone and for all lags at once.
    pvalues : ndarray
        Two-sided p of each lag alone.
    critical, critical_all : float
        Standard errors to either side of zero that make the two bands.
    ar : ndarray, shape (order,)
        The lead's filter; empty if there is none.
    nobs : int
        Periods that enter.
    """

    correlation: Floats
    bse: Floats
    low: Floats
    high: Floats
    low_all: Floats
    high_all: Floats
    pvalues: Floats
    critical: float
    critical_all: float
    ar: Floats
    nobs: int


def pair_with_reason(pair: OnePair, plan: Plan) -> tuple[Block | None, str]:
    """The correlations of a pair, and the code of why it has none; empty if it has some."""
    found, reason = block_with_reasons(pair.y[:, None], pair.x[:, None], pair.controls, plan)
    return found, REASONS[int(reason[0, 0])] if np.isfinite(pair.x).any() else "LL201"


def look_integrated(pair: OnePair) -> tuple[bool, bool]:
    """Whether KPI and lead look integrated as they are correlated."""
    kpi, lead = integrations(np.column_stack(pair.worked()), deterministic="c")
    return kpi.state == "integrated", lead.state == "integrated"


def pair_bands(found: Block, pair: OnePair, plan: Plan, *, alpha: float) -> PairBands:
    """Bands around zero that unrelated series leave with probability `alpha`, each lag alone, or any of all lags.

    Parameters
    ----------
    found : Block
        Of that pair alone.
    pair : OnePair
    plan : Plan
    alpha : float
    """
    (phi,), correlation, bse = found.filters, found.correlation[:, 0, 0], found.bse[:, 0, 0]
    critical = critical_at(alpha)
    wide = max(critical, critical_all(lag_correlation(*pair.worked(), phi, plan.max_lag), level=1.0 - alpha))
    return PairBands(
        correlation=correlation, bse=bse, low=-critical * bse, high=critical * bse, low_all=-wide * bse, high_all=wide * bse,
        pvalues=two_sided(correlation / bse), critical=critical, critical_all=wide, ar=phi, nobs=int(found.nobs[0]),
    )  # fmt: skip


def critical_at(alpha: float) -> float:
    """Standard errors to either side of zero that a normal number leaves with probability `alpha`."""
    return float(-special.ndtri(alpha / 2.0))
