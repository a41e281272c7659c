"""What keeps runs in order: the index made again, and old runs that go once there are enough newer ones."""

from __future__ import annotations

import os
from pathlib import Path

from leadlag.batch.store.disk import on_disk
from leadlag.batch.store.folder import runs_in, take_away
from leadlag.batch.store.index import drop_runs, index_runs, path_of

__all__ = ["prune", "reindex"]

#: A run with this file in it is what the watch over time compares with: it stays.
APPROVED = "approved.json"


@on_disk()
def reindex(folder: str | os.PathLike[str], url: str) -> int:
    """Make the index again from the folders of finished runs.

    Parameters
    ----------
    folder : str or path
        Where runs lie.
    url : str
        Of the index, ``sqlite:///PATH``; a file that is there is replaced.

    Returns
    -------
    int
        Runs that it holds.
    """
    runs, path = runs_in(Path(folder)), path_of(url, Path())
    fresh = path.with_name(f".{path.name}.part")
    _forget(fresh)
    index_runs(fresh, runs)
    _forget(path)
    os.replace(fresh, path)
    return len(runs)


def _forget(path: Path) -> None:
    """A file of SQLite, and what it keeps beside it."""
    for beside in (path, *(path.with_name(f"{path.name}-{ending}") for ending in ("journal", "wal", "shm"))):
        beside.unlink(missing_ok=True)


@on_disk()
def prune(folder: str | os.PathLike[str], url: str | None = None, *, keep: int) -> tuple[str, ...]:
    """Take away the oldest runs beyond so many.

    Parameters
    ----------
    folder : str or path
        Where runs lie.
    url : str, optional
        Of the index that forgets them too.
    keep : int
        Runs that stay, the newest; approved ones stay beside them.

    Returns
    -------
    tuple of str
        Names of those that went.
    """
    return pruned(Path(folder), None if url is None else path_of(url, Path()), keep=keep)


def pruned(folder: Path, index: Path | None, *, keep: int) -> tuple[str, ...]:
    """The same for the file of an index."""
    runs = [run for run in runs_in(folder) if not (run.path / APPROVED).exists()]
    gone = runs[: max(len(runs) - keep, 0)]
    if index is not None and index.exists() and gone:
        drop_runs(index, [run.run_id for run in gone])  # first: what stops this leaves them in the folder, to go next time
    for run in gone:
        take_away(run)
    return tuple(run.run_id for run in gone)
