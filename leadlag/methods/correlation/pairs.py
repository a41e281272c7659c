"""The question how many KPIs move with many leads when one of the two is shifted: all pairs at once, without a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag._blas import one_thread
from leadlag._validation import as_int, as_list, as_names, as_real
from leadlag.catalogue import Metric, Missing
from leadlag.core.linear.pvalues import two_sided
from leadlag.core.search.limits import MAX_BYTES, MAX_TESTS, check_limits
from leadlag.core.time.lags import difference as differenced
from leadlag.errors import UsageError
from leadlag.methods.correlation import words
from leadlag.methods.correlation.numbers.crosscorr import Plan
from leadlag.methods.correlation.numbers.crosspairs import REASONS, pairs
from leadlag.methods.correlation.numbers.onepair import critical_at
from leadlag.results import Provenance, Result, Search
from leadlag.sample import as_sample

__all__ = ["CrossCorrelations", "cross_correlations"]

FloatArray = NDArray[np.float64]

#: Numbers of the size of the result that are held at once while it is computed; copies of the data.
_ARRAYS, _COPIES = 3, 12


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossCorrelations(Result):
    """Answer of `cross_correlations`: every pair of KPI and lead at every lag. At positive lags the lead moves first.

    Parameters
    ----------
    kpis, leads, controls : tuple of str
        Columns of the data.
    unit : str
        One period in words.
    lags : ndarray of int, shape (n_lags,)
        -max_lag..max_lag, in periods.
    correlation, bse : ndarray, shape (n_kpis, n_leads, n_lags)
        Correlation, and its standard error where the two are unrelated; NaN where a pair has no numbers.
    alpha, critical : float
        Tail, and standard errors to either side of zero that make the band.
    prewhitened : bool
        Whether the filter of each lead went over it and all KPIs.
    ar_order, nobs : ndarray of int, shape (n_kpis, n_leads)
        Order of the lead's filter, and periods that enter.
    reason : ndarray of str, shape (n_kpis, n_leads)
        Code of why a pair has no numbers, empty where it has.
    provenance : Provenance
        Method, settings, versions and warnings.
    """

    kpis: tuple[str, ...]
    leads: tuple[str, ...]
    controls: tuple[str, ...]
    unit: str
    lags: NDArray[np.intp]
    correlation: FloatArray
    bse: FloatArray
    alpha: float
    critical: float
    prewhitened: bool
    ar_order: NDArray[np.int64]
    nobs: NDArray[np.int64]
    reason: NDArray[np.str_]
    provenance: Provenance

    @property
    def high(self) -> FloatArray:
        """Upper end of the pointwise band around zero, shape (n_kpis, n_leads, n_lags); the lower end is its negative."""
        return np.asarray(self.critical * self.bse)

    def reasons(self) -> dict[str, str]:
        """Code, and in words how many pairs have no numbers and why."""
        counts = Counter(str(code) for code in self.reason.ravel() if code)
        return {code: f"{count:,} of {self.reason.size:,} pairs: {words.pair_reason(code)}" for code, count in counts.items()}

    def to_frame(self) -> pd.DataFrame:
        """One row a number, by KPI, lead and lag: ``kpi, lead, lag, correlation, low, high, pvalue``."""
        n_kpis, n_leads, n_lags = self.correlation.shape
        correlation, bse = self.correlation.ravel(), self.bse.ravel()
        columns = {
            "kpi": pd.Index(self.kpis).take(np.repeat(np.arange(n_kpis), n_leads * n_lags)),
            "lead": pd.Index(self.leads).take(np.tile(np.repeat(np.arange(n_leads), n_lags), n_kpis)),
            "lag": np.tile(self.lags, n_kpis * n_leads),
            "correlation": correlation,
            "low": -self.critical * bse,
            "high": self.critical * bse,
            "pvalue": two_sided(correlation / bse),
        }
        return pd.DataFrame(columns, copy=False)

    def peaks(self) -> pd.DataFrame:
        """One row a pair, its largest absolute correlation where the lead moves first: ``kpi, lead, lag, correlation, pvalue``.

        Sorted by p, which is that of this lag alone: it does not allow for the choice of the lag and of the pair.
        """
        ahead = self.lags >= 1
        size = np.abs(self.correlation[:, :, ahead])
        best = np.argmax(np.where(np.isfinite(size), size, -1.0), axis=2)[:, :, None] + int(np.argmax(ahead))
        correlation, bse = (np.take_along_axis(each, best, axis=2).ravel() for each in (self.correlation, self.bse))
        columns = {
            "kpi": np.repeat(self.kpis, len(self.leads)),
            "lead": np.tile(self.leads, len(self.kpis)),
            "lag": self.lags[best.ravel()],
            "correlation": correlation,
            "pvalue": two_sided(correlation / bse),
        }
        return pd.DataFrame(columns).dropna().sort_values("pvalue", kind="stable", ignore_index=True)

    def summary(self) -> str:
        """The pairs furthest outside their band where the lead moves first, at most 80 columns wide."""
        return words.summary_of_pairs(
            [tuple(row) for row in self.peaks().head(15).itertuples(index=False)],
            unit=self.unit,
            n_pairs=self.reason.size,
            n_lags=len(self.lags),
            n_without=int((self.reason != "").sum()),
            alpha=self.alpha,
            provenance=self.provenance,
        )

    def explain(self) -> str:
        """How the table is to be read, in plain sentences."""
        outside = float(np.mean(np.abs(self.correlation) > self.high, where=np.isfinite(self.correlation)))
        return words.explain_pairs(
            n_pairs=self.reason.size, n_lags=len(self.lags), share=outside, alpha=self.alpha, prewhitened=self.prewhitened
        )


def cross_correlations(
    data: Any,
    kpis: str | Sequence[str],
    leads: str | Sequence[str],
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
    max_lag, prewhiten, order, difference, alpha, time, controls, catalogue, missing
        As in `cross_correlation`, whose numbers these are. None for `max_lag` goes by the periods of the whole table.
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
    >>> result = cross_correlations(data, "sales", ["visits", "noise"], max_lag=6)
    >>> result.correlation.shape, result.peaks()["lead"][0], result.peaks()["lag"][0].item()
    ((1, 2, 13), 'visits', 2)
    """
    asked = {"kpis": as_list(kpis), "leads": as_list(leads), "controls": as_list(controls)}
    sample = as_sample(data, time=time, catalogue=catalogue, missing=missing, columns=asked).around(asked["kpis"], "kpis")
    sample = sample.require_single()
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
        provenance=Provenance.of("cross_correlations", warnings=noted, search=search, **names, **settings, missing=missing),
    )


def _refuse_roles(names: dict[str, tuple[str, ...]]) -> None:
    """Nothing to correlate, or a control that is correlated too."""
    for role in ("kpis", "leads"):
        if not names[role]:
            raise UsageError(f"{role} is empty: name at least one column.")
        both = sorted(set(names[role]) & set(names["controls"]))
        if both:
            raise UsageError(f"{role} and controls both name {', '.join(map(repr, both[:5]))}: take it out of one of the two.")
