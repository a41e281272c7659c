"""Whether the effect of one lead changes: at a date that is not known, and in moving windows; `sides` for a known date.

All of it is asked in the regression filtered by the KPI's momentum, with the lead's column in the model, and of that part of the
column that the base does not explain; so a change of another effect is not taken for one of this lead. p-values are those
of a wild bootstrap with the regressors as they are (Hansen 2000): a draw is the residual without a change, times signs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import orthonormal_basis
from leadlag.core.search.columns import raw_columns
from leadlag.core.search.problem import Problem, refitted
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import fit_base
from leadlag.core.search.shapes import Shape
from leadlag.methods.stability.numbers.breaks import break_scan, trimmed_dates

__all__ = [
    "WEAKER",
    "LeadChange",
    "LeadRegression",
    "MovingEffect",
    "lead_change",
    "lead_regression",
    "moving_effect",
    "residual_on",
    "whole_change",
]  # fmt: skip


#: A date is asked where each side has this share of what tells the effect: of the lead's sum of squares.
_LEAST_SHARE = 0.05
#: Weight of dates at which the effect becomes weaker; the others have the rest.
WEAKER = 0.8
#: Rows that each side needs, and rows in all.
_FEWEST, _FEWEST_ALL = 8, 24
#: One event: rows this many robust sd off, within this share of the rows around the largest, with more than this share of the
#: lead's sum of squares. Beside it no other period would count (2020 has .98 of 65 years of US claims), so it is left out.
_FAR, _AROUND, _EVENT = 8.0, 0.025, 0.5
#: Share of the dates that have to allow all coefficients to change.
_MOST_DATES = 0.5
#: Most numbers of the draws held at a time.
_AT_ONCE = 4_000_000
#: What is left of a column beside the base, as a share of it, below which it is nothing.
_NOTHING = 1e-6


@dataclass(frozen=True, kw_only=True)
class LeadRegression:
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
    event : ndarray of int, shape (k,)
        Rows of the sample that are left out because the lead moved so far in them that no other would count.
    """

    rows: Ints
    x: Floats
    y: Floats
    q: Floats
    df: int
    event: Ints = field(default_factory=lambda: np.empty(0, dtype=np.intp))

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

    def draws(self, signs: SharedSigns) -> Floats:
        """Draws of the residual without a change, less base and lead, shape (n, n_draws)."""
        leverage = np.minimum(np.square(self.q).sum(axis=1), 0.95)
        drawn = (self.residual / np.sqrt(1.0 - leverage))[:, None] * signs.of(len(self.rows))
        drawn -= self.q @ (self.q.T @ drawn)
        return np.asarray(drawn)


def lead_regression(problem: Problem, lead: int, best: int, shapes: tuple[Shape, ...]) -> LeadRegression:
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
    base_fit = fit_base(replace(problem, momentum=beside.momentum))
    column = base_fit.filter_.apply(raw)
    kept = np.isfinite(column)
    base, x = _base_and_residual(column, base_fit.basis.q, kept)
    event = _event(x)
    if event.any():
        kept[np.flatnonzero(kept)[event]] = False
        base, x = _base_and_residual(column, base_fit.basis.q, kept)
    y = residual_on(base_fit.residual[kept], base)
    if not x @ x > _NOTHING**2 * float(column[kept] @ column[kept]):
        x = np.zeros_like(x)
    size = math.sqrt(float(x @ x))
    q = np.column_stack([base, x / size]) if size > 0 else base
    df = int(kept.sum()) - q.shape[1] - len(beside.momentum.phi)
    left_out = base_fit.filter_.rows[np.isfinite(column) & ~kept]
    return LeadRegression(rows=base_fit.filter_.rows[kept], x=x, y=y, q=q, df=df, event=left_out)


def _base_and_residual(column: Floats, q: Floats, kept: Flags) -> tuple[Floats, Floats]:
    """Orthonormal columns of the base on some rows, and the lead's column less them."""
    base = orthonormal_basis(q[kept]).q
    return base, residual_on(column[kept], base)


def _event(x: Floats) -> Flags:
    """Rows of the one event that would hide all others, if there is one."""
    if not len(x):
        return np.zeros(0, dtype=bool)
    spread, around = 1.4826 * float(np.median(np.abs(x))), max(2, math.ceil(_AROUND * len(x)))
    near = np.abs(np.arange(len(x)) - int(np.argmax(np.abs(x)))) <= around
    far = near & (np.abs(x) > _FAR * spread)
    return far if float(x[far] @ x[far]) > _EVENT * float(x @ x) else np.zeros(len(x), dtype=bool)


def residual_on(values: Floats, q: Floats) -> Floats:
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
        Places in `LeadRegression.rows` of the first row after the change.
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

    dates: Ints
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


