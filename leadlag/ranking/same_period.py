"""The question: what does a chosen lead do in the KPI's own period, beside what it does later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import residualise
from leadlag.core.search.columns import column_totals, same_period_values
from leadlag.core.search.effect import EffectSize, averaged_effect
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.scan import BaseFit, Scan, column_of, fit_base, regressors, scan
from leadlag.core.search.shapes import BLOCK, SIZING, STANDARD, Shape
from leadlag.prepare import Prepared, clean_kpi
from leadlag.ranking.sizing import DRAWS, column_thresholds, lasting_errors, prior_weights

__all__ = ["SamePeriodSizes", "same_period_sizes"]

#: A lead of which the base leaves less than this share in its own period is base.
_COLLINEAR = 1e-6


@dataclass(frozen=True, kw_only=True)
class SamePeriodSizes:
    """Effects of a rise of a lead by one `x_scale`, in KPI units, from one model that has its value of the same period too.

    `now` comes in the period of the rise; `later` is what a lasting rise comes to over the lags from 1 on beside that; `total` is
    both together.
    """

    now: EffectSize
    later: EffectSize
    total: EffectSize


def same_period_sizes(
    prepared: Prepared,
    problem: Problem,
    found: Scan,
    *,
    level: float,
    selection_pvalue: float,
    shapes: Sequence[Shape] = STANDARD,
) -> SamePeriodSizes | None:
    """What one chosen lead does in the same period and later; None where that cannot be told apart.

    Parameters
    ----------
    prepared : Prepared
    problem : Problem
        With that one lead, the other chosen ones in its base.
    found : Scan
        Of that problem.
    level : float
        Confidence level of the intervals.
    selection_pvalue : float
        The p at which the lead would just have been chosen.
    shapes : sequence of Shape
        Those that were searched.

    Notes
    -----
    For each column (lag and shape) the KPI is regressed on the lead's value of the same period and that column; the three
    effects are averaged over the columns as the effect of a lead is (`leadlag.core.search.effect.averaged_effect`), with the
    same weights. With a the coefficient of the same period alone, b that of the column beside it, r the column's share in the
    same period (its regression on that) and T its total weight, they are ``a - r b``, ``T b`` and ``a + (T - r) b``; a and b are
    uncorrelated (Frisch & Waugh 1933). The later effect is corrected for having been chosen, and the total is moved with it. The
    KPI's outliers are judged beside both, since a promotion looks like one.
    """
    if shapes[int(found.best[0]) // problem.n_slots].response != "linear":
        return None
    now = same_period_values(problem, 0)
    wider = _with_now(prepared, problem, now, column_of(problem, 0, int(found.best[0]), shapes))
    every = (*SIZING, BLOCK) if BLOCK in shapes else SIZING
    fresh = scan(wider, rng=np.random.default_rng(0), n_draws=DRAWS, shapes=every)
    parts = _parts(problem, wider, now, fresh, every)
    if parts is None or not np.nanmax(fresh.gain, initial=0.0) > 0.0:
        return None
    n_lags = problem.n_slots
    total, none = column_totals(wider, every)[0], np.zeros(len(every) * n_lags)
    lasting = lasting_errors(wider, every)
    # a column that turns the sign is another answer, not another shape of this one
    beside = np.where(fresh.coefficient[0] * fresh.coefficient[0, fresh.best[0]] > 0, fresh.coefficient[0], np.nan)

    def averaged(own: float, later: Floats, *, how_long: Floats = none, **options: Any) -> EffectSize:
        effect = own * parts.coefficient + later * beside
        error = np.sqrt((own * parts.error) ** 2 + np.square(later * fresh.bse[0]) + np.square(how_long * beside))
        return averaged_effect(
            effect, error, fresh.gain[0], variance=float(fresh.variance[0]), df=max(fresh.df, 1), level=level,
            prior=prior_weights(every, n_lags=n_lags), **({"threshold": none} | options),
        )  # fmt: skip

    same = averaged(1.0, -parts.share)
    chosen = column_thresholds(found, fresh, selection_pvalue, every, n_lags=n_lags)
    after = averaged(0.0, total, threshold=chosen, lasting=lasting, one_sided=bool(problem.signs[0]))
    both = averaged(1.0, total - parts.share, how_long=lasting * total)
    moved = same.value + after.value - both.value
    both = EffectSize(value=both.value + moved, low=both.low + moved, high=both.high + moved)
    unit = wider.y_scale
    return SamePeriodSizes(now=same.times(unit), later=after.times(unit), total=both.times(unit))


def _with_now(prepared: Prepared, problem: Problem, now: Floats, column: Floats) -> Problem:
    """The problem with the lead's value of the same period in its base, the KPI's outliers judged beside that and a column."""
    wider = refitted(problem, base=np.column_stack([problem.base, now]))
    if not prepared.kpi.n_clipped:
        return wider
    model = np.column_stack([wider.mean, column])
    y, _, _ = clean_kpi(prepared.working.unclipped, model, like=problem.momentum)
    return refitted(wider, y=y)


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """Coefficient of the same period without any column, its robust error, and the share of each column in it, shape (s,)."""

    coefficient: float
    error: float
    share: Floats


def _parts(problem: Problem, wider: Problem, now: Floats, fresh: Scan, shapes: Sequence[Shape]) -> _Parts | None:
    """What the effects are made of; None where the base leaves nothing of the same period."""
    narrow = replace(wider, base=problem.base)
    base_fit, wide_fit = fit_base(narrow), fit_base(wider)
    filtered = base_fit.filter_.apply(now)
    own = residualise(filtered[:, None], base_fit.basis)[:, 0]
    length = float(own @ own)
    if not length > _COLLINEAR**2 * float(filtered @ filtered):
        return None
    left = _residual(wider, wide_fit, fresh, shapes)
    free = np.maximum(1.0 - own * own / length, 0.05)
    variance = float(np.square(own * left / free).sum()) / length**2 * len(own) / max(fresh.df, 1)
    return _Parts(
        coefficient=float(own @ base_fit.residual) / length,
        error=float(np.sqrt(variance)),
        share=own @ regressors(narrow, base_fit, [0], shapes).values[:, 0] / length,
    )


def _residual(wider: Problem, wide_fit: BaseFit, fresh: Scan, shapes: Sequence[Shape]) -> Floats:
    """What the same period and the best column leave of the filtered KPI."""
    best = int(fresh.best[0])
    columns = regressors(wider, wide_fit, [0], shapes).values[:, 0, best]
    return wide_fit.residual - float(np.nan_to_num(fresh.coefficient[0, best])) * columns
