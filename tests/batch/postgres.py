"""A real PostgreSQL of the system's package, in a folder of its own and on a port of this machine alone."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Server", "binaries", "server"]


def binaries() -> Path | None:
    """Folder of `initdb` of the newest version that is installed; None if there is none, or this is not root."""
    if os.name == "nt" or os.getuid() != 0 or shutil.which("runuser") is None:
        return None
    known = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not known and (asked := shutil.which("pg_config")) is not None:
        told = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        known = [Path(told)] if (Path(told) / "initdb").exists() else []
    return max(known, key=lambda path: [int(part) for part in re.findall(r"\d+", path.parent.name)], default=None)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that can be stopped and started."""

    tools: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """With a password that must not be seen anywhere."""
        return f"postgresql://reader:hunter2@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off"
        self._as_postgres("pg_ctl", "-D", self.folder / "db", "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, whatever it is doing."""
        self._as_postgres("pg_ctl", "-D", self.folder / "db", "-m", "immediate", "-w", "stop")

    def do(self, commands: str) -> None:
        """Run commands as its owner."""
        self._as_postgres("psql", "-h", self.folder, "-p", self.port, "-v", "ON_ERROR_STOP=1", "-q", "-c", commands, "postgres")

    def make(self) -> None:
        """Make the database."""
        self._as_postgres("initdb", "-D", self.folder / "db", "-A", "trust", "--no-sync")

    def _as_postgres(self, tool: str, *words: object) -> None:
        command = ["runuser", "-u", "postgres", "--", str(self.tools / tool), *map(str, words)]
        done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{tool}: {done.stderr}")


@contextmanager
def server(tools: Path) -> Iterator[Server]:
    """A server with a role that can only read; it ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = Server(tools=tools, folder=folder, port=port)
    try:
        found.make()
        found.start()
        found.do("create role reader login; grant pg_read_all_data to reader")
        yield found
    finally:
        subprocess.run(
            ["runuser", "-u", "postgres", "--", tools / "pg_ctl", "-D", folder / "db", "-m", "immediate", "stop"],
            check=False, capture_output=True, cwd="/",
        )  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)
