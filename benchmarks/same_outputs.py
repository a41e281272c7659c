"""Whether two checkouts say the same: the calls of `same_outputs_calls.py` run in both, and every text that differs is shown.

    python benchmarks/same_outputs.py --against PATH                    # this checkout and the one at PATH
    python benchmarks/same_outputs.py --against PATH --only 'cli *'     # calls whose name matches a shell pattern

For a change that should change no output. Nothing is stored; the exit code is 1 if a text differs or a side cannot run.
Both sides make the calls of this checkout, by the public names and by keyword, so that modules and private names may move.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).resolve()
ROOT = HERE.parents[1]
SHOWN = 200  # characters of a line
BEFORE = 60  # of them before the first that differs
ALONE = {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a side has one core and no screen

Texts = Mapping[str, str]


def cut(line: str, start: int) -> str:
    """What is shown of a line whose first character that differs stands at `start`."""
    first = max(0, start - BEFORE)
    return ("…" if first else "") + line[first : first + SHOWN] + ("…" if len(line) > first + SHOWN else "")


def first_difference(ours: str, theirs: str) -> tuple[str, str]:
    """The first line that differs, of both texts, with its number."""
    for number, (one, other) in enumerate(zip_longest(ours.split("\n"), theirs.split("\n")), 1):
        if one != other:
            pairs = enumerate(zip(one or "", other or "", strict=False))
            start = next((place for place, (a, b) in pairs if a != b), min(len(one or ""), len(other or "")))
            here, there = ("(no such line)" if line is None else cut(line, start) for line in (one, other))
            return f"line {number}: {here}", f"line {number}: {there}"
    raise ValueError("the texts are the same")


def differences(ours: Texts, theirs: Texts) -> Iterator[tuple[str, str, str]]:
    """Name, our line and their line of every output that is not the same."""
    for name in dict.fromkeys([*ours, *theirs]):
        if name not in theirs:
            yield name, "there", "no such output"
        elif name not in ours:
            yield name, "no such output", "there"
        elif ours[name] != theirs[name]:
            yield (name, *first_difference(ours[name], theirs[name]))


def work(root: Path, file: Path, pattern: str) -> None:
    """Make the calls with the leadlag of `root` and write their texts."""
    import leadlag  # noqa: PLC0415  (the caller of the sides needs none)

    loaded = Path(str(leadlag.__file__)).resolve()
    if not loaded.is_relative_to(root):
        sys.exit(f"leadlag was loaded from {loaded}, not from {root}")
    calls = importlib.import_module("same_outputs_calls")
    texts: dict[str, str] = {}
    for name, call in calls.CALLS.items():
        if fnmatchcase(name, pattern):
            texts |= calls.outputs(name, call)
    file.write_text(json.dumps(texts), encoding="utf-8")


def start(root: Path, pattern: str, folder: Path) -> subprocess.Popen[bytes]:
    """One side, at work in a folder of its own."""
    folder.mkdir()
    command = [sys.executable, str(HERE), "--worker", str(root), str(folder.with_suffix(".json")), "--only", pattern]
    return subprocess.Popen(command, cwd=folder, env=os.environ | ALONE | {"PYTHONPATH": str(root)})


def texts_of(roots: Mapping[str, Path], pattern: str) -> dict[str, Texts]:
    """The texts of every side that could run; both run at the same time."""
    with tempfile.TemporaryDirectory(prefix="same-outputs-") as made:
        files = {side: Path(made).resolve() / f"{side}.json" for side in roots}
        running = {side: start(root, pattern, files[side].with_suffix("")) for side, root in roots.items()}
        codes = {side: process.wait() for side, process in running.items()}
        return {side: json.loads(files[side].read_text(encoding="utf-8")) for side, code in codes.items() if code == 0}


def compare(against: Path, pattern: str) -> int:
    """Print what differs from the checkout at `against`; the exit code."""
    if importlib.util.find_spec("polars") is None:
        print("polars is not installed: the hazard of lazy frames is refused for that alone, on both sides")
    roots = {"here": ROOT, "there": against}
    texts = texts_of(roots, pattern)
    failed = [f"{side} ({root})" for side, root in roots.items() if side not in texts]
    if failed:
        print(f"could not run: {', '.join(failed)}")
        return 1
    found = list(differences(texts["here"], texts["there"]))
    for name, ours, theirs in found:
        print(f"{name}\n  here   {ours}\n  there  {theirs}")
    n_outputs = len(texts["here"].keys() | texts["there"].keys())
    if not n_outputs:
        print(f"no call matches {pattern!r}")
    print(f"{n_outputs} outputs, {len(found)} differ")
    return 1 if found or not n_outputs else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Whether two checkouts say the same.")
    parser.add_argument("--against", type=Path, metavar="PATH", help="the other checkout")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="calls whose name matches, as in 'cli *'")
    parser.add_argument("--worker", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.worker:
        work(*asked.worker, asked.only)
        return 0
    if asked.against is None or not (asked.against / "leadlag").is_dir():
        parser.error(f"--against {asked.against} is no checkout: give the folder that holds the package leadlag")
    return compare(asked.against.resolve(), asked.only)


if __name__ == "__main__":
    sys.exit(main())
