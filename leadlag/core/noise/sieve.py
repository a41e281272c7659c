"""AR noise as a filter and back, and errors of effects under it whose AR coefficients are estimated in every draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.leastsquares import Basis, leverage_adjusted, orthonormal_basis
from leadlag.core.noise.arma import autocovariances, factor_over_gaps
from leadlag.core.noise.momentum import Momentum, whitener
from leadlag.core.noise.refits import column_products

__all__ = ["Sieve"]


#: Keeps the autocovariances of residuals that are all zero solvable; far below what it could move.
_RIDGE = 1e-13
#: Most periods over which the filter is dense where it has gaps: 0.1 s for one factor.
_DENSE = 1500


@dataclass(frozen=True, kw_only=True)
class Sieve:
    """AR noise of the rows: `steps` turns it into innovations and back.

    Parameters
    ----------
    steps : ndarray, shape (n, p + 1)
        Entry (t, j) multiplies the row j before t; each stretch without a gap starts afresh. Not used where there is a `factor`.
    basis : Basis
        Of the filtered design.
    place : ndarray of int, shape (n,)
        Period of each row, from 0.
    factor : ndarray, shape (n, n), or None
        Where there are gaps: what turns innovations into noise that goes on through them. None without gaps, and beyond 1500
        periods.
    filling : ndarray, shape (n_missing, n)
        With a factor: what the rows say of the noise in the periods between them.
    """

    steps: Floats
    basis: Basis
    place: Ints
    factor: Floats | None = None
    filling: Floats | None = None

    @classmethod
    def of(cls, phi: Floats, periods: Ints, design: Floats) -> Sieve:
        """The filter `phi` on these rows, and the basis of the design behind it."""
        place = periods - periods[0]
        observed = np.bincount(place) > 0
        steps = whitener(Momentum(phi=phi, unit_root=False, variance=1.0), observed).weights[observed]
        factor = factor_over_gaps(phi, np.zeros(0), place, most=_DENSE)
        if factor is None:
            return cls(steps=steps, basis=orthonormal_basis(_filtered(steps, design)), place=place)
        gamma = autocovariances(phi, np.zeros(0), count=len(observed))
        across = gamma[np.abs(np.flatnonzero(~observed)[:, None] - place)]
        return cls(
            steps=steps,
            basis=orthonormal_basis(linalg.solve_triangular(factor, design, lower=True)),
            place=place,
            factor=factor,
            filling=linalg.cho_solve((factor, True), across.T).T,
        )

    @property
    def order(self) -> int:
        """Number of AR coefficients."""
        return self.steps.shape[1] - 1

    def filtered(self, values: Floats) -> Floats:
        """Innovations of noise (n, b)."""
        if self.factor is not None:
            return np.asarray(linalg.solve_triangular(self.factor, values, lower=True))
        return _filtered(self.steps, values)

    def noise(self, innovations: Floats) -> Floats:
        """The noise (n, b) that has these innovations."""
        if self.factor is not None:
            return self.factor @ innovations
        bands = np.zeros((self.order + 1, len(innovations)))
        for lag in range(self.order + 1):
            bands[lag, : bands.shape[1] - lag] = self.steps[lag:, lag]
        return np.asarray(linalg.solve_banded((self.order, 0), bands, innovations))

    def carried(self, influence: Floats) -> Floats:
        """How far the innovation of each row moves what its noise moves by `influence` (n, m)."""
        if self.factor is not None:
            return self.factor.T @ influence
        # the filter is lower triangular and banded, so its transpose is solved from the last row up
        bands = np.zeros((self.order + 1, len(influence)))
        for lag in range(self.order + 1):
            bands[self.order - lag, lag:] = self.steps[lag:, lag]
        return np.asarray(linalg.solve_banded((0, self.order), bands, influence))

    def errors(self, resid: Floats, influence: Floats) -> Floats:
        """Standard errors (m, b) of versions of the residuals (n, b), the AR coefficients of each estimated anew."""
        leverage = self.basis.leverage()[:, None]
        if not self.order:
            return np.sqrt((influence**2).T @ leverage_adjusted(resid, leverage=leverage) ** 2)
        series = np.zeros((int(self.place[-1]) + 1, resid.shape[1]))
        series[self.place] = resid
        if self.filling is not None:
            missing = np.delete(np.arange(len(series)), self.place)
            series[missing] = self.filling @ resid
            phi = _yule_walker(series, self.order)
            square = np.empty_like(series)
            square[self.place] = leverage_adjusted(self.filtered(resid), leverage=leverage) ** 2
            # innovations between the rows move the rows behind them: no larger or smaller than the others
            square[missing] = square[self.place].mean(axis=0)
            driven = np.arange(len(series))
        else:
            phi = _yule_walker(series, self.order)
            innovations = series.copy()
            for lag, coefficient in enumerate(phi, start=1):
                innovations[lag:] -= coefficient * series[:-lag]
            square, driven = leverage_adjusted(innovations[self.place], leverage=leverage) ** 2, self.place
        return np.sqrt([column_products(self._carried_by(phi, column, driven) ** 2, square) for column in influence.T])

    def _carried_by(self, phi: Floats, influence: Floats, driven: Ints) -> Floats:
        """`carried` to the periods `driven` of one effect (n,) for AR coefficients (p, b) that differ from draw to draw."""
        span, order = int(self.place[-1]) + 1, self.order
        moved = np.zeros(span)
        moved[self.place] = influence
        carried = np.zeros((span + order, phi.shape[1]))
        for at in driven[::-1]:
            row = carried[at]
            row[:] = moved[at]
            for lag in range(1, order + 1):
                row += phi[lag - 1] * carried[at + lag]
        return carried[driven]


def _filtered(steps: Floats, values: Floats) -> Floats:
    """The filter on rows without their gaps; across a gap its steps are zero."""
    filtered = steps[:, :1] * values
    for lag in range(1, steps.shape[1]):
        filtered[lag:] += steps[lag:, lag, None] * values[:-lag]
    return filtered


def _yule_walker(series: Floats, order: int) -> Floats:
    """AR coefficients (p, b) of series (n, b), 0 where missing: always stable, whatever the gaps (Parzen 1963)."""
    covariances = np.array([column_products(series[lag:], series[: len(series) - lag]) for lag in range(order + 1)])
    covariances[0] += _RIDGE * covariances[0] + np.finfo(float).tiny
    apart = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    return np.asarray(np.linalg.solve(covariances[apart].transpose(2, 0, 1), covariances[1:].T[:, :, None])[:, :, 0].T)
