"""The jobs of a run: one a KPI and segment, each with an identity made of all that its answer rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from leadlag._version import __version__
from leadlag.batch.job import Job
from leadlag.batch.outcome import JobOutcome, Status
from leadlag.batch.sources import TOTAL, SourceRead, job_sha256, sample_of, segments_of, untestable_why
from leadlag.catalogue import Metric
from leadlag.catalogue.ratios import adds_up
from leadlag.core.search.shapes import STANDARD
from leadlag.errors import DataContractError, LeadLagError

if TYPE_CHECKING:
    from leadlag.batch.config import Config, JobAsked
    from leadlag.sample import Sample

__all__ = ["Models", "Task", "job_of", "run_id_of", "settings_of", "tasks_of"]

#: Text of the model that an entry under `jobs` scores in a segment; empty if there is none.
Models = Callable[["JobAsked", str], str]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a job is not run: what came of it without its rows being looked at."""

    status: Status
    code: str
    message: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A job before it has its rows: what is asked, and its identity.

    Parameters
    ----------
    job_id, kpi, segment : str
    place : int
        Of the entry under `jobs` that asks for it.
    scores : bool
        Whether it scores a model, whose text is read again when it is run: as long as all wait, it need not be in memory.
    refusal : Refusal or None
        Why it is not run.
    n_tests : int
        Leads times lags times shapes that it would try; 0 for one that ranks nothing.
    """

    job_id: str
    kpi: str
    segment: str
    place: int
    scores: bool = False
    refusal: Refusal | None = None
    n_tests: int = 0

    @property
    def is_of_unknown_segments(self) -> bool:
        """Whether it stands for all segments of a source that cannot be used."""
        return self.refusal is not None and self.refusal.status == "contract" and not self.segment

    def refused(self) -> JobOutcome:
        """What came of it where it is not run."""
        why = self.refusal or Refusal(status="failed", code="", message="")
        return JobOutcome(
            job_id=self.job_id, kpi=self.kpi, segment=self.segment, status=why.status, code=why.code, message=why.message
        )


def tasks_of(
    config: Config,
    reads: Mapping[str, SourceRead],
    models: Models,
    *,
    skipped: frozenset[str] = frozenset(),
    before: Callable[[str], tuple[str, ...]] = lambda _: (),
) -> Iterator[Task]:
    """All jobs of a run in the order in which the config asks for them, but for those that need a source that is skipped."""
    for place, asked in enumerate(config.jobs):
        if skipped & {config.metrics[name].source for name in (asked.kpi, *_leads(config, asked, ""), *asked.controls)}:
            continue
        for segment in _segments(config, asked, reads, before):
            yield _task(config, place, segment, reads, models)


def run_id_of(as_of: str, tasks: list[Task]) -> str:
    """The name of a run: its day, and what all its jobs rest on."""
    listed = "\n".join(sorted(task.job_id for task in tasks))
    return f"{as_of}-{hashlib.sha256(listed.encode()).hexdigest()[:8]}"


def settings_of(config: Config, asked: JobAsked, segment: str) -> dict[str, Any]:
    """All that a job's answer rests on but its rows, its model and this leadlag: plain values."""
    names = (asked.kpi, *_leads(config, asked, segment), *asked.controls)
    return {
        "kpi": asked.kpi, "segment": segment, "leads": _leads(config, asked, segment), "controls": asked.controls,
        "log": asked.log, "horizons": asked.horizons, "options": _options(config, asked), "scores": asked.model is not None,
        "keeps_model": config.output.models and bool(asked.horizons) and asked.model is None,  # an answer with one is another
        "metrics": {name: _metric(config, name).to_mapping() for name in names},
    }  # fmt: skip


def job_of(config: Config, task: Task, reads: Mapping[str, SourceRead], models: Models) -> Job:
    """A job with its rows, as a worker gets it."""
    asked = config.jobs[task.place]
    leads = _leads(config, asked, task.segment)
    names = (asked.kpi, *leads, *asked.controls)
    sample = sample_of(names, task.segment, reads)
    return Job(
        job_id=task.job_id, kpi=task.kpi, segment=task.segment, sample=sample, leads=leads, controls=asked.controls,
        log=asked.log, catalogue=tuple(_metric(config, name) for name in names), options=_options(config, asked),
        horizons=asked.horizons, keeps_model=config.output.models, model=models(asked, task.segment) if task.scores else "",
    )  # fmt: skip


