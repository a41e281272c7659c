"""What `stability_test` found: one lead's relation to the KPI over time, as numbers, tables and text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from leadlag.decision.backing import Stability, Weakening
from leadlag.methods.stability import words
from leadlag.results import Provenance, Result

__all__ = ["StabilityTest"]


@dataclass(frozen=True, kw_only=True, repr=False)
class StabilityTest(Result):
    """Answer of `stability_test`.

    Effects are changes of the KPI, in percent if it is in logs, for a lasting rise of the lead by `lead_sd`.

    Parameters
    ----------
    kpi, lead : str
        Columns of the data.
    given, controls : tuple of str
        Other leads at their best lags, and columns of the same period, that stood in the model.
    unit : str
        One period of the KPI in words, for example "month".
    delay : float
        Periods of the KPI after which the lead acts most, in the column that was tested.
    shape : str
        Over which lags it acts in that column, in words.
    stability : Stability
        Largest Wald statistic, p, the likeliest date, the effect on both sides and since the lead became a target.
    before_low, before_high, after_low, after_high : float
        Intervals of the effect on both sides of the likeliest date, taken as known.
    supremum_pvalue, average_pvalue, exponential_pvalue : float
        Bootstrap p of the largest statistic, of their mean and of their exponential mean, for both directions alike.
    asymptotic_pvalue : float
        p of the largest statistic in very long samples (Andrews 1993), for comparison only: it is too small in short ones.
    whole_statistic, whole_pvalue : float
        Largest statistic with all coefficients of the model changing at once, and its bootstrap p; NaN where the model has too
        many of them.
    threshold : float
        Largest statistic that 95 % of the draws without a change stay below.
    periods : tuple of str
        Those used.
    left_out : tuple of str
        Periods left out, in which the lead moved so far that no other would count beside them.
    dates : tuple of str
        Periods after which a change was asked.
    statistics : tuple of float
        Wald statistic of each.
    window : int
        Periods of one moving window.
    window_ends : tuple of str
        Last period of each window.
    effect, effect_low, effect_high : tuple of float
        Effect in each window with its interval.
    lags : tuple of float
        Lags of the moving profile, in periods of the KPI.
    profile, profile_low, profile_high : tuple of tuple of float
        Effect of each lag alone, one tuple a window.
    in_percent : bool
        Whether effects are in percent, the KPI being in logs.
    lead_sd : float
        One standard deviation of the lead's working series, in its units.
    level : float
        Confidence level of the intervals.
    nobs : int
        Periods used.
    provenance : Provenance
        Method, settings, versions and warnings.
    """

    _pictures: ClassVar[str] = "leadlag.methods.stability.picture:PICTURES"

    kpi: str
    lead: str
    given: tuple[str, ...]
    controls: tuple[str, ...]
    unit: str
    delay: float
    shape: str
    stability: Stability
    before_low: float
    before_high: float
    after_low: float
    after_high: float
    supremum_pvalue: float
    average_pvalue: float
    exponential_pvalue: float
    asymptotic_pvalue: float
    whole_statistic: float
    whole_pvalue: float
    threshold: float
    periods: tuple[str, ...]
    left_out: tuple[str, ...]
    dates: tuple[str, ...]
    statistics: tuple[float, ...]
    window: int
    window_ends: tuple[str, ...]
    effect: tuple[float, ...]
    effect_low: tuple[float, ...]
    effect_high: tuple[float, ...]
    lags: tuple[float, ...]
    profile: tuple[tuple[float, ...], ...]
    profile_low: tuple[tuple[float, ...], ...]
    profile_high: tuple[tuple[float, ...], ...]
    in_percent: bool
    lead_sd: float
    level: float
    nobs: int
    provenance: Provenance

    @property
    def statistic(self) -> float:
        """Largest Wald statistic over dates."""
        return self.stability.statistic

    @property
    def pvalue(self) -> float:
        """p of "the effect is the same all the time"."""
        return self.stability.pvalue

    @property
    def date(self) -> str:
        """Last period before the change that fits best."""
        return self.stability.date

    @property
    def weakening(self) -> Weakening | None:
        """The test at the date on which the lead became a target; None without one."""
        return self.stability.weakening

    def to_frame(self) -> pd.DataFrame:
        """One row per period used: ``period, statistic, effect, effect_low, effect_high``; NaN where there is none.

        The statistic is that of a change after the period, the effect that of the window which ends with it.
        """
        tests = pd.DataFrame({"period": list(self.dates), "statistic": list(self.statistics)})
        moving = {"effect": self.effect, "effect_low": self.effect_low, "effect_high": self.effect_high}
        windows = pd.DataFrame({"period": list(self.window_ends), **{name: list(values) for name, values in moving.items()}})
        return pd.DataFrame({"period": list(self.periods)}).merge(tests, "left", "period").merge(windows, "left", "period")

    def profiles(self) -> pd.DataFrame:
        """Lag profile in moving windows, one row a window and lag: ``window_end, lag, effect, effect_low, effect_high``."""
        n = len(self.lags)
        columns = {"effect": self.profile, "effect_low": self.profile_low, "effect_high": self.profile_high}
        head = {"window_end": [end for end in self.window_ends for _ in range(n)], "lag": [*self.lags] * len(self.window_ends)}
        return pd.DataFrame(head | {name: [value for row in rows for value in row] for name, rows in columns.items()})

    def summary(self) -> str:
        """Test, likeliest date, effects and the test since the lead is a target as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the test says, in plain sentences."""
        return words.explain(self)
