"""Two forecasts of the same periods compared on arrays: whether the second has smaller errors, beyond chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from leadlag._validation import as_generator, as_int, as_option
from leadlag.core.covariance import bartlett_weights
from leadlag.errors import UsageError

__all__ = ["ForecastComparison", "clark_west", "diebold_mariano"]

Floats = NDArray[np.float64]
How = Literal["iid", "HAC", "bootstrap", "none"]

#: Origins from which on a longer horizon is tested by its autocorrelation-consistent variance, and below by a bootstrap.
HAC_ORIGINS = 40
#: Fewest forecasts that are compared.
FEWEST = 8
#: What varies by less than this share of its size is rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class ForecastComparison:
    """What a test of two forecasts says.

    Parameters
    ----------
    statistic : float
        Mean difference in standard errors; positive where the second forecast is better.
    pvalue : float
        One-sided for Clark & West, two-sided for Diebold & Mariano; NaN where `missing` says why.
    df : float
        Degrees of freedom of Student's t; NaN where the p is from draws.
    n : int
        Forecasts compared.
    mean_difference : float
        Mean of what is tested, in squared (or absolute) KPI units: loss of the first less loss of the second.
    how : {"iid", "HAC", "bootstrap", "none"}
        Where standard error and p come from.
    bandwidth : int
        Last lag with a weight in the variance.
    missing : str
        Why there is no p; empty where there is one.
    """

    statistic: float
    pvalue: float
    df: float
    n: int
    mean_difference: float
    how: How
    bandwidth: int
    missing: str = ""


def clark_west(
    actual: ArrayLike, restricted: ArrayLike, full: ArrayLike, *, horizon: int, rng: Any = 0, n_draws: int = 999
) -> ForecastComparison:
    """Whether a model that contains a smaller one forecasts better than it.

    Parameters
    ----------
    actual, restricted, full : array_like, shape (n,)
        What came, and what the smaller and the larger model had said `horizon` periods before; one entry a period, in order,
        NaN where there is no forecast or no outcome.
    horizon : int
        Periods ahead.
    rng : int or Generator
        For the bootstrap.
    n_draws : int
        Draws of the bootstrap.

    Returns
    -------
    ForecastComparison
        One-sided: small p where the larger model is better.

    Notes
    -----
    If the smaller model is true, the larger one forecasts worse, since it estimates what is zero. Clark & West (2007, J.
    Econometrics 138:291) take that back: ``f = e1^2 - (e2^2 - (yhat1 - yhat2)^2) = 2 e1 (yhat2 - yhat1)`` has mean zero then,
    whatever was searched to find the larger model before the forecast was made.
    """
    actual, restricted, full = _forecasts(actual, restricted, full)
    horizon = as_int(horizon, "horizon", low=1)
    n_draws = as_int(n_draws, "n_draws", low=99)
    generator = as_generator(rng)
    return _tested(2.0 * (actual - restricted) * (full - restricted), horizon, generator, n_draws)


def diebold_mariano(
    actual: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    *,
    horizon: int,
    loss: Literal["squared", "absolute"] = "squared",
) -> ForecastComparison:
    """Whether two forecasts are equally good.

    Parameters
    ----------
    actual, first, second : array_like, shape (n,)
        As in `clark_west`.
    horizon : int
        Periods ahead.
    loss : {"squared", "absolute"}
        What an error costs.

    Returns
    -------
    ForecastComparison
        Two-sided; a positive statistic where the second forecast is better.

    Notes
    -----
    Diebold & Mariano (1995, JBES 13:253) with Bartlett weights on ``horizon - 1`` lags, the statistic times the factor of Harvey,
    Leybourne & Newbold (1997, Int. J. Forecasting 13:281), by Student's t with n - 1 degrees of freedom. For forecasts of models
    of which one contains the other it is too timid; `clark_west` is made for these.
    """
    actual, first, second = _forecasts(actual, first, second)
    horizon = as_int(horizon, "horizon", low=1)
    power = 2.0 if as_option(loss, "loss", ("squared", "absolute")) == "squared" else 1.0
    values = np.abs(actual - first) ** power - np.abs(actual - second) ** power
    n = int(np.isfinite(values).sum())
    refused = _refusal(values, n, horizon)
    if refused is not None:
        return refused
    mean = float(np.nanmean(values))
    factor = math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = factor * mean / math.sqrt(_variance(values, horizon - 1) / n)
    pvalue = 2.0 * float(special.stdtr(n - 1, -abs(statistic)))
    how: How = "iid" if horizon == 1 else "HAC"
    return ForecastComparison(
        statistic=statistic, pvalue=pvalue, df=n - 1.0, n=n, mean_difference=mean, how=how, bandwidth=horizon - 1
    )


def _forecasts(*series: ArrayLike) -> tuple[Floats, ...]:
    """One length, one dimension; a missing value in one of them is missing in all."""
    arrays = [np.asarray(each, dtype=np.float64) for each in series]
    if any(array.ndim != 1 or len(array) != len(arrays[0]) for array in arrays):
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise UsageError(f"outcomes and forecasts have shapes {shapes}: give one value a period in each, of one length.")
    gap = ~np.isfinite(np.sum(arrays, axis=0))
    return tuple(np.where(gap, np.nan, array) for array in arrays)


def _refusal(values: Floats, n: int, horizon: int) -> ForecastComparison | None:
    """Why nothing can be tested; None if something can."""
    mean = float(np.nanmean(values)) if n else math.nan

    def without(missing: str, pvalue: float, statistic: float) -> ForecastComparison:
        return ForecastComparison(
            statistic=statistic,
            pvalue=pvalue,
            df=math.nan,
            n=n,
            mean_difference=mean,
            how="none",
            bandwidth=horizon - 1,
            missing=missing,
        )

    fewest = max(FEWEST, 2 * horizon)
    if n < fewest:
        return without(f"{n} forecasts, {fewest} are needed to compare them {horizon} periods ahead", math.nan, math.nan)
    largest = float(np.nanmax(np.abs(values)))
    if largest == 0.0:
        return without("the two forecasts are equally good in every period", 1.0, 0.0)
    if float(np.nanmax(values) - np.nanmin(values)) <= _ROUNDING * largest:
        return without("the two forecasts differ by the same in every period", math.nan, math.nan)
    return None


def _tested(values: Floats, horizon: int, rng: np.random.Generator, n_draws: int) -> ForecastComparison:
    n = int(np.isfinite(values).sum())
    refused = _refusal(values, n, horizon)
    if refused is not None:
        return refused
    mean = float(np.nanmean(values))
    bandwidth = horizon - 1
    variance = _variance(values, bandwidth) * (n / (n - 1) if horizon == 1 else 1.0)
    statistic = mean / math.sqrt(variance / n)
    df = math.nan
    how: How = "iid" if horizon == 1 else "HAC" if n >= HAC_ORIGINS else "bootstrap"
    if how == "bootstrap":
        pvalue = _bootstrap(values, statistic, horizon, rng, n_draws)
    else:
        df = max(n / horizon - 1.0, 1.0)
        pvalue = float(special.stdtr(df, -statistic))
    return ForecastComparison(statistic=statistic, pvalue=pvalue, df=df, n=n, mean_difference=mean, how=how, bandwidth=bandwidth)


def _variance(values: Floats, bandwidth: int) -> float:
    """Long-run variance of values with gaps, Bartlett weights: lags count periods, not rows. Never negative."""
    return float(_variances(values[:, None], bandwidth)[0])


def _variances(values: Floats, bandwidth: int) -> Floats:
    """The same of many series, shape (n, m) -> (m,)."""
    there = np.isfinite(values[:, :1])
    filled = np.where(there, values, 0.0)
    n = int(there.sum())
    filled = np.where(there, filled - filled.sum(axis=0) / n, 0.0)
    total = (filled * filled).sum(axis=0)
    for lag, weight in enumerate(bartlett_weights(min(bandwidth, len(values) - 1))):
        if lag:
            total = total + 2.0 * weight * (filled[lag:] * filled[:-lag]).sum(axis=0)
    return np.asarray(total / n)


def _bootstrap(values: Floats, statistic: float, horizon: int, rng: np.random.Generator, n_draws: int) -> float:
    """One-sided p of a dependent wild bootstrap: values times multipliers that keep the dependence of overlapping forecasts."""
    n = len(values)
    steps = rng.standard_normal((n + horizon - 1, n_draws))
    summed = np.cumsum(np.vstack([np.zeros((1, n_draws)), steps]), axis=0)
    multipliers = (summed[horizon:] - summed[:-horizon]) / math.sqrt(horizon)
    drawn = values[:, None] * multipliers
    count = np.isfinite(values).sum()
    means = np.nansum(drawn, axis=0) / count
    spread = np.sqrt(_variances(drawn, horizon - 1) / count)
    return (1.0 + float((means >= statistic * spread).sum())) / (n_draws + 1.0)
