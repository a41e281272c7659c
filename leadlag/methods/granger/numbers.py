"""The Granger-style test on arrays: one regression, one joint test of the lead's lags."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.covariance import covariance
from leadlag.core.linear.leastsquares import (
    EXACT,
    LeastSquares,
    decides_alone,
    fit,
    is_affine_copy,
    is_constant,
    rows_needed,
    standardise,
)
from leadlag.core.linear.wald import WaldTest, joint_test
from leadlag.core.series.scales import too_far_apart
from leadlag.core.series.trend import exact_lines
from leadlag.core.time.lags import further, lag_matrix
from leadlag.errors import UsageError

__all__ = ["GrangerNumbers", "granger"]


@dataclass(frozen=True, kw_only=True, eq=False)
class GrangerNumbers:
    """What `granger` finds.

    Parameters
    ----------
    statistic, pvalue, log_pvalue : float
        Of the joint test that all lags of the lead have coefficient zero; the logarithm is finite also where p is 0.0.
    df : tuple of int
        (numerator, denominator) for F, (numerator,) for chi2.
    distribution : {"F", "chi2"}
        What the statistic is compared with.
    order, own_order : tuple of int
        Lags of the lead that were asked for, and lags of the KPI in both models.
    augment : int
        Further lags of both that were in both models, untested.
    aliased : tuple of int
        Lags of `order` that other columns span exactly (left out of the test).
    params, bse : ndarray, shape (len(order),)
        Coefficients of the lead's lags and their standard errors, in KPI units per unit of the lead; NaN where aliased.
    rsquared, rsquared_restricted : float
        Explained share of the KPI's variation with and without the lead.
    nobs, n_dropped, df_resid : int
        Rows used, periods of the grid that were not, and rows less coefficients.
    cov_type, correction : str
        Covariance of the coefficients.
    bandwidth : int or None
        Last lag with a non-zero HAC weight; None unless HAC.
    exact : bool
        Whether the full model fits without error; the statistic is then infinite.
    """

    statistic: float
    pvalue: float
    log_pvalue: float
    df: tuple[int, ...]
    distribution: str
    order: tuple[int, ...]
    own_order: tuple[int, ...]
    augment: int
    aliased: tuple[int, ...]
    params: Floats
    bse: Floats
    rsquared: float
    rsquared_restricted: float
    nobs: int
    n_dropped: int
    df_resid: int
    cov_type: str
    correction: str
    bandwidth: int | None
    exact: bool


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """Complete rows of the full model in standard units; the tested columns stand last.

    y (n,), X (n, k), tested: columns of X (len(lags),), periods: place of each row on the grid (n,), unit: KPI units
    per unit of the lead.
    """

    y: Floats
    X: Floats
    tested: Ints
    periods: Ints
    unit: float


def granger(
    y: ArrayLike,
    x: ArrayLike,
    *,
    lags: Sequence[int],
    own_lags: Sequence[int] | None = None,
    controls: ArrayLike | None = None,
    cov_type: str = "nonrobust",
    bandwidth: int | None = None,
    correction: str = "none",
    augment: int = 0,
    distribution: str = "F",
    hold_back: int | None = None,
) -> GrangerNumbers:
    """Test whether lags of x help to predict y beyond the lags of y and the controls.

    Parameters
    ----------
    y, x : array_like, shape (n,)
        KPI and lead on one complete period grid, oldest period first; NaN where missing.
    lags : sequence of int
        Lags of x that are tested, each at least 1, in periods.
    own_lags : sequence of int, optional
        Lags of y in both models; the same as `lags` if None.
    controls : array_like, shape (n, c), optional
        Columns in both models, taken in the same period as y. The intercept is always there.
    cov_type, bandwidth, correction
        See `leadlag.core.linear.covariance.covariance`.
    augment : int, default 0
        So many further lags of y and x enter both models and are not tested (Toda & Yamamoto).
    distribution : {"F", "chi2"}
        Small-sample F or asymptotic chi2.
    hold_back : int, optional
        Periods at the start of the grid that are not predicted; the longest lag if None.

    Returns
    -------
    GrangerNumbers

    Raises
    ------
    UsageError
        With code LL201 (no values), LL203 (constant lead), LL204 (too few rows), LL205 (copy of the KPI), LL207 (spanned by the
        other columns), LL208 (singular covariance) or LL313 (KPI constant, or fitted exactly without the lead).

    Notes
    -----
    Everything is computed on centred and scaled series, so that units and offsets do not matter. A row is used if
    the KPI, all lags and all controls are present in it.
    """
    tested_lags = tuple(lags)
    kept_lags = tested_lags if own_lags is None else tuple(own_lags)
    kpi, lead = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    others = np.empty((kpi.size, 0)) if controls is None else np.asarray(controls, dtype=np.float64)
    rows = _complete_rows(kpi, lead, others, tested_lags, kept_lags, augment, hold_back)
    _check_series(rows, kpi, lead)
    model = fit(rows.y, rows.X)
    _check_model(model, rows)
    restricted_ssr = model.ssr + float(np.sum(model.scores[_tested_scores(model, rows)] ** 2))
    if restricted_ssr <= EXACT * model.tss:
        raise UsageError(
            "the KPI's own lags and the controls already fit the KPI exactly: nothing is left to test.", code="LL313"
        )
    if cov_type != "nonrobust":
        _check_leverage(model, rows, cov_type)
    cov = covariance(model, cov_type=cov_type, bandwidth=bandwidth, correction=correction, periods=rows.periods)
    test = joint_test(model, cov, rows.tested, distribution=distribution)
    if model.exact:
        test = _certain(test)
    if math.isnan(test.statistic):
        raise UsageError(
            f"the {cov_type} covariance of the {test.df_num} tested lags is singular: lower the order or the bandwidth, or use "
            "cov_type='nonrobust'.",
            code="LL208",
        )
    return GrangerNumbers(
        statistic=test.statistic,
        pvalue=test.pvalue,
        log_pvalue=test.log_pvalue,
        df=(test.df_num, test.df_den) if test.distribution == "F" else (test.df_num,),
        distribution=test.distribution,
        order=tested_lags,
        own_order=kept_lags,
        augment=augment,
        aliased=tuple(np.asarray(tested_lags)[~model.kept[rows.tested]].tolist()),
        params=model.params[rows.tested] * rows.unit,
        bse=cov.bse[rows.tested] * rows.unit,
        rsquared=model.rsquared,
        rsquared_restricted=1.0 - restricted_ssr / model.tss,
        nobs=model.nobs,
        n_dropped=kpi.size - model.nobs,
        df_resid=test.df_den,
        cov_type=cov.cov_type,
        correction=cov.correction,
        bandwidth=cov.bandwidth,
        exact=model.exact,
    )


def _complete_rows(
    y: Floats,
    x: Floats,
    controls: Floats,
    lags: tuple[int, ...],
    own_lags: tuple[int, ...],
    augment: int,
    hold_back: int | None,
) -> _Rows:
    """Design of the full model on the rows where nothing is missing."""
    longest = max(*lags, *own_lags) + augment
    if hold_back is not None and hold_back < longest:
        raise UsageError(f"hold_back={hold_back} is below the longest lag: give at least {longest}, or None.")
    kpi, lead = standardise(y), standardise(x)
    tested = lag_matrix(lead.values, lags)
    base = [
        np.ones((y.size, 1)),
        standardise(controls).values,
        lag_matrix(kpi.values, [*own_lags, *further(own_lags, augment)]),
        lag_matrix(lead.values, further(lags, augment)),
    ]
    X = np.hstack([*base, tested])
    present = np.isfinite(kpi.values) & np.isfinite(X).all(axis=1)
    present[: longest if hold_back is None else hold_back] = False
    columns = np.arange(X.shape[1] - len(lags), X.shape[1])
    with np.errstate(over="ignore", under="ignore"):  # 1e300 per 1e-300 is infinite, and said as that
        unit = float(kpi.scale / lead.scale)
    return _Rows(y=kpi.values[present], X=X[present], tested=columns, periods=np.flatnonzero(present), unit=unit)


def _check_series(rows: _Rows, y: Floats, x: Floats) -> None:
    """Refuse a KPI or a lead that does not vary in the rows used, and a lead that is the KPI."""
    if not np.isfinite(x).any():
        raise UsageError("the lead has no values.", code="LL201")
    if rows.y.size == 0:
        raise UsageError(f"none of the {y.size} periods has the KPI, all lags and all controls: lower the order.", code="LL204")
    if is_constant(rows.y):
        raise UsageError(f"the KPI does not vary in the {rows.y.size} rows used: nothing to predict.", code="LL313")
    if is_constant(rows.X[:, rows.tested]).all():
        raise UsageError(f"the lead does not vary in the {rows.y.size} rows used: nothing to learn from it.", code="LL203")
    if too_far_apart(y, x):
        raise UsageError("the sizes of KPI and lead are too far apart: give one of them in another unit.", code="LL203")
    if exact_lines(x[:, None])[0]:
        raise UsageError("the lead is a straight line over time: it says nothing that the date does not say.", code="LL207")
    if is_affine_copy(x, y):
        raise UsageError("the lead is a copy of the KPI, up to unit and offset: its past is the KPI's own past.", code="LL205")


def _check_model(model: LeastSquares, rows: _Rows) -> None:
    """Refuse too few rows, and a lead that adds no column of its own."""
    n_columns = rows.X.shape[1] if model.rank == model.nobs else model.rank  # with no row to spare the rank says nothing
    needed = rows_needed(n_columns)
    if model.nobs < needed:
        raise UsageError(
            f"{model.nobs} complete rows for {n_columns} coefficients are too few: {needed} are needed (3 per coefficient "
            "and 10); lower the order, drop controls or give more periods.",
            code="LL204",
        )
    if not model.kept[rows.tested].any():
        raise UsageError(
            "every tested lag of the lead is an exact combination of the KPI's lags and the controls: nothing new to test.",
            code="LL207",
        )


def _check_leverage(model: LeastSquares, rows: _Rows, cov_type: str) -> None:
    """Refuse a lead of which one row alone decides a coefficient: robust errors call such a row certain."""
    if decides_alone(model.basis, last=_tested_scores(model, rows).size):
        raise UsageError(
            f"one row alone decides the coefficient of a tested lag, so cov_type={cov_type!r} has no error to judge it by: "
            "lower the order or use cov_type='nonrobust'.",
            code="LL204",
        )


def _tested_scores(model: LeastSquares, rows: _Rows) -> Ints:
    """Which orthonormal directions are those of the tested columns; they stand last, as the columns do."""
    return np.arange(model.rank - int(model.kept[rows.tested].sum()), model.rank)


def _certain(test: WaldTest) -> WaldTest:
    """The same test where the full model leaves no error: infinitely far from the null."""
    return replace(test, statistic=math.inf, pvalue=0.0, log_pvalue=-math.inf)
