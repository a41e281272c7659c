"""A regression with (seasonal) ARIMA noise by exact Gaussian likelihood, full or restricted.

The model is ``y = X(hidden) b + u`` with ``phi(B) d(B) u = theta(B) e``. For given noise the coefficients and the variance follow
by generalised least squares, so that only the noise and the `hidden` parameters of the columns (a decay, a peak) are searched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, NamedTuple

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import LeastSquares, fit
from leadlag.core.noise.arma import ArmaNoise, NoiseOrder, from_partials, to_partials
from leadlag.core.noise.optimum import STEP, inverse_information, jacobian, minimise
from leadlag.core.time.lags import lag_matrix
from leadlag.errors import UsageError

__all__ = ["MOST", "NoiseFit", "fit_with_noise"]

Columns = Callable[[Floats], Floats]

#: Largest arctanh of a partial autocorrelation that is tried: 0.9999.
MOST = 5.0
#: Points of the first look over all hidden parameters together.
_GRID = 60


@dataclass(frozen=True, kw_only=True)
class NoiseFit:
    """A regression fitted together with its noise.

    Parameters
    ----------
    noise : ArmaNoise
        Variance: over the rows for "ml", over the rows less the coefficients (hidden ones included) for "reml".
    regression : LeastSquares
        Of the whitened y on the whitened columns.
    hidden : ndarray, shape (h,)
    ar, ma, seasonal_ar, seasonal_ma : ndarray
        Noise coefficients before the seasonal part is multiplied out.
    cov : ndarray, shape (k + h + n_noise, k + h + n_noise)
        Covariance of the coefficients, the hidden parameters, ar, ma, seasonal_ar and seasonal_ma, in this order; NaN for a
        column that was set aside, and for a parameter on the edge of its range.
    llf : float
        Log-likelihood at the optimum; the restricted one for "reml".
    rows : ndarray of int, shape (n_used,)
    converged : bool
        Whether the slope at the optimum is flat.
    """

    noise: ArmaNoise
    regression: LeastSquares
    hidden: Floats
    ar: Floats
    ma: Floats
    seasonal_ar: Floats
    seasonal_ma: Floats
    cov: Floats
    llf: float
    rows: Ints
    converged: bool

    @property
    def params(self) -> Floats:
        """Coefficient of each column, shape (k,); NaN for one that was set aside."""
        return self.regression.params

    @property
    def parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """AR, MA, seasonal AR and seasonal MA coefficients, the order of `cov`."""
        return self.ar, self.ma, self.seasonal_ar, self.seasonal_ma

    @property
    def cov_params(self) -> Floats:
        """Covariance of `params`, shape (k, k)."""
        return self.cov[: len(self.params), : len(self.params)]


class _Gls(NamedTuple):
    """Generalised least squares at one point of the search."""

    regression: LeastSquares
    rows: Ints
    log_det: float

    def cost(self, criterion: str) -> float:
        """Negative log-likelihood, coefficients and variance concentrated out; REML up to log|X'X|."""
        regression = self.regression
        n = regression.df_resid if criterion == "reml" else regression.nobs
        cost = 0.5 * (n * (np.log(2 * np.pi * max(regression.ssr, np.finfo(float).tiny) / n) + 1.0) + self.log_det)
        return float(cost + _log_volume(regression.basis.r)) if criterion == "reml" else float(cost)


def _log_volume(r: Floats) -> float:
    """Half of log|X'X| from the triangular factor."""
    return float(np.log(np.abs(np.diag(r))).sum())


