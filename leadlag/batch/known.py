"""What is known of jobs from before: the journals of a run that was not finished, and the runs that were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from leadlag._version import __version__
from leadlag.batch.config import Config, JobAsked, read_config
from leadlag.batch.outcome import KEPT, JobOutcome, Status
from leadlag.batch.plan import Task, settings_of
from leadlag.batch.sources import TOTAL
from leadlag.batch.store.folder import RunFolder, runs_in
from leadlag.batch.store.journal import Journal
from leadlag.batch.store.lock import Shard, named_of
from leadlag.batch.summary import PlannedJob, Why
from leadlag.errors import LeadLagError, UsageError

__all__ = ["JobHead", "Known"]

#: Runs that are looked through for the answer of a job.
_RUNS = 60
#: Name of the newest model of a KPI.
LAST = "last"


@dataclass(frozen=True, kw_only=True)
class JobHead:
    """What came of a job, in short."""

    kpi: str
    segment: str
    status: Status
    code: str
    message: str
    n_leads: int

    @classmethod
    def of(cls, outcome: JobOutcome) -> JobHead:
        """Of an outcome."""
        return cls(
            kpi=outcome.kpi, segment=outcome.segment, status=outcome.status, code=outcome.code, message=outcome.message,
            n_leads=outcome.n_leads,
        )  # fmt: skip

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> JobHead:
        """Of a row of `jobs`."""
        return cls(**{name: row[name] for name in ("kpi", "segment", "status", "code", "message", "n_leads")})


@dataclass(frozen=True, kw_only=True)
class _InRun:
    """A job that is done, and a run that has it."""

    run: RunFolder
    head: JobHead
    reused: bool


@dataclass(kw_only=True, eq=False)
class Known:
    """What came of jobs before, and what came of them now.

    Parameters
    ----------
    config : Config
    own : Journal
        The one to which this run writes.
    journals : tuple of Journal
        All of the state folder, the own one first.
    runs : tuple of RunFolder
        The newest first.
    """

    config: Config
    own: Journal
    journals: tuple[Journal, ...]
    runs: tuple[RunFolder, ...]
    _now: dict[str, JobHead] = field(default_factory=dict)
    _in_runs: dict[str, _InRun] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config, shard: Shard) -> Known:
        """Look into the folders of a config."""
        own = Journal(config.state / f"{named_of('journal', shard)}.jsonl")
        others = [] if shard is not None else [Journal(path) for path in sorted(config.state.glob("journal-*-of-*.jsonl"))]
        return cls(config=config, own=own, journals=(own, *others), runs=runs_in(config.folder)[::-1])

    @cached_property
    def _in_journals(self) -> dict[str, Journal]:
        """Jobs that are done, by the journal that has them."""
        return {
            job_id: journal
            for journal in reversed(self.journals)
            for job_id, status in journal.statuses().items()
            if status in KEPT
        }

    def _found_in_runs(self, job_ids: set[str], run_id: str) -> Iterator[tuple[str, _InRun]]:
        """Those of these jobs that are done, in the run of this name or else the newest; others are not kept in memory."""
        left, own = set(job_ids), self.written(run_id)
        for run in (*([] if own is None else [own]), *self.runs[:_RUNS]):
            if not left:
                return
            for row in run.jobs():
                if row["job_id"] in left and row["status"] in KEPT:
                    left.remove(row["job_id"])
                    yield row["job_id"], _InRun(run=run, head=JobHead.of_row(row), reused=row["reused"])

    @cached_property
    def _files(self) -> dict[str, str]:
        """Texts of model files that were read, each once: jobs of a night score the same."""
        return {}

    @cached_property
    def _last_models(self) -> _LastModels:
        return _LastModels(runs=iter(self.runs))

    def segments(self, kpi: str) -> tuple[str, ...]:
        """The segments of a KPI in the newest whole run that has it, for a source that cannot tell them now."""
        for run in self.runs[:_RUNS]:
            seen = tuple(row["segment"] for row in run.jobs() if row["kpi"] == kpi and row["segment"] not in ("", TOTAL))
            if seen and not run.manifest["partial"]:
                return seen
        return ()

    def model(self, asked: JobAsked, segment: str) -> str:
        """Text of the model that a job scores: of the file that is named, or of the newest run that has one; else empty."""
        if asked.model == LAST:
            return self._last_models.text(asked.kpi, segment)
        name = str(asked.model)
        if name not in self._files:
            self._files[name] = _text(self.config.base / name, name)
        return self._files[name]

    def written(self, run_id: str) -> RunFolder | None:
        """The finished run of this name, if there is one."""
        return next((run for run in self.runs if run.run_id == run_id), None)

    def is_news(self, job_ids: Iterable[str], *, run_id: str) -> bool:
        """Whether anything came of these jobs that the run of this name does not have: now, in one that was stopped, or later."""
        return any(
            job_id in self._now or job_id in self._in_journals or self._in_runs[job_id].run.run_id != run_id for job_id in job_ids
        )

    def add(self, outcome: JobOutcome) -> None:
        """Keep what came of a job now."""
        self.own.append(outcome)
        self._now[outcome.job_id] = JobHead.of(outcome)

    def has_outcome(self, job_id: str) -> bool:
        """Whether anything came of a job, now or before."""
        return job_id in self._now or job_id in self._in_journals or job_id in self._in_runs

    def head(self, job_id: str) -> JobHead:
        """What came of a job, in short."""
        if job_id in self._now:
            return self._now[job_id]
        if (journal := self._in_journals.get(job_id)) is not None:
            return JobHead.of(journal.outcome(job_id))
        return self._in_runs[job_id].head

    def plan(self, tasks: Sequence[Task], *, run_id: str, force: bool) -> list[PlannedJob]:
        """Of each job whether it is to be computed, and why; from here on runs are asked for no others."""
        self._in_runs = dict(self._found_in_runs({task.job_id for task in tasks}, run_id))
        before = _Before.of(self.runs)
        return [
            PlannedJob(job_id=task.job_id, kpi=task.kpi, segment=task.segment, why=self._why(task, before, force=force))
            for task in tasks
        ]

    def _why(self, task: Task, before: _Before | None, *, force: bool) -> Why:
        if force:
            return "forced"
        if task.job_id in self._in_journals or task.job_id in self._in_runs:
            return "reuse"
        return "new" if before is None else before.why(self.config, task)

    def reused(self, job_ids: Iterable[str], *, run_id: str) -> frozenset[str]:
        """Jobs whose answer is that of an earlier run; those of a run that is written again stay what they were in it."""
        earlier = set()
        for job_id in job_ids:
            there = None if job_id in self._now else self._in_runs.get(job_id)
            # one that a journal has too, for it was not taken away after its run was written, is no other
            if there is not None and (there.run.run_id != run_id or there.reused):
                earlier.add(job_id)
        return frozenset(earlier)

    def lookup(self, job_ids: Sequence[str]) -> Callable[[str], JobOutcome]:
        """What tells the outcomes of these jobs, asked one after the other in their order."""
        own = dict.fromkeys(self._now, self.own)
        journals = {job_id: journal for job_id in job_ids if (journal := own.get(job_id, self._in_journals.get(job_id)))}
        wanted: dict[str, set[str]] = {}
        for job_id in job_ids:
            if job_id not in journals:
                wanted.setdefault(self._in_runs[job_id].run.run_id, set()).add(job_id)
        readers = {run.run_id: _RunReader(run=run, wanted=wanted[run.run_id]) for run in self.runs if run.run_id in wanted}

        def outcome(job_id: str) -> JobOutcome:
            if (journal := journals.get(job_id)) is not None:
                return journal.outcome(job_id)
            return readers[self._in_runs[job_id].run.run_id].outcome(job_id)

        return outcome

    def finish(self, job_ids: Iterable[str], *, whole: bool) -> None:
        """Forget the journals once these jobs are in a run: if it is a whole one all, else those that have no others."""
        written = frozenset(job_ids)
        for journal in self.journals:
            left = (job_id for job_id, status in journal.statuses().items() if status in KEPT and job_id not in written)
            if whole or next(left, None) is None:
                journal.remove()


@dataclass(kw_only=True)
class _LastModels:
    """The newest model of each KPI and segment, whatever run has it; as few runs are read as can be."""

    runs: Iterator[RunFolder]
    _found: dict[tuple[str, str], tuple[RunFolder, str]] = field(default_factory=dict)

    def text(self, kpi: str, segment: str) -> str:
        """Text of the model; empty if there is none."""
        while (kpi, segment) not in self._found and (run := next(self.runs, None)) is not None:
            for row in run.jobs():
                if row["model_file"]:
                    self._found.setdefault((row["kpi"], row["segment"]), (run, row["model_file"]))
        found = self._found.get((kpi, segment))
        return "" if found is None else found[0].model(found[1])


@dataclass(kw_only=True)
class _RunReader:
    """Outcomes of a finished run, read forward; those of other jobs are passed over."""

    run: RunFolder
    wanted: set[str]
    _left: Iterator[JobOutcome] | None = None
    _passed: dict[str, JobOutcome] = field(default_factory=dict)

    def outcome(self, job_id: str) -> JobOutcome:
        """What came of a job."""
        self._left = self.run.outcomes() if self._left is None else self._left
        while job_id not in self._passed:
            one = next(self._left)
            if one.job_id in self.wanted:
                self._passed[one.job_id] = one
        return self._passed.pop(job_id)


@dataclass(frozen=True, kw_only=True)
class _Before:
    """The newest whole run, to say what is another since then."""

    run: RunFolder
    jobs: Mapping[tuple[str, str], str]
    config: Config | None

    @classmethod
    def of(cls, runs: Sequence[RunFolder]) -> _Before | None:
        """None if there is no whole run."""
        run = next((run for run in runs if not run.manifest["partial"]), None)
        if run is None:
            return None
        try:
            config = read_config(run.config())
        except LeadLagError:  # one of another leadlag, or of files that are no longer there
            config = None
        return cls(run=run, jobs={(row["kpi"], row["segment"]): row["status"] for row in run.jobs()}, config=config)

    def why(self, config: Config, task: Task) -> Why:
        """Why a job has another identity than it had then."""
        status = self.jobs.get((task.kpi, task.segment))
        if status is None:
            return "new"
        if status == "failed":
            return "failed"
        if self.run.manifest["version"] != __version__:
            return "version"
        return "data" if self._same_settings(config, task) else "config"

    def _same_settings(self, config: Config, task: Task) -> bool:
        if self.config is None:
            return False
        now = settings_of(config, config.jobs[task.place], task.segment)
        then = [settings_of(self.config, asked, task.segment) for asked in self.config.jobs if asked.kpi == task.kpi]
        return now in then


def _text(path: Path, name: str) -> str:
    """Text of a model file that a config names."""
    try:
        text = path.read_text(encoding="utf-8")
        why = "" if text.strip() else "it is empty"
    except OSError as error:
        why = error.strerror or "it is no file"
    except UnicodeDecodeError:
        why = "it is no text"
    if why:
        raise UsageError(
            f"model={name!r} cannot be read: {why}. Give a file that leadlag fit wrote; paths are relative to the config.",
            code="LL508",
        )
    return text
