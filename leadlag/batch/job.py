"""One job, as a worker runs it: a ranking and what follows from it, or a score of a kept model."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from leadlag._blas import one_thread
from leadlag.batch.outcome import ForecastRow, JobOutcome, RankedRow
from leadlag.batch.spans import span_of
from leadlag.catalogue import Metric
from leadlag.forecast.modelfile import model_text, read_model, sha256_of
from leadlag.forecast.result import Forecast
from leadlag.prepare.scale import NamedLog
from leadlag.ranking.edge import Fault, at_the_edge
from leadlag.ranking.rank import rank_leads
from leadlag.ranking.result import LeadRanking
from leadlag.results import plain
from leadlag.sample import Sample

__all__ = ["Answered", "Job", "answered", "forecast_rows"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """What a worker needs of one KPI in one segment; nothing of the config, and no file.

    Parameters
    ----------
    job_id, kpi, segment : str
    sample : Sample
        The rows that it reads, with one segment or none.
    leads : tuple of str or None
        Candidates; every other metric if None.
    controls : tuple of str
    log : tuple of str or "auto"
    catalogue : tuple of Metric
        What is known of its metrics.
    options : Mapping
        Further options of `rank_leads`.
    horizons : tuple of int
        Periods ahead that are forecast by the leads that are found, or told of those that a kept model has; empty for a ranking
        alone, or all that the model has.
    keeps_model : bool
        Whether the text of the fitted model is part of what comes of it.
    model : str
        Text of a model file to score; empty where a ranking is asked.
    """

    job_id: str
    kpi: str
    segment: str
    sample: Sample
    leads: tuple[str, ...] | None
    controls: tuple[str, ...] = ()
    log: NamedLog = ()
    catalogue: tuple[Metric, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    horizons: tuple[int, ...] = ()
    keeps_model: bool = True
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What came of a job, and what only the log tells: how long it took, and all lines of an error that nobody foresaw."""

    outcome: JobOutcome
    seconds: float
    trace: str = ""


def answered(job: Job) -> Answered:
    """Run one job on one core; whatever goes wrong in it is what came of it."""
    start = time.perf_counter()
    blank = JobOutcome(job_id=job.job_id, kpi=job.kpi, segment=job.segment, status="failed")
    found = at_the_edge(lambda: _outcome(job, blank))
    seconds = time.perf_counter() - start
    if isinstance(found, Fault):
        outcome = replace(blank, status=_status_of(found.code), code=found.code, message=found.message)
        rows = at_the_edge(lambda: _rows(job, outcome))  # the rows are told of a job that has no answer too, if they can be
        return Answered(outcome=outcome if isinstance(rows, Fault) else rows, seconds=seconds, trace=found.trace)
    return Answered(outcome=found, seconds=seconds)


def _status_of(code: str) -> Any:
    """Data that hold no answer are no failure: the next night would find the same."""
    return "untestable" if code.startswith(("LL2", "LL3")) else "failed"


def _rows(job: Job, outcome: JobOutcome) -> JobOutcome:
    """With the rows that it read."""
    periods = job.sample.around(job.kpi).periods
    return replace(outcome, n_periods=len(periods), first=periods[0] if periods else "", last=periods[-1] if periods else "")


def _outcome(job: Job, blank: JobOutcome) -> JobOutcome:
    """The answer itself."""
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a ranking keeps its notes, and a model too; standard error is for the log
        outcome = _rows(job, blank)
        if job.model:
            forecast = read_model(job.model.encode(), name=f"model of {job.kpi}").score(job.sample, as_of=_origin(job))
            rows = forecast_rows(forecast, job.segment)
            asked = tuple(row for row in rows if not job.horizons or row[1] in job.horizons)
            return replace(outcome, status="done", forecasts=asked)
        ranking = rank_leads(
            job.sample, kpi=job.kpi, leads=job.leads, controls=job.controls, log=job.log, catalogue=job.catalogue, **job.options
        )
        outcome = _ranked(outcome, ranking)
        if not job.horizons or outcome.status != "done":
            return outcome
        forecast = ranking.forecast(horizons=job.horizons)
        text = model_text(forecast.model) if job.keeps_model else ""
        return replace(outcome, forecasts=forecast_rows(forecast, job.segment), model=text)


def _origin(job: Job) -> str | None:
    """The day to forecast from where rows go on, of metrics that are known ahead; else the last row says it."""
    ahead = [metric.name for metric in job.catalogue if metric.available_after < 0]
    day = span_of(job.sample, ahead=ahead).day if ahead else None
    return None if day is None else day.isoformat()


def _ranked(outcome: JobOutcome, ranking: LeadRanking) -> JobOutcome:
    """With what a ranking found; untestable where it could test nothing."""
    family = ranking.family
    rows: tuple[RankedRow, ...] = tuple(tuple(plain(list(row))) for row in ranking.to_frame().itertuples(index=False))
    outcome = replace(
        outcome, n_candidates=family.n_candidates, n_leads=len(ranking.leads), ranked=rows, ranking=ranking.to_json()
    )
    if family.n_tested:
        return replace(outcome, status="done")
    return replace(
        outcome, status="untestable", code="LL134", message=f"none of {family.n_candidates} candidates could be tested"
    )


def forecast_rows(forecast: Forecast, segment: str) -> tuple[ForecastRow, ...]:
    """The rows of one segment for the table of forecasts, from `origin` on; of a model without segments all."""
    table = forecast.to_frame()
    table = table if len(forecast.segments) == 1 else table[table["segment"] == segment]
    sha256 = sha256_of(forecast.model)
    named = ("horizon", "period", "point", "low_80", "high_80", "low_95", "high_95", "own_history")
    rows = zip(*(table[name] for name in (*named, "leads", "capped", "reason")), strict=True)
    return tuple(
        (forecast.origin, *plain(list(numbers)), tuple(leads), bool(capped), sha256, reason)
        for *numbers, leads, capped, reason in rows
    )
