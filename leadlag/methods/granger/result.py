"""Whether a lead's past helps to predict the KPI: the result and its tables."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.core.linear.pvalues import interval, t_values, two_sided
from leadlag.methods.granger import words
from leadlag.methods.granger.numbers import GrangerNumbers
from leadlag.results import Provenance, Result

__all__ = ["GrangerResult"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _GrangerNames:
    """What the numbers are about."""

    kpi: str
    lead: str
    controls: tuple[str, ...]
    unit: str
    null: str


# a dataclass takes the fields of its last base first
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GrangerResult(Result, GrangerNumbers, _GrangerNames):
    """Answer of `granger_test`: whether the past of the lead helps to predict the KPI.

    Parameters
    ----------
    kpi, lead : str
        Columns of the data.
    controls : tuple of str
        Columns in both models, in the same period as the KPI.
    unit : str
        One period in words, for example "month".
    null : str
        What the test supposes, as a sentence.
    statistic, pvalue, log_pvalue : float
        Test statistic, its p by survival function and the natural logarithm of that, finite also where p is 0.0.
    df : tuple of int
        (numerator, denominator) for F, (numerator,) for chi2.
    distribution : {"F", "chi2"}
        What the statistic is compared with.
    order, own_order : tuple of int
        Lags of the lead that are tested, and lags of the KPI in both models, in periods; never the delay.
    augment : int
        Further lags of both in both models, not tested (Toda & Yamamoto).
    aliased : tuple of int
        Lags of `order` that other columns span exactly, left out of the test.
    params, bse : ndarray, shape (len(order),)
        Coefficients of the tested lags and standard errors, in KPI units per unit of the lead.
    rsquared, rsquared_restricted : float
        Explained share of the KPI's variation with and without the lead.
    nobs, n_dropped, df_resid : int
        Rows used, periods of the sample that were not (the first ones and those with missing values), and rows used
        minus coefficients.
    cov_type, correction : str
        Covariance of the coefficients.
    bandwidth : int or None
        Last lag with a non-zero HAC weight; None unless HAC.
    exact : bool
        Whether the full model fits without error; the statistic is then infinite.
    provenance : Provenance
        Method, settings, versions and warnings.
    """

    provenance: Provenance

    @property
    def tvalues(self) -> Floats:
        """Coefficient over standard error of each tested lag, shape (len(order),)."""
        return t_values(self.params, self.bse)

    @property
    def pvalues(self) -> Floats:
        """Two-sided p of each tested lag alone, by Student's t with `df_resid` degrees of freedom."""
        return two_sided(self.tvalues, df=self.df_resid)

    def conf_int(self, alpha: float = 0.05) -> Floats:
        """Interval of each coefficient that misses it with probability `alpha`, shape (len(order), 2)."""
        return interval(self.params, self.bse, df=self.df_resid, alpha=alpha)

    def to_frame(self) -> pd.DataFrame:
        """One row with the test (`order` is the longest tested lag); `coefficients` has one row per lag."""
        row = {
            "kpi": self.kpi,
            "lead": self.lead,
            "order": max(self.order),
            "nobs": self.nobs,
            "n_dropped": self.n_dropped,
            "statistic": self.statistic,
            "distribution": self.distribution,
            "df_num": self.df[0],
            "df_den": self.df[1] if len(self.df) > 1 else math.nan,
            "pvalue": self.pvalue,
            "log_pvalue": self.log_pvalue,
            "cov_type": self.cov_type,
            "augment": self.augment,
        }
        return pd.DataFrame([row])

    def coefficients(self) -> pd.DataFrame:
        """One row per tested lag: ``lag, params, bse, tvalues, pvalues``."""
        columns = {"params": self.params, "bse": self.bse, "tvalues": self.tvalues, "pvalues": self.pvalues}
        return pd.DataFrame({"lag": list(self.order), **columns})

    def summary(self) -> str:
        """Test and coefficients as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the test says, in plain sentences."""
        return words.explain(self)
