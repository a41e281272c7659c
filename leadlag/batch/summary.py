"""What is said of a run: one object, one line of JSON, one exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from leadlag.wording.shown import periods

__all__ = ["EXITS", "JobCounts", "PlannedJob", "RunProblem", "RunStatus", "RunSummary", "SourceCounts", "Why", "worst"]

SCHEMA = "leadlag-run-1"

RunStatus = Literal["done", "failed_jobs", "contract", "late", "locked", "unavailable", "interrupted", "planned"]
Why = Literal["new", "data", "config", "version", "failed", "forced", "reuse"]

#: Exit codes by contract; of several at once the first of `_FIRST` counts.
EXITS: Mapping[str, int] = MappingProxyType(
    {"done": 0, "usage": 2, "contract": 3, "failed": 4, "again": 75, "late": 99, "SIGINT": 130, "SIGTERM": 143}
)
_FIRST = (130, 143, 2, 75, 3, 4, 99, 0)


def worst(exits: Sequence[int]) -> int:
    """The one exit code of several.

    Examples
    --------
    >>> worst([4, 3, 99]), worst([])
    (3, 0)
    """
    return min(exits, key=_FIRST.index, default=0)


@dataclass(frozen=True, kw_only=True)
class JobCounts:
    """How many jobs there are, how many were computed by this call and taken from earlier runs, and what came of all."""

    total: int = 0
    computed: int = 0
    reused: int = 0
    done: int = 0
    untestable: int = 0
    contract: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True)
class RunProblem:
    """What kept a job, or the jobs of a source, from being done."""

    kpi: str = ""
    segment: str = ""
    source: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceCounts:
    """The rows of a source, and what changed in them since the last run; None where there was none."""

    n_rows: int
    last: str
    n_added: int | None
    n_revised: int | None
    n_vanished: int | None


@dataclass(frozen=True, kw_only=True)
class PlannedJob:
    """A job, and why it is computed or not."""

    job_id: str
    kpi: str
    segment: str
    why: Why


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """How a run went, as `leadlag run` prints it.

    Parameters
    ----------
    run_id : str or None
        None where it was not found out what there is to do.
    as_of : str
        Day of the run.
    status : {"done", "failed_jobs", "contract", "late", "locked", "unavailable", "interrupted", "planned"}
    exit : int
        Exit code of the command.
    folder : str or None
        Of the run, relative to the config; None where none was written.
    jobs : JobCounts
    n_leads : int
        Leads found in all jobs.
    problems : tuple of RunProblem
    sources : Mapping from str to SourceCounts
    plan : tuple of PlannedJob or None
        Of a dry run.
    """

    run_id: str | None
    as_of: str
    status: RunStatus
    exit: int
    folder: str | None = None
    jobs: JobCounts = JobCounts()
    n_leads: int = 0
    problems: tuple[RunProblem, ...] = ()
    sources: Mapping[str, SourceCounts] = field(default_factory=dict)
    plan: tuple[PlannedJob, ...] | None = None

    def text(self) -> str:
        """The same in a line of the log: how it ended, and what came of its jobs.

        Examples
        --------
        >>> counts = JobCounts(total=3, computed=3, done=2, failed=1)
        >>> RunSummary(run_id=None, as_of="2026-11-30", status="failed_jobs", exit=4, jobs=counts).text()
        'failed_jobs, exit 4: 3 jobs, 2 done, 1 failed'
        """
        counts = ((getattr(self.jobs, status), status) for status in ("done", "untestable", "contract", "failed"))
        listed = (f"{count:,} {status}" for count, status in counts if count)
        return f"{self.status}, exit {self.exit}: {', '.join((periods(self.jobs.total, 'job'), *listed))}"

    def to_dict(self) -> dict[str, Any]:
        """The summary as plain values: schema ``leadlag-run-1``."""
        told = {
            "schema": SCHEMA, "run_id": self.run_id, "as_of": self.as_of, "status": self.status, "exit": self.exit,
            "folder": self.folder, "jobs": asdict(self.jobs), "n_leads": self.n_leads,
            "problems": [asdict(one) for one in self.problems],
            "sources": {name: asdict(one) for name, one in self.sources.items()},
        }  # fmt: skip
        return told if self.plan is None else told | {"plan": [asdict(one) for one in self.plan]}

    def to_json(self) -> str:
        """The same on one line."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)
