"""What the disk refuses, as errors of leadlag: what may be otherwise later, and what somebody has to change."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from leadlag.errors import LeadLagError, StorageError, UsageError

__all__ = ["on_disk", "refused_by_disk"]

#: What no waiting changes: somebody has to name another place, or to allow this one.
_FOR_GOOD = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG}
)


@contextmanager
def on_disk() -> Iterator[None]:
    """Read and write what is kept of runs.

    Raises
    ------
    StorageError
        If it cannot be done now, as on a full disk (LL509).
    UsageError
        If it can never be done there, as in a folder that is read-only (LL509).
    """
    try:
        yield
    except OSError as error:
        place = "" if error.filename is None else str(error.filename)
        raise refused_by_disk(error, place, kept="What was done is kept.") from None


def refused_by_disk(error: OSError, place: str, *, kept: str) -> LeadLagError:
    """An error of the system about a file or folder, in words.

    Parameters
    ----------
    error : OSError
    place : str
        The file or folder; empty if it is not known.
    kept : str
        What is not lost, as a sentence.
    """
    shown = f" ({place!r})" if place else ""
    why = f"what is kept of runs cannot be read or written: {error.strerror or error}{shown}"
    if error.errno in _FOR_GOOD:
        step = "Give a folder that this user may write to, as output.folder, output.state and output.store"
        return UsageError(f"{why}. {step}. {kept}", code="LL509")
    return StorageError(f"{why}. {kept} Make room, or wait, and start again.")
