"""The forecast model: the KPI's mean by leads and calendar, and its own momentum, carried on from what is known.

    y_t = c_t' d + sum_j b_j z_jt + u_t,   u by the momentum

One fit serves all horizons: what follows is the mean, as far as the leads are known, and what the momentum foretells of u. Direct
regressions, one a horizon, would estimate the same coefficients from noisier errors; iterated forecasts of an autoregression are
the more accurate ones unless it is badly wrong (Marcellino, Stock & Watson 2006, J. Econometrics 135:499).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from leadlag.core.arrays import Floats, Ints
from leadlag.core.noise.cleaning import filter_cleaned
from leadlag.core.noise.momentum import Momentum, filtered_fit, fit_momentum
from leadlag.forecast.numbers.noise import NoiseAhead

__all__ = ["Ahead", "MeanModel", "ahead", "cleaned", "fitted_mean"]

#: What is taken from a coefficient for having been chosen among many: c / t^2 of it. With 1 the skill was .46 and RMSE
#: without leads 1.0031 of own history's, with 3, 4 and 6 .48 and 1.0024 to 1.0015, with 9 .47 (docs/decisions.md).
_SHRUNK = 4.0
#: Share of a variance that keeps the root of a covariance without full rank solvable; far below what it could move.
_RIDGE = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class MeanModel:
    """The KPI regressed on the columns of its mean, by generalised least squares.

    Parameters
    ----------
    momentum : Momentum
    params : ndarray, shape (q,)
        Of all columns, in units of the working KPI; those of leads, trend and seasons shrunk.
    covariance : ndarray, shape (q, q)
        Of the estimates; zero for a column that others span.
    df : int
    """

    momentum: Momentum
    params: Floats
    covariance: Floats
    df: int

    @property
    def sd(self) -> float:
        """Standard deviation of an innovation."""
        return float(np.sqrt(self.momentum.variance))

    @property
    def root(self) -> Floats:
        """Errors of the estimates from independent ones, shape (q, q): the lower triangular root of their covariance.

        It has one form only, whatever the unit of the KPI; a column that is certain has none.
        """
        size = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        unit = np.where(size > 0, size, 1.0)
        alike = self.covariance / np.outer(unit, unit) + _RIDGE * np.eye(len(size))
        return np.asarray(size[:, None] * linalg.cholesky(alike, lower=True))

    def since(self, row: int) -> MeanModel:
        """The same for rows that begin so many later."""
        season = self.momentum.season
        if season is None:
            return self
        return replace(self, momentum=replace(self.momentum, season=replace(season, elapsed=season.elapsed + row)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Ahead:
    """What one model says of the rows ahead, on the scale of the working KPI; s steps.

    Parameters
    ----------
    point : ndarray, shape (s,)
    variance : ndarray, shape (s,)
        Of innovations and estimates together; what is not known of leads apart.
    answers : ndarray, shape (s, s)
        What an innovation of one standard deviation at each step does to each.
    columns : ndarray, shape (s, q)
        What a change of each coefficient does to each step.
    residual : ndarray, shape (k,)
        What the mean leaves of the rows from the first value on.
    """

    point: Floats
    variance: Floats
    answers: Floats
    columns: Floats
    residual: Floats


def fitted_mean(
    y: Floats, columns: Floats, momentum: Momentum, *, n_leads: int, max_order: int, drawn: Sequence[slice] = ()
) -> MeanModel | None:
    """Fit mean and momentum.

    Parameters
    ----------
    y : ndarray, shape (n,)
        NaN where it is not known.
    columns : ndarray, shape (n, q)
        Of the mean, leads last.
    momentum : Momentum
        Its unit root and moving season are kept.
    n_leads : int
        Last columns that were chosen among many.
    max_order : int
    drawn : sequence of slice
        Groups of columns that are drawn towards nothing, as far as their size could be noise: trend, each season.

    Returns
    -------
    MeanModel or None
        None where there are too few rows.

    Notes
    -----
    Of a group's k coefficients b with covariance V the share ``q / (q + k)`` is kept, ``q = b' V^-1 b``: what would make the mean
    squared error least if b were the truth (Theil 1971; Farebrother 1975). The other columns are fitted beside what is kept.
    """
    n_known = int(np.isfinite(y).sum())
    if n_known < columns.shape[1] + max_order + 6:
        return None
    found = fit_momentum(y, columns, max_order=max_order, unit_root=momentum.unit_root, season=momentum.season)
    fitted = filtered_fit(y, columns, found)
    left = fitted.regression
    variance = left.ssr / max(left.df_resid - len(found.phi), 1)
    inverse = left.basis.r_inverse()
    covariance = np.zeros((columns.shape[1], columns.shape[1]))
    covariance[np.ix_(left.kept, left.kept)] = variance * (inverse @ inverse.T)
    params = _drawn(fitted.params, covariance, drawn)
    if n_leads:
        square = np.square(params[-n_leads:]) / np.maximum(np.diag(covariance)[-n_leads:], np.finfo(float).tiny)
        params[-n_leads:] *= np.maximum(1.0 - _SHRUNK / np.maximum(square, _SHRUNK), 0.0)
    kept = Momentum(phi=found.phi, unit_root=found.unit_root, variance=variance, season=found.season)
    return MeanModel(momentum=kept, params=params, covariance=covariance, df=max(left.df_resid - len(found.phi), 1))


def _drawn(params: Floats, covariance: Floats, groups: Sequence[slice]) -> Floats:
    """Coefficients of which some groups are drawn towards nothing, and the others fitted beside what is left of these."""
    sd = np.sqrt(np.diag(covariance))
    lost, known = np.zeros(len(params)), sd > 0
    for group in groups:
        places = np.arange(len(params))[group]
        if not len(places := places[known[places]]):
            continue
        unit = params[places] / sd[places]
        square = float(unit @ np.linalg.lstsq(_alike(covariance, sd, places), unit, rcond=None)[0])
        lost[places] = len(places) / (square + len(places)) * params[places]
    moved = np.flatnonzero(lost)
    if not len(moved):
        return params.copy()
    answer = np.linalg.lstsq(_alike(covariance, sd, moved), lost[moved] / sd[moved], rcond=None)[0]
    found = np.asarray(params - (covariance[:, moved] / sd[moved]) @ answer)
    found[moved] = params[moved] - lost[moved]
    return found


def _alike(covariance: Floats, sd: Floats, places: Ints) -> Floats:
    """Correlations of some estimates."""
    return np.asarray(covariance[np.ix_(places, places)] / np.outer(sd[places], sd[places]))


def cleaned(model: MeanModel, y: Floats, columns: Floats, *, limit: float | None) -> Floats:
    """The KPI as forecasts start from it: gaps foretold by its past, and no outlier carried on.

    Parameters
    ----------
    model : MeanModel
    y : ndarray, shape (n,)
        NaN where missing; the last value is known.
    columns : ndarray, shape (n, q)
    limit : float, optional
        Standard deviations of an innovation beyond which it is clipped; nothing is if None, nor where the level is integrated: a
        step of it stays in all that comes.
    """
    mean = columns @ model.params
    begins = int(np.isfinite(y).argmax())
    left = (y - mean)[begins:]
    momentum = model.since(begins).momentum
    for row in np.flatnonzero(~np.isfinite(left)):
        left[row] = NoiseAhead(momentum=momentum, n=int(row), steps=1).expected(left[:row])[0]
    if limit is not None and not model.momentum.unit_root and model.momentum.season is None:
        left, _ = filter_cleaned(left, model.momentum.phi, bound=limit * model.sd)
    return np.concatenate([y[:begins], left + mean[begins:]])


def ahead(model: MeanModel, y: Floats, columns: Floats, *, steps: int) -> Ahead:
    """Forecast the rows after the last value.

    Parameters
    ----------
    model : MeanModel
    y : ndarray, shape (n,)
        Without gaps after its first value.
    columns : ndarray, shape (n + steps, q)
    steps : int
    """
    begins = int(np.isfinite(y).argmax())
    noise = NoiseAhead(momentum=model.since(begins).momentum, n=len(y) - begins, steps=steps)
    both = noise.expected(np.column_stack([y[begins:], columns[begins : len(y)]]))
    gradient = columns[len(y) :] - both[:, 1:]
    answers = model.sd * noise.answers()
    variance = np.square(answers).sum(axis=1) + ((gradient @ model.covariance) * gradient).sum(axis=1)
    return Ahead(
        point=both[:, 0] + gradient @ model.params, variance=variance, answers=answers, columns=gradient,
        residual=(y - columns[: len(y)] @ model.params)[begins:],
    )  # fmt: skip
