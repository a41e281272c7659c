"""Four questions asked of the residuals of a regression: autocorrelation, heteroscedasticity, normality and stability.

The first two are Lagrange multiplier tests: one more least-squares fit, whose explained share is the statistic. What a
small p means for the user depends on the standard errors in use, so the verdict on it is made elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from leadlag._validation import as_int
from leadlag.core.arrays import Floats, Ints
from leadlag.core.linear.leastsquares import fit, is_constant
from leadlag.core.linear.wald import log_chi2_sf
from leadlag.core.time.lags import difference, lag_matrix, places_of

__all__ = ["Diagnostics", "ResidualTest", "diagnose"]


#: Above this the alternating series of the Brownian bridge is its first three terms to the last digit.
_FAR = 1.0

_NAN = float("nan")


@dataclass(frozen=True, kw_only=True)
class ResidualTest:
    """One test of residuals; NaN for all three numbers where it could not be made.

    Parameters
    ----------
    statistic : float
        Compared with chi2 of `df` degrees of freedom, or with the supremum of a Brownian bridge where `df` is 0.
    df : int
        Degrees of freedom; 0 where there are none to count.
    pvalue : float
        Survival function; 0.0 where it is smaller than any float.
    log_pvalue : float
        Natural logarithm of the p-value, finite also where `pvalue` is 0.0.
    """

    statistic: float
    df: int
    pvalue: float
    log_pvalue: float


@dataclass(frozen=True, kw_only=True)
class Diagnostics:
    """What the residuals of one regression look like.

    Parameters
    ----------
    autocorrelation : ResidualTest
        Breusch-Godfrey test of lags 1 to `order`.
    heteroscedasticity : ResidualTest
        Studentised Breusch-Pagan test against all columns of the design.
    normality : ResidualTest
        Jarque-Bera test.
    stability : ResidualTest
        OLS-CUSUM test.
    durbin_watson : float
        Near 2 without autocorrelation at lag 1, towards 0 with a positive one, towards 4 with a negative one.
    skewness, kurtosis : float
        Of the residuals; 0 and 3 under normality.
    shift : int
        Row at which the level of the residuals shifts, if it does: the first row after the largest excursion of their
        running sum. -1 where `stability` could not be tested.
    order : int
        Lags asked of `autocorrelation`.
    nobs : int
        Rows.
    """

    autocorrelation: ResidualTest
    heteroscedasticity: ResidualTest
    normality: ResidualTest
    stability: ResidualTest
    durbin_watson: float
    skewness: float
    kurtosis: float
    shift: int
    order: int
    nobs: int


def diagnose(resid: ArrayLike, X: ArrayLike, *, order: int = 4, periods: ArrayLike | None = None) -> Diagnostics:
    """Test residuals for autocorrelation, heteroscedasticity, normality and stability.

    Parameters
    ----------
    resid : array_like, shape (n,)
        Residuals in time order, without missing values.
    X : array_like, shape (n, k)
        Design that they come from, with the intercept as a column; of a model that is not linear, the derivatives of its
        fit by the parameters (own lags of the noise included). Columns may be combinations of earlier ones.
    order : int, default 4
        Lags of the autocorrelation test, in periods.
    periods : array_like of int, shape (n,), optional
        Period number of each row, increasing. With gaps, a lag is so many periods, not so many rows. By default the rows
        follow each other.

    Returns
    -------
    Diagnostics
        A test has NaN where rows or columns do not suffice for it, or the residuals do not vary.

    Raises
    ------
    UsageError
        If shapes do not match, a value is missing, `order` is below 1, or `periods` do not increase.

    Notes
    -----
    With e the residuals, ``s2 = sum(e**2) / n``, and R2 the uncentred explained share of the auxiliary regression:

    - Autocorrelation (Breusch 1978, Godfrey 1978): ``n R2`` of e on X and e lagged 1 to `order`, with 0 where there is no
      lagged residual. Right also with the outcome's own lags in X. chi2 of `order`, less lags that X spans already.
    - Heteroscedasticity (Koenker 1981): ``n R2`` of ``e**2 - s2`` on an intercept and X; chi2 of its rank minus 1.
    - Normality (Jarque and Bera 1980): ``n (skewness**2 / 6 + (kurtosis - 3)**2 / 24)``; chi2 of 2.
    - Stability (Ploberger and Kramer 1992): ``max |cumsum(e)| / (s sqrt(n))`` with s2 over the residual degrees of freedom;
      the supremum of a Brownian bridge. It sees shifts of the level, not a coefficient that changes on a column of
      mean zero, and takes autocorrelation for a shift. With few rows it rejects somewhat too seldom.

    The Durbin-Watson statistic uses pairs of neighbouring periods, scaled by their share where periods are missing.
    All are as in R's lmtest, tseries and strucchange.

    Examples
    --------
    >>> found = diagnose([1.0, -1.0] * 20, [[1.0]] * 40)
    >>> round(found.durbin_watson, 2), found.autocorrelation.pvalue < 0.001
    (3.9, True)
    """
    count = as_int(order, "order", low=1)
    model = fit(resid, X)
    design, errors = np.asarray(X, dtype=np.float64), np.array(resid, dtype=np.float64)
    # no statistic depends on the unit, but squares of squares may leave the range of floats
    errors /= max(float(np.abs(errors).max(initial=0.0)), np.finfo(float).tiny)
    numbers = places_of(periods, errors.size)
    on_grid = np.full(numbers[-1] + 1 if numbers.size else 0, np.nan)
    on_grid[numbers] = errors
    skewness, kurtosis = _shape(errors)
    stability, shift = _stability(errors, model.df_resid)
    return Diagnostics(
        autocorrelation=_autocorrelation(errors, design[:, model.kept], on_grid, numbers, order=count),
        heteroscedasticity=_heteroscedasticity(errors, design),
        normality=_chi2(errors.size * (skewness**2 / 6.0 + (kurtosis - 3.0) ** 2 / 24.0), 2),
        stability=stability,
        durbin_watson=_durbin_watson(errors, on_grid),
        skewness=skewness,
        kurtosis=kurtosis,
        shift=shift,
        order=count,
        nobs=errors.size,
    )


def _autocorrelation(errors: Floats, design: Floats, on_grid: Floats, numbers: Ints, *, order: int) -> ResidualTest:
    """Breusch-Godfrey, as n times the explained share; the columns of the design are independent."""
    rank = design.shape[1]
    if errors.size <= rank + order or not _varies(errors):
        return _chi2(_NAN, order)
    earlier = np.nan_to_num(lag_matrix(on_grid, range(1, order + 1)))[numbers]
    auxiliary = fit(errors, np.column_stack([design, earlier]))
    explained = float(auxiliary.scores @ auxiliary.scores)
    return _chi2(errors.size * explained / float(errors @ errors), auxiliary.rank - rank)


def _heteroscedasticity(errors: Floats, design: Floats) -> ResidualTest:
    """Breusch-Pagan in Koenker's form; the intercept that it needs is added where the design spans none."""
    squares = errors**2
    auxiliary = fit(squares, np.column_stack([np.ones(errors.size), design]))
    df = auxiliary.rank - 1
    if df == 0 or auxiliary.df_resid < 1 or not _varies(errors) or is_constant(squares):
        return _chi2(_NAN, df)
    return _chi2(errors.size * auxiliary.rsquared, df)


