"""The end of a run: its folder, the index, what is forgotten, and what is said."""

from __future__ import annotations

import logging
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from leadlag.batch.assemble import Finished
from leadlag.batch.config import Config
from leadlag.batch.events import RunEvent, tell
from leadlag.batch.known import Known
from leadlag.batch.plan import Task
from leadlag.batch.sourced import SourcesRead
from leadlag.batch.store.folder import RunTables, runs_in, write_run
from leadlag.batch.store.index import index_runs, path_of
from leadlag.batch.store.upkeep import pruned
from leadlag.batch.summary import EXITS, JobCounts, PlannedJob, RunProblem, RunStatus, RunSummary, worst
from leadlag.errors import DatabaseError

__all__ = ["Ended", "planned"]


def planned(run_id: str, as_of: str, plan: Sequence[PlannedJob], sources: SourcesRead) -> RunSummary:
    """What a dry run says."""
    n_reused = sum(one.why == "reuse" for one in plan)
    return RunSummary(
        run_id=run_id, as_of=as_of, status="planned", exit=EXITS["done"], jobs=JobCounts(total=len(plan), reused=n_reused),
        problems=sources.problems(), sources=sources.counts(), plan=tuple(plan),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Ended:
    """A run whose jobs are done, or that was stopped.

    Parameters
    ----------
    config : Config
    run_id, as_of : str
    tasks : tuple of Task
        All of the run, or of its shard.
    known : Known
    sources : SourcesRead
    n_computed : int
    is_shard, is_partial : bool
        Whether it is one part of a run, of which no folder is written; whether only some jobs of the config were asked for.
    """

    config: Config
    run_id: str
    as_of: str
    tasks: tuple[Task, ...]
    known: Known
    sources: SourcesRead
    n_computed: int
    is_shard: bool
    is_partial: bool

    @cached_property
    def job_ids(self) -> list[str]:
        """Jobs in the order of the config."""
        return [task.job_id for task in self.tasks]

    def write(self) -> None:
        """Write the folder of the run."""
        whole = Finished(
            run_id=self.run_id, as_of=self.as_of, tasks=self.tasks, lookup=lambda: self.known.lookup(self.job_ids),
            reused=self.known.reused(self.job_ids, run_id=self.run_id), whole=not self.is_partial,
        )  # fmt: skip
        written = self.known.written(self.run_id)
        rows = {
            "jobs": whole.jobs, "results": whole.results, "forecasts": whole.forecasts, "rankings": whole.rankings,
            "sources": lambda: list(self.sources.rows(self.run_id, written)),
        }  # fmt: skip
        tables = RunTables(rows=rows, models=whole.models, config=self.config.text())
        path = write_run(self.config.folder, self.config.state, self.run_id, tables, as_of=self.as_of, partial=self.is_partial)
        tell(f"wrote {path.name}", RunEvent(event="written", run_id=self.run_id))

    def settled(self, found: RunSummary) -> RunSummary:
        """What is said of a finished run once what rests on it is done; the next run does what an index that is away leaves."""
        try:
            self._settle()
        except DatabaseError as error:
            problem = RunProblem(code=error.code, message=str(error.args[0]))
            tell(problem.message, RunEvent(event="problem", run_id=self.run_id, code=problem.code), level=logging.ERROR)
            return replace(found, status="unavailable", exit=EXITS["again"], problems=(*found.problems, problem))
        return found

    def _settle(self) -> None:
        """The index has it, the next is compared with it, its journal and old runs go."""
        index = None if self.config.output.store is None else path_of(self.config.output.store, self.config.base)
        if index is not None:
            index_runs(index, runs_in(self.config.folder), again=self.run_id)
        if not self.is_partial:
            self.sources.keep(self.run_id)
        self.known.finish(self.job_ids, whole=not self.is_partial and not self.sources.skipped)
        if self.config.output.keep_runs is not None:
            pruned(self.config.folder, index, keep=self.config.output.keep_runs, just=self.run_id)

    def interrupted(self, number: int, found: RunSummary) -> RunSummary:
        """The same of a run that was stopped by a signal, or because its time was over."""
        if number:
            return replace(found, status="interrupted", exit=EXITS[signal.Signals(number).name])
        n_left = len(self.tasks) - found.jobs.done - found.jobs.untestable - found.jobs.contract - found.jobs.failed
        text = f"limits.minutes is over and {n_left} jobs are left: run again, which goes on from here"
        over = RunProblem(code="LL510", message=text)
        return replace(found, status="interrupted", exit=EXITS["again"], problems=(*found.problems, over))

    def summary(self) -> RunSummary:
        """What is said of a run that went through."""
        outcomes = [self.known.head(task.job_id) for task in self.tasks if self.known.has_outcome(task.job_id)]
        counts = Counter(one.status for one in outcomes)
        failed = tuple(
            RunProblem(kpi=one.kpi, segment=one.segment, code=one.code, message=one.message)
            for one in outcomes
            if one.status == "failed"
        )
        status, code = self._verdict(counts["failed"], len(outcomes))
        return RunSummary(
            run_id=self.run_id, as_of=self.as_of, status=status, exit=code,
            folder=None if self.is_shard or not self.tasks else f"{self.config.output.folder}/{self.run_id}",
            jobs=JobCounts(
                total=len(self.tasks), computed=self.n_computed, reused=len(outcomes) - self.n_computed, done=counts["done"],
                untestable=counts["untestable"], contract=counts["contract"], failed=counts["failed"],
            ),
            n_leads=sum(one.n_leads for one in outcomes), problems=(*failed, *self.sources.problems()),
            sources=self.sources.counts(),
        )  # fmt: skip

    def _verdict(self, n_failed: int, n_jobs: int) -> tuple[RunStatus, int]:
        """Status and exit code, the gravest of all that happened."""
        allowed = self.config.run.allow_failed
        most = allowed if isinstance(allowed, int) else float(allowed.rstrip("%")) / 100.0 * n_jobs
        met: dict[RunStatus, int] = {}
        if any(read.problem is not None for read in self.sources.reads.values()):
            met["contract"] = EXITS["contract"]
        if n_failed > most:
            met["failed_jobs"] = EXITS["failed"]
        if self.sources.skipped:
            met["late"] = EXITS["late"]
        code = worst(list(met.values()))
        return next((status for status, one in met.items() if one == code), "done"), code
