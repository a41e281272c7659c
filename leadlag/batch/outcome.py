"""What came of one job, as the journal keeps it and the tables of a run are made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["KEPT", "ForecastRow", "JobOutcome", "RankedRow", "Status"]

Status = Literal["done", "untestable", "contract", "failed"]
#: What the next run does not compute again while data, config and version are the same.
KEPT: tuple[Status, ...] = ("done", "untestable", "contract")

#: A row of `results` without its run, job, KPI and segment, and what rests on the whole run: the columns of `LeadRanking`.
RankedRow = tuple[str | float | int | None, ...]
#: A row of `forecasts` from `origin` on.
ForecastRow = tuple[str | float | int | bool | tuple[str, ...] | None, ...]


@dataclass(frozen=True, kw_only=True)
class JobOutcome:
    """What came of one job.

    Parameters
    ----------
    job_id, kpi, segment : str
    status : {"done", "untestable", "contract", "failed"}
    code, message : str
        Why it is not done; empty where it is.
    n_periods : int
        Rows that it read.
    first, last : str
        Their first and last period; empty without rows.
    n_candidates, n_leads : int
    ranked : tuple of RankedRow
        A row a candidate, in the columns of `LeadRanking.to_frame()`.
    ranking : str
        The ranking as JSON (leadlag-ranking); empty where nothing was ranked.
    forecasts : tuple of ForecastRow
    model : str
        Text of the model file; empty where none was fitted.
    """

    job_id: str
    kpi: str
    segment: str
    status: Status
    code: str = ""
    message: str = ""
    n_periods: int = 0
    first: str = ""
    last: str = ""
    n_candidates: int = 0
    n_leads: int = 0
    ranked: tuple[RankedRow, ...] = ()
    ranking: str = ""
    forecasts: tuple[ForecastRow, ...] = ()
    model: str = ""
