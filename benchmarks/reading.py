"""How long tables take to be read, by their number of columns, and how that grows; also in turns with another checkout.

python benchmarks/reading.py                        # this checkout alone
python benchmarks/reading.py --against PATH         # and the one at PATH: how many times as fast this one is
python benchmarks/reading.py --only 'as_sample*' --columns 1000 4000

A table has 156 weeks. Figures are the least processor time of several calls on this machine; each checkout has a process of its
own, and they take turns, call by call. The exponent is the slope of log time on log columns, from 1,000 columns on.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve()
N_ROWS = 156
KINDS = ("dated index", "dates", "text dates", "whole numbers", "nullable", "text cells")
NAMES = (*(f"{function}, {kind}" for kind in KINDS for function in ("from_wide", "as_sample")), "read_file, CSV", "check, CSV")
#: Rounds of one measurement, and the seconds after which no further one is begun.
ROUNDS, ENOUGH = 15, 6.0


def table_of(kind: str, n_columns: int) -> pd.DataFrame:
    """Noise beside the weeks; in some, every second column is of whole numbers, or every tenth cell is missing."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(rng.normal(100, 10, (N_ROWS, n_columns)), columns=[f"metric_{number}" for number in range(n_columns)])
    if kind == "whole numbers":
        frame = frame.astype(dict.fromkeys(frame.columns[::2], np.int64))
    if kind == "nullable":
        frame = frame.mask(rng.random(frame.shape) < 0.1).astype("Float64")
    weeks = pd.date_range("2021-01-04", periods=N_ROWS, freq="7D")
    if kind == "dated index":
        return frame.set_index(weeks)
    times = pd.DataFrame({"week": weeks.strftime("%Y-%m-%d") if kind == "text dates" else weeks})
    return pd.concat([times, frame], axis=1)


@cache
def call_of(name: str, n_columns: int, folder: Path) -> Callable[[], object]:
    """What is measured under a name, with the checkout that this process imports."""
    from leadlag.cli import main  # noqa: PLC0415
    from leadlag.sample import as_sample, from_wide, read_file  # noqa: PLC0415

    function, kind = name.split(", ")
    if kind == "CSV":
        file = folder / f"{n_columns}.csv"
        return (lambda: read_file(file)) if function == "read_file" else lambda: main(["check", str(file), "--quiet"])
    frame = read_file(folder / f"{n_columns}.csv") if kind == "text cells" else table_of(kind, n_columns)
    kpi, *leads = frame.columns.drop("week", errors="ignore")
    asked = {"kpi": kpi, "leads": leads}
    return (lambda: from_wide(frame)) if function == "from_wide" else lambda: as_sample(frame, columns=asked)


def answer(folder: Path) -> None:
    """Time one call for every line of standard input, a number of columns and a name."""
    answers, sys.stdout = sys.stdout, io.StringIO()  # `check` prints
    for line in sys.stdin:
        n_columns, _, name = line.strip().partition(" ")
        work = call_of(name, int(n_columns), folder)
        begin = time.process_time()
        work()
        print(time.process_time() - begin, file=answers, flush=True)


@contextlib.contextmanager
def clock_of(checkout: Path, folder: Path) -> Iterator[Callable[[str, int], float]]:
    """Seconds that one call takes in a checkout."""
    alone = {"PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE), "--answer", str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env={**os.environ, **alone}, cwd=folder
    ) as process:

        def seconds(name: str, n_columns: int) -> float:
            print(n_columns, name, file=process.stdin)
            return float(process.stdout.readline())

        yield seconds
        process.stdin.close()


def least(clocks: Sequence[Callable[[str, int], float]], name: str, n_columns: int) -> list[float]:
    """Milliseconds of one call in each checkout, in turns, after one that is not counted."""
    for clock in clocks:
        clock(name, n_columns)
    taken: list[list[float]] = []
    while len(taken) < ROUNDS and sum(map(sum, taken)) < ENOUGH:
        taken.append([clock(name, n_columns) for clock in clocks])
    return [1e3 * min(side) for side in zip(*taken, strict=True)]


def exponent(times: Mapping[int, float]) -> str:
    """The power of the number of columns that times grow with, as text."""
    many = {n_columns: taken for n_columns, taken in times.items() if n_columns >= 1_000}
    return f"{np.polyfit(np.log(list(many)), np.log(list(many.values())), 1)[0]:.2f}" if len(many) > 1 else ""


def main() -> None:
    """Print one block a function: a line for each number of columns, then the exponents."""
    parser = argparse.ArgumentParser(description="How long tables take to be read.")
    parser.add_argument("--against", type=Path, metavar="PATH", help="another checkout")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="functions whose name matches a shell pattern")
    parser.add_argument("--columns", type=int, nargs="+", default=[1_000, 2_000, 4_000, 10_000])
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.answer is not None:
        answer(asked.answer)
        return
    checkouts = [HERE.parents[1], *([asked.against.resolve()] if asked.against else [])]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        for n_columns in asked.columns:
            table_of("text dates", n_columns).to_csv(Path(folder) / f"{n_columns}.csv", index=False)
        clocks = [stack.enter_context(clock_of(checkout, Path(folder))) for checkout in checkouts]
        print(f"{'function':<26}{'columns':>9}{'ms':>9}" + (f"{'against':>9}{'ratio':>7}" if asked.against else ""))
        for name in NAMES:
            if fnmatchcase(name, asked.only):
                print_block(name, asked.columns, clocks)


def print_block(name: str, columns: Sequence[int], clocks: Sequence[Callable[[str, int], float]]) -> None:
    """The lines of one function."""
    times = {n_columns: least(clocks, name, n_columns) for n_columns in columns}
    for n_columns, (ours, *theirs) in times.items():
        beside = "".join(f"{taken:>9.1f}{taken / ours:>7.1f}" for taken in theirs)
        print(f"{name:<26}{n_columns:>9,}{ours:>9.1f}{beside}")
    grown = [exponent({n_columns: taken[side] for n_columns, taken in times.items()}) for side in range(len(clocks))]
    print(f"{name:<26}{'exponent':>9}{''.join(f'{power:>9}' for power in grown)}", flush=True)


if __name__ == "__main__":
    main()
