"""The question how two metrics move together when one of them is shifted, and how all pairs of many do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from leadlag._blas import one_thread
from leadlag._validation import as_int, as_list, as_names, as_real, once_each, only_data_positional
from leadlag.catalogue import Catalogue, Metric, Missing
from leadlag.core.linear.leastsquares import rows_needed
from leadlag.core.search.limits import MAX_BYTES, MAX_TESTS, check_limits
from leadlag.core.time.lags import difference as differenced
from leadlag.errors import UsageError, warn_of
from leadlag.methods.correlation import words
from leadlag.methods.correlation.numbers.allpairs import REASONS, pairs
from leadlag.methods.correlation.numbers.crosscorr import Block, Plan
from leadlag.methods.correlation.numbers.onepair import OnePair, critical_at, look_integrated, pair_bands, pair_with_reason
from leadlag.methods.correlation.result import CrossCorrelation, CrossCorrelations
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.results import Provenance, Search
from leadlag.sample import Sample, as_sample
from leadlag.sample.known import trimmed

__all__ = ["cross_correlation", "cross_correlations"]

#: Numbers of the size of the result that are held at once while it is computed; copies of the data.
_ARRAYS, _COPIES = 3, 12


@only_data_positional
def cross_correlation(
    data: Any,
    *,
    kpi: str,
    lead: str,
    max_lag: int | None = None,
    prewhiten: bool = True,
    order: int | None = None,
    difference: int = 0,
    alpha: float = 0.05,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    repair: Sequence[str] = REPAIRS,
) -> CrossCorrelation:
    """Correlate a KPI with a lead at every shift, with bands that say what unrelated series would show.

    Parameters
    ----------
    data : Sample, data frame, or a list of these
        One row per period; see `leadlag.from_wide`. Metrics of another cadence in a list are brought to the KPI's periods.
    kpi, lead : str
        Columns of the data. At lag k > 0 the KPI is compared with the lead k periods earlier: the lead moves first. At
        negative lags the KPI moves first.
    max_lag : int, optional
        Lags -max_lag..max_lag, in periods; at most half of the periods that both have. None takes 12 for weeks, months and
        undated periods, 8 for quarters, 14 for days, 10 for business days, 24 for hours, 3 for years; at most a sixth of them.
    prewhiten : bool, default True
        Fit the lead by its own past, and correlate what that filter leaves of both series. A momentum of the lead then no longer
        smears one peak over neighbouring lags. False correlates the series as they are.
    order : int, optional
        AR order of the filter. None chooses by AICc from 0 to ten times log10 of the periods, at most one per ten periods.
    difference : int, default 0
        How many times all series are differenced first. Give 1 for series that wander.
    alpha : float, default 0.05
        Share of lags that lie outside the pointwise band where the two are unrelated, and the probability that any lag lies
        outside the band for all lags.
    time : str, optional
        Time column of `data`.
    controls : str or sequence of str, optional
        Columns that both are regressed on first, in the same period.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values. "mask": means, variances, filter and correlations use only periods in which all series
        have values; a product over a gap is left out, and no gap is closed up.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.

    Returns
    -------
    CrossCorrelation

    Raises
    ------
    UsageError
        If an argument is outside what is allowed, periods are too few (LL204), the lead has no values (LL201), is constant
        (LL203), a copy of the KPI (LL205) or spanned by the controls (LL207), or the KPI does not vary (LL313).
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong; lists all that is wrong.

    Warns
    -----
    StatisticsWarning
        If a series looks integrated as it is correlated (LL122).

    See Also
    --------
    granger_test : whether the past of the lead helps beyond the KPI's own.
    rank_leads : which of many leads to believe.

    Notes
    -----
    ``r_k = sum_t (y_(t+k) - ybar)(x_t - xbar) / (n s_x s_y)``, as R's ``ccf``; prewhitened after the filter of R's ``ar.ols`` of
    the same order (Box, Jenkins & Reinsel 2008, ch. 12). The bands follow Bartlett's formula with the autocorrelations of AR
    models, and hold where both series are turbulent at the same times (Bartlett 1955; Brockwell & Davis 1991, ch. 11.2; Dalla,
    Giraitis & Phillips 2022, Econometric Theory 38:913). The simultaneous band is a sup-t band (Montiel Olea & Plagborg-Moller
    2019, J. Applied Econometrics 34:1) with Bartlett's covariance between lags.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> sales = 2.0 * np.roll(visits, 2) + rng.normal(size=120)
    >>> result = cross_correlation(pd.DataFrame({"visits": visits, "sales": sales}), kpi="sales", lead="visits", max_lag=6)
    >>> result.peak_lag, result.significant_lags_all
    (2, (2,))
    """
    sample = as_sample(
        data, time=time, catalogue=catalogue, missing=missing, columns=once_each(kpi=kpi, lead=lead, controls=controls)
    )
    sample, repairs = trimmed(sample.around(kpi)), as_repairs(repair)
    sample = repaired(sample, sample.names, repairs)
    kpi, lead, *others = sample.names
    steps, tail = as_int(difference, "difference"), as_real(alpha, "alpha", low=0.0, high=1.0)
    pair = _pair(sample, kpi, lead, others, steps)
    nobs = int(pair.rows.sum())
    default = sample.calendar.default_max_lag(nobs)
    plan = Plan.of(max_lag=max_lag, prewhiten=prewhiten, order=order, nobs=nobs, default=default)
    with one_thread():
        correlated = _found(pair, plan, kpi=kpi, lead=lead)
        integrated = tuple(name for name, found in zip((kpi, lead), look_integrated(pair), strict=True) if found)
        found = pair_bands(correlated, pair, plan, alpha=tail)
    look = [("LL122", words.integrated_text(integrated, prewhitened=plan.prewhiten, difference=steps))] if integrated else []
    noted = (*((note.code, note.text) for note in sample.notes), *warn_of(look))
    settings = {"max_lag": plan.max_lag, "prewhiten": plan.prewhiten, "order": order, "difference": steps, "alpha": tail}
    provenance = Provenance.of(
        "cross_correlation", warnings=noted, search=_search(plan), kpi=kpi, lead=lead, controls=tuple(others), **settings,
        missing=missing, repair=repairs,
    )  # fmt: skip
    return CrossCorrelation(
        kpi=kpi,
        lead=lead,
        controls=tuple(others),
        unit=sample.calendar.unit,
        lags=plan.lags,
        correlation=found.correlation,
        bse=found.bse,
        low=found.low,
        high=found.high,
        low_all=found.low_all,
        high_all=found.high_all,
        pvalues=found.pvalues,
        alpha=tail,
        critical=found.critical,
        critical_all=found.critical_all,
        prewhitened=plan.prewhiten,
        ar=found.ar,
        ar_order=len(found.ar),
        difference=steps,
        integrated=integrated,
        nobs=found.nobs,
        n_dropped=sample.n_periods - found.nobs,
        provenance=provenance,
    )


def _search(plan: Plan) -> Search:
    """The lags looked at."""
    return Search(n_lags=len(plan.lags), family="all lags", correction="band of all lags at once (**)")


def _pair(sample: Sample, kpi: str, lead: str, controls: Sequence[str], steps: int) -> OnePair:
    """The columns that are correlated, differenced."""
    y, x, *others = (differenced(sample.column(name), order=steps) for name in (kpi, lead, *controls))
    return OnePair(y=y, x=x, controls=np.column_stack(others) if others else None)


def _found(pair: OnePair, plan: Plan, *, kpi: str, lead: str) -> Block:
    """The correlations, or an error that says why there are none."""
    found, code = pair_with_reason(pair, plan)
    if found is None or code:
        needed = max(plan.rows_needed, rows_needed(plan.order or 1))
        told = words.refusal(code, nobs=int(pair.rows.sum()), needed=needed, prewhitened=plan.prewhiten)
        raise UsageError(f"kpi={kpi!r}, lead={lead!r}: {told}", code=code)
    return found


@only_data_positional
def cross_correlations(
    data: Any,
    *,
    kpis: str | Sequence[str],
    leads: str | Sequence[str],
    max_lag: int | None = None,
    prewhiten: bool = True,
    order: int | None = None,
    difference: int = 0,
    alpha: float = 0.05,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    repair: Sequence[str] = REPAIRS,
    max_bytes: int = MAX_BYTES,
    max_tests: int = MAX_TESTS,
) -> CrossCorrelations:
    """Correlate every KPI with every lead at every shift, by matrix products.

    Parameters
    ----------
    data : Sample, data frame, or a list of these
        One row per period; see `leadlag.from_wide`. Metrics of another cadence in a list are brought to the KPI's periods.
    kpis, leads : str or sequence of str
        Columns of the data; a column may be in both, and against itself it has no number.
    max_lag, prewhiten, order, difference, alpha, time, controls, catalogue, missing, repair
        As in `cross_correlation`, whose numbers these are, but that all columns of the call are repaired together. None for
        `max_lag` goes by the periods of the whole table.
    max_bytes, max_tests : int
        Memory (in bytes) and correlations that may be planned; above either the call is refused before it begins.

    Returns
    -------
    CrossCorrelations

    Raises
    ------
    LimitError
        If the plan is above a limit (LL404).
    UsageError
        If an argument is outside what is allowed. A pair that cannot be judged raises nothing: its numbers are NaN, and
        `reason` holds the code.
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong; lists all that is wrong.

    See Also
    --------
    cross_correlation : one pair, with a band for all lags and words.
    granger_screen : Granger F tests of many pairs.

    Notes
    -----
    Pairs whose series are known in the same periods go together: lag by lag as one matrix product of all KPIs with all leads,
    prewhitened lead by lead as one of all lags with all KPIs. Series with gaps of their own each take a turn of their own.
    No warning is given for series that look integrated: `cross_correlation` gives it.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits, noise = rng.normal(size=(2, 120))
    >>> data = pd.DataFrame({"visits": visits, "noise": noise, "sales": 2.0 * np.roll(visits, 2) + rng.normal(size=120)})
    >>> result = cross_correlations(data, kpis="sales", leads=["visits", "noise"], max_lag=6)
    >>> result.correlation.shape, result.peaks()["lead"][0], result.peaks()["lag"][0].item()
    ((1, 2, 13), 'visits', 2)
    """
    asked = {"kpis": as_list(kpis), "leads": as_list(leads), "controls": as_list(controls)}
    sample = as_sample(data, time=time, catalogue=catalogue, missing=missing, columns=asked)
    sample = trimmed(sample.around(asked["kpis"], "kpis")).require_single()
    repairs = as_repairs(repair)
    sample = repaired(sample, sample.names, repairs)
    names = {role: as_names([sample.resolve(each, role) for each in given], role, sample.names) for role, given in asked.items()}
    _refuse_roles(names)
    default = sample.calendar.default_max_lag(sample.n_periods)
    plan = Plan.of(max_lag=max_lag, prewhiten=prewhiten, order=order, nobs=sample.n_periods, default=default)
    steps, tail = as_int(difference, "difference"), as_real(alpha, "alpha", low=0.0, high=1.0)
    n_numbers = len(names["kpis"]) * len(names["leads"]) * len(plan.lags)
    check_limits(
        n_bytes=8 * (_ARRAYS * n_numbers + _COPIES * sample.values.size),
        n_tests=n_numbers,
        ways=("name fewer KPIs or leads or take a smaller max_lag", "raise the limit"),
        max_bytes=max_bytes,
        max_tests=max_tests,
    )
    Y, X, Z = (differenced(sample.select(given).values, order=steps) for given in names.values())
    with one_thread(), np.errstate(invalid="ignore"):
        found = pairs(Y, X, Z if names["controls"] else None, plan)
    settings = {"max_lag": plan.max_lag, "prewhiten": plan.prewhiten, "order": order, "difference": steps, "alpha": tail}
    noted = [(note.code, note.text) for note in sample.notes]
    search = Search(
        n_kpis=len(names["kpis"]), n_leads=len(names["leads"]), n_lags=len(plan.lags), correction="none",
        family="each lag of each pair has a band of its own",
    )  # fmt: skip
    return CrossCorrelations(
        **names,
        unit=sample.calendar.unit,
        lags=plan.lags,
        correlation=np.moveaxis(found.correlation, 0, 2),
        bse=np.moveaxis(found.bse, 0, 2),
        alpha=tail,
        critical=critical_at(tail),
        prewhitened=plan.prewhiten,
        ar_order=found.order,
        nobs=found.nobs,
        reason=np.asarray(REASONS)[found.reason],
        provenance=Provenance.of(
            "cross_correlations", warnings=noted, search=search, **names, **settings, missing=missing, repair=repairs
        ),
    )


def _refuse_roles(names: dict[str, tuple[str, ...]]) -> None:
    """Nothing to correlate, or a control that is correlated too."""
    for role in ("kpis", "leads"):
        if not names[role]:
            raise UsageError(f"{role} is empty: name at least one column.")
        both = sorted(set(names[role]) & set(names["controls"]))
        if both:
            raise UsageError(f"{role} and controls both name {', '.join(map(repr, both[:5]))}: take it out of one of the two.")
