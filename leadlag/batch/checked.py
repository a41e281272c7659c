"""What a config would find if it ran now: each source, and the jobs that cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from leadlag.batch.config import Config
from leadlag.batch.known import Known
from leadlag.batch.plan import Task, tasks_of
from leadlag.batch.sourced import SourcesRead
from leadlag.batch.summary import RunProblem, SourceCounts

__all__ = ["CheckedConfig", "checked"]

SCHEMA = "leadlag-check-config-1"


@dataclass(frozen=True, kw_only=True)
class CheckedConfig:
    """What stands against the sources and jobs of a config.

    Parameters
    ----------
    as_of : str
    n_jobs : int
    sources : Mapping from str to SourceCounts
    problems : tuple of RunProblem
        Of sources first, then of jobs.
    is_broken : bool
        Whether a source or a job cannot be used; not of one that is late, or was revised and only warns of it.
    notes : Mapping from str to tuple of (str, str)
        By source, codes and texts of what reading changed in the numbers.
    """

    as_of: str
    n_jobs: int
    sources: Mapping[str, SourceCounts]
    problems: tuple[RunProblem, ...]
    is_broken: bool
    notes: Mapping[str, tuple[tuple[str, str], ...]]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values: schema ``leadlag-check-config-1``."""
        notes = {name: [{"code": code, "text": text} for code, text in told] for name, told in self.notes.items()}
        return {
            "schema": SCHEMA, "as_of": self.as_of, "n_jobs": self.n_jobs,
            "sources": {name: asdict(one) for name, one in self.sources.items()},
            "problems": [asdict(one) for one in self.problems], "notes": notes,
        }  # fmt: skip


def checked(config: Config, *, as_of: str) -> CheckedConfig:
    """Read the sources of a config and make its jobs, without running any."""
    sources = SourcesRead.of(config, as_of=as_of)
    tasks = list(tasks_of(config, sources.reads, Known.of(config, None).model))
    own = tuple(_problem(task) for task in tasks if _is_its_own(task))
    return CheckedConfig(
        as_of=as_of, n_jobs=len(tasks), sources=sources.counts(), problems=(*sources.problems(), *own),
        is_broken=bool(own) or any(read.problem is not None for read in sources.reads.values()),
        notes={name: read.notes for name, read in sources.reads.items() if read.notes},
    )  # fmt: skip


def _is_its_own(task: Task) -> bool:
    """Whether a job is not done for a reason that is not its source's."""
    return task.refusal is not None and task.refusal.status != "contract"


def _problem(task: Task) -> RunProblem:
    found = task.refused()
    return RunProblem(kpi=found.kpi, segment=found.segment, code=found.code, message=found.message)
