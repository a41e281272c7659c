"""One night from its config to its folder: what there is to do, what of it is done already, the rest, and what is said of it."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from leadlag._validation import as_name
from leadlag.batch.checked import CheckedConfig, checked
from leadlag.batch.config import STATE, Config, read_config
from leadlag.batch.ended import Ended, planned
from leadlag.batch.events import Progress, RunEvent, tell
from leadlag.batch.job import Answered
from leadlag.batch.known import Known
from leadlag.batch.plan import Task, job_of, run_id_of, tasks_of
from leadlag.batch.pool import Stop, run_jobs
from leadlag.batch.sourced import SourcesRead
from leadlag.batch.store import steps
from leadlag.batch.store.folder import recover
from leadlag.batch.store.lock import Shard, locked, named_of
from leadlag.batch.summary import EXITS, RunProblem, RunStatus, RunSummary
from leadlag.errors import DatabaseError, LimitError, LockHeldError, StorageError, UsageError, WorkersLostError
from leadlag.wording.shown import periods

__all__ = ["RunCall", "check", "run", "run_call"]

#: Seconds after a signal in which all has to end, the 20 of jobs in hand among them.
LONGEST = 24.0
_KEPT = "What was done is kept, and the next run goes on there."
_SHARD = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})")


@dataclass(frozen=True, kw_only=True)
class RunCall:
    """What is asked of a run; the fields are the arguments of `run`, `dry_run` says that nothing is computed."""

    config: Any
    as_of: str | dt.date | None = None
    only: Sequence[str] = ()
    shard: str | None = None
    force: bool = False
    settings: Sequence[str] = ()
    dry_run: bool = False


def run(
    config: str | os.PathLike[str] | Mapping[str, Any],
    *,
    as_of: str | dt.date | None = None,
    only: Sequence[str] = (),
    shard: str | None = None,
    force: bool = False,
    settings: Sequence[str] = (),
) -> RunSummary:
    """Run all jobs of a config; what was done before and has the same data, config and version is not done again.

    Parameters
    ----------
    config : path or mapping
        A ``.yaml`` or ``.toml`` file, or a mapping of that form.
    as_of : str or date, optional
        Day of the run: periods that end later are left out. Today in ``calendar.tz`` if None, read once.
    only : sequence of str
        ``"KPI"`` or ``"KPI/SEGMENT"``: other jobs are left out, and the run is a partial one.
    shard : str, optional
        ``"i/n"``: only the i-th of n parts of the jobs. Nothing but the state folder is written; a run without it collects them.
    force : bool
        Compute all jobs again.
    settings : sequence of str
        Changes of the config, as ``"run.workers=4"``.

    Returns
    -------
    RunSummary
        Also of a run that did not end well: `status` and `exit` say how, `problems` why.

    Raises
    ------
    UsageError
        If the config or an argument is wrong.

    Notes
    -----
    Events go to the logger ``leadlag.batch``. In the main thread SIGINT and SIGTERM end the run: jobs in hand have 20 seconds,
    what is done is kept, and the next run goes on there.
    """
    asked = RunCall(config=config, as_of=as_of, only=tuple(only), shard=shard, force=force, settings=tuple(settings))
    return run_call(asked)


def check(
    config: str | os.PathLike[str] | Mapping[str, Any], *, as_of: str | dt.date | None = None, settings: Sequence[str] = ()
) -> CheckedConfig:
    """Read the sources of a config and make its jobs, without running any.

    Parameters
    ----------
    config, as_of, settings
        As in `run`.

    Returns
    -------
    CheckedConfig

    Raises
    ------
    UsageError
        If the config or an argument is wrong.
    """
    found = read_config(config, settings=settings)
    return checked(found, as_of=_day(as_of, found))


def run_call(asked: RunCall) -> RunSummary:
    """The same for the command line."""
    config = read_config(asked.config, settings=asked.settings)
    as_of = _day(asked.as_of, config)
    part = _shard(asked.shard)
    with _signals(Stop(minutes=config.limits.minutes)) as stop:
        try:
            with steps.said_of(config.folder, kept=_KEPT), _locks(config, part):
                found = _Night(config=config, asked=asked, as_of=as_of, part=part, stop=stop).summary()
                tell(found.text(), RunEvent(event="done", run_id=found.run_id or ""))
                return found
        except (LockHeldError, StorageError, DatabaseError, WorkersLostError) as error:
            status: RunStatus = "locked" if isinstance(error, LockHeldError) else "unavailable"
            problem = RunProblem(code=error.code, message=str(error.args[0]))
            tell(problem.message, RunEvent(event="problem", code=problem.code), level=logging.ERROR)
            return RunSummary(run_id=None, as_of=as_of, status=status, exit=EXITS["again"], problems=(problem,))


@dataclass(kw_only=True)
class _Night:
    """A run that holds its lock."""

    config: Config
    asked: RunCall
    as_of: str
    part: Shard
    stop: Stop

    def summary(self) -> RunSummary:
        """Go through it; what a run that was stopped left half done is put right first."""
        if self.part is None:
            recover(self.config.folder, self.config.state)
        known = Known.of(self.config, self.part)
        sources = SourcesRead.of(self.config, as_of=self.as_of)
        if sources.is_to_be_retried:
            sources.tell()
            return self._early("late", sources)
        every = tasks_of(self.config, sources.reads, known.model, skipped=sources.skipped, before=known.segments)
        tasks = self._asked_for(list(every))
        self._refuse_many(tasks)
        run_id = run_id_of(self.as_of, tasks)
        plan = known.plan(tasks, run_id=run_id, force=self.asked.force)
        chosen = [(task, one) for task, one in zip(tasks, plan, strict=True) if _in_shard(task.job_id, self.part)]
        todo = [task for task, one in chosen if one.why != "reuse"]
        sources.tell(run_id)
        tell(f"{periods(len(chosen), 'job')}, {len(todo):,} to compute", RunEvent(event="run", run_id=run_id))
        if self.asked.dry_run:
            return planned(run_id, self.as_of, [one for _, one in chosen], sources)
        n_computed = self._compute(todo, known, sources, run_id)
        night = Ended(
            config=self.config, run_id=run_id, as_of=self.as_of, tasks=tuple(task for task, _ in chosen), known=known,
            sources=sources, n_computed=n_computed, is_shard=self.part is not None, is_partial=bool(self.asked.only),
        )  # fmt: skip
        if n_computed < len(todo):
            return night.interrupted(self.stop.signal, replace(night.summary(), folder=None))
        found = night.summary()
        if self.part is None and tasks:
            if known.is_news(night.job_ids, run_id=run_id):
                night.write()
            found = night.settled(found)
        return night.interrupted(self.stop.signal, found) if self.stop.signal else found

    def _early(self, status: RunStatus, sources: SourcesRead) -> RunSummary:
        """A run that ends before anything is computed, to be tried again."""
        return RunSummary(
            run_id=None,
            as_of=self.as_of,
            status=status,
            exit=EXITS["again"],
            problems=sources.problems(),
            sources=sources.counts(),
        )

    def _asked_for(self, tasks: list[Task]) -> list[Task]:
        """The jobs that `only` leaves; no two may be of the same KPI and segment."""
        for key, count in Counter((task.kpi, task.segment) for task in tasks).items():
            if count > 1:
                where = f" in {key[1]!r}" if key[1] else ""
                text = f"jobs ask {count} times for {key[0]!r}{where}: a KPI has one job in each segment."
                raise UsageError(text, code="LL508")
        if not self.asked.only:
            return tasks
        names = [f"{task.kpi}/{task.segment}" if task.segment else task.kpi for task in tasks]
        known = tuple(dict.fromkeys([*(task.kpi for task in tasks), *names]))
        # of a source that cannot be used no segment is known: its KPI has one job, which is meant by any of them
        whole = [task.kpi for task in tasks if task.is_of_unknown_segments]
        of_these = {given: kpi for given in self.asked.only for kpi in whole if str(given).startswith(f"{kpi}/")}
        wanted = {of_these.get(given) or as_name(given, "only", known, owner="job") for given in self.asked.only}
        return [task for task, name in zip(tasks, names, strict=True) if {task.kpi, name} & wanted]

    def _refuse_many(self, tasks: list[Task]) -> None:
        """A run that would try more than it may is refused before it begins."""
        most, n_tests = self.config.limits.max_tests, sum(task.n_tests for task in tasks)
        if most is not None and n_tests > most:
            raise LimitError(
                f"the jobs would try {n_tests:,} lag shapes, more than limits.max_tests {most:,}: name fewer leads or a smaller "
                "max_lag, or raise the limit."
            )

    def _compute(self, tasks: list[Task], known: Known, sources: SourcesRead, run_id: str) -> int:
        """Do these jobs, as far as a stop lets them be done; how many were."""
        progress = Progress(run_id=run_id, total=len(tasks))
        for task in tasks:
            if task.refusal is not None:
                known.add(task.refused())
                progress.add(Answered(outcome=task.refused(), seconds=0.0))
        jobs = (job_of(self.config, task, sources.reads, known.model) for task in tasks if task.refusal is None)
        temporary = self.config.state / named_of("temporary", self.part)  # shards are at work at the same time
        temporary.mkdir(exist_ok=True)
        workers, seconds = self.config.run.workers, self.config.limits.job_seconds
        with closing(run_jobs(jobs, workers=workers, seconds=seconds, stop=self.stop, temporary=temporary)) as answers:
            for answer in answers:
                known.add(answer.outcome)
                progress.add(answer)
        shutil.rmtree(temporary, ignore_errors=True)
        return progress.done


@contextmanager
def _locks(config: Config, part: Shard) -> Iterator[None]:
    """The lock of the state folder; where that is elsewhere, a run that writes a folder of results holds one there too."""
    places = [config.state] if part is not None else [config.state, config.folder / STATE]
    with ExitStack() as held:
        for place in dict.fromkeys(place.resolve() for place in places):
            held.enter_context(locked(place, part))
        yield


def _in_shard(job_id: str, part: Shard) -> bool:
    """Whether a job is in this part of a run."""
    return part is None or int(job_id[:8], 16) % part[1] == part[0] - 1


def _day(given: str | dt.date | None, config: Config) -> str:
    """The day of a run as ISO text; today in the zone of the config if none is given."""
    if given is None:
        zone = ZoneInfo(config.calendar.tz) if config.calendar.tz else None
        return dt.datetime.now(tz=zone).date().isoformat()  # the only look at a clock
    try:
        return given.isoformat()[:10] if isinstance(given, dt.date) else dt.date.fromisoformat(given).isoformat()
    except (TypeError, ValueError):
        raise UsageError(f"as_of={given!r} is not allowed: give a day such as 2026-11-30.", argument="as_of") from None


def _shard(text: str | None) -> Shard:
    """The part and the number of parts in ``"i/n"``."""
    if text is None:
        return None
    found = _SHARD.fullmatch(text)
    if found is None or int(found[1]) > int(found[2]):
        raise UsageError(f"shard={text!r} is not allowed: give i/n with i from 1 to n, such as 1/4.", argument="shard")
    return int(found[1]), int(found[2])


@contextmanager
def _signals(stop: Stop) -> Iterator[Stop]:
    """SIGINT and SIGTERM ask for a stop; a second one ends the process at once. Only the main thread can listen."""
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    ends: list[threading.Timer] = []

    def heard(number: int, _: object) -> None:
        if stop.signal:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.ask(number)
        ends.append(_ended_after(LONGEST, EXITS[signal.Signals(number).name]))
        tell("stopping: jobs in hand have 20 s", RunEvent(event="stop"), level=logging.WARNING)

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for end in ends:
            end.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended_after(seconds: float, code: int) -> threading.Timer:
    """What ends the process by then, whatever it is at; the next run goes on from any moment."""
    timer = threading.Timer(seconds, os._exit, [code])
    timer.daemon = True
    timer.start()
    return timer
