"""What a fit says of one lead: effects as far as they are known, their long run, and delays in periods of the KPI."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from leadlag.core.arrays import Flags, Floats
from leadlag.core.time.clock import Clock
from leadlag.core.time.pace import pace_of
from leadlag.methods.regression.numbers.effects import Estimate, LeadEffects, by_lag, direct_gradient, lead_effects
from leadlag.methods.regression.numbers.fit import BandCovariance, LagFit
from leadlag.methods.regression.numbers.longrun import LongRun, long_run

__all__ = ["ProfileNumbers", "bootstrap", "profile_numbers"]


_UNKNOWN = Estimate(value=np.nan, bse=np.nan, low=np.nan, high=np.nan)


@dataclass(frozen=True, kw_only=True, eq=False)
class ProfileNumbers:
    """Lag profile of one lead: how much the KPI moves at each lag, all of them, and for how long.

    Parameters
    ----------
    hidden_names : tuple of str
        Names of the parameters behind the weights, if there are any.
    effects : LeadEffects
        In KPI units per unit of the lead and in its own periods.
    long_run : Estimate
        Effect of a rise that stays, over all lags; NaN where it is not known.
    bootstrap_low, bootstrap_high : float
        The same interval by a wild bootstrap; NaN where there is none.
    lead_sd : float
        One standard deviation of the lead over the rows used, in its units; over its own periods if it is seen more often.
    """

    hidden_names: tuple[str, ...]
    effects: LeadEffects
    long_run: Estimate
    bootstrap_low: float
    bootstrap_high: float
    lead_sd: float
    _clock: Clock | None = field(default=None, repr=False)

    @property
    def lags(self) -> tuple[int, ...]:
        """Lags shown, in own periods of the lead."""
        return self.effects.lags

    @property
    def delays(self) -> tuple[float, ...]:
        """The lags shown in periods of the KPI: 1 for the last own period before the KPI's period began."""
        return tuple(self._in_kpi_periods(lag) for lag in self.lags)

    @property
    def weights(self) -> Floats:
        """Effect at each lag, in KPI units per unit of the lead, shape (len(lags),)."""
        return self.effects.profile.estimate

    @property
    def peak(self) -> int:
        """Lag at which the effect is largest, in own periods of the lead."""
        return self.effects.peak

    @property
    def peak_low(self) -> int:
        """Shortest lag at which the peak may be, in own periods."""
        return min(self.effects.peaks, default=self.peak)

    @property
    def peak_high(self) -> int:
        """Longest lag at which the peak may be, in own periods."""
        return max(self.effects.peaks, default=self.peak)

    @property
    def delay(self) -> float:
        """Periods of the KPI by which the effect peaks; a whole number unless the lead is seen more often.

        Below 1 only if lag 0 was asked for, and then the lead moves with the KPI, not before it.
        """
        return self._in_kpi_periods(self.peak)

    @property
    def delay_low(self) -> float:
        """Shortest delay that the peak may have."""
        return self._in_kpi_periods(self.peak_low)

    @property
    def delay_high(self) -> float:
        """Longest delay that the peak may have."""
        return self._in_kpi_periods(self.peak_high)

    @property
    def first_lag(self) -> int | None:
        """First lag, in own periods, whose effect is not zero, all lags judged at once; None if there is none.

        Of a geometric decay the lag at which it starts, if any lag or the long-run effect differs from zero.
        """
        return self.effects.first_lag

    @property
    def mean_delay(self) -> float:
        """Mean lag, weighted with the effects, in periods of the KPI; says little where effects of both signs occur."""
        return self.mean_delay_estimate.value

    @property
    def mean_delay_estimate(self) -> Estimate:
        """The same with standard error and interval."""
        mean = self.effects.mean_delay
        if self._clock is None:
            return mean
        value, low, high = (self._clock.delay(lag) for lag in (mean.value, mean.low, mean.high))
        return Estimate(value=value, bse=mean.bse / self._clock.ratio, low=low, high=high)

    @property
    def half_life(self) -> float:
        """Periods of the KPI after the peak until the effect has halved; NaN where it has not within the lags looked at."""
        return self.effects.half_life / pace_of(self._clock)

    @property
    def decay(self) -> float:
        """Share of the effect that is left one own period later, of a geometric or delayed shape; else NaN."""
        return self.effects.hidden[0].value if "decay" in self.hidden_names else float("nan")

    @property
    def cumulative_effect(self) -> float:
        """Effect of a rise that stays, up to the last lag shown, in KPI units per unit of the lead."""
        return float(self.effects.cumulative.estimate[-1])

    def _lasting(self, *, in_logs: bool) -> float:
        """Change of the KPI's level (in percent if it is in logs) after a lasting rise of the lead by `lead_sd`."""
        change = self.long_run.value * self.lead_sd
        return 100.0 * float(np.expm1(change)) if in_logs else change

    def _in_kpi_periods(self, lag: int) -> float:
        return lag if self._clock is None else self._clock.delay(lag)


