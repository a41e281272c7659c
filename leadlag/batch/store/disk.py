"""What the disk refuses, as errors of leadlag: what may be otherwise later, and what somebody has to change."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from leadlag.errors import StorageError, UsageError

__all__ = ["on_disk"]

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
        place = "" if error.filename is None else f" ({str(error.filename)!r})"
        why = f"what is kept of runs cannot be read or written: {error.strerror or error}{place}"
        if error.errno in _FOR_GOOD:
            step = "Give a folder that this user may write to, as output.folder, output.state and output.store"
            raise UsageError(f"{why}. {step}.", code="LL509") from None
        raise StorageError(f"{why}. What was done is kept: make room, or wait, and start again.") from None
