"""What keeps runs in order: the index made again, and old runs that go once there are enough newer ones."""

from __future__ import annotations

import os
from pathlib import Path

from leadlag._validation import as_int
from leadlag.batch.store.folder import APPROVED, recover, runs_in, take_away
from leadlag.batch.store.index import drop_runs, index_anew, path_of
from leadlag.batch.store.lock import locked

__all__ = ["prune", "pruned", "reindex"]


def reindex(folder: str | os.PathLike[str], url: str) -> int:
    """Make the index again from the folders of finished runs.

    Whoever reads it meanwhile sees it as it was before.

    Parameters
    ----------
    folder : str or path
        Where runs lie.
    url : str
        Of the index, ``sqlite:///PATH``.

    Returns
    -------
    int
        Runs that it holds.

    Raises
    ------
    DatabaseError
        If the index cannot be written, or another process keeps it locked (LL507).
    UsageError
        If it is the database of something else or of a newer leadlag, or if a run is damaged; the index stays as it was.
    """
    return index_anew(path_of(url, Path()), Path(folder))


def prune(
    folder: str | os.PathLike[str], url: str | None = None, *, keep: int, state: str | os.PathLike[str] | None = None
) -> tuple[str, ...]:
    """Take away the oldest runs beyond so many; the newest whole one, which is what the next run goes by, stays.

    Parameters
    ----------
    folder : str or path
        Where runs lie.
    url : str, optional
        Of the index that forgets them too.
    keep : int
        Runs that stay, the newest; approved ones stay beside them.
    state : str or path, optional
        Folder of the lock, where a config names one as ``output.state``.

    Returns
    -------
    tuple of str
        Names of those that went.

    Raises
    ------
    LockHeldError
        If a run is at work (LL506).
    DatabaseError
        If the index cannot be written (LL507); then all runs are still there.
    UsageError
        If a run cannot be taken away.
    """
    keep = as_int(keep, "keep", low=1)
    where, index = Path(folder), None if url is None else path_of(url, Path())
    at = where / ".state" if state is None else Path(state)
    with locked(at, None):
        recover(where, at)
        return pruned(where, index, keep=keep)


def pruned(folder: Path, index: Path | None, *, keep: int, just: str = "") -> tuple[str, ...]:
    """The same for the file of an index, by whoever holds the lock; the run that was written just now, for any day, stays."""
    there = runs_in(folder)
    runs = [run for run in there if not (run.path / APPROVED).exists()]
    stays = {just, *[run.run_id for run in there if not run.manifest["partial"]][-1:]}
    gone = [run for run in runs[: max(len(runs) - keep, 0)] if run.run_id not in stays]
    if index is not None and index.exists() and gone:
        drop_runs(index, [run.run_id for run in gone])  # first: what is still in the folder is found again by the next call
    for run in gone:
        take_away(run)
    return tuple(run.run_id for run in gone)
