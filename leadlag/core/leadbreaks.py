"""Whether the effect of one lead changes: at a date that is not known, at one that is, and in moving windows.

All of it is asked in the regression filtered by the KPI's momentum, with the lead's column in the model, and of that part of the
column that the base does not explain; so a change of another effect is not taken for one of this lead. p-values are those
of a wild bootstrap with the regressors as they are (Hansen 2000): a draw is the residual without a change, times signs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from leadlag.core.breaks import trimmed_dates
from leadlag.core.leadcolumns import raw_columns
from leadlag.core.leastsquares import orthonormal_basis
from leadlag.core.problem import Problem, refitted
from leadlag.core.resample import SharedSigns
from leadlag.core.scan import frame_of
from leadlag.core.shapes import Shape

__all__ = [
    "WEAKER", "ChangeAt", "Effect", "LeadChange", "LeadRows", "Moving", "change_at", "lead_change", "lead_rows", "moving_effect",
]  # fmt: skip

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

#: A date is asked where each side has this share of what tells the effect: of the lead's sum of squares.
_LEAST_SHARE = 0.05
#: Weight of dates at which the effect becomes weaker; the others have the rest.
WEAKER = 0.8
#: Rows that each side needs, and rows in all.
_FEWEST, _FEWEST_ALL = 8, 24
#: Most numbers of the draws held at a time.
_AT_ONCE = 4_000_000
#: A |t| from which on the sign of an effect is known.
_SIGN_KNOWN = 3.0
#: What is left of a column beside the base, as a share of it, below which it is nothing.
_NOTHING = 1e-6


@dataclass(frozen=True, kw_only=True)
class LeadRows:
    """The filtered regression of the KPI on the base and one column of a lead, on the rows that have both.

    Parameters
    ----------
    rows : ndarray of int, shape (n,)
        Rows of the sample.
    x : ndarray, shape (n,)
        The column less the base.
    y : ndarray, shape (n,)
        The KPI less the base.
    q : ndarray, shape (n, r)
        Orthonormal columns of base and lead.
    df : int
        Rows less columns less AR coefficients.
    """

    rows: Rows
    x: Floats
    y: Floats
    q: Floats
    df: int

    @property
    def usable(self) -> bool:
        """Whether there is enough to ask anything."""
        return len(self.rows) >= _FEWEST_ALL and self.df >= _FEWEST and bool(self.x @ self.x > 0.0)

    @property
    def effect(self) -> float:
        """Coefficient over all rows."""
        return float(self.x @ self.y / (self.x @ self.x))

    @property
    def residual(self) -> Floats:
        """Residual with one effect for all rows, shape (n,)."""
        return self.y - self.effect * self.x

    def draws(self, flips: SharedSigns) -> Floats:
        """Draws of the residual without a change, less base and lead, shape (n, n_draws)."""
        leverage = np.minimum(np.square(self.q).sum(axis=1), 0.95)
        drawn = (self.residual / np.sqrt(1.0 - leverage))[:, None] * flips.of(len(self.rows))
        drawn -= self.q @ (self.q.T @ drawn)
        return np.asarray(drawn)


def lead_rows(problem: Problem, lead: int, best: int, shapes: tuple[Shape, ...]) -> LeadRows:
    """The rows of one lead in one column of a scan, the KPI's momentum fitted with it in the model.

    Parameters
    ----------
    problem : Problem
        With the other leads in its base.
    lead : int
        Column of the problem.
    best : int
        Column of the scan, shape times slots plus slot.
    shapes : tuple of Shape
        Those of the scan.
    """
    shape, slot = divmod(best, problem.n_slots)
    raw = raw_columns(problem, [lead], [shapes[shape]])[:, 0, 0, slot]
    beside = refitted(problem, base=np.column_stack([problem.base, np.nan_to_num(raw)]))
    frame = frame_of(replace(problem, momentum=beside.momentum))
    column = frame.filter_.apply(raw)
    kept = np.isfinite(column)
    base = orthonormal_basis(frame.basis.q[kept]).q
    x, y = _less(column[kept], base), _less(frame.residual[kept], base)
    if not x @ x > _NOTHING**2 * float(column[kept] @ column[kept]):
        x = np.zeros_like(x)
    size = math.sqrt(float(x @ x))
    q = np.column_stack([base, x / size]) if size > 0 else base
    df = int(kept.sum()) - q.shape[1] - len(beside.momentum.phi)
    return LeadRows(rows=frame.filter_.rows[kept], x=x, y=y, q=q, df=df)


def _less(values: Floats, q: Floats) -> Floats:
    """A column less its projection on orthonormal ones, twice against rounding."""
    for _ in range(2):
        values = values - q @ (q.T @ values)
    return values


@dataclass(frozen=True, kw_only=True)
class LeadChange:
    """A change of a lead's effect at a date that is not known.

    Parameters
    ----------
    dates : ndarray of int, shape (d,)
        Places in `LeadRows.rows` of the first row after the change.
    statistics : ndarray, shape (d,)
        Wald statistic of each date.
    supremum, average, exponential : float
        The largest, the mean, and ``log mean exp(statistic / 2)``.
    pvalue : float
        Bootstrap p of "the effect is the same all the time", from the exponential mean in which a date at which the effect
        becomes weaker weighs `WEAKER`, another the rest.
    supremum_pvalue, average_pvalue, exponential_pvalue : float
        Bootstrap p of each of the statistics.
    threshold : float
        The largest statistic that 95 % of the draws stay below.
    """

    dates: Rows
    statistics: Floats
    supremum: float
    average: float
    exponential: float
    pvalue: float
    supremum_pvalue: float
    average_pvalue: float
    exponential_pvalue: float
    threshold: float

    @property
    def split(self) -> int:
        """Place of the first row after the change that fits best."""
        return int(self.dates[int(np.argmax(self.statistics))])


def lead_change(of: LeadRows, *, flips: SharedSigns, trim: float = 0.15) -> LeadChange | None:
    """Test a change of the lead's effect at an unknown date; None where no date can be asked.

    Notes
    -----
    Wald statistics as in `leadlag.core.breaks.break_scan`, of the lead's coefficient alone. A date needs the share `trim` of the
    rows and 5 % of the lead's sum of squares on either side. One variance for all rows enters the statistic, and the draws
    keep the size of each residual at its row, so the p is right under changing variance of KPI or lead. The p rests on
    ``mean v exp(W / 2)``, the exponential mean of Andrews & Ploberger (1994) with weights v for the direction: a lead is watched
    because it may stop working. It found .73 of effects that stop, the largest statistic .62 (156 rows, 200 draws).
    """
    dates = trimmed_dates(len(of.rows), trim)
    dates = dates[(dates >= _FEWEST) & (dates <= len(of.rows) - _FEWEST)]
    before = np.cumsum(of.x * of.x)
    cross = np.cumsum(of.q * of.x[:, None], axis=0)
    share = before[dates - 1] / before[-1]
    dates = dates[(share >= _LEAST_SHARE) & (share <= 1.0 - _LEAST_SHARE)]
    if not len(dates):
        return None
    inner = before[dates - 1] - np.square(cross[dates - 1]).sum(axis=1)
    dates, inner = dates[inner > _NOTHING * before[-1]], inner[inner > _NOTHING * before[-1]]
    if not len(dates):
        return None
    drawn = of.draws(flips)
    size = max(1, _AT_ONCE // len(of.rows))
    ask = _Dates(x=of.x, dates=dates, inner=inner, df=max(of.df - 1, 1), sign=math.copysign(1.0, of.effect))
    null = np.concatenate([_summaries(*ask.of(drawn[:, at : at + size])) for at in range(0, drawn.shape[1], size)], axis=1)
    walds, weaker = ask.of(of.residual[:, None])
    observed = _summaries(walds, weaker)
    above = 1.0 + (null >= observed - 1e-9 * np.abs(observed)).sum(axis=1)
    p = (above / (1.0 + null.shape[1])).tolist()
    return LeadChange(
        dates=dates, statistics=walds[:, 0], supremum=float(observed[0, 0]), average=float(observed[1, 0]),
        exponential=float(observed[2, 0]), supremum_pvalue=p[0], average_pvalue=p[1], exponential_pvalue=p[2], pvalue=p[3],
        threshold=float(np.quantile(null[0], 0.95)),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Dates:
    """What the statistics of all dates take beside the residuals."""

    x: Floats
    dates: Rows
    inner: Floats
    df: int
    sign: float

    def of(self, errors: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Wald statistic of each date and each column of residuals, shape (d, b), and whether the effect is weaker after it."""
        score = np.cumsum(self.x[:, None] * errors, axis=0)[self.dates - 1]
        total = np.maximum(np.square(errors).sum(axis=0), np.finfo(float).tiny)
        share = np.minimum(np.square(score) / self.inner[:, None] / total, 1.0 - 1e-12)
        return self.df * share / (1.0 - share), self.sign * score > 0.0