@dataclass(frozen=True, kw_only=True)
class _Model:
    """What is searched: arctanh of the noise's partial autocorrelations, then each hidden parameter's place in its range."""

    y: Floats
    columns: Columns
    observed: Flags
    order: NoiseOrder
    low: Floats
    high: Floats
    criterion: str

    @property
    def n_noise(self) -> int:
        return sum(self.order.sizes)

    @property
    def limits(self) -> tuple[Floats, Floats]:
        """Lowest and highest value of each searched number."""
        most, h = np.full(self.n_noise, MOST), len(self.low)
        return np.r_[-most, np.zeros(h)], np.r_[most, np.ones(h)]

    def on_edge(self, x: Floats) -> Flags:
        low, high = self.limits
        return np.asarray((x < low + STEP) | (x > high - STEP))

    def hidden(self, x: Floats) -> Floats:
        return self.low + (self.high - self.low) * np.clip(x[self.n_noise :], 0.0, 1.0)  # a numerical step may leave the range

    def parts(self, x: Floats) -> list[Floats]:
        """AR, MA, seasonal AR and seasonal MA coefficients."""
        groups = np.split(np.tanh(x[: self.n_noise]), np.cumsum(self.order.sizes)[:-1])
        return [sign * from_partials(group)[-1] for sign, group in zip((1, -1, 1, -1), groups, strict=True)]

    def gls(self, x: Floats) -> _Gls:
        design = self.columns(self.hidden(x))
        if not np.isfinite(design[self.observed]).all():
            raise UsageError(f"columns({self.hidden(x)}) is missing in rows where columns at the middle of the bounds is not.")
        white = self.order.noise(self.parts(x)).whiten(np.column_stack([self.y, design]), self.observed)
        return _Gls(fit(white.values[:, 0], white.values[:, 1:]), white.rows, white.log_det)

    def costs(self, points: Floats) -> Floats:
        return np.array([self.gls(x).cost(self.criterion) for x in points])

    def natural(self, x: Floats) -> Floats:
        """Hidden parameters and noise coefficients."""
        return np.concatenate([self.hidden(x), *self.parts(x)])


def fit_with_noise(
    y: Floats,
    columns: Floats | Columns,
    *,
    order: NoiseOrder,
    bounds: Sequence[tuple[float, float]] = (),
    criterion: Literal["ml", "reml"] = "ml",
) -> NoiseFit:
    """Fit a regression, the parameters hidden in its columns and its noise together.

    Parameters
    ----------
    y : ndarray, shape (n,)
        NaN where missing; a row with anything missing is masked, and the noise starts afresh after it.
    columns : ndarray, shape (n, k), or callable
        The design, or a function of the hidden parameters (h,) that returns it. Its missing rows may not depend on them.
    order : NoiseOrder
    bounds : sequence of (low, high)
        One pair per hidden parameter; none where `columns` is an array.
    criterion : {"ml", "reml"}
        "reml" takes off most of the bias of the noise that the estimated coefficients bring.

    Returns
    -------
    NoiseFit

    Raises
    ------
    UsageError
        If the rows are too few, or bounds and columns do not fit together.

    Notes
    -----
    "ml" maximises the exact likelihood; `cov` is the inverse observed information, as R's ``arima`` has it. "reml" maximises
    ``-1/2 (log|Omega| + log|X'Omega^-1 X| - log|X'X| + (n - k) log s^2)`` over the noise (Harville 1977, JASA 72:320; Cooper &
    Thompson 1977, Biometrika 64:625), in turn with generalised least squares of the hidden parameters, X being the columns and
    their slopes in the hidden parameters; the mean's block of `cov` is ``s^2 (X'Omega^-1 X)^-1``.
    """
    low, high = np.array(bounds, dtype=float).reshape(-1, 2).T
    given: Columns = columns if callable(columns) else (lambda _: columns)
    if len(low) and not callable(columns):
        raise UsageError("bounds were given with fixed columns: give columns as a function of the hidden parameters.")
    if not (low < high).all():
        raise UsageError(f"bounds={list(bounds)}: give (low, high) with low below high for each hidden parameter.")
    middle = given((low + high) / 2)
    observed = np.isfinite(y) & np.isfinite(middle).all(axis=1)
    model = _Model(y=y, columns=given, observed=observed, order=order, low=low, high=high, criterion="ml")
    n_free = middle.shape[1] + len(low) + model.n_noise
    n_used = len(order.noise([np.zeros(size) for size in order.sizes]).whiten(y, observed).rows)
    if n_used < n_free + 2:
        raise UsageError(f"{n_used} complete rows for {n_free} parameters: give at least {n_free + 2} rows or a smaller model.")
    x, converged = _search(model)
    return _ml_fit(model, x, converged) if criterion == "ml" else _reml_fit(model, x)


