"""A config that was read: checked, with paths that lead somewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadlag.batch.config.schema import (
    CalendarAsked,
    ConfigAsked,
    JobAsked,
    LimitsAsked,
    OutputAsked,
    Promise,
    RunAsked,
    SourceAsked,
)
from leadlag.catalogue import Metric

__all__ = ["STATE", "Config", "MetricOfSource"]

#: The state folder where none is named, within the folder of runs.
STATE = ".state"
#: Keys that no answer depends on, so that the same jobs are the same run however they were run.
_HOW = {"run": {"workers", "backend"}, "output": {"store", "state", "keep_runs"}}
_PEOPLE = ("owner", "team")
#: Options of the door that a source may have, and those with which its file is opened.
_READING = ("freq", "dates_at", "tz", "decimal", "thousands", "date_format", "year_start")
_OPENING = ("sep", "encoding", "skip_rows", "sheet")
_OPTIONS = ("missing", "undo", "nonlinear", "evidence", "n_draws", "repair", "expected", "delays")


@dataclass(frozen=True, kw_only=True)
class MetricOfSource:
    """A metric, the source that has it, and the column there."""

    source: str
    column: str
    metric: Metric


@dataclass(frozen=True, kw_only=True, eq=False)
class Config:
    """What is asked of a night.

    Parameters
    ----------
    base : path
        Folder of the config: paths are relative to it.
    asked : ConfigAsked
        What stands in it.
    metrics : Mapping from str to MetricOfSource
    """

    base: Path
    asked: ConfigAsked
    metrics: Mapping[str, MetricOfSource]

    @property
    def sources(self) -> Mapping[str, SourceAsked]:
        """Sources by name."""
        return self.asked.sources

    @property
    def calendar(self) -> CalendarAsked:
        """Periods of all sources."""
        return self.asked.calendar

    @property
    def jobs(self) -> tuple[JobAsked, ...]:
        """Entries of `jobs`."""
        return self.asked.jobs

    @property
    def run(self) -> RunAsked:
        """How jobs are run."""
        return self.asked.run

    @property
    def contract(self) -> Mapping[str, Promise]:
        """What sources promise."""
        return self.asked.contract

    @property
    def limits(self) -> LimitsAsked:
        """What a run may take."""
        return self.asked.limits

    @property
    def output(self) -> OutputAsked:
        """Where results go."""
        return self.asked.output

    @property
    def folder(self) -> Path:
        """Where runs lie."""
        return self.base / self.output.folder

    @property
    def state(self) -> Path:
        """Where the lock and unfinished jobs are."""
        return self.base / self.output.state if self.output.state is not None else self.folder / STATE

    def reading(self, source: str) -> dict[str, Any]:
        """How the table of a source is read, as options of the door; the calendar of the config where it says none."""
        asked = self.sources[source]
        said = {name: value for name in _READING if (value := getattr(asked, name)) is not None}
        if asked.calendar is None and self.calendar.cadence is not None:
            said.setdefault("freq", self.calendar.cadence)
        return said if self.calendar.tz is None else {"tz": self.calendar.tz} | said

    def opening(self, source: str) -> dict[str, Any]:
        """How the file of a source is opened, as options of `read_file`."""
        asked = self.sources[source]
        told = {name: value for name in _OPENING if (value := getattr(asked, name)) is not None}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}

    def options(self, job: JobAsked) -> dict[str, Any]:
        """Further options of `rank_leads` that a job has; what is not said is left out."""
        told = {name: value for name in _OPTIONS if (value := getattr(job, name)) is not None}
        if "delays" in told:
            told["delays"] = {name: (value, value) if isinstance(value, int) else value for name, value in told["delays"].items()}
        return {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}

    def understood(self) -> dict[str, Any]:
        """All that was asked, and what is taken where nothing was said, as plain values: a config again."""
        told: dict[str, Any] = self.asked.model_dump(mode="json", exclude_none=True)
        return told

    def text(self) -> str:
        """What was asked, as JSON on one line: without how jobs are run, and without people where none are to be kept."""
        told = self.asked.model_dump(mode="json", exclude_defaults=True)
        for part, keys in _HOW.items():
            told[part] = {key: value for key, value in told.get(part, {}).items() if key not in keys}
        hidden = () if self.output.people else _PEOPLE
        told["metrics"] = {
            name: {key: value for key, value in fields.items() if key not in hidden} for name, fields in told["metrics"].items()
        }
        kept = {key: value for key, value in told.items() if value not in ({}, None)}
        return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
