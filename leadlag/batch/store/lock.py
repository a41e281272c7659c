"""One run at a time in a folder: a lock that says who holds it, and is no hindrance once that process has ended."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from leadlag.errors import LockHeldError

try:
    import fcntl
except ImportError:  # as on Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Shard", "locked"]

#: Part and number of parts of a run; None for the whole.
Shard = tuple[int, int] | None


@contextmanager
def locked(state: Path, shard: Shard) -> Iterator[None]:
    """Hold the lock of a state folder, or of one shard in it.

    Raises
    ------
    LockHeldError
        If another process holds it (LL506). A lock of a process of this machine that has ended is taken over.
    """
    state.mkdir(parents=True, exist_ok=True)
    name = "lock" if shard is None else f"lock-{shard[0]}-of-{shard[1]}"
    path = state / name
    with _guarded(state):
        _refuse_held(path)
        # the whole waits for its parts, and they for it
        for other in sorted(state.glob("lock-*-of-*")) if shard is None else [state / "lock"]:
            _refuse_held(other)
        path.write_text(json.dumps(_self()), encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _guarded(state: Path) -> Iterator[None]:
    """Only one process at a time looks at the locks of a folder and takes one."""
    with (state / "guard").open("a") as file:
        _hold(file)
        yield


def _hold(file: IO[str]) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX)


def _self() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid(), "begun": _begun(os.getpid())}


def _refuse_held(path: Path) -> None:
    """An error if a lock is held by a process that may still be there."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        host, pid, begun = told["host"], int(told["pid"]), told.get("begun")
    except (FileNotFoundError, NotADirectoryError):
        return
    except (ValueError, KeyError, TypeError):  # cut while it was written: whoever wrote it has ended
        return
    if host == socket.gethostname() and not _is_there(pid, begun):
        return
    raise LockHeldError(
        f"another run holds {path.name!r} of the state folder: process {pid} on {host}. Wait for it to end, or delete the "
        "file if that machine is gone."
    )


def _is_there(pid: int, begun: str | None) -> bool:
    """Whether a process of this machine is still the one that began then."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return begun is None or _begun(pid) in (begun, None)


def _begun(pid: int) -> str | None:
    """When a process began, as this machine counts; None where it does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None
