"""What a fitted regression says of one lead: its lag profile, the sum of it, when it peaks, and how long it lasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import signal, special

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.bands import Bands, bands, drawn_bands
from leadlag.core.time.pace import momentum_steps
from leadlag.methods.regression.numbers.draws import LagDraws, lag_draws, own_draws
from leadlag.methods.regression.numbers.fit import BandCovariance, LagFit
from leadlag.methods.regression.numbers.profiles import ProfileFamily, moved_by_one

__all__ = ["Estimate", "LeadEffects", "by_lag", "direct_gradient", "lead_effects", "total_gradient"]


#: Draws behind the set of peaks.
_DRAWS = 5_000
#: Relative step of numerical derivatives.
_STEP = 1e-6


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number with its standard error and interval; NaN where it is not known."""

    value: float
    bse: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class LeadEffects:
    """What the regression says of one lead, in KPI units per unit of the lead, its lags in the lead's own periods.

    Parameters
    ----------
    lags : tuple of int
        Lags shown.
    profile, cumulative : Bands
        Effect at each lag of a rise that lasts one period, and the effect after so many periods of a rise that stays.
    total : Estimate
        Effect of a rise that stays, over all lags: by the delta method, that of a decay by draws.
    peak : int
        Lag with the largest effect, among all that are shown or in the model.
    peaks : tuple of int
        Lags at which the peak may be, at the level of the bands.
    first_lag : int or None
        First lag whose effect is not zero, all lags judged at once. Of a geometric decay where it starts, if a lag, judged so, or
        the total differs from zero. None if there is none.
    mean_delay : Estimate
        Mean lag, weighted with the effects, in own periods of the lead as all that follows.
    half_life : float
        Periods after the peak until the effect has halved: of a decay that falls from its peak on by its formula, else read
        between the lags; NaN where it has not halved within the lags that are shown or in the model.
    hidden : tuple of Estimate
        Rate of decay and place of the peak, where the family has them.
    """

    lags: tuple[int, ...]
    profile: Bands
    cumulative: Bands
    total: Estimate
    peak: int
    peaks: tuple[int, ...]
    first_lag: int | None
    mean_delay: Estimate
    half_life: float
    hidden: tuple[Estimate, ...]