def bootstrap(fitted: LagFit, *, phi: Floats, level: float, n_draws: int, rng: int) -> LongRun | None:
    """Long-run effects of all leads by the bootstrap, on the columns that are kept; None where no lead has it.

    Parameters
    ----------
    fitted : LagFit
    phi : ndarray, shape (p,)
        AR coefficients of the errors: `leadlag.methods.regression.numbers.fit.band_covariance`.
    level, n_draws, rng
        See `leadlag.methods.regression.numbers.longrun.long_run`.

    Returns
    -------
    LongRun or None
    """
    model, regression, kept = fitted.model, fitted.regression, fitted.regression.kept
    leads = range(len(model.families))
    if fitted.exact or not fitted.settles or not any(_has_bootstrap(fitted, lead) for lead in leads):
        return None
    first, place = model.base.shape[1], np.cumsum(kept) - 1
    return long_run(
        regression.basis.q @ regression.scores + regression.resid,
        regression.basis.q @ regression.basis.r,
        weights=np.vstack([direct_gradient(fitted, lead) for lead in leads])[:, kept],
        own=[(int(place[first + i]), lag) for i, lag in enumerate(model.own_lags) if kept[first + i]],
        phi=phi,
        periods=fitted.used,
        level=level,
        n_draws=n_draws,
        rng=rng,
    )


def profile_numbers(
    fitted: LagFit, lead: int, *, band: BandCovariance, drawn: LongRun | None, horizon: int, level: float, rng: int
) -> ProfileNumbers:
    """What a fit says of one lead.

    Parameters
    ----------
    fitted : LagFit
    lead : int
        Its place.
    band : BandCovariance
        What bands and intervals rest on.
    drawn : LongRun or None
        From `bootstrap`.
    horizon : int
        Last lag shown, in periods of the KPI.
    level : float
        Of bands and intervals.
    rng : int

    Returns
    -------
    ProfileNumbers
    """
    model = fitted.model
    family, clock, unit = model.families[lead], model.clocks[lead], model.effect_unit(lead)
    last = horizon if clock is None else clock.own_lags((horizon,))[-1]
    effects = lead_effects(fitted, lead, cov=band.matrix, band=band, horizon=last, level=level, rng=rng)
    effects = _as_far_as_known(effects, fitted, lead)
    ends = (np.nan, np.nan)
    if drawn is not None and _has_bootstrap(fitted, lead):
        ends = (unit * drawn.boot_low[lead], unit * drawn.boot_high[lead])
    used = model.series[lead] if clock is not None else model.series[lead][fitted.used]
    if np.isfinite(used).sum() < 2:  # a lead that has values before the rows used and never in them
        used = model.series[lead]
    return ProfileNumbers(
        hidden_names=family.hidden_names,
        effects=effects,
        long_run=effects.total,
        bootstrap_low=float(min(ends)),
        bootstrap_high=float(max(ends)),
        lead_sd=float(np.nanstd(used, ddof=1) * model.scale[model.place_of(lead)]),
        _clock=clock,
    )


def _has_bootstrap(fitted: LagFit, lead: int) -> bool:
    """Whether the bootstrap can say something of a lead: all its columns are kept, and no start or rate was searched."""
    model = fitted.model
    return not model.families[lead].n_hidden and bool(np.isfinite(fitted.params[model.columns_of(lead)]).all())


def _as_far_as_known(effects: LeadEffects, fitted: LagFit, lead: int) -> LeadEffects:
    """The effects without a long run where the KPI does not settle, and without lags whose columns are combinations of others."""
    model = fitted.model
    if not fitted.settles:
        effects = replace(effects, total=_UNKNOWN, mean_delay=_UNKNOWN)
    lost = np.isnan(fitted.params[model.columns_of(lead)])
    if not lost.any():
        return effects
    held = model.families[lead].weights(fitted.hidden[model.hidden_of(lead)], effects.lags)[:, lost]
    return _left_open(effects, (held != 0).any(axis=1), every=bool(lost.all()))


def _left_open(effects: LeadEffects, lost: Flags, *, every: bool) -> LeadEffects:
    """The effects without those of some lags, which are not known, and not zero; every one if the lead has no column left."""
    opened = replace(effects, profile=by_lag(effects.profile, lambda values: np.where(lost, np.nan, values)))
    if not every:
        return opened
    return replace(
        opened, cumulative=by_lag(effects.cumulative, lambda values: np.full(len(values), np.nan)), total=_UNKNOWN,
        peaks=effects.lags, first_lag=None, mean_delay=_UNKNOWN, half_life=float("nan"),
        hidden=(_UNKNOWN,) * len(effects.hidden),
    )  # fmt: skip
