"""Local projections on arrays: what the KPI does in each of the coming periods after a surprise in the lead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from leadlag._validation import as_int, as_option
from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.covariance import automatic_bandwidth, bartlett_weights, leverage_scores, meat, scores
from leadlag.core.linear.leastsquares import (
    LeastSquares,
    decides_alone,
    fit,
    is_affine_copy,
    is_constant,
    orthonormal_basis,
    rows_needed,
    standardise,
)
from leadlag.core.series.scales import too_far_apart
from leadlag.core.series.trend import exact_lines
from leadlag.core.time.lags import further, lag_matrix
from leadlag.errors import UsageError

__all__ = ["BIAS_CORRECTIONS", "COV_TYPES", "TRENDS", "ProjectionNumbers", "projection"]


#: A classical covariance is not among them: projections over several periods overlap, and their errors with them.
COV_TYPES = ("HC0", "HC1", "HC3", "HAC")
TRENDS = ("none", "linear")
BIAS_CORRECTIONS = ("first-order", "none")

#: The order that is chosen is at most this, and at most one lag for so many periods.
_LONGEST, _PERIODS_PER_LAG = 12, 20


@dataclass(frozen=True, kw_only=True)
class ProjectionNumbers:
    """What `projection` finds, for every horizon from 0 to the longest.

    Parameters
    ----------
    response : ndarray, shape (H + 1,)
        KPI h periods after a surprise of one unit in the lead, in KPI units per unit of the lead.
    uncorrected : ndarray, shape (H + 1,)
        The same by least squares, without the correction of its bias.
    cov : ndarray, shape (H + 1, H + 1)
        Covariance of `response`.
    df : ndarray, shape (H + 1,)
        Degrees of freedom of each standard error.
    nobs : ndarray of int, shape (H + 1,)
        Rows used.
    lags, own_lags : tuple of int
        Lags of the lead and of the KPI that are controlled for, without the augmenting ones.
    augment : int
        Further lags of both that were controlled for.
    lead_sd, surprise_sd : float
        Standard deviation of the lead and of what its own past, the KPI's past and the controls leave of it, on the rows of
        horizon 0, in units of the lead.
    cov_type : str
    bandwidth : int or None
        Last lag with a non-zero HAC weight; None unless HAC.
    exact : tuple of int
        Horizons at which the fit has no error.
    """

    response: Floats
    uncorrected: Floats
    cov: Floats
    df: Floats
    nobs: Ints
    lags: tuple[int, ...]
    own_lags: tuple[int, ...]
    augment: int
    lead_sd: float
    surprise_sd: float
    cov_type: str
    bandwidth: int | None
    exact: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class _Series:
    """What the regressions are made from, in standard units.

    kpi, lead (n,), base: ones, controls, trend (n, c), ahead: KPI 0, 1, ... periods later (n, H + 1), kpi_scale, lead_scale:
    one standard unit in units of the data.
    """

    kpi: Floats
    lead: Floats
    base: Floats
    ahead: Floats
    kpi_scale: float
    lead_scale: float


@dataclass(frozen=True, kw_only=True)
class _Horizon:
    """Regression of the KPI some periods later; the lead stands last. rows: place of each row on the grid (nobs,)."""

    model: LeastSquares
    rows: Ints

    def on_grid(self, values: Floats) -> Floats:
        """Values of the rows at their places from the first to the last row, zero between, shape (span, ...)."""
        placed = np.zeros((int(self.rows[-1] - self.rows[0]) + 1, *values.shape[1:]))
        placed[self.rows - self.rows[0]] = values
        return placed


def projection(
    y: ArrayLike,
    x: ArrayLike,
    *,
    longest: int,
    lags: Sequence[int] | None = None,
    own_lags: Sequence[int] | None = None,
    augment: int = 1,
    controls: ArrayLike | None = None,
    trend: str = "none",
    cov_type: str = "HC3",
    bandwidth: int | None = None,
    bias_correction: str = "first-order",
) -> ProjectionNumbers:
    """Regress y of 0, 1, ... `longest` periods later on x, given the past of both.

    Parameters
    ----------
    y, x : array_like, shape (n,)
        KPI and lead on one complete period grid, oldest period first; NaN where missing.
    longest : int
        Longest horizon, in periods.
    lags : sequence of int, optional
        Lags of x that are controlled for, each at least 1; chosen if None, see Notes.
    own_lags : sequence of int, optional
        Lags of y that are controlled for; the same as `lags` if None.
    augment : int, default 1
        So many further lags of both.
    controls : array_like, shape (n, c), optional
        Columns taken in the same period as x.
    trend : {"none", "linear"}
        The intercept is always there.
    cov_type : {"HC0", "HC1", "HC3", "HAC"}
    bandwidth : int, optional
        For HAC: last lag with a non-zero Bartlett weight; the longest horizon, or the automatic one if longer, if None.
    bias_correction : {"first-order", "none"}

    Returns
    -------
    ProjectionNumbers

    Raises
    ------
    UsageError
        With code LL201 (no values), LL203 (constant lead), LL204 (too few rows), LL205 (copy of the KPI), LL207 (spanned by the
        other columns) or LL313 (KPI constant).

    Notes
    -----
    Every horizon is its own regression on its own complete rows, on centred and scaled series. The coefficient of x is
    ``sum_t w_t y_(t+h)``, so that row t moves it by ``psi_(h,t) = w_t e_(t+h)``; with the lags controlled for, w is a surprise
    that neither the past nor other surprises predict, and ``sum_t psi_(h,t) psi_(g,t)`` is the covariance of horizons h and g,
    however the errors of one horizon hang together (Montiel Olea & Plagborg-Moller 2021). HC3 divides each psi by one minus
    the leverage of its row. The order that is chosen has the lowest AIC of a vector autoregression of y and x, among 1 to n / 20,
    at most 12, on the same rows.

    Bias: the errors e_(t+h) hold the surprises of periods t+1 ... t+h, which the other columns (hat matrix P) partly fit. To
    first order ``E[b_h] - b_h = -sum_(i=1..h) b_(h-i) c_i / (nobs - rank + 1)`` with ``c_i = sum_s P_(s+i,s)``; it is solved for
    b from horizon 0 up (after Herbst & Johannsen 2021, FEDS 2020-010r1, who write c_i by autocovariances).

    Degrees of freedom: those of the chi-squared with the mean and variance of ``sum w_t^2 e_(t+h)^2`` where e is normal
    with the autocovariances of the residuals up to h (Satterthwaite's rule, as Bell & McCaffrey 2002 use it).
    """
    kpi, lead = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    others = np.empty((kpi.size, 0)) if controls is None else np.asarray(controls, dtype=np.float64)
    _check_series(kpi, lead)
    series = _standard(kpi, lead, others, as_option(trend, "trend", TRENDS), longest)
    used = tuple(lags) if lags is not None else tuple(range(1, _order(series, augment) + 1))
    own = used if own_lags is None else tuple(own_lags)
    fits = _fits(series, _design(series, used, own, augment))
    width = _bandwidth(bandwidth, as_option(cov_type, "cov_type", COV_TYPES), longest, fits[0].model.nobs)
    plain = np.array([each.model.params[-1] for each in fits])
    corrector = _corrector(fits, as_option(bias_correction, "bias_correction", BIAS_CORRECTIONS))
    cov = corrector @ meat(_influence(fits, kpi.size, cov_type), bartlett_weights(width or 0)) @ corrector.T
    first = fits[0]
    with np.errstate(over="ignore", under="ignore"):  # 1e300 per 1e-300 is infinite, and said as that
        unit = series.kpi_scale / series.lead_scale
    return ProjectionNumbers(
        response=corrector @ plain * unit,
        uncorrected=plain * unit,
        cov=cov * unit**2,
        df=np.array([_degrees(each, horizon) for horizon, each in enumerate(fits)]),
        nobs=np.array([each.model.nobs for each in fits]),
        lags=used,
        own_lags=own,
        augment=augment,
        lead_sd=float(np.std(series.lead[first.rows], ddof=1)) * series.lead_scale,
        surprise_sd=float(abs(first.model.basis.r[-1, -1])) / math.sqrt(first.model.df_resid + 1) * series.lead_scale,
        cov_type=cov_type,
        bandwidth=width,
        exact=tuple(horizon for horizon, each in enumerate(fits) if each.model.exact),
    )


def _standard(y: Floats, x: Floats, controls: Floats, trend: str, longest: int) -> _Series:
    """Series in standard units."""
    kpi, lead = standardise(y), standardise(x)
    base = [np.ones((y.size, 1)), standardise(controls).values]
    if trend == "linear":
        base.append(standardise(np.arange(float(y.size))[:, None]).values)
    ahead = lag_matrix(kpi.values[::-1], range(longest + 1))[::-1]  # a lag of the reversed series is a period ahead
    scales = float(kpi.scale), float(lead.scale)
    return _Series(kpi=kpi.values, lead=lead.values, base=np.hstack(base), ahead=ahead, kpi_scale=scales[0], lead_scale=scales[1])


def _design(series: _Series, lags: Sequence[int], own_lags: Sequence[int], augment: int) -> Floats:
    """All columns, those of all lags in the middle and the lead itself last, shape (n, k)."""
    past = [lag_matrix(one, [*of, *further(of, augment)]) for one, of in ((series.kpi, own_lags), (series.lead, lags))]
    return np.hstack([series.base, *past, series.lead[:, None]])


def _order(series: _Series, augment: int) -> int:
    """Order with the lowest AIC of a vector autoregression of KPI and lead, both equations on the same rows."""
    n, n_base = series.base.shape
    most = max(1, min(_LONGEST, n // _PERIODS_PER_LAG))
    longest_ahead = np.isfinite(series.ahead[:, -1])
    for order in range(most, 0, -1):  # the longest that leaves rows enough for the longest horizon
        complete = np.isfinite(_design(series, range(1, order + 1), range(1, order + 1), augment)).all(axis=1)
        most = order
        if np.count_nonzero(complete & longest_ahead) >= rows_needed(n_base + 2 * (order + augment) + 1):
            break
    both = np.column_stack([series.kpi, series.lead])
    past = np.stack([lag_matrix(one, range(1, most + 1)) for one in both.T], axis=2).reshape(n, -1)  # lag 1 of both, lag 2, ...
    X = np.hstack([series.base, past])
    rows = np.isfinite(X).all(axis=1) & np.isfinite(both).all(axis=1)
    if np.count_nonzero(rows) < rows_needed(X.shape[1]):
        return 1
    basis = orthonormal_basis(X[rows])
    along = basis.q.T @ both[rows]
    columns = np.flatnonzero(basis.kept)
    aic = []
    for order in range(1, most + 1):
        fitted = along[columns < n_base + 2 * order]
        spread = (both[rows].T @ both[rows] - fitted.T @ fitted) / rows.sum()
        aic.append(np.log(max(np.linalg.det(spread), np.finfo(float).tiny)) + 2.0 * 2 * len(fitted) / rows.sum())
    return 1 + int(np.argmin(aic))


def _fits(series: _Series, design: Floats) -> list[_Horizon]:
    """The regression of every horizon on its complete rows."""
    complete = np.isfinite(design).all(axis=1)
    fits = []
    for horizon, later in enumerate(series.ahead.T):
        rows = np.flatnonzero(complete & np.isfinite(later))
        _check_rows(design[rows], later[rows], horizon)
        fits.append(_Horizon(model=fit(later[rows], design[rows]), rows=rows))
        _check_lead(fits[-1].model, horizon)
    return fits


def _influence(fits: list[_Horizon], n: int, cov_type: str) -> Floats:
    """By how much each period moves each response, zero where it is not used, shape (n, H + 1)."""
    moved = np.zeros((n, len(fits)))
    for horizon, each in enumerate(fits):
        model = each.model
        by_row = leverage_scores(model) if cov_type == "HC3" else scores(model)
        share = math.sqrt(model.nobs / model.df_resid) if cov_type == "HC1" else 1.0
        moved[each.rows, horizon] = by_row[:, -1] * (share / model.basis.r[-1, -1])
    return moved


def _corrector(fits: list[_Horizon], bias_correction: str) -> Floats:
    """What takes the least-squares responses to those without first-order bias, unit lower triangular, (H + 1, H + 1)."""
    matrix = np.eye(len(fits))
    for horizon, each in enumerate(fits if bias_correction == "first-order" else ()):
        others = each.on_grid(each.model.basis.q[:, :-1])
        for ahead in range(1, horizon + 1):
            fitted = float(np.vdot(others[ahead:], others[:-ahead]))
            matrix[horizon] += fitted / (each.model.df_resid + 1) * matrix[horizon - ahead]
    return matrix


def _degrees(each: _Horizon, horizon: int) -> float:
    """Degrees of freedom of the standard error at one horizon; errors hang together up to that many periods."""
    weight, error, here = (
        each.on_grid(values) for values in (each.model.basis.q[:, -1] ** 2, each.model.resid, np.ones(each.model.nobs))
    )
    spread = float(weight @ weight)
    variance = float(error @ error) / each.model.nobs
    for apart in range(1, horizon + 1 if variance > 0 else 1):
        pairs = float(here[apart:] @ here[:-apart])
        correlation = float(error[apart:] @ error[:-apart]) / (max(pairs, 1.0) * variance)
        spread += 2.0 * min(correlation**2, 1.0) * float(weight[apart:] @ weight[:-apart])
    return float(weight.sum()) ** 2 / spread


def _bandwidth(bandwidth: int | None, cov_type: str, longest: int, nobs: int) -> int | None:
    """Last lag with a weight: errors over h periods hang together over h periods."""
    if cov_type == "HAC":
        return max(longest, automatic_bandwidth(nobs)) if bandwidth is None else as_int(bandwidth, "bandwidth", high=nobs - 1)
    if bandwidth is not None:
        raise UsageError(f"bandwidth={bandwidth!r} goes with cov_type='HAC' only, not with {cov_type!r}: leave one out.")
    return None


def _check_series(y: Floats, x: Floats) -> None:
    """Refuse a KPI or a lead without values or variation, and a lead that is the KPI."""
    if not np.isfinite(x).any():
        raise UsageError("the lead has no values.", code="LL201")
    if is_constant(y):
        raise UsageError("the KPI has no values or does not vary: there is no response to look for.", code="LL313")
    if is_constant(x):
        raise UsageError("the lead does not vary: it holds no surprise.", code="LL203")
    if too_far_apart(y, x):
        raise UsageError("the sizes of KPI and lead are too far apart: give one of them in another unit.", code="LL203")
    if exact_lines(x[:, None])[0]:
        raise UsageError("the lead is a straight line over time: it holds no surprise.", code="LL207")
    if is_affine_copy(x, y):
        raise UsageError("the lead is a copy of the KPI, up to unit and offset: its surprise is the KPI's own.", code="LL205")


def _check_rows(X: Floats, later: Floats, horizon: int) -> None:
    """Refuse a horizon with too few complete rows; say which one is the longest that has enough."""
    nobs, n_columns = X.shape
    needed = rows_needed(n_columns)
    if nobs < needed:
        before = f"the longest horizon with enough is {horizon - 1}; " if horizon else ""
        raise UsageError(
            f"{nobs} complete rows at horizon {horizon} for {n_columns} coefficients are too few: {needed} are needed "
            f"(3 per coefficient and 10); {before}ask for shorter horizons, lower the order, or give more periods.",
            code="LL204",
        )
    if is_constant(X[:, -1]):
        raise UsageError(f"the lead does not vary in the {nobs} rows of horizon {horizon}: it holds no surprise.", code="LL203")
    if is_constant(later):
        raise UsageError(f"the KPI does not vary in the {nobs} rows of horizon {horizon}: no response.", code="LL313")


def _check_lead(model: LeastSquares, horizon: int) -> None:
    """Refuse a lead that the other columns span, and one with a row that nothing else fits and that it fits exactly."""
    if not model.kept[-1]:
        raise UsageError(
            "the lead is an exact combination of its own past, the KPI's past and the controls: it holds no surprise.",
            code="LL207",
        )
    if decides_alone(model.basis, last=1):
        raise UsageError(
            f"one row alone decides the response at horizon {horizon}, so nothing is left to judge it by: lower the order, or "
            "give a lead that moves more often.",
            code="LL204",
        )