def _shape(errors: Floats) -> tuple[float, float]:
    """Skewness and kurtosis about the mean."""
    if not _varies(errors):
        return _NAN, _NAN
    about_mean = errors - errors.mean()
    scaled = about_mean / np.sqrt(np.mean(about_mean**2))
    return float(np.mean(scaled**3)), float(np.mean(scaled**4))


def _stability(errors: Floats, df_resid: int) -> tuple[ResidualTest, int]:
    """OLS-CUSUM, and the row after its largest excursion."""
    if df_resid < 1 or not _varies(errors):
        return ResidualTest(statistic=_NAN, df=0, pvalue=_NAN, log_pvalue=_NAN), -1
    path = np.abs(np.cumsum(errors))
    statistic = float(path.max() / np.sqrt(errors @ errors / df_resid * errors.size))
    pvalue = float(special.kolmogorov(statistic))
    log_pvalue = float(np.log(pvalue)) if statistic < _FAR else _log_bridge_tail(statistic)
    return ResidualTest(statistic=statistic, df=0, pvalue=pvalue, log_pvalue=log_pvalue), int(np.argmax(path[:-1])) + 1


def _log_bridge_tail(statistic: float) -> float:
    """Log of ``2 sum (-1)**(j-1) exp(-2 j**2 x**2)``, the first term taken out so that nothing underflows."""
    square = statistic**2
    return float(np.log(2.0) - 2.0 * square + np.log1p(np.exp(-16.0 * square) - np.exp(-6.0 * square)))


def _durbin_watson(errors: Floats, on_grid: Floats) -> float:
    """Mean squared change between neighbours, over the mean square."""
    changes = difference(on_grid)
    changes = changes[np.isfinite(changes)]
    if changes.size == 0 or not errors.any():
        return _NAN
    return float(changes @ changes) / float(errors @ errors) * ((errors.size - 1) / changes.size)


def _varies(errors: Floats) -> bool:
    return errors.size > 1 and not bool(is_constant(errors))


def _chi2(statistic: float, df: int) -> ResidualTest:
    """Compared with chi2; a statistic without degrees of freedom says nothing."""
    if not df:
        statistic = _NAN
    return ResidualTest(
        statistic=statistic,
        df=df,
        pvalue=float(special.chdtrc(df, statistic)) if df else _NAN,
        log_pvalue=float(log_chi2_sf(statistic, df)) if df else _NAN,
    )
