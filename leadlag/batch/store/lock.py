"""One run at a time in a folder: a lock that says who holds it, and is no hindrance once that process has ended."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from leadlag.batch.store import steps
from leadlag.errors import LockHeldError

try:
    import fcntl
except ImportError:  # as on Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Shard", "locked", "named_of"]

#: Part and number of parts of a run; None for the whole.
Shard = tuple[int, int] | None


def named_of(name: str, shard: Shard) -> str:
    """A name in the state folder, which each shard has for itself.

    Examples
    --------
    >>> named_of("lock", None), named_of("lock", (1, 4))
    ('lock', 'lock-1-of-4')
    """
    return name if shard is None else f"{name}-{shard[0]}-of-{shard[1]}"


@contextmanager
def locked(state: Path, shard: Shard) -> Iterator[None]:
    """Hold the lock of a state folder, or of one shard in it.

    The lock is a file that says who holds it, and a lock of the system on another file beside it: the first is for people and
    for machines that share a folder, the second also tells apart processes of containers with the same name.

    Raises
    ------
    LockHeldError
        If another process holds it (LL506). A lock of a process of this machine that has ended is taken over.
    UsageError
        If the state folder cannot be written.
    """
    path = state / named_of("lock", shard)
    with steps.said_of(state, kept="Nothing was begun."):
        steps.make_folder(state)
        with _guarded(state):
            _refuse_held(path)
            # the whole waits for its parts, and they for it
            for other in sorted(state.glob("lock-*-of-*")) if shard is None else [state / "lock"]:
                _refuse_held(other)
            steps.before("write", path)
            path.write_text(json.dumps(_self()), encoding="utf-8")
            held = _seized(path)
    try:
        yield
    finally:
        with suppress(OSError), _guarded(state):  # what cannot be taken away is no hindrance: this process ends
            path.unlink(missing_ok=True)
        if held is not None:
            held.close()


@contextmanager
def _guarded(state: Path) -> Iterator[None]:
    """Only one process at a time looks at the locks of a folder and takes one; the system ends this with the process."""
    with (state / "guard").open("a") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _seized(path: Path) -> IO[str] | None:
    """The file beside a lock, locked by the system for this process as long as it is open; None if another has it."""
    file = path.with_name(f"guard-{path.name}").open("a")
    try:
        if fcntl is not None:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.close()
        return None
    except OSError:  # a file system without locks: there is only what the lock says
        return file
    return file


def _self() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid(), "begun": _state_and_begin(os.getpid())[1]}


def _refuse_held(path: Path) -> None:
    """An error if a lock is held by a process that may still be there."""
    free = _seized(path)
    if free is not None:
        free.close()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        host, pid, begun = str(told["host"]), int(told["pid"]), told.get("begun")
    except (ValueError, KeyError, TypeError, AttributeError, FileNotFoundError):  # cut while it was written, or given back
        if free is not None:
            return
        host, pid, begun = socket.gethostname(), 0, None
    if free is not None and host == socket.gethostname() and not _is_there(pid, begun):
        return
    raise LockHeldError(
        f"another run holds {path.parent.name + '/' + path.name!r}: process {pid or 'unknown'} on {host}. Wait for it to end, or "
        "delete the file if that machine is gone."
    )


def _is_there(pid: int, begun: str | None) -> bool:
    """Whether a process of this machine is still the one that began then."""
    if os.name != "nt":  # a signal would end it there
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            pass
    state, now = _state_and_begin(pid)
    return state not in ("Z", "X") and (begun is None or now in (begun, None))


def _state_and_begin(pid: int) -> tuple[str, str | None]:
    """What a process does ("Z": it has ended, and nobody has asked how), and when it began, as this machine counts."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return told[0], told[19]
    except (OSError, IndexError):
        return "", None
