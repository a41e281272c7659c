"""The question what follows in the KPI after a surprise in the lead: a local projection, the second view of a lag profile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadlag._validation import as_generator, as_int, as_lags, as_real, once_each, seed_words
from leadlag.catalogue import Metric, Missing, as_catalogue
from leadlag.core.bands import Bands, bands
from leadlag.core.projection import ProjectionNumbers, projection
from leadlag.core.pvalues import interval, t_values, two_sided
from leadlag.core.unitroot import integration
from leadlag.errors import UsageError, warn_of
from leadlag.results import Provenance, Result, Search
from leadlag.sample import as_sample
from leadlag.wording import projection as words

__all__ = ["LocalProjection", "local_projection"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalProjection(Result):
    """Answer of `local_projection`: the response of the KPI to a surprise in the lead, period by period.

    This is not the lag profile of a distributed lag: a surprise in a lead that goes on moving is followed by more of the
    lead, and the response holds all that.

    Parameters
    ----------
    kpi, lead : str
        Columns of the data.
    controls : tuple of str
        Columns that are controlled for, in the same period as the lead.
    unit : str
        One period in words, for example "month".
    kpi_unit, lead_unit : str
        From the catalogue, empty if not known.
    horizons : tuple of int
        Periods after the surprise, H of them; 0 is the same period.
    bands : Bands, arrays of shape (H,)
        Response at each horizon, in KPI units per unit of the lead, with standard errors, pointwise and simultaneous bands.
    cumulative : Bands, arrays of shape (H,)
        Sum of the responses from horizon 0 up to each horizon, with its bands.
    uncorrected : ndarray, shape (H,)
        Response by least squares, without the correction of its bias.
    cov : ndarray, shape (H, H)
        Covariance of the response.
    df : float
        Degrees of freedom of the bands of the response; those of the cumulative response are `df_cumulative`.
    df_cumulative : float
        Degrees of freedom of the bands of the cumulative response.
    lead_sd, surprise_sd : float
        Standard deviation of the lead, and of its surprises: what the past and the controls leave of it. In its units.
    order, own_order : tuple of int
        Lags of the lead and of the KPI that are controlled for, without the augmenting ones; never the delay.
    order_chosen : bool
        Whether `order` was chosen by the data.
    augment : int
        Further lags of both that are controlled for.
    trend : {"none", "linear"}
    cov_type : str
        Covariance of the responses.
    bandwidth : int or None
        Last lag with a non-zero HAC weight; None unless HAC.
    bias_correction : {"first-order", "none"}
    nobs, n_dropped : tuple of int, H of them
        Rows used at each horizon, and periods of the sample that were not.
    exact : tuple of int
        Horizons at which the fit has no error.
    integrated : tuple of str
        Which of KPI and lead look integrated; see Notes of `local_projection`.
    provenance : Provenance
        Method, settings, versions and warnings.
    """

    kpi: str
    lead: str
    controls: tuple[str, ...]
    unit: str
    kpi_unit: str
    lead_unit: str
    horizons: tuple[int, ...]
    bands: Bands
    cumulative: Bands
    uncorrected: FloatArray
    cov: FloatArray
    df: float
    df_cumulative: float
    lead_sd: float
    surprise_sd: float
    order: tuple[int, ...]
    own_order: tuple[int, ...]
    order_chosen: bool
    augment: int
    trend: str
    cov_type: str
    bandwidth: int | None
    bias_correction: str
    nobs: tuple[int, ...]
    n_dropped: tuple[int, ...]
    exact: tuple[int, ...]
    integrated: tuple[str, ...]
    provenance: Provenance

    @property
    def response(self) -> FloatArray:
        """KPI so many periods after a surprise of one unit in the lead, shape (H,)."""
        return self.bands.estimate

    @property
    def bse(self) -> FloatArray:
        """Standard errors of the response, shape (H,)."""
        return self.bands.bse

    @property
    def tvalues(self) -> FloatArray:
        """Response over standard error, shape (H,)."""
        return t_values(self.response, self.bse)

    @property
    def pvalues(self) -> FloatArray:
        """Two-sided p of each horizon alone, by Student's t with `df` degrees of freedom, shape (H,)."""
        return two_sided(self.tvalues, df=self.df)

    @property
    def peak_horizon(self) -> int:
        """Horizon at which the response is largest in size."""
        return self.horizons[int(np.argmax(np.abs(self.response)))]

    def conf_int(self, alpha: float = 0.05) -> FloatArray:
        """Pointwise intervals that miss with probability `alpha`, shape (H, 2)."""
        return interval(self.response, self.bse, df=self.df, alpha=alpha)

    def to_frame(self) -> pd.DataFrame:
        """One row a horizon: response, standard error and bands (``_all``: simultaneous), the same cumulated, and rows."""
        summed = self.cumulative
        columns = {
            "horizon": list(self.horizons),
            "response": self.response,
            "bse": self.bse,
            "low": self.bands.low,
            "high": self.bands.high,
            "low_all": self.bands.low_all,
            "high_all": self.bands.high_all,
            "cumulative": summed.estimate,
            "cumulative_bse": summed.bse,
            "cumulative_low": summed.low,
            "cumulative_high": summed.high,
            "cumulative_low_all": summed.low_all,
            "cumulative_high_all": summed.high_all,
            "nobs": list(self.nobs),
            "n_dropped": list(self.n_dropped),
        }
        return pd.DataFrame({"kpi": self.kpi, "lead": self.lead, **columns})

    def summary(self) -> str:
        """Responses with their bands as text, at most 80 columns wide."""
        return words.summary(self)

    def explain(self) -> str:
        """What the response says, and how it differs from a lag profile, in plain sentences."""
        return words.explain(self)