def _task(config: Config, place: int, segment: str, reads: Mapping[str, SourceRead], models: Models) -> Task:
    asked = config.jobs[place]
    names = (asked.kpi, *_leads(config, asked, segment), *asked.controls)
    model = "" if asked.model is None else models(asked, segment)
    rests_on: dict[str, Any] = settings_of(config, asked, segment)
    rests_on |= {"version": __version__, "model": hashlib.sha256(model.encode()).hexdigest()}
    refusal, n_tests = _broken(config, names, reads), 0
    if refusal is None and asked.model is not None and not model:
        text = f"there is no model of {asked.kpi!r} to score: run a job without 'model' first, with horizons and output.models"
        refusal = Refusal(status="failed", code="LL508", message=text)
    if refusal is None:
        try:
            sample = sample_of(names, segment, reads)
            rests_on["rows"] = job_sha256(sample, names)
            n_tests = 0 if model else _n_tests(sample, asked, n_leads=len(names) - 1 - len(asked.controls))
            promise = config.contract.get(config.metrics[asked.kpi].source)
            why = "" if promise is None else untestable_why(sample, asked.kpi, promise)
            refusal = Refusal(status="untestable", code="LL204", message=why) if why else None
        except LeadLagError as error:
            status: Status = "untestable" if isinstance(error, DataContractError) else "failed"
            refusal = Refusal(status=status, code=error.code, message=str(error.args[0]))
    rests_on["refusal"] = None if refusal is None else refusal.message
    job_id = hashlib.sha256(json.dumps(rests_on, sort_keys=True, ensure_ascii=True, default=str).encode()).hexdigest()
    return Task(job_id=job_id, kpi=asked.kpi, segment=segment, place=place, scores=bool(model), refusal=refusal, n_tests=n_tests)


def _n_tests(sample: Sample, asked: JobAsked, *, n_leads: int) -> int:
    """What a search over the leads tries."""
    calendar = next(part.calendar for part in sample.cadences if asked.kpi in part.names)
    return n_leads * (asked.max_lag or calendar.default_max_lag(len(calendar))) * len(STANDARD)


def _segments(
    config: Config, asked: JobAsked, reads: Mapping[str, SourceRead], before: Callable[[str], tuple[str, ...]]
) -> list[str]:
    """The segments that an entry under `jobs` asks for: of a source that cannot be read those of before, or one unnamed."""
    read = reads[config.metrics[asked.kpi].source]
    known = segments_of(read) if read.sample is not None else before(asked.kpi)
    if isinstance(asked.segments, tuple):
        return [*asked.segments, *([TOTAL] if asked.total else [])]
    each = list(known) if asked.segments == "all" else []
    return [*each, *([TOTAL] if asked.total else [])] or [""]


def _leads(config: Config, asked: JobAsked, segment: str) -> tuple[str, ...]:
    """Candidates: those that are named, else every other metric, of a total every other one that adds up."""
    if asked.leads is not None:
        return asked.leads
    others = sorted(name for name in config.metrics if name != asked.kpi and name not in asked.controls)
    return tuple(name for name in others if segment != TOTAL or adds_up(config.metrics[name].metric.aggregate))


def _broken(config: Config, names: tuple[str, ...], reads: Mapping[str, SourceRead]) -> Refusal | None:
    """What stands against a source that a job needs."""
    for source in dict.fromkeys(config.metrics[name].source for name in names):
        if (problem := reads[source].problem) is not None:
            return Refusal(status="contract", code=problem.code, message=problem.message, source=source)
    return None


def _options(config: Config, asked: JobAsked) -> dict[str, Any]:
    """Options of `rank_leads`; what is not said is left to it."""
    said = {"max_lag": asked.max_lag, "fdr": asked.fdr, "rng": asked.rng}
    told = {name: value for name, value in said.items() if value is not None}
    return {"evidence": config.run.evidence, **told, **config.options(asked)}


def _metric(config: Config, name: str) -> Metric:
    """What is known of a metric, without its people: no answer rests on them, and the config of a run has them."""
    return replace(config.metrics[name].metric, owner=None, team=None)
