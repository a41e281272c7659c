"""Unit-root and stationarity tests for many series at once.

ADF asks whether the series has a unit root, KPSS whether it has none. Where the two do not agree the
answer is "inconclusive", and that is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from leadlag.core.arrays import Flags, Floats, Ints
from leadlag.core.linear.leastsquares import Basis, orthonormal_basis, residualise, standardise
from leadlag.core.linear.masks import columns_by_rows
from leadlag.core.time.lags import difference, lag_tensor

__all__ = [
    "KPSS_CRITICAL", "Deterministic", "Integration", "UnitRootTests", "adf_critical", "adf_statistic", "dfgls_statistics",
    "fixed_columns", "integration", "integrations", "kpss_statistic", "long_run_sum", "short_bandwidth", "unit_root_tests",
]  # fmt: skip

State = Literal["integrated", "stationary", "inconclusive"]
Deterministic = Literal["c", "ct"]

#: Response surfaces ``b0 + b1/n + b2/n^2 + b3/n^3`` of the ADF critical values (MacKinnon 2010, table 2).
_ADF_SURFACE = {
    ("c", 0.05): (-2.86154, -2.8903, -4.234, -40.040),
    ("c", 0.10): (-2.56677, -1.5384, -2.809, 0.0),
    ("ct", 0.05): (-3.41049, -4.3904, -9.036, -45.374),
    ("ct", 0.10): (-3.12705, -2.5856, -3.925, -22.380),
}

#: ``a = 1 + c/n`` of the quasi-differences of DF-GLS.
_LOCAL = {"c": -7.0, "ct": -13.5}
#: A column of which less than this share is left beside the others is a combination of them.
_RANK = 1e-7
#: Series that go through each step together.
_TOGETHER = 64

#: Upper critical values of KPSS (Kwiatkowski et al. 1992, table 1).
KPSS_CRITICAL = {("c", 0.05): 0.463, ("c", 0.10): 0.347, ("ct", 0.05): 0.146, ("ct", 0.10): 0.119}


@dataclass(frozen=True, kw_only=True)
class Integration:
    """Answer of ADF and KPSS together for one series."""

    state: State
    adf: float
    kpss: float


def adf_critical(n: int, *, deterministic: Deterministic, alpha: float) -> float:
    """Critical value of the ADF t statistic at 0.05 or 0.10 for `n` rows."""
    b0, b1, b2, b3 = _ADF_SURFACE[deterministic, alpha]
    return b0 + b1 / n + b2 / n**2 + b3 / n**3


def adf_statistic(x: Floats, *, lags: int, deterministic: Deterministic) -> float:
    """t statistic of the augmented Dickey-Fuller regression; NaN with too few rows.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where missing; a row counts if all it needs is there.
    lags : int
        Lagged differences in the regression.
    deterministic : {"c", "ct"}
        Intercept, or intercept and trend.

    Notes
    -----
    ``dx_t = a + b t + r x_{t-1} + sum_j g_j dx_{t-j} + e_t``; the statistic is the t value of r (Dickey &
    Fuller 1979; Said & Dickey 1984).
    """
    X = standardise(x).values[:, None]
    return float(_adf_fits(X, hold_back=lags, fixed=fixed_columns(len(X), deterministic)).statistic[lags, 0])


class _Adf(NamedTuple):
    """Fits with 0, 1, ... lags on the rows of the longest, each of shape (lags + 1, m)."""

    statistic: Floats
    bic: Floats


def _adf_fits(X: Floats, *, hold_back: int, fixed: Floats, n_taken: int = 0) -> _Adf:
    """t statistic and BIC with 0..hold_back lags on the rows that `hold_back` lags allow; X standardised, shape (n, m).

    `fixed` (n, q) stands beside the level; `n_taken` coefficients were spent on X before.
    """
    change = difference(X)
    series = np.concatenate([lag_tensor(change, range(1, hold_back + 1)), lag_tensor(X, [1]), change[:, :, None]], axis=2)
    found = _Adf(*(np.full((hold_back + 1, X.shape[1]), empty) for empty in (np.nan, np.inf)))
    for rows, columns in columns_by_rows(np.isfinite(series).all(axis=2)):
        n_spare = len(rows) - fixed.shape[1] - n_taken - 1 - np.arange(hold_back + 1)
        if n_spare[0] < 2:
            continue
        statistic, ssr = _level_fits(series[np.ix_(rows, columns)], orthonormal_basis(fixed[rows]))
        with np.errstate(invalid="ignore", divide="ignore"):
            bic = len(rows) * np.log(ssr / len(rows)) + (len(rows) - n_spare)[:, None] * np.log(len(rows))
            tvalue = statistic * np.sqrt(n_spare)[:, None]
        sound = np.isfinite(statistic) & (ssr > 0) & (n_spare >= 2)[:, None]
        found.statistic[:, columns] = np.where(sound, tvalue, np.nan)
        found.bic[:, columns] = np.where(sound, bic, np.inf)
    return found


def _level_fits(series: Floats, fixed: Basis) -> tuple[Floats, Floats]:
    """``r / sqrt(SSR (X'X)^-1_rr)`` of the level and SSR, beside intercept and trend and the first 0, 1, ... lagged changes.

    `series` (rows, m, lags + 2) holds lagged changes, level and change. The lagged changes are taken out of all that stand
    behind them one after the other; one of which rounding is left ends the orders that can be fitted.
    """
    n_lags = series.shape[2] - 2
    columns = np.ascontiguousarray(residualise(series, fixed).transpose(2, 0, 1))
    length = np.sqrt(np.einsum("rmk,rmk->km", series, series))
    statistic, ssr = (np.full((n_lags + 1, series.shape[1]), np.nan) for _ in range(2))
    sound = np.ones(series.shape[1], dtype=bool)
    for lags in range(n_lags + 1):
        level, change = columns[-2], columns[-1]
        square, product = np.einsum("rm,rm->m", level, level), np.einsum("rm,rm->m", level, change)
        usable = sound & (np.sqrt(square) > _RANK * length[-2])
        slope = product / np.where(usable, square, 1.0)
        rest = change - level * slope
        ssr[lags] = np.where(usable, np.einsum("rm,rm->m", rest, rest), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            statistic[lags] = slope * np.sqrt(square / ssr[lags])
        if lags < n_lags:
            sound &= _take_out(columns[lags:], length[lags])
    return statistic, ssr


def _take_out(columns: Floats, length: Floats) -> Flags:
    """Take the first of some columns (k, rows, m) out of the others, in place; False where only rounding is left of it."""
    norm = np.sqrt(np.einsum("rm,rm->m", columns[0], columns[0]))
    unit = columns[0] / np.where(norm > 0, norm, 1.0)
    columns[1:] -= np.einsum("krm,rm->km", columns[1:], unit)[:, None] * unit
    return np.asarray(norm > _RANK * length)


def fixed_columns(n: int, deterministic: Deterministic, season: Floats | None = None) -> Floats:
    """Intercept, or intercept and trend, and season columns if there are any, shape (n, q)."""
    one = np.ones((n, 1))
    columns = [one] if deterministic == "c" else [one, np.arange(n)[:, None] / max(n, 1)]
    return np.column_stack(columns if season is None else [*columns, season])


def kpss_statistic(x: Floats, *, bandwidth: int, deterministic: Deterministic) -> float:
    """KPSS statistic with Bartlett weights up to `bandwidth`; missing rows are left out.

    Notes
    -----
    ``sum_t S_t^2 / (n^2 s^2)`` with S the partial sums of the residual from the mean or trend and s^2 its
    long-run variance (Kwiatkowski, Phillips, Schmidt & Shin 1992).
    """
    rows = np.isfinite(x)
    fixed = fixed_columns(len(x), deterministic)[rows]
    return float(_kpss(x[rows][:, None], fixed=fixed, bandwidth=bandwidth)[0])


def _kpss(values: Floats, *, fixed: Floats, bandwidth: int) -> Floats:
    """KPSS statistics of series without missing values, shape (n, m), about `fixed` (n, q)."""
    residual = residualise(values, orthonormal_basis(fixed))
    long_run = long_run_sum(residual, bandwidth)
    sums = np.cumsum(residual, axis=0)
    varies = (residual**2).sum(axis=0) > _RANK**2 * ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(varies & (long_run > 0), np.einsum("rm,rm->m", sums, sums) / (len(values) * long_run), np.nan)


def long_run_sum(residual: Floats, bandwidth: int) -> Floats:
    """n times the long-run variance of each column with Bartlett weights up to `bandwidth`, shape (m,)."""
    total = np.einsum("rm,rm->m", residual, residual)
    for lag in range(1, min(bandwidth, len(residual) - 1) + 1):
        total += 2.0 * (1.0 - lag / (bandwidth + 1.0)) * np.einsum("rm,rm->m", residual[lag:], residual[:-lag])
    return total


def integration(x: Floats, *, deterministic: Deterministic, alpha: float = 0.05) -> Integration:
    """Whether a series is integrated, stationary, or neither is clear.

    Parameters
    ----------
    x : ndarray, shape (n,)
    deterministic : {"c", "ct"}
    alpha : {0.05, 0.10}
        Level of both tests.

    Returns
    -------
    Integration
        "integrated" if ADF does not reject a unit root and KPSS rejects stationarity; "stationary" the other
        way round; else "inconclusive". The ADF lags are chosen by BIC on one sample, up to
        ``12 (n/100)^(1/4)`` and a sixth of the rows; the KPSS bandwidth is ``4 (n/100)^(1/4)``.
    """
    return integrations(np.asarray(x, dtype=np.float64)[:, None], deterministic=deterministic, alpha=alpha)[0]


def integrations(X: Floats, *, deterministic: Deterministic, alpha: float = 0.05) -> list[Integration]:
    """`integration` of every column of X, shape (n, m); columns with the same rows go through each step together."""
    values, count = standardise(X).values, np.isfinite(X).sum(axis=0)
    found = [Integration(state="inconclusive", adf=np.nan, kpss=np.nan)] * X.shape[1]
    fixed = fixed_columns(len(X), deterministic)
    for rows, columns in columns_by_rows(np.isfinite(X)):
        for begin in range(0, len(columns), _TOGETHER):
            some = columns[begin : begin + _TOGETHER]
            adf, _ = _chosen_adf(values[:, some], n=len(rows), fixed=fixed)
            kpss = np.full(len(some), np.nan)
            if len(rows) > 5:
                kpss = _kpss(values[np.ix_(rows, some)], fixed=fixed[rows], bandwidth=short_bandwidth(len(rows)))
            for place, column in enumerate(some):
                found[column] = _answer(
                    float(adf[place]), float(kpss[place]), n=int(count[column]), deterministic=deterministic, alpha=alpha
                )
    return found


def short_bandwidth(n: int) -> int:
    """``4 (n/100)^(1/4)``, the bandwidth of KPSS for n rows."""
    return int(4 * (n / 100) ** 0.25)


def most_lags(n: int, n_fixed: int = 2) -> int:
    """Most lagged changes for n rows beside `n_fixed` columns: ``12 (n/100)^(1/4)``, and a sixth of the rows."""
    return max(0, min(int(12 * (n / 100) ** 0.25), (n - max(n_fixed - 2, 0)) // 6 - 2))


def _chosen_adf(X: Floats, *, n: int, fixed: Floats) -> tuple[Floats, Ints]:
    """ADF statistic of each column with the lags that BIC chooses, and these lags; n values in each."""
    hold_back = most_lags(n, fixed.shape[1])
    lags = np.argmin(_adf_fits(X, hold_back=hold_back, fixed=fixed).bic, axis=0)
    statistic = np.full(X.shape[1], np.nan)
    for chosen in np.unique(lags):
        mine = lags == chosen
        statistic[mine] = _adf_fits(X[:, mine], hold_back=int(chosen), fixed=fixed).statistic[-1]
    return statistic, lags


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitRootTests:
    """DF-GLS, ADF and KPSS of many series, each array of shape (m,); NaN, and 0 lags, where a series has too few rows.

    Parameters
    ----------
    nobs : ndarray of int
        Values of each series.
    dfgls, adf, kpss : ndarray
        Statistics.
    dfgls_lags, adf_lags, bandwidth : ndarray of int
        Lagged changes beside the level, and last lag with a weight in KPSS.
    """

    nobs: Ints
    dfgls: Floats
    dfgls_lags: Ints
    adf: Floats
    adf_lags: Ints
    kpss: Floats
    bandwidth: Ints


def unit_root_tests(X: Floats, *, deterministic: Deterministic, season: Floats | None = None) -> UnitRootTests:
    """DF-GLS, ADF and KPSS of every column, with season columns beside intercept and trend.

    Parameters
    ----------
    X : ndarray, shape (n, m)
        NaN where missing; nothing is filled, and no gap is closed up in a lag.
    deterministic : {"c", "ct"}
    season : ndarray, shape (n, k), optional
        Harmonics, or dummies less one, of the season that all these series have.

    Returns
    -------
    UnitRootTests

    Notes
    -----
    The season stands in every regression. The limits of the three statistics are those without it (Dickey, Bell & Miller 1986,
    American Statistician 40:12; Phillips & Jin 2002, Economics Letters 77:239); the coefficients that it takes are counted. Lags
    are chosen by BIC, those of DF-GLS on the series detrended by least squares (Perron & Qu 2007, Economics Letters 94:12). The
    modified AIC was tried there: it rejected a unit root in .73 of white noise (156 rows, 500 draws) where BIC does in all, and
    walks with noise on top, which it is made for, were called stationary in .23 instead of .25 (60 rows).
    """
    values, (n, m) = standardise(X).values, X.shape
    fixed = fixed_columns(n, deterministic, season)
    floats, places = (tuple(np.full(m, empty) for _ in range(3)) for empty in (np.nan, 0))
    found = UnitRootTests(
        nobs=np.isfinite(X).sum(axis=0), dfgls=floats[0], adf=floats[1], kpss=floats[2],
        dfgls_lags=places[0], adf_lags=places[1], bandwidth=places[2],
    )  # fmt: skip
    for rows, columns in columns_by_rows(np.isfinite(X)):
        for begin in range(0, len(columns), _TOGETHER):
            some = columns[begin : begin + _TOGETHER]
            if len(rows) <= fixed.shape[1] + 5:
                continue
            mine = values[:, some]
            found.adf[some], found.adf_lags[some] = _chosen_adf(mine, n=len(rows), fixed=fixed)
            found.dfgls[some], found.dfgls_lags[some] = _chosen_dfgls(mine, rows, fixed, deterministic=deterministic)
            found.bandwidth[some] = short_bandwidth(len(rows))
            found.kpss[some] = _kpss(mine[rows], fixed=fixed[rows], bandwidth=short_bandwidth(len(rows)))
    return found


def dfgls_statistics(X: Floats, *, lags: int, deterministic: Deterministic, season: Floats | None = None) -> Floats:
    """DF-GLS t statistic of every column with so many lagged changes, shape (m,).

    Notes
    -----
    ADF without deterministic terms on the series less its intercept, trend and season, estimated from quasi-differences
    ``x_t - a x_{t-1}`` with ``a = 1 - 7/n``, or ``1 - 13.5/n`` with a trend (Elliott, Rothenberg & Stock 1996, Econometrica
    64:813).
    """
    values, fixed = standardise(X).values, fixed_columns(len(X), deterministic, season)
    detrended = _gls_detrended(values, fixed, deterministic=deterministic)
    return _adf_fits(detrended, hold_back=lags, fixed=fixed[:, :0], n_taken=_n_season(fixed, deterministic)).statistic[-1]


def _n_season(fixed: Floats, deterministic: Deterministic) -> int:
    return int(fixed.shape[1]) - len(deterministic)


def _gls_detrended(X: Floats, fixed: Floats, *, deterministic: Deterministic) -> Floats:
    """Series less their fixed terms, these estimated from quasi-differences; a row after a gap has none."""
    detrended = np.full_like(X, np.nan)
    for rows, columns in columns_by_rows(np.isfinite(X)):
        root = 1.0 + _LOCAL[deterministic] / len(rows)
        later = rows[1:][np.diff(rows) == 1]
        series, base = (np.concatenate([each[rows[:1]], each[later] - root * each[later - 1]]) for each in (X[:, columns], fixed))
        coefficients = np.linalg.lstsq(base, series, rcond=None)[0]
        detrended[np.ix_(rows, columns)] = X[np.ix_(rows, columns)] - fixed[rows] @ coefficients
    return detrended


def _chosen_dfgls(X: Floats, rows: Ints, fixed: Floats, *, deterministic: Deterministic) -> tuple[Floats, Ints]:
    """DF-GLS statistic of series on the same rows with the lags that BIC chooses, and these lags."""
    by_ols = np.full_like(X, np.nan)
    by_ols[rows] = residualise(X[rows], orthonormal_basis(fixed[rows]))
    hold_back = most_lags(len(rows), fixed.shape[1])
    lags = np.argmin(_adf_fits(by_ols, hold_back=hold_back, fixed=fixed[:, :0], n_taken=fixed.shape[1]).bic, axis=0)
    detrended, n_taken = _gls_detrended(X, fixed, deterministic=deterministic), _n_season(fixed, deterministic)
    statistic = np.full(X.shape[1], np.nan)
    for chosen in np.unique(lags):
        mine = lags == chosen
        fits = _adf_fits(detrended[:, mine], hold_back=int(chosen), fixed=fixed[:, :0], n_taken=n_taken)
        statistic[mine] = fits.statistic[-1]
    return statistic, lags


def _answer(adf: float, kpss: float, *, n: int, deterministic: Deterministic, alpha: float) -> Integration:
    """What the two statistics say together."""
    if not (np.isfinite(adf) and np.isfinite(kpss)):
        return Integration(state="inconclusive", adf=adf, kpss=kpss)
    no_unit_root = adf < adf_critical(n, deterministic=deterministic, alpha=alpha)
    not_stationary = kpss > KPSS_CRITICAL[deterministic, alpha]
    state: State = "inconclusive"
    if no_unit_root != not_stationary:
        state = "stationary" if no_unit_root else "integrated"
    return Integration(state=state, adf=adf, kpss=kpss)
