"""Two forecasts of the same periods compared on arrays: whether the second has smaller errors, beyond chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from leadlag._validation import as_generator, as_int, as_option
from leadlag.core.arrays import Flags, Floats
from leadlag.core.linear.covariance import bartlett_weights
from leadlag.errors import UsageError

__all__ = ["ForecastComparison", "clark_west", "diebold_mariano"]

How = Literal["iid", "HAC", "bootstrap", "none"]
Missing = Literal["", "few", "same", "equally good", "same difference"]

#: Origins from which on a longer horizon is tested by a variance that allows for autocorrelation, and below by a bootstrap.
HAC_ORIGINS = 40
#: Fewest forecasts that are compared, and fewest for each period ahead.
FEWEST, FEWEST_PER_PERIOD = 8, 1.5
#: Cosines in the variance for each stretch of `horizon` origins. Measured (benchmarks/forecast_tests.py): with a useless lead
#: the test at 5 % rejects 3 to 6 % from 40 origins on and 4 to 8 % at 20; by Bartlett weights and the normal distribution it
#: would be 3 to 19 % and 6 to 27 %.
_COSINES = 0.5
#: Forecasts that differ by less than this share of their size are the same.
_SAME = 64.0 * float(np.finfo(np.float64).eps)


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
        Degrees of freedom of Student's t; NaN where there is no p.
    n : int
        Forecasts compared.
    mean_difference : float
        Mean of what is tested, in squared (or absolute) KPI units: loss of the first less loss of the second.
    how : {"iid", "HAC", "bootstrap", "none"}
        Where standard error and p come from.
    missing : {"", "few", "same", "equally good", "same difference"}
        Why nothing was tested; empty where something was. With too few forecasts, and where two differ by the same in every
        period, there is no p; where they are the same, or equally good, in every period, it is 1.
    """

    statistic: float
    pvalue: float
    df: float
    n: int
    mean_difference: float
    how: How
    missing: Missing = ""


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

    One period ahead the f are not autocorrelated: their mean in standard errors, by Student's t with n - 1 degrees of freedom.
    Further ahead they are, up to lag ``horizon - 1``, and their variance is an equally weighted mean over the first B of their
    cosine transforms (Lazarus, Lewis, Stock & Watson 2018, JBES 36:541), with B of half the number of stretches of `horizon`
    origins, by Student's t with B degrees of freedom. Below 40 origins the p of the same statistic is from a dependent wild
    bootstrap (Shao 2010, JASA 105:218): the f times normal multipliers that are moving sums over `horizon` periods.

    Examples
    --------
    >>> lead = np.random.default_rng(0).normal(size=60)
    >>> found = clark_west(lead + np.random.default_rng(1).normal(size=60), np.zeros(60), lead, horizon=1)
    >>> found.n, found.how, found.pvalue < 0.001
    (60, 'iid', True)
    """
    actual, restricted, full = _forecasts(actual, restricted, full)
    horizon = as_int(horizon, "horizon", low=1)
    n_draws = as_int(n_draws, "n_draws", low=99)
    generator = as_generator(rng)
    values = 2.0 * (actual - restricted) * (full - restricted)
    there = np.isfinite(values)
    n = int(there.sum())
    refused = _refusal(values, (actual, restricted, full), n, horizon)
    if refused is not None:
        return refused
    mean = float(np.nanmean(values))
    if horizon == 1:
        return _by_student("iid", mean, mean / math.sqrt(float(np.nanvar(values, ddof=1)) / n), n - 1.0, n)
    df = max(1.0, float(round(_COSINES * n / horizon)))
    weights = _cosines(there, int(df))
    statistic = float(_in_standard_errors(values[:, None], weights)[0])
    if n >= HAC_ORIGINS:
        return _by_student("HAC", mean, statistic, df, n)
    drawn = _in_standard_errors(values[:, None] * _multipliers(len(values), horizon, generator, n_draws), weights)
    pvalue = (1.0 + float((drawn >= statistic).sum())) / (n_draws + 1.0)
    return ForecastComparison(statistic=statistic, pvalue=pvalue, df=df, n=n, mean_difference=mean, how="bootstrap")


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
    refused = _refusal(values, (actual, first, second), n, horizon)
    if refused is not None:
        return refused
    mean = float(np.nanmean(values))
    factor = math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = factor * mean / math.sqrt(_bartlett_variance(values, horizon - 1) / n)
    pvalue = 2.0 * float(special.stdtr(n - 1, -abs(statistic)))
    how: How = "iid" if horizon == 1 else "HAC"
    return ForecastComparison(statistic=statistic, pvalue=pvalue, df=n - 1.0, n=n, mean_difference=mean, how=how)


def _forecasts(*series: ArrayLike) -> tuple[Floats, ...]:
    """One length, one dimension; a missing value in one of them is missing in all."""
    arrays = [np.asarray(each, dtype=np.float64) for each in series]
    if any(array.ndim != 1 or len(array) != len(arrays[0]) for array in arrays):
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise UsageError(f"outcomes and forecasts have shapes {shapes}: give one value a period in each, of one length.")
    gap = ~np.isfinite(arrays).all(axis=0)
    return tuple(np.where(gap, np.nan, array) for array in arrays)


def _refusal(values: Floats, series: tuple[Floats, ...], n: int, horizon: int) -> ForecastComparison | None:
    """Why nothing can be tested; None if something can."""
    mean = float(np.nanmean(values)) if n else math.nan

    def without(missing: Missing, pvalue: float, statistic: float) -> ForecastComparison:
        return ForecastComparison(
            statistic=statistic, pvalue=pvalue, df=math.nan, n=n, mean_difference=mean, how="none", missing=missing
        )

    if n < max(FEWEST, math.ceil(FEWEST_PER_PERIOD * horizon)):
        return without("few", math.nan, math.nan)
    _, first, second = series
    size = float(np.nanmax(np.abs(series)))
    if float(np.nanmax(np.abs(first - second))) <= _SAME * size:
        return without("same", 1.0, 0.0)
    largest = float(np.nanmax(np.abs(values)))
    if largest == 0.0:
        return without("equally good", 1.0, 0.0)
    if float(np.nanmax(values) - np.nanmin(values)) <= 1e-12 * largest:
        return without("same difference", math.nan, math.nan)
    return None


def _by_student(how: How, mean: float, statistic: float, df: float, n: int) -> ForecastComparison:
    """One-sided p by Student's t."""
    pvalue = float(special.stdtr(df, -statistic))
    return ForecastComparison(statistic=statistic, pvalue=pvalue, df=df, n=n, mean_difference=mean, how=how)


