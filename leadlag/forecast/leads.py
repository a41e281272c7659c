"""A lead in a forecast: how its values become one column of the KPI's mean, as far as they are known and beyond."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import signal

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import orthonormal_basis, standardise
from leadlag.core.noise.momentum import ar_errors, autoregressions, impulse_response
from leadlag.core.search.shapes import HUMP, Shape, carried, first_autocorrelation
from leadlag.core.time.lags import difference, lag_matrix
from leadlag.prepare.origins.filled import filled_forward
from leadlag.prepare.transforms import clip_beyond

__all__ = ["LeadTerm", "learned_lead"]

#: Rows before the first one that a column may look back to.
_REACH = 24
#: Share of a column's squared weights that has to be known for a lead to count as used.
_USED = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class LeadTerm:
    """One lead, or one control, and what makes a column of it.

    Parameters
    ----------
    place : int
        Among the leads, or the controls.
    lag : int
        Peak of the shape; 0 for a control.
    hump : bool
        Whether the weights rise to the peak and fall from it.
    memory : ndarray, shape (p,)
        Coefficients by which the shape carries its own past on; none for a single lag and for a hump.
    spike : float
        Distance from its surroundings at which a value is calmed.
    differenced : bool
        Whether changes stand for it.
    center, scale : float
        Of what is then left, in the lead's units.
    fixed : ndarray, shape (q,)
        Coefficients of its own regression on constant, trend and season.
    surprise : ndarray, shape (0,) or (2,)
        Autoregression whose errors stand for it; none where it stands for itself.
    rho, sd : float
        First autocorrelation, by which it is carried on beyond its last value, and the errors that leaves.
    """

    place: int
    lag: int
    hump: bool
    memory: Floats
    spike: float
    differenced: bool
    center: float
    scale: float
    fixed: Floats
    surprise: Floats
    rho: float
    sd: float

    def values(self, raw: Floats, fixed: Floats, *, unit_root: bool) -> Floats:
        """The working series of values (n,), beside its columns of constant, trend and season (n, q); NaN where missing."""
        moved = _moves(raw, spike=self.spike, differenced=self.differenced)
        left = (moved - self.center) / self.scale - fixed @ self.fixed
        if not len(self.surprise):
            return np.asarray(left)
        errors = ar_errors((difference(left) if unit_root else left)[:, None], self.surprise[:, None])[:, 0]
        if not unit_root:
            return np.asarray(errors)
        ended = np.arange(len(errors)) > np.flatnonzero(np.isfinite(errors)).max(initial=-1)  # a sum that goes on is not known
        return np.where(ended, np.nan, np.nancumsum(errors))

    def times(self, unit: float) -> LeadTerm:
        """The same of a series in whose units one of today's is `unit`."""
        return replace(self, spike=self.spike * unit, center=self.center * unit, scale=self.scale * unit)

    def column(self, working: Floats, n: int) -> Floats:
        """The lead's column on n rows, which go beyond the last value; what is not known dies out, shape (n,)."""
        kept = working[:n]
        whole = np.concatenate([np.full(_REACH, np.nan), kept, np.full(n - len(kept), np.nan)])
        rho = np.array([self.rho])
        padded = filled_forward(whole[:, None], rho)
        if not self.hump:
            padded = carried(padded, self.memory, rho)
        lags, weights = zip(*(self._hump if self.hump else [(self.lag, 1.0)]), strict=True)
        # the first value stands for those before it
        return np.asarray(lag_matrix(padded[:, 0], lags, fill=float(padded[0, 0]))[_REACH:] @ np.array(weights))

    @property
    def _hump(self) -> list[tuple[int, float]]:
        """Lags and weights of a hump, of which none lies in the future and, but for a control, none in the same period."""
        least = min(self.lag, 1)
        return [(self.lag + away, weight) for away, weight in sorted(HUMP.items()) if self.lag + away >= least]

    def known_weights(self, age: int, steps: int, *, depth: int) -> Floats:
        """Share of the squared weights that falls on known values at each of `steps` rows, shape (steps,).

        Parameters
        ----------
        age : int
            Rows between the last known value and the first row that is forecast, 0 for the one directly before it.
        steps : int
        depth : int
            Rows from the first known value to the first row that is forecast; what lies before them is unknown too.
        """
        weights, first = self._weights(steps + age + _REACH)
        total = float(np.square(weights).sum())
        unknown = np.arange(steps) + age + 1 - first  # lags first .. first + unknown - 1 fall on values that are not known
        squares = np.concatenate([[0.0], np.cumsum(np.square(weights))])
        late = np.clip(unknown, 0, len(weights))
        there = np.clip(np.arange(steps) + depth + 1 - first, late, len(weights))  # and lags from there on on none that is given
        return np.asarray((squares[there] - squares[late]) / total)

    def used(self, age: int, steps: int, *, depth: int) -> np.ndarray:
        """Whether the lead says anything at each of `steps` rows, as far as it is known; see `known_weights`."""
        return np.asarray(self.known_weights(age, steps, depth=depth) >= _USED)

    def answers(self, age: int, steps: int) -> Floats:
        """What each unknown innovation of the lead does to each of `steps` rows of its column, shape (steps, age + steps)."""
        weights, first = self._weights(steps + age + 1)
        response = signal.lfilter([1.0], [1.0, -self.rho], weights)
        since = np.arange(steps)[:, None] - (np.arange(age + steps)[None, :] - age) - first
        return np.asarray(self.sd * np.where(since >= 0, response[np.clip(since, 0, len(response) - 1)], 0.0))

    def _weights(self, length: int) -> tuple[Floats, int]:
        """Weights over the lags from the first on, and that lag."""
        if self.hump:
            lags, weights = zip(*self._hump, strict=True)
            return np.concatenate([weights, np.zeros(max(length - len(weights), 0))]), lags[0]
        return impulse_response(self.memory, max(length, 1)), self.lag


