"""What every regression says of its fit: the rows behind it, its errors, and what it explains."""

from __future__ import annotations

import math

from leadlag.wording.shown import percent, periods

__all__ = ["errors", "explained", "rows_used"]


def rows_used(nobs: int, n_dropped: int, unit: str) -> str:
    """Rows used and not.

    Examples
    --------
    >>> rows_used(150, 6, "week")
    '150 weeks used, 6 not (first periods and missing values)'
    """
    return f"{periods(nobs, unit)} used, {n_dropped:,} not (first periods and missing values)"


def errors(cov_type: str, *, bandwidth: int | None, correction: str) -> str:
    """How the standard errors were estimated.

    Examples
    --------
    >>> errors("HAC", bandwidth=4, correction="df"), errors("HC3", bandwidth=None, correction="none")
    ('HAC, Bartlett weights, bandwidth 4, times nobs / df_resid', 'HC3')
    """
    if cov_type != "HAC":
        return cov_type
    return f"HAC, Bartlett weights, bandwidth {bandwidth}{', times nobs / df_resid' if correction == 'df' else ''}"


def explained(rsquared: float) -> str:
    """The share of the variation that a fit explains.

    Examples
    --------
    >>> explained(0.8314), explained(float("nan"))
    ('83.1 %', 'an unknown share')
    """
    return percent(round(rsquared, 3)) if math.isfinite(rsquared) else "an unknown share"