def local_projection(
    data: Any,
    kpi: str,
    lead: str,
    *,
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
    catalogue: Sequence[Metric] | None = None,
    missing: Missing = "mask",
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
    catalogue : sequence of Metric, optional
        What is known about the metrics.
    missing : {"mask", "error", "zero"} or ("ffill", n), default "mask"
        What happens to missing values; "mask" leaves out every row that lacks one of its values and fills nothing.

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
    >>> found = local_projection(pd.DataFrame({"visits": visits, "sales": sales}), "sales", "visits", horizons=4)
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
    ).around(kpi)
    kpi, lead, *others = sample.names
    beside = np.column_stack([sample.column(name) for name in others]) if others else None
    try:
        numbers = projection(sample.column(kpi), sample.column(lead), longest=asked[-1], controls=beside, **settings)
    except UsageError as error:
        raise UsageError(f"kpi={kpi!r}, lead={lead!r}: {error.args[0]}", code=error.code) from None
    noted = (*((note.code, note.text) for note in sample.notes), *warn_of(_to_look_at(numbers, asked, kpi, lead)))
    settings |= {"lags": numbers.lags, "own_lags": numbers.own_lags, "bandwidth": numbers.bandwidth, "missing": missing}
    seed = seed_words(rng)
    provenance = Provenance.of(
        "local_projection",
        warnings=noted,
        search=Search(n_lags=len(asked), lag_word="horizon", family="all horizons", correction="band of all h at once"),
        kpi=kpi,
        lead=lead,
        controls=tuple(others),
        horizons=asked,
        level=share,
        rng=seed,
        **settings,
    )
    return LocalProjection(
        kpi=kpi,
        lead=lead,
        controls=tuple(others),
        order_chosen=order is None,
        trend=trend,
        bias_correction=bias_correction,
        integrated=tuple(name for name in (kpi, lead) if _is_integrated(sample.column(name), trend)),
        provenance=provenance,
        unit=sample.calendar.unit,
        kpi_unit=_unit_of(kpi, catalogue),
        lead_unit=_unit_of(lead, catalogue),
        **_numbers(numbers, np.array(asked), sample.n_periods, level=share, rng=generator),
    )


def _is_integrated(values: FloatArray, trend: str) -> bool:
    """Whether a series looks integrated beside what is fitted of its trend."""
    return integration(values, deterministic="ct" if trend == "linear" else "c").state == "integrated"


def _unit_of(name: str, catalogue: Sequence[Metric] | None) -> str:
    """What a metric is counted in; empty if not known."""
    metrics = as_catalogue(catalogue)
    return (metrics[name].unit or "") if name in metrics else ""


def _numbers(
    numbers: ProjectionNumbers, horizons: NDArray[np.intp], n_periods: int, *, level: float, rng: np.random.Generator
) -> dict[str, Any]:
    """The fields of the horizons that were asked for."""
    cov = numbers.cov[np.ix_(horizons, horizons)]
    df = 1.0 / float(np.mean(1.0 / numbers.df[horizons]))
    df_cumulative = float(numbers.df[: horizons[-1] + 1].min())
    up_to = (np.arange(numbers.response.size) <= horizons[:, None]).astype(np.float64)
    nobs = numbers.nobs[horizons]
    return {
        "horizons": tuple(horizons.tolist()),
        "bands": bands(numbers.response[horizons], cov, level=level, df=df, rng=rng),
        "cumulative": bands(up_to @ numbers.response, up_to @ numbers.cov @ up_to.T, level=level, df=df_cumulative, rng=rng),
        "uncorrected": numbers.uncorrected[horizons],
        "cov": cov,
        "df": df,
        "df_cumulative": df_cumulative,
        "lead_sd": numbers.lead_sd,
        "surprise_sd": numbers.surprise_sd,
        "order": numbers.lags,
        "own_order": numbers.own_lags,
        "augment": numbers.augment,
        "cov_type": numbers.cov_type,
        "bandwidth": numbers.bandwidth,
        "nobs": tuple(nobs.tolist()),
        "n_dropped": tuple((n_periods - nobs).tolist()),
        "exact": tuple(sorted({*numbers.exact} & {*horizons.tolist()})),
    }


def _to_look_at(numbers: ProjectionNumbers, asked: tuple[int, ...], kpi: str, lead: str) -> Iterator[tuple[str, str]]:
    """Code and text of what deserves a look."""
    exact = [horizon for horizon in numbers.exact if horizon in asked]
    if exact:
        yield "LL118", words.exact_text(kpi, lead, exact)
