"""The question what follows in the KPI after a surprise in the lead: a local projection, the second view of a lag profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from leadlag._validation import as_generator, as_int, as_lags, as_real, once_each, only_data_positional, seed_words
from leadlag.catalogue import Catalogue, Metric, Missing, as_catalogue
from leadlag.errors import UsageError, warn_of
from leadlag.methods.projection import words
from leadlag.methods.projection.numbers.horizons import at_horizons, looks_integrated
from leadlag.methods.projection.numbers.projection import ProjectionNumbers, projection
from leadlag.methods.projection.result import LocalProjection
from leadlag.prepare.repairs import REPAIRS, as_repairs, repaired
from leadlag.results import Provenance, Search
from leadlag.sample import as_sample
from leadlag.sample.known import trimmed

__all__ = ["local_projection"]


@only_data_positional
def local_projection(
    data: Any,
    *,
    kpi: str,
    lead: str,
    horizons: int | Sequence[int],
    order: int | Sequence[int] | None = None,
    own_order: int | Sequence[int] | None = None,
    augment: int = 1,
    controls: str | Sequence[str] | None = None,
    trend: str = "none",
    cov_type: str = "HC3",
    bandwidth: int | None = None,
    bias_correction: str = "first-order",
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
    time: str | None = None,
    catalogue: Catalogue | Iterable[Metric] | None = None,
    missing: Missing = "mask",
    repair: Sequence[str] = REPAIRS,
) -> LocalProjection:
    """Estimate what follows in the KPI after a surprise in the lead, without a model of how the lead itself goes on.

    Parameters
    ----------
    data : Sample, data frame, or a list of these
        One row per period; see `leadlag.from_wide`. Metrics of another cadence in a list are brought to the KPI's periods.
    kpi, lead : str
        Columns of the data.
    horizons : int or sequence of int
        Periods after the surprise: n means 0..n, a sequence exactly those. Horizon 0 is the period of the surprise itself: what
        moves with the lead there is no sign that it leads.
    order : int or sequence of int, optional
        Lags of the lead that are controlled for, in periods: n means 1..n, a sequence exactly those. If None, chosen: see Notes.
    own_order : int or sequence of int, optional
        Lags of the KPI that are controlled for; the same as `order` if None.
    augment : int, default 1
        So many further lags of both are controlled for, so that the errors also hold where series wander, and where the order is
        one too short.
    controls : str or sequence of str, optional
        Columns that are controlled for, taken in the same period as the lead.
    trend : {"none", "linear"}
        An intercept is always there.
    cov_type : {"HC0", "HC1", "HC3", "HAC"}
        Covariance of the responses. "HC3" is right for small samples. There is no "nonrobust": projections of neighbouring
        periods overlap.
    bandwidth : int, optional
        For HAC: last lag with a non-zero Bartlett weight, in periods. If None, the longest horizon, or the automatic one
        if that is longer.
    bias_correction : {"first-order", "none"}
        "none" leaves the coefficients as least squares gives them; the result has them as `uncorrected` too.
    level : float, default 0.95
        Share of samples in which a band holds.
    rng : int or Generator
        Of the draws behind the simultaneous bands.
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
    LocalProjection

    Raises
    ------
    UsageError
        If an argument is outside what is allowed, rows are too few at one horizon (fewer than 3 per coefficient and 10, LL204;
        the message says which horizon is the longest that has enough), the lead is constant (LL203), a copy of the KPI (LL205)
        or spanned by its past and the controls (LL207), or the KPI does not vary (LL313).
    UnknownNameError
        If a column does not exist.
    DataContractError
        If the data are wrong; lists all that is wrong.

    Warns
    -----
    StatisticsWarning
        If the fit is exact at some horizon (LL118).

    Notes
    -----
    At every horizon h on its own, ``y_(t+h) = c_h + b_h x_t + (lags of x and y before t) + d' z_t + e_(t+h)`` (Jorda 2005,
    American Economic Review 95:161); b_h is the response to the part of x_t that the lags and controls do not predict. With the
    lags controlled for, errors that are robust to heteroscedasticity suffice at every horizon, also for series that wander
    (Montiel Olea & Plagborg-Moller 2021, Econometrica 89:1789). Rows are periods of the full grid: neither a lag nor a horizon
    ever reaches over a gap, and every horizon uses all its complete rows. `order` is chosen by the AIC of a vector
    autoregression of KPI and lead on the same rows, from 1 to a twentieth of the periods, at most 12, as far as the longest
    horizon has rows for it.

    Responses to a surprise are too small in small samples, because the lags take up a part of what follows; `bias_correction`
    adds it back to first order (after Herbst & Johannsen 2021, FEDS 2020-010r1). Bands use Student's t with the degrees of
    freedom of Satterthwaite's rule (harmonic mean over the horizons; the fewest for sums, whose errors hang together longest).

    Measured (``benchmarks/projection_coverage.py``, stationary KPI and lead, 13 horizons, 80 to 260 periods, 2,000 samples): of
    95 % bands the pointwise ones hold in .93 to .97 at every horizon, the simultaneous ones in .94 to .96. Where KPI and lead are
    integrated (300 samples): .89 and .85 in 80 periods, .93 and .92 in 260. Then give the changes of both and read the
    `cumulative` response, which is that of the level: .94 and .93 in 80 periods.

    A lag profile (`lagged_regression`) says what one unit of the lead adds k periods later, all other periods of the lead as
    they are. A response says what follows a surprise, with the further moves of the lead that usually come after it. The two are
    alike only where the lead does not predict itself.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> visits = rng.normal(size=120)
    >>> sales = 2.0 * np.roll(visits, 2) + rng.normal(size=120)
    >>> found = local_projection(pd.DataFrame({"visits": visits, "sales": sales}), kpi="sales", lead="visits", horizons=4)
    >>> found.peak_horizon, found.response.round(1).tolist()
    (2, [-0.1, 0.0, 2.1, 0.1, 0.2])
    """
    asked = as_lags(horizons, "horizons", low=0)
    share, generator = as_real(level, "level", low=0.0, high=1.0), as_generator(rng)
    settings: dict[str, Any] = {
        "lags": None if order is None else as_lags(order, "order"),
        "own_lags": None if own_order is None else as_lags(own_order, "own_order"),
        "augment": as_int(augment, "augment"),
        "trend": trend,
        "cov_type": cov_type,
        "bandwidth": bandwidth,
        "bias_correction": bias_correction,
    }
    sample = as_sample(
        data, time=time, catalogue=catalogue, missing=missing, columns=once_each(kpi=kpi, lead=lead, controls=controls)
    )
    sample, repairs = trimmed(sample.around(kpi)), as_repairs(repair)
    sample = repaired(sample, sample.names, repairs)
    kpi, lead, *others = sample.names
    beside = np.column_stack([sample.column(name) for name in others]) if others else None
    try:
        numbers = projection(sample.column(kpi), sample.column(lead), longest=asked[-1], controls=beside, **settings)
    except UsageError as error:
        raise UsageError(f"kpi={kpi!r}, lead={lead!r}: {error.args[0]}", code=error.code) from None
    noted = (*((note.code, note.text) for note in sample.notes), *warn_of(_to_look_at(numbers, asked, kpi, lead)))
    settings |= {"lags": numbers.lags, "own_lags": numbers.own_lags, "bandwidth": numbers.bandwidth, "missing": missing}
    settings |= {"repair": repairs}
    search = Search(n_lags=len(asked), lag_word="horizon", family="all horizons", correction="band of all h at once")
    provenance = Provenance.of(
        "local_projection", warnings=noted, search=search, kpi=kpi, lead=lead, controls=tuple(others), horizons=asked,
        level=share, rng=seed_words(rng), **settings,
    )  # fmt: skip
    found = at_horizons(numbers, asked, level=share, rng=generator)
    return LocalProjection(
        kpi=kpi, lead=lead, controls=tuple(others), unit=sample.calendar.unit, kpi_unit=_unit_of(kpi, catalogue),
        lead_unit=_unit_of(lead, catalogue), horizons=asked, bands=found.bands, cumulative=found.cumulative,
        uncorrected=found.uncorrected, cov=found.cov, df=found.df, df_cumulative=found.df_cumulative, lead_sd=numbers.lead_sd,
        surprise_sd=numbers.surprise_sd, order=numbers.lags, own_order=numbers.own_lags, order_chosen=order is None,
        augment=numbers.augment, trend=trend, cov_type=numbers.cov_type, bandwidth=numbers.bandwidth,
        bias_correction=bias_correction, nobs=tuple(found.nobs.tolist()),
        n_dropped=tuple((sample.n_periods - found.nobs).tolist()), exact=found.exact,
        integrated=tuple(name for name in (kpi, lead) if looks_integrated(sample.column(name), trend=trend)),
        provenance=provenance,
    )  # fmt: skip


def _unit_of(name: str, catalogue: Catalogue | Iterable[Metric] | None) -> str:
    """What a metric is counted in; empty if not known."""
    metrics = as_catalogue(catalogue)
    return (metrics[name].unit or "") if name in metrics else ""


def _to_look_at(numbers: ProjectionNumbers, asked: tuple[int, ...], kpi: str, lead: str) -> Iterator[tuple[str, str]]:
    """Code and text of what deserves a look."""
    exact = [horizon for horizon in numbers.exact if horizon in asked]
    if exact:
        yield "LL118", words.exact_text(kpi, lead, exact)
