"""How small an effect of each lead could have been seen, and what it would have taken to see the one estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.multiplicity import fdr_adjust
from leadlag.core.noise.momentum import filtered_fit
from leadlag.core.search.problem import Problem
from leadlag.core.search.scan import Scan
from leadlag.core.search.shapes import Shape
from leadlag.core.series.logs import in_percent
from leadlag.methods.power.numbers.curves import PowerCurves, power_curves

__all__ = [
    "DetectableSizes", "detectable_sizes", "kpi_sd", "n_passing", "needed_pvalue", "one_lead_scan", "rows_for", "search_curves",
]  # fmt: skip


#: A largest |t| with a p above this is nothing unusual of a lead without an effect.
_USUAL = 0.20


@dataclass(frozen=True, kw_only=True, eq=False)
class DetectableSizes:
    """Effects of each of m leads that could have been seen; NaN for a lead that cannot be tested.

    Parameters
    ----------
    half, most, estimated : ndarray, shape (m,)
        Effect that is found half of the time and in most samples, and the absolute one at the single lag that fits best; in KPI
        units, or in percent if the KPI is in logs.
    half_sd, most_sd, estimated_sd : ndarray, shape (m,)
        The same in standard deviations of the KPI.
    nobs_needed : ndarray, shape (m,)
        Rows at which an effect as large as the one estimated would be found in most samples.
    sizes_sd : ndarray, shape (m, g)
        Sizes at which the chance to find each lead is known, in standard deviations of the KPI.
    """

    half: Floats
    most: Floats
    estimated: Floats
    half_sd: Floats
    most_sd: Floats
    estimated_sd: Floats
    nobs_needed: Floats
    sizes_sd: Floats

    @property
    def known(self) -> Flags:
        """Leads that can be tested, shape (m,)."""
        return np.asarray(~np.isnan(self.half_sd))


def detectable_sizes(curves: PowerCurves, *, power: float, unit: float, sd: float, log: bool) -> DetectableSizes:
    """Read sizes off the chance to find each lead.

    Parameters
    ----------
    curves : PowerCurves
    power : float
        Share of samples that stands for most.
    unit : float
        KPI units in one working unit.
    sd : float
        One standard deviation of the KPI, in working units.
    log : bool
        Whether the KPI is in logs.
    """
    working = curves.at(0.5), curves.at(power), curves.estimated
    half, most, estimated = (in_percent(values * unit, log=log) for values in working)
    half_sd, most_sd, estimated_sd = (values / sd for values in working)
    return DetectableSizes(
        half=half, most=most, estimated=estimated, half_sd=half_sd, most_sd=most_sd, estimated_sd=estimated_sd,
        nobs_needed=rows_for(curves, power=power), sizes_sd=curves.effect / sd,
    )  # fmt: skip


def search_curves(problem: Problem, found: Scan, *, threshold: float, shapes: Sequence[Shape], seed: int) -> PowerCurves:
    """Chance to find each lead of a problem, what is needed and what is usual being read off the draws of a scan.

    Parameters
    ----------
    problem : Problem
    found : Scan
        Of its leads.
    threshold : float
        p with which a lead is found.
    shapes : sequence of Shape
        Those that were searched.
    seed : int
        Of the draws of noise.
    """
    tested = np.isfinite(found.statistic)
    least, usual = np.full(len(tested), np.nan), np.full(len(tested), np.nan)
    least[tested], usual[tested] = found.tail.threshold(threshold), found.tail.threshold(_USUAL)
    return power_curves(problem, threshold=least, usual=usual, seed=seed, shapes=shapes)


def one_lead_scan(found: Scan, column: int) -> Scan:
    """The scan of one of its leads, as far as `search_curves` reads it."""
    tested = np.isfinite(found.statistic)
    row = [int(tested[:column].sum())] if tested[column] else []
    return replace(found, statistic=found.statistic[[column]], tail=found.tail.of(row))


def rows_for(curves: PowerCurves, *, power: float) -> Floats:
    """Rows with which an effect as large as the one estimated would be found in a share of samples, shape (m,).

    Parameters
    ----------
    curves : PowerCurves
    power : float

    Notes
    -----
    The standard error of an effect falls with the root of the rows. The threshold in standard errors falls as well, as that of a
    t with as many more degrees of freedom.
    """
    df, n = float(max(curves.df, 3)), float(curves.n_rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        estimated, needed = curves.estimated / curves.error, curves.left * curves.at(power) / curves.error
        share, rows = stats.t.sf(curves.threshold, df), np.full(len(needed), n)
        for _ in range(30):
            at = stats.t.isf(share, np.maximum(df + rows - n, 3.0))
            rows = n * np.square((needed + at - curves.threshold) / estimated)
    return np.where(estimated > 0, rows, np.nan)


def n_passing(pvalue: Floats, *, fdr: float) -> int:
    """Leads that pass at a false discovery rate; p is NaN for those that were not tested."""
    return int((fdr_adjust(pvalue) <= fdr).sum())


def needed_pvalue(pvalue: Floats, *, fdr: float) -> float:
    """p up to which leads pass as things stand: ``fdr k / m`` with k of m leads passing, and with k = 1 if none does.

    Parameters
    ----------
    pvalue : ndarray, shape (m,)
        NaN for leads that were not tested.
    fdr : float

    Examples
    --------
    >>> none, two = np.array([0.2, 0.6, 0.9, 0.4]), np.array([0.001, 0.6, 0.01, 0.4])
    >>> round(needed_pvalue(none, fdr=0.10), 3), round(needed_pvalue(two, fdr=0.10), 3)
    (0.025, 0.075)
    """
    tested = int(np.isfinite(pvalue).sum())
    return fdr * min(n_passing(pvalue, fdr=fdr) + 1, max(tested, 1)) / max(tested, 1)


def kpi_sd(problem: Problem) -> float:
    """One sd of the working KPI less its base, in its units; of its changes under a unit root."""
    left = problem.y - problem.mean @ filtered_fit(problem.y, problem.mean, problem.momentum).params
    return float(np.nanstd(np.diff(left) if problem.momentum.unit_root else left))
