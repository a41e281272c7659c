"""The question: how much the KPI moves after its leads, at which lag, and in what shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from leadlag._validation import as_int, as_list, as_option, as_real, once_each, only_data_positional
from leadlag.catalogue import Catalogue, Metric, Missing
from leadlag.core.arrays import Floats
from leadlag.core.linear.covariance import CORRECTIONS, COV_TYPES
from leadlag.core.linear.leastsquares import is_affine_copy, is_constant
from leadlag.core.series.scales import too_far_apart
from leadlag.core.series.trend import exact_lines, runs_by_itself
from leadlag.errors import UsageError, warn_of
from leadlag.methods.regression import words
from leadlag.methods.regression.covariates import Covariates, covariates_of, lead_series, level_or_log
from leadlag.methods.regression.numbers.fit import LagFit, fit_lags
from leadlag.methods.regression.numbers.model import lag_model
from leadlag.methods.regression.numbers.units import regression_numbers, unit_values
from leadlag.methods.regression.options import Options, families_of, horizon_of, order_of, own_lags_of, season_of
from leadlag.methods.regression.profile import LagProfile
from leadlag.methods.regression.result import LaggedRegressionResult
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.prepare.scale import named_log
from leadlag.results import Provenance, Search
from leadlag.sample import Sample, as_sample
from leadlag.sample.known import trimmed

__all__ = ["LagProfile", "LaggedRegressionResult", "lagged_regression"]

#: What the coefficient of a shape with one column is: the effect at the peak, or the sum of the effects.
_ONE_COLUMN = {"delayed": "at_peak", "exp_almon": "total"}


@only_data_positional
def lagged_regression(
    data: Any,
    *,
    kpi: str,
    leads: str | Sequence[str],
    max_lag: int | Mapping[str, int | Sequence[int]] | None = None,
    min_lag: int | Mapping[str, int] = 1,
    shape: str | Mapping[str, str] = "free",
    degree: int = 3,
    endpoints: str = "none",
    start: int | Mapping[str, int] | None = None,
    n_free: int = 1,
    presample: str = "backcast",
    own_lags: int | Sequence[int] = 0,
    noise_order: int | Sequence[int] | None = None,
    seasonal_order: Sequence[int] | None = None,
    controls: str | Sequence[str] | None = None,
    trend: str = "none",
    season: str | int = "none",
    log: str | Sequence[str] = (),
    cov_type: str = "HAC",
    bandwidth: int | None = None,
    correction: str = "none",
    hold_back: int | None = None,
    horizon: int | None = None,
    level: float = 0.95,
    rng: int = 0,
    n_draws: int = 999,
    time: str | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    repair: Sequence[str] = REPAIRS,
) -> LaggedRegressionResult:
    """Fit how much the KPI moves after its leads, lag by lag or in a shape with few coefficients.

    Parameters
    ----------
    data : Sample, data frame, or a list of these
        One row per period; see `leadlag.from_wide`. In a list leads may be seen more often than the KPI, or less often: see
        Notes.
    kpi : str
        The outcome.
    leads : str or sequence of str
        Leads, all in one model.
    max_lag : int or mapping from lead to int or sequence of int, optional
        Longest lag, in periods of the KPI. None takes 12 for weeks, months and undated periods, 8 for quarters, 14 for days, 10
        for business days, 24 for hours, 3 for years, and at most a sixth of the rows. A mapping such as ``{"demos": 8}`` says it
        for some leads; the others take the default. So do `min_lag`, `shape` and `start`. In a mapping a sequence, as in
        ``{"demos": [3, 4]}``, gives the lags of a lead exactly, in its own periods.
    min_lag : int or mapping from lead to int, default 1
        Shortest lag; 0 takes the lead in the same period as the KPI too, which is no lead.
    shape : {"free", "almon", "exp_almon", "geometric", "delayed"} or mapping from lead to these
        A coefficient for each lag (U-MIDAS where the lead is seen more often); a polynomial of the lag (Almon 1965); an
        exponential of one, ``exp(theta1 s + theta2 s^2)`` over its sum, with s from -1 at the first lag to 1 at the last and
        theta2 <= 0 (MIDAS, Ghysels, Santa-Clara & Valkanov 2004); a decay ``rate^j`` after its start (Koyck 1954); or a decay
        with a peak of its own, ``rate^((lag - peak)^2)`` (Jin et al. 2017).
    degree : int, default 3
        Of the polynomial.
    endpoints : {"none", "near", "far", "both"}
        Where the polynomial is zero: one period before the first lag, one after the last, both.
    start : int or mapping from lead to int, optional
        Lag at which a geometric decay starts, in the lead's own periods; the one of its lags that fits best if None.
    n_free : int, default 1
        Weights of a geometric decay, from its start on, that are free of it.
    presample : {"backcast", "zero"}
        What a geometric decay takes for the lead before its first value.
    own_lags : int or sequence of int, default 0
        Lags of the KPI in the model: n means 1..n, a sequence exactly those. Profiles then include what reaches the KPI through
        its own past.
    noise_order : int or (int, int, int), optional
        ARIMA noise ``(ar, differences, ma)`` that is estimated with the regression by exact likelihood; an int n means
        ``(n, 0, 0)``.
    seasonal_order : (int, int, int, int), optional
        Seasonal part of the noise, ``(ar, differences, ma, periods)``.
    controls : str or sequence of str, optional
        Columns in the model in the same period as the KPI.
    trend : {"none", "linear"}
    season : {"none", "auto"} or int
        Seasons of the calendar that KPI or leads show, or one of so many periods.
    log : str or sequence of str
        Columns in natural logs; with KPI and lead in logs the long-run effect is an elasticity.
    cov_type : {"nonrobust", "HC0", "HC1", "HC3", "HAC"}
        Covariance behind `bse`. Under HAC what is printed and the bands rest on AR noise of the residuals; see Notes.
    bandwidth : int, optional
        For HAC: last lag with a non-zero Bartlett weight, in periods; ``floor(4 (nobs / 100)^(2/9))`` if None.
    correction : {"none", "df"}
        For HAC: "df" multiplies the covariance by nobs / df_resid.
    hold_back : int, optional
        Periods at the start that are not used; the longest lag if None.
    horizon : int, optional
        Last lag of the profiles, in periods of the KPI. None takes `max_lag`, and with own lags or a geometric decay, whose
        effects go on beyond it, no less than its default.
    level : float, default 0.95
        Of bands and intervals of the profiles.
    rng : int, default 0
        Seed of the simultaneous bands and of the bootstrap.
    n_draws : int, default 999
        Bootstrap draws behind the second interval of the long-run effect; a decay has none, its interval is by likelihood.
    time : str, optional
        Time column of `data`.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values; "mask" leaves out every row that lacks one of its values and fills nothing.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.
        New data in `predict` are taken as they stand.

    Returns
    -------
    LaggedRegressionResult
        ``result["name"]`` is the lag profile of one lead.

    Raises
    ------
    UsageError
        If an argument is outside what is allowed, no more rows than coefficients are left (LL204), a series is constant
        (LL203, LL313), or a lead is a copy of the KPI (LL205).
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong; lists all that is wrong.

    Warns
    -----
    StatisticsWarning
        If rows are few (LL123), the fit is exact (LL118), a column is a combination of others (LL119), the residuals look
        integrated (LL122), or the data do not determine the noise model (LL124).

    Notes
    -----
    ``y_t = d'c_t + sum_i a_i y_(t-i) + sum_j sum_k b_jk x_(j,t-k) + u_t``, with b_jk free or in a shape. Rows are periods of the
    full grid: a lag never reaches over a gap.

    A lead that is seen more often than the KPI enters on its own calendar. Its lags count own periods: with three months to a
    quarter, lag 3 is the last month before the quarter began (a delay of one quarter), lag 4 the one before it, and ``max_lag=1``
    takes 3, 4 and 5. Lags 0, 1 and 2 lie inside the quarter and need ``min_lag=0``. A period that straddles two of the KPI's
    counts for neither. A lead that is seen less often enters with the value of its last period that had ended.

    `bse`, `pvalues` and `conf_int` are those of `cov_type`, equal to statsmodels and R. HAC errors are too small in short
    samples, so under HAC all that is printed, `band_bse`, `band_pvalues`, the bands and intervals of the profiles take the errors
    as AR noise estimated by restricted likelihood, with HC3's correction
    (`leadlag.methods.regression.numbers.fit.band_covariance`). The simultaneous band is the sup-t band (Montiel Olea &
    Plagborg-Moller 2019, J. Applied Econometrics 34:1).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> sales = 2.0 * np.roll(visits, 3) + rng.normal(size=120)
    >>> result = lagged_regression(pd.DataFrame({"visits": visits, "sales": sales}), kpi="sales", leads="visits", max_lag=6)
    >>> result["visits"].delay, bool(1.6 < result.params["visits.L3"] < 2.4)
    (3, True)
    """
    columns = once_each(kpi=kpi, leads=tuple(as_list(leads)), controls=controls)
    sample = as_sample(data, time=time, catalogue=catalogue, missing=missing, columns=columns).require_single()
    sample, repairs = trimmed(sample.around(kpi)), as_repairs(repair)
    sample = repaired(sample, sample.names, repairs)
    kpi, names = sample.resolve(kpi, "kpi"), tuple(sample.resolve(name, "leads") for name in columns["leads"])
    kept = tuple(sample.resolve(name, "controls") for name in columns["controls"])
    default = sample.calendar.default_max_lag(sample.n_periods)
    clocks = tuple(lead_series(sample, name, ()).clock for name in names)
    families = families_of(
        names, clocks=clocks, default=default, max_lag=max_lag, min_lag=min_lag, shape=shape, degree=degree, endpoints=endpoints,
        start=start, n_free=n_free, presample=presample,
    )  # fmt: skip
    logs, own = named_log(log, (kpi, *names, *kept)), own_lags_of(own_lags)
    options = Options(
        kpi=kpi, leads=names, controls=kept, families=families, clocks=clocks, own_lags=own, log=logs, missing=missing,
        order=order_of(noise_order, seasonal_order), cov_type=as_option(cov_type, "cov_type", COV_TYPES), bandwidth=bandwidth,
        correction=as_option(correction, "correction", CORRECTIONS),
        hold_back=None if hold_back is None else as_int(hold_back, "hold_back"),
        trend=as_option(trend, "trend", ("none", "linear")), season=season_of(season),
        level=as_real(level, "level", low=0.5, high=0.999),
        horizon=horizon_of(horizon, families, clocks, own_lags=own, default=default),
        n_draws=as_int(n_draws, "n_draws", low=99, high=99_999), seed=as_int(rng, "rng"),
    )  # fmt: skip
    covariates = covariates_of(sample, kpi=kpi, leads=names, controls=kept, trend=options.trend, season=options.season, log=logs)
    fitted = _fitted(sample, options, covariates)
    noted = (*((note.code, note.text) for note in sample.notes), *warn_of(_noted(fitted, options, covariates)))
    search = Search(
        n_leads=len(names), n_lags=options.n_starts, lag_word="lag" if options.n_starts == 1 else "start of a decay",
        correction="none", family="lags of a lead are tested together, beside the other leads",
    )  # fmt: skip
    provenance = Provenance.of(
        "lagged_regression", warnings=noted, search=search, kpi=kpi, leads=names, max_lag=options.last_lag, min_lag=min_lag,
        shape=shape, families=families, own_lags=own, noise_order=noise_order, seasonal_order=seasonal_order,
        controls=kept, trend=trend, seasons=covariates.seasons, log=logs, cov_type=cov_type, bandwidth=fitted.cov.bandwidth,
        correction=correction, hold_back=hold_back, horizon=options.horizon, level=options.level, rng=options.seed,
        n_draws=options.n_draws, missing=missing, repair=repairs,
    )  # fmt: skip
    return _named(fitted, options, covariates, sample, provenance=provenance)


def _refuse_sizes(sample: Sample, options: Options, y: Floats) -> None:
    """Series whose sizes are so far apart that no number holds a coefficient and its variance."""
    for name in (*options.leads, *options.controls):
        if too_far_apart(y, level_or_log(sample, name, options.log)):
            raise UsageError(
                f"the sizes of {options.kpi!r} and {name!r} are too far apart: give one of them in another unit.", code="LL203"
            )


def _fitted(sample: Sample, options: Options, covariates: Covariates) -> LagFit:
    """The fit, its errors naming the columns that they are about."""
    kpi, log = options.kpi, options.log
    y, leads = level_or_log(sample, kpi, log), [lead_series(sample, lead, log) for lead in options.leads]
    if is_constant(y):
        raise UsageError(
            f"kpi={kpi!r} is constant or has no values: there is nothing to explain. Name another KPI.", code="LL313"
        )
    if runs_by_itself(y, np.ones((len(y), 1))):
        raise UsageError(f"kpi={kpi!r} is exactly its trend or season: nothing is to explain. Name another KPI.", code="LL313")
    _refuse_sizes(sample, options, y)
    for lead, one in zip(options.leads, leads, strict=True):
        if is_constant(one.values):
            raise UsageError(
                f"lead {lead!r} is constant or has no values: there is nothing to learn from it. Leave it out.", code="LL203"
            )
        if exact_lines(one.values[:, None])[0]:
            raise UsageError(
                f"lead {lead!r} is a straight line over time: it says nothing that the date does not say. Leave it out, and give "
                "trend='linear'.",
                code="LL207",
            )
        # one that is seen more often: what it comes to in the KPI's periods
        if is_affine_copy(level_or_log(sample, lead, log), y):
            raise UsageError(
                f"lead {lead!r} is a copy of the KPI {kpi!r}, up to unit and offset: its lags are the KPI's own. Leave it "
                "out, and give own_lags.",
                code="LL205",
            )
    base = covariates.columns(sample)
    X = [one.values for one in leads]
    model = lag_model(
        y, X, options.families, clocks=options.clocks, base=base, own_lags=options.own_lags, hold_back=options.hold_back
    )
    try:
        return fit_lags(
            model, noise_order=options.order, cov_type=options.cov_type, bandwidth=options.bandwidth,
            correction=options.correction,
        )  # fmt: skip
    except UsageError as error:
        raise UsageError(f"kpi={kpi!r}, leads={list(options.leads)!r}: {error.args[0]}", code=error.code) from None


def _aliased(fitted: LagFit, options: Options, covariates: Covariates) -> list[str]:
    """Terms that others span; what differences of the noise take away is not meant."""
    names = _term_names(fitted, options, covariates)[: len(fitted.params)]
    order = options.order
    differenced = order is not None and order.differences + order.seasonal_differences > 0
    gone = {"const", "trend"} if differenced else set()
    return [name for name, value in zip(names, fitted.params, strict=True) if np.isnan(value) and name not in gone]


def _noted(fitted: LagFit, options: Options, covariates: Covariates) -> Iterator[tuple[str, str]]:
    """Code and text of what deserves a look."""
    if fitted.exact:
        yield "LL118", words.exact_text(options.kpi)
    elif fitted.few_rows:
        yield "LL123", words.few_rows_text(nobs=fitted.nobs, n_params=fitted.n_params)
    elif fitted.wanders:
        yield "LL122", words.levels_text(options.kpi)
    if not fitted.settles:
        yield "LL122", words.no_rest_text(options.kpi)
    if not fitted.noise_known:
        yield "LL124", words.noise_text()
    if lost := _aliased(fitted, options, covariates):
        yield "LL119", words.aliased_text(lost, (options.kpi, *options.leads, *options.controls))


def _term_names(fitted: LagFit, options: Options, covariates: Covariates) -> list[str]:
    """A name for every parameter, in order."""
    kpi, model = options.kpi, fitted.model
    terms = ["const", *covariates.names, *(f"{kpi}.L{lag}" for lag in options.own_lags)]
    for lead, family in zip(options.leads, model.families, strict=True):
        if family.kind == "almon":
            terms += [f"{lead}.almon{place}" for place in range(family.n_columns)]
        elif family.kind in _ONE_COLUMN:
            terms.append(f"{lead}.{_ONE_COLUMN[family.kind]}")
        elif family.kind == "free":
            terms += [f"{lead}.L{lag}" for lag in family.lags]
        else:
            first = family.lags[0] if family.start is None else family.start
            terms += [f"{lead}.L{first + place}" for place in range(family.n_columns)]
    terms += [
        f"{lead}.{name}" for lead, family in zip(options.leads, model.families, strict=True) for name in family.hidden_names
    ]
    if options.order is not None:
        order, period = options.order, options.order.period
        terms += [f"ar.L{lag}" for lag in range(1, order.ar + 1)] + [f"ma.L{lag}" for lag in range(1, order.ma + 1)]
        terms += [f"ar.S.L{lag * period}" for lag in range(1, order.seasonal_ar + 1)]
        terms += [f"ma.S.L{lag * period}" for lag in range(1, order.seasonal_ma + 1)]
    return terms


def _named(
    fitted: LagFit, options: Options, covariates: Covariates, sample: Sample, *, provenance: Provenance
) -> LaggedRegressionResult:
    """The numbers of the array functions with the names that they are about."""
    terms, index, values = _term_names(fitted, options, covariates), sample.calendar.shown[fitted.used], unit_values(fitted)
    return LaggedRegressionResult(
        **vars(regression_numbers(fitted)),
        kpi=options.kpi,
        leads=options.leads,
        controls=covariates.controls,
        unit=sample.calendar.unit,
        shape=", ".join(dict.fromkeys(family.kind for family in options.families)),
        lags=tuple(sorted({lag for family in options.families for lag in family.lags})),
        own_lags=options.own_lags,
        lead_units=tuple(sample.calendar.unit if (own := sample.finer(lead)) is None else own.unit for lead in options.leads),
        params=pd.Series(values.params, index=terms),
        bse=pd.Series(values.bse, index=terms),
        resid=pd.Series(values.resid, index=index, name="resid"),
        fittedvalues=pd.Series(values.fittedvalues, index=index, name=options.kpi),
        level=options.level,
        horizon=options.horizon,
        provenance=provenance,
        _fit=fitted,
        _cov=values.cov,
        _covariates=covariates,
        _sample=sample,
        _options=options,
    )