def _ml_fit(model: _Model, x: Floats, converged: bool) -> NoiseFit:
    gls = model.gls(x)
    regression = gls.regression
    variance = regression.ssr / regression.nobs
    slope = jacobian(lambda at: np.r_[model.gls(at).regression.params, model.natural(at)], x, model.limits)
    cov = slope @ inverse_information(model.costs, x, model.limits) @ slope.T
    kept = np.flatnonzero(regression.kept)
    cov[np.ix_(kept, kept)] += variance * regression.xtx_inv()
    return _assembled(model, x, gls, _known(cov, model, x), variance=variance, llf=-gls.cost("ml"), converged=converged)


def _reml_fit(model: _Model, x: Floats, *, rounds: int = 20) -> NoiseFit:
    """Restricted likelihood for the noise, in turn with generalised least squares for the hidden parameters."""
    n_noise, (low, high) = model.n_noise, model.limits
    for _ in range(rounds):
        before, tangent = x, _with_slopes(model, x)
        noise, _, flat = minimise(tangent.costs, x[:n_noise], tangent.limits)

        def costs(points: Floats, noise: Floats = noise) -> Floats:
            return model.costs(np.column_stack([np.tile(noise, (len(points), 1)), points]))

        hidden, _, settled = minimise(costs, x[n_noise:], (low[n_noise:], high[n_noise:]))
        x = np.r_[noise, hidden]
        if np.abs(x - before).max(initial=0.0) < 1e-4:
            break
    tangent, gls = _with_slopes(model, x), model.gls(x)
    at = tangent.gls(x[:n_noise])
    variance = gls.regression.ssr / at.regression.df_resid
    n_mean = len(at.regression.params)
    cov = np.full((n_mean + n_noise, n_mean + n_noise), np.nan)
    kept = np.flatnonzero(at.regression.kept)
    cov[np.ix_(kept, kept)] = variance * at.regression.xtx_inv()
    cov[:n_mean, n_mean:], cov[n_mean:, :n_mean] = 0.0, 0.0
    slope = jacobian(tangent.natural, x[:n_noise], tangent.limits)
    cov[n_mean:, n_mean:] = slope @ inverse_information(tangent.costs, x[:n_noise], tangent.limits) @ slope.T
    plain = tangent.gls(np.zeros(n_noise)).regression.basis.r
    llf = _log_volume(plain) - at.cost("reml")
    return _assembled(model, x, gls, _known(cov, model, x), variance=variance, llf=llf, converged=flat and settled)


def _with_slopes(model: _Model, x: Floats) -> _Model:
    """The noise alone, given columns that hold the slopes of the mean in the hidden parameters too."""
    params = np.nan_to_num(model.gls(x).regression.params)
    design = model.columns(model.hidden(x))
    slopes = jacobian(lambda at: model.columns(model.hidden(at))[model.observed] @ params, x, model.limits)[:, model.n_noise :]
    # a parameter on the edge of its range counts as known: it leaves the mean no freedom
    slopes = np.where(model.on_edge(x)[model.n_noise :], 0.0, slopes / (model.high - model.low))
    whole = np.zeros((len(model.y), design.shape[1] + slopes.shape[1]))
    whole[:, : design.shape[1]] = design
    whole[model.observed, design.shape[1] :] = slopes
    empty = np.zeros(0)
    return replace(model, columns=lambda _: whole, low=empty, high=empty, criterion="reml")


