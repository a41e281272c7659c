"""What the data of one lead and the KPI were like before anything was fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Quality"]


@dataclass(frozen=True, kw_only=True)
class Quality:
    """The data behind one test, as they came.

    Parameters
    ----------
    nobs : int
        Periods used.
    missing : float
        Share of the periods from the lead's first value to its last in which the lead or the KPI has none.
    clipped : float
        Share of the values of the lead or of the KPI, whichever is larger, that were taken for outliers.
    held : int
        For how many periods each value of the lead or of the KPI stands, 0 if each period has its own.
    moved : int
        By how many periods the lead is the KPI itself, moved to an earlier time; 0 if it is another series.
    ahead : bool
        The lead is made of the KPI's own later values.
    part : bool
        The lead is an arithmetic part of the KPI.
    reported : bool
        The KPI is reported as an average or a sum over several periods.
    rescaled : bool
        The lead, or the KPI, alone has changed its unit at some date.
    n_seasons : float
        Seasons in the sample, of the longest season in the model; infinite without one.
    """

    nobs: int
    missing: float = 0.0
    clipped: float = 0.0
    held: int = 0
    moved: int = 0
    ahead: bool = False
    part: bool = False
    reported: bool = False
    rescaled: bool = False
    n_seasons: float = math.inf