def _moves(raw: Floats, *, spike: float, differenced: bool) -> Floats:
    """A lead's values, or changes, its spikes calmed."""
    calm = clip_beyond(raw[:, None], np.array([spike]))[0][:, 0]
    return difference(calm) if differenced else calm


def learned_lead(
    raw: Floats,
    fixed: Floats,
    *,
    place: int,
    lag: int,
    shape: Shape,
    memory: Floats,
    spike: float,
    differenced: bool,
    as_surprises: bool,
    unit_root: bool,
) -> LeadTerm:
    """Learn what makes a column of a lead.

    Parameters
    ----------
    raw : ndarray, shape (n,)
        Values, NaN where missing.
    fixed : ndarray, shape (n, q)
        Constant, trend and season on the same rows.
    place, lag : int
    shape : Shape
    memory : ndarray, shape (p,)
        Of the shape.
    spike : float
    differenced, as_surprises : bool
    unit_root : bool
        Of the KPI.
    """
    scaled = standardise(_moves(raw, spike=spike, differenced=differenced))
    known = np.isfinite(scaled.values)
    basis = orthonormal_basis(fixed[known])
    params = np.zeros(fixed.shape[1])
    params[basis.kept] = basis.r_inverse() @ (basis.q.T @ scaled.values[known])
    left = scaled.values - fixed @ params
    surprise = np.zeros(0)
    if as_surprises:
        surprise = np.nan_to_num(autoregressions((difference(left) if unit_root else left)[:, None], order=2)[:, 0])
    term = LeadTerm(
        place=place, lag=lag, hump=shape.kind == "hump", memory=memory, spike=spike, differenced=differenced,
        center=float(scaled.center), scale=float(scaled.scale), fixed=params, surprise=surprise, rho=0.0, sd=0.0,
    )  # fmt: skip
    working = term.values(raw, fixed, unit_root=unit_root)
    rho = float(first_autocorrelation(working[:, None])[0])
    errors = working[1:] - rho * working[:-1]
    errors = errors[np.isfinite(errors)]
    sd = float(np.sqrt(np.mean(np.square(errors)))) if len(errors) else 0.0
    return replace(term, rho=rho, sd=sd)
