"""The delay of one lead as a set of lags: every one that the data do not reject as the peak of its profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlag.core.arrays import Floats, Ints
from leadlag.core.search.problem import Problem
from leadlag.core.search.resample import SharedSigns
from leadlag.core.search.scan import fit_base, regressors
from leadlag.core.search.shapes import STANDARD, Shape

__all__ = ["LASTING", "PeakTest", "peak_test"]


#: How the level of a lead acts that was tested by its changes or its surprises: what each of them does stays, or nearly so.
#: Sets of such leads (AR .9 and .98, 80 and 156 rows, 30 to 140 draws each) held the peak in .76 to .87 without these.
LASTING: tuple[Shape, ...] = tuple(Shape("decay", rate) for rate in (0.9, 0.97, 0.999))

#: Draws a test takes of those that are there.
_DRAWS = 499
#: A peak that fits worse than the best by more than this, in noise variances, is rejected without draws. A draw can gain no more
#: over the column it came from than one more column explains of its noise, and that is beyond 40 in one of 10^9 normal draws.
_CLEAR = 40.0
#: A shape stays open beside the best one with the same peak unless it fits worse by more than this, in noise variances: the
#: square of a normal number is beyond it in 8 %.
_OPEN = 3.0
#: What rounding may take from a gain.
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class PeakTest:
    """Each lag of one lead, tested as the peak of its profile.

    Parameters
    ----------
    lags : tuple of float
        Those that could be tested, in periods of the KPI, increasing.
    pvalue : tuple of float
        p of "the peak is at this lag", one a lag; 1 at the peak itself.
    peak : float
        Start of the column that fits best.
    shape : int
        Its place among the shapes that were searched.
    """

    lags: tuple[float, ...]
    pvalue: tuple[float, ...]
    peak: float
    shape: int

    def not_rejected(self, level: float, *, neighbours: bool = False) -> tuple[float, ...]:
        """The lags that make up the set at a confidence level; the peak is always one of them.

        With `neighbours` the lags next to them are in the set too, as they have to be for a lead that is tested by its surprises:
        what it does in the KPI's own period is not in the model, and the KPI's momentum takes some of it up, so that the peak
        often came out one lag beside the true one.
        """
        kept = {place for place, p in enumerate(self.pvalue) if p > 1.0 - level}
        if neighbours:
            kept = {place + away for place in kept for away in (-1, 0, 1)}
        return tuple(lag for place, lag in enumerate(self.lags) if place in kept)


def peak_test(problem: Problem, lead: int, *, signs: SharedSigns, shapes: Sequence[Shape] = STANDARD) -> PeakTest:
    """Test each lag of one lead as the peak of its profile.

    Parameters
    ----------
    problem : Problem
    lead : int
        Its column in ``problem.X``.
    signs : SharedSigns
        Draws of signs; the first 499 are used.
    shapes : sequence of Shape

    Returns
    -------
    PeakTest

    Raises
    ------
    ValueError
        If no column of the lead can be used.

    Notes
    -----
    Let ``g`` be what a column (a shape with its peak at a lag) takes from the sum of squares. Lag k is tested by
    ``max g - max_k g``, the best of all columns against the best with that peak. How large an effect is at k is a nuisance on
    which the distribution of that depends: so it is drawn given the score of the column under the null, which tells all
    about it; what is left, free of that column, has its signs redrawn. Normal errors make the test exact whatever the effect
    is (Knowles, Siegmund & Zhang 1991, Biometrika 78:15, for a nonlinear regressor with one coefficient). Which shape it is
    at k is a nuisance too: p is the largest over the shapes that fit about as well as the best one at k. The set is what is
    not rejected (Neyman 1937); no normal interval holds for a peak, which is an argmax.
    """
    base_fit = fit_base(problem)
    columns = regressors(problem, base_fit, [lead], shapes)
    usable = columns.norm[0] > 0
    if not usable.any():
        raise ValueError("no column of this lead can be used")
    sign = int(problem.signs[lead])
    unit = columns.values[:, 0, usable] / columns.norm[0, usable] * (sign or 1)
    lag_of = np.tile(problem.delays(lead), len(shapes))[usable]
    score = unit.T @ base_fit.residual
    gain = _gain(score, one_sided=sign != 0)
    tested = _PeakStatistics(
        unit=unit, lag_of=lag_of, score=score, residual=base_fit.residual, best=float(gain.max()), df=max(base_fit.df, 1),
        signs=signs.of(len(base_fit.residual))[:, :_DRAWS], one_sided=sign != 0,
    )  # fmt: skip
    lags = np.unique(lag_of)
    pvalues, best = [_pvalue(tested, lag) for lag in lags], int(np.argmax(gain))
    shape = int(np.flatnonzero(usable)[best]) // problem.n_slots
    return PeakTest(lags=tuple(lags.tolist()), pvalue=tuple(pvalues), peak=float(lag_of[best]), shape=shape)


@dataclass(frozen=True, kw_only=True)
class _PeakStatistics:
    """What the tests of all lags share: unit columns (n, s) free of the base, their lags and scores (s,), the residual (n,).

    With `one_sided` the columns have the sign that is asked for, and only scores above zero count.
    """

    unit: Floats
    lag_of: Floats
    score: Floats
    residual: Floats
    best: float
    df: int
    signs: Floats
    one_sided: bool

    @property
    def noise(self) -> float:
        """Variance of the noise beside the best column."""
        return max(float(self.residual @ self.residual) - self.best, 0.0) / self.df


def _gain(score: Floats, *, one_sided: bool) -> Floats:
    """Fall of the sum of squares; none below zero where one sign alone is asked for."""
    return np.square(np.maximum(score, 0.0) if one_sided else score)


def _pvalue(tested: _PeakStatistics, lag: float) -> float:
    """p of one lag as the peak."""
    here = np.flatnonzero(tested.lag_of == lag)
    gain = _gain(tested.score[here], one_sided=tested.one_sided)
    observed = tested.best - float(gain.max())
    if observed <= _ROUNDING * tested.best:
        return 1.0
    least = 1.0 / (1 + tested.signs.shape[1])
    if observed > _CLEAR * tested.noise:
        return least
    stays_open = gain.max() - gain <= _OPEN * tested.noise
    return max(_pvalue_of_column(tested, column, here, observed=observed) for column in here[stays_open])


def _pvalue_of_column(tested: _PeakStatistics, column: int, here: Ints, *, observed: float) -> float:
    """p under one column, given its score: the rest is redrawn free of it, as large as noise beside the base is."""
    unit, score, n = tested.unit, tested.score[column], len(tested.residual)
    overlap = unit.T @ unit[:, column]
    rest = (tested.residual - score * unit[:, column]) * np.sqrt(n / tested.df)
    drawn = (unit * rest[:, None]).T @ tested.signs
    along = drawn[column].copy()
    drawn -= overlap[:, None] * along
    size = float(rest @ rest)
    drawn *= np.sqrt(size / np.maximum(size - along * along, _ROUNDING * size))
    drawn += score * overlap[:, None]
    if tested.one_sided:
        np.maximum(drawn, 0.0, out=drawn)
    np.square(drawn, out=drawn)
    worse = drawn.max(axis=0) - drawn[here].max(axis=0)
    return float((1 + (worse >= observed).sum()) / (1 + worse.size))
