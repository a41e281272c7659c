"""The question: how large is the long-run effect of a chosen lead, whatever the shape of its lags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from leadlag.core.arrays import Floats
from leadlag.core.noise.arma import autocovariances
from leadlag.core.search.columns import column_totals, rises
from leadlag.core.search.effect import EffectSize, averaged_effect
from leadlag.core.search.inversion import critical_statistic, kept_effects
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.scan import Scan, column_of, fit_base, regressors, scan
from leadlag.core.search.shapes import BLOCK, SIZING, STANDARD, Shape, search_weights
from leadlag.core.series.scales import unit_of
from leadlag.prepare import Prepared, clean_kpi

__all__ = [
    "DRAWS", "LongRunSize", "clip_given_lead", "column_thresholds", "lasting_errors", "long_run_effect", "passing_interval",
    "prior_weights",
]  # fmt: skip


#: The null distribution is known already, so these draws decide nothing.
DRAWS = 99
#: All rates of decay together weigh as much as those of the search: more of them are no reason to believe in a decay.
_RATES_SEARCHED = sum(shape.kind == "decay" for shape in STANDARD)


@dataclass(frozen=True, kw_only=True)
class LongRunSize:
    """A chosen lead, measured.

    Parameters
    ----------
    problem : Problem
        With that one lead, the KPI's outliers judged beside it.
    scan : Scan
        Of that problem, with the null distribution and the best column of the search.
    effect : EffectSize
        Effect of a lasting rise by one `x_scale`, over all lags, in KPI units; NaN for a square, to which a rise and a fall are
        the same.
    """

    problem: Problem
    scan: Scan
    effect: EffectSize


def long_run_effect(
    prepared: Prepared,
    problem: Problem,
    found: Scan,
    *,
    level: float,
    selection_pvalue: float,
    shapes: Sequence[Shape] = STANDARD,
) -> LongRunSize:
    """Long-run effect of one chosen lead, averaged over the lag shapes that fit about as well.

    Parameters
    ----------
    prepared : Prepared
    problem : Problem
        With that one lead, the other chosen ones in its base.
    found : Scan
        Of that problem.
    level : float
        Confidence level of the interval.
    selection_pvalue : float
        The p at which the lead would just have been chosen.
    shapes : sequence of Shape
        Those that were searched.

    Returns
    -------
    LongRunSize

    Notes
    -----
    It is the long-run effect of a lagged regression with the KPI's momentum as its noise, for a shape that is not known: single
    lags, decays of several rates, humps, and effects that the KPI's own momentum carries on, ``b / (1 - sum phi)``. Each is
    corrected for selection and they are averaged (`leadlag.core.search.effect.averaged_effect`). How long the momentum carries
    an effect is estimated too: its part of the error is that of ``sum phi`` (delta method). 90 % intervals held in .93 of point
    effects (101 found), .90 of geometric ones (79), .96 of effects through the KPI's own momentum (99) and .82 where several
    series carry them (77). Tried and not better: the momentum fitted again beside the lead, and weights that the data move half
    as much, which held in .89 of geometric effects and in .83 to .86 of point effects.
    """
    problem, found = clip_given_lead(prepared, problem, found, shapes=shapes)
    every = (*SIZING, *(shape for shape in shapes if shape == BLOCK or shape.response != "linear"))
    # the square of a KPI of extreme size is no number, so its effect is found in another unit
    n_lags, power = problem.n_slots, float(unit_of(np.array([problem.y_scale])))
    unit = problem.y_scale / power
    if shapes[int(found.best[0]) // n_lags].response == "square":
        return LongRunSize(problem=problem, scan=found, effect=EffectSize(value=np.nan, low=np.nan, high=np.nan))
    fresh = scan(problem, rng=np.random.default_rng(0), n_draws=DRAWS, shapes=every)
    total = unit * rises(problem, every)[0] * column_totals(problem, every)[0]
    directed = np.repeat([shape.response != "square" for shape in every], n_lags)
    effect = averaged_effect(
        np.where(directed, fresh.coefficient[0] * total, np.nan), fresh.bse[0] * np.abs(total), fresh.gain[0] * unit**2,
        variance=float(fresh.variance[0]) * unit**2,
        threshold=column_thresholds(found, fresh, selection_pvalue, every, n_lags=n_lags), df=max(fresh.df, 1), level=level,
        lasting=lasting_errors(problem, every), one_sided=bool(problem.signs[0]),
        prior=prior_weights(every, n_lags=n_lags),
    )  # fmt: skip
    return LongRunSize(problem=problem, scan=found, effect=effect.times(power))


def passing_interval(
    problem: Problem, found: Scan, *, pvalue: float, log_pvalue: float, shapes: Sequence[Shape] = STANDARD
) -> tuple[float, float]:
    """Ends of the long-run effects of one lead that the statistic of the search does not reject.

    Parameters
    ----------
    problem : Problem
        With that one lead, the other chosen ones in its base.
    found : Scan
        Of that problem.
    pvalue : float
        The p at which the lead would just have been chosen: the interval has the level 1 less this, or less twice this where
        one sign alone is asked for.
    log_pvalue : float
        Log p by which it was chosen or not.
    shapes : sequence of Shape
        Those that were searched.

    Returns
    -------
    low, high : float
        Of a lasting rise by one `x_scale`, in KPI units; without zero exactly if the lead was chosen. NaN for a lead that acts by
        its square.

    Notes
    -----
    See `leadlag.core.search.inversion.kept_effects`. It is simultaneous over all lags and shapes and needs no correction for the
    choice, as it holds whether the lead is chosen or not; how long the KPI's momentum carries an effect is taken as known.
    """
    base_fit = fit_base(problem)
    columns = regressors(problem, base_fit, [0], shapes)
    directed = np.repeat([shape.response != "square" for shape in shapes], problem.n_slots)
    total = problem.y_scale * rises(problem, shapes)[0] * column_totals(problem, shapes)[0]
    norm, best = columns.norm[0], int(found.best[0])
    usable = norm > 0
    if not (usable[best] and directed[best]):
        return np.nan, np.nan
    effects = np.where(directed[usable], total[usable] / norm[usable], np.nan)
    return kept_effects(
        columns.values[:, 0, usable] / norm[usable], search_weights(shapes, n_lags=problem.n_slots)[usable], base_fit.residual,
        effects, best=int(usable[:best].sum()), df=base_fit.df,
        critical=critical_statistic(found, pvalue=pvalue, log_pvalue=log_pvalue),
    )  # fmt: skip


def prior_weights(shapes: Sequence[Shape], *, n_lags: int) -> Floats:
    """Weight of every column before the data speak, shape (len(shapes) * n_lags,)."""
    kinds = [(shape.kind, shape.response) for shape in shapes]
    return np.repeat([_RATES_SEARCHED / kinds.count(kind) if kind[0] == "decay" else 1.0 for kind in kinds], n_lags)


def column_thresholds(found: Scan, fresh: Scan, selection_pvalue: float, shapes: Sequence[Shape], *, n_lags: int) -> Floats:
    """Least robust |t| with which each column would have been chosen, shape (s,).

    What chooses is ``|t| w`` with one variance for all rows, so an effect is chosen from that threshold times its plain standard
    error on; in robust standard errors that is another number of them.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        plain = np.sqrt(fresh.variance[0]) * np.abs(fresh.coefficient[0]) / np.sqrt(fresh.gain[0])
        return np.asarray(
            found.tail.threshold(selection_pvalue)[0] / search_weights(shapes, n_lags=n_lags) * plain / fresh.bse[0]
        )


