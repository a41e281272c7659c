"""What a run tells while it goes: events of the logger ``leadlag.batch``, which is silent unless somebody listens."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

from leadlag.batch.job import Answered
from leadlag.wording.shown import shown

__all__ = ["RunEvent", "Progress", "tell"]

_LOGGER = logging.getLogger("leadlag.batch")
#: A line of progress comes after so much of the jobs, or after so many seconds.
_SHARE, _SECONDS = 0.1, 30.0


@dataclass(frozen=True, kw_only=True)
class RunEvent:
    """One thing that happened: `LogRecord.event` of a record of the logger ``leadlag.batch``.

    Parameters
    ----------
    event : str
        "run", "source", "job", "progress", "problem", "written", "stop" or "done".
    run_id, job_id, kpi, segment, code : str
        Empty where they say nothing.
    duration_s : float, optional
    rows : int, optional
    """

    event: str
    run_id: str = ""
    job_id: str = ""
    kpi: str = ""
    segment: str = ""
    duration_s: float | None = None
    rows: int | None = None
    code: str = ""


def tell(text: str, event: RunEvent, *, level: int = logging.INFO) -> None:
    """Tell whoever listens."""
    _LOGGER.log(level, "%s", text, extra={"event": event})


@dataclass(kw_only=True)
class Progress:
    """Counts the jobs of a run, and tells how far it is."""

    run_id: str
    total: int
    done: int = 0
    failed: int = 0
    _said: float = field(default_factory=time.monotonic)
    _share: float = 0.0

    def add(self, answer: Answered) -> None:
        """One more job."""
        one = answer.outcome
        self.done += 1
        self.failed += one.status == "failed"
        where = f"{shown(one.kpi)} in {shown(one.segment)}" if one.segment else shown(one.kpi)
        event = RunEvent(
            event="job", run_id=self.run_id, job_id=one.job_id, kpi=one.kpi, segment=one.segment, duration_s=answer.seconds,
            rows=one.n_periods, code=one.code,
        )  # fmt: skip
        failed = one.status == "failed"
        tell(
            f"{where}: {one.status}{f', {one.code}: {one.message}' if one.code else ''}",
            event,
            level=logging.ERROR if failed else logging.INFO if one.code else logging.DEBUG,
        )
        if answer.trace:
            tell(answer.trace, event, level=logging.ERROR)
        if self.done / self.total >= self._share + _SHARE or time.monotonic() - self._said > _SECONDS:
            self._said, self._share = time.monotonic(), self.done / self.total
            tell(f"{self.done} of {self.total} jobs, {self.failed} failed", RunEvent(event="progress", run_id=self.run_id))
