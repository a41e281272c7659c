"""The question whether a lead's past helps to predict the KPI beyond the KPI's own past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from leadlag._validation import as_int, as_lags, as_option, once_each, only_data_positional
from leadlag.catalogue import Catalogue, Metric, Missing
from leadlag.core.arrays import Floats
from leadlag.core.linear.wald import DISTRIBUTIONS
from leadlag.errors import UsageError, warn_of
from leadlag.methods.granger import words
from leadlag.methods.granger.numbers import GrangerNumbers, granger
from leadlag.methods.granger.result import GrangerResult
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.results import Provenance, Search
from leadlag.sample import Sample, as_sample
from leadlag.sample.known import trimmed

__all__ = ["granger_test"]


@only_data_positional
def granger_test(
    data: Any,
    *,
    kpi: str,
    lead: str,
    order: int | Sequence[int],
    own_order: int | Sequence[int] | None = None,
    controls: str | Sequence[str] | None = None,
    cov_type: str = "nonrobust",
    bandwidth: int | None = None,
    correction: str = "none",
    augment: int = 0,
    distribution: str | None = None,
    hold_back: int | None = None,
    time: str | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    repair: Sequence[str] = REPAIRS,
) -> GrangerResult:
    """Test whether the past of a lead helps to predict the KPI beyond the KPI's own past.

    Parameters
    ----------
    data : Sample, data frame, or a list of these
        One row per period; see `leadlag.from_wide`. Metrics of another cadence in a list are brought to the KPI's periods.
    kpi, lead : str
        Columns of the data. The question is always whether the lead Granger-predicts the KPI.
    order : int or sequence of int
        Lags of the lead that are tested, in periods: n means 1..n, a sequence exactly those.
    own_order : int or sequence of int, optional
        Lags of the KPI in both models; the same as `order` if None.
    controls : str or sequence of str, optional
        Columns in both models, taken in the same period as the KPI.
    cov_type : {"nonrobust", "HC0", "HC1", "HC3", "HAC"}
        Covariance of the coefficients.
    bandwidth : int, optional
        For HAC: last lag with a non-zero Bartlett weight, in periods; ``floor(4 (nobs / 100)^(2/9))`` if None.
    correction : {"none", "df"}
        For HAC: "df" multiplies the covariance by nobs / df_resid.
    augment : int, default 0
        Toda & Yamamoto: so many further lags of KPI and lead enter both models and are not tested. Give the highest order of
        integration of the two (1 for most series in levels).
    distribution : {"F", "chi2"}, optional
        Small-sample F or asymptotic chi2 (Wald). If None, F; with `augment`, chi2.
    hold_back : int, optional
        Periods at the start that are not predicted; the longest lag if None. Give the same number to compare orders.
    time : str, optional
        Time column of `data`.
    catalogue : Catalogue or iterable of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values; "mask" leaves out every row that lacks one of its values and fills nothing.
    repair : sequence of {"rows", "scales", "sentinels"}
        What is repaired before anything is asked, each said in a note; ``()`` for nothing: see `docs/repairs.md`.

    Returns
    -------
    GrangerResult

    Raises
    ------
    UsageError
        If an argument is outside what is allowed, rows are too few (fewer than 3 per coefficient and 10, LL204), the lead is
        constant (LL203), a copy of the KPI (LL205) or spanned by the other columns (LL207), or the KPI cannot be tested (LL313).
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong; lists all that is wrong.

    Warns
    -----
    StatisticsWarning
        If the fit is exact (LL118), or some lags are combinations of other columns (LL119).

    Notes
    -----
    The full model is ``y_t = c + sum_(i in own_order) a_i y_(t-i) + sum_(k in order) b_k x_(t-k) + d' z_t + e_t``; the null
    is that all b_k are zero (Granger 1969, Econometrica 37:424). Rows are periods of the full grid: a lag never reaches over
    a gap. With `augment` the Wald statistic is chi2 also where series are integrated or cointegrated (Toda & Yamamoto 1995,
    J. Econometrics 66:225; Dolado & Luetkepohl 1996, Econometric Reviews 15:369). The order is not the delay.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=60)
    >>> sales = 2.0 * np.roll(visits, 2) + rng.normal(size=60)
    >>> result = granger_test(pd.DataFrame({"visits": visits, "sales": sales}), kpi="sales", lead="visits", order=3)
    >>> result.df, result.pvalue < 1e-6
    ((3, 50), True)
    """
    lags = as_lags(order, "order")
    sample = as_sample(
        data, time=time, catalogue=catalogue, missing=missing, columns=once_each(kpi=kpi, lead=lead, controls=controls)
    )
    sample, repairs = trimmed(sample.around(kpi)), as_repairs(repair)
    sample = repaired(sample, sample.names, repairs)
    kpi, lead, *others = sample.names
    own_lags = lags if own_order is None else as_lags(own_order, "own_order")
    augment = as_int(augment, "augment")
    distribution = as_option(distribution or ("chi2" if augment else "F"), "distribution", DISTRIBUTIONS)
    hold_back = None if hold_back is None else as_int(hold_back, "hold_back")
    y, x, base = sample.column(kpi), sample.column(lead), _stacked(sample, others)
    try:
        numbers = granger(
            y, x, lags=lags, own_lags=own_lags, controls=base, cov_type=cov_type, bandwidth=bandwidth, correction=correction,
            augment=augment, distribution=distribution, hold_back=hold_back,
        )  # fmt: skip
    except UsageError as error:
        raise UsageError(f"kpi={kpi!r}, lead={lead!r}: {error.args[0]}", code=error.code) from None
    noted = (*((note.code, note.text) for note in sample.notes), *warn_of(_to_look_at(numbers, kpi, lead)))
    provenance = Provenance.of(
        "granger_test", warnings=noted, search=Search(family="one joint test of all lags", correction="none"), kpi=kpi, lead=lead,
        controls=tuple(others), lags=lags, own_lags=own_lags, cov_type=cov_type, bandwidth=numbers.bandwidth,
        correction=correction, augment=augment, distribution=distribution, hold_back=hold_back, missing=missing,
        repair=repairs,
    )  # fmt: skip
    null = words.null(kpi, lead, order=lags, own_order=own_lags, controls=others)
    return GrangerResult(
        **vars(numbers), kpi=kpi, lead=lead, controls=tuple(others), unit=sample.calendar.unit, null=null, provenance=provenance
    )


def _stacked(sample: Sample, names: Sequence[str]) -> Floats | None:
    """Columns side by side, shape (n_periods, len(names)); None for none."""
    return np.column_stack([sample.column(name) for name in names]) if names else None


def _to_look_at(numbers: GrangerNumbers, kpi: str, lead: str) -> Iterator[tuple[str, str]]:
    """Code and text of what deserves a look."""
    if numbers.exact:
        yield "LL118", words.exact_text(kpi, lead)
    if numbers.aliased:
        yield "LL119", words.aliased_text(lead, numbers.aliased)
