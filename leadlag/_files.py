"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from leadlag.errors import UsageError

__all__ = ["place_for", "write_whole"]


def write_whole(path: str | os.PathLike[str], text: str) -> Path:
    """Write text as UTF-8 to a temporary file beside `path`, then put it in its place at once.

    Parameters
    ----------
    path : str or path
        File to write; its folder has to exist. An existing file is replaced, a symbolic link is refused.
    text : str

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UsageError
        If `path` cannot be written.
    """
    target = place_for(path)
    beside = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        _write(beside, text)
        os.replace(beside, target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"path={str(target)!r} cannot be written: {error.strerror}.") from None
    return target


def place_for(path: str | os.PathLike[str]) -> Path:
    """The file that is to be written; an error if there is no place for it.

    Raises
    ------
    UsageError
        If `path` is a symbolic link or a folder, or lies in none.
    """
    target = Path(path)
    if target.is_symlink():
        raise UsageError(f"path={str(target)!r} is a symbolic link: give the path of the file itself.")
    if target.is_dir():
        raise UsageError(f"path={str(target)!r} is a folder: give the name of a file in it.")
    if not target.parent.is_dir():
        raise UsageError(f"path={str(target)!r} lies in a folder that does not exist: make {str(target.parent)!r} first.")
    return target


def _write(path: Path, text: str) -> None:
    """Write and wait until it is on the disk; the file must be new."""
    with path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
