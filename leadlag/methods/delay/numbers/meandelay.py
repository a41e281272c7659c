"""The mean delay of one lead: the centre of mass of its lag profile, over the profiles that fit about as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import linalg, stats

from leadlag.core.arrays import Floats
from leadlag.core.noise.arma import autocovariances
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.scan import BaseFit, column_of, fit_base, regressors
from leadlag.core.search.shapes import BLOCK, Response, Shape

__all__ = ["MeanDelay", "mean_delay"]


#: Rates of decay, widths of an even spread and falls of a hump that are tried at every lag.
_RATES = (0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.88, 0.93)
_WIDTHS = (2, 3, 4, 5, 6)
_FALLS = (0.4, 0.6, 0.8, 0.9)
#: A hump of which more than this share falls outside the lags that are searched is not tried.
_CUT = 0.10
#: Profiles with less than this share of the weight of the best are left out.
_LEAST_WEIGHT = 1e-4
#: A second lag of the other sign counts if it gains more than this, in noise variances: one of 2,000 squares of normal numbers
#: is beyond it, and a dozen lags or more are tried.
_TURNS = 12.0
#: A single lag of which the best profile leaves no more than this share is the same.
_ALIKE = 1e-6
#: A sum of columns shorter than this share of the longest is rounding, and so is a noise below this share of the largest gain.
_ROUNDING, _EXACT = 1e-9, 1e-12
#: Beside the best column of each of these the KPI's momentum is fitted again: without it, what a slow lead does looks like it.
_BESIDE: tuple[tuple[Shape, ...], ...] = (
    (Shape("point"),), tuple(Shape("decay", rate) for rate in _RATES[:4]), tuple(Shape("decay", rate) for rate in _RATES[4:]),
    (Shape("hump"),),
)  # fmt: skip
#: Share of the log-likelihood that counts, since momentum and noise are not known and the true profile is not among those tried.
#: In six hard cases (decays and effects carried by the KPI's momentum, 80 to 260 rows, 64 to 80 draws) intervals for 90 % held in
#: .78 to .97 with all of it, .82 to .97 with 1 / 1.4, .86 to .99 with 1 / 1.7.
_TRUST = 1.0 / 1.7
#: Places at which the error of the KPI's momentum is drawn.
_PLACES = stats.norm.ppf((np.arange(9) + 0.5) / 9.0)


@dataclass(frozen=True, kw_only=True)
class MeanDelay:
    """Mean delay in periods of the KPI with its interval; NaN, and why, where there is none."""

    value: float
    low: float
    high: float
    missing: str = ""

    @classmethod
    def none(cls, missing: str = "") -> MeanDelay:
        """No mean delay, and why."""
        return cls(value=float("nan"), low=float("nan"), high=float("nan"), missing=missing)


@dataclass(frozen=True, kw_only=True)
class _Profiles:
    """Some profiles: columns (n, s) free of the base, mean delay of each and its standard error (s,), weight before the data."""

    columns: Floats
    mean: Floats
    error: Floats
    prior: float


def mean_delay(problem: Problem, lead: int, *, level: float, response: Response = "linear") -> MeanDelay:
    """Mean delay of one lead, averaged over lag profiles.

    Parameters
    ----------
    problem : Problem
    lead : int
        Its column in ``problem.X``.
    level : float
        Confidence level of the interval.
    response : {"linear", "square", "above", "below"}
        What of the lead acts.

    Returns
    -------
    MeanDelay
        `missing` is "turns" where a second lag of the other sign improves the fit clearly: a centre of mass of weights that
        change their sign may lie anywhere.

    Notes
    -----
    Tried are single lags, decays of eight rates, even spreads over two to six lags, humps of four widths and what the KPI's
    momentum carries on, at every lag searched, each with the KPI's momentum as it is beside several kinds of profile. Each takes
    one coefficient, so its weight is ``exp(-c SSR / (2 s^2))`` (Buckland, Burnham & Augustin 1997), each kind weighing alike
    before the data; c below one makes the interval wider (Bissiri, Holmes & Walker 2016, JRSS B 78:1103). Value and interval are
    the median and quantiles of the mean delays under these weights. How far the momentum carries is estimated too: its error is
    that of ``sum j phi_j / (1 - sum phi)`` (delta method).
    """
    fits = [_profile_fits(each, lead, response) for each in _with_momenta(problem, lead, response)]
    if not any(family.columns.shape[1] for family in fits[0].families):
        return MeanDelay.none()
    best = min(float(left.min()) for each in fits for left in each.left if left.size)
    noise = max(best / fits[0].df, _EXACT * float(fits[0].residual @ fits[0].residual))
    if not noise > 0.0:
        return MeanDelay.none()
    if _turns(fits[0], noise=noise):
        return MeanDelay.none("turns")
    profiles = [(family, left) for each in fits for family, left in zip(each.families, each.left, strict=True)]
    weight = np.concatenate([f.prior * np.exp(-_TRUST * (left - best) / (2.0 * noise)) for f, left in profiles])
    mean, error = (np.concatenate([getattr(family, name) for family, _ in profiles]) for name in ("mean", "error"))
    kept = weight >= _LEAST_WEIGHT * weight.max()
    places = mean[kept, None] + error[kept, None] * _PLACES
    weights = np.broadcast_to(weight[kept, None], places.shape) / (weight[kept].sum() * len(_PLACES))
    half = (1.0 - level) / 2.0
    low, value, high = _quantiles(places.ravel(), weights.ravel(), (half, 0.5, 1.0 - half))
    return MeanDelay(value=value, low=low, high=high)


def _with_momenta(problem: Problem, lead: int, response: Response) -> Iterator[Problem]:
    """The problem, and the same with the momentum that the KPI has beside the best single lag, short and long decay, and hump."""
    yield problem
    base_fit = fit_base(problem)
    kinds = _BESIDE if response == "linear" else ((Shape("point", response=response),),)
    for shapes in kinds:
        found = regressors(problem, base_fit, [lead], shapes)
        usable = found.norm[0] > 0
        if usable.any():
            gain = np.where(usable, _gain(found.values[:, 0] / np.where(usable, found.norm[0], 1.0), base_fit.residual), -1.0)
            column = column_of(problem, lead, int(gain.argmax()), shapes)
            yield replace(problem, momentum=refitted(problem, base=np.column_stack([problem.base, column])).momentum)


@dataclass(frozen=True, kw_only=True)
class _ProfileFits:
    """The profiles in the regression filtered by one momentum, single lags first, with the sum of squares that each leaves."""

    residual: Floats
    df: int
    families: tuple[_Profiles, ...]

    @cached_property
    def left(self) -> list[Floats]:
        """One array a family."""
        total = float(self.residual @ self.residual)
        return [np.maximum(total - _gain(family.columns, self.residual), 0.0) for family in self.families]


def _profile_fits(problem: Problem, lead: int, response: Response) -> _ProfileFits:
    base_fit = fit_base(problem)
    return _ProfileFits(
        residual=base_fit.residual, df=max(base_fit.df, 1), families=tuple(_families(problem, base_fit, lead, response))
    )


def _gain(columns: Floats, residual: Floats) -> Floats:
    """Fall of the sum of squares by each column of length one."""
    return np.asarray(np.square(columns.T @ residual))


def _quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> list[float]:
    """Weighted quantiles, drawn out evenly between neighbouring values."""
    different, place = np.unique(values, return_inverse=True)
    weight = np.bincount(place.ravel(), weights)
    return np.interp(shares, np.cumsum(weight) - weight / 2.0, different).tolist()


def _turns(fits: _ProfileFits, *, noise: float) -> bool:
    """Whether a single lag beside the best profile improves the fit clearly, with the other sign."""
    columns = np.column_stack([family.columns for family in fits.families])
    best, single = columns[:, np.argmin(np.concatenate(fits.left))], fits.families[0].columns
    score = float(best @ fits.residual)
    overlap = single.T @ best
    free = 1.0 - overlap * overlap
    usable = free > _ALIKE
    beside = np.where(usable, single.T @ fits.residual - overlap * score, 0.0) / np.where(usable, free, 1.0)
    gained = beside * beside * free
    if not gained.size:
        return False
    second = int(gained.argmax())
    first = score - overlap[second] * beside[second]
    return bool(gained[second] > _TURNS * noise and beside[second] * first < 0.0)


def _families(problem: Problem, base_fit: BaseFit, lead: int, response: Response) -> Iterator[_Profiles]:
    """The profiles that are tried, single lags first."""
    finer = problem.finer_of(lead)
    step = 1.0 if finer is None else 1.0 / finer.clock.ratio
    shapes = [Shape("point", response=response)]
    if response == "linear":
        shapes += [Shape("momentum"), *(Shape("decay", rate) for rate in _RATES), *([BLOCK] if finer else [])]
    found = regressors(problem, base_fit, [lead], shapes)
    delays, n_slots = problem.delays(lead), problem.n_slots
    asked = np.isfinite(delays)
    delays, columns = delays[asked], found.values[:, 0].reshape(-1, len(shapes), n_slots)[:, :, asked]
    norm = found.norm[0].reshape(len(shapes), n_slots)[:, asked]
    counts = {kind: sum(shape.kind == kind for shape in shapes) for kind in ("point", "momentum", "decay", "block")}
    for place, shape in enumerate(shapes):
        later, error = _later(shape, problem, step=step)
        usable = norm[place] > 0
        length = np.where(usable, norm[place], 1.0)
        yield _Profiles(
            columns=(columns[:, place] / length)[:, usable], mean=delays[usable] + later, error=np.full(usable.sum(), error),
            prior=1.0 / counts[shape.kind],
        )  # fmt: skip
    for weights, prior in _sums(n_slots=len(delays)):
        summed = columns[:, 0, : len(weights)] @ weights
        length = np.sqrt(np.square(summed).sum(axis=0))
        usable = length > _ROUNDING * norm[0].max(initial=0.0)
        yield _Profiles(
            columns=summed[:, usable] / length[usable], mean=(delays[: len(weights)] @ weights / weights.sum(axis=0))[usable],
            error=np.zeros(usable.sum()), prior=prior,
        )  # fmt: skip


def _later(shape: Shape, problem: Problem, *, step: float) -> tuple[float, float]:
    """By how much the mean delay of a shape lies after its start, and the standard error of that."""
    if shape.kind == "decay":
        rate = shape.rate**step
        return step * rate / (1.0 - rate), 0.0
    if shape.kind == "block":  # one period of the KPI, of which the start is the last step
        return (1.0 - step) / 2.0, 0.0
    return _later_by_momentum(problem) if shape.kind == "momentum" else (0.0, 0.0)


def _later_by_momentum(problem: Problem) -> tuple[float, float]:
    """``sum j phi_j / (1 - sum phi)``, how long after its start the KPI's momentum carries an effect, with its standard error."""
    phi = problem.momentum.phi
    if not len(phi):
        return 0.0, 0.0
    order = np.arange(1, len(phi) + 1)
    left = max(1.0 - float(phi.sum()), 1.0 / len(problem.y))
    later = float(order @ phi) / left
    gradient = order / left + later / left
    covariance = np.linalg.inv(linalg.toeplitz(autocovariances(phi, np.zeros(0), count=len(phi)))) / int(problem.observed.sum())
    return later, float(np.sqrt(gradient @ covariance @ gradient))


def _sums(*, n_slots: int) -> Iterator[tuple[Floats, float]]:
    """Weights over single lags, shape (n_slots, k), of even spreads and of humps, with their weight before the data."""
    lags = np.arange(n_slots)
    for width in _WIDTHS:
        if width <= n_slots:
            starts = np.arange(n_slots - width + 1)
            yield ((lags[:, None] >= starts) & (lags[:, None] < starts + width)).astype(np.float64), 1.0 / len(_WIDTHS)
    for fall in _FALLS:
        weights = fall ** np.square(lags[:, None] - lags, dtype=np.float64)
        after = fall ** np.square(np.arange(1, 30), dtype=np.float64)
        beyond = np.array([after[n_slots - 1 - peak :].sum() for peak in lags])
        kept = beyond <= _CUT * (weights.sum(axis=0) + beyond)
        if kept.any():
            yield weights[:, kept], 1.0 / len(_FALLS)