def lead_change(regression: LeadRegression, *, signs: SharedSigns, trim: float = 0.15) -> LeadChange | None:
    """Test a change of the lead's effect at an unknown date; None where no date can be asked.

    Notes
    -----
    Wald statistics as in `leadlag.methods.stability.numbers.breaks.break_scan`, of the lead's coefficient alone. A date needs
    the share `trim` of the rows and 5 % of the lead's sum of squares on either side. One variance for all rows enters the
    statistic, and the draws keep the size of each residual at its row, so the p is right under changing variance of KPI or
    lead. The p rests on ``mean v exp(W / 2)``, the exponential mean of Andrews & Ploberger (1994) with weights v for the
    direction: a lead is watched because it may stop working. It found .73 of effects that stop, the largest statistic .62 (156
    rows, 200 draws).
    """
    dates = trimmed_dates(len(regression.rows), trim)
    dates = dates[(dates >= _FEWEST) & (dates <= len(regression.rows) - _FEWEST)]
    before = np.cumsum(regression.x * regression.x)
    cross = np.cumsum(regression.q * regression.x[:, None], axis=0)
    share = before[dates - 1] / before[-1]
    dates = dates[(share >= _LEAST_SHARE) & (share <= 1.0 - _LEAST_SHARE)]
    if not len(dates):
        return None
    inner = before[dates - 1] - np.square(cross[dates - 1]).sum(axis=1)
    dates, inner = dates[inner > _NOTHING * before[-1]], inner[inner > _NOTHING * before[-1]]
    if not len(dates):
        return None
    drawn = regression.draws(signs)
    size = max(1, _AT_ONCE // len(regression.rows))
    ask = _Dates(
        x=regression.x, dates=dates, inner=inner, df=max(regression.df - 1, 1), sign=math.copysign(1.0, regression.effect)
    )
    null = np.concatenate([_summaries(*ask.of(drawn[:, at : at + size])) for at in range(0, drawn.shape[1], size)], axis=1)
    walds, weaker = ask.of(regression.residual[:, None])
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
    dates: Ints
    inner: Floats
    df: int
    sign: float

    def of(self, errors: Floats) -> tuple[Floats, Flags]:
        """Wald statistic of each date and each column of residuals, shape (d, b), and whether the effect is weaker after it."""
        score = np.cumsum(self.x[:, None] * errors, axis=0)[self.dates - 1]
        total = np.maximum(np.square(errors).sum(axis=0), np.finfo(float).tiny)
        share = np.minimum(np.square(score) / self.inner[:, None] / total, 1.0 - 1e-12)
        return self.df * share / (1.0 - share), self.sign * score > 0.0


def _summaries(walds: Floats, weaker: Flags) -> Floats:
    """Largest, mean, exponential mean over dates, and the last with weights for the direction, shape (4, b)."""
    most = walds.max(axis=0)
    beside = np.exp((walds - most) / 2.0)
    directed = np.where(weaker, WEAKER, 1.0 - WEAKER) * beside
    means = [most / 2.0 + np.log(part.mean(axis=0)) for part in (beside, directed)]
    return np.stack([most, walds.mean(axis=0), *means])


def whole_change(regression: LeadRegression, *, signs: SharedSigns, trim: float = 0.15) -> tuple[float, float, int] | None:
    """The same question with all coefficients changing at once, those of the base too: statistic, bootstrap p and place.

    None where the base has so many columns, or a step of the KPI's level, that hardly a date has them on both sides.
    """
    n, k = regression.q.shape
    if math.floor(trim * n) < k + 2 or n - 2 * k < _FEWEST:
        return None
    found = break_scan(regression.residual, regression.q, trim=trim)
    at = found.dates - 1
    outer = np.cumsum(regression.q[:, :, None] * regression.q[:, None, :], axis=0)[at]
    inner = outer - outer @ outer
    known = np.isfinite(found.statistics)
    if known.mean() < _MOST_DATES:
        return None
    inverse = np.linalg.inv(inner[known])
    drawn, df, above = regression.draws(signs), n - 2 * k, 0
    size = max(1, _AT_ONCE // (n * k))
    for begin in range(0, drawn.shape[1], size):
        some = drawn[:, begin : begin + size]
        score = np.cumsum(regression.q[:, :, None] * some[:, None, :], axis=0)[at][known]
        fall = np.einsum("dib,dib->db", score, inverse @ score).max(axis=0)
        total = np.square(some).sum(axis=0)
        above += int((df * fall / np.maximum(total - fall, np.finfo(float).tiny) >= found.supremum * (1.0 - 1e-9)).sum())
    return found.supremum, (1.0 + above) / (1.0 + drawn.shape[1]), found.date


@dataclass(frozen=True, kw_only=True)
class MovingEffect:
    """Effect in windows of as many rows, one for each place at which a window ends, in working units.

    Parameters
    ----------
    ends : ndarray of int, shape (w,)
        Places in `LeadRegression.rows`.
    value, error : ndarray, shape (w,)
        NaN where the lead does not move in the window.
    df : float
    """

    ends: Ints
    value: Floats
    error: Floats
    df: float


def moving_effect(regression: LeadRegression, window: int) -> MovingEffect:
    """Effect of the lead in moving windows of rows, the base as it is over all rows.

    Notes
    -----
    ``b = sum x y / sum x^2`` over a window, its variance ``sum x^2 (y - b x)^2 / (sum x^2)^2`` times ``w / (w - 2)`` (HC1).
    """
    x, y = regression.x, regression.y
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
    return MovingEffect(ends=ends, value=value, error=error, df=float(max(window - 2, 1)))
