"""The journal of a run that is not finished: a line for every job that is done, there whole or not at all."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import cast

from leadlag.batch.outcome import JobOutcome, Status
from leadlag.batch.store import steps

__all__ = ["Journal"]

_KEPT = "What is in the journal stays, and the next run goes on there."


class Journal:
    """Outcomes of jobs in a file that only grows; a line that was cut or damaged is as if it were not there.

    A line is a checksum of all that follows it, the job, its status, and the outcome as JSON.

    Parameters
    ----------
    path : path
        The file; it need not be there. Only one process may append.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, tuple[Status, int, int]] = {
            job_id: (status, begin, size) for job_id, status, begin, size in _lines(path)
        }

    def statuses(self) -> dict[str, Status]:
        """What came of each job, the last time it was done."""
        return {job_id: status for job_id, (status, _, _) in self._places.items()}

    def outcome(self, job_id: str) -> JobOutcome:
        """All that came of a job."""
        _, begin, size = self._places[job_id]
        with self._path.open("rb") as file:
            file.seek(begin)
            content = json.loads(file.read(size))
        rows = {name: tuple(map(_row, content[name])) for name in ("ranked", "forecasts")}
        return JobOutcome(**{**content, **rows})

    def append(self, outcome: JobOutcome) -> None:
        """Keep what came of a job; it is on the disk when this returns.

        Raises
        ------
        UsageError
            If it cannot be written; what was there stays.
        """
        content = json.dumps(asdict(outcome), ensure_ascii=True, separators=(",", ":")).encode()
        head = f"{outcome.job_id} {outcome.status} ".encode()
        check = f"{zlib.crc32(head + content):08x} ".encode()
        with steps.said_of(self._path, kept=_KEPT):
            lead = b"" if _ends_line(self._path) else b"\n"  # after a line that was cut
            steps.append(self._path, lead + check + head + content + b"\n")
            end = self._path.stat().st_size - 1
        self._places[outcome.job_id] = (outcome.status, end - len(content), len(content))

    def remove(self) -> None:
        """Forget all, once it is kept elsewhere."""
        with steps.said_of(self._path, kept=_KEPT):
            steps.remove(self._path)
        self._places = {}


def _row(values: list[object]) -> tuple[object, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def _ends_line(path: Path) -> bool:
    """Whether what is appended begins on a line of its own."""
    if not path.exists() or path.stat().st_size == 0:
        return True
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _lines(path: Path) -> Iterator[tuple[str, Status, int, int]]:
    """Job, status, and where the content of every whole line begins and how long it is."""
    if not path.exists():
        return
    begin = 0
    with path.open("rb") as file:
        for line in file:
            check, _, rest = line.removesuffix(b"\n").partition(b" ")
            if check == f"{zlib.crc32(rest):08x}".encode() and rest.count(b" ", 0, 200) >= 2:
                job_id, status, content = rest.split(b" ", 2)
                place = begin + len(check) + 1 + len(rest) - len(content)
                yield job_id.decode(), cast("Status", status.decode()), place, len(content)
            begin += len(line)
