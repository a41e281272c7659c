"""Season: its columns, and whether a series has one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from leadlag.core.arrays import Floats
from leadlag.core.linear.leastsquares import Basis, orthonormal_basis, residualise
from leadlag.core.noise.momentum import ar_errors
from leadlag.core.series.scales import unit_of
from leadlag.core.time.lags import lag_tensor

__all__ = ["added_pvalues", "harmonics", "season_pvalues"]


#: Autocovariances that are freed together from what the season columns took away.
_LAGS = 6
#: The AR(2) keeps inside these, by its partial autocorrelations.
_EDGE = (0.985, 0.95)
#: What is known of a series' noise at the season's frequency is worth this many degrees of freedom a season.
_DF_A_SEASON = 10.0


def harmonics(n: int, *, period: float, count: int) -> Floats:
    """Sine and cosine pairs of a season, shape (n, up to 2 count).

    Parameters
    ----------
    n : int
        Rows.
    period : float
        Periods in a season; need not be whole (52.18 weeks in a year).
    count : int
        Pairs, the slowest first; the sine that is zero on every row (twice a period of 2) is left out.

    Notes
    -----
    All ``period // 2`` pairs of a whole period span the same space as its dummies.
    """
    time = np.arange(n)
    columns = []
    for cycle in range(1, count + 1):
        angle = 2.0 * np.pi * cycle * time / period
        columns.append(np.cos(angle))
        if not math.isclose(2 * cycle, period, rel_tol=1e-5):
            columns.append(np.sin(angle))
    return np.column_stack(columns) if columns else np.empty((n, 0))


def season_pvalues(X: Floats, groups: Sequence[Floats], *, n_seasons: float, beside: Floats | None = None) -> Floats:
    """p of the F test that each group of season columns adds nothing to each series.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing.
    groups : sequence of ndarray, each shape (n, k)
        Season columns tested together; groups are taken in their order.
    n_seasons : float
        Seasons in the sample.
    beside : ndarray, shape (n, k), optional
        What is in every model beside constant and trend.

    Returns
    -------
    ndarray, shape (m, len(groups))

    Notes
    -----
    Each series is detrended and filtered by an AR(2) of its own, estimated with the season taken out. A
    sine stays a sine of its period under any such filter, so the unfiltered columns span the same space. What the
    columns take from the autocovariances is given back (`_freed_autocovariances`): without that a season was seen in 16 % of
    AR series over three years of weeks at 5 %, with it in 7 %. How well the noise at the season's frequency is known grows with
    the number of seasons, so the F distribution has at most ten denominator degrees of freedom a season. A missing
    value counts as the series' trend: this finds a season, it does not test a lead.
    """
    n, m = X.shape
    fixed = np.column_stack([np.ones(n), np.arange(n) / n, *([] if beside is None else [beside])])
    season = np.column_stack(list(groups))
    detrended = np.nan_to_num(_detrended(X / unit_of(X), fixed))
    taken_out = orthonormal_basis(np.column_stack([fixed, season]))
    phi = _autoregression(_freed_autocovariances(residualise(detrended, taken_out), taken_out.q))
    order = len(phi)
    filtered = ar_errors(detrended, phi)[order:]
    small = orthonormal_basis(fixed[order:])
    large = orthonormal_basis(np.column_stack([fixed, season])[order:])
    ssr = np.sum(residualise(filtered, large) ** 2, axis=0)
    df_den = len(filtered) - large.rank - order
    if df_den < 1:
        return np.full((m, len(groups)), np.nan)
    scores = (large.q.T @ filtered) ** 2
    member = np.repeat(np.arange(len(groups)), [group.shape[1] for group in groups])[large.kept[fixed.shape[1] :]]
    pvalues = np.full((m, len(groups)), np.nan)
    for group in range(len(groups)):
        mine = scores[small.rank :][member == group]
        with np.errstate(invalid="ignore", divide="ignore"):
            statistic = mine.sum(axis=0) / max(len(mine), 1) / (ssr / df_den)
        pvalues[:, group] = stats.f.sf(statistic, max(len(mine), 1), min(df_den, max(_DF_A_SEASON * n_seasons, 2.0)))
    return pvalues


def _freed_autocovariances(residual: Floats, q: Floats) -> Floats:
    """Autocovariances of the noise of which the residual is what an orthonormal basis leaves, shape (lags + 1, m).

    With ``e = M u`` and ``M = I - Q Q'``, ``E e' L_k e = sum_l gamma_l tr(L_k' M T_l M)``, with L_k the shift by k rows and T_l
    the sum of the shifts by l either way: equations in gamma, solved for the first few lags.
    """
    n, lags = len(residual), range(min(_LAGS, len(residual) // 4) + 1)
    later, earlier = (lag_tensor(rows, lags, fill=0.0) for rows in (q, q[::-1]))
    earlier = earlier[::-1]
    within = np.einsum("ti,tjk->kij", q, later)
    crossed = np.einsum("tik,til->kl", earlier, later)
    weights = np.diag([float(n - lag) for lag in lags])
    weights -= np.einsum("tik,til->kl", later, later) + np.einsum("tik,til->kl", earlier, earlier)
    weights += np.einsum("kij,lij->kl", within, within)
    both_ways = -crossed - crossed.T + np.einsum("kij,lji->kl", within, within)
    weights[:, 1:] += both_ways[:, 1:]
    products = np.array([(residual[lag:] * residual[: n - lag]).sum(axis=0) for lag in lags])
    return np.linalg.lstsq(weights, products, rcond=1e-8)[0]


def _autoregression(autocovariance: Floats) -> Floats:
    """AR(2) of each column by the Yule-Walker equations, its partial autocorrelations kept inside the edges, shape (2, m)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = np.nan_to_num(autocovariance[1:3] / autocovariance[0], posinf=0.0, neginf=0.0)
        near = np.clip(first, -_EDGE[0], _EDGE[0])
        far = np.clip((second - near**2) / (1.0 - near**2), -_EDGE[1], _EDGE[1])
    return np.array([near * (1.0 - far), far])


def _detrended(X: Floats, fixed: Floats) -> Floats:
    """Series less their own linear trend, each over the rows it has."""
    whole = np.isfinite(X).all(axis=0)
    detrended = np.full_like(X, np.nan)
    detrended[:, whole] = residualise(X[:, whole], orthonormal_basis(fixed))
    for column in np.flatnonzero(~whole & np.isfinite(X).any(axis=0)):
        rows = np.isfinite(X[:, column])
        detrended[rows, column] = residualise(X[rows, column], orthonormal_basis(fixed[rows]))
    return detrended


def added_pvalues(X: Floats, columns: Sequence[Floats], *, beside: Floats) -> Floats:
    """p of the F test that each group of columns adds nothing to each series.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing.
    columns : sequence of ndarray, each shape (n, k)
        Groups that are asked one by one.
    beside : ndarray, shape (n, q)
        What is in every model: constant, trend, season.

    Returns
    -------
    ndarray, shape (m, len(columns))
        NaN where too few rows have a value.

    Notes
    -----
    Series and columns go through the series' own AR(2), estimated beside all of them as in `season_pvalues`: unlike a sine, such
    a column is another one after a filter.
    """
    every = np.column_stack([beside, *columns])
    scaled = _detrended(X / unit_of(X), beside)
    left = np.nan_to_num(_detrended(scaled, every))
    phi = _autoregression(_freed_autocovariances(left, orthonormal_basis(every).q))
    return np.array([_added_pvalues(x, own, beside, columns) for x, own in zip(scaled.T, phi.T, strict=True)]).reshape(
        len(scaled.T), -1
    )


def _added_pvalues(x: Floats, phi: Floats, beside: Floats, columns: Sequence[Floats]) -> list[float]:
    """p of each group of columns for one series with AR coefficients of its own."""
    values = _filtered(x[:, None], phi)[:, 0]
    rows = np.isfinite(values)
    values, fixed, *groups = (each[rows] for each in (values, *(_filtered(group, phi) for group in (beside, *columns))))
    large = orthonormal_basis(np.column_stack([fixed, *groups]))
    df_den = len(values) - large.rank - len(phi)
    if df_den < 1:
        return [np.nan] * len(groups)
    alone, whole = _left(values, orthonormal_basis(fixed)), _left(values, large)
    found = []
    for group in groups:
        basis = orthonormal_basis(np.column_stack([fixed, group]))
        added = basis.rank - int(orthonormal_basis(fixed).rank)
        gain = (alone - _left(values, basis)) / max(added, 1)
        found.append(float(stats.f.sf(gain * df_den / whole, added, df_den)) if added and whole > 0 else np.nan)
    return found


def _left(values: Floats, basis: Basis) -> float:
    """What a basis leaves of a series, as a sum of squares."""
    return float(np.sum(residualise(values, basis) ** 2))


def _filtered(columns: Floats, phi: Floats) -> Floats:
    """Columns through an AR filter, shape (n, k); NaN where the past is not complete."""
    return ar_errors(columns, np.repeat(phi[:, None], columns.shape[1], axis=1))
