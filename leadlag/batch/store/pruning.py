"""Old runs go once there are enough newer ones; an approved one never does."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from leadlag.batch.store.folder import MANIFEST, runs_in
from leadlag.batch.store.index import drop_runs

__all__ = ["prune"]

#: A run with this file in it is what the watch over time compares with.
APPROVED = "approved.json"


def prune(folder: Path, index: Path | None, *, keep: int) -> tuple[str, ...]:
    """Take away the oldest runs beyond so many; names of those that went."""
    runs = [run for run in runs_in(folder) if not (run.path / APPROVED).exists()]
    gone = runs[: max(len(runs) - keep, 0)]
    for run in gone:
        os.replace(run.path / MANIFEST, run.path / f".{MANIFEST}")  # from here on it is no run, whatever stops this
        shutil.rmtree(run.path)
    if index is not None and index.exists() and gone:
        drop_runs(index, [run.run_id for run in gone])
    return tuple(run.run_id for run in gone)
