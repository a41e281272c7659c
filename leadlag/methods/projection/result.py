"""What follows a surprise in the lead: the result and its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from leadlag.core.arrays import Floats
from leadlag.core.linear.bands import Bands
from leadlag.core.linear.pvalues import interval, t_values, two_sided
from leadlag.methods.projection import words
from leadlag.results import Provenance, Result

__all__ = ["LocalProjection"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
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

    _pictures: ClassVar[str] = "leadlag.methods.projection.picture:PICTURES"

    kpi: str
    lead: str
    controls: tuple[str, ...]
    unit: str
    kpi_unit: str
    lead_unit: str
    horizons: tuple[int, ...]
    bands: Bands
    cumulative: Bands
    uncorrected: Floats
    cov: Floats
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
    def response(self) -> Floats:
        """KPI so many periods after a surprise of one unit in the lead, shape (H,)."""
        return self.bands.estimate

    @property
    def bse(self) -> Floats:
        """Standard errors of the response, shape (H,)."""
        return self.bands.bse

    @property
    def tvalues(self) -> Floats:
        """Response over standard error, shape (H,)."""
        return t_values(self.response, self.bse)

    @property
    def pvalues(self) -> Floats:
        """Two-sided p of each horizon alone, by Student's t with `df` degrees of freedom, shape (H,)."""
        return two_sided(self.tvalues, df=self.df)

    @property
    def peak_horizon(self) -> int:
        """Horizon at which the response is largest in size."""
        return self.horizons[int(np.argmax(np.abs(self.response)))]

    def conf_int(self, alpha: float = 0.05) -> Floats:
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
