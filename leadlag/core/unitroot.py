"""Unit-root and stationarity tests for many series at once.

ADF asks whether the series has a unit root, KPSS whether it has none. Where the two do not agree the
answer is "inconclusive", and that is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadlag.core.lags import difference, lag_matrix
from leadlag.core.leastsquares import standardise

__all__ = ["Integration", "adf_statistic", "adf_critical", "integration", "kpss_statistic", "KPSS_CRITICAL"]

Floats = NDArray[np.float64]
State = Literal["integrated", "stationary", "inconclusive"]
Deterministic = Literal["c", "ct"]

#: Response surfaces ``b0 + b1/n + b2/n^2 + b3/n^3`` of the ADF critical values (MacKinnon 2010, table 2).
_ADF_SURFACE = {
    ("c", 0.05): (-2.86154, -2.8903, -4.234, -40.040),
    ("c", 0.10): (-2.56677, -1.5384, -2.809, 0.0),
    ("ct", 0.05): (-3.41049, -4.3904, -9.036, -45.374),
    ("ct", 0.10): (-3.12705, -2.5856, -3.925, -22.380),
}

#: Smallest singular value that counts, relative to the largest: its square is still above rounding.
_RANK = 1e-7

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
    return _adf_fit(x, lags=lags, hold_back=lags, deterministic=deterministic)[0]


def _adf_fit(x: Floats, *, lags: int, hold_back: int, deterministic: Deterministic) -> tuple[float, float]:
    """t statistic, and BIC on the rows that `hold_back` lags allow."""
    x = standardise(x).values  # the rank guard below would take large units for collinear columns
    change = difference(x)
    level = lag_matrix(x, [1])
    past = lag_matrix(change, range(1, hold_back + 1)) if hold_back else np.empty((len(x), 0))
    used = np.isfinite(change) & np.isfinite(level[:, 0]) & np.isfinite(past).all(axis=1)
    n = int(used.sum())
    trend = np.arange(len(x), dtype=float)[used] / max(len(x), 1)
    fixed = [np.ones(n)] if deterministic == "c" else [np.ones(n), trend]
    design = np.column_stack([level[used, 0], *fixed, past[used, :lags]])
    if n <= design.shape[1] + 1:
        return np.nan, np.inf
    params, _, rank, _ = np.linalg.lstsq(design, change[used], rcond=_RANK)
    ssr = float(np.sum((change[used] - design @ params) ** 2))
    if rank < design.shape[1] or ssr <= 0:
        return np.nan, np.inf
    spread = np.linalg.inv(design.T @ design)[0, 0]
    bic = n * np.log(ssr / n) + design.shape[1] * np.log(n)
    return float(params[0] / np.sqrt(ssr / (n - design.shape[1]) * spread)), float(bic)


def kpss_statistic(x: Floats, *, bandwidth: int, deterministic: Deterministic) -> float:
    """KPSS statistic with Bartlett weights up to `bandwidth`; missing rows are left out.

    Notes
    -----
    ``sum_t S_t^2 / (n^2 s^2)`` with S the partial sums of the residual from the mean or trend and s^2 its
    long-run variance (Kwiatkowski, Phillips, Schmidt & Shin 1992).
    """
    values = x[np.isfinite(x)]
    n = len(values)
    fixed = np.ones((n, 1)) if deterministic == "c" else np.column_stack([np.ones(n), np.arange(n) / n])
    residual = values - fixed @ np.linalg.lstsq(fixed, values, rcond=None)[0]
    long_run = float(residual @ residual)
    for lag in range(1, min(bandwidth, n - 1) + 1):
        long_run += 2.0 * (1.0 - lag / (bandwidth + 1.0)) * float(residual[lag:] @ residual[:-lag])
    return float(np.sum(np.cumsum(residual) ** 2) / (n * long_run)) if long_run > 0 else np.nan


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
    n = int(np.isfinite(x).sum())
    most = max(0, min(int(12 * (n / 100) ** 0.25), n // 6 - 2))
    scores = [_adf_fit(x, lags=lags, hold_back=most, deterministic=deterministic)[1] for lags in range(most + 1)]
    adf = adf_statistic(x, lags=int(np.argmin(scores)), deterministic=deterministic)
    kpss = kpss_statistic(x, bandwidth=int(4 * (n / 100) ** 0.25), deterministic=deterministic) if n > 5 else np.nan
    if not (np.isfinite(adf) and np.isfinite(kpss)):
        return Integration(state="inconclusive", adf=adf, kpss=kpss)
    no_unit_root = adf < adf_critical(n, deterministic=deterministic, alpha=alpha)
    not_stationary = kpss > KPSS_CRITICAL[deterministic, alpha]
    state: State = "inconclusive"
    if no_unit_root != not_stationary:
        state = "stationary" if no_unit_root else "integrated"
    return Integration(state=state, adf=adf, kpss=kpss)
