"""What a path is that is no file to be read: named as what it is, with what to do."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

__all__ = ["why_no_file"]

_STDIN = "give - and send the table to standard input"
#: Kinds of things that are no files, and what to do about each.
_KINDS = (
    (stat.S_ISDIR, "is a folder: give a file in it"),
    (stat.S_ISFIFO, f"is a named pipe: {_STDIN}"),
    (stat.S_ISSOCK, f"is a socket: {_STDIN}"),
    (stat.S_ISCHR, f"is a device: {_STDIN}"),
    (stat.S_ISBLK, f"is a device: {_STDIN}"),
)
_MISSING = "does not exist: check the path, or give - for CSV on standard input"


def why_no_file(path: Path) -> str:
    """Why a path is no file that can be read, and what to do; empty if it is one.

    Examples
    --------
    >>> why_no_file(Path("."))
    'is a folder: give a file in it'
    >>> why_no_file(Path("x" * 5_000))
    'is a path of 5,000 characters, more than the system allows: give a shorter one'
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return f"is a path of {len(str(path)):,} characters, more than the system allows: give a shorter one"
        if error.errno == errno.ENOENT:
            return "is a link to a file that is not there: give the file itself" if path.is_symlink() else _MISSING
        if error.errno == errno.ENOTDIR:
            return f"does not exist: a folder on its way is a file ({_first_file(path)})"
        return f"cannot be read: {error.strerror}"
    except ValueError:  # a null character
        return _MISSING
    for is_kind, why in _KINDS:
        if is_kind(mode):
            return why
    return "" if os.access(path, os.R_OK) else "cannot be read: permission denied"


def _first_file(path: Path) -> str:
    """The file that stands where a path needs a folder."""
    return next((str(part) for part in reversed(path.parents) if part.is_file()), str(path.parent))
