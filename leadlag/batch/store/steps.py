"""What has to be on the disk before the next thing is done: every such step of the store goes through here, one by one.

`before` is called ahead of each step and does nothing. Tests put something in its place that ends the process at the n-th
step, to see that the next run finds nothing half there. Where a file has no place left, or may not be written, all of them
say so in the same words (`said_of`).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from leadlag.errors import StorageError, UsageError

__all__ = ["Step", "append", "before", "make_folder", "put", "remove", "remove_folder", "said_of", "sync", "write"]

#: What no waiting changes: somebody has to name another place, or to allow this one.
_FOR_GOOD = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG}
)
Step = Literal["append", "commit", "folder", "put", "remove", "sync", "write"]


def before(step: Step, path: Path) -> None:
    """Called ahead of every step; tests put something else in its place."""


@contextmanager
def said_of(path: Path, *, kept: str) -> Iterator[None]:
    """Say which folder or file cannot be written and what is to be done, instead of an error of the system.

    Parameters
    ----------
    path : path
        What is shown if the error itself names none.
    kept : str
        What is not lost, as a sentence.

    Raises
    ------
    StorageError
        If it may be otherwise later, as on a full disk (LL509).
    UsageError
        If no waiting changes it, as in a folder that is read-only (LL509).
    """
    try:
        yield
    except OSError as error:
        shown = error.filename if isinstance(error.filename, str) else str(path)
        why = f"{shown!r} cannot be written: {error.strerror or error}."
        if error.errno in _FOR_GOOD:
            step = "See that there is the right to write, or name another place as output.folder, output.state or output.store."
            raise UsageError(f"{why} {step} {kept}", code="LL509") from None
        raise StorageError(f"{why} See that there is space, then run again. {kept}") from None


def make_folder(path: Path) -> Path:
    """A folder, made with those above it if it is not there."""
    if not path.is_dir():
        before("folder", path)
        path.mkdir(parents=True, exist_ok=True)
        sync(path.parent)
    return path


def write(path: Path, text: str) -> None:
    """Write a new file of text in UTF-8, and wait until it is on the disk."""
    before("write", path)
    with path.open("xb") as file:
        file.write(text.encode("utf-8", "backslashreplace"))
        file.flush()
        before("sync", path)
        os.fsync(file.fileno())


def append(path: Path, content: bytes) -> None:
    """Add to the end of a file, made if it is not there, and wait until it is on the disk."""
    is_new = not path.exists()
    before("append", path)
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        before("sync", path)
        os.fsync(file.fileno())
    if is_new:
        sync(path.parent)


def put(source: Path, target: Path) -> None:
    """Give a file or folder another name at once; a file that had the name is replaced."""
    before("put", target)
    os.replace(source, target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)


def remove(path: Path) -> None:
    """Take away a file, if it is there."""
    before("remove", path)
    path.unlink(missing_ok=True)


def remove_folder(path: Path, *, first: str = "") -> None:
    """Take away a folder with all in it, if it is there: the file `first`, then the others, folders from the inside out."""
    if path.is_symlink() or path.is_file():
        remove(path)
        return
    if not path.is_dir():
        return
    for one in sorted(path.iterdir(), key=lambda one: (one.name != first, one.name)):
        if one.is_dir() and not one.is_symlink():
            remove_folder(one)
        else:
            remove(one)
    before("remove", path)
    path.rmdir()


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":  # folders cannot be opened there
        return
    before("sync", path)
    number = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