def _known(cov: Floats, model: _Model, x: Floats) -> Floats:
    """NaN for the columns that were set aside and for the numbers on the edge of their range."""
    edge = model.on_edge(x)
    groups = np.split(edge[: model.n_noise], np.cumsum(model.order.sizes)[:-1])
    noise = [np.full(len(group), group.any()) for group in groups]
    unknown = np.concatenate([~model.gls(x).regression.kept, edge[model.n_noise :], *noise])
    return np.where(unknown[:, None] | unknown, np.nan, cov)


def _assembled(model: _Model, x: Floats, gls: _Gls, cov: Floats, *, variance: float, llf: float, converged: bool) -> NoiseFit:
    parts = model.parts(x)
    ar, ma, seasonal_ar, seasonal_ma = parts
    return NoiseFit(
        noise=model.order.noise(parts, variance=variance), regression=gls.regression, hidden=model.hidden(x), ar=ar, ma=ma,
        seasonal_ar=seasonal_ar, seasonal_ma=seasonal_ma, cov=cov, llf=llf, rows=gls.rows, converged=converged,
    )  # fmt: skip


def _search(model: _Model) -> tuple[Floats, bool]:
    """Optimum over noise and hidden parameters, and whether the slope there is flat.

    The likelihood can have several modes: a grid of the hidden parameters, each with its Hannan-Rissanen noise, gives the starts;
    a few steps from each choose the one that is followed to its end.
    """
    starts = sorted((_start(model, place) for place in _grid(len(model.low))), key=lambda x: float(model.costs(x[None])[0]))[:3]
    if model.n_noise:
        starts.append(np.r_[np.zeros(model.n_noise), starts[0][model.n_noise :]])
    short = [minimise(model.costs, x, model.limits, steps=8) for x in starts]
    x, _, converged = minimise(model.costs, min(short, key=lambda found: found[1])[0], model.limits)
    return x, converged


def _grid(n_hidden: int) -> list[Floats]:
    """Places in the unit cube, about `_GRID` of them but not more than 9 a side."""
    side = min(9, max(2, round(_GRID ** (1 / max(n_hidden, 1)))))
    places = (np.arange(side) + 0.5) / side
    return [np.array(point) for point in product(places, repeat=n_hidden)]


def _start(model: _Model, place: Floats) -> Floats:
    """Hidden parameters at `place` with the noise of the least-squares residual (Hannan & Rissanen 1982, Biometrika 69:81)."""
    order, x = model.order, np.r_[np.zeros(model.n_noise), place]
    lags_ar = [*range(1, order.ar + 1), *(order.period * k for k in range(1, order.seasonal_ar + 1))]
    lags_ma = [*range(1, order.ma + 1), *(order.period * k for k in range(1, order.seasonal_ma + 1))]
    plain = model.gls(x)
    series = np.full(len(model.y), np.nan)
    series[plain.rows] = plain.regression.resid
    surprises = series
    if lags_ma:
        _, surprises = _regressed(series, lag_matrix(series, range(1, min(max(10, *lags_ma) + 2, len(plain.rows) // 4) + 1)))
    past = np.hstack([lag_matrix(series, lags_ar), lag_matrix(surprises, lags_ma)])
    coefficients, _ = _regressed(series, past)
    ar, seasonal_ar, ma, seasonal_ma = np.split(coefficients, np.cumsum([order.ar, order.seasonal_ar, order.ma]))
    partials = [to_partials(group) for group in (ar, -ma, seasonal_ar, -seasonal_ma)]
    return np.r_[np.arctanh(np.concatenate(partials)), place]


def _regressed(series: Floats, past: Floats) -> tuple[Floats, Floats]:
    """Coefficients of the past on the complete rows, and what they leave, NaN elsewhere."""
    rows = np.isfinite(series) & np.isfinite(past).all(axis=1)
    coefficients = np.asarray(np.linalg.lstsq(past[rows], series[rows], rcond=None)[0], dtype=np.float64)
    return coefficients, series - past @ coefficients
