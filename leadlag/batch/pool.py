"""Many jobs in processes: each within its time, and whatever ends one ends none of the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from leadlag.batch.job import Answered, Job, answered
from leadlag.batch.outcome import JobOutcome
from leadlag.errors import WorkersLostError

__all__ = ["Stop", "run_jobs"]

#: Seconds that jobs in hand have to end once a run is to stop.
GRACE = 20.0
#: Jobs that wait for a worker, so that none is idle and few are in memory.
_AHEAD = 2
#: How often workers may end in a row before they have begun a job.
_POOLS = 3
_LOOK = 0.2


@dataclass(kw_only=True)
class Stop:
    """Whether, when and why a run is to stop: the signal that asked for it, or 0 for its time being over.

    Parameters
    ----------
    minutes : float, optional
        After these, no further job begins.
    """

    minutes: float | None = None
    signal: int = 0
    since: float | None = None
    _begun: float = field(default_factory=time.monotonic)

    def ask(self, number: int) -> None:
        """Stop because of a signal."""
        self.signal, self.since = number, time.monotonic()

    @property
    def is_asked(self) -> bool:
        """Whether no further job is to begin."""
        if self.since is None and self.minutes is not None and time.monotonic() - self._begun > 60.0 * self.minutes:
            self.since = time.monotonic()
        return self.since is not None

    @property
    def is_over(self) -> bool:
        """Whether jobs in hand have had their time to end."""
        return self.since is not None and time.monotonic() - self.since > GRACE


def run_jobs(
    jobs: Iterator[Job],
    *,
    workers: int,
    seconds: float | None,
    stop: Stop,
    temporary: Path,
    run: Callable[[Job], Answered] = answered,
) -> Generator[Answered, None, None]:
    """What comes of jobs, as it comes; those that a stop leaves undone are left out.

    Parameters
    ----------
    jobs : iterator of Job
        Made when a worker is about to be free.
    workers : int
    seconds : float, optional
        A job that takes longer is ended: LL502.
    stop : Stop
    temporary : path
        Where workers put temporary files.
    run : callable
        What a worker does with a job.

    Raises
    ------
    WorkersLostError
        If workers end again and again before they have begun a job (LL503).
    """
    again: list[Job] = []
    tries = _POOLS
    while True:
        crew = _Crew(workers=workers, seconds=seconds, stop=stop, run=run)
        n_answers = 0
        for answer in crew.answers(chain(again, jobs), temporary):
            n_answers += 1
            yield answer
        if not crew.lost or stop.is_asked:
            return
        tries = _POOLS if n_answers else tries - 1
        if not tries:
            raise WorkersLostError(
                f"worker processes ended {_POOLS} times before they began a job: see that the machine has memory for "
                f"run.workers {workers}, and, from Python, that run() stands in a file below `if __name__ == "
                "'__main__':`. What was done is kept."
            )
        again = crew.lost


@dataclass(kw_only=True, eq=False)
class _Crew:
    """Workers that are there until one of them ends while none is at a job: then there is no telling what the others have.

    Parameters
    ----------
    workers, seconds, stop, run
        As in `run_jobs`.
    lost : list of Job
        Those that nobody answers any more.
    """

    workers: int
    seconds: float | None
    stop: Stop
    run: Callable[[Job], Answered]
    lost: list[Job] = field(default_factory=list)

    def answers(self, jobs: Iterator[Job], temporary: Path) -> Iterator[Answered]:
        """What comes of jobs."""
        waiting = deque(islice(jobs, 1))
        if not waiting:
            return
        pool = _pool(self.workers, temporary)
        in_hand: dict[Future[Answered], Job] = {}
        try:
            while (waiting or in_hand) and pool.active:
                while waiting and len(in_hand) < self.workers + _AHEAD and not self.stop.is_asked:
                    try:
                        begun = pool.schedule(self.run, args=(waiting[0],), timeout=self.seconds)
                    except RuntimeError:  # it has just broken
                        break
                    in_hand[begun] = waiting.popleft()
                    waiting.extend(islice(jobs, 1))
                if self.stop.is_asked and (self.stop.is_over or not _begun(in_hand)):
                    break
                yield from self._done(in_hand)
            else:
                self.lost += [*in_hand.values(), *waiting]
        finally:
            for future in in_hand:
                future.cancel()
            pool.stop()
            pool.join()

    def _done(self, in_hand: dict[Future[Answered], Job]) -> Iterator[Answered]:
        """What has come of jobs by now."""
        for future in wait(in_hand, timeout=_LOOK, return_when="FIRST_COMPLETED").done:
            job = in_hand.pop(future)
            if not future.cancelled() and isinstance(future.exception(), BrokenProcessPool):
                self.lost.append(job)
            elif not _dropped(future, self.stop):
                yield _answer(future, job, self.seconds)


def _pool(workers: int, temporary: Path) -> ProcessPool:
    _see_to_temporary(temporary)
    context = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
    if hasattr(context, "set_forkserver_preload"):
        context.set_forkserver_preload(["leadlag.batch.job"])
    return ProcessPool(max_workers=workers, context=context, initializer=_begin, initargs=(str(temporary),))


def _begun(in_hand: dict[Future[Answered], Job]) -> bool:
    """Whether a worker is at one of these; those that none has begun are not waited for."""
    for future in [future for future in in_hand if not future.running() and not future.done()]:
        if future.cancel():
            del in_hand[future]
    return bool(in_hand)


def _dropped(future: Future[Answered], stop: Stop) -> bool:
    """Whether a job is undone because of the stop: whoever ends a run may end its workers by the same signal."""
    if future.cancelled():
        return True
    if not isinstance(future.exception(), ProcessExpired):
        return False
    time.sleep(_LOOK)  # the signal to this process may come after it
    return stop.is_asked


def _answer(future: Future[Answered], job: Job, seconds: float | None) -> Answered:
    """What a worker answered, or what ended it."""
    try:
        return future.result()
    except TimeoutError:
        code, message = "LL502", f"it took longer than {seconds:g} s, which limits.job_seconds allows"
    except ProcessExpired as error:
        how = f"by {signal.Signals(-error.exitcode).name}" if error.exitcode < 0 else f"with exit code {error.exitcode}"
        code, message = "LL503", f"its process ended {how}; a lack of memory is the most frequent reason"
    outcome = JobOutcome(job_id=job.job_id, kpi=job.kpi, segment=job.segment, status="failed", code=code, message=message)
    return Answered(outcome=outcome, seconds=seconds or 0.0)


def _see_to_temporary(folder: Path) -> None:
    """Where this machine has no place for temporary files, as with a read-only root, they go where those of workers do."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = str(folder)


def _begin(temporary: str) -> None:
    """A worker takes signals from its parent alone, leaves nothing elsewhere, and ends when its parent has ended."""
    os.environ["TMPDIR"] = os.environ["TEMP"] = os.environ["MPLCONFIGDIR"] = temporary
    if hasattr(os, "setsid"):
        with suppress(PermissionError):
            os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
