"""Fit of a regression on lags of leads: least squares or a noise model, and the covariance of what was estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.covariance import Covariance, covariance
from leadlag.core.linear.leastsquares import LeastSquares, decides_alone, fit, orthonormal_basis, residualise, rows_needed
from leadlag.core.linear.wald import WaldTest, quadratic_test
from leadlag.core.noise.arima import NoiseFit, fit_with_noise
from leadlag.core.noise.arma import NoiseOrder, autocovariances
from leadlag.core.noise.filtered import filtered_covariance
from leadlag.core.noise.reml import reml_autoregression
from leadlag.core.series.unitroot import integration
from leadlag.errors import UsageError
from leadlag.methods.regression.numbers.model import LagModel
from leadlag.methods.regression.numbers.profiles import ProfileFamily
from leadlag.methods.regression.numbers.search import fit_hidden

__all__ = ["BandCovariance", "LagFit", "band_covariance", "fit_lags", "innovation_slopes", "joint_band_test"]


#: AR orders compared for the noise behind the error bands.
_MAX_ORDER = 4
#: Share of its range within which a hidden parameter counts as at the end of it.
_EDGE = 1e-6
#: Share of the sum of squares by which another value of a hidden parameter may fit better.
_SETTLED = 1e-6
#: Share of the variance of the noise's estimate that counts in degrees of freedom.
_COUNTED = 0.5
#: Share of a standard error of the noise by which it is moved for a derivative.
_SHARE = 1e-4


@dataclass(frozen=True, kw_only=True)
class LagFit:
    """A fitted regression on lags of leads, in scaled units.

    Parameters
    ----------
    model : LagModel
        With the starts that were found.
    search_families : tuple of ProfileFamily
        The families as they were asked for, their starts open where they were searched.
    hidden : ndarray, shape (h,)
        Rates and peaks of all leads.
    params : ndarray, shape (k,)
        Coefficient of each column of the design; NaN for one that was set aside.
    regression : LeastSquares
        On the columns and, after them, the slopes in the hidden parameters; both whitened where there is a noise model.
    cov : Covariance
        Of coefficients and hidden parameters, as asked for.
    order : NoiseOrder or None
        Of the noise model, if one was asked for.
    noise : NoiseFit or None
        That noise model.
    used : ndarray of int, shape (nobs,)
        Rows of the sample in the regression.
    exact : bool
        Whether the model fits without error.
    """

    model: LagModel
    search_families: tuple[ProfileFamily, ...]
    hidden: Floats
    params: Floats
    regression: LeastSquares
    cov: Covariance
    order: NoiseOrder | None
    noise: NoiseFit | None
    used: Ints
    exact: bool

    @property
    def nobs(self) -> int:
        """Rows used."""
        return self.regression.nobs

    @property
    def n_params(self) -> int:
        """All that was estimated: coefficients, hidden parameters and those of the noise."""
        return self.nobs - self.df_resid

    @property
    def few_rows(self) -> bool:
        """Whether there are few rows for what the regression estimates."""
        return self.nobs < rows_needed(self.regression.rank)

    @property
    def wanders(self) -> bool:
        """Whether what is left looks integrated: levels were regressed on levels, with no own lags and no noise to take it up."""
        if self.model.own_lags or self.order is not None:
            return False
        left = np.full(len(self.model.y), np.nan)
        left[self.used] = self.regression.resid
        return integration(left, deterministic="c").state == "integrated"

    @property
    def n_noise(self) -> int:
        """Estimated coefficients of the noise."""
        return 0 if self.noise is None else sum(map(len, self.noise.parts))

    @property
    def settles(self) -> bool:
        """Whether the KPI comes to rest after a change, given the coefficients of its own lags; without them it does."""
        model = self.model
        polynomial = np.zeros(max(model.own_lags, default=0) + 1)
        polynomial[0] = 1.0
        polynomial[list(model.own_lags)] = -np.nan_to_num(self.params[model.base.shape[1] : model.n_fixed])
        return bool((np.abs(np.roots(polynomial)) < 1.0).all())

    @property
    def noise_known(self) -> bool:
        """Whether the data determine the noise model, if there is one: its search settled, and no coefficient lacks an error."""
        if self.noise is None or self.exact or not self.n_noise:
            return True
        return self.noise.converged and bool(np.isfinite(np.diag(self.noise.cov)[-self.n_noise :]).all())

    @property
    def df_resid(self) -> int:
        """Rows less coefficients, hidden parameters and those of the noise."""
        return self.regression.nobs - self.regression.rank - self.n_noise

    @property
    def llf(self) -> float:
        """Gaussian log-likelihood in the units of the data."""
        n, unit = self.nobs, float(self.model.scale[0])
        if self.noise is not None:
            return self.noise.llf - n * float(np.log(unit))
        if self.exact:
            return np.inf
        return -0.5 * n * (float(np.log(2.0 * np.pi * self.regression.ssr / n)) + 1.0) - n * float(np.log(unit))


def fit_lags(
    model: LagModel,
    *,
    noise_order: NoiseOrder | None = None,
    cov_type: str = "nonrobust",
    bandwidth: int | None = None,
    correction: str = "none",
) -> LagFit:
    """Fit the regression, searching starts, rates and peaks where the families have them.

    Parameters
    ----------
    model : LagModel
    noise_order : NoiseOrder, optional
        Noise that is estimated together with the regression; least squares if None.
    cov_type, bandwidth, correction
        See `leadlag.core.linear.covariance.covariance`.

    Returns
    -------
    LagFit

    Raises
    ------
    UsageError
        With code LL204 where rows are too few, or one of them decides a coefficient alone and `cov_type` is robust.

    Notes
    -----
    Hidden parameters are found by variable projection: a grid for each lead in turn, then all together (Golub & Pereyra 1973).
    The covariance is that of the regression on the columns and their slopes in the hidden parameters (Gauss-Newton).
    """
    _refuse_few_rows(model)
    if noise_order is not None or (cov_type == "HAC" and not model.own_lags):
        _refuse_lonely_rows(model)
    white = None if noise_order is None else _free_noise(model, noise_order)
    placed, hidden = fit_hidden(model, white)
    noise = None
    if noise_order is not None:
        noise = fit_with_noise(placed.y, placed.design, order=noise_order, bounds=placed.bounds)
        hidden, regression, used = noise.hidden, noise.regression, noise.rows
    else:
        used = np.flatnonzero(placed.rows)
        regression = fit(placed.y[used], placed.design(hidden)[used])
    params = regression.params
    if len(hidden):
        # at the edge of its range a parameter is no optimum: its slope would take up what the fit leaves
        slopes = np.where(_on_edge(hidden, placed.bounds), 0.0, placed.slopes(hidden, params))
        if noise is None and not regression.exact:
            slopes = np.where(_unsettled(placed, regression, slopes[used]), 0.0, slopes)
        columns = np.column_stack([placed.y, placed.design(hidden), slopes])
        ready = columns[used] if noise is None else noise.noise.whiten(columns, placed.rows).values
        regression = fit(ready[:, 0], ready[:, 1:])
    n_leads = int(regression.kept[placed.n_fixed :].sum())
    if cov_type != "nonrobust" and not regression.exact and decides_alone(regression.basis, last=n_leads):
        raise UsageError(
            f"one row alone decides a coefficient of the leads, so cov_type={cov_type!r} has no error to judge it by: lower "
            "max_lag, leave out the lead that moves only once, or use cov_type='nonrobust'.",
            code="LL204",
        )
    cov = covariance(regression, cov_type=cov_type, bandwidth=bandwidth, correction=correction, periods=used)
    return LagFit(
        model=placed, search_families=model.families, hidden=hidden, params=params, regression=regression, cov=cov,
        order=noise_order, noise=noise, used=used, exact=regression.exact,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class BandCovariance:
    """The covariance behind the bands of a fit.

    Parameters
    ----------
    matrix : ndarray, shape (k + h, k + h)
        Of coefficients and hidden parameters, scaled; zero for what was set aside.
    phi : ndarray, shape (p,)
        AR coefficients of the errors on which it rests.
    slopes : ndarray, shape (p, k + h, k + h)
        How far the matrix moves with one standard error of each independent part of `phi`.
    df_resid : int
        Of the regression.
    kind : str
        What it rests on, in short: ``"AR(2)"`` for AR noise of that order, else a `cov_type`.
    """

    matrix: Floats
    phi: Floats
    slopes: Floats
    df_resid: int
    kind: str

    def df(self, gradients: Floats) -> Floats:
        """Degrees of freedom of estimates with these derivatives (k + h, m) by all parameters, shape (m,).

        Notes
        -----
        Satterthwaite 1946: ``2 / df`` is the variance of the logarithm of the variance, here that of as many normal residuals
        and half of that which the estimated `phi` brings. With all of it the intervals of sums of 12 free lags held in .97 to .98
        of 150 samples of 80 rows, with none of it those of a cubic in .91 to .93 of 300.
        """
        variance = np.einsum("im,ij,jm->m", gradients, self.matrix, gradients)
        moves = np.einsum("im,pij,jm->pm", gradients, self.slopes, gradients)
        relative = np.divide(moves, variance, out=np.zeros_like(moves), where=variance > 0)
        return np.asarray(2.0 / (2.0 / max(self.df_resid, 1) + _COUNTED * (relative**2).sum(axis=0)))


def band_covariance(fitted: LagFit) -> BandCovariance:
    """The covariance behind the bands: one that holds at 80 rows with autocorrelated leads and errors.

    Parameters
    ----------
    fitted : LagFit

    Returns
    -------
    BandCovariance

    Notes
    -----
    Under ``cov_type="HAC"`` the intervals of Newey and West alone, of the sum of 12 lags, held in .69 to .85 of 200 samples of 80
    and 156 rows. So the errors are taken as AR(1..4), estimated by restricted likelihood, and the covariance is that of
    `leadlag.core.noise.filtered.filtered_covariance`: .92 to .96. With own lags in the model, or a noise model, it is HC3 on the
    innovations. Under another `cov_type` it is that one, as asked for.
    """
    regression, none = fitted.regression, np.zeros(0)
    # of an exact fit the residuals are rounding, and have no noise model
    if fitted.cov.cov_type != "HAC" or fitted.noise is not None or fitted.model.own_lags or fitted.exact:
        cov = fitted.cov if fitted.cov.cov_type != "HAC" else covariance(regression, cov_type="HC3")
        matrix = np.nan_to_num(cov.matrix)
        empty = np.zeros((0, *matrix.shape))
        return BandCovariance(matrix=matrix, phi=none, slopes=empty, df_resid=fitted.df_resid, kind=cov.cov_type)
    whole = np.full((len(fitted.model.y), 1 + regression.rank), np.nan)
    whole[fitted.used] = np.column_stack([regression.resid, regression.basis.q])
    phi = reml_autoregression(whole[:, 0], whole[:, 1:], min_order=1, max_order=_MAX_ORDER).phi

    def at(place: Floats) -> Floats:
        return np.nan_to_num(filtered_covariance(regression, place, rows=fitted.used))

    # the covariance of estimated AR coefficients is the inverse of the noise's own, over the rows (Box & Jenkins)
    moves: Floats = np.zeros((0, 0))
    if len(phi):
        own = linalg.toeplitz(autocovariances(phi, np.zeros(0), count=len(phi)))
        moves = np.asarray(np.linalg.cholesky(np.linalg.inv(own) / fitted.df_resid).T, dtype=np.float64)
    slopes = [(at(phi + _SHARE * move) - at(phi - _SHARE * move)) / (2.0 * _SHARE) for move in moves]
    matrix = at(phi)
    return BandCovariance(
        matrix=matrix, phi=phi, slopes=np.reshape(slopes, (len(slopes), *matrix.shape)), df_resid=fitted.df_resid,
        kind=f"AR({len(phi)})",
    )  # fmt: skip


def joint_band_test(fitted: LagFit, band: BandCovariance, tested: Ints) -> WaldTest:
    """F that the coefficients of some columns are all zero, by the covariance of the bands; those set aside are left out.

    Raises
    ------
    UsageError
        If none is left (LL207).
    """
    kept = tested[fitted.regression.kept[tested]]
    df = band.df(np.eye(len(band.matrix))[:, kept])
    return quadratic_test(fitted.params[kept], band.matrix[np.ix_(kept, kept)], df_den=int(df.min(initial=fitted.df_resid)))


def innovation_slopes(fitted: LagFit) -> Floats:
    """Derivative of the innovations by all that was estimated, shape (nobs, rank + n_noise): the design of a test of them."""
    kept, order = fitted.regression.basis.q @ fitted.regression.basis.r, fitted.order
    if fitted.noise is None or order is None or not fitted.n_noise:
        return kept
    parts, model = fitted.noise.parts, fitted.model
    ends = np.cumsum([len(part) for part in parts])[:-1]
    left = model.y - model.design(fitted.hidden) @ np.nan_to_num(fitted.params)

    def innovations(at: Floats) -> Floats:
        return order.noise(np.split(at, ends)).whiten(left, model.rows).values.ravel()

    at = np.concatenate(parts)
    moves = [1e-5 * np.eye(len(at))[i] for i in range(len(at))]
    return np.column_stack([kept, *((innovations(at + move) - innovations(at - move)) / 2e-5 for move in moves)])


def _on_edge(hidden: Floats, bounds: Sequence[tuple[float, float]]) -> Flags:
    """Which hidden parameters lie at the end of their range, and so count as known."""
    low, high = np.array(bounds).T
    return np.asarray(np.minimum(hidden - low, high - hidden) < _EDGE * (high - low))


def _unsettled(model: LagModel, regression: LeastSquares, slopes: Floats) -> Flags:
    """Hidden parameters of leads whose search ended in a valley without an end, where others fit better: they count as known."""
    left = residualise(slopes, regression.basis)
    found = np.zeros(slopes.shape[1], dtype=bool)
    for lead in range(len(model.families)):
        mine = model.hidden_of(lead)
        found[mine] = np.sum((orthonormal_basis(left[:, mine]).q.T @ regression.resid) ** 2) > _SETTLED * regression.ssr
    return found


def _refuse_few_rows(model: LagModel) -> None:
    n = int(model.rows.sum())
    n_columns = model.n_columns + len(model.bounds)
    if n <= n_columns:
        raise UsageError(
            f"{n} complete rows for {n_columns} coefficients leave nothing to judge them by: lower max_lag, take shape='almon', "
            "'exp_almon' or 'geometric', name fewer leads or controls, or give more periods.",
            code="LL204",
        )


def _refuse_lonely_rows(model: LagModel) -> None:
    """Noise that hangs together over time is seen in rows that follow each other."""
    n, pairs = int(model.rows.sum()), int((model.rows[1:] & model.rows[:-1]).sum())
    if pairs < rows_needed(0):
        raise UsageError(
            f"of {n} complete rows {pairs} follow a complete row, and {rows_needed(0)} are needed to see how errors hang "
            "together: give more periods, name fewer leads or controls, or give own_lags=1 or cov_type='HC3'.",
            code="LL204",
        )


def _free_noise(model: LagModel, order: NoiseOrder) -> NoiseFit:
    """The noise beside free lags, so that no lead's effect is in it when starts are looked for."""
    free = model.with_families([_as_free(family) for family in model.families])
    most = (int(model.rows.sum()) - 10) // 3
    if free.design(np.zeros(0)).shape[1] > most:  # too many for the rows: a polynomial of the lags does as well
        free = model.with_families([_as_polynomial(family) for family in model.families])
    return fit_with_noise(free.y, free.design(np.zeros(0)), order=order)


def _as_free(family: ProfileFamily) -> ProfileFamily:
    return ProfileFamily(kind="free", lags=family.lags)


def _as_polynomial(family: ProfileFamily) -> ProfileFamily:
    return ProfileFamily(kind="almon", lags=family.lags, degree=min(3, len(family.lags) - 1))