def _summaries(walds: Floats, weaker: NDArray[np.bool_]) -> Floats:
    """Largest, mean, exponential mean over dates, and the last with weights for the direction, shape (4, b)."""
    most = walds.max(axis=0)
    beside = np.exp((walds - most) / 2.0)
    directed = np.where(weaker, WEAKER, 1.0 - WEAKER) * beside
    means = [most / 2.0 + np.log(part.mean(axis=0)) for part in (beside, directed)]
    return np.stack([most, walds.mean(axis=0), *means])


@dataclass(frozen=True, kw_only=True)
class Effect:
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
    before, after : Effect
    statistic : float
        t of "the effect is weaker after": positive where it is.
    weaker_pvalue, changed_pvalue : float
        p that it is not weaker, and that it is the same, two-sided.
    """

    before: Effect
    after: Effect
    statistic: float
    weaker_pvalue: float
    changed_pvalue: float


def change_at(of: LeadRows, before: NDArray[np.bool_], after: NDArray[np.bool_], *, flips: SharedSigns) -> ChangeAt | None:
    """Test a change of the lead's effect at a known date; None where a side has too few rows or too little of the lead.

    Parameters
    ----------
    of : LeadRows
    before, after : ndarray of bool, shape (n,)
        Rows of either side; a row of neither has an effect of its own.
    flips : SharedSigns

    Notes
    -----
    A robust form of the test of Chow (1960): the t of ``effect before - effect after`` with HC3 errors, its null distribution by
    a wild bootstrap that draws from the residual without a change and computes the error again in each draw. What counts as
    weaker follows the sign of the effect over all rows, whose estimate says nothing about the difference, or that of the
    effect before where it is clear.
    """
    if min(_strength(of, before), _strength(of, after)) <= 0.0:
        return None
    sides = [before, after] + ([rest] if (rest := ~(before | after)).any() and _strength(of, rest, fewest=1) > 0.0 else [])
    columns = np.column_stack([np.where(side, of.x, 0.0) for side in sides])
    base = of.q[:, :-1]
    columns = np.column_stack([_less(column, base) for column in columns.T])
    weights = np.linalg.pinv(columns).T  # the coefficient of a column is weights' y
    leverage = np.minimum(np.square(base).sum(axis=1) + (columns * weights).sum(axis=1), 0.95)

    def estimated(y: Floats) -> tuple[Floats, Floats, Floats]:
        """Coefficients (s, b), their HC3 variances, and that of the first less the second."""
        value = weights.T @ y
        squared = np.square((y - columns @ value) / (1.0 - leverage)[:, None])
        contrast = weights[:, 0] - weights[:, 1]
        return value, np.square(weights).T @ squared, np.square(contrast) @ squared

    value, variance, of_difference = (part[..., 0] for part in estimated(of.y[:, None]))
    drawn, _, drawn_variance = estimated(of.draws(flips))
    floor = np.finfo(float).tiny
    t = (drawn[0] - drawn[1]) / np.sqrt(np.maximum(drawn_variance, floor))
    first = value[0] / math.sqrt(max(variance[0], floor))
    sign = math.copysign(1.0, first if abs(first) >= _SIGN_KNOWN else of.effect)
    found = sign * float((value[0] - value[1]) / math.sqrt(max(of_difference, floor)))
    both = [
        Effect(value=float(value[i]), error=math.sqrt(float(variance[i])), df=float(max(side.sum() - 2, 1)), nobs=int(side.sum()))
        for i, side in enumerate(sides[:2])
    ]
    return ChangeAt(
        before=both[0], after=both[1], statistic=found,
        weaker_pvalue=float((1.0 + (sign * t >= found).sum()) / (1.0 + t.size)),
        changed_pvalue=float((1.0 + (np.abs(t) >= abs(found)).sum()) / (1.0 + t.size)),
    )  # fmt: skip


def _strength(of: LeadRows, side: NDArray[np.bool_], *, fewest: int = _FEWEST) -> float:
    """Share of the lead's sum of squares on one side; 0 with too few rows that the lead moves in."""
    part = np.where(side, of.x, 0.0)
    share = float(part @ part / (of.x @ of.x))
    return share if side.sum() >= fewest and share > _NOTHING else 0.0


