"""The fit of a lagged regression, under statsmodels' names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from leadlag._validation import as_name, as_option
from leadlag.core.arrays import Floats
from leadlag.core.linear.pvalues import interval, t_values, two_sided
from leadlag.core.linear.wald import WaldTest, joint_test
from leadlag.decision import Check, residual_checks
from leadlag.errors import UsageError
from leadlag.methods.regression import words
from leadlag.methods.regression.covariates import Covariates
from leadlag.methods.regression.numbers.diagnostics import Diagnostics, diagnose
from leadlag.methods.regression.numbers.fit import BandCovariance, LagFit, band_covariance, innovation_slopes, joint_band_test
from leadlag.methods.regression.numbers.lead import bootstrap, profile_numbers
from leadlag.methods.regression.numbers.longrun import LongRun
from leadlag.methods.regression.numbers.units import RegressionNumbers, TermErrors, term_errors
from leadlag.methods.regression.options import Options
from leadlag.methods.regression.prediction import predictions
from leadlag.methods.regression.profile import LagProfile
from leadlag.methods.regression.statsmodels import statsmodels_result
from leadlag.results import Provenance, Result, plain
from leadlag.sample import Sample

if TYPE_CHECKING:
    from statsmodels.regression.linear_model import RegressionResultsWrapper
    from statsmodels.tsa.statespace.sarimax import SARIMAXResultsWrapper

__all__ = ["LaggedRegressionResult"]


#: Fields that `to_dict` gives in another form.
_AS_SERIES = ("params", "bse", "resid", "fittedvalues", "profiles", "diagnostics")


@dataclass(frozen=True, kw_only=True, eq=False)
class _RegressionNames:
    """What the numbers are about."""

    kpi: str
    leads: tuple[str, ...]
    controls: tuple[str, ...]
    unit: str
    shape: str
    lags: tuple[int, ...]
    own_lags: tuple[int, ...]
    lead_units: tuple[str, ...]


# a dataclass takes the fields of its last base first
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LaggedRegressionResult(Result, RegressionNumbers, _RegressionNames):
    """A regression of the KPI on lags of leads. Names and definitions are those of statsmodels.

    Parameters
    ----------
    kpi : str
    leads, controls : tuple of str
    unit : str
        One period in words.
    shape : str
        Family of the lag profiles.
    lags, own_lags : tuple of int
        Lags of the leads, each in its own periods, and of the KPI that are in the model.
    lead_units : tuple of str
        One period of each lead in words: `unit`, or a shorter one where the lead is seen more often than the KPI.
    params : Series
        Coefficients by term, in units of the data: ``const``, ``trend``, ``sales.L1``, ``demos.L3``, ``demos.decay``, ``ar.L1``
        ...; NaN for a term that others span.
    bse : Series
        Standard errors of `cov_type`, equal to those of statsmodels and R. Those of HAC, the default, are too small in short
        samples: what is printed rests on `band_bse`.
    nobs, n_dropped : int
        Rows used, and periods of the sample that were not.
    df_model, df_resid : int
    rsquared, rsquared_adj : float
        With a noise model of the innovations, that is, of predictions one period ahead.
    llf, aic, bic : float
        Gaussian; the variance is not counted as a parameter.
    scale : float
        Variance of the residuals (innovations), by `df_resid`.
    resid, fittedvalues : Series
        By period; with a noise model predictions one period ahead, and their errors: in the first row, and after a gap, these
        vary more than the innovations do.
    cov_type, correction : str
    bandwidth : int or None
    noise_order : tuple of int or None
        ``(ar, differences, ma)`` of the noise model.
    exact : bool
        Whether the model fits without error.
    level : float
        Of the bands and intervals of the profiles.
    horizon : int
        Last lag of the profiles.
    provenance : Provenance
    """

    _pictures: ClassVar[str] = "leadlag.methods.regression.picture:PICTURES"

    params: pd.Series
    bse: pd.Series
    resid: pd.Series
    fittedvalues: pd.Series
    level: float
    horizon: int
    provenance: Provenance
    _fit: LagFit = field(repr=False)
    _cov: Floats = field(repr=False)
    _covariates: Covariates = field(repr=False)
    _sample: Sample = field(repr=False)
    _options: Options = field(repr=False)

    @property
    def lags_by_unit(self) -> dict[str, tuple[int, ...]]:
        """Lags of the leads that are seen once in such a period, in that period."""
        families = self._fit.model.families
        return {
            unit: tuple(
                sorted({lag for family, own in zip(families, self.lead_units, strict=True) if own == unit for lag in family.lags})
            )
            for unit in dict.fromkeys(self.lead_units)
        }

    def __getitem__(self, lead: str) -> LagProfile:
        """Lag profile of one lead."""
        return self.profiles[self.leads.index(as_name(lead, "lead", self.leads, owner="lead"))]

    @property
    def tvalues(self) -> pd.Series:
        """Coefficient over standard error."""
        return pd.Series(t_values(self.params, self.bse), index=self.params.index)

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p of each coefficient alone by `bse`, Student's t with `df_resid` degrees of freedom; see `band_pvalues`."""
        return pd.Series(two_sided(self.tvalues, df=self.df_resid), index=self.params.index)

    @property
    def band_bse(self) -> pd.Series:
        """Standard errors on which bands and printed tables rest (`band_errors`); under another `cov_type` than HAC `bse`."""
        return pd.Series(self._term_errors.bse, index=self.params.index)

    @property
    def band_tvalues(self) -> pd.Series:
        """Coefficient over `band_bse`."""
        return pd.Series(t_values(self.params, self.band_bse), index=self.params.index)

    @property
    def band_pvalues(self) -> pd.Series:
        """Two-sided p of each coefficient alone by `band_bse`, Student's t with Satterthwaite's degrees of freedom.

        Notes
        -----
        Of a useless slope, 80 rows, lead and errors AR(.7), `pvalues` under HAC are below .05 in .17 of the draws, these in .05
        (`benchmarks/regression_size.py`).
        """
        return pd.Series(two_sided(self.band_tvalues, df=self._term_errors.df), index=self.params.index)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Interval of each coefficient that misses it with probability `alpha`; columns 0 and 1, as in statsmodels."""
        return pd.DataFrame(interval(self.params, self.bse, df=self.df_resid, alpha=alpha), index=self.params.index)

    def cov_params(self) -> pd.DataFrame:
        """Covariance of the coefficients."""
        return pd.DataFrame(self._cov, index=self.params.index, columns=self.params.index)

    @cached_property
    def profiles(self) -> tuple[LagProfile, ...]:
        """Lag profile of every lead."""
        return tuple(self._profile(j) for j in range(len(self.leads)))

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Tests of the residuals: autocorrelation, heteroscedasticity, normality, stability."""
        fitted = self._fit
        return diagnose(fitted.regression.resid, innovation_slopes(fitted), periods=fitted.used)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Pass, review or fail for each diagnostic; none where the fit is exact."""
        if self.exact:
            return ()
        return residual_checks(self.diagnostics, cov_type=self.cov_type, has_own_lags=bool(self.own_lags), noise=self.noise)

    @property
    def noise(self) -> str:
        """What the model takes the noise for: "white", or "arma" with a noise model."""
        return "white" if self.noise_order is None else "arma"

    @property
    def band_errors(self) -> str:
        """What the bands and intervals of the profiles rest on: `cov_type`, or under HAC ``"HC3"`` or ``"AR(p)"``."""
        return self._bands.kind

    def to_frame(self) -> pd.DataFrame:
        """Lag profiles of all leads, one row a lag; `coefficients` has one row per term.

        `lag` counts the lead's own periods, `delay` is the same in periods of the KPI.
        """
        return pd.concat([profile.to_frame() for profile in self.profiles], ignore_index=True)

    def coefficients(self) -> pd.DataFrame:
        """One row per term: ``term, params, bse, tvalues, pvalues``, then ``band_bse, band_tvalues, band_pvalues``."""
        columns = {"params": self.params, "bse": self.bse, "tvalues": self.tvalues, "pvalues": self.pvalues}
        columns |= {"band_bse": self.band_bse, "band_tvalues": self.band_tvalues, "band_pvalues": self.band_pvalues}
        return pd.DataFrame(columns).rename_axis("term").reset_index()

    def to_dict(self) -> dict[str, Any]:
        """Numbers, profiles and checks as plain Python values; NaN becomes None."""
        shown = {name: value for name, value in vars(self).items() if not name.startswith("_") and name not in _AS_SERIES}
        terms = self.coefficients().to_dict("list")
        return {
            **plain(shown),
            "coefficients": plain(terms),
            "profiles": [profile.to_dict() for profile in self.profiles],
            "checks": plain(self.checks),
        }

    def joint_test(self, lead: str, *, errors: str = "bands") -> WaldTest:
        """Test whether all coefficients of one lead are zero.

        Parameters
        ----------
        lead : str
        errors : {"bands", "fit"}
            Covariance of the coefficients: the one of the bands, which holds in short samples, or `cov_type` as statsmodels has
            it. The two differ under HAC only.

        Returns
        -------
        WaldTest
            F with the residual degrees of freedom, or those of the bands; under ``cov_type="nonrobust"`` that of two sums of
            squares.

        Raises
        ------
        UsageError
            If the lead's weights have a rate, a peak or another hidden parameter, which means nothing if there is no effect, or
            none of its columns is kept (LL207).
        """
        place = self.leads.index(as_name(lead, "lead", self.leads, owner="lead"))
        family, mine = self._fit.model.families[place], self._fit.model.columns_of(place)
        if family.n_hidden:
            raise UsageError(
                f"the weights of {lead!r} have parameters that mean nothing without an effect, and with shape={family.kind!r} "
                "its F has no known distribution: fit it with shape='free' or 'almon'."
            )
        tested = np.arange(mine.start, mine.stop)
        if as_option(errors, "errors", ("bands", "fit")) == "fit" or self.cov_type != "HAC":
            return joint_test(self._fit.regression, self._fit.cov, tested)
        return joint_band_test(self._fit, self._bands, tested)

    def predict(self, data: Any = None, *, time: str | None = None) -> pd.Series:
        """The KPI that the leads, the base and its own lags make expected, by period.

        Parameters
        ----------
        data : Sample, data frame or a list of these, optional
            The same columns, on the periods to predict; what came before them is taken from the fit. The KPI may be missing,
            and its own lags are then predictions; beside leads that are seen more often its column has to be there, since it
            says which periods are meant. None takes the periods of the fit, and after them those for which leads seen more often
            are out already.
        time : str, optional
            Time column of `data`.

        Returns
        -------
        Series
            Of the mean, in KPI units (its median if in logs); NaN where a lag is missing. A noise model adds nothing to it.

        Raises
        ------
        UsageError
            If a column is missing, or the noise was differenced, so that the model says nothing of the KPI's level.
        """
        return predictions(self._fit, self._covariates, self._options, of_fit=self._sample, data=data, time=time)

    def to_statsmodels(self) -> RegressionResultsWrapper | SARIMAXResultsWrapper:
        """The same fit as a statsmodels result: ``OLS``, or ``SARIMAX`` with a noise model, at these parameters.

        Rates and peaks of decays are taken as known in it, and columns that others span are left out. Over a gap the noise of
        ``SARIMAX`` goes on, where that of leadlag begins afresh; in ``OLS`` the rows of a gap stand next to each other. AIC and
        BIC of ``SARIMAX`` count the variance of the noise as a parameter, those of leadlag never do.
        """
        return statsmodels_result(self._fit, names=self.params.index, index=self._sample.calendar.shown, kpi=self.kpi)

    def summary(self) -> str:
        """Fit, profiles and diagnostics as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the regression says, in plain sentences."""
        return words.explain(self)

    @cached_property
    def _bands(self) -> BandCovariance:
        return band_covariance(self._fit)

    @cached_property
    def _term_errors(self) -> TermErrors:
        return term_errors(self._fit, self._bands)

    @cached_property
    def _long_run(self) -> LongRun | None:
        options = self._options
        return bootstrap(self._fit, phi=self._bands.phi, level=self.level, n_draws=options.n_draws, rng=options.seed)

    def _profile(self, place: int) -> LagProfile:
        lead, own_unit, provenance = self.leads[place], self.lead_units[place], self.provenance
        numbers = profile_numbers(
            self._fit, place, band=self._bands, drawn=self._long_run, horizon=self.horizon, level=self.level,
            rng=self._options.seed,
        )  # fmt: skip
        return LagProfile(
            **vars(numbers),
            kpi=self.kpi,
            lead=lead,
            unit=self.unit,
            own_unit=own_unit,
            shape=words.family(self._fit.model.families[place], unit=own_unit),
            log=tuple(name for name in self._options.log if name in (self.kpi, lead)),
            through_own=bool(self.own_lags),
            level=self.level,
            provenance=replace(provenance, settings=(*provenance.settings, ("profile_of", lead))),
        )
