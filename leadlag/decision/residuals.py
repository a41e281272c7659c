"""The checks of the residuals of a regression."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadlag.decision.checks import Check, Status

if TYPE_CHECKING:
    from leadlag.methods.regression.numbers.diagnostics import Diagnostics

__all__ = ["ResidualPolicy", "residual_checks"]


@dataclass(frozen=True, kw_only=True)
class ResidualPolicy:
    """The thresholds of residual diagnostics.

    Parameters
    ----------
    review : float
        A test of residuals with p below this is no pass.
    fail : float
        One with p below this fails, unless the model allows for what was found.
    many_rows : int
        From so many rows on, estimates are close to normal whatever the residuals are.
    """

    review: float = 0.05
    fail: float = 0.01
    many_rows: int = 100


def residual_checks(
    diagnostics: Diagnostics, *, cov_type: str, has_own_lags: bool, noise: str, policy: ResidualPolicy | None = None
) -> tuple[Check, ...]:
    """Pass, review or fail for each diagnostic of a regression, given what its standard errors allow for.

    Parameters
    ----------
    diagnostics : Diagnostics
    cov_type : str
        Covariance of the coefficients that is in use.
    has_own_lags : bool
        The outcome's own lags are in the model.
    noise : {"white", "arma"}
        What the model takes the noise for; "arma" where the residuals are the innovations of a noise model.
    policy : ResidualPolicy, optional

    Returns
    -------
    tuple of Check
        Codes "autocorrelation", "heteroscedasticity", "normality" and "stability", with the p-value; "not applicable" where
        it is NaN.

    Notes
    -----
    At most "review": autocorrelation under HAC errors, but not with own lags, whose coefficients it biases, nor where a noise
    model was to take it up; heteroscedasticity under HC or HAC errors; non-normality with many rows; and instability beside
    autocorrelation, which the CUSUM takes for shifts (an AR(1) of 0.5 alone makes it reject in 4 of 10 stable series).
    """
    limits = policy or ResidualPolicy()
    related = diagnostics.autocorrelation.pvalue
    allowed_for = {
        "autocorrelation": cov_type == "HAC" and not has_own_lags and noise == "white",
        "heteroscedasticity": cov_type != "nonrobust",
        "normality": diagnostics.nobs >= limits.many_rows,
        "stability": related < limits.review,
    }
    pvalues = {
        "autocorrelation": related,
        "heteroscedasticity": diagnostics.heteroscedasticity.pvalue,
        "normality": diagnostics.normality.pvalue,
        "stability": diagnostics.stability.pvalue,
    }
    return tuple(
        Check(code=code, status=_residual_status(p, limits, capped=allowed_for[code]), value=p) for code, p in pvalues.items()
    )


def _residual_status(pvalue: float, limits: ResidualPolicy, *, capped: bool) -> Status:
    if math.isnan(pvalue):
        return "not applicable"
    if pvalue >= limits.review:
        return "pass"
    return "fail" if pvalue < limits.fail and not capped else "review"