@dataclass(frozen=True, kw_only=True)
class Moving:
    """Effect in windows of as many rows, one for each place at which a window ends, in working units.

    Parameters
    ----------
    ends : ndarray of int, shape (w,)
        Places in `LeadRows.rows`.
    value, error : ndarray, shape (w,)
        NaN where the lead does not move in the window.
    df : float
    """

    ends: Rows
    value: Floats
    error: Floats
    df: float


def moving_effect(of: LeadRows, window: int) -> Moving:
    """Effect of the lead in moving windows of rows, the base as it is over all rows.

    Notes
    -----
    ``b = sum x y / sum x^2`` over a window, its variance ``sum x^2 (y - b x)^2 / (sum x^2)^2`` times ``w / (w - 2)`` (HC1).
    """
    x, y = of.x, of.y
    ends = np.arange(window - 1, len(x))

    def summed(values: Floats) -> Floats:
        total = np.r_[0.0, np.cumsum(values)]
        return np.asarray(total[window:] - total[:-window])

    squares = summed(x * x)
    known = squares > _NOTHING * float(x @ x)
    divisor = np.where(known, squares, np.nan)
    value = summed(x * y) / divisor
    inner = summed((x * y) ** 2) - 2.0 * value * summed(x**3 * y) + value**2 * summed(x**4)
    error = np.sqrt(np.maximum(inner, 0.0) * window / max(window - 2, 1)) / divisor
    return Moving(ends=ends, value=value, error=error, df=float(max(window - 2, 1)))
