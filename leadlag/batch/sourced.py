"""The sources of a run: all that were read, what stands against them, and what changed in them since the run before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadlag.batch.config import Config
from leadlag.batch.sources import Changes, SourceRead, changes_of, read_source, snapshot_file, write_snapshot
from leadlag.batch.store.frames import Row
from leadlag.batch.summary import RunProblem, SourceCounts

__all__ = ["SourcesRead"]


@dataclass(frozen=True, kw_only=True)
class SourcesRead:
    """All sources of a config as they were read.

    Parameters
    ----------
    config : Config
    reads : Mapping from str to SourceRead
    changes : Mapping from str to Changes
        Since the last whole run.
    """

    config: Config
    reads: Mapping[str, SourceRead]
    changes: Mapping[str, Changes]
