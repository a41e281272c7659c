"""What backs a verdict: forecasts of rows not yet seen, the relation over time, attempts to refute it, and what could be seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Stand-ins share the KPI, so that they pass together: as many as this share of the expected number, and so many more, are luck.
_LUCKY = (3.0, 4.0)

__all__ = ["Decoys", "Detectable", "Gain", "Places", "Refutation", "Stability", "Weakening"]


@dataclass(frozen=True, kw_only=True)
class Gain:
    """How much of the KPI's forecast error a lead saves on periods that the forecast had not seen, beyond the KPI's own history.

    All tuples have one entry a horizon.

    Parameters
    ----------
    horizons : tuple of int
        Periods ahead.
    rmse, mae : tuple of float
        Share of the root mean squared and of the mean absolute error that is saved; negative where the lead makes the forecast
        worse, NaN where there were too few origins.
    pvalue : tuple of float
        p that nothing is saved (Clark & West 2007, one-sided).
    n_origins : tuple of int
        Forecasts compared.
    missing : str
        Why there are no numbers; empty where there are some.
    """

    horizons: tuple[int, ...]
    rmse: tuple[float, ...]
    mae: tuple[float, ...]
    pvalue: tuple[float, ...]
    n_origins: tuple[int, ...]
    missing: str = ""

    @classmethod
    def none(cls, horizons: Sequence[int], missing: str) -> Gain:
        """No numbers at any horizon, and why.

        Examples
        --------
        >>> Gain.none((1, 4), "the KPI is too short").n_origins
        (0, 0)
        """
        nothing = (math.nan,) * len(horizons)
        n_origins = (0,) * len(horizons)
        return cls(horizons=tuple(horizons), rmse=nothing, mae=nothing, pvalue=nothing, n_origins=n_origins, missing=missing)

    def at(self, horizon: int) -> tuple[float, float]:
        """Share of RMSE saved at one horizon and its p; NaN for a horizon that was not asked.

        Examples
        --------
        >>> Gain(horizons=(1, 4), rmse=(0.2, 0.1), mae=(0.2, 0.1), pvalue=(0.01, 0.04), n_origins=(60, 57)).at(4)
        (0.1, 0.04)
        """
        if horizon not in self.horizons:
            return math.nan, math.nan
        place = self.horizons.index(horizon)
        return self.rmse[place], self.pvalue[place]

    def until(self, left: float) -> tuple[float, float, int]:
        """Mean share of RMSE saved up to so many periods ahead, that at the longest such horizon, and this horizon.

        The shortest horizon always counts; horizons without numbers never do. NaN and 0 where there are no numbers.

        Examples
        --------
        >>> found = Gain(horizons=(1, 2, 4), rmse=(0.0, 0.25, -0.5), mae=(0, 0, 0), pvalue=(1, 1, 1), n_origins=(60, 59, 57))
        >>> found.until(3), found.until(0)
        ((0.125, 0.25, 2), (0.0, 0.0, 1))
        """
        furthest = max(left, min(self.horizons, default=0))
        saved = {
            horizon: share
            for horizon, share in zip(self.horizons, self.rmse, strict=True)
            if horizon <= furthest and not math.isnan(share)
        }
        if not saved:
            return math.nan, math.nan, 0
        return sum(saved.values()) / len(saved), saved[max(saved)], max(saved)


@dataclass(frozen=True, kw_only=True)
class Weakening:
    """The effect of a lead before and since it became a target, in KPI units (percent if in logs) for a rise by `lead_sd`.

    Parameters
    ----------
    since : str
        Label of the first period in which the lead was a target.
    before, before_low, before_high, after, after_low, after_high : float
        Effect with its interval on either side.
    level : float
        Confidence level of the intervals.
    pvalue : float
        p that the relation did not weaken.
    changed_pvalue : float
        p that it did not change in either direction.
    n_before, n_after : int
        Periods used on either side.
    selected : str
        What was done about the lead having been chosen because it looked best: "", "left out" or "corrected".
    missing : str
        Why there are no numbers; empty where there are some.
    """

    since: str
    before: float = math.nan
    before_low: float = math.nan
    before_high: float = math.nan
    after: float = math.nan
    after_low: float = math.nan
    after_high: float = math.nan
    level: float = 0.90
    pvalue: float = math.nan
    changed_pvalue: float = math.nan
    n_before: int = 0
    n_after: int = 0
    selected: str = ""
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class Stability:
    """Whether the relation of a lead to the KPI is the same all the time.

    Parameters
    ----------
    statistic : float
        Largest Wald statistic over the dates at which the effect may have changed.
    pvalue : float
        Bootstrap p that it did not, from all dates together, with more weight on changes to a weaker effect
        (`leadlag.methods.stability.numbers.changes.lead_change`).
    date : str
        Label of the last period before the change that fits best; empty without numbers.
    before, after : float
        Effect on either side of it, in KPI units (percent if in logs) for a rise by `lead_sd`.
    weakening : Weakening or None
        The test at the date on which the lead became a target, if that is known.
    missing : str
        Why there are no numbers; empty where there are some.
    """

    statistic: float = math.nan
    pvalue: float = math.nan
    date: str = ""
    before: float = math.nan
    after: float = math.nan
    weakening: Weakening | None = None
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class Refutation:
    """Attempts to refute a lead, each with the p of what was found if the lead were nothing.

    Parameters
    ----------
    past, future : float
        Share of the KPI's surprises that the lead's past and its future explain (best lag and shape), each beside the other and
        the lead's value of the same period; a lead whose future explains more than its past follows the KPI.
    future_pvalue : float
        p that its future explains nothing beside its past.
    placebo : float
        Share of the shifts of the lead by so many periods that its past cannot matter, at which it explains as much as unshifted
        (the unshifted lead counted as one of them); NaN with too few such shifts to be among the best 5 %.
    permuted : float
        The same for the lead with its blocks in random order.
    n_placebo, n_permuted : int
        Shifts and permutations tried.
    """

    past: float
    future: float
    placebo: float
    permuted: float
    n_placebo: int
    n_permuted: int
    future_pvalue: float = math.nan

    def follows(self, level: float) -> bool:
        """Whether its future explains more than its past, and that is no chance at this level."""
        return self.future > self.past and not self.future_pvalue > level


@dataclass(frozen=True, kw_only=True)
class Detectable:
    """How small an effect of a lead could have been seen in these periods.

    Parameters
    ----------
    half, most : float
        Effect at a single lag of a rise by `lead_sd`, in KPI units (percent if in logs), that is found half of the time and in
        `power` of the time; averaged over the lags.
    half_sd, most_sd : float
        The same in standard deviations of the KPI less its trend and season (of an integrated KPI: of its changes), before its
        own momentum is taken out.
    power : float
    pvalue : float
        p with which the lead would have been found.
    estimated, estimated_sd : float
        Absolute effect at the single lag that fits best, in the units of `half` and `half_sd`. Of a lead that was not found it is
        too large on average: the best of many lags is.
    nobs_needed : float
        Periods at which an effect as large as the one estimated would be found in `power` of the time; NaN where it is
        estimated as nothing.
    """

    half: float
    most: float
    half_sd: float
    most_sd: float
    power: float = 0.80
    pvalue: float = math.nan
    estimated: float = math.nan
    estimated_sd: float = math.nan
    nobs_needed: float = math.nan


@dataclass(frozen=True, kw_only=True)
class Places:
    """How sure the place of a lead in the ranking is, over block resamples.

    Parameters
    ----------
    first : tuple of (int, float)
        k and the share of the resamples in which the lead is among the first k.
    low, high : int
        Places that hold 90 % of the resamples.
    tied_with : tuple of str
        Leads of the same verdict whose order to this one is not known: either comes first in more than 10 % of the resamples.
    """

    first: tuple[tuple[int, float], ...]
    low: int
    high: int
    tied_with: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Decoys:
    """Stand-ins of the candidates, shifted far in time or made like them, that can lead nothing.

    Parameters
    ----------
    n : int
        Decoys tried.
    n_passed : int
        Of them, those that would have been called leads.
    expected : float
        How many pass on average, each as one candidate more, if every one of their p-values is right.
    """

    n: int
    n_passed: int
    expected: float

    @property
    def too_many(self) -> bool:
        """Whether more passed than chance makes of right p-values in about one ranking of a hundred."""
        return self.n_passed > _LUCKY[0] * self.expected + _LUCKY[1]
