"""Covariance of least-squares coefficients under AR errors, robust on the innovations."""

from __future__ import annotations

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.covariance import sandwich
from leadlag.core.linear.leastsquares import LeastSquares, leverage_adjusted, residualise
from leadlag.core.noise.sieve import Sieve

__all__ = ["filtered_covariance"]


def filtered_covariance(model: LeastSquares, phi: Floats, *, rows: Ints) -> Floats:
    """Covariance of least-squares coefficients whose errors are AR noise with innovations of any variance.

    Parameters
    ----------
    model : LeastSquares
        Fitted by plain least squares.
    phi : ndarray, shape (p,)
        AR coefficients of the errors.
    rows : ndarray of int, shape (nobs,)
        Period number of each row, increasing; over a gap the noise goes on (beyond 1500 periods it starts afresh).

    Returns
    -------
    ndarray, shape (k, k)
        NaN for a column that was set aside.

    Notes
    -----
    With F the filter that turns the errors into innovations e, the coefficients err by ``A F^-1 e``, ``A = (X'X)^-1 X'``, so
    their covariance is ``A F^-1 D F^-T A'``. D holds the squared innovations of the regression filtered by F, divided by
    ``(1 - h)^2`` with its leverage h (HC3, MacKinnon & White 1985): parametric in what the errors remember, free in how large
    they are.
    """
    sieve = Sieve.of(phi, rows, model.basis.q)
    filtered = sieve.filtered((model.basis.q @ model.scores + model.resid)[:, None])
    innovations = leverage_adjusted(residualise(filtered[:, 0], sieve.basis), leverage=sieve.basis.leverage())
    carried = sieve.carried(model.basis.q) * innovations[:, None]
    return sandwich(model, carried.T @ carried)
