"""The effect of one lead on both sides of a date: the test of a change at a date that is known, and what a choice does to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from leadlag.core.arrays import Flags, Floats
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.winners_curse import after_selection
from leadlag.methods.stability.numbers.changes import LeadRegression, residual_on

__all__ = ["ChangeAt", "SideEffect", "change_at", "corrected_for_selection", "side_effects"]


#: Rows that each side needs.
_FEWEST = 8
#: A |t| from which on the sign of an effect is known.
_SIGN_KNOWN = 3.0
#: Points at which the error of the effect after is followed.
_QUADRATURE = 400
#: Share of the lead's sum of squares below which a side has nothing of it.
_NOTHING = 1e-6


@dataclass(frozen=True, kw_only=True)
class SideEffect:
    """An effect on some of the rows, in working units: value, standard error (HC3), degrees of freedom and rows."""

    value: float
    error: float
    df: float
    nobs: int

    def interval(self, level: float) -> tuple[float, float]:
        """Both ends."""
        width = float(stats.t.isf((1.0 - level) / 2.0, self.df)) * self.error
        return self.value - width, self.value + width


@dataclass(frozen=True, kw_only=True)
class ChangeAt:
    """A change of a lead's effect at a date that is known.

    Parameters
    ----------
    before, after : SideEffect
    statistic : float
        t of "the effect is weaker after": positive where it is.
    weaker_pvalue, changed_pvalue : float
        p that it is not weaker, and that it is the same, two-sided.
    """

    before: SideEffect
    after: SideEffect
    statistic: float
    weaker_pvalue: float
    changed_pvalue: float


def change_at(regression: LeadRegression, before: Flags, after: Flags, *, signs: SharedSigns) -> ChangeAt | None:
    """Test a change of the lead's effect at a known date; None where a side has too few rows or too little of the lead.

    Parameters
    ----------
    regression : LeadRegression
    before, after : ndarray of bool, shape (n,)
        Rows of either side; a row of neither has an effect of its own.
    signs : SharedSigns

    Notes
    -----
    A robust form of the test of Chow (1960): the t of ``effect before - effect after`` with HC3 errors, its null distribution by
    a wild bootstrap that draws from the residual without a change and computes the error again in each draw. What counts as
    weaker follows the sign of the effect over all rows, whose estimate says nothing about the difference, or that of the
    effect before where it is clear.
    """
    if min(_strength(regression, before), _strength(regression, after)) <= 0.0:
        return None
    columns, weights, leverage = _regression(regression, before, after)

    def estimated(y: Floats) -> tuple[Floats, Floats, Floats]:
        """Coefficients (s, b), their HC3 variances, and that of the first less the second."""
        value = weights.T @ y
        squared = np.square((y - columns @ value) / (1.0 - leverage)[:, None])
        contrast = weights[:, 0] - weights[:, 1]
        return np.asarray(value), np.asarray(np.square(weights).T @ squared), np.asarray(np.square(contrast) @ squared)

    value, variance, of_difference = (part[..., 0] for part in estimated(regression.y[:, None]))
    drawn, _, drawn_variance = estimated(regression.draws(signs))
    floor = np.finfo(float).tiny
    t = (drawn[0] - drawn[1]) / np.sqrt(np.maximum(drawn_variance, floor))
    first = value[0] / math.sqrt(max(float(variance[0]), floor))
    sign = math.copysign(1.0, first if abs(first) >= _SIGN_KNOWN else regression.effect)
    found = sign * float((value[0] - value[1]) / math.sqrt(max(float(of_difference), floor)))
    both = [_effect(value[i], variance[i], side) for i, side in enumerate((before, after))]
    return ChangeAt(
        before=both[0], after=both[1], statistic=found,
        weaker_pvalue=float((1.0 + (sign * t >= found).sum()) / (1.0 + t.size)),
        changed_pvalue=float((1.0 + (np.abs(t) >= abs(found)).sum()) / (1.0 + t.size)),
    )  # fmt: skip


def side_effects(regression: LeadRegression, split: int) -> tuple[SideEffect, SideEffect]:
    """Effect before and from a place on, with HC3 errors."""
    before = np.arange(len(regression.rows)) < split
    columns, weights, leverage = _regression(regression, before, ~before)
    value = weights.T @ regression.y
    variance = np.square(weights).T @ np.square((regression.y - columns @ value) / (1.0 - leverage))
    return _effect(value[0], variance[0], before), _effect(value[1], variance[1], ~before)


def _effect(value: float, variance: float, side: Flags) -> SideEffect:
    n = int(side.sum())
    return SideEffect(
        value=float(value), error=math.sqrt(max(float(variance), np.finfo(float).tiny)), df=float(max(n - 2, 1)), nobs=n
    )


def _regression(regression: LeadRegression, before: Flags, after: Flags) -> tuple[Floats, Floats, Floats]:
    """Columns of the lead on either side and on the rows of neither, the weights of their coefficients, and the leverage."""
    rest = ~(before | after)
    sides = [before, after] + ([rest] if _strength(regression, rest, fewest=1) > 0.0 else [])
    base = regression.q[:, :-1]
    columns = np.column_stack([residual_on(np.where(side, regression.x, 0.0), base) for side in sides])
    weights: Floats = np.asarray(np.linalg.pinv(columns).T)  # the coefficient of a column is weights' y
    leverage = np.minimum(np.square(base).sum(axis=1) + (columns * weights).sum(axis=1), 0.95)
    return columns, weights, leverage


def corrected_for_selection(found: ChangeAt, *, level: float, n_candidates: int) -> tuple[float, tuple[float, float], float]:
    r"""The effect before and the p of "not weaker", given that the lead was chosen because it looked best on these rows.

    Parameters
    ----------
    found : ChangeAt
        Whose rows before are those on which it was chosen.
    level : float
        Confidence level of the interval.
    n_candidates : int
        Leads among which it looked best.

    Returns
    -------
    value : float
    interval : tuple of float
    pvalue : float

    Notes
    -----
    Of m candidates with the same effect, the largest t before exceeds its own by the largest of m errors; where that effect is
    none, by the largest of m absolute errors, which is more. p is the chance of a fall as large as the one seen if the estimate
    before has that error and the one after an ordinary one: an upper bound whatever the effects of the candidates are. Value
    and lower end are those given a t beyond the median of the best of m that have no effect
    (`leadlag.core.search.winners_curse`), the lower end at least as far down as the best of m goes.
    """
    before, after = found.before, found.after
    sign, fall = math.copysign(1.0, before.value), before.value - after.value
    edge, far = (_best_of(n_candidates, share, before.df) for share in (0.5, (1.0 + level) / 2.0))
    t = abs(before.value) / before.error
    value, low, _ = after_selection(t, threshold=edge, df=before.df, level=level)
    ends = sign * min(low, t - far) * before.error, sign * max(sign * end for end in before.interval(level))
    grid = stats.t.ppf((np.arange(_QUADRATURE) + 0.5) / _QUADRATURE, after.df) * after.error
    beyond = (sign * fall + grid) / before.error
    below = np.clip(2.0 * stats.t.cdf(beyond, before.df) - 1.0, 0.0, 1.0) ** n_candidates
    p = float(1.0 - below.mean())
    return sign * value * before.error, (min(ends), max(ends)), max(p, found.weaker_pvalue)


def _best_of(m: int, share: float, df: float) -> float:
    """Value that the largest of m absolute t stays below with this chance."""
    return float(stats.t.ppf((1.0 + share ** (1.0 / m)) / 2.0, df))


def _strength(regression: LeadRegression, side: Flags, *, fewest: int = _FEWEST) -> float:
    """Share of the lead's sum of squares on one side; 0 with too few rows that the lead moves in."""
    part = np.where(side, regression.x, 0.0)
    share = float(part @ part / (regression.x @ regression.x))
    return share if side.sum() >= fewest and share > _NOTHING else 0.0
