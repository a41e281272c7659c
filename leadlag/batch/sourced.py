"""The sources of a run: all that were read, what stands against them, and what changed in them since the run before."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from leadlag.batch.config import Config
from leadlag.batch.events import RunEvent, tell
from leadlag.batch.sources import Change, SourceProblem, SourceRead, changes_since, read_snapshot, read_source, write_snapshot
from leadlag.batch.store.folder import RunFolder
from leadlag.batch.store.frames import Row
from leadlag.batch.summary import RunProblem, SourceCounts
from leadlag.batch.tables import TABLES
from leadlag.wording.shown import periods, shown

__all__ = ["SourcesRead"]

_PLACES = {column.name: place for place, column in enumerate(TABLES["sources"])}
_COUNTS = ("n_added", "n_revised", "n_vanished")


@dataclass(frozen=True, kw_only=True, eq=False)
class SourcesRead:
    """All sources of a config as they were read.

    Parameters
    ----------
    config : Config
    reads : Mapping from str to SourceRead
    changes : Mapping from str to Mapping from str to Change
        By source and column; empty for a source of which nothing was kept.
    compared_with : Mapping from str to str
        The run whose values each source is compared with; empty where there is none.
    """

    config: Config
    reads: Mapping[str, SourceRead]
    changes: Mapping[str, Mapping[str, Change]]
    compared_with: Mapping[str, str]

    @classmethod
    def of(cls, config: Config, *, as_of: str) -> SourcesRead:
        """Read all sources; one that was revised, where its promise is that it never is, is broken."""
        reads, changes, compared = {}, {}, {}
        for name in config.sources:
            read = read_source(name, config, as_of=as_of)
            before = read_snapshot(config.state, name)
            changes[name] = {} if before is None or read.sample is None else changes_since(before, read)
            compared[name] = before.run_id if before is not None else ""
            n_revised = sum(one.n_revised for one in changes[name].values())
            promise = config.contract.get(name)
            if n_revised and promise is not None and promise.revisions == "error":
                text = f"source {name!r}: {n_revised:,} values are not those of the run {compared[name]}, and revisions is error"
                read = replace(read, problem=SourceProblem(code="LL324", message=text))
            reads[name] = read
        return cls(config=config, reads=reads, changes=changes, compared_with=compared)

    def is_late(self, name: str, *, on_late: str) -> bool:
        """Whether a source is late, and this is what is to be done then."""
        promise = self.config.contract.get(name)
        return self.reads[name].late is not None and promise is not None and promise.on_late == on_late

    @property
    def is_to_be_retried(self) -> bool:
        """Whether a source is late that is to be waited for."""
        return any(self.is_late(name, on_late="retry") for name in self.reads)

    @property
    def skipped(self) -> frozenset[str]:
        """Sources that are late and whose jobs are left out."""
        return frozenset(name for name in self.reads if self.is_late(name, on_late="skip"))

    def problems(self) -> tuple[RunProblem, ...]:
        """What stands against sources."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[RunProblem]:
        for name, read in self.reads.items():
            for found in (read.problem, read.late):
                if found is not None:
                    yield RunProblem(source=name, code=found.code, message=found.message)
            n_revised = sum(one.n_revised for one in self.changes[name].values())
            promise = self.config.contract.get(name)
            if n_revised and promise is not None and promise.revisions == "warn":
                text = f"source {name!r}: {n_revised:,} values are not those of the run {self.compared_with[name]}"
                yield RunProblem(source=name, code="LL324", message=text)

    def tell(self, run_id: str = "") -> None:
        """Tell how each source was read, and what stands against it."""
        for name, read in self.reads.items():
            text = f"source {shown(name)}: {periods(read.n_rows, 'row')}{f', to {read.last}' if read.last else ''}"
            tell(text, RunEvent(event="source", run_id=run_id, rows=read.n_rows))
        for one in self.problems():
            level = logging.WARNING if self.reads[one.source].problem is None else logging.ERROR
            tell(f"{one.code}: {one.message}", RunEvent(event="problem", run_id=run_id, code=one.code), level=level)

    def counts(self) -> dict[str, SourceCounts]:
        """What the summary says of each source."""
        return {
            name: SourceCounts(
                n_rows=read.n_rows, last=read.last,
                **{count: self._sum(name, count) for count in _COUNTS},
            )
            for name, read in self.reads.items()
        }  # fmt: skip

    def _sum(self, name: str, count: str) -> int | None:
        changes = self.changes[name].values()
        return sum(getattr(one, count) for one in changes) if self.compared_with[name] and self.reads[name].sample else None

    def rows(self, run_id: str, written: RunFolder | None) -> Iterator[Row]:
        """Rows of `sources`; of a run that is written again, compared with what it was compared with then."""
        then = {(row[1], row[2]): row for row in written.rows("sources")} if written is not None else {}
        for name, read in self.reads.items():
            for column in read.columns():
                change = self.changes[name].get(column.name) if self.compared_with[name] else None
                counts = [None if change is None else getattr(change, count) for count in _COUNTS]
                against = self.compared_with[name]
                if against == run_id and (row := then.get((name, column.name))) is not None:
                    counts, against = [row[_PLACES[count]] for count in _COUNTS], str(row[_PLACES["compared_with"]])
                yield (
                    run_id, name, column.name, column.n_rows, column.first, column.last, column.sha256, *counts, against,
                )  # fmt: skip

    def keep(self, run_id: str) -> None:
        """Keep what was read, for the next run to be compared with."""
        for name, read in self.reads.items():
            if read.sample is not None and read.problem is None and self.compared_with[name] != run_id:
                write_snapshot(self.config.state, read, run_id)
