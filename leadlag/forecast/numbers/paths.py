"""Paths over several steps: their order by the model, each step's values by its own calibrated law.

The model says how errors of different steps move together; past errors say how large those of each step are. Both hold at once
when simulated errors are put in order at each step and the k-th smallest gets the k-th smallest value of the step's own law: the
reordering by ranks of Clark et al. (2004, J. Hydrometeorology 5:243), with simulated errors in place of past ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, special

from leadlag.core.arrays import Floats, Ints
from leadlag.core.noise.momentum import Momentum, inside
from leadlag.forecast.numbers.intervals import Law
from leadlag.forecast.numbers.model import Ahead, MeanModel
from leadlag.forecast.numbers.noise import NoiseAhead

__all__ = ["JointLaw", "joint_law", "momentum_doubt"]

#: All draws begin here: the same question has the same answer in every process.
_SEED = 17
#: Paths behind a chance; draws of what was estimated behind its interval, and innovations for each of them.
_PATHS, _DRAWS, _INNOVATIONS = 8192, 200, 1024
#: Standard deviations at which a law is tabulated.
_GRID = np.linspace(-6.0, 6.0, 961)
#: Spread of the logarithm of a size that n scores set, `_SIZE / sqrt(n + _OWN)`: that of `calibrated` on normal scores, measured
#: (`benchmarks/targets.py --only size`).
_SIZE, _OWN = 1.35, 20.0
#: How much larger errors of the estimates are than their covariance says, because leads, lags and the order of the momentum were
#: chosen on the same rows; measured (`benchmarks/targets.py --only doubt`).
_CHOSEN = 1.2
#: Step of a coefficient of the momentum, to see what it does.
_STEP = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class JointLaw:
    """What may come at s steps, together; on the KPI's scale.

    Parameters
    ----------
    point, sd : ndarray, shape (s,)
        Forecast, and the model's own spread of it.
    laws : tuple of Law
        Of the error over that spread, one a step.
    doubt : ndarray, shape (s, r)
        What independent standard normal errors of the estimates do, in spreads.
    chance : ndarray, shape (s, k)
        The same of what is still to happen; its squares and those of `doubt` sum up to one at each step.
    estimates : ndarray, shape (s, r)
        What the errors behind `doubt` do on the KPI's scale.
    n_scores : int
        Past forecasts that set the size of errors.
    """

    point: Floats
    sd: Floats
    laws: tuple[Law, ...]
    doubt: Floats
    chance: Floats
    estimates: Floats
    n_scores: int

    def at(self, steps: Sequence[int]) -> JointLaw:
        """The same of some steps."""
        some = np.asarray(steps, dtype=np.intp)
        return replace(
            self, point=self.point[some], sd=self.sd[some], laws=tuple(self.laws[step] for step in some.tolist()),
            doubt=self.doubt[some], chance=self.chance[some], estimates=self.estimates[some],
        )  # fmt: skip

    def moved(self, point: Floats) -> JointLaw:
        """The same around other forecasts."""
        return replace(self, point=point)

    def paths(self) -> Floats:
        """Values on the KPI's scale, the law of each step met by ranks, shape (paths, s)."""
        return self.placed(self.orders())

    def orders(self) -> Ints:
        """The order of simulated errors at each step, shape (paths, s)."""
        both = np.column_stack([self.doubt, self.chance])
        return np.asarray(self._normal(_PATHS, both, np.random.default_rng(_SEED)).argsort(axis=0))

    def placed(self, order: Ints) -> Floats:
        """Values of the laws in that order, shape (paths, s)."""
        places = (np.arange(_PATHS) + 0.5) / _PATHS
        values = np.empty(order.shape)
        for step, law in enumerate(self.laws):
            values[order[:, step], step] = self.point[step] + self.sd[step] * law.quantiles(places)
        return values

    def normal_scores(self, thresholds: Floats, size: Floats) -> Floats:
        """Standard normal quantiles of thresholds (s,) where the laws are `size` (d,) times as wide, shape (d, s)."""
        scores = np.empty((len(size), len(thresholds)))
        for step, (law, threshold) in enumerate(zip(self.laws, thresholds, strict=True)):
            error = (threshold - self.point[step]) / self.sd[step] / size
            below = law.probabilities(np.minimum(error, -error))  # the nearer tail, which rounding does not eat
            scores[:, step] = np.where(error > 0, -1.0, 1.0) * special.ndtri(below)
        return scores

    def doubts(self) -> tuple[Floats, Floats]:
        """Draws of what was estimated: shifts in spreads, shape (d, s), and how much wider errors are, shape (d,)."""
        rng = np.random.default_rng(_SEED + 1)
        shifts = self._normal(_DRAWS, self.doubt, rng)
        size = np.exp(_SIZE / np.sqrt(self.n_scores + _OWN) * rng.permutation(special.ndtri((np.arange(_DRAWS) + 0.5) / _DRAWS)))
        return shifts, size

    def innovations(self) -> Floats:
        """Draws of what is still to happen, in spreads, the same for every draw of the estimates, shape (m, s)."""
        return self._normal(_INNOVATIONS, self.chance, np.random.default_rng(_SEED + 2))

    def table(self) -> Callable[[Floats, float], Floats]:
        """What makes values on the KPI's scale of errors in spreads (m, s), by laws so many times as wide."""
        errors = np.column_stack([sd * law.quantiles(special.ndtr(_GRID)) for sd, law in zip(self.sd, self.laws, strict=True)])
        column = np.arange(len(self.laws))

        def values(spreads: Floats, size: float) -> Floats:
            place = np.clip((spreads - _GRID[0]) / (_GRID[1] - _GRID[0]), 0.0, len(_GRID) - 1.001)
            before = place.astype(np.intp)
            low = errors[before, column]
            return np.asarray(self.point + size * (low + (place - before) * (errors[before + 1, column] - low)))

        return values

    @staticmethod
    def _normal(count: int, factor: Floats, rng: np.random.Generator) -> Floats:
        """Normal errors by a factor (s, k), each with its mirror image, shape (count, s)."""
        half = rng.standard_normal((count // 2, factor.shape[1])) @ factor.T
        return np.concatenate([half, -half])


def joint_law(
    ahead: Ahead,
    model: MeanModel,
    unknown: Sequence[Floats],
    *,
    size: float,
    point: Floats,
    sd: Floats,
    laws: Sequence[Law],
    n_scores: int,
) -> JointLaw:
    """The joint law of the steps that a model foretells.

    Parameters
    ----------
    ahead : Ahead
    model : MeanModel
        Both with the leads, in units of the working KPI.
    unknown : sequence of ndarray, shape (s, k)
        What the unknown innovations of each lead do.
    size : float
        One of the working KPI on its scale.
    point, sd : ndarray, shape (s,)
        On the KPI's scale.
    laws : sequence of Law
    n_scores : int
    """
    doubt = np.column_stack([ahead.columns @ model.root, momentum_doubt(ahead.residual, model, len(ahead.point))])
    doubt *= _CHOSEN
    chance = np.column_stack([ahead.answers, *unknown])
    spread = np.sqrt(np.square(doubt).sum(axis=1) + np.square(chance).sum(axis=1))
    spread = np.where(spread > 0, spread, 1.0)[:, None]
    return JointLaw(
        point=point, sd=sd, laws=tuple(laws), doubt=doubt / spread, chance=chance / spread, estimates=size * doubt,
        n_scores=n_scores,
    )  # fmt: skip


def momentum_doubt(residual: Floats, model: MeanModel, steps: int) -> Floats:
    """What independent standard normal errors of the momentum's coefficients do to each step, shape (s, p).

    Parameters
    ----------
    residual : ndarray, shape (k,)
        What the mean leaves of the rows so far.
    model : MeanModel
    steps : int

    Notes
    -----
    Their covariance is that of Yule-Walker estimates, the innovations' variance times the inverse covariance of p values of the
    autoregression, over the rows (Brockwell & Davis 1991, section 8.1); both depend on the coefficients alone.
    """
    phi = model.momentum.phi
    if not len(phi):
        return np.zeros((steps, 0))
    powers, response = np.zeros(600), np.r_[1.0, -phi]
    powers[0] = 1.0
    for lag in range(1, len(powers)):
        past = powers[max(lag - len(phi), 0) : lag][::-1]
        powers[lag] = -response[1 : 1 + len(past)] @ past
    autocovariance = [float(powers[: len(powers) - lag] @ powers[lag:]) for lag in range(len(phi))]
    covariance = linalg.inv(linalg.toeplitz(autocovariance)) / max(model.df, 1)
    return _slopes(residual, model.momentum, steps) @ linalg.cholesky(covariance, lower=True)


def _slopes(residual: Floats, momentum: Momentum, steps: int) -> Floats:
    """Change of the forecast of a residual by each coefficient of the momentum, shape (s, p)."""

    def expected(phi: Floats) -> Floats:
        return NoiseAhead(momentum=replace(momentum, phi=inside(phi)), n=len(residual), steps=steps).expected(residual)

    moved = [_STEP * unit for unit in np.eye(len(momentum.phi))]
    return np.column_stack([(expected(momentum.phi + one) - expected(momentum.phi - one)) / (2.0 * _STEP) for one in moved])
