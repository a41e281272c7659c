"""The question how two metrics move together when one of them is shifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadlag._blas import one_thread
from leadlag._validation import as_int, as_real, once_each
from leadlag.catalogue import Metric, Missing
from leadlag.core.linear.bands import critical_all
from leadlag.core.linear.leastsquares import rows_needed
from leadlag.core.linear.pvalues import two_sided
from leadlag.core.series.unitroot import integrations
from leadlag.core.time.lags import difference as differenced
from leadlag.errors import UsageError, warn_of
from leadlag.methods.correlation import words
from leadlag.methods.correlation.numbers.crosscorr import Block, Plan, joined_rows, lag_correlation, without
from leadlag.methods.correlation.numbers.crosspairs import REASONS, judged_block
from leadlag.methods.correlation.result import CrossCorrelation
from leadlag.results import Provenance, Search
from leadlag.sample import Sample, as_sample

__all__ = ["cross_correlation"]

FloatArray = NDArray[np.float64]


def cross_correlation(
    data: Any,
    kpi: str,
    lead: str,
    *,
    max_lag: int | None = None,
    prewhiten: bool = True,
    order: int | None = None,
    difference: int = 0,
    alpha: float = 0.05,
    time: str | None = None,
    controls: str | Sequence[str] | None = None,
    catalogue: Sequence[Metric] | None = None,
    missing: Missing = "mask",
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
    catalogue : sequence of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values. "mask": means, variances, filter and correlations use only periods in which all series
        have values; a product over a gap is left out, and no gap is closed up.

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
    >>> result = cross_correlation(pd.DataFrame({"visits": visits, "sales": sales}), "sales", "visits", max_lag=6)
    >>> result.peak_lag, result.significant_lags_all
    (2, (2,))
    """
    sample = as_sample(
        data, time=time, catalogue=catalogue, missing=missing, columns=once_each(kpi=kpi, lead=lead, controls=controls)
    ).around(kpi)
    kpi, lead, *others = sample.names
    steps, tail = as_int(difference, "difference"), as_real(alpha, "alpha", low=0.0, high=1.0)
    series = _series(sample, kpi, lead, others, steps)
    nobs = int(series.rows.sum())
    default = sample.calendar.default_max_lag(nobs)
    plan = Plan.of(max_lag=max_lag, prewhiten=prewhiten, order=order, nobs=nobs, default=default)
    with one_thread():
        found = _found(series, plan, kpi=kpi, lead=lead)
        integrated, numbers = _integrated(series, kpi, lead), _numbers(found, series, plan, tail)
    look = [("LL122", words.integrated_text(integrated, prewhitened=plan.prewhiten, difference=steps))] if integrated else []
    noted = (*((note.code, note.text) for note in sample.notes), *warn_of(look))
    settings = {"max_lag": plan.max_lag, "prewhiten": plan.prewhiten, "order": order, "difference": steps, "alpha": tail}
    return CrossCorrelation(
        kpi=kpi,
        lead=lead,
        controls=tuple(others),
        unit=sample.calendar.unit,
        difference=steps,
        integrated=integrated,
        prewhitened=plan.prewhiten,
        n_dropped=sample.n_periods - int(found.nobs[0]),
        provenance=Provenance.of(
            "cross_correlation",
            warnings=noted,
            search=_search(plan),
            kpi=kpi,
            lead=lead,
            controls=tuple(others),
            **settings,
            missing=missing,
        ),
        **numbers,
    )


def _search(plan: Plan) -> Search:
    """The lags looked at."""
    return Search(n_lags=len(plan.lags), family="all lags", correction="band of all lags at once (**)")


@dataclass(frozen=True, kw_only=True)
class _Series:
    """KPI (n, 1), lead (n, 1) and controls (n, q) of one call, differenced."""

    y: FloatArray
    x: FloatArray
    controls: FloatArray | None

    @property
    def rows(self) -> NDArray[np.bool_]:
        """Periods in which all have values."""
        return joined_rows(self.y, self.x) if self.controls is None else joined_rows(self.y, self.x, self.controls)

    def worked(self) -> tuple[FloatArray, FloatArray]:
        """KPI and lead without the controls, each of shape (n,), NaN where one is missing."""
        rows = self.rows[:, None]
        y, x = (without(np.where(rows, each, np.nan), self.controls)[:, 0] for each in (self.y, self.x))
        return y, x


def _series(sample: Sample, kpi: str, lead: str, controls: Sequence[str], steps: int) -> _Series:
    """The columns that are correlated."""
    values = {name: differenced(sample.column(name), order=steps) for name in (kpi, lead, *controls)}
    stacked = np.column_stack([values[name] for name in controls]) if controls else None
    return _Series(y=values[kpi][:, None], x=values[lead][:, None], controls=stacked)


def _found(series: _Series, plan: Plan, *, kpi: str, lead: str) -> Block:
    """The correlations, or an error that says why there are none."""
    found, reason = judged_block(series.y, series.x, series.controls, plan)
    code = REASONS[int(reason[0, 0])]
    if not np.isfinite(series.x).any():
        code = "LL201"
    if found is None or code:
        needed = max(plan.rows_needed, rows_needed(plan.order or 1))
        told = words.refusal(code, nobs=int(series.rows.sum()), needed=needed, prewhitened=plan.prewhiten)
        raise UsageError(f"kpi={kpi!r}, lead={lead!r}: {told}", code=code)
    return found


def _integrated(series: _Series, kpi: str, lead: str) -> tuple[str, ...]:
    """Which of the two look integrated as they are correlated."""
    states = integrations(np.column_stack(series.worked()), deterministic="c")
    return tuple(name for name, found in zip((kpi, lead), states, strict=True) if found.state == "integrated")


def _numbers(found: Block, series: _Series, plan: Plan, alpha: float) -> dict[str, Any]:
    """The fields of the result that are numbers."""
    (phi,), correlation, bse = found.filters, found.correlation[:, 0, 0], found.bse[:, 0, 0]
    critical = float(-special.ndtri(alpha / 2.0))
    widest = critical_all(lag_correlation(*series.worked(), phi, plan.max_lag), level=1.0 - alpha)
    wide = max(critical, widest)
    return {
        "lags": plan.lags,
        "correlation": correlation,
        "bse": bse,
        "low": -critical * bse,
        "high": critical * bse,
        "low_all": -wide * bse,
        "high_all": wide * bse,
        "pvalues": two_sided(correlation / bse),
        "alpha": alpha,
        "critical": critical,
        "critical_all": wide,
        "ar": phi,
        "ar_order": len(phi),
        "nobs": int(found.nobs[0]),
    }
