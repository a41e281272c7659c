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

__all__ = ["Journal"]


class Journal:
    """Outcomes of jobs in a file that only grows; a line that was cut or damaged is as if it were not there.

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
        """Keep what came of a job; it is on the disk when this returns."""
        content = json.dumps(asdict(outcome), ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
        head = f"{zlib.crc32(content):08x} {outcome.job_id} {outcome.status} ".encode()
        with self._path.open("ab") as file:
            begin = file.tell()
            lead = b"" if begin == 0 or _ends_line(self._path) else b"\n"  # after a line that was cut
            file.write(lead + head + content + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._places[outcome.job_id] = (outcome.status, begin + len(lead) + len(head), len(content))

    def remove(self) -> None:
        """Forget all, once it is kept elsewhere."""
        self._path.unlink(missing_ok=True)
        self._places = {}


def _row(values: list[object]) -> tuple[object, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def _ends_line(path: Path) -> bool:
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
            told = line.removesuffix(b"\n")
            check, _, rest = told.partition(b" ")
            job_id, _, rest = rest.partition(b" ")
            status, _, content = rest.partition(b" ")
            if check == f"{zlib.crc32(content):08x}".encode():
                place = begin + len(told) - len(content)
                yield job_id.decode(), cast("Status", status.decode()), place, len(content)
            begin += len(line)