def lasting_errors(problem: Problem, shapes: Sequence[Shape]) -> Floats:
    """Standard error, relative to the effect, of how long each column's effect lasts, shape (s,): that of the KPI's momentum."""
    carried = np.repeat([shape.kind == "momentum" for shape in shapes], problem.n_slots)
    return np.where(carried, _error_of_momentum(problem), 0.0)


def _error_of_momentum(problem: Problem) -> float:
    """Standard error of ``1 / (1 - sum phi)`` relative to it, from the asymptotic covariance of AR coefficients."""
    phi = problem.momentum.phi
    if not len(phi):
        return 0.0
    gamma = linalg.toeplitz(autocovariances(phi, np.zeros(0), count=len(phi)))
    variance = float(np.linalg.solve(gamma, np.ones(len(phi))).sum()) / int(problem.observed.sum())
    return float(np.sqrt(max(variance, 0.0)) / max(1.0 - phi.sum(), np.sqrt(np.finfo(float).eps)))


def clip_given_lead(
    prepared: Prepared, problem: Problem, found: Scan, *, shapes: Sequence[Shape] = STANDARD
) -> tuple[Problem, Scan]:
    """The problem and the scan of one chosen lead, the KPI's outliers judged beside the chosen leads.

    Parameters
    ----------
    prepared : Prepared
    problem : Problem
        With that one lead, the other chosen ones in its base.
    found : Scan
        Of that problem.
    shapes : sequence of Shape

    Returns
    -------
    problem : Problem
    found : Scan
        With the null distribution and the best column of the one given.
        Both are those given if nothing of the KPI was clipped.

    Notes
    -----
    Before the leads are known a strong answer to a rare campaign looks like an outlier and is clipped: the lead is found all the
    same, but its effect came out at .76 of the truth (median of 238 found). So innovations are clipped again with the lead's best
    column and those of the others in the mean.
    """
    if not prepared.kpi.n_clipped:
        return problem, found
    column = column_of(problem, 0, int(found.best[0]), shapes)
    y, _, _ = clean_kpi(prepared.working.unclipped, np.column_stack([problem.mean, column]), like=problem.momentum)
    again = refitted(problem, y=y)
    fresh = scan(again, rng=np.random.default_rng(0), n_draws=DRAWS, shapes=shapes)
    return again, replace(fresh, tail=found.tail, best=found.best)