def _cosines(there: Flags, count: int) -> Floats:
    """The slowest cosines over all periods, of unit length over those that are there, shape (n, count)."""
    places = (np.arange(len(there)) + 0.5) / len(there)
    waves = np.where(there[:, None], np.cos(np.pi * places[:, None] * np.arange(1, count + 1)), 0.0)
    return np.asarray(waves / np.sqrt((waves * waves).sum(axis=0)))


def _in_standard_errors(values: Floats, weights: Floats) -> Floats:
    """Mean of each column in standard errors that allow for slow autocorrelation; gaps are NaN. Shape (n, m) -> (m,)."""
    there = np.isfinite(values[:, :1])
    n = int(there.sum())
    mean = np.where(there, values, 0.0).sum(axis=0) / n
    along = weights.T @ np.where(there, values - mean, 0.0)
    return np.asarray(mean / np.sqrt((along * along).mean(axis=0) / n))


def _multipliers(n: int, length: int, rng: np.random.Generator, n_draws: int) -> Floats:
    """Standard normal numbers whose correlation falls to nothing over `length` periods, shape (n, n_draws)."""
    summed = np.cumsum(np.vstack([np.zeros((1, n_draws)), rng.standard_normal((n + length - 1, n_draws))]), axis=0)
    return np.asarray((summed[length:] - summed[:-length]) / math.sqrt(length))


def _bartlett_variance(values: Floats, bandwidth: int) -> float:
    """Long-run variance of values with gaps by Bartlett weights, never negative: lags count periods, not rows."""
    there = np.isfinite(values)
    centred = np.where(there, values - np.nanmean(values), 0.0)
    weights = bartlett_weights(min(bandwidth, len(values) - 1))
    products = [float(centred[lag:] @ centred[: len(centred) - lag]) for lag in range(len(weights))]
    return (products[0] + 2.0 * float(weights[1:] @ np.array(products[1:]))) / int(there.sum())