def lead_effects(
    fit: LagFit,
    lead: int,
    *,
    cov: Floats,
    horizon: int,
    band: BandCovariance | None = None,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> LeadEffects:
    """Lag profile and what follows from it, of one lead.

    Parameters
    ----------
    fit : LagFit
    lead : int
        Its place.
    cov : ndarray, shape (k + h, k + h)
        Of coefficients and hidden parameters, scaled: `leadlag.methods.regression.numbers.fit.band_covariance`.
    horizon : int
        Last lag shown.
    band : BandCovariance, optional
        What `cov` rests on. With it the bands and intervals of a decay come from `lag_draws`, which knows that its start and peak
        are estimated, bands and mean delay beside own lags of the KPI from `own_draws`, and the degrees of freedom of all others
        know that the noise is estimated; without it all is by the delta method.
    level : float
        Of bands and intervals.
    rng : int or Generator
        Of the draws.

    Returns
    -------
    LeadEffects

    Notes
    -----
    The profile is that of ``b(B) / (1 - a(B))``: with own lags of the KPI in the model, what reaches it also by its own past.
    All lags of the model are judged, also where fewer are shown.
    """
    family, unit = fit.model.families[lead], fit.model.effect_unit(lead)
    first, last = min(family.lags[0], horizon), max(horizon, family.lags[-1], family.longest)
    lags = tuple(range(first, last + 1))
    theta, df = np.r_[np.nan_to_num(fit.params), fit.hidden], float(max(fit.df_resid, 1))
    shown = np.arange(len(lags)) + first
    weights, slopes = (part[..., shown] for part in _responses(fit, lead, last))
    margin = float(special.stdtrit(df, (1.0 + level) / 2.0))

    def df_of(gradients: Floats) -> float:
        return df if band is None else float(np.median(band.df(gradients)))

    total, total_slope = _total(fit, lead, theta), total_gradient(fit, lead)
    hidden_at = len(fit.params) + np.arange(fit.model.hidden_of(lead).start, fit.model.hidden_of(lead).stop)
    summed = np.cumsum(slopes, axis=1)
    by_delta = LeadEffects(
        lags=lags,
        profile=bands(unit * weights, unit**2 * slopes.T @ cov @ slopes, level=level, df=df_of(slopes), rng=rng),
        cumulative=bands(unit * np.cumsum(weights), unit**2 * summed.T @ cov @ summed, level=level, df=df_of(summed), rng=rng),
        total=_estimate(
            unit * total,
            abs(unit) * float(np.sqrt(max(float(total_slope @ cov @ total_slope), 0.0))),
            float(special.stdtrit(df_of(total_slope[:, None]), (1.0 + level) / 2.0)),
        ),
        peak=lags[int(np.argmax(np.abs(weights)))],
        peaks=_peaks(weights, slopes.T @ cov @ slopes, lags, level=level, df=df, rng=rng),
        first_lag=None,
        mean_delay=_delta(lambda at: _mean_delay(fit, lead, at), theta, cov, margin, _bounds(fit)),
        half_life=_half_life(
            np.abs(weights), first, decay=fit.hidden[fit.model.hidden_of(lead)], family=family, own=bool(fit.model.own_lags)
        ),
        hidden=tuple(_estimate(float(theta[at]), float(np.sqrt(max(float(cov[at, at]), 0.0))), margin) for at in hidden_at),
    )
    found = by_delta
    if band is not None and not fit.exact and family.n_hidden:
        found = _of_a_decay(by_delta, lag_draws(fit, lead, phi=band.phi, horizon=last, rng=rng), unit=unit, level=level)
    elif band is not None and not fit.exact and fit.model.own_lags:
        found = _by_draws(by_delta, own_draws(fit, lead, band=band, horizon=last, rng=rng), unit=unit, level=level)
    return _up_to(replace(found, first_lag=_first(found, family, settles=fit.settles)), horizon)


def _by_draws(found: LeadEffects, drawn: LagDraws, *, unit: float, level: float) -> LeadEffects:
    """The same estimates with bands of draws, and their interval of the mean delay."""
    effects = unit * drawn.effects[:, list(found.lags)]
    return replace(
        found,
        profile=drawn_bands(found.profile.estimate, effects, level=level),
        cumulative=drawn_bands(found.cumulative.estimate, np.cumsum(effects, axis=1), level=level),
        mean_delay=_drawn(found.mean_delay, drawn.mean_delay, level),
    )


def _of_a_decay(found: LeadEffects, drawn: LagDraws, *, unit: float, level: float) -> LeadEffects:
    """The same estimates with all bands and intervals of draws."""
    effects = drawn.effects[:, list(found.lags)]
    return replace(
        _by_draws(found, drawn, unit=unit, level=level),
        total=_drawn(found.total, unit * drawn.total, level),
        peaks=_likely(np.abs(effects).argmax(axis=1) + found.lags[0], found.peak, level),
        hidden=tuple(_drawn(estimate, draws, level) for estimate, draws in zip(found.hidden, drawn.hidden.T, strict=True)),
    )


def _drawn(estimate: Estimate, draws: Floats, level: float) -> Estimate:
    """An estimate with the interval of those draws that have a value."""
    known = draws[np.isfinite(draws)]
    if not len(known):
        return replace(estimate, bse=float("nan"), low=float("nan"), high=float("nan"))
    low, high = np.quantile(known, ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    return replace(estimate, bse=float(known.std()), low=float(min(low, estimate.value)), high=float(max(high, estimate.value)))


def _up_to(found: LeadEffects, horizon: int) -> LeadEffects:
    """The effects with the lags up to the horizon only; what was said of all lags stays."""
    count = horizon + 1 - found.lags[0]
    if count >= len(found.lags):
        return found
    profile, cumulative = (by_lag(whole, lambda values: values[:count]) for whole in (found.profile, found.cumulative))
    return replace(found, lags=found.lags[:count], profile=profile, cumulative=cumulative)


def by_lag(whole: Bands, change: Callable[[Floats], Floats]) -> Bands:
    """Bands with the same done to all that they have by lag."""
    return replace(
        whole, estimate=change(whole.estimate), bse=change(whole.bse), low=change(whole.low), high=change(whole.high),
        low_all=change(whole.low_all), high_all=change(whole.high_all),
    )  # fmt: skip


def _likely(draws: Ints, estimate: int, level: float) -> tuple[int, ...]:
    """Fewest values that hold the share `level` of the draws, and the estimate."""
    values, counts = np.unique(draws, return_counts=True)
    most = np.argsort(-counts, kind="stable")
    needed = int(np.searchsorted(np.cumsum(counts[most]), level * len(draws))) + 1
    return tuple(sorted({estimate, *values[most[:needed]].tolist()}))


def _bounds(fit: LagFit) -> tuple[Floats, Floats]:
    """Lowest and highest value of each parameter."""
    free = np.full(len(fit.params), np.inf)
    low, high = np.array(fit.model.bounds).reshape(-1, 2).T
    return np.r_[-free, low], np.r_[free, high]


def direct_gradient(fit: LagFit, lead: int) -> Floats:
    """What each parameter adds to the sum of a lead's direct effects, before the KPI's own lags carry them on, shape (k + h,)."""
    theta, model = np.r_[np.nan_to_num(fit.params), fit.hidden], fit.model
    gradient = np.zeros(len(theta))
    family, mine, place = model.families[lead], model.hidden_of(lead), model.columns_of(lead)
    gradient[place] = family.totals(fit.hidden[mine])
    for i, slope in enumerate(moved_by_one(family.totals, fit.hidden[mine], family.bounds)):
        gradient[len(fit.params) + mine.start + i] = float(slope @ theta[place])
    return gradient


def total_gradient(fit: LagFit, lead: int) -> Floats:
    """Derivative of a lead's total effect by coefficients and hidden parameters, in scaled units, shape (k + h,)."""
    theta, left = np.r_[np.nan_to_num(fit.params), fit.hidden], 1.0 - _own(fit).sum()
    gradient = direct_gradient(fit, lead) / left
    gradient[fit.model.base.shape[1] : fit.model.n_fixed] = _total(fit, lead, theta) / left
    return gradient


def _own(fit: LagFit) -> Floats:
    """Coefficients of the KPI's own lags."""
    return np.nan_to_num(fit.params[fit.model.base.shape[1] : fit.model.n_fixed])


def _responses(fit: LagFit, lead: int, horizon: int) -> tuple[Floats, Floats]:
    """Effects at lags 0..horizon, shape (horizon + 1,), and their derivative by all parameters, shape (k + h, horizon + 1)."""
    model, every = fit.model, range(horizon + 1)
    family, place, mine = model.families[lead], model.columns_of(lead), model.hidden_of(lead)
    coefficients = np.nan_to_num(fit.params[place])
    steps = momentum_steps(model.own_lags, model.pace(lead))
    own = np.zeros(max((back for shares in steps for back, _ in shares), default=0) + 1)
    own[0] = 1.0
    for a, shares in zip(_own(fit), steps, strict=True):
        for back, share in shares:
            own[back] -= share * a

    def carried(direct: Floats) -> Floats:
        return np.asarray(signal.lfilter([1.0], own, direct, axis=-1))

    weights = carried(family.weights(fit.hidden[mine], every) @ coefficients)
    slopes = np.zeros((len(fit.params) + len(fit.hidden), horizon + 1))
    slopes[place] = carried(family.weights(fit.hidden[mine], every).T)
    for i, slope in enumerate(moved_by_one(lambda at: family.weights(at, every) @ coefficients, fit.hidden[mine], family.bounds)):
        slopes[len(fit.params) + mine.start + i] = carried(slope)
    for i, shares in enumerate(steps):
        past = np.zeros(horizon + 1)
        for back, share in shares:
            past[back:] += share * weights[: max(horizon + 1 - back, 0)]
        slopes[model.base.shape[1] + i] = carried(past)
    return weights, slopes


def _total(fit: LagFit, lead: int, theta: Floats) -> float:
    """Sum of the effects over all lags, as a function of coefficients and hidden parameters."""
    model, k = fit.model, len(fit.params)
    family = model.families[lead]
    left = 1.0 - theta[model.base.shape[1] : model.n_fixed].sum()
    return float(family.totals(theta[k:][model.hidden_of(lead)]) @ theta[:k][model.columns_of(lead)] / left)


def _mean_delay(fit: LagFit, lead: int, theta: Floats) -> float:
    """``sum k v_k / sum v_k`` over all lags: the mean lag of the direct effects plus that of the KPI's own momentum."""
    model, k = fit.model, len(fit.params)
    family, hidden = model.families[lead], theta[k:][model.hidden_of(lead)]
    coefficients, own = theta[:k][model.columns_of(lead)], theta[model.base.shape[1] : model.n_fixed]
    direct = float(family.totals(hidden) @ coefficients)
    if direct == 0.0:
        return float("nan")
    momentum = model.pace(lead) * float(np.array(model.own_lags) @ own / (1.0 - own.sum()))
    return float(family.moments(hidden) @ coefficients) / direct + momentum


def _delta(
    function: Callable[[Floats], float], theta: Floats, cov: Floats, margin: float, bounds: tuple[Floats, Floats]
) -> Estimate:
    """A function of the parameters with the interval of the delta method; no step leaves their bounds."""
    gradient = np.empty(len(theta))
    for place in range(len(theta)):
        step = _STEP * max(abs(theta[place]), 1e-3)
        up, down = theta.copy(), theta.copy()
        up[place], down[place] = min(theta[place] + step, bounds[1][place]), max(theta[place] - step, bounds[0][place])
        gradient[place] = (function(up) - function(down)) / (up[place] - down[place])
    return _estimate(function(theta), float(np.sqrt(max(float(gradient @ cov @ gradient), 0.0))), margin)


def _estimate(value: float, bse: float, margin: float) -> Estimate:
    return Estimate(value=value, bse=bse, low=value - margin * bse, high=value + margin * bse)


def _first(found: LeadEffects, family: ProfileFamily, *, settles: bool) -> int | None:
    """First lag whose simultaneous band leaves zero out; where a decay starts, if there is one or the total's interval does."""
    away = np.flatnonzero((found.profile.low_all > 0) | (found.profile.high_all < 0))
    if family.kind == "geometric":
        adds_up = settles and (found.total.low > 0 or found.total.high < 0)
        return family.start if len(away) or adds_up else None
    return found.lags[away[0]] if len(away) else None


def _peaks(
    weights: Floats, cov: Floats, lags: Sequence[int], *, level: float, df: float, rng: int | np.random.Generator
) -> tuple[int, ...]:
    """Lags that may be the peak: no other is larger, in the peak's direction, by more than chance allows.

    Multiple comparisons with the best (Hsu 1981, Annals of Statistics 9:1026): lag k stays unless some ``w_l - w_k`` exceeds the
    quantile of its largest t over l. To take the direction as open too would hold every peak at 80 rows, with sets of nearly all
    lags; to leave out comparisons with clearly smaller effects changed no set of free weights.
    """
    towards = np.sign(weights[np.argmax(np.abs(weights))])
    values, vectors = np.linalg.eigh((cov + cov.T) / 2.0)
    generator = np.random.default_rng(rng)
    draws = generator.standard_normal((_DRAWS, len(weights))) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    draws /= np.sqrt(generator.chisquare(df, (_DRAWS, 1)) / df)
    variance, kept = np.diag(cov), []
    for k, lag in enumerate(lags):
        error = np.sqrt(np.maximum(variance + variance[k] - 2.0 * cov[k], 0.0))
        apart, larger = error > 1e-12 * np.sqrt(variance.max(initial=0.0)), towards * (weights - weights[k])
        t = larger[apart] / error[apart]
        most = np.quantile(((draws - draws[:, [k]])[:, apart] / error[apart]).max(axis=1), level) if apart.any() else 0.0
        # what differs without error is known to differ
        if t.max(initial=0.0) <= most and larger[~apart].max(initial=0.0) <= 1e-12 * np.abs(weights).max():
            kept.append(lag)
    return tuple(kept)


def _half_life(size: Floats, first: int, *, decay: Floats, family: ProfileFamily, own: bool) -> float:
    """Periods after the peak until the effect has halved: by the formula of a decay that falls from its peak on, else by lag."""
    peak = int(np.argmax(size))
    falls = family.kind == "delayed" or (family.kind == "geometric" and first + peak == family.longest)
    if falls and not own:
        halvings = float(np.log(0.5) / np.log(decay[0])) if decay[0] > 0 else 0.0
        return halvings if family.kind == "geometric" else halvings**0.5
    below = np.flatnonzero(size[peak:] <= size[peak] / 2.0)
    if not len(below) or size[peak] == 0:
        return float("nan")
    after = peak + int(below[0])
    return float(below[0]) - float((size[peak] / 2.0 - size[after]) / (size[after - 1] - size[after]))
